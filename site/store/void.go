package store

import (
	"cmp"
	"context"
	"fmt"
	"strings"

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
	o, err := s.orderOf(ctx, c.Order, c.By)
	if err != nil {
		return order.Order{}, err
	}
	if err := order.CheckStatus(o.Status, order.Voided); err != nil {
		return order.Order{}, err
	}
	if !c.By.IsZero() && picked(o) {
		return order.Order{}, fault.New(fault.Conflict, "order %d is packed already: ask our customer service", o.Number)
	}
	if o.VoidAsked {
		s.remember(c.Key, o.ID.String())
		return o, nil
	}
	before := o
	if o, err = s.callOff(o); err != nil {
		return order.Order{}, err
	}
	asked, err := s.askVoid(&o, c.Reason)
	if err != nil {
		return order.Order{}, err
	}
	o.Promise = s.promised(o, s.districts[o.Address.District])
	if err := s.settleMoney(ctx, o); err != nil {
		return order.Order{}, err
	}
	s.change(&o)
	s.unburden(before, o)
	switch {
	case asked != "":
		o.VoidAsked, o.Reason = true, c.Reason
		s.save(o, s.books.Site(), "void-asked", "asked "+asked+" to call it off")
	case o.Status == order.Voided:
		o.Unpaid, o.Reason = false, cmp.Or(c.Reason, "called off")
		s.save(o, s.books.Site(), "voided", "called off before any warehouse was asked")
		s.notify(o, "voided", customerText(o))
	default:
		s.save(o, s.books.Site(), "voided-in-part", "what was not shipped is called off")
		s.notify(o, fmt.Sprintf("voided-in-part/%d", o.Version), fmt.Sprintf("What was not shipped of your order %d is called off.", o.Number))
	}
	s.remember(c.Key, o.ID.String())
	return o, nil
}

// picked reports whether a warehouse is past the shelves with a part of the order.
func picked(o order.Order) bool {
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		if f.Stage != order.VoidedStage && !f.Unpicked() && f.Stage != order.Picking && f.Stage != order.ShortStage {
			return true
		}
	}
	return false
}

// askVoid asks the warehouses that can still do so to call their part off, and
// returns their names.
func (s *state) askVoid(o *order.Order, reason string) (string, error) {
	var names []string
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		if order.CheckStage(f.Stage, order.VoidedStage) != nil {
			continue // on its way, or called off
		}
		if err := s.endMove(*o, f); err != nil {
			return "", err
		}
		for j := range f.Lines {
			f.Lines[j].Asked = f.Lines[j].Live()
		}
		request := event.VoidRequested{Order: o.ID, Fulfillment: f.ID, Reason: reason}
		if err := s.books.Say(f.Warehouse, o.ID.String(), request, s.now); err != nil {
			return "", err
		}
		names = append(names, string(f.Warehouse))
	}
	return strings.Join(names, " and "), nil
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
