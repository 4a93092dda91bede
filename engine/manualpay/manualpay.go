// Package manualpay is the payment provider that is no company: people carry the
// money. It offers pay on delivery and bank transfer, and is what a shop has that
// has signed with nobody.
//
// It moves nothing and remembers nothing: an answer follows from the transaction
// alone, so asking twice is asking once. It never tells that a bank transfer came
// in, because it cannot know; that is said by the office, to the store.
//
// Start reading at Provider.Request.
package manualpay

import (
	"context"

	"crossdock/core/fault"
	"crossdock/core/pay"
)

// Name is what the provider is called in transactions.
const Name = "manual"

// Provider is the manual payment provider. The zero value is ready, and safe for
// concurrent use.
type Provider struct{}

// Provider tells who carries out payments by the method, and whether this one does.
func (Provider) Provider(method pay.Method) (name string, offered bool) {
	if method != pay.OnDelivery && method != pay.BankTransfer {
		return "", false
	}
	return Name, true
}

// Request says how the step stands that people carry out:
//
//   - pay on delivery: it is authorized at once, as there is nothing to ask before
//     the door, and captured at hand-off, when the carrier owes the shop the money;
//   - bank transfer: it is authorized when the money has come in, so it is pending
//     until the office says so, and captured at hand-off, the money being there;
//   - giving back: success, with the reason saying what is left to do by hand.
//
// A method that is not offered, an unknown kind and an amount that is not above
// zero are fault.Invalid; a context that has ended is fault.Unavailable.
func (Provider) Request(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	if err := ctx.Err(); err != nil {
		return pay.Answer{}, &fault.Error{Kind: fault.Unavailable, Op: "manualpay", Message: "the question was given up", Cause: err}
	}
	if t.Amount.Minor <= 0 {
		return pay.Answer{}, fault.New(fault.Invalid, "a payment of %s cannot be carried out", t.Amount)
	}
	answer, known := answers[step{t.Method, t.Kind}]
	if !known {
		return pay.Answer{}, fault.New(fault.Invalid, "nobody can %s a payment by %s by hand", fault.Quote(string(t.Kind)), fault.Quote(string(t.Method)))
	}
	return answer, nil
}

// Status answers as Request did, and as it would: there is nothing else to know.
// It never says fault.NotFound.
func (p Provider) Status(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	return p.Request(ctx, t)
}

type step struct {
	method pay.Method
	kind   pay.Kind
}

var answers = map[step]pay.Answer{
	{pay.OnDelivery, pay.Authorize}: {State: pay.Success},
	{pay.OnDelivery, pay.Capture}:   {State: pay.Success, Reference: "cash on delivery"},
	{pay.OnDelivery, pay.Cancel}:    {State: pay.Success},
	{pay.OnDelivery, pay.Refund}:    {State: pay.Success, Reason: "to be paid back by hand"},

	{pay.BankTransfer, pay.Authorize}: {State: pay.Pending, Reason: "waiting for the transfer to come in"},
	{pay.BankTransfer, pay.Capture}:   {State: pay.Success, Reference: "bank transfer"},
	{pay.BankTransfer, pay.Cancel}:    {State: pay.Success, Reason: "to be transferred back by hand"},
	{pay.BankTransfer, pay.Refund}:    {State: pay.Success, Reason: "to be transferred back by hand"},
}
