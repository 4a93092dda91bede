package memory

import (
	"context"
	"slices"

	"crossdock/core/id"
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
