package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/sourcing"
)

const sourcingWhatIfHelp = `Try strategies and rules out on orders that are not placed, one after the other, out of
what the store holds now; each strategy begins with the same stock. Nothing changes.

FILE is a CSV file with the header order,district,sku,quantity, where the lines of one
order follow each other; or a file of invoices as "crossdock import orders" takes it,
whose countries must be districts of the shop. Cancellations are left out.

What is said per order is per order that is served in full. PROMISE DAYS is the mean
until the last day of the promise, and IN 3 DAYS the share that arrives until then.`

const sourcingWhatIfExample = `  crossdock sourcing what-if --orders orders.csv
  crossdock sourcing what-if --strategy nearest,cheapest --rules load --orders orders.csv`

func (p program) sourcingWhatIfCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "what-if --orders FILE", Short: "Compare strategies on orders that are not placed", Long: sourcingWhatIfHelp + connectHelp,
		Example: sourcingWhatIfExample, Args: takesNothing,
	}
	file := cmd.Flags().String("orders", "", "CSV file with the orders")
	strategies := cmd.Flags().StringSlice("strategy", nil, "only this one, and others that are given so: primary-first, fewest-parcels, nearest, fastest or cheapest")
	rules := cmd.Flags().StringSlice("rules", nil, "what decides between equally good warehouses, in order, such as cost,load")
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	completesFiles(cmd, "orders", "csv")
	completes(cmd, "strategy", words(sourcing.Strategies()))
	completes(cmd, "rules", words(sourcing.Rules()))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *file == "" {
			return wrong(cmd, "%s wants --orders FILE", nameOf(cmd))
		}
		policies, err := readPolicies(cmd, *strategies, *rules)
		if err != nil {
			return err
		}
		trials, err := p.openTrials(t, *file)
		if err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			outcomes, err := p.try(ctx, client, policies, trials)
			if err != nil {
				return err
			}
			if *asJSON {
				return p.printJSON(api.WhatIfReport{Outcomes: outcomes})
			}
			return p.printTrials(outcomes)
		})
	}
	return cmd
}

// readPolicies makes a policy of each strategy, or of every one there is.
func readPolicies(cmd *cobra.Command, strategies, rules []string) ([]api.SourcingPolicy, error) {
	if len(strategies) == 0 {
		for _, strategy := range sourcing.Strategies() {
			strategies = append(strategies, string(strategy))
		}
	}
	checked := sourcing.Policy{Rules: make([]sourcing.Rule, len(rules))}
	for i, rule := range rules {
		checked.Rules[i] = sourcing.Rule(rule)
	}
	policies := make([]api.SourcingPolicy, len(strategies))
	for i, name := range strategies {
		checked.Strategy = sourcing.Strategy(name)
		if err := checked.Check(); err != nil {
			_, field := fault.Public(err)
			return nil, wrong(cmd, "--%s: %v", field, err)
		}
		if name == "" || slices.Contains(strategies[:i], name) {
			return nil, wrong(cmd, "--strategy: want each strategy once")
		}
		policies[i] = api.SourcingPolicy{Strategy: name, Rules: rules}
	}
	return policies, nil
}

// openTrials reads the file before any process is asked.
func (p program) openTrials(t *target, name string) (found trialFile, err error) {
	cfg, err := p.configOf(t)
	if err != nil {
		return found, err
	}
	file, err := os.Open(name)
	if err != nil {
		return found, fault.New(fault.NotFound, "the file cannot be read: %v", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	trials, left, err := readTrials(file, cfg.Shop.Currency)
	if err != nil {
		return found, inFile(name, err)
	}
	if left != "" {
		say(p.stderr, "crossdock: %s: left out: %s", printable(name), left)
	}
	return trialFile{name, trials}, nil
}

// trialFile is a file of orders to try.
type trialFile struct {
	name   string
	trials []trial
}

// checkDistricts finds every district of the orders that the shop does not have,
// with its first line.
func checkDistricts(ctx context.Context, client *api.Client, trials []trial) error {
	districts, err := client.Districts(ctx)
	if err != nil {
		return err
	}
	known := map[id.District]bool{}
	for _, d := range districts {
		known[d.Code] = true
	}
	var found troubles
	for _, t := range trials {
		if code := t.order.District; !known[code] {
			known[code] = true // said once
			found.add(t.lines[0], "the shop has no district %s", code)
		}
	}
	return found.err()
}

// What the server takes at once.
const (
	mostTrials  = 1000
	mostLines   = 20_000   // of all orders together
	bodyReserve = 16 << 10 // bytes of a request besides the orders
)

// try asks the server what each policy makes of the orders: of as many of the
// first ones as it takes at once.
func (p program) try(ctx context.Context, client *api.Client, policies []api.SourcingPolicy, file trialFile) ([]api.WhatIfOutcome, error) {
	taken, err := fitting(file.trials)
	if err != nil {
		return nil, err
	}
	if len(taken) < len(file.trials) {
		say(p.stderr, "crossdock: the first %d of %d orders are tried: the server takes no more at once", len(taken), len(file.trials))
	}
	if err := checkDistricts(ctx, client, taken); err != nil {
		return nil, inFile(file.name, err)
	}
	question := api.WhatIf{Policies: policies, Orders: make([]api.SampleOrder, len(taken))}
	for i, t := range taken {
		question.Orders[i] = t.order
	}
	outcomes, err := client.WhatIf(ctx, question)
	return outcomes, atLine(err, trialFile{file.name, taken})
}

// fitting returns as many of the first orders as one request holds.
func fitting(trials []trial) ([]trial, error) {
	size, lines := bodyReserve, 0
	for i, t := range trials {
		text, err := json.Marshal(t.order)
		if err != nil {
			return nil, err
		}
		size += len(text) + 1
		lines += len(t.lines)
		if i == mostTrials || lines > mostLines || size > api.MaxBody {
			return trials[:i], nil
		}
	}
	return trials, nil
}

// atLine says on which line of the file the order or the product stands that the
// server has refused.
func atLine(err error, file trialFile) error {
	problem, ok := api.AsProblem(err)
	if !ok {
		return err
	}
	var i, j int
	n, _ := fmt.Sscanf(problem.Field, "orders[%d].lines[%d]", &i, &j) // what it does not find stays 0
	if n == 0 || i >= len(file.trials) {
		return err // it is of no order
	}
	lines := file.trials[i].lines
	return inFile(file.name, fault.New(fault.Invalid, "line %d: %s", lines[min(j, len(lines)-1)], problem.Detail))
}

func (p program) printTrials(outcomes []api.WhatIfOutcome) error {
	t := newTable("STRATEGY", ">ORDERS", ">SERVED", ">SHORT", ">PARCELS/ORDER", ">SPLIT", ">COST/ORDER", ">PROMISE DAYS", ">IN 3 DAYS")
	for _, o := range outcomes {
		days := "-"
		if o.Promised > 0 {
			days = fmt.Sprintf("%.1f", o.PromiseDays)
		}
		t.add(o.Policy.Strategy, o.Orders, o.Served, o.Short, fmt.Sprintf("%.2f", o.ParcelsPerOrder), percent(o.SplitRate),
			fmt.Sprintf("%.2f", float64(o.CostPerOrder)/1e6), days, percent(o.WithinThreeDays))
	}
	return p.printTable(t, "")
}
