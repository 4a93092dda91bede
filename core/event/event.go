// Package event holds what sites say to each other, and its encoding. Sites meet
// only through these types.
//
// An encoding, once released, is never changed: testdata keeps one of each, and
// decoding it must give the same value for ever. A new form gets a new version
// of its name ("stock.levels.v2") beside the old one; only a field that may be
// missing, and that who does not know it may leave out, is added to a form.
package event

import (
	"encoding/json"
	"reflect"
	"time"

	quickjson "github.com/go-json-experiment/json"

	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// Body is a message between sites. The set is closed: it is the table below.
type Body interface {
	// Kind is the stable name with its version. It is a method, so that a type
	// that is not in the table cannot be sent by mistake.
	Kind() string
}

// FulfillmentRequested asks a warehouse to ship its part of an order. The store
// has paid for it with quota already: it cannot be refused. It carries no money.
type FulfillmentRequested struct {
	Order       id.Order       `json:"order"`
	Number      int64          `json:"number"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
	Epoch       uint64         `json:"epoch"` // of the quota it was promised from
	PlacedAt    time.Time      `json:"placed_at"`
	Address     order.Address  `json:"address"`
	Lines       []Line         `json:"lines"`
	// Record is what the store keeps of the order, sealed: nobody else can read it.
	// The warehouse hands it back to a store that was restored and has lost it.
	Record []byte `json:"record,omitempty"`
}

// Line is one line of a fulfillment order.
type Line struct {
	Line     int    `json:"line"`
	SKU      id.SKU `json:"sku"`
	Name     string `json:"name"`
	Quantity int64  `json:"quantity"`
}

// VoidRequested asks a warehouse to call units off. The warehouse decides.
type VoidRequested struct {
	Order       id.Order       `json:"order"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
	Parts       []order.Part   `json:"parts,omitempty"` // empty: all of it
	Reason      string         `json:"reason"`
}

// VoidRefused says that units asked to be voided are on their way already.
type VoidRefused struct {
	Order       id.Order       `json:"order"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
	Stage       order.Stage    `json:"stage"`
}

// FulfillmentChanged is a step of a fulfillment at its warehouse.
type FulfillmentChanged struct {
	Order       id.Order       `json:"order"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
	To          order.Stage    `json:"to"`
	Version     int            `json:"version"`
	At          time.Time      `json:"at"`
	Voided      []order.Part   `json:"voided,omitempty"`
}

// ReturnAnnounced tells a warehouse that units came back from a customer.
type ReturnAnnounced struct {
	Order       id.Order       `json:"order"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
	Return      id.UUID        `json:"return"`
	Parts       []order.Part   `json:"parts"`
	Reason      string         `json:"reason"`
}

// Units is a quantity of one SKU.
type Units struct {
	SKU      id.SKU `json:"sku"`
	Quantity int64  `json:"quantity"`
}

// QuotaAsked asks a warehouse for more quota. The answer is a QuotaGranted that
// names the ask, with less than asked, or nothing, where there is not more. What is
// free at once may come before, in a grant that names no ask; after a restart of the
// warehouse there may be no answer.
type QuotaAsked struct {
	Ask   id.Grant `json:"ask"`
	Units []Units  `json:"units"`
}

// QuotaGranted hands units to a store. The warehouse has set them aside already.
type QuotaGranted struct {
	Grant id.Grant `json:"grant"`
	Ask   id.Grant `json:"ask"` // zero where nobody asked
	Epoch uint64   `json:"epoch"`
	Units []Units  `json:"units"`
}

// QuotaRecalled asks a store to give units back, if it has not promised them.
type QuotaRecalled struct {
	Recall id.Grant `json:"recall"`
	Units  []Units  `json:"units"`
}

// QuotaReturned gives units back. The store has let go of them already.
type QuotaReturned struct {
	Recall id.Grant `json:"recall"`
	Epoch  uint64   `json:"epoch"`
	Units  []Units  `json:"units"` // may be empty: nothing was left to give back
}

// StockLevels tells a store what a warehouse has of some SKUs.
type StockLevels struct {
	Levels []stock.Level `json:"levels"`
}

// QuotaElsewhere tells a store what other stores hold of a warehouse's units, so
// that it knows when asking is of use. It follows the StockLevels of the same
// change, and is said only where there are several stores.
type QuotaElsewhere struct {
	Units []Units `json:"units"` // of zero too
}

// ProductsListed tells a warehouse the names of products.
type ProductsListed struct {
	Products []Product `json:"products"`
}

// Product is what a warehouse needs to know of a product.
type Product struct {
	SKU  id.SKU `json:"sku"`
	Name string `json:"name"`
}

// ReturnRequested tells a warehouse that a customer sends units back.
type ReturnRequested struct {
	Order       id.Order       `json:"order"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
	Return      id.UUID        `json:"return"`
	Number      int64          `json:"number"` // of the order, for people
	Parts       []order.Part   `json:"parts"`
	Reason      string         `json:"reason"`
}

// ReturnReceived says that units came back into a warehouse's quarantine: all
// that it has received of the return so far.
type ReturnReceived struct {
	Order       id.Order       `json:"order"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
	Return      id.UUID        `json:"return"`
	Parts       []order.Part   `json:"parts"`
}

// ReturnInspected says what units of a return are worth: all that was inspected
// of it so far.
type ReturnInspected struct {
	Order       id.Order       `json:"order"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
	Return      id.UUID        `json:"return"`
	Good        []order.Part   `json:"good,omitempty"`    // back on the shelf
	Damaged     []order.Part   `json:"damaged,omitempty"` // not for sale any more
}

// RedirectRequested asks a warehouse to ship to another address.
type RedirectRequested struct {
	Order       id.Order       `json:"order"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
	Change      id.UUID        `json:"change"`
	Address     order.Address  `json:"address"`
}

// RedirectAnswered says whether the warehouse ships to the new address.
type RedirectAnswered struct {
	Order       id.Order       `json:"order"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
	Change      id.UUID        `json:"change"`
	Done        bool           `json:"done"`
	Stage       order.Stage    `json:"stage"` // why not: it was picked already
}

// IncomingGranted hands units that suppliers have announced to a store, which
// alone may sell them ahead.
type IncomingGranted struct {
	Grant id.Grant `json:"grant"`
	Epoch uint64   `json:"epoch"`
	Units []Units  `json:"units"`
}

// IncomingTaken takes announced units from a store again, because they have
// arrived (a QuotaGranted with the stock itself came before) or because the
// supplier called them off. It cannot be refused: what was sold ahead of them is
// filled, or has to wait for others, or is called off.
type IncomingTaken struct {
	Taking  id.Grant `json:"taking"`
	Epoch   uint64   `json:"epoch"`
	Arrived bool     `json:"arrived"`
	Units   []Units  `json:"units"`
}

// IncomingDated tells a store when the units announced to it are expected. Each
// schedule replaces the one before of its SKU.
type IncomingDated struct {
	Schedules []Schedule `json:"schedules"`
}

// Schedule is when the announced units of a SKU are expected, soonest first.
// Version grows with every change at the warehouse.
type Schedule struct {
	SKU      id.SKU     `json:"sku"`
	Version  int64      `json:"version"`
	Arrivals []Arriving `json:"arrivals,omitempty"` // of the store's units; none: nothing is expected
}

// Arriving is units that are expected on a day.
type Arriving struct {
	On       date.Date `json:"on"` // zero: nobody knows
	Quantity int64     `json:"quantity"`
}

// Kind names the first version of each message.
func (FulfillmentRequested) Kind() string { return "fulfillment.requested.v1" }

// Kind names the message.
func (VoidRequested) Kind() string { return "void.requested.v1" }

// Kind names the message.
func (VoidRefused) Kind() string { return "void.refused.v1" }

// Kind names the message.
func (FulfillmentChanged) Kind() string { return "fulfillment.changed.v1" }

// Kind names the message.
func (ReturnAnnounced) Kind() string { return "return.announced.v1" }

// Kind names the message.
func (QuotaAsked) Kind() string { return "quota.asked.v1" }

// Kind names the message.
func (QuotaGranted) Kind() string { return "quota.granted.v1" }

// Kind names the message.
func (QuotaRecalled) Kind() string { return "quota.recalled.v1" }

// Kind names the message.
func (QuotaReturned) Kind() string { return "quota.returned.v1" }

// Kind names the message.
func (StockLevels) Kind() string { return "stock.levels.v1" }

// Kind names the message.
func (QuotaElsewhere) Kind() string { return "quota.elsewhere.v1" }

// Kind names the message.
func (ProductsListed) Kind() string { return "products.listed.v1" }

// Kind names the message.
func (ReturnRequested) Kind() string { return "return.requested.v1" }

// Kind names the message.
func (ReturnReceived) Kind() string { return "return.received.v1" }

// Kind names the message.
func (ReturnInspected) Kind() string { return "return.inspected.v1" }

// Kind names the message.
func (RedirectRequested) Kind() string { return "redirect.requested.v1" }

// Kind names the message.
func (RedirectAnswered) Kind() string { return "redirect.answered.v1" }

// Kind names the message.
func (IncomingGranted) Kind() string { return "incoming.granted.v1" }

// Kind names the message.
func (IncomingTaken) Kind() string { return "incoming.taken.v1" }

// Kind names the message.
func (IncomingDated) Kind() string { return "incoming.dated.v1" }

// known is the table of all messages, by kind.
var known = table(
	FulfillmentRequested{}, VoidRequested{}, VoidRefused{}, FulfillmentChanged{}, ReturnAnnounced{},
	QuotaAsked{}, QuotaGranted{}, QuotaRecalled{}, QuotaReturned{}, StockLevels{}, QuotaElsewhere{}, ProductsListed{},
	ReturnRequested{}, ReturnReceived{}, ReturnInspected{}, RedirectRequested{}, RedirectAnswered{},
	IncomingGranted{}, IncomingTaken{}, IncomingDated{},
	SiteRestored{}, QuotaRestated{}, FulfillmentsAsked{}, FulfillmentsRestated{},
)

func table(bodies ...Body) map[string]reflect.Type {
	kinds := make(map[string]reflect.Type, len(bodies))
	for _, body := range bodies {
		kinds[body.Kind()] = reflect.TypeOf(body)
	}
	return kinds
}

// Encode returns the bytes of a message.
func Encode(body Body) ([]byte, error) {
	if known[body.Kind()] != reflect.TypeOf(body) {
		return nil, fault.New(fault.Internal, "%T is not in the table of messages", body)
	}
	return json.Marshal(body)
}

// Decode reads a message. A kind that this version does not know is
// fault.Newer; bytes that do not fit the kind are fault.Corrupt.
func Decode(kind string, data []byte) (Body, error) {
	shape, ok := known[kind]
	if !ok {
		return nil, fault.New(fault.Newer, "the message %s is not known to this version", fault.Quote(kind))
	}
	value := reflect.New(shape) // read strictly: Encode writes each name once, in its own case, and no bytes that are no text
	if err := quickjson.Unmarshal(data, value.Interface()); err != nil {
		return nil, &fault.Error{Kind: fault.Corrupt, Op: "event.Decode", Message: "the message " + kind + " cannot be read", Cause: err}
	}
	return value.Elem().Interface().(Body), nil
}
