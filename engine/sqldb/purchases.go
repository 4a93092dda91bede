package sqldb

import (
	"context"
	"database/sql"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/purchase"
	"crossdock/engine/sqldb/warehousedb"
	"crossdock/site/warehouse"
)

// Purchase returns what a supplier has announced, by name.
func (w *Warehouse) Purchase(ctx context.Context, name string) (purchase.Purchase, error) {
	var found purchase.Purchase
	err := w.reader.within(ctx, func(tx *sql.Tx) error {
		q := w.warehouse.WithTx(tx)
		row, err := q.PurchaseByID(ctx, name)
		if err != nil {
			return err
		}
		found, err = readPurchase(ctx, q, row)
		return err
	})
	return found, w.reader.fail(err, "sqldb.Purchase", "there is no purchase %s", fault.Quote(name))
}

// Purchases returns a page of purchases, in order of their names.
func (w *Warehouse) Purchases(ctx context.Context, page warehouse.PurchaseQuery) ([]purchase.Purchase, error) {
	var found []purchase.Purchase
	err := w.reader.within(ctx, func(tx *sql.Tx) (err error) {
		found, err = readPurchases(ctx, w.warehouse.WithTx(tx), page)
		return err
	})
	return found, w.reader.fail(err, "sqldb.Purchases", "")
}

func readPurchases(ctx context.Context, q *warehousedb.Queries, page warehouse.PurchaseQuery) ([]purchase.Purchase, error) {
	rows, err := purchaseRows(ctx, q, page)
	if err != nil {
		return nil, err
	}
	found := make([]purchase.Purchase, len(rows))
	for i, row := range rows {
		if found[i], err = readPurchase(ctx, q, row); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func purchaseRows(ctx context.Context, q *warehousedb.Queries, page warehouse.PurchaseQuery) ([]warehousedb.Purchase, error) {
	if page.Open {
		return q.OpenPurchasesAfter(ctx, warehousedb.OpenPurchasesAfterParams{After: page.After, Most: most(page.Limit)})
	}
	return q.PurchasesAfter(ctx, warehousedb.PurchasesAfterParams{After: page.After, Most: most(page.Limit)})
}

// readPurchase adds lines and their shares to a purchase. Lines are numbered from 1.
func readPurchase(ctx context.Context, q *warehousedb.Queries, row warehousedb.Purchase) (purchase.Purchase, error) {
	p := purchase.Purchase{
		ID: row.ID, Supplier: row.Supplier, Version: int(row.Version),
		AnnouncedAt: moment(row.AnnouncedAt), ChangedAt: moment(row.ChangedAt), Closed: row.Closed != 0,
	}
	lines, err := q.PurchaseLines(ctx, row.ID)
	if err != nil {
		return p, err
	}
	shares, err := q.PurchaseShares(ctx, row.ID)
	if err != nil {
		return p, err
	}
	for _, line := range lines {
		own := purchase.Line{
			SKU: id.SKU(line.Sku), Announced: line.Announced, Received: line.Received, Withdrawn: line.Withdrawn, Due: day(line.Due),
		}
		for len(shares) > 0 && shares[0].Line == line.Seq {
			own.Shares = append(own.Shares, purchase.Share{Store: id.Site(shares[0].Store), Units: shares[0].Units})
			shares = shares[1:]
		}
		p.Lines = append(p.Lines, own)
	}
	if len(shares) > 0 {
		return p, corrupt("line %d of the purchase %s, which does not exist, is shared out", shares[0].Line, fault.Quote(row.ID))
	}
	return p, nil
}
