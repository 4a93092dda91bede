package main

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/id"
)

const purchasesHelp = `List what suppliers have announced to a warehouse, announce more, or change it. The store
sells products ahead out of it where their policy allows that; what has come in is booked
by "crossdock stock receive --purchase".`

const purchasesListHelp = `List the purchases of a warehouse, or of every warehouse of the process, by name.`

const purchasesShowHelp = `Show a purchase, closed or not: what of each product has come in, what is still to come,
and what of that each store has sold ahead or may still sell, as far as the policy of the
product lets it. What comes in first is sold first. Of a store that runs elsewhere nobody
says here what it has sold.`

func (p program) purchasesCommand() *cobra.Command {
	return group("purchases", "List, announce and change what suppliers will deliver", purchasesHelp,
		p.purchasesListCommand(), p.purchasesShowCommand(), p.purchasesAnnounceCommand(),
		p.purchasesChangeCommand(), p.purchasesCancelCommand())
}

func (p program) purchasesListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List purchases, by name", Long: purchasesListHelp + connectHelp,
		Example: "  crossdock purchases list --at wh1 --open", Args: takesNothing,
	}
	at := cmd.Flags().String("at", "", "only those of this warehouse")
	open := cmd.Flags().Bool("open", false, "only those of which something is still to come")
	limit := limitFlag(cmd, "purchases")
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	completes(cmd, "at", p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkLimit(cmd, *limit); err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			list, err := purchasesAt(ctx, client, *at, *open, *limit)
			if err != nil {
				return err
			}
			if *asJSON {
				return p.printJSON(api.PurchasePage{Purchases: list})
			}
			return p.printPurchases(list)
		})
	}
	return cmd
}

// purchasesAt asks one warehouse, or each of the process when none is named.
func purchasesAt(ctx context.Context, client *api.Client, at string, open bool, limit int) ([]api.Purchase, error) {
	list := []api.Purchase{}
	err := eachWarehouse(ctx, client, at, limit, func(site id.Site, size int, cursor string) (int, string, error) {
		page, err := client.Purchases(ctx, site, api.PurchaseQuery{Open: open, Limit: size, Cursor: cursor})
		list = append(list, page.Purchases...)
		return len(page.Purchases), page.Next, err
	})
	return list, err
}

func (p program) printPurchases(list []api.Purchase) error {
	t := newTable("WAREHOUSE", "PURCHASE", "SUPPLIER", "STATUS", ">SKUS", ">ANNOUNCED", ">OPEN", "NEXT DUE", "CHANGED")
	for _, purchase := range list {
		var announced, open int64
		due := ""
		for _, line := range purchase.Lines {
			announced += line.Announced
			open += line.Open
			if line.Open > 0 && line.Due != "" && (due == "" || line.Due < due) {
				due = line.Due
			}
		}
		if open > 0 {
			due = cmp.Or(due, "unknown")
		}
		t.add(purchase.Warehouse, purchase.ID, purchase.Supplier, purchaseStatus(purchase), len(purchase.Lines), announced, open, due, when(purchase.ChangedAt))
	}
	return p.printTable(t, "")
}

func purchaseStatus(purchase api.Purchase) string {
	if purchase.Closed {
		return "closed"
	}
	return "open"
}

func (p program) purchasesShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show --at WAREHOUSE PURCHASE", Short: "Show a purchase and what of it has come in", Long: purchasesShowHelp + connectHelp,
		Example: "  crossdock purchases show --at wh1 PO-1001", Args: takes(1, 1, "a purchase"),
	}
	at := cmd.Flags().String("at", "", "the warehouse that it comes to")
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerPurchases(t, at))
	completes(cmd, "at", p.offerSites(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *at == "" {
			return wrong(cmd, "%s wants --at WAREHOUSE", nameOf(cmd))
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			purchase, err := client.Purchase(ctx, id.Site(*at), args[0])
			return p.printPurchase(purchase, err, *asJSON)
		})
	}
	return cmd
}

// printPurchase shows what a purchase is, or is now.
func (p program) printPurchase(purchase api.Purchase, err error, asJSON bool) error {
	if err != nil {
		return err
	}
	if purchase.Replay {
		say(p.stderr, "crossdock: the key was known: nothing was changed now")
	}
	if asJSON {
		return p.printJSON(purchase)
	}
	head := newTable("PURCHASE", purchase.ID)
	head.add("warehouse", purchase.Warehouse)
	head.add("supplier", cmp.Or(purchase.Supplier, "-"))
	head.add("status", purchaseStatus(purchase))
	head.add("announced", when(purchase.AnnouncedAt))
	head.add("changed", when(purchase.ChangedAt))
	if err := p.printTable(head, ""); err != nil {
		return err
	}
	if err := p.print("\nLines\n"); err != nil {
		return err
	}
	t := newTable("SKU", ">ANNOUNCED", ">RECEIVED", ">CALLED OFF", ">OPEN", "DUE", "SOLD AHEAD", "TO SELL AHEAD")
	for _, line := range purchase.Lines {
		due := ""
		if line.Open > 0 {
			due = cmp.Or(line.Due, "unknown")
		}
		t.add(line.SKU, line.Announced, line.Received, line.Withdrawn, line.Open, due, sharesText(line.Shares, soldText), sharesText(line.Shares, unsoldText))
	}
	return p.printTable(t, "  ")
}

// sharesText says of each store how many units it sells ahead.
func sharesText(shares []api.Share, units func(api.Share) string) string {
	words := make([]string, len(shares))
	for i, share := range shares {
		words[i] = string(share.Store) + " " + units(share)
	}
	return strings.Join(words, ", ")
}

// soldText is what a store has sold of its share.
func soldText(share api.Share) string {
	if share.Sold == nil {
		return "unknown"
	}
	return strconv.FormatInt(*share.Sold, 10)
}

// unsoldText is what a store may still sell of its share.
func unsoldText(share api.Share) string {
	if share.Sold == nil {
		return "at most " + strconv.FormatInt(share.Quantity, 10)
	}
	return strconv.FormatInt(share.Quantity-*share.Sold, 10)
}
