package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
)

const ordersReturnHelp = `Announce that a customer sends units of an order back. Each warehouse that has shipped
some gets a return of its own. The customer has the money back when the units are there
and were looked at: see "crossdock returns".`

const returnsHelp = `List what customers send back, book what has come in, and say what it is worth.`

const returnsListHelp = `List the returns of a warehouse, or of every warehouse of the process, oldest first,
with a row for each line: units announced, units back, and what they were found to be.`

const returnsReceiveHelp = `Book units of a return that are back. They may come in parts, and are not for sale before
they are inspected.`

const returnsReceiveExample = `  crossdock returns receive 0190a5b2-... --at wh1 1=2 3=1`

const returnsInspectHelp = `Say what the units of a return are worth that are back: good ones are for sale again,
damaged ones are not. The store gives the money back for both.`

const returnsInspectExample = `  crossdock returns inspect 0190a5b2-... --at wh1 --good 1=1 --damaged 1=1,3=1`

func (p program) ordersReturnCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "return ORDER LINE=UNITS... --reason TEXT", Short: "Announce that units come back", Long: ordersReturnHelp + connectHelp,
		Example: `  crossdock orders return 1042 1=2 3=1 --reason "too small"`,
		Args:    takes(2, -1, "an order and at least one LINE=UNITS"),
	}
	reason := cmd.Flags().String("reason", "", "why, as the customer says (required)")
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerOrders(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *reason == "" {
			return wrong(cmd, "%s wants a --reason", nameOf(cmd))
		}
		units, err := readLines(cmd, args[1:])
		if err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			which, err := orderNamed(ctx, client, args[0])
			if err != nil {
				return err
			}
			returns, err := client.AskReturn(ctx, *key, which, api.ReturnRequest{Lines: units, Reason: *reason})
			if err != nil {
				return keyed(err, *key)
			}
			if *asJSON {
				return p.printJSON(api.ReturnList{Returns: returns})
			}
			return p.printTable(returnLines(returns), "")
		})
	}
	return cmd
}

func (p program) returnsCommand() *cobra.Command {
	return group("returns", "List, receive and inspect what comes back", returnsHelp,
		p.returnsListCommand(), p.returnsReceiveCommand(), p.returnsInspectCommand())
}

func (p program) returnsListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List returns, oldest first", Long: returnsListHelp + connectHelp,
		Example: "  crossdock returns list --at wh1 --status received", Args: takesNothing,
	}
	at := cmd.Flags().String("at", "", "only those of this warehouse")
	status := cmd.Flags().String("status", "", "only those "+either(fulfillment.ReturnStates()))
	ofOrder := cmd.Flags().String("order", "", ofOrderUsage)
	limit := limitFlag(cmd, "returns, each with a row per line")
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	completes(cmd, "at", p.offerSites(t))
	completes(cmd, "status", words(fulfillment.ReturnStates()))
	completes(cmd, "order", p.offerOrders(t))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkLimit(cmd, *limit); err != nil {
			return err
		}
		if err := checkStatus(cmd, "status", *status, fulfillment.ReturnStates()); err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			query := api.ReturnQuery{Status: *status}
			if *ofOrder != "" {
				var err error
				if query.Order, err = orderWorkedOff(ctx, client, *ofOrder); err != nil {
					return err
				}
			}
			list, err := returnsAt(ctx, client, *at, query, *limit)
			if err != nil {
				return err
			}
			if *asJSON {
				return p.printJSON(api.ReturnPage{Returns: list})
			}
			return p.printTable(returnLines(list), "")
		})
	}
	return cmd
}

// returnsAt asks one warehouse, or each of the process when none is named.
func returnsAt(ctx context.Context, client *api.Client, at string, query api.ReturnQuery, limit int) ([]api.Return, error) {
	list := []api.Return{}
	err := eachWarehouse(ctx, client, at, limit, func(site id.Site, size int, cursor string) (int, string, error) {
		query.Limit, query.Cursor = size, cursor
		page, err := client.Returns(ctx, site, query)
		list = append(list, page.Returns...)
		return len(page.Returns), page.Next, err
	})
	return list, err
}

func returnLines(returns []api.Return) *table {
	t := newTable("WAREHOUSE", "STORE", ">ORDER", "STATUS", "CHANGED", "ID", ">LINE", "SKU", ">ASKED", ">BACK", ">GOOD", ">DAMAGED", "REASON")
	for _, r := range returns {
		for _, l := range r.Lines {
			t.add(r.Warehouse, r.Store, r.Number, r.Status, when(r.ChangedAt), r.ID, l.Line, l.SKU, l.Quantity, l.Received, l.Good, l.Damaged, r.Reason)
		}
	}
	return t
}

func (p program) returnsReceiveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "receive --at WAREHOUSE RETURN LINE=UNITS...", Short: "Book units that are back", Long: returnsReceiveHelp + connectHelp,
		Example: returnsReceiveExample, Args: takes(2, -1, "a return and at least one LINE=UNITS"),
	}
	at := cmd.Flags().String("at", "", "the warehouse that they came back to")
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerReturns(t, at))
	completes(cmd, "at", p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *at == "" {
			return wrong(cmd, "%s wants --at WAREHOUSE", nameOf(cmd))
		}
		which, err := readReturn(cmd, args[0])
		if err != nil {
			return err
		}
		units, err := readLines(cmd, args[1:])
		if err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			r, err := client.ReceiveReturn(ctx, *key, id.Site(*at), which, api.ReturnReceipt{Lines: units})
			return p.printReturned(r, keyed(err, *key), *asJSON)
		})
	}
	return cmd
}

func (p program) returnsInspectCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "inspect --at WAREHOUSE RETURN", Short: "Say what units that are back are worth", Long: returnsInspectHelp + connectHelp,
		Example: returnsInspectExample, Args: takes(1, 1, "a return"),
	}
	at := cmd.Flags().String("at", "", "the warehouse that they came back to")
	good := cmd.Flags().StringSlice("good", nil, "LINE=UNITS that can be sold again")
	damaged := cmd.Flags().StringSlice("damaged", nil, "LINE=UNITS that cannot")
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerReturns(t, at))
	completes(cmd, "at", p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *at == "" || len(*good)+len(*damaged) == 0 {
			return wrong(cmd, "%s wants --at WAREHOUSE, and --good LINE=UNITS or --damaged LINE=UNITS", nameOf(cmd))
		}
		which, err := readReturn(cmd, args[0])
		if err != nil {
			return err
		}
		var found api.Inspection
		if found.Good, err = readLines(cmd, *good); err != nil {
			return err
		}
		if found.Damaged, err = readLines(cmd, *damaged); err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			r, err := client.InspectReturn(ctx, *key, id.Site(*at), which, found)
			return p.printReturned(r, keyed(err, *key), *asJSON)
		})
	}
	return cmd
}

func (p program) printReturned(r api.Return, err error, asJSON bool) error {
	if err != nil {
		return err
	}
	if r.Replay {
		say(p.stderr, "crossdock: the key was known: nothing was booked now")
	}
	if asJSON {
		return p.printJSON(r)
	}
	return p.printTable(returnLines([]api.Return{r}), "")
}

func readReturn(cmd *cobra.Command, name string) (id.UUID, error) {
	which, err := id.ParseUUID(name)
	if err != nil {
		return id.UUID{}, wrong(cmd, "%s is not the identifier of a return", fault.Quote(name))
	}
	return which, nil
}

// readLines reads LINE=UNITS. A line named twice is likely a slip.
func readLines(cmd *cobra.Command, args []string) ([]api.LineUnits, error) {
	var all []api.LineUnits
	for _, arg := range args {
		line, number, found := strings.Cut(arg, "=")
		if !found {
			return nil, wrong(cmd, "%q is not of the form LINE=UNITS", arg)
		}
		n, err := strconv.Atoi(line)
		if err != nil || n < 1 {
			return nil, wrong(cmd, "%q: want the number of a line of the order before the =", arg)
		}
		units, err := readUnits(cmd, arg, number)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(l api.LineUnits) bool { return l.Line == n }) {
			return nil, wrong(cmd, "line %d is there twice", n)
		}
		all = append(all, api.LineUnits{Line: n, Quantity: units})
	}
	return all, nil
}
