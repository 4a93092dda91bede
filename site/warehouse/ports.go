package warehouse

import (
	"context"
	"time"

	"crossdock/core/event"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/site/books"
)

// Journal is where the warehouse's state lives. Only its writer calls it.
type Journal interface {
	// Load returns what the warehouse decides upon, as it was last committed.
	Load(ctx context.Context) (Snapshot, error)
	// Commit writes all of a batch in one transaction, on disk before it
	// returns. On an error nothing of it is written, as far as can be known:
	// the caller loads again and finds out.
	Commit(ctx context.Context, batch *Changes) error
	// Fulfillment returns one; what is not there is fault.NotFound.
	Fulfillment(ctx context.Context, which id.Fulfillment) (fulfillment.Fulfillment, error)
	// Request returns what was remembered of a keyed command, or fault.NotFound.
	Request(ctx context.Context, key string) (Request, error)
	// Record returns what a store has sealed with its request for a fulfillment, or
	// fault.NotFound.
	Record(ctx context.Context, which id.Fulfillment) ([]byte, error)
	// LastNumber returns the highest number of a store's orders; 0: it has none here.
	LastNumber(ctx context.Context, store id.Site) (int64, error)
}

// PurchaseBook is what suppliers have announced. The writer looks a purchase up
// in it, and people read it, beside the writer and at most one batch old.
type PurchaseBook interface {
	// Purchase returns one, closed or not; what is not there is fault.NotFound.
	Purchase(ctx context.Context, name string) (purchase.Purchase, error)
	// Purchases returns a page in order of their names, byte by byte.
	Purchases(ctx context.Context, q PurchaseQuery) ([]purchase.Purchase, error)
}

// ReturnBook is what customers send back. The writer looks a return up in it, and
// people read it, beside the writer and at most one batch old.
type ReturnBook interface {
	// Return returns one; what is not there is fault.NotFound.
	Return(ctx context.Context, which id.UUID) (fulfillment.ReturnOrder, error)
	// Returns returns a page in order of their identifiers, which is oldest first.
	Returns(ctx context.Context, q ReturnQuery) ([]fulfillment.ReturnOrder, error)
}

// Snapshot is what the warehouse keeps in memory.
type Snapshot struct {
	Books     books.Snapshot
	Levels    []Version           // of each SKU's level
	Purchases []purchase.Purchase // those that are not closed, in order of their names
}

// Version counts the changes of a SKU: of its level, and of what is announced.
type Version struct {
	SKU     id.SKU
	Version int64
}

// Changes is what a batch of commands writes. Each slice is one table, or a table
// with that of its lines.
type Changes struct {
	Books        books.Rows
	Fulfillments []fulfillment.Fulfillment // insert, with lines
	// Updates replace what can change of a fulfillment (stage, version, changed at,
	// and each part of the address) and of its lines (voided, returned, picked).
	Updates  []fulfillment.Fulfillment
	Events   []Event         // insert
	Products []event.Product // insert or replace
	Versions []Version       // insert or replace
	Requests []Request       // insert
	Records  []Record        // insert
	// Purchases are inserted or replaced as a whole, each at most once. Key: ID;
	// columns: supplier, version, announced at, changed at, closed. Their lines in
	// order, key: purchase and SKU; columns: announced, received, withdrawn, due (a
	// day or none), all quantities at least zero and received + withdrawn at most
	// announced. The shares of a line in order, key: purchase, SKU and store;
	// column: units, above zero.
	Purchases []purchase.Purchase
	// Returns are inserted or replaced as a whole, each at most once. Key: ID;
	// columns: fulfillment, order, number, store, state, version, requested at,
	// changed at, reason. Their lines in order, key: return and line; columns: SKU,
	// quantity above zero, received at most quantity, good and damaged at least zero
	// and together at most received.
	Returns []fulfillment.ReturnOrder
}

// Record is what a store has sealed with its request for a fulfillment: nobody else
// can read it, and it is handed back to a store that has lost its order.
type Record struct {
	Fulfillment id.Fulfillment
	Body        []byte
}

// Event is one entry of a fulfillment's history. It is written once, never changed.
type Event struct {
	Fulfillment id.Fulfillment
	Seq         int // the fulfillment's version after it
	At          time.Time
	Kind        string
	Text        string
}

// Key makes a command idempotent, and Request remembers it: see books.
type (
	Key     = books.Key
	Request = books.Request
)

// Queries are what pages and programs read. They may run beside the writer and
// see a state that is at most one batch old.
type Queries interface {
	// Levels returns a page of SKUs with what the warehouse has of them.
	Levels(ctx context.Context, q StockQuery) ([]ProductLevel, error)
	// Fulfillments returns a page of fulfillments, oldest first.
	Fulfillments(ctx context.Context, q FulfillmentQuery) ([]fulfillment.Fulfillment, error)
	// Story returns what has happened to a fulfillment, oldest first.
	Story(ctx context.Context, which id.Fulfillment) ([]Event, error)
}

// StockQuery selects a page of SKUs.
type StockQuery struct {
	SKU   id.SKU // only this one
	After id.SKU // only those behind it: the cursor of the next page
	Limit int
}

// ProductLevel is what the warehouse has of a product.
type ProductLevel struct {
	Name  string
	Level stock.Level
}

// FulfillmentQuery selects a page of fulfillments. Empty fields do not restrict.
type FulfillmentQuery struct {
	Stage order.Stage
	Order id.Order
	After id.Fulfillment // only those behind it: the cursor of the next page
	Limit int
}

// PurchaseQuery selects a page of purchases.
type PurchaseQuery struct {
	Open  bool   // only those of which something is still to come
	After string // only those behind it: the cursor of the next page
	Limit int
}

// ReturnQuery selects a page of returns. Empty fields do not restrict.
type ReturnQuery struct {
	State fulfillment.ReturnState
	Order id.Order
	After id.UUID // only those behind it: the cursor of the next page
	Limit int
}
