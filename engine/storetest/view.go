package storetest

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// all is a limit that no test's rows reach.
const all = 1 << 20

// sourceView is everything that an audit reads of a site.
type sourceView struct {
	Head         audit.Head
	Movements    []books.Movement
	Balances     []stock.Balance
	Orders       []order.Order
	Fulfillments []fulfillment.Fulfillment
	Messages     [][]feed.Message // by destination
}

func viewSource(t tb, ctx context.Context, source audit.Source) sourceView {
	t.Helper()
	var v sourceView
	head, err := source.Head(ctx)
	v.Head = read(t, "Head", head, err)
	sortCursors(v.Head.Written)
	sortCursors(v.Head.Read)
	read(t, "Balances", 0, source.Balances(ctx, func(b stock.Balance, unreadable error) error {
		v.Balances = append(v.Balances, b)
		return unreadable
	}))
	err = source.Movements(ctx, func(m books.Movement, unreadable error) error {
		v.Movements = append(v.Movements, m)
		return unreadable
	})
	read(t, "Movements", 0, err)
	read(t, "Orders", 0, source.Orders(ctx, func(o order.Order, damage error) error {
		v.Orders = append(v.Orders, o)
		return damage
	}))
	slices.SortFunc(v.Orders, func(a, b order.Order) int { return cmp.Compare(a.ID.String(), b.ID.String()) })
	read(t, "Fulfillments", 0, source.Fulfillments(ctx, func(f fulfillment.Fulfillment, damage error) error {
		v.Fulfillments = append(v.Fulfillments, f)
		return damage
	}))
	slices.SortFunc(v.Fulfillments, func(a, b fulfillment.Fulfillment) int { return cmp.Compare(a.ID.String(), b.ID.String()) })
	for _, c := range v.Head.Written {
		var messages []feed.Message
		read(t, "Messages", 0, source.Messages(ctx, id.Site(c.Destination), 0, func(m feed.Message) error {
			messages = append(messages, m)
			return nil
		}))
		v.Messages = append(v.Messages, messages)
	}
	return v
}

// viewMoment is viewSource of what is stored now.
func viewMoment(t tb, ctx context.Context, from Moments) sourceView {
	t.Helper()
	source, err := from.Snapshot(ctx)
	source = read(t, "Snapshot", source, err)
	v := viewSource(t, ctx, source)
	read(t, "close the snapshot", 0, source.Close())
	return v
}

func sortCursors(cursors []feed.Cursor) {
	slices.SortFunc(cursors, func(a, b feed.Cursor) int {
		return cmp.Or(cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Destination, b.Destination))
	})
}

func sortBooks(s *books.Snapshot) {
	stock.SortBalances(s.Balances)
	sortCursors(s.Written)
	sortCursors(s.Read)
}

// loadStore is Load with what has no promised order sorted.
func loadStore(t tb, ctx context.Context, from store.Journal) store.Snapshot {
	t.Helper()
	s, err := from.Load(ctx)
	s = read(t, "Load", s, err)
	sortBooks(&s.Books)
	slices.SortFunc(s.Products, func(a, b catalog.Product) int { return cmp.Compare(a.SKU, b.SKU) })
	slices.SortFunc(s.Districts, func(a, b catalog.District) int { return cmp.Compare(a.Code, b.Code) })
	slices.SortFunc(s.Levels, func(a, b stock.Level) int {
		return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Warehouse, b.Warehouse))
	})
	slices.SortFunc(s.Warehouses, func(a, b catalog.Warehouse) int { return cmp.Compare(a.Code, b.Code) })
	slices.SortFunc(s.Schedules, func(a, b store.Schedule) int {
		return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Warehouse, b.Warehouse))
	})
	slices.SortFunc(s.Loads, func(a, b store.Load) int {
		return cmp.Or(cmp.Compare(a.Warehouse, b.Warehouse), cmp.Compare(a.On, b.On))
	})
	slices.SortFunc(s.LooseEnds, func(a, b store.LooseEnd) int {
		return cmp.Or(bytes.Compare(a.Order.UUID[:], b.Order.UUID[:]), bytes.Compare(a.Fulfillment.UUID[:], b.Fulfillment.UUID[:]))
	})
	slices.SortFunc(s.Holds, func(a, b store.Hold) int { return cmp.Compare(a.Owner, b.Owner) })
	return s
}

func loadWarehouse(t tb, ctx context.Context, from warehouse.Journal) warehouse.Snapshot {
	t.Helper()
	s, err := from.Load(ctx)
	s = read(t, "Load", s, err)
	sortBooks(&s.Books)
	slices.SortFunc(s.Levels, func(a, b warehouse.Version) int { return cmp.Compare(a.SKU, b.SKU) })
	return s
}

// feedsView is all that the feeds say.
type feedsView struct {
	Messages [][]feed.Message
	Newest   []feed.Cursor
	Cursors  []feed.Cursor
	Parked   []books.Parked
	Skipped  []books.Parked
	Pruned   []feed.Cursor
}

func viewFeeds(t tb, ctx context.Context, from books.Feeds) feedsView {
	t.Helper()
	var v feedsView
	for _, to := range []string{"peer-a", "peer-b", "nobody"} {
		messages, err := from.Messages(ctx, to, 0, all, all)
		v.Messages = append(v.Messages, read(t, "Messages", messages, err))
		newest, _, err := from.Written(ctx, to, 0)
		v.Newest = append(v.Newest, read(t, "Written", newest, err))
	}
	cursors, err := from.Cursors(ctx)
	v.Cursors = read(t, "Cursors", cursors, err)
	sortCursors(v.Cursors)
	parked, err := from.Parked(ctx)
	v.Parked = read(t, "Parked", parked, err)
	skipped, err := from.Skipped(ctx)
	v.Skipped = read(t, "Skipped", skipped, err)
	pruned, err := from.Pruned(ctx)
	v.Pruned = read(t, "Pruned", pruned, err)
	return v
}

// storeView is all that can be read of a store whose keys are made of 0 to 9.
type storeView struct {
	Load     store.Snapshot
	Source   sourceView
	Looked   []stock.Level // of a moment
	Feeds    feedsView
	Orders   []answer[order.Order]
	OrdersOf []answer[[]order.Order]
	Events   [][]order.Event
	Notices  [][]order.Notice
	Users    []answer[store.User]
	Named    []answer[store.User]
	Carts    []answer[cart.Cart]
	Sessions []answer[store.Session]
	Requests []answer[store.Request]
	Payments [][]pay.Transaction
	Returned []answer[store.Return]
	Returns  [][]store.Return
	Products store.ProductPage
	Shelves  []store.Shelf
	Page     store.OrderPage
	Stock    []store.Availability
	Totals   store.Totals
}

// viewed is the number of keys that a view looks up.
const viewed = 10

func viewStore(t tb, ctx context.Context, e StoreEngine) storeView {
	t.Helper()
	v := storeView{
		Load: loadStore(t, ctx, e.Journal), Source: viewMoment(t, ctx, e.Moments), Looked: viewLevels(t, ctx, e.Moments), Feeds: viewFeeds(t, ctx, e.Feeds),
	}
	for n := range viewed {
		v.Orders = append(v.Orders, answerOf(e.Order(ctx, orderID(n))))
		v.OrdersOf = append(v.OrdersOf, answerOf(e.OrdersOf(ctx, userID(n), all)))
		v.Users = append(v.Users, answerOf(e.User(ctx, userID(n))))
		v.Named = append(v.Named, answerOf(e.UserNamed(ctx, user(n).Name)))
		v.Carts = append(v.Carts, answerOf(e.Cart(ctx, owner(n))))
		v.Sessions = append(v.Sessions, answerOf(e.Session(ctx, session(n).TokenHash, when(0))))
		v.Requests = append(v.Requests, answerOf(e.Request(ctx, keyed(n))))
		steps, err := e.Transactions(ctx, orderID(n))
		v.Payments = append(v.Payments, read(t, "Transactions", steps, err))
		v.Returned = append(v.Returned, answerOf(e.Return(ctx, returnID(n))))
		returns, err := e.Returns(ctx, orderID(n))
		v.Returns = append(v.Returns, read(t, "Returns", returns, err))
		events, notices, err := e.Story(ctx, orderID(n))
		v.Events = append(v.Events, read(t, "Story", events, err))
		v.Notices = append(v.Notices, notices)
	}
	products, err := e.Products(ctx, store.ProductQuery{Limit: all})
	v.Products = read(t, "Products", products, err)
	shelves, err := e.Shelves(ctx)
	v.Shelves = read(t, "Shelves", shelves, err)
	page, err := e.Queries.Orders(ctx, store.OrderQuery{Limit: all})
	v.Page = read(t, "Orders", page, err)
	rows, err := e.Stock(ctx, store.StockQuery{Limit: all})
	v.Stock = read(t, "Stock", rows, err)
	totals, err := e.Totals(ctx)
	v.Totals = read(t, "Totals", totals, err)
	return v
}

// warehouseView is all that can be read of a warehouse whose keys are made of 0 to 9.
type warehouseView struct {
	Load         warehouse.Snapshot
	Source       sourceView
	Looked       []stock.Level // of a moment
	Feeds        feedsView
	Fulfillments []answer[fulfillment.Fulfillment]
	Requests     []answer[warehouse.Request]
	Events       [][]warehouse.Event
	Page         []fulfillment.Fulfillment
	Levels       []warehouse.ProductLevel
	Purchases    []answer[purchase.Purchase]
	Bought       []purchase.Purchase
	Open         []purchase.Purchase
	Returns      []answer[fulfillment.ReturnOrder]
	Returned     []fulfillment.ReturnOrder
}

func viewWarehouse(t tb, ctx context.Context, e WarehouseEngine) warehouseView {
	t.Helper()
	v := warehouseView{
		Load: loadWarehouse(t, ctx, e.Journal), Source: viewMoment(t, ctx, e.Moments), Looked: viewLevels(t, ctx, e.Moments), Feeds: viewFeeds(t, ctx, e.Feeds),
	}
	for n := range viewed {
		v.Fulfillments = append(v.Fulfillments, answerOf(e.Fulfillment(ctx, fulfillmentID(n))))
		v.Requests = append(v.Requests, answerOf(e.Request(ctx, keyed(n))))
		v.Purchases = append(v.Purchases, answerOf(e.Purchase(ctx, newPurchase(n).ID)))
		v.Returns = append(v.Returns, answerOf(e.Return(ctx, returnID(n))))
		events, err := e.Story(ctx, fulfillmentID(n))
		v.Events = append(v.Events, read(t, "Story", events, err))
	}
	page, err := e.Fulfillments(ctx, warehouse.FulfillmentQuery{Limit: all})
	v.Page = read(t, "Fulfillments", page, err)
	levels, err := e.Levels(ctx, warehouse.StockQuery{Limit: all})
	v.Levels = read(t, "Levels", levels, err)
	bought, err := e.Purchases(ctx, warehouse.PurchaseQuery{Limit: all})
	v.Bought = read(t, "Purchases", bought, err)
	open, err := e.Purchases(ctx, warehouse.PurchaseQuery{Open: true, Limit: all})
	v.Open = read(t, "Purchases", open, err)
	returned, err := e.Returns(ctx, warehouse.ReturnQuery{Limit: all})
	v.Returned = read(t, "Returns", returned, err)
	return v
}
