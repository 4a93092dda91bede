package main

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/order"
)

const ordersShowHelp = `Show an order: its lines, which warehouse ships what and why it was chosen, what has
happened, and what the customer was told.`

func (p program) ordersShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show ORDER", Short: "Show an order and why it ships from where", Long: ordersShowHelp + connectHelp,
		Example: "  crossdock orders show 1042", Args: takes(1, 1, "an order"),
	}
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerOrders(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			which, err := orderNamed(ctx, client, args[0])
			if err != nil {
				return err
			}
			o, err := client.Order(ctx, which)
			if err != nil {
				return err
			}
			if *asJSON {
				return p.printJSON(o)
			}
			return p.printOrder(o)
		})
	}
	return cmd
}

func (p program) printOrder(o api.Order) error {
	if err := p.printTable(orderHead(o), ""); err != nil {
		return err
	}
	for _, part := range []struct {
		title string
		table *table
	}{
		{"Lines", orderLines(o)},
		{"Fulfillments", orderFulfillments(o)},
		{"Why these warehouses", orderReasons(o)},
		{"What has happened", orderEvents(o)},
		{"What the customer was told", orderNotices(o)},
	} {
		if len(part.table.rows) == 0 {
			continue
		}
		if err := p.print("\n%s\n", part.title); err != nil {
			return err
		}
		if err := p.printTable(part.table, "  "); err != nil {
			return err
		}
	}
	return nil
}

func orderHead(o api.Order) *table {
	where := []string{o.Address.Name}
	for _, part := range []string{o.Address.Street, strings.TrimSpace(o.Address.PostalCode + " " + o.Address.City), string(o.Address.District)} {
		if part != "" {
			where = append(where, part)
		}
	}
	t := newTable("ORDER", strconv.FormatInt(o.Number, 10))
	t.add("id", o.ID)
	t.add("status", orderStatus(o))
	if voidPending(o) && o.Reason != "" {
		t.add("reason", o.Reason)
	}
	t.add("placed", when(o.PlacedAt)+" at "+string(o.Store))
	t.add("customer", cmp.Or(o.Customer, "guest"))
	t.add("to", strings.Join(where, ", "))
	if o.Reference != "" {
		t.add("reference", o.Reference)
	}
	t.add("payment", o.Payment)
	t.add("total", o.Total)
	return t
}

// orderStatus says where an order stands, and why where it was called off.
func orderStatus(o api.Order) string {
	switch {
	case voidPending(o):
		return o.Status + "; a void was asked, the warehouses decide"
	case o.Reason != "":
		return o.Status + ": " + o.Reason
	}
	return o.Status
}

// voidPending reports whether a void waits for answers. An order that is voided
// still says that it was asked for.
func voidPending(o api.Order) bool { return o.VoidAsked && o.Status != string(order.Voided) }

func orderLines(o api.Order) *table {
	t := newTable(">LINE", "SKU", "PRODUCT", ">PRICE", ">ORDERED", ">VOIDED", ">RETURNED")
	for _, line := range o.Lines {
		t.add(line.Line, line.SKU, line.Name, line.Price, line.Quantity, line.Voided, line.Returned)
	}
	return t
}

func orderFulfillments(o api.Order) *table {
	t := newTable("WAREHOUSE", "STATUS", "CHANGED", "ID", "SHIPS")
	for _, f := range o.Fulfillments {
		t.add(f.Warehouse, f.Status, when(f.ChangedAt), f.ID, shipping(unitsOf(f.Lines)))
	}
	return t
}

func orderReasons(o api.Order) *table {
	t := newTable("RULE", "WAREHOUSE", "VERDICT", "WHAT", ">WANTED", ">GOT", "NOTE")
	for _, step := range o.Why {
		what := string(step.SKU)
		if what == "" && step.Lines > 0 {
			what = count(step.Lines, "line")
		}
		t.add(step.Rule, step.Warehouse, step.Verdict, what, step.Wanted, step.Got, step.Note)
	}
	return t
}

func orderEvents(o api.Order) *table {
	t := newTable("AT", "SITE", "WHAT", "TEXT")
	for _, e := range o.Events {
		t.add(when(e.At), e.Site, e.Kind, e.Text)
	}
	return t
}

func orderNotices(o api.Order) *table {
	t := newTable("AT", "BY", "TEXT")
	for _, n := range o.Notices {
		t.add(when(n.At), n.Channel, n.Text)
	}
	return t
}
