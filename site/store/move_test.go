package store_test

import (
	"testing"

	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/site/store"
)

func recall(r *rig, mugs int64) event.QuotaRecalled {
	return event.QuotaRecalled{Recall: id.Grant{UUID: r.ids.New()}, Units: []event.Units{{SKU: "mug", Quantity: mugs}}}
}

func levels(all ...stock.Level) event.StockLevels { return event.StockLevels{Levels: all} }

// newSplit takes an order that wh1 and wh2 ship, two mugs from the latter, and has
// mugs come in at wh1.
func newSplit(t *testing.T, stages [2]order.Stage) (*rig, order.Order) {
	r := newRig(t, store.Options{})
	o := r.place(want("mug", 7))
	for i, stage := range stages {
		for n, to := range []order.Stage{order.Accepted, order.Picking, order.PickedStage} {
			if stage == order.Requested {
				break
			}
			if r.hear(o.Fulfillments[i].Warehouse, o.ID.String(), step(o, i, to, n+1)); to == stage {
				break
			}
		}
	}
	r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 3}))
	return r, o
}

func voidedWhole(o order.Order, i, version int) event.FulfillmentChanged {
	return step(o, i, order.VoidedStage, version, order.Part{Line: 1, SKU: "mug", Quantity: o.Fulfillments[i].Lines[0].Quantity})
}

// TestMerge has one warehouse ship what two were to, once the other has let go, and
// tells the customer nothing of it.
func TestMerge(t *testing.T) {
	r, o := newSplit(t, [2]order.Stage{order.Accepted, order.Requested})
	r.do(store.Tick{})
	same(t, "mugs", [4]int64{1, 1, 2, 0}, r.mugs())
	same(t, "wh2 is asked to let go", o.Fulfillments[1].ID, r.last("wh2").(event.VoidRequested).Fulfillment)
	same(t, "wh1 is not asked before", 1, len(r.requested("wh1", o.ID)))
	before := r.state()
	r.do(store.Tick{})
	same(t, "state after the second tick", before, r.state())

	r.reopen()
	r.hear("wh2", o.ID.String(), voidedWhole(o, 1, 1))
	got := r.order(o.ID)
	same(t, "status", order.Placed, got.Status)
	same(t, "voided", 0, got.Lines[0].Voided)
	same(t, "parcels", 3, len(got.Fulfillments))
	same(t, "the new one", []order.Part{{Line: 1, SKU: "mug", Quantity: 2}}, got.Fulfillments[2].Lines)
	requests := r.requested("wh1", o.ID)
	if len(requests) != 2 || requests[1].Lines[0].Quantity != 2 {
		t.Errorf("wh1 was asked %+v", requests)
	}
	same(t, "mugs in the end", [4]int64{1, 1, 0, 0}, r.mugs())
	same(t, "promised at wh1", 7, r.balance("mug", stock.PromisedAt("wh1")))
	same(t, "told", []string{"placed"}, r.notices(o.ID))
	r.hear("wh2", o.ID.String(), event.VoidRefused{Order: o.ID, Fulfillment: o.Fulfillments[1].ID, Stage: order.VoidedStage})
	same(t, "after an answer to nothing", got, r.order(o.ID))
}

// TestMergeOnlyWhatIsNotBegun leaves alone what nobody can take in whole, and what
// was begun with.
func TestMergeOnlyWhatIsNotBegun(t *testing.T) {
	for name, c := range map[string]struct {
		stages [2]order.Stage
		safety int64
	}{
		"the giver is at the shelves":   {[2]order.Stage{order.Accepted, order.Picking}, 0},
		"the taker is at the shelves":   {[2]order.Stage{order.Picking, order.Accepted}, 0},
		"it would be of safety stock":   {[2]order.Stage{order.Accepted, order.Accepted}, 2},
		"the taker has packed it":       {[2]order.Stage{order.PickedStage, order.Accepted}, 0},
		"neither of them can be merged": {[2]order.Stage{order.PickedStage, order.PickedStage}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r, o := newSplit(t, c.stages)
			r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1", Safety: c.safety}}})
			before := r.order(o.ID)
			r.do(store.Tick{})
			same(t, "the order", before, r.order(o.ID))
		})
	}
	t.Run("its units are asked back", func(t *testing.T) {
		r, o := newSplit(t, [2]order.Stage{order.Accepted, order.Accepted})
		r.do(r.claim("c1", store.Claim{Order: o.ID, Line: 1, Units: 7}))
		before := r.order(o.ID)
		r.do(store.Tick{})
		same(t, "the order", before, r.order(o.ID))
	})
}

// TestMoveRefused: the warehouse has sent it already. What was kept is free again,
// and the customer is told of the parcel alone.
func TestMoveRefused(t *testing.T) {
	r, o := newSplit(t, [2]order.Stage{order.Accepted, order.Accepted})
	r.do(store.Tick{})
	for n, to := range []order.Stage{order.Picking, order.PickedStage, order.ReadyStage, order.SentStage} {
		r.hear("wh2", o.ID.String(), step(o, 1, to, n+2))
	}
	same(t, "mugs before it answers", [4]int64{1, 1, 2, 0}, r.mugs())
	r.hear("wh2", o.ID.String(), event.VoidRefused{Order: o.ID, Fulfillment: o.Fulfillments[1].ID, Stage: order.SentStage})
	got := r.order(o.ID)
	same(t, "mugs", [4]int64{3, 1, 0, 0}, r.mugs())
	same(t, "its parcel", order.Part{Line: 1, SKU: "mug", Quantity: 2}, got.Fulfillments[1].Lines[0])
	same(t, "moves to", "", got.Fulfillments[1].MoveTo)
	same(t, "told", []string{"placed"}, r.notices(o.ID))
}

// TestVoidWhileMoving calls the order off, whichever question the warehouse answers
// first: no unit stays behind.
func TestVoidWhileMoving(t *testing.T) {
	for _, sent := range []bool{false, true} {
		r, o := newSplit(t, [2]order.Stage{order.Accepted, order.Accepted})
		r.do(store.Tick{})
		r.do(store.VoidOrder{Order: o.ID, Reason: "too blue"})
		same(t, "mugs at once", [4]int64{3, 1, 0, 0}, r.mugs())
		r.hear("wh1", o.ID.String(), voidedWhole(o, 0, 2))
		if sent {
			for n, to := range []order.Stage{order.Picking, order.PickedStage, order.ReadyStage, order.SentStage} {
				r.hear("wh2", o.ID.String(), step(o, 1, to, n+2))
			}
			refused := event.VoidRefused{Order: o.ID, Fulfillment: o.Fulfillments[1].ID, Stage: order.SentStage}
			r.hear("wh2", o.ID.String(), refused, refused)
			got := r.order(o.ID)
			same(t, "status", order.Sent, got.Status)
			same(t, "a void waits", false, got.VoidAsked)
			same(t, "told last", "void-refused/wh2", last(r.notices(o.ID)))
		} else {
			r.hear("wh2", o.ID.String(), voidedWhole(o, 1, 2),
				event.VoidRefused{Order: o.ID, Fulfillment: o.Fulfillments[1].ID, Stage: order.VoidedStage})
			got := r.order(o.ID)
			same(t, "status", order.Voided, got.Status)
			same(t, "voided", 7, got.Lines[0].Voided)
			same(t, "told", []string{"placed", "voided"}, r.notices(o.ID))
		}
		same(t, "mugs", [4]int64{3, 1, 0, 0}, r.mugs())
		same(t, "waiting", 0, len(r.order(o.ID).Waiting))
	}
}

// TestMoveOfWhatIsPacked: the warehouse was quicker, and lets go of it all the same.
func TestMoveOfWhatIsPacked(t *testing.T) {
	r, o := newSplit(t, [2]order.Stage{order.Accepted, order.Accepted})
	r.do(store.Tick{})
	for i, site := range []id.Site{"wh1", "wh2"} {
		for n, to := range []order.Stage{order.Picking, order.PickedStage, order.ReadyStage} {
			r.hear(site, o.ID.String(), step(o, i, to, n+2))
		}
	}
	same(t, "status", order.Ready, r.order(o.ID).Status)
	r.hear("wh2", o.ID.String(), voidedWhole(o, 1, 5))
	same(t, "status while wh1 packs the rest", order.Placed, r.order(o.ID).Status)
	same(t, "wh1 is asked for it", 2, last(r.requested("wh1", o.ID)).Lines[0].Quantity)
	same(t, "parked", 0, len(r.state().Parked))
	same(t, "told", []string{"placed", "ready"}, r.notices(o.ID))
}

// TestMoveFails: a tick whose commit fails has moved nothing, and the next one does.
func TestMoveFails(t *testing.T) {
	r, o := newSplit(t, [2]order.Stage{order.Accepted, order.Accepted})
	before := r.state()
	r.db.Fail(func(int) error { return errDisk })
	if _, err := r.store.Do(t.Context(), store.Tick{}); err == nil {
		t.Error("the disk is full, and nobody says so")
	}
	r.db.Fail(nil)
	same(t, "state", before, r.state())
	r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 1})) // memory forgot what had come in
	r.do(store.Tick{})
	same(t, "moves to", "wh1", r.order(o.ID).Fulfillments[1].MoveTo)
	r.db.Fail(func(int) error { return errDisk })
	messages := r.say("wh2", o.ID.String(), voidedWhole(o, 1, 2))
	if err := r.store.Apply(t.Context(), messages); err == nil {
		t.Error("the disk is full, and nobody says so")
	}
	r.db.Fail(nil)
	r.apply(messages)
	same(t, "requests to wh1", 2, len(r.requested("wh1", o.ID)))
	same(t, "mugs", [4]int64{2, 1, 0, 0}, r.mugs())
}
