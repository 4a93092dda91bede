package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/store"
)

func testEmptyStore(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	r.commit(&store.Changes{})
	r.reopen()
	same(t, "Load", store.Snapshot{Books: books.Snapshot{Site: StoreSite, Epoch: Epoch}}, loadStore(t, r.ctx, r.Journal))
	same(t, "Snapshot", sourceView{Head: audit.Head{Site: StoreSite, Role: audit.Store, Epoch: Epoch}}, viewMoment(t, r.ctx, r.Moments))
	view := viewStore(t, r.ctx, r.StoreEngine)
	for n := range viewed {
		same(t, "lookups", []string{"not-found", "not-found", "not-found", "not-found", "not-found", "not-found", "not-found"}, []string{
			view.Orders[n].Error, view.Users[n].Error, view.Named[n].Error, view.Carts[n].Error, view.Sessions[n].Error, view.Requests[n].Error,
			view.Returned[n].Error,
		})
		same(t, "records", 0, len(view.Payments[n])+len(view.Returns[n]))
		same(t, "orders of nobody", answer[[]order.Order]{}, view.OrdersOf[n])
	}
	same(t, "products", store.ProductPage{}, view.Products)
	same(t, "orders", store.OrderPage{}, view.Page)
	same(t, "totals", store.Totals{}, view.Totals)
}

func testStoreComesBack(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	s := newScribe(StoreSite)
	first, second := fullStoreBatch(s, 1), fullStoreBatch(s, 2)
	r.commit(first)
	r.commit(second)
	for _, state := range []string{"as written", "opened again"} {
		t.Run(state, func(t *testing.T) {
			loaded := loadStore(t, r.ctx, r.Journal)
			same(t, "products", append(first.Products[:1:1], second.Products...), loaded.Products)
			same(t, "districts", append(first.Districts[:1:1], second.Districts...), loaded.Districts)
			same(t, "levels", append(first.Levels[:1:1], second.Levels...), loaded.Levels)
			same(t, "last number", int64(2), loaded.LastNumber)
			same(t, "warehouses", append(first.Warehouses[:1:1], second.Warehouses...), loaded.Warehouses)
			same(t, "schedules", append(first.Schedules[:1:1], second.Schedules...), loaded.Schedules)
			same(t, "loads", append(first.Loads[:1:1], second.Loads...), loaded.Loads)
			same(t, "holds", append(first.Holds[:1:1], second.Holds...), loaded.Holds)
			same(t, "loose ends", append(first.LooseEnds[:2:2], second.LooseEnds...), loaded.LooseEnds)
			same(t, "unsettled", append(first.Orders[:1:1], second.Orders...), loaded.Unsettled)
			same(t, "pending", append(first.Transactions[:1:1], second.Transactions...), loaded.Pending)
			same(t, "orders", append(first.Orders[:1:1], second.Orders...), viewMoment(t, r.ctx, r.Moments).Orders)
			same(t, "role", audit.Store, viewMoment(t, r.ctx, r.Moments).Head.Role)
			readBack(t, r, first)
			readBack(t, r, second)
		})
		r.reopen()
	}
}

// readBack looks up each row of a full batch.
func readBack(t *testing.T, r *storeRig, c *store.Changes) {
	t.Helper()
	o := c.Orders[0]
	same(t, "order", answer[order.Order]{Value: o}, answerOf(r.Order(r.ctx, o.ID)))
	same(t, "orders of", answer[[]order.Order]{Value: c.Orders}, answerOf(r.OrdersOf(r.ctx, o.Customer, 5)))
	same(t, "user", answer[store.User]{Value: c.Users[0]}, answerOf(r.User(r.ctx, c.Users[0].ID)))
	same(t, "user by name", answer[store.User]{Value: c.Users[0]}, answerOf(r.UserNamed(r.ctx, c.Users[0].Name)))
	same(t, "cart", answer[cart.Cart]{Value: c.Carts[0].Cart}, answerOf(r.Cart(r.ctx, c.Carts[0].Owner)))
	same(t, "session", answer[store.Session]{Value: c.Sessions[0]}, answerOf(r.Session(r.ctx, c.Sessions[0].TokenHash, when(0))))
	same(t, "request", answer[store.Request]{Value: c.Requests[0]}, answerOf(r.Request(r.ctx, c.Requests[0].Key)))
	same(t, "transactions", answer[[]pay.Transaction]{Value: c.Transactions}, answerOf(r.Transactions(r.ctx, o.ID)))
	same(t, "return", answer[store.Return]{Value: c.Returns[0]}, answerOf(r.Return(r.ctx, c.Returns[0].ID)))
	same(t, "returns", answer[[]store.Return]{Value: c.Returns}, answerOf(r.Returns(r.ctx, o.ID)))
	events, notices, err := r.StoreEngine.Story(r.ctx, o.ID)
	read(t, "Story", 0, err)
	same(t, "events", c.Events, events)
	same(t, "notices", c.Notices, notices)
}

// testStoreCopies changes everything that it handed in and got out.
func testStoreCopies(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	s := newScribe(StoreSite)
	c := fullStoreBatch(s, 1)
	r.commit(c)
	other := openStore(t, f) // what is wanted shares nothing with r, even if r shares its rows
	other.commit(fullStoreBatch(newScribe(StoreSite), 1))
	want := viewStore(t, r.ctx, other.StoreEngine)
	c.Districts[0].Warehouses[0] = "spoiled"
	c.Books.Messages[0].Body[0]++
	c.Books.Parked[0].Message.Body[0]++
	c.Carts[0].Cart.Lines[0].Units++
	c.Sessions[0].Data[0]++
	c.Schedules[0].Arrivals[0].Quantity++
	c.Holds[0].Units[0].Units++
	c.Returns[0].Lines[0].Quantity++
	spoilOrder(c.Orders[0])
	same(t, "after changing what went in", want, viewStore(t, r.ctx, r.StoreEngine))
	out := viewStore(t, r.ctx, r.StoreEngine)
	out.Load.Districts[0].Warehouses[0] = "spoiled"
	out.Load.Books.Parked[0].Message.Body[0]++
	out.Feeds.Messages[0][0].Body[0]++
	out.Feeds.Parked[0].Message.Body[0]++
	out.Source.Messages[0][0].Body[0]++
	out.Carts[1].Value.Lines[0].Units++
	out.Sessions[1].Value.Data[0]++
	spoilOrder(out.Orders[1].Value)
	spoilOrder(out.OrdersOf[1].Value[0])
	spoilOrder(out.Source.Orders[0])
	spoilOrder(out.Load.Unsettled[0])
	out.Load.Pending[0].Reason = "spoiled"
	out.Load.Schedules[0].Arrivals[0].Quantity++
	out.Load.Holds[0].Units[0].Units++
	out.Payments[1][0].Reason = "spoiled"
	out.Returned[1].Value.Lines[0].Quantity++
	out.Returns[1][0].Lines[0].Quantity++
	out.Page.Orders[0].Fulfillments[0].Stage = "spoiled"
	same(t, "after changing what came out", want, viewStore(t, r.ctx, r.StoreEngine))
}

func spoilOrder(o order.Order) {
	o.Lines[0].Quantity++
	o.Fulfillments[0].Stage = "spoiled"
	o.Fulfillments[0].Lines[0].Asked++
	o.Why[0].Rule = "spoiled"
	o.Waiting[0].Quantity++
	o.NewAddress.Name = "spoiled"
}

func testStoreReplaces(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	c := fullStoreBatch(newScribe(StoreSite), 1)
	r.commit(c)
	p, d, l, u, k := c.Products[0], c.Districts[0], c.Levels[0], c.Users[0], c.Sessions[0]
	p.Name, p.Description, p.Type, p.Category, p.Price = "New", "", "garden", "pots", money.Of(0, "EUR")
	p.Policy, p.Cap, p.ReleaseOn = catalog.InStock, 0, 0
	d.Name, d.Warehouses, d.Place = "Nouveau", []id.Site{"wh9"}, catalog.Place{}
	l.OnHand, l.Available, l.Quota, l.Allocated, l.Picked, l.Version = 0, 9, 8, 7, 6, 5
	u.Name, u.PasswordHash, u.District, u.Email, u.Phone, u.RegisteredAt = "other", "", "", "", "", when(3)
	k.Data, k.ExpiresAt = nil, when(2000)
	r.commit(&store.Changes{
		Products: []catalog.Product{p}, Districts: []catalog.District{d}, Levels: []stock.Level{l},
		Users: []store.User{u}, Sessions: []store.Session{k},
	})
	r.reopen()
	loaded := loadStore(t, r.ctx, r.Journal)
	same(t, "products", []catalog.Product{p}, loaded.Products)
	same(t, "districts", []catalog.District{d}, loaded.Districts)
	same(t, "levels", []stock.Level{l}, loaded.Levels)
	same(t, "user", answer[store.User]{Value: u}, answerOf(r.User(r.ctx, u.ID)))
	same(t, "user by new name", answer[store.User]{Value: u}, answerOf(r.UserNamed(r.ctx, "OTHER")))
	_, err := r.UserNamed(r.ctx, c.Users[0].Name)
	refused(t, "the old name", fault.NotFound, err)
	same(t, "session", answer[store.Session]{Value: k}, answerOf(r.Session(r.ctx, k.TokenHash, when(1500))))
	for search, total := range map[string]int{"New": 1, "pots": 1, "Product": 0, "neill": 0, "baking": 0} {
		page, err := r.StoreEngine.Products(r.ctx, store.ProductQuery{Search: search, Limit: 9})
		same(t, "found by "+search, total, read(t, "Products", page, err).Total)
	}
}

func testOrderUpdate(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	s := newScribe(StoreSite)
	r.commit(fullStoreBatch(s, 1))
	r.commit(fullStoreBatch(s, 2))
	want := changedOrder(1)
	update := want.Clone()
	update.Number, update.Reference, update.Payment, update.Customer, update.Why = 77, "other", "other", userID(2), nil // cannot change
	update.PlacedAt, update.Total, update.Lines[0].Quantity, update.Lines[0].Name = when(50), money.Of(1, "EUR"), 99, "other"
	update.Fulfillments[0].Lines[0].SKU, update.Fulfillments[1].Warehouse = "other", "other"
	r.commit(&store.Changes{Updates: []order.Order{update}})
	r.reopen()
	same(t, "order", answer[order.Order]{Value: want}, answerOf(r.Order(r.ctx, want.ID)))
	same(t, "the other order", answer[order.Order]{Value: newOrder(2)}, answerOf(r.Order(r.ctx, orderID(2))))
	same(t, "last number", int64(2), loadStore(t, r.ctx, r.Journal).LastNumber)
}

func testOrderUpdateMisses(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	s := newScribe(StoreSite)
	r.commit(fullStoreBatch(s, 1))
	for name, spoil := range map[string]func(o *order.Order){
		"order": func(o *order.Order) { o.ID = orderID(8) },
		"line":  func(o *order.Order) { o.Lines[2].Number = 9 },
	} {
		t.Run(name, func(t *testing.T) {
			before := viewStore(t, r.ctx, r.StoreEngine)
			changes := fullStoreBatch(s.copy(), 2)
			o := changedOrder(1)
			spoil(&o)
			changes.Updates = []order.Order{o}
			refused(t, "commit", fault.NotFound, r.Commit(r.ctx, changes))
			same(t, "what is stored", before, viewStore(t, r.ctx, r.StoreEngine))
		})
	}
}

// testStoreBatchOrder has one batch insert rows and change them.
func testStoreBatchOrder(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	changes := fullStoreBatch(newScribe(StoreSite), 1)
	halfway := newOrder(1)
	halfway.Status = order.Ready
	changes.Updates = []order.Order{halfway, changedOrder(1)}
	changes.Ended = []string{session(1).TokenHash, "never there"}
	later := product(1)
	later.Name = "later"
	changes.Products = append(changes.Products, later)
	r.commit(changes)
	same(t, "order", answer[order.Order]{Value: changedOrder(1)}, answerOf(r.Order(r.ctx, orderID(1))))
	same(t, "product", []catalog.Product{later}, loadStore(t, r.ctx, r.Journal).Products)
	_, err := r.Session(r.ctx, session(1).TokenHash, when(0))
	refused(t, "the ended session", fault.NotFound, err)
}

func testStoreConstraints(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	s := newScribe(StoreSite)
	old := fullStoreBatch(s, 1)
	r.commit(old)
	for _, test := range []struct {
		name  string
		want  fault.Kind
		spoil func(c *store.Changes)
	}{
		{"movement", fault.Conflict, func(c *store.Changes) { c.Books.Movements[1].Seq += 5 }},
		{"order", fault.Exists, func(c *store.Changes) { c.Orders[0].ID = old.Orders[0].ID }},
		{"order twice in a batch", fault.Exists, func(c *store.Changes) { c.Orders = append(c.Orders, c.Orders[0]) }},
		{"order number", fault.Exists, func(c *store.Changes) { c.Orders[0].Number = 1 }},
		{"fulfillment", fault.Exists, func(c *store.Changes) { c.Orders[0].Fulfillments[1].ID = fulfillmentID(2) }},
		{"event", fault.Exists, func(c *store.Changes) { c.Events = append(c.Events, old.Events[0]) }},
		{"event twice in a batch", fault.Exists, func(c *store.Changes) { c.Events = append(c.Events, c.Events[0]) }},
		{"fulfillment that an update adds", fault.Exists, func(c *store.Changes) {
			c.Updates[0].Fulfillments = append(c.Updates[0].Fulfillments, order.Fulfillment{ID: fulfillmentID(4), Warehouse: "wh9", Stage: order.Requested})
		}},
		{"load", fault.Conflict, func(c *store.Changes) { c.Loads[0].Parcels = -1 }},
		{"return", fault.Conflict, func(c *store.Changes) { c.Returns[0].Lines[0].Good = 99 }},
		{"user name", fault.Exists, func(c *store.Changes) { c.Users[0].Name = old.Users[0].Name }},
		{"user name in capitals", fault.Exists, func(c *store.Changes) { c.Users[0].Name = strings.ToUpper(old.Users[0].Name) }},
		{"request", fault.Exists, func(c *store.Changes) { c.Requests[0].Key = old.Requests[0].Key }},
		{"request twice in a batch", fault.Exists, func(c *store.Changes) { c.Requests = append(c.Requests, c.Requests[0]) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := viewStore(t, r.ctx, r.StoreEngine)
			changes := fullStoreBatch(s.copy(), 2)
			changes.Updates, changes.Ended = []order.Order{changedOrder(1)}, []string{session(1).TokenHash}
			changes.Carts = append(changes.Carts, store.CartRow{Owner: owner(1)})
			test.spoil(changes)
			refused(t, "commit", test.want, r.Commit(r.ctx, changes))
			same(t, "what is stored", before, viewStore(t, r.ctx, r.StoreEngine))
		})
	}
	r.reopen()
	changes := fullStoreBatch(s, 2) // the same batch without the fault: nothing of it was left behind
	r.commit(changes)
	readBack(t, r, changes)
}

// testStoreTimes writes times in a zone, finer than a microsecond, and zero.
func testStoreTimes(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	fine := time.Date(2026, 7, 1, 3, 4, 5, 123_456_789, time.FixedZone("far", 5*3600+1800))
	want := time.Date(2026, 6, 30, 21, 34, 5, 123_456_000, time.UTC)
	o := newOrder(1)
	o.PlacedAt, o.ChangedAt, o.Fulfillments[0].ChangedAt, o.Fulfillments[1].ChangedAt = fine, time.Time{}, fine, time.Time{}
	step, back, kept := newTransaction(1), newReturn(1), hold(1)
	step.At, step.NextAt, back.AskedAt, back.ChangedAt, kept.ExpiresAt = fine, time.Time{}, fine, time.Time{}, fine
	u := user(1)
	u.RegisteredAt = time.Time{}
	r.commit(&store.Changes{
		Users: []store.User{u}, Orders: []order.Order{o}, Transactions: []pay.Transaction{step},
		Returns: []store.Return{back}, Holds: []store.Hold{kept},
	})
	r.reopen()
	loaded := loadStore(t, r.ctx, r.Journal)
	step.At, back.AskedAt, kept.ExpiresAt = want, want, want
	same(t, "pending", []pay.Transaction{step}, loaded.Pending)
	same(t, "holds", []store.Hold{kept}, loaded.Holds)
	same(t, "returns", answer[[]store.Return]{Value: []store.Return{back}}, answerOf(r.Returns(r.ctx, o.ID)))
	got, err := r.Order(r.ctx, o.ID)
	got = read(t, "Order", got, err)
	same(t, "times", []time.Time{want, {}, want, {}}, []time.Time{
		got.PlacedAt, got.ChangedAt, got.Fulfillments[0].ChangedAt, got.Fulfillments[1].ChangedAt,
	})
	same(t, "user", answer[store.User]{Value: u}, answerOf(r.User(r.ctx, u.ID)))
}

func testLargeStoreBatch(t *testing.T, f StoreFactory) {
	const rows = 20_000
	r := openStore(t, f)
	s := newScribe(StoreSite)
	changes := &store.Changes{}
	for n := range rows {
		changes.Products = append(changes.Products, catalog.Product{
			SKU: skuOf(n), Name: fmt.Sprintf("Thing number %d", n), Type: "t", Category: "c", Price: money.Of(int64(n), "GBP"),
		})
		changes.Books.Movements = append(changes.Books.Movements, s.move(stock.Movement{
			ID: movementID(n), At: when(n), SKU: skuOf(n), Quantity: 1, Reason: stock.Granted,
			From: stock.GranterAt(WarehouseSite), To: stock.HeldAt(WarehouseSite),
		}))
		changes.Books.Balances = append(changes.Books.Balances, stock.Balance{SKU: skuOf(n), Account: stock.HeldAt(WarehouseSite), Units: 1})
	}
	o := plainOrder(1)
	o.Lines, o.Fulfillments[0].Lines = nil, nil
	for n := 1; n <= order.MaxLines; n++ {
		o.Lines = append(o.Lines, order.Line{Number: n, SKU: skuOf(n), Name: unusual, Price: money.Of(1, "GBP"), Quantity: 1})
		o.Fulfillments[0].Lines = append(o.Fulfillments[0].Lines, order.Part{Line: n, SKU: skuOf(n), Quantity: 1})
	}
	o.Fulfillments = o.Fulfillments[:1]
	changes.Users, changes.Orders = []store.User{user(1)}, []order.Order{o}
	r.commit(changes)
	r.reopen()
	loaded := loadStore(t, r.ctx, r.Journal)
	same(t, "products", rows, len(loaded.Products))
	same(t, "balances", rows, len(loaded.Books.Balances))
	same(t, "last movement", int64(rows), loaded.Books.LastSeq)
	same(t, "order", answer[order.Order]{Value: o}, answerOf(r.Order(r.ctx, o.ID)))
	page, err := r.StoreEngine.Products(r.ctx, store.ProductQuery{Search: "thing 19999", Limit: 5})
	page = read(t, "Products", page, err)
	same(t, "found", 1, page.Total)
	same(t, "held", int64(1), page.Products[0].Held)
}
