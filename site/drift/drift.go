// Package drift finds where two sites know different things of each other although
// nothing between them is under way: a message was skipped, a row was changed by
// hand, a program was wrong.
//
// It compares a store and a warehouse by four kinds of rows: see Kind. Each side
// answers questions out of one moment of its database, beside its writer; equal sides
// are settled by one question for each kind, and what differs is found by the hashes
// of ranges. It is no audit, which looks at all sites of one process: it asks over the
// bus. It repairs nothing either; a finding says who can.
//
// Start reading at Check, then Desk, which answers.
package drift

import (
	"context"
	"time"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/site/audit"
	"crossdock/site/books"
)

// Kind is a kind of rows that two sites must tell alike.
type Kind string

// The kinds. The keys of Fulfillments are "ORDER/FULFILLMENT", of the others SKUs.
const (
	Levels       Kind = "levels"       // what the warehouse has, and what the store was told of it
	Fulfillments Kind = "fulfillments" // stage, and the units of each line
	Quota        Kind = "quota"        // set aside for the store; there held, kept, or promised and not asked for
	Incoming     Kind = "incoming"     // the same of what suppliers have announced
)

// Kinds returns all of them, in the order in which they are asked for.
func Kinds() []Kind { return []Kind{Levels, Fulfillments, Quota, Incoming} }

// Source is what one site has stored, at one moment: all methods of one Source see
// the same committed state. An error that a method returns is either that of each,
// which ends the walk, or says that the engine failed. What cannot be read is passed
// on as far as it can be: naming it is the audit's work.
type Source interface {
	Head(ctx context.Context) (audit.Head, error)
	Balances(ctx context.Context, each func(b stock.Balance, unreadable error) error) error
	Orders(ctx context.Context, each func(o order.Order, damage error) error) error
	Fulfillments(ctx context.Context, each func(f fulfillment.Fulfillment, damage error) error) error
	// Levels calls each for what a store was told of a SKU by a warehouse; at a
	// warehouse for each SKU that has a level, with the version of it alone.
	Levels(ctx context.Context, each func(level stock.Level) error) error
	// Newest returns the newest movements of some SKUs, newest first, most of each. It
	// may walk the whole ledger.
	Newest(ctx context.Context, skus []id.SKU, most int) (map[id.SKU][]books.Movement, error)
	// Close lets go of the moment.
	Close() error
}

// Look takes a moment of a site. The caller closes it.
type Look func(ctx context.Context) (Source, error)

// Report is what a check of one pair of sites found.
type Report struct {
	Here      id.Site
	There     id.Site
	At        time.Time
	Took      time.Duration
	Questions int // that were asked of the other site
	Findings  []Finding
	Unclear   []Unclear // what may be drift, or under way
}

// Last is what is kept of the last check of a pair. The zero Last: there was none.
type Last struct {
	At      time.Time
	Found   int // rows that both sites tell differently
	Unclear int
}

// Last returns what is kept of a report.
func (r Report) Last() Last { return Last{r.At, len(r.Findings), len(r.Unclear)} }

// Finding is a row that both sites tell differently, for good.
type Finding struct {
	Kind  Kind
	Key   string
	Here  Row
	There Row
}

// Unclear is a row of which nobody can tell yet whether it drifts.
type Unclear struct {
	Kind Kind
	Key  string
	Why  string
}

// Row is what one site says of a key, for people; empty where it says nothing.
type Row struct {
	Value   string   `json:"value,omitempty"`
	Mark    int64    `json:"mark,omitempty"`    // changes with every change of the row, also where Value comes back
	Hash    []byte   `json:"hash,omitempty"`    // of the whole value
	Newest  []string `json:"newest,omitempty"`  // movements, of quota and incoming
	Version int64    `json:"version,omitempty"` // of a level or a fulfillment, as this site has it
	Stage   string   `json:"stage,omitempty"`   // of a fulfillment
	Units   int64    `json:"units,omitempty"`   // of quota and incoming
}

// There reports whether the site has the row at all.
func (r Row) There() bool { return len(r.Hash) > 0 }
