package store_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/engine/testpay"
	"crossdock/site/store"
)

// refuser is a card company that refuses captures, or answers none, while it is told to.
type refuser struct {
	till
	refuses, silent atomic.Bool
}

func (c *refuser) Request(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	switch {
	case t.Kind == pay.Capture && c.silent.Load():
		return pay.Answer{}, fault.New(fault.Unavailable, "nobody answers")
	case t.Kind == pay.Capture && c.refuses.Load():
		return pay.Answer{State: pay.Failed, Reason: "the card is blocked"}, nil
	}
	return c.till.Request(ctx, t)
}

// newRefused takes an order of seven mugs by card. Both warehouses have sent their
// part, and the capture of five of them was refused.
func newRefused(t *testing.T) (*rig, *refuser, order.Order) {
	p := &refuser{till: till{Company: company(t)}}
	r := newPaidRig(t, store.Options{}, p)
	o := r.buy(byCard(testpay.TokenApproved, want("mug", 7)))
	p.refuses.Store(true)
	r.send(o, 0)
	r.until("the capture is refused", func() bool { return r.captures(o.ID) == "failed" })
	p.refuses.Store(false)
	r.clock.move(time.Second) // steps are in order of time
	r.send(o, 1)
	r.until("the other parcel is captured", func() bool { return r.captures(o.ID) == "failed success" })
	same(t, "money", [4]int64{3150, 900, 0, 0}, r.sums(o.ID))
	return r, p, o
}

// captures tells what became of each capture of an order, the newest last.
func (r *rig) captures(which id.Order) string {
	r.t.Helper()
	steps, err := r.db.Transactions(r.t.Context(), which)
	if err != nil {
		r.t.Fatal(err)
	}
	var states []string
	for _, step := range steps {
		if step.Kind == pay.Capture {
			states = append(states, string(step.State))
		}
	}
	return strings.Join(states, " ")
}

func (r *rig) capture(c store.CapturePayment) order.Order {
	r.t.Helper()
	r.clock.move(time.Second)
	o, err := r.store.Capture(r.t.Context(), c)
	if err != nil {
		r.t.Fatal(err)
	}
	same(r.t, "what the asker is told, and what is stored", r.order(o.ID), o)
	return o
}

// TestCaptureAgain takes just the money that a refused capture did not, once for
// each key, and says what the company answered.
func TestCaptureAgain(t *testing.T) {
	r, p, o := newRefused(t)
	p.refuses.Store(true)
	r.capture(store.CapturePayment{Order: o.ID})
	same(t, "refused again", "failed success failed", r.captures(o.ID))
	p.refuses.Store(false)
	command := store.CapturePayment{Key: store.Key{Name: "c1"}, Order: o.ID}
	got := r.capture(command)
	same(t, "money", [4]int64{3150, 3150, 0, 0}, r.sums(o.ID))
	events, _, err := r.db.Story(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the story", []string{"asked again for €22.50", "€22.50 taken"},
		[]string{events[len(events)-2].Text, last(events).Text})
	same(t, "the company's books", 3150, p.Moved(o.ID)[pay.Capture].Minor)
	before := r.state()
	same(t, "under the same key", got, r.capture(command))
	same(t, "state after the second time", before, r.state())
	command.Key.BodyHash[0]++
	r.refused(fault.Mismatch, "", command)
	r.conflict("order 1 is captured already: €31.50", store.CapturePayment{Order: o.ID})
}

// conflict runs a command that must be refused in these words.
func (r *rig) conflict(says string, command any) {
	r.t.Helper()
	r.refused(fault.Conflict, "", command)
	_, err := r.store.Do(r.t.Context(), command)
	if message, _ := fault.Public(err); !strings.Contains(message, says) {
		r.t.Errorf("%q does not say %q", message, says)
	}
}

// TestCaptureUnanswered: while nobody knows what became of a capture, no other one
// is asked for.
func TestCaptureUnanswered(t *testing.T) {
	r, p, o := newRefused(t)
	p.silent.Store(true)
	r.capture(store.CapturePayment{Order: o.ID})
	same(t, "captures", "failed success pending", r.captures(o.ID))
	r.conflict("a capture of €22.50 of order 1 is on its way", store.CapturePayment{Order: o.ID})
	p.silent.Store(false)
	r.askOften(o.ID)
	same(t, "money", [4]int64{3150, 3150, 0, 0}, r.sums(o.ID))
}

// TestCaptureOfWhatCameBack gives back the money of what was looked at already, as
// soon as there is any.
func TestCaptureOfWhatCameBack(t *testing.T) {
	r, _, o := newRefused(t)
	one := r.sendBack(o, back(1))[0]
	r.hear("wh1", o.ID.String(), received(one, 1), inspected(one, 1, 0))
	r.until("the other parcel's money is given back first", func() bool { return r.sums(o.ID) == [4]int64{3150, 900, 0, 450} })
	r.capture(store.CapturePayment{Order: o.ID})
	same(t, "money", [4]int64{3150, 3150, 0, 450}, r.sums(o.ID))
}

// TestCaptureRefused of what is not due.
func TestCaptureRefused(t *testing.T) {
	p := &refuser{till: till{Company: company(t)}}
	r := newPaidRig(t, store.Options{}, p)
	capture := func(o order.Order) store.CapturePayment { return store.CapturePayment{Order: o.ID} }
	r.refused(fault.NotFound, "", store.CapturePayment{Order: id.Order{UUID: id.UUID{15: 99}}})

	packed := r.buy(byCard(testpay.TokenApproved, want("mug", 1)))
	r.conflict("nothing of order 1 was handed over", capture(packed))
	transfer := order1(want("mug", 1))
	transfer.Payment = pay.BankTransfer
	r.conflict("order 2 is not authorized yet", capture(r.buy(transfer)))
	declined := r.buy(byCard(testpay.TokenDeclined, want("mug", 1)))
	r.conflict("no money is set aside for order 3", capture(declined))
	free := order1(want("mug", 1))
	free.Lines[0].Price = &money.Amount{Currency: "EUR"}
	gift := r.buy(free)
	r.send(gift, 0)
	r.conflict("no money is set aside for order 4", capture(gift))
	door := r.place(want("mug", 1))
	r.send(door, 0)
	r.conflict("order 5 is captured already: €4.50", capture(door))

	p.refuses.Store(true)
	o := r.buy(byCard(testpay.TokenApproved, want("pot", 1)))
	r.send(o, 0)
	r.until("the capture is refused", func() bool { return r.captures(o.ID) == "failed" })
	one := r.sendBack(o, back(1))[0]
	parts := []order.Part{{Line: 1, SKU: "pot", Quantity: 1}}
	news := received(one, 1)
	news.Parts = parts
	r.hear("wh1", o.ID.String(), news)
	r.conflict("all that was handed over of order 6 came back", capture(o))
}

// TestCaptureAcrossARestart: the store goes down before the company has answered,
// and asks it on.
func TestCaptureAcrossARestart(t *testing.T) {
	r, p, o := newRefused(t)
	p.silent.Store(true)
	r.do(store.CapturePayment{Order: o.ID})
	p.silent.Store(false)
	r.clock.move(time.Hour)
	r.reopen()
	r.until("the money is taken", func() bool { return r.sums(o.ID) == [4]int64{3150, 3150, 0, 0} })
	same(t, "the company's books", 3150, p.Moved(o.ID)[pay.Capture].Minor)
}
