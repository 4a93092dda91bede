package warehouse

import (
	"slices"
	"time"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/quota"
	"crossdock/core/stock"
)

// desk is what the warehouse remembers besides its books: who waits for units,
// what it has asked back, and how fast each store sells. None of it binds anybody,
// and it is lost at a restart; who waits, and the asks that are open, are lost with a
// commit that fails too. Such an ask is never answered: the order that waits for it
// gives up by time, what was asked back is divided by need when it comes, or stays
// free, and who still needs units asks again.
type desk struct {
	waiting []waiter            // oldest first; replaced as a whole, never changed in place
	open    []openAsk           // oldest first; likewise
	asks    int64               // how many there were: it numbers them
	recalls map[id.Grant]recall // not answered
	asked   map[holding]int64   // the units of these recalls
	owing   map[id.Site]debt    // the stores that were to answer them
	claims  []*claim            // of corrections that wait, oldest first
	sales   map[holding]quota.Sales
}

// holding is one store's quota of a SKU.
type holding struct {
	store id.Site
	sku   id.SKU
}

// waiter is a store that was granted less than it asked for; the units were asked
// back from others for it. It goes on waiting when they have given back too little.
type waiter struct {
	holding
	units   int64
	ask     int64      // its number
	recalls []id.Grant // by which they were asked back, answered or not
	until   time.Time
}

// recall is units that were asked back of a store.
type recall struct {
	grant id.Grant
	store id.Site
	units []event.Units
	claim *claim // of the correction that they are for; nil: they are for a store
}

// debt is how many recalls a store has not answered, and since when it is silent:
// since the first of them, or its last answer.
type debt struct {
	recalls int
	since   time.Time
}

func newDesk() desk {
	return desk{
		recalls: map[id.Grant]recall{}, asked: map[holding]int64{}, owing: map[id.Site]debt{}, sales: map[holding]quota.Sales{},
	}
}

// silent reports whether a store that is to answer has not been heard for too long.
func (d *desk) silent(store id.Site, now time.Time) bool {
	owes, is := d.owing[store]
	return is && now.Sub(owes.since) >= patience
}

// expire forgets those who have waited for too long, and corrections that are decided.
func (d *desk) expire(now time.Time) {
	var left []waiter
	for _, w := range d.waiting {
		if now.Before(w.until) {
			left = append(left, w)
		}
	}
	d.waiting = left
	d.claims = slices.DeleteFunc(d.claims, func(c *claim) bool { return c.over || !now.Before(c.until) })
}

// settle notes the recalls of a batch that is committed, and those answered in it.
func (d *desk) settle(made []recall, answered []id.Grant, now time.Time) {
	for _, r := range made {
		d.recalls[r.grant] = r
		if r.claim != nil && !slices.Contains(d.claims, r.claim) {
			d.claims = append(d.claims, r.claim)
		}
		owes, is := d.owing[r.store]
		if !is {
			owes.since = now
		}
		d.owing[r.store] = debt{owes.recalls + 1, owes.since}
		for _, u := range r.units {
			d.asked[holding{r.store, u.SKU}] += u.Quantity
		}
	}
	for _, grant := range answered {
		r, known := d.recalls[grant]
		if !known {
			continue // it was made before a restart, or by nobody
		}
		owes := debt{d.owing[r.store].recalls - 1, now}
		if d.owing[r.store] = owes; owes.recalls == 0 {
			delete(d.owing, r.store)
		}
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
