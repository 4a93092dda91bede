package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"crossdock/node/bench"
)

const benchSourcingHelp = `Choose the warehouses of made-up orders with every strategy, out of the same stock,
and compare what they cost with a limit that no plan can be below. An instance is 10
warehouses and 99 cities at random places and 20 items, each of which a warehouse
carries with a probability of 0.75. A box costs 8.759, a unit in it 0.423 and 0.000541
for each mile, and a unit that is not shipped twice the dearest way to ship it.

The limit is computed in hindsight, of the orders that came (a Lagrangian relaxation
of the stock). The prices of scarce stock that steer "cheapest, priced" are computed of
what is expected and what is left alone, as a shop does it. RATIO is cost by limit;
SPLIT is the part of the orders that came in more than one box, LOST that of the units
that were not shipped; the times are those of one decision on one processor.`

func (p program) benchSourcingCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "sourcing", Short: "Compare the strategies that choose warehouses", Long: benchSourcingHelp,
		Example: "  crossdock bench sourcing\n  crossdock bench sourcing --items-per-order 2 --instances 30 --json", Args: takesNothing,
	}
	var options bench.SourcingOptions
	asJSON := jsonFlag(cmd)
	cmd.Flags().IntVar(&options.Instances, "instances", 5, "made-up shops")
	cmd.Flags().IntVar(&options.Sequences, "sequences", 1, "sequences of orders for each of them")
	cmd.Flags().IntVar(&options.Items, "items-per-order", 5, "most items of an order, up to 20")
	cmd.Flags().IntVar(&options.Orders, "orders", 10_000, "orders of a sequence, and what there is stock for")
	cmd.Flags().Uint64Var(&options.Seed, "seed", 1, "what is drawn; the same seed gives the same plans")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if options.Instances < 1 || options.Sequences < 1 || options.Items < 1 || options.Orders < 1 || options.Seed == 0 {
			return wrong(cmd, "--instances, --sequences, --items-per-order, --orders and --seed must be above zero")
		}
		options.Tell = func(text string) { say(p.stderr, "%s", text) }
		report, err := bench.Sourcing(cmd.Context(), options)
		if err != nil {
			return err
		}
		if *asJSON {
			return p.printJSON(report)
		}
		return p.printSourcing(report)
	}
	return cmd
}

func (p program) printSourcing(report bench.SourcingReport) error {
	t := newTable("STRATEGY", ">RATIO", ">BOXES", ">SPLIT", ">LOST", ">P50 MS", ">P99 MS")
	for _, row := range report.Strategies {
		t.add(row.Strategy, fmt.Sprintf("%.4f", row.Ratio), fmt.Sprintf("%.3f", row.Boxes), percent(row.Split), percent(row.Lost),
			fmt.Sprintf("%.3f", row.P50), fmt.Sprintf("%.3f", row.P99))
	}
	if err := p.printTable(t, ""); err != nil {
		return err
	}
	if err := p.print("\n%-8s %s decisions/s: %.3f ms, 99 of 100 within %.3f ms, at %d warehouses\n",
		report.Name, thousands(report.Rate), report.P50, report.P99, report.Warehouses); err != nil {
		return err
	}
	return p.print("cost     %.3f an order: %.4f of the limit, %.3f\nprices   found in %.0f ms\nover     %s with %s of %s orders each, up to %s in one, seed %d\n",
		report.Cost, report.Ratio, report.Limit, report.Prices, count(report.Instances, "instance"),
		count(report.Sequences, "sequence"), thousands(float64(report.Orders)), count(report.Items, "item"), report.Seed)
}

// percent writes a part of one.
func percent(part float64) string { return fmt.Sprintf("%.2f %%", 100*part) }
