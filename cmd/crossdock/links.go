package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/id"
)

const linksHelp = `Show each link between two sites, as its receiver sees it: how far it has read
(CURSOR of LAST), how many messages it is behind, and since when it is stale.

In the demo, "links cut" takes a warehouse off the line and "links heal" joins it
again. The shop goes on selling the stock that it holds.`

const linksExample = `  crossdock links
  crossdock links cut wh2
  crossdock links heal wh2`

func (p program) linksCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "links", Short: "Show, cut and heal the links between sites", Long: linksHelp + connectHelp, Example: linksExample,
		Args: noSubcommand,
	}
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return p.with(cmd, t, needRunning, func(ctx context.Context, client *api.Client) error {
			links, err := client.Links(ctx)
			return p.printLinks(links, err, *asJSON)
		})
	}
	cmd.AddCommand(
		p.switchCommand("cut", "Cut a site off from all others", (*api.Client).CutLink),
		p.switchCommand("heal", "Join a site that was cut off", (*api.Client).HealLink),
	)
	return cmd
}

func (p program) switchCommand(
	use, short string, turn func(*api.Client, context.Context, id.Site) ([]api.Link, error),
) *cobra.Command {
	cmd := &cobra.Command{
		Use: use + " SITE", Short: short, Long: short + ". This works in the demo." + connectHelp,
		Example: "  crossdock links " + use + " wh2", Args: takes(1, 1, "a site"),
	}
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		site, err := id.ParseSite(args[0])
		if err != nil {
			return wrong(cmd, "%v", err)
		}
		return p.with(cmd, t, needRunning, func(ctx context.Context, client *api.Client) error {
			links, err := turn(client, ctx, site)
			return p.printLinks(links, err, *asJSON)
		})
	}
	return cmd
}

func (p program) printLinks(links []api.Link, err error, asJSON bool) error {
	if err != nil {
		return err
	}
	if asJSON {
		return p.printJSON(api.LinkList{Links: links})
	}
	t := newTable("FROM", "TO", "STATE", ">CURSOR", ">LAST", ">BEHIND", ">AGE", ">PARKED", "STALE SINCE", "TROUBLE")
	for _, l := range links {
		t.add(l.Origin, l.Destination, linkState(l), l.Cursor, l.Last, l.Lag, age(l.LagSeconds), l.Parked, timeOrDash(l.StaleSince), l.Trouble)
	}
	return p.printTable(t, "")
}

func linkState(l api.Link) string {
	switch {
	case l.Cut:
		return "cut"
	case !l.Connected:
		return fmt.Sprintf("down (%s)", count(l.Failures, "failure"))
	case l.Verdict == "restored" || l.Verdict == "parted":
		return l.Verdict
	case l.Lag > 0:
		return "behind"
	}
	return "up"
}

// age writes seconds of lag.
func age(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(100 * time.Millisecond).String()
}

func timeOrDash(at *time.Time) string {
	if at == nil {
		return "-"
	}
	return when(*at)
}
