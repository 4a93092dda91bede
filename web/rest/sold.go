package rest

import (
	"context"

	"crossdock/api"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/purchase"
	"crossdock/site/warehouse"
)

// wholePurchase is a purchase with what the store of this process has sold of it
// ahead. A store that runs elsewhere is not asked.
func (s *server) wholePurchase(ctx context.Context, w *site, p purchase.Purchase) (api.Purchase, error) {
	view := purchaseView(w, p)
	if s.Planning == nil {
		return view, nil
	}
	sold, any := make([]int64, len(p.Lines)), false
	for i, line := range p.Lines {
		sold[i] = s.soldAhead(line.SKU, w.name)
		any = any || sold[i] > 0
	}
	if any {
		if err := s.takeSooner(ctx, w, p, sold); err != nil {
			return api.Purchase{}, err
		}
	}
	for i := range view.Lines {
		for j := range view.Lines[i].Shares {
			if share := &view.Lines[i].Shares[j]; share.Store == s.Site {
				units := max(min(sold[i], share.Quantity), 0)
				share.Sold = &units
			}
		}
	}
	return view, nil
}

// soldAhead returns how many units of a SKU the store has sold ahead of what comes
// in at a warehouse, whichever purchase that is of.
func (s *server) soldAhead(sku id.SKU, warehouse id.Site) int64 {
	for _, expected := range s.Planning.Expected(sku) {
		if expected.Warehouse == warehouse {
			return expected.Sold
		}
	}
	return 0
}

// takeSooner leaves of what is sold of each line of a purchase what the store's
// units of other purchases do not cover, which come in sooner.
func (s *server) takeSooner(ctx context.Context, w *site, p purchase.Purchase, sold []int64) error {
	for after := ""; ; {
		page, err := w.Purchases(ctx, warehouse.PurchaseQuery{Open: true, After: after, Limit: api.MaxPage})
		if err != nil {
			return err
		}
		for _, other := range page {
			for i, line := range p.Lines {
				sold[i] -= soonerThan(p.ID, line, other).Share(s.Site)
			}
			after = other.ID
		}
		if len(page) < api.MaxPage {
			return nil
		}
	}
}

// soonerThan returns the line of another purchase that comes in before a line of
// this one; the zero line where there is none. What is due on one day comes in by
// name.
func soonerThan(name string, line purchase.Line, other purchase.Purchase) purchase.Line {
	for _, first := range other.Lines {
		if first.SKU != line.SKU || other.ID == name {
			continue
		}
		if due, than := unknownLast(first.Due), unknownLast(line.Due); due < than || due == than && other.ID < name {
			return first
		}
	}
	return purchase.Line{}
}

// unknownLast puts the unknown day behind all others.
func unknownLast(d date.Date) date.Date {
	if d.IsZero() {
		return 1<<31 - 1
	}
	return d
}
