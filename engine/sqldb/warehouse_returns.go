package sqldb

import (
	"context"
	"database/sql"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/engine/sqldb/warehousedb"
	"crossdock/site/warehouse"
)

// Return returns what a customer sends back, by identifier.
func (w *Warehouse) Return(ctx context.Context, which id.UUID) (fulfillment.ReturnOrder, error) {
	var found fulfillment.ReturnOrder
	err := w.reader.within(ctx, func(tx *sql.Tx) error {
		q := w.warehouse.WithTx(tx)
		row, err := q.ReturnByID(ctx, which[:])
		if err != nil {
			return err
		}
		found, err = readReturnOrder(ctx, q, row)
		return err
	})
	return found, w.reader.fail(err, "sqldb.Return", "there is no return %s", which)
}

// Returns returns a page of returns, oldest first.
func (w *Warehouse) Returns(ctx context.Context, page warehouse.ReturnQuery) ([]fulfillment.ReturnOrder, error) {
	var found []fulfillment.ReturnOrder
	err := w.reader.within(ctx, func(tx *sql.Tx) error {
		q := w.warehouse.WithTx(tx)
		rows, err := returnRows(ctx, q, page)
		if err != nil {
			return err
		}
		found = make([]fulfillment.ReturnOrder, len(rows))
		for i, row := range rows {
			if found[i], err = readReturnOrder(ctx, q, row); err != nil {
				return err
			}
		}
		return nil
	})
	return found, w.reader.fail(err, "sqldb.Returns", "")
}

// returnRows asks by the condition that leaves the fewest rows.
func returnRows(ctx context.Context, q *warehousedb.Queries, page warehouse.ReturnQuery) ([]warehousedb.Return, error) {
	after, limit := page.After[:], most(page.Limit)
	switch {
	case !page.Order.IsZero():
		return q.ReturnsByOrder(ctx, warehousedb.ReturnsByOrderParams{
			OrderID: page.Order.UUID[:], After: after, State: string(page.State), Most: limit,
		})
	case page.State != "":
		return q.ReturnsByState(ctx, warehousedb.ReturnsByStateParams{State: string(page.State), After: after, Most: limit})
	default:
		return q.ReturnsAfter(ctx, warehousedb.ReturnsAfterParams{After: after, Most: limit})
	}
}

// readReturnOrder adds its lines to a return.
func readReturnOrder(ctx context.Context, q *warehousedb.Queries, row warehousedb.Return) (fulfillment.ReturnOrder, error) {
	r := fulfillment.ReturnOrder{
		ID: uuid(row.ID), Fulfillment: id.Fulfillment{UUID: uuid(row.FulfillmentID)}, Order: id.Order{UUID: uuid(row.OrderID)},
		Number: row.Number, Store: id.Site(row.Store), State: fulfillment.ReturnState(row.State), Version: int(row.Version),
		RequestedAt: moment(row.RequestedAt), ChangedAt: moment(row.ChangedAt), Reason: row.Reason,
	}
	lines, err := q.ReturnLines(ctx, row.ID)
	for _, line := range lines {
		r.Lines = append(r.Lines, fulfillment.ReturnLine{
			Line: int(line.Line), SKU: id.SKU(line.Sku),
			Quantity: line.Quantity, Received: line.Received, Good: line.Good, Damaged: line.Damaged,
		})
	}
	return r, err
}
