package intake_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"crossdock/core/fault"
	"crossdock/site/intake"

	"github.com/google/go-cmp/cmp"
)

// script is a shop that answers by a table, Accepted or Voided by default, and
// watches how it is called.
type script struct {
	t        *testing.T
	outcomes map[string]intake.Outcome
	errs     map[string]error
	placed   []string
	answered map[string]bool
	flying   int
	most     int
	onPlace  func(number string)
}

func (s *script) Place(_ context.Context, invoice intake.Invoice) intake.Wait {
	if invoice.Cancels {
		s.t.Errorf("%s was placed, not canceled", invoice.Number)
	}
	return s.take(invoice, intake.Accepted)
}

func (s *script) Cancel(_ context.Context, invoice intake.Invoice) intake.Wait {
	if !invoice.Cancels {
		s.t.Errorf("%s was canceled, not placed", invoice.Number)
	}
	return s.take(invoice, intake.Voided)
}

func (s *script) take(invoice intake.Invoice, result intake.Result) intake.Wait {
	s.placed = append(s.placed, invoice.Number)
	s.flying++
	s.most = max(s.most, s.flying)
	if s.onPlace != nil {
		s.onPlace(invoice.Number)
	}
	return func() (intake.Outcome, error) {
		s.flying--
		if s.answered == nil {
			s.answered = make(map[string]bool)
		}
		s.answered[invoice.Number] = true
		if outcome, told := s.outcomes[invoice.Number]; told {
			return outcome, s.errs[invoice.Number]
		}
		return intake.Outcome{Result: result}, s.errs[invoice.Number]
	}
}

// total is the number of invoices that the summary has a place for.
func total(s intake.Summary) int {
	return s.Accepted + s.Backordered + s.Reversed + s.Skipped + s.Already + s.Voided + s.Returned + s.Unmatched + s.Refused + s.Unanswered
}

func dirtyPlan(t *testing.T) intake.OrderPlan {
	return orders(t,
		"1,20001,A,1,2010-12-01,1,1,N", "2,20001,A,9,2010-12-01,1,1,N", "3,20001,A,9,2010-12-01,1,,N",
		"4,20001,A,1,2010-12-01,1,1,N", "5,99999,A,1,2010-12-01,1,1,N", "6,20001,A,1,2010-12-01,1,1,N",
		"7,POST,A,1,2010-12-01,1,1,N", "8,20001,A,1,2010-12-01,1,1,N",
		"C1,20001,A,-1,2010-12-02,1,1,N", "C2,20001,A,-1,2010-12-02,1,1,N", "C3,20002,A,-1,2010-12-02,1,,N",
		"C4,20001,A,-5,2010-12-02,1,1,N")
}

func TestReplayCountsEachOutcome(t *testing.T) {
	plan := dirtyPlan(t)
	target := &script{t: t, outcomes: map[string]intake.Outcome{
		"2":  {Result: intake.Backordered, Short: []intake.ShortLine{{SKU: "20001", Ordered: 9, Missing: 3}}},
		"3":  {Result: intake.Reversed, Short: []intake.ShortLine{{SKU: "20001", Ordered: 9, Missing: 8}}},
		"4":  {Result: intake.Already},
		"C2": {Result: intake.Returned},
		"C3": {Result: intake.Unmatched, Left: []intake.Left{{SKU: "20002", Units: 1, Cause: intake.CancellationOfGuest}}},
		"C4": {Result: intake.Voided, Left: []intake.Left{{SKU: "20001", Units: 2, Cause: intake.CancellationBeyondOrder}}},
	}, errs: map[string]error{
		"5": fault.New(fault.NotFound, "there is no product 99999"),
		"6": fault.New(fault.Mismatch, "the key was used with another body"),
		"8": fault.New(fault.Invalid, "no"),
	}}
	var heard []int
	got, err := intake.Replay(t.Context(), plan, target, func(done, of int) { heard = append(heard, done*100+of) })
	if err != nil {
		t.Fatal(err)
	}
	want := intake.Summary{
		Accepted: 1, Backordered: 1, Reversed: 1, Skipped: 1, Already: 1, Voided: 2, Returned: 1, Unmatched: 1, Refused: 3,
		Invoices: 12, Lines: 12, LinesUsed: 11, LinesSkipped: 1, ByCause: got.ByCause,
		Shorts: []intake.Short{
			{Invoice: "2", Result: intake.Backordered, SKU: "20001", Ordered: 9, Missing: 3},
			{Invoice: "3", Result: intake.Reversed, SKU: "20001", Ordered: 9, Missing: 8},
		},
		Refusals: []intake.Refusal{
			{Invoice: "5", Lines: []int{6}, Message: "there is no product 99999"},
			{Invoice: "6", Lines: []int{7}, Message: "the key was used with another body"},
			{Invoice: "8", Lines: []int{9}, Message: "no"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	causes := map[intake.Cause][]int{
		intake.ShortOfStock: {4}, intake.UnknownSKU: {6}, intake.ChangedSince: {7}, intake.Refused: {9},
		intake.NotGoods: {8}, intake.NoLinesLeft: {8}, intake.Guest: {4, 12},
		intake.CancellationOfGuest: {12}, intake.CancellationBeyondOrder: {13},
	}
	for cause, lines := range causes {
		if found := got.ByCause[cause]; found == nil || !cmp.Equal(found.Lines, lines) {
			t.Errorf("%s: %+v, want lines %v", cause, found, lines)
		}
	}
	if len(got.ByCause) != len(causes) || total(got) != got.Invoices {
		t.Errorf("%d causes, %d of %d invoices accounted for", len(got.ByCause), total(got), got.Invoices)
	}
	if plan.ByCause[intake.Refused] != nil {
		t.Error("the replay changed the plan")
	}
	if len(heard) != 11 || heard[0] != 111 || heard[10] != 1111 {
		t.Errorf("progress heard %v", heard)
	}
}

func TestReplayStops(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Internal, fault.Unavailable, fault.Busy, fault.Corrupt, fault.Unauthenticated, fault.Newer} {
		t.Run(kind.String(), func(t *testing.T) {
			target := &script{t: t, errs: map[string]error{"2": fault.New(kind, "stop")}}
			got, err := intake.Replay(t.Context(), dirtyPlan(t), target, nil)
			if !fault.Is(err, kind) {
				t.Errorf("got %v, want %s", err, kind)
			}
			// Invoice C1 waits for those of its customer, so it is never reached.
			if got.Unanswered != 5 || got.Accepted != 6 || total(got) != got.Invoices || target.flying != 0 {
				t.Errorf("%+v, %d under way", got, target.flying)
			}
		})
	}
}

func TestReplayStopsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	target := &script{t: t, onPlace: func(number string) {
		if number == "3" {
			cancel()
		}
	}}
	got, err := intake.Replay(ctx, dirtyPlan(t), target, nil)
	if err != context.Canceled || len(target.placed) != 3 || got.Accepted != 3 || total(got) != got.Invoices {
		t.Errorf("%v after %v: %+v", err, target.placed, got)
	}
}

func TestReplayRejectsAnswersThatDoNotFit(t *testing.T) {
	for number, result := range map[string]intake.Result{"1": intake.Voided, "C1": intake.Accepted, "2": "", "C2": "odd"} {
		target := &script{t: t, outcomes: map[string]intake.Outcome{number: {Result: result}}}
		got, err := intake.Replay(t.Context(), dirtyPlan(t), target, nil)
		if !fault.Is(err, fault.Internal) || total(got) != got.Invoices {
			t.Errorf("%s answered with %q: %v, %+v", number, result, err, got)
		}
	}
}

func TestReplayKeepsOrderAndWindow(t *testing.T) {
	var lines, want []string
	for n := range 3 * intake.Window {
		number := fmt.Sprint(700000 + n)
		lines = append(lines, number+",20001,A,1,2010-12-01,1,1,N")
		want = append(want, number)
	}
	target := &script{t: t}
	if _, err := intake.Replay(t.Context(), orders(t, lines...), target, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, target.placed); diff != "" {
		t.Error(diff)
	}
	if target.most != intake.Window {
		t.Errorf("%d under way at once, want %d", target.most, intake.Window)
	}
}

func TestCancellationWaitsForItsCustomer(t *testing.T) {
	plan := orders(t,
		"1,20001,A,1,2010-12-01,1,7,N", "2,20001,A,1,2010-12-01,1,8,N",
		"C3,20001,A,-1,2010-12-02,1,7,N", "C4,20001,A,-1,2010-12-02,1,,N", "C5,20001,A,-1,2010-12-02,1,7,N")
	target := &script{t: t}
	target.onPlace = func(number string) {
		if number == "C3" && (!target.answered["1"] || target.answered["2"]) || number == "C5" && !target.answered["C3"] {
			t.Errorf("%s came when %v was answered", number, target.answered)
		}
	}
	if _, err := intake.Replay(t.Context(), plan, target, nil); err != nil {
		t.Fatal(err)
	}
}

func TestSummaryAsJSON(t *testing.T) {
	summary, err := intake.Replay(t.Context(), orders(t, "7,POST,A,1,2010-12-01,1,1,N"), &script{t: t}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(summary, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
 "accepted": 0,
 "backordered": 0,
 "reversed": 0,
 "skipped": 1,
 "already": 0,
 "voided": 0,
 "returned": 0,
 "unmatched": 0,
 "refused": 0,
 "unanswered": 0,
 "invoices": 1,
 "lines": 1,
 "lines_used": 0,
 "lines_skipped": 1,
 "by_cause": {
  "no-lines-left": {
   "count": 1,
   "unit": "invoice",
   "effect": "skips",
   "text": "each line of the invoice was skipped",
   "lines": [
    2
   ],
   "invoices": [
    "7"
   ]
  },
  "not-goods": {
   "count": 1,
   "unit": "line",
   "effect": "skips",
   "text": "postage, a fee, a discount or another charge: no goods",
   "lines": [
    2
   ],
   "invoices": [
    "7"
   ]
  }
 },
 "short": [],
 "refusals": []
}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}
