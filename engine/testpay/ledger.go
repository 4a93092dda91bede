package testpay

import (
	"math"
	"slices"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/pay"
)

// entry is what the company knows of one transaction. It is a line of the file:
// fields are only ever added.
type entry struct {
	ID        id.UUID      `json:"id"`
	Order     id.Order     `json:"order"`
	Kind      pay.Kind     `json:"kind"`
	Token     string       `json:"token"`
	Amount    money.Amount `json:"amount"`
	State     pay.State    `json:"state,omitempty"`
	Reference string       `json:"reference,omitempty"`
	Reason    string       `json:"reason,omitempty"`

	// Undecided is how many more Status calls find a pending step so.
	Undecided int `json:"undecided,omitempty"`

	// Lost marks a request that did not arrive. The company knows nothing of it; it
	// is the network's note that the next one does arrive.
	Lost bool `json:"lost,omitempty"`
}

func entryOf(t pay.Transaction) entry {
	return entry{ID: t.ID, Order: t.Order, Kind: t.Kind, Token: t.Token, Amount: t.Amount}
}

func (e entry) answer() pay.Answer {
	return pay.Answer{State: e.State, Reference: e.Reference, Reason: e.Reason}
}

// status is the answer to a question about a transaction: it says how the step was
// asked for, where that is not how it is asked about.
func (e entry) status(t pay.Transaction) pay.Answer {
	answer := e.answer()
	if e.Amount != t.Amount || e.Token != t.Token {
		answer.Amount, answer.Token = e.Amount, e.Token
	}
	return answer
}

// sound reports whether the company could have written the entry.
func (e entry) sound() bool {
	return !e.ID.IsZero() && e.Amount.Minor > 0 && e.Undecided >= 0 &&
		slices.Contains(pay.Kinds(), e.Kind) && (e.Lost || slices.Contains(pay.States(), e.State))
}

// ledger is what the company has done: the newest entry of each transaction.
type ledger struct {
	entries map[id.UUID]entry
	orders  map[id.Order][]id.UUID
}

func newLedger() ledger {
	return ledger{entries: map[id.UUID]entry{}, orders: map[id.Order][]id.UUID{}}
}

// put files an entry, in place of the older one of its transaction.
func (l ledger) put(e entry) {
	if _, known := l.entries[e.ID]; !known {
		l.orders[e.Order] = append(l.orders[e.Order], e.ID)
	}
	l.entries[e.ID] = e
}

// find returns the entry of a transaction. Another step under its identifier is
// fault.Mismatch.
func (l ledger) find(t pay.Transaction) (e entry, heard bool, err error) {
	e, heard, err = l.look(t)
	if err == nil && heard && (e.Token != t.Token || e.Amount != t.Amount) {
		return entry{}, false, otherStep(t)
	}
	return e, heard, err
}

// look is find for a question: the amount and the card may be others.
func (l ledger) look(t pay.Transaction) (e entry, heard bool, err error) {
	e, heard = l.entries[t.ID]
	if heard && (e.Order != t.Order || e.Kind != t.Kind) {
		return entry{}, false, otherStep(t)
	}
	return e, heard, nil
}

func otherStep(t pay.Transaction) error {
	return fault.New(fault.Mismatch, "the card company knows the transaction %s as another one", t.ID)
}

// sum adds up an order's steps of a kind that are in one of the states.
func (l ledger) sum(order id.Order, kind pay.Kind, states ...pay.State) int64 {
	total := int64(0)
	for _, transaction := range l.orders[order] {
		if e := l.entries[transaction]; e.Kind == kind && slices.Contains(states, e.State) {
			total += e.Amount.Minor // refusal keeps it within 64 bits
		}
	}
	return total
}

// currency is that of the order's authorizations, which refusal holds to be one.
func (l ledger) currency(order id.Order) money.Currency {
	for _, transaction := range l.orders[order] {
		if e := l.entries[transaction]; e.State == pay.Success || e.State == pay.Pending {
			return e.Amount.Currency
		}
	}
	return ""
}

// refusal says why there is no money for a step, or "" where there is. What is
// pending may still succeed, so it counts against the step, and never for it.
func (l ledger) refusal(e entry) string {
	if known := l.currency(e.Order); known != "" && known != e.Amount.Currency {
		return "the order is paid in another currency"
	}
	var left int64
	switch e.Kind {
	case pay.Authorize:
		left = math.MaxInt64 - l.sum(e.Order, pay.Authorize, pay.Success, pay.Pending)
	case pay.Refund:
		left = l.sum(e.Order, pay.Capture, pay.Success) - l.sum(e.Order, pay.Refund, pay.Success, pay.Pending)
	default:
		left = l.sum(e.Order, pay.Authorize, pay.Success) -
			l.sum(e.Order, pay.Capture, pay.Success, pay.Pending) - l.sum(e.Order, pay.Cancel, pay.Success, pay.Pending)
	}
	switch {
	case e.Amount.Minor <= left:
		return ""
	case e.Kind == pay.Authorize:
		return "that is more money than can be counted"
	case e.Kind == pay.Refund:
		return "that is more than was captured"
	default:
		return "that is more than was authorized"
	}
}
