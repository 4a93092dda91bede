package store_test

import (
	"testing"

	"crossdock/core/event"
	"crossdock/core/order"
	"crossdock/engine/testpay"
	"crossdock/site/store"
)

// newBack takes an order of a mug, which was sent and came back, and of two tins,
// which are to come in at wh1.
func newBack(t *testing.T) (*rig, order.Order) {
	r := newAheadRig(t, till{Company: company(t)})
	r.expect("wh1", 2)
	o := r.buy(byCard(testpay.TokenApproved, want("mug", 1), want("tin", 2)))
	r.send(o, 0)
	r.until("the mug is captured", func() bool { return r.sums(o.ID)[1] == 450 })
	one := r.sendBack(o, back(1))[0]
	r.hear("wh1", o.ID.String(), received(one, 1), inspected(one, 1, 0))
	r.until("the mug is refunded", func() bool { return r.sums(o.ID)[3] == 450 })
	same(t, "status, with tins still to come in", order.Backordered, r.order(o.ID).Status)
	return r, o
}

// TestReturnedInTheEnd: what was sent has come back, and then the rest is called
// off: nothing of the order is anywhere, and it does not stay sent.
func TestReturnedInTheEnd(t *testing.T) {
	for name, callOff := range map[string]func(r *rig, o order.Order){
		"dropped": func(r *rig, o order.Order) { r.do(store.DropBackorder{Order: o.ID, By: customer}) },
		"voided":  func(r *rig, o order.Order) { r.do(store.VoidOrder{Order: o.ID, Reason: "enough"}) },
		"taken back": func(r *rig, o order.Order) {
			r.do(r.claim("c1", store.Claim{Order: o.ID, Line: 2, Units: 2}))
		},
		"withdrawn": func(r *rig, _ order.Order) { r.hear("wh1", "quota", r.taking(false, 2)) },
	} {
		t.Run(name, func(t *testing.T) {
			r, o := newBack(t)
			callOff(r, o)
			got := r.order(o.ID)
			same(t, "status", order.Returned, got.Status)
			same(t, "unpaid, reason", [2]any{false, ""}, [2]any{got.Unpaid, got.Reason})
			same(t, "sold ahead", 0, r.ahead("wh1")[1])
			r.until("the tins are not charged", func() bool { a := r.money(o.ID); return a.Capturable().IsZero() && len(a.Pending()) == 0 })
			r.hear("wh1", o.ID.String(), step(o, 0, order.DeliveredStage, 6))
			same(t, "status after late news", order.Returned, r.order(o.ID).Status)
		})
	}
}

// TestReturnedByAWarehouse that calls its part off after the other one came back.
func TestReturnedByAWarehouse(t *testing.T) {
	r := newRig(t, store.Options{})
	o := r.place(want("mug", 7))
	r.send(o, 0)
	one := r.sendBack(o, back(5))[0]
	r.hear("wh1", o.ID.String(), received(one, 5), inspected(one, 5, 0))
	same(t, "status, with two mugs at wh2", order.Placed, r.order(o.ID).Status)
	r.do(store.VoidOrder{Order: o.ID, Reason: "enough"})
	r.hear("wh2", o.ID.String(), step(o, 1, order.VoidedStage, 1, order.Part{Line: 1, SKU: "mug", Quantity: 2}))
	got := r.order(o.ID)
	same(t, "status", order.Returned, got.Status)
	same(t, "a void is asked", false, got.VoidAsked)
	same(t, "money", [4]int64{3150, 2250, 900, 2250}, r.sums(o.ID))
}

// TestNotReturnedYet: the supplier of one warehouse does not deliver, but another's
// does: the order waits for that one.
func TestNotReturnedYet(t *testing.T) {
	r, o := newBack(t)
	r.expect("wh2", 2)
	r.hear("wh1", "quota", r.taking(false, 2))
	got := r.order(o.ID)
	same(t, "status", order.Backordered, got.Status)
	same(t, "waiting", []order.Wait{{Line: 2, SKU: "tin", Warehouse: "wh2", Quantity: 2}}, got.Waiting)
	r.hear("wh2", "quota", event.IncomingTaken{Taking: r.taking(false, 2).Taking, Epoch: 1, Units: []event.Units{tins(2)}})
	same(t, "status in the end", order.Returned, r.order(o.ID).Status)
}
