package sqldb

import (
	"context"
	"database/sql"
	"errors"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/engine/sqldb/booksdb"
	"crossdock/engine/sqldb/storedb"
	"crossdock/engine/sqldb/warehousedb"
	"crossdock/site/audit"
	"crossdock/site/books"
)

var _ audit.Source = (*Source)(nil)

// sourcePage is how many rows a walk reads at a time.
const sourcePage = 256

// Source reads a site at one moment, for the audit.
type Source struct {
	reader Reader
	role   audit.Role
	tx     *sql.Tx
	books  *booksdb.Queries
}

// OpenSource holds the moment on a connection of its own: reader.DB is closed
// with the source.
func OpenSource(ctx context.Context, r Reader, role audit.Role) (*Source, error) {
	tx, err := r.DB.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelDefault})
	if err != nil {
		return nil, errors.Join(r.fail(err, "sqldb.OpenSource", ""), r.DB.Close())
	}
	s := &Source{r, role, tx, booksdb.New(tx)}
	if _, err := s.books.Site(ctx); err != nil { // the moment begins with the first read
		return nil, errors.Join(r.fail(err, "sqldb.OpenSource", "the database names no site"), s.Close())
	}
	return s, nil
}

// Close lets go of the moment.
func (s *Source) Close() error {
	err := s.tx.Rollback()
	if errors.Is(err, sql.ErrTxDone) {
		err = nil
	}
	return errors.Join(err, s.reader.DB.Close())
}

// Head says whose data it is and how far its feeds have come.
func (s *Source) Head(ctx context.Context) (audit.Head, error) {
	head := audit.Head{Site: s.reader.Site, Role: s.role}
	home, err := s.books.Site(ctx)
	if err == nil {
		head.Epoch = uint64(home.Epoch)
		head.Written, err = readWritten(ctx, s.books, s.reader.Site)
	}
	if err == nil {
		head.Read, err = readCursors(ctx, s.books, s.reader.Site)
	}
	if err == nil {
		head.Parked, err = readParked(ctx, s.books, s.reader.Site)
	}
	return head, s.reader.fail(err, "sqldb.Head", "")
}

// Balances returns the stored balances in order of SKU and account.
func (s *Source) Balances(ctx context.Context) ([]stock.Balance, error) {
	balances, err := readBalances(ctx, s.books)
	return balances, s.reader.fail(err, "sqldb.Balances", "")
}

// Movements calls each for every movement in order of Seq.
func (s *Source) Movements(ctx context.Context, each func(m books.Movement, unreadable error) error) error {
	for after := int64(-1 << 63); ; {
		rows, err := s.books.MovementsAfter(ctx, booksdb.MovementsAfterParams{After: after, Most: sourcePage})
		if err != nil {
			return s.reader.fail(err, "sqldb.Movements", "")
		}
		for _, row := range rows {
			if err := each(movement(row)); err != nil {
				return err
			}
			after = row.Seq
		}
		if len(rows) < sourcePage {
			return nil
		}
	}
}

// Messages calls each for what was said to a destination after seq, in order.
func (s *Source) Messages(ctx context.Context, destination id.Site, after uint64, each func(m feed.Message) error) error {
	for {
		rows, err := s.books.MessagesAfter(ctx, booksdb.MessagesAfterParams{
			Destination: string(destination), After: number(after), Most: sourcePage,
		})
		if err != nil {
			return s.reader.fail(err, "sqldb.Messages", "")
		}
		for _, row := range rows {
			if err := each(message(s.reader.Site, row)); err != nil {
				return err
			}
			after = uint64(row.Seq)
		}
		if len(rows) < sourcePage {
			return nil
		}
	}
}

// Orders calls each for every order of a store, in order of identifier.
func (s *Source) Orders(ctx context.Context, each func(o order.Order) error) error {
	if s.role != audit.Store {
		return nil
	}
	q := storedb.New(s.tx)
	for after := (id.UUID{}); ; {
		rows, err := q.OrdersAfter(ctx, storedb.OrdersAfterParams{After: after[:], Most: sourcePage})
		if err != nil {
			return s.reader.fail(err, "sqldb.Orders", "")
		}
		orders, err := orderHeads(rows)
		if err == nil {
			err = fill(ctx, q, orders)
		}
		if err != nil {
			return s.reader.fail(err, "sqldb.Orders", "")
		}
		for _, o := range orders {
			if err := each(o); err != nil {
				return err
			}
			after = o.ID.UUID
		}
		if len(rows) < sourcePage {
			return nil
		}
	}
}

// Fulfillments calls each for every fulfillment of a warehouse, in order of identifier.
func (s *Source) Fulfillments(ctx context.Context, each func(f fulfillment.Fulfillment) error) error {
	if s.role != audit.Warehouse {
		return nil
	}
	q := warehousedb.New(s.tx)
	for after := (id.UUID{}); ; {
		rows, err := q.FulfillmentsAfter(ctx, warehousedb.FulfillmentsAfterParams{After: after[:], Most: sourcePage})
		if err != nil {
			return s.reader.fail(err, "sqldb.Fulfillments", "")
		}
		page, err := withLines(ctx, q, rows)
		if err != nil {
			return s.reader.fail(err, "sqldb.Fulfillments", "")
		}
		for _, f := range page {
			if err := each(f); err != nil {
				return err
			}
			after = f.ID.UUID
		}
		if len(rows) < sourcePage {
			return nil
		}
	}
}
