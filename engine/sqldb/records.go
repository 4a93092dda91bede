package sqldb

import (
	"context"
	"database/sql"

	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/pay"
	"crossdock/engine/sqldb/storedb"
	"crossdock/site/store"
)

// Transactions returns the steps of an order's payment, oldest first.
func (s *Store) Transactions(ctx context.Context, which id.Order) ([]pay.Transaction, error) {
	rows, err := s.store.Transactions(ctx, which.UUID[:])
	return transactions(rows), s.reader.fail(err, "sqldb.Transactions", "")
}

func transactions(rows []storedb.Transaction) []pay.Transaction {
	steps := make([]pay.Transaction, len(rows))
	for i, row := range rows {
		steps[i] = pay.Transaction{
			ID: uuid(row.ID), Order: id.Order{UUID: uuid(row.OrderID)}, At: moment(row.At),
			Method: pay.Method(row.Method), Kind: pay.Kind(row.Kind), State: pay.State(row.State),
			Amount: money.Of(row.Amount, money.Currency(row.Currency)), Provider: row.Provider, Token: row.Token,
			Reference: row.Reference, Reason: row.Reason, Attempts: int(row.Attempts), NextAt: moment(row.NextAt),
		}
	}
	return steps
}

// Return returns what a customer sends back, by identifier.
func (s *Store) Return(ctx context.Context, which id.UUID) (store.Return, error) {
	var found store.Return
	err := s.reader.within(ctx, func(tx *sql.Tx) error {
		q := s.store.WithTx(tx)
		row, err := q.ReturnByID(ctx, which[:])
		if err != nil {
			return err
		}
		found, err = readReturn(ctx, q, row)
		return err
	})
	return found, s.reader.fail(err, "sqldb.Return", "there is no return %s", which)
}

// Returns returns what an order's customer sends back, oldest first.
func (s *Store) Returns(ctx context.Context, which id.Order) ([]store.Return, error) {
	var returns []store.Return
	err := s.reader.within(ctx, func(tx *sql.Tx) error {
		q := s.store.WithTx(tx)
		rows, err := q.ReturnsByOrder(ctx, which.UUID[:])
		if err != nil {
			return err
		}
		returns = make([]store.Return, len(rows))
		for i, row := range rows {
			if returns[i], err = readReturn(ctx, q, row); err != nil {
				return err
			}
		}
		return nil
	})
	return returns, s.reader.fail(err, "sqldb.Returns", "")
}

// readReturn adds its lines to a return.
func readReturn(ctx context.Context, q *storedb.Queries, row storedb.Return) (store.Return, error) {
	r := store.Return{
		ID: uuid(row.ID), Order: id.Order{UUID: uuid(row.OrderID)}, Fulfillment: id.Fulfillment{UUID: uuid(row.FulfillmentID)},
		Warehouse: id.Site(row.Warehouse), Reason: row.Reason, AskedAt: moment(row.AskedAt), ChangedAt: moment(row.ChangedAt),
	}
	lines, err := q.ReturnLines(ctx, row.ID)
	for _, line := range lines {
		r.Lines = append(r.Lines, store.ReturnLine{
			Line: int(line.Line), SKU: id.SKU(line.Sku),
			Quantity: line.Quantity, Received: line.Received, Good: line.Good, Damaged: line.Damaged,
		})
	}
	return r, err
}
