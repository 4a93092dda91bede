package pay_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
	"crossdock/core/pay"
)

// The table stands here a second time, so that a step is allowed or forbidden on
// purpose. Rows are from, columns to.
const stateTable = `
        pending success failed
pending       .       x      x
success       .       .      .
failed        .       .      .
`

func TestStateTable(t *testing.T) {
	rows := strings.Split(strings.TrimSpace(stateTable), "\n")
	names := strings.Fields(rows[0])
	var listed []string
	for _, state := range pay.States() {
		listed = append(listed, string(state))
	}
	if diff := cmp.Diff(names, listed); diff != "" {
		t.Fatalf("the states (-table +listed):\n%s", diff)
	}
	for i, row := range rows[1:] {
		from, cells := names[i], strings.Fields(row)[1:]
		for j, to := range names {
			err := pay.CheckState(pay.State(from), pay.State(to))
			switch allowed := cells[j] == "x"; {
			case allowed && err != nil:
				t.Errorf("%s to %s is refused: %v", from, to, err)
			case !allowed && (!fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "is "+from+" cannot become "+to)):
				t.Errorf("%s to %s: %v; want a conflict that names both", from, to, err)
			}
		}
		if final := !strings.Contains(row, "x"); pay.State(from).Final() != final {
			t.Errorf("%s is final: %t, want %t", from, !final, final)
		}
	}
	for _, pair := range [][2]pay.State{{"", pay.Success}, {pay.Pending, ""}, {"Pending", pay.Failed}, {"lost", "lost"}} {
		if err := pay.CheckState(pair[0], pair[1]); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q to %q: %v, want an invalid fault", pair[0], pair[1], err)
		}
	}
	if pay.State("lost").Final() {
		t.Error("what is no state is final")
	}
}

func TestResolve(t *testing.T) {
	pending := pay.Transaction{
		ID: pay.TransactionID(order, pay.Capture, 1), Order: order, At: now, Method: pay.Card, Kind: pay.Capture, State: pay.Pending,
		Amount: gbp(100), Provider: "test", Token: "tok_approved", NextAt: now,
	}
	with := func(t pay.Transaction, change func(*pay.Transaction)) pay.Transaction { change(&t); return t }
	success := with(pending, func(t *pay.Transaction) { t.State, t.Reference, t.NextAt = pay.Success, "ch_1", time.Time{} })
	failed := with(pending, func(t *pay.Transaction) { t.State, t.Reason, t.NextAt = pay.Failed, "expired", time.Time{} })
	transfer := with(pending, func(t *pay.Transaction) { t.Method, t.Kind, t.Token = pay.BankTransfer, pay.Authorize, "" })
	broken := with(pending, func(t *pay.Transaction) { t.State = "lost" })
	later := now.Add(time.Hour)

	for _, test := range []struct {
		name   string
		from   pay.Transaction
		answer pay.Answer
		want   pay.Transaction
		fault  string
	}{
		{"it succeeds", pending, pay.Answer{State: pay.Success, Reference: "ch_1"}, success, ""},
		{"it fails", pending, pay.Answer{State: pay.Failed, Reason: "expired"}, failed, ""},
		{"it is not decided", pending, pay.Answer{State: pay.Pending, Reference: "ch_1", Reason: "under review"}, with(pending, func(t *pay.Transaction) {
			t.Reference, t.Reason, t.Attempts, t.NextAt = "ch_1", "under review", 1, later.Add(time.Second)
		}), ""},
		{"nobody need ask for a transfer", transfer, pay.Answer{State: pay.Pending}, with(transfer, func(t *pay.Transaction) { t.Attempts, t.NextAt = 1, time.Time{} }), ""},
		{
			"a transfer comes in", with(transfer, func(t *pay.Transaction) { t.NextAt = time.Time{} }),
			pay.Answer{State: pay.Success, Reference: "statement 7"},
			with(transfer, func(t *pay.Transaction) { t.State, t.Reference, t.NextAt = pay.Success, "statement 7", time.Time{} }), "",
		},
		{
			"the reason of the delay is forgotten", with(pending, func(t *pay.Transaction) { t.Reason, t.Attempts = "under review", 3 }),
			pay.Answer{State: pay.Success, Reference: "ch_1"},
			with(success, func(t *pay.Transaction) { t.Attempts = 3 }), "",
		},
		{"a reference is kept", with(pending, func(t *pay.Transaction) { t.Reference = "ch_1" }), pay.Answer{State: pay.Success}, success, ""},

		{"success, twice", success, pay.Answer{State: pay.Success, Reference: "ch_1"}, success, ""},
		{"success, twice, without its name", success, pay.Answer{State: pay.Success}, success, ""},
		{"failed, twice, in other words", failed, pay.Answer{State: pay.Failed, Reason: "too old"}, failed, ""},
		{"older news of success", success, pay.Answer{State: pay.Pending}, success, ""},
		{"older news of failure", failed, pay.Answer{State: pay.Pending}, failed, ""},
		{"a success fails", success, pay.Answer{State: pay.Failed, Reference: "ch_1"}, success, "conflict"},
		{"a failure succeeds", failed, pay.Answer{State: pay.Success}, failed, "conflict"},
		{"another reference", success, pay.Answer{State: pay.Success, Reference: "ch_2"}, success, "conflict"},

		{"no answer", pending, pay.Answer{}, pending, "invalid"},
		{"an odd answer", pending, pay.Answer{State: "lost"}, pending, "invalid"},
		{"an odd answer to what is settled", success, pay.Answer{State: "lost"}, success, "invalid"},
		{"an odd transaction", broken, pay.Answer{State: pay.Pending}, broken, "corrupt"},
		{"an odd transaction, decided", broken, pay.Answer{State: pay.Success}, broken, "corrupt"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := pay.Resolve(test.from, test.answer, later)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Resolve (-want +got):\n%s", diff)
			}
			if test.fault == "" && err != nil || test.fault != "" && (err == nil || fault.KindOf(err).String() != test.fault) {
				t.Errorf("Resolve: %v; want a fault %q", err, test.fault)
			}
		})
	}
}

func TestLater(t *testing.T) {
	step := pay.Transaction{State: pay.Pending, NextAt: now, Method: pay.BankTransfer, Kind: pay.Authorize}
	at := now
	for attempts, wait := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300} {
		if !step.Due(at) || step.Due(at.Add(-1)) {
			t.Errorf("after %d attempts it is not due exactly at %s: %+v", attempts, at, step)
		}
		step = pay.Later(step, at)
		at = at.Add(wait * time.Second)
		if step.Attempts != attempts+1 || !step.NextAt.Equal(at) || step.State != pay.Pending {
			t.Fatalf("attempt %d left %+v; want to ask at %s", attempts+1, step, at)
		}
	}
	if got := pay.Backoff(1 << 40); got != 5*time.Minute {
		t.Errorf("Backoff of a great many attempts is %s", got)
	}
	for _, settled := range []pay.State{pay.Success, pay.Failed} {
		step := pay.Transaction{State: settled, Attempts: 2}
		if got := pay.Later(step, now); got != step || got.Due(now) {
			t.Errorf("what is %s is asked again: %+v", settled, got)
		}
	}
	if (pay.Transaction{State: pay.Success, NextAt: now}).Due(now) || (pay.Transaction{State: pay.Pending}).Due(now) {
		t.Error("what is settled, or waits for people, is due")
	}
}
