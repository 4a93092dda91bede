package intake_test

import (
	"testing"
	"time"

	"crossdock/core/id"
	"crossdock/site/intake"

	"github.com/google/go-cmp/cmp"
)

func TestMatch(t *testing.T) {
	noon := time.Date(2010, 12, 1, 12, 0, 0, 0, time.UTC)
	order := func(n byte) id.Order { return id.Order{UUID: id.UUID{n}} }
	held := func(n byte, ago time.Duration, lines ...intake.Holding) intake.Candidate {
		return intake.Candidate{Order: order(n), At: noon.Add(-ago), Lines: lines}
	}
	back := func(customer string, lines ...intake.Line) intake.Invoice {
		return intake.Invoice{Number: "C1", Cancels: true, At: noon, Customer: customer, Lines: lines}
	}
	tests := []struct {
		name       string
		back       intake.Invoice
		candidates []intake.Candidate
		want       intake.Matching
	}{
		{
			"a whole order",
			back("1", intake.Line{SKU: "A", Units: 2}, intake.Line{SKU: "B", Units: 3}),
			[]intake.Candidate{held(1, time.Hour, intake.Holding{SKU: "A", Units: 2}, intake.Holding{SKU: "B", Units: 3})},
			intake.Matching{Takes: []intake.Take{{Order: order(1), SKU: "A", Units: 2}, {Order: order(1), SKU: "B", Units: 3}}, Whole: []id.Order{order(1)}},
		},
		{
			"a part of one",
			back("1", intake.Line{SKU: "A", Units: 1}),
			[]intake.Candidate{held(1, time.Hour, intake.Holding{SKU: "A", Units: 2}, intake.Holding{SKU: "B", Units: 3})},
			intake.Matching{Takes: []intake.Take{{Order: order(1), SKU: "A", Units: 1}}},
		},
		{
			"the newest first, then an older one, in whatever order they come",
			back("1", intake.Line{SKU: "A", Units: 5}),
			[]intake.Candidate{held(1, 2*time.Hour, intake.Holding{SKU: "A", Units: 4}), held(2, time.Hour, intake.Holding{SKU: "A", Units: 3})},
			intake.Matching{Takes: []intake.Take{{Order: order(2), SKU: "A", Units: 3}, {Order: order(1), SKU: "A", Units: 2}}, Whole: []id.Order{order(2)}},
		},
		{
			"more than was ordered",
			back("1", intake.Line{SKU: "A", Units: 5}),
			[]intake.Candidate{held(1, time.Hour, intake.Holding{SKU: "A", Units: 2})},
			intake.Matching{
				Takes: []intake.Take{{Order: order(1), SKU: "A", Units: 2}}, Whole: []id.Order{order(1)},
				Left: []intake.Left{{SKU: "A", Units: 3, Cause: intake.CancellationBeyondOrder}},
			},
		},
		{
			"an order of something else, and one that has nothing left",
			back("1", intake.Line{SKU: "A", Units: 1}),
			[]intake.Candidate{held(1, time.Hour, intake.Holding{SKU: "B", Units: 2}), held(2, time.Hour, intake.Holding{SKU: "A"})},
			intake.Matching{Left: []intake.Left{{SKU: "A", Units: 1, Cause: intake.CancellationWithoutOrder}}},
		},
		{
			"an order of the same minute",
			back("1", intake.Line{SKU: "A", Units: 1}),
			[]intake.Candidate{held(1, 0, intake.Holding{SKU: "A", Units: 2})},
			intake.Matching{Takes: []intake.Take{{Order: order(1), SKU: "A", Units: 1}}},
		},
		{
			"a later order, as on a second run",
			back("1", intake.Line{SKU: "A", Units: 1}),
			[]intake.Candidate{held(1, -time.Minute, intake.Holding{SKU: "A", Units: 2})},
			intake.Matching{Left: []intake.Left{{SKU: "A", Units: 1, Cause: intake.CancellationWithoutOrder}}},
		},
		{
			"a guest's",
			back("", intake.Line{SKU: "A", Units: 1}),
			[]intake.Candidate{held(1, time.Hour, intake.Holding{SKU: "A", Units: 2})},
			intake.Matching{Left: []intake.Left{{SKU: "A", Units: 1, Cause: intake.CancellationOfGuest}}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, intake.Match(test.back, test.candidates)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMatchLeavesItsInputAlone(t *testing.T) {
	candidates := []intake.Candidate{{Order: id.Order{UUID: id.UUID{1}}, Lines: []intake.Holding{{SKU: "A", Units: 2}}}}
	intake.Match(intake.Invoice{Customer: "1", Lines: []intake.Line{{SKU: "A", Units: 1}}}, candidates)
	if candidates[0].Lines[0].Units != 2 {
		t.Error("Match took units out of the caller's candidates")
	}
}
