package sourcing

import (
	"slices"
	"strings"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// Strategy is a whole way to choose warehouses. Each one plans as many units as
// there are.
type Strategy string

// The strategies. The empty one is StrategyPrimary.
const (
	StrategyPrimary  Strategy = "primary-first"  // the district's order, line by line
	StrategyFewest   Strategy = "fewest-parcels" // as few warehouses as possible
	StrategyNearest  Strategy = "nearest"        // the nearest warehouse first, unit by unit
	StrategyFastest  Strategy = "fastest"        // all of it on the earliest day possible, then in as few parcels as possible
	StrategyCheapest Strategy = "cheapest"       // the lowest cost of boxes, units, distance and scarce stock, then as few parcels as possible
)

// Strategies returns all strategies, the default one first.
func Strategies() []Strategy {
	return []Strategy{StrategyPrimary, StrategyFewest, StrategyNearest, StrategyFastest, StrategyCheapest}
}

// Policy is a strategy and the rules that decide between what it finds equally
// good. The rules are asked in their order, and the first one that tells two
// apart decides; where none does, the district's order does. The zero Policy is
// the default one.
type Policy struct {
	Strategy Strategy `json:"strategy" koanf:"strategy"`
	Rules    []Rule   `json:"rules,omitempty" koanf:"rules"`
}

// Check reports the first name in the policy that is unknown or there twice, as
// fault.Invalid with its field.
func (p Policy) Check() error {
	if p.Strategy != "" && !slices.Contains(Strategies(), p.Strategy) {
		return fault.At("strategy", fault.Invalid, "%s is no strategy: want %s", fault.Quote(string(p.Strategy)), listed(Strategies()))
	}
	for i, rule := range p.Rules {
		if !slices.Contains(Rules(), rule) {
			return fault.At("rules", fault.Invalid, "%s is no rule: want %s", fault.Quote(string(rule)), listed(Rules()))
		}
		if slices.Contains(p.Rules[:i], rule) {
			return fault.At("rules", fault.Invalid, "the rule %s is there twice", rule)
		}
	}
	return nil
}

// listed writes names as "a, b or c".
func listed[Name ~string](names []Name) string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = string(name)
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Plan chooses the warehouses of one order. It expects a policy that has passed
// Check: an unknown strategy is the default one, and an unknown rule never
// decides.
//
// Why has a step for each candidate that was looked at and for each rule that
// decided, at most 24, and one for each SKU that is short. With primary-first it
// is that of PrimaryFirst.
func (p Policy) Plan(problem Problem) Plan {
	switch p.Strategy {
	case StrategyFewest, StrategyNearest, StrategyFastest, StrategyCheapest:
		b := newBoard(&problem)
		d := b.decide(p)
		plan := b.plan()
		plan.Why = b.why(&d, plan.Short)
		return plan
	default:
		return primaryFirst(&problem)
	}
}

// Cheapest returns the plan of the strategy "cheapest" with no rules, and leaves
// out Why. Up to 10 candidates with stock, no plan of as many units has a lower
// sum of costs and prices.
func Cheapest(problem Problem) Plan {
	b := newBoard(&problem)
	b.decide(Policy{Strategy: StrategyCheapest})
	return b.plan()
}

// primaryFirst is PrimaryFirst with safety stock, costs and promises.
func primaryFirst(problem *Problem) Plan {
	sites := make([]id.Site, len(problem.Candidates))
	for i := range sites {
		sites[i] = problem.Candidates[i].Code
	}
	plan := PrimaryFirst(problem.Demands, sites, func(warehouse id.Site, sku id.SKU) int64 {
		return problem.promised(&problem.Candidates[slices.Index(sites, warehouse)], sku)
	})
	for i := range problem.Candidates {
		if units := unitsFrom(plan.Takes, sites[i]); units > 0 {
			st := newSite(problem, &problem.Candidates[i])
			plan.add(st.parcel(units))
		}
	}
	return plan
}

func unitsFrom(takes []Take, warehouse id.Site) (units int64) {
	for _, take := range takes {
		if take.Warehouse == warehouse {
			units += take.Units
		}
	}
	return units
}
