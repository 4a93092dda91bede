package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/money"
	"crossdock/node/config"
	"crossdock/site/intake"
)

const importHelp = `Read a CSV file of another shop system. A file that breaks the form (a column is
missing, a number cannot be read, a product is unknown ...) is refused as a whole and
changes nothing. Lines that cannot be used are skipped, and the summary says which
and why: nothing is dropped in silence. Importing a file again changes nothing.`

const importProductsHelp = `Read products out of a file with at least the columns StockCode, Description and
UnitPrice, such as a file of orders. Type and Category are read where they are there,
else derived from the name. Policy (in-stock, backorder or preorder), Cap and ReleaseOn
say whether a product is sold before it is there.

With --stock, each product gets that many units of opening stock, divided over the
warehouses, the remainder to the first.`

const importStockHelp = `Read opening stock out of a file with the columns StockCode, Warehouse and Quantity.
The same file is received once.`

const importOrdersHelp = `Replay invoices in order of time out of a file with the columns InvoiceNo, StockCode,
Description, Quantity, InvoiceDate, UnitPrice, CustomerID and Country. An invoice whose
number begins with C cancels: units go back to the newest orders of the same customer.
Each country becomes a district.`

const importExample = `  crossdock import products products.csv --stock 500
  crossdock import stock stock.csv
  crossdock import orders orders.csv --json`

func (p program) importCommand() *cobra.Command {
	cmd := group("import", "Read products, stock or orders from a CSV file", importHelp,
		p.importKind(api.ImportProducts, "Read products", importProductsHelp),
		p.importKind(api.ImportStock, "Read opening stock", importStockHelp),
		p.importKind(api.ImportOrders, "Replay invoices", importOrdersHelp),
	)
	cmd.Example = importExample
	return cmd
}

func (p program) importKind(kind, short, long string) *cobra.Command {
	cmd := &cobra.Command{
		Use: kind + " FILE", Short: short, Long: long + "\n\n" + importHelp + connectHelp,
		Args: takes(1, 1, "one CSV file"),
	}
	var options api.ImportOptions
	if kind == api.ImportProducts {
		cmd.Flags().Int64Var(&options.Stock, "stock", 0, "opening stock of each product in units, divided over the warehouses")
	}
	if kind != api.ImportStock {
		cmd.Flags().StringVar(&options.Currency, "currency", "", "currency of the prices; the shop's where it is not given")
	}
	cmd.Flags().BoolVar(&options.TakeBOM, "bom", false, "take a file that begins with a byte-order mark, as Excel writes it")
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(cobra.FixedCompletions([]cobra.Completion{"csv"}, cobra.ShellCompDirectiveFilterFileExt))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkImport(cmd, options); err != nil {
			return err
		}
		return p.importFile(cmd, t, kind, args[0], options, *asJSON)
	}
	return cmd
}

func checkImport(cmd *cobra.Command, options api.ImportOptions) error {
	if options.Stock < 0 {
		return wrong(cmd, "--stock %d is below zero", options.Stock)
	}
	if options.Currency == "" {
		return nil
	}
	if _, err := money.ParseCurrency(options.Currency); err != nil {
		return wrong(cmd, "--currency: %v", err)
	}
	return nil
}

// importFile opens the file before anything else, so that a wrong name makes no
// data directory.
func (p program) importFile(cmd *cobra.Command, t *target, kind, name string, options api.ImportOptions, asJSON bool) (err error) {
	file, err := os.Open(name)
	if err != nil {
		return fault.New(fault.NotFound, "the file cannot be read: %v", err)
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return errors.Join(fault.New(fault.Invalid, "%s is a directory: want a CSV file", name), file.Close())
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	content := io.Reader(file)
	t.fresh = func(cfg config.Config) error {
		if kind != api.ImportProducts {
			return fault.New(fault.NotFound, "there is no data directory at %s: import products first", cfg.Data)
		}
		read := &bytes.Buffer{}
		err := checkProducts(io.TeeReader(file, read), cfg, options)
		content = io.MultiReader(read, file)
		return inFile(name, err)
	}
	return p.with(cmd, t, needNothing, func(ctx context.Context, client *api.Client) error {
		bar := p.newProgress("import " + kind)
		raw, err := client.Import(ctx, kind, options, io.NopCloser(content), bar.set) // the client would close it
		bar.end()
		if err != nil {
			return inFile(name, err)
		}
		if asJSON {
			return p.printJSON(raw)
		}
		var s summary
		if err := json.Unmarshal(raw, &s); err != nil {
			return fault.Wrap(err, "", "the summary of the import cannot be read")
		}
		return p.printSummary(kind, s)
	})
}

// inFile says in which file something is wrong.
func inFile(name string, err error) error {
	if err == nil {
		return nil
	}
	return fault.Wrap(err, "", "%s", name+": "+explain(err))
}

// checkProducts reads a file as the process will, so that one that is refused
// leaves no new data directory behind.
func checkProducts(file io.Reader, cfg config.Config, options api.ImportOptions) error {
	if !options.TakeBOM {
		var err error
		if file, err = intake.Unmarked(file); err != nil {
			return err
		}
	}
	_, err := intake.Products(file, cmp.Or(money.Currency(options.Currency), cfg.Shop.Currency))
	return err
}
