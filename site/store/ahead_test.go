package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/engine/testpay"
	"crossdock/site/store"
)

// today is the day of start, a Monday.
var today = date.Of(start)

// newAheadRig is newRig whose tin is sold ahead, with nothing of it anywhere.
func newAheadRig(t *testing.T, payments store.Payments) *rig {
	r := newPaidRig(t, store.Options{}, payments)
	tin := product("tin")
	tin.Policy = catalog.Backorder
	r.do(store.ListProducts{Products: []catalog.Product{tin}})
	return r
}

func (r *rig) expect(warehouse id.Site, units int64) {
	r.t.Helper()
	r.hear(warehouse, "quota", event.IncomingGranted{
		Grant: id.Grant{UUID: r.ids.New()}, Epoch: 1, Units: []event.Units{{SKU: "tin", Quantity: units}},
	})
}

func (r *rig) taking(arrived bool, units int64) event.IncomingTaken {
	return event.IncomingTaken{
		Taking: id.Grant{UUID: r.ids.New()}, Epoch: 1, Arrived: arrived, Units: []event.Units{{SKU: "tin", Quantity: units}},
	}
}

func tins(units int64) event.Units { return event.Units{SKU: "tin", Quantity: units} }

func dated(version int64, arrivals ...event.Arriving) event.IncomingDated {
	return event.IncomingDated{Schedules: []event.Schedule{{SKU: "tin", Version: version, Arrivals: arrivals}}}
}

// waits tells how many units each order waits for.
func (r *rig) waits(orders ...order.Order) []int64 {
	r.t.Helper()
	units := make([]int64, len(orders))
	for i, o := range orders {
		for _, wait := range r.order(o.ID).Waiting {
			units[i] += wait.Quantity
		}
	}
	return units
}

// ahead tells what is free and what is sold of the tins that a warehouse expects.
func (r *rig) ahead(warehouse id.Site) [2]int64 {
	r.t.Helper()
	return [2]int64{r.balance("tin", stock.IncomingAt(warehouse)), r.balance("tin", stock.SoldAheadAt(warehouse))}
}

// TestSoldAhead promises what suppliers have announced, and not one unit more.
func TestSoldAhead(t *testing.T) {
	r := newAheadRig(t, nil)
	if o := r.place(want("tin", 1)); o.Status != order.Voided || len(o.Waiting) > 0 {
		t.Errorf("nothing is announced, and the order is %s, waiting for %v", o.Status, o.Waiting)
	}
	r.hear("wh1", "quota", r.grant(id.Grant{}, tins(2)))
	r.expect("wh1", 5)
	o := r.place(want("tin", 6), want("mug", 1))
	same(t, "status", order.Backordered, o.Status)
	same(t, "waiting", []order.Wait{{Line: 1, SKU: "tin", Warehouse: "wh1", Quantity: 4}}, o.Waiting)
	same(t, "the promise", order.Promise{}, o.Promise)
	same(t, "free and sold", [2]int64{1, 4}, r.ahead("wh1"))
	asked := r.last("wh1").(event.FulfillmentRequested)
	same(t, "what ships at once", []event.Line{{Line: 1, SKU: "tin", Name: "A tin", Quantity: 2}, {Line: 2, SKU: "mug", Name: "A mug", Quantity: 1}}, asked.Lines)

	before := r.state().Snapshot.Books
	if short := r.place(want("tin", 2)); short.Status != order.Voided || short.Lines[0].Voided != 2 {
		t.Errorf("one is left, two were ordered, and the order is %s", short.Status)
	}
	if short := r.place(want("tin", 1), want("mug", 99)); short.Status != order.Voided {
		t.Errorf("mugs are not sold ahead, and the order is %s", short.Status)
	}
	same(t, "books after what was refused", before.Balances, r.state().Snapshot.Books.Balances)
	same(t, "the last one", order.Backordered, r.place(want("tin", 1)).Status)
}

// TestSoldAheadCap sells no more ahead at a time than the shop wants.
func TestSoldAheadCap(t *testing.T) {
	r := newAheadRig(t, nil)
	tin := product("tin")
	tin.Policy, tin.Cap = catalog.Backorder, 3
	r.do(store.ListProducts{Products: []catalog.Product{tin}})
	r.expect("wh1", 9)
	first := r.place(want("tin", 2))
	same(t, "within", order.Backordered, first.Status)
	same(t, "beyond", order.Voided, r.place(want("tin", 1), want("tin", 1)).Status)
	same(t, "just", order.Backordered, r.place(want("tin", 1)).Status)
	same(t, "full", order.Voided, r.place(want("tin", 1)).Status)
	r.do(store.DropBackorder{Order: first.ID})
	same(t, "again", order.Backordered, r.place(want("tin", 2)).Status)
}

// TestFilledInSequence gives units that become free, in whatever way, to those who
// wait, in order of placement and in the same transaction.
func TestFilledInSequence(t *testing.T) {
	for name, c := range map[string]struct {
		begin func(r *rig) func() // makes three tins busy, and returns what frees them
	}{
		"granted": {func(r *rig) func() {
			return func() { r.hear("wh1", "quota", r.grant(id.Grant{}, tins(3))) }
		}},
		"hold released": {func(r *rig) func() {
			r.hear("wh1", "quota", r.grant(id.Grant{}, tins(3)))
			r.do(store.HoldStock{Owner: "guest:1", District: "north", Lines: []store.Wanted{want("tin", 3)}})
			return func() { r.do(store.ReleaseHold{Owner: "guest:1"}) }
		}},
		"hold shrunk": {func(r *rig) func() {
			r.hear("wh1", "quota", r.grant(id.Grant{}, tins(3)))
			r.do(store.HoldStock{Owner: "guest:1", District: "north", Lines: []store.Wanted{want("tin", 3)}})
			return func() {
				r.do(store.HoldStock{Owner: "guest:1", District: "north", Lines: []store.Wanted{want("mug", 1)}})
			}
		}},
		"hold expired": {func(r *rig) func() {
			r.hear("wh1", "quota", r.grant(id.Grant{}, tins(3)))
			r.do(store.HoldStock{Owner: "guest:1", District: "north", Lines: []store.Wanted{want("tin", 3)}})
			return func() {
				r.clock.move(10 * time.Minute)
				r.do(store.Tick{})
			}
		}},
		"unpaid order called off": {func(r *rig) func() {
			r.hear("wh1", "quota", r.grant(id.Grant{}, tins(3)))
			c := order1(want("tin", 3))
			c.Payment = pay.BankTransfer
			o := r.do(c).(store.Placement).Order
			return func() { r.do(store.VoidOrder{Order: o.ID}) }
		}},
		"unpaid order given up": {func(r *rig) func() {
			r.hear("wh1", "quota", r.grant(id.Grant{}, tins(3)))
			c := order1(want("tin", 3))
			c.Payment = pay.BankTransfer
			r.do(c)
			return func() {
				r.clock.move(8 * 24 * time.Hour)
				r.do(store.Tick{})
			}
		}},
		"payment declined": {func(r *rig) func() {
			r.hear("wh1", "quota", r.grant(id.Grant{}, tins(3)))
			c := order1(want("tin", 3))
			c.Payment, c.Token = pay.Card, "tok_held"
			o := r.do(c).(store.Placement).Order
			return func() {
				close(r.pay.(*gate).open)
				r.until("the order is declined", func() bool { return r.order(o.ID).Status == order.Voided })
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newAheadRig(t, newGate(t))
			r.expect("wh1", 6)
			free := c.begin(r)
			first, second, third := r.place(want("tin", 1)), r.place(want("tin", 3)), r.place(want("tin", 2))
			same(t, "before", []int64{1, 3, 2}, r.waits(first, second, third))
			free()
			same(t, "after", []int64{0, 1, 2}, r.waits(first, second, third))
			same(t, "free and sold", [2]int64{3, 3}, r.ahead("wh1"))
			same(t, "held", 0, r.balance("tin", stock.HeldAt("wh1")))
			same(t, "the first", order.Placed, r.order(first.ID).Status)
			same(t, "the second", order.Backordered, r.order(second.ID).Status)
			same(t, "the first is told", []string{"placed", "filled/2"}, r.notices(first.ID))
			requests := r.requested("wh1", second.ID)
			if len(requests) != 1 || requests[0].Lines[0].Quantity != 2 {
				t.Errorf("wh1 was asked %+v for the second", requests)
			}

			r.reopen()
			r.hear("wh1", "quota", r.grant(id.Grant{}, tins(9)))
			same(t, "after a restart", []int64{0, 0, 0}, r.waits(first, second, third))
			same(t, "of each line one more parcel", 2, len(r.order(second.ID).Fulfillments))
			same(t, "held in the end", 6, r.balance("tin", stock.HeldAt("wh1")))
		})
	}
}

// requested lists what a warehouse was asked to ship of an order.
func (r *rig) requested(site id.Site, which id.Order) []event.FulfillmentRequested {
	r.t.Helper()
	messages := r.state().To1
	if site == "wh2" {
		messages = r.state().To2
	}
	var all []event.FulfillmentRequested
	for _, m := range messages {
		body, err := event.Decode(m.Kind, m.Body)
		if err != nil {
			r.t.Fatal(err)
		}
		if request, ok := body.(event.FulfillmentRequested); ok && request.Order == which {
			all = append(all, request)
		}
	}
	return all
}

// TestPartsInOrderOfLines: units that come in out of order, for one parcel, stand
// in it as they stand in the order.
func TestPartsInOrderOfLines(t *testing.T) {
	r := newAheadRig(t, nil)
	pot := product("pot")
	pot.Policy = catalog.Backorder
	r.do(store.ListProducts{Products: []catalog.Product{pot}})
	r.expect("wh1", 9)
	r.hear("wh1", "quota", event.IncomingGranted{Grant: id.Grant{UUID: r.ids.New()}, Units: []event.Units{{SKU: "pot", Quantity: 9}}})
	c := order1(want("tin", 1), want("pot", 5)) // four pots are there
	c.Payment = pay.OnDelivery
	o := r.do(c).(store.Placement).Order
	r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "pot", Quantity: 1}, tins(1)))
	filled := r.order(o.ID).Fulfillments[1]
	same(t, "parts", []order.Part{{Line: 1, SKU: "tin", Quantity: 1}, {Line: 2, SKU: "pot", Quantity: 1}}, filled.Lines)
	r.do(store.VoidOrder{Order: o.ID})
	for _, f := range r.order(o.ID).Fulfillments {
		if slices.ContainsFunc(f.Lines, func(p order.Part) bool { return p.Asked != p.Quantity }) {
			t.Errorf("after a void was asked: %+v", f.Lines)
		}
	}
}

// TestArrival serves those who wait with what has come in, and tells nobody that a
// supplier does not deliver, whether both messages come at once or apart.
func TestArrival(t *testing.T) {
	for _, pieces := range []int{1, 2} {
		r := newAheadRig(t, nil)
		r.expect("wh1", 5)
		o := r.place(want("tin", 4))
		messages := r.say("wh1", "quota", r.grant(id.Grant{}, tins(5)), r.taking(true, 5))
		for piece := range slices.Chunk(messages, len(messages)/pieces) {
			r.apply(piece)
		}
		same(t, "waiting", []int64{0}, r.waits(o))
		same(t, "free and sold", [2]int64{0, 0}, r.ahead("wh1"))
		same(t, "held", 1, r.balance("tin", stock.HeldAt("wh1")))
		same(t, "told", []string{"placed", "filled/2"}, r.notices(o.ID))
		before := r.state()
		r.apply(messages)
		same(t, "after it came twice", before, r.state())
	}
}

// TestArrivalBelowSafety: safety stock is kept from new orders, not from those who
// were promised just these units.
func TestArrivalBelowSafety(t *testing.T) {
	r := newAheadRig(t, nil)
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1", Safety: 2}}})
	r.expect("wh1", 5)
	first, second := r.place(want("tin", 1)), r.place(want("tin", 4))
	r.hear("wh1", "quota", r.grant(id.Grant{}, tins(5)))
	same(t, "while nobody knows that these are they", []int64{0, 2}, r.waits(first, second))
	r.hear("wh1", "quota", r.taking(true, 5))
	same(t, "when it is known", []int64{0, 0}, r.waits(first, second))
	same(t, "the second", order.Placed, r.order(second.ID).Status)
	same(t, "held", 0, r.balance("tin", stock.HeldAt("wh1")))
}

// TestWithdrawn: when a supplier calls units off, those who came last wait for
// another warehouse's, as far as there are any, and lose the rest.
func TestWithdrawn(t *testing.T) {
	r := newAheadRig(t, &till{Company: company(t)})
	r.expect("wh1", 6)
	r.hear("wh1", "quota", dated(1, event.Arriving{On: today + 2, Quantity: 6}))
	first := r.place(want("tin", 2))
	c := order1(want("tin", 4))
	c.Payment, c.Token = pay.Card, testpay.TokenApproved
	placement, err := r.store.Place(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	second := placement.Order
	r.expect("wh2", 1)
	r.hear("wh2", "quota", dated(1, event.Arriving{On: today + 30, Quantity: 1}))

	r.hear("wh1", "quota", r.taking(false, 3))
	same(t, "the first", []order.Wait{{Line: 1, SKU: "tin", Warehouse: "wh1", Quantity: 2, Due: today + 2}}, r.order(first.ID).Waiting)
	got := r.order(second.ID)
	same(t, "the second", []order.Wait{
		{Line: 1, SKU: "tin", Warehouse: "wh1", Quantity: 1, Due: today + 2},
		{Line: 1, SKU: "tin", Warehouse: "wh2", Quantity: 1, Due: today + 30},
	}, got.Waiting)
	same(t, "voided of it", 2, got.Lines[0].Voided)
	same(t, "the second is told", true, slices.Contains(r.notices(second.ID), "withdrawn/3"))
	same(t, "the first is not", []string{"placed"}, r.notices(first.ID))
	r.until("the money of two is let go", func() bool { return r.money(second.ID).Canceled().Minor == 900 })

	r.hear("wh2", "quota", r.taking(false, 1))
	r.hear("wh1", "quota", r.taking(false, 3))
	for _, o := range []order.Order{first, second} {
		got := r.order(o.ID)
		same(t, "status", order.Voided, got.Status)
		same(t, "reason", "the supplier does not deliver", got.Reason)
		same(t, "told", "voided", last(r.notices(o.ID)))
	}
	same(t, "free and sold", [2]int64{0, 0}, r.ahead("wh1"))
	r.until("all of it is let go", func() bool { return r.money(second.ID).Canceled().Minor == 1800 })
}

func last[T any](all []T) T { return all[len(all)-1] }

// TestWithdrawnButExpectedElsewhere: who merely waits for other units, which come
// in no later, is not bothered.
func TestWithdrawnButExpectedElsewhere(t *testing.T) {
	r := newAheadRig(t, nil)
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1"}, {Code: "wh2"}}})
	for _, site := range []id.Site{"wh1", "wh2"} {
		r.expect(site, 5)
		r.hear(site, "quota", dated(1, event.Arriving{On: today + 4, Quantity: 5}))
	}
	o := r.place(want("tin", 7)) // five from wh1, two from wh2
	r.hear("wh1", "quota", r.taking(false, 3))
	got := r.order(o.ID)
	same(t, "waiting", []order.Wait{
		{Line: 1, SKU: "tin", Warehouse: "wh1", Quantity: 2, Due: today + 4},
		{Line: 1, SKU: "tin", Warehouse: "wh2", Quantity: 5, Due: today + 4},
	}, got.Waiting)
	same(t, "told", []string{"placed"}, r.notices(o.ID))
	same(t, "promise", o.Promise, got.Promise)
	r.hear("wh2", "quota", r.grant(id.Grant{}, tins(1)))
	r.hear("wh1", "quota", r.grant(id.Grant{}, tins(9)))
	same(t, "in the end", []int64{0}, r.waits(o))
}

// TestLateSupplier tells the customer once for each change of the promise.
func TestLateSupplier(t *testing.T) {
	r := newAheadRig(t, nil)
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1"}}})
	r.expect("wh1", 6)
	r.hear("wh1", "quota", dated(1, event.Arriving{On: today + 2, Quantity: 4}, event.Arriving{On: today + 9, Quantity: 2}))
	first, second := r.place(want("tin", 3)), r.place(want("tin", 2))
	same(t, "first", today+2, first.Waiting[0].Due)
	same(t, "second, whose last unit comes with the second delivery", today+9, second.Waiting[0].Due)
	same(t, "promise", order.Promise{From: today + 4, To: today + 5}, first.Promise)

	late := dated(2, event.Arriving{On: today + 4, Quantity: 4}, event.Arriving{On: today + 9, Quantity: 2})
	r.hear("wh1", "quota", late)
	same(t, "promise of the first", order.Promise{From: today + 7, To: today + 8}, r.order(first.ID).Promise) // not on a Sunday
	same(t, "told", []string{"placed", "promise-changed/2"}, r.notices(first.ID))
	same(t, "the second is not", []string{"placed"}, r.notices(second.ID))

	before := r.state()
	r.hear("wh1", "quota", dated(2, event.Arriving{On: today + 5, Quantity: 6}), dated(1, event.Arriving{On: today + 6, Quantity: 6}))
	same(t, "orders after old news", before.Orders, r.state().Orders)

	r.hear("wh1", "quota", dated(3)) // nobody knows any more
	same(t, "promise", order.Promise{}, r.order(first.ID).Promise)
	same(t, "told of it", []string{"placed", "promise-changed/2", "promise-changed/3"}, r.notices(first.ID))
	r.reopen()
	r.hear("wh1", "quota", dated(4, event.Arriving{On: today + 4, Quantity: 6}))
	same(t, "promise after a restart", order.Promise{From: today + 7, To: today + 8}, r.order(second.ID).Promise)
}

// TestPreorder asks nothing of a warehouse before the day of release, although the
// units may be there.
func TestPreorder(t *testing.T) {
	r := newRig(t, store.Options{})
	tin := product("tin")
	tin.Policy, tin.ReleaseOn = catalog.Preorder, today+3
	r.do(store.ListProducts{Products: []catalog.Product{tin}})
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1"}}})
	r.hear("wh1", "quota", r.grant(id.Grant{}, tins(1)))
	r.expect("wh1", 5)
	r.hear("wh1", "quota", dated(1, event.Arriving{On: today + 1, Quantity: 5}))
	o := r.place(want("tin", 2), want("mug", 1))
	same(t, "promise", today+5, o.Promise.From)
	r.hear("wh1", "quota", r.grant(id.Grant{}, tins(5)), r.taking(true, 5))
	same(t, "waiting", []int64{0}, r.waits(o))
	shipped := func() (skus []id.SKU) {
		for _, request := range r.requested("wh1", o.ID) {
			for _, line := range request.Lines {
				skus = append(skus, line.SKU)
			}
		}
		return skus
	}
	for _, days := range []int{0, 1, 1} {
		r.clock.move(time.Duration(days) * 24 * time.Hour)
		r.do(store.Tick{})
		same(t, "asked for before the release", []id.SKU{"mug"}, shipped())
	}
	r.reopen()
	r.clock.move(15 * time.Hour) // the midnight before the release
	r.do(store.Tick{})
	same(t, "asked for", []id.SKU{"mug", "tin"}, shipped())
	same(t, "units", 2, last(r.requested("wh1", o.ID)).Lines[0].Quantity)
	before := r.state()
	r.do(store.Tick{})
	same(t, "the second tick", before, r.state())
}

// TestDropBackorder calls off what waits, at once and once, and nothing else.
func TestDropBackorder(t *testing.T) {
	r := newAheadRig(t, nil)
	r.expect("wh1", 9)
	o := r.place(want("tin", 3), want("mug", 1), want("tin", 2))
	stranger := id.User{UUID: id.UUID{15: 2}}
	r.refused(fault.NotFound, "", store.DropBackorder{Order: o.ID, By: stranger})
	r.refused(fault.Conflict, "", store.DropBackorder{Order: o.ID, Line: 2})
	r.refused(fault.Invalid, "reason", store.DropBackorder{Order: o.ID, Reason: strings.Repeat("x", 201)})

	command := store.DropBackorder{Key: store.Key{Name: "d1"}, Order: o.ID, By: customer, Line: 1, Reason: "too late"}
	got := r.do(command).(order.Order)
	same(t, "voided", 3, got.Lines[0].Voided)
	same(t, "waiting", 2, got.WaitingOf(3))
	same(t, "status", order.Backordered, got.Status)
	before := r.state()
	same(t, "again", got, r.do(command).(order.Order))
	same(t, "state after the second time", before, r.state())
	command.Key.BodyHash[0]++
	r.refused(fault.Mismatch, "", command)

	got = r.do(store.DropBackorder{Order: o.ID}).(order.Order)
	same(t, "the rest goes on", order.Placed, got.Status)
	same(t, "free and sold", [2]int64{9, 0}, r.ahead("wh1"))
	r.refused(fault.Conflict, "", store.DropBackorder{Order: o.ID})

	whole := r.place(want("tin", 1))
	got = r.do(store.DropBackorder{Order: whole.ID, Reason: "too late"}).(order.Order)
	same(t, "all that there was", order.Voided, got.Status)
	same(t, "reason", "too late", got.Reason)
}

// TestTakeBackWhatWaits calls off what waits before anything else, with its money.
func TestTakeBackWhatWaits(t *testing.T) {
	r := newAheadRig(t, nil)
	r.expect("wh1", 9)
	r.hear("wh1", "quota", r.grant(id.Grant{}, tins(2)))
	o := r.place(want("tin", 5))
	taken := r.do(r.claim("c1", store.Claim{Order: o.ID, Line: 1, Units: 4})).(store.TakenBack)
	same(t, "taken", store.TakenBack{Voided: 4}, taken)
	got := r.order(o.ID)
	same(t, "waiting", 0, got.WaitingOf(1))
	same(t, "asked of wh1", 1, got.Fulfillments[0].Lines[0].Asked)
	same(t, "money let go at once", money.Of(3*450, "EUR"), r.money(o.ID).Canceled())
	whole := r.place(want("tin", 1))
	r.do(r.claim("c2", store.Claim{Order: whole.ID, Line: 1, Units: 1}))
	same(t, "an order that only waited", order.Voided, r.order(whole.ID).Status)
	same(t, "why", "canceled", r.order(whole.ID).Reason)
}

// TestBusyWhileServing: when the database fails in the middle of giving units to
// those who wait, nothing of it stands, and the next try does all of it.
func TestBusyWhileServing(t *testing.T) {
	r := newAheadRig(t, nil)
	r.expect("wh1", 9)
	r.hear("wh1", "quota", r.grant(id.Grant{}, tins(3)))
	r.do(store.HoldStock{Owner: "guest:1", District: "north", Lines: []store.Wanted{want("tin", 3)}})
	first, second := r.place(want("tin", 1)), r.place(want("tin", 1))
	r.reopen() // so that orders are looked up
	for _, o := range []order.Order{first, second} {
		r.locked.Store(&o.ID)
		before := r.state()
		if _, err := r.store.Do(t.Context(), store.ReleaseHold{Owner: "guest:1"}); !fault.Is(err, fault.Busy) {
			t.Fatalf("the database is busy: %v", err)
		}
		same(t, "state", before, r.state())
	}
	r.locked.Store(nil)
	r.do(store.ReleaseHold{Owner: "guest:1"})
	same(t, "waiting", []int64{0, 0}, r.waits(first, second))
	same(t, "held", 1, r.balance("tin", stock.HeldAt("wh1")))
	same(t, "kept", 0, r.balance("tin", stock.ReservedAt("wh1")))
}

// TestFillFails: a commit that fails leaves everybody waiting, and the message
// that comes again serves them once.
func TestFillFails(t *testing.T) {
	r := newAheadRig(t, nil)
	r.expect("wh1", 5)
	o := r.place(want("tin", 4))
	before := r.state()
	r.db.Fail(func(int) error { return errDisk })
	messages := r.say("wh1", "quota", r.grant(id.Grant{}, tins(5)), r.taking(true, 5))
	if err := r.store.Apply(t.Context(), messages); err == nil {
		t.Error("the disk is full, and nobody says so")
	}
	r.db.Fail(nil)
	same(t, "state", before, r.state())
	r.apply(messages)
	same(t, "waiting", []int64{0}, r.waits(o))
	same(t, "asked", 1, len(r.requested("wh1", o.ID)))
}
