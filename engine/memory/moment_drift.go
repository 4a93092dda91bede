package memory

import (
	"context"
	"slices"

	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/site/books"
	"crossdock/site/drift"
)

var _ drift.Source = (*moment)(nil)

// Look returns what is stored now, to be compared with another site.
func (s *Store) Look(context.Context) (drift.Source, error) { return s.moment(), nil }

// Look returns what is stored now, to be compared with another site.
func (w *Warehouse) Look(context.Context) (drift.Source, error) { return w.moment(), nil }

// Levels implements drift.Source.
func (m *moment) Levels(_ context.Context, each func(stock.Level) error) error {
	for _, level := range m.levels {
		if err := each(level); err != nil {
			return err
		}
	}
	return nil
}

// Newest implements drift.Source.
func (m *moment) Newest(_ context.Context, skus []id.SKU, most int) (map[id.SKU][]books.Movement, error) {
	found := make(map[id.SKU][]books.Movement, len(skus))
	for _, movement := range slices.Backward(m.ledger.movements) {
		if slices.Contains(skus, movement.SKU) && len(found[movement.SKU]) < most {
			found[movement.SKU] = append(found[movement.SKU], movement)
		}
	}
	return found, nil
}
