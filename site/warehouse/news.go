package warehouse

import (
	"maps"
	"slices"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/purchase"
	"crossdock/core/stock"
)

// perMessage is the most SKUs that one message tells of.
const perMessage = 500

// welcome tells a new store what the warehouse has. It has no answer.
type welcome struct{ store id.Site }

func (s *state) welcome(c welcome) error {
	return s.sayLevels(slices.Sorted(maps.Keys(s.versions)), c.store)
}

// sayNews tells every store what the warehouse now has of the SKUs whose stock was
// touched, and each whose announced units are expected otherwise when that is.
func (s *state) sayNews() error {
	touched := map[id.SKU]bool{}
	for _, m := range s.books.Since(0) {
		if m.From.Kind != stock.Announced && m.To.Kind != stock.ExpectedQuota && m.To.Kind != stock.Announced {
			touched[m.SKU] = true
		}
	}
	changed := maps.Clone(touched)
	for _, h := range s.dated.rows {
		changed[h.sku] = true
	}
	for _, sku := range slices.Sorted(maps.Keys(changed)) {
		s.versions[sku]++
		s.changes.Versions = append(s.changes.Versions, Version{sku, s.versions[sku]})
	}
	if err := s.sayLevels(slices.Sorted(maps.Keys(touched)), s.options.Stores...); err != nil {
		return err
	}
	return s.saySchedules()
}

func (s *state) sayLevels(skus []id.SKU, to ...id.Site) error {
	for chunk := range slices.Chunk(skus, perMessage) {
		levels := make([]stock.Level, len(chunk))
		for i, sku := range chunk {
			levels[i] = s.level(sku)
		}
		for _, store := range to {
			if err := s.books.Say(store, "levels", event.StockLevels{Levels: levels}, s.now); err != nil {
				return err
			}
			if err := s.sayElsewhere(store, levels); err != nil {
				return err
			}
		}
	}
	return nil
}

// sayElsewhere tells a store what others hold: that much may be had by asking.
func (s *state) sayElsewhere(store id.Site, levels []stock.Level) error {
	if len(s.holders) < 2 {
		return nil
	}
	units := make([]event.Units, len(levels))
	for i, level := range levels {
		units[i] = event.Units{SKU: level.SKU, Quantity: level.Quota - s.books.Balance(level.SKU, stock.QuotaOf(store))}
	}
	return s.books.Say(store, "levels", event.QuotaElsewhere{Units: units}, s.now)
}

// level adds up what is in the building of a SKU. What is only announced is no stock.
func (s *state) level(sku id.SKU) stock.Level {
	units := func(kind stock.Kind) int64 { return s.books.Balance(sku, stock.Account{Kind: kind}) }
	level := stock.Level{
		Warehouse: s.books.Site(), SKU: sku, Available: units(stock.Available),
		Allocated: units(stock.Allocated), Picked: units(stock.Picked), Version: s.versions[sku],
	}
	for _, store := range s.holders {
		level.Quota += s.books.Balance(sku, stock.QuotaOf(store))
	}
	level.OnHand = level.Available + level.Quota + level.Allocated + level.Picked +
		units(stock.Quarantine) + units(stock.Damaged)
	return level
}

// saySchedules tells the stores when their announced units are expected. It is the
// last that is said of them: who reads it has heard of each unit before.
func (s *state) saySchedules() error {
	schedules := map[id.Site][]event.Schedule{}
	var stores []id.Site
	for _, h := range s.dated.rows {
		if schedules[h.store] == nil {
			stores = append(stores, h.store)
		}
		var open []purchase.Purchase
		for name := range s.ordered[h.sku] {
			open = append(open, s.purchases[name])
		}
		schedules[h.store] = append(schedules[h.store], event.Schedule{
			SKU: h.sku, Version: s.versions[h.sku], Arrivals: purchase.Schedule(open, h.store, h.sku),
		})
	}
	for _, store := range stores {
		for chunk := range slices.Chunk(schedules[store], perMessage) {
			if err := s.books.Say(store, "quota", event.IncomingDated{Schedules: chunk}, s.now); err != nil {
				return err
			}
		}
	}
	return nil
}
