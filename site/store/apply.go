package store

import (
	"context"
	"fmt"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/dist/feed"
)

// receive applies messages of a warehouse's feed.
func (s *state) receive(ctx context.Context, c Receive) error {
	return s.books.Receive(c.Messages, c.Park, s.now, s.applying(ctx))
}

// applying returns what applies one message: all of it, or nothing.
func (s *state) applying(ctx context.Context) func(feed.Message) error {
	return func(m feed.Message) error {
		return s.whole(func() error {
			before := s.books.Ledger.Mark()
			if err := s.apply(ctx, m); err != nil {
				return err
			}
			s.ripen(before)
			return s.serveWaiting(ctx, before)
		})
	}
}

func (s *state) apply(ctx context.Context, m feed.Message) error {
	body, err := event.Decode(m.Kind, m.Body)
	if err != nil {
		return err
	}
	from := id.Site(m.Origin)
	if s.deferred(from, body) {
		return nil
	}
	if lost, err := s.lost(ctx, from, body); err != nil || lost {
		return err
	}
	switch b := body.(type) {
	case event.SiteRestored:
		return s.warehouseRestored(ctx, from, b)
	case event.QuotaRestated:
		return s.quotaRestated(ctx, from, b)
	case event.FulfillmentsAsked:
		return s.fulfillmentsAsked(ctx, from, b)
	case event.FulfillmentsRestated:
		return s.fulfillmentsRestated(ctx, from, b)
	case event.QuotaGranted:
		return s.granted(from, b)
	case event.QuotaRecalled:
		return s.recalled(from, b)
	case event.StockLevels:
		s.leveled(from, b)
		return nil
	case event.QuotaElsewhere:
		s.elsewhere(from, b)
		return nil
	case event.FulfillmentChanged:
		return s.fulfillmentChanged(ctx, from, b)
	case event.VoidRefused:
		return s.voidRefused(ctx, from, b)
	case event.RedirectAnswered:
		return s.redirectAnswered(ctx, from, b)
	case event.ReturnReceived:
		return s.returnReceived(ctx, from, b)
	case event.ReturnInspected:
		return s.returnInspected(ctx, from, b)
	case event.IncomingGranted:
		return s.incomingGranted(from, b)
	case event.IncomingTaken:
		return s.incomingTaken(ctx, from, b)
	case event.IncomingDated:
		return s.incomingDated(ctx, from, b)
	default:
		return fault.New(fault.Invalid, "a store cannot take the message %s", m.Kind)
	}
}

// leveled keeps the newest level of each SKU.
func (s *state) leveled(from id.Site, m event.StockLevels) {
	for _, level := range m.Levels {
		level.Warehouse = from
		k := levelKey{from, level.SKU}
		if s.levels[k].Version >= level.Version {
			continue
		}
		level.Elsewhere = s.levels[k].Elsewhere // until the message behind this one
		s.levels[k] = level
		s.changes.Levels = append(s.changes.Levels, level)
	}
}

// elsewhere keeps what other stores hold of each SKU.
func (s *state) elsewhere(from id.Site, m event.QuotaElsewhere) {
	for _, units := range m.Units {
		k := levelKey{from, units.SKU}
		if level, known := s.levels[k]; known && level.Elsewhere != units.Quantity {
			level.Elsewhere = units.Quantity
			s.levels[k] = level
			s.changes.Levels = append(s.changes.Levels, level)
		}
	}
}

// fulfillmentChanged follows a step of a warehouse, and ends the waiting for it to let
// go of what another one ships.
func (s *state) fulfillmentChanged(ctx context.Context, from id.Site, m event.FulfillmentChanged) error {
	err := s.followStep(ctx, from, m)
	if err == nil && m.To == order.VoidedStage {
		s.hasLetGo(from, event.FulfillmentName{Order: m.Order, Fulfillment: m.Fulfillment})
	}
	return err
}

// followStep changes an order as a warehouse says, by compare-and-set on the version of
// the fulfillment.
func (s *state) followStep(ctx context.Context, from id.Site, m event.FulfillmentChanged) error {
	before, err := s.order(ctx, m.Order)
	if err != nil {
		return err
	}
	if f := before.Fulfillment(m.Fulfillment); f != nil && f.MoveTo != "" && len(m.Voided) > 0 && before.Status == order.Ready {
		before.Status = order.Placed // what another warehouse ships instead is still to be packed
	}
	if s.foundOut(before, m) {
		return nil
	}
	m.Voided = s.fresh(before, m)
	news := order.News{Fulfillment: m.Fulfillment, To: m.To, Version: m.Version, At: s.now, Voided: m.Voided}
	after, changed, err := order.Apply(before, news)
	if err != nil || !changed {
		return err
	}
	f := after.Fulfillment(m.Fulfillment)
	if f.Warehouse != from {
		return fault.New(fault.Denied, "fulfillment %s is not %s's", m.Fulfillment, from)
	}
	if err := s.release(from, after, news); err != nil {
		return err
	}
	if after, err = s.followMove(after, *f); err != nil {
		return err
	}
	f = after.Fulfillment(m.Fulfillment)
	if m.To == order.SentStage && before.Fulfillment(m.Fulfillment).Stage != order.SentStage {
		if err := s.ship(after, *f); err != nil {
			return err
		}
		if err := s.capture(ctx, after, *f); err != nil {
			return err
		}
	}
	contested := len(m.Voided) > 0 && s.contested(after.ID) // the units are on their way, from elsewhere
	if len(m.Voided) > 0 && !contested {
		if err := s.settleMoney(ctx, after); err != nil {
			return err
		}
	}
	if after.Status == order.Voided && after.Reason == "" {
		after.Reason = "called off line by line"
	}
	if after.VoidAsked = after.VoidAsked && stillAsked(after); before.VoidAsked && !after.VoidAsked && after.Status != order.Voided {
		after.Reason = "" // a part of it is on its way
	}
	s.unburden(before, after)
	s.save(after, from, string(m.To), told(from, m))
	switch {
	case contested:
	case after.Status != before.Status:
		s.notify(after, string(after.Status), customerText(after))
	case len(m.Voided) > 0 && !after.VoidAsked && f.MoveTo == "": // else the whole of it is told, in the end
		s.notify(after, fmt.Sprintf("voided/%s/%d", from, m.Version),
			fmt.Sprintf("A part of your order %d was called off: %s will not ship it.", after.Number, from))
	}
	return nil
}

// stillAsked reports whether a warehouse has yet to answer a void.
func stillAsked(o order.Order) bool {
	for _, f := range o.Fulfillments {
		for _, part := range f.Lines {
			if part.Asked > 0 {
				return true
			}
		}
	}
	return false
}

func told(from id.Site, m event.FulfillmentChanged) string {
	if len(m.Voided) > 0 && m.To != order.VoidedStage {
		return fmt.Sprintf("%s has called %d lines off", from, len(m.Voided))
	}
	return fmt.Sprintf("%s: %s", from, m.To)
}

func customerText(o order.Order) string {
	switch o.Status {
	case order.Ready:
		return fmt.Sprintf("Your order %d is packed.", o.Number)
	case order.Sent:
		return fmt.Sprintf("Your order %d is on its way.", o.Number)
	case order.Delivered:
		return fmt.Sprintf("Your order %d was delivered.", o.Number)
	case order.Voided:
		return fmt.Sprintf("Your order %d was called off. Nothing is charged.", o.Number)
	default:
		return fmt.Sprintf("Your order %d is %s.", o.Number, o.Status)
	}
}

// voidRefused takes note that a warehouse could not call units off any more.
func (s *state) voidRefused(ctx context.Context, from id.Site, m event.VoidRefused) error {
	o, err := s.order(ctx, m.Order)
	if err != nil {
		return err
	}
	f := o.Fulfillment(m.Fulfillment)
	if f == nil || f.Warehouse != from {
		return fault.New(fault.NotFound, "order %s has no fulfillment %s at %s", m.Order, m.Fulfillment, from)
	}
	name := event.FulfillmentName{Order: m.Order, Fulfillment: m.Fulfillment}
	if m.Stage == order.VoidedStage { // it was called off before it was asked again: nothing is refused
		s.hasLetGo(from, name)
		return nil
	}
	if s.letting(from, name) { // it is on its way by now: the store's own affair
		return s.inquire(from, name)
	}
	moving := f.MoveTo != ""
	if err := s.endMove(o, f); err != nil {
		return err
	}
	for i := range f.Lines {
		f.Lines[i].Asked = 0
	}
	if moving && !o.VoidAsked { // the store's own affair: the customer is told nothing
		s.change(&o)
		s.save(o, from, "not-moved", fmt.Sprintf("%s ships it itself: it is %s", from, m.Stage))
		return nil
	}
	text := fmt.Sprintf("Your order %d could not be called off any more: it is on its way.", o.Number)
	if len(o.Fulfillments) > 1 {
		text = fmt.Sprintf("The part of your order %d that %s ships could not be called off any more: it is on its way.", o.Number, from)
	}
	if o.VoidAsked = o.VoidAsked && stillAsked(o); !o.VoidAsked {
		o.Reason = ""
	}
	s.change(&o)
	s.save(o, from, "void-refused", fmt.Sprintf("%s cannot call it off: it is %s", from, m.Stage))
	s.notify(o, "void-refused/"+string(from), text)
	return nil
}
