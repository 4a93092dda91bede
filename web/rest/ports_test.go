package rest

import (
	"context"
	"sync"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/pay"
	"crossdock/engine/manualpay"
	"crossdock/engine/testpay"
	"crossdock/site/store"
)

// plans remembers the profiles that a store has committed, and tells what it sells
// ahead.
type plans struct {
	*store.Published
	mu       sync.Mutex
	profiles []catalog.Warehouse
	parcels  int // of each warehouse on each day
}

var _ Planning = (*plans)(nil)

func (p *plans) Commit(ctx context.Context, batch *store.Changes) error {
	err := p.Published.Commit(ctx, batch)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		for _, w := range batch.Warehouses {
			p.set(w)
		}
	}
	return err
}

func (p *plans) set(w catalog.Warehouse) {
	for i := range p.profiles {
		if p.profiles[i].Code == w.Code {
			p.profiles[i] = w
			return
		}
	}
	p.profiles = append(p.profiles, w)
}

func (p *plans) Warehouses() []catalog.Warehouse {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]catalog.Warehouse{}, p.profiles...)
}

func (p *plans) Parcels(id.Site, date.Date) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.parcels
}

// payments takes cards, bank transfers and payments on delivery.
type payments struct {
	manual  manualpay.Provider
	company *testpay.Company
}

var _ store.Payments = payments{}

func (p payments) of(method pay.Method) store.Payments {
	if method == pay.Card {
		return p.company
	}
	return p.manual
}

func (p payments) Provider(method pay.Method) (string, bool) { return p.of(method).Provider(method) }

func (p payments) Request(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	return p.of(t.Method).Request(ctx, t)
}

func (p payments) Status(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	return p.of(t.Method).Status(ctx, t)
}
