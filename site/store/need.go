package store

import (
	"maps"
	"slices"
	"time"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/order"
)

// How far ahead of need a store asks for quota: when it holds less than it sells
// in the one time, it asks for what it sells in the other.
const (
	lowWater  = time.Minute
	highWater = 10 * time.Minute
)

// sold counts an order into the rates of sale.
func (s *state) sold(o *order.Order) {
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		for _, part := range f.Lines {
			k := levelKey{f.Warehouse, part.SKU}
			s.live.sales[k] = s.live.sales[k].Sold(part.Quantity, s.now)
			if s.held(f.Warehouse, part.SKU) == 0 || s.levels[k].Available+s.levels[k].Elsewhere > 0 {
				s.live.low[k] = struct{}{}
			}
		}
	}
}

// askByNeed asks warehouses that have free units for what is sold faster than it
// is held. An answer with nothing is not asked for again before something changes
// there.
func (s *state) askByNeed() error {
	wants := map[id.Site][]event.Units{}
	for _, k := range slices.SortedFunc(maps.Keys(s.live.low), levelKey.compare) {
		delete(s.live.low, k)
		level, rate := s.levels[k], s.live.sales[k].Rate(s.now)
		held := s.held(k.warehouse, k.sku)
		more := level.Available + level.Elsewhere
		if more == 0 || s.live.tried[k] == level.Version || float64(held) >= rate*lowWater.Seconds() {
			continue
		}
		missing := min(int64(rate*highWater.Seconds())+1-held, more)
		if missing <= 0 || !s.reaches(k.warehouse) {
			continue
		}
		s.live.tried[k] = level.Version
		wants[k.warehouse] = append(wants[k.warehouse], event.Units{SKU: k.sku, Quantity: missing})
	}
	for _, warehouse := range slices.Sorted(maps.Keys(wants)) {
		ask := id.Grant{UUID: s.IDs.New()} // nobody waits for the answer
		if err := s.books.Say(warehouse, "ask", event.QuotaAsked{Ask: ask, Units: wants[warehouse]}, s.now); err != nil {
			return err
		}
	}
	return nil
}
