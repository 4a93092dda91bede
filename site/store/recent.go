package store

import (
	"slices"

	"crossdock/core/id"
	"crossdock/core/order"
)

// maxRecent is how many orders the store keeps in memory at most. It is only
// while the warehouses are behind that there are more than a few.
const maxRecent = 1 << 16

// recent is the orders, as the last batch has left them, of which a warehouse has yet to say its
// first word: that comes soon, and at full load it is half of all news. What
// comes later, a person's work lies before it: then there is time to look.
type recent struct {
	orders map[id.Order]order.Order
	ring   []id.Order // in order of coming, from next on
	next   int
}

func newRecent() *recent { return &recent{orders: map[id.Order]order.Order{}} }

// keep remembers an order as long as it waits for its warehouses, and forgets
// the one that came first where there are too many.
func (r *recent) keep(o order.Order) {
	if !slices.ContainsFunc(o.Fulfillments, func(f order.Fulfillment) bool { return f.Stage == order.Requested }) {
		delete(r.orders, o.ID)
		return
	}
	if _, there := r.orders[o.ID]; !there {
		if len(r.ring) < maxRecent {
			r.ring = append(r.ring, o.ID)
		} else {
			delete(r.orders, r.ring[r.next])
			r.ring[r.next] = o.ID
			r.next = (r.next + 1) % maxRecent
		}
	}
	r.orders[o.ID] = o
}
