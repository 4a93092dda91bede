package sqlite

import (
	"encoding/json"

	"zombiezen.com/go/sqlite"

	"crossdock/core/catalog"
	"crossdock/site/store"
)

// planWriter holds the statements that write what a store reckons with when it
// takes an order.
type planWriter struct {
	warehouses, schedules, loads, holds *bulk
	release                             *sqlite.Stmt
	ends                                *bulk
	settle                              *sqlite.Stmt
}

func newPlanWriter(p *preparer) planWriter {
	return planWriter{
		warehouses: p.bulk(`
			INSERT OR ROLLBACK INTO warehouses
			       (code, name, latitude, longitude, cut_off, workdays, handling, capacity, safety, per_box, per_unit, per_km)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (code) DO UPDATE
			SET name = excluded.name, latitude = excluded.latitude, longitude = excluded.longitude,
			    cut_off = excluded.cut_off, workdays = excluded.workdays, handling = excluded.handling,
			    capacity = excluded.capacity, safety = excluded.safety,
			    per_box = excluded.per_box, per_unit = excluded.per_unit, per_km = excluded.per_km`),
		schedules: p.bulk(`
			INSERT OR ROLLBACK INTO schedules
			       (sku, warehouse, version, arrivals)
			VALUES (?, ?, ?, ?)
			ON CONFLICT (sku, warehouse) DO UPDATE SET version = excluded.version, arrivals = excluded.arrivals`),
		loads: p.bulk(`
			INSERT OR ROLLBACK INTO loads
			       (warehouse, day, parcels)
			VALUES (?, ?, ?)
			ON CONFLICT (warehouse, day) DO UPDATE SET parcels = excluded.parcels`),
		holds: p.bulk(`
			INSERT OR ROLLBACK INTO holds
			       (owner, units, expires_at, since)
			VALUES (?, ?, ?, ?)
			ON CONFLICT (owner) DO UPDATE
			SET units = excluded.units, expires_at = excluded.expires_at, since = excluded.since`),
		release: p.stmt(`
			DELETE FROM holds
			WHERE  owner = ?`),
		ends: p.bulk(`
			INSERT OR ROLLBACK INTO loose_ends
			       (order_id, fulfillment_id, warehouse, kind)
			VALUES (?, ?, ?, ?)
			ON CONFLICT (order_id, fulfillment_id) DO UPDATE SET warehouse = excluded.warehouse, kind = excluded.kind`),
		settle: p.stmt(`
			DELETE FROM loose_ends
			WHERE  order_id = ? AND fulfillment_id = ?`),
	}
}

func (w *planWriter) write(batch *store.Changes) error {
	if err := w.writeWarehouses(batch.Warehouses); err != nil {
		return err
	}
	w.schedules.expect(len(batch.Schedules))
	for i := range batch.Schedules {
		s := &batch.Schedules[i]
		arrivals, err := encodeList(s.Arrivals)
		if err != nil {
			return err
		}
		if err := w.schedules.row().text(string(s.SKU)).text(string(s.Warehouse)).int(s.Version).text(arrivals).done(); err != nil {
			return err
		}
	}
	w.loads.expect(len(batch.Loads))
	for i := range batch.Loads {
		l := &batch.Loads[i]
		if err := w.loads.row().text(string(l.Warehouse)).date(l.On).int(int64(l.Parcels)).done(); err != nil {
			return err
		}
	}
	for i := range batch.Holds {
		if err := w.writeHold(&batch.Holds[i]); err != nil {
			return err
		}
	}
	for i := range batch.LooseEnds {
		if err := w.writeLooseEnd(&batch.LooseEnds[i]); err != nil {
			return err
		}
	}
	return nil
}

// writeLooseEnd writes one row at a time: a batch may find and settle the same one.
func (w *planWriter) writeLooseEnd(e *store.LooseEnd) error {
	if e.Kind == store.Settled {
		w.settle.BindBytes(1, e.Order.UUID[:])
		w.settle.BindBytes(2, e.Fulfillment.UUID[:])
		return run(w.settle)
	}
	w.ends.expect(1)
	return w.ends.row().bytes(e.Order.UUID[:]).bytes(e.Fulfillment.UUID[:]).text(string(e.Warehouse)).text(string(e.Kind)).done()
}

func (w *planWriter) writeWarehouses(warehouses []catalog.Warehouse) error {
	w.warehouses.expect(len(warehouses))
	for i := range warehouses {
		h := &warehouses[i]
		b := w.warehouses.row().text(string(h.Code)).text(h.Name).float(h.Place.Latitude).float(h.Place.Longitude)
		b.int(int64(h.CutOff)).int(int64(h.Workdays)).int(int64(h.Handling)).int(int64(h.Capacity)).int(h.Safety)
		if err := b.int(int64(h.PerBox)).int(int64(h.PerUnit)).int(int64(h.PerKm)).done(); err != nil {
			return err
		}
	}
	return nil
}

// writeHold writes one row at a time: a batch may make and end the same hold.
func (w *planWriter) writeHold(h *store.Hold) error {
	if len(h.Units) == 0 {
		w.release.BindText(1, h.Owner)
		return run(w.release)
	}
	units, err := encodeList(h.Units)
	if err != nil {
		return err
	}
	w.holds.expect(1)
	return w.holds.row().text(h.Owner).text(units).time(h.ExpiresAt).time(h.Since).done()
}

// encodeList returns a list as JSON; an empty one is [].
func encodeList[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(list)
	return string(text), err
}
