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
	"crossdock/site/books"
)

// askReturn announces units to the warehouses that shipped them. Nothing is
// refunded before they have come back and were looked at.
func (s *state) askReturn(ctx context.Context, c AskReturn) ([]Return, error) {
	if _, known, err := s.repeated(ctx, c.Key); err != nil {
		return nil, err
	} else if known {
		return s.returnsOf(ctx, c.Order)
	}
	if err := catalog.CheckLine("reason", c.Reason, 1, maxReason); err != nil {
		return nil, err
	}
	o, err := s.orderOf(ctx, c.Order, c.By)
	if err != nil {
		return nil, err
	}
	earlier, err := s.returnsOf(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	returns, err := s.shareReturn(o, earlier, c)
	if err != nil {
		return nil, err
	}
	for _, r := range returns {
		if err := s.requestReturn(r, o.Number); err != nil {
			return nil, err
		}
	}
	s.changes.Returns = append(s.changes.Returns, returns...)
	s.change(&o)
	s.save(o, s.books.Site(), "return-asked", "units are to come back: "+c.Reason)
	s.notify(o, fmt.Sprintf("return-asked/%d", o.Version),
		fmt.Sprintf("We expect what you send back of your order %d. You get your money when it is here.", o.Number))
	s.remember(c.Key, o.ID.String())
	return returns, nil
}

// requestReturn tells the warehouse that shipped them what units come back.
func (s *state) requestReturn(r Return, number int64) error {
	return s.books.Say(r.Warehouse, r.Order.String(), event.ReturnRequested{
		Order: r.Order, Fulfillment: r.Fulfillment, Return: r.ID, Number: number, Parts: r.parts(), Reason: r.Reason,
	}, s.now)
}

// shareReturn spreads the units over the fulfillments that have shipped them.
func (s *state) shareReturn(o order.Order, earlier []Return, c AskReturn) ([]Return, error) {
	if len(c.Lines) == 0 {
		return nil, fault.At("lines", fault.Invalid, "the return has no lines")
	}
	var returns []Return
	for _, back := range c.Lines {
		if err := order.CheckQuantity("lines", back.Units); err != nil {
			return nil, err
		}
		left := back.Units
		for i := range o.Fulfillments {
			f := &o.Fulfillments[i]
			units := min(left, returnable(f, append(slices.Clone(earlier), returns...), back.Line))
			if units <= 0 {
				continue
			}
			left -= units
			returns = s.addReturn(returns, o, f, c.Reason, back.Line, units)
		}
		if left > 0 {
			return nil, fault.At("lines", fault.Conflict, "line %d of order %d has %d units that can come back, not %d",
				back.Line, o.Number, back.Units-left, back.Units)
		}
	}
	return returns, nil
}

// returnable counts the units of a line that were sent and are not on their way back.
func returnable(f *order.Fulfillment, earlier []Return, line int) int64 {
	if f.Stage != order.SentStage && f.Stage != order.DeliveredStage {
		return 0
	}
	var units int64
	for _, part := range f.Lines {
		if part.Line == line {
			units += part.Live() - part.Returned
		}
	}
	for _, r := range earlier {
		for _, back := range r.Lines {
			if r.Fulfillment == f.ID && back.Line == line {
				units -= back.Quantity - back.Received
			}
		}
	}
	return units
}

func (s *state) addReturn(returns []Return, o order.Order, f *order.Fulfillment, reason string, line int, units int64) []Return {
	i := slices.IndexFunc(returns, func(r Return) bool { return r.Fulfillment == f.ID })
	if i < 0 {
		i = len(returns)
		returns = append(returns, Return{
			ID: s.IDs.New(), Order: o.ID, Fulfillment: f.ID, Warehouse: f.Warehouse, Reason: reason, AskedAt: s.now, ChangedAt: s.now,
		})
	}
	r := &returns[i]
	for j := range r.Lines {
		if r.Lines[j].Line == line {
			r.Lines[j].Quantity += units
			return returns
		}
	}
	r.Lines = append(r.Lines, ReturnLine{Line: line, SKU: o.Line(line).SKU, Quantity: units})
	return returns
}

// returnsOf returns what of an order comes back, as this batch sees it.
func (s *state) returnsOf(ctx context.Context, which id.Order) ([]Return, error) {
	var returns []Return
	if s.Records != nil {
		stored, err := s.Records.Returns(ctx, which)
		if err != nil {
			return nil, books.Own(err)
		}
		returns = stored
	}
	for _, changes := range s.staging() {
		for _, changed := range changes.Returns {
			if changed.Order != which {
				continue
			}
			if i := slices.IndexFunc(returns, func(r Return) bool { return r.ID == changed.ID }); i >= 0 {
				returns[i] = changed
			} else {
				returns = append(returns, changed)
			}
		}
	}
	return returns, nil
}

// returnOf finds the return that a warehouse speaks of: its own.
func (s *state) returnOf(ctx context.Context, from id.Site, which id.Order, want id.UUID) (Return, error) {
	returns, err := s.returnsOf(ctx, which)
	if err != nil {
		return Return{}, err
	}
	for _, r := range returns {
		if r.ID == want && r.Warehouse == from {
			r.Lines = slices.Clone(r.Lines)
			return r, nil
		}
	}
	return Return{}, fault.New(fault.NotFound, "there is no return %s to %s", want, from)
}

// returnReceived takes note of units that are back, and lie in quarantine.
func (s *state) returnReceived(ctx context.Context, from id.Site, m event.ReturnReceived) error {
	r, err := s.returnOf(ctx, from, m.Order, m.Return)
	if err != nil {
		return err
	}
	o, err := s.order(ctx, m.Order)
	if err != nil {
		return err
	}
	var fresh []order.Part
	for i := range r.Lines {
		line := &r.Lines[i]
		if more := sumOf(m.Parts, line.Line) - line.Received; more > 0 {
			line.Received += more
			fresh = append(fresh, order.Part{Line: line.Line, SKU: line.SKU, Quantity: more})
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	before := o.Status
	if o, err = order.Return(o, r.Fulfillment, fresh, s.now); err != nil {
		return err
	}
	s.saveReturn(r)
	s.save(o, from, "returned", fmt.Sprintf("%s has %s back", from, counted(unitsOf(fresh))))
	name := fmt.Sprintf("returned/%d", o.Version)
	if o.Status != before {
		name = string(o.Status)
	}
	s.notify(o, name, fmt.Sprintf("We have what you sent back of your order %d, and look at it now.", o.Number))
	return nil
}

// returnInspected refunds what was looked at.
func (s *state) returnInspected(ctx context.Context, from id.Site, m event.ReturnInspected) error {
	r, err := s.returnOf(ctx, from, m.Order, m.Return)
	if err != nil {
		return err
	}
	o, err := s.order(ctx, m.Order)
	if err != nil {
		return err
	}
	var fresh []order.Part
	for i := range r.Lines {
		line := &r.Lines[i]
		more := sumOf(m.Good, line.Line) - line.Good + sumOf(m.Damaged, line.Line) - line.Damaged
		line.Good, line.Damaged = sumOf(m.Good, line.Line), sumOf(m.Damaged, line.Line)
		if more > 0 {
			fresh = append(fresh, order.Part{Line: line.Line, SKU: line.SKU, Quantity: more})
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	s.saveReturn(r)
	steps := len(s.changes.Transactions)
	if err := s.settleMoney(ctx, o); err != nil {
		return err
	}
	refunded := len(s.changes.Transactions) > steps
	s.change(&o)
	s.save(o, from, "inspected", fmt.Sprintf("%s has looked at %s that came back", from, counted(unitsOf(fresh))))
	if refunded {
		s.notify(o, fmt.Sprintf("refunded/%d", o.Version), fmt.Sprintf("You get your money back for what you returned of your order %d.", o.Number))
	} else { // nothing was taken for it
		s.notify(o, fmt.Sprintf("inspected/%d", o.Version), fmt.Sprintf("We have looked at what you returned of your order %d.", o.Number))
	}
	return nil
}

func (s *state) saveReturn(r Return) {
	r.ChangedAt = s.now
	s.changes.Returns = append(s.changes.Returns, r)
}

func sumOf(parts []order.Part, line int) int64 {
	var units int64
	for _, part := range parts {
		if part.Line == line {
			units += part.Quantity
		}
	}
	return units
}

// orderOf returns an order that somebody may speak of: a customer's own, or any to
// the staff.
func (s *state) orderOf(ctx context.Context, which id.Order, by id.User) (order.Order, error) {
	o, err := s.order(ctx, which)
	if err != nil {
		return o, err
	}
	if !by.IsZero() && o.Customer != by {
		return order.Order{}, fault.New(fault.NotFound, "there is no order %s", which)
	}
	return o, nil
}

func unitsOf(parts []order.Part) int64 {
	var units int64
	for _, part := range parts {
		units += part.Quantity
	}
	return units
}
