package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"crossdock/node/bench"
)

const benchOverloadHelp = `Have several times as many visitors come as the machine can serve: most look around, some
fill carts, one in twenty orders. They come at a constant rate, whatever becomes of those
before them, and their waits are counted from when they were to come. Most cannot be
served: they must be refused at once, or sent the page as it was a moment ago. What is
answered must be as much as at the peak, as soon, checkouts first. The report says how
much of it was made for who asked. It ends with status 3 unless the goodput is at least
0.9 of the peak, 99 of 100 answers take at most twice as long, 99.9 of 100 checkouts are
answered, and all is normal again within 5 s. The visitors are a process of their own on
the same machine, so some of it is theirs.`

func (p program) benchOverloadCommand() *cobra.Command { return p.overloadCommand(ownCrowd) }

// ownCrowd is this program once more, as the visitors.
func ownCrowd() (command []string, err error) {
	self, err := os.Executable()
	return []string{self, "bench", "overload", "--crowd"}, err
}

// overloadCommand takes the command whose process makes the load; none: this one does.
func (p program) overloadCommand(crowdCommand func() ([]string, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use: "overload", Short: "Measure what becomes of ten times too many visitors", Long: benchOverloadHelp,
		Example: "  crossdock bench overload\n  crossdock bench overload --times 5 --json", Args: takesNothing,
	}
	flags := &benchFlags{asJSON: jsonFlag(cmd)}
	var overload bench.OverloadOptions
	cmd.Flags().Float64Var(&flags.seconds, "seconds", 24, "how long visitors come, over all phases")
	cmd.Flags().Float64Var(&overload.Times, "times", 10, "how many times the peak comes in")
	cmd.Flags().StringVar(&flags.Dir, "data", "", "scratch directory, which is kept (default one that is removed)")
	cmd.Flags().StringVar(&flags.profile, "cpuprofile", "", "write a profile of the processors for \"go tool pprof\" to this file")
	crowd := cmd.Flags().Bool("crowd", false, "be the visitors, as standard input says")
	cmd.Flags().Lookup("crowd").Hidden = true
	completesDirs(cmd, "data")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *crowd {
			return bench.Crowd(cmd.Context(), cmd.InOrStdin(), p.stdout)
		}
		if !(overload.Times > 1) || overload.Times > 1000 {
			return wrong(cmd, "--times must be above 1, and at most 1000")
		}
		return p.measure(cmd, flags, func(ctx context.Context, options bench.Options) error {
			var err error
			if overload.Command, err = crowdCommand(); err != nil {
				return err
			}
			overload.Options = options
			report, err := bench.Overload(ctx, overload)
			if err != nil {
				return err
			}
			if *flags.asJSON {
				err = p.printJSON(report)
			} else {
				err = p.printOverload(report)
			}
			if err == nil && !report.Right() {
				return errFindings
			}
			return err
		})
	}
	return cmd
}

func (p program) printOverload(r bench.OverloadReport) error {
	if err := p.print("%-8s %s requests/s answered of %s/s that came: %.2f of the peak, %s/s\n",
		r.Name, thousands(r.Rate), thousands(r.Crowd.Offered), r.Ratio, thousands(r.Limit)); err != nil {
		return err
	}
	if err := p.print("recent   %s/s of them were pages of a moment ago, 99 of 100 within %.1f ms; %s/s, %.2f of the peak, were made for who asked\n",
		thousands(r.Crowd.Recent), r.Crowd.Sent99, thousands(r.Crowd.Goodput), r.Made); err != nil {
		return err
	}
	if err := p.print("answer   99 of 100 within %.1f ms at the peak (%s); %.1f ms at its rate, %.1f ms and %.1f ms in the overloads: %.2f times\n",
		r.Peak.P99, count(r.Callers, "caller"), r.Once.P99, r.Crowd.P99, r.All.P99, r.P99Ratio); err != nil {
		return err
	}
	if err := p.print("recovery %.1f s until all was normal, at half the peak\n", r.Recovery); err != nil {
		return err
	}
	for _, phase := range []struct {
		name string
		of   bench.Phase
	}{{"crowd", r.Crowd}, {"all", r.All}} {
		if err := p.printPhase(phase.name, phase.of); err != nil {
			return err
		}
	}
	if err := p.print("by       %s, %s orders before, on %s (%s)\n", r.Machine.Through, thousands(float64(r.Machine.Before)), r.Machine.Dir, r.Machine.Disk); err != nil {
		return err
	}
	for _, finding := range r.Findings {
		if err := p.print("wrong    %s\n", printable(finding)); err != nil {
			return err
		}
	}
	return nil
}

func (p program) printPhase(name string, of bench.Phase) error {
	for _, kind := range []string{"checkout", "cart", "browse"} {
		k := of.Kinds[kind]
		if err := p.print("%-8s %s: %s came, %s answered (%.2f %%), %s by a page of a moment ago, %s refused, %s failed; 99 of 100 within %.1f ms\n", name, kind,
			thousands(float64(k.Sent)), thousands(float64(k.Good)), 100*float64(k.Good)/float64(max(k.Sent, 1)),
			thousands(float64(k.Recent)), thousands(float64(k.Refused)), thousands(float64(k.Failed)), k.P99); err != nil {
			return err
		}
	}
	return nil
}
