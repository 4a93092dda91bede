package warehouse

import (
	"context"
	"time"

	"crossdock/core/event"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
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
}

// Snapshot is what the warehouse keeps in memory.
type Snapshot struct {
	Books  books.Snapshot
	Levels []Version // of each SKU's level
}

// Version counts the changes of a SKU's level.
type Version struct {
	SKU     id.SKU
	Version int64
}

// Changes is what a batch of commands writes. Each slice is one table.
type Changes struct {
	Books        books.Rows
	Fulfillments []fulfillment.Fulfillment // insert, with lines
	Updates      []fulfillment.Fulfillment // replace what can change of a fulfillment and its lines
	Events       []Event                   // insert
	Products     []event.Product           // insert or replace
	Versions     []Version                 // insert or replace
	Requests     []Request                 // insert
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
