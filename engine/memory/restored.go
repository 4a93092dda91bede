package memory

import (
	"context"
	"slices"
	"time"

	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/order"
)

// Restore has the engine, a Clone that was kept, begin a new epoch: as a site finds
// it after it was restored from a backup.
func (s *Store) Restore(epoch uint64) {
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	s.state.ledger.epoch = epoch
}

// Restore has the engine, a Clone that was kept, begin a new epoch: as a site finds
// it after it was restored from a backup.
func (w *Warehouse) Restore(epoch uint64) {
	w.engine.mu.Lock()
	defer w.engine.mu.Unlock()
	w.state.ledger.epoch = epoch
}

// Record implements warehouse.Journal.
func (w *Warehouse) Record(_ context.Context, which id.Fulfillment) ([]byte, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	body, there := w.state.records.get(which)
	if !there {
		return nil, notFound("there is no record of the fulfillment %s", which)
	}
	return slices.Clone(body), nil
}

// LastNumber implements warehouse.Journal.
func (w *Warehouse) LastNumber(_ context.Context, store id.Site) (int64, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	var last int64
	for _, f := range w.state.fulfillments.all() {
		if f.Store == store {
			last = max(last, f.Number)
		}
	}
	return last, nil
}

// Waiting implements books.Restored.
func (s *Store) Waiting(_ context.Context, warehouse id.Site, now time.Time) (int, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	orders := 0
	for _, o := range s.state.orders.all() {
		if !o.Unpaid && slices.ContainsFunc(o.Fulfillments, func(f order.Fulfillment) bool {
			return f.Unasked && f.Warehouse == warehouse && f.NotBefore <= date.Of(now)
		}) {
			orders++
		}
	}
	return orders, nil
}

// Waiting implements books.Restored.
func (w *Warehouse) Waiting(_ context.Context, store id.Site, _ time.Time) (int, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	underWay := 0
	for _, f := range w.state.fulfillments.all() {
		switch f.Stage {
		case order.Accepted, order.Picking, order.PickedStage, order.ReadyStage:
			if f.Store == store {
				underWay++
			}
		default:
		}
	}
	return underWay, nil
}
