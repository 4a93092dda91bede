package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
)

const ordersHelp = `List orders, show one with everything that is known of it, place one, or change one
that stands. An order is named by its number, such as 1042, or by its identifier.`

const ordersListHelp = `List orders, newest first. "unpaid" beside a status says that the order waits for its
payment.`

const ordersListExample = `  crossdock orders list --status placed --limit 20
  crossdock orders list --reference 536365 --json`

const ordersVoidHelp = `Ask for an order to be called off. The warehouses have the last word: what is not sent is
voided, and of what is sent a return is the way. Customers can do it in the shop until a
part of the order is picked, and have to ask from then on. Nothing is deleted.`

func (p program) ordersCommand() *cobra.Command {
	return group("orders", "List, show, place and change orders", ordersHelp,
		p.ordersListCommand(), p.ordersShowCommand(), p.ordersPlaceCommand(), p.ordersAddressCommand(),
		p.ordersPaidCommand(), p.ordersCaptureCommand(), p.ordersDropCommand(), p.ordersVoidCommand(), p.ordersReturnCommand())
}

func (p program) ordersListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List orders, newest first", Long: ordersListHelp + connectHelp, Example: ordersListExample,
		Args: takesNothing,
	}
	var query api.OrderQuery
	cmd.Flags().StringVar(&query.Status, "status", "", "only those "+either(order.Statuses()))
	cmd.Flags().StringVar(&query.Customer, "customer", "", "only those of the customer with this identifier")
	cmd.Flags().StringVar(&query.Reference, "reference", "", "only those that another system calls so, such as an invoice number")
	limit := limitFlag(cmd, "orders")
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	completes(cmd, "status", words(order.Statuses()))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkLimit(cmd, *limit); err != nil {
			return err
		}
		if err := checkStatus(cmd, "status", query.Status, order.Statuses()); err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			list := api.OrderPage{Orders: []api.Order{}}
			err := pages(*limit, func(size int, cursor string) (int, string, error) {
				query.Limit, query.Cursor = size, cursor
				page, err := client.Orders(ctx, query)
				list.Orders = append(list.Orders, page.Orders...)
				list.Next = page.Next
				return len(page.Orders), page.Next, err
			})
			if err != nil {
				return atStore(ctx, client, err)
			}
			if *asJSON {
				return p.printJSON(list)
			}
			return p.printOrders(list.Orders)
		})
	}
	return cmd
}

func (p program) printOrders(orders []api.Order) error {
	t := newTable(">NUMBER", "PLACED", "STATUS", ">TOTAL", "TO", "FROM", "REFERENCE")
	for _, o := range orders {
		t.add(o.Number, when(o.PlacedAt), listedStatus(o), o.Total, o.Address.Name+", "+string(o.Address.District), shippers(o), o.Reference)
	}
	return p.printTable(t, "")
}

// shippers names the warehouses that an order ships from: not those whose part is
// called off.
func shippers(o api.Order) string {
	var from []string
	for _, f := range o.Fulfillments {
		if f.Status != string(order.VoidedStage) {
			from = append(from, string(f.Warehouse))
		}
	}
	return strings.Join(from, " ")
}

// listedStatus is the status of an order, and whether its money is waited for.
func listedStatus(o api.Order) string {
	if o.Unpaid {
		return o.Status + ", unpaid"
	}
	return o.Status
}

func (p program) ordersVoidCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "void ORDER --reason TEXT", Short: "Call an order off", Long: ordersVoidHelp + connectHelp,
		Example: `  crossdock orders void 1042 --reason "ordered twice"`,
		Args:    takes(1, 1, "an order"),
	}
	reason := cmd.Flags().String("reason", "", "why (required); the customer reads it")
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerOrders(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *reason == "" {
			return wrong(cmd, "%s wants a --reason", nameOf(cmd))
		}
		change := func(ctx context.Context, client *api.Client, which id.Order) (api.Order, error) {
			return client.VoidOrder(ctx, *key, which, *reason)
		}
		return p.changeOrder(cmd, t, orderChange{args[0], *key, *asJSON, change, voidText})
	}
	return cmd
}

func voidText(o api.Order) string {
	if o.Status == "voided" {
		return fmt.Sprintf("order %d is voided", o.Number)
	}
	return fmt.Sprintf("order %d: the void is asked for, and waits for the answers of the warehouses", o.Number)
}

// orderNamed finds an order by its number or its identifier, at the store.
func orderNamed(ctx context.Context, client *api.Client, name string) (id.Order, error) {
	which, err := orderCalled(ctx, client, name)
	return which, atStore(ctx, client, err)
}

// atStore says where to ask when a store was asked for in a process that runs none.
func atStore(ctx context.Context, client *api.Client, err error) error {
	if _, none := withoutStore(ctx, client, err); none {
		return fault.New(fault.NotFound, "no store runs in this process: name that of the store by --data or --server")
	}
	return err
}

// withoutStore reports whether err is there because no store runs in the process,
// and what runs there.
func withoutStore(ctx context.Context, client *api.Client, err error) (api.Version, bool) {
	if !fault.Is(err, fault.NotFound) {
		return api.Version{}, false
	}
	version, unknown := client.Version(ctx)
	return version, unknown == nil && !version.Store
}

// orderCalled is orderNamed with what the process itself says of a failure.
func orderCalled(ctx context.Context, client *api.Client, name string) (id.Order, error) {
	number, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		which, err := id.ParseOrder(name)
		if err != nil {
			return id.Order{}, usage("%s names no order: want a number, or an identifier", fault.Quote(name))
		}
		return which, nil
	}
	page := api.OrderPage{}
	if number > 0 { // 0 would not restrict
		page, err = client.Orders(ctx, api.OrderQuery{Number: number, Limit: 1})
		if err != nil {
			return id.Order{}, err
		}
	}
	if len(page.Orders) == 0 {
		return id.Order{}, fault.New(fault.NotFound, "there is no order %d", number)
	}
	return page.Orders[0].ID, nil
}

// limitFlag says how many rows a list has, or how many of what it counts else.
func limitFlag(cmd *cobra.Command, counts string) *int {
	return cmd.Flags().Int("limit", api.Page, "the most "+counts+"; 0 for all")
}

func checkLimit(cmd *cobra.Command, limit int) error {
	if limit < 0 {
		return wrong(cmd, "--limit %d is below zero", limit)
	}
	return nil
}

const keyUsage = "idempotency key: the same key with the same content has its effect once"

// keyFlag makes a repetition of the command safe.
func keyFlag(cmd *cobra.Command) *string { return cmd.Flags().String("key", "", keyUsage) }

// keyed tells of a key that was used before by the name that the user gave it.
// The server has one of its own for it.
func keyed(err error, key string) error {
	if !fault.Is(err, fault.Mismatch) {
		return err
	}
	return fault.New(fault.Mismatch,
		"the idempotency key %s came before with another content, and nothing was done now: use a new key, or repeat the command as it was", fault.Quote(key))
}

// pages asks for page after page until limit rows are there, or all where limit
// is 0.
func pages(limit int, next func(size int, cursor string) (got int, more string, err error)) error {
	cursor := ""
	for rows := 0; limit == 0 || rows < limit; {
		size := api.MaxPage
		if limit > 0 {
			size = min(size, limit-rows)
		}
		got, more, err := next(size, cursor)
		if err != nil || more == "" {
			return err
		}
		rows, cursor = rows+got, more
	}
	return nil
}
