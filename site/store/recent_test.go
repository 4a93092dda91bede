package store

import (
	"encoding/binary"
	"testing"

	"crossdock/core/id"
	"crossdock/core/order"
)

// TestRecent keeps an order until its warehouses have said their first word, and
// of too many the newest.
func TestRecent(t *testing.T) {
	numbered := func(n int, stages ...order.Stage) order.Order {
		var o order.Order
		binary.BigEndian.PutUint64(o.ID.UUID[:], uint64(n))
		for _, stage := range stages {
			o.Fulfillments = append(o.Fulfillments, order.Fulfillment{Stage: stage})
		}
		return o
	}
	kept := func(r *recent, which id.Order) bool {
		_, there := r.orders[which]
		return there
	}
	r := newRecent()
	o := numbered(1, order.Requested, order.Requested)
	r.keep(o)
	if r.keep(numbered(1, order.Accepted, order.Requested)); !kept(r, o.ID) || r.orders[o.ID].Fulfillments[0].Stage != order.Accepted {
		t.Error("an order whose second warehouse is silent is not there as it was changed last")
	}
	if r.keep(numbered(1, order.Accepted, order.Accepted)); kept(r, o.ID) {
		t.Error("an order that all warehouses have accepted is still there")
	}
	if r.keep(numbered(2)); kept(r, numbered(2).ID) {
		t.Error("an order without a warehouse is there")
	}
	for n := range maxRecent + 3 {
		r.keep(numbered(10+n, order.Requested))
	}
	if len(r.orders) != maxRecent || kept(r, numbered(12).ID) || !kept(r, numbered(10+maxRecent+2).ID) {
		t.Errorf("%d orders are there, the oldest: %t", len(r.orders), kept(r, numbered(12).ID))
	}
}
