package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/id"
)

const linksHelp = `Show each link between two sites, as its receiver sees it: how far it has read
(CURSOR of LAST), how many messages it is behind, and since when it is stale. AGE is
how old the oldest message is that it has not applied, as far as known; else how long
it has been stale. BREAKER is open where the last tries failed: the link is probed
now and then, at RETRY AT or when the other side calls. A link whose other end shows
another key than it is known by is "refused"; TROUBLE says what to do.

A link is "recovering" where TO was restored from a backup and FROM has still to tell
what TO has lost. Below the table it stands since when, what waits meanwhile, and which
parked message is in the way, if one is.

"links cut" takes a warehouse off the line, as if the line were broken, and "links
heal" joins it again. The shop goes on selling the stock that it holds.`

const linksCutHelp = `Cut a warehouse off from the store, as if its line were broken: neither hears of the
other until it is healed. Both go on working; nothing is lost.

The switch is in the process that runs the warehouse, and only that process can turn
it: demo or serve. It is not kept: a process that starts anew is joined. The demo
offers it on its sites page too.`

const linksHealHelp = `Join a warehouse that was cut off. The store and the warehouse read what they have
missed, and are equal again in a moment. One that was not cut off stays joined.

The switch is in the process that runs the warehouse, and only that process can turn
it: demo or serve. The demo offers it on its sites page too.`

const linksExample = `  crossdock links
  crossdock links cut wh2
  crossdock links heal wh2
  crossdock links keys
  crossdock links check`

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
		p.switchCommand(linkSwitch{"cut", "Cut a warehouse off from the store", linksCutHelp, (*api.Client).CutLink, tellCut}),
		p.switchCommand(linkSwitch{"heal", "Join a warehouse that was cut off", linksHealHelp, (*api.Client).HealLink, tellHealed}),
		p.linkKeysCommand(),
		p.linksParkedCommand(),
		p.linksRetryCommand(),
		p.linksSkipCommand(),
		p.linksCheckCommand(),
		p.linksRepairCommand(),
	)
	return cmd
}

// linkSwitch is one way to turn the switch of a warehouse.
type linkSwitch struct {
	use, short, long string

	turn func(*api.Client, context.Context, id.Site) ([]api.Link, error)
	tell func(site id.Site, t *target) string // what was done
}

func tellCut(site id.Site, t *target) string {
	return string(site) + " is cut off: neither it nor the store hears of the other.\n" +
		"To join it again: crossdock links heal " + string(site) + t.flags()
}

func tellHealed(site id.Site, _ *target) string {
	return string(site) + " is joined: it and the store read what they have missed."
}

func (p program) switchCommand(s linkSwitch) *cobra.Command {
	cmd := &cobra.Command{
		Use: s.use + " SITE", Short: s.short, Long: s.long + connectHelp,
		Example: "  crossdock links " + s.use + " wh2", Args: takes(1, 1, "a site"),
	}
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		site, err := id.ParseSite(args[0])
		if err != nil {
			return wrong(cmd, "%v", err)
		}
		return p.with(cmd, t, needRunning, func(ctx context.Context, client *api.Client) error {
			links, err := s.turn(client, ctx, site)
			if err := p.printLinks(links, err, *asJSON); err != nil {
				return err
			}
			say(p.stderr, "%s", s.tell(site, t))
			return nil
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
	t := newTable("FROM", "TO", "STATE", ">CURSOR", ">LAST", ">BEHIND", ">AGE", ">PARKED", "BREAKER", "RETRY AT", "STALE SINCE", "TROUBLE")
	for _, l := range links {
		t.add(l.Origin, l.Destination, linkState(l), l.Cursor, l.Last, l.Lag, age(l.LagSeconds), l.Parked,
			cmp.Or(l.Breaker, "-"), timeOrDash(l.RetryAt), timeOrDash(l.StaleSince), l.Trouble)
	}
	if err := p.printTable(t, ""); err != nil {
		return err
	}
	for _, l := range links {
		if l.Recovering == nil {
			continue
		}
		if err := p.print("\n%s", recoveryText(l)); err != nil {
			return err
		}
	}
	return nil
}

// recoveryText says what a restored site waits for, and what is in the way.
func recoveryText(l api.Link) string {
	r := l.Recovering
	since := ""
	if r.Since != nil {
		since = ", since " + when(*r.Since)
	}
	text := fmt.Sprintf("%s was restored from a backup and waits for %s to tell what it has lost%s.\n", l.Destination, l.Origin, since)
	if r.Counted {
		text += fmt.Sprintf("%s has told what units it has, and is still to tell of fulfillments.\n", l.Origin)
	}
	if r.Role == "store" {
		text += fmt.Sprintf("Until then it promises nothing of what %s has; %s to be asked of %s.\n", l.Origin, waits(r.Waiting, "paid order"), l.Origin)
	} else {
		text += fmt.Sprintf("Until then it hands nothing to %s; %s for its next step.\n", l.Origin, waits(r.Waiting, "fulfillment"))
	}
	if l.Lag > 0 {
		text += fmt.Sprintf("It has still to read %s of %s.\n", count(int(l.Lag), "message"), l.Origin)
	}
	for _, m := range r.Blocked {
		text += fmt.Sprintf("A parked message holds this up: %s has put aside number %d of %s (%s, key %s): %s\n"+
			"  Retry it: crossdock links retry %s %s %s\n  or take it out: crossdock links skip %[1]s %[3]s %[5]s --reason REASON\n",
			m.Site, m.Seq, m.Origin, printable(m.Kind), printable(m.Key), printable(m.Reason), m.Site, m.Origin, printable(m.Key))
	}
	return text
}

func waits(n int, what string) string {
	verb := "wait"
	if n == 1 {
		verb = "waits"
	}
	return count(n, what) + " " + verb
}

func linkState(l api.Link) string {
	switch {
	case l.Cut:
		return "cut"
	case l.Verdict == "refused":
		return l.Verdict
	case !l.Connected:
		if l.Failures == 0 {
			return "down"
		}
		return fmt.Sprintf("down (%s)", count(l.Failures, "failure"))
	case l.Verdict == "restored" || l.Verdict == "parted":
		return l.Verdict
	case l.Recovering != nil:
		return "recovering"
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
