package warehouse

import (
	"time"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/quota"
	"crossdock/core/stock"
)

// desk is what the warehouse remembers besides its books: who waits for units,
// what it has asked back, and how fast each store sells. None of it binds anybody,
// and it is lost at a restart: who still needs units asks again.
type desk struct {
	waiting []waiter            // oldest first; replaced as a whole, never changed in place
	recalls map[id.Grant]recall // not answered
	asked   map[holding]int64   // the units of these recalls
	sales   map[holding]quota.Sales
}

// holding is one store's quota of a SKU.
type holding struct {
	store id.Site
	sku   id.SKU
}

// waiter is a store that was granted less than it asked for; the units were asked
// back from others for it.
type waiter struct {
	holding
	units int64
	until time.Time
}

// recall is units that were asked back of a store.
type recall struct {
	grant id.Grant
	store id.Site
	units []event.Units
	count bool // for a correction, whose caller waits: they stay free for it
}

func newDesk() desk {
	return desk{recalls: map[id.Grant]recall{}, asked: map[holding]int64{}, sales: map[holding]quota.Sales{}}
}

// expire forgets those who have waited for too long.
func (d *desk) expire(now time.Time) {
	var left []waiter
	for _, w := range d.waiting {
		if now.Before(w.until) {
			left = append(left, w)
		}
	}
	d.waiting = left
}

// settle notes the recalls of a batch that is committed, and those answered in it.
func (d *desk) settle(made []recall, answered []id.Grant) {
	for _, r := range made {
		d.recalls[r.grant] = r
		for _, u := range r.units {
			d.asked[holding{r.store, u.SKU}] += u.Quantity
		}
	}
	for _, grant := range answered {
		r := d.recalls[grant]
		for _, u := range r.units {
			h := holding{r.store, u.SKU}
			if d.asked[h] -= u.Quantity; d.asked[h] <= 0 {
				delete(d.asked, h)
			}
		}
		delete(d.recalls, grant)
	}
}

// sold notes what the stores have sold.
func (d *desk) sold(movements []stock.Movement) {
	for _, m := range movements {
		if m.From.Kind == stock.Quota && m.To.Kind == stock.Allocated {
			h := holding{id.Site(m.From.Ref), m.SKU}
			d.sales[h] = d.sales[h].Sold(m.Quantity, m.At)
		}
	}
}
