package mutants

import (
	"context"

	"crossdock/sim"
)

// Search says which seeds are run.
type Search struct {
	From    uint64
	Seeds   int  // at most
	Restore bool // sites also come back from backups
}

// Found is what came of a search.
type Found struct {
	Seeds     int            `json:"seeds"`     // that were run
	Violation *sim.Violation `json:"violation"` // nil: every invariant held
}

// Seek runs seeds, one after another, until the first broken invariant. It is called
// by the program that has the bug in it.
func Seek(ctx context.Context, search Search) (Found, error) {
	var found Found
	for found.Seeds < search.Seeds && ctx.Err() == nil {
		result, err := sim.Run(search.plan(found.Seeds), nil)
		found.Seeds++
		if err != nil || result.Violation != nil {
			found.Violation = result.Violation
			return found, err
		}
	}
	return found, ctx.Err()
}

// plan returns what the n-th seed of the search stands for, counted from 0.
func (s Search) plan(n int) sim.Plan {
	plan := sim.Draw(s.From + uint64(n))
	if s.Restore {
		plan.Faults |= sim.Restore
	}
	return plan
}
