package store

import (
	"context"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
)

// What the worth of scarce stock is reckoned from: the orders of the last hours
// are taken for those of the next days.
const (
	maxBaskets  = 1000
	priceEvery  = time.Hour
	horizon     = 7 * 24 * time.Hour
	firstPrices = 100 // baskets, after which the first prices are made
)

// basket is an order as the forecast sees it.
type basket struct {
	district id.District
	demands  []sourcing.Demand
	at       time.Time
}

// outlook asks for what is to be expected. Its answer is a sourcing.Outlook, or
// nil while there is too little to go by.
type outlook struct{}

// setPrices has the strategy "cheapest" go by what stock is worth. It has no answer.
type setPrices struct{ prices sourcing.Prices }

// learn keeps an order for the forecast, where the strategy asks for one.
func (l *live) learn(policy sourcing.Policy, o order.Order, at time.Time) {
	if policy.Strategy != sourcing.StrategyCheapest {
		return
	}
	b := basket{o.Address.District, demands(o.Lines), at}
	if len(l.baskets) < maxBaskets {
		l.baskets = append(l.baskets, b)
		return
	}
	l.baskets[l.oldest] = b
	l.oldest = (l.oldest + 1) % maxBaskets
}

// outlook is what the next days bring if they are like the last orders, against
// the quota held now.
func (s *state) outlook() *sourcing.Outlook {
	if len(s.live.baskets) < firstPrices {
		return nil
	}
	first := s.live.baskets[s.live.oldest%len(s.live.baskets)].at
	passed := max(s.now.Sub(first), time.Minute)
	weight := float64(horizon) / float64(passed)
	o := &sourcing.Outlook{Unserved: s.dearest(), Start: s.prices}
	held := map[levelKey]int64{}
	for _, b := range s.live.baskets {
		district := s.districts[b.district]
		o.Orders = append(o.Orders, sourcing.Expected{District: district, Demands: b.demands, Orders: weight})
		for _, warehouse := range district.Warehouses {
			for _, demand := range b.demands {
				held[levelKey{warehouse, demand.SKU}] = s.held(warehouse, demand.SKU)
			}
		}
	}
	for _, warehouse := range s.warehouses() {
		o.Warehouses = append(o.Warehouses, s.candidate(warehouse).Warehouse)
	}
	o.Held = func(warehouse id.Site, sku id.SKU) int64 { return held[levelKey{warehouse, sku}] }
	return o
}

// dearest is what it is reckoned at not to serve a unit: twice what the dearest one
// costs, in a box of its own.
func (s *state) dearest() catalog.Micros {
	var most catalog.Micros
	for _, warehouse := range s.live.warehouses {
		for _, district := range s.districts {
			meters, _ := catalog.Meters(warehouse.Place, district.Place)
			most = max(most, warehouse.PerBox+warehouse.PerUnit+catalog.Micros(meters/1000*float64(warehouse.PerKm)))
		}
	}
	return 2 * most
}

// reckon makes new prices of what stock is worth, outside the writer: it may take
// a second.
func (s *Store) reckon(ctx context.Context) (bool, error) {
	answer, err := s.Do(ctx, outlook{})
	if err != nil || answer.(*sourcing.Outlook) == nil {
		return false, err
	}
	scarce := sourcing.Scarcity(*answer.(*sourcing.Outlook))
	_, err = s.Do(ctx, setPrices{scarce.Price})
	return err == nil, err
}
