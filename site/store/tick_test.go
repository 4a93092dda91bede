package store_test

import (
	"testing"
	"time"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/site/store"
)

// TestTickWritesNothing where nothing is due.
func TestTickWritesNothing(t *testing.T) {
	r := newAheadRig(t, till{Company: company(t)})
	r.expect("wh1", 5)
	r.place(want("tin", 2), want("mug", 7))
	r.keep("guest:1", want("pot", 1))
	c := order1(want("pot", 1))
	c.Payment = pay.BankTransfer
	o := r.buy(c)
	r.until("the transfer is waited for", func() bool { return r.money(o.ID).Pending()[0].NextAt.IsZero() })
	before := r.state()
	r.db.Fail(func(int) error { return errDisk }) // a commit would fail
	r.do(store.Tick{})
	r.db.Fail(nil)
	same(t, "state", before, r.state())
}

// TestTickByItself runs without anybody asking for it.
func TestTickByItself(t *testing.T) {
	r := newRig(t, store.Options{TickEvery: time.Millisecond})
	r.keep("guest:1", want("mug", 5))
	r.clock.move(time.Hour)
	r.until("the hold has expired", func() bool { return r.balance("mug", stock.ReservedAt("wh1")) == 0 })
}

// TestAskByNeed asks ahead for what is sold faster than it is held, once for each
// news of the warehouse's stock, and as far as there is any.
func TestAskByNeed(t *testing.T) {
	r := newRig(t, store.Options{})
	r.place(want("mug", 4))
	r.do(store.Tick{})
	if _, asked := r.last("wh1").(event.QuotaAsked); asked {
		t.Error("wh1 has nothing, and is asked")
	}
	r.hear("wh1", "levels", levels(stock.Level{SKU: "mug", Available: 2, Version: 1}))
	r.place(want("mug", 1))
	r.do(store.Tick{})
	ask, asked := r.last("wh1").(event.QuotaAsked)
	if !asked || ask.Units[0].SKU != "mug" || ask.Units[0].Quantity > 2 {
		t.Fatalf("wh1 heard %+v", r.last("wh1"))
	}
	r.hear("wh1", "quota", r.grant(ask.Ask)) // it cannot
	r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 1}))
	r.place(want("mug", 1))
	before := r.state()
	r.do(store.Tick{})
	same(t, "what wh1 hears while nothing has changed there", len(before.To1), len(r.state().To1))
	r.hear("wh1", "levels", levels(stock.Level{SKU: "mug", Available: 1, Version: 2}))
	r.hear("wh1", "quota", r.grant(ask.Ask, event.Units{SKU: "mug", Quantity: 1}))
	r.place(want("mug", 1))
	r.do(store.Tick{})
	if ask, asked := r.last("wh1").(event.QuotaAsked); !asked || ask.Units[0].Quantity != 1 {
		t.Errorf("after news of its stock wh1 heard %+v", r.last("wh1"))
	}
}

// TestBusyTick: a database that fails in the middle of a tick leaves nothing of it,
// in the rows or in memory.
func TestBusyTick(t *testing.T) {
	r := newPaidRig(t, store.Options{}, till{Company: company(t)})
	c := order1(want("mug", 2))
	c.Payment = pay.BankTransfer
	o := r.buy(c)
	r.keep("guest:1", want("mug", 1))
	r.clock.move(8 * 24 * time.Hour)
	r.reopen()
	r.locked.Store(&o.ID)
	before := r.state()
	if _, err := r.store.Do(t.Context(), store.Tick{}); !fault.Is(err, fault.Busy) {
		t.Fatalf("the database is busy: %v", err)
	}
	same(t, "state", before, r.state())
	same(t, "mugs that another can have", order.Voided, r.place(want("mug", 6)).Status) // the hold stands
	r.locked.Store(nil)
	r.do(store.Tick{})
	same(t, "mugs", [4]int64{5, 3, 0, 0}, r.mugs())
	same(t, "status", order.Voided, r.order(o.ID).Status)
}
