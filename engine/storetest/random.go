package storetest

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/engine/memory"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// steps is the most batches of one random run.
const steps = 8

// testStoreRandom commits the same random batches, some of which break a rule, to
// the engine and to engine/memory: both take and refuse the same ones, and
// everything that can be read is the same in the end.
func testStoreRandom(t *testing.T, f StoreFactory) {
	rapid.Check(t, func(rt *rapid.T) {
		r := openStore(t, f)
		defer r.close()
		twin := memory.NewStore(StoreSite, Epoch)
		s := newScribe(StoreSite)
		users := &store.Changes{Users: []store.User{user(1), user(2), user(3)}} // orders may refer to them
		r.commit(users)
		read(rt, "commit to the twin", 0, twin.Commit(r.ctx, users))
		orders := map[int]bool{}
		for range rapid.IntRange(1, steps).Draw(rt, "batches") {
			trial := s.copy()
			changes := drawStoreBatch(rt, trial, orders)
			if agree(rt, twin.Commit(r.ctx, changes), r.Commit(r.ctx, changes)) {
				s = trial
				for _, o := range changes.Orders {
					orders[int(o.Number)] = true
				}
			}
			if rapid.IntRange(0, 5).Draw(rt, "reopen") == 0 {
				r.reopen()
			}
		}
		want := StoreEngine{Journal: twin, Lookups: twin, Queries: twin, Records: twin, Feeds: twin, Restored: twin, Moments: twin}
		same(rt, "the engine", viewStore(rt, r.ctx, want), viewStore(rt, r.ctx, r.StoreEngine))
		for range 10 {
			compareStoreQueries(rt, r, twin)
		}
	})
}

// agree fails unless both took the batch or both refused it, and says which. Not
// the kinds are compared: of two broken rules either may be found first.
func agree(t tb, want, got error) bool {
	t.Helper()
	if (want == nil) != (got == nil) {
		t.Fatalf("commit: %v, want %v", got, want)
	}
	return want == nil
}

var texts = []string{"", "cake", "Cake tin", "Red cake STAND", "tin-foil 20cm", unusual, "zinc 🎂 cotton", "日本 cake"}

func text(t *rapid.T) string { return rapid.SampledFrom(texts).Draw(t, "text") }

func number(t *rapid.T, what string, least, most int) int {
	return rapid.IntRange(least, most).Draw(t, what)
}

// some draws up to most values.
func some[T any](t *rapid.T, what string, most int, draw func() T) []T {
	var drawn []T
	for range number(t, what, 0, most) {
		drawn = append(drawn, draw())
	}
	return drawn
}

func drawBooks(t *rapid.T, s *scribe) books.Rows {
	accounts := []stock.Account{
		{Kind: stock.Available},
		{Kind: stock.Picked},
		stock.QuotaOf("store"), stock.HeldAt("wh1"), stock.HeldAt("wh2"),
		{Kind: stock.InTransit, Ref: "t"},
		{Kind: stock.Customer},
	}
	account := func() stock.Account { return rapid.SampledFrom(accounts).Draw(t, "account") }
	sku := func() id.SKU { return skuOf(number(t, "sku", 1, 4)) }
	at := func() int64 { return when(number(t, "at", 0, 3)).UnixMicro() }
	rows := books.Rows{
		Movements: some(t, "movements", 3, func() books.Movement {
			return s.move(stock.Movement{
				ID: movementID(number(t, "movement", 1, 60)), At: when(number(t, "at", 0, 3)), SKU: sku(), Quantity: int64(number(t, "quantity", 1, 9)),
				From: account(), To: account(), Reason: stock.Received, Line: number(t, "line", 0, 3), Cause: text(t),
			})
		}),
		Balances: some(t, "balances", 3, func() stock.Balance {
			return stock.Balance{SKU: sku(), Account: account(), Units: int64(number(t, "units", 0, 50))}
		}),
		Messages: some(t, "messages", 3, func() feed.Message {
			to := rapid.SampledFrom([]string{"peer-a", "peer-b"}).Draw(t, "to")
			return s.say(to, feed.Message{At: at(), Key: text(t), Kind: "v1", Body: []byte(text(t))})
		}),
		Cursors: some(t, "cursors", 2, func() feed.Cursor {
			origin := rapid.SampledFrom([]string{"peer-a", "peer-b"}).Draw(t, "origin")
			return feed.Cursor{Origin: origin, Destination: string(s.site), Epoch: 1, Seq: uint64(number(t, "seq", 1, 9)), At: at()}
		}),
		Parked: some(t, "parked", 1, func() books.Parked { return s.parked(number(t, "parked", 1, 20)) }),
		Reparked: some(t, "reparked", 1, func() books.Parked {
			p := s.parked(number(t, "parked", 1, 20))
			p.Reason = text(t)
			if as := rapid.SampledFrom([]books.Ending{"", books.Applied, books.Skipped}).Draw(t, "ending"); as != "" {
				p.Resolution = books.Resolution{As: as, At: when(number(t, "at", 0, 3)), By: text(t), Why: "why " + text(t)}
			}
			return p
		}),
	}
	for _, to := range []string{"peer-a", "peer-b"} {
		if c := number(t, "read", 1, 20); uint64(c) < s.written[to].Seq && number(t, "prune", 0, 3) == 0 {
			up := feed.Cursor{Origin: string(s.site), Destination: to, Epoch: Epoch, Seq: uint64(c), Hash: feed.Hash{byte(c)}, At: at()}
			rows.Acknowledged = append(rows.Acknowledged, books.Acknowledged{Cursor: up, At: when(number(t, "at", 0, 3))})
			if number(t, "acknowledged only", 0, 1) == 0 {
				rows.Pruned = append(rows.Pruned, up)
			}
		}
	}
	if number(t, "below zero", 0, 19) == 0 {
		rows.Balances = append(rows.Balances, stock.Balance{SKU: sku(), Account: stock.HeldAt("wh1"), Units: -1})
	}
	return rows
}

// drawStoreBatch draws rows of few keys, so that they meet. Histories are of
// orders that are there, for what refers to nothing is left to the engine.
func drawStoreBatch(t *rapid.T, s *scribe, orders map[int]bool) *store.Changes {
	n := func(what string) int { return number(t, what, 1, viewed-1) }
	c := &store.Changes{
		Books: drawBooks(t, s),
		Products: some(t, "products", 3, func() catalog.Product {
			p := product(n("product"))
			p.Name, p.Description, p.Category = text(t), text(t), text(t)
			p.Price = money.Of(int64(number(t, "price", 0, 3)), "GBP")
			p.Cap, p.ReleaseOn = int64(number(t, "cap", 0, 2)), day(number(t, "release", 0, 2))
			return p
		}),
		Districts: some(t, "districts", 1, func() catalog.District {
			return catalog.District{Code: id.District(fmt.Sprintf("d%d", n("district"))), Name: text(t), Warehouses: []id.Site{"wh1"}}
		}),
		Levels: some(t, "levels", 2, func() stock.Level {
			at := rapid.SampledFrom([]id.Site{"wh1", "wh2"}).Draw(t, "warehouse")
			return stock.Level{Warehouse: at, SKU: skuOf(n("sku")), OnHand: int64(n("on hand")), Version: int64(n("version")), Elsewhere: int64(n("elsewhere"))}
		}),
		Orders: some(t, "orders", 2, func() order.Order { return drawOrder(t, newOrder(n("order"))) }),
		Users: some(t, "users", 2, func() store.User {
			u := user(n("user"))
			u.Name = rapid.SampledFrom([]string{u.Name, "joe", "JOE", "Ængus", "ængus"}).Draw(t, "name")
			return u
		}),
		Carts: some(t, "carts", 2, func() store.CartRow {
			return store.CartRow{Owner: owner(n("owner")), ChangedAt: when(0), Cart: cart.Cart{Lines: some(t, "lines", 2, func() cart.Line {
				return cart.Line{SKU: skuOf(number(t, "sku", 1, 99)), Units: int64(n("units"))}
			})}}
		}),
		Sessions: some(t, "sessions", 2, func() store.Session { return session(n("session")) }),
		Ended:    some(t, "ended", 1, func() string { return session(n("session")).TokenHash }),
		Requests: some(t, "requests", 1, func() store.Request {
			return store.Request{Key: keyed(n("key")), Answer: text(t), At: when(1)}
		}),
	}
	for _, o := range c.Orders {
		if !orders[int(o.Number)] {
			drawHistory(t, c, o)
		}
	}
	for known := range viewed {
		if orders[known] && number(t, "change", 0, 2) == 0 {
			drawHistory(t, c, newOrder(known))
			c.Updates = append(c.Updates, drawUpdate(t, known))
		}
	}
	drawPlans(t, c)
	return c
}

func drawOrder(t *rapid.T, o order.Order) order.Order {
	o.Customer = rapid.SampledFrom([]id.User{{}, userID(1), userID(2), userID(3)}).Draw(t, "customer")
	o.Status = rapid.SampledFrom(order.Statuses()).Draw(t, "status")
	o.Address.Street, o.Reference = text(t), text(t)
	o.Lines[0].Voided = int64(number(t, "voided", 0, 9))
	o.Fulfillments[1].Lines[0].Asked = int64(number(t, "asked", 0, 4))
	o.Unpaid = rapid.Bool().Draw(t, "unpaid")
	if rapid.Bool().Draw(t, "settled") {
		o.Waiting = nil
		for i := range o.Fulfillments {
			o.Fulfillments[i].Unasked = false
		}
	}
	o.Waiting = o.Waiting[number(t, "waits", 0, len(o.Waiting)):]
	return o
}

// drawUpdate draws an order that has changed or grown, and leaves some of it out.
func drawUpdate(t *rapid.T, n int) order.Order {
	made := rapid.SampledFrom([]func(n int) order.Order{newOrder, changedOrder, plainOrder, grownOrder}).Draw(t, "update")
	o := drawOrder(t, made(n))
	for i := range o.Fulfillments {
		o.Fulfillments[i].Lines = o.Fulfillments[i].Lines[number(t, "parts", 0, len(o.Fulfillments[i].Lines)):]
	}
	o.Fulfillments = o.Fulfillments[number(t, "fulfillments", 0, len(o.Fulfillments)):]
	o.Lines = o.Lines[number(t, "lines", 0, 3):]
	return o
}

func drawPlans(t *rapid.T, c *store.Changes) {
	n := func(what string) int { return number(t, what, 1, viewed-1) }
	site := func() id.Site { return rapid.SampledFrom([]id.Site{"wh1", "wh2"}).Draw(t, "warehouse") }
	c.Warehouses = some(t, "warehouses", 1, func() catalog.Warehouse {
		w := warehouseProfile(n("warehouse"))
		w.Name, w.Workdays = text(t), date.Days(number(t, "days", 0, int(date.Week)))
		return w
	})
	c.Schedules = some(t, "schedules", 2, func() store.Schedule {
		s := schedule(n("sku"))
		s.Warehouse, s.Arrivals = site(), s.Arrivals[number(t, "arrivals", 0, 3):]
		return s
	})
	c.Loads = some(t, "loads", 2, func() store.Load {
		return store.Load{Warehouse: site(), On: day(number(t, "day", 0, 3)), Parcels: number(t, "parcels", 0, 20)}
	})
	c.Holds = some(t, "holds", 2, func() store.Hold {
		h := hold(n("owner"))
		h.Units = h.Units[number(t, "units", 0, 2):]
		return h
	})
	c.LooseEnds = some(t, "loose ends", 2, func() store.LooseEnd {
		end := looseEnds(n("loose end"))[number(t, "of money or units", 0, 1)]
		end.Kind = rapid.SampledFrom([]store.LooseKind{end.Kind, store.Letting, store.Settled}).Draw(t, "kind")
		return end
	})
	c.Returns = some(t, "returns", 2, func() store.Return {
		back := newReturn(n("return"))
		back.Order, back.AskedAt = orderID(n("order")), when(number(t, "at", 0, 3))
		back.Lines[0].Good = int64(number(t, "good", 0, 3))
		back.Lines = back.Lines[number(t, "lines", 0, 2):]
		return back
	})
}

func drawHistory(t *rapid.T, c *store.Changes, o order.Order) {
	c.Events = append(c.Events, some(t, "events", 2, func() order.Event {
		return order.Event{Order: o.ID, Seq: number(t, "seq", 1, 40), At: when(number(t, "at", 0, 9)), Site: StoreSite, Kind: "k", Text: text(t)}
	})...)
	c.Notices = append(c.Notices, some(t, "notices", 2, func() order.Notice {
		event := rapid.SampledFrom([]string{"placed", "sent", "ready"}).Draw(t, "event")
		return order.Notice{Order: o.ID, Seq: number(t, "seq", 1, 9), Event: event, Channel: "page", At: when(number(t, "at", 0, 2)), Text: text(t)}
	})...)
	c.Transactions = append(c.Transactions, some(t, "transactions", 1, func() pay.Transaction {
		step := newTransaction(number(t, "transaction", 1, 9))
		step.Order, step.At, step.Reason = o.ID, when(number(t, "at", 0, 3)), text(t)
		step.Kind, step.State = rapid.SampledFrom(pay.Kinds()).Draw(t, "kind"), rapid.SampledFrom([]pay.State{pay.Pending, pay.Success, pay.Failed}).Draw(t, "state")
		return step
	})...)
}

func compareStoreQueries(t *rapid.T, r *storeRig, twin *memory.Store) {
	t.Helper()
	words := []string{"", "ca", "CAKE", "cake tin", "20", "日", "sku-0001", "neill", "stand red", "'\"*"}
	products := store.ProductQuery{
		Search: rapid.SampledFrom(words).Draw(t, "search"), Category: text(t), Offset: number(t, "offset", -1, 4), Limit: number(t, "limit", -1, 5),
		Sort: rapid.SampledFrom([]store.Sort{store.ByName, store.ByPrice, store.ByPriceDown}).Draw(t, "sort"),
	}
	same(t, fmt.Sprintf("%+v", products), answerOf(twin.Products(r.ctx, products)), answerOf(r.StoreEngine.Products(r.ctx, products)))
	orders := store.OrderQuery{
		Customer: rapid.SampledFrom([]id.User{{}, userID(1)}).Draw(t, "customer"), Reference: text(t), Limit: number(t, "limit", 0, 4),
		Status: rapid.SampledFrom([]order.Status{"", order.Placed, order.Sent}).Draw(t, "status"),
	}
	if n := number(t, "before", 0, viewed); n > 0 {
		orders.Before = orderID(n)
	}
	same(t, fmt.Sprintf("%+v", orders), answerOf(twin.Orders(r.ctx, orders)), answerOf(r.Queries.Orders(r.ctx, orders)))
	levels := store.StockQuery{
		Warehouse: rapid.SampledFrom([]id.Site{"", "wh1", "wh2"}).Draw(t, "warehouse"), After: skuOf(number(t, "after", 0, 5)), Limit: number(t, "limit", 0, 4),
	}
	same(t, fmt.Sprintf("%+v", levels), answerOf(twin.Stock(r.ctx, levels)), answerOf(r.Stock(r.ctx, levels)))
	after, limit, most := uint64(number(t, "after", 0, 9)), number(t, "limit", 0, 4), number(t, "bytes", 0, 100)
	same(t, "messages", answerOf(twin.Messages(r.ctx, "peer-a", after, limit, most)), answerOf(r.Messages(r.ctx, "peer-a", after, limit, most)))
}

// testWarehouseRandom is testStoreRandom for a warehouse.
func testWarehouseRandom(t *testing.T, f WarehouseFactory) {
	rapid.Check(t, func(rt *rapid.T) {
		r := openWarehouse(t, f)
		defer r.close()
		twin := memory.NewWarehouse(WarehouseSite, Epoch)
		s := newScribe(WarehouseSite)
		known := map[id.Fulfillment]bool{}
		for range number(rt, "batches", 1, steps) {
			trial := s.copy()
			changes := drawWarehouseBatch(rt, trial, known)
			if agree(rt, twin.Commit(r.ctx, changes), r.Commit(r.ctx, changes)) {
				s = trial
				for _, f := range changes.Fulfillments {
					known[f.ID] = true
				}
			}
			if number(rt, "reopen", 0, 5) == 0 {
				r.reopen()
			}
		}
		want := WarehouseEngine{Journal: twin, Queries: twin, PurchaseBook: twin, ReturnBook: twin, Feeds: twin, Restored: twin, Moments: twin}
		same(rt, "the engine", viewWarehouse(rt, r.ctx, want), viewWarehouse(rt, r.ctx, r.WarehouseEngine))
	})
}

func drawWarehouseBatch(t *rapid.T, s *scribe, known map[id.Fulfillment]bool) *warehouse.Changes {
	n := func(what string) int { return number(t, what, 1, viewed-1) }
	c := &warehouse.Changes{
		Books: drawBooks(t, s),
		Fulfillments: some(t, "fulfillments", 2, func() fulfillment.Fulfillment {
			f := newFulfillment(n("fulfillment"))
			f.Stage = rapid.SampledFrom(order.Stages()).Draw(t, "stage")
			return f
		}),
		Products: some(t, "products", 2, func() event.Product { return event.Product{SKU: skuOf(n("sku")), Name: text(t)} }),
		Versions: some(t, "versions", 2, func() warehouse.Version {
			return warehouse.Version{SKU: skuOf(n("sku")), Version: int64(n("version"))}
		}),
		Requests: some(t, "requests", 1, func() warehouse.Request { return warehouse.Request{Key: keyed(n("key")), Answer: text(t), At: when(1)} }),
	}
	for i := range viewed {
		f := changedFulfillment(i)
		if !known[f.ID] || number(t, "change", 0, 2) > 0 {
			continue
		}
		f.Lines[0].Returned, f.Lines[0].Picked = int64(n("returned")), int64(number(t, "picked", 0, 3))
		c.Updates = append(c.Updates, f)
		c.Events = append(c.Events, warehouse.Event{Fulfillment: f.ID, Seq: number(t, "seq", 1, 30), At: when(i), Kind: "k", Text: text(t)})
	}
	c.Purchases = some(t, "purchases", 2, func() purchase.Purchase {
		p := newPurchase(n("purchase"))
		p.Supplier, p.Closed, p.Lines[0].Received = text(t), rapid.Bool().Draw(t, "closed"), int64(number(t, "received", 0, 3))
		p.Lines[0].Shares = p.Lines[0].Shares[number(t, "shares", 0, 2):]
		p.Lines = p.Lines[number(t, "lines", 0, 2):]
		return p
	})
	c.Returns = some(t, "returns", 2, func() fulfillment.ReturnOrder {
		r := newReturnOrder(n("return"))
		r.State, r.Reason = rapid.SampledFrom(fulfillment.ReturnStates()).Draw(t, "state"), text(t)
		r.Lines = r.Lines[number(t, "lines", 0, 2):]
		return r
	})
	return c
}
