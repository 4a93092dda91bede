package audit

import (
	"time"

	"crossdock/core/id"
)

// Report is what an audit found. The books are right when Findings is empty.
type Report struct {
	At         time.Time     `json:"at"`
	Took       time.Duration `json:"took_ns"`
	Sites      []SiteReport  `json:"sites"`
	Findings   []Finding     `json:"findings"`
	NotChecked []string      `json:"not_checked"` // what could not be looked at, and why
}

// SiteReport counts what was walked at one site.
type SiteReport struct {
	Site         id.Site `json:"site"`
	Role         Role    `json:"role"`
	Movements    int     `json:"movements"`
	Accounts     int     `json:"accounts"`
	Orders       int     `json:"orders"`
	Fulfillments int     `json:"fulfillments"`
	Unread       int     `json:"unread"` // messages on their way to another audited site
	Parked       int     `json:"parked"`
	Pruned       int     `json:"pruned"` // messages that all have read, and that are not kept any more
}

// Finding is a row that breaks an invariant of section "What must always hold"
// of ARCHITECTURE.md.
type Finding struct {
	Invariant int     `json:"invariant"`
	Site      id.Site `json:"site"`
	Row       string  `json:"row"`  // such as "movement 17" or "balance 85123A available"
	Text      string  `json:"text"` // what is wrong with it
}

// Right reports whether no invariant is broken.
func (r Report) Right() bool { return len(r.Findings) == 0 }
