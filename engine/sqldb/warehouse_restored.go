package sqldb

import (
	"context"

	"crossdock/core/id"
)

// Record returns what a store has sealed with its request for a fulfillment.
func (w *Warehouse) Record(ctx context.Context, which id.Fulfillment) ([]byte, error) {
	record, err := w.warehouse.RecordOf(ctx, which.UUID[:])
	return record, w.reader.fail(err, "sqldb.Record", "there is no record of the fulfillment %s", which)
}

// LastNumber returns the highest number of a store's orders, or 0. It looks at all
// fulfillments, which is done once after a restore.
func (w *Warehouse) LastNumber(ctx context.Context, store id.Site) (int64, error) {
	number, err := w.warehouse.LastNumber(ctx, string(store))
	return number, w.reader.fail(err, "sqldb.LastNumber", "")
}
