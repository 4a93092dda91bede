package shop

import (
	"testing"

	"crossdock/core/id"
	"crossdock/core/order"
)

func TestTheStoresTextsAreForPeople(t *testing.T) {
	s := &shop{Deps: Deps{SiteNames: map[id.Site]string{"wh1": "Leeds", "wh2": "wh2"}, Published: nothingPublished{}}}
	v := &visit{shop: s}
	sites := []id.Site{"wh1", "wh2", "wh3"}
	for text, want := range map[string]string{
		"wh1 ships what wh2 was to, with its own part":   "Leeds (wh1) ships what wh2 was to, with its own part.",
		"wh3 ships what wh1 was to, with its own part":   "wh3 ships what Leeds (wh1) was to, with its own part.",
		"it arrives between 2026-11-24 and 2026-11-25":   "It arrives between Tue 24 Nov 2026 and Wed 25 Nov 2026.",
		"wh1 (12 km) before wh10":                        "Leeds (wh1) (12 km) before wh10.",
		"asked wh1 and wh2 to call it off: PO-wh1, wh-1": "Asked Leeds (wh1) and wh2 to call it off: PO-wh1, wh-1.",
		"2026-13-01 is no day, nor is 12026-11-24":       "2026-13-01 is no day, nor is 12026-11-24.",
	} {
		if got := v.detailOf(order.Event{Site: "store", Kind: "told", Text: text}, sites); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := v.detailOf(order.Event{Site: "wh1", Kind: "picked", Text: "wh1: picked"}, nil); got != "" {
		t.Errorf("what the title says is said twice: %q", got)
	}
}

func TestReasonsAreGrammatical(t *testing.T) {
	for _, c := range []struct {
		step order.Step
		want string
	}{
		{order.Step{Verdict: order.Chosen, Wanted: 2, Lines: 1}, "Ships all of what is wanted: 2 units on 1 line."},
		{order.Step{Verdict: order.Chosen, Wanted: 1, Lines: 1}, "Ships all of what is wanted: 1 unit on 1 line."},
		{order.Step{Verdict: order.Chosen, Wanted: 5, Lines: 2}, "Ships all of what is wanted: 5 units on 2 lines."},
		{order.Step{Verdict: order.Partly, SKU: "MUG", Wanted: 5, Got: 1}, "Ships 1 of the 5 units of MUG."},
		{order.Step{Verdict: order.Rejected, SKU: "MUG", Wanted: 1}, "Ships none of the 1 unit of MUG."},
		{order.Step{Verdict: order.Rejected, Wanted: 7, Note: "has 5 of 7; others have more"}, "Ships none of the 7 units. Has 5 of 7; others have more."},
		{order.Step{Verdict: order.Rejected}, "Was not needed."},
		{order.Step{Verdict: order.Rejected, Warehouse: "wh2", Note: "12 km; not needed"}, "12 km; not needed."},
		{order.Step{Verdict: order.Chosen, Warehouse: "wh2", Note: "wh2 (12 km) before wh1 (40 km)"}, "wh2 (12 km) before wh1 (40 km)."},
		{order.Step{Verdict: order.Awaited, SKU: "MUG", Wanted: 3, Note: "expected there on 2026-12-15"}, "3 units of MUG ordered ahead: to come in there."},
		{order.Step{Verdict: order.Missing, SKU: "MUG", Wanted: 5, Got: 4}, "1 of the 5 units of MUG cannot be had anywhere."},
	} {
		if got := reasonOf(c.step); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
