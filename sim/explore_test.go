package sim_test

import (
	"testing"

	"crossdock/sim"
)

// TestExplore tries every order of events of a small system, and the beginning of
// larger ones; "crossdock sim --exhaustive" goes on.
func TestExplore(t *testing.T) {
	for _, c := range []struct {
		scope    sim.Scope
		complete bool
		least    int // states
	}{
		{sim.Scope{Stores: 1, Warehouses: 1, Orders: 3}, true, 1500},
		{sim.Scope{Stores: 2, Warehouses: 1, Orders: 2}, true, 100},
		{sim.Scope{Stores: 1, Warehouses: 1, Orders: 1, Faults: 1}, true, 300},
		{sim.Scope{Stores: 1, Warehouses: 1, Orders: 2, Faults: 1, MostStates: 1000}, false, 1000},
		{sim.Scope{Stores: 1, Warehouses: 1, Orders: 1, Work: true, MostStates: 1000}, false, 1000},
	} {
		found, err := sim.Explore(t.Context(), c.scope)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d states in %d runs of at most %d events, %.1f s", c.scope, found.States, found.Runs, found.Deepest, found.Seconds)
		if found.Violation != nil {
			t.Errorf("%s: %v, after %q", c.scope, found.Violation, found.Path)
		}
		if found.Complete != c.complete || found.States < c.least || c.complete && found.Ends == 0 {
			t.Errorf("%s: %d states, complete: %v, %d ends", c.scope, found.States, found.Complete, found.Ends)
		}
	}
}
