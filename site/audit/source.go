// Package audit proves the invariants of the books over real data: it walks the
// ledgers, orders, fulfillments and messages of the sites at one moment each, and
// says which row breaks which rule.
//
// It repairs nothing and takes nothing on trust: balances are added up again
// from the movements, each movement and each message is held against its hash,
// and a row that cannot be read is a finding, not the end. Start reading at
// Source, then Sites.
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
//
// A row that cannot be read is passed on as far as it can be, with what is wrong
// with it (fault.Corrupt), and the walk goes on. An error that a method returns
// is either that of each, which ends the walk, or says that the engine failed.
type Source interface {
	// Head says whose data it is and how far its feeds have come.
	Head(ctx context.Context) (Head, error)
	// Movements calls each for every movement in order of Seq, as it is stored.
	Movements(ctx context.Context, each func(m books.Movement, unreadable error) error) error
	// Balances calls each for every stored balance: those that cannot be read,
	// then the others in order of SKU and account.
	Balances(ctx context.Context, each func(b stock.Balance, unreadable error) error) error
	// Orders calls each for every order of a store; a warehouse has none. An
	// order that is missing (fault.NotFound), although there are lines or
	// fulfillments of it, is passed on with those.
	Orders(ctx context.Context, each func(o order.Order, damage error) error) error
	// Fulfillments calls each for every fulfillment of a warehouse; a store has
	// none. One that is missing (fault.NotFound), although there are lines of it,
	// is passed on with those.
	Fulfillments(ctx context.Context, each func(f fulfillment.Fulfillment, damage error) error) error
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
	Orders  int64          // how many a store has taken, by a count of its own
	Written []feed.Cursor  // newest message per destination
	Read    []feed.Cursor  // newest message applied per origin
	Parked  []books.Parked // those that wait
	Skipped []books.Parked // those that were taken out without being applied
	Pruned  []feed.Cursor  // the last message taken out of the outbox, per destination
	Peers   []books.Peer   // with whom something was settled after a restore
}
