package store

import (
	"context"
	"slices"
	"time"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
)

// A store that was restored from a backup has lost what it has done since, and sold
// units that it still seems to hold. Until a warehouse has told what it has set aside
// for the store, the store is recovering from it: it promises nothing of what is
// there, and asks it for nothing. Orders that it has lost it finds when the warehouse
// speaks of them, and has them told again with what it sealed for itself.

// Sealer keeps what a store hands to others for safekeeping from being read or changed
// by them. Both are called with the name of the fulfillment that it goes with.
type Sealer interface {
	Seal(which id.Fulfillment, plain []byte) []byte
	// Open returns what was sealed; what was not sealed here is fault.Denied.
	Open(which id.Fulfillment, sealed []byte) ([]byte, error)
}

// greet says to all sites that were spoken with that this one was restored. It has no
// answer.
type greet struct{}

func (s *state) greet() error {
	sites := slices.Concat(s.warehouses(), s.books.Peers())
	slices.Sort(sites)
	for _, site := range slices.Compact(sites) {
		if err := s.books.Greet(site, s.now); err != nil {
			return err
		}
	}
	return nil
}

// waitForNumbers is how long a store that was restored takes no orders before all of
// its warehouses have told which numbers were given: two orders would have the same.
const waitForNumbers = time.Minute

// numbersAside is how many numbers are left to orders that a warehouse out of reach may
// still tell of.
const numbersAside = 100_000

// mayNumber refuses orders while numbers may be given twice. One who is out of reach
// is not waited for longer than waitForNumbers: then numbers are left out.
func (s *state) mayNumber() error {
	missing, until := s.waitsForNumbers()
	switch {
	case missing == "":
		return nil
	case s.now.Before(until):
		wait := until.Sub(s.now).Truncate(time.Second) + time.Second
		return fault.New(fault.Unavailable,
			"the store was restored from a backup and waits for %s to tell what it has lost: it takes orders again then, or in %s", missing, wait)
	}
	s.lastNumber += numbersAside
	s.aheadOfNumbers = true
	return nil
}

// waitsForNumbers returns a warehouse that has still to tell which numbers were given,
// and until when the store waits for it; empty: none.
func (s *state) waitsForNumbers() (missing id.Site, until time.Time) {
	if s.books.Epoch() <= 1 || s.aheadOfNumbers {
		return "", time.Time{}
	}
	for _, warehouse := range s.warehouses() {
		if s.books.Recovering(warehouse) {
			return warehouse, s.loadedAt.Add(waitForNumbers)
		}
	}
	return "", time.Time{}
}

// ClosedUntil returns when the store takes orders again at the latest, having been
// restored from a backup; zero: it takes them.
func (s *Store) ClosedUntil(now time.Time) time.Time {
	if until := s.state.closed.Load(); until != nil && until.After(now) {
		return *until
	}
	return time.Time{}
}

// deferred reports whether a message of a warehouse is left alone because the store is
// recovering from it: what the warehouse has set aside for the store is told as a whole.
func (s *state) deferred(from id.Site, body event.Body) bool {
	if !s.books.Recovering(from) {
		return false
	}
	switch body.(type) {
	case event.QuotaGranted, event.QuotaRecalled, event.IncomingGranted, event.IncomingTaken:
		return true
	default:
		return false
	}
}

// lost reports whether a message speaks of a fulfillment or a return that the store
// does not know, since it was restored from a backup; then it asks for it. In an order
// that it knows, a fulfillment for which no warehouse was asked is as good as lost: it
// was asked for since, perhaps with other parts.
func (s *state) lost(ctx context.Context, from id.Site, body event.Body) (bool, error) {
	if s.books.Epoch() <= 1 {
		return false, nil
	}
	var name event.FulfillmentName
	var back id.UUID
	switch b := body.(type) {
	case event.FulfillmentChanged:
		name = event.FulfillmentName{Order: b.Order, Fulfillment: b.Fulfillment}
	case event.VoidRefused:
		name = event.FulfillmentName{Order: b.Order, Fulfillment: b.Fulfillment}
	case event.RedirectAnswered:
		name = event.FulfillmentName{Order: b.Order, Fulfillment: b.Fulfillment}
	case event.ReturnReceived:
		name, back = event.FulfillmentName{Order: b.Order, Fulfillment: b.Fulfillment}, b.Return
	case event.ReturnInspected:
		name, back = event.FulfillmentName{Order: b.Order, Fulfillment: b.Fulfillment}, b.Return
	default:
		return false, nil
	}
	o, err := s.order(ctx, name.Order)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, err
	}
	f := o.Fulfillment(name.Fulfillment)
	known := err == nil && f != nil && !f.Unasked
	if known && !back.IsZero() {
		_, err := s.returnOf(ctx, from, name.Order, back)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return false, err
		}
		known = err == nil
	}
	if !known && s.live.inquired[name.Fulfillment] {
		return true, nil // its answer will tell of this too
	}
	if !known {
		return true, s.inquire(from, name)
	}
	if calledOffUnasked(f) {
		_, redirect := body.(event.RedirectAnswered) // the order waits for it all the same
		return !redirect, s.callOffAgain(from, name, body)
	}
	return false, nil
}

// calledOffUnasked reports whether the store has called a fulfillment off and believes
// that its warehouse was never asked for it.
func calledOffUnasked(f *order.Fulfillment) bool {
	return f.Stage == order.VoidedStage && f.Version == 0
}

// callOffAgain has a warehouse call off what the store has called off without asking
// it, not remembering that it was asked for it. What is on its way is the customer's.
func (s *state) callOffAgain(from id.Site, name event.FulfillmentName, body event.Body) error {
	switch b := body.(type) {
	case event.FulfillmentChanged:
		if b.To == order.VoidedStage {
			s.hasLetGo(from, name)
			return nil
		}
	case event.VoidRefused:
		if b.Stage == order.VoidedStage {
			s.hasLetGo(from, name)
			return nil
		}
		return s.inquire(from, name)
	case event.RedirectAnswered:
		if b.Stage == order.VoidedStage {
			return nil
		}
	}
	request := event.VoidRequested{Order: name.Order, Fulfillment: name.Fulfillment, Reason: "called off"}
	return s.books.Say(from, name.Order.String(), request, s.now)
}

// inquire asks a warehouse what it knows of a fulfillment.
func (s *state) inquire(from id.Site, name event.FulfillmentName) error {
	s.live.inquired[name.Fulfillment] = true
	return s.books.Say(from, name.Order.String(), event.FulfillmentsAsked{
		Epoch: s.books.Epoch(), Fulfillments: []event.FulfillmentName{name},
	}, s.now)
}

// paidSince takes note that a bank transfer has come in: a warehouse was asked for the
// order. Of any other payment its provider is asked.
func (s *state) paidSince(ctx context.Context, o order.Order) error {
	account, err := s.payment(ctx, o.ID)
	if err != nil {
		return err
	}
	t, asked := account.Authorization()
	if !asked || t.State != pay.Pending || t.Method != pay.BankTransfer {
		return nil
	}
	if t, err = pay.Resolve(t, pay.Answer{State: pay.Success, Reference: "before the restore"}, s.now); err != nil {
		return err
	}
	s.saveTransaction(t)
	return nil
}
