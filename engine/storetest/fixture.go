package storetest

import (
	"encoding/binary"
	"fmt"
	"maps"
	"time"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/books"
	"crossdock/site/store"
)

// The sorts of thing that identifiers are made for, so that none meets another's.
const (
	anOrder byte = iota + 1
	aFulfillment
	aMovement
	aUser
	aTransaction
	aReturn
)

// uid returns the identifier number n of a sort; they sort by n.
func uid(sort byte, n int) id.UUID {
	var u id.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(n))
	u[8], u[15] = 0x80, sort
	return u
}

func orderID(n int) id.Order             { return id.Order{UUID: uid(anOrder, n)} }
func fulfillmentID(n int) id.Fulfillment { return id.Fulfillment{UUID: uid(aFulfillment, n)} }
func movementID(n int) id.Movement       { return id.Movement{UUID: uid(aMovement, n)} }
func userID(n int) id.User               { return id.User{UUID: uid(aUser, n)} }
func transactionID(n int) id.UUID        { return uid(aTransaction, n) }
func returnID(n int) id.UUID             { return uid(aReturn, n) }

func skuOf(n int) id.SKU { return id.SKU(fmt.Sprintf("SKU-%04d", n)) }

// when is a moment that has microseconds, in UTC.
func when(n int) time.Time {
	return time.Date(2026, 3, 1, 12, 0, 0, 123_457_000, time.UTC).Add(time.Duration(n) * time.Second)
}

// unusual is text that has broken programs: quotes, wildcards, four-byte
// characters, marks that combine, and both directions of writing.
const unusual = "O'Neill \"Ünï\" %_* \\ 🎂👩‍👩‍👧 e\u0301 \u202bשלום\u202c; DROP TABLE orders; --\nline two"

func address(n int) order.Address {
	return order.Address{
		Name: fmt.Sprintf("Customer %d", n), Street: unusual, PostalCode: "SW1A 1AA", City: "Łódź",
		District: "north", Email: "a@example.org", Phone: "+44 20 7946 0000",
	}
}

// day is a date, the later the larger n.
func day(n int) date.Date { return date.Of(when(0)).Add(n) }

// newOrder is an order with every field set: three lines at two warehouses.
func newOrder(n int) order.Order {
	moved := address(n + 1)
	return order.Order{
		ID: orderID(n), Number: int64(n), Store: StoreSite, Customer: userID(n), Reference: fmt.Sprintf("INV/%d ✓", n),
		Status: order.Placed, Version: 1, PlacedAt: when(n), ChangedAt: when(n + 1), Address: address(n), Payment: "on-delivery",
		Lines: []order.Line{
			{Number: 1, SKU: skuOf(1), Name: unusual, Price: money.Of(255, "GBP"), Quantity: 12},
			{Number: 2, SKU: skuOf(2), Name: "Spoon", Price: money.Of(1<<52, "GBP"), Quantity: 5, Voided: 1},
			{Number: 3, SKU: skuOf(1), Name: "Again", Price: money.Of(0, "GBP"), Quantity: 1_000_000, Returned: 2},
		},
		Fulfillments: []order.Fulfillment{
			{ID: fulfillmentID(2 * n), Warehouse: WarehouseSite, Stage: order.Requested, ChangedAt: when(n), Promise: promise(1), Unasked: true, NotBefore: day(2), MoveTo: otherWarehouse, Redirect: order.RedirectAsked, Lines: []order.Part{
				{Line: 1, SKU: skuOf(1), Quantity: 12, Asked: 3, Moving: 2}, {Line: 3, SKU: skuOf(1), Quantity: 1_000_000, Returned: 2},
			}},
			{ID: fulfillmentID(2*n + 1), Warehouse: otherWarehouse, Stage: order.Accepted, Version: 1, ChangedAt: when(n), Lines: []order.Part{
				{Line: 2, SKU: skuOf(2), Quantity: 5, Voided: 1},
			}},
		},
		Total: money.Of(5<<52+3060, "GBP"),
		Why: []order.Step{
			{Rule: "one-warehouse", Warehouse: WarehouseSite, Verdict: order.Partly, Lines: 2, Wanted: 3, Got: 2, Note: unusual},
			{Rule: "spill-over", Warehouse: otherWarehouse, Verdict: order.Chosen, SKU: skuOf(2), Wanted: 5, Got: 5},
		},
		Reason: "because", VoidAsked: true, Unpaid: true, Promise: promise(4), NewAddress: &moved,
		Waiting: []order.Wait{
			{Line: 3, SKU: skuOf(1), Warehouse: otherWarehouse, Quantity: 1 << 40, Due: day(9)},
			{Line: 1, SKU: skuOf(1), Warehouse: WarehouseSite, Quantity: 1, Due: day(8)},
			{Line: 1, SKU: skuOf(1), Quantity: 2}, // of nobody yet
			{Line: 1, SKU: skuOf(1), Quantity: 3},
		},
	}
}

func promise(n int) order.Promise { return order.Promise{From: day(n), To: day(n + 2)} }

// plainOrder is newOrder(n) without what only some orders have: nothing waits,
// nothing about it is to be changed, and a warehouse has begun.
func plainOrder(n int) order.Order {
	o := newOrder(n)
	o.Unpaid, o.Promise, o.Waiting, o.NewAddress = false, order.Promise{}, nil, nil
	f := &o.Fulfillments[0]
	f.Promise, f.Unasked, f.NotBefore, f.MoveTo, f.Redirect = order.Promise{}, false, 0, "", order.NotRedirected
	f.Lines[0].Moving = 0
	o.Fulfillments[1].Stage = order.Picking
	return o
}

// changedOrder is newOrder(n) with everything changed that an update may change.
func changedOrder(n int) order.Order {
	o := newOrder(n).Clone()
	o.Status, o.Version, o.ChangedAt, o.Reason, o.VoidAsked = order.Sent, 7, when(99), "changed "+unusual, false
	o.Address, o.NewAddress = order.Address{Name: "Somebody Else", District: "south"}, nil
	o.Unpaid, o.Promise, o.Waiting = false, promise(20), nil
	o.Lines[0].Voided, o.Lines[0].Returned = 2, 1
	o.Lines[2].Voided, o.Lines[2].Returned = 3, 0
	f := &o.Fulfillments[0]
	f.Stage, f.Version, f.ChangedAt = order.SentStage, 6, when(98)
	f.Promise, f.Unasked, f.NotBefore, f.MoveTo, f.Redirect = promise(30), false, 0, "", order.Redirected
	f.Lines[0].Quantity, f.Lines[0].Voided, f.Lines[0].Asked, f.Lines[0].Moving, f.Lines[0].Returned = 13, 2, 0, 0, 1
	f.Lines[1].Voided, f.Lines[1].Asked, f.Lines[1].Moving, f.Lines[1].Returned = 3, 4, 1, 0
	return o
}

func product(n int) catalog.Product {
	return catalog.Product{
		SKU: skuOf(n), Name: fmt.Sprintf("Product %d", n), Description: unusual, Type: "kitchen", Category: "baking",
		Price: money.Of(int64(100+n), "GBP"), Policy: catalog.Preorder, Cap: int64(1000 + n), ReleaseOn: day(n),
	}
}

func warehouseProfile(n int) catalog.Warehouse {
	return catalog.Warehouse{
		Code: id.Site(fmt.Sprintf("wh%d", n)), Name: unusual, Place: catalog.Place{Latitude: 51.5074 + float64(n)/3, Longitude: -0.1278},
		CutOff: 15*time.Hour + 30*time.Minute + time.Nanosecond, Workdays: date.Workdays, Handling: 2, Capacity: 400, Safety: 3,
		PerBox: 4_200_000, PerUnit: 250_000, PerKm: 7,
	}
}

func schedule(n int) store.Schedule {
	return store.Schedule{Warehouse: WarehouseSite, Schedule: event.Schedule{
		SKU: skuOf(n), Version: int64(n) << 40,
		Arrivals: []event.Arriving{{On: day(3), Quantity: 40}, {On: day(9), Quantity: 1 << 50}, {Quantity: 7}},
	}}
}

func hold(n int) store.Hold {
	return store.Hold{Owner: owner(n), Since: when(n), ExpiresAt: when(600 + n), Units: []store.Held{
		{Warehouse: otherWarehouse, SKU: skuOf(2), Units: 1 << 50}, {Warehouse: WarehouseSite, SKU: skuOf(1), Units: 1},
	}}
}

// newReturn is of the first fulfillment of newOrder(n).
func newReturn(n int) store.Return {
	return store.Return{
		ID: returnID(n), Order: orderID(n), Fulfillment: fulfillmentID(2 * n), Warehouse: WarehouseSite, Reason: unusual,
		AskedAt: when(n), ChangedAt: when(n + 1), Lines: []store.ReturnLine{
			{Line: 1, SKU: skuOf(1), Quantity: 5, Received: 4, Good: 2, Damaged: 1}, {Line: 3, SKU: skuOf(1), Quantity: 1_000_000},
		},
	}
}

// newTransaction is a step of the payment of newOrder(n).
func newTransaction(n int) pay.Transaction {
	return pay.Transaction{
		ID: transactionID(n), Order: orderID(n), At: when(n), Method: pay.OnDelivery, Kind: pay.Cancel, State: pay.Pending,
		Amount: money.Of(1<<52, "GBP"), Provider: "bank " + unusual, Token: "tok_☃", Reference: "ref'1", Reason: unusual,
		Attempts: 3, NextAt: when(40 + n),
	}
}

func user(n int) store.User {
	return store.User{
		ID: userID(n), Name: fmt.Sprintf("Ängström.%d", n), PasswordHash: "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA",
		District: "north", Email: "u@example.org", Phone: "1", Role: "customer", RegisteredAt: when(n),
	}
}

// fullStoreBatch has rows with keys made of n in every table of a store. Its
// movements and messages stand behind what s has written.
func fullStoreBatch(s *scribe, n int) *store.Changes {
	o := newOrder(n)
	return &store.Changes{
		Books:     s.rows(n),
		Products:  []catalog.Product{product(n)},
		Districts: []catalog.District{{Code: id.District(fmt.Sprintf("d%d", n)), Name: "Norð", Warehouses: []id.Site{"wh2", "wh1"}, Place: catalog.Place{Latitude: -33.865143, Longitude: 151.2099}}},
		Levels: []stock.Level{{
			Warehouse: WarehouseSite, SKU: skuOf(n), OnHand: 15, Available: 1, Quota: 2, Allocated: 3, Picked: 4, Version: 5, Elsewhere: 6,
		}},
		Orders:       []order.Order{o},
		Events:       []order.Event{{Order: o.ID, Seq: 1, At: when(n), Site: StoreSite, Kind: "placed", Text: unusual}},
		Notices:      []order.Notice{{Order: o.ID, Seq: 1, Event: "placed", Channel: "page", At: when(n), Text: unusual}},
		Transactions: []pay.Transaction{newTransaction(n)},
		Users:        []store.User{user(n)},
		Carts:        []store.CartRow{{Owner: owner(n), Cart: cart.Cart{Lines: []cart.Line{{SKU: skuOf(2), Units: 3}, {SKU: skuOf(1), Units: 1}}}, ChangedAt: when(n)}},
		Sessions:     []store.Session{session(n)},
		Requests:     []store.Request{{Key: keyed(n), BodyHash: [32]byte{byte(n), 255}, Answer: o.ID.String(), At: when(n)}},
		Warehouses:   []catalog.Warehouse{warehouseProfile(n)},
		Schedules:    []store.Schedule{schedule(n)},
		Loads:        []store.Load{{Warehouse: WarehouseSite, On: day(n), Parcels: 17}},
		Holds:        []store.Hold{hold(n)},
		Returns:      []store.Return{newReturn(n)},
		LooseEnds:    looseEnds(n),
	}
}

// looseEnds are in order of their keys.
func looseEnds(n int) []store.LooseEnd {
	o := newOrder(n)
	return []store.LooseEnd{
		{Order: o.ID, Kind: store.SetAside},
		{Order: o.ID, Fulfillment: o.Fulfillments[0].ID, Warehouse: WarehouseSite, Kind: store.Unclear},
	}
}

func owner(n int) string { return fmt.Sprintf("guest:%d", n) }
func keyed(n int) string { return fmt.Sprintf("key-%d ☃", n) }

func session(n int) store.Session {
	return store.Session{TokenHash: fmt.Sprintf("hash-%d", n), Data: []byte{0, 1, 255, byte(n)}, ExpiresAt: when(1000 + n)}
}

// scribe writes the books of the site under test in a row: movements and
// messages numbered and chained as books.Books does it.
type scribe struct {
	site    id.Site
	seq     int64
	hash    stock.Hash
	written map[string]feed.Cursor
}

func newScribe(site id.Site) *scribe { return &scribe{site: site, written: map[string]feed.Cursor{}} }

// copy returns a scribe that stands at the same place, for a batch that may be refused.
func (s *scribe) copy() *scribe {
	return &scribe{s.site, s.seq, s.hash, maps.Clone(s.written)}
}

func (s *scribe) move(m stock.Movement) books.Movement {
	s.seq++
	s.hash = m.Chain(s.hash)
	return books.Movement{Seq: s.seq, Movement: m, Hash: s.hash}
}

func (s *scribe) say(to string, m feed.Message) feed.Message {
	last, begun := s.written[to]
	if !begun {
		last = feed.Cursor{Origin: string(s.site), Destination: to}
	}
	last.Epoch = Epoch
	m, s.written[to] = feed.Next(last, m)
	return m
}

// rows fills every table of the books.
func (s *scribe) rows(n int) books.Rows {
	supplier, here := stock.Account{Kind: stock.Supplier}, stock.Account{Kind: stock.Available}
	held := stock.HeldAt(WarehouseSite)
	return books.Rows{
		Movements: []books.Movement{
			s.move(stock.Movement{ID: movementID(2 * n), At: when(n), SKU: skuOf(n), Quantity: 9, From: supplier, To: here, Reason: stock.Received, Cause: unusual}),
			s.move(stock.Movement{ID: movementID(2*n + 1), At: when(n), SKU: skuOf(n), Quantity: 4, From: here, To: held, Reason: stock.Granted, Order: orderID(n), Line: 2, Cause: "x"}),
		},
		Balances: []stock.Balance{
			{SKU: skuOf(n), Account: here, Units: 5},
			{SKU: skuOf(n), Account: held, Units: 4},
			{SKU: skuOf(n), Account: supplier, Units: -9},
		},
		Messages: []feed.Message{
			s.say("peer-a", feed.Message{At: when(n).UnixMicro(), Key: "k1", Kind: "kind.v1", Body: []byte(`{"n":1}`)}),
			s.say("peer-b", feed.Message{At: when(n).UnixMicro(), Key: unusual, Kind: "kind.v2", Body: []byte{0, 0xff, '\''}}),
			s.say("peer-a", feed.Message{At: when(n).UnixMicro() + 1, Key: "k2", Kind: "kind.v1"}),
		},
		Cursors: []feed.Cursor{{Origin: "peer-a", Destination: string(s.site), Epoch: 2, Seq: uint64(n), Hash: feed.Hash{1, byte(n)}, At: when(n).UnixMicro(), Past: "1:40"}},
		Parked:  []books.Parked{s.parked(n)},
	}
}

func (s *scribe) parked(n int) books.Parked {
	return books.Parked{
		Message: feed.Message{
			Origin: "peer-b", Destination: string(s.site), Epoch: 1, Seq: uint64(n), At: when(n).UnixMicro(),
			Key: unusual, Kind: "kind.v9", Body: []byte{7, 0, byte(n)}, Hash: feed.Hash{9, byte(n)},
		},
		Reason: unusual, ParkedAt: when(n),
	}
}
