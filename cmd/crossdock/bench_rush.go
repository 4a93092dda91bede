package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"crossdock/node/bench"
)

const benchRushHelp = `Have a million customers want one product of which there are 5,000 units, over three
warehouses that work and follow their feeds meanwhile. Each asks for one unit under an
idempotency key of its own and is answered after the commit: by an order that stands,
or by one that is voided and says what was missing. In the end exactly what there was
must be sold and everybody answered in time, and the audit of the database files must
find every one of those units promised by the store and allocated at a warehouse.

Exit status 3 when a figure is wrong.`

func (p program) benchRushCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "rush", Short: "Measure a rush on a product of which there is little", Long: benchRushHelp,
		Example: "  crossdock bench rush\n  crossdock bench rush --requests 100000 --units 500 --json", Args: takesNothing,
	}
	flags := &benchFlags{asJSON: jsonFlag(cmd)}
	var rush bench.RushOptions
	cmd.Flags().IntVar(&rush.Requests, "requests", 1_000_000, "requests, each for one unit")
	cmd.Flags().Int64Var(&rush.Units, "units", 5000, "units that there are, fewer than requests")
	cmd.Flags().IntVar(&flags.Callers, "callers", 512, "callers who each wait for their answer")
	cmd.Flags().Float64Var(&flags.seconds, "seconds-limit", 120, "what all requests must be answered within")
	cmd.Flags().StringVar(&flags.Dir, "data", "", "scratch directory, which is kept (default one that is removed)")
	cmd.Flags().StringVar(&flags.profile, "cpuprofile", "", "write a profile of the processors for \"go tool pprof\" to this file")
	completesDirs(cmd, "data")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if rush.Requests < 1 || rush.Units < 1 || flags.Callers < 1 || flags.seconds <= 0 {
			return wrong(cmd, "--requests, --units, --callers and --seconds-limit must be above zero")
		}
		if int64(rush.Requests) <= rush.Units {
			return wrong(cmd, "--requests %d is not above --units %d: in a rush there is less than is wanted", rush.Requests, rush.Units)
		}
		if rush.Requests < flags.Callers {
			return wrong(cmd, "--requests %d is below --callers %d: each caller has at least one", rush.Requests, flags.Callers)
		}
		return p.measure(cmd, flags, func(ctx context.Context, options bench.Options) error {
			rush.Options = options
			report, err := bench.Rush(ctx, rush)
			if err != nil {
				return err
			}
			if *flags.asJSON {
				err = p.printJSON(report)
			} else {
				err = p.printRush(report)
			}
			if err == nil && !report.Right() {
				return errFindings
			}
			return err
		})
	}
	return cmd
}

// ratio writes a share; of one that is far above 1 the decimals say nothing.
func ratio(share float64) string {
	if share >= 100 {
		return thousands(share)
	}
	return strconv.FormatFloat(share, 'f', 2, 64)
}

// perSecond writes a rate, which is below one where few are given much time.
func perSecond(rate float64) string {
	if rate < 10 {
		return strconv.FormatFloat(rate, 'g', 2, 64)
	}
	return thousands(rate)
}

func (p program) printRush(r bench.RushReport) error {
	if err := p.print("%-8s %s requests/s for %.1f s: %s of the %s/s that are in time\n",
		r.Name, perSecond(r.Rate), r.Seconds, ratio(r.Ratio), perSecond(r.Limit)); err != nil {
		return err
	}
	if err := p.print("answers  %s: %s sold, %s short, %s other, out of %s units\n", thousands(float64(r.Requests)),
		thousands(float64(r.Sold)), thousands(float64(r.Short)), thousands(float64(r.Other)), thousands(float64(r.Units))); err != nil {
		return err
	}
	if err := p.print("answer   %.1f ms, 99 of 100 within %.1f ms; %.0f requests a commit\n", r.P50, r.P99, r.PerCommit); err != nil {
		return err
	}
	if err := p.print("books    %s, by an audit of %.1f s: %s promised, %s allocated; feeds read %.1f s later\n", r.Audit, r.AuditTook,
		thousands(float64(r.Books.Promised)), thousands(float64(r.Books.Allocated)), r.Drain); err != nil {
		return err
	}
	if err := p.print("disk     %s MB, %s bytes a request\n", thousands(float64(r.DiskBytes)/1e6),
		thousands(float64(r.DiskBytes)/float64(max(r.Requests, 1)))); err != nil {
		return err
	}
	if err := p.print("by       %s through %s, %s orders before, on %s (%s)\n", count(r.Machine.Callers, "caller"),
		r.Machine.Through, thousands(float64(r.Machine.Before)), r.Machine.Dir, r.Machine.Disk); err != nil {
		return err
	}
	for _, finding := range r.Findings {
		if err := p.print("wrong    %s\n", printable(finding)); err != nil {
			return err
		}
	}
	return nil
}
