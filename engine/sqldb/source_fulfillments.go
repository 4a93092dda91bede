package sqldb

import (
	"bytes"
	"context"
	"errors"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/engine/sqldb/warehousedb"
	"crossdock/site/audit"
)

// Fulfillments calls each for every fulfillment of a warehouse, in order of
// identifier, the missing ones that lines are left of included.
func (s *Source) Fulfillments(ctx context.Context, each func(f fulfillment.Fulfillment, damage error) error) error {
	if s.role != audit.Warehouse {
		return nil
	}
	q := warehousedb.New(s.tx)
	for first := []byte{}; first != nil; {
		rows, err := q.FulfillmentsFrom(ctx, warehousedb.FulfillmentsFromParams{First: first, Most: sourcePage})
		if err != nil {
			return s.reader.fail(err, "sqldb.Fulfillments", "")
		}
		last, next := pageEnd(rows, func(row warehousedb.Fulfillment) []byte { return row.ID })
		lines, err := q.FulfillmentLines(ctx, warehousedb.FulfillmentLinesParams{First: first, Last: last})
		if err != nil {
			return s.reader.fail(err, "sqldb.Fulfillments", "")
		}
		rest := lineRows(lines)
		for _, row := range rows {
			if err := rest.orphans(row.ID, each); err != nil {
				return err
			}
			f := fulfillmentHead(row)
			f.Lines = rest.take(row.ID)
			damage := errors.Join(checkID("its identifier", row.ID), checkID("the identifier of its order", row.OrderID))
			if err := each(f, damage); err != nil {
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

// lineRows is what belongs to some fulfillments, in order of their identifiers.
type lineRows []warehousedb.FulfillmentLine

// orphans passes on the lines of fulfillments before this one that are not there;
// before nil, all that are left.
func (r *lineRows) orphans(before []byte, each func(f fulfillment.Fulfillment, damage error) error) error {
	for len(*r) > 0 {
		owner := (*r)[0].FulfillmentID
		if before != nil && bytes.Compare(owner, before) >= 0 {
			return nil
		}
		f := fulfillment.Fulfillment{ID: id.Fulfillment{UUID: uuid(owner)}, Lines: r.take(owner)}
		if err := each(f, missing(owner)); err != nil {
			return err
		}
	}
	return nil
}

// take returns the lines of one fulfillment.
func (r *lineRows) take(key []byte) []fulfillment.Line {
	var lines []fulfillment.Line
	for len(*r) > 0 && bytes.Equal((*r)[0].FulfillmentID, key) {
		lines = append(lines, fulfillmentLine((*r)[0]))
		*r = (*r)[1:]
	}
	return lines
}
