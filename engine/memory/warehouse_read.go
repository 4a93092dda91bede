package memory

import (
	"context"
	"maps"
	"slices"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/site/warehouse"
)

// Fulfillment implements warehouse.Journal.
func (w *Warehouse) Fulfillment(_ context.Context, which id.Fulfillment) (fulfillment.Fulfillment, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	f, there := w.state.fulfillments.get(which)
	if !there {
		return fulfillment.Fulfillment{}, notFound("there is no fulfillment %s", which)
	}
	return copyFulfillment(f), nil
}

// Request implements warehouse.Journal.
func (w *Warehouse) Request(_ context.Context, key string) (warehouse.Request, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	r, there := w.state.requests.get(key)
	if !there {
		return warehouse.Request{}, notFound("there was no request with this key")
	}
	return r, nil
}

// Levels implements warehouse.Queries.
func (w *Warehouse) Levels(_ context.Context, q warehouse.StockQuery) ([]warehouse.ProductLevel, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	var page []warehouse.ProductLevel
	for _, sku := range cut(w.state.known(q), 0, q.Limit) {
		product, _ := w.state.products.get(sku)
		page = append(page, warehouse.ProductLevel{Name: product.Name, Level: w.state.level(sku)})
	}
	return page, nil
}

// known returns the SKUs that the query allows and the warehouse has a name, a
// version or a balance of, in order.
func (w *warehouseState) known(q warehouse.StockQuery) []id.SKU {
	known := map[id.SKU]bool{}
	for sku := range w.products.all() {
		known[sku] = true
	}
	for sku := range w.versions.all() {
		known[sku] = true
	}
	for key := range w.ledger.balances.all() {
		known[key.sku] = true
	}
	maps.DeleteFunc(known, func(sku id.SKU, _ bool) bool { return sku <= q.After || q.SKU != "" && sku != q.SKU })
	return slices.Sorted(maps.Keys(known))
}

// level adds up the balances of a SKU. On hand is what is in the building.
func (w *warehouseState) level(sku id.SKU) stock.Level {
	version, _ := w.versions.get(sku)
	level := stock.Level{Warehouse: w.ledger.site, SKU: sku, Version: version.Version}
	for key, units := range w.ledger.balances.from(balanceKey{sku: sku}) {
		if key.sku != sku || key.account.Kind.External() {
			break
		}
		switch key.account.Kind {
		case stock.InTransit, stock.Expected, stock.ExpectedQuota: // not in the building
		default:
			level.OnHand += units
		}
		switch key.account.Kind {
		case stock.Available:
			level.Available += units
		case stock.Quota:
			level.Quota += units
		case stock.Allocated:
			level.Allocated += units
		case stock.Picked:
			level.Picked += units
		}
	}
	return level
}

// Fulfillments implements warehouse.Queries.
func (w *Warehouse) Fulfillments(_ context.Context, q warehouse.FulfillmentQuery) ([]fulfillment.Fulfillment, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	var page []fulfillment.Fulfillment
	for which, f := range w.state.fulfillments.from(q.After) {
		if len(page) >= q.Limit {
			break
		}
		if which == q.After || q.Stage != "" && f.Stage != q.Stage || !q.Order.IsZero() && f.Order != q.Order {
			continue
		}
		page = append(page, copyFulfillment(f))
	}
	return page, nil
}

// Story implements warehouse.Queries.
func (w *Warehouse) Story(_ context.Context, which id.Fulfillment) ([]warehouse.Event, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	var events []warehouse.Event
	for key, e := range w.state.events.from(eventKey{of: which.UUID}) {
		if key.of != which.UUID {
			break
		}
		events = append(events, e)
	}
	return events, nil
}

// Purchase implements warehouse.PurchaseBook.
func (w *Warehouse) Purchase(_ context.Context, name string) (purchase.Purchase, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	p, there := w.state.purchases.get(name)
	if !there {
		return purchase.Purchase{}, notFound("there is no purchase %s", fault.Quote(name))
	}
	return copyPurchase(p), nil
}

// Purchases implements warehouse.PurchaseBook.
func (w *Warehouse) Purchases(_ context.Context, q warehouse.PurchaseQuery) ([]purchase.Purchase, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	var page []purchase.Purchase
	for name, p := range w.state.purchases.from(q.After) {
		if len(page) >= q.Limit {
			break
		}
		if name != q.After && !(q.Open && p.Closed) {
			page = append(page, copyPurchase(p))
		}
	}
	return page, nil
}

// Return implements warehouse.ReturnBook.
func (w *Warehouse) Return(_ context.Context, which id.UUID) (fulfillment.ReturnOrder, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	r, there := w.state.returns.get(which)
	if !there {
		return fulfillment.ReturnOrder{}, notFound("there is no return %s", which)
	}
	return copyReturn(r), nil
}

// Returns implements warehouse.ReturnBook.
func (w *Warehouse) Returns(_ context.Context, q warehouse.ReturnQuery) ([]fulfillment.ReturnOrder, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	var page []fulfillment.ReturnOrder
	for which, r := range w.state.returns.from(q.After) {
		if len(page) >= q.Limit {
			break
		}
		if which == q.After || q.State != "" && r.State != q.State || !q.Order.IsZero() && r.Order != q.Order {
			continue
		}
		page = append(page, copyReturn(r))
	}
	return page, nil
}
