package torture

import (
	"sync"
	"time"

	"crossdock/core/id"
)

// Line is units of a product.
type Line struct {
	SKU   id.SKU `json:"sku"`
	Units int64  `json:"units"`
}

// Span is when a request was first sent, and when its answer was there, both since
// the beginning of the round. What it did, it did in between.
type Span struct {
	Began time.Duration `json:"began"`
	Ended time.Duration `json:"ended"`
}

// Answer is one answer to a request that places an order.
type Answer struct {
	Order  id.Order `json:"order"`
	Number int64    `json:"number"`
	Short  bool     `json:"short,omitempty"`
	Lines  []Line   `json:"lines,omitempty"` // of one that is not short
}

// Placing is an order that a client has asked for, and every answer that it has
// had to the one key. An order without answers is one that nobody answered for.
type Placing struct {
	Key     string   `json:"key"` // also the order's reference
	Lines   []Line   `json:"lines"`
	Answers []Answer `json:"answers"`
	Refused string   `json:"refused,omitempty"` // an answer that is no order
	Span
}

// Booking is a receipt, or a count (below zero: units lost).
type Booking struct {
	Key       string  `json:"key"`
	Warehouse id.Site `json:"warehouse"`
	Line
	Count   bool   `json:"count,omitempty"`
	Done    bool   `json:"done"`              // false: it was refused
	Refused string `json:"refused,omitempty"` // why
	Span
}

// Step is one step of a fulfillment that somebody has asked for.
type Step struct {
	Key         string         `json:"key"`
	Warehouse   id.Site        `json:"warehouse"`
	Fulfillment id.Fulfillment `json:"fulfillment"`
	To          string         `json:"to"`
	Done        bool           `json:"done"`              // false: it was refused
	Refused     string         `json:"refused,omitempty"` // why
	Span
}

// Void is an order that somebody has asked to be called off.
type Void struct {
	Order   id.Order `json:"order"`
	Taken   bool     `json:"taken"`             // false: it was refused
	Refused string   `json:"refused,omitempty"` // why
	Span             // until the order was seen with its answer; the round's end where it was not
}

// Records are what the clients of a round were told. The zero value is empty.
// Adding may be done from many goroutines.
type Records struct {
	Placings []Placing
	Bookings []Booking
	Steps    []Step
	Voids    []Void
	Open     []string // requests without a definite answer

	mu sync.Mutex
}

func (r *Records) addPlacing(p Placing) { r.add(func() { r.Placings = append(r.Placings, p) }) }
func (r *Records) addBooking(b Booking) { r.add(func() { r.Bookings = append(r.Bookings, b) }) }
func (r *Records) addStep(s Step)       { r.add(func() { r.Steps = append(r.Steps, s) }) }
func (r *Records) addVoid(v Void)       { r.add(func() { r.Voids = append(r.Voids, v) }) }
func (r *Records) addOpen(what string)  { r.add(func() { r.Open = append(r.Open, what) }) }

func (r *Records) add(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// refusal is what an error says; empty for none.
func refusal(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
