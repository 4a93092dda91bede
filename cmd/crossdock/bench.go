package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/spf13/cobra"

	"crossdock/node/bench"
)

const benchHelp = `Measure what this machine can do. Each measurement runs a process of its own, with a
store and three warehouses, in a scratch directory on the disk, and ends with a rate
beside its limit, measured in the same run: compare ratios, not rates. Nothing else
should run on the machine.`

const benchOrdersHelp = `Place orders of three lines, each answered after its commit, with the warehouses out
of reach, as if they had machines of their own. The limit is what the database takes
of the same rows, in batches of the same size, with nothing else going on. TOGETHER
is the same with all warehouses at work on the same processors; ALONE is one caller,
who waits for one flush of the disk after the other.`

const benchHotHelp = `Place orders that all want one product. The limit is the rate of orders of as many
lines over all products.`

// benchFlags are those of the measurements that place orders.
type benchFlags struct {
	bench.Options
	seconds float64
	profile string
	asJSON  *bool
}

func (p program) benchCommand() *cobra.Command {
	return group("bench", "Measure what this machine can do", benchHelp, p.benchOrdersCommand(), p.benchHotCommand(), p.benchRushCommand(), p.benchLinksCommand(), p.benchOverloadCommand(), p.benchSourcingCommand())
}

func (p program) benchOrdersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "orders", Short: "Measure how many orders are taken in a second", Long: benchOrdersHelp,
		Example: "  crossdock bench orders\n  crossdock bench orders --http --json", Args: takesNothing,
	}
	flags := placingFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return p.measure(cmd, flags, func(ctx context.Context, options bench.Options) error {
			report, err := bench.Orders(ctx, options)
			if err != nil || *flags.asJSON {
				return p.printReportJSON(report, err)
			}
			if err := p.printFigures(report.Figures, report.Load, report.Machine, "the same rows alone"); err != nil {
				return err
			}
			t := report.Together
			if err := p.print("together %s orders/s with the warehouses on the same processors, 99 of 100 within %.1f ms; %.0f us an order, for all sites; %s messages behind at the end, read %.1f s later\n",
				thousands(t.Rate), t.P99, t.CPU, thousands(float64(t.Behind)), t.Drain); err != nil {
				return err
			}
			return p.print("alone    %s orders/s, one caller: %.1f ms, 99 of 100 within %.1f ms\n",
				thousands(report.Alone.Rate), report.Alone.P50, report.Alone.P99)
		})
	}
	return cmd
}

func (p program) benchHotCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "hot", Short: "Measure orders that all want one product", Long: benchHotHelp,
		Example: "  crossdock bench hot", Args: takesNothing,
	}
	flags := placingFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return p.measure(cmd, flags, func(ctx context.Context, options bench.Options) error {
			report, err := bench.Hot(ctx, options)
			if err != nil || *flags.asJSON {
				return p.printReportJSON(report, err)
			}
			return p.printFigures(report.Figures, report.Load, report.Machine, "over all products")
		})
	}
	return cmd
}

func placingFlags(cmd *cobra.Command) *benchFlags {
	f := &benchFlags{asJSON: jsonFlag(cmd)}
	cmd.Flags().Float64Var(&f.seconds, "seconds", 9, "how long orders are placed, over all rounds")
	cmd.Flags().IntVar(&f.Callers, "callers", 0, "callers who each wait for their answer (default 512, by HTTP 64)")
	cmd.Flags().BoolVar(&f.HTTP, "http", false, "place the orders through the API, over loopback")
	cmd.Flags().IntVar(&f.Orders, "prefill", 0, "orders to be in the database before")
	cmd.Flags().StringVar(&f.Dir, "data", "", "scratch directory, which is kept (default one that is removed)")
	cmd.Flags().StringVar(&f.profile, "cpuprofile", "", "write a profile of the processors for \"go tool pprof\" to this file")
	completesDirs(cmd, "data")
	return f
}

// measure makes the directory, and the profile where one is wanted.
func (p program) measure(cmd *cobra.Command, flags *benchFlags, run func(context.Context, bench.Options) error) (err error) {
	options := flags.Options
	options.Time = time.Duration(flags.seconds * float64(time.Second))
	if options.Time <= 0 || options.Callers < 0 || options.Orders < 0 {
		return wrong(cmd, "--seconds must be above zero, --callers and --prefill not below")
	}
	options.Tell = func(text string) { say(p.stderr, "%s", text) }
	if options.Dir == "" {
		if options.Dir, err = os.MkdirTemp("", "crossdock-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(options.Dir)) }()
	} else if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return err
	}
	if options.Dir, err = filepath.Abs(options.Dir); err != nil {
		return err
	}
	if flags.profile != "" {
		file, err := os.Create(flags.profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return errors.Join(err, file.Close())
		}
		defer func() {
			pprof.StopCPUProfile()
			err = errors.Join(err, file.Close())
		}()
	}
	return run(cmd.Context(), options)
}

func (p program) printReportJSON(report any, err error) error {
	if err != nil {
		return err
	}
	return p.printJSON(report)
}

func (p program) printFigures(f bench.Figures, l bench.Load, m bench.Machine, limit string) error {
	if err := p.print("%-8s %s orders/s: %.2f of %s/s %s\n", f.Name, thousands(f.Rate), f.Ratio, thousands(f.Limit), limit); err != nil {
		return err
	}
	if err := p.print("answer   %.1f ms, 99 of 100 within %.1f ms; %.0f orders a commit, %.0f us of processor time an order\n", f.P50, f.P99, l.PerCommit, l.CPU); err != nil {
		return err
	}
	return p.print("by       %s through %s, %s orders before, on %s (%s)\n",
		count(m.Callers, "caller"), m.Through, thousands(float64(m.Before)), m.Dir, m.Disk)
}

// thousands writes a number with a comma before each three digits.
func thousands(n float64) string {
	text := fmt.Sprintf("%.0f", n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
