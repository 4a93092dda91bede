package rest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/order"
)

func TestExplain(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	placement, err := s.client.PlaceOrder(t.Context(), "", wants(9))
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.client.Explain(t.Context(), placement.Order.ID)
	want := "wh1 ships 7 of the 9 units of KETTLE (primary warehouse).\nwh2 ships all of the 2 units of KETTLE (spill-over)."
	if err != nil || e.Number != placement.Order.Number || e.Text != want {
		t.Errorf("%+v, %v", e, err)
	}
	if len(e.Steps) != 2 || e.Steps[0].Verdict != "partly" || e.Steps[0].Got != 7 || e.Steps[0].Text != strings.Split(want, "\n")[0] {
		t.Errorf("%+v", e.Steps)
	}
}

func TestSentences(t *testing.T) {
	for want, step := range map[string]order.Step{
		"wh1 ships all of the 3 units (primary warehouse).":                      {Rule: "primary warehouse", Warehouse: "wh1", Verdict: order.Chosen, Lines: 2, Wanted: 3, Got: 3},
		"wh2 ships none of the 1 unit of A (spill-over).":                        {Rule: "spill-over", Warehouse: "wh2", Verdict: order.Rejected, SKU: "A", Wanted: 1},
		"2 of 3 units of A cannot be had anywhere (no warehouse left).":          {Rule: "no warehouse left", Verdict: order.Missing, SKU: "A", Wanted: 3, Got: 1},
		"wh2 was preferred (distance): wh2 (12 km) before wh1 (40 km).":          {Rule: "distance", Warehouse: "wh2", Verdict: order.Chosen, Note: "wh2 (12 km) before wh1 (40 km)"},
		"the others ship none of the 4 units (nearest): together, 3 warehouses.": {Rule: "nearest", Verdict: order.Rejected, Wanted: 4, Note: "together, 3 warehouses"},
	} {
		if got := sentence(step); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// profiles are near and far from the north, which is where kettles go.
func profiles() []api.WarehouseProfile {
	return []api.WarehouseProfile{
		{
			Code: "wh1", Name: "Far", Place: &api.Place{Latitude: 40, Longitude: 10}, CutOff: "15:00",
			Workdays: []string{"mon", "tue", "wed"}, Handling: 2, Capacity: 10, PerBox: 3_000_000, PerUnit: 100_000, PerKm: 1_000,
		},
		{Code: "wh2", PerBox: 1_000_000},
	}
}

func TestProfiles(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	if none, err := s.client.WarehouseProfiles(t.Context()); err != nil || len(none) != 0 {
		t.Errorf("before anything was said: %+v, %v", none, err)
	}
	all, err := s.client.PutWarehouseProfiles(t.Context(), profiles()...)
	if diff := cmp.Diff(profiles(), all); diff != "" || err != nil {
		t.Error(diff, err)
	}
	changed := api.WarehouseProfile{Code: "wh2", Safety: 3}
	all, err = s.client.PutWarehouseProfiles(t.Context(), changed)
	if diff := cmp.Diff([]api.WarehouseProfile{profiles()[0], changed}, all); diff != "" || err != nil {
		t.Error(diff, err)
	}
	placement, err := s.client.PlaceOrder(t.Context(), "", wants(10))
	if err != nil || len(placement.Short) != 1 || placement.Short[0].Missing != 1 {
		t.Errorf("the safety units were promised: %+v, %v", placement, err)
	}
	placement, err = s.client.PlaceOrder(t.Context(), "", wants(1))
	if err != nil || placement.Order.Promise == nil || placement.Order.Fulfillments[0].Promise == nil {
		t.Errorf("no day is promised: %+v, %v", placement, err)
	}
}

// TestWhatIf lets two policies serve the same orders out of 7 and 5 kettles: the
// district's first warehouse is dear, and its second one cheap.
func TestWhatIf(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	s.profile(api.WarehouseProfile{Code: "wh1", PerBox: 3_000_000}, api.WarehouseProfile{Code: "wh2", PerBox: 1_000_000})
	question := api.WhatIf{Policies: []api.SourcingPolicy{{}, {Strategy: "cheapest", Rules: []string{"load"}}, {Strategy: "fewest-parcels"}}}
	for _, units := range []int64{4, 1, 4, 5} {
		question.Orders = append(question.Orders, api.SampleOrder{District: "north", Lines: []api.Wanted{{SKU: "KETTLE", Quantity: units}}})
	}
	outcomes, err := s.client.WhatIf(t.Context(), question)
	if err != nil || len(outcomes) != 3 {
		t.Fatalf("%+v, %v", outcomes, err)
	}
	var got []string
	for _, o := range outcomes {
		got = append(got, fmt.Sprintf("%s: %d of %d, %d short, %d parcels, %d split, cost %.2f, %d promised",
			o.Policy.Strategy, o.Served, o.Orders, o.Short, o.Parcels, o.Split, float64(o.Cost)/1e6, o.Promised))
	}
	want := []string{
		": 3 of 4, 1 short, 4 parcels, 1 split, cost 10.00, 3 promised",
		"cheapest: 3 of 4, 1 short, 3 parcels, 0 split, cost 5.00, 3 promised",
		"fewest-parcels: 3 of 4, 1 short, 3 parcels, 0 split, cost 7.00, 3 promised",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(question.Policies[1], outcomes[1].Policy); diff != "" {
		t.Error(diff)
	}
	if product, err := s.client.Product(t.Context(), "KETTLE"); err != nil || product.Held != 12 {
		t.Errorf("%d units are held after all these questions, %v", product.Held, err)
	}
}

// TestWhatIfReckonsWithTheLoad: a warehouse that has its hands full promises later.
func TestWhatIfReckonsWithTheLoad(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 0)
	s.profile(api.WarehouseProfile{Code: "wh1", Capacity: 10})
	days := func() float64 {
		outcomes, err := s.client.WhatIf(t.Context(), api.WhatIf{
			Policies: []api.SourcingPolicy{{}},
			Orders:   []api.SampleOrder{{District: "north", Lines: []api.Wanted{{SKU: "KETTLE", Quantity: 1}}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return outcomes[0].PromiseDays
	}
	idle := days()
	s.plans.mu.Lock()
	s.plans.parcels = 200
	s.plans.mu.Unlock()
	if busy := days(); busy < idle+18 {
		t.Errorf("%v days when it is idle, and %v when 20 days of work wait", idle, busy)
	}
}
