package store_test

import (
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
)

// TestOverdue: a supplier's day that has passed without the goods is no promise. The
// customer is told of it once, also across a restart.
func TestOverdue(t *testing.T) {
	r := newAheadRig(t, nil)
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1"}}})
	r.expect("wh1", 6)
	r.hear("wh1", "quota", dated(1, event.Arriving{On: today + 1, Quantity: 2}, event.Arriving{On: today + 3, Quantity: 4}))
	first, second := r.place(want("tin", 2)), r.place(want("tin", 1))
	r.clock.move(24 * time.Hour)
	r.do(store.Tick{})
	same(t, "told on the day", []string{"placed"}, r.notices(first.ID))

	r.clock.move(24 * time.Hour)
	r.do(store.Tick{})
	same(t, "told at once", []string{"placed", "promise-changed/2"}, r.notices(first.ID))
	r.do(store.Tick{})
	r.reopen()
	r.do(store.Tick{})
	same(t, "told when it is over", []string{"placed", "promise-changed/2"}, r.notices(first.ID))
	same(t, "promise", order.Promise{}, r.order(first.ID).Promise)
	same(t, "day", 0, r.order(first.ID).Waiting[0].Due)
	same(t, "the one of the next delivery", []string{"placed"}, r.notices(second.ID))
}

// TestAwaited: what was sold ahead is missing no more, neither in the reasons of the
// order nor in the answer to a repetition.
func TestAwaited(t *testing.T) {
	r := newAheadRig(t, nil)
	r.expect("wh1", 6)
	r.hear("wh1", "quota", dated(1, event.Arriving{On: today + 2, Quantity: 6}))
	command := store.PlaceOrder{Key: store.Key{Name: "k1"}, Address: order.Address{Name: "Ann", District: "north"}, Lines: []store.Wanted{want("tin", 3), want("mug", 1)}}
	once, again := r.do(command).(store.Placement), r.do(command).(store.Placement)
	if len(once.Short) > 0 || len(again.Short) > 0 || !again.Repeat {
		t.Errorf("short: %v, then %v", once.Short, again.Short)
	}
	var awaited []order.Step
	for _, step := range once.Order.Why {
		if step.Verdict == order.Missing {
			t.Errorf("missing: %+v", step)
		}
		if step.Verdict == order.Awaited {
			awaited = append(awaited, step)
		}
	}
	same(t, "awaited", []order.Step{{
		Rule: "sold ahead", Warehouse: "wh1", Verdict: order.Awaited, SKU: "tin", Wanted: 3, Note: "expected there on " + (today + 2).String(),
	}}, awaited)
}

// TestCheckoutsAndSplits: what the customer's own checkout kept was there when the
// order was split, so the order is not looked at again for it; what another one lets
// go of is new.
func TestCheckoutsAndSplits(t *testing.T) {
	for owner, movesTo := range map[string]id.Site{"own": "", "another": "wh1"} {
		r := newRig(t, store.Options{})
		r.do(store.SetDistricts{Districts: []catalog.District{{Code: "west", Name: "West", Warehouses: []id.Site{"wh2", "wh1"}}}})
		r.do(store.HoldStock{Owner: owner, District: "west", Lines: []store.Wanted{want("mug", 2)}})
		o := r.do(store.PlaceOrder{
			Hold: "own", Address: order.Address{Name: "Ann", District: "west"}, Lines: []store.Wanted{want("mug", 1), want("pot", 1)},
		}).(store.Placement).Order
		same(t, "parcels", 2, len(o.Fulfillments))
		for i, f := range o.Fulfillments {
			r.hear(f.Warehouse, o.ID.String(), step(o, i, order.Accepted, 1))
		}
		r.do(store.ReleaseHold{Owner: owner})
		r.do(store.Tick{})
		same(t, "with the checkout of "+owner+", wh2's parcel moves to", movesTo, r.order(o.ID).Fulfillments[0].MoveTo)
	}
}
