package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/stock"
)

// Published is what has been committed of what the store plans with, besides its
// stock: units that suppliers have announced and that may be sold ahead, those that
// are kept for checkouts in progress, and the profiles and loads of warehouses. It
// stands between the store's writer and its journal, and may be read from many
// goroutines.
type Published struct {
	journal Journal

	mu         sync.RWMutex
	incoming   map[id.SKU][]Expected // by warehouse, in their order
	schedules  map[levelKey]event.Schedule
	holds      map[string]Hold
	warehouses map[id.Site]catalog.Warehouse
	parcels    map[loadKey]int
}

var _ Journal = (*Published)(nil)

// Expected is what a warehouse's suppliers have announced of a SKU, and is not
// here yet.
type Expected struct {
	Warehouse id.Site
	Units     int64 // that may still be sold ahead
	Sold      int64 // ahead already
	arrivals  []event.Arriving
}

// Due returns the day on which the n-th unit that is still to be sold ahead comes
// in, counted from 1; no date where nobody knows.
func (e Expected) Due(n int64) date.Date {
	n += e.Sold
	for _, arriving := range e.arrivals {
		if n -= arriving.Quantity; n <= 0 {
			return arriving.On
		}
	}
	return 0
}

// Watch returns a view of what is written to a journal. The store must write
// through it.
func Watch(journal Journal) *Published { return &Published{journal: journal} }

// Load implements Journal.
func (p *Published) Load(ctx context.Context) (Snapshot, error) {
	snapshot, err := p.journal.Load(ctx)
	if err != nil {
		return snapshot, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.incoming, p.schedules, p.holds = map[id.SKU][]Expected{}, map[levelKey]event.Schedule{}, map[string]Hold{}
	p.warehouses, p.parcels = map[id.Site]catalog.Warehouse{}, map[loadKey]int{}
	p.follow(snapshot.Books.Balances, snapshot.Schedules, snapshot.Holds)
	p.plan(snapshot.Warehouses, snapshot.Loads)
	return snapshot, nil
}

// Commit implements Journal. What an error leaves unknown is known again by the
// Load that follows it.
func (p *Published) Commit(ctx context.Context, batch *Changes) error {
	if err := p.journal.Commit(ctx, batch); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.follow(batch.Books.Balances, batch.Schedules, batch.Holds)
	p.plan(batch.Warehouses, batch.Loads)
	return nil
}

// follow takes note of rows as they now are.
func (p *Published) follow(balances []stock.Balance, schedules []Schedule, holds []Hold) {
	for _, b := range balances {
		switch b.Account.Kind {
		case stock.IncomingHeld:
			p.at(b.SKU, id.Site(b.Account.Ref)).Units = b.Units
		case stock.IncomingPromised:
			p.at(b.SKU, id.Site(b.Account.Ref)).Sold = b.Units
		default: // of what is here, or outside
		}
	}
	for _, schedule := range schedules {
		p.schedules[levelKey{schedule.Warehouse, schedule.SKU}] = schedule.Schedule
	}
	for _, hold := range holds {
		if len(hold.Units) == 0 {
			delete(p.holds, hold.Owner)
		} else {
			p.holds[hold.Owner] = hold
		}
	}
}

func (p *Published) plan(warehouses []catalog.Warehouse, loads []Load) {
	for _, w := range warehouses {
		p.warehouses[w.Code] = w
	}
	for _, l := range loads {
		p.parcels[loadKey{l.Warehouse, l.On}] = l.Parcels
	}
}

// at returns the entry of a warehouse, which is made where there is none.
func (p *Published) at(sku id.SKU, warehouse id.Site) *Expected {
	list := p.incoming[sku]
	i, there := slices.BinarySearchFunc(list, warehouse, func(e Expected, w id.Site) int { return cmp.Compare(e.Warehouse, w) })
	if !there {
		list = slices.Insert(list, i, Expected{Warehouse: warehouse})
		p.incoming[sku] = list
	}
	return &list[i]
}

// Expected returns what suppliers have announced of a SKU, by warehouse.
// Warehouses of which nothing is expected are left out.
func (p *Published) Expected(sku id.SKU) []Expected {
	p.mu.RLock()
	defer p.mu.RUnlock()
	var all []Expected
	for _, e := range p.incoming[sku] {
		if e.Units > 0 || e.Sold > 0 {
			e.arrivals = p.schedules[levelKey{e.Warehouse, sku}].Arrivals
			all = append(all, e)
		}
	}
	return all
}

// Hold returns what is kept for the owner of a cart, if anything is. It may have
// expired: the store ends a hold a moment later.
func (p *Published) Hold(owner string) (Hold, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	hold, there := p.holds[owner]
	return hold, there
}

// Warehouses returns the profiles of warehouses, by code.
func (p *Published) Warehouses() []catalog.Warehouse {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return slices.SortedFunc(maps.Values(p.warehouses), func(a, b catalog.Warehouse) int { return cmp.Compare(a.Code, b.Code) })
}

// Parcels returns how many parcels a warehouse was given to hand over on a day.
func (p *Published) Parcels(warehouse id.Site, on date.Date) int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.parcels[loadKey{warehouse, on}]
}
