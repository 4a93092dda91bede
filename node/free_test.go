package node

import (
	"testing"

	"crossdock/core/order"
)

// TestFree counts the units of a line that a cancellation can take back, each where
// it is: to come in, not asked for, at a warehouse, on the move, or sent.
func TestFree(t *testing.T) {
	part := func(p order.Part) []order.Part { p.Line = 1; return []order.Part{p, {Line: 2, Quantity: 100}} }
	for name, c := range map[string]struct {
		o    order.Order
		want int64
	}{
		"to come in":     {order.Order{Waiting: []order.Wait{{Line: 1, Quantity: 2}, {Line: 2, Quantity: 9}}}, 2},
		"not asked for":  {order.Order{Fulfillments: []order.Fulfillment{{Unasked: true, Lines: part(order.Part{Quantity: 3})}}}, 3},
		"some asked for": {order.Order{Fulfillments: []order.Fulfillment{{Lines: part(order.Part{Quantity: 5, Voided: 1, Asked: 1})}}}, 3},
		"on the move":    {order.Order{Fulfillments: []order.Fulfillment{{MoveTo: "wh1", Lines: part(order.Part{Quantity: 5, Asked: 5, Moving: 4})}}}, 4},
		"some came back": {order.Order{Fulfillments: []order.Fulfillment{{Stage: order.SentStage, Lines: part(order.Part{Quantity: 5, Returned: 3})}}}, 2},
	} {
		if got := free(c.o, 1); got != c.want {
			t.Errorf("%s: %d units, want %d", name, got, c.want)
		}
	}
}
