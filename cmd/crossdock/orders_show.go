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

const ordersShowHelp = `Show an order: its lines, when they arrive and which units are still to come in, which
warehouse ships what and why it was chosen, the steps of the payment, what comes back,
what has happened, and what the customer was told.`

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
			returns, err := client.OrderReturns(ctx, which)
			if err != nil {
				return err
			}
			if *asJSON {
				return p.printJSON(orderJSON{o, returns})
			}
			return p.printOrder(o, returns)
		})
	}
	return cmd
}

// orderJSON is an order with what comes back of it.
type orderJSON struct {
	api.Order
	Returns []api.Return `json:"returns"`
}

func (p program) printOrder(o api.Order, returns []api.Return) error {
	if err := p.printTable(orderHead(o), ""); err != nil {
		return err
	}
	for _, part := range []struct {
		title string
		table *table
	}{
		{"Lines", orderLines(o)},
		{"Still to come in", orderWaits(o)},
		{"Fulfillments", orderFulfillments(o)},
		{"Why these warehouses", reasons(o.Why)},
		{"Payment", orderPayments(o)},
		{"Returns", returnLines(returns)},
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
	t := newTable("ORDER", strconv.FormatInt(o.Number, 10))
	t.add("id", o.ID)
	t.add("status", orderStatus(o))
	if voidPending(o) && o.Reason != "" {
		t.add("reason", o.Reason)
	}
	t.add("placed", when(o.PlacedAt)+" at "+string(o.Store))
	t.add("customer", cmp.Or(o.Customer, "guest"))
	t.add("to", addressText(o.Address))
	if o.NewAddress != nil {
		t.add("new address", addressText(*o.NewAddress)+"; the warehouses decide")
	}
	if o.Promise != nil && o.Status != string(order.Voided) {
		t.add("arrives", promiseText(o.Promise))
	}
	if o.Reference != "" {
		t.add("reference", o.Reference)
	}
	t.add("payment", orderPayment(o))
	t.add("total", o.Total)
	return t
}

// addressText writes an address on one line.
func addressText(a api.Address) string {
	where := []string{a.Name}
	for _, part := range []string{a.Street, strings.TrimSpace(a.PostalCode + " " + a.City), string(a.District)} {
		if part != "" {
			where = append(where, part)
		}
	}
	return strings.Join(where, ", ")
}

func orderPayment(o api.Order) string {
	if o.Unpaid {
		return o.Payment + "; unpaid, no warehouse is asked before"
	}
	return o.Payment
}

// promiseText writes the days on which something arrives; none is empty.
func promiseText(promise *api.Promise) string {
	switch {
	case promise == nil:
		return ""
	case promise.From == promise.To:
		return promise.To
	}
	return promise.From + " to " + promise.To
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

// orderWaits is units that were sold before they are there.
func orderWaits(o api.Order) *table {
	t := newTable(">LINE", "SKU", ">UNITS", "WAREHOUSE", "DUE")
	for _, wait := range o.Waiting {
		t.add(wait.Line, wait.SKU, wait.Quantity, cmp.Or(wait.Warehouse, "-"), cmp.Or(wait.Due, "unknown"))
	}
	return t
}

func orderFulfillments(o api.Order) *table {
	t := newTable("WAREHOUSE", "STATUS", "CHANGED", "ID", "SHIPS", "ARRIVES", "NOTE")
	for _, f := range o.Fulfillments {
		arrives := promiseText(f.Promise)
		if f.Status == string(order.VoidedStage) {
			arrives = ""
		}
		t.add(f.Warehouse, f.Status, when(f.ChangedAt), f.ID, shipping(unitsOf(f.Lines)), arrives, fulfillmentNote(f))
	}
	return t
}

// fulfillmentNote says what is about to happen to a fulfillment, if anything.
func fulfillmentNote(f api.OrderFulfillment) string {
	var notes []string
	switch {
	case f.Unasked && f.NotBefore != "":
		notes = append(notes, "not asked before "+f.NotBefore)
	case f.Unasked:
		notes = append(notes, "not asked yet")
	}
	if f.MovingTo != "" {
		notes = append(notes, "moves to "+string(f.MovingTo))
	}
	switch f.Redirect {
	case "asked":
		notes = append(notes, "asked for the new address")
	case "done":
		notes = append(notes, "goes to the new address")
	case "refused":
		notes = append(notes, "goes to the old address")
	}
	return strings.Join(notes, "; ")
}

// reasons is the steps of a choice of warehouses.
func reasons(why []api.Step) *table {
	t := newTable("RULE", "WAREHOUSE", "VERDICT", "WHAT", ">WANTED", ">GOT", "NOTE")
	for _, step := range why {
		what := string(step.SKU)
		if what == "" && step.Lines > 0 {
			what = count(step.Lines, "line")
		}
		t.add(step.Rule, step.Warehouse, step.Verdict, what, step.Wanted, step.Got, step.Note)
	}
	return t
}

func orderPayments(o api.Order) *table {
	t := newTable("AT", "STEP", "STATE", ">AMOUNT", "BY", "REFERENCE", "NOTE")
	for _, step := range o.Transactions {
		note := step.Reason
		if step.NextAt != nil {
			note = strings.TrimPrefix(note+"; asked again "+when(*step.NextAt), "; ")
		}
		t.add(when(step.At), step.Kind, step.State, step.Amount, step.Provider, step.Reference, note)
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
