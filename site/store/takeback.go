package store

import (
	"context"
	"fmt"
	"slices"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/site/books"
)

// takeBack books a cancellation that happened elsewhere.
func (s *state) takeBack(ctx context.Context, c TakeBack) (TakenBack, error) {
	if _, known, err := s.repeated(ctx, c.Key); err != nil || known {
		return TakenBack{Repeat: known}, err
	}
	claims, err := s.match(ctx, c)
	if err != nil {
		return TakenBack{}, err
	}
	byOrder := map[id.Order][]Claim{}
	var sequence []id.Order
	for _, claim := range claims {
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

// match walks through a customer's orders, newest first, until Match has found what
// it looks for. A claim on no order is units that it has not found yet, and so is
// having found nothing: then it is shown the orders that it has claimed of so far,
// with the next page. So never more orders are kept than are claimed of, and a page.
func (s *state) match(ctx context.Context, c TakeBack) ([]Claim, error) {
	var before id.Order
	orders, err := s.stagedOf(ctx, c.Customer)
	if err != nil {
		return nil, err
	}
	known := make(map[id.Order]bool, len(orders))
	for _, o := range orders {
		known[o.ID] = true // it may be in the database by now
	}
	for {
		page, next, err := s.pageOf(ctx, c.Customer, before, known)
		if err != nil {
			return nil, err
		}
		orders = append(orders, page...)
		claims := c.Match(orders)
		found := slices.DeleteFunc(slices.Clone(claims), func(claim Claim) bool { return claim.Order.IsZero() })
		if next.IsZero() || len(found) > 0 && len(found) == len(claims) {
			return found, nil
		}
		before = next
		orders = slices.DeleteFunc(orders, func(o order.Order) bool {
			return !slices.ContainsFunc(found, func(claim Claim) bool { return claim.Order == o.ID })
		})
	}
}

// stagedOf returns a customer's orders that may not be in the database yet, newest
// first.
func (s *state) stagedOf(ctx context.Context, customer id.User) ([]order.Order, error) {
	if customer.IsZero() {
		return nil, nil // guests: nothing says which of them
	}
	var orders []order.Order
	for _, changes := range slices.Backward(s.staging()) {
		for _, inserted := range slices.Backward(changes.Orders) {
			if inserted.Customer != customer {
				continue
			}
			o, err := s.order(ctx, inserted.ID)
			if err != nil {
				return nil, err
			}
			orders = append(orders, o)
		}
	}
	return orders, nil
}

// pageOf returns the next page of a customer's orders that can give anything back,
// but for those that are known, and where the page after it begins.
func (s *state) pageOf(ctx context.Context, customer id.User, before id.Order, known map[id.Order]bool) ([]order.Order, id.Order, error) {
	const limit = 100
	if customer.IsZero() {
		return nil, id.Order{}, nil
	}
	page, err := s.Queries.Orders(ctx, OrderQuery{Customer: customer, Before: before, Limit: limit})
	if err != nil {
		return nil, id.Order{}, books.Own(err)
	}
	var orders []order.Order
	for _, head := range page.Orders {
		if known[head.ID] || head.Status.Final() {
			continue
		}
		o, err := s.order(ctx, head.ID)
		if err != nil {
			return nil, id.Order{}, err
		}
		orders = append(orders, o)
	}
	return orders, page.Next, nil
}

// taking is units being taken back out of one order.
type taking struct {
	order            order.Order
	earlier          []Return       // that the customer has announced; looked up when units were sent
	void, back       [][]order.Part // by fulfillment
	voided, returned int64
}

// takeFrom takes the claims on one order. What no warehouse was asked for is called
// off at once, what is still at one is asked for, and what was sent is announced as
// a return.
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
		left = t.claim(claim.Line, left, unheard)
		left = t.claim(claim.Line, left, atWarehouse)
		if left, err = s.takeMoving(t, claim.Line, left); err != nil {
			return nil, err
		}
		if left > 0 && t.earlier == nil {
			if t.earlier, err = s.returnsOf(ctx, which); err != nil {
				return nil, err
			}
		}
		left = t.claim(claim.Line, left, onItsWay)
		if left > 0 {
			return nil, fault.New(fault.Conflict, "line %d of order %d has %d units to take back, not %d",
				claim.Line, o.Number, claim.Units-left, claim.Units)
		}
	}
	if err := s.sayTakeBack(t, c); err != nil {
		return nil, err
	}
	if err := s.dropUnasked(t); err != nil {
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

// whereabouts tells how far a fulfillment is, to those who want units of it back.
type whereabouts int

const (
	unheard     whereabouts = iota // its warehouse does not know of it
	atWarehouse                    // which has the last word
	onItsWay                       // to the customer, or there
)

func whereaboutsOf(f *order.Fulfillment) whereabouts {
	switch {
	case f.Unasked:
		return unheard
	case f.Stage == order.SentStage || f.Stage == order.DeliveredStage:
		return onItsWay
	}
	return atWarehouse
}

// claim notes units of a line at the fulfillments that are so far, and returns how
// many are left to find.
func (t *taking) claim(line int, left int64, at whereabouts) int64 {
	for i := range t.order.Fulfillments {
		f := &t.order.Fulfillments[i]
		if whereaboutsOf(f) != at {
			continue
		}
		for j := range f.Lines {
			part := &f.Lines[j]
			here := part.Live() - part.Asked
			if at == onItsWay {
				here = returnable(f, t.earlier, line) - sumOf(t.back[i], line)
			}
			units := min(left, here)
			if part.Line != line || units <= 0 {
				continue
			}
			left -= units
			taken := order.Part{Line: part.Line, SKU: part.SKU, Quantity: units}
			if at == onItsWay {
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

// takeMoving takes units back that a warehouse is asked to let go of for another
// one, and returns how many are left to find. They are asked for already, so it is
// not asked again; but the other warehouse is not to ship them.
func (s *state) takeMoving(t *taking, line int, left int64) (int64, error) {
	for i := range t.order.Fulfillments {
		f := &t.order.Fulfillments[i]
		for j := range f.Lines {
			part := &f.Lines[j]
			units := min(left, part.Moving)
			if part.Line != line || units == 0 {
				continue
			}
			err := s.books.Book(s.movement(part.SKU, units, stock.ReservedAt(f.MoveTo), stock.HeldAt(f.MoveTo),
				stock.Released, t.order.ID, part.Line, "not moved"))
			if err != nil {
				return left, err
			}
			part.Moving -= units
			t.voided += units
			left -= units
			if !slices.ContainsFunc(f.Lines, func(p order.Part) bool { return p.Moving > 0 }) {
				f.MoveTo = ""
			}
		}
	}
	return left, nil
}

// dropUnasked calls off what was claimed where no warehouse was asked yet. Its
// quota is free again, but for the rest, which is promised under a new name.
func (s *state) dropUnasked(t *taking) error {
	dropped := false
	for i, parts := range t.void {
		f := t.order.Fulfillments[i]
		if !f.Unasked || len(parts) == 0 {
			continue
		}
		o, rest, err := order.DropParts(t.order, f.ID, parts, s.fulfillmentID(t.order, f.Warehouse), s.now)
		if err != nil {
			return err
		}
		if err := s.rebook(o, f, rest); err != nil {
			return err
		}
		t.order, dropped = o, true
	}
	if dropped {
		t.order.Promise = s.promised(t.order, s.districts[t.order.Address.District])
	}
	return nil
}

// rebook frees the quota of a fulfillment that is called off, and promises the rest
// of it anew.
func (s *state) rebook(o order.Order, f order.Fulfillment, rest []order.Part) error {
	promised, held := stock.PromisedAt(f.Warehouse), stock.HeldAt(f.Warehouse)
	for _, part := range f.Lines {
		if part.Live() == 0 {
			continue
		}
		if err := s.books.Book(s.movement(part.SKU, part.Live(), promised, held, stock.Released, o.ID, part.Line, "called off")); err != nil {
			return err
		}
	}
	for _, part := range rest {
		if err := s.books.Book(s.movement(part.SKU, part.Quantity, held, promised, stock.AllocatedTo, o.ID, part.Line, "kept")); err != nil {
			return err
		}
	}
	return nil
}

func (s *state) sayTakeBack(t *taking, c TakeBack) error {
	o := t.order
	for i := range o.Fulfillments {
		f := o.Fulfillments[i]
		if len(t.void[i]) > 0 && !f.Unasked {
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
