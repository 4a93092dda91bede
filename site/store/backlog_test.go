package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/engine/memory"
	"crossdock/site/store"
)

// TestManyAreDue: they are called off over several ticks, in order of placement, so
// that others are served in between.
func TestManyAreDue(t *testing.T) {
	const perTick = 500
	r := newAheadRig(t, till{Company: company(t)})
	r.expect("wh1", perTick+2)
	orders := make([]order.Order, perTick+2)
	for i := range orders {
		c := order1(want("tin", 1))
		c.Payment = pay.BankTransfer
		orders[i] = r.do(c).(store.Placement).Order
	}
	r.clock.move(8 * 24 * time.Hour)
	voided := func() (n int) {
		for _, o := range orders {
			if r.order(o.ID).Status == order.Voided {
				n++
			}
		}
		return n
	}
	r.do(store.Tick{})
	same(t, "called off by the first tick", perTick, voided())
	same(t, "the newest", order.Backordered, r.order(orders[perTick+1].ID).Status)
	r.do(store.Tick{})
	same(t, "called off by the second", len(orders), voided())
}

// TestWaitingElsewhere is not in the way: units that cannot go to a district serve
// others without a look at its orders.
func TestWaitingElsewhere(t *testing.T) {
	r := newAheadRig(t, nil)
	r.expect("wh2", 9)
	south := order1(want("tin", 1))
	south.Address.District = "south" // which wh1 does not ship to
	elsewhere := r.do(south).(store.Placement).Order
	here := r.place(want("tin", 1))
	r.reopen()
	r.locked.Store(&elsewhere.ID)
	r.hear("wh1", "quota", r.grant(id.Grant{}, tins(2)))
	r.locked.Store(nil)
	same(t, "waiting", []int64{1, 0}, r.waits(elsewhere, here))
}

// stuck is a database in which no order can be found.
type stuck struct{ store.Lookups }

var errLookup = errors.New("the index is damaged")

func (stuck) Order(context.Context, id.Order) (order.Order, error) {
	return order.Order{}, &fault.Error{Kind: fault.Busy, Message: "busy", Cause: errLookup}
}

// TestFailingTick is told: else nobody would know that nothing is called off.
func TestFailingTick(t *testing.T) {
	r := newPaidRig(t, store.Options{}, till{Company: company(t)})
	c := order1(want("mug", 1))
	c.Payment = pay.BankTransfer
	r.buy(c)
	r.clock.move(8 * 24 * time.Hour)
	r.store.Close()
	failed := make(chan error, 1)
	s, err := store.Open(t.Context(), ports(r, r.db.Clone(), failed), store.Options{TickEvery: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	select {
	case err := <-failed:
		if !errors.Is(err, errLookup) {
			t.Errorf("told: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody is told")
	}
}

// TestMoveOutOfReach keeps nothing for a move that a warehouse cannot be asked for.
func TestMoveOutOfReach(t *testing.T) {
	for _, cut := range []id.Site{"", "wh2"} {
		r, _ := newSplit(t, [2]order.Stage{order.Accepted, order.Accepted})
		r.store.Close()
		r.db = r.db.Clone()
		with := ports(r, r.db, make(chan error, 1))
		with.Lookups, with.Reachable = r.db, func(warehouse id.Site) bool { return warehouse != cut }
		s, err := store.Open(t.Context(), with, r.options)
		if err != nil {
			t.Fatal(err)
		}
		r.store = s
		t.Cleanup(s.Close)
		r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 1}))
		r.do(store.Tick{})
		kept := int64(2)
		if cut != "" {
			kept = 0
		}
		same(t, "kept for the move while cut off is "+string(cut), kept, r.balance("mug", stock.ReservedAt("wh1")))
	}
}

func ports(r *rig, db *memory.Store, failed chan<- error) store.Ports {
	return store.Ports{
		Journal: db, Lookups: stuck{db}, Queries: db, Records: db, Payments: r.pay, IDs: r.ids, Now: r.clock.now,
		Failed: func(err error) {
			select {
			case failed <- err:
			default: // one is enough
			}
		},
	}
}
