package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
)

const linksCheckHelp = `Compare what two sites know of each other: the stock levels that a store was told, the
stage and the units of each fulfillment, and the units that are set aside for the store,
of stock and of what suppliers have announced. HERE is the site that looks.

Only what differs for good is told: what is under way is waited for, up to 10 s, and what
goes on changing, or waits behind a parked message, is listed as unclear. Equal sites
cost one question for each of the four kinds; it holds nobody up. A process does so by
itself every hour, and "links" shows what it found.

Exit status 3 when there are findings, 1 when a site could not be asked.`

const linksRepairHelp = `Have ORIGIN, which must run in the process, tell DESTINATION again what it was found to
know otherwise. A warehouse tells stock levels and fulfillments, whose history it owns; a
store asks again for fulfillments of which the warehouse has never heard. Everything goes
through the books, and is compared once more at the end. Without --yes it only tells
what differs.

Units that are set aside are never corrected silently. With --quota and --reason the
smaller of the two numbers wins, as a movement at ORIGIN where it has too much; nothing
is made that a store could sell. It is done after all else is equal.

Exit status 3 when something still differs.`

const linksRepairExample = `  crossdock links repair wh1 store --yes
  crossdock links repair wh1 store --quota --reason "a grant was skipped" --yes`

func (p program) linksCheckCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "check [SITE]", Short: "Find what two sites tell differently", Long: linksCheckHelp + connectHelp,
		Example: "  crossdock links check\n  crossdock links check wh1 --json", Args: takes(0, 1, "a site"),
	}
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var site id.Site
		if len(args) > 0 {
			var err error
			if site, err = id.ParseSite(args[0]); err != nil {
				return wrong(cmd, "%v", err)
			}
		}
		return p.with(cmd, t, needRunning, func(ctx context.Context, client *api.Client) error {
			list, err := client.Drift(ctx, site)
			if err != nil {
				return err
			}
			if *asJSON {
				err = p.printJSON(list)
			} else {
				err = p.printDrift(list.Checks)
			}
			return afterDrift(list, err)
		})
	}
	return cmd
}

// afterDrift returns what a comparison ends with, once it is printed: findings, or that
// a site could not be asked.
func afterDrift(list api.DriftList, err error) error {
	if err != nil {
		return err
	}
	if list.Found() > 0 {
		return errFindings
	}
	if missing := len(list.Checks) - made(list.Checks); missing > 0 {
		return fault.New(fault.Unavailable, "%d of %s could not be made", missing, count(len(list.Checks), "comparison"))
	}
	return nil
}

// made counts the comparisons of which both sites could be asked.
func made(checks []api.DriftReport) int {
	n := 0
	for _, c := range checks {
		if !slices.ContainsFunc(c.Unclear, func(u api.DriftUnclear) bool { return u.Kind == "" }) {
			n++
		}
	}
	return n
}

func (p program) printDrift(checks []api.DriftReport) error {
	t := newTable("SITES", "WHAT", "KEY", "HERE", "THERE")
	unclear := newTable("SITES", "UNCLEAR", "KEY", "BECAUSE")
	findings, open := 0, 0
	for _, c := range checks {
		pair := fmt.Sprintf("%s, %s", c.Here, c.There)
		for _, f := range c.Findings {
			findings++
			t.add(pair, f.Kind, f.Key, sideText(f.Here), sideText(f.There))
			for i := range max(len(f.Here.Newest), len(f.There.Newest)) {
				t.add("", "", "", nth(f.Here.Newest, i), nth(f.There.Newest, i))
			}
		}
		for _, u := range c.Unclear {
			open++
			unclear.add(pair, cmp.Or(u.Kind, "-"), cmp.Or(u.Key, "-"), u.Why)
		}
	}
	if findings == 0 {
		if err := p.print("no drift, in %s\n", count(made(checks), "comparison")); err != nil {
			return err
		}
	} else if err := p.printTable(t, ""); err != nil {
		return err
	}
	if open == 0 {
		return nil
	}
	return p.printTable(unclear, "")
}

func sideText(s api.DriftSide) string { return cmp.Or(s.Value, "-") }

func nth(texts []string, i int) string {
	if i < len(texts) {
		return texts[i]
	}
	return ""
}

func (p program) linksRepairCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "repair ORIGIN DESTINATION", Short: "Have a site tell another one again what differs", Long: linksRepairHelp + connectHelp,
		Example: linksRepairExample, Args: takes(2, 2, "an origin and a destination"),
	}
	quota := cmd.Flags().Bool("quota", false, "correct units that are set aside: the smaller number wins")
	reason := cmd.Flags().String("reason", "", "why units are corrected; it is kept with the movement")
	yes := cmd.Flags().Bool("yes", false, "do it; without, it is told what would be repaired")
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		origin, err := id.ParseSite(args[0])
		if err != nil {
			return wrong(cmd, "%v", err)
		}
		destination, err := id.ParseSite(args[1])
		if err != nil {
			return wrong(cmd, "%v", err)
		}
		if *quota != (*reason != "") {
			return wrong(cmd, "--quota and --reason REASON go together")
		}
		return p.with(cmd, t, needRunning, func(ctx context.Context, client *api.Client) error {
			if !*yes {
				return p.wouldRepair(ctx, client, origin, destination, *asJSON)
			}
			report, err := client.RepairDrift(ctx, origin, destination, api.RepairRequest{Quota: *quota, Reason: *reason})
			return p.printRepair(report, err, *asJSON)
		})
	}
	return cmd
}

// wouldRepair shows what differs, and changes nothing.
func (p program) wouldRepair(ctx context.Context, client *api.Client, origin, destination id.Site, asJSON bool) error {
	list, err := client.Drift(ctx, origin)
	if err != nil {
		return err
	}
	var pair api.DriftList
	for _, c := range list.Checks {
		if c.Here == destination || c.There == destination {
			pair.Checks = append(pair.Checks, c)
		}
	}
	if asJSON {
		err = p.printJSON(pair)
	} else {
		err = p.printDrift(pair.Checks)
	}
	if err != nil || pair.Found() == 0 {
		return afterDrift(pair, err)
	}
	say(p.stderr, "Nothing was changed: repeat it with --yes to repair.")
	return errFindings
}

func (p program) printRepair(report api.RepairReport, err error, asJSON bool) error {
	if err != nil {
		return err
	}
	if asJSON {
		err = p.printJSON(report)
	} else {
		err = p.tellRepair(report)
	}
	if err == nil && len(report.After.Findings) > 0 {
		return errFindings
	}
	return err
}

func (p program) tellRepair(report api.RepairReport) error {
	if err := p.print("%s before, %d after\n", count(len(report.Before.Findings), "difference"), len(report.After.Findings)); err != nil {
		return err
	}
	if len(report.NotMended) > 0 {
		t := newTable("LEFT", "KEY", "BECAUSE")
		for _, u := range report.NotMended {
			t.add(u.Kind, u.Key, u.Why)
		}
		if err := p.printTable(t, ""); err != nil {
			return err
		}
	}
	if len(report.After.Findings)+len(report.After.Unclear) == 0 {
		return nil
	}
	return p.printDrift([]api.DriftReport{report.After})
}
