package store_test

import (
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/site/store"
)

// oneADay lets a warehouse hand over one parcel a day.
func (r *rig) oneADay(warehouse id.Site) {
	r.t.Helper()
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: warehouse, Capacity: 1}}})
}

// parcels returns how many are counted for a warehouse and a day, as stored.
func (r *rig) parcels(warehouse id.Site, on date.Date) int {
	r.t.Helper()
	for _, load := range r.state().Snapshot.Loads {
		if load.Warehouse == warehouse && load.On == on {
			return load.Parcels
		}
	}
	return 0
}

// TestCapacityGivenBack: a parcel that is called off before it is sent is in nobody's
// way, whoever has called it off, and also after a restart.
func TestCapacityGivenBack(t *testing.T) {
	ends := map[string]func(r *rig) order.Order{
		"declined": func(r *rig) order.Order { return r.buy(byCard("tok_declined", want("pot", 1))) },
		"not paid in time": func(r *rig) order.Order {
			c := order1(want("pot", 1))
			c.Payment = pay.BankTransfer
			o := r.buy(c)
			same(r.t, "parcels while the money is waited for", 2, r.parcels("wh1", today))
			r.clock.move(8 * 24 * time.Hour)
			r.do(store.Tick{})
			return o
		},
		"called off before it was asked for": func(r *rig) order.Order {
			c := order1(want("pot", 1))
			c.Payment = pay.BankTransfer
			o := r.buy(c)
			r.do(store.VoidOrder{Order: o.ID, Reason: "x"})
			return o
		},
		"called off by the warehouse, the next day": func(r *rig) order.Order {
			o := r.place(want("pot", 1))
			r.hear("wh1", o.ID.String(), step(o, 0, order.Accepted, 1))
			same(r.t, "parcels while it is packed", 2, r.parcels("wh1", today))
			r.clock.move(24 * time.Hour)
			r.reopen()
			r.do(store.VoidOrder{Order: o.ID, Reason: "x"})
			r.hear("wh1", o.ID.String(), step(o, 0, order.VoidedStage, 2, order.Part{Line: 1, SKU: "pot", Quantity: 1}))
			return o
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			r := newPaidRig(t, store.Options{}, till{Company: company(t)})
			r.oneADay("wh1")
			r.place(want("mug", 1))
			o := end(r)
			same(t, "status", order.Voided, r.order(o.ID).Status)
			same(t, "parcels", 1, r.parcels("wh1", today))
		})
	}
}

// TestCapacityOfManyDeclined cards is as before them.
func TestCapacityOfManyDeclined(t *testing.T) {
	r := newPaidRig(t, store.Options{}, company(t))
	r.oneADay("wh1")
	first := r.place(want("pot", 1))
	for range 20 {
		same(t, "declined", order.Voided, r.buy(byCard("tok_declined", want("pot", 1))).Status)
	}
	same(t, "the second parcel ships a day after the first", first.Promise.From+1, r.place(want("pot", 1)).Promise.From)
}

// TestCapacityOfWhatIsSent is used up: nothing of it is given back.
func TestCapacityOfWhatIsSent(t *testing.T) {
	r := newRig(t, store.Options{})
	r.oneADay("wh1")
	o := r.place(want("pot", 2), want("mug", 1))
	r.hear("wh1", o.ID.String(), step(o, 0, order.Accepted, 1, order.Part{Line: 1, SKU: "pot", Quantity: 1}))
	for n, to := range []order.Stage{order.Picking, order.PickedStage, order.ReadyStage, order.SentStage} {
		r.hear("wh1", o.ID.String(), step(o, 0, to, n+2))
	}
	same(t, "parcels", 1, r.parcels("wh1", today))
}

// TestCapacityOfMove: the warehouse that lets go has its parcel back; what is moved
// goes out with the other's own, so that the two together are one parcel.
func TestCapacityOfMove(t *testing.T) {
	r := newRig(t, store.Options{})
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1", Capacity: 9}, {Code: "wh2", Capacity: 9}}})
	r.place(want("pot", 1))
	o := r.place(want("mug", 7))
	count := func() [2]int { return [2]int{r.parcels("wh1", today), r.parcels("wh2", today)} }
	same(t, "split", [2]int{2, 1}, count())
	r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 3}))
	r.do(store.Tick{})
	r.hear("wh2", o.ID.String(), voidedWhole(o, 1, 1))
	same(t, "moved", [2]int{2, 0}, count())
	o = r.order(o.ID)
	r.do(store.VoidOrder{Order: o.ID, Reason: "x"})
	r.hear("wh1", o.ID.String(), voidedWhole(o, 0, 1))
	same(t, "its own part is called off", [2]int{1, 0}, count())
	r.hear("wh1", o.ID.String(), voidedWhole(o, 2, 1))
	same(t, "what was moved is called off", [2]int{1, 0}, count())
	same(t, "status", order.Voided, r.order(o.ID).Status)
}

// TestCapacityCarriesOver: what a day cannot take is in the way of the orders of the
// next days, until it is worked off, and also after a restart.
func TestCapacityCarriesOver(t *testing.T) {
	r := newRig(t, store.Options{})
	r.oneADay("wh1")
	r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "pot", Quantity: 20}))
	plain := r.place(want("pot", 1)).Promise.From - today // on the way, from a Monday
	for range 3 {
		r.place(want("pot", 1))
	}
	next := func(days int) date.Date {
		r.clock.move(time.Duration(days) * 24 * time.Hour)
		r.reopen()
		return r.place(want("pot", 1)).Promise.From
	}
	same(t, "the 5th, placed on Tuesday, ships on Friday", today+7, next(1)) // not on a Sunday
	same(t, "placed on the Monday of the week after, nothing is left", today+7+plain, next(6))
}

// TestCapacityGivenBackOnce, on the day for which the parcel was counted, and never
// more than was counted.
func TestCapacityGivenBackOnce(t *testing.T) {
	r := newRig(t, store.Options{})
	uncounted := r.place(want("pot", 1))
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1", Capacity: 9}, {Code: "wh2", Capacity: 9}}})
	pot := func(o order.Order) event.FulfillmentChanged {
		return step(o, 0, order.VoidedStage, 1, order.Part{Line: 1, SKU: "pot", Quantity: 1})
	}
	r.hear("wh1", uncounted.ID.String(), pot(uncounted))
	same(t, "of none", 0, r.parcels("wh1", today))
	same(t, "status", order.Voided, r.order(uncounted.ID).Status)

	imported := order1(want("pot", 1))
	imported.PlacedAt = start.Add(-5 * 24 * time.Hour)
	o := r.do(imported).(store.Placement).Order
	r.hear("wh1", o.ID.String(), pot(o))
	same(t, "of an order that was placed elsewhere before", 0, r.parcels("wh1", today))

	r.place(want("pot", 1))
	o = r.place(want("mug", 6))
	same(t, "before", [2]int{2, 1}, [2]int{r.parcels("wh1", today), r.parcels("wh2", today)})
	r.hear("wh1", o.ID.String(), voidedWhole(o, 0, 1))
	r.hear("wh2", o.ID.String(), step(o, 1, order.Accepted, 1))
	same(t, "after", [2]int{1, 1}, [2]int{r.parcels("wh1", today), r.parcels("wh2", today)})

	late := r.place(want("pot", 1))
	r.hear("wh1", late.ID.String(), step(late, 0, order.Accepted, 1))
	r.clock.move(24 * time.Hour)
	r.hear("wh1", late.ID.String(), step(late, 0, order.Picking, 2))
	r.hear("wh1", late.ID.String(), step(late, 0, order.VoidedStage, 3, order.Part{Line: 1, SKU: "pot", Quantity: 1}))
	same(t, "of the day before", 1, r.parcels("wh1", today))
}
