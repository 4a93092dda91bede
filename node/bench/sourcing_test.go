package bench

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/sourcing"
)

// timeless leaves out what differs from run to run.
func timeless(r SourcingReport) SourcingReport {
	r.Rate, r.P50, r.P99, r.Prices = 0, 0, 0, 0
	for i := range r.Strategies {
		r.Strategies[i].P50, r.Strategies[i].P99 = 0, 0
	}
	return r
}

func TestSourcing(t *testing.T) {
	var told []string
	report, err := Sourcing(t.Context(), SourcingOptions{
		Instances: 1, Items: 3, Orders: 2000, Tell: func(text string) { told = append(told, text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ratio := make(map[string]float64)
	for _, row := range report.Strategies {
		ratio[row.Strategy] = row.Ratio
		if row.Ratio < 1 {
			t.Errorf("%s costs %.4f of what no plan can be below", row.Strategy, row.Ratio)
		}
		if row.Boxes < 0.9 || row.Boxes > 3 || row.Split <= 0 || row.Split >= 1 || row.Lost < 0 || row.Lost > 0.05 {
			t.Errorf("%+v is no outcome of such orders", row)
		}
	}
	for _, strategy := range sourcing.Strategies() {
		if ratio[string(strategy)] < ratio["cheapest, priced"] {
			t.Errorf("%s costs %.4f, less than the cheapest with prices, %.4f", strategy, ratio[string(strategy)], ratio["cheapest, priced"])
		}
	}
	if none, once := ratio["cheapest"], ratio["cheapest, priced once"]; once >= none || report.Ratio >= once {
		t.Errorf("the cheapest costs %.4f, with prices %.4f, with new ones %.4f: they are of no use", none, once, report.Ratio)
	}
	if report.Ratio != ratio["cheapest, priced"] || math.Abs(report.Cost/report.Limit-report.Ratio) > 1e-9 {
		t.Errorf("a cost of %g over %g is not the ratio %g", report.Cost, report.Limit, report.Ratio)
	}
	if report.Ratio > 1.04 {
		t.Errorf("the cheapest with prices costs %.4f of the bound", report.Ratio)
	}
	if report.Rate <= 0 || report.P50 > report.P99 || report.Cost < costOfBox {
		t.Errorf("%+v is no measurement", report)
	}
	if len(told) != 1 {
		t.Errorf("told %q", told)
	}
}

// TestSourcingRepeats: one seed, one outcome.
func TestSourcingRepeats(t *testing.T) {
	var reports []SourcingReport
	for _, seed := range []uint64{7, 7, 8} {
		report, err := Sourcing(t.Context(), SourcingOptions{Instances: 1, Items: 1, Orders: 300, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		reports = append(reports, timeless(report))
	}
	if diff := cmp.Diff(reports[0], reports[1]); diff != "" {
		t.Errorf("the same seed gave something else: -was +is:\n%s", diff)
	}
	if reports[0].Cost == reports[2].Cost {
		t.Errorf("another seed gave the same cost, %g", reports[0].Cost)
	}
}

func TestSourcingOptions(t *testing.T) {
	for _, options := range []SourcingOptions{
		{Instances: -1}, {Sequences: -1}, {Orders: -1}, {Items: -1}, {Items: instanceItems + 1},
	} {
		if _, err := Sourcing(t.Context(), options); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: got %v, want an invalid fault", options, err)
		}
	}
}

func TestSourcingStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	options := SourcingOptions{Instances: 1, Items: 1, Orders: 100, Tell: func(string) { cancel() }}
	if _, err := Sourcing(ctx, options); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped while it plays, got %v, want it canceled", err)
	}
	options.Tell = func(text string) { t.Errorf("begins %s, and was stopped before", text) }
	if _, err := Sourcing(ctx, options); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it canceled", err)
	}
}

// TestInstance holds what is drawn to what is said of it.
func TestInstance(t *testing.T) {
	const orders = 10_000
	n := newInstance(rand.New(rand.NewPCG(3, 0)), 5, orders)
	for _, w := range n.warehouses {
		if err := w.Check(); err != nil {
			t.Error(err)
		}
	}
	for i, city := range n.cities {
		if err := city.Check(); err != nil {
			t.Error(err)
		}
		ways := make([]float64, 0, instanceSites)
		for at, c := range n.candidates[i] {
			if c.Code != city.Warehouses[at] {
				t.Fatalf("%s: the candidates are not its warehouses", city.Code)
			}
			ways = append(ways, far(c.Warehouse, city.Place))
		}
		if len(ways) != instanceSites || !slices.IsSorted(ways) {
			t.Errorf("%s: the ways to its warehouses are %v", city.Code, ways)
		}
	}
	if len(n.cities) != instanceCities || len(n.baskets) != 5*basketsPerSize || len(n.baskets[24]) != 5 {
		t.Errorf("%d cities, %d baskets", len(n.cities), len(n.baskets))
	}
	asked := make(map[id.SKU]float64)
	for i, demands := range n.baskets {
		for _, demand := range demands {
			asked[demand.SKU] += orders * n.ofBasket[i]
		}
	}
	for code, expected := range asked {
		var stock int64
		for _, w := range n.warehouses {
			stock += n.stock.Held(w.Code, code)
		}
		if over := float64(stock) - expected; over < 0 || over > 5*math.Sqrt(expected) {
			t.Errorf("%s: %d in stock for %.0f expected", code, stock, expected)
		}
	}
}

// TestUnitsOfEachPlanAreCounted has the cost of a plan by the strategies be the one
// that is counted here.
func TestUnitsOfEachPlanAreCounted(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 0))
	n := newInstance(random, 5, 200)
	left := n.stock
	for _, one := range n.draw(random, 400) { // twice what there is
		problem := n.problem(one, left.Held, nil)
		plan := sourcing.Policy{Strategy: sourcing.StrategyCheapest}.Plan(problem)
		var sum outcome
		sum.add(n, one, plan.Takes)
		var missing int64
		for _, short := range plan.Short {
			missing += short.Missing
		}
		if want := plan.Cost + catalog.Micros(missing)*n.unserved; sum.cost != want {
			t.Fatalf("%d counted, %d planned", sum.cost, want)
		}
		if sum.lost != missing || int(sum.boxes) != len(plan.Parcels) || int(sum.units) != len(problem.Demands) {
			t.Fatalf("%+v counted of %+v", sum, plan)
		}
		if err := left.take(plan.Takes); err != nil {
			t.Fatal(err)
		}
	}
	if err := left.take([]sourcing.Take{{SKU: sku(0), Warehouse: "wh1", Units: 1 << 20}}); err == nil {
		t.Error("a million units were taken of what is not there")
	}
}
