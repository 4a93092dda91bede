package store_test

import (
	"strings"
	"testing"
	"time"

	"crossdock/core/cart"
	"crossdock/core/fault"
	"crossdock/core/order"
	"crossdock/core/sourcing"
	"crossdock/core/stock"
	"crossdock/site/store"
)

func (r *rig) keep(owner string, lines ...store.Wanted) store.Holding {
	r.t.Helper()
	return r.do(store.HoldStock{Owner: owner, District: "north", Lines: lines}).(store.Holding)
}

// mugs tells how many mugs of wh1 and wh2 are free, and how many are kept.
func (r *rig) mugs() [4]int64 {
	r.t.Helper()
	return [4]int64{
		r.balance("mug", stock.HeldAt("wh1")), r.balance("mug", stock.HeldAt("wh2")),
		r.balance("mug", stock.ReservedAt("wh1")), r.balance("mug", stock.ReservedAt("wh2")),
	}
}

// TestHold keeps units from all others, for ten minutes since it was last asked.
func TestHold(t *testing.T) {
	r := newRig(t, store.Options{})
	kept := r.keep("guest:1", want("mug", 4), want("mug", 2))
	same(t, "units", []store.Held{{Warehouse: "wh1", SKU: "mug", Units: 5}, {Warehouse: "wh2", SKU: "mug", Units: 1}}, kept.Units)
	same(t, "until", start.Add(10*time.Minute), kept.ExpiresAt)
	same(t, "mugs", [4]int64{0, 2, 5, 1}, r.mugs())

	same(t, "another customer's order", order.Voided, r.place(want("mug", 3)).Status)
	other := r.keep("guest:2", want("mug", 3))
	same(t, "another customer's hold is short of", []sourcing.Shortage{{SKU: "mug", Ordered: 3, Missing: 1}}, other.Short)
	same(t, "for an order that could not be taken", 0, len(other.Units))
	same(t, "mugs are left for smaller ones", [4]int64{0, 2, 5, 1}, r.mugs())

	r.clock.move(9 * time.Minute)
	kept = r.keep("guest:1", want("mug", 4), want("mug", 2))
	same(t, "extended until", start.Add(19*time.Minute), kept.ExpiresAt)
	same(t, "mugs, counted once", [4]int64{0, 2, 5, 1}, r.mugs())
	r.reopen()
	r.clock.move(10*time.Minute - time.Microsecond)
	r.do(store.Tick{})
	same(t, "mugs just before the end", [4]int64{0, 2, 5, 1}, r.mugs())
	r.clock.move(time.Microsecond)
	r.do(store.Tick{})
	same(t, "mugs after it", [4]int64{5, 3, 0, 0}, r.mugs())
	before := r.state()
	r.do(store.Tick{})
	r.do(store.ReleaseHold{Owner: "guest:1"})
	r.do(store.ReleaseHold{Owner: "guest:9"})
	same(t, "state after the end of what has ended", before.Snapshot, r.state().Snapshot)
}

// TestHoldFollowsTheCart: a hold is replaced as a whole.
func TestHoldFollowsTheCart(t *testing.T) {
	r := newRig(t, store.Options{})
	r.keep("guest:1", want("mug", 5), want("pot", 1))
	r.keep("guest:1", want("mug", 7))
	same(t, "mugs", [4]int64{0, 1, 5, 2}, r.mugs())
	same(t, "pots", 0, r.balance("pot", stock.ReservedAt("wh1")))
	r.keep("guest:1", want("tin", 1)) // there is none
	same(t, "mugs in the end", [4]int64{5, 3, 0, 0}, r.mugs())
	same(t, "holds", 0, len(r.state().Snapshot.Holds))
}

// TestHoldForm refuses what breaks a rule of form, and leaves the old hold as it is.
func TestHoldForm(t *testing.T) {
	r := newRig(t, store.Options{})
	r.keep("guest:1", want("mug", 2))
	lines := []store.Wanted{want("mug", 1)}
	r.refused(fault.Invalid, "owner", store.HoldStock{District: "north", Lines: lines})
	r.refused(fault.Invalid, "owner", store.HoldStock{Owner: strings.Repeat("x", 201), District: "north", Lines: lines})
	r.refused(fault.Invalid, "district", store.HoldStock{Owner: "guest:1", District: "east", Lines: lines})
	r.refused(fault.Invalid, "lines", store.HoldStock{Owner: "guest:1", District: "north"})
	r.refused(fault.Invalid, "lines[0].quantity", store.HoldStock{Owner: "guest:1", District: "north", Lines: []store.Wanted{want("mug", 0)}})
	r.do(store.ReleaseHold{Owner: "guest:1"})
	same(t, "mugs", [4]int64{5, 3, 0, 0}, r.mugs())
}

// TestHoldIsUsed: the order of the same cart gets what was kept for it, and what it
// does not need is free.
func TestHoldIsUsed(t *testing.T) {
	for name, c := range map[string]struct {
		units  int64
		status order.Status
		mugs   [4]int64
	}{
		"all of it":          {8, order.Placed, [4]int64{0, 0, 0, 0}},
		"a part":             {2, order.Placed, [4]int64{3, 3, 0, 0}},
		"more than there is": {9, order.Voided, [4]int64{5, 3, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, store.Options{})
			r.do(store.ChangeCart{Owner: "guest:1", Change: func(c cart.Cart) (cart.Cart, error) { return c.Set("mug", 9) }})
			r.keep("guest:1", want("mug", 8))
			command := order1(want("mug", c.units))
			command.ClearCart = "guest:1"
			same(t, "status", c.status, r.do(command).(store.Placement).Order.Status)
			same(t, "mugs", c.mugs, r.mugs())
			same(t, "holds", 0, len(r.state().Snapshot.Holds))
		})
	}
}

// TestHoldWhileAsking: what is kept stays kept while an order that is short waits
// for more quota, and when it is refused.
func TestHoldWhileAsking(t *testing.T) {
	r := newRig(t, store.Options{AskWait: -1})
	r.hear("wh1", "levels", levels(stock.Level{SKU: "mug", Available: 5, Version: 1}))
	r.do(store.ChangeCart{Owner: "guest:1", Change: func(c cart.Cart) (cart.Cart, error) { return c.Set("mug", 9) }})
	r.keep("guest:1", want("mug", 8))
	c := order1(want("mug", 9))
	c.ClearCart, c.NoAsk = "guest:1", false
	r.do(c)
	same(t, "mugs while wh1 is asked", [4]int64{0, 0, 5, 3}, r.mugs())
	c.Lines = append(c.Lines, want("cup", 1))
	r.refused(fault.Invalid, "lines[1].sku", c)
}

// TestHoldFails: what cannot be written is not kept, and the old hold is as it was.
func TestHoldFails(t *testing.T) {
	r := newRig(t, store.Options{})
	r.keep("guest:1", want("mug", 2))
	before := r.state()
	r.db.Fail(func(int) error { return errDisk })
	for _, command := range []any{
		store.HoldStock{Owner: "guest:1", District: "north", Lines: []store.Wanted{want("mug", 4)}},
		store.ReleaseHold{Owner: "guest:1"},
	} {
		if _, err := r.store.Do(t.Context(), command); err == nil {
			t.Errorf("%T: the disk is full, and nobody says so", command)
		}
	}
	r.db.Fail(nil)
	same(t, "state", before, r.state())
	r.keep("guest:1", want("mug", 4))
	same(t, "mugs", [4]int64{1, 3, 4, 0}, r.mugs())
}

// TestRecallLeavesWhatIsKept gives back only what is kept for nobody.
func TestRecallLeavesWhatIsKept(t *testing.T) {
	r := newRig(t, store.Options{})
	r.keep("guest:1", want("mug", 4))
	r.hear("wh1", "quota", recall(r, 5))
	same(t, "mugs", [4]int64{0, 3, 4, 0}, r.mugs())
}
