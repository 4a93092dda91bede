package sim

import "time"

// Shrink takes away from a plan that has failed what it can fail without: classes of
// faults, orders, sites, SKUs, customers and time. It returns the smallest plan that
// it has found, with its result, after at most tries runs. What it returns need not
// fail at the same place: a smaller run with another broken invariant is as good.
func Shrink(failed Result, tries int) (Result, error) {
	return shrink(failed, tries, func(plan Plan) (Result, error) { return Run(plan, nil) })
}

func shrink(failed Result, tries int, run func(Plan) (Result, error)) (Result, error) {
	best := failed
	for smaller := true; smaller && tries > 0; {
		smaller = false
		for _, plan := range simpler(best.Plan) {
			if tries == 0 {
				break
			}
			tries--
			result, err := run(plan)
			if err != nil {
				return best, err
			}
			if result.Violation != nil {
				best, smaller = result, true
				break
			}
		}
	}
	return best, nil
}

// simpler lists the plans that are one step smaller, the largest steps first.
func simpler(p Plan) []Plan {
	var all []Plan
	try := func(change func(*Plan)) {
		next := p
		if change(&next); next != p && next.Check() == nil {
			all = append(all, next)
		}
	}
	for _, class := range Classes() {
		try(func(p *Plan) { p.Faults &^= class })
	}
	try(func(p *Plan) { p.Stores = 1 })
	try(func(p *Plan) { p.Warehouses = 1 })
	try(func(p *Plan) { p.Orders /= 4 })
	try(func(p *Plan) { p.Orders /= 2 })
	try(func(p *Plan) { p.SKUs /= 2 })
	try(func(p *Plan) { p.Customers = 1 })
	try(func(p *Plan) { p.Length = (p.Length / 2).Truncate(time.Second) })
	try(func(p *Plan) { p.Warehouses-- })
	try(func(p *Plan) { p.SKUs-- })
	try(func(p *Plan) { p.Orders -= p.Orders / 8 })
	try(func(p *Plan) { p.Orders-- })
	return all
}

// Command is the command line that runs a plan again, with its story.
func (p Plan) Command() string { return "crossdock sim --seed " + p.flags() + " --trace" }
