package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"math"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/engine/sqldb/booksdb"
	"crossdock/engine/sqldb/warehousedb"
	"crossdock/site/books"
	"crossdock/site/warehouse"
)

var (
	_ warehouse.PurchaseBook = (*Warehouse)(nil)
	_ warehouse.ReturnBook   = (*Warehouse)(nil)
	_ books.Feeds            = (*Warehouse)(nil)
)

// Warehouse reads a warehouse: all of its ports but the commit and the keyed
// commands.
type Warehouse struct {
	Books
	warehouse *warehousedb.Queries
}

// OpenWarehouse prepares the statements of a warehouse.
func OpenWarehouse(ctx context.Context, r Reader) (*Warehouse, error) {
	shared, err := booksdb.Prepare(ctx, r.DB)
	if err != nil {
		return nil, r.fail(err, "sqldb.OpenWarehouse", "")
	}
	own, err := warehousedb.Prepare(ctx, r.DB)
	if err != nil {
		return nil, errors.Join(r.fail(err, "sqldb.OpenWarehouse", ""), shared.Close())
	}
	return &Warehouse{Books{r, shared}, own}, nil
}

// Close lets go of the statements. The pool stays open.
func (w *Warehouse) Close() error { return errors.Join(w.books.Close(), w.warehouse.Close()) }

// Load returns what the warehouse decides upon, all of it at one moment.
func (w *Warehouse) Load(ctx context.Context) (warehouse.Snapshot, error) {
	var loaded warehouse.Snapshot
	err := w.reader.within(ctx, func(tx *sql.Tx) (err error) {
		if loaded.Books, err = readBooks(ctx, w.books.WithTx(tx), w.reader.Site); err != nil {
			return err
		}
		q := w.warehouse.WithTx(tx)
		rows, err := q.Versions(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			loaded.Levels = append(loaded.Levels, warehouse.Version{SKU: id.SKU(row.Sku), Version: row.Version})
		}
		loaded.Purchases, err = readPurchases(ctx, q, warehouse.PurchaseQuery{Open: true, Limit: math.MaxInt})
		return err
	})
	return loaded, w.reader.fail(err, "sqldb.Load", "")
}

// Fulfillment returns one fulfillment with its lines.
func (w *Warehouse) Fulfillment(ctx context.Context, which id.Fulfillment) (fulfillment.Fulfillment, error) {
	var found []fulfillment.Fulfillment
	err := w.reader.within(ctx, func(tx *sql.Tx) error {
		q := w.warehouse.WithTx(tx)
		row, err := q.FulfillmentByID(ctx, which.UUID[:])
		if err != nil {
			return err
		}
		found, err = withLines(ctx, q, []warehousedb.Fulfillment{row})
		return err
	})
	if err != nil {
		return fulfillment.Fulfillment{}, w.reader.fail(err, "sqldb.Fulfillment", "there is no fulfillment %s", which)
	}
	return found[0], nil
}

// Fulfillments returns a page of fulfillments, oldest first.
func (w *Warehouse) Fulfillments(ctx context.Context, page warehouse.FulfillmentQuery) ([]fulfillment.Fulfillment, error) {
	var found []fulfillment.Fulfillment
	err := w.reader.within(ctx, func(tx *sql.Tx) error {
		q := w.warehouse.WithTx(tx)
		rows, err := fulfillmentRows(ctx, q, page)
		if err != nil {
			return err
		}
		for i := range rows {
			one, err := withLines(ctx, q, rows[i:i+1])
			if err != nil {
				return err
			}
			found = append(found, one...)
		}
		return nil
	})
	return found, w.reader.fail(err, "sqldb.Fulfillments", "")
}

// fulfillmentRows asks by the condition that leaves the fewest rows.
func fulfillmentRows(ctx context.Context, q *warehousedb.Queries, page warehouse.FulfillmentQuery) ([]warehousedb.Fulfillment, error) {
	after, limit := page.After.UUID[:], most(page.Limit)
	switch {
	case !page.Order.IsZero():
		return q.FulfillmentsByOrder(ctx, warehousedb.FulfillmentsByOrderParams{
			OrderID: page.Order.UUID[:], After: after, Stage: string(page.Stage), Most: limit,
		})
	case page.Stage != "":
		return q.FulfillmentsByStage(ctx, warehousedb.FulfillmentsByStageParams{Stage: string(page.Stage), After: after, Most: limit})
	default:
		return q.FulfillmentsAfter(ctx, warehousedb.FulfillmentsAfterParams{After: after, Most: limit})
	}
}

// withLines turns rows, which must be every stored fulfillment between their
// first and their last, into fulfillments.
func withLines(ctx context.Context, q *warehousedb.Queries, rows []warehousedb.Fulfillment) ([]fulfillment.Fulfillment, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	lines, err := q.FulfillmentLines(ctx, warehousedb.FulfillmentLinesParams{First: rows[0].ID, Last: rows[len(rows)-1].ID})
	if err != nil {
		return nil, err
	}
	found := make([]fulfillment.Fulfillment, len(rows))
	for i, row := range rows {
		found[i] = fulfillmentHead(row)
		for len(lines) > 0 && uuid(lines[0].FulfillmentID) == found[i].ID.UUID {
			found[i].Lines = append(found[i].Lines, fulfillmentLine(lines[0]))
			lines = lines[1:]
		}
	}
	if len(lines) > 0 {
		return nil, fault.New(fault.Corrupt, "there are lines of the fulfillment %s, which does not exist", uuid(lines[0].FulfillmentID))
	}
	return found, nil
}

func fulfillmentLine(row warehousedb.FulfillmentLine) fulfillment.Line {
	return fulfillment.Line{
		Line: int(row.Line), SKU: id.SKU(row.Sku), Name: row.Name,
		Quantity: row.Quantity, Voided: row.Voided, Returned: row.Returned, Picked: row.Picked,
	}
}

func fulfillmentHead(row warehousedb.Fulfillment) fulfillment.Fulfillment {
	return fulfillment.Fulfillment{
		ID: id.Fulfillment{UUID: uuid(row.ID)}, Order: id.Order{UUID: uuid(row.OrderID)}, Number: row.Number,
		Store: id.Site(row.Store), Stage: order.Stage(row.Stage), Version: int(row.Version),
		PlacedAt: moment(row.PlacedAt), ChangedAt: moment(row.ChangedAt),
		Address: order.Address{
			Name: row.Name, Street: row.Street, PostalCode: row.PostalCode, City: row.City,
			District: id.District(row.District), Email: row.Email, Phone: row.Phone,
		},
	}
}

// Story returns what has happened to a fulfillment, oldest first.
func (w *Warehouse) Story(ctx context.Context, which id.Fulfillment) ([]warehouse.Event, error) {
	rows, err := w.warehouse.Events(ctx, which.UUID[:])
	events := make([]warehouse.Event, len(rows))
	for i, row := range rows {
		events[i] = warehouse.Event{Fulfillment: which, Seq: int(row.Seq), At: moment(row.At), Kind: row.Kind, Text: row.Text}
	}
	return events, w.reader.fail(err, "sqldb.Story", "")
}

// Levels returns a page of SKUs with what the warehouse has of them.
func (w *Warehouse) Levels(ctx context.Context, page warehouse.StockQuery) ([]warehouse.ProductLevel, error) {
	if page.Limit < 1 || page.SKU != "" && page.SKU <= page.After {
		return nil, nil
	}
	var levels []warehouse.ProductLevel
	err := w.reader.within(ctx, func(tx *sql.Tx) error {
		q := w.warehouse.WithTx(tx)
		if page.SKU != "" {
			alone, known, err := w.levels(ctx, q, []string{string(page.SKU)})
			if known > 0 {
				levels = alone
			}
			return err
		}
		skus, err := q.KnownAfter(ctx, warehousedb.KnownAfterParams{After: string(page.After), Most: most(page.Limit)})
		if err != nil || len(skus) == 0 {
			return err
		}
		levels, _, err = w.levels(ctx, q, skus)
		return err
	})
	return levels, w.reader.fail(err, "sqldb.Levels", "")
}

// levels puts names, versions and balances together for SKUs that are every
// known one between the first and the last. It counts the rows behind them.
func (w *Warehouse) levels(ctx context.Context, q *warehousedb.Queries, skus []string) (found []warehouse.ProductLevel, rows int, err error) {
	first, last := skus[0], skus[len(skus)-1]
	levels := make([]warehouse.ProductLevel, len(skus))
	at := make(map[string]*warehouse.ProductLevel, len(skus))
	for i, sku := range skus {
		levels[i].Level = stock.Level{Warehouse: w.reader.Site, SKU: id.SKU(sku)}
		at[sku] = &levels[i]
	}
	names, err := q.ProductsBetween(ctx, warehousedb.ProductsBetweenParams{First: first, Last: last})
	if err != nil {
		return nil, 0, err
	}
	for _, row := range names {
		at[row.Sku].Name = row.Name
	}
	versions, err := q.VersionsBetween(ctx, warehousedb.VersionsBetweenParams{First: first, Last: last})
	if err != nil {
		return nil, 0, err
	}
	for _, row := range versions {
		at[row.Sku].Level.Version = row.Version
	}
	balances, err := q.BalancesBetween(ctx, warehousedb.BalancesBetweenParams{First: first, Last: last})
	if err != nil {
		return nil, 0, err
	}
	for _, row := range balances {
		kind, err := stock.ParseKind(row.Account)
		if err != nil {
			return nil, 0, err
		}
		add(&at[row.Sku].Level, kind, row.Units)
	}
	return levels, len(names) + len(versions) + len(balances), nil
}

// add counts a balance. On hand is all that is in the building.
func add(level *stock.Level, kind stock.Kind, units int64) {
	switch kind {
	case stock.InTransit, stock.Expected, stock.ExpectedQuota: // on its way
	default:
		if !kind.External() {
			level.OnHand += units
		}
	}
	switch kind {
	case stock.Available:
		level.Available += units
	case stock.Quota:
		level.Quota += units
	case stock.Allocated:
		level.Allocated += units
	case stock.Picked:
		level.Picked += units
	}
}
