package pay

import (
	"strconv"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
)

// Authorize returns the transaction that sets amount aside for the order: pending,
// and due at once. After a failure it may be asked again, by the same means or by
// others; while one is pending, or once one succeeded, it is fault.Conflict. An
// amount that is not above zero, an amount in another currency than before, and
// means that cannot be are fault.Invalid.
func (a Account) Authorize(means Means, amount money.Amount, now time.Time) (Transaction, error) {
	if err := means.check(); err != nil {
		return Transaction{}, err
	}
	if earlier, asked := a.Authorization(); asked {
		return Transaction{}, fault.New(fault.Conflict, "the payment of this order is authorized already: %s, %s", earlier.Amount, earlier.State)
	}
	return a.step(Authorize, means, amount, now)
}

// Capture returns the transaction that takes amount, by the means that were
// authorized: pending, and due at once. More than Capturable is fault.Conflict,
// an amount that is not above zero or in another currency fault.Invalid.
func (a Account) Capture(amount money.Amount, now time.Time) (Transaction, error) {
	return a.follow(Capture, amount, a.capturable(), now)
}

// Cancel returns the transaction that lets amount go, uncaptured, as when an order
// or a line is voided before hand-off. Its errors are those of Capture.
func (a Account) Cancel(amount money.Amount, now time.Time) (Transaction, error) {
	return a.follow(Cancel, amount, a.capturable(), now)
}

// Refund returns the transaction that gives amount back, as for a return. More
// than Refundable is fault.Conflict, an amount that is not above zero or in
// another currency fault.Invalid.
func (a Account) Refund(amount money.Amount, now time.Time) (Transaction, error) {
	return a.follow(Refund, amount, a.refundable(), now)
}

// Unwind returns the transactions that give back all that can be given back now:
// what is set aside is canceled, what was captured is refunded. What is pending is
// left alone, so a voided order is unwound again after each answer, until nothing
// is pending; what is being given back already is not given back again.
func (a Account) Unwind(now time.Time) ([]Transaction, error) {
	var steps []Transaction
	for _, part := range []struct {
		ask    func(money.Amount, time.Time) (Transaction, error)
		amount money.Amount
	}{{a.Cancel, a.Capturable()}, {a.Refund, a.Refundable()}} {
		if part.amount.IsZero() {
			continue
		}
		t, err := part.ask(part.amount, now)
		if err != nil {
			return nil, err
		}
		steps = append(steps, t)
	}
	return steps, nil
}

// follow makes a step after the authorization, of which left minor units allow.
func (a Account) follow(kind Kind, amount money.Amount, left int64, now time.Time) (Transaction, error) {
	authorization, _ := a.Authorization()
	if authorization.State != Success {
		return Transaction{}, fault.New(fault.Conflict, "there is nothing to %s: the payment is not authorized", kind)
	}
	means := Means{Method: authorization.Method, Provider: authorization.Provider, Token: authorization.Token}
	t, err := a.step(kind, means, amount, now)
	if err == nil && amount.Minor > left {
		return Transaction{}, fault.New(fault.Conflict, "%s is more than there is left to %s: %s", amount, kind, a.amount(left))
	}
	return t, err
}

// step makes a pending transaction that is due at once.
func (a Account) step(kind Kind, means Means, amount money.Amount, now time.Time) (Transaction, error) {
	if amount.Minor <= 0 {
		return Transaction{}, fault.New(fault.Invalid, "a payment of %s cannot be asked for: want more than nothing", amount)
	}
	if a.currency != "" && amount.Currency != a.currency {
		return Transaction{}, fault.New(fault.Invalid, "the payment of this order is in %s, not in %s", a.currency, amount.Currency)
	}
	ordinal := 1
	for _, t := range a.transactions {
		if t.Kind == kind {
			ordinal++
		}
	}
	return Transaction{
		ID: TransactionID(a.order, kind, ordinal), Order: a.order, At: now,
		Method: means.Method, Kind: kind, State: Pending, Amount: amount,
		Provider: means.Provider, Token: means.Token, NextAt: now,
	}, nil
}

// TransactionID names the ordinal-th step of a kind, from 1, in the payment of an
// order. Asked again from the same account, a step has the same name.
func TransactionID(order id.Order, kind Kind, ordinal int) id.UUID {
	return id.Beside(order.UUID, "pay/"+string(kind)+"/"+strconv.Itoa(ordinal))
}
