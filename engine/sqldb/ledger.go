package sqldb

import (
	"context"
	"database/sql"
	"errors"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/engine/sqldb/booksdb"
	"crossdock/site/books"
)

// readBooks returns the books as a site loads them at start.
func readBooks(ctx context.Context, q *booksdb.Queries, site id.Site) (books.Snapshot, error) {
	home, err := q.Site(ctx)
	if err != nil {
		return books.Snapshot{}, err
	}
	s := books.Snapshot{Site: site, Epoch: uint64(home.Epoch)}
	last, err := q.LastMovement(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return books.Snapshot{}, err
	}
	s.LastSeq, s.LastHash = last.Seq, stockHash(last.Hash)
	if s.Balances, err = readBalances(ctx, q); err != nil {
		return books.Snapshot{}, err
	}
	if s.Written, err = readWritten(ctx, q, site); err != nil {
		return books.Snapshot{}, err
	}
	if s.Read, err = readCursors(ctx, q, site); err != nil {
		return books.Snapshot{}, err
	}
	if s.Parked, err = readParked(ctx, q, site); err != nil {
		return books.Snapshot{}, err
	}
	if s.Acknowledged, err = readAcknowledged(ctx, q, site); err != nil {
		return books.Snapshot{}, err
	}
	if s.Pruned, err = readPruned(ctx, q, site); err != nil {
		return books.Snapshot{}, err
	}
	s.Peers, err = readPeers(ctx, q)
	return s, err
}

// readBalances returns all balances in order of SKU and account.
func readBalances(ctx context.Context, q *booksdb.Queries) ([]stock.Balance, error) {
	rows, err := q.Balances(ctx)
	if err != nil {
		return nil, err
	}
	balances := make([]stock.Balance, len(rows))
	for i, row := range rows {
		if balances[i], err = balance(row); err != nil {
			return nil, err
		}
	}
	stock.SortBalances(balances)
	return balances, nil
}

// balance reads as much of a row as can be read, as movement does.
func balance(row booksdb.Balance) (stock.Balance, error) {
	kind, err := stock.ParseKind(row.Account)
	b := stock.Balance{SKU: id.SKU(row.Sku), Account: stock.Account{Kind: kind, Ref: row.Ref}, Units: row.Units}
	if err != nil {
		return b, &fault.Error{
			Kind: fault.Corrupt, Op: "sqldb.Balances", Cause: err,
			Message: "the balance of " + fault.Quote(row.Sku) + " cannot be read",
		}
	}
	return b, nil
}

// movement reads as much of a row as can be read. What cannot be is left zero
// and named in the error.
func movement(row booksdb.Movement) (books.Movement, error) {
	from, fromErr := stock.ParseKind(row.FromAccount)
	to, toErr := stock.ParseKind(row.ToAccount)
	m := books.Movement{Seq: row.Seq, Hash: stockHash(row.Hash), Movement: stock.Movement{
		ID:       id.Movement{UUID: uuid(row.ID)},
		At:       moment(row.At),
		SKU:      id.SKU(row.Sku),
		Quantity: row.Quantity,
		From:     stock.Account{Kind: from, Ref: row.FromRef},
		To:       stock.Account{Kind: to, Ref: row.ToRef},
		Reason:   stock.Reason(row.Reason),
		Order:    id.Order{UUID: uuid(row.OrderID)},
		Line:     int(row.Line),
		Cause:    row.Cause,
	}}
	wrong := errors.Join(fromErr, toErr)
	if len(row.ID) != len(id.UUID{}) || len(row.Hash) != len(stock.Hash{}) || row.OrderID != nil && len(row.OrderID) != len(id.UUID{}) {
		wrong = errors.Join(wrong, fault.New(fault.Corrupt, "an identifier or hash of the wrong length"))
	}
	return m, fault.Wrap(wrong, "sqldb.Movements", "movement %d cannot be read", row.Seq)
}
