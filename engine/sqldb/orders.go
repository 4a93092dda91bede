package sqldb

import (
	"context"
	"encoding/json"
	"errors"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/engine/sqldb/storedb"
)

// orderHead returns an order without its lines and fulfillments.
func orderHead(row storedb.Order) (order.Order, error) {
	o := order.Order{
		ID:        id.Order{UUID: uuid(row.ID)},
		Number:    row.Number,
		Store:     id.Site(row.Store),
		Customer:  id.User{UUID: uuid(row.Customer)},
		Reference: row.Reference,
		Status:    order.Status(row.Status),
		Version:   int(row.Version),
		PlacedAt:  moment(row.PlacedAt),
		ChangedAt: moment(row.ChangedAt),
		Address: order.Address{
			Name: row.Name, Street: row.Street, PostalCode: row.PostalCode, City: row.City,
			District: id.District(row.District), Email: row.Email, Phone: row.Phone,
		},
		Payment:   row.Payment,
		Total:     money.Of(row.Total, money.Currency(row.Currency)),
		Reason:    row.Reason,
		VoidAsked: row.VoidAsked,
		Unpaid:    row.Unpaid != 0,
		Promise:   promise(row.PromiseFrom, row.PromiseTo),
	}
	var err error
	if row.NewAddress.Valid {
		o.NewAddress = &order.Address{}
		err = decode(row.NewAddress.String, o.NewAddress, "the new address of order "+o.ID.String())
	}
	if row.Why != "" {
		err = errors.Join(err, decode(row.Why, &o.Why, "the sourcing of order "+o.ID.String()))
	}
	return o, err
}

// decode reads a column that holds JSON.
func decode(text string, into any, what string) error {
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return &fault.Error{Kind: fault.Corrupt, Op: "sqldb", Message: what + " cannot be read", Cause: err}
	}
	return nil
}

// orderHeads returns orders without their lines and fulfillments, and without
// what waits.
func orderHeads(rows []storedb.Order) ([]order.Order, error) {
	orders := make([]order.Order, len(rows))
	for i, row := range rows {
		var err error
		if orders[i], err = orderHead(row); err != nil {
			return nil, err
		}
	}
	return orders, nil
}

// whole returns the order of a row with all that belongs to it.
func whole(ctx context.Context, q *storedb.Queries, row storedb.Order) (order.Order, error) {
	orders, err := orderHeads([]storedb.Order{row})
	if err != nil {
		return order.Order{}, err
	}
	if err := fill(ctx, q, orders); err != nil {
		return order.Order{}, err
	}
	return orders[0], addWaits(ctx, q, &orders[0], row)
}

func wholeOrders(ctx context.Context, q *storedb.Queries, rows []storedb.Order) ([]order.Order, error) {
	orders := make([]order.Order, len(rows))
	for i, row := range rows {
		var err error
		if orders[i], err = whole(ctx, q, row); err != nil {
			return nil, err
		}
	}
	return orders, nil
}

// addWaits asks nothing of most orders: only those that are unsettled wait.
func addWaits(ctx context.Context, q *storedb.Queries, o *order.Order, row storedb.Order) error {
	if row.Unsettled == 0 {
		return nil
	}
	rows, err := q.OrderWaits(ctx, storedb.OrderWaitsParams{First: row.ID, Last: row.ID})
	for _, wait := range rows {
		o.Waiting = append(o.Waiting, waitOf(wait))
	}
	return err
}

// fill adds lines, fulfillments and their parts to orders, which must be every
// stored order between their first and their last, in order of identifier.
func fill(ctx context.Context, q *storedb.Queries, orders []order.Order) error {
	if len(orders) == 0 {
		return nil
	}
	first, last := orders[0].ID.UUID, orders[len(orders)-1].ID.UUID
	lines, err := q.OrderLines(ctx, storedb.OrderLinesParams{First: first[:], Last: last[:]})
	if err != nil {
		return err
	}
	fulfillments, err := q.Fulfillments(ctx, storedb.FulfillmentsParams{First: first[:], Last: last[:]})
	if err != nil {
		return err
	}
	parts, err := q.FulfillmentLines(ctx, storedb.FulfillmentLinesParams{First: first[:], Last: last[:]})
	if err != nil {
		return err
	}
	for i := range orders {
		o := &orders[i]
		lines = takeLines(o, lines)
		fulfillments = takeFulfillments(o, fulfillments)
		parts = takeParts(o, parts)
	}
	if len(lines)+len(fulfillments)+len(parts) > 0 {
		return fault.New(fault.Corrupt, "there are lines or fulfillments of orders that do not exist, between %s and %s", first, last)
	}
	return nil
}

func takeLines(o *order.Order, rows []storedb.OrderLine) []storedb.OrderLine {
	for len(rows) > 0 && uuid(rows[0].OrderID) == o.ID.UUID {
		o.Lines = append(o.Lines, lineOf(rows[0]))
		rows = rows[1:]
	}
	return rows
}

func takeFulfillments(o *order.Order, rows []storedb.Fulfillment) []storedb.Fulfillment {
	for len(rows) > 0 && uuid(rows[0].OrderID) == o.ID.UUID {
		o.Fulfillments = append(o.Fulfillments, fulfillmentOf(rows[0]))
		rows = rows[1:]
	}
	return rows
}

// takeParts relies on the fulfillments of an order being numbered from 1.
func takeParts(o *order.Order, rows []storedb.FulfillmentLinesRow) []storedb.FulfillmentLinesRow {
	for len(rows) > 0 && uuid(rows[0].OrderID) == o.ID.UUID && rows[0].Part >= 1 && int(rows[0].Part) <= len(o.Fulfillments) {
		f := &o.Fulfillments[rows[0].Part-1]
		f.Lines = append(f.Lines, partOf(rows[0]))
		rows = rows[1:]
	}
	return rows
}

func lineOf(row storedb.OrderLine) order.Line {
	return order.Line{
		Number: int(row.Line), SKU: id.SKU(row.Sku), Name: row.Name, Price: money.Of(row.Price, money.Currency(row.Currency)),
		Quantity: row.Quantity, Voided: row.Voided, Returned: row.Returned,
	}
}

func fulfillmentOf(row storedb.Fulfillment) order.Fulfillment {
	return order.Fulfillment{
		ID: id.Fulfillment{UUID: uuid(row.ID)}, Warehouse: id.Site(row.Warehouse),
		Stage: order.Stage(row.Stage), Version: int(row.Version), ChangedAt: moment(row.ChangedAt),
		Promise: promise(row.PromiseFrom, row.PromiseTo), Unasked: row.Unasked != 0, NotBefore: day(row.NotBefore),
		MoveTo: id.Site(row.MoveTo), Redirect: order.Redirect(row.Redirect),
	}
}

func waitOf(row storedb.OrderWait) order.Wait {
	return order.Wait{
		Line: int(row.Line), SKU: id.SKU(row.Sku), Warehouse: id.Site(row.Warehouse), Quantity: row.Quantity, Due: day(row.Due),
	}
}

func partOf(row storedb.FulfillmentLinesRow) order.Part {
	return order.Part{
		Line: int(row.Line), SKU: id.SKU(row.Sku),
		Quantity: row.Quantity, Voided: row.Voided, Asked: row.Asked, Moving: row.Moving, Returned: row.Returned,
	}
}
