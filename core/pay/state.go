package pay

import (
	"slices"
	"time"

	"crossdock/core/fault"
	"crossdock/core/money"
)

// State is what became of a step.
type State string

// The states.
const (
	Pending State = "pending" // nobody knows yet
	Success State = "success" // the money moved, or is set aside
	Failed  State = "failed"  // no money moved, and none will
)

// nextStates is the state table of a transaction: what may follow on what.
var nextStates = map[State][]State{
	Pending: {Success, Failed},
	Success: {},
	Failed:  {},
}

// States lists every state.
func States() []State { return []State{Pending, Success, Failed} }

// Final reports whether nothing follows on the state.
func (s State) Final() bool {
	next, known := nextStates[s]
	return known && len(next) == 0
}

// CheckState reports whether a transaction may go from one state to another.
// A step that is not in the table is fault.Conflict and names both states; what
// is no state is fault.Invalid.
func CheckState(from, to State) error {
	next, known := nextStates[from]
	if !known || nextStates[to] == nil {
		return fault.New(fault.Invalid, "there is no step from %s to %s: not a state of a payment",
			fault.Quote(string(from)), fault.Quote(string(to)))
	}
	if !slices.Contains(next, to) {
		return fault.New(fault.Conflict, "a payment that is %s cannot become %s", from, to)
	}
	return nil
}

// Answer is what a provider says of a transaction. Pending means that the
// provider has it and has not decided.
type Answer struct {
	State     State
	Reference string // the provider's name of the step; may be empty
	Reason    string // for people: why it failed, or what is left to do by hand

	// The provider knows the step with another amount or by other means than it is asked
	// about: it was asked for before a restore, which has forgotten it. Else they are zero.
	Amount money.Amount
	Token  string
}

// Adopt returns a pending step as its provider knows it, after what was asked for has
// been forgotten. It is resolved by the same answer then.
func Adopt(t Transaction, answer Answer) (Transaction, Answer) {
	if t.State == Pending && answer.Amount.Minor > 0 && answer.Amount.Currency == t.Amount.Currency {
		t.Amount, t.Token = answer.Amount, answer.Token
		answer.Amount, answer.Token = money.Amount{}, ""
	}
	return t, answer
}

// Resolve applies a provider's answer. A pending transaction becomes success or
// failed. Where the provider has not decided it stays pending and is asked for
// again as by Later, except for a bank transfer that is waited for: only people
// can tell that the money came in, and no question brings it nearer.
//
// A settled transaction never changes: the answer that settled it, told again, is
// no error, and neither is a pending one, which is older news; any other is
// fault.Conflict, for people to look at, as is one about another amount or other means
// than were asked for. An answer of no known state is
// fault.Invalid, a transaction of none fault.Corrupt. Where there is an error the
// transaction comes back as it was.
func Resolve(t Transaction, answer Answer, now time.Time) (Transaction, error) {
	if nextStates[answer.State] == nil {
		return t, fault.New(fault.Invalid, "the provider of the payment answered %s, which is no state", fault.Quote(string(answer.State)))
	}
	if nextStates[t.State] == nil {
		return t, fault.New(fault.Corrupt, "the %s %s is %s, which is no state", t.Kind, t.ID, fault.Quote(string(t.State)))
	}
	if answer.Amount != (money.Amount{}) {
		return t, fault.New(fault.Conflict, "the %s %s is of %s, but its provider knows it as one of %s, perhaps by other means",
			t.Kind, t.ID, t.Amount, answer.Amount)
	}
	if t.State.Final() {
		return t, repeated(t, answer)
	}
	resolved := t
	if answer.Reference != "" {
		resolved.Reference = answer.Reference
	}
	resolved.Reason = answer.Reason
	if answer.State == Pending {
		resolved = Later(resolved, now)
		if resolved.Method.byHand(resolved.Kind) {
			resolved.NextAt = time.Time{}
		}
		return resolved, nil
	}
	resolved.State, resolved.NextAt = answer.State, time.Time{}
	return resolved, nil
}

// repeated says whether an answer agrees with a transaction that is settled. The
// reason is prose and may be worded anew; another reference is another step.
func repeated(t Transaction, answer Answer) error {
	if answer.State == Pending {
		return nil
	}
	if answer.State != t.State {
		return fault.Wrap(CheckState(t.State, answer.State), "pay.Resolve", "the provider tells another story of the %s %s than before", t.Kind, t.ID)
	}
	if answer.Reference != "" && t.Reference != "" && answer.Reference != t.Reference {
		return fault.New(fault.Conflict, "the %s %s is known to the provider as %s, and now as %s",
			t.Kind, t.ID, fault.Quote(t.Reference), fault.Quote(answer.Reference))
	}
	return nil
}

// Later puts off a transaction of which nobody knows what became, such as after a
// time-out: it stays pending, and the provider is asked again after Backoff. A
// settled transaction comes back as it was.
func Later(t Transaction, now time.Time) Transaction {
	if t.State != Pending {
		return t
	}
	t.Attempts++
	t.NextAt = now.Add(Backoff(t.Attempts))
	return t
}

// longestWait is the longest time between two questions to a provider.
const longestWait = 5 * time.Minute

// Backoff returns how long to wait after so many attempts: 1 s, 2 s, 4 s and so
// on, up to 5 minutes. Jitter is for the caller to add, as it takes chance.
func Backoff(attempts int) time.Duration {
	wait := time.Second
	for range min(attempts, 10) - 1 {
		wait *= 2
	}
	return min(wait, longestWait)
}
