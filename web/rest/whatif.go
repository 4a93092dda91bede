package rest

import (
	"context"
	"strconv"
	"time"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
	"crossdock/site/store"
)

// Limits of a what-if.
const (
	maxPolicies    = 20
	maxSamples     = 1000
	maxSampleLines = 20_000
)

type whatIfInput struct {
	Body api.WhatIf
}

func (s *server) whatIf(ctx context.Context, in *whatIfInput) (*body[api.WhatIfReport], error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	policies, err := readPolicies(in.Body.Policies)
	if err != nil {
		return nil, err
	}
	problems, err := s.problems(ctx, shop, in.Body.Orders)
	if err != nil {
		return nil, err
	}
	stock, err := heldOf(ctx, shop, problems)
	if err != nil {
		return nil, err
	}
	report := api.WhatIfReport{Outcomes: make([]api.WhatIfOutcome, len(policies))}
	for i, policy := range policies { // one by one, so that nobody waits for what nobody wants any more
		if err := ctx.Err(); err != nil {
			return nil, &fault.Error{Kind: fault.Unavailable, Op: "rest.whatIf", Message: "the question was given up", Cause: err}
		}
		report.Outcomes[i] = outcomeView(in.Body.Policies[i], sourcing.WhatIf([]sourcing.Policy{policy}, problems, stock)[0])
	}
	return &body[api.WhatIfReport]{report}, nil
}

func readPolicies(wanted []api.SourcingPolicy) ([]sourcing.Policy, error) {
	if len(wanted) == 0 || len(wanted) > maxPolicies {
		return nil, fault.At("policies", fault.Invalid, "want 1 to %d policies, not %d", maxPolicies, len(wanted))
	}
	policies := make([]sourcing.Policy, len(wanted))
	for i, p := range wanted {
		policies[i].Strategy = sourcing.Strategy(p.Strategy)
		for _, rule := range p.Rules {
			policies[i].Rules = append(policies[i].Rules, sourcing.Rule(rule))
		}
		if err := policies[i].Check(); err != nil {
			return nil, below("policies["+strconv.Itoa(i)+"]", err)
		}
	}
	return policies, nil
}

// problems lays out what the choice of warehouses for each order depends on, as
// the store does when it takes one.
func (s *server) problems(ctx context.Context, shop *store.Store, samples []api.SampleOrder) ([]sourcing.Problem, error) {
	if len(samples) == 0 {
		return nil, fault.At("orders", fault.Invalid, "want at least one order")
	}
	if len(samples) > maxSamples {
		return nil, fault.At("orders", fault.TooLarge, "at most %d orders are tried at once", maxSamples)
	}
	districts, err := s.candidates(ctx, shop)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	if len(s.Planning.Warehouses()) == 0 {
		now = time.Time{} // nobody has said anything of the warehouses: no day is promised
	}
	problems, lines := make([]sourcing.Problem, len(samples)), 0
	for i, sample := range samples {
		field := "orders[" + strconv.Itoa(i) + "]"
		problem, known := districts[sample.District]
		if !known {
			return nil, fault.At(field+".district", fault.Invalid, "there is no district %s", fault.Quote(string(sample.District)))
		}
		if problem.Demands, err = demands(shop, field, sample.Lines); err != nil {
			return nil, err
		}
		if lines += len(sample.Lines); lines > maxSampleLines {
			return nil, fault.At("orders", fault.TooLarge, "the orders have more than %d lines together", maxSampleLines)
		}
		problem.Now = now
		problems[i] = problem
	}
	return problems, nil
}

// candidates returns a problem without demands for each district.
func (s *server) candidates(ctx context.Context, shop *store.Store) (map[id.District]sourcing.Problem, error) {
	profiles := map[id.Site]catalog.Warehouse{}
	for _, w := range s.Planning.Warehouses() {
		profiles[w.Code] = w
	}
	districts, err := shop.Districts(ctx)
	if err != nil {
		return nil, err
	}
	problems := map[id.District]sourcing.Problem{}
	for _, d := range districts {
		problem := sourcing.Problem{District: d}
		for _, code := range d.Warehouses {
			w := profiles[code]
			w.Code = code
			load := s.Planning.Parcels(code, sourcing.HandOff(w, s.Now()))
			problem.Candidates = append(problem.Candidates, sourcing.Candidate{Warehouse: w, Load: load})
		}
		problems[d.Code] = problem
	}
	return problems, nil
}

func demands(shop *store.Store, field string, lines []api.Wanted) ([]sourcing.Demand, error) {
	if len(lines) == 0 || len(lines) > order.MaxLines {
		return nil, fault.At(field+".lines", fault.Invalid, "an order has 1 to %d lines, not %d", order.MaxLines, len(lines))
	}
	if err := unpriced(field+".lines", lines); err != nil {
		return nil, err
	}
	wanted := make([]sourcing.Demand, len(lines))
	for i, line := range lines {
		at := field + ".lines[" + strconv.Itoa(i) + "]"
		if err := order.CheckQuantity(at+".quantity", line.Quantity); err != nil {
			return nil, err
		}
		if !shop.Sells(line.SKU) {
			return nil, fault.At(at+".sku", fault.Invalid, "there is no product %s", fault.Quote(string(line.SKU)))
		}
		wanted[i] = sourcing.Demand{Line: i + 1, SKU: line.SKU, Units: line.Quantity}
	}
	return wanted, nil
}

// unpriced refuses the price of a line where nothing is bought.
func unpriced(field string, lines []api.Wanted) error {
	for i, line := range lines {
		if line.Price != nil {
			return fault.At(field+"["+strconv.Itoa(i)+"].price", fault.Invalid, "nothing is bought here: leave the price out")
		}
	}
	return nil
}

// heldOf returns what the store holds of all that the problems ask for.
func heldOf(ctx context.Context, shop *store.Store, problems []sourcing.Problem) (sourcing.Stock, error) {
	stock, asked := sourcing.Stock{}, map[id.SKU]bool{}
	for _, problem := range problems {
		for _, demand := range problem.Demands {
			if asked[demand.SKU] {
				continue
			}
			asked[demand.SKU] = true
			known, err := shop.Availability(ctx, demand.SKU)
			if err != nil {
				return nil, err
			}
			for _, a := range known {
				stock[sourcing.Shelf{Warehouse: a.Level.Warehouse, SKU: demand.SKU}] = a.Held
			}
		}
	}
	return stock, nil
}

func outcomeView(policy api.SourcingPolicy, o sourcing.Outcome) api.WhatIfOutcome {
	return api.WhatIfOutcome{
		Policy: policy, Orders: o.Orders, Served: o.Served, Short: o.Short(), Split: o.Split, SplitRate: o.SplitRate(),
		Parcels: o.Parcels, ParcelsPerOrder: o.ParcelsPerOrder(), Cost: int64(o.Cost), CostPerOrder: int64(o.CostPerOrder()),
		Promised: o.Served - o.Unknown, PromiseDays: o.PromiseDays(), WithinThreeDays: o.Within(sourcing.WithinDays),
	}
}
