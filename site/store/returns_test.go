package store_test

import (
	"testing"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
)

func (r *rig) sendBack(o order.Order, lines ...store.Back) []store.Return {
	r.t.Helper()
	return r.do(store.AskReturn{Order: o.ID, By: customer, Reason: "too blue", Lines: lines}).([]store.Return)
}

func back(units int64) store.Back { return store.Back{Line: 1, Units: units} }

func mugsBack(units int64) []order.Part {
	return []order.Part{{Line: 1, SKU: "mug", Quantity: units}}
}

func received(r store.Return, units int64) event.ReturnReceived {
	return event.ReturnReceived{Order: r.Order, Fulfillment: r.Fulfillment, Return: r.ID, Parts: mugsBack(units)}
}

func inspected(r store.Return, good, damaged int64) event.ReturnInspected {
	m := event.ReturnInspected{Order: r.Order, Fulfillment: r.Fulfillment, Return: r.ID}
	if good > 0 {
		m.Good = mugsBack(good)
	}
	if damaged > 0 {
		m.Damaged = mugsBack(damaged)
	}
	return m
}

// newSent takes an order of seven mugs, which wh1 and wh2 have sent.
func newSent(t *testing.T) (*rig, order.Order) {
	r := newRig(t, store.Options{})
	o := r.place(want("mug", 7))
	r.send(o, 0)
	r.send(o, 1)
	return r, o
}

// TestReturn follows units back in parts, by way of the warehouses that sent them,
// and refunds each once, when somebody has looked at it.
func TestReturn(t *testing.T) {
	r, o := newSent(t)
	returns := r.sendBack(o, back(6))
	if len(returns) != 2 || returns[0].Lines[0].Quantity != 5 || returns[1].Lines[0].Quantity != 1 {
		t.Fatalf("%+v", returns)
	}
	same(t, "wh2 expects", mugsBack(1), r.last("wh2").(event.ReturnRequested).Parts)
	same(t, "the order, with nothing back", order.Sent, r.order(o.ID).Status)

	first := returns[0]
	r.hear("wh1", o.ID.String(), received(first, 2), received(first, 5))
	r.hear("wh1", o.ID.String(), received(first, 5), received(first, 3)) // again, and older news
	got := r.order(o.ID)
	same(t, "returned", 5, got.Lines[0].Returned)
	same(t, "refunded before anybody has looked", [4]int64{3150, 3150, 0, 0}, r.sums(o.ID))
	r.hear("wh1", o.ID.String(), inspected(first, 2, 0), inspected(first, 2, 1))
	r.hear("wh1", o.ID.String(), inspected(first, 2, 1))
	same(t, "refunded", [4]int64{3150, 3150, 0, 3 * 450}, r.sums(o.ID))
	r.reopen()
	r.hear("wh1", o.ID.String(), inspected(first, 4, 1))
	same(t, "refunded after a restart", [4]int64{3150, 3150, 0, 5 * 450}, r.sums(o.ID))

	stored, err := r.db.Return(t.Context(), first.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the return", []store.ReturnLine{{Line: 1, SKU: "mug", Quantity: 5, Received: 5, Good: 4, Damaged: 1}}, stored.Lines)

	last := r.sendBack(o, back(1))[0]
	r.hear("wh2", o.ID.String(), received(returns[1], 1), received(last, 1))
	same(t, "status", order.Returned, r.order(o.ID).Status)
	r.hear("wh2", o.ID.String(), inspected(last, 0, 1), inspected(returns[1], 1, 0))
	same(t, "refunded in the end", [4]int64{3150, 3150, 0, 3150}, r.sums(o.ID))
	r.refused(fault.Conflict, "lines", store.AskReturn{Order: o.ID, Reason: "more", Lines: []store.Back{back(1)}})
}

// TestReturnRefused refuses what was not sent, or is on its way back already.
func TestReturnRefused(t *testing.T) {
	r, o := newSent(t)
	ask := func(change func(*store.AskReturn)) store.AskReturn {
		c := store.AskReturn{Order: o.ID, Reason: "too blue", Lines: []store.Back{back(1)}}
		change(&c)
		return c
	}
	r.refused(fault.NotFound, "", ask(func(c *store.AskReturn) { c.By = id.User{UUID: id.UUID{15: 2}} }))
	r.refused(fault.NotFound, "", ask(func(c *store.AskReturn) { c.Order = id.Order{UUID: id.UUID{15: 99}} }))
	r.refused(fault.Invalid, "reason", ask(func(c *store.AskReturn) { c.Reason = "" }))
	r.refused(fault.Invalid, "lines", ask(func(c *store.AskReturn) { c.Lines = nil }))
	r.refused(fault.Invalid, "lines", ask(func(c *store.AskReturn) { c.Lines[0].Units = -1 }))
	r.refused(fault.Conflict, "lines", ask(func(c *store.AskReturn) { c.Lines[0].Units = 8 }))
	r.refused(fault.Conflict, "lines", ask(func(c *store.AskReturn) { c.Lines[0].Line = 2 }))
	r.refused(fault.Conflict, "lines", ask(func(c *store.AskReturn) { c.Lines = []store.Back{back(4), back(4)} }))
	r.refused(fault.Conflict, "lines", ask(func(c *store.AskReturn) { c.Order = r.place(want("pot", 1)).ID }))
	r.sendBack(o, back(5))
	r.refused(fault.Conflict, "lines", ask(func(c *store.AskReturn) { c.Lines[0].Units = 3 }))
	r.do(r.claim("c1", store.Claim{Order: o.ID, Line: 1, Units: 2}))
	r.refused(fault.Conflict, "lines", ask(func(c *store.AskReturn) { c.Lines[0].Units = 1 }))
}

// TestReturnTwice: the key gives the same answer, and announces nothing anew; two
// lines of one product in one request make one return.
func TestReturnTwice(t *testing.T) {
	r, o := newSent(t)
	command := store.AskReturn{
		Key: store.Key{Name: "r1"}, Order: o.ID, By: customer, Reason: "too blue", Lines: []store.Back{back(2), back(1)},
	}
	first := r.do(command).([]store.Return)
	if len(first) != 1 || first[0].Lines[0].Quantity != 3 {
		t.Fatalf("%+v", first)
	}
	before := r.state()
	same(t, "again", first, r.do(command).([]store.Return))
	same(t, "state after the second time", before, r.state())
	command.Key.BodyHash[0]++
	r.refused(fault.Mismatch, "", command)
	jobs := r.queue(
		store.AskReturn{Order: o.ID, Reason: "too blue", Lines: []store.Back{back(3)}},
		store.AskReturn{Order: o.ID, Reason: "too blue", Lines: []store.Back{back(2)}},
	)
	if _, err := jobs[0].Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := jobs[1].Wait(t.Context()); !fault.Is(err, fault.Conflict) {
		t.Errorf("one is left, two are sent back: %v", err)
	}
}

// TestReturnOfAnother parks what a warehouse says of a return that is not its own.
func TestReturnOfAnother(t *testing.T) {
	r, o := newSent(t)
	returns := r.sendBack(o, back(6))
	r.hear("wh2", o.ID.String(), received(returns[0], 1))
	same(t, "parked", 1, len(r.state().Parked))
	same(t, "returned", 0, r.order(o.ID).Lines[0].Returned)
}

// TestReturnFails: a commit that fails refunds nothing, and the message that comes
// again refunds once.
func TestReturnFails(t *testing.T) {
	r, o := newSent(t)
	one := r.sendBack(o, back(2))[0]
	r.hear("wh1", o.ID.String(), received(one, 2))
	messages := r.say("wh1", o.ID.String(), inspected(one, 1, 0), inspected(one, 1, 1))
	r.db.Fail(func(int) error { return errDisk })
	if err := r.store.Apply(t.Context(), messages); err == nil {
		t.Error("the disk is full, and nobody says so")
	}
	r.db.Fail(nil)
	same(t, "refunded", [4]int64{3150, 3150, 0, 0}, r.sums(o.ID))
	r.apply(messages)
	r.apply(messages)
	same(t, "refunded in the end", [4]int64{3150, 3150, 0, 900}, r.sums(o.ID))
}
