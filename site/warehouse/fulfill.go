package warehouse

import (
	"context"
	"fmt"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/dist/feed"
)

// Advance takes the next step of a fulfillment by hand. From is the stage that
// the asker saw: where it is another one by now, it is fault.Conflict. Its answer
// is the fulfillment.Fulfillment; to a known key, as it was after that step, but
// with the address that it has now.
type Advance struct {
	Key         Key
	Fulfillment id.Fulfillment
	From, To    order.Stage
}

// Receive applies messages of a store's feed, in order. It has no answer: what
// cannot be applied is parked.
type Receive struct {
	Messages []feed.Message
	Park     string // not empty: put the messages aside for this reason, unread
}

func (s *state) advance(ctx context.Context, c Advance) (fulfillment.Fulfillment, error) {
	request, known, err := s.repeated(ctx, c.Key)
	if err != nil {
		return fulfillment.Fulfillment{}, err
	}
	f, err := s.fulfillment(ctx, c.Fulfillment)
	if err != nil {
		return f, err
	}
	if known {
		then, err := decode[fulfillment.Fulfillment](request)
		then.Address = f.Address
		return then, err
	}
	if c.From != "" && c.From != f.Stage {
		return f, fault.New(fault.Conflict, "the fulfillment is %s by now, not %s", f.Stage, c.From)
	}
	if err := s.recovering(f.Store); err != nil {
		return f, err
	}
	f, movements, err := fulfillment.Advance(f, c.To, s.now)
	if err != nil {
		return f, err
	}
	if err := s.bookAll(movements); err != nil {
		return f, err
	}
	if err := s.sayChanged(f, nil); err != nil {
		return f, err
	}
	then := f
	then.Address = order.Address{} // where somebody lives is not kept in a second place
	answer, err := encode(then)
	if err != nil {
		return f, err
	}
	s.save(f, string(c.To), "by hand")
	s.remember(c.Key, answer)
	return f, nil
}

func (s *state) sayChanged(f fulfillment.Fulfillment, voided []order.Part) error {
	return s.books.Say(f.Store, f.Order.String(), event.FulfillmentChanged{
		Order: f.Order, Fulfillment: f.ID, To: f.Stage, Version: f.Version, At: s.now, Voided: voided,
	}, s.now)
}

// receive applies messages of a store's feed.
func (s *state) receive(ctx context.Context, c Receive) error {
	return s.books.Receive(c.Messages, c.Park, s.now, s.applying(ctx))
}

// applying returns what applies one message: all of it, or nothing.
func (s *state) applying(ctx context.Context) func(feed.Message) error {
	return func(m feed.Message) error {
		return s.whole(func() error { return s.apply(ctx, m) })
	}
}

func (s *state) apply(ctx context.Context, m feed.Message) error {
	body, err := event.Decode(m.Kind, m.Body)
	if err != nil {
		return err
	}
	from := id.Site(m.Origin)
	if left, err := s.deferred(from, body); err != nil || left {
		return err
	}
	switch b := body.(type) {
	case event.SiteRestored:
		return s.storeRestored(ctx, from, b)
	case event.QuotaRestated:
		return s.quotaRestated(ctx, from, b)
	case event.FulfillmentsAsked:
		return s.fulfillmentsAsked(ctx, from, b)
	case event.FulfillmentsRestated:
		return s.fulfillmentsRestated(ctx, from, b)
	case event.FulfillmentRequested:
		return s.accept(ctx, from, b, s.books.Left(m))
	case event.VoidRequested:
		return s.void(ctx, from, b)
	case event.ReturnAnnounced:
		return s.takeBack(ctx, from, b)
	case event.ReturnRequested:
		return s.requestReturn(ctx, from, m.Epoch, b)
	case event.RedirectRequested:
		return s.redirect(ctx, from, b)
	case event.QuotaAsked:
		return s.asked(from, b)
	case event.QuotaReturned:
		return s.quotaReturned(from, b)
	case event.ProductsListed:
		if err := s.checkStore(from); err != nil {
			return err
		}
		s.changes.Products = append(s.changes.Products, b.Products...)
		return nil
	default:
		return fault.New(fault.Invalid, "a warehouse cannot take the message %s", m.Kind)
	}
}

// accept takes a request for a fulfillment: the store has paid for it with quota. Where
// the store had left the history that the request is of, and has come back to it by
// another backup, it may have sold the units in the other one: then what is free on the
// shelf is taken, and the rest is called off at once.
func (s *state) accept(ctx context.Context, from id.Site, m event.FulfillmentRequested, left bool) error {
	if m.Epoch > 1 || left { // a store that was restored asks again for what it had lost
		if _, err := s.fulfillmentOf(ctx, from, m.Fulfillment); !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	f, movements := fulfillment.Accept(m, from, s.now)
	var lacking []order.Part
	for _, m := range movements {
		if err := s.topUp(from, m.SKU, m.Quantity); err != nil {
			return err
		}
		if left {
			units, err := s.makeUp(from, m.SKU, m.Quantity)
			if err != nil {
				return err
			}
			if units > 0 {
				lacking = append(lacking, order.Part{Line: m.Line, SKU: m.SKU, Quantity: units})
			}
		}
		if err := s.books.Book(m); err != nil {
			return err
		}
	}
	if err := s.sayChanged(f, nil); err != nil {
		return err
	}
	if len(m.Record) > 0 {
		s.changes.Records = append(s.changes.Records, Record{f.ID, m.Record})
	}
	s.insert(f, string(f.Stage), fmt.Sprintf("%d lines for order %d", len(f.Lines), f.Number))
	if len(lacking) == 0 {
		return nil
	}
	f, voided, movements, err := fulfillment.Void(f, lacking, s.now)
	if err != nil {
		return err
	}
	if err := s.bookAll(movements); err != nil {
		return err
	}
	if err := s.unfindAll(movements); err != nil {
		return err
	}
	if err := s.sayChanged(f, voided); err != nil {
		return err
	}
	s.save(f, "voided", "sold by "+string(from)+" between two restores")
	return nil
}

// fulfillmentOf returns a fulfillment that a store may speak of: its own.
func (s *state) fulfillmentOf(ctx context.Context, from id.Site, which id.Fulfillment) (fulfillment.Fulfillment, error) {
	f, err := s.fulfillment(ctx, which)
	if err == nil && f.Store != from {
		return f, fault.New(fault.Denied, "fulfillment %s is not %s's", which, from)
	}
	return f, err
}

func (s *state) void(ctx context.Context, from id.Site, m event.VoidRequested) error {
	f, err := s.fulfillmentOf(ctx, from, m.Fulfillment)
	if err != nil {
		return err
	}
	f, voided, movements, err := fulfillment.Void(f, m.Parts, s.now)
	if fault.Is(err, fault.Conflict) {
		return s.books.Say(f.Store, f.Order.String(),
			event.VoidRefused{Order: m.Order, Fulfillment: m.Fulfillment, Stage: f.Stage}, s.now)
	}
	if err != nil {
		return err
	}
	if err := s.bookAll(movements); err != nil {
		return err
	}
	if err := s.sayChanged(f, voided); err != nil {
		return err
	}
	if err := s.grant(freed(movements), giver{}); err != nil {
		return err
	}
	s.save(f, "voided", m.Reason)
	return nil
}

// redirect ships to another address, if it is not too late, and says whether.
func (s *state) redirect(ctx context.Context, from id.Site, m event.RedirectRequested) error {
	f, err := s.fulfillmentOf(ctx, from, m.Fulfillment)
	if err != nil {
		return err
	}
	after, refused := fulfillment.Redirect(f, m.Address, s.now)
	answer := event.RedirectAnswered{
		Order: m.Order, Fulfillment: m.Fulfillment, Change: m.Change, Done: refused == nil, Stage: f.Stage,
	}
	if err := s.books.Say(f.Store, f.Order.String(), answer, s.now); err != nil {
		return err
	}
	if refused == nil {
		s.save(after, "redirected", "to another address")
	}
	return nil
}
