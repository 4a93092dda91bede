// Package pay says what a payment is. A payment is authorized when the order is
// taken, captured at hand-off and refunded on void or return; this package holds
// the record of each such step, never a card number.
package pay

import (
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
)

// Method is how a customer pays.
type Method string

// OnDelivery is paid to the carrier: nothing is asked of a provider.
const OnDelivery Method = "on-delivery"

// Kind is a step of a payment.
type Kind string

// The steps.
const (
	Authorize Kind = "authorize"
	Capture   Kind = "capture"
	Refund    Kind = "refund"
)

// State is what became of a step.
type State string

// The states.
const (
	Pending State = "pending"
	Success State = "success"
	Failed  State = "failed"
)

// Transaction is one step of the payment of an order.
type Transaction struct {
	ID     id.UUID
	Order  id.Order
	At     time.Time
	Method Method
	Kind   Kind
	State  State
	Amount money.Amount
}

// ParseMethod reads a method's name; empty means OnDelivery.
func ParseMethod(name string) (Method, error) {
	switch Method(name) {
	case "", OnDelivery:
		return OnDelivery, nil
	default:
		return "", fault.At("payment", fault.Invalid, "%s is no payment method: want %s", fault.Quote(name), OnDelivery)
	}
}
