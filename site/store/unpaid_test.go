package store_test

import (
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/engine/testpay"
	"crossdock/site/store"
	"crossdock/site/writer"
)

// newBoundRig lets two orders of each customer wait for their transfers.
func newBoundRig(t *testing.T) *rig {
	return newPaidRig(t, store.Options{UnpaidAtMost: 2}, till{Company: company(t)})
}

// transfer is an order of a pot that is to be paid by bank transfer.
func transfer(by id.User) store.PlaceOrder {
	c := order1(want("pot", 1))
	c.Customer, c.Payment = by, pay.BankTransfer
	return c
}

func guest(email, phone string) store.PlaceOrder {
	c := transfer(id.User{})
	c.Address.Email, c.Address.Phone = email, phone
	return c
}

// taken runs an order that must stand, and waits for its bank transfer.
func (r *rig) taken(c store.PlaceOrder) order.Order {
	r.t.Helper()
	o := r.buy(c)
	same(r.t, "waits for its transfer", true, o.Unpaid && o.Status == order.Placed)
	r.until("the transfer is waited for", func() bool {
		asked := r.money(o.ID).Pending()
		return len(asked) == 1 && asked[0].NextAt.IsZero()
	})
	return o
}

// TestUnpaidAtMost refuses the order that is one too many, until one of the others
// is paid, called off or given up, whatever restarts in between. Other customers and
// other ways to pay are not concerned.
func TestUnpaidAtMost(t *testing.T) {
	r := newBoundRig(t)
	c := transfer(customer)
	c.Key = store.Key{Name: "k1"}
	first := r.taken(c)
	second := r.taken(transfer(customer))
	r.refused(fault.Conflict, "payment", transfer(customer))
	if _, err := r.store.Do(t.Context(), transfer(customer)); err == nil || message(err) != "2 orders of yours wait for their payment: pay or call off one of them first" {
		t.Errorf("refused with %v", err)
	}
	r.reopen()
	r.refused(fault.Conflict, "payment", transfer(customer))
	same(t, "the first again, by its key", first.ID, r.do(c).(store.Placement).Order.ID)
	r.taken(transfer(id.User{UUID: id.UUID{15: 2}}))
	same(t, "on delivery", false, r.place(want("mug", 1)).Unpaid)
	free, nothing := transfer(customer), money.Of(0, "GBP")
	free.Lines[0].SKU, free.Lines[0].Price = "mug", &nothing
	same(t, "of a gift", false, r.do(free).(store.Placement).Order.Unpaid)

	r.do(store.ConfirmPayment{Order: first.ID})
	r.reopen()
	third := r.taken(transfer(customer))
	r.refused(fault.Conflict, "payment", transfer(customer))
	r.do(store.VoidOrder{Order: third.ID, By: customer})
	fourth := r.taken(transfer(customer)) // the last pot
	r.refused(fault.Conflict, "payment", transfer(customer))
	r.clock.move(8 * 24 * time.Hour)
	r.do(store.Tick{})
	for _, o := range []order.Order{second, fourth} {
		same(t, "given up", order.Voided, r.order(o.ID).Status)
	}
	r.taken(transfer(customer))
	r.taken(transfer(customer))
	r.refused(fault.Conflict, "payment", transfer(customer))
}

// TestUnpaidGuests are told apart by e-mail, by phone where there is none, and not at
// all where there is neither.
func TestUnpaidGuests(t *testing.T) {
	for name, c := range map[string]struct {
		same  [3]store.PlaceOrder
		other store.PlaceOrder
		says  string
	}{
		"by e-mail": {
			[3]store.PlaceOrder{guest("ann@example.org", "0123-45"), guest("Ann@Example.ORG", "5432-10"), guest("ANN@example.org", "")},
			guest("bob@example.org", "0123-45"), "2 orders of yours wait for their payment: pay or call off one of them first",
		},
		"by phone": {
			[3]store.PlaceOrder{guest("", "0123-45"), guest("", " 01 23 45"), guest("", "(0)12345")},
			guest("", "0123-46"), "2 orders of yours wait for their payment: pay or call off one of them first",
		},
		"by nothing": {
			[3]store.PlaceOrder{guest("", ""), guest("", ""), guest("", "")},
			guest("ann@example.org", ""), "too many orders without an e-mail address and a phone number wait for their payment: give one of the two, or pay in another way",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newBoundRig(t)
			r.taken(c.same[0])
			r.taken(c.same[1])
			r.reopen()
			if _, err := r.store.Do(t.Context(), c.same[2]); !fault.Is(err, fault.Conflict) || message(err) != c.says {
				t.Errorf("refused with %v", err)
			}
			r.taken(c.other)
		})
	}
}

// TestUnpaidInOneBatch counts what is decided and not yet written.
func TestUnpaidInOneBatch(t *testing.T) {
	r := newBoundRig(t)
	jobs := r.queue(transfer(customer), transfer(customer), transfer(customer))
	var refused int
	for _, job := range jobs {
		if err := wait(t, job); fault.Is(err, fault.Conflict) {
			refused++
		} else if err != nil {
			t.Error(err)
		}
	}
	same(t, "refused", 1, refused)
}

// TestUnpaidAfterAFailure counts no order that could not be written.
func TestUnpaidAfterAFailure(t *testing.T) {
	r := newBoundRig(t)
	r.taken(transfer(customer))
	r.db.Fail(func(int) error { return errDisk })
	for range 3 {
		if _, err := r.store.Do(t.Context(), transfer(customer)); err == nil || fault.Is(err, fault.Conflict) {
			t.Errorf("the disk is full: %v", err)
		}
	}
	r.db.Fail(nil)
	r.taken(transfer(customer))
	r.refused(fault.Conflict, "payment", transfer(customer))
}

// TestUnpaidByCardIsNoDebt: a card that nobody answers for is the company's to settle.
func TestUnpaidByCardIsNoDebt(t *testing.T) {
	r := newPaidRig(t, store.Options{UnpaidAtMost: 1}, till{Company: company(t)})
	same(t, "not answered", true, r.buy(byCard(testpay.TokenTimeout, want("mug", 1))).Unpaid)
	r.taken(transfer(customer))
	if _, err := r.store.Do(t.Context(), transfer(customer)); err == nil || message(err) != "1 order of yours waits for its payment: pay it or call it off first" {
		t.Errorf("refused with %v", err)
	}
}

func wait(t *testing.T, job *writer.Job) error {
	t.Helper()
	_, err := job.Wait(t.Context())
	return err
}

func message(err error) string {
	text, _ := fault.Public(err)
	return text
}
