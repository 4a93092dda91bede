package testpay_test

import (
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/pay"
	"crossdock/engine/paytest"
	"crossdock/engine/testpay"
)

var (
	_ paytest.Payments = (*testpay.Company)(nil)

	order = id.Order{UUID: id.UUID{0x01, 0x9a}}
	now   = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
)

// Every card that is approved in the end passes, in memory and on a file.
func TestSuite(t *testing.T) {
	for _, token := range []string{
		testpay.TokenApproved, testpay.TokenTimeout, testpay.TokenLost, testpay.TokenTwice, testpay.TokenSlow,
	} {
		t.Run(token, func(t *testing.T) { suite(t, token, func(*testing.T) testpay.Options { return testpay.Options{} }) })
	}
	t.Run("on a file", func(t *testing.T) {
		suite(t, testpay.TokenApproved, func(t *testing.T) testpay.Options {
			return testpay.Options{File: filepath.Join(t.TempDir(), "cards")}
		})
	})
}

func suite(t *testing.T, token string, options func(t *testing.T) testpay.Options) {
	paytest.Run(t, func(t *testing.T) paytest.Subject {
		company := start(t, options(t))
		return paytest.Subject{
			Payments: company, Remembers: true, Moved: company.Moved,
			Means: []pay.Means{{Method: pay.Card, Provider: testpay.Name, Token: token}},
		}
	})
}

func start(t *testing.T, options testpay.Options) *testpay.Company {
	t.Helper()
	company, err := testpay.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := company.Close(); err != nil {
			t.Error(err)
		}
	})
	return company
}

// step is the n-th transaction of its kind.
func step(kind pay.Kind, n int, minor int64, token string) pay.Transaction {
	return pay.Transaction{
		ID: pay.TransactionID(order, kind, n), Order: order, At: now, Method: pay.Card, Kind: kind, State: pay.Pending,
		Amount: money.Of(minor, "GBP"), Provider: testpay.Name, Token: token, NextAt: now,
	}
}

// told is one call and what came back, in short: a state, or the kind of a fault.
func told(t *testing.T, company *testpay.Company, call string, s pay.Transaction) (string, pay.Answer) {
	t.Helper()
	ask := company.Request
	if call == "status" {
		ask = company.Status
	}
	answer, err := ask(t.Context(), s)
	if err != nil {
		return fault.KindOf(err).String(), answer
	}
	return string(answer.State), answer
}

// The cards, as a store meets them: what is asked, what it hears, and whether the
// money has moved by then.
func TestCards(t *testing.T) {
	type exchange struct {
		call, hears string
		moved       bool
	}
	for token, script := range map[string][]exchange{
		"tok_approved":         {{"status", "not-found", false}, {"request", "success", true}, {"request", "success", true}, {"status", "success", true}},
		"tok_expired":          {{"request", "success", true}, {"status", "success", true}},
		"tok_declined":         {{"request", "failed", false}, {"request", "failed", false}, {"status", "failed", false}},
		"tok_timeout":          {{"request", "unavailable", true}, {"status", "success", true}, {"request", "success", true}},
		"tok_timeout_declined": {{"request", "unavailable", false}, {"status", "failed", false}, {"request", "failed", false}},
		"tok_lost":             {{"request", "unavailable", false}, {"status", "not-found", false}, {"status", "not-found", false}, {"request", "success", true}, {"status", "success", true}},
		"tok_twice":            {{"request", "success", true}, {"request", "success", true}, {"status", "success", true}},
		"tok_slow":             {{"request", "pending", false}, {"status", "pending", false}, {"request", "pending", false}, {"status", "pending", false}, {"status", "success", true}, {"request", "success", true}},
		"tok_of_nobody":        {{"request", "failed", false}, {"status", "failed", false}},
		"":                     {{"request", "failed", false}, {"status", "failed", false}},
	} {
		t.Run(token, func(t *testing.T) {
			company, s := start(t, testpay.Options{}), step(pay.Authorize, 1, 100, token)
			for i, want := range script {
				if hears, answer := told(t, company, want.call, s); hears != want.hears {
					t.Fatalf("call %d, %s: %s (%+v); want %s", i+1, want.call, hears, answer, want.hears)
				}
				if _, moved := company.Moved(order)[pay.Authorize]; moved != want.moved {
					t.Errorf("call %d, %s: the money moved: %t, want %t", i+1, want.call, moved, want.moved)
				}
			}
		})
	}
	for _, token := range testpay.Tokens() {
		if _, answer := told(t, start(t, testpay.Options{}), "request", step(pay.Authorize, 1, 100, token)); answer.Reason == "the card is not known" {
			t.Errorf("%s is listed and not known", token)
		}
	}
}

func TestReasons(t *testing.T) {
	company := start(t, testpay.Options{})
	_, declined := told(t, company, "request", step(pay.Authorize, 1, 100, testpay.TokenDeclined))
	_, unknown := told(t, company, "request", step(pay.Authorize, 2, 100, "tok_of_nobody"))
	told(t, company, "request", step(pay.Authorize, 3, 100, testpay.TokenExpired))
	_, expired := told(t, company, "request", step(pay.Capture, 1, 100, testpay.TokenExpired))
	for answer, want := range map[pay.Answer]string{
		declined: "the card was declined: insufficient funds", unknown: "the card is not known", expired: "the authorization has expired",
	} {
		if answer.State != pay.Failed || answer.Reason != want || answer.Reference == "" {
			t.Errorf("%+v; want failed, because %s", answer, want)
		}
	}
	if hears, answer := told(t, company, "request", step(pay.Cancel, 1, 100, testpay.TokenExpired)); hears != "success" {
		t.Errorf("what cannot be captured cannot be canceled: %+v", answer)
	}
}

func TestSlowFor(t *testing.T) {
	company, s := start(t, testpay.Options{SlowFor: 5}), step(pay.Authorize, 1, 100, testpay.TokenSlow)
	told(t, company, "request", s)
	for i := range 5 {
		if hears, _ := told(t, company, "status", s); hears != "pending" {
			t.Errorf("question %d: %s", i+1, hears)
		}
	}
	if hears, _ := told(t, company, "status", s); hears != "success" {
		t.Errorf("the sixth question: %s", hears)
	}
	if company, err := testpay.Open(testpay.Options{SlowFor: -1}); !fault.Is(err, fault.Invalid) {
		t.Errorf("SlowFor -1: %v, %v; want an invalid fault", company, err)
	}
}

// The callback comes once for each step, before the answer, tells the same, and
// finds a company that can be asked.
func TestCallback(t *testing.T) {
	type call struct {
		ID     id.UUID
		Answer pay.Answer
	}
	var calls []call
	var company *testpay.Company
	s := step(pay.Authorize, 1, 100, testpay.TokenTwice)
	company = start(t, testpay.Options{Callback: func(transaction id.UUID, answer pay.Answer) {
		calls = append(calls, call{transaction, answer})
		if _, asked := told(t, company, "status", s); asked != answer {
			t.Errorf("asked by the callback: %+v; told %+v", asked, answer)
		}
	}})
	_, answer := told(t, company, "request", s)
	told(t, company, "request", s)
	told(t, company, "status", s)
	other := step(pay.Authorize, 2, 100, testpay.TokenApproved)
	told(t, company, "request", other)
	if diff := cmp.Diff([]call{{s.ID, answer}}, calls); diff != "" {
		t.Errorf("the callback (-want +got):\n%s", diff)
	}
}

// The company does not rely on its callers to count.
func TestCompanyCountsItself(t *testing.T) {
	for _, test := range []struct {
		name   string
		before []pay.Transaction
		step   pay.Transaction
		reason string
	}{
		{"nothing authorized", nil, step(pay.Capture, 1, 1, "tok_approved"), "that is more than was authorized"},
		{"more than authorized", []pay.Transaction{step(pay.Authorize, 1, 100, "tok_approved")}, step(pay.Capture, 1, 101, "tok_approved"), "that is more than was authorized"},
		{"captured twice", []pay.Transaction{step(pay.Authorize, 1, 100, "tok_approved"), step(pay.Capture, 1, 60, "tok_approved")}, step(pay.Capture, 2, 41, "tok_approved"), "that is more than was authorized"},
		{"canceled before", []pay.Transaction{step(pay.Authorize, 1, 100, "tok_approved"), step(pay.Cancel, 1, 60, "tok_approved")}, step(pay.Capture, 1, 41, "tok_approved"), "that is more than was authorized"},
		{"being captured", []pay.Transaction{step(pay.Authorize, 1, 100, "tok_approved"), step(pay.Capture, 1, 60, "tok_slow")}, step(pay.Cancel, 1, 41, "tok_approved"), "that is more than was authorized"},
		{"not authorized yet", []pay.Transaction{step(pay.Authorize, 1, 100, "tok_slow")}, step(pay.Capture, 1, 1, "tok_slow"), "that is more than was authorized"},
		{"not captured", []pay.Transaction{step(pay.Authorize, 1, 100, "tok_approved")}, step(pay.Refund, 1, 1, "tok_approved"), "that is more than was captured"},
		{"refunded twice", []pay.Transaction{step(pay.Authorize, 1, 100, "tok_approved"), step(pay.Capture, 1, 60, "tok_approved"), step(pay.Refund, 1, 30, "tok_slow")}, step(pay.Refund, 2, 31, "tok_approved"), "that is more than was captured"},
		{"beyond counting", []pay.Transaction{step(pay.Authorize, 1, math.MaxInt64, "tok_approved")}, step(pay.Authorize, 2, 1, "tok_approved"), "that is more money than can be counted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			company := start(t, testpay.Options{})
			for _, s := range test.before {
				if hears, answer := told(t, company, "request", s); hears == "failed" {
					t.Fatalf("before: %+v", answer)
				}
			}
			moved := company.Moved(order)
			if hears, answer := told(t, company, "request", test.step); hears != "failed" || answer.Reason != test.reason {
				t.Errorf("%s %+v; want failed, because %s", hears, answer, test.reason)
			}
			if diff := cmp.Diff(moved, company.Moved(order)); diff != "" {
				t.Errorf("it moved money (-before +after):\n%s", diff)
			}
		})
	}
	company := start(t, testpay.Options{})
	told(t, company, "request", step(pay.Authorize, 1, 100, "tok_approved"))
	inEuro := step(pay.Capture, 1, 1, "tok_approved")
	inEuro.Amount.Currency = "EUR"
	if hears, answer := told(t, company, "request", inEuro); hears != "failed" || answer.Reason != "the order is paid in another currency" {
		t.Errorf("another currency: %s %+v", hears, answer)
	}
}
