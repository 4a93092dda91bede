package sqldb

import (
	"context"
	"math"

	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/engine/sqldb/booksdb"
	"crossdock/engine/sqldb/storedb"
	"crossdock/engine/sqldb/warehousedb"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/drift"
)

var _ drift.Source = (*Source)(nil)

// Levels calls each for what a store was told of each SKU by each warehouse; at a
// warehouse for each SKU with the version of its level alone.
func (s *Source) Levels(ctx context.Context, each func(stock.Level) error) error {
	levels, err := s.levels(ctx)
	if err != nil {
		return s.reader.fail(err, "sqldb.Levels", "")
	}
	for _, level := range levels {
		if err := each(level); err != nil {
			return err
		}
	}
	return nil
}

func (s *Source) levels(ctx context.Context) ([]stock.Level, error) {
	if s.role == audit.Store {
		return readLevels(ctx, storedb.New(s.tx))
	}
	rows, err := warehousedb.New(s.tx).Versions(ctx)
	levels := make([]stock.Level, len(rows))
	for i, row := range rows {
		levels[i] = stock.Level{Warehouse: s.reader.Site, SKU: id.SKU(row.Sku), Version: row.Version}
	}
	return levels, err
}

// Newest returns the newest movements of some SKUs, newest first: it walks the ledger
// back, once for all of them. One that cannot be read is returned as far as it can be.
func (s *Source) Newest(ctx context.Context, skus []id.SKU, most int) (map[id.SKU][]books.Movement, error) {
	found, left := make(map[id.SKU][]books.Movement, len(skus)), len(skus)
	for _, sku := range skus {
		found[sku] = nil
	}
	for before := int64(math.MaxInt64); left > 0; {
		rows, err := s.books.MovementsBefore(ctx, booksdb.MovementsBeforeParams{Before: before, Most: sourcePage})
		if err != nil {
			return nil, s.reader.fail(err, "sqldb.Newest", "")
		}
		for _, row := range rows {
			before = row.Seq
			all, asked := found[id.SKU(row.Sku)]
			if !asked || len(all) == most {
				continue
			}
			m, _ := movement(row) // what is unreadable in it the audit names; here it is only shown
			if found[m.SKU] = append(all, m); len(all)+1 == most {
				left--
			}
		}
		if len(rows) < sourcePage {
			break
		}
	}
	return found, nil
}
