package paytest

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/pay"
)

// order is the payment of one order, carried out as a store does it.
type order struct {
	subject      Subject
	id           id.Order
	account      pay.Account
	transactions []pay.Transaction
}

func newOrder(s Subject, n int) *order {
	o := &order{subject: s, id: orderID(n)}
	if err := o.read(); err != nil {
		panic(err) // an empty list is no corrupt one
	}
	return o
}

func (o *order) read() (err error) {
	o.account, err = pay.Open(o.id, o.transactions)
	return err
}

// must carries a step out and returns what became of it. err is that of asking
// the account for the step.
func (o *order) must(t *testing.T, step pay.Transaction, err error) pay.Transaction {
	t.Helper()
	settled, err := o.carry(t.Context(), step, err)
	if err != nil {
		t.Fatal(err)
	}
	return settled
}

// carry is must, for goroutines.
func (o *order) carry(ctx context.Context, step pay.Transaction, err error) (pay.Transaction, error) {
	if err != nil {
		return step, fmt.Errorf("the step cannot be asked for: %w", err)
	}
	settled, err := settle(ctx, o.subject.Payments, step)
	if err != nil {
		return step, err
	}
	o.transactions = append(o.transactions, settled)
	return settled, o.read()
}

// settle asks the provider until it has decided, by the protocol of the port: a
// Request first, then Status, and Request again where it was never heard of. What
// waits for people is settled as the office would.
func settle(ctx context.Context, payments Payments, step pay.Transaction) (pay.Transaction, error) {
	const patience = 20 // questions; a provider that needs more does not approve
	ask := payments.Request
	for range patience {
		answer, err := ask(ctx, step)
		if fault.Is(err, fault.NotFound) {
			ask = payments.Request
			continue
		}
		ask = payments.Status
		if err != nil {
			step = pay.Later(step, now)
			continue
		}
		if step, err = pay.Resolve(step, answer, now); err != nil {
			return step, err
		}
		if step.NextAt.IsZero() && !step.State.Final() {
			return pay.Resolve(step, pay.Answer{State: pay.Success, Reference: "said the office"}, now)
		}
		if step.State.Final() {
			return step, nil
		}
	}
	return step, fmt.Errorf("the provider did not decide: %+v", step)
}

// same compares the provider's money with the books'.
func (o *order) same(t interface {
	Helper()
	Fatalf(format string, args ...any)
},
) {
	t.Helper()
	if o.subject.Moved == nil {
		return
	}
	want := map[pay.Kind]money.Amount{}
	for kind, amount := range map[pay.Kind]money.Amount{
		pay.Authorize: o.account.Authorized(), pay.Capture: o.account.Captured(),
		pay.Cancel: o.account.Canceled(), pay.Refund: o.account.Refunded(),
	} {
		if !amount.IsZero() {
			want[kind] = amount
		}
	}
	if diff := cmp.Diff(want, o.subject.Moved(o.id)); diff != "" {
		t.Fatalf("the money of order %s (-books +provider):\n%s", o.id, diff)
	}
}
