package memory

import (
	"slices"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/fulfillment"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/dist/feed"
	"crossdock/site/books"
	"crossdock/site/store"
)

// The copies that go in and come out: they share no slice with what they are
// made of, and their times are as they are stored.

func copyMessage(m feed.Message) feed.Message {
	m.Body = slices.Clone(m.Body)
	return m
}

func copyParked(p books.Parked) books.Parked {
	p.Message = copyMessage(p.Message)
	p.ParkedAt = micro(p.ParkedAt)
	if !p.Resolution.At.IsZero() {
		p.Resolution.At = micro(p.Resolution.At)
	}
	return p
}

func copyDistrict(d catalog.District) catalog.District {
	d.Warehouses = slices.Clone(d.Warehouses)
	return d
}

func copyOrder(o order.Order) order.Order {
	o = o.Clone()
	o.PlacedAt, o.ChangedAt = micro(o.PlacedAt), micro(o.ChangedAt)
	for i := range o.Fulfillments {
		o.Fulfillments[i].ChangedAt = micro(o.Fulfillments[i].ChangedAt)
	}
	return o
}

func copyAddress(a *order.Address) *order.Address {
	if a == nil {
		return nil
	}
	address := *a
	return &address
}

func copyCart(c cart.Cart) cart.Cart { return cart.Cart{Lines: slices.Clone(c.Lines)} }

func copySession(s store.Session) store.Session {
	s.Data = slices.Clone(s.Data)
	s.ExpiresAt = micro(s.ExpiresAt)
	return s
}

func copyTransaction(t pay.Transaction) pay.Transaction {
	t.At, t.NextAt = micro(t.At), micro(t.NextAt)
	return t
}

func copySchedule(s store.Schedule) store.Schedule {
	s.Arrivals = slices.Clone(s.Arrivals)
	return s
}

func copyHold(h store.Hold) store.Hold {
	h.Units = slices.Clone(h.Units)
	h.Since, h.ExpiresAt = micro(h.Since), micro(h.ExpiresAt)
	return h
}

func copySentBack(r store.Return) store.Return {
	r.Lines = slices.Clone(r.Lines)
	r.AskedAt, r.ChangedAt = micro(r.AskedAt), micro(r.ChangedAt)
	return r
}

func copyFulfillment(f fulfillment.Fulfillment) fulfillment.Fulfillment {
	f.Lines = slices.Clone(f.Lines)
	f.PlacedAt, f.ChangedAt = micro(f.PlacedAt), micro(f.ChangedAt)
	return f
}
