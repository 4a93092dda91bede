package node

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"slices"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/site/intake"
	"crossdock/site/store"
	"crossdock/site/warehouse"
	"crossdock/site/writer"
)

// ImportOptions say how a file is to be read.
type ImportOptions struct {
	Currency money.Currency // of the prices; empty: the shop's
	Stock    int64          // opening stock of each product, divided over the warehouses; 0: none
	TakeBOM  bool           // take a file that begins with a byte-order mark
	Key      string         // of idempotency: with another file it is fault.Mismatch; may be empty
}

// Import reads a file of products, stock or orders into the sites of this
// process. A file that is not well-formed changes nothing. progress hears how
// many of how many things are done; it may be nil.
func (n *Node) Import(ctx context.Context, kind string, options ImportOptions, file io.Reader, progress func(done, total int)) (ImportSummary, error) {
	if n.store == nil {
		return ImportSummary{}, fault.New(fault.NotFound,
			"this process runs no store, which is where files are imported; goods that come in here are booked by \"crossdock stock receive\"")
	}
	if options.Currency == "" {
		options.Currency = money.Currency(n.config.Shop.Currency)
	}
	if !options.TakeBOM {
		var err error
		if file, err = intake.Unmarked(file); err != nil {
			return ImportSummary{}, err
		}
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	read := &importedFile{Reader: file, content: sha256.New(), kind: kind, options: options}
	began := time.Now()
	summary, err := n.importKind(ctx, kind, options, read, progress)
	summary.Seconds = time.Since(began).Seconds()
	return summary, err
}

// importedFile is a file that is imported, with what it was until now.
type importedFile struct {
	io.Reader
	content hash.Hash
	kind    string
	options ImportOptions
}

// Read implements io.Reader.
func (f *importedFile) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	f.content.Write(p[:n])
	return n, err
}

// claim binds the key of an import to its file, which was read to its end, before
// anything of it is done. A second import of the same file finds by itself what is
// done already, so that nothing else has to be remembered: the store is told to
// take nothing back.
func (n *Node) claim(ctx context.Context, file *importedFile) error {
	if file.options.Key == "" {
		return nil
	}
	text := fmt.Sprintf("import %s %s %d %x", file.kind, file.options.Currency, file.options.Stock, file.content.Sum(nil))
	_, err := n.store.Do(ctx, store.TakeBack{
		Key:   store.Key{Name: file.options.Key, BodyHash: sha256.Sum256([]byte(text))},
		Match: func([]order.Order) []store.Claim { return nil },
	})
	return err
}

func (n *Node) importKind(ctx context.Context, kind string, options ImportOptions, file *importedFile, progress func(int, int)) (ImportSummary, error) {
	switch kind {
	case "products":
		return n.importProducts(ctx, options, file, progress)
	case "stock":
		return n.importStock(ctx, file, progress)
	case "orders":
		return n.importOrders(ctx, options, file, progress)
	default:
		return ImportSummary{}, fault.New(fault.Invalid, "%s cannot be imported: want products, stock or orders", fault.Quote(kind))
	}
}

// ImportSummary is what an import ends with. Stock is there where products came
// with opening stock.
type ImportSummary struct {
	intake.Summary
	Stock   *intake.Summary `json:"stock,omitempty"`
	Seconds float64         `json:"seconds"` // from the first byte read to the last commit
}

func (n *Node) importProducts(ctx context.Context, options ImportOptions, file *importedFile, progress func(int, int)) (ImportSummary, error) {
	plan, err := intake.Products(file, options.Currency)
	if err != nil {
		return ImportSummary{}, err
	}
	var warehouses []id.Site
	if options.Stock > 0 { // what cannot be received is refused before a product is listed
		if warehouses, err = n.everyWarehouse(ctx); err == nil {
			err = n.checkHere(warehouses)
		}
		if err != nil {
			return ImportSummary{}, err
		}
	}
	if err := n.claim(ctx, file); err != nil {
		return ImportSummary{}, err
	}
	summary := ImportSummary{Summary: plan.Summary()}
	if err := n.listProducts(ctx, plan.Products, &summary.Summary, progress); err != nil || options.Stock == 0 {
		return summary, err
	}
	skus := make([]id.SKU, len(plan.Products))
	for i, product := range plan.Products {
		skus[i] = product.SKU
	}
	opening, err := intake.Opening(skus, options.Stock, warehouses)
	if err != nil {
		return summary, err
	}
	received, err := n.receive(ctx, opening, "opening", progress)
	summary.Stock = &received
	return summary, err
}

func (n *Node) listProducts(ctx context.Context, products []catalog.Product, summary *intake.Summary, progress func(int, int)) error {
	done := 0
	for chunk := range slices.Chunk(products, 500) {
		answer, err := n.store.Do(ctx, store.ListProducts{Products: chunk})
		if err != nil {
			return err
		}
		same := answer.(store.Listed).Same
		summary.Already += same
		summary.Accepted -= same
		done += len(chunk)
		progress(done, len(products))
	}
	return nil
}

func (n *Node) importStock(ctx context.Context, file *importedFile, progress func(int, int)) (ImportSummary, error) {
	warehouses, err := n.everyWarehouse(ctx)
	if err != nil {
		return ImportSummary{}, err
	}
	plan, err := intake.Stock(file, warehouses)
	if err != nil {
		return ImportSummary{}, err
	}
	for _, line := range plan.Stock {
		if err := n.checkHere([]id.Site{line.Warehouse}); err != nil {
			return ImportSummary{}, err
		}
	}
	if err := plan.CheckKnown(n.store.Sells); err != nil {
		return ImportSummary{}, err
	}
	if err := n.claim(ctx, file); err != nil {
		return ImportSummary{}, err
	}
	summary, err := n.receive(ctx, plan, fmt.Sprintf("%x", file.content.Sum(nil)), progress)
	return ImportSummary{Summary: summary}, err
}

// receive books goods at the warehouses of this process. source names where they
// come from: the same goods from the same source are booked once.
func (n *Node) receive(ctx context.Context, plan intake.StockPlan, source string, progress func(int, int)) (intake.Summary, error) {
	summary := plan.Summary()
	summary.Accepted = 0
	for chunk := range slices.Chunk(plan.Stock, 256) {
		jobs := make([]*writer.Job, len(chunk))
		for i, line := range chunk {
			job, err := n.warehouses[line.Warehouse].Submit(ctx, warehouse.ReceiveStock{
				Key: warehouse.Key{
					Name:     fmt.Sprintf("import/%s/%s", source, line.SKU),
					BodyHash: sha256.Sum256(fmt.Append(nil, line.Units)),
				},
				Items: []warehouse.Item{{SKU: line.SKU, Units: line.Units}}, Note: "import",
			})
			if err != nil {
				return summary, err
			}
			jobs[i] = job
		}
		for _, job := range jobs {
			answer, err := job.Wait(ctx)
			if err != nil {
				return summary, err
			}
			if answer.(warehouse.Stocked).Repeat {
				summary.Already++
			} else {
				summary.Accepted++
			}
		}
		progress(summary.Accepted+summary.Already, len(plan.Stock))
	}
	return summary, nil
}

func (n *Node) importOrders(ctx context.Context, options ImportOptions, file *importedFile, progress func(int, int)) (ImportSummary, error) {
	plan, err := intake.Orders(file, options.Currency)
	if err != nil {
		return ImportSummary{}, err
	}
	if err := plan.CheckKnown(n.store.Sells); err != nil {
		return ImportSummary{}, err
	}
	warehouses, err := n.everyWarehouse(ctx)
	if err != nil {
		return ImportSummary{}, err
	}
	if err := n.claim(ctx, file); err != nil {
		return ImportSummary{}, err
	}
	districts := store.SetDistricts{Districts: plan.Districts(warehouses), KeepKnown: true}
	if _, err := n.store.Do(ctx, districts); err != nil {
		return ImportSummary{}, err
	}
	if err := n.askAhead(ctx, plan); err != nil {
		return ImportSummary{}, err
	}
	target := &replayed{store: n.store, known: map[id.User]bool{}}
	summary, err := intake.Replay(ctx, plan, target, progress)
	return ImportSummary{Summary: summary}, err
}

// everyWarehouse lists the warehouses that the store knows of, wherever they run,
// in order of name. None at all is fault.Invalid.
func (n *Node) everyWarehouse(ctx context.Context) ([]id.Site, error) {
	known, err := n.knownWarehouses(ctx)
	if err == nil && len(known) == 0 {
		err = fault.New(fault.Invalid, "the store knows no warehouse: name them in the districts of its configuration")
	}
	slices.Sort(known)
	return known, err
}

// checkHere refuses stock for warehouses that do not run in this process: only
// they themselves can receive it.
func (n *Node) checkHere(warehouses []id.Site) error {
	for _, site := range warehouses {
		if n.warehouses[site] == nil {
			return fault.New(fault.Invalid,
				"the warehouse %s runs in another process, which alone can receive its stock: use \"crossdock stock receive --at %s\" there",
				site, site)
		}
	}
	return nil
}
