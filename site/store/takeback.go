package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
)

// takeBack books a cancellation that happened elsewhere.
func (s *state) takeBack(ctx context.Context, c TakeBack) (TakenBack, error) {
	if _, known, err := s.repeated(ctx, c.Key); err != nil || known {
		return TakenBack{Repeat: known}, err
	}
	orders, err := s.ordersOf(ctx, c.Customer)
	if err != nil {
		return TakenBack{}, err
	}
	byOrder := map[id.Order][]Claim{}
	var sequence []id.Order
	for _, claim := range c.Match(orders) {
		if byOrder[claim.Order] == nil {
			sequence = append(sequence, claim.Order)
		}
		byOrder[claim.Order] = append(byOrder[claim.Order], claim)
	}
	var taken TakenBack
	changed := make([]order.Order, len(sequence))
	for i, which := range sequence {
		t, err := s.takeFrom(ctx, which, byOrder[which], c)
		if err != nil {
			return TakenBack{}, err
		}
		taken.Voided += t.voided
		taken.Returned += t.returned
		changed[i] = t.order
		if err := s.settleMoney(ctx, t.order); err != nil {
			return TakenBack{}, err
		}
	}
	for _, o := range changed {
		if o.Status == order.Voided {
			o.Unpaid, o.Reason = false, c.Reason
		}
		s.change(&o)
		s.save(o, s.books.Site(), "taken-back", fmt.Sprintf("%s: %s", c.Reason, c.Key.Name))
	}
	s.remember(c.Key, "")
	return taken, nil
}

// ordersOf returns a customer's orders as this batch sees them, newest first.
func (s *state) ordersOf(ctx context.Context, customer id.User) ([]order.Order, error) {
	const most = 100
	if customer.IsZero() {
		return nil, nil
	}
	stored, err := s.Lookups.OrdersOf(ctx, customer, most)
	if err != nil {
		return nil, err
	}
	var orders []order.Order
	seen := map[id.Order]bool{}
	staging := s.staging()
	for _, changes := range slices.Backward(staging) {
		for _, o := range slices.Backward(changes.Orders) {
			if o.Customer == customer {
				stored = append(stored, o)
			}
		}
	}
	slices.SortStableFunc(stored, func(a, b order.Order) int { return cmp.Compare(b.Number, a.Number) })
	for _, o := range stored {
		if seen[o.ID] {
			continue // in the database by now, and in the batch before
		}
		seen[o.ID] = true
		if o, err = s.order(ctx, o.ID); err != nil {
			return nil, err
		}
		orders = append(orders, o)
	}
	return orders, nil
}

// taking is units being taken back out of one order.
type taking struct {
	order            order.Order
	earlier          []Return       // that the customer has announced; looked up when units were sent
	void, back       [][]order.Part // by fulfillment
	voided, returned int64
}

// takeFrom turns claims on one order into requests to its warehouses: what waits to
// come in is called off, what is still there is asked to be, and what was sent is
// announced as a return.
func (s *state) takeFrom(ctx context.Context, which id.Order, claims []Claim, c TakeBack) (*taking, error) {
	o, err := s.order(ctx, which)
	if err != nil {
		return nil, err
	}
	version := o.Version
	t := &taking{order: o, void: make([][]order.Part, len(o.Fulfillments)), back: make([][]order.Part, len(o.Fulfillments))}
	for _, claim := range claims {
		left, err := s.takeWaiting(t, claim)
		if err != nil {
			return nil, err
		}
		left = t.claim(claim.Line, left, false)
		if left > 0 && t.earlier == nil {
			if t.earlier, err = s.returnsOf(ctx, which); err != nil {
				return nil, err
			}
		}
		left = t.claim(claim.Line, left, true)
		if left > 0 {
			return nil, fault.New(fault.Conflict, "line %d of order %d has %d units to take back, not %d",
				claim.Line, o.Number, claim.Units-left, claim.Units)
		}
	}
	if err := s.sayTakeBack(t, c); err != nil {
		return nil, err
	}
	t.order.Version = version // the caller counts the change
	return t, nil
}

// takeWaiting calls off what waits to come in, and returns how much of the claim is left.
func (s *state) takeWaiting(t *taking, claim Claim) (int64, error) {
	o, dropped, err := s.dropUnits(t.order, claim.Line, claim.Units)
	t.order = o
	t.voided += dropped
	return claim.Units - dropped, err
}

// claim notes units of a line at the fulfillments that were sent, or that were
// not, and returns how many are left to find.
func (t *taking) claim(line int, left int64, sent bool) int64 {
	for i := range t.order.Fulfillments {
		f := &t.order.Fulfillments[i]
		if f.Unasked || sent != (f.Stage == order.SentStage || f.Stage == order.DeliveredStage) {
			continue
		}
		for j := range f.Lines {
			part := &f.Lines[j]
			here := part.Live() - part.Asked
			if sent {
				here = returnable(f, t.earlier, line) - sumOf(t.back[i], line)
			}
			units := min(left, here)
			if part.Line != line || units <= 0 {
				continue
			}
			left -= units
			taken := order.Part{Line: part.Line, SKU: part.SKU, Quantity: units}
			if sent {
				t.returned += units
				t.back[i] = addPart(t.back[i], taken)
			} else {
				t.voided += units
				part.Asked += units
				t.void[i] = addPart(t.void[i], taken)
			}
		}
	}
	return left
}

func (s *state) sayTakeBack(t *taking, c TakeBack) error {
	o := t.order
	for i := range o.Fulfillments {
		f := o.Fulfillments[i]
		if len(t.void[i]) > 0 {
			request := event.VoidRequested{Order: o.ID, Fulfillment: f.ID, Parts: t.void[i], Reason: c.Reason}
			if err := s.books.Say(f.Warehouse, o.ID.String(), request, s.now); err != nil {
				return err
			}
		}
		if len(t.back[i]) > 0 {
			if err := s.sayReturned(t, f, t.back[i], c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *state) sayReturned(t *taking, f order.Fulfillment, parts []order.Part, c TakeBack) error {
	which := id.Beside(f.ID.UUID, c.Key.Name)
	if c.Key.Name == "" {
		which = s.IDs.New() // two returns without a key are two returns
	}
	var err error
	if t.order, err = order.Return(t.order, f.ID, parts, s.now); err != nil {
		return err
	}
	return s.books.Say(f.Warehouse, t.order.ID.String(), event.ReturnAnnounced{
		Order: t.order.ID, Fulfillment: f.ID, Return: which, Parts: parts, Reason: c.Reason,
	}, s.now)
}

// addPart names each line once, however many claims there are on it.
func addPart(parts []order.Part, more order.Part) []order.Part {
	for i := range parts {
		if parts[i].Line == more.Line {
			parts[i].Quantity += more.Quantity
			return parts
		}
	}
	return append(parts, more)
}
