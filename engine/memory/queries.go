package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/site/store"
)

// Availability implements store.Queries.
func (s *Store) Availability(_ context.Context, sku id.SKU) ([]store.Availability, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	return s.state.availability(sku), nil
}

// availability joins what is held of a SKU with the levels of the warehouses.
func (s *storeState) availability(sku id.SKU) []store.Availability {
	held := s.ledger.held(sku)
	at := map[id.Site]store.Availability{}
	for warehouse, units := range held {
		at[warehouse] = store.Availability{Held: units, Level: stock.Level{Warehouse: warehouse, SKU: sku}}
	}
	for key, level := range s.levels.from(levelKey{sku: sku}) {
		if key.sku != sku {
			break
		}
		at[key.warehouse] = store.Availability{Held: held[key.warehouse], Level: level}
	}
	var all []store.Availability
	for _, warehouse := range slices.Sorted(maps.Keys(at)) {
		all = append(all, at[warehouse])
	}
	return all
}

// Stock implements store.Queries.
func (s *Store) Stock(_ context.Context, q store.StockQuery) ([]store.Availability, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	var page []store.Availability
	skus := 0
	for _, sku := range s.state.stocked(q) {
		if skus >= q.Limit {
			break
		}
		rows := s.state.availability(sku)
		if q.Warehouse != "" {
			rows = slices.DeleteFunc(rows, func(a store.Availability) bool { return a.Level.Warehouse != q.Warehouse })
		}
		if len(rows) > 0 {
			skus++
		}
		page = append(page, rows...)
	}
	return page, nil
}

// stocked returns the SKUs that some warehouse knows and the query allows, in order.
func (s *storeState) stocked(q store.StockQuery) []id.SKU {
	known := map[id.SKU]bool{}
	for key := range s.levels.all() {
		known[key.sku] = true
	}
	for key := range s.ledger.balances.all() {
		if key.account.Kind == stock.Held {
			known[key.sku] = true
		}
	}
	maps.DeleteFunc(known, func(sku id.SKU, _ bool) bool { return sku <= q.After || q.SKU != "" && sku != q.SKU })
	return slices.Sorted(maps.Keys(known))
}

// Shelves implements store.Queries.
func (s *Store) Shelves(context.Context) ([]store.Shelf, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	counts := map[store.Shelf]int{}
	for _, p := range s.state.products.all() {
		counts[store.Shelf{Type: p.Type, Category: p.Category}]++
	}
	var shelves []store.Shelf
	for shelf, products := range counts {
		shelf.Products = products
		shelves = append(shelves, shelf)
	}
	slices.SortFunc(shelves, func(a, b store.Shelf) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Category, b.Category))
	})
	return shelves, nil
}

// Orders implements store.Queries.
func (s *Store) Orders(_ context.Context, q store.OrderQuery) (store.OrderPage, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	var page store.OrderPage
	if q.Limit < 1 {
		return page, nil
	}
	orders := s.state.orders.backward()
	if !q.Before.IsZero() {
		orders = s.state.orders.before(q.Before)
	}
	for _, o := range orders {
		if !wants(q, o) {
			continue
		}
		if len(page.Orders) == q.Limit {
			page.Next = page.Orders[q.Limit-1].ID
			break
		}
		page.Orders = append(page.Orders, withoutLines(o))
	}
	return page, nil
}

func wants(q store.OrderQuery, o order.Order) bool {
	return (q.Customer.IsZero() || o.Customer == q.Customer) &&
		(q.Status == "" || o.Status == q.Status) &&
		(q.Reference == "" || o.Reference == q.Reference) &&
		(q.Number == 0 || o.Number == q.Number)
}

func withoutLines(o order.Order) order.Order {
	o = copyOrder(o)
	o.Lines = nil
	for i := range o.Fulfillments {
		o.Fulfillments[i].Lines = nil
	}
	return o
}

// Story implements store.Queries.
func (s *Store) Story(_ context.Context, which id.Order) ([]order.Event, []order.Notice, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	var events []order.Event
	for key, e := range s.state.events.from(eventKey{of: which.UUID}) {
		if key.of != which.UUID {
			break
		}
		events = append(events, e)
	}
	var notices []order.Notice
	for key, n := range s.state.notices.from(noticeKey{order: which.UUID}) {
		if key.order != which.UUID {
			break
		}
		notices = append(notices, n)
	}
	slices.SortStableFunc(notices, func(a, b order.Notice) int { return cmp.Compare(a.Seq, b.Seq) })
	return events, notices, nil
}

// Totals implements store.Queries.
func (s *Store) Totals(context.Context) (store.Totals, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	totals := store.Totals{Products: s.state.products.len(), Orders: map[order.Status]int{}}
	for _, o := range s.state.orders.all() {
		totals.Orders[o.Status]++
	}
	return totals, nil
}
