package main

import (
	"context"

	"github.com/spf13/cobra"

	"crossdock/node/bench"
)

const benchLinksHelp = `Place orders at a steady rate with all links up, and with all warehouses cut off, in
turn. LAG is the time from the commit of an order until the store has the word of all
its warehouses. CUT is what customers notice of the cut: how many orders are accepted,
and how long they wait. BACKLOG is how long the sites need for the messages that have
piled up, when the links are healed. All sites share the processors.`

func (p program) benchLinksCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "links", Short: "Measure how far sites are behind each other", Long: benchLinksHelp,
		Example: "  crossdock bench links\n  crossdock bench links --rate 500 --events 20000 --json", Args: takesNothing,
	}
	flags := placingFlags(cmd)
	rate := cmd.Flags().Int("rate", 1000, "orders a second while the links are looked at")
	events := cmd.Flags().Int("events", 100_000, "messages of the backlog")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *rate < 1 || *events < 1 {
			return wrong(cmd, "--rate and --events must be above zero")
		}
		return p.measure(cmd, flags, func(ctx context.Context, options bench.Options) error {
			report, err := bench.Links(ctx, bench.LinksOptions{Options: options, Rate: *rate, Events: *events})
			if err != nil || *flags.asJSON {
				return p.printReportJSON(report, err)
			}
			return p.printLinksBench(report)
		})
	}
	return cmd
}

func (p program) printLinksBench(r bench.LinksReport) error {
	if err := p.print("links    %s orders/s of %s/s that were due; answer %.1f ms, 99 of 100 within %.1f ms\n",
		thousands(r.Rate), thousands(r.Limit), r.P50, r.P99); err != nil {
		return err
	}
	if err := p.print("lag      %.0f ms, 99 of 100 within %.0f ms, of %s orders\n", r.Lag.P50, r.Lag.P99, thousands(float64(r.Lag.Orders))); err != nil {
		return err
	}
	if err := p.print("cut      %s of %s orders accepted; answer %.1f ms, 99 of 100 within %.1f ms: %.2f of that with all links up\n",
		thousands(float64(r.Cut.Accepted)), thousands(float64(r.Cut.Orders)), r.Cut.P50, r.Cut.P99, r.Cut.RatioP99); err != nil {
		return err
	}
	return p.print("backlog  %s events applied in %.1f s (%s/s), everything at rest after %.1f s\n",
		thousands(float64(r.Backlog.Events)), r.Backlog.Applied, thousands(r.Backlog.PerS), r.Backlog.Rest)
}
