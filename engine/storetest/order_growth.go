package storetest

import (
	"testing"

	"crossdock/core/fault"
	"crossdock/core/order"
	"crossdock/site/store"
)

// grownOrder is plainOrder(n) with a part more at its second warehouse, more
// units in another one, two more fulfillments, and units that wait.
func grownOrder(n int) order.Order {
	o := plainOrder(n)
	o.Waiting = newOrder(n).Waiting
	second := &o.Fulfillments[1]
	second.Lines[0].Quantity = 9
	second.Lines = append([]order.Part{{Line: 1, SKU: skuOf(1), Quantity: 4, Moving: 1, Asked: 1}}, second.Lines...)
	o.Fulfillments = append(o.Fulfillments,
		order.Fulfillment{
			ID: fulfillmentID(100 * n), Warehouse: "wh3", Stage: order.Requested, ChangedAt: when(n), Unasked: true, NotBefore: day(5),
			Promise: promise(6), Lines: []order.Part{{Line: 1, SKU: skuOf(1), Quantity: 1}, {Line: 3, SKU: skuOf(1), Quantity: 2}},
		},
		order.Fulfillment{ID: fulfillmentID(100*n + 1), Warehouse: "wh4", Stage: order.Requested, ChangedAt: when(n)})
	return o
}

func testOrderGrows(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	r.commit(&store.Changes{Users: []store.User{user(1), user(2)}, Orders: []order.Order{plainOrder(1), plainOrder(2)}})
	want := grownOrder(1)
	r.commit(&store.Changes{Updates: []order.Order{want}})
	for range 2 {
		same(t, "order", answer[order.Order]{Value: want}, answerOf(r.Order(r.ctx, want.ID)))
		same(t, "the other order", answer[order.Order]{Value: plainOrder(2)}, answerOf(r.Order(r.ctx, orderID(2))))
		same(t, "as the audit sees it", []order.Order{want, plainOrder(2)}, viewMoment(t, r.ctx, r.Moments).Orders)
		page, err := r.Queries.Orders(r.ctx, store.OrderQuery{Limit: 5})
		same(t, "on a page", list([]order.Order{{}, want, plainOrder(2)}, 2, 1), read(t, "Orders", page, err).Orders)
		r.reopen()
	}
	want.Fulfillments[2].Lines[1].Quantity, want.Fulfillments[2].Unasked = 6, false
	want.Waiting = []order.Wait{{Line: 3, SKU: skuOf(1), Warehouse: "wh5", Quantity: 8}}
	r.commit(&store.Changes{Updates: []order.Order{want}})
	same(t, "what was added, changed", answer[order.Order]{Value: want}, answerOf(r.Order(r.ctx, want.ID)))
}

// testPartialUpdate has updates leave out what they do not change.
func testPartialUpdate(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	stored := plainOrder(1)
	stored.Fulfillments[0].Unasked = true
	r.commit(&store.Changes{Users: []store.User{user(1)}, Orders: []order.Order{stored}})
	for _, test := range []struct {
		name      string
		change    func(o, update *order.Order)
		unsettled bool
	}{
		{"no lines", func(_, update *order.Order) { update.Lines = nil }, true},
		{"one fulfillment of two", func(o, update *order.Order) {
			o.Fulfillments[1].Stage = order.PickedStage
			update.Fulfillments = []order.Fulfillment{o.Fulfillments[1]}
		}, true},
		{"no fulfillments, and nothing waits", func(_, update *order.Order) { update.Fulfillments = nil }, true},
		{"no parts", func(o, update *order.Order) {
			o.Fulfillments[0].Unasked = false
			update.Fulfillments = []order.Fulfillment{o.Clone().Fulfillments[0]}
			update.Fulfillments[0].Lines = nil
		}, false},
		{"one of two that nobody has begun", func(o, update *order.Order) {
			o.Fulfillments[1].Stage = order.Accepted
			update.Fulfillments = []order.Fulfillment{o.Fulfillments[1]}
		}, true},
		{"waits alone", func(o, update *order.Order) {
			o.Waiting = newOrder(1).Waiting
			update.Waiting, update.Lines, update.Fulfillments = o.Waiting, nil, nil
		}, true},
	} {
		update := stored.Clone()
		test.change(&stored, &update)
		r.commit(&store.Changes{Updates: []order.Order{update}})
		r.reopen()
		same(t, test.name, answer[order.Order]{Value: stored}, answerOf(r.Order(r.ctx, stored.ID)))
		same(t, test.name+": unsettled", test.unsettled, len(loadStore(t, r.ctx, r.Journal).Unsettled) == 1)
	}
}

func testUnsettled(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	waiting, unasked, plain, both, split := plainOrder(1), plainOrder(2), plainOrder(3), newOrder(4), plainOrder(5)
	waiting.Waiting, unasked.Fulfillments[1].Unasked, split.Fulfillments[1].Stage = newOrder(1).Waiting, true, order.Requested
	r.commit(&store.Changes{
		Users:  []store.User{user(1), user(2), user(3), user(4), user(5)},
		Orders: []order.Order{split, both, plain, unasked, waiting},
	})
	holds := func(what string, want ...order.Order) {
		t.Helper()
		for range 2 {
			same(t, what, want, loadStore(t, r.ctx, r.Journal).Unsettled)
			r.reopen()
		}
	}
	holds("as written, by number", waiting, unasked, both, split)
	plain.Fulfillments[0].Unasked, unasked.Fulfillments[1].Unasked, both.Waiting = true, false, nil
	split.Fulfillments[0].Stage = order.Picking
	r.commit(&store.Changes{Updates: []order.Order{both, split, plain, unasked}})
	holds("after updates", waiting, plain, both)
	spoiled := plainOrder(2)
	spoiled.Waiting, spoiled.Lines[0].Number = newOrder(2).Waiting, 9
	waiting.Waiting = nil
	refused(t, "commit", fault.NotFound, r.Commit(r.ctx, &store.Changes{Updates: []order.Order{waiting, spoiled}}))
	waiting.Waiting = newOrder(1).Waiting
	holds("after what was refused", waiting, plain, both)
	plain.Fulfillments[0].Unasked, waiting.Waiting, both.Fulfillments[0].Unasked = false, nil, false
	both.Fulfillments[0].Stage = order.VoidedStage
	r.commit(&store.Changes{Updates: []order.Order{plain, waiting, both}})
	holds("settled")
}
