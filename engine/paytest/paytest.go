// Package paytest is the suite that every payment provider passes: what a store
// may rely on whoever moves the money, and no more than that.
//
// It asks for nothing that a real company cannot give. How a provider behaves that
// declines, loses or delays is tested beside the provider.
//
// Start reading at Payments, then Run.
package paytest

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/pay"
)

// Payments is the port, as a store declares it. Implementations are safe for
// concurrent use.
type Payments interface {
	// Request asks the provider to carry out the step, under t.ID as the
	// idempotency key: asked again it is the same step, moves no money a second
	// time, and is answered alike. The outcomes:
	//
	//   - an answer of success or failed: that is what became of it, for good;
	//   - an answer of pending: the provider has it and has not decided;
	//   - fault.Invalid: not a step that this provider carries out, as its method
	//     is not offered, its kind unknown, or its amount not above zero;
	//     nothing was done;
	//   - fault.Mismatch: the provider knows t.ID as another step, by order, kind,
	//     method, token or amount; this call did nothing;
	//   - any other error, fault.Unavailable for a time-out: nobody knows whether
	//     it happened. Ask Status later, and never guess.
	Request(ctx context.Context, t pay.Transaction) (pay.Answer, error)

	// Status asks what became of t.ID, and changes nothing. Its outcomes are those
	// of Request, and fault.NotFound: the provider never heard of it, so that it is
	// safe to Request it again. Where the provider knows the step with another amount
	// or token, that is no mismatch: the answer says with which.
	Status(ctx context.Context, t pay.Transaction) (pay.Answer, error)

	// Provider tells who carries out payments by the method, as it stands in
	// Transaction.Provider, and whether payments by it are taken at all; where they
	// are not, the name is empty.
	Provider(method pay.Method) (name string, offered bool)
}

// Subject is one provider under test.
type Subject struct {
	Payments Payments

	// Means are the ways to pay it by that are approved, at least one of each
	// method that is offered.
	Means []pay.Means

	// Remembers says whether the provider keeps what it was asked, so that it can
	// tell what it never heard of, and one step from another of the same name.
	Remembers bool

	// Moved says how much money the provider has moved for an order, by kind of
	// step; nil where the provider moves none itself.
	Moved func(order id.Order) map[pay.Kind]money.Amount
}

// Open returns a provider that has been asked nothing, for one test, and has it
// closed by t.Cleanup.
type Open func(t *testing.T) Subject

// Run holds a provider to the port's promises.
func Run(t *testing.T, open Open) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, s Subject)
	}{
		{"says what it offers", saysWhatItOffers},
		{"answers each kind of step", answersEachKind},
		{"answers again alike", answersAgainAlike},
		{"refuses what it cannot carry out", refusesOddSteps},
		{"tells steps of one name apart", tellsApart},
		{"says that it never heard of it", neverHeard},
		{"gives up with the context", givesUp},
		{"answers one step asked by many", askedByMany},
		{"answers many orders at a time", manyOrders},
		{"moves what the books say", movesWhatTheBooksSay},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// now is the time of every test; no provider has a clock of its own.
var now = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)

func orderID(n int) id.Order {
	var u id.UUID
	binary.BigEndian.PutUint64(u[8:], uint64(n))
	return id.Order{UUID: u}
}

func gbp(minor int64) money.Amount { return money.Of(minor, "GBP") }
