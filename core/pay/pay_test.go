package pay_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/pay"
)

var (
	order  = id.Order{UUID: id.UUID{0x01, 0x9a, 0x11}}
	now    = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	byCard = pay.Means{Method: pay.Card, Provider: "test", Token: "tok_approved"}
)

func gbp(minor int64) money.Amount { return money.Of(minor, "GBP") }

func TestParseMethod(t *testing.T) {
	for name, want := range map[string]pay.Method{
		"": pay.OnDelivery, "on-delivery": pay.OnDelivery, "bank-transfer": pay.BankTransfer, "card": pay.Card,
	} {
		if method, err := pay.ParseMethod(name); err != nil || method != want {
			t.Errorf("ParseMethod(%q) = %q, %v; want %q", name, method, err, want)
		}
	}
	for _, name := range []string{"On-Delivery", "on delivery", "Card", " ", "cards", "\xff"} {
		method, err := pay.ParseMethod(name)
		if _, field := fault.Public(err); !fault.Is(err, fault.Invalid) || field != "payment" || method != "" {
			t.Errorf("ParseMethod(%q) = %q, %v at %q; want an invalid fault at payment", name, method, err, field)
		}
	}
	for _, method := range pay.Methods() {
		if _, err := pay.ParseMethod(string(method)); err != nil {
			t.Errorf("%s is listed and not read: %v", method, err)
		}
	}
}

func FuzzParseMethod(f *testing.F) {
	f.Add("")
	f.Add("on-delivery")
	f.Add("card 4111 1111 1111 1111")
	f.Fuzz(func(t *testing.T, name string) {
		method, err := pay.ParseMethod(name)
		accepted := name == "" || slices.Contains(pay.Methods(), pay.Method(name))
		if (err == nil) != accepted || accepted && name != "" && string(method) != name || !accepted && method != "" {
			t.Errorf("ParseMethod(%q) = %q, %v", name, method, err)
		}
	})
}

// The words are stored for ever.
func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		string(pay.OnDelivery): "on-delivery", string(pay.BankTransfer): "bank-transfer", string(pay.Card): "card",
		string(pay.Authorize): "authorize", string(pay.Capture): "capture", string(pay.Cancel): "cancel", string(pay.Refund): "refund",
		string(pay.Pending): "pending", string(pay.Success): "success", string(pay.Failed): "failed",
	} {
		if got != want {
			t.Errorf("%q was %q", got, want)
		}
	}
}

// A transaction that was requested before a crash must have the same name after
// it, and after every change of this program: the names are stored for ever.
func TestTransactionID(t *testing.T) {
	seen := map[id.UUID]string{}
	for _, kind := range pay.Kinds() {
		for ordinal := 1; ordinal <= 12; ordinal++ {
			name := pay.TransactionID(order, kind, ordinal)
			if other, twice := seen[name]; twice {
				t.Errorf("%s %d has the name of %s", kind, ordinal, other)
			}
			seen[name] = string(kind)
		}
	}
	if got, want := pay.TransactionID(order, pay.Capture, 2), id.Beside(order.UUID, "pay/capture/2"); got != want {
		t.Errorf("the second capture is %s, and was %s", got, want)
	}
	if pay.TransactionID(order, pay.Capture, 1) == pay.TransactionID(id.Order{UUID: id.UUID{2}}, pay.Capture, 1) {
		t.Error("two orders share a transaction")
	}
}

func TestMeans(t *testing.T) {
	for _, test := range []struct {
		name  string
		means pay.Means
		field string // of the fault; empty where there is none
	}{
		{"a card", byCard, ""},
		{"a card of another provider", pay.Means{Method: pay.Card, Provider: "acme", Token: "pm_1NZb-x.Y2"}, ""},
		{"a token of many digits", pay.Means{Method: pay.Card, Provider: "acme", Token: "tok_4111111111111111"}, ""},
		{"a long number that is no card's", pay.Means{Method: pay.Card, Provider: "acme", Token: strings.Repeat("1", 20)}, ""},
		{"the longest token", pay.Means{Method: pay.Card, Provider: "acme", Token: strings.Repeat("a", 128)}, ""},
		{"on delivery", pay.Means{Method: pay.OnDelivery, Provider: "manual"}, ""},
		{"by transfer", pay.Means{Method: pay.BankTransfer, Provider: "manual"}, ""},
		{"nothing", pay.Means{}, "payment"},
		{"no method", pay.Means{Provider: "manual"}, "payment"},
		{"an odd method", pay.Means{Method: "barter", Provider: "manual"}, "payment"},
		{"no provider", pay.Means{Method: pay.OnDelivery}, "payment"},
		{"no token", pay.Means{Method: pay.Card, Provider: "test"}, "token"},
		{"a token too many", pay.Means{Method: pay.OnDelivery, Provider: "manual", Token: "tok_approved"}, "token"},
		{"too long a token", pay.Means{Method: pay.Card, Provider: "test", Token: strings.Repeat("a", 129)}, "token"},
		{"an odd token", pay.Means{Method: pay.Card, Provider: "test", Token: "tok approved"}, "token"},
		{"the number of a card", pay.Means{Method: pay.Card, Provider: "test", Token: "4111111111111111"}, "token"},
		{"the number of a card, in groups", pay.Means{Method: pay.Card, Provider: "test", Token: "4111-1111-1111-1111"}, "token"},
		{"the number of a card, as printed", pay.Means{Method: pay.Card, Provider: "test", Token: "4111 1111 1111 1111"}, "token"},
		{"the shortest number", pay.Means{Method: pay.Card, Provider: "test", Token: strings.Repeat("5", 12)}, "token"},
		{"the longest number", pay.Means{Method: pay.Card, Provider: "test", Token: strings.Repeat("5", 19)}, "token"},
	} {
		t.Run(test.name, func(t *testing.T) {
			step, err := open(t).Authorize(test.means, gbp(100), now)
			message, field := fault.Public(err)
			switch {
			case test.field == "" && (err != nil || step.Method != test.means.Method || step.Provider != test.means.Provider || step.Token != test.means.Token):
				t.Errorf("Authorize = %+v, %v", step, err)
			case test.field != "" && (!fault.Is(err, fault.Invalid) || field != test.field || step != pay.Transaction{}):
				t.Errorf("Authorize = %+v, %v at %q; want an invalid fault at %s", step, err, field, test.field)
			case test.means.Token != "" && err != nil && (strings.Contains(message, test.means.Token) || strings.Contains(message, "4111") || strings.Contains(err.Error(), "5555")):
				t.Errorf("the fault shows the token: %v", err)
			}
		})
	}
}

func open(t testing.TB, transactions ...pay.Transaction) pay.Account {
	t.Helper()
	account, err := pay.Open(order, transactions)
	if err != nil {
		t.Fatal(err)
	}
	return account
}
