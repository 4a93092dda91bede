package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
)

const stockHelp = `List stock, book goods that came in, or correct the books after a count.`

const stockListHelp = `List stock by product. With --at it is what the warehouse itself says; without, what
the store knows of every warehouse, and what it holds to sell (HELD): that is as old
as the link to the warehouse, see "crossdock links".`

const stockReceiveHelp = `Book goods that came in at a warehouse, in units. With --purchase they are what a
supplier had announced, and the orders that wait for them are served first.`

const stockReceiveExample = `  crossdock stock receive --at wh1 85123A=120 71053=40 --note "delivery 7781"
  crossdock stock receive --at wh1 --purchase PO-1001 85123A=120`

const stockAdjustHelp = `Correct the books of a warehouse after a count. Units that the store has promised
already cannot be taken away.`

const stockAdjustExample = `  crossdock stock adjust --at wh1 85123A --by -3 --reason broken`

func (p program) stockCommand() *cobra.Command {
	return group("stock", "List, receive and adjust stock", stockHelp,
		p.stockListCommand(), p.stockReceiveCommand(), p.stockAdjustCommand())
}

func (p program) stockListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List stock by product", Long: stockListHelp + connectHelp,
		Example: "  crossdock stock list --sku 85123A\n  crossdock stock list --at wh1 --limit 0 --json",
		Args:    takesNothing,
	}
	at := cmd.Flags().String("at", "", "what this warehouse says")
	sku := cmd.Flags().String("sku", "", "only this product")
	limit := limitFlag(cmd, "SKUs, each with a row per warehouse")
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	completes(cmd, "at", p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkLimit(cmd, *limit); err != nil {
			return err
		}
		query := api.StockQuery{SKU: id.SKU(*sku)}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			if *at != "" {
				return p.listLevels(ctx, client, id.Site(*at), query, *limit, *asJSON)
			}
			return p.listStock(ctx, client, query, *limit, *asJSON)
		})
	}
	return cmd
}

func (p program) listLevels(ctx context.Context, client *api.Client, at id.Site, query api.StockQuery, limit int, asJSON bool) error {
	list := api.LevelPage{Levels: []api.Level{}}
	err := pages(limit, func(size int, cursor string) (int, string, error) {
		query.Limit, query.Cursor = size, cursor
		page, err := client.WarehouseStock(ctx, at, query)
		list.Levels = append(list.Levels, page.Levels...)
		list.Next = page.Next
		return len(page.Levels), page.Next, err
	})
	if err == nil && len(list.Levels) == 0 {
		err = checkProduct(ctx, client, query.SKU, at)
	}
	if err != nil {
		return err
	}
	if asJSON {
		return p.printJSON(list)
	}
	return p.printLevels(list.Levels)
}

func (p program) listStock(ctx context.Context, client *api.Client, query api.StockQuery, limit int, asJSON bool) error {
	list := api.StockPage{Stock: []api.Stock{}}
	err := pages(limit, func(size int, cursor string) (int, string, error) {
		query.Limit, query.Cursor = size, cursor
		page, err := client.Stock(ctx, query)
		list.Stock = append(list.Stock, page.Stock...)
		list.Next = page.Next
		return skus(page.Stock), page.Next, err
	})
	if err == nil && len(list.Stock) == 0 {
		err = checkProduct(ctx, client, query.SKU, "")
	}
	if runs, none := withoutStore(ctx, client, err); none {
		err = fault.New(fault.NotFound, "no store runs in this process: give --at %s to see what the warehouse itself says", either(runs.Warehouses))
	}
	if err != nil {
		return err
	}
	if asJSON {
		return p.printJSON(list)
	}
	t := newTable("SKU", "WAREHOUSE", ">HELD", ">ON HAND", ">AVAILABLE", ">QUOTA", ">ALLOCATED", ">PICKED")
	for _, s := range list.Stock {
		t.add(s.SKU, s.Warehouse, s.Held, s.OnHand, s.Available, s.Quota, s.Allocated, s.Picked)
	}
	return p.printTable(t, "")
}

// checkProduct tells a product without stock, which is no error, from one that
// does not exist. Where no store can be asked, what the warehouse at has never had
// counts as not there. No SKU is nothing to check.
func checkProduct(ctx context.Context, client *api.Client, sku id.SKU, at id.Site) error {
	if sku == "" {
		return nil
	}
	version, err := client.Version(ctx)
	if err != nil {
		return err
	}
	if !version.Store {
		return fault.New(fault.NotFound, "%s has never had the product %s", at, sku)
	}
	_, err = client.Product(ctx, sku)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "there is no product %s", sku)
	}
	return err
}

// skus counts the products of a page, which is what its limit counts.
func skus(page []api.Stock) int {
	seen := make(map[id.SKU]bool)
	for _, s := range page {
		seen[s.SKU] = true
	}
	return len(seen)
}

func (p program) printLevels(levels []api.Level) error {
	t := newTable("SKU", "WAREHOUSE", ">ON HAND", ">AVAILABLE", ">QUOTA", ">ALLOCATED", ">PICKED")
	for _, l := range levels {
		t.add(l.SKU, l.Warehouse, l.OnHand, l.Available, l.Quota, l.Allocated, l.Picked)
	}
	return p.printTable(t, "")
}

func (p program) stockReceiveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "receive --at WAREHOUSE SKU=UNITS...", Short: "Book goods that came in", Long: stockReceiveHelp + connectHelp,
		Example: stockReceiveExample, Args: takes(1, -1, "at least one SKU=UNITS"),
	}
	at := cmd.Flags().String("at", "", "the warehouse that they came to")
	receipt := api.Receipt{}
	cmd.Flags().StringVar(&receipt.Purchase, "purchase", "", "the purchase that announced them, such as PO-1001")
	cmd.Flags().StringVar(&receipt.Note, "note", "", "such as the number of the delivery note")
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	completes(cmd, "at", p.offerSites(t))
	completes(cmd, "purchase", p.offerPurchases(t, at))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *at == "" {
			return wrong(cmd, "%s wants --at WAREHOUSE", nameOf(cmd))
		}
		var err error
		if receipt.Items, err = readItems(cmd, args); err != nil {
			return err
		}
		return p.with(cmd, t, needNothing, func(ctx context.Context, client *api.Client) error {
			stocked, err := client.Receive(ctx, *key, id.Site(*at), receipt)
			return p.printStocked(stocked, keyed(err, *key), *asJSON)
		})
	}
	return cmd
}

// readItems reads SKU=UNITS. A product named twice is likely a slip.
func readItems(cmd *cobra.Command, args []string) ([]api.Wanted, error) {
	var items []api.Wanted
	for _, arg := range args {
		code, number, found := strings.Cut(arg, "=")
		if !found {
			return nil, wrong(cmd, "%q is not of the form SKU=UNITS", arg)
		}
		sku, err := id.ParseSKU(code)
		if err != nil {
			return nil, wrong(cmd, "%v", err)
		}
		units, err := readUnits(cmd, arg, number)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(items, func(item api.Wanted) bool { return item.SKU == sku }) {
			return nil, wrong(cmd, "%s is there twice", sku)
		}
		items = append(items, api.Wanted{SKU: sku, Quantity: units})
	}
	return items, nil
}

// readUnits reads the number of units in an argument such as SKU=UNITS.
func readUnits(cmd *cobra.Command, arg, number string) (int64, error) {
	units, err := strconv.ParseInt(number, 10, 64)
	if err != nil || units <= 0 {
		return 0, wrong(cmd, "%q: want a whole number of units above zero after the =", arg)
	}
	return units, nil
}

func (p program) stockAdjustCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "adjust --at WAREHOUSE SKU --by UNITS --reason TEXT", Short: "Correct the books after a count", Long: stockAdjustHelp + connectHelp,
		Example: stockAdjustExample, Args: takes(1, 1, "one SKU"),
	}
	at := cmd.Flags().String("at", "", "the warehouse that was counted")
	by := cmd.Flags().Int64("by", 0, "units found; below zero, units lost")
	reason := cmd.Flags().String("reason", "", "why")
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	completes(cmd, "at", p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *at == "" || *by == 0 || *reason == "" {
			return wrong(cmd, "%s wants --at WAREHOUSE, --by UNITS other than 0, and --reason TEXT", nameOf(cmd))
		}
		sku, err := id.ParseSKU(args[0])
		if err != nil {
			return wrong(cmd, "%v", err)
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			stocked, err := client.Adjust(ctx, *key, id.Site(*at), api.Adjustment{SKU: sku, Delta: *by, Reason: *reason})
			return p.printStocked(stocked, keyed(err, *key), *asJSON)
		})
	}
	return cmd
}

func (p program) printStocked(stocked api.Stocked, err error, asJSON bool) error {
	if err != nil {
		return err
	}
	if stocked.Replay {
		say(p.stderr, "crossdock: the key was known: nothing was booked now")
	}
	if asJSON {
		return p.printJSON(stocked)
	}
	return p.printLevels(stocked.Levels)
}
