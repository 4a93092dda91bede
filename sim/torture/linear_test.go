package torture

import (
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"pgregory.net/rapid"
)

// The search and the sum, which know nothing of each other, say the same of any
// history, right or wrong.
func TestSearchAndSumAgree(t *testing.T) {
	outcomes := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		var changes []change
		var rest int64
		for range rapid.IntRange(0, 9).Draw(t, "changes") {
			c := change{units: rapid.SampledFrom([]int64{-3, -2, -1, 1, 2, 3, 4}).Draw(t, "units")}
			c.Began = time.Duration(rapid.IntRange(0, 20).Draw(t, "began"))
			c.Ended = c.Began + time.Duration(rapid.IntRange(0, 8).Draw(t, "took"))
			changes, rest = append(changes, c), rest+c.units
		}
		if rapid.IntRange(0, 4).Draw(t, "miscounted") == 0 {
			rest++
		}
		if rest < 0 {
			rest = 0
		}
		possible := inOrder(changes, rest)
		outcomes[possible]++
		searched := porcupine.CheckOperationsTimeout(unitsModel(), operations(changes, rest, Span{30, 31}), checkTime)
		if possible != (searched == porcupine.Ok) {
			t.Fatalf("the search says %s, the sum %v: %+v, %d left", searched, possible, changes, rest)
		}
	})
	if outcomes[true] == 0 || outcomes[false] == 0 {
		t.Errorf("only one outcome was tried: %v", outcomes)
	}
}

// A sale that overlaps a receipt may have come after it; one that was answered
// before the goods were there sold what nobody had.
func TestHistories(t *testing.T) {
	span := func(began, ended int) Span { return Span{time.Duration(began), time.Duration(ended)} }
	for _, test := range []struct {
		name    string
		changes []change
		rest    int64
		want    bool
	}{
		{"nothing", nil, 0, true},
		{"sold what is there", []change{{5, "goods", span(0, 1)}, {-5, "order", span(2, 3)}}, 0, true},
		{"sold more than there is", []change{{5, "goods", span(0, 1)}, {-6, "order", span(2, 3)}}, 0, false},
		{"sold while it comes in", []change{{5, "goods", span(2, 9)}, {-5, "order", span(0, 3)}}, 0, true},
		{"sold before it comes in", []change{{5, "goods", span(4, 9)}, {-5, "order", span(0, 3)}}, 0, false},
		{"the same unit twice", []change{{1, "goods", span(0, 1)}, {-1, "order", span(2, 3)}, {-1, "other", span(2, 3)}}, 0, false},
		{"sold again after a void", []change{{1, "goods", span(0, 1)}, {-1, "order", span(2, 3)}, {1, "void", span(4, 6)}, {-1, "other", span(5, 7)}}, 0, true},
		{"sold again before the void", []change{{1, "goods", span(0, 1)}, {-1, "order", span(2, 3)}, {1, "void", span(6, 7)}, {-1, "other", span(4, 5)}}, 0, false},
		{"a unit vanished", []change{{2, "goods", span(0, 1)}}, 1, false},
		{"a unit appeared", []change{{2, "goods", span(0, 1)}}, 3, false},
	} {
		searched := porcupine.CheckOperations(unitsModel(), operations(test.changes, test.rest, span(20, 21)))
		if possible := inOrder(test.changes, test.rest); possible != test.want || searched != test.want {
			t.Errorf("%s: the search says %v, the sum %v", test.name, searched, possible)
		}
	}
}
