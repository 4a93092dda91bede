package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/date"
	"crossdock/core/id"
)

const purchasesAnnounceHelp = `Announce what a supplier will deliver to a warehouse: units of each product and, where it
is known, the day.`

const purchasesAnnounceExample = `  crossdock purchases announce --at wh1 PO-1001 85123A=120@2026-12-01 71053=40`

const purchasesChangeHelp = `Change one product of a purchase: it comes later or sooner, there are more of it or fewer.
The orders that wait for it are told of the new day, and those for which there is not
enough any more are served from elsewhere, or called off.`

const purchasesChangeExample = `  crossdock purchases change --at wh1 PO-1001 85123A --due 2026-12-15
  crossdock purchases change --at wh1 PO-1001 85123A --units 80 --due unknown`

const purchasesCancelHelp = `Call off all that has not come in of a purchase. The orders that wait for it are served
from elsewhere, or called off.`

func (p program) purchasesAnnounceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "announce --at WAREHOUSE PURCHASE SKU=UNITS[@DATE]...", Short: "Announce what a supplier will deliver",
		Long: purchasesAnnounceHelp + connectHelp, Example: purchasesAnnounceExample,
		Args: takes(2, -1, "the name of the purchase and at least one SKU=UNITS or SKU=UNITS@DATE"),
	}
	at := cmd.Flags().String("at", "", "the warehouse that it comes to")
	supplier := cmd.Flags().String("supplier", "", "who delivers")
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	completes(cmd, "at", p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *at == "" {
			return wrong(cmd, "%s wants --at WAREHOUSE", nameOf(cmd))
		}
		expected, err := readExpected(cmd, args[1:])
		if err != nil {
			return err
		}
		request := api.PurchaseRequest{ID: args[0], Supplier: *supplier, Lines: expected}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			purchase, err := client.AnnouncePurchase(ctx, *key, id.Site(*at), request)
			return p.printPurchase(purchase, keyed(err, *key), *asJSON)
		})
	}
	return cmd
}

// readExpected reads SKU=UNITS and SKU=UNITS@DATE. A product named twice is likely
// a slip.
func readExpected(cmd *cobra.Command, args []string) ([]api.ExpectedLine, error) {
	var all []api.ExpectedLine
	for _, arg := range args {
		code, rest, found := strings.Cut(arg, "=")
		if !found {
			return nil, wrong(cmd, "%q is not of the form SKU=UNITS or SKU=UNITS@DATE", arg)
		}
		sku, err := id.ParseSKU(code)
		if err != nil {
			return nil, wrong(cmd, "%v", err)
		}
		number, due, dated := strings.Cut(rest, "@")
		units, err := readUnits(cmd, arg, number)
		if err != nil {
			return nil, err
		}
		if day, err := date.Parse(due); err != nil || dated && day.IsZero() {
			return nil, wrong(cmd, "%q: want a date such as 2026-12-01 after the @", arg)
		}
		if slices.ContainsFunc(all, func(line api.ExpectedLine) bool { return line.SKU == sku }) {
			return nil, wrong(cmd, "%s is there twice", sku)
		}
		all = append(all, api.ExpectedLine{SKU: sku, Quantity: units, Due: due})
	}
	return all, nil
}

// dueUnknown is the word for a day that nobody knows.
const dueUnknown = "unknown"

func (p program) purchasesChangeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "change --at WAREHOUSE PURCHASE SKU", Short: "Change a product of a purchase", Long: purchasesChangeHelp + connectHelp,
		Example: purchasesChangeExample, Args: takes(2, 2, "a purchase and a SKU"),
	}
	at := cmd.Flags().String("at", "", "the warehouse that it comes to")
	units := cmd.Flags().Int64("units", 0, "the new total, with what has come in")
	due := cmd.Flags().String("due", "", "the new day, such as 2026-12-15, or "+dueUnknown)
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerPurchases(t, at))
	completes(cmd, "at", p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *at == "" || !cmd.Flags().Changed("units") && !cmd.Flags().Changed("due") {
			return wrong(cmd, "%s wants --at WAREHOUSE, and --units UNITS or --due DATE", nameOf(cmd))
		}
		change, err := readChange(cmd, args[1], *units, *due)
		if err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			purchase, err := client.ChangePurchase(ctx, *key, id.Site(*at), args[0], change)
			return p.printPurchase(purchase, keyed(err, *key), *asJSON)
		})
	}
	return cmd
}

func readChange(cmd *cobra.Command, code string, units int64, due string) (api.PurchaseChange, error) {
	sku, err := id.ParseSKU(code)
	if err != nil {
		return api.PurchaseChange{}, wrong(cmd, "%v", err)
	}
	change := api.PurchaseChange{SKU: sku}
	if cmd.Flags().Changed("units") {
		if units < 0 {
			return change, wrong(cmd, "--units %d is below zero", units)
		}
		change.Quantity = &units
	}
	if !cmd.Flags().Changed("due") {
		return change, nil
	}
	if due == dueUnknown {
		due = ""
	} else if day, err := date.Parse(due); err != nil || day.IsZero() {
		return change, wrong(cmd, "--due %q: want a date such as 2026-12-15, or %s", due, dueUnknown)
	}
	change.Due = &due
	return change, nil
}

func (p program) purchasesCancelCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "cancel --at WAREHOUSE PURCHASE", Short: "Call a purchase off", Long: purchasesCancelHelp + connectHelp,
		Example: "  crossdock purchases cancel --at wh1 PO-1001", Args: takes(1, 1, "a purchase"),
	}
	at := cmd.Flags().String("at", "", "the warehouse that it comes to")
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerPurchases(t, at))
	completes(cmd, "at", p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *at == "" {
			return wrong(cmd, "%s wants --at WAREHOUSE", nameOf(cmd))
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			purchase, err := client.CancelPurchase(ctx, *key, id.Site(*at), args[0])
			return p.printPurchase(purchase, keyed(err, *key), *asJSON)
		})
	}
	return cmd
}
