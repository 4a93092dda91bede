package event

import (
	"time"

	"crossdock/core/id"
	"crossdock/core/order"
)

// What sites say to each other after one of them was restored from a backup, in this
// order: SiteRestored by the one that was; QuotaRestated by each of the others, as
// often as there are ranges; then FulfillmentsAsked by the one that was restored, and
// FulfillmentsRestated by the others. docs/protocol.md has the story.

// SiteRestored is the first thing that a site says in a new epoch: it was restored
// from a backup, and has lost what it has done since.
type SiteRestored struct {
	Epoch uint64 `json:"epoch"` // the new one
	Read  uint64 `json:"read"`  // the last message of the other site that it remembers
}

// QuotaRestated tells a site that was restored what the other one has in its books
// of the units between the two. It holds for the moment at which it is read.
type QuotaRestated struct {
	Epoch    uint64  `json:"epoch"`              // of the site that was restored
	After    id.SKU  `json:"after,omitempty"`    // it tells of the SKUs behind this one
	UpTo     id.SKU  `json:"up_to,omitempty"`    // up to this one; empty: of all, and it is the last
	Quota    []Units `json:"quota,omitempty"`    // of these SKUs, but for those of which there is none
	Incoming []Units `json:"incoming,omitempty"` // the same of what suppliers have announced
	Number   int64   `json:"number,omitempty"`   // a warehouse to a store: the highest number of its orders
}

// Covers reports whether the statement tells of a SKU. One of which it gives no units
// has none.
func (m QuotaRestated) Covers(sku id.SKU) bool {
	return sku > m.After && (m.UpTo == "" || sku <= m.UpTo)
}

// Quantities sums up units by SKU.
func Quantities(units []Units) map[id.SKU]int64 {
	sums := make(map[id.SKU]int64, len(units))
	for _, u := range units {
		sums[u.SKU] += u.Quantity
	}
	return sums
}

// FulfillmentsAsked asks what the other site knows of fulfillments.
type FulfillmentsAsked struct {
	Epoch        uint64            `json:"epoch"` // of the site that asks
	Fulfillments []FulfillmentName `json:"fulfillments,omitempty"`
	More         bool              `json:"more,omitempty"` // another question follows
}

// FulfillmentName names a fulfillment and its order.
type FulfillmentName struct {
	Order       id.Order       `json:"order"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
}

// FulfillmentsRestated is the answer to one FulfillmentsAsked. Where Epoch is zero
// nobody has asked: the two sites were found to differ, and a store takes it over
// whatever it believes.
type FulfillmentsRestated struct {
	Epoch        uint64             `json:"epoch"`                  // of the site that has asked; 0: none has
	Fulfillments []FulfillmentState `json:"fulfillments,omitempty"` // those that are known
	Unknown      []FulfillmentName  `json:"unknown,omitempty"`      // by a warehouse: those that are not
	More         bool               `json:"more,omitempty"`         // as it was asked
}

// FulfillmentState is a fulfillment as a site knows it.
type FulfillmentState struct {
	Order       id.Order       `json:"order"`
	Number      int64          `json:"number"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
	PlacedAt    time.Time      `json:"placed_at"`
	Address     order.Address  `json:"address"` // by a store, empty: as it was requested
	Stage       order.Stage    `json:"stage"`
	Version     int            `json:"version"` // the warehouse's
	Lines       []LineState    `json:"lines"`
	Returns     []ReturnState  `json:"returns,omitempty"`
	Record      []byte         `json:"record,omitempty"` // as it came with the request
}

// ReturnState is a return of a fulfillment as a site knows it.
type ReturnState struct {
	Return id.UUID           `json:"return"`
	Reason string            `json:"reason"`
	Lines  []ReturnLineState `json:"lines"`
}

// ReturnLineState is one line of a return as a site knows it.
type ReturnLineState struct {
	Line     int    `json:"line"`
	SKU      id.SKU `json:"sku"`
	Quantity int64  `json:"quantity"`
	Received int64  `json:"received,omitempty"`
	Good     int64  `json:"good,omitempty"`
	Damaged  int64  `json:"damaged,omitempty"`
}

// LineState is one line of a fulfillment as a site knows it.
type LineState struct {
	Line     int    `json:"line"`
	SKU      id.SKU `json:"sku"`
	Name     string `json:"name"`
	Quantity int64  `json:"quantity"`
	Voided   int64  `json:"voided,omitempty"`
	Returned int64  `json:"returned,omitempty"`
}

// Kind names the message.
func (SiteRestored) Kind() string { return "site.restored.v1" }

// Kind names the message.
func (QuotaRestated) Kind() string { return "quota.restated.v1" }

// Kind names the message.
func (FulfillmentsAsked) Kind() string { return "fulfillments.asked.v1" }

// Kind names the message.
func (FulfillmentsRestated) Kind() string { return "fulfillments.restated.v1" }
