package store

import (
	"context"
	"fmt"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
)

// changeAddress asks the warehouses to ship to another address. The address of the
// order changes when all of them have answered, or at once where none has to.
func (s *state) changeAddress(ctx context.Context, c ChangeAddress) (order.Order, error) {
	if _, known, err := s.repeated(ctx, c.Key); err != nil {
		return order.Order{}, err
	} else if known {
		return s.order(ctx, c.Order)
	}
	if err := c.Address.Check(); err != nil {
		return order.Order{}, err
	}
	o, err := s.orderOf(ctx, c.Order, c.By)
	if err != nil {
		return order.Order{}, err
	}
	if err := redirectable(o, c.Address); err != nil {
		return order.Order{}, err
	}
	address := c.Address
	o.NewAddress = &address
	change := s.IDs.New()
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		switch {
		case f.Stage == order.VoidedStage || f.Unasked:
			f.Redirect = order.NotRedirected
		case !redirects(f):
			f.Redirect = order.RedirectRefused
		default:
			f.Redirect = order.RedirectAsked
			request := event.RedirectRequested{Order: o.ID, Fulfillment: f.ID, Change: change, Address: address}
			if err := s.books.Say(f.Warehouse, o.ID.String(), request, s.now); err != nil {
				return order.Order{}, err
			}
		}
	}
	s.change(&o)
	s.redirected(&o, "redirect-asked", "asked to ship to another address")
	s.remember(c.Key, o.ID.String())
	return o, nil
}

func redirects(f *order.Fulfillment) bool { return f.Unpicked() || f.Stage == order.Picking }

// redirectable refuses a change that cannot come about.
func redirectable(o order.Order, address order.Address) error {
	if o.NewAddress != nil {
		return fault.New(fault.Conflict, "another change of the address of order %d waits for its answer", o.Number)
	}
	if address.District != o.Address.District {
		return fault.At("district", fault.Conflict, "order %d cannot go to another district: call it off and order again", o.Number)
	}
	if address == o.Address {
		return fault.New(fault.Conflict, "order %d goes there already", o.Number)
	}
	if len(o.Waiting) > 0 {
		return nil
	}
	for i := range o.Fulfillments {
		if f := &o.Fulfillments[i]; f.Unasked || redirects(f) {
			return nil
		}
	}
	return fault.New(fault.Conflict, "order %d is %s: its address cannot be changed any more", o.Number, o.Status)
}

// redirected saves an order whose address is being changed, and ends the change
// when every warehouse has answered. Until then it tells of the step.
func (s *state) redirected(o *order.Order, step, stepText string) {
	asked, open, refused := false, len(o.Waiting) > 0, ""
	for _, f := range o.Fulfillments {
		asked = asked || f.Redirect == order.RedirectAsked
		if f.Stage == order.VoidedStage {
			continue // it goes nowhere, whatever its warehouse has answered
		}
		open = open || f.Unasked || f.Redirect == order.Redirected
		if f.Redirect == order.RedirectRefused {
			refused = string(f.Warehouse)
		}
	}
	if asked {
		s.save(*o, s.books.Site(), step, stepText)
		return
	}
	if o.Status == order.Voided {
		o.NewAddress = nil
		s.save(*o, s.books.Site(), "redirect-ended", "called off before its address was changed")
		return
	}
	event, text := "redirected", fmt.Sprintf("Your order %d goes to the new address.", o.Number)
	switch {
	case !open:
		event, text = "redirect-refused", fmt.Sprintf("The address of your order %d could not be changed any more: it is picked.", o.Number)
	case refused != "":
		text = fmt.Sprintf("Your order %d goes to the new address, but for the part that %s has picked already.", o.Number, refused)
	}
	if open {
		o.Address = *o.NewAddress
	}
	o.NewAddress = nil
	s.save(*o, s.books.Site(), event, text)
	s.notify(*o, fmt.Sprintf("%s/%d", event, o.Version), text)
}

// redirectAnswered takes note of what a warehouse says to a change of address.
func (s *state) redirectAnswered(ctx context.Context, from id.Site, m event.RedirectAnswered) error {
	o, err := s.order(ctx, m.Order)
	if err != nil {
		return err
	}
	f := o.Fulfillment(m.Fulfillment)
	if f == nil || f.Warehouse != from {
		return fault.New(fault.NotFound, "order %s has no fulfillment %s at %s", m.Order, m.Fulfillment, from)
	}
	if f.Redirect != order.RedirectAsked || o.NewAddress == nil {
		return nil // answered already
	}
	text := fmt.Sprintf("%s cannot ship to the new address: it is %s", from, m.Stage)
	f.Redirect = order.RedirectRefused
	if m.Done {
		f.Redirect, text = order.Redirected, string(from)+" ships to the new address"
	}
	s.change(&o)
	s.redirected(&o, "redirect-answered", text)
	return nil
}
