package bench

import (
	"context"
	"maps"
	"slices"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/sourcing"
)

// way is a way to choose warehouses.
type way struct {
	name    string
	policy  sourcing.Policy
	first   bool // from the nearest warehouse that had it once, or not at all
	priced  bool // with prices of scarce stock
	renewed bool // which are found anew from time to time
}

const (
	renewAfter = 1000 // orders; about an hour of a shop that has ten thousand a day
	renewSteps = 75   // from the last prices on
)

// ways returns all that are compared; the last one is the one that is measured.
func ways() []way {
	all := []way{{name: "nearest or nothing", first: true}}
	for _, strategy := range sourcing.Strategies() {
		all = append(all, way{name: string(strategy), policy: sourcing.Policy{Strategy: strategy}})
	}
	cheapest := sourcing.Policy{Strategy: sourcing.StrategyCheapest}
	return append(all,
		way{name: "cheapest, priced once", policy: cheapest, priced: true},
		way{name: "cheapest, priced", policy: cheapest, priced: true, renewed: true})
}

// outcome sums up what a way came to.
type outcome struct {
	cost                      catalog.Micros // of boxes, ways, and units that were not shipped
	boxes, split, lost, units int64
	times                     []time.Duration // of each decision
}

func (o *outcome) took() (total time.Duration) {
	for _, one := range o.times {
		total += one
	}
	return total
}

// play serves the orders one after another and adds to what came of it. The prices
// are those at the start.
func (n *instance) play(ctx context.Context, wishes []wish, by way, prices sourcing.Prices, sum *outcome) error {
	left := maps.Clone(n.stock)
	if !by.priced {
		prices = nil
	}
	for i, one := range wishes {
		if i%renewAfter == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if by.renewed && i > 0 && i%renewAfter == 0 {
			o := n.forecast(len(wishes)-i, left.Held)
			o.Start, o.Steps = prices, renewSteps
			prices = sourcing.Scarcity(o).Price
		}
		problem := n.problem(one, left.Held, prices)
		began := time.Now()
		plan := n.decide(by, problem)
		sum.times = append(sum.times, time.Since(began))
		if err := left.take(plan.Takes); err != nil {
			return err
		}
		sum.add(n, one, plan.Takes)
	}
	return nil
}

// problem is what a decision is given, which a shop has at hand.
func (n *instance) problem(one wish, held sourcing.Held, prices sourcing.Prices) sourcing.Problem {
	return sourcing.Problem{
		Demands: n.baskets[one.basket], District: n.cities[one.city], Candidates: n.candidates[one.city],
		Held: held, Prices: prices, Now: n.now,
	}
}

func (n *instance) decide(by way, problem sourcing.Problem) sourcing.Plan {
	if !by.first {
		return by.policy.Plan(problem)
	}
	var plan sourcing.Plan
	for _, demand := range problem.Demands {
		for _, site := range problem.District.Warehouses {
			if n.stock.Held(site, demand.SKU) == 0 {
				continue
			}
			if units := min(demand.Units, problem.Held(site, demand.SKU)); units > 0 {
				plan.Takes = append(plan.Takes, sourcing.Take{Line: demand.Line, SKU: demand.SKU, Warehouse: site, Units: units})
			}
			break
		}
	}
	return plan
}

// take takes what was decided off the shelves.
func (s shelves) take(takes []sourcing.Take) error {
	for _, t := range takes {
		if s[shelf{t.Warehouse, t.SKU}] -= t.Units; s[shelf{t.Warehouse, t.SKU}] < 0 {
			return fault.New(fault.Internal, "the decision took %s of %s beyond what was there", t.SKU, t.Warehouse)
		}
	}
	return nil
}

// add counts one order.
func (o *outcome) add(n *instance, one wish, takes []sourcing.Take) {
	var missing int64
	for _, demand := range n.baskets[one.basket] {
		missing += demand.Units
	}
	o.units += missing
	var boxes []id.Site
	for _, t := range takes {
		missing -= t.Units
		o.cost += catalog.Micros(t.Units) * n.ship[one.city][t.Warehouse]
		if !slices.Contains(boxes, t.Warehouse) {
			boxes = append(boxes, t.Warehouse)
			o.cost += micros(costOfBox)
		}
	}
	o.cost += catalog.Micros(missing) * n.unserved
	o.lost += missing
	o.boxes += int64(len(boxes))
	if len(boxes) > 1 {
		o.split++
	}
}
