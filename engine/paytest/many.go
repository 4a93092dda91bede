package paytest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crossdock/core/money"
	"crossdock/core/pay"
)

// callers is how many ask side by side.
const callers = 16

// sideBySide runs f for every caller at once, and returns their errors.
func sideBySide(f func(caller int) error) error {
	faults := make([]error, callers)
	var group sync.WaitGroup
	start := make(chan struct{})
	for caller := range callers {
		group.Go(func() {
			<-start
			faults[caller] = f(caller)
		})
	}
	close(start)
	group.Wait()
	return errors.Join(faults...)
}

// One step that many ask for at a time is one step, with one answer.
func askedByMany(t *testing.T, s Subject) {
	for i, means := range s.Means {
		o := newOrder(s, i+1)
		step, err := o.account.Authorize(means, gbp(100), now)
		if err != nil {
			t.Fatal(err)
		}
		answers := make([]pay.Transaction, callers)
		if err := sideBySide(func(caller int) (err error) {
			answers[caller], err = settle(t.Context(), s.Payments, step)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, answer := range answers {
			if answer.State != pay.Success || answer.Reference != answers[0].Reference {
				t.Errorf("one step, two answers: %+v and %+v", answers[0], answer)
			}
		}
		o.must(t, step, nil)
		o.same(t)
	}
}

// Orders that are paid side by side do not meet.
func manyOrders(t *testing.T, s Subject) {
	for i, means := range s.Means {
		orders := make([]*order, callers)
		if err := sideBySide(func(caller int) error {
			o := newOrder(s, i*callers+caller+1)
			orders[caller] = o
			step, err := o.account.Authorize(means, gbp(int64(100+caller)), now)
			if _, err := o.carry(t.Context(), step, err); err != nil {
				return fmt.Errorf("order %d: %w", caller, err)
			}
			step, err = o.account.Capture(gbp(int64(1+caller)), now)
			_, err = o.carry(t.Context(), step, err)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for caller, o := range orders {
			o.same(t)
			if got, want := o.account.Captured(), gbp(int64(1+caller)); got != want {
				t.Errorf("order %d captured %s, want %s", caller, got, want)
			}
		}
	}
}

// Whatever a store asks that its books allow, in whatever order and however often,
// the provider approves, and its money is the books'.
func movesWhatTheBooksSay(t *testing.T, s Subject) {
	number := 0
	rapid.Check(t, func(rt *rapid.T) {
		number++ // an order of its own for every run
		o := newOrder(s, number)
		carry := func(step pay.Transaction, err error) {
			settled, err := o.carry(t.Context(), step, err)
			if err != nil || settled.State != pay.Success {
				rt.Fatalf("the step %+v: %+v, %v", step, settled, err)
			}
			if rapid.Bool().Draw(rt, "again") {
				if _, err := s.Payments.Request(t.Context(), step); err != nil {
					rt.Fatalf("the step %+v again: %v", step, err)
				}
			}
			o.same(rt)
		}
		carry(o.account.Authorize(rapid.SampledFrom(s.Means).Draw(rt, "means"), gbp(100), now))
		some := func(ask func(money.Amount, time.Time) (pay.Transaction, error), left money.Amount) {
			if !left.IsZero() {
				carry(ask(gbp(rapid.Int64Range(1, left.Minor).Draw(rt, "minor")), now))
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"capture": func(*rapid.T) { some(o.account.Capture, o.account.Capturable()) },
			"cancel":  func(*rapid.T) { some(o.account.Cancel, o.account.Capturable()) },
			"refund":  func(*rapid.T) { some(o.account.Refund, o.account.Refundable()) },
		})
	})
}
