package shop

import (
	"testing"

	"crossdock/core/order"
)

func TestReasonsAreGrammatical(t *testing.T) {
	for _, c := range []struct {
		step order.Step
		want string
	}{
		{order.Step{Verdict: order.Chosen, Wanted: 2, Lines: 1}, "Has all of what is wanted: 2 units on 1 line."},
		{order.Step{Verdict: order.Chosen, Wanted: 1, Lines: 1}, "Has all of what is wanted: 1 unit on 1 line."},
		{order.Step{Verdict: order.Chosen, Wanted: 5, Lines: 2}, "Has all of what is wanted: 5 units on 2 lines."},
		{order.Step{Verdict: order.Partly, SKU: "MUG", Wanted: 5, Got: 1}, "Has 1 of the 5 units of MUG."},
		{order.Step{Verdict: order.Rejected, SKU: "MUG", Wanted: 1}, "Has none of the 1 unit of MUG."},
		{order.Step{Verdict: order.Missing, SKU: "MUG", Wanted: 5, Got: 4}, "1 of the 5 units of MUG cannot be had anywhere."},
	} {
		if got := reasonOf(c.step); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
