package torture_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crossdock/sim/torture"
)

// The short form, which is part of all tests, is what the defaults say; "make
// torture" runs the long one.
var (
	seed       = flag.Uint64("seed", 0, "what is done is drawn from it; 0 draws one")
	orders     = flag.Int("orders", 2000, "orders to be answered")
	kills      = flag.Int("kills", 50, "processes to be killed")
	powerCuts  = flag.Int("powercuts", 10, "power cuts, every fifth of all sites at once")
	partitions = flag.Int("partitions", 12, "partitions")
	within     = flag.Duration("within", 0, "begin no round later; 0 is no bound")
	program    = flag.String("program", "", "a program that is built already, with the rig's clock")
)

// TestTorture does everything to a store and three warehouses that must not cost an
// acknowledged order, a unit or a parcel: on machines of their own where it is
// root, and after that, for one short round, with what everybody may use.
func TestTorture(t *testing.T) {
	chosen := *seed
	if chosen == 0 {
		chosen = rand.Uint64N(1 << 32)
	}
	built := *program
	if built == "" {
		begun := time.Now()
		var err error
		if built, err = torture.Build(t.Context(), t.TempDir(), "../..", "./cmd/crossdock"); err != nil {
			t.Fatal(err)
		}
		t.Logf("the program is built, with a clock that can be moved: %v", time.Since(begun).Round(time.Second))
	}
	run(t, torture.Config{
		Seed: chosen, Orders: *orders, Kills: *kills, PowerCuts: *powerCuts, Partitions: *partitions, Within: *within,
		Program: built, Say: t.Logf,
	})
	run(t, torture.Config{Seed: chosen, Orders: 100, Kills: 3, PowerCuts: 2, Partitions: 3, Program: built, Say: t.Logf, Plain: true})
}

// run fails where a round goes wrong, and where less was done than was asked.
func run(t *testing.T, c torture.Config) {
	t.Helper()
	t.Logf("seed %d", c.Seed)
	begun := time.Now()
	tally, err := torture.Run(t.Context(), c)
	if tally != nil {
		t.Logf("in %v:\n%s", time.Since(begun).Round(time.Second), tally)
	}
	if err != nil {
		t.Fatal(err)
	}
	cuts := tally.Count("power cuts") + tally.Count("power cuts that were kills")
	for what, counts := range map[string][2]int{
		"orders":     {tally.Count("orders answered"), c.Orders},
		"kills":      {tally.Count("SIGKILLs"), c.Kills},
		"power cuts": {cuts, c.PowerCuts},
		"partitions": {tally.Count("partitions"), c.Partitions},
	} {
		if counts[0] < counts[1] {
			t.Errorf("%d %s, not %d", counts[0], what, counts[1])
		}
	}
}

// A failed start must be told with its seed, and what it has left must stay.
func TestFailedRoundIsKept(t *testing.T) {
	scratch := t.TempDir()
	broken := filepath.Join(scratch, "broken")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\necho this is broken >&2\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := torture.Run(t.Context(), torture.Config{Seed: 77, Program: broken, Scratch: scratch, Say: t.Logf})
	if err == nil || !strings.Contains(err.Error(), "the seed 77") || !strings.Contains(err.Error(), "store does not start") {
		t.Fatalf("a program that is broken: %v", err)
	}
	logs, err := filepath.Glob(filepath.Join(scratch, "crossdock-torture-*", "round-001", "store.log"))
	if err != nil || len(logs) != 1 {
		t.Fatal(logs, err)
	}
	if text, err := os.ReadFile(logs[0]); err != nil || !strings.Contains(string(text), "this is broken") {
		t.Errorf("the log: %q, %v", text, err)
	}
}
