package store

import (
	"context"
	"fmt"
	"slices"

	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// AskAgain is the command that asks a warehouse once more for fulfillments of which it
// has never heard, since the request was skipped there. Its answer is how many. What
// the warehouse has taken, or is not to be asked for, is fault.Conflict.
type AskAgain struct {
	Warehouse    id.Site
	Fulfillments []event.FulfillmentName
}

func (s *state) askAgainFor(ctx context.Context, c AskAgain) (int, error) {
	type asked struct {
		order order.Order
		which id.Fulfillment
	}
	var all []asked
	for _, name := range c.Fulfillments {
		o, err := s.order(ctx, name.Order)
		if err != nil {
			return 0, err
		}
		o = o.Clone()
		if i := slices.IndexFunc(all, func(a asked) bool { return a.order.ID == o.ID }); i >= 0 {
			return 0, fault.New(fault.Invalid, "order %d is named twice: ask for one part of it at a time", o.Number)
		}
		f := o.Fulfillment(name.Fulfillment)
		if f == nil || f.Warehouse != c.Warehouse {
			return 0, fault.New(fault.NotFound, "order %d has no fulfillment %s at %s", o.Number, name.Fulfillment, c.Warehouse)
		}
		if f.Stage != order.Requested || f.Version > 0 || f.Unasked {
			return 0, fault.New(fault.Conflict, "fulfillment %s is %s: %s has taken it, or is not to be asked for it", f.ID, f.Stage, c.Warehouse)
		}
		if err := s.request(&o, f); err != nil {
			return 0, err
		}
		all = append(all, asked{o, f.ID})
	}
	for _, a := range all {
		s.change(&a.order)
		s.save(a.order, s.books.Site(), "asked", fmt.Sprintf("%s was asked once more: it has not heard of it", c.Warehouse))
	}
	return len(all), nil
}

// DropQuota is the command that takes units out of the store's books which the
// warehouse does not set aside for it: free ones alone, of stock or of what is
// announced. It makes nothing that could be sold. It has no answer; where fewer are
// free it is fault.Short.
type DropQuota struct {
	Warehouse id.Site
	SKU       id.SKU
	Units     int64
	Incoming  bool
	Reason    string // required; it stands with the movement
}

func (s *state) dropQuota(c DropQuota) error {
	if s.books.Recovering(c.Warehouse) {
		return fault.New(fault.Conflict, "the store was restored from a backup and waits for %s to tell what it has lost", c.Warehouse)
	}
	if c.Units < 1 {
		return fault.At("units", fault.Invalid, "there is nothing to take off: %d units", c.Units)
	}
	if err := catalog.CheckLine("reason", c.Reason, 1, 200); err != nil {
		return err
	}
	from, to := stock.HeldAt(c.Warehouse), stock.GranterAt(c.Warehouse)
	if c.Incoming {
		from, to = stock.IncomingAt(c.Warehouse), stock.IncomingGranterAt(c.Warehouse)
	}
	return s.books.Book(s.movement(c.SKU, c.Units, from, to, stock.Returned, id.Order{}, 0, "drift: "+c.Reason))
}

// repaired takes over a fulfillment that its warehouse tells although nobody has asked:
// the two were found to differ while nothing was under way. What cannot be taken over
// is written into the order's history, and nothing of it is changed.
func (s *state) repaired(ctx context.Context, from id.Site, known event.FulfillmentState) error {
	o, err := s.order(ctx, known.Order)
	if fault.Is(err, fault.NotFound) {
		if o, err = s.remade(ctx, from, known); err != nil {
			return err
		}
		return s.found(ctx, from, o, known)
	}
	if err != nil {
		return err
	}
	err = s.whole(func() error {
		if o.Fulfillment(known.Fulfillment) == nil {
			return s.found(ctx, from, o.Clone(), known)
		}
		return s.mend(ctx, from, o.Clone(), known)
	})
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Short) {
		message, _ := fault.Public(err)
		s.change(&o)
		s.save(o, from, "not-repaired", message)
		return nil
	}
	return err
}

// found adds a fulfillment to its order again of which the row was lost. Its movements
// were not: a ledger is never cut.
func (s *state) found(ctx context.Context, from id.Site, o order.Order, known event.FulfillmentState) error {
	f := order.Fulfillment{ID: known.Fulfillment, Warehouse: from, Stage: known.Stage, Version: known.Version, ChangedAt: s.now}
	for _, line := range known.Lines {
		own := o.Line(line.Line)
		if own == nil {
			return fault.New(fault.Conflict, "order %d has no line %d, of which %s ships a part", o.Number, line.Line, from)
		}
		units := line.Quantity - line.Voided
		if short := units - unaccounted(&o, line.Line); short > 0 { // the order was lost with it
			if short > own.Voided {
				return fault.New(fault.Conflict, "line %d of order %d is shipped by another warehouse already, and by %s", line.Line, o.Number, from)
			}
			own.Voided -= short
		}
		own.Returned = max(own.Returned, line.Returned)
		f.Lines = append(f.Lines, order.Part{Line: line.Line, SKU: line.SKU, Quantity: line.Quantity, Voided: line.Voided, Returned: line.Returned})
		o.Fulfillments = withPart(o.Fulfillments, f)
	}
	return s.saveAs(ctx, from, o, string(from)+" ships a part of it, which the store had lost")
}

// withPart replaces the last fulfillment by f where it is the same one, else adds it.
func withPart(all []order.Fulfillment, f order.Fulfillment) []order.Fulfillment {
	if n := len(all); n > 0 && all[n-1].ID == f.ID {
		all[n-1] = f
		return all
	}
	return append(all, f)
}

// unaccounted returns the units of a line that are nowhere: a row of them was changed.
func unaccounted(o *order.Order, number int) int64 {
	line := o.Line(number)
	units := line.Quantity - line.Voided - o.WaitingOf(number)
	for i := range o.Fulfillments {
		for _, part := range o.Fulfillments[i].Lines {
			if part.Line == number {
				units -= part.Live()
			}
		}
	}
	return units
}

// mend brings a fulfillment to what its warehouse says, also where it has the same
// version. Where the order's own sums do not fit, its rows were changed and its books
// were not: then the rows are put right. Where they fit, a message was lost: then what
// it would have booked is booked.
func (s *state) mend(ctx context.Context, from id.Site, o order.Order, known event.FulfillmentState) error {
	f := o.Fulfillment(known.Fulfillment)
	if f.Warehouse != from {
		return fault.New(fault.Denied, "fulfillment %s is not %s's", f.ID, from)
	}
	if f.MoveTo != "" {
		return fault.New(fault.Conflict, "units of fulfillment %s are being moved to %s", f.ID, f.MoveTo)
	}
	if f.Unasked || calledOffUnasked(f) {
		return fault.New(fault.Conflict, "fulfillment %s is one for which %s was not to be asked", f.ID, from)
	}
	if len(f.Lines) != len(known.Lines) {
		return fault.New(fault.Conflict, "fulfillment %s has %d lines here, and %d at %s", f.ID, len(f.Lines), len(known.Lines), from)
	}
	ships := shipped(known.Stage) && !shipped(f.Stage) && known.Version > f.Version
	if shipped(f.Stage) && !shipped(known.Stage) && known.Version > f.Version {
		return fault.New(fault.Conflict, "fulfillment %s was handed over here, and is %s at %s", f.ID, known.Stage, from)
	}
	for _, line := range known.Lines {
		if err := s.mendLine(from, &o, f, line); err != nil {
			return err
		}
	}
	f.Stage, f.Version, f.ChangedAt = known.Stage, known.Version, s.now
	if !ships {
		return s.saveAs(ctx, from, o, string(from)+" has told what it knows of it")
	}
	if err := s.ship(o, *f); err != nil {
		return err
	}
	if err := s.capture(ctx, o, *f); err != nil {
		return err
	}
	return s.saveAs(ctx, from, o, string(from)+" has told what it knows of it")
}

// mendLine brings one line to what the warehouse says.
func (s *state) mendLine(from id.Site, o *order.Order, f *order.Fulfillment, known event.LineState) error {
	part, line := partOf(f, known.Line), o.Line(known.Line)
	if part == nil || line == nil || part.SKU != known.SKU {
		return fault.New(fault.Conflict, "line %d of fulfillment %s is another one at %s", known.Line, f.ID, from)
	}
	lost := unaccounted(o, known.Line)
	changed := known.Quantity - known.Voided - part.Live()
	if lost != 0 && lost != changed {
		return fault.New(fault.Conflict, "line %d of order %d lacks %d units, and %s knows of %d", known.Line, o.Number, lost, from, changed)
	}
	if lost == 0 && known.Quantity != part.Quantity {
		return fault.New(fault.Conflict, "line %d of fulfillment %s was asked for with %d units, and %s has %d", known.Line, f.ID, part.Quantity, from, known.Quantity)
	}
	if lost == 0 && changed > line.Voided {
		return fault.New(fault.Conflict, "line %d of order %d has %d units called off, and %s knows of %d fewer", known.Line, o.Number, line.Voided, from, changed)
	}
	if lost == 0 && changed != 0 {
		if err := s.bookMended(from, o, known, -changed); err != nil {
			return err
		}
		line.Voided -= changed
	}
	back := known.Returned - part.Returned
	if sum := returnedParts(o, known.Line); line.Returned == sum {
		line.Returned += back
	}
	part.Quantity, part.Voided, part.Returned = known.Quantity, known.Voided, known.Returned
	part.Asked = min(part.Asked, part.Live())
	return nil
}

// bookMended books units that the warehouse has called off and the store has not heard
// of; below zero, units that it has not called off.
func (s *state) bookMended(from id.Site, o *order.Order, line event.LineState, units int64) error {
	promised, granter := stock.PromisedAt(from), stock.GranterAt(from)
	if units > 0 {
		return s.books.Book(s.movement(line.SKU, units, promised, granter, stock.Released, o.ID, line.Line, "drift: called off"))
	}
	return s.books.Book(s.movement(line.SKU, -units, granter, promised, stock.AllocatedTo, o.ID, line.Line, "drift: not called off"))
}

func returnedParts(o *order.Order, number int) (units int64) {
	for i := range o.Fulfillments {
		for _, part := range o.Fulfillments[i].Lines {
			if part.Line == number {
				units += part.Returned
			}
		}
	}
	return units
}

func shipped(stage order.Stage) bool {
	return stage == order.SentStage || stage == order.DeliveredStage
}
