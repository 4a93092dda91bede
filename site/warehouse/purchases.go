package warehouse

import (
	"context"
	"slices"

	"crossdock/core/id"
	"crossdock/core/purchase"
	"crossdock/site/books"
)

// purchase returns one as this batch sees it.
func (s *state) purchase(ctx context.Context, name string) (purchase.Purchase, error) {
	if p, there := s.purchases[name]; there {
		return p, nil
	}
	p, err := s.Purchases.Purchase(ctx, name)
	return p, books.Own(err)
}

// savePurchase stages the change of a purchase, and notes whose schedule it changes.
func (s *state) savePurchase(before, p purchase.Purchase) {
	s.purchases[p.ID] = p
	s.changed.put(p.ID, p)
	for i, line := range p.Lines {
		var old purchase.Line
		if i < len(before.Lines) {
			old = before.Lines[i]
		}
		s.expectOf(line.SKU, p.ID)
		for _, share := range slices.Concat(old.Shares, line.Shares) {
			if old.Due != line.Due || old.Share(share.Store) != line.Share(share.Store) {
				s.dated.put(holding{share.Store, line.SKU}, holding{share.Store, line.SKU})
			}
		}
	}
}

// expectOf notes that an open purchase has a line of a SKU; forget forgets one.
func (s *state) expectOf(sku id.SKU, name string) {
	if s.ordered[sku] == nil {
		s.ordered[sku] = map[string]bool{}
	}
	s.ordered[sku][name] = true
}

func (s *state) forget(p purchase.Purchase) {
	delete(s.purchases, p.ID)
	for _, line := range p.Lines {
		delete(s.ordered[line.SKU], p.ID)
		if len(s.ordered[line.SKU]) == 0 {
			delete(s.ordered, line.SKU)
		}
	}
}
