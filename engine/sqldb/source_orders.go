package sqldb

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/engine/sqldb/storedb"
	"crossdock/site/audit"
)

// Orders calls each for every order of a store, in order of identifier, the
// missing ones that something is left of included. Identifiers are compared as
// they are stored, because damaged ones may have any length.
func (s *Source) Orders(ctx context.Context, each func(o order.Order, damage error) error) error {
	if s.role != audit.Store {
		return nil
	}
	q := storedb.New(s.tx)
	for first := []byte{}; first != nil; {
		rows, err := q.OrdersFrom(ctx, storedb.OrdersFromParams{First: first, Most: sourcePage})
		if err != nil {
			return s.reader.fail(err, "sqldb.Orders", "")
		}
		last, next := pageEnd(rows, func(row storedb.OrdersFromRow) []byte { return row.ID })
		rest, err := readOrderRows(ctx, q, first, last)
		if err != nil {
			return s.reader.fail(err, "sqldb.Orders", "")
		}
		for _, row := range rows {
			if err := rest.orphans(row.ID, each); err != nil {
				return err
			}
			o, damage := orderFound(row)
			if err := each(o, errors.Join(damage, rest.take(&o, row.ID))); err != nil {
				return err
			}
		}
		if err := rest.orphans(nil, each); err != nil {
			return err
		}
		first = next
	}
	return nil
}

// pageEnd returns the last key that a page covers, and the first of the next
// page, nil after the last one.
func pageEnd[R any](rows []R, key func(R) []byte) (last, next []byte) {
	if len(rows) < sourcePage {
		return bytes.Repeat([]byte{0xff}, 64), nil // behind whatever may stand for an identifier
	}
	last = key(rows[len(rows)-1])
	return last, append(bytes.Clone(last), 0)
}

// orderFound reads as much of a row as can be read.
func orderFound(row storedb.OrdersFromRow) (order.Order, error) {
	o, err := orderHead(storedb.Order{
		Number: row.Number, ID: row.ID, Store: row.Store, Customer: row.Customer, Reference: row.Reference,
		Status: row.Status, Version: row.Version, PlacedAt: row.PlacedAt, ChangedAt: row.ChangedAt,
		Name: row.Name, Street: row.Street, PostalCode: row.PostalCode, City: row.City, District: row.District,
		Email: row.Email, Phone: row.Phone, Payment: row.Payment, Total: row.Total, Currency: row.Currency,
		Why: row.Why, Reason: row.Reason, VoidAsked: row.VoidAsked == "1" || row.VoidAsked == "true",
		Unpaid: row.Unpaid, PromiseFrom: row.PromiseFrom, PromiseTo: row.PromiseTo, NewAddress: row.NewAddress,
	})
	if !o.VoidAsked && row.VoidAsked != "0" && row.VoidAsked != "false" {
		err = errors.Join(err, corrupt("void_asked of order number %d is %s", row.Number, fault.Quote(row.VoidAsked)))
	}
	if row.Customer != nil {
		err = errors.Join(err, checkID("the customer", row.Customer))
	}
	return o, errors.Join(checkID("its identifier", row.ID), err)
}

// orderRest is what belongs to some orders, in order of their identifiers.
type orderRest struct {
	lines        []storedb.OrderLine
	fulfillments []storedb.Fulfillment
	parts        []storedb.FulfillmentLinesRow
	waits        []storedb.OrderWait
}

func readOrderRows(ctx context.Context, q *storedb.Queries, first, last []byte) (*orderRest, error) {
	lines, err := q.OrderLines(ctx, storedb.OrderLinesParams{First: first, Last: last})
	if err != nil {
		return nil, err
	}
	fulfillments, err := q.Fulfillments(ctx, storedb.FulfillmentsParams{First: first, Last: last})
	if err != nil {
		return nil, err
	}
	parts, err := q.FulfillmentLines(ctx, storedb.FulfillmentLinesParams{First: first, Last: last})
	if err != nil {
		return nil, err
	}
	waits, err := q.OrderWaits(ctx, storedb.OrderWaitsParams{First: first, Last: last})
	return &orderRest{lines, fulfillments, parts, waits}, err
}

// orphans passes on what belongs to orders before this one that are not there;
// before nil, to all that are left. Parts need no look of their own: they were
// found through their fulfillments.
func (r *orderRest) orphans(before []byte, each func(o order.Order, damage error) error) error {
	for {
		owner := r.next()
		if owner == nil || before != nil && bytes.Compare(owner, before) >= 0 {
			return nil
		}
		o := order.Order{ID: id.Order{UUID: uuid(owner)}}
		damage := errors.Join(missing(owner), r.take(&o, owner))
		if err := each(o, damage); err != nil {
			return err
		}
	}
}

// next returns the first order that something is left of, nil where nothing is.
func (r *orderRest) next() []byte {
	var keys [][]byte
	if len(r.lines) > 0 {
		keys = append(keys, r.lines[0].OrderID)
	}
	if len(r.fulfillments) > 0 {
		keys = append(keys, r.fulfillments[0].OrderID)
	}
	if len(r.waits) > 0 {
		keys = append(keys, r.waits[0].OrderID)
	}
	if len(keys) == 0 {
		return nil
	}
	return slices.MinFunc(keys, bytes.Compare)
}

// take gives an order what belongs to it.
func (r *orderRest) take(o *order.Order, key []byte) error {
	var damage error
	for len(r.lines) > 0 && bytes.Equal(r.lines[0].OrderID, key) {
		o.Lines = append(o.Lines, lineOf(r.lines[0]))
		r.lines = r.lines[1:]
	}
	at := map[int64]int{} // by part number, which may have gaps here
	for len(r.fulfillments) > 0 && bytes.Equal(r.fulfillments[0].OrderID, key) {
		row := r.fulfillments[0]
		damage = errors.Join(damage, checkID("the identifier of its fulfillment at "+row.Warehouse, row.ID))
		at[row.Part] = len(o.Fulfillments)
		o.Fulfillments = append(o.Fulfillments, fulfillmentOf(row))
		r.fulfillments = r.fulfillments[1:]
	}
	for len(r.parts) > 0 && bytes.Equal(r.parts[0].OrderID, key) {
		if i, known := at[r.parts[0].Part]; known {
			o.Fulfillments[i].Lines = append(o.Fulfillments[i].Lines, partOf(r.parts[0]))
		}
		r.parts = r.parts[1:]
	}
	for len(r.waits) > 0 && bytes.Equal(r.waits[0].OrderID, key) {
		o.Waiting = append(o.Waiting, waitOf(r.waits[0]))
		r.waits = r.waits[1:]
	}
	return damage
}

func corrupt(format string, args ...any) error { return fault.New(fault.Corrupt, format, args...) }

// missing says that the row with this key is not there, of which others speak.
func missing(key []byte) error {
	gone := fault.New(fault.NotFound, "is missing, but there are rows that belong to it")
	return errors.Join(gone, checkID("what they call it", key))
}

// checkID reports an identifier that has not its 16 bytes.
func checkID(what string, stored []byte) error {
	if len(stored) == len(id.UUID{}) {
		return nil
	}
	return corrupt("%s has %d bytes in place of %d", what, len(stored), len(id.UUID{}))
}
