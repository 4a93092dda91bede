package sqldb

import (
	"context"
	"database/sql"
	"errors"

	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/engine/sqldb/booksdb"
	"crossdock/engine/sqldb/storedb"
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
	if err == nil {
		head.Skipped, err = readSkipped(ctx, s.books, s.reader.Site)
	}
	if err == nil {
		head.Pruned, err = readPruned(ctx, s.books, s.reader.Site)
	}
	if err == nil {
		head.Peers, err = readPeers(ctx, s.books)
	}
	if err == nil && s.role == audit.Store {
		head.Orders, err = s.counted(ctx)
	}
	return head, s.reader.fail(err, "sqldb.Head", "")
}

// counted is how many orders there are, by the count that is kept beside them.
func (s *Source) counted(ctx context.Context) (orders int64, err error) {
	rows, err := storedb.New(s.tx).OrderCounts(ctx)
	for _, row := range rows {
		orders += row.Orders
	}
	return orders, err
}

// Balances calls each for every stored balance: those that cannot be read, then
// the others in order of SKU and account.
func (s *Source) Balances(ctx context.Context, each func(b stock.Balance, unreadable error) error) error {
	rows, err := s.books.Balances(ctx)
	if err != nil {
		return s.reader.fail(err, "sqldb.Balances", "")
	}
	balances := make([]stock.Balance, 0, len(rows))
	for _, row := range rows {
		b, unreadable := balance(row)
		if unreadable == nil {
			balances = append(balances, b)
		} else if err := each(b, unreadable); err != nil {
			return err
		}
	}
	stock.SortBalances(balances)
	for _, b := range balances {
		if err := each(b, nil); err != nil {
			return err
		}
	}
	return nil
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
