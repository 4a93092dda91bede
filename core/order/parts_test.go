package order_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
)

// unheard is an order of which wh2 was not asked for its part yet.
func unheard() order.Order {
	o := twoWarehouses(order.Accepted, order.Requested)
	f := &o.Fulfillments[1]
	f.Unasked, f.Version, f.NotBefore = true, 0, 20000
	return o
}

// What is left of a fulfillment after some of it was called off is asked for under
// another name, as parts of which nothing is called off.
func TestDropPartsKeepsTheRest(t *testing.T) {
	o := unheard()
	got, rest, err := order.DropParts(o, second, []order.Part{{Line: 1, Quantity: 2}, {Line: 2, Quantity: 1}}, third, later)
	if err != nil {
		t.Fatal(err)
	}
	want := unheard()
	want.Lines[0].Voided, want.Lines[1].Voided = 2, 1
	want.Version, want.ChangedAt = 2, later
	kept := want.Fulfillments[1]
	kept.ID, kept.ChangedAt, kept.Lines = third, later, []order.Part{{Line: 2, SKU: "b", Quantity: 2}}
	want.Fulfillments = append(want.Fulfillments, kept)
	f := &want.Fulfillments[1]
	f.Stage, f.Unasked, f.ChangedAt = order.VoidedStage, false, later
	f.Lines = []order.Part{{Line: 1, SKU: "a", Quantity: 2, Voided: 2}, {Line: 2, SKU: "b", Quantity: 3, Voided: 3}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(kept.Lines, rest); diff != "" {
		t.Errorf("the rest (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(unheard(), o); diff != "" {
		t.Errorf("what was given has changed (-before +after):\n%s", diff)
	}
}

// Where nothing is left, no fulfillment is made, and an order of nothing else is voided.
func TestDropPartsWhole(t *testing.T) {
	o := unheard()
	o.Fulfillments = o.Fulfillments[1:]
	o.Lines[0].Quantity = 2
	got, rest, err := order.DropParts(o, second, all(second), third, later)
	if err != nil || len(rest) != 0 || len(got.Fulfillments) != 1 || got.Status != order.Voided {
		t.Errorf("%+v, %v, %v", got, rest, err)
	}
}

func TestDropPartsRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		which id.Fulfillment
		parts []order.Part
	}{
		"what its warehouse knows": {first, []order.Part{{Line: 1, Quantity: 1}}},
		"more than there is":       {second, []order.Part{{Line: 2, Quantity: 1}, {Line: 1, Quantity: 3}}},
		"more in two steps":        {second, []order.Part{{Line: 1, Quantity: 2}, {Line: 1, Quantity: 1}}},
		"nothing":                  {second, []order.Part{{Line: 1}}},
		"a line that is not there": {second, []order.Part{{Line: 9, Quantity: 1}}},
		"no fulfillment":           {third, []order.Part{{Line: 1, Quantity: 1}}},
	} {
		got, _, err := order.DropParts(unheard(), test.which, test.parts, third, later)
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v, want a conflict", name, err)
		}
		if diff := cmp.Diff(unheard(), got); diff != "" {
			t.Errorf("%s has changed it (-before +after):\n%s", name, diff)
		}
	}
}
