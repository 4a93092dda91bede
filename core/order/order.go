// Package order says what an order is, which states it and its fulfillments may
// be in, and what follows on each change. The store owns an order: its lines,
// address and money. Each warehouse owns its fulfillment; the store's copy of it
// changes only when the warehouse says so.
//
// Its functions take a value and return a new one; they never share a slice
// with what they were given. Start reading at Order, then the tables in
// status.go, then apply.go.
package order

import (
	"slices"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/stock"
)

// MaxLines is the most lines that one order may have.
const MaxLines = 1000

// Order is what a customer has asked for.
type Order struct {
	ID           id.Order
	Number       int64   // counts up within the store; what people say on the phone
	Store        id.Site // the store that owns it
	Customer     id.User // zero for a guest
	Reference    string  // what another system calls it, such as an invoice number; may be empty
	Status       Status
	Version      int // grows by one with each change
	PlacedAt     time.Time
	ChangedAt    time.Time
	Address      Address
	Payment      string // method, such as "on-delivery"
	Lines        []Line
	Fulfillments []Fulfillment
	Total        money.Amount // of what was ordered
	Why          []Step       // how the warehouses were chosen
	Reason       string       // why it was voided; else empty
	VoidAsked    bool         // a void waits for the answers of the warehouses
	Unpaid       bool         // waits for its payment to be authorized: no warehouse has been asked
	Promise      Promise      // when the customer was told that all of it arrives
	Waiting      []Wait       // units sold ahead that are still to come in
	NewAddress   *Address     // asked of the warehouses, and not answered by all
}

// Promise is the range of days in which parcels arrive. The zero Promise is none:
// nobody knows.
type Promise struct {
	From date.Date `json:"from,omitempty"`
	To   date.Date `json:"to,omitempty"`
}

// Later returns the promise of two parcels: the order is there when both are. A
// part of which nobody knows when it comes leaves the whole unknown.
func (p Promise) Later(other Promise) Promise {
	if p.To.IsZero() || other.To.IsZero() {
		return Promise{}
	}
	return Promise{max(p.From, other.From), max(p.To, other.To)}
}

// Wait is units of a line that were sold ahead of their arrival.
type Wait struct {
	Line      int       `json:"line"`
	SKU       id.SKU    `json:"sku"`
	Warehouse id.Site   `json:"warehouse"` // whose supplier has announced them
	Quantity  int64     `json:"quantity"`
	Due       date.Date `json:"due,omitempty"` // when they are expected there; zero: nobody knows
}

// Line is one product of an order. Quantity = live units at the fulfillments +
// units that wait + Voided.
type Line struct {
	Number   int // from 1
	SKU      id.SKU
	Name     string
	Price    money.Amount // per unit
	Quantity int64        // ordered
	Voided   int64        // called off, or never to be had
	Returned int64        // came back after it was sent
}

// Fulfillment is the part of an order that one warehouse ships.
type Fulfillment struct {
	ID        id.Fulfillment
	Warehouse id.Site
	Stage     Stage
	Version   int // the warehouse's; an older message changes nothing
	ChangedAt time.Time
	Lines     []Part
	Promise   Promise   // of its parcel
	Unasked   bool      // the warehouse has not been asked: the order is unpaid, or NotBefore is to come
	NotBefore date.Date // the warehouse is asked on this day; zero: at once
	MoveTo    id.Site   // its Moving units are kept there, until it lets them go
	Redirect  Redirect  // what became of a change of address
}

// Redirect is where a change of address stands at one warehouse.
type Redirect string

// The states of a change of address.
const (
	NotRedirected   Redirect = ""
	RedirectAsked   Redirect = "asked"   // the warehouse has not answered
	Redirected      Redirect = "done"    // it ships to the new address
	RedirectRefused Redirect = "refused" // it was picked before: it ships to the old one
)

// Part is what a fulfillment ships of one order line.
type Part struct {
	Line     int    `json:"line"`
	SKU      id.SKU `json:"sku"`
	Quantity int64  `json:"quantity"`
	Voided   int64  `json:"voided,omitempty"`   // called off, says the warehouse
	Asked    int64  `json:"asked,omitempty"`    // asked to be called off; the warehouse has not answered
	Moving   int64  `json:"-"`                  // of Asked: not to be called off but shipped by another warehouse
	Returned int64  `json:"returned,omitempty"` // came back after it was sent
}

// Live returns the units of the part that were not called off.
func (p Part) Live() int64 { return p.Quantity - p.Voided }

// Address is where an order goes and how its customer is reached.
type Address struct {
	Name       string      `json:"name"`
	Street     string      `json:"street,omitempty"`
	PostalCode string      `json:"postal_code,omitempty"`
	City       string      `json:"city,omitempty"`
	District   id.District `json:"district"`
	Email      string      `json:"email,omitempty"`
	Phone      string      `json:"phone,omitempty"`
}

// Event is one entry of an order's history. It is written once, never changed.
type Event struct {
	Order id.Order
	Seq   int // from 1, without gaps
	At    time.Time
	Site  id.Site // whose doing it was
	Kind  string  // such as "placed", "accepted", "void-asked"
	Text  string  // for people
}

// Notice is something the customer is told: at most one per order, event and channel.
type Notice struct {
	Order   id.Order
	Seq     int // of the event that it tells of
	Event   string
	Channel string
	At      time.Time
	Text    string
}

// Step is one step of the choice of warehouses.
type Step struct {
	Rule      string  `json:"rule"`
	Warehouse id.Site `json:"warehouse,omitempty"`
	Verdict   Verdict `json:"verdict"`
	SKU       id.SKU  `json:"sku,omitempty"`   // empty: several, counted in Lines
	Lines     int     `json:"lines,omitempty"` // lines served in full by this step
	Wanted    int64   `json:"wanted,omitempty"`
	Got       int64   `json:"got,omitempty"`
	Note      string  `json:"note,omitempty"`
}

// Verdict is what a step of sourcing came to.
type Verdict string

// The verdicts.
const (
	Chosen   Verdict = "chosen"   // ships all that was asked of it
	Partly   Verdict = "partly"   // ships what it had
	Rejected Verdict = "rejected" // had nothing, or may not ship
	Missing  Verdict = "missing"  // no warehouse was left to ask
	Awaited  Verdict = "awaited"  // ships it when it comes in: it was sold ahead
)

// Check reports the first rule of form that the address breaks, as
// fault.Invalid with its field.
func (a Address) Check() error {
	for _, field := range []struct {
		name, text  string
		least, most int
	}{
		{"name", a.Name, 1, 100},
		{"street", a.Street, 0, 200},
		{"postal_code", a.PostalCode, 0, 20},
		{"city", a.City, 0, 100},
	} {
		if err := catalog.CheckLine(field.name, field.text, field.least, field.most); err != nil {
			return err
		}
	}
	if err := CheckEmail(a.Email); err != nil {
		return err
	}
	if err := CheckPhone(a.Phone); err != nil {
		return err
	}
	if _, err := id.ParseDistrict(string(a.District)); err != nil {
		message, _ := fault.Public(err)
		return fault.At("district", fault.KindOf(err), "%s", message)
	}
	return nil
}

// Unsettled reports whether the store has still to come back to the order by
// itself: units are to come in, a warehouse is not asked yet, or several
// warehouses ship it and none has begun, so that one of them might do it alone.
func (o *Order) Unsettled() bool {
	if len(o.Waiting) > 0 {
		return true
	}
	for i := range o.Fulfillments {
		if o.Fulfillments[i].Unasked {
			return true
		}
	}
	return o.Split()
}

// Split reports whether several warehouses ship the order and none has begun.
func (o *Order) Split() bool {
	live := 0
	for i := range o.Fulfillments {
		switch f := &o.Fulfillments[i]; {
		case f.Stage == VoidedStage:
		case f.Unpicked():
			live++
		default:
			return false
		}
	}
	return live > 1
}

// Unpicked reports whether nobody has been at the shelves for the fulfillment.
func (f *Fulfillment) Unpicked() bool { return f.Stage == Requested || f.Stage == Accepted }

// CheckQuantity reports whether units can be ordered on one line.
func CheckQuantity(field string, units int64) error {
	if units < 1 {
		return fault.At(field, fault.Invalid, "the quantity %d is not above zero", units)
	}
	if units > stock.MaxQuantity {
		return fault.At(field, fault.Invalid, "the quantity %d is above the limit of %d", units, stock.MaxQuantity)
	}
	return nil
}

// Line returns the line with this number, or nil.
func (o *Order) Line(number int) *Line {
	if number >= 1 && number <= len(o.Lines) && o.Lines[number-1].Number == number {
		return &o.Lines[number-1]
	}
	for i := range o.Lines {
		if o.Lines[i].Number == number {
			return &o.Lines[i]
		}
	}
	return nil
}

// Fulfillment returns the fulfillment with this identifier, or nil.
func (o *Order) Fulfillment(which id.Fulfillment) *Fulfillment {
	for i := range o.Fulfillments {
		if o.Fulfillments[i].ID == which {
			return &o.Fulfillments[i]
		}
	}
	return nil
}

// Clone returns a copy that shares no slice with o.
func (o Order) Clone() Order {
	o.Lines = slices.Clone(o.Lines)
	o.Fulfillments = slices.Clone(o.Fulfillments)
	for i := range o.Fulfillments {
		o.Fulfillments[i].Lines = slices.Clone(o.Fulfillments[i].Lines)
	}
	o.Why = slices.Clone(o.Why)
	o.Waiting = slices.Clone(o.Waiting)
	if o.NewAddress != nil {
		address := *o.NewAddress
		o.NewAddress = &address
	}
	return o
}

// Sum returns the price of all lines. Beyond 64 bits, or in two currencies, it
// is fault.Invalid.
func Sum(lines []Line) (money.Amount, error) {
	var total money.Amount
	for _, line := range lines {
		price, err := line.Price.Times(line.Quantity)
		if err != nil {
			return money.Amount{}, err
		}
		total, err = total.Add(price)
		if err != nil {
			return money.Amount{}, err
		}
	}
	return total, nil
}
