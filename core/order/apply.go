package order

import (
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// News is what a warehouse says about a fulfillment.
type News struct {
	Fulfillment id.Fulfillment
	To          Stage
	Version     int
	At          time.Time
	Voided      []Part // units called off by this step: Line and Quantity
}

// Apply returns the order after a warehouse's news. News that the order has
// already, by version, returns it unchanged and false. A step that the tables
// do not know, or more units called off than there are, is fault.Conflict; an
// unknown fulfillment is fault.NotFound. With an error comes the order as it was.
//
// Units that were called off only to be moved to another warehouse wait, for no
// warehouse, until Fill gives them to one.
func Apply(o Order, news News) (Order, bool, error) {
	after, changed, err := apply(o.Clone(), news)
	if err != nil || !changed {
		return o.Clone(), false, err
	}
	return after, true, nil
}

// apply changes o in place, and may leave it half changed with an error.
func apply(o Order, news News) (Order, bool, error) {
	f := o.Fulfillment(news.Fulfillment)
	if f == nil {
		return o, false, fault.New(fault.NotFound, "order %s has no fulfillment %s", o.ID, news.Fulfillment)
	}
	if news.Version <= f.Version {
		return o, false, nil
	}
	if news.To != f.Stage {
		if err := CheckStage(f.Stage, news.To); err != nil {
			return o, false, err
		}
	}
	for _, part := range news.Voided {
		if err := void(&o, f, part); err != nil {
			return o, false, err
		}
	}
	f.Stage, f.Version, f.ChangedAt = news.To, news.Version, news.At
	to := Fold(o)
	if to != o.Status {
		if err := CheckStatus(o.Status, to); err != nil {
			return o, false, err
		}
		o.Status = to
	}
	o.ChangedAt = news.At
	o.Version++
	return o, true, nil
}

func void(o *Order, f *Fulfillment, voided Part) error {
	part, line := f.part(voided.Line), o.Line(voided.Line)
	if part == nil {
		return fault.New(fault.Conflict, "fulfillment %s has no line %d", f.ID, voided.Line)
	}
	if line == nil || voided.Quantity < 1 || voided.Quantity > part.Live() {
		return fault.New(fault.Conflict, "line %d of fulfillment %s cannot void %d units of %d",
			voided.Line, f.ID, voided.Quantity, part.Live())
	}
	moved := min(voided.Quantity, part.Moving)
	part.Voided += voided.Quantity
	part.Asked = max(part.Asked-voided.Quantity, 0)
	part.Moving -= moved
	line.Voided += voided.Quantity - moved
	if moved > 0 { // in nobody's hands, until Fill gives it to another warehouse
		o.wait(Wait{Line: part.Line, SKU: part.SKU, Quantity: moved})
	}
	return nil
}

// Fold returns the status that the fulfillments add up to: as far as the
// slowest live one; backordered while units wait to come in; voided where nothing
// is live and nothing waits; returned where all that is live was sent and has come
// back, which is for good.
func Fold(o Order) Status {
	slowest, live := 3, false
	for _, f := range o.Fulfillments {
		if f.Stage == VoidedStage {
			continue
		}
		live = true
		slowest = min(slowest, f.Stage.rank())
	}
	switch {
	case len(o.Waiting) > 0:
		return Backordered
	case o.Status == Returned:
		return Returned
	case !live:
		return Voided
	case slowest >= SentStage.rank() && everythingBack(o):
		return Returned
	default:
		return [...]Status{Placed, Ready, Sent, Delivered}[slowest]
	}
}

// Return books units of a fulfillment that came back from the customer, by line.
// It is allowed once that fulfillment was sent; when everything sent has come
// back, and nothing is still to be sent, the order is returned. More than was
// sent is fault.Conflict, a line or fulfillment that is not there fault.NotFound.
// With an error comes the order as it was.
func Return(o Order, which id.Fulfillment, parts []Part, at time.Time) (Order, error) {
	before := o
	o = o.Clone()
	f := o.Fulfillment(which)
	if f == nil {
		return o, fault.New(fault.NotFound, "order %s has no fulfillment %s", o.ID, which)
	}
	if f.Stage != SentStage && f.Stage != DeliveredStage {
		return o, fault.New(fault.Conflict, "units that are %s cannot be returned: call them off instead", f.Stage)
	}
	for _, back := range parts {
		part, line := f.part(back.Line), o.Line(back.Line)
		if part == nil || line == nil {
			return before.Clone(), fault.New(fault.NotFound, "fulfillment %s has no line %d", f.ID, back.Line)
		}
		if out := part.Live() - part.Returned; back.Quantity < 1 || back.Quantity > out {
			return before.Clone(), fault.New(fault.Conflict, "line %d has %d units out, %d cannot come back", back.Line, out, back.Quantity)
		}
		part.Returned += back.Quantity
		line.Returned += back.Quantity
	}
	return o.settle(before, at)
}

func (f *Fulfillment) part(line int) *Part {
	for i := range f.Lines {
		if f.Lines[i].Line == line {
			return &f.Lines[i]
		}
	}
	return nil
}

// everythingBack reports whether units came back, and none of those that were not
// called off is still out.
func everythingBack(o Order) bool {
	back := false
	for _, line := range o.Lines {
		if line.Quantity-line.Voided-line.Returned > 0 {
			return false
		}
		back = back || line.Returned > 0
	}
	return back
}
