package paytest

import (
	"context"
	"slices"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/pay"
)

// A provider has one name, and offers exactly the methods that it has means for.
func saysWhatItOffers(t *testing.T, s Subject) {
	for _, method := range append(pay.Methods(), "", "barter") {
		wanted := slices.ContainsFunc(s.Means, func(m pay.Means) bool { return m.Method == method })
		name, offered := s.Payments.Provider(method)
		if offered != wanted || offered != (name != "") {
			t.Errorf("Provider(%q) = %q, %t; want offered: %t", method, name, offered, wanted)
		}
		for _, means := range s.Means {
			if means.Method == method && means.Provider != name {
				t.Errorf("Provider(%q) = %q; want %q", method, name, means.Provider)
			}
		}
	}
}

// Every step of an order that is half captured and half canceled is answered, and
// the money is where the answers say.
func answersEachKind(t *testing.T, s Subject) {
	for i, means := range s.Means {
		t.Run(string(means.Method), func(t *testing.T) {
			o := newOrder(s, i+1)
			step, err := o.account.Authorize(means, gbp(100), now)
			o.must(t, step, err)
			o.same(t)
			step, err = o.account.Capture(gbp(60), now)
			o.must(t, step, err)
			o.same(t)
			step, err = o.account.Cancel(gbp(40), now)
			o.must(t, step, err)
			o.same(t)
			step, err = o.account.Refund(gbp(25), now)
			o.must(t, step, err)
			o.same(t)
			for _, step := range o.transactions {
				if step.State != pay.Success {
					t.Errorf("approved means: %+v", step)
				}
			}
		})
	}
}

// Asked twice, or asked what became of it, a provider tells the same story, and
// the money moves once.
func answersAgainAlike(t *testing.T, s Subject) {
	for i, means := range s.Means {
		t.Run(string(means.Method), func(t *testing.T) {
			o := newOrder(s, i+1)
			step, err := o.account.Authorize(means, gbp(100), now)
			asksAgain(t, o, step, err)
			step, err = o.account.Capture(gbp(60), now)
			asksAgain(t, o, step, err)
			step, err = o.account.Cancel(gbp(40), now)
			asksAgain(t, o, step, err)
			step, err = o.account.Refund(gbp(60), now)
			asksAgain(t, o, step, err)
		})
	}
}

func asksAgain(t *testing.T, o *order, step pay.Transaction, err error) {
	t.Helper()
	o.must(t, step, err)
	want, err := o.subject.Payments.Status(t.Context(), step)
	if err != nil {
		t.Fatalf("Status after it is settled: %v", err)
	}
	for name, ask := range map[string]func(context.Context, pay.Transaction) (pay.Answer, error){
		"Request": o.subject.Payments.Request, "Status": o.subject.Payments.Status,
	} {
		for range 2 {
			if got, err := ask(t.Context(), step); err != nil || got != want {
				t.Errorf("%s of the %s again: %+v, %v; want %+v", name, step.Kind, got, err, want)
			}
		}
	}
	o.same(t)
}

// What cannot be carried out is refused, and leaves no trace.
func refusesOddSteps(t *testing.T, s Subject) {
	o := newOrder(s, 1)
	good, err := o.account.Authorize(s.Means[0], gbp(100), now)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*pay.Transaction){
		"no method":         func(t *pay.Transaction) { t.Method = "" },
		"an odd method":     func(t *pay.Transaction) { t.Method = "barter" },
		"no kind":           func(t *pay.Transaction) { t.Kind = "" },
		"an odd kind":       func(t *pay.Transaction) { t.Kind = "chargeback" },
		"nothing":           func(t *pay.Transaction) { t.Amount = gbp(0) },
		"less than nothing": func(t *pay.Transaction) { t.Amount = gbp(-1) },
	} {
		odd := good
		change(&odd)
		if answer, err := s.Payments.Request(t.Context(), odd); !fault.Is(err, fault.Invalid) || answer != (pay.Answer{}) {
			t.Errorf("%s: %+v, %v; want an invalid fault", name, answer, err)
		}
	}
	for _, method := range pay.Methods() {
		if _, offered := s.Payments.Provider(method); offered {
			continue
		}
		odd := good
		odd.Method = method
		if answer, err := s.Payments.Request(t.Context(), odd); !fault.Is(err, fault.Invalid) || answer != (pay.Answer{}) {
			t.Errorf("a payment by %s, which is not offered: %+v, %v; want an invalid fault", method, answer, err)
		}
	}
	o.same(t)
	if settled := o.must(t, good, nil); settled.State != pay.Success {
		t.Errorf("the good step after the odd ones: %+v", settled)
	}
	o.same(t)
}

// One name is one step: a second step under it is refused, by Request and Status.
func tellsApart(t *testing.T, s Subject) {
	if !s.Remembers {
		t.Log("this provider remembers nothing")
		return
	}
	o := newOrder(s, 1)
	first, err := o.account.Authorize(s.Means[0], gbp(100), now)
	o.must(t, first, err)
	for name, change := range map[string]func(*pay.Transaction){
		"another amount":   func(t *pay.Transaction) { t.Amount = gbp(101) },
		"another currency": func(t *pay.Transaction) { t.Amount.Currency = "EUR" },
		"another kind":     func(t *pay.Transaction) { t.Kind = pay.Capture },
		"another order":    func(t *pay.Transaction) { t.Order = orderID(2) },
		"another token":    func(t *pay.Transaction) { t.Token += "2" },
	} {
		other := first
		change(&other)
		for call, ask := range map[string]func(context.Context, pay.Transaction) (pay.Answer, error){
			"Request": s.Payments.Request, "Status": s.Payments.Status,
		} {
			answer, err := ask(t.Context(), other)
			if call == "Status" && other.Kind == first.Kind && other.Order == first.Order {
				if err != nil || answer.Amount != first.Amount || answer.Token != first.Token {
					t.Errorf("Status with %s: %+v, %v; want it as it was requested", name, answer, err)
				}
				continue
			}
			if !fault.Is(err, fault.Mismatch) || answer != (pay.Answer{}) {
				t.Errorf("%s with %s: %+v, %v; want a mismatch", call, name, answer, err)
			}
		}
	}
	o.same(t)
}

// Status of what was never requested says so, and does not start it.
func neverHeard(t *testing.T, s Subject) {
	if !s.Remembers {
		t.Log("this provider remembers nothing")
		return
	}
	o := newOrder(s, 1)
	step, err := o.account.Authorize(s.Means[0], gbp(100), now)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if answer, err := s.Payments.Status(t.Context(), step); !fault.Is(err, fault.NotFound) || answer != (pay.Answer{}) {
			t.Errorf("Status of what was never asked: %+v, %v; want not-found", answer, err)
		}
	}
	o.same(t)
}

// A caller that goes away gets an error, and can find out later what became of it.
func givesUp(t *testing.T, s Subject) {
	for i, means := range s.Means {
		o := newOrder(s, i+1)
		step, err := o.account.Authorize(means, gbp(100), now)
		if err != nil {
			t.Fatal(err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for name, ask := range map[string]func(context.Context, pay.Transaction) (pay.Answer, error){
			"Request": s.Payments.Request, "Status": s.Payments.Status,
		} {
			if answer, err := ask(gone, step); !fault.Is(err, fault.Unavailable) || answer != (pay.Answer{}) {
				t.Errorf("%s by a caller who is gone: %+v, %v; want unavailable", name, answer, err)
			}
		}
		if settled := o.must(t, step, nil); settled.State != pay.Success {
			t.Errorf("asked again: %+v", settled)
		}
		o.same(t)
	}
}
