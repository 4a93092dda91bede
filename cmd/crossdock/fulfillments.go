package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
)

const fulfillmentsHelp = `List what the warehouses have to do for orders, or move it on by hand.`

const fulfillmentsListHelp = `List the fulfillments of a warehouse, or of every warehouse of the process, oldest
first, each with the statuses that "crossdock fulfillments advance" can lead to. What is
not sent can also become voided, through its order. Each STORE numbers its orders by
itself.`

const fulfillmentsAdvanceHelp = `Take the next step of a fulfillment: accepted, picking, picked, ready, sent, delivered.
One that is picked and waits for units of another warehouse, to be packed with them, can
be waiting_transfer before it is ready; that moves no stock. It is voided through its
order, by "crossdock orders void".

A step that may not follow is refused, and says which may. The store hears of it,
and tells the customer.`

func (p program) fulfillmentsCommand() *cobra.Command {
	return group("fulfillments", "List fulfillments and move them on", fulfillmentsHelp,
		p.fulfillmentsListCommand(), p.fulfillmentsAdvanceCommand())
}

func (p program) fulfillmentsListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List fulfillments, oldest first", Long: fulfillmentsListHelp + connectHelp,
		Example: "  crossdock fulfillments list --at wh1 --status accepted", Args: takesNothing,
	}
	at := cmd.Flags().String("at", "", "only those of this warehouse")
	status := cmd.Flags().String("status", "", "only those "+either(order.Stages()))
	ofOrder := cmd.Flags().String("order", "", ofOrderUsage)
	limit := limitFlag(cmd, "fulfillments")
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	completes(cmd, "at", p.offerSites(t))
	completes(cmd, "status", words(order.Stages()))
	completes(cmd, "order", p.offerOrders(t))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkLimit(cmd, *limit); err != nil {
			return err
		}
		if err := checkStatus(cmd, "status", *status, order.Stages()); err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			query := api.FulfillmentQuery{Status: *status}
			if *ofOrder != "" {
				var err error
				if query.Order, err = orderWorkedOff(ctx, client, *ofOrder); err != nil {
					return err
				}
			}
			list, err := fulfillments(ctx, client, *at, query, *limit)
			if err != nil {
				return err
			}
			if *asJSON {
				return p.printJSON(api.FulfillmentPage{Fulfillments: list})
			}
			return p.printFulfillments(list)
		})
	}
	return cmd
}

const ofOrderUsage = "only those of this order, by its identifier, or by its number where its store runs in the process"

// orderWorkedOff finds an order of which warehouses may know without its store, by
// its identifier then.
func orderWorkedOff(ctx context.Context, client *api.Client, name string) (id.Order, error) {
	which, err := orderCalled(ctx, client, name)
	if _, none := withoutStore(ctx, client, err); none {
		return which, fault.New(fault.NotFound,
			"no store runs in this process, and each numbers its orders by itself: give the identifier of the order, which --json has as \"order\"")
	}
	return which, err
}

// fulfillments asks one warehouse, or each of the process when none is named.
func fulfillments(ctx context.Context, client *api.Client, at string, query api.FulfillmentQuery, limit int) ([]api.Fulfillment, error) {
	list := []api.Fulfillment{}
	err := eachWarehouse(ctx, client, at, limit, func(site id.Site, size int, cursor string) (int, string, error) {
		query.Limit, query.Cursor = size, cursor
		page, err := client.Fulfillments(ctx, site, query)
		list = append(list, page.Fulfillments...)
		return len(page.Fulfillments), page.Next, err
	})
	return list, err
}

// eachWarehouse asks the warehouse at for page after page until limit rows are
// there, or all where limit is 0. Where none is named it asks each warehouse of the
// process in turn.
func eachWarehouse(
	ctx context.Context, client *api.Client, at string, limit int,
	next func(site id.Site, size int, cursor string) (got int, more string, err error),
) error {
	sites := []id.Site{id.Site(at)}
	if at == "" {
		version, err := client.Version(ctx)
		if err != nil {
			return err
		}
		sites = version.Warehouses
	}
	rows := 0
	for _, site := range sites {
		if limit > 0 && rows >= limit {
			break
		}
		err := pages(max(limit-rows, 0), func(size int, cursor string) (int, string, error) {
			got, more, err := next(site, size, cursor)
			rows += got
			return got, more, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p program) printFulfillments(list []api.Fulfillment) error {
	t := newTable("WAREHOUSE", "STORE", ">ORDER", "STATUS", "NEXT BY HAND", "CHANGED", "ID", "LINES")
	for _, f := range list {
		t.add(f.Warehouse, f.Store, f.Number, f.Status, strings.Join(f.Next, " "), when(f.ChangedAt), f.ID, shipping(linesOf(f.Lines)))
	}
	return p.printTable(t, "")
}

func (p program) fulfillmentsAdvanceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "advance ID", Short: "Move a fulfillment on by hand", Long: fulfillmentsAdvanceHelp + connectHelp,
		Example: "  crossdock fulfillments advance 0190a5b2-... --at wh1 --to picked",
		Args:    takes(1, 1, "the identifier of a fulfillment"),
	}
	at := cmd.Flags().String("at", "", "the warehouse that ships it")
	step := api.Advance{}
	cmd.Flags().StringVar(&step.To, "to", "", "the status that it comes to: "+either(stagesByHand()))
	cmd.Flags().StringVar(&step.From, "from", "", "refuse unless it has this status now")
	cmd.Flags().StringVar(&step.Key, "key", "", keyUsage)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerFulfillments(t, at))
	completes(cmd, "at", p.offerSites(t))
	completes(cmd, "to", words(stagesByHand()))
	completes(cmd, "from", words(order.Stages()))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *at == "" || step.To == "" {
			return wrong(cmd, "%s wants --at WAREHOUSE and --to STATUS", nameOf(cmd))
		}
		which, err := id.ParseFulfillment(args[0])
		if err != nil {
			return wrong(cmd, "%s is not the identifier of a fulfillment", fault.Quote(args[0]))
		}
		if err := errors.Join(checkStatus(cmd, "to", step.To, order.Stages()), checkStatus(cmd, "from", step.From, order.Stages())); err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			f, err := client.Advance(ctx, id.Site(*at), which, step)
			if err != nil {
				return keyed(err, step.Key)
			}
			if *asJSON {
				return p.printJSON(f)
			}
			return p.print("%s\n", advanced(f))
		})
	}
	return cmd
}

func advanced(f api.Fulfillment) string {
	text := fmt.Sprintf("order %d at %s is %s", f.Number, f.Warehouse, f.Status)
	if len(f.Next) > 0 {
		text += "; by hand it can become " + either(f.Next)
	}
	return text
}
