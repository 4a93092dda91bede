// Package fulfillment says what a warehouse does with its part of an order, and
// which units move at each step. It is the warehouse's side of the state table in
// core/order; it knows no money and no other warehouse.
//
// Each function takes a fulfillment and returns it changed, with the movements
// that must be booked in the same transaction. Start reading at Accept; what comes
// back from the customer is in ReturnOrder.
package fulfillment

import (
	"strconv"
	"time"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// Fulfillment is a warehouse's part of an order.
type Fulfillment struct {
	ID        id.Fulfillment
	Order     id.Order
	Number    int64   // the order's, for people
	Store     id.Site // who asked
	Stage     order.Stage
	Version   int // grows by one with each change
	PlacedAt  time.Time
	ChangedAt time.Time
	Address   order.Address
	Lines     []Line
}

// Line is one line of a fulfillment. Quantity = units still in the building or sent + Voided.
type Line struct {
	Line     int
	SKU      id.SKU
	Name     string
	Quantity int64
	Voided   int64
	Returned int64
	Picked   int64 // of the live units: off the shelf, whether packed or sent; the others are allocated
}

// Live returns the units of the line that were not called off.
func (l Line) Live() int64 { return l.Quantity - l.Voided }

// Accept makes a fulfillment out of a store's request: its units move from the
// store's quota to allocated. It cannot fail while the quota is what the store
// believes; booking the movements is what finds out.
func Accept(request event.FulfillmentRequested, store id.Site, now time.Time) (Fulfillment, []stock.Movement) {
	f := Fulfillment{
		ID: request.Fulfillment, Order: request.Order, Number: request.Number, Store: store,
		Stage: order.Accepted, Version: 1, PlacedAt: request.PlacedAt, ChangedAt: now, Address: request.Address,
		Lines: make([]Line, len(request.Lines)),
	}
	for i, line := range request.Lines {
		f.Lines[i] = Line{Line: line.Line, SKU: line.SKU, Name: line.Name, Quantity: line.Quantity}
	}
	return f, f.move("accepted", stock.AllocatedTo, stock.QuotaOf(store), stock.Account{Kind: stock.Allocated}, now)
}

// Advance takes the next step by hand. Voiding has its own function.
func Advance(f Fulfillment, to order.Stage, now time.Time) (Fulfillment, []stock.Movement, error) {
	if to == order.VoidedStage {
		return f, nil, fault.New(fault.Conflict, "a fulfillment is voided through its order, at the store")
	}
	if err := order.CheckStage(f.Stage, to); err != nil {
		return f, nil, err
	}
	if to == order.ShortStage {
		return f, nil, fault.New(fault.Conflict, "a fulfillment becomes short by a count at the shelf, not by hand")
	}
	f = f.step(to, now)
	switch to {
	case order.PickedStage:
		return f, f.pick(now), nil
	case order.SentStage:
		return f, f.move("sent", stock.Shipped, stock.Account{Kind: stock.Picked}, stock.Account{Kind: stock.Customer}, now), nil
	default:
		return f, nil, nil
	}
}

// Redirect has a fulfillment shipped to another address. Once it is picked, and
// while it is short, that is fault.Conflict.
func Redirect(f Fulfillment, to order.Address, now time.Time) (Fulfillment, error) {
	if f.Stage != order.Accepted && f.Stage != order.Picking {
		return f, fault.New(fault.Conflict, "a fulfillment that is %s cannot be redirected", f.Stage)
	}
	f = f.step(f.Stage, now)
	f.Address = to
	return f, nil
}

// Void calls units off, all of them where parts is empty, and returns what was
// voided, summed by line. The units go back to available from wherever they lie,
// those on the shelf first. After hand-off it is fault.Conflict, and so is a line
// that is not there or has not that many units left.
func Void(f Fulfillment, parts []order.Part, now time.Time) (Fulfillment, []order.Part, []stock.Movement, error) {
	if err := order.CheckStage(f.Stage, order.VoidedStage); err != nil {
		return f, nil, nil, err
	}
	if len(parts) == 0 {
		parts = f.liveParts()
	}
	next := f.step(f.Stage, now)
	for _, part := range parts {
		line := next.line(part.Line)
		if line == nil || part.Quantity < 1 || part.Quantity > line.Live() {
			return f, nil, nil, fault.New(fault.Conflict, "line %d of fulfillment %s cannot void %d units", part.Line, f.ID, part.Quantity)
		}
		line.Voided += part.Quantity
	}
	var voided []order.Part
	var movements []stock.Movement
	step := strconv.Itoa(next.Version)
	for i := range next.Lines { // one movement a line and account, however often the line was named: that is its identifier
		line := &next.Lines[i]
		units := line.Voided - f.Lines[i].Voided
		if units == 0 {
			continue
		}
		voided = append(voided, order.Part{Line: line.Line, SKU: line.SKU, Quantity: units})
		packed := max(line.Picked-line.Live(), 0)
		line.Picked -= packed
		if units > packed {
			movements = append(movements, f.movement("voided-"+step, *line, units-packed, stock.Released,
				stock.Account{Kind: stock.Allocated}, stock.Account{Kind: stock.Available}, now))
		}
		if packed > 0 {
			movements = append(movements, f.movement("voided-packed-"+step, *line, packed, stock.Released,
				stock.Account{Kind: stock.Picked}, stock.Account{Kind: stock.Available}, now))
		}
	}
	if len(next.liveParts()) == 0 {
		next.Stage = order.VoidedStage
	}
	return next, voided, movements, nil
}

// step returns a copy one version on, whose lines may be changed.
func (f Fulfillment) step(to order.Stage, now time.Time) Fulfillment {
	lines := make([]Line, len(f.Lines))
	copy(lines, f.Lines)
	f.Lines, f.Stage, f.ChangedAt = lines, to, now
	f.Version++
	return f
}

func (f Fulfillment) liveParts() []order.Part {
	var parts []order.Part
	for _, line := range f.Lines {
		if line.Live() > 0 {
			parts = append(parts, order.Part{Line: line.Line, SKU: line.SKU, Quantity: line.Live()})
		}
	}
	return parts
}

func (f *Fulfillment) line(number int) *Line {
	for i := range f.Lines {
		if f.Lines[i].Line == number {
			return &f.Lines[i]
		}
	}
	return nil
}

// move books every live unit of the fulfillment from one account to another.
func (f Fulfillment) move(cause string, reason stock.Reason, from, to stock.Account, now time.Time) []stock.Movement {
	movements := make([]stock.Movement, 0, len(f.Lines))
	for _, line := range f.Lines {
		if line.Live() > 0 {
			movements = append(movements, f.movement(cause, line, line.Live(), reason, from, to, now))
		}
	}
	return movements
}

// pick takes off the shelf what is not yet in the packing area.
func (f Fulfillment) pick(now time.Time) []stock.Movement {
	var movements []stock.Movement
	for i := range f.Lines {
		line := &f.Lines[i]
		if units := line.Live() - line.Picked; units > 0 {
			movements = append(movements, f.movement("picked", *line, units, stock.PickedFor,
				stock.Account{Kind: stock.Allocated}, stock.Account{Kind: stock.Picked}, now))
		}
		line.Picked = line.Live()
	}
	return movements
}

// movement names itself after the step, so that a step taken twice books once.
func (f Fulfillment) movement(cause string, line Line, units int64, reason stock.Reason, from, to stock.Account, now time.Time) stock.Movement {
	return stock.Movement{
		ID: id.Movement{UUID: id.Beside(f.ID.UUID, cause+"/"+strconv.Itoa(line.Line))},
		At: now, SKU: line.SKU, Quantity: units, From: from, To: to, Reason: reason,
		Order: f.Order, Line: line.Line, Cause: cause,
	}
}
