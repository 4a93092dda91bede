package storetest

import (
	"fmt"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/purchase"
	"crossdock/site/warehouse"
)

// newPurchase has every field set but Closed; its lines are in no order of their SKUs.
func newPurchase(n int) purchase.Purchase {
	return purchase.Purchase{
		ID: fmt.Sprintf("PO-%d ☃", n), Supplier: unusual, Version: 3, AnnouncedAt: when(n), ChangedAt: when(n + 1),
		Lines: []purchase.Line{
			{SKU: skuOf(2), Announced: 1 << 50, Received: 3, Withdrawn: 2, Due: day(n), Shares: []purchase.Share{
				{Store: "store", Units: 1 << 40}, {Store: "shop", Units: 1},
			}},
			{SKU: skuOf(1), Announced: 5, Received: 4, Withdrawn: 1},
		},
	}
}

// newReturnOrder has every field set; its lines are in no order of their numbers.
func newReturnOrder(n int) fulfillment.ReturnOrder {
	return fulfillment.ReturnOrder{
		ID: returnID(n), Fulfillment: fulfillmentID(n), Order: orderID(n), Number: int64(n), Store: StoreSite,
		State: fulfillment.ReturnReceived, Version: 2, RequestedAt: when(n), ChangedAt: when(n + 1), Reason: unusual,
		Lines: []fulfillment.ReturnLine{
			{Line: 3, SKU: skuOf(2), Quantity: 1_000_000, Received: 9, Good: 5, Damaged: 4}, {Line: 1, SKU: skuOf(1), Quantity: 1},
		},
	}
}

// testPurchases follows two purchases until one of them is closed.
func testPurchases(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	one, two := newPurchase(1), newPurchase(2)
	r.commit(&warehouse.Changes{Purchases: []purchase.Purchase{two, one}})
	holds := func(what string, open ...purchase.Purchase) {
		t.Helper()
		for range 2 {
			for _, p := range []purchase.Purchase{one, two} {
				same(t, what, answer[purchase.Purchase]{Value: p}, answerOf(r.Purchase(r.ctx, p.ID)))
			}
			same(t, what+": loaded", open, loadWarehouse(t, r.ctx, r.Journal).Purchases)
			r.reopen()
		}
	}
	holds("announced", one, two)
	one.Supplier, one.Version, one.ChangedAt = "other", 4, when(9)
	one.Lines = []purchase.Line{{SKU: skuOf(3), Announced: 2, Due: day(2)}, {SKU: skuOf(2), Announced: 8, Shares: []purchase.Share{{Store: "shop", Units: 8}}}}
	r.commit(&warehouse.Changes{Purchases: []purchase.Purchase{one}})
	holds("replaced", one, two)
	gone := two
	gone.Closed, gone.Lines = true, nil
	refused(t, "commit", fault.NotFound, r.Commit(r.ctx, &warehouse.Changes{
		Purchases: []purchase.Purchase{gone}, Updates: []fulfillment.Fulfillment{newFulfillment(7)},
	}))
	holds("after what was refused", one, two)
	two.Closed = true
	r.commit(&warehouse.Changes{Purchases: []purchase.Purchase{two}})
	holds("closed", one)
}

func testPurchasePages(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	stored := map[int]purchase.Purchase{}
	for _, n := range []int{4, 1, 6, 3, 5, 2} {
		p := newPurchase(n)
		p.Closed, p.AnnouncedAt = n%2 == 0, when(-n)
		stored[n] = p
		r.commit(&warehouse.Changes{Purchases: []purchase.Purchase{p}})
	}
	for _, test := range []struct {
		name string
		q    warehouse.PurchaseQuery
		want []int
	}{
		{"all", warehouse.PurchaseQuery{Limit: 9}, []int{1, 2, 3, 4, 5, 6}},
		{"limit", warehouse.PurchaseQuery{Limit: 2}, []int{1, 2}},
		{"after", warehouse.PurchaseQuery{After: newPurchase(2).ID, Limit: 3}, []int{3, 4, 5}},
		{"after one that is not there", warehouse.PurchaseQuery{After: "PO-2", Limit: 2}, []int{2, 3}},
		{"after the last", warehouse.PurchaseQuery{After: newPurchase(6).ID, Limit: 3}, nil},
		{"open", warehouse.PurchaseQuery{Open: true, Limit: 9}, []int{1, 3, 5}},
		{"open and after", warehouse.PurchaseQuery{Open: true, After: newPurchase(2).ID, Limit: 1}, []int{3}},
		{"no limit is no rows", warehouse.PurchaseQuery{}, nil},
		{"negative limit", warehouse.PurchaseQuery{Open: true, Limit: -1}, nil},
	} {
		var want []purchase.Purchase
		for _, n := range test.want {
			want = append(want, stored[n])
		}
		got, err := r.Purchases(r.ctx, test.q)
		same(t, test.name, want, read(t, "Purchases", got, err))
	}
}

func testReturnOrders(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	one, two := newReturnOrder(1), newReturnOrder(2)
	r.commit(&warehouse.Changes{Returns: []fulfillment.ReturnOrder{two, one}})
	holds := func(what string) {
		t.Helper()
		for range 2 {
			for _, back := range []fulfillment.ReturnOrder{one, two} {
				same(t, what, answer[fulfillment.ReturnOrder]{Value: back}, answerOf(r.Return(r.ctx, back.ID)))
			}
			r.reopen()
		}
	}
	holds("requested")
	one.State, one.Version, one.ChangedAt, one.Reason = fulfillment.ReturnInspected, 9, when(9), "other"
	one.Lines = []fulfillment.ReturnLine{{Line: 2, SKU: skuOf(5), Quantity: 4, Received: 4, Good: 4}, one.Lines[0]}
	r.commit(&warehouse.Changes{Returns: []fulfillment.ReturnOrder{one}})
	holds("replaced")
	gone := two
	gone.Lines = nil
	refused(t, "commit", fault.NotFound, r.Commit(r.ctx, &warehouse.Changes{
		Returns: []fulfillment.ReturnOrder{gone}, Updates: []fulfillment.Fulfillment{newFulfillment(7)},
	}))
	holds("after what was refused")
}

func testReturnPages(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	stored := map[int]fulfillment.ReturnOrder{}
	for _, n := range []int{4, 1, 6, 3, 5, 2} {
		back := newReturnOrder(n)
		back.Order, back.RequestedAt = orderID(n%2), when(-n)
		if n > 4 {
			back.State = fulfillment.ReturnRequested
		}
		stored[n] = back
		r.commit(&warehouse.Changes{Returns: []fulfillment.ReturnOrder{back}, Fulfillments: []fulfillment.Fulfillment{newFulfillment(n)}})
	}
	for _, test := range []struct {
		name string
		q    warehouse.ReturnQuery
		want []int
	}{
		{"all", warehouse.ReturnQuery{Limit: 9}, []int{1, 2, 3, 4, 5, 6}},
		{"limit", warehouse.ReturnQuery{Limit: 2}, []int{1, 2}},
		{"after", warehouse.ReturnQuery{After: returnID(2), Limit: 3}, []int{3, 4, 5}},
		{"after the last", warehouse.ReturnQuery{After: returnID(6), Limit: 3}, nil},
		{"state", warehouse.ReturnQuery{State: fulfillment.ReturnRequested, Limit: 9}, []int{5, 6}},
		{"state and after", warehouse.ReturnQuery{State: fulfillment.ReturnReceived, After: returnID(1), Limit: 2}, []int{2, 3}},
		{"order", warehouse.ReturnQuery{Order: orderID(1), Limit: 9}, []int{1, 3, 5}},
		{"order and state", warehouse.ReturnQuery{Order: orderID(1), State: fulfillment.ReturnReceived, Limit: 9}, []int{1, 3}},
		{"unknown order", warehouse.ReturnQuery{Order: orderID(7), Limit: 9}, nil},
		{"no limit is no rows", warehouse.ReturnQuery{}, nil},
		{"negative limit", warehouse.ReturnQuery{Limit: -1}, nil},
	} {
		var want []fulfillment.ReturnOrder
		for _, n := range test.want {
			want = append(want, stored[n])
		}
		got, err := r.Returns(r.ctx, test.q)
		same(t, test.name, want, read(t, "Returns", got, err))
	}
	_, err := r.Return(r.ctx, returnID(7))
	refused(t, "no such return", fault.NotFound, err)
}
