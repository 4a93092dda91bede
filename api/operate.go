package api

import (
	"time"

	"crossdock/core/id"
)

// Version says what is running.
type Version struct {
	Version    string    `json:"version"`
	Store      bool      `json:"store" doc:"The store runs in this process"`
	Warehouses []id.Site `json:"warehouses" nullable:"false" doc:"The warehouses that run in this process"`
}

// Health says that the process is up, or ready for work.
type Health struct {
	Status string `json:"status" doc:"ok, always: what is not ok is a problem"`
}

// Link is one direction between two sites, as its receiver sees it.
type Link struct {
	Origin      id.Site    `json:"origin"`
	Destination id.Site    `json:"destination"`
	Connected   bool       `json:"connected" doc:"The last request was answered, and what came was taken in"`
	Cut         bool       `json:"cut" doc:"Cut by the switch of the process that runs the warehouse"`
	Cursor      uint64     `json:"cursor" doc:"The last message applied"`
	Last        uint64     `json:"last" doc:"The last message known to be there"`
	Lag         uint64     `json:"lag" doc:"Messages not yet applied, as far as known"`
	LagSeconds  float64    `json:"lag_seconds" doc:"Age of the oldest message that is not applied, as far as known; else since stale_since, else 0"`
	Breaker     string     `json:"breaker,omitempty" doc:"closed, open (tried now and then: the last tries failed) or half-open (being tried); absent where the receiver runs elsewhere"`
	Failures    int        `json:"failures" doc:"Requests in a row without an answer that was taken in"`
	RetryAt     *time.Time `json:"retry_at,omitempty" doc:"When a failed link is tried again"`
	StaleSince  *time.Time `json:"stale_since,omitempty" doc:"When it was last known to be up to date; absent while it is"`
	HeardAt     *time.Time `json:"heard_at,omitempty" doc:"When the origin last answered"`
	Verdict     string     `json:"verdict" doc:"apply, nothing, rewind, restored or parted; refused where the other end is not known by the key that it shows; empty before the first answer"`
	Trouble     string     `json:"trouble,omitempty" doc:"The last failure, while there is one"`
	Parked      int        `json:"parked" doc:"Messages that could not be applied, and those that wait behind them"`
	Pruned      uint64     `json:"pruned" doc:"The last message that the origin does not keep any more, as all before it were read long ago; as far as known"`
	Drift       *LinkDrift `json:"drift,omitempty" doc:"What the last comparison of the two sites found; absent before the first"`

	Recovering *LinkRecovery `json:"recovering,omitempty" doc:"The destination was restored from a backup, and the origin has still to tell what it has lost; absent where it does not wait, or runs elsewhere"`
}

// LinkRecovery is what the destination of a link, which was restored, waits for. Until
// the origin has told, nothing is promised between the two.
type LinkRecovery struct {
	Role    string          `json:"role" doc:"What the destination is: store or warehouse"`
	Since   *time.Time      `json:"since,omitempty" doc:"When it has said that it was restored; absent where it has not yet"`
	Counted bool            `json:"counted" doc:"The origin has told what units it has, and is still to tell of fulfillments"`
	Waiting int             `json:"waiting" doc:"At a store the paid orders that the warehouse is not asked for meanwhile; at a warehouse the fulfillments of the store with which no step can be taken"`
	Blocked []ParkedMessage `json:"blocked" nullable:"false" doc:"Parked messages that hold it up, the first of each key: retry or skip them"`
}

// LinkList is every link that this process receives on.
type LinkList struct {
	Links []Link `json:"links" nullable:"false"`
}

// Report is what an audit found. The books are right when Findings is empty.
type Report struct {
	At         time.Time     `json:"at"`
	Took       time.Duration `json:"took_ns"`
	Sites      []SiteReport  `json:"sites" nullable:"false"`
	Findings   []Finding     `json:"findings" nullable:"false"`
	NotChecked []string      `json:"not_checked" nullable:"false" doc:"What could not be looked at, and why"`
}

// SiteReport counts what was walked at one site.
type SiteReport struct {
	Site         id.Site `json:"site"`
	Role         string  `json:"role"`
	Movements    int     `json:"movements"`
	Accounts     int     `json:"accounts"`
	Orders       int     `json:"orders"`
	Fulfillments int     `json:"fulfillments"`
	Unread       int     `json:"unread" doc:"Messages on their way to another audited site"`
	Parked       int     `json:"parked" doc:"Messages put aside"`
	Pruned       int     `json:"pruned" doc:"Messages that all have read, and that are not kept any more"`
}

// Finding is a row that breaks an invariant.
type Finding struct {
	Invariant int     `json:"invariant"`
	Site      id.Site `json:"site"`
	Row       string  `json:"row"`
	Text      string  `json:"text"`
}

// Right reports whether no invariant is broken.
func (r Report) Right() bool { return len(r.Findings) == 0 }

// The kinds of file that can be imported.
const (
	ImportProducts = "products"
	ImportStock    = "stock"
	ImportOrders   = "orders"
)

// ImportOptions are the settings of an import.
type ImportOptions struct {
	Stock    int64  // opening units of each product, divided over the warehouses; 0: none
	Currency string // of the prices in the file; empty: the server's default
	TakeBOM  bool   // take a file that begins with a byte-order mark, which is refused otherwise
	Key      string // of idempotency: with another file it is fault.Mismatch; may be empty
}

// ImportProgress is one line of the answer to an import: how far it is, or, on
// the last line, what came of it.
type ImportProgress struct {
	Done    int      `json:"done,omitempty"`
	Total   int      `json:"total,omitempty"`
	Summary any      `json:"summary,omitempty" doc:"The last line of an import that ran through"`
	Problem *Problem `json:"problem,omitempty" doc:"The last line of an import that failed on its way"`
}
