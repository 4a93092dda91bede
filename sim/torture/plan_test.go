package torture

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoundsHoldAllThatIsAsked(t *testing.T) {
	for _, test := range []struct {
		config Config
		rounds int
		want   share
	}{
		{Config{}, 1, share{}},
		{Config{Orders: 600, Kills: 20, PowerCuts: 5, Partitions: 6}, 1, share{600, 20, 5, 6}},
		{Config{Orders: 2000, Kills: 50, PowerCuts: 10, Partitions: 12}, 2, share{1000, 25, 5, 6}},
		{Config{Orders: 100_000, Kills: 1000, PowerCuts: 100, Partitions: 100}, 40, share{2500, 25, 3, 3}},
		{Config{Kills: 26}, 2, share{0, 13, 0, 0}},
	} {
		if rounds := test.config.rounds(); rounds != test.rounds || test.config.share() != test.want {
			t.Errorf("%+v: %d rounds of %+v, not %d of %+v", test.config, rounds, test.config.share(), test.rounds, test.want)
		}
	}
}

func names(events []event) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.name)
	}
	return all
}

// A schedule is the same for the same seed, another for another one, and has every
// nemesis in its place.
func TestScheduleIsDrawnFromTheSeed(t *testing.T) {
	s := share{kills: 10, powerCuts: 6, partitions: 7}
	first, firstNet := schedule(5, s)
	again, againNet := schedule(5, s)
	if diff := cmp.Diff(names(first), names(again)) + cmp.Diff(names(firstNet), names(againNet)); diff != "" || first[3].seed != again[3].seed {
		t.Errorf("the same seed: %s", diff)
	}
	if other, _ := schedule(6, s); cmp.Equal(names(first), names(other)) {
		t.Error("another seed does the same")
	}
	counts := map[string]int{}
	for _, name := range append(names(first), names(firstNet)...) {
		counts[name]++
	}
	want := map[string]int{killOne: 10, cutEvery: 2, cutOne: 4, partsAll: 3, partsSome: 3, partsHalf: 3}
	for _, n := range nemeses() {
		if want[n.name] == 0 {
			want[n.name] = 1
		}
	}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Error(diff)
	}
	for _, name := range names(firstNet) {
		if strings.HasPrefix(name, "kill") || strings.HasPrefix(name, "power") {
			t.Errorf("%s stands among what is done to the network", name)
		}
	}
}
