package store

import (
	"context"
	"fmt"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/dist/feed"
	"crossdock/site/outbox"
)

// receive applies messages of a warehouse, each together with the cursor. One
// that cannot be applied is put aside with all later ones of its key.
func (s *state) receive(ctx context.Context, c Receive) error {
	for _, m := range c.Messages {
		if m.Seq != s.books.Cursor(id.Site(m.Origin)).Seq+1 {
			continue // applied already, or read behind a gap: the reader asks again
		}
		if reason := s.putAside(c, m); reason != "" {
			s.books.Park(m, reason, s.now)
			s.books.Read(m)
			continue
		}
		mark, staged := s.books.Mark(), *s.changes
		err := s.apply(ctx, m)
		if outbox.EngineFailed(err) {
			// The engine failed, not the message. What the messages before it
			// changed in memory cannot be undone here: give the batch up.
			s.broken = err
			return err
		}
		if err != nil {
			s.books.Undo(mark)
			*s.changes = staged
			s.books.Park(m, err.Error(), s.now)
		}
		s.books.Read(m)
	}
	return nil
}

// putAside returns why a message is not to be looked at, or "".
func (s *state) putAside(c Receive, m feed.Message) string {
	if s.books.IsParked(m) {
		return "waits behind an earlier message of its key"
	}
	return c.Park
}

func (s *state) apply(ctx context.Context, m feed.Message) error {
	body, err := event.Decode(m.Kind, m.Body)
	if err != nil {
		return err
	}
	from := id.Site(m.Origin)
	switch b := body.(type) {
	case event.QuotaGranted:
		return s.granted(from, b)
	case event.QuotaRecalled:
		return s.recalled(from, b)
	case event.StockLevels:
		s.leveled(from, b)
		return nil
	case event.FulfillmentChanged:
		return s.fulfillmentChanged(ctx, from, b)
	case event.VoidRefused:
		return s.voidRefused(ctx, from, b)
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
		s.levels[k] = level
		s.changes.Levels = append(s.changes.Levels, level)
	}
}

// fulfillmentChanged follows a step of a warehouse, by compare-and-set on its version.
func (s *state) fulfillmentChanged(ctx context.Context, from id.Site, m event.FulfillmentChanged) error {
	before, err := s.order(ctx, m.Order)
	if err != nil {
		return err
	}
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
	if m.To == order.SentStage && before.Fulfillment(m.Fulfillment).Stage != order.SentStage {
		if err := s.ship(after, *f); err != nil {
			return err
		}
	}
	if after.Status == order.Voided && after.Reason == "" {
		after.Reason = "called off line by line"
	}
	s.save(after, from, string(m.To), told(from, m))
	if after.Status != before.Status {
		s.notify(after, string(after.Status), customerText(after))
	}
	return nil
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
	if m.Stage == order.VoidedStage {
		return nil // it was called off before it was asked again: nothing is refused
	}
	for i := range f.Lines {
		f.Lines[i].Asked = 0
	}
	o.VoidAsked, o.Reason = false, ""
	s.change(&o)
	s.save(o, from, "void-refused", fmt.Sprintf("%s cannot call it off: it is %s", from, m.Stage))
	s.notify(o, "void-refused", fmt.Sprintf("Your order %d could not be called off any more: it is on its way.", o.Number))
	return nil
}
