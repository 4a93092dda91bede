package sim_test

import (
	"bytes"
	_ "embed"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"crossdock/sim"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(1600) // runs are short, and leave nothing behind
	os.Exit(m.Run())
}

// TestSeeds runs 500 seeds, in which every invariant holds and everything drains,
// and which together meet everything that is counted.
func TestSeeds(t *testing.T) {
	summary, err := sim.Seeds(t.Context(), sim.Options{From: 1, Seeds: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range summary.Violations {
		t.Error(v)
	}
	if summary.Seeds != 500 || summary.Orders < 100*500 {
		t.Errorf("%d seeds with %d orders", summary.Seeds, summary.Orders)
	}
	for _, counter := range summary.Coverage.Missing(^sim.Faults(0)) {
		t.Errorf("no seed has met: %s", counter)
	}
	t.Logf("%d orders, %d events, %.1f s, %.0f orders/s on one processor", summary.Orders, summary.Events, summary.Seconds, summary.Rate)
}

// TestSameAgain runs seeds twice, the second time with another number of processors
// and with their story told: what happens must not depend on either, nor on the
// order of a map.
func TestSameAgain(t *testing.T) {
	for seed := uint64(1000); seed < 1020; seed++ {
		first := run(t, sim.Draw(seed))
		before := runtime.GOMAXPROCS(1 + int(seed%2)*3)
		var told bytes.Buffer
		second, err := sim.Run(sim.Draw(seed), &told)
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		if first.Hash != second.Hash || first.Events != second.Events || first.Coverage != second.Coverage {
			t.Errorf("seed %d: %d events with hash %x, then %d with %x", seed, first.Events, first.Hash, second.Events, second.Hash)
		}
		if told.Len() == 0 {
			t.Errorf("seed %d has no story", seed)
		}
	}
	if a, b := run(t, sim.Draw(1)), run(t, sim.Draw(2)); a.Hash == b.Hash {
		t.Error("two seeds are the same run")
	}
}

func run(t *testing.T, plan sim.Plan) sim.Result {
	t.Helper()
	result, err := sim.Run(plan, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// Seeds that have ever failed, each with what it was.
//
//go:embed testdata/seeds.txt
var failedOnce string

// TestFailedOnce runs the seeds that have ever found something.
func TestFailedOnce(t *testing.T) {
	seeds := 0
	for line := range strings.Lines(failedOnce) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		seed, err := strconv.ParseUint(words[0], 10, 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		seeds++
		if result := run(t, sim.Draw(seed)); result.Violation != nil {
			t.Errorf("%s again: %v", strings.TrimSpace(line), result.Violation)
		}
	}
	if seeds == 0 {
		t.Error("there are no seeds")
	}
}

// TestNoFaults drains at once, and every class alone does no harm.
func TestNoFaults(t *testing.T) {
	for i, class := range append(sim.Classes(), 0) {
		plan := sim.Draw(uint64(2000 + i))
		plan.Faults = class
		if result := run(t, plan); result.Violation != nil {
			t.Errorf("%s: %v", class, result.Violation)
		}
	}
}

// TestFaultNames reads back what it writes.
func TestFaultNames(t *testing.T) {
	for text, want := range map[string]sim.Faults{
		"none": 0, "loss": sim.Loss, "cut-one-way,shelf": sim.CutOneWay | sim.Shelf, "restore": sim.Restore,
	} {
		got, err := sim.ParseFaults(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	if _, err := sim.ParseFaults("gremlins"); err == nil {
		t.Error("gremlins are a class of faults")
	}
}

// TestPlanRefused refuses plans that cannot be run.
func TestPlanRefused(t *testing.T) {
	for name, change := range map[string]func(*sim.Plan){
		"no store": func(p *sim.Plan) { p.Stores = 0 }, "no orders": func(p *sim.Plan) { p.Orders = 0 },
		"no time": func(p *sim.Plan) { p.Length = 0 }, "too many": func(p *sim.Plan) { p.Warehouses = 99 },
	} {
		plan := sim.Draw(1)
		change(&plan)
		if _, err := sim.Run(plan, nil); err == nil {
			t.Errorf("%s: it was run", name)
		}
	}
}

// TestCounterNames names everything that is counted, once.
func TestCounterNames(t *testing.T) {
	seen := map[string]bool{}
	for i := range (sim.Coverage{}) {
		name := sim.Counter(i).String()
		if name == "" || seen[name] {
			t.Errorf("counter %d is %q", i, name)
		}
		seen[name] = true
	}
	var none sim.Coverage
	for classes, want := range map[sim.Faults]int{^sim.Faults(0): len(none), ^sim.Restore: len(none) - 4} {
		if got := len(none.Missing(classes)); got != want {
			t.Errorf("with the classes %s %d of what nobody has met is missing, want %d", classes, got, want)
		}
	}
}
