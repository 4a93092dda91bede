package sourcing_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/sourcing"
)

// TestWhatIf: on Saturday, wh1 nearby has one pot and no mug, wh2 all of it.
// Parcels cost 4.00 from wh1 and 5.00 from wh2.
func TestWhatIf(t *testing.T) {
	stock := sourcing.Stock{{Warehouse: "wh1", SKU: "pot"}: 1, {Warehouse: "wh2", SKU: "pot"}: 9, {Warehouse: "wh2", SKU: "mug"}: 3}
	near := catalog.Place{Latitude: 53.5, Longitude: -2.2}
	cart := sourcing.Problem{
		District: leeds, Now: saturday,
		Demands: []sourcing.Demand{{Line: 1, SKU: "pot", Units: 1}, {Line: 2, SKU: "mug", Units: 1}},
		Candidates: []sourcing.Candidate{
			{Warehouse: catalog.Warehouse{Code: "wh1", Place: near, PerBox: 4e6}},
			{Warehouse: catalog.Warehouse{Code: "wh2", Place: near, PerBox: 5e6}},
		},
	}
	policies := []sourcing.Policy{{}, {Strategy: sourcing.StrategyFewest}}
	got := sourcing.WhatIf(policies, []sourcing.Problem{cart, cart, cart, cart}, stock)

	days := func(orders map[int]int) []int {
		all := make([]int, 61)
		for after, n := range orders {
			all[after] = n
		}
		return all
	}
	want := []sourcing.Outcome{
		{Policy: policies[0], Orders: 4, Served: 3, Split: 1, Parcels: 4, Cost: 19e6, Days: days(map[int]int{3: 3})},
		{Policy: policies[1], Orders: 4, Served: 3, Split: 0, Parcels: 3, Cost: 15e6, Days: days(map[int]int{3: 3})},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if stock[sourcing.Shelf{Warehouse: "wh2", SKU: "mug"}] != 3 {
		t.Errorf("the stock was touched: %v", stock)
	}
}

// TestWhatIfCountsLoad: what is shipped fills the day for the orders after it.
func TestWhatIfCountsLoad(t *testing.T) {
	stock := sourcing.Stock{{Warehouse: "wh1", SKU: "pot"}: 9}
	cart := sourcing.Problem{
		District: leeds, Now: saturday,
		Demands:    []sourcing.Demand{{Line: 1, SKU: "pot", Units: 1}},
		Candidates: []sourcing.Candidate{{Warehouse: catalog.Warehouse{Code: "wh1", Capacity: 3, Workdays: date.Workdays}, Load: 1}},
	}
	unknown := cart
	unknown.Now = unknown.Now.AddDate(-60, 0, 0)
	o := sourcing.WhatIf([]sourcing.Policy{{}}, []sourcing.Problem{cart, cart, cart, cart, cart, unknown}, stock)[0]
	// Two on Monday, there on Thursday; three on Tuesday, there on Friday.
	if o.Days[5] != 2 || o.Days[6] != 3 || o.Unknown != 1 {
		t.Errorf("days %v, and %d of nobody knows when", o.Days, o.Unknown)
	}
	if got := o.PromiseDays(); got != 5.6 {
		t.Errorf("%v days on average", got)
	}
	for days, share := range map[int]float64{-1: 0, 4: 0, 5: 2. / 6, 6: 5. / 6, 59: 5. / 6, 1000: 5. / 6} {
		if got := o.Within(days); got != share {
			t.Errorf("%v within %d days; want %v", got, days, share)
		}
	}
	if cart.Candidates[0].Load != 1 {
		t.Errorf("the problem was changed")
	}
}

func TestOutcomeInFigures(t *testing.T) {
	o := sourcing.Outcome{Orders: 5, Served: 4, Split: 1, Parcels: 6, Cost: 10_000_003}
	got := []float64{float64(o.Short()), o.ParcelsPerOrder(), o.SplitRate(), float64(o.CostPerOrder())}
	if diff := cmp.Diff([]float64{1, 1.5, 0.25, 2_500_000}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var none sourcing.Outcome
	got = []float64{float64(none.Short()), none.ParcelsPerOrder(), none.SplitRate(), float64(none.CostPerOrder()), none.PromiseDays(), none.Within(3)}
	if diff := cmp.Diff(make([]float64, 6), got); diff != "" {
		t.Errorf("of no orders (-want +got):\n%s", diff)
	}
}

// TestPoliciesDoNotMeet: what becomes of a policy does not depend on the others,
// and every strategy serves the same units of a single product.
func TestPoliciesDoNotMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t, size{warehouses: 6, skus: 1, units: 9})
		orders := make([]sourcing.Problem, rapid.IntRange(0, 8).Draw(t, "orders"))
		for i := range orders {
			orders[i] = d.Problem
			orders[i].Demands = []sourcing.Demand{{Line: 1, SKU: skuOf(0), Units: rapid.Int64Range(1, 5).Draw(t, "units")}}
		}
		var policies []sourcing.Policy
		for _, strategy := range sourcing.Strategies() {
			policies = append(policies, sourcing.Policy{Strategy: strategy})
		}
		together := sourcing.WhatIf(policies, orders, d.stock)
		for i := range policies {
			if diff := cmp.Diff(sourcing.WhatIf(policies[i:i+1], orders, d.stock)[0], together[i]); diff != "" {
				t.Fatalf("alone and together (-alone +together):\n%s", diff)
			}
			if together[i].Served != together[0].Served {
				t.Fatalf("%s serves %d of %d, not %d", policies[i].Strategy, together[i].Served, len(orders), together[0].Served)
			}
		}
	})
}
