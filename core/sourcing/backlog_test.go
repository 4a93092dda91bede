package sourcing_test

import (
	"testing"

	"pgregory.net/rapid"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/sourcing"
)

// TestBacklog: each working day takes what it can, the rest is left for the next.
func TestBacklog(t *testing.T) {
	monday := date.Of(saturday).Add(2)
	for name, c := range map[string]struct {
		warehouse catalog.Warehouse
		on        date.Date
		loads     map[date.Date]int
		want      int
	}{
		"a full day leaves nothing":       {catalog.Warehouse{Capacity: 10}, monday + 1, map[date.Date]int{monday: 10}, 0},
		"what is over is left":            {catalog.Warehouse{Capacity: 10}, monday + 1, map[date.Date]int{monday: 100}, 90},
		"and is worked off":               {catalog.Warehouse{Capacity: 10}, monday + 4, map[date.Date]int{monday: 100}, 60},
		"idle days save nothing up":       {catalog.Warehouse{Capacity: 10}, monday + 4, map[date.Date]int{monday + 3: 12}, 2},
		"its own day is not in it":        {catalog.Warehouse{Capacity: 10}, monday, map[date.Date]int{monday: 100, monday + 1: 100}, 0},
		"days off take nothing":           {catalog.Warehouse{Capacity: 10, Workdays: date.Workdays}, monday + 7, map[date.Date]int{monday + 4: 100}, 90},
		"what is long over is of no use":  {catalog.Warehouse{Capacity: 1}, monday, map[date.Date]int{monday - sourcing.LookBack - 1: 1000}, 0},
		"the first day looked back to is": {catalog.Warehouse{Capacity: 1}, monday, map[date.Date]int{monday - sourcing.LookBack: 1000}, 1000 - sourcing.LookBack},
		"without a capacity":              {catalog.Warehouse{}, monday, map[date.Date]int{monday - 1: 1000}, 0},
		"on no day":                       {catalog.Warehouse{Capacity: 1}, 0, map[date.Date]int{-1: 1000}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sourcing.Backlog(c.warehouse, c.on, func(day date.Date) int { return c.loads[day] }); got != c.want {
				t.Errorf("%d parcels are left, want %d", got, c.want)
			}
		})
	}
}

// TestBacklogAgainstSingleParcels gives each parcel the first day with room for it.
func TestBacklogAgainstSingleParcels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := catalog.Warehouse{
			Workdays: date.Days(rapid.IntRange(0, int(date.Week)).Draw(t, "workdays")), Capacity: rapid.IntRange(1, 4).Draw(t, "capacity"),
		}
		first := date.Of(saturday)
		loads := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 30).Draw(t, "loads")
		on := first.Add(len(loads))
		shipped, late := map[date.Date]int{}, 0
		for i, parcels := range loads {
			for range parcels {
				day := first.Add(i)
				for w.Workdays != 0 && !w.Workdays.Has(day) || shipped[day] == w.Capacity {
					day++
				}
				if shipped[day]++; day >= on {
					late++
				}
			}
		}
		parcels := func(day date.Date) int {
			if day < first || day >= on {
				return 0
			}
			return loads[day-first]
		}
		if got := sourcing.Backlog(w, on, parcels); got != late {
			t.Fatalf("%d parcels are left; %d have no room before", got, late)
		}
	})
}
