package warehouse

import (
	"context"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/site/books"
)

// ReceiveReturn books units that came back from a customer into quarantine. Its
// answer is a Returned.
type ReceiveReturn struct {
	Key    Key
	Return id.UUID
	Parts  []order.Part // Line and Quantity
}

// InspectReturn puts good units of a return back on the shelf, and damaged ones
// aside. Its answer is a Returned.
type InspectReturn struct {
	Key           Key
	Return        id.UUID
	Good, Damaged []order.Part // Line and Quantity
}

// Returned is a return after a command.
type Returned struct {
	Return fulfillment.ReturnOrder
	Repeat bool // the key was known: nothing was booked
}

func (s *state) receiveReturn(ctx context.Context, c ReceiveReturn) (Returned, error) {
	if before, known, err := s.repeatedReturn(ctx, c.Key); err != nil || known {
		return before, err
	}
	r, err := s.returnOrder(ctx, c.Return)
	if err != nil {
		return Returned{}, err
	}
	f, err := s.fulfillment(ctx, r.Fulfillment)
	if err != nil {
		return Returned{}, err
	}
	if err := s.recovering(f.Store); err != nil {
		return Returned{}, err
	}
	f, r, movements, err := fulfillment.ReceiveReturn(f, r, c.Parts, s.now)
	if err != nil {
		return Returned{}, err
	}
	if err := s.bookAll(movements); err != nil {
		return Returned{}, err
	}
	answer, err := s.sayReturn(r, event.ReturnReceived{
		Order: r.Order, Fulfillment: r.Fulfillment, Return: r.ID, Parts: r.Received(),
	})
	if err != nil {
		return Returned{}, err
	}
	s.save(f, "returned", r.Reason)
	s.returns.put(r.ID, r)
	s.remember(c.Key, answer)
	return Returned{Return: r}, nil
}

func (s *state) inspectReturn(ctx context.Context, c InspectReturn) (Returned, error) {
	if before, known, err := s.repeatedReturn(ctx, c.Key); err != nil || known {
		return before, err
	}
	r, err := s.returnOrder(ctx, c.Return)
	if err != nil {
		return Returned{}, err
	}
	if err := s.recovering(r.Store); err != nil {
		return Returned{}, err
	}
	r, movements, err := fulfillment.InspectReturn(r, c.Good, c.Damaged, s.now)
	if err != nil {
		return Returned{}, err
	}
	if err := s.bookAll(movements); err != nil {
		return Returned{}, err
	}
	answer, err := s.sayReturn(r, event.ReturnInspected{
		Order: r.Order, Fulfillment: r.Fulfillment, Return: r.ID, Good: r.Good(), Damaged: r.Damaged(),
	})
	if err != nil {
		return Returned{}, err
	}
	if err := s.grant(freed(movements), giver{}); err != nil {
		return Returned{}, err
	}
	s.returns.put(r.ID, r)
	s.remember(c.Key, answer)
	return Returned{Return: r}, nil
}

// freed returns the SKUs of which units have become free.
func freed(movements []stock.Movement) []id.SKU {
	var skus []id.SKU
	for _, m := range movements {
		if m.To.Kind == stock.Available {
			skus = append(skus, m.SKU)
		}
	}
	return skus
}

// sayReturn tells the store of a step, and returns what is remembered of it.
func (s *state) sayReturn(r fulfillment.ReturnOrder, body event.Body) (string, error) {
	if err := s.books.Say(r.Store, r.Order.String(), body, s.now); err != nil {
		return "", err
	}
	return encode(r)
}

// requestReturn notes what a customer will send back. A store that was restored may have
// forgotten that the same units came back already: it is told what there is.
func (s *state) requestReturn(ctx context.Context, from id.Site, epoch uint64, m event.ReturnRequested) error {
	if m.Return.IsZero() {
		return fault.New(fault.Invalid, "a return without an identifier")
	}
	f, err := s.fulfillmentOf(ctx, from, m.Fulfillment)
	if err != nil {
		return err
	}
	if known, err := s.returnOrder(ctx, m.Return); !fault.Is(err, fault.NotFound) {
		if err == nil && known.Fulfillment != f.ID {
			err = fault.New(fault.Exists, "the return %s was requested before, of another fulfillment", m.Return)
		}
		return err // none: it is said again, after a restore of either site
	}
	r, err := fulfillment.RequestReturn(f, m, s.now)
	if fault.Is(err, fault.Conflict) && epoch > 1 {
		state, err := s.stateOf(ctx, f)
		if err != nil {
			return err
		}
		answer := event.FulfillmentsRestated{Epoch: epoch, Fulfillments: []event.FulfillmentState{state}, More: true}
		return s.books.Say(from, m.Order.String(), answer, s.now)
	}
	if err != nil {
		return err
	}
	s.returns.put(r.ID, r)
	return nil
}

// takeBack books what has come back without being asked for.
func (s *state) takeBack(ctx context.Context, from id.Site, m event.ReturnAnnounced) error {
	f, err := s.fulfillmentOf(ctx, from, m.Fulfillment)
	if err != nil {
		return err
	}
	f, movements, err := fulfillment.Return(f, m.Return, m.Parts, s.now)
	if err != nil {
		return err
	}
	if err := s.bookAll(movements); err != nil {
		return err
	}
	s.save(f, "returned", m.Reason)
	return nil
}

// returnOrder returns one as this batch sees it.
func (s *state) returnOrder(ctx context.Context, which id.UUID) (fulfillment.ReturnOrder, error) {
	if r, changed := s.returns.get(which); changed {
		return r, nil
	}
	r, err := s.Returns.Return(ctx, which)
	return r, books.Own(err)
}

// repeatedReturn returns what a keyed command about a return answered before.
func (s *state) repeatedReturn(ctx context.Context, key Key) (Returned, bool, error) {
	request, known, err := s.repeated(ctx, key)
	if err != nil || !known {
		return Returned{}, false, err
	}
	r, err := decode[fulfillment.ReturnOrder](request)
	return Returned{Return: r, Repeat: true}, true, err
}
