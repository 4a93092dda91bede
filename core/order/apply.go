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
	for i := range f.Lines {
		part := &f.Lines[i]
		if part.Line != voided.Line {
			continue
		}
		line := o.Line(part.Line)
		if line == nil || voided.Quantity < 1 || voided.Quantity > part.Live() {
			return fault.New(fault.Conflict, "line %d of fulfillment %s cannot void %d units of %d",
				voided.Line, f.ID, voided.Quantity, part.Live())
		}
		part.Voided += voided.Quantity
		part.Asked = max(part.Asked-voided.Quantity, 0)
		line.Voided += voided.Quantity
		return nil
	}
	return fault.New(fault.Conflict, "fulfillment %s has no line %d", f.ID, voided.Line)
}

// Fold returns the status that the fulfillments add up to: as far as the
// slowest live one, or voided where none is live.
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
	case o.Status == Returned:
		return Returned
	case !live:
		return Voided
	case slowest == 0 && o.Status == Backordered:
		return Backordered
	default:
		return [...]Status{Placed, Ready, Sent, Delivered}[slowest]
	}
}

// Return books units that came back from the customer, by line. It is allowed
// once the order was sent; when everything sent has come back, the order is
// returned. A line that gives back more than was sent is fault.Conflict, one that
// is not there fault.NotFound. With an error comes the order as it was.
func Return(o Order, parts []Part, at time.Time) (Order, error) {
	if o.Status.Final() {
		return o.Clone(), fault.New(fault.Conflict, "an order that is %s cannot be returned", o.Status)
	}
	if o.Status != Sent && o.Status != Delivered {
		return o.Clone(), fault.New(fault.Conflict, "an order that is %s cannot be returned: void it instead", o.Status)
	}
	before := o
	o = o.Clone()
	for _, part := range parts {
		line := o.Line(part.Line)
		if line == nil {
			return before.Clone(), fault.New(fault.NotFound, "order %s has no line %d", o.ID, part.Line)
		}
		if out := line.Quantity - line.Voided - line.Returned; part.Quantity < 1 || part.Quantity > out {
			return before.Clone(), fault.New(fault.Conflict, "line %d has %d units out, %d cannot come back", part.Line, out, part.Quantity)
		}
		line.Returned += part.Quantity
	}
	if everythingBack(o) {
		o.Status = Returned
	}
	o.ChangedAt = at
	o.Version++
	return o, nil
}

func everythingBack(o Order) bool {
	for _, line := range o.Lines {
		if line.Quantity-line.Voided-line.Returned > 0 {
			return false
		}
	}
	return true
}
