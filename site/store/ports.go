package store

import (
	"context"
	"time"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/site/books"
)

// Journal is where the store's state lives. Only the store's writer calls it.
type Journal interface {
	// Load returns what the store decides upon, as it was last committed.
	Load(ctx context.Context) (Snapshot, error)
	// Commit writes all of a batch in one transaction, on disk before it
	// returns. On an error nothing of it is written, as far as can be known:
	// the caller loads again and finds out.
	Commit(ctx context.Context, batch *Changes) error
}

// Snapshot is what the store keeps in memory: everything that decides whether
// an order can be taken.
type Snapshot struct {
	Books      books.Snapshot
	Products   []catalog.Product
	Districts  []catalog.District
	Levels     []stock.Level // last known, of each warehouse
	LastNumber int64         // of the orders
	Warehouses []catalog.Warehouse
	Schedules  []Schedule        // of what is expected, by warehouse and SKU
	Loads      []Load            // from today on
	Holds      []Hold            // those that have not expired, and those that have
	Unsettled  []order.Order     // see order.Order.Unsettled; oldest first
	Pending    []pay.Transaction // oldest first
	LooseEnds  []LooseEnd        // by order and fulfillment
}

// Changes is what a batch of commands writes. Each slice is one table.
type Changes struct {
	Books        books.Rows
	Products     []catalog.Product   // insert or replace, with the search index
	Districts    []catalog.District  // insert or replace
	Levels       []stock.Level       // insert or replace, by warehouse and SKU
	Orders       []order.Order       // insert, with lines, fulfillments and their parts
	Updates      []order.Order       // replace what can change of an order, its lines, fulfillments and parts; new ones of the last two may appear
	Events       []order.Event       // insert
	Notices      []order.Notice      // insert; one that is there already stays as it is
	Transactions []pay.Transaction   // insert or replace
	Users        []User              // insert or replace; Name is unique, whatever its case
	Carts        []CartRow           // replace; an empty cart is removed
	Sessions     []Session           // insert or replace
	Ended        []string            // sessions to remove, by token hash
	Requests     []Request           // insert
	Warehouses   []catalog.Warehouse // insert or replace, by Code
	Schedules    []Schedule          // insert or replace, by warehouse and SKU
	Loads        []Load              // insert or replace, by warehouse and day
	Holds        []Hold              // replace, by owner; one without units is removed
	Returns      []Return            // insert or replace, with their lines
	LooseEnds    []LooseEnd          // replace, by order and fulfillment; one that is settled is removed
}

// LooseEnd is something that a store which was restored from a backup has still to
// settle with its warehouses.
type LooseEnd struct {
	Order       id.Order
	Fulfillment id.Fulfillment // zero where it is about the order's money
	Warehouse   id.Site        // that has the fulfillment; else empty
	Kind        LooseKind
}

// LooseKind says what is to be settled.
type LooseKind string

// The kinds; see shippedTwice and settleMoney. They stand in databases: never change one.
const (
	Settled   LooseKind = ""          // nothing any more: the row is removed
	Unclear   LooseKind = "unclear"   // another warehouse has the same units, as far as the store knows: it is asked for again
	Letting   LooseKind = "letting"   // its warehouse is asked to let go of it
	Contested LooseKind = "contested" // it was sent: the other one is asked to let go
	SetAside  LooseKind = "set-aside" // the order's money is let go of when all warehouses are heard
)

// Schedule is when a warehouse expects the units that it has handed to the store
// to be sold ahead.
type Schedule struct {
	Warehouse id.Site
	event.Schedule
}

// Load is how many parcels a warehouse was given to hand over on a day.
type Load struct {
	Warehouse id.Site
	On        date.Date
	Parcels   int
}

// Hold is quota that is kept for a checkout in progress.
type Hold struct {
	Owner     string // of the cart
	Units     []Held
	Since     time.Time // when it began, however often it was extended
	ExpiresAt time.Time
}

// Held is units of a hold at one warehouse.
type Held struct {
	Warehouse id.Site `json:"warehouse"`
	SKU       id.SKU  `json:"sku"`
	Units     int64   `json:"units"`
}

// Return is units of one fulfillment that a customer sends back.
type Return struct {
	ID          id.UUID
	Order       id.Order
	Fulfillment id.Fulfillment
	Warehouse   id.Site
	Reason      string
	AskedAt     time.Time
	ChangedAt   time.Time
	Lines       []ReturnLine
}

// ReturnLine is what became of the units of one line that were to come back:
// Quantity >= Received >= Good + Damaged.
type ReturnLine struct {
	Line     int    `json:"line"`
	SKU      id.SKU `json:"sku"`
	Quantity int64  `json:"quantity"` // announced
	Received int64  `json:"received"`
	Good     int64  `json:"good"`    // back on the shelf
	Damaged  int64  `json:"damaged"` // not for sale any more
}

// Payments asks payment providers. Only the store's payer calls it, never inside
// a transaction of the database.
type Payments interface {
	// Request asks the provider to carry out a step, with t.ID as the key that
	// makes the request idempotent. An answer that is pending means that the
	// provider has it and has not decided. An error means that nobody knows
	// whether it happened: Status tells later.
	Request(ctx context.Context, t pay.Transaction) (pay.Answer, error)
	// Status asks what became of a step. fault.NotFound means that the provider
	// has never heard of it, so that it can be requested again. A store that was
	// restored may ask about a step otherwise than it was requested: the answer says
	// how it was.
	Status(ctx context.Context, t pay.Transaction) (pay.Answer, error)
	// Provider names who carries out a method, and whether it is offered here.
	Provider(method pay.Method) (name string, offered bool)
}

// Records are point reads of what belongs to orders. They see all that is committed.
type Records interface {
	// Transactions returns the steps of an order's payment, in the order in
	// which they were asked for.
	Transactions(ctx context.Context, which id.Order) ([]pay.Transaction, error)
	// Return finds one; what is not there is fault.NotFound.
	Return(ctx context.Context, which id.UUID) (Return, error)
	// Returns returns what an order's customer sends back, oldest first.
	Returns(ctx context.Context, which id.Order) ([]Return, error)
}

// Lookups are point reads that decisions need. They see all that is committed.
// What is not there is fault.NotFound.
type Lookups interface {
	Order(ctx context.Context, which id.Order) (order.Order, error)
	// OrdersOf returns a customer's orders, newest first, at most limit.
	OrdersOf(ctx context.Context, customer id.User, limit int) ([]order.Order, error)
	Request(ctx context.Context, key string) (Request, error)
	User(ctx context.Context, which id.User) (User, error)
	// UserNamed finds a user by name, whatever its case.
	UserNamed(ctx context.Context, name string) (User, error)
	Cart(ctx context.Context, owner string) (cart.Cart, error)
	// Session finds a session that has not expired by its token's hash.
	Session(ctx context.Context, tokenHash string, now time.Time) (Session, error)
}

// Queries are what pages and programs read. They may run beside the writer and
// see a state that is at most one batch old.
type Queries interface {
	// Products returns a page of the catalog with availability.
	Products(ctx context.Context, q ProductQuery) (ProductPage, error)
	// Availability returns, for each warehouse that knows the SKU, what it has.
	Availability(ctx context.Context, sku id.SKU) ([]Availability, error)
	// Shelves returns the types and categories of the catalog with their counts.
	Shelves(ctx context.Context) ([]Shelf, error)
	// Orders returns a page of orders, newest first, without lines and parts.
	Orders(ctx context.Context, q OrderQuery) (OrderPage, error)
	// Story returns what has happened to an order, oldest first.
	Story(ctx context.Context, which id.Order) ([]order.Event, []order.Notice, error)
	// Stock returns a page of SKUs with their last known level per warehouse.
	Stock(ctx context.Context, q StockQuery) ([]Availability, error)
	// Totals returns the counts that start pages and links show.
	Totals(ctx context.Context) (Totals, error)
}

// User is somebody who can log in, or a customer known from another system.
type User struct {
	ID           id.User
	Name         string // unique, whatever its case
	PasswordHash string // PHC string; empty: cannot log in
	District     id.District
	Email        string
	Phone        string
	Role         string // "customer" so far
	RegisteredAt time.Time
}

// CartRow is a cart as it is kept: Owner is "user:ID" or "guest:TOKEN".
type CartRow struct {
	Owner     string
	Cart      cart.Cart
	ChangedAt time.Time
}

// Session is a browser's session. Only the hash of its token is ever stored.
type Session struct {
	TokenHash string
	Data      []byte
	ExpiresAt time.Time
}

// Key makes a command idempotent, and Request remembers it: see books.
type (
	Key     = books.Key
	Request = books.Request
)

// Sort is the order of a catalog page.
type Sort string

// The sorts.
const (
	ByName      Sort = "name"
	ByPrice     Sort = "price"
	ByPriceDown Sort = "price-down"
)

// ProductQuery selects a page of the catalog. Empty fields do not restrict.
type ProductQuery struct {
	Type     string
	Category string
	Search   string // words of the name, description, SKU, type or category; each may be a beginning
	Sort     Sort
	Offset   int
	Limit    int
}

// ProductPage is a page of the catalog.
type ProductPage struct {
	Products []ProductRow
	Total    int // over all pages
}

// ProductRow is a product with what can be sold of it now, over all warehouses.
type ProductRow struct {
	catalog.Product
	Held int64
}

// Availability is what the store knows of a SKU at a warehouse: Held is the
// quota that it can sell without asking; Level is the warehouse's own figure, as
// of the time at which the link was last read.
type Availability struct {
	Held  int64
	Level stock.Level
}

// Shelf is a category with the number of its products.
type Shelf struct {
	Type     string
	Category string
	Products int
}

// OrderQuery selects a page of orders. Empty fields do not restrict.
type OrderQuery struct {
	Customer  id.User
	Status    order.Status
	Reference string
	Number    int64
	Before    id.Order // only orders with a smaller identifier: the cursor of the next page
	Limit     int
}

// OrderPage is a page of orders. Next is zero on the last page.
type OrderPage struct {
	Orders []order.Order
	Next   id.Order
}

// StockQuery selects a page of stock figures, by SKU then warehouse.
type StockQuery struct {
	Warehouse id.Site
	SKU       id.SKU
	After     id.SKU
	Limit     int
}

// Totals are the counts that start pages and links show.
type Totals struct {
	Products int
	Orders   map[order.Status]int
}
