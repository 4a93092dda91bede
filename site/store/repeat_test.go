package store_test

import (
	"context"
	"testing"
	"time"

	"crossdock/core/order"
	"crossdock/site/store"
)

// counted is a database that tells of each look-up of a request.
type counted struct {
	store.Lookups
	requests chan struct{}
}

func (c counted) Request(ctx context.Context, key string) (store.Request, error) {
	c.requests <- struct{}{}
	return c.Lookups.Request(ctx, key)
}

// placeAtOnce has several callers place the same order.
func placeAtOnce(ctx context.Context, s *store.Store, command store.PlaceOrder, callers int) <-chan store.Placement {
	answers := make(chan store.Placement, callers)
	for range callers {
		go func() {
			placement, err := s.Place(ctx, command)
			if err != nil {
				placement.Order.Reason = err.Error()
			}
			answers <- placement
		}()
	}
	return answers
}

// TestRepeatWhilePaying: who asks again while the card company is being asked waits
// for its answer, and gets the same one as who asked first.
func TestRepeatWhilePaying(t *testing.T) {
	const more = 3
	g := newGate(t)
	r := newPaidRig(t, store.Options{}, g)
	r.store.Close()
	lookups := counted{r.db, make(chan struct{}, 10)}
	opened, err := store.Open(t.Context(), store.Ports{
		Journal: r.journal, Lookups: lookups, Queries: r.db, Records: r.db, Payments: g, IDs: r.ids, Now: r.clock.now,
	}, r.options)
	if err != nil {
		t.Fatal(err)
	}
	r.store = opened
	t.Cleanup(opened.Close)
	command := byCard("tok", want("pot", 1))
	command.Key = store.Key{Name: "once"}

	first := placeAtOnce(t.Context(), r.store, command, 1)
	<-lookups.requests
	r.until("the order is there, unpaid", func() bool { return len(r.state().Orders) == 1 })
	for range 2 {
		r.do(store.SetWarehouses{}) // what was staged with the order is not at hand any more
	}
	again := placeAtOnce(t.Context(), r.store, command, more)
	for range more {
		<-lookups.requests
	}
	r.do(store.SetWarehouses{}) // behind them: all are decided
	select {
	case early := <-again:
		t.Fatalf("answered before the card company has: %+v", early.Order)
	case early := <-first:
		t.Fatalf("answered before the card company has: %+v", early.Order)
	default:
	}
	close(g.open)
	told := <-first
	same(t, "the first", order.Voided, told.Order.Status)
	for range more {
		p := <-again
		same(t, "a repetition", told.Order, p.Order)
		same(t, "is one", true, p.Repeat)
	}
	same(t, "orders", 1, len(r.state().Orders))
}

// TestRepeatsAtOnce gives callers who come at the same time one order and one answer,
// whatever the card company says.
func TestRepeatsAtOnce(t *testing.T) {
	const callers = 4
	for token, wanted := range map[string]struct {
		status order.Status
		unpaid bool
	}{"tok_declined": {order.Voided, false}, "tok_approved": {order.Placed, false}, "tok_slow": {order.Placed, true}} {
		t.Run(token, func(t *testing.T) {
			r := newPaidRig(t, store.Options{PayWait: time.Minute}, company(t))
			for _, key := range []string{"a", "b", "c", "d"} {
				command := byCard(token, want("pot", 1))
				command.Key = store.Key{Name: key}
				answers := placeAtOnce(t.Context(), r.store, command, callers)
				told := (<-answers).Order
				same(t, "status", wanted.status, told.Status)
				same(t, "unpaid", wanted.unpaid, told.Unpaid)
				for range callers - 1 {
					same(t, "another answer", told, (<-answers).Order)
				}
			}
			same(t, "orders", 4, len(r.state().Orders))
		})
	}
}
