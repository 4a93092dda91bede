package pay

import (
	"slices"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
)

// Account is the payment of one order, as its transactions tell it. What is
// pending counts as done where that is the careful side: money that may have been
// captured cannot be captured again, and is not there to be refunded yet.
type Account struct {
	order        id.Order
	transactions []Transaction
	currency     money.Currency
	authorized   sum
	captured     sum
	canceled     sum
	refunded     sum
}

// sum is what the steps of one kind come to. What failed is in neither.
type sum struct{ done, pending money.Amount }

// Open reads the transactions of an order, in the order in which they were asked
// for. A list that no sequence of asking and answering leads to is fault.Corrupt:
// an unknown kind or state, an identifier twice, another order's transaction, two
// currencies, a negative amount, two authorizations at once, more captured than
// authorized, or more refunded than captured. What is pending may come to more, where
// an Adopted step is larger than was asked for; nothing more is asked for then.
func Open(order id.Order, transactions []Transaction) (Account, error) {
	a := Account{order: order, transactions: slices.Clone(transactions)}
	seen, authorized := map[id.UUID]bool{}, false
	for _, t := range transactions {
		if seen[t.ID] {
			return Account{}, fault.New(fault.Corrupt, "the payment of order %s has the transaction %s twice", order, t.ID)
		}
		if authorized && t.Kind == Authorize && t.State != Failed {
			return Account{}, fault.New(fault.Corrupt, "the payment of order %s is authorized twice", order)
		}
		seen[t.ID] = true
		authorized = authorized || t.Kind == Authorize && t.State != Failed
		if err := a.add(t); err != nil {
			return Account{}, err
		}
	}
	if a.captured.done.Minor > a.authorized.done.Minor-a.canceled.done.Minor || a.refunded.done.Minor > a.captured.done.Minor {
		return Account{}, fault.New(fault.Corrupt, "the payment of order %s moved more money than it had: %s authorized, %s captured, %s canceled, %s refunded",
			order, a.authorized.done, a.captured.done, a.canceled.done, a.refunded.done)
	}
	return a, nil
}

// add counts one transaction.
func (a *Account) add(t Transaction) error {
	kind := a.sum(t.Kind)
	switch {
	case t.Order != a.order:
		return fault.New(fault.Corrupt, "the transaction %s of order %s is filed under order %s", t.ID, t.Order, a.order)
	case kind == nil || nextStates[t.State] == nil || t.Amount.Minor < 0:
		return fault.New(fault.Corrupt, "the transaction %s cannot be: it is a %s of %s that is %s",
			t.ID, fault.Quote(string(t.Kind)), t.Amount, fault.Quote(string(t.State)))
	case t.Amount != money.Amount{} && a.currency != "" && t.Amount.Currency != a.currency:
		return fault.New(fault.Corrupt, "the payment of order %s is in %s and in %s", a.order, a.currency, t.Amount.Currency)
	}
	if t.Amount.Currency != "" {
		a.currency = t.Amount.Currency
	}
	if t.State == Failed {
		return nil
	}
	return kind.add(t)
}

// add counts a transaction that has not failed.
func (s *sum) add(t Transaction) error {
	part := &s.done
	if t.State == Pending {
		part = &s.pending
	}
	total, err := part.Add(t.Amount)
	if err == nil {
		*part = total
		_, err = s.done.Add(s.pending)
	}
	if err != nil {
		return fault.New(fault.Corrupt, "the payment of order %s cannot be summed up: %v", t.Order, err)
	}
	return nil
}

func (a *Account) sum(kind Kind) *sum {
	switch kind {
	case Authorize:
		return &a.authorized
	case Capture:
		return &a.captured
	case Cancel:
		return &a.canceled
	case Refund:
		return &a.refunded
	default:
		return nil
	}
}

// Authorized returns what was set aside in all, whatever became of it.
func (a Account) Authorized() money.Amount { return a.authorized.done }

// Captured returns what was taken in all, refunds not counted.
func (a Account) Captured() money.Amount { return a.captured.done }

// Canceled returns what was set aside and let go again.
func (a Account) Canceled() money.Amount { return a.canceled.done }

// Refunded returns what was taken and given back.
func (a Account) Refunded() money.Amount { return a.refunded.done }

// Capturable returns what may be captured, or canceled, now: what was authorized,
// less what was or is being captured or canceled.
func (a Account) Capturable() money.Amount { return a.amount(max(a.capturable(), 0)) }

// Refundable returns what may be refunded now: what was captured, less what was or
// is being refunded.
func (a Account) Refundable() money.Amount { return a.amount(max(a.refundable(), 0)) }

// Pending returns the transactions that wait for their provider's answer.
func (a Account) Pending() []Transaction {
	var pending []Transaction
	for _, t := range a.transactions {
		if t.State == Pending {
			pending = append(pending, t)
		}
	}
	return pending
}

// Transaction returns one step of the payment.
func (a Account) Transaction(which id.UUID) (Transaction, bool) {
	for _, t := range a.transactions {
		if t.ID == which {
			return t, true
		}
	}
	return Transaction{}, false
}

// Authorization returns the authorization that is pending or succeeded, if any.
func (a Account) Authorization() (Transaction, bool) {
	for _, t := range a.transactions {
		if t.Kind == Authorize && t.State != Failed {
			return t, true
		}
	}
	return Transaction{}, false
}

// capturable is in minor units, and below zero where more is pending than there is.
func (a Account) capturable() int64 {
	left := a.authorized.done.Minor - a.captured.gone()
	if left < 0 {
		return left
	}
	return left - a.canceled.gone()
}

// refundable is in minor units, and below zero where more is pending than there is.
func (a Account) refundable() int64 { return a.captured.done.Minor - a.refunded.gone() }

// gone is what was moved, or may have been.
func (s sum) gone() int64 { return s.done.Minor + s.pending.Minor }

func (a Account) amount(minor int64) money.Amount { return money.Of(minor, a.currency) }
