package main

import (
	"cmp"
	"context"
	"fmt"
	"os/user"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/id"
)

const linksParkedHelp = `List the messages that a site could not apply, and those of the same key that wait
behind them, oldest first. Messages of other keys go on.

They are applied again by themselves when the process starts, and every hour; "links
retry" does so now, and "links skip" takes one out for good.`

const linksRetryHelp = `Apply the parked messages of a key again, in order: those that SITE has put aside of
what ORIGIN said. The first that cannot be applied stays, with those behind it.`

const linksSkipHelp = `Take the first parked message of a key out without applying it, for a reason that is
kept with it for ever, and apply those behind it again.

What the message would have changed does not happen at SITE. Units that it carried are
missing there: "crossdock audit" names them, with the message and the reason, until the
difference is booked.`

const linksSkipExample = `  crossdock links skip store wh1 quota --reason "booked by hand, see ticket 4711"
  crossdock links skip wh1 store 0198f2c4-6a1b-7c3d-8e4f-5a6b7c8d9e0f --all --reason test`

func (p program) linksParkedCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "parked", Short: "List the messages that could not be applied", Long: linksParkedHelp + connectHelp,
		Example: "  crossdock links parked\n  crossdock links parked --skipped", Args: takesNothing,
	}
	skipped := cmd.Flags().Bool("skipped", false, "list those that were skipped, with who did it and why")
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			list, err := client.Parked(ctx)
			if err != nil {
				return err
			}
			if *asJSON {
				return p.printJSON(list)
			}
			if *skipped {
				return p.printSkipped(list.Skipped)
			}
			return p.printParked(list.Parked)
		})
	}
	return cmd
}

func (p program) printParked(messages []api.ParkedMessage) error {
	t := newTable("SITE", "ORIGIN", "KEY", ">SEQ", "KIND", "SINCE", "REASON")
	for _, m := range messages {
		t.add(m.Site, m.Origin, m.Key, m.Seq, m.Kind, when(m.Since), m.Reason)
	}
	return p.printTable(t, "")
}

func (p program) printSkipped(messages []api.ParkedMessage) error {
	t := newTable("SITE", "ORIGIN", "KEY", ">SEQ", "KIND", "SKIPPED", "BY", "BECAUSE")
	for _, m := range messages {
		t.add(m.Site, m.Origin, m.Key, m.Seq, m.Kind, when(m.Skipped.At), m.Skipped.By, m.Skipped.Reason)
	}
	return p.printTable(t, "")
}

// parkedArgs reads SITE ORIGIN KEY.
func parkedArgs(cmd *cobra.Command, args []string) (site, origin id.Site, key string, err error) {
	if site, err = id.ParseSite(args[0]); err == nil {
		origin, err = id.ParseSite(args[1])
	}
	if err != nil {
		return "", "", "", wrong(cmd, "%v", err)
	}
	return site, origin, args[2], nil
}

func (p program) linksRetryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "retry SITE ORIGIN KEY", Short: "Apply parked messages again", Long: linksRetryHelp + connectHelp,
		Example: "  crossdock links retry store wh1 quota", Args: takes(3, 3, "a site, an origin and a key"),
	}
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		site, origin, key, err := parkedArgs(cmd, args)
		if err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			retried, err := client.RetryParked(ctx, site, origin, api.RetryRequest{Key: key})
			return p.printRetried(retried, err, *asJSON)
		})
	}
	return cmd
}

// printRetried ends with exit status 3 where something still waits.
func (p program) printRetried(retried api.Retried, err error, asJSON bool) error {
	if err != nil {
		return err
	}
	if asJSON {
		err = p.printJSON(retried)
	} else {
		err = p.print("%s", retriedText(retried))
	}
	if err == nil && retried.Left > 0 {
		return errFindings
	}
	return err
}

func retriedText(r api.Retried) string {
	text := fmt.Sprintf("%s applied, %d still parked\n", count(len(r.Applied), "message"), r.Left)
	if r.Reason != "" {
		text += "The first of those cannot be applied: " + printable(r.Reason) + "\n"
	}
	return text
}

func (p program) linksSkipCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "skip SITE ORIGIN KEY --reason REASON", Short: "Take a parked message out for good", Long: linksSkipHelp + connectHelp,
		Example: linksSkipExample, Args: takes(3, 3, "a site, an origin and a key"),
	}
	seq := cmd.Flags().Uint64("seq", 0, "the number of the message, which must be the first that waits (default: whichever is)")
	all := cmd.Flags().Bool("all", false, "skip all that wait of the key")
	by := cmd.Flags().String("by", "", "who skips it (default: the user of this machine)")
	reason := cmd.Flags().String("reason", "", "why; it is kept with the message")
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		site, origin, key, err := parkedArgs(cmd, args)
		if err != nil {
			return err
		}
		if *reason == "" {
			return wrong(cmd, "%s wants --reason REASON", nameOf(cmd))
		}
		request := api.SkipRequest{Key: key, Seq: *seq, All: *all, By: cmp.Or(*by, userName()), Reason: *reason}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			if request.Seq == 0 {
				if request.Seq, err = firstParked(ctx, client, site, origin, key); err != nil {
					return err
				}
			}
			retried, err := client.SkipParked(ctx, site, origin, request)
			return p.printRetried(retried, err, *asJSON)
		})
	}
	return cmd
}

// firstParked returns the number of the first message that waits of a key; 0: none
// does, and the server says so better.
func firstParked(ctx context.Context, client *api.Client, site, origin id.Site, key string) (uint64, error) {
	list, err := client.Parked(ctx)
	for _, m := range list.Parked {
		if m.Site == site && m.Origin == origin && m.Key == key {
			return m.Seq, err
		}
	}
	return 0, err
}

// userName names who runs the command, as far as the system tells.
func userName() string {
	current, err := user.Current()
	if err != nil {
		return ""
	}
	return current.Username
}
