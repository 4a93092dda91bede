package pay_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/pay"
)

// list writes transactions down briefly: "authorize 100 success, capture 30 pending".
func list(t testing.TB, text string) []pay.Transaction {
	t.Helper()
	var transactions []pay.Transaction
	ordinals := map[pay.Kind]int{}
	for part := range strings.SplitSeq(text, ",") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		kind := pay.Kind(words[0])
		amount, err := money.Parse(words[1], "JPY")
		if err != nil {
			t.Fatal(err)
		}
		ordinals[kind]++
		transactions = append(transactions, pay.Transaction{
			ID: pay.TransactionID(order, kind, ordinals[kind]), Order: order, At: now, Method: pay.Card, Kind: kind, State: pay.State(words[2]),
			Amount: gbp(amount.Minor), Provider: "test", Token: "tok_approved",
		})
	}
	return transactions
}

// The table says what may be asked in each situation: how much can be captured,
// canceled and refunded, and whether it can be authorized.
func TestWhatMayBeAsked(t *testing.T) {
	for _, test := range []struct {
		transactions                string
		authorize                   bool
		capturable, refundable, has int64
	}{
		{"", true, 0, 0, 0},
		{"authorize 100 pending", false, 0, 0, 0},
		{"authorize 100 failed", true, 0, 0, 0},
		{"authorize 100 failed, authorize 90 pending", false, 0, 0, 0},
		{"authorize 100 failed, authorize 90 success", false, 90, 0, 0},
		{"authorize 100 success", false, 100, 0, 0},
		{"authorize 100 success, capture 30 pending", false, 70, 0, 0},
		{"authorize 100 success, capture 30 success", false, 70, 30, 30},
		{"authorize 100 success, capture 30 failed", false, 100, 0, 0},
		{"authorize 100 success, capture 30 success, capture 70 pending", false, 0, 30, 30},
		{"authorize 100 success, capture 30 success, capture 70 success", false, 0, 100, 100},
		{"authorize 100 success, cancel 40 pending", false, 60, 0, 0},
		{"authorize 100 success, cancel 40 success", false, 60, 0, 0},
		{"authorize 100 success, cancel 40 failed", false, 100, 0, 0},
		{"authorize 100 success, cancel 100 success", false, 0, 0, 0},
		{"authorize 100 success, cancel 40 success, capture 60 success", false, 0, 60, 60},
		{"authorize 100 success, capture 100 success, refund 30 pending", false, 0, 70, 100},
		{"authorize 100 success, capture 100 success, refund 30 success", false, 0, 70, 100},
		{"authorize 100 success, capture 100 success, refund 30 failed", false, 0, 100, 100},
		{"authorize 100 success, capture 100 success, refund 30 success, refund 70 success", false, 0, 0, 100},
		{"authorize 0 success", false, 0, 0, 0},
		{"authorize 9223372036854775807 success, capture 9223372036854775807 success", false, 0, math.MaxInt64, math.MaxInt64},
	} {
		t.Run(test.transactions, func(t *testing.T) {
			account := open(t, list(t, test.transactions)...)
			if account.Capturable().Minor != test.capturable || account.Refundable().Minor != test.refundable || account.Captured().Minor != test.has {
				t.Errorf("capturable %s, refundable %s, captured %s; want %d, %d, %d",
					account.Capturable(), account.Refundable(), account.Captured(), test.capturable, test.refundable, test.has)
			}
			_, err := account.Authorize(byCard, gbp(1), now)
			if test.authorize && err != nil || !test.authorize && !fault.Is(err, fault.Conflict) {
				t.Errorf("Authorize: %v; want allowed: %t", err, test.authorize)
			}
			mayAsk(t, "capture", account.Capture, test.capturable)
			mayAsk(t, "cancel", account.Cancel, test.capturable)
			mayAsk(t, "refund", account.Refund, test.refundable)
		})
	}
}

// mayAsk asks for exactly what is left, and for one more.
func mayAsk(t *testing.T, name string, ask func(money.Amount, time.Time) (pay.Transaction, error), left int64) {
	t.Helper()
	if left > 0 {
		if step, err := ask(gbp(left), now); err != nil || step.Amount != gbp(left) || string(step.Kind) != name {
			t.Errorf("%s of all the %d left: %+v, %v", name, left, step, err)
		}
	}
	if left == math.MaxInt64 {
		return
	}
	if step, err := ask(gbp(left+1), now); !fault.Is(err, fault.Conflict) || step != (pay.Transaction{}) {
		t.Errorf("%s of more than the %d left: %+v, %v; want a conflict", name, left, step, err)
	}
}

func TestAskedSteps(t *testing.T) {
	means := pay.Means{Method: pay.Card, Provider: "acme", Token: "tok_1"}
	later := now.Add(time.Hour)
	first, err := open(t).Authorize(means, gbp(100), now)
	want := pay.Transaction{
		ID: pay.TransactionID(order, pay.Authorize, 1), Order: order, At: now, Method: pay.Card, Kind: pay.Authorize, State: pay.Pending,
		Amount: gbp(100), Provider: "acme", Token: "tok_1", NextAt: now,
	}
	if err != nil || first != want || !first.Due(now) {
		t.Errorf("Authorize = %+v, %v; want %+v", first, err, want)
	}
	declined, granted := first, want
	declined.State = pay.Failed
	granted.ID, granted.State, granted.Token = pay.TransactionID(order, pay.Authorize, 2), pay.Success, "tok_2"
	account := open(t, declined, granted)
	for range 2 { // asked again from the same account, it is the same step
		step, err := account.Capture(gbp(30), later)
		want := pay.Transaction{
			ID: pay.TransactionID(order, pay.Capture, 1), Order: order, At: later, Method: pay.Card, Kind: pay.Capture, State: pay.Pending,
			Amount: gbp(30), Provider: "acme", Token: "tok_2", NextAt: later,
		}
		if err != nil || step != want {
			t.Errorf("Capture = %+v, %v; want %+v", step, err, want)
		}
	}
	step, err := open(t, declined).Authorize(byCard, gbp(100), later)
	if err != nil || step.ID != pay.TransactionID(order, pay.Authorize, 2) {
		t.Errorf("the second try is %+v, %v; want a transaction of its own", step, err)
	}
}

func TestAskingForOddAmounts(t *testing.T) {
	authorized := open(t, list(t, "authorize 100 success, capture 50 success")...)
	for _, amount := range []money.Amount{{}, gbp(0), gbp(-1), gbp(math.MinInt64), money.Of(1, "EUR"), money.Of(1, "")} {
		for name, ask := range map[string]func(money.Amount, time.Time) (pay.Transaction, error){
			"capture": authorized.Capture, "cancel": authorized.Cancel, "refund": authorized.Refund,
			"authorize": func(amount money.Amount, now time.Time) (pay.Transaction, error) {
				return open(t, list(t, "authorize 100 failed")...).Authorize(byCard, amount, now)
			},
		} {
			if step, err := ask(amount, now); !fault.Is(err, fault.Invalid) || step != (pay.Transaction{}) {
				t.Errorf("%s of %+v = %+v, %v; want an invalid fault", name, amount, step, err)
			}
		}
	}
}

func TestUnwind(t *testing.T) {
	for transactions, want := range map[string]string{
		"":                      "",
		"authorize 100 pending": "",
		"authorize 100 failed":  "",
		"authorize 100 success": "cancel £1.00",
		"authorize 100 success, cancel 100 pending":                    "",
		"authorize 100 success, cancel 100 failed":                     "cancel £1.00",
		"authorize 100 success, capture 30 pending":                    "cancel £0.70",
		"authorize 100 success, capture 30 success":                    "cancel £0.70, refund £0.30",
		"authorize 100 success, capture 30 success, refund 10 pending": "cancel £0.70, refund £0.20",
		"authorize 100 success, capture 100 success":                   "refund £1.00",
	} {
		steps, err := open(t, list(t, transactions)...).Unwind(now)
		var got []string
		for _, step := range steps {
			got = append(got, string(step.Kind)+" "+step.Amount.String())
		}
		if joined := strings.Join(got, ", "); err != nil || joined != want {
			t.Errorf("%q unwinds by %q, %v; want %q", transactions, joined, err, want)
		}
	}
}

func TestOpenRefusesWhatCannotBe(t *testing.T) {
	good := list(t, "authorize 100 success")[0]
	with := func(change func(*pay.Transaction)) []pay.Transaction {
		other := good
		other.ID = pay.TransactionID(order, pay.Capture, 1)
		change(&other)
		return []pay.Transaction{good, other}
	}
	for name, transactions := range map[string][]pay.Transaction{
		"captured beyond":           list(t, "authorize 100 success, capture 101 success"),
		"captured and canceled":     list(t, "authorize 100 success, capture 60 success, cancel 41 success"),
		"captured unauthorized":     list(t, "capture 1 success"),
		"captured after a failure":  list(t, "authorize 100 failed, capture 1 success"),
		"refunded beyond":           list(t, "authorize 100 success, capture 60 success, refund 61 success"),
		"authorized twice":          list(t, "authorize 100 success, authorize 100 pending"),
		"nothing, authorized twice": list(t, "authorize 0 success, authorize 0 success"),
		"beyond counting":           list(t, "authorize 100 success, capture 9223372036854775807 success, capture 1 pending"),
		"beyond counting, around":   list(t, "authorize 100 success, capture 9223372036854775807 success, capture 9223372036854775807 pending"),
		"one identifier":            with(func(t *pay.Transaction) { t.ID, t.Kind = good.ID, pay.Capture }),
		"another order":             with(func(t *pay.Transaction) { t.Order, t.Kind = id.Order{UUID: id.UUID{9}}, pay.Capture }),
		"an odd kind":               with(func(t *pay.Transaction) { t.Kind = "chargeback" }),
		"an odd state":              with(func(t *pay.Transaction) { t.Kind, t.State = pay.Capture, "lost" }),
		"less than nothing":         with(func(t *pay.Transaction) { t.Kind, t.Amount = pay.Capture, gbp(-1) }),
		"another currency":          with(func(t *pay.Transaction) { t.Kind, t.Amount = pay.Capture, money.Of(1, "EUR") }),
		"another currency, failed":  with(func(t *pay.Transaction) { t.Kind, t.State, t.Amount = pay.Capture, pay.Failed, money.Of(0, "EUR") }),
	} {
		if account, err := pay.Open(order, transactions); !fault.Is(err, fault.Corrupt) {
			t.Errorf("%s: %+v, %v; want a corrupt fault", name, account, err)
		}
	}
}

// TestMorePendingThanThereIs: a step may turn out larger than it was asked for. Nothing
// more is asked for then.
func TestMorePendingThanThereIs(t *testing.T) {
	for transactions, refundable := range map[string]int64{
		"authorize 100 success, capture 60 success, capture 41 pending":                                     60,
		"authorize 100 success, capture 60 success, refund 60 success, refund 1 pending, cancel 41 pending": 0,
		"authorize 100 success, capture 100 pending, refund 1 pending":                                      0,
		"authorize 100 pending, capture 1 pending":                                                          0,
		"authorize 0 success, capture 9223372036854775807 pending, cancel 9223372036854775807 pending":      0,
	} {
		account := open(t, list(t, transactions)...)
		if account.Capturable().Minor != 0 || account.Refundable().Minor != refundable {
			t.Errorf("%s: %s can be captured and %s refunded", transactions, account.Capturable(), account.Refundable())
		}
		if step, err := account.Capture(gbp(1), now); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: captures %+v, %v", transactions, step, err)
		}
	}
}

// TestAdopt: a step that is known with another amount and by another card is that one.
func TestAdopt(t *testing.T) {
	asked := list(t, "authorize 100 success, capture 60 pending")[1]
	told := pay.Answer{State: pay.Success, Reference: "r1", Amount: gbp(70), Token: "tok_other"}
	if refused, err := pay.Resolve(asked, told, now); !fault.Is(err, fault.Conflict) || refused != asked {
		t.Errorf("resolved as %+v, %v", refused, err)
	}
	adopted, answer := pay.Adopt(asked, told)
	settled, err := pay.Resolve(adopted, answer, now)
	want := asked
	want.Amount, want.Token, want.Reference, want.State, want.NextAt = gbp(70), "tok_other", "r1", pay.Success, time.Time{}
	if err != nil || settled != want {
		t.Errorf("got %+v, %v; want %+v", settled, err, want)
	}
	for name, other := range map[string]pay.Answer{
		"as it was asked for": {State: pay.Success}, "in another currency": {State: pay.Success, Amount: money.Of(70, "EUR")},
	} {
		if same, answer := pay.Adopt(asked, other); same != asked || answer != other {
			t.Errorf("%s: %+v, %+v", name, same, answer)
		}
	}
	if same, _ := pay.Adopt(settled, pay.Answer{State: pay.Success, Amount: gbp(80)}); same != settled {
		t.Errorf("what is settled became %+v", same)
	}
}

func TestAccountReads(t *testing.T) {
	transactions := list(t, "authorize 5 failed, authorize 100 success, capture 60 success, capture 1 failed, capture 10 pending, cancel 20 success, refund 7 success, refund 3 pending")
	account := open(t, transactions...)
	for name, pair := range map[string][2]money.Amount{
		"authorized": {account.Authorized(), gbp(100)}, "captured": {account.Captured(), gbp(60)}, "canceled": {account.Canceled(), gbp(20)},
		"refunded": {account.Refunded(), gbp(7)}, "capturable": {account.Capturable(), gbp(10)}, "refundable": {account.Refundable(), gbp(50)},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s, want %s", name, pair[0], pair[1])
		}
	}
	if pending := account.Pending(); len(pending) != 2 || pending[0] != transactions[4] || pending[1] != transactions[7] {
		t.Errorf("pending: %+v", pending)
	}
	if authorization, ok := account.Authorization(); !ok || authorization != transactions[1] {
		t.Errorf("the authorization is %+v, %t", authorization, ok)
	}
	if authorization, ok := open(t, transactions[0]).Authorization(); ok {
		t.Errorf("a failed authorization counts: %+v", authorization)
	}
	transactions[1].State = pay.Failed
	if authorization, _ := account.Authorization(); authorization.State != pay.Success {
		t.Error("the account changes with its caller's list")
	}
}
