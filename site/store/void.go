package store

import (
	"context"
	"fmt"

	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// maxReason is the length limit of the reason of a void.
const maxReason = 200

// void asks the warehouses to call an order off. They have the last word: the
// order is voided when every one of them has said so.
func (s *state) void(ctx context.Context, c VoidOrder) (order.Order, error) {
	if _, known, err := s.repeated(ctx, c.Key); err != nil {
		return order.Order{}, err
	} else if known {
		return s.order(ctx, c.Order)
	}
	if err := catalog.CheckLine("reason", c.Reason, 0, maxReason); err != nil {
		return order.Order{}, err
	}
	o, err := s.order(ctx, c.Order)
	if err != nil {
		return order.Order{}, err
	}
	if !c.By.IsZero() && o.Customer != c.By {
		return order.Order{}, fault.New(fault.NotFound, "there is no order %s", c.Order)
	}
	if err := order.CheckStatus(o.Status, order.Voided); err != nil {
		return order.Order{}, err
	}
	if o.VoidAsked {
		return o, nil
	}
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		for j := range f.Lines {
			f.Lines[j].Asked = f.Lines[j].Live()
		}
		request := event.VoidRequested{Order: o.ID, Fulfillment: f.ID, Reason: c.Reason}
		if err := s.books.Say(f.Warehouse, o.ID.String(), request, s.now); err != nil {
			return order.Order{}, err
		}
	}
	o.VoidAsked, o.Reason = true, c.Reason
	s.change(&o)
	s.save(o, s.books.Site(), "void-asked", "asked "+sites(o)+" to call it off")
	s.remember(c.Key, o.ID.String())
	return o, nil
}

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
	var changed []order.Order
	for _, which := range sequence {
		o, err := s.order(ctx, which)
		if err != nil {
			return TakenBack{}, err
		}
		voided, returned, err := s.takeFrom(&o, byOrder[which], c)
		if err != nil {
			return TakenBack{}, err
		}
		taken.Voided += voided
		taken.Returned += returned
		changed = append(changed, o)
	}
	for _, o := range changed {
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
	for i := len(s.changes.Orders) - 1; i >= 0; i-- {
		if o := s.changes.Orders[i]; o.Customer == customer {
			orders = append(orders, o.Clone())
		}
	}
	for _, o := range stored {
		if changed, ok := s.orders[o.ID]; ok {
			o = changed.Clone()
		}
		orders = append(orders, o)
	}
	return orders, nil
}

// takeFrom turns claims on one order into requests to its warehouses.
func (s *state) takeFrom(o *order.Order, claims []Claim, c TakeBack) (voided, returned int64, err error) {
	sent := o.Status == order.Sent || o.Status == order.Delivered
	perSite := make([][]order.Part, len(o.Fulfillments))
	for _, claim := range claims {
		left := claim.Units
		for i := range o.Fulfillments {
			for j := range o.Fulfillments[i].Lines {
				part := &o.Fulfillments[i].Lines[j]
				if part.Line != claim.Line || left == 0 {
					continue
				}
				units := min(left, part.Live()-part.Asked-part.Returned)
				if units <= 0 {
					continue
				}
				left -= units
				if sent {
					part.Returned += units
				} else {
					part.Asked += units
				}
				perSite[i] = addPart(perSite[i], order.Part{Line: part.Line, SKU: part.SKU, Quantity: units})
			}
		}
		if left > 0 {
			return 0, 0, fault.New(fault.Conflict, "line %d of order %d has %d units to take back, not %d",
				claim.Line, o.Number, claim.Units-left, claim.Units)
		}
	}
	for i, parts := range perSite {
		if len(parts) == 0 {
			continue
		}
		if err := s.sayTakeBack(*o, o.Fulfillments[i], parts, sent, c); err != nil {
			return 0, 0, err
		}
		for _, part := range parts {
			if sent {
				returned += part.Quantity
			} else {
				voided += part.Quantity
			}
		}
	}
	if sent {
		*o, err = order.Return(*o, merged(perSite), s.now)
		o.Version-- // change counts the version, once for the whole command
	}
	return voided, returned, err
}

func (s *state) sayTakeBack(o order.Order, f order.Fulfillment, parts []order.Part, sent bool, c TakeBack) error {
	if !sent {
		return s.books.Say(f.Warehouse, o.ID.String(),
			event.VoidRequested{Order: o.ID, Fulfillment: f.ID, Parts: parts, Reason: c.Reason}, s.now)
	}
	which := id.Beside(f.ID.UUID, c.Key.Name)
	if c.Key.Name == "" {
		which = s.IDs.New() // two returns without a key are two returns
	}
	return s.books.Say(f.Warehouse, o.ID.String(), event.ReturnAnnounced{
		Order: o.ID, Fulfillment: f.ID, Return: which, Parts: parts, Reason: c.Reason,
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

func merged(perSite [][]order.Part) []order.Part {
	var all []order.Part
	for _, parts := range perSite {
		all = append(all, parts...)
	}
	return all
}

// change counts a change that the store itself makes to an order.
func (s *state) change(o *order.Order) {
	o.ChangedAt = s.now
	o.Version++
}

// release books units that a warehouse has called off: they are no longer
// promised, and back in the warehouse's own hands.
func (s *state) release(warehouse id.Site, o order.Order, news order.News) error {
	for _, part := range news.Voided {
		line := o.Line(part.Line)
		if line == nil {
			return fault.New(fault.Conflict, "order %s has no line %d", o.ID, part.Line)
		}
		err := s.books.Book(stock.Movement{
			ID: id.Movement{UUID: id.Beside(news.Fulfillment.UUID, fmt.Sprintf("released-%d/%d", news.Version, part.Line))},
			At: s.now, SKU: line.SKU, Quantity: part.Quantity,
			From: stock.PromisedAt(warehouse), To: stock.GranterAt(warehouse), Reason: stock.Released,
			Order: o.ID, Line: part.Line, Cause: "voided",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ship books the units of a fulfillment that its warehouse has handed over.
func (s *state) ship(o order.Order, f order.Fulfillment) error {
	for _, part := range f.Lines {
		if part.Live() == 0 {
			continue
		}
		err := s.books.Book(stock.Movement{
			ID: id.Movement{UUID: id.Beside(f.ID.UUID, fmt.Sprintf("shipped/%d", part.Line))},
			At: s.now, SKU: part.SKU, Quantity: part.Live(),
			From: stock.PromisedAt(f.Warehouse), To: stock.Account{Kind: stock.Customer}, Reason: stock.Shipped,
			Order: o.ID, Line: part.Line, Cause: "sent",
		})
		if err != nil {
			return err
		}
	}
	return nil
}
