package memory

import (
	"context"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/audit"
	"crossdock/site/books"
)

var _ audit.Source = (*moment)(nil)

// moment is one site's state at one time. It is a copy, so later commits do not
// reach it and its readers hold nobody up.
type moment struct {
	role         audit.Role
	ledger       ledger
	orders       []order.Order
	fulfillments []fulfillment.Fulfillment
	levels       []stock.Level
}

// Snapshot returns what is stored now, for the audit.
func (s *Store) Snapshot(context.Context) (audit.Source, error) { return s.moment(), nil }

// Snapshot returns what is stored now, for the audit.
func (w *Warehouse) Snapshot(context.Context) (audit.Source, error) { return w.moment(), nil }

func (s *Store) moment() *moment {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	return &moment{
		role: audit.Store, ledger: s.state.ledger.clone(), orders: s.state.orders.values(), levels: s.state.levels.values(),
	}
}

func (w *Warehouse) moment() *moment {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	m := &moment{
		role: audit.Warehouse, ledger: w.state.ledger.clone(), fulfillments: w.state.fulfillments.values(),
	}
	for _, v := range w.state.versions.values() {
		m.levels = append(m.levels, stock.Level{Warehouse: w.state.ledger.site, SKU: v.SKU, Version: v.Version})
	}
	return m
}

// Head implements audit.Source.
func (m *moment) Head(context.Context) (audit.Head, error) {
	s := m.ledger.snapshot()
	return audit.Head{
		Site: s.Site, Role: m.role, Epoch: s.Epoch, Orders: int64(len(m.orders)),
		Written: s.Written, Read: s.Read, Parked: s.Parked,
		Skipped: m.ledger.allSkipped(), Pruned: s.Pruned, Peers: s.Peers,
	}, nil
}

// Movements implements audit.Source. Every row here can be read.
func (m *moment) Movements(_ context.Context, each func(m books.Movement, unreadable error) error) error {
	for _, movement := range m.ledger.movements {
		if err := each(movement, nil); err != nil {
			return err
		}
	}
	return nil
}

// Balances implements audit.Source.
func (m *moment) Balances(_ context.Context, each func(b stock.Balance, unreadable error) error) error {
	for _, b := range m.ledger.allBalances() {
		if err := each(b, nil); err != nil {
			return err
		}
	}
	return nil
}

// Orders implements audit.Source.
func (m *moment) Orders(_ context.Context, each func(o order.Order, damage error) error) error {
	for _, o := range m.orders {
		if err := each(copyOrder(o), nil); err != nil {
			return err
		}
	}
	return nil
}

// Fulfillments implements audit.Source.
func (m *moment) Fulfillments(_ context.Context, each func(f fulfillment.Fulfillment, damage error) error) error {
	for _, f := range m.fulfillments {
		if err := each(copyFulfillment(f), nil); err != nil {
			return err
		}
	}
	return nil
}

// Messages implements audit.Source.
func (m *moment) Messages(_ context.Context, destination id.Site, after uint64, each func(m feed.Message) error) error {
	for key, message := range m.ledger.messages.from(messageKey{string(destination), after}) {
		if key.destination != string(destination) {
			break
		}
		if key.seq == after {
			continue
		}
		if err := each(copyMessage(message)); err != nil {
			return err
		}
	}
	return nil
}

// Close implements audit.Source.
func (m *moment) Close() error { return nil }
