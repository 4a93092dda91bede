package sim

import (
	"testing"
	"time"
)

// TestShrink leaves only what a failure needs.
func TestShrink(t *testing.T) {
	needs := func(p Plan) (Result, error) {
		result := Result{Plan: p}
		if p.Faults.Has(Crash) && p.Orders >= 7 && p.Warehouses >= 2 {
			result.Violation = &Violation{Seed: p.Seed}
		}
		return result, nil
	}
	plan := Plan{Seed: 9, Stores: 2, Warehouses: 3, SKUs: 8, Customers: 12, Orders: 300, Length: 3 * time.Minute, Faults: ^Restore & (Restore<<1 - 1)}
	failed, _ := needs(plan)
	small, err := shrink(failed, 1000, needs)
	if err != nil {
		t.Fatal(err)
	}
	want := Plan{Seed: 9, Stores: 1, Warehouses: 2, SKUs: 1, Customers: 1, Orders: 7, Length: time.Second, Faults: Crash}
	if small.Plan != want || small.Violation == nil {
		t.Errorf("left is %+v, want %+v", small.Plan, want)
	}
	bounded, _ := shrink(failed, 3, needs)
	if bounded.Plan == want || bounded.Violation == nil {
		t.Errorf("after 3 runs: %+v", bounded.Plan)
	}
}

// TestCommand names what is not as the seed alone would have it.
func TestCommand(t *testing.T) {
	plan := Draw(3)
	if got := plan.Command(); got != "crossdock sim --seed 3 --trace" {
		t.Error(got)
	}
	plan.Orders, plan.Faults = 5, Crash|Loss
	if got := plan.Command(); got != "crossdock sim --seed 3 --orders 5 --faults loss,crash --trace" {
		t.Error(got)
	}
}
