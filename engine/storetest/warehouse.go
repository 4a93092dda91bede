package storetest

import (
	"fmt"
	"testing"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/warehouse"
)

// newFulfillment has every field set.
func newFulfillment(n int) fulfillment.Fulfillment {
	return fulfillment.Fulfillment{
		ID: fulfillmentID(n), Order: orderID(n), Number: int64(n), Store: StoreSite, Stage: order.Accepted, Version: 1,
		PlacedAt: when(n), ChangedAt: when(n + 1), Address: address(n),
		Lines: []fulfillment.Line{
			{Line: 1, SKU: skuOf(1), Name: unusual, Quantity: 1_000_000, Voided: 1, Picked: 7},
			{Line: 3, SKU: skuOf(2), Name: "Spoon", Quantity: 2, Returned: 1, Picked: 1},
		},
	}
}

// changedFulfillment is newFulfillment(n) with everything changed that an update may change.
func changedFulfillment(n int) fulfillment.Fulfillment {
	f := newFulfillment(n)
	f.Stage, f.Version, f.ChangedAt = order.SentStage, 9, when(77)
	f.Address = order.Address{Name: "Somebody Else", District: "south"}
	f.Lines[0].Voided, f.Lines[0].Returned, f.Lines[0].Picked = 5, 6, 8
	f.Lines[1].Voided, f.Lines[1].Returned, f.Lines[1].Picked = 1, 0, 0
	return f
}

// fullWarehouseBatch has rows with keys made of n in every table of a warehouse.
func fullWarehouseBatch(s *scribe, n int) *warehouse.Changes {
	return &warehouse.Changes{
		Books:        s.rows(n),
		Fulfillments: []fulfillment.Fulfillment{newFulfillment(n)},
		Events:       []warehouse.Event{{Fulfillment: fulfillmentID(n), Seq: 1, At: when(n), Kind: "accepted", Text: unusual}},
		Products:     []event.Product{{SKU: skuOf(n), Name: unusual}},
		Versions:     []warehouse.Version{{SKU: skuOf(n), Version: int64(n) << 40}},
		Requests:     []warehouse.Request{{Key: keyed(n), BodyHash: [32]byte{byte(n), 255}, Answer: unusual, At: when(n)}},
		Purchases:    []purchase.Purchase{newPurchase(n)},
		Returns:      []fulfillment.ReturnOrder{newReturnOrder(n)},
		Records:      []warehouse.Record{{Fulfillment: fulfillmentID(n), Body: []byte{0, byte(n), 255}}},
	}
}

func testEmptyWarehouse(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	r.commit(&warehouse.Changes{})
	r.reopen()
	same(t, "Load", warehouse.Snapshot{Books: books.Snapshot{Site: WarehouseSite, Epoch: Epoch}}, loadWarehouse(t, r.ctx, r.Journal))
	same(t, "Snapshot", sourceView{Head: audit.Head{Site: WarehouseSite, Role: audit.Warehouse, Epoch: Epoch}}, viewMoment(t, r.ctx, r.Moments))
	view := viewWarehouse(t, r.ctx, r.WarehouseEngine)
	for n := range viewed {
		same(t, "lookups", []string{"not-found", "not-found", "not-found", "not-found"}, []string{
			view.Fulfillments[n].Error, view.Requests[n].Error, view.Purchases[n].Error, view.Returns[n].Error,
		})
	}
	same(t, "pages", 0, len(view.Page)+len(view.Levels)+len(view.Bought)+len(view.Open)+len(view.Returned))
}

func testWarehouseComesBack(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	s := newScribe(WarehouseSite)
	first, second := fullWarehouseBatch(s, 1), fullWarehouseBatch(s, 2)
	r.commit(first)
	r.commit(second)
	for _, state := range []string{"as written", "opened again"} {
		t.Run(state, func(t *testing.T) {
			both := append(first.Fulfillments[:1:1], second.Fulfillments...)
			same(t, "versions", append(first.Versions[:1:1], second.Versions...), loadWarehouse(t, r.ctx, r.Journal).Levels)
			same(t, "fulfillments", both, viewMoment(t, r.ctx, r.Moments).Fulfillments)
			page, err := r.Fulfillments(r.ctx, warehouse.FulfillmentQuery{Limit: 5})
			same(t, "page", both, read(t, "Fulfillments", page, err))
			same(t, "purchases", append(first.Purchases[:1:1], second.Purchases...), loadWarehouse(t, r.ctx, r.Journal).Purchases)
			for _, c := range []*warehouse.Changes{first, second} {
				same(t, "fulfillment", answer[fulfillment.Fulfillment]{Value: c.Fulfillments[0]}, answerOf(r.Fulfillment(r.ctx, c.Fulfillments[0].ID)))
				same(t, "request", answer[warehouse.Request]{Value: c.Requests[0]}, answerOf(r.Request(r.ctx, c.Requests[0].Key)))
				same(t, "purchase", answer[purchase.Purchase]{Value: c.Purchases[0]}, answerOf(r.Purchase(r.ctx, c.Purchases[0].ID)))
				same(t, "return", answer[fulfillment.ReturnOrder]{Value: c.Returns[0]}, answerOf(r.Return(r.ctx, c.Returns[0].ID)))
				events, err := r.Story(r.ctx, c.Fulfillments[0].ID)
				same(t, "events", c.Events, read(t, "Story", events, err))
			}
		})
		r.reopen()
	}
}

func testWarehouseCopies(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	c := fullWarehouseBatch(newScribe(WarehouseSite), 1)
	r.commit(c)
	other := openWarehouse(t, f) // what is wanted shares nothing with r, even if r shares its rows
	other.commit(fullWarehouseBatch(newScribe(WarehouseSite), 1))
	want := viewWarehouse(t, r.ctx, other.WarehouseEngine)
	c.Fulfillments[0].Lines[0].Quantity++
	c.Books.Messages[0].Body[0]++
	c.Purchases[0].Lines[0].Announced++
	c.Purchases[0].Lines[0].Shares[0].Units++
	c.Returns[0].Lines[0].Quantity++
	same(t, "after changing what went in", want, viewWarehouse(t, r.ctx, r.WarehouseEngine))
	out := viewWarehouse(t, r.ctx, r.WarehouseEngine)
	out.Fulfillments[1].Value.Lines[0].Quantity++
	out.Page[0].Lines[0].Quantity++
	out.Source.Fulfillments[0].Lines[0].Quantity++
	for _, p := range []purchase.Purchase{out.Load.Purchases[0], out.Purchases[1].Value, out.Bought[0], out.Open[0]} {
		p.Lines[0].Announced++
		p.Lines[0].Shares[0].Units++
	}
	out.Returns[1].Value.Lines[0].Quantity++
	out.Returned[0].Lines[0].Quantity++
	same(t, "after changing what came out", want, viewWarehouse(t, r.ctx, r.WarehouseEngine))
}

func testFulfillmentUpdate(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	s := newScribe(WarehouseSite)
	changes := fullWarehouseBatch(s, 1)
	halfway := newFulfillment(1)
	halfway.Stage = order.Picking
	changes.Updates = []fulfillment.Fulfillment{halfway} // of what the same batch inserts
	r.commit(changes)
	same(t, "halfway", answer[fulfillment.Fulfillment]{Value: halfway}, answerOf(r.Fulfillment(r.ctx, halfway.ID)))
	r.commit(fullWarehouseBatch(s, 2))
	want, update := changedFulfillment(1), changedFulfillment(1)
	update.Order, update.Number, update.Store, update.PlacedAt = orderID(5), 5, "other", when(50) // cannot change
	update.Lines[0].Quantity, update.Lines[0].Name, update.Lines[0].SKU = 99, "other", "other"
	r.commit(&warehouse.Changes{
		Updates:  []fulfillment.Fulfillment{update},
		Products: []event.Product{{SKU: skuOf(1), Name: "renamed"}}, Versions: []warehouse.Version{{SKU: skuOf(1), Version: 2}},
	})
	r.reopen()
	same(t, "changed", answer[fulfillment.Fulfillment]{Value: want}, answerOf(r.Fulfillment(r.ctx, want.ID)))
	same(t, "the other", answer[fulfillment.Fulfillment]{Value: newFulfillment(2)}, answerOf(r.Fulfillment(r.ctx, fulfillmentID(2))))
	levels, err := r.Levels(r.ctx, warehouse.StockQuery{SKU: skuOf(1), Limit: 1})
	levels = read(t, "Levels", levels, err)
	if len(levels) != 1 || levels[0].Name != "renamed" || levels[0].Level.Version != 2 {
		t.Errorf("levels after the change: %+v", levels)
	}
}

func testWarehouseConstraints(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	s := newScribe(WarehouseSite)
	old := fullWarehouseBatch(s, 1)
	r.commit(old)
	for _, test := range []struct {
		name  string
		want  fault.Kind
		spoil func(c *warehouse.Changes)
	}{
		{"movement", fault.Conflict, func(c *warehouse.Changes) { c.Books.Movements[1].Seq += 5 }},
		{"fulfillment", fault.Exists, func(c *warehouse.Changes) { c.Fulfillments = append(c.Fulfillments, old.Fulfillments[0]) }},
		{"event", fault.Exists, func(c *warehouse.Changes) { c.Events = append(c.Events, old.Events[0]) }},
		{"record", fault.Exists, func(c *warehouse.Changes) { c.Records = append(c.Records, old.Records[0]) }},
		{"request", fault.Exists, func(c *warehouse.Changes) { c.Requests = append(c.Requests, old.Requests[0]) }},
		{"request twice in a batch", fault.Exists, func(c *warehouse.Changes) { c.Requests = append(c.Requests, c.Requests[0]) }},
		{"update of no fulfillment", fault.NotFound, func(c *warehouse.Changes) { c.Updates[0].ID = fulfillmentID(9) }},
		{"update of no line", fault.NotFound, func(c *warehouse.Changes) { c.Updates[0].Lines[1].Line = 2 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := viewWarehouse(t, r.ctx, r.WarehouseEngine)
			changes := fullWarehouseBatch(s.copy(), 2)
			changes.Updates = []fulfillment.Fulfillment{changedFulfillment(1)}
			changes.Products = append(changes.Products, event.Product{SKU: skuOf(1), Name: "renamed"})
			changes.Versions = append(changes.Versions, warehouse.Version{SKU: skuOf(1), Version: 99})
			changes.Purchases = append(changes.Purchases, purchase.Purchase{ID: newPurchase(1).ID, Closed: true})
			changes.Returns = append(changes.Returns, fulfillment.ReturnOrder{ID: newReturnOrder(1).ID, State: fulfillment.ReturnInspected})
			test.spoil(changes)
			refused(t, "commit", test.want, r.Commit(r.ctx, changes))
			same(t, "what is stored", before, viewWarehouse(t, r.ctx, r.WarehouseEngine))
		})
	}
	r.reopen()
	r.commit(fullWarehouseBatch(s, 2)) // the same batch without the fault: nothing of it was left behind
}

func testWarehouseLevels(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	balance := func(sku id.SKU, kind stock.Kind, ref string, units int64) stock.Balance {
		return stock.Balance{SKU: sku, Account: stock.Account{Kind: kind, Ref: ref}, Units: units}
	}
	r.commit(&warehouse.Changes{
		Books: books.Rows{Balances: []stock.Balance{
			balance("B", stock.Available, "", 1), balance("B", stock.Quota, "store", 20), balance("B", stock.Quota, "shop", 300),
			balance("B", stock.Allocated, "", 4_000), balance("B", stock.Picked, "", 50_000), balance("B", stock.InTransit, "t1", 7),
			balance("B", stock.Expected, "", 1<<40), balance("B", stock.ExpectedQuota, "store", 1<<41), balance("B", stock.Announced, "", -3<<40),
			balance("B", stock.Quarantine, "", 600_000), balance("B", stock.Damaged, "", 7_000_000),
			balance("B", stock.Supplier, "", -9_000_000), balance("B", stock.Customer, "", 5), balance("D", stock.Available, "", 2),
		}},
		Products: []event.Product{{SKU: "B", Name: "Bunting"}, {SKU: "A", Name: "Apron"}},
		Versions: []warehouse.Version{{SKU: "B", Version: 12}, {SKU: "C", Version: 3}},
	})
	a := warehouse.ProductLevel{Name: "Apron", Level: stock.Level{Warehouse: WarehouseSite, SKU: "A"}}
	b := warehouse.ProductLevel{Name: "Bunting", Level: stock.Level{
		Warehouse: WarehouseSite, SKU: "B", OnHand: 7_654_321, Available: 1, Quota: 320, Allocated: 4_000, Picked: 50_000, Version: 12,
	}}
	c := warehouse.ProductLevel{Level: stock.Level{Warehouse: WarehouseSite, SKU: "C", Version: 3}}
	d := warehouse.ProductLevel{Level: stock.Level{Warehouse: WarehouseSite, SKU: "D", OnHand: 2, Available: 2}}
	for _, test := range []struct {
		name string
		q    warehouse.StockQuery
		want []warehouse.ProductLevel
	}{
		{"all", warehouse.StockQuery{Limit: 9}, []warehouse.ProductLevel{a, b, c, d}},
		{"limit", warehouse.StockQuery{Limit: 2}, []warehouse.ProductLevel{a, b}},
		{"after", warehouse.StockQuery{After: "B", Limit: 9}, []warehouse.ProductLevel{c, d}},
		{"after one that is not there", warehouse.StockQuery{After: "AA", Limit: 1}, []warehouse.ProductLevel{b}},
		{"SKU", warehouse.StockQuery{SKU: "B", Limit: 9}, []warehouse.ProductLevel{b}},
		{"no such SKU", warehouse.StockQuery{SKU: "b", Limit: 9}, nil},
		{"after the last", warehouse.StockQuery{After: "D", Limit: 9}, nil},
		{"no limit is no rows", warehouse.StockQuery{}, nil},
	} {
		got, err := r.Levels(r.ctx, test.q)
		same(t, test.name, test.want, read(t, "Levels", got, err))
	}
	same(t, "at one moment", []stock.Level{
		{Warehouse: WarehouseSite, SKU: "B", Version: 12}, {Warehouse: WarehouseSite, SKU: "C", Version: 3},
	}, viewLevels(t, r.ctx, r.Moments))
}

func testFulfillmentPages(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	stored := map[int]fulfillment.Fulfillment{}
	for _, n := range []int{4, 1, 6, 3, 5, 2} {
		f := newFulfillment(n)
		f.PlacedAt, f.ChangedAt, f.Order = when(-n), when(0), orderID(n%2)
		if n > 4 {
			f.Stage = order.Picking
		}
		stored[n] = f
		r.commit(&warehouse.Changes{Fulfillments: []fulfillment.Fulfillment{f}})
	}
	for _, test := range []struct {
		name string
		q    warehouse.FulfillmentQuery
		want []int
	}{
		{"all", warehouse.FulfillmentQuery{Limit: 9}, []int{1, 2, 3, 4, 5, 6}},
		{"limit", warehouse.FulfillmentQuery{Limit: 2}, []int{1, 2}},
		{"after", warehouse.FulfillmentQuery{After: fulfillmentID(2), Limit: 3}, []int{3, 4, 5}},
		{"after the last", warehouse.FulfillmentQuery{After: fulfillmentID(6), Limit: 3}, nil},
		{"stage", warehouse.FulfillmentQuery{Stage: order.Picking, Limit: 9}, []int{5, 6}},
		{"stage and after", warehouse.FulfillmentQuery{Stage: order.Accepted, After: fulfillmentID(1), Limit: 2}, []int{2, 3}},
		{"order", warehouse.FulfillmentQuery{Order: orderID(1), Limit: 9}, []int{1, 3, 5}},
		{"order and stage", warehouse.FulfillmentQuery{Order: orderID(1), Stage: order.Picking, Limit: 9}, []int{5}},
		{"unknown order", warehouse.FulfillmentQuery{Order: orderID(7), Limit: 9}, nil},
		{"no limit is no rows", warehouse.FulfillmentQuery{}, nil},
		{"negative limit", warehouse.FulfillmentQuery{Limit: -1}, nil},
	} {
		var want []fulfillment.Fulfillment
		for _, n := range test.want {
			want = append(want, stored[n])
		}
		got, err := r.Fulfillments(r.ctx, test.q)
		same(t, test.name, want, read(t, "Fulfillments", got, err))
	}
}

func testLargeWarehouseBatch(t *testing.T, f WarehouseFactory) {
	const rows = 20_000
	r := openWarehouse(t, f)
	s := newScribe(WarehouseSite)
	changes := &warehouse.Changes{}
	for n := range rows {
		changes.Products = append(changes.Products, event.Product{SKU: skuOf(n), Name: fmt.Sprintf("Thing number %d", n)})
		changes.Versions = append(changes.Versions, warehouse.Version{SKU: skuOf(n), Version: 1})
		changes.Books.Movements = append(changes.Books.Movements, s.move(stock.Movement{
			ID: movementID(n), At: when(n), SKU: skuOf(n), Quantity: 1, Reason: stock.Received,
			From: stock.Account{Kind: stock.Supplier}, To: stock.Account{Kind: stock.Available},
		}))
		changes.Books.Balances = append(changes.Books.Balances, stock.Balance{SKU: skuOf(n), Account: stock.Account{Kind: stock.Available}, Units: 1})
	}
	r.commit(changes)
	r.reopen()
	loaded := loadWarehouse(t, r.ctx, r.Journal)
	same(t, "rows", []int{rows, rows}, []int{len(loaded.Levels), len(loaded.Books.Balances)})
	same(t, "last movement", int64(rows), loaded.Books.LastSeq)
}
