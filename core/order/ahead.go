package order

import (
	"slices"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// Filling gives units that wait to a fulfillment.
type Filling struct {
	Line      int
	Incoming  id.Site // the Warehouse of the Wait
	Units     int64
	Into      id.Fulfillment // one that was not asked for yet, or a new one
	Warehouse id.Site        // of a new one
	Promise   Promise        // of its parcel
}

// Fill serves units that wait out of stock. Fewer units waiting than filled, or a
// fulfillment that its warehouse knows already, is fault.Conflict. The order goes
// on as it would have: when nothing waits any more it is placed. With an error
// comes the order as it was.
func Fill(o Order, filling Filling, at time.Time) (Order, error) {
	before := o
	o = o.Clone()
	sku, err := o.take(filling.Line, filling.Incoming, filling.Units)
	if err != nil {
		return before.Clone(), err
	}
	f := o.Fulfillment(filling.Into)
	if f == nil {
		o.Fulfillments = append(o.Fulfillments, Fulfillment{
			ID: filling.Into, Warehouse: filling.Warehouse, Stage: Requested, Unasked: true,
		})
		f = &o.Fulfillments[len(o.Fulfillments)-1]
	}
	if !f.Unasked || f.Stage != Requested || f.Warehouse != filling.Warehouse {
		return before.Clone(), fault.New(fault.Conflict, "fulfillment %s is %s's already", f.ID, f.Warehouse)
	}
	f.ChangedAt, f.Promise = at, filling.Promise
	f.add(Part{Line: filling.Line, SKU: sku, Quantity: filling.Units})
	return o.settle(before, at)
}

func (f *Fulfillment) add(more Part) {
	if part := f.part(more.Line); part != nil {
		part.Quantity += more.Quantity
		return
	}
	f.Lines = append(f.Lines, more)
}

// DropWaiting calls units off that wait. Fewer of them is fault.Conflict. With an
// error comes the order as it was.
func DropWaiting(o Order, line int, incoming id.Site, units int64, at time.Time) (Order, error) {
	before := o
	o = o.Clone()
	if _, err := o.take(line, incoming, units); err != nil {
		return before.Clone(), err
	}
	o.Line(line).Voided += units
	return o.settle(before, at)
}

// DropUnasked calls off the fulfillments that no warehouse was asked for yet, and
// returns them as they were. Where there is none it changes nothing.
func DropUnasked(o Order, at time.Time) (Order, []Fulfillment, error) {
	before := o
	o = o.Clone()
	var dropped []Fulfillment
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		if !f.Unasked || f.Stage != Requested {
			continue
		}
		dropped = append(dropped, before.Fulfillments[i])
		f.Stage, f.Unasked, f.ChangedAt = VoidedStage, false, at
		for j := range f.Lines {
			part := &f.Lines[j]
			o.Line(part.Line).Voided += part.Live()
			part.Voided, part.Asked, part.Moving = part.Quantity, 0, 0
		}
	}
	if dropped == nil {
		return o, nil, nil
	}
	after, err := o.settle(before, at)
	if err != nil {
		dropped = nil
	}
	return after, dropped, err
}

// DropParts calls units off at a fulfillment that no warehouse was asked for yet.
// What is left of it goes to a new one, named rest, and comes back as that one's
// parts: a warehouse is asked for parts as they stand, so that both sites tell the
// same of them. More units than there are, or a fulfillment that its warehouse
// knows, is fault.Conflict. With an error comes the order as it was.
func DropParts(o Order, which id.Fulfillment, parts []Part, rest id.Fulfillment, at time.Time) (Order, []Part, error) {
	before := o
	o = o.Clone()
	f := o.Fulfillment(which)
	if f == nil || !f.Unasked || f.Stage != Requested {
		return before.Clone(), nil, fault.New(fault.Conflict, "order %s has no fulfillment %s that is still to be asked for", o.ID, which)
	}
	for _, off := range parts {
		part, line := f.part(off.Line), o.Line(off.Line)
		if part == nil || line == nil || off.Quantity < 1 || off.Quantity > part.Live() {
			return before.Clone(), nil, fault.New(fault.Conflict, "line %d of fulfillment %s has no %d units to call off", off.Line, which, off.Quantity)
		}
		part.Voided += off.Quantity
		line.Voided += off.Quantity
	}
	next := *f
	next.ID, next.ChangedAt, next.Lines = rest, at, nil
	for i := range f.Lines {
		part := &f.Lines[i]
		if left := part.Live(); left > 0 {
			next.Lines = append(next.Lines, Part{Line: part.Line, SKU: part.SKU, Quantity: left})
		}
		part.Voided, part.Asked = part.Quantity, 0
	}
	f.Stage, f.Unasked, f.ChangedAt = VoidedStage, false, at
	if len(next.Lines) > 0 {
		o.Fulfillments = append(o.Fulfillments, next)
	}
	after, err := o.settle(before, at)
	if err != nil {
		return after, nil, err
	}
	return after, slices.Clone(next.Lines), nil
}

// wait lets units wait, with those of the same line and warehouse.
func (o *Order) wait(more Wait) {
	for i := range o.Waiting {
		if w := &o.Waiting[i]; w.Line == more.Line && w.Warehouse == more.Warehouse {
			w.Quantity += more.Quantity
			return
		}
	}
	o.Waiting = append(o.Waiting, more)
}

// take removes units of a line from those that wait, and returns their SKU.
func (o *Order) take(line int, incoming id.Site, units int64) (id.SKU, error) {
	if units < 1 {
		return "", fault.New(fault.Invalid, "%d units cannot be taken from those that wait", units)
	}
	for i := range o.Waiting {
		wait := &o.Waiting[i]
		if wait.Line != line || wait.Warehouse != incoming || wait.Quantity < units {
			continue
		}
		sku := wait.SKU
		if wait.Quantity -= units; wait.Quantity == 0 {
			o.Waiting = slices.Delete(o.Waiting, i, i+1)
		}
		return sku, nil
	}
	return "", fault.New(fault.Conflict, "line %d of order %s has no %d units that wait", line, o.ID, units)
}

// settle gives the order the status that its parts add up to.
func (o Order) settle(before Order, at time.Time) (Order, error) {
	if to := Fold(o); to != before.Status {
		if err := CheckStatus(before.Status, to); err != nil {
			return before.Clone(), err
		}
		o.Status = to
	}
	o.ChangedAt = at
	o.Version++
	return o, nil
}

// WaitingOf returns the units of a line that wait.
func (o *Order) WaitingOf(line int) int64 {
	var units int64
	for _, wait := range o.Waiting {
		if wait.Line == line {
			units += wait.Quantity
		}
	}
	return units
}
