package store

import (
	"context"

	"crossdock/core/fault"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
)

// captureAsked is what became of CapturePayment.
type captureAsked struct {
	order order.Order
	pay   pay.Transaction // to be asked of its provider before the asker is answered; or zero
}

// Capture asks again for the money of what was handed over, after a capture that
// failed, and waits for the answer, at most Options.PayWait. It returns the order as
// it is then: whether the money was taken stands in its payment.
func (s *Store) Capture(ctx context.Context, command CapturePayment) (order.Order, error) {
	answer, err := s.Do(ctx, command)
	if err != nil {
		return order.Order{}, err
	}
	asked := answer.(captureAsked)
	if asked.pay.State == pay.Pending {
		return s.payer.await(ctx, asked.order, asked.pay), nil
	}
	return asked.order, nil
}

// captureAgain stages a capture of what is due and was not captured. What is
// captured and came back is refunded when the capture has succeeded, as always.
func (s *state) captureAgain(ctx context.Context, c CapturePayment) (captureAsked, error) {
	if _, known, err := s.repeated(ctx, c.Key); err != nil {
		return captureAsked{}, err
	} else if known {
		o, err := s.order(ctx, c.Order)
		return captureAsked{order: o}, err
	}
	o, err := s.order(ctx, c.Order)
	if err != nil {
		return captureAsked{}, err
	}
	account, err := s.payment(ctx, o.ID)
	if err != nil {
		return captureAsked{}, err
	}
	amount, err := s.uncaptured(o, account)
	if err != nil {
		return captureAsked{}, err
	}
	t, err := account.Capture(amount, s.now)
	if err == nil {
		t, err = s.atOnce(t)
	}
	if err != nil {
		return captureAsked{}, err
	}
	s.saveTransaction(t)
	s.change(&o)
	s.save(o, s.books.Site(), "capture-asked", "asked again for "+t.Amount.String())
	s.remember(c.Key, o.ID.String())
	return captureAsked{o, t}, nil
}

// uncaptured returns the money of what was handed over and not captured. Where there
// is none, or nobody knows yet, it is fault.Conflict and says why.
func (s *state) uncaptured(o order.Order, account pay.Account) (money.Amount, error) {
	none := money.Amount{}
	switch authorization, asked := account.Authorization(); {
	case !asked:
		return none, fault.New(fault.Conflict, "no money is set aside for order %d: there is nothing to capture", o.Number)
	case authorization.State == pay.Pending:
		return none, fault.New(fault.Conflict, "the payment of order %d is not authorized yet: there is nothing to capture", o.Number)
	}
	if pending := pendingOf(account, pay.Capture); pending > 0 {
		return none, fault.New(fault.Conflict, "a capture of %s of order %d is on its way: its provider has not answered yet",
			money.Of(pending, o.Total.Currency), o.Number)
	}
	due, out, err := handedOver(o)
	if err != nil {
		return none, err
	}
	due.Minor -= account.Captured().Minor
	switch {
	case due.Minor <= 0 && account.Captured().Minor > 0:
		return none, fault.New(fault.Conflict, "what was handed over of order %d is captured already: %s", o.Number, account.Captured())
	case due.Minor <= 0:
		return none, fault.New(fault.Conflict, "nothing of order %d was handed over: its money is captured at hand-off", o.Number)
	case out == 0:
		return none, fault.New(fault.Conflict, "all that was handed over of order %d came back: nothing is due for it", o.Number)
	case account.Capturable().Minor == 0:
		return none, fault.New(fault.Conflict, "no money is set aside for order %d any more: %s cannot be captured", o.Number, due)
	}
	return least(due, account.Capturable()), nil
}

// handedOver returns the price of the units that the warehouses have handed over,
// and how many of them are still out.
func handedOver(o order.Order) (due money.Amount, out int64, err error) {
	due = money.Of(0, o.Total.Currency)
	for _, f := range o.Fulfillments {
		if f.Stage != order.SentStage && f.Stage != order.DeliveredStage {
			continue
		}
		for _, part := range f.Lines {
			out += part.Live() - part.Returned
			if due, err = plus(due, o.Line(part.Line).Price, part.Live()); err != nil {
				return due, out, err
			}
		}
	}
	return due, out, nil
}
