package mutants

import (
	"slices"
	"testing"

	"crossdock/sim"
)

// TestSift takes no seed for a find of which the program without the bug is not
// healthy, goes on behind it, and counts all of them.
func TestSift(t *testing.T) {
	for name, c := range map[string]struct {
		broken []uint64 // seeds that fail with the bug
		sick   []uint64 // of these, also without it
		want   uint64   // the seed that tells; 0: none
		tried  int
	}{
		"the first":       {[]uint64{7}, nil, 7, 1},
		"the third":       {[]uint64{9}, nil, 9, 3},
		"behind sick":     {[]uint64{8, 10, 11}, []uint64{8, 10}, 11, 5},
		"none but sick":   {[]uint64{8, 10}, []uint64{8, 10}, 0, 6},
		"none":            {nil, nil, 0, 6},
		"the last":        {[]uint64{12}, nil, 12, 6},
		"behind the last": {[]uint64{13}, nil, 0, 6},
	} {
		t.Run(name, func(t *testing.T) {
			seek := func(search Search) (Found, error) {
				for n := range search.Seeds {
					if seed := search.plan(n).Seed; slices.Contains(c.broken, seed) {
						return Found{n + 1, &sim.Violation{Seed: seed}}, nil
					}
				}
				return Found{Seeds: search.Seeds}, nil
			}
			healthy := func(plan sim.Plan) (bool, error) { return !slices.Contains(c.sick, plan.Seed), nil }
			found, err := sift(Search{From: 7, Seeds: 6}, seek, healthy)
			if err != nil {
				t.Fatal(err)
			}
			got := uint64(0)
			if found.Violation != nil {
				got = found.Violation.Seed
			}
			if got != c.want || found.Seeds != c.tried {
				t.Errorf("seed %d after %d seeds, want %d after %d", got, found.Seeds, c.want, c.tried)
			}
		})
	}
}

// TestPlanOfRestore has sites come back from backups where that is asked for.
func TestPlanOfRestore(t *testing.T) {
	if plan := (Search{From: 4, Restore: true}).plan(3); plan.Seed != 7 || !plan.Faults.Has(sim.Restore) {
		t.Errorf("%+v", plan)
	}
}
