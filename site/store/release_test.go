package store_test

import (
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/site/store"
)

// release puts the tin again: with a day of release, or, with none, in stock.
func (r *rig) release(on date.Date) {
	r.t.Helper()
	tin := product("tin")
	if !on.IsZero() {
		tin.Policy, tin.ReleaseOn = catalog.Preorder, on
	}
	r.do(store.ListProducts{Products: []catalog.Product{tin}})
}

// newReleaseRig is newRig whose tin is released in 30 days, with units of it at wh1.
func newReleaseRig(t *testing.T, payments store.Payments, units int64) *rig {
	r := newPaidRig(t, store.Options{}, payments)
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1"}}})
	r.release(today + 30)
	r.hear("wh1", "quota", r.grant(id.Grant{}, tins(units)))
	return r
}

func (r *rig) ticksAfter(days int) {
	r.t.Helper()
	r.clock.move(time.Duration(days) * 24 * time.Hour)
	r.do(store.Tick{})
}

// notBefore returns the days before which the fulfillments of an order are not asked
// for, and whether they wait.
func notBefore(o order.Order) (days []date.Date, waiting []bool) {
	for _, f := range o.Fulfillments {
		days, waiting = append(days, f.NotBefore), append(waiting, f.Unasked)
	}
	return days, waiting
}

// TestReleaseMoves: an order that is not asked for follows the release of its product,
// also when the store begins again before it has looked, and the customer is told.
func TestReleaseMoves(t *testing.T) {
	for name, c := range map[string]struct {
		to      date.Date
		before  int // days on which it still waits
		asked   int // days from then on which it is asked for
		promise date.Date
	}{
		"put off":           {today + 60, 59, 1, today + 63}, // not on a Sunday
		"brought forward":   {today + 5, 4, 1, today + 7},
		"to today":          {today, 0, 0, today + 2},
		"not ahead anymore": {0, 0, 0, today + 2},
	} {
		for _, restart := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				r := newReleaseRig(t, nil, 5)
				o := r.place(want("tin", 2), want("mug", 1))
				r.release(c.to)
				if restart {
					r.reopen()
				}
				r.do(store.Tick{})
				if c.before > 0 {
					days, waiting := notBefore(r.order(o.ID))
					same(t, "days", []date.Date{c.to, 0}, days)
					same(t, "waits", []bool{true, false}, waiting)
					r.ticksAfter(c.before)
					same(t, "tins asked for before", 0, len(r.requested("wh1", o.ID))-1)
				}
				same(t, "promised from", c.promise, r.order(o.ID).Promise.From)
				same(t, "told", []string{"placed", "promise-changed/2"}, r.notices(o.ID))
				r.ticksAfter(c.asked)
				same(t, "tins asked for", 1, len(r.requested("wh1", o.ID))-1)
			})
		}
	}
}

// TestReleaseOfSeveral products of one parcel is the last of theirs.
func TestReleaseOfSeveral(t *testing.T) {
	r := newReleaseRig(t, nil, 5)
	pot := product("pot")
	pot.Policy, pot.ReleaseOn = catalog.Preorder, today+30
	r.do(store.ListProducts{Products: []catalog.Product{pot}})
	o := r.place(want("tin", 1), want("pot", 1))
	for _, step := range []struct{ tin, want date.Date }{{today + 10, today + 30}, {today + 40, today + 40}, {0, today + 30}} {
		r.release(step.tin)
		r.do(store.Tick{})
		days, _ := notBefore(r.order(o.ID))
		same(t, "days", []date.Date{step.want}, days)
	}
	r.ticksAfter(30)
	same(t, "asked for", 1, len(r.requested("wh1", o.ID)))
}

// TestReleaseWithoutChange: a listing that moves no release changes no order, and
// neither does the tick after a restart, nor what the promise does not follow on.
func TestReleaseWithoutChange(t *testing.T) {
	r := newReleaseRig(t, nil, 5)
	o := r.place(want("tin", 1))
	tin := product("tin")
	tin.Policy, tin.ReleaseOn, tin.Name = catalog.Preorder, today+30, "Tin, blue"
	r.do(store.ListProducts{Products: []catalog.Product{tin}})
	before := r.state()
	r.do(store.Tick{})
	r.reopen()
	r.do(store.Tick{})
	same(t, "state", before, r.state())
	r.ticksAfter(30)
	days, waiting := notBefore(r.order(o.ID))
	same(t, "days once it is released", []date.Date{today + 30}, days)
	same(t, "waits", []bool{false}, waiting)
	r.release(today + 90)
	r.do(store.Tick{})
	same(t, "an order that is asked for", r.order(o.ID).Version, 2)
}

// TestReleaseOfUnpaid orders moves too: once paid, nothing is asked for too soon,
// although no tick has run in between.
func TestReleaseOfUnpaid(t *testing.T) {
	for _, tick := range []bool{false, true} {
		r := newReleaseRig(t, till{Company: company(t)}, 5)
		r.release(today + 1)
		c := order1(want("tin", 1))
		c.Payment = pay.BankTransfer
		o := r.buy(c)
		r.clock.move(24 * time.Hour)
		r.release(today + 60)
		if tick {
			r.do(store.Tick{})
		}
		r.do(store.ConfirmPayment{Order: o.ID, Reference: "R1"})
		days, waiting := notBefore(r.order(o.ID))
		same(t, "days", []date.Date{today + 60}, days)
		same(t, "waits", []bool{true}, waiting)
		same(t, "promised from", today+63, r.order(o.ID).Promise.From)
		same(t, "told", "promise-changed/2", last(r.notices(o.ID)))
		r.ticksAfter(59)
		same(t, "asked for", 1, len(r.requested("wh1", o.ID)))
	}
}

// TestReleaseOfMany that were due when they were put off: those that one tick does not
// come to as moved are due still, and nothing of them is asked for either.
func TestReleaseOfMany(t *testing.T) {
	const perTick = 500
	r := newReleaseRig(t, nil, perTick+2)
	orders := make([]order.Order, perTick+2)
	for i := range orders {
		orders[i] = r.place(want("tin", 1))
	}
	r.clock.move(30 * 24 * time.Hour)
	r.release(today + 60)
	r.do(store.Tick{})
	moved := 0
	for _, o := range r.state().Orders {
		if days, waiting := notBefore(o); days[0] == today+60 && waiting[0] {
			moved++
		}
	}
	same(t, "moved", len(orders), moved)
	same(t, "asked for", 0, len(r.requested("wh1", orders[perTick+1].ID)))
}

// TestReleaseInPieces: no tick changes more orders than it may.
func TestReleaseInPieces(t *testing.T) {
	const perTick = 500
	r := newReleaseRig(t, nil, perTick+2)
	for range perTick + 2 {
		r.place(want("tin", 1))
	}
	r.release(today + 60)
	for _, want := range []int{perTick, perTick + 2} {
		r.do(store.Tick{})
		moved := 0
		for _, o := range r.state().Orders {
			if days, _ := notBefore(o); days[0] == today+60 {
				moved++
			}
		}
		same(t, "moved", want, moved)
	}
}

// TestMovedReleaseBesideDamage: an order that cannot be read is looked at again when
// it can be, and is in nobody's way.
func TestMovedReleaseBesideDamage(t *testing.T) {
	r := newReleaseRig(t, nil, 5)
	orders := []order.Order{r.place(want("tin", 1)), r.place(want("tin", 1))}
	d := r.damageable()
	d.damages(fault.Corrupt, []id.Order{orders[0].ID}, nil)
	r.release(today + 60)
	r.do(store.Tick{})
	r.do(store.Tick{})
	first := func(o order.Order) date.Date { return r.order(o.ID).Fulfillments[0].NotBefore }
	same(t, "days", []date.Date{today + 30, today + 60}, []date.Date{first(orders[0]), first(orders[1])})
	same(t, "told", 1, len(d.reports()))
	d.damages(fault.Corrupt, nil, nil)
	r.clock.move(2 * time.Minute)
	r.do(store.Tick{})
	same(t, "the day, in the end", today+60, first(orders[0]))
}

// TestReleaseOfAsked: what a warehouse knows of goes on, whatever is said of its
// product; and what is in stock now meets the parcels that are before it.
func TestReleaseOfAsked(t *testing.T) {
	r := newReleaseRig(t, nil, 5)
	o := r.place(want("mug", 1), want("tin", 1))
	mug := product("mug")
	mug.Policy, mug.ReleaseOn = catalog.Preorder, today+90
	r.do(store.ListProducts{Products: []catalog.Product{mug}})
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1", Capacity: 1}}})
	for range 2 {
		r.place(want("pot", 1))
	}
	r.release(0)
	r.do(store.Tick{})
	days, _ := notBefore(r.order(o.ID))
	same(t, "days", []date.Date{0, 0}, days)
	same(t, "promised from", today+4, r.order(o.ID).Promise.From)
}
