package store

import (
	"crossdock/core/id"
	"crossdock/core/order"
)

// maxRecent is how many orders the store keeps in memory. News of an order comes
// soon after it was placed, so that most of it finds its order there.
const maxRecent = 2048

// recent is the orders changed last, as committed.
type recent struct {
	orders map[id.Order]order.Order
	ring   []id.Order // in order of coming, from next on
	next   int
}

func newRecent() *recent { return &recent{orders: make(map[id.Order]order.Order, maxRecent)} }

// keep remembers an order, and forgets the one that came first where there are
// too many.
func (r *recent) keep(o order.Order) {
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
