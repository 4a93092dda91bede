// Package pay says what a payment is. The payment of an order is a list of
// transactions: it is authorized when the order is taken, captured at hand-off,
// canceled when the order is voided before that, and refunded after it. Each
// transaction is pending until its provider has answered, then success or failed
// for ever. Never more is captured than was authorized, and never more is given
// back than was captured, whatever order the answers come in.
//
// It never holds a card number: a card is a Token, which only its provider can
// read. It never guesses: a step whose outcome is not known stays pending until
// the provider says what became of it. It asks nobody itself: a store writes the
// pending transaction, commits, requests it from the provider under the
// transaction's identifier, and commits what Resolve makes of the answer, or
// Later where there was none.
//
// Start reading at Transaction, then Account for what may be asked, and Resolve
// for what an answer does.
package pay

import (
	"time"

	"crossdock/core/id"
	"crossdock/core/money"
)

// Transaction is one step of the payment of an order. Its ID is derived from the
// order, so that asking again asks for the same thing: it is the provider's
// idempotency key. Order, Kind, Method, Provider, Token and Amount never change; see
// Adopt for the one exception.
type Transaction struct {
	ID     id.UUID
	Order  id.Order
	At     time.Time // when it was asked for
	Method Method
	Kind   Kind
	State  State
	Amount money.Amount

	Provider  string    // who carries it out, such as "manual"
	Token     string    // the provider's name of the card; empty for methods without one
	Reference string    // the provider's name of this step; may be empty
	Reason    string    // for people: why it failed, or what is left to do by hand
	Attempts  int       // how often the provider was asked and the step stayed pending
	NextAt    time.Time // when the provider is asked next; zero: never
}

// Kind is what a step does with the money.
type Kind string

// The kinds.
const (
	Authorize Kind = "authorize" // the money is set aside for the order
	Capture   Kind = "capture"   // money set aside is taken
	Cancel    Kind = "cancel"    // money set aside, and not taken, is let go
	Refund    Kind = "refund"    // money taken is given back
)

// Kinds lists every kind, in order of a payment's life.
func Kinds() []Kind { return []Kind{Authorize, Capture, Cancel, Refund} }

// Due reports whether the provider is to be asked now: a Request the first time,
// while Attempts is zero, and Status from then on.
func (t Transaction) Due(now time.Time) bool {
	return t.State == Pending && !t.NextAt.IsZero() && !now.Before(t.NextAt)
}
