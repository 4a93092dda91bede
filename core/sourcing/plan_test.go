package sourcing_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
)

// small is what can be tried out by every split.
var small = size{warehouses: 4, skus: 3, units: 3}

// TestPlanKeepsItsPromises: whatever the policy, a plan takes no more than there
// is, as much as is wanted of it, and says why.
func TestPlanKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.SampledFrom([]size{small, {warehouses: 14, skus: 6, units: 9}, {warehouses: 30, skus: 20, units: 2}}).Draw(t, "size")
		d, policy := draw(t, most), drawPolicy(t)
		plan := policy.Plan(d.Problem)
		d.sound(t, plan)
		d.sumsUp(t, plan)
		if policy.Strategy != sourcing.StrategyPrimary {
			d.explained(t, policy, plan)
		}
		if diff := gocmp.Diff(plan, policy.Plan(d.Problem)); diff != "" {
			t.Fatalf("planned twice, the plans differ:\n%s", diff)
		}
	})
}

// sound holds the takes and shortages against what is wanted and what there is.
func (d *drawn) sound(t *rapid.T, plan sourcing.Plan) {
	taken, line := map[sourcing.Shelf]int64{}, map[int]int64{}
	for _, take := range plan.Takes {
		taken[sourcing.Shelf{Warehouse: take.Warehouse, SKU: take.SKU}] += take.Units
		line[take.Line] += take.Units
		if take.Units <= 0 || d.Demands[take.Line-1].SKU != take.SKU {
			t.Fatalf("takes %+v for %+v", take, d.Demands[take.Line-1])
		}
	}
	skus, ordered := d.skus()
	for s, sku := range skus {
		there, got := int64(0), int64(0)
		for w := range d.Candidates {
			units := taken[sourcing.Shelf{Warehouse: d.Candidates[w].Code, SKU: sku}]
			if units > d.promised(w, sku) {
				t.Fatalf("takes %d x %s from %s, which may promise %d", units, sku, d.Candidates[w].Code, d.promised(w, sku))
			}
			there += d.promised(w, sku)
			got += units
		}
		i := slices.IndexFunc(plan.Short, func(short sourcing.Shortage) bool { return short.SKU == sku })
		short := sourcing.Shortage{SKU: sku, Ordered: ordered[s]}
		if i >= 0 {
			short = plan.Short[i]
		}
		if want := min(there, ordered[s]); got != want || short.Ordered != ordered[s] || short.Missing != ordered[s]-want {
			t.Fatalf("takes %d x %s and says %+v; %d are ordered, %d there", got, sku, short, ordered[s], there)
		}
	}
	for _, demand := range d.Demands {
		if line[demand.Line] > demand.Units {
			t.Fatalf("takes %d for line %d, which wants %d", line[demand.Line], demand.Line, demand.Units)
		}
	}
}

// sumsUp holds the parcels, the cost and the promise against the takes.
func (d *drawn) sumsUp(t *rapid.T, plan sourcing.Plan) {
	want := sourcing.Plan{}
	for w, c := range d.Candidates {
		parcel := sourcing.Parcel{Warehouse: c.Code}
		for _, take := range plan.Takes {
			if take.Warehouse == c.Code {
				parcel.Units += take.Units
			}
		}
		if parcel.Units == 0 {
			continue
		}
		parcel.ShipOn, parcel.Promise = sourcing.Arrival(c, d.District, d.Now)
		parcel.Cost = c.PerBox + catalog.Micros(parcel.Units)*d.unit(w)
		want.Cost += parcel.Cost
		want.Promise.From = max(want.Promise.From, parcel.Promise.From)
		want.Promise.To = max(want.Promise.To, parcel.Promise.To)
		want.Parcels = append(want.Parcels, parcel)
	}
	got := sourcing.Plan{Parcels: plan.Parcels, Cost: plan.Cost, Promise: plan.Promise}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("the parcels are not what is taken (-takes +parcels):\n%s", diff)
	}
}

// explained holds the steps against the takes: what a warehouse got, it ships.
func (d *drawn) explained(t *rapid.T, policy sourcing.Policy, plan sourcing.Plan) {
	got, want, all := map[id.Site]int64{}, map[id.Site]int64{}, int64(0)
	for _, take := range plan.Takes {
		want[take.Warehouse] += take.Units
		all += take.Units
	}
	var short []sourcing.Shortage
	steps, lines := 0, 0
	for _, step := range plan.Why {
		if step.Verdict == order.Missing {
			short = append(short, sourcing.Shortage{SKU: step.SKU, Ordered: step.Wanted, Missing: step.Wanted - step.Got})
			continue
		}
		steps++
		all -= step.Got
		lines += step.Lines
		if step.Warehouse != "" && step.Got > 0 {
			got[step.Warehouse] += step.Got
		}
		if !asTheVerdictSays(step) || step.Note == "" || step.Got > 0 && step.Rule != string(policy.Strategy) {
			t.Fatalf("makes no sense: %+v", step)
		}
	}
	if diff := gocmp.Diff(plan.Short, short); diff != "" {
		t.Fatalf("the steps do not tell what is short (-plan +steps):\n%s", diff)
	}
	if all != 0 || steps > 24 || lines > len(d.Demands) {
		t.Fatalf("%d steps leave %d units unexplained: %+v", steps, all, plan.Why)
	}
	for warehouse, units := range got {
		if units != want[warehouse] {
			t.Fatalf("the steps say that %s ships %d, not %d", warehouse, units, want[warehouse])
		}
	}
	if steps < 24 && len(got) != len(want) {
		t.Fatalf("the steps name %d of %d warehouses", len(got), len(want))
	}
}

func asTheVerdictSays(step order.Step) bool {
	switch step.Verdict {
	case order.Chosen:
		return step.Got == step.Wanted
	case order.Partly:
		return step.Got > 0 && step.Got < step.Wanted
	case order.Rejected:
		return step.Got == 0
	default:
		return false
	}
}

// TestStrategiesAgainstEverySplit: no split is better by what a strategy is for.
func TestStrategiesAgainstEverySplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t, small)
		rule := rapid.SampledFrom(sourcing.Rules()).Draw(t, "rule")
		best := map[sourcing.Strategy]figures{}
		d.splits(func(units split) {
			f := d.figuresOf(units)
			for strategy, compare := range contests {
				if so, any := best[strategy]; !any || compare(f, so, rule) < 0 {
					best[strategy] = f
				}
			}
		})
		for strategy, compare := range contests {
			plan := sourcing.Policy{Strategy: strategy, Rules: []sourcing.Rule{rule}}.Plan(d.Problem)
			if f := d.figuresOfPlan(plan); compare(f, best[strategy], rule) != 0 {
				t.Fatalf("%s by %s: %+v, but there is %+v", strategy, rule, f, best[strategy])
			}
		}
	})
}

// contests say when one split is better than another, by a strategy and a rule.
var contests = map[sourcing.Strategy]func(f, g figures, rule sourcing.Rule) int{
	sourcing.StrategyFewest: func(f, g figures, rule sourcing.Rule) int {
		return cmp.Or(f.parcels-g.parcels, byRule(f, g, rule))
	},
	sourcing.StrategyFastest: func(f, g figures, rule sourcing.Rule) int {
		return cmp.Or(int(f.last-g.last), f.parcels-g.parcels, byRule(f, g, rule))
	},
	sourcing.StrategyCheapest: func(f, g figures, rule sourcing.Rule) int {
		return cmp.Or(int(f.priced-g.priced), f.parcels-g.parcels, byRule(f, g, rule))
	},
}

func byRule(f, g figures, rule sourcing.Rule) int {
	switch rule {
	case sourcing.ByDistance:
		return int(f.distance - g.distance)
	case sourcing.ByParcels:
		return f.parcels - g.parcels
	case sourcing.ByArrival:
		return cmp.Or(int(f.last-g.last), int(f.first-g.first))
	case sourcing.ByCost:
		return int(f.cost - g.cost)
	case sourcing.ByStock:
		return cmp.Compare(g.left, f.left)
	case sourcing.ByLoad:
		return int(1000 * (f.load - g.load))
	case sourcing.ByDistrictOrder:
		return slices.Compare(f.ranks, g.ranks)
	default:
		panic("no rule " + rule)
	}
}

// TestNearestTakesNothingFromFartherAway: while a nearer warehouse has some left.
func TestNearestTakesNothingFromFartherAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t, size{warehouses: 12, skus: 4, units: 5})
		plan := sourcing.Policy{Strategy: sourcing.StrategyNearest}.Plan(d.Problem)
		left := sourcing.Stock{}
		for w, c := range d.Candidates {
			for _, demand := range d.Demands {
				left[sourcing.Shelf{Warehouse: c.Code, SKU: demand.SKU}] = d.promised(w, demand.SKU)
			}
		}
		left.Take(plan.Takes)
		away := func(warehouse id.Site) float64 {
			i := slices.IndexFunc(d.Candidates, func(c sourcing.Candidate) bool { return c.Code == warehouse })
			meters, known := catalog.Meters(d.Candidates[i].Place, d.District.Place)
			if !known {
				return math.MaxFloat64
			}
			return meters
		}
		for _, take := range plan.Takes {
			for _, c := range d.Candidates {
				if away(c.Code) < away(take.Warehouse) && left[sourcing.Shelf{Warehouse: c.Code, SKU: take.SKU}] > 0 {
					t.Fatalf("takes %s from %s though %s is nearer and has some left", take.SKU, take.Warehouse, c.Code)
				}
			}
		}
	})
}

// TestCheapestAgainstEverySet is the same for as many warehouses as are searched.
func TestCheapestAgainstEverySet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t, size{warehouses: 10, skus: 4, units: 6})
		if f := d.figuresOfPlan(sourcing.Cheapest(d.Problem)); f.priced != d.cheapestSet() {
			t.Fatalf("costs %d, but %d is possible", f.priced, d.cheapestSet())
		}
	})
}

// TestOrderOfLinesDoesNotMatter: what is shipped from where is the same whichever
// way an order is written down.
func TestOrderOfLinesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, policy := draw(t, size{warehouses: 12, skus: 4, units: 5}), drawPolicy(t)
		want := policy.Plan(d.Problem)
		shuffled := d.Problem
		shuffled.Demands = rapid.Permutation(d.Demands).Draw(t, "lines")
		if diff := gocmp.Diff(want.Parcels, policy.Plan(shuffled).Parcels); diff != "" {
			t.Fatalf("in another order (-want +got):\n%s", diff)
		}
		single := d.Problem
		single.Demands = nil
		for _, demand := range d.Demands {
			for range demand.Units {
				single.Demands = append(single.Demands, sourcing.Demand{Line: len(single.Demands) + 1, SKU: demand.SKU, Units: 1})
			}
		}
		if diff := gocmp.Diff(want.Parcels, policy.Plan(single).Parcels); diff != "" {
			t.Fatalf("unit by unit (-want +got):\n%s", diff)
		}
	})
}

// TestManyWarehouses: beyond those that are searched, nothing that can be had is
// left out, however thinly it is spread.
func TestManyWarehouses(t *testing.T) {
	for name, c := range map[string]struct {
		has     func(w, s int) int64
		parcels map[sourcing.Strategy]int
	}{
		"each has one of thirty": {
			func(w, s int) int64 { return one(w == s) },
			map[sourcing.Strategy]int{sourcing.StrategyFewest: 30, sourcing.StrategyCheapest: 30, sourcing.StrategyFastest: 30, sourcing.StrategyNearest: 30},
		},
		"the last one has all": {
			func(w, s int) int64 { return one(w == s || w == 29) },
			map[sourcing.Strategy]int{sourcing.StrategyFewest: 1, sourcing.StrategyCheapest: 1, sourcing.StrategyFastest: 1, sourcing.StrategyNearest: 30},
		},
		"ten have a tenth, two have half": {
			func(w, s int) int64 { return one(w < 10 && s/3 == w || w == 10 && s < 15 || w == 11 && s >= 15) },
			map[sourcing.Strategy]int{sourcing.StrategyFewest: 2, sourcing.StrategyCheapest: 2, sourcing.StrategyFastest: 2, sourcing.StrategyNearest: 10},
		},
		"the first one is of no use after all": {
			func(w, s int) int64 {
				return one(w == 0 && s >= 1 && s < 5 || w == 1 && s < 3 || w == 2 && s >= 3 && s < 6 || w > 5 && w == s)
			},
			map[sourcing.Strategy]int{sourcing.StrategyFewest: 26, sourcing.StrategyCheapest: 26, sourcing.StrategyFastest: 26, sourcing.StrategyNearest: 27},
		},
		"fifteen have the same half, one the other": {
			func(w, s int) int64 { return one(w < 15 && s < 20 || w == 20 && s >= 20) },
			map[sourcing.Strategy]int{sourcing.StrategyFewest: 2, sourcing.StrategyCheapest: 2, sourcing.StrategyFastest: 2, sourcing.StrategyNearest: 2},
		},
	} {
		t.Run(name, func(t *testing.T) {
			stock := sourcing.Stock{}
			problem := sourcing.Problem{District: leeds, Now: saturday, Held: stock.Held}
			for w := range 30 {
				code := id.Site(fmt.Sprintf("wh%d", w+1))
				problem.Candidates = append(problem.Candidates, sourcing.Candidate{Warehouse: catalog.Warehouse{Code: code, PerBox: 1}})
				problem.Demands = append(problem.Demands, sourcing.Demand{Line: w + 1, SKU: skuOf(w), Units: 1})
				for s := range 30 {
					stock[sourcing.Shelf{Warehouse: code, SKU: skuOf(s)}] = c.has(w, s)
				}
			}
			for strategy, parcels := range c.parcels {
				plan := sourcing.Policy{Strategy: strategy}.Plan(problem)
				if len(plan.Short) > 0 || len(plan.Parcels) != parcels {
					t.Errorf("%s: %d parcels, short of %v; want %d and nothing", strategy, len(plan.Parcels), plan.Short, parcels)
				}
			}
		})
	}
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// TestCostsBeyondCounting: the dearest profile that passes its check is dear, not
// negative.
func TestCostsBeyondCounting(t *testing.T) {
	dear := catalog.Warehouse{Code: "wh1", Place: catalog.Place{Latitude: -53, Longitude: 178}, PerBox: 1e12, PerUnit: 1e12, PerKm: 1e9}
	cheap := catalog.Warehouse{Code: "wh2", PerBox: 1e12, PerUnit: 1e12}
	stock := sourcing.Stock{{Warehouse: "wh1", SKU: "a"}: 1e9, {Warehouse: "wh2", SKU: "a"}: math.MaxInt64}
	problem := sourcing.Problem{
		District: leeds, Held: stock.Held, Candidates: []sourcing.Candidate{{Warehouse: dear}, {Warehouse: cheap}},
		Demands: []sourcing.Demand{{Line: 1, SKU: "a", Units: 1e6}},
	}
	plan := sourcing.Cheapest(problem)
	if len(plan.Parcels) != 1 || plan.Parcels[0].Warehouse != "wh2" || plan.Cost != 1e18+1e12 {
		t.Errorf("the plan is %+v", plan)
	}
	problem.Candidates = problem.Candidates[:1]
	if plan := sourcing.Cheapest(problem); plan.Cost != math.MaxInt64 {
		t.Errorf("the cost is %d; want the highest that is counted", plan.Cost)
	}
}

func TestNobodyKnowsWhen(t *testing.T) {
	stock := sourcing.Stock{{Warehouse: "wh1", SKU: "a"}: 1}
	problem := sourcing.Problem{
		District: leeds, Held: stock.Held, Candidates: []sourcing.Candidate{{Warehouse: catalog.Warehouse{Code: "wh1"}}},
		Demands: []sourcing.Demand{{Line: 1, SKU: "a", Units: 1}},
	}
	for _, strategy := range sourcing.Strategies() {
		plan := sourcing.Policy{Strategy: strategy, Rules: []sourcing.Rule{sourcing.ByArrival}}.Plan(problem)
		want := []sourcing.Parcel{{Warehouse: "wh1", Units: 1}}
		if diff := gocmp.Diff(want, plan.Parcels); diff != "" || plan.Promise != (order.Promise{}) {
			t.Errorf("%s at no time promises %v (-want +got):\n%s", strategy, plan.Promise, diff)
		}
		for _, step := range plan.Why {
			if strings.Contains(step.Note, date.Of(saturday).String()[:2]) || strings.Contains(step.Note, "arrives") {
				t.Errorf("%s says %q", strategy, step.Note)
			}
		}
	}
}
