package node

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/site/store"
	"crossdock/web/rest"
)

// planning stands between the store and its journal, and remembers what is
// committed of the profiles and the loads of warehouses, for those who want to see
// what the store chooses by.
type planning struct {
	store.Journal

	mu         sync.RWMutex
	warehouses map[id.Site]catalog.Warehouse
	loads      map[workday]int
}

type workday struct {
	warehouse id.Site
	on        date.Date
}

var (
	_ store.Journal = (*planning)(nil)
	_ rest.Planning = (*planning)(nil)
)

func newPlanning(journal store.Journal) *planning {
	return &planning{Journal: journal, warehouses: map[id.Site]catalog.Warehouse{}, loads: map[workday]int{}}
}

// Load implements store.Journal.
func (p *planning) Load(ctx context.Context) (store.Snapshot, error) {
	snapshot, err := p.Journal.Load(ctx)
	if err == nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		clear(p.warehouses)
		clear(p.loads)
		p.note(snapshot.Warehouses, snapshot.Loads)
	}
	return snapshot, err
}

// Commit implements store.Journal.
func (p *planning) Commit(ctx context.Context, batch *store.Changes) error {
	err := p.Journal.Commit(ctx, batch)
	if err == nil && len(batch.Warehouses)+len(batch.Loads) > 0 {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.note(batch.Warehouses, batch.Loads)
	}
	return err
}

func (p *planning) note(warehouses []catalog.Warehouse, loads []store.Load) {
	for _, w := range warehouses {
		p.warehouses[w.Code] = w
	}
	for _, l := range loads {
		p.loads[workday{l.Warehouse, l.On}] = l.Parcels
	}
}

// Warehouses implements rest.Planning.
func (p *planning) Warehouses() []catalog.Warehouse {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return slices.SortedFunc(maps.Values(p.warehouses), func(a, b catalog.Warehouse) int { return cmp.Compare(a.Code, b.Code) })
}

// Parcels implements rest.Planning.
func (p *planning) Parcels(warehouse id.Site, on date.Date) int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.loads[workday{warehouse, on}]
}
