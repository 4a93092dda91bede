package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/id"
)

const ordersAddressHelp = `Ask for an order to go to another address in its district, or to be told of elsewhere.
What is not given stays as it is. Each warehouse has the last word on its part: what
it has picked goes to the old address.`

const ordersAddressExample = `  crossdock orders address 1042 --street "8 Mill Road" --postal-code NE1 --city Newtown`

const ordersDropHelp = `Call units off that an order waits for: of one line, or all of them. What is in stock
is shipped; an order of which nothing is left is voided.`

const ordersPaidHelp = `Take note that the money of a bank transfer came in. Only then are the warehouses asked
to ship the order.`

func (p program) ordersAddressCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "address ORDER", Short: "Send an order to another address", Long: ordersAddressHelp + connectHelp,
		Example: ordersAddressExample, Args: takes(1, 1, "an order"),
	}
	given := addressFlags(cmd)
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerOrders(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !given.any(cmd) {
			return wrong(cmd, "%s wants what changes, such as --street", nameOf(cmd))
		}
		change := func(ctx context.Context, client *api.Client, which id.Order) (api.Order, error) {
			o, err := client.Order(ctx, which)
			if err != nil {
				return o, err
			}
			return client.ChangeAddress(ctx, *key, which, given.over(cmd, o.Address))
		}
		return p.changeOrder(cmd, t, orderChange{args[0], *key, *asJSON, change, redirectText})
	}
	return cmd
}

// addressInput is the parts of an address as flags; the district is not among them.
type addressInput struct{ address api.Address }

func addressFlags(cmd *cobra.Command) *addressInput {
	input := &addressInput{}
	for _, flag := range input.flags(&input.address) {
		cmd.Flags().StringVar(flag.value, flag.name, "", flag.usage)
	}
	return input
}

type addressFlag struct {
	name, usage string
	value       *string
}

func (*addressInput) flags(of *api.Address) []addressFlag {
	return []addressFlag{
		{"name", "the person that it goes to", &of.Name},
		{"street", "street and number", &of.Street},
		{"postal-code", "postal code", &of.PostalCode},
		{"city", "city", &of.City},
		{"email", "where the customer is written to", &of.Email},
		{"phone", "where the customer is called", &of.Phone},
	}
}

// any reports whether any part was given, be it empty.
func (i *addressInput) any(cmd *cobra.Command) bool {
	for _, flag := range i.flags(&i.address) {
		if cmd.Flags().Changed(flag.name) {
			return true
		}
	}
	return false
}

// over returns an address with the parts that were given in place of its own.
func (i *addressInput) over(cmd *cobra.Command, address api.Address) api.Address {
	into := i.flags(&address)
	for k, flag := range i.flags(&i.address) {
		if cmd.Flags().Changed(flag.name) {
			*into[k].value = *flag.value
		}
	}
	return address
}

func redirectText(o api.Order) string {
	if o.NewAddress != nil {
		return fmt.Sprintf("order %d: the new address is asked for, and waits for the answers of the warehouses", o.Number)
	}
	return fmt.Sprintf("order %d goes to %s", o.Number, addressText(o.Address))
}

func (p program) ordersDropCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "drop ORDER --reason TEXT", Short: "Call off what an order waits for", Long: ordersDropHelp + connectHelp,
		Example: `  crossdock orders drop 1042 --line 2 --reason "the customer cannot wait"`,
		Args:    takes(1, 1, "an order"),
	}
	request := api.DropRequest{}
	cmd.Flags().IntVar(&request.Line, "line", 0, "only this line of the order")
	cmd.Flags().StringVar(&request.Reason, "reason", "", "why (required); the customer reads it")
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerOrders(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if request.Reason == "" {
			return wrong(cmd, "%s wants a --reason", nameOf(cmd))
		}
		if cmd.Flags().Changed("line") && request.Line < 1 {
			return wrong(cmd, "--line %d: the lines of an order count from 1", request.Line)
		}
		change := func(ctx context.Context, client *api.Client, which id.Order) (api.Order, error) {
			return client.DropBackorders(ctx, *key, which, request)
		}
		return p.changeOrder(cmd, t, orderChange{args[0], *key, *asJSON, change, dropText})
	}
	return cmd
}

func dropText(o api.Order) string {
	if o.Status == "voided" {
		return fmt.Sprintf("order %d is voided: nothing of it is left", o.Number)
	}
	var units int64
	for _, wait := range o.Waiting {
		units += wait.Quantity
	}
	if units > 0 {
		return fmt.Sprintf("order %d waits for %s still", o.Number, count(int(units), "unit"))
	}
	return fmt.Sprintf("order %d waits for nothing any more", o.Number)
}

func (p program) ordersPaidCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "paid ORDER", Short: "Note that a bank transfer came in", Long: ordersPaidHelp + connectHelp,
		Example: `  crossdock orders paid 1042 --reference "statement 12, line 7"`,
		Args:    takes(1, 1, "an order"),
	}
	received := api.PaymentReceived{}
	cmd.Flags().StringVar(&received.Reference, "reference", "", "where it stands in the statement of the bank")
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerOrders(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		change := func(ctx context.Context, client *api.Client, which id.Order) (api.Order, error) {
			return client.ConfirmPayment(ctx, *key, which, received)
		}
		return p.changeOrder(cmd, t, orderChange{args[0], *key, *asJSON, change, paidText})
	}
	return cmd
}

func paidText(o api.Order) string {
	if o.Unpaid {
		return fmt.Sprintf("order %d: the money is noted, and the order is not paid yet", o.Number)
	}
	return fmt.Sprintf("order %d is paid", o.Number)
}

// orderChange is a command on an order that stands.
type orderChange struct {
	order  string // its number or identifier
	key    string
	asJSON bool
	change func(context.Context, *api.Client, id.Order) (api.Order, error)
	tell   func(api.Order) string // what has come of it
}

func (p program) changeOrder(cmd *cobra.Command, t *target, c orderChange) error {
	return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
		which, err := orderNamed(ctx, client, c.order)
		if err != nil {
			return err
		}
		o, err := c.change(ctx, client, which)
		if err != nil {
			return keyed(err, c.key)
		}
		if c.asJSON {
			return p.printJSON(o)
		}
		return p.print("%s\n", printable(c.tell(o)))
	})
}
