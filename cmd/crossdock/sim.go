package main

import (
	"bufio"
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"crossdock/sim"
)

const simHelp = `Run the whole system in virtual time, with customers, staff and suppliers, while
messages are lost, repeated and reordered, links are cut, disks are full and sites
crash; check the invariants after every commit, and that everything drains when the
faults are over. It needs no process and no files, and touches nothing of yours.

A seed stands for one run, the same each time: how large the shop is, who comes, and
what goes wrong. --seed runs one, and --trace tells its story. The other flags change
the run that a seed stands for; --faults takes all, none, or some of loss, duplicate,
reorder, cut, cut-one-way, crash, doubt, refuse, disk-full, slow, skew, wipe, payment,
shelf and restore. A seed that fails is made smaller by leaving out what it can fail
without, and the command line that runs what is left is printed.

--exhaustive tries every order of events in a small scope instead: one store, one
warehouse, three orders, two SKUs.

Exit status 3 when an invariant was broken.`

// simFlags are the flags of sim.
type simFlags struct {
	seeds, parallel, tries   int
	from, seed               uint64
	trace, exhaustive        bool
	states                   int
	faults                   string
	stores, warehouses, skus int
	customers, orders        int
	length                   time.Duration
	asJSON                   *bool
}

func (p program) simCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "sim", Short: "Run the whole system under faults, in virtual time", Long: simHelp,
		Example: "  crossdock sim --seeds 500\n  crossdock sim --seed 7 --trace | less\n  crossdock sim --exhaustive", Args: takesNothing,
	}
	var f simFlags
	f.asJSON = jsonFlag(cmd)
	flags := cmd.Flags()
	flags.IntVar(&f.seeds, "seeds", 100, "how many seeds to run")
	flags.Uint64Var(&f.from, "from", 1, "the first of them")
	flags.IntVar(&f.parallel, "parallel", 0, "seeds at a time (default the number of processors)")
	flags.Uint64Var(&f.seed, "seed", 0, "run this seed alone")
	flags.BoolVar(&f.trace, "trace", false, "with --seed: tell what happens, line by line")
	flags.IntVar(&f.tries, "tries", 100, "runs to make a seed that fails smaller; 0: leave it as it is")
	flags.StringVar(&f.faults, "faults", "", "classes of faults (default drawn from the seed)")
	flags.IntVar(&f.stores, "stores", 0, "stores (default drawn from the seed)")
	flags.IntVar(&f.warehouses, "warehouses", 0, "warehouses (default drawn from the seed)")
	flags.IntVar(&f.skus, "skus", 0, "SKUs (default drawn from the seed)")
	flags.IntVar(&f.customers, "customers", 0, "customers (default drawn from the seed)")
	flags.IntVar(&f.orders, "orders", 0, "orders that they want to place (default drawn from the seed)")
	flags.DurationVar(&f.length, "length", 0, "virtual time under faults (default drawn from the seed)")
	flags.BoolVar(&f.exhaustive, "exhaustive", false, "try every order of events in a small scope")
	flags.IntVar(&f.states, "states", 1_000_000, "with --exhaustive: stop after so many states of each scope")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		change, err := f.check(cmd)
		if err != nil {
			return err
		}
		// Each run makes a system and throws it away: memory is cheaper here than collecting it.
		defer debug.SetGCPercent(debug.SetGCPercent(1600))
		switch {
		case f.exhaustive:
			return p.explore(cmd.Context(), f)
		case cmd.Flags().Changed("seed"):
			return p.simulateOne(f, change)
		default:
			return p.simulate(cmd.Context(), f, change)
		}
	}
	return cmd
}

// check refuses flags that do not go together, and returns how they change the plan
// of a seed.
func (f *simFlags) check(cmd *cobra.Command) (func(sim.Plan) sim.Plan, error) {
	set := func(name string) bool { return cmd.Flags().Changed(name) }
	faults, err := sim.Faults(0), error(nil)
	if set("faults") {
		if faults, err = sim.ParseFaults(f.faults); err != nil {
			return nil, wrong(cmd, "--faults: %s", explain(err))
		}
	}
	change := func(plan sim.Plan) sim.Plan {
		if set("faults") {
			plan.Faults = faults
		}
		for name, part := range map[string]struct {
			of *int
			to int
		}{
			"stores": {&plan.Stores, f.stores}, "warehouses": {&plan.Warehouses, f.warehouses}, "skus": {&plan.SKUs, f.skus},
			"customers": {&plan.Customers, f.customers}, "orders": {&plan.Orders, f.orders},
		} {
			if set(name) {
				*part.of = part.to
			}
		}
		if set("length") {
			plan.Length = f.length
		}
		return plan
	}
	switch {
	case f.trace && !set("seed"):
		return nil, wrong(cmd, "--trace wants --seed: which run is to be told?")
	case f.trace && *f.asJSON:
		return nil, wrong(cmd, "--trace and --json do not go together")
	case set("seed") && (set("seeds") || set("from")):
		return nil, wrong(cmd, "--seed runs one seed: --seeds and --from run many")
	case f.seeds < 1 || f.parallel < 0 || f.tries < 0 || f.states < 1:
		return nil, wrong(cmd, "--seeds and --states must be above zero, --parallel and --tries not below")
	}
	if err := change(sim.Draw(max(f.from, f.seed))).Check(); err != nil {
		return nil, wrong(cmd, "%s", explain(err))
	}
	return change, nil
}

// simulate runs many seeds.
func (p program) simulate(ctx context.Context, f simFlags, change func(sim.Plan) sim.Plan) error {
	news := simNews{program: p, seeds: f.seeds, told: time.Now()}
	summary, err := sim.Seeds(ctx, sim.Options{
		From: f.from, Seeds: f.seeds, Parallel: f.parallel, Change: change,
		Done: func(r sim.Result, err error) { news.done(r, err, time.Now()) },
	})
	if err != nil {
		return err
	}
	report := simReport{Name: "sim", Right: len(summary.Violations) == 0, Summary: summary, Met: met(summary.Coverage)}
	if news.failed != nil {
		if report.Smallest, err = shrunk(*news.failed, f.tries); err != nil {
			return err
		}
	}
	return p.printSim(f, report)
}

// simNews tells who waits for many seeds what has come of them so far: each that fails
// at once, and every minute how many are done.
type simNews struct {
	program
	seeds, over, wrong int
	failed             *sim.Result // the first by number
	told               time.Time
}

func (n *simNews) done(r sim.Result, err error, now time.Time) {
	n.over++
	if err == nil && r.Violation != nil {
		n.wrong++
		say(n.stderr, "%s", printable(r.Violation.String()))
		if n.failed == nil || r.Plan.Seed < n.failed.Plan.Seed {
			n.failed = &r
		}
	}
	if now.Sub(n.told) >= time.Minute {
		n.told = now
		say(n.stderr, "%s of %s done, %s", thousands(float64(n.over)), count(n.seeds, "seed"), count(n.wrong, "violation"))
	}
}

// simulateOne runs one seed, and tells its story where it is wanted.
func (p program) simulateOne(f simFlags, change func(sim.Plan) sim.Plan) error {
	out := bufio.NewWriter(p.stdout)
	var result sim.Result
	var err error
	if f.trace {
		result, err = sim.Run(change(sim.Draw(f.seed)), out)
	} else {
		result, err = sim.Run(change(sim.Draw(f.seed)), nil)
	}
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		return err
	}
	report := simReport{
		Name: "sim", Right: result.Violation == nil, Summary: sim.Summarize([]sim.Result{result}), Met: met(result.Coverage),
		Plan: &result.Plan, Hash: fmt.Sprintf("%016x", result.Hash),
	}
	report.Summary.From, report.Summary.Parallel, report.Summary.Seconds = f.seed, 1, result.Took.Seconds()
	if result.Violation != nil && !f.trace {
		if report.Smallest, err = shrunk(result, f.tries); err != nil {
			return err
		}
	}
	return p.printSim(f, report)
}

// simReport is what sim prints.
type simReport struct {
	Name  string `json:"name"`
	Right bool   `json:"right"`
	sim.Summary
	Met      []simMet   `json:"met"`
	Plan     *sim.Plan  `json:"plan,omitempty"` // of one seed
	Hash     string     `json:"hash,omitempty"` // of all that happened in it
	Smallest *simFailed `json:"smallest,omitempty"`
}

// simMet is how often something happened.
type simMet struct {
	What  string `json:"what"`
	Count int64  `json:"count"`
}

// simFailed is the smallest run that was found to fail.
type simFailed struct {
	Plan      sim.Plan       `json:"plan"`
	Violation *sim.Violation `json:"violation"`
}

func met(c sim.Coverage) []simMet {
	all := make([]simMet, len(c))
	for i, count := range c {
		all[i] = simMet{sim.Counter(i).String(), count}
	}
	return all
}

func shrunk(failed sim.Result, tries int) (*simFailed, error) {
	if tries == 0 {
		return nil, nil
	}
	small, err := sim.Shrink(failed, tries)
	return &simFailed{small.Plan, small.Violation}, err
}

func (p program) printSim(f simFlags, r simReport) error {
	var err error
	if *f.asJSON {
		err = p.printJSON(r)
	} else {
		err = p.printSimText(r)
	}
	if err == nil && !r.Right {
		return errFindings
	}
	return err
}

func (p program) printSimText(r simReport) error {
	for _, v := range r.Violations {
		if err := p.print("%s\n", printable(v.String())); err != nil {
			return err
		}
	}
	if r.Smallest != nil {
		if err := p.print("smallest  %s\n          %s\n", r.Smallest.Plan.Command(), printable(r.Smallest.Violation.String())); err != nil {
			return err
		}
	}
	t := newTable("MET", ">TIMES")
	for _, m := range r.Met {
		t.add(m.What, thousands(float64(m.Count)))
	}
	if err := p.printTable(t, ""); err != nil {
		return err
	}
	if r.Plan != nil {
		if err := p.print("\nplan      %s, %s, %s, %s, %s wanted, %s, faults: %s\nhash      %s\n", count(r.Plan.Stores, "store"),
			count(r.Plan.Warehouses, "warehouse"), count(r.Plan.SKUs, "SKU"), count(r.Plan.Customers, "customer"),
			count(r.Plan.Orders, "order"), r.Plan.Length, r.Plan.Faults, r.Hash); err != nil {
			return err
		}
	}
	return p.print("\nsim       %s from %d: %s\norders    %s acknowledged in %.1f virtual hours; %s events, %s commits\ntime      %.1f s, %d at a time; %s orders/s on one processor\n",
		count(r.Seeds, "seed"), r.From, count(len(r.Violations), "violation"), thousands(float64(r.Orders)), r.VirtualHours,
		thousands(float64(r.Events)), thousands(float64(r.Commits)), r.Seconds, r.Parallel, thousands(r.Rate))
}

// explore tries every order of events in some small scopes.
func (p program) explore(ctx context.Context, f simFlags) error {
	type explored struct {
		sim.Scope
		sim.Exploration
	}
	var all []explored
	t := newTable("SCOPE", ">STATES", ">RUNS", ">ENDS", ">DEEPEST", "COMPLETE", ">SECONDS")
	right := true
	for _, scope := range sim.Scopes(f.states) {
		found, err := sim.Explore(ctx, scope)
		if err != nil {
			return err
		}
		all = append(all, explored{scope, found})
		t.add(scope, thousands(float64(found.States)), thousands(float64(found.Runs)), thousands(float64(found.Ends)), found.Deepest,
			found.Complete, fmt.Sprintf("%.1f", found.Seconds))
		if found.Violation != nil {
			right = false
			say(p.stderr, "%s, after: %s", printable(found.Violation.String()), printable(fmt.Sprint(found.Path)))
		}
	}
	var err error
	if *f.asJSON {
		err = p.printJSON(struct {
			Name   string     `json:"name"`
			Right  bool       `json:"right"`
			Scopes []explored `json:"scopes"`
		}{"sim", right, all})
	} else {
		err = p.printTable(t, "")
	}
	if err == nil && !right {
		return errFindings
	}
	return err
}
