package sqldb

import (
	"context"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/engine/sqldb/storedb"
	"crossdock/site/store"
)

// readPlans adds what a store reckons with when it takes an order, and what it
// has still to do.
func readPlans(ctx context.Context, q *storedb.Queries, loaded *store.Snapshot) (err error) {
	if loaded.Warehouses, err = readWarehouses(ctx, q); err != nil {
		return err
	}
	if loaded.Schedules, err = readSchedules(ctx, q); err != nil {
		return err
	}
	loads, err := q.Loads(ctx)
	if err != nil {
		return err
	}
	for _, row := range loads {
		loaded.Loads = append(loaded.Loads, store.Load{Warehouse: id.Site(row.Warehouse), On: day(row.Day), Parcels: int(row.Parcels)})
	}
	if loaded.Holds, err = readHolds(ctx, q); err != nil {
		return err
	}
	if loaded.LooseEnds, err = readLooseEnds(ctx, q); err != nil {
		return err
	}
	unsettled, err := q.UnsettledOrders(ctx)
	if err != nil {
		return err
	}
	if loaded.Unsettled, err = wholeOrders(ctx, q, unsettled); err != nil {
		return err
	}
	pending, err := q.PendingTransactions(ctx)
	loaded.Pending = transactions(pending)
	return err
}

func readWarehouses(ctx context.Context, q *storedb.Queries) ([]catalog.Warehouse, error) {
	rows, err := q.Warehouses(ctx)
	warehouses := make([]catalog.Warehouse, len(rows))
	for i, row := range rows {
		warehouses[i] = catalog.Warehouse{
			Code: id.Site(row.Code), Name: row.Name, Place: catalog.Place{Latitude: row.Latitude, Longitude: row.Longitude},
			CutOff: time.Duration(row.CutOff), Workdays: date.Days(row.Workdays),
			Handling: int(row.Handling), Capacity: int(row.Capacity), Safety: row.Safety,
			PerBox: catalog.Micros(row.PerBox), PerUnit: catalog.Micros(row.PerUnit), PerKm: catalog.Micros(row.PerKm),
		}
	}
	return warehouses, err
}

func readSchedules(ctx context.Context, q *storedb.Queries) ([]store.Schedule, error) {
	rows, err := q.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	schedules := make([]store.Schedule, len(rows))
	for i, row := range rows {
		schedules[i] = store.Schedule{
			Warehouse: id.Site(row.Warehouse), Schedule: event.Schedule{SKU: id.SKU(row.Sku), Version: row.Version},
		}
		if err := decode(row.Arrivals, &schedules[i].Arrivals, "what "+row.Warehouse+" expects of "+row.Sku); err != nil {
			return nil, err
		}
	}
	return schedules, nil
}

func readLooseEnds(ctx context.Context, q *storedb.Queries) ([]store.LooseEnd, error) {
	rows, err := q.LooseEnds(ctx)
	ends := make([]store.LooseEnd, len(rows))
	for i, row := range rows {
		ends[i] = store.LooseEnd{
			Order: id.Order{UUID: uuid(row.OrderID)}, Fulfillment: id.Fulfillment{UUID: uuid(row.FulfillmentID)},
			Warehouse: id.Site(row.Warehouse), Kind: store.LooseKind(row.Kind),
		}
	}
	return ends, err
}

func readHolds(ctx context.Context, q *storedb.Queries) ([]store.Hold, error) {
	rows, err := q.Holds(ctx)
	if err != nil {
		return nil, err
	}
	holds := make([]store.Hold, len(rows))
	for i, row := range rows {
		holds[i] = store.Hold{Owner: row.Owner, Since: moment(row.Since), ExpiresAt: moment(row.ExpiresAt)}
		if err := decode(row.Units, &holds[i].Units, "what is held for a checkout"); err != nil {
			return nil, err
		}
	}
	return holds, nil
}
