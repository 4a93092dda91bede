// Package audit proves the invariants of the books over real data: it walks the
// ledgers, orders and fulfillments of the sites at one moment each, and says
// which row breaks which rule.
//
// It repairs nothing and takes nothing on trust: balances are added up again
// from the movements, and each movement is held against its hash. Start reading
// at Source, then Sites.
package audit

import (
	"context"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

// Source is everything that one site has stored, at one moment: all methods of
// one Source see the same committed state, however long the walk takes.
type Source interface {
	// Head says whose data it is and how far its feeds have come.
	Head(ctx context.Context) (Head, error)
	// Movements calls each for every movement in order of Seq, as it is stored.
	// A row that cannot be read as a movement is passed on as far as it can be,
	// with its error.
	Movements(ctx context.Context, each func(m books.Movement, unreadable error) error) error
	// Balances returns the stored balances in order of SKU and account.
	Balances(ctx context.Context) ([]stock.Balance, error)
	// Orders calls each for every order of a store; a warehouse has none.
	Orders(ctx context.Context, each func(o order.Order) error) error
	// Fulfillments calls each for every fulfillment of a warehouse; a store has none.
	Fulfillments(ctx context.Context, each func(f fulfillment.Fulfillment) error) error
	// Messages calls each for what was said to a destination after seq, in order.
	Messages(ctx context.Context, destination id.Site, after uint64, each func(m feed.Message) error) error
	// Close lets go of the moment.
	Close() error
}

// Role is what kind of site it is.
type Role string

// The roles of sites with a ledger.
const (
	Store     Role = "store"
	Warehouse Role = "warehouse"
)

// Head is a site's identity and the state of its feeds.
type Head struct {
	Site    id.Site
	Role    Role
	Epoch   uint64
	Written []feed.Cursor // newest message per destination
	Read    []feed.Cursor // newest message applied per origin
	Parked  []books.Parked
}
