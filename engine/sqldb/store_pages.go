package sqldb

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"slices"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/engine/sqldb/storedb"
	"crossdock/site/store"
)

// behindAll is greater than every identifier.
func behindAll() []byte { return bytes.Repeat([]byte{0xff}, len(id.UUID{})+1) }

// Orders returns a page of orders, newest first. One row more than the page is
// read, to know whether there is a next one.
func (s *Store) Orders(ctx context.Context, q store.OrderQuery) (store.OrderPage, error) {
	if q.Limit < 1 {
		return store.OrderPage{}, nil
	}
	before := behindAll()
	if !q.Before.IsZero() {
		before = q.Before.UUID[:]
	}
	var page store.OrderPage
	err := s.reader.within(ctx, func(tx *sql.Tx) error {
		own := s.store.WithTx(tx)
		rows, err := orderRows(ctx, own, q, before)
		if err != nil {
			return err
		}
		if page.Orders, err = orderHeads(rows[:min(len(rows), q.Limit)]); err != nil {
			return err
		}
		if len(rows) > q.Limit {
			page.Next = page.Orders[q.Limit-1].ID
		}
		for i := range page.Orders {
			if err := addWaits(ctx, own, &page.Orders[i], rows[i]); err != nil {
				return err
			}
		}
		return addFulfillments(ctx, own, page.Orders)
	})
	return page, s.reader.fail(err, "sqldb.Orders", "")
}

// orderRows asks by the condition that leaves the fewest rows.
func orderRows(ctx context.Context, own *storedb.Queries, q store.OrderQuery, before []byte) ([]storedb.Order, error) {
	limit := most(q.Limit + 1)
	switch {
	case q.Number != 0:
		return own.OrdersByNumber(ctx, storedb.OrdersByNumberParams{
			Number: q.Number, Reference: q.Reference, Customer: q.Customer.UUID[:], AnyCustomer: q.Customer.IsZero(),
			Status: string(q.Status), Before: before, Most: limit,
		})
	case q.Reference != "":
		return own.OrdersByReference(ctx, storedb.OrdersByReferenceParams{
			Reference: q.Reference, Customer: q.Customer.UUID[:], AnyCustomer: q.Customer.IsZero(),
			Status: string(q.Status), Before: before, Most: limit,
		})
	case !q.Customer.IsZero():
		return own.OrdersByCustomer(ctx, storedb.OrdersByCustomerParams{
			Customer: q.Customer.UUID[:], Status: string(q.Status), Before: before, Most: limit,
		})
	case q.Status != "":
		return own.OrdersByStatus(ctx, storedb.OrdersByStatusParams{Status: string(q.Status), Before: before, Most: limit})
	default:
		return own.OrdersNewest(ctx, storedb.OrdersNewestParams{Before: before, Most: limit})
	}
}

// addFulfillments adds what lists show of them: their stages, not their parts.
func addFulfillments(ctx context.Context, own *storedb.Queries, orders []order.Order) error {
	for i := range orders {
		which := orders[i].ID.UUID
		rows, err := own.Fulfillments(ctx, storedb.FulfillmentsParams{First: which[:], Last: which[:]})
		if err != nil {
			return err
		}
		takeFulfillments(&orders[i], rows)
	}
	return nil
}

// Story returns what has happened to an order, oldest first.
func (s *Store) Story(ctx context.Context, which id.Order) ([]order.Event, []order.Notice, error) {
	var events []order.Event
	var notices []order.Notice
	err := s.reader.within(ctx, func(tx *sql.Tx) error {
		q := s.store.WithTx(tx)
		happened, err := q.Events(ctx, which.UUID[:])
		if err != nil {
			return err
		}
		for _, row := range happened {
			events = append(events, order.Event{
				Order: which, Seq: int(row.Seq), At: moment(row.At), Site: id.Site(row.Site), Kind: row.Kind, Text: row.Text,
			})
		}
		told, err := q.Notices(ctx, which.UUID[:])
		for _, row := range told {
			notices = append(notices, order.Notice{
				Order: which, Seq: int(row.Seq), Event: row.Event, Channel: row.Channel, At: moment(row.At), Text: row.Text,
			})
		}
		return err
	})
	return events, notices, s.reader.fail(err, "sqldb.Story", "")
}

// Shelves returns the types and categories of the catalog with their counts.
func (s *Store) Shelves(ctx context.Context) ([]store.Shelf, error) {
	rows, err := s.store.Shelves(ctx)
	shelves := make([]store.Shelf, len(rows))
	for i, row := range rows {
		shelves[i] = store.Shelf{Type: row.Type, Category: row.Category, Products: int(row.Products)}
	}
	return shelves, s.reader.fail(err, "sqldb.Shelves", "")
}

// Totals returns the counts that start pages and links show. Those of orders
// are kept up by each change of an order: none is counted here.
func (s *Store) Totals(ctx context.Context) (store.Totals, error) {
	totals := store.Totals{Orders: map[order.Status]int{}}
	err := s.reader.within(ctx, func(tx *sql.Tx) error {
		q := s.store.WithTx(tx)
		products, err := q.ProductCount(ctx)
		if err != nil {
			return err
		}
		totals.Products = int(products)
		counts, err := q.OrderCounts(ctx)
		for _, row := range counts {
			totals.Orders[order.Status(row.Status)] = int(row.Orders)
		}
		return err
	})
	return totals, s.reader.fail(err, "sqldb.Totals", "")
}

// Availability returns what is known of a SKU, by warehouse.
func (s *Store) Availability(ctx context.Context, sku id.SKU) ([]store.Availability, error) {
	return s.availability(ctx, "sqldb.Availability", "", func(*storedb.Queries) ([]string, error) {
		return []string{string(sku)}, nil
	})
}

// Stock returns a page of SKUs with what is known of each, by warehouse.
func (s *Store) Stock(ctx context.Context, page store.StockQuery) ([]store.Availability, error) {
	return s.availability(ctx, "sqldb.Stock", page.Warehouse, func(q *storedb.Queries) ([]string, error) {
		switch {
		case page.Limit < 1 || page.SKU != "" && page.SKU <= page.After:
			return nil, nil
		case page.SKU != "":
			return []string{string(page.SKU)}, nil
		}
		return q.StockedAfter(ctx, storedb.StockedAfterParams{
			After: string(page.After), Warehouse: string(page.Warehouse), Most: most(page.Limit),
		})
	})
}

// availability puts together levels and held units of every SKU between the
// first and the last of those chosen.
func (s *Store) availability(
	ctx context.Context, op string, warehouse id.Site, choose func(*storedb.Queries) ([]string, error),
) ([]store.Availability, error) {
	var known []store.Availability
	err := s.reader.within(ctx, func(tx *sql.Tx) error {
		q := s.store.WithTx(tx)
		skus, err := choose(q)
		if err != nil || len(skus) == 0 {
			return err
		}
		first, last := skus[0], skus[len(skus)-1]
		levels, err := q.LevelsBetween(ctx, storedb.LevelsBetweenParams{First: first, Last: last, Warehouse: string(warehouse)})
		if err != nil {
			return err
		}
		held, err := q.HeldBetween(ctx, storedb.HeldBetweenParams{First: first, Last: last, Warehouse: string(warehouse)})
		known = joinHeld(levels, held)
		return err
	})
	return known, s.reader.fail(err, op, "")
}

// joinHeld merges two lists that are in order of SKU and warehouse.
func joinHeld(levels []storedb.Level, held []storedb.HeldBetweenRow) []store.Availability {
	known := make([]store.Availability, len(levels))
	for i, row := range levels {
		known[i].Level = level(row)
	}
	for _, row := range held {
		sku, warehouse := id.SKU(row.Sku), id.Site(row.Ref)
		at, found := slices.BinarySearchFunc(known, sku, func(a store.Availability, sku id.SKU) int {
			return cmp.Or(cmp.Compare(a.Level.SKU, sku), cmp.Compare(a.Level.Warehouse, warehouse))
		})
		if !found {
			known = slices.Insert(known, at, store.Availability{Level: stock.Level{SKU: sku, Warehouse: warehouse}})
		}
		known[at].Held = row.Units
	}
	return known
}
