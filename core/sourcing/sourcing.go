// Package sourcing chooses which warehouses ship an order. It is one pure
// function of what is asked for and what quota is held, used alike for "can I
// buy it?", for the delivery promise and for the order itself, so that the
// three never differ.
//
// It books nothing and asks nobody. Start reading at PrimaryFirst, which is the
// default, then at Policy.Plan.
package sourcing

import (
	"slices"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/order"
)

// Demand is what one order line asks for. Several demands may name one SKU;
// they share what there is.
type Demand struct {
	Line  int
	SKU   id.SKU
	Units int64 // above zero
}

// Held returns the quota that the store holds of a SKU at a warehouse.
type Held func(warehouse id.Site, sku id.SKU) int64

// Take is a decision: Warehouse ships Units of a demand.
type Take struct {
	Line      int
	SKU       id.SKU
	Warehouse id.Site
	Units     int64
}

// Shortage is what no warehouse could ship of a SKU, over all its demands.
type Shortage struct {
	SKU     id.SKU `json:"sku"`
	Ordered int64  `json:"ordered"`
	Missing int64  `json:"missing"`
}

// Plan is the outcome: who ships what, what is short, and why. PrimaryFirst knows
// of neither distances nor costs and leaves out Parcels, Promise and Cost.
type Plan struct {
	Takes   []Take
	Short   []Shortage
	Why     []order.Step
	Parcels []Parcel       // one for each warehouse that ships, in the district's order
	Promise order.Promise  // when all parcels are there
	Cost    catalog.Micros // of all parcels, without prices of scarce stock
}

// Rule names of the steps that PrimaryFirst reports.
const (
	RulePrimary   = "primary warehouse"
	RuleSpillOver = "spill-over"
	RuleShort     = "no warehouse left"
)

// PrimaryFirst takes from the first warehouse what it holds, and spills the
// rest over to the next ones in their order. A line may split. Demands of one
// SKU are summed before anything counts as short.
//
// Why has one step for all demands that the primary warehouse serves whole, and
// one step of its own for each spill-over, refusal and shortage.
func PrimaryFirst(demands []Demand, warehouses []id.Site, held Held) Plan {
	p := planner{left: make(map[stockKey]int64, len(demands)), held: held}
	p.plan.Takes = make([]Take, 0, len(demands))
	for _, demand := range demands {
		p.serve(demand, warehouses)
	}
	if p.whole.Lines > 0 {
		p.plan.Why = slices.Insert(p.plan.Why, 0, p.whole)
	}
	return p.plan
}

type stockKey struct {
	warehouse id.Site
	sku       id.SKU
}

type planner struct {
	plan  Plan
	left  map[stockKey]int64 // quota not yet taken by this plan
	held  Held
	whole order.Step // all demands that the primary warehouse serves whole
}

func (p *planner) serve(demand Demand, warehouses []id.Site) {
	missing, before := demand.Units, len(p.plan.Takes)
	for rank, warehouse := range warehouses {
		got := p.take(demand, warehouse, missing)
		if got == demand.Units && rank == 0 {
			p.whole.Rule, p.whole.Warehouse, p.whole.Verdict = RulePrimary, warehouse, order.Chosen
			p.whole.Lines++
			p.whole.Wanted += got
			p.whole.Got += got
			return
		}
		p.explain(rank, warehouse, demand.SKU, missing, got)
		missing -= got
		if missing == 0 {
			return
		}
	}
	p.miss(demand, missing, before)
}

func (p *planner) take(demand Demand, warehouse id.Site, wanted int64) int64 {
	k := stockKey{warehouse, demand.SKU}
	left, seen := p.left[k]
	if !seen {
		left = max(p.held(warehouse, demand.SKU), 0)
	}
	got := min(left, wanted)
	p.left[k] = left - got
	if got > 0 {
		p.plan.Takes = append(p.plan.Takes, Take{demand.Line, demand.SKU, warehouse, got})
	}
	return got
}

func (p *planner) explain(rank int, warehouse id.Site, sku id.SKU, wanted, got int64) {
	step := order.Step{Rule: RuleSpillOver, Warehouse: warehouse, SKU: sku, Wanted: wanted, Got: got}
	if rank == 0 {
		step.Rule = RulePrimary
	}
	switch got {
	case 0:
		step.Verdict = order.Rejected
	case wanted:
		step.Verdict = order.Chosen
	default:
		step.Verdict = order.Partly
	}
	p.plan.Why = append(p.plan.Why, step)
}

// miss notes what is short. The demands of a SKU before its first shortage were
// all served whole, so that what they ordered is what the plan took for them:
// its first takes, as many as there were before this demand.
func (p *planner) miss(demand Demand, missing int64, before int) {
	p.plan.Why = append(p.plan.Why, order.Step{
		Rule: RuleShort, Verdict: order.Missing, SKU: demand.SKU, Wanted: demand.Units, Got: demand.Units - missing,
	})
	for i := range p.plan.Short {
		if p.plan.Short[i].SKU == demand.SKU {
			p.plan.Short[i].Ordered += demand.Units
			p.plan.Short[i].Missing += missing
			return
		}
	}
	ordered := demand.Units
	for _, take := range p.plan.Takes[:before] {
		if take.SKU == demand.SKU {
			ordered += take.Units
		}
	}
	p.plan.Short = append(p.plan.Short, Shortage{demand.SKU, ordered, missing})
}
