package pay_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"crossdock/core/fault"
	"crossdock/core/money"
	"crossdock/core/pay"
)

// books is one order's payment in the hands of a careless store and an unreliable
// provider: anything is asked at any time, answers come late, twice and out of order.
type books struct {
	transactions []pay.Transaction
	told         map[int]pay.Answer // what the provider has said for good, by transaction
	now          time.Time
}

// ask tries one step of any kind and size; refusing it is right, breaking is not.
func (b *books) ask(t *rapid.T) {
	account := b.open(t)
	amount := gbp(rapid.Int64Range(-1, 60).Draw(t, "amount"))
	var step pay.Transaction
	var err error
	switch rapid.SampledFrom(pay.Kinds()).Draw(t, "kind") {
	case pay.Authorize:
		step, err = account.Authorize(byCard, amount, b.now)
	case pay.Capture:
		step, err = account.Capture(amount, b.now)
	case pay.Cancel:
		step, err = account.Cancel(amount, b.now)
	case pay.Refund:
		step, err = account.Refund(amount, b.now)
	}
	if err != nil {
		if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
			t.Fatalf("asking: %v", err)
		}
		return
	}
	b.transactions = append(b.transactions, step)
}

// unwind asks for all that can be given back.
func (b *books) unwind(t *rapid.T) {
	steps, err := b.open(t).Unwind(b.now)
	if err != nil {
		t.Fatalf("unwinding: %v", err)
	}
	b.transactions = append(b.transactions, steps...)
}

// answer lets the provider speak of any transaction, settled ones too.
func (b *books) answer(t *rapid.T) {
	if len(b.transactions) == 0 {
		t.Skip("nothing was asked")
	}
	i := rapid.IntRange(0, len(b.transactions)-1).Draw(t, "transaction")
	before := b.transactions[i]
	answer := pay.Answer{State: rapid.SampledFrom(pay.States()).Draw(t, "state")}
	after, err := pay.Resolve(before, answer, b.now)
	said, settled := b.told[i]
	switch {
	case settled && answer.State != pay.Pending && answer.State != said.State:
		if !fault.Is(err, fault.Conflict) || after != before {
			t.Fatalf("a second answer %s after %s: %+v, %v", answer.State, said.State, after, err)
		}
	case settled:
		if err != nil || after != before {
			t.Fatalf("the same answer again changed %+v to %+v, %v", before, after, err)
		}
	case err != nil || after.State != answer.State:
		t.Fatalf("the answer %s made %+v of %+v, %v", answer.State, after, before, err)
	case answer.State.Final():
		b.told[i] = answer
	}
	b.transactions[i] = after
}

func (b *books) timeOut(t *rapid.T) {
	if len(b.transactions) == 0 {
		t.Skip("nothing was asked")
	}
	i := rapid.IntRange(0, len(b.transactions)-1).Draw(t, "transaction")
	before := b.transactions[i].State
	b.transactions[i] = pay.Later(b.transactions[i], b.now)
	if b.transactions[i].State != before {
		t.Fatalf("a time-out decided: %+v", b.transactions[i])
	}
}

func (b *books) open(t *rapid.T) pay.Account {
	account, err := pay.Open(order, b.transactions)
	if err != nil {
		t.Fatalf("the books cannot be read: %v\n%+v", err, b.transactions)
	}
	return account
}

// check counts the money a second time, by what the provider has said alone, and
// supposes the worst of all that is pending.
func (b *books) check(t *rapid.T) {
	sure, worst, names := map[pay.Kind]int64{}, map[pay.Kind]int64{}, map[string]bool{}
	for i, step := range b.transactions {
		names[step.ID.String()] = true
		if b.told[i].State == pay.Success {
			sure[step.Kind] += step.Amount.Minor
		}
		if b.told[i].State != pay.Failed {
			worst[step.Kind] += step.Amount.Minor
		}
	}
	if len(names) != len(b.transactions) {
		t.Fatalf("two steps share a name: %+v", b.transactions)
	}
	if worst[pay.Capture]+worst[pay.Cancel] > sure[pay.Authorize] {
		t.Fatalf("%d may be captured and %d canceled of %d authorized", worst[pay.Capture], worst[pay.Cancel], sure[pay.Authorize])
	}
	if worst[pay.Refund] > sure[pay.Capture] {
		t.Fatalf("%d may be refunded of %d captured", worst[pay.Refund], sure[pay.Capture])
	}
	account := b.open(t)
	for kind, got := range map[pay.Kind]money.Amount{
		pay.Authorize: account.Authorized(), pay.Capture: account.Captured(), pay.Cancel: account.Canceled(), pay.Refund: account.Refunded(),
	} {
		if got.Minor != sure[kind] {
			t.Fatalf("%s: the account says %s, the provider %d", kind, got, sure[kind])
		}
	}
}

// Whatever is asked and whatever is answered, in whatever order: never more is
// captured than authorized, never more refunded than captured, and unwinding an
// order whose provider answers gives everything back.
func TestMoneyIsConserved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &books{told: map[int]pay.Answer{}, now: now}
		t.Repeat(map[string]func(*rapid.T){
			"ask": b.ask, "ask again": b.ask, "answer": b.answer, "answer again": b.answer, "time out": b.timeOut, "unwind": b.unwind,
			"wait": func(t *rapid.T) {
				b.now = b.now.Add(time.Duration(rapid.Int64Range(1, 1000).Draw(t, "seconds")) * time.Second)
			},
			"": b.check,
		})
		for range 3 { // an authorization, then a capture may still come; then nothing is left
			for i, step := range b.transactions {
				if step.State == pay.Pending {
					b.told[i] = pay.Answer{State: pay.Success}
					b.transactions[i], _ = pay.Resolve(step, b.told[i], b.now)
				}
			}
			b.unwind(t)
		}
		b.check(t)
		if account := b.open(t); len(account.Pending()) > 0 || account.Captured() != account.Refunded() || !account.Capturable().IsZero() {
			t.Fatalf("after unwinding: %+v", b.transactions)
		}
	})
}
