package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"crossdock/core/event"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/purchase"
	"crossdock/site/books"
	"crossdock/site/warehouse"
)

var (
	_ warehouse.Journal      = (*Warehouse)(nil)
	_ warehouse.Queries      = (*Warehouse)(nil)
	_ warehouse.PurchaseBook = (*Warehouse)(nil)
	_ warehouse.ReturnBook   = (*Warehouse)(nil)
	_ books.Feeds            = (*Warehouse)(nil)
)

// Warehouse keeps a warehouse's state. Its methods may be called from many goroutines.
type Warehouse struct {
	engine
	feeds
	state warehouseState
}

// warehouseState is the tables of a warehouse.
type warehouseState struct {
	ledger       ledger
	fulfillments table[id.Fulfillment, fulfillment.Fulfillment]
	events       table[eventKey, warehouse.Event]
	products     table[id.SKU, event.Product]
	versions     table[id.SKU, warehouse.Version]
	requests     table[string, warehouse.Request]
	purchases    table[string, purchase.Purchase]
	returns      table[id.UUID, fulfillment.ReturnOrder]
	records      table[id.Fulfillment, []byte]
}

// NewWarehouse returns an empty engine of the warehouse site, whose feeds are of epoch.
func NewWarehouse(site id.Site, epoch uint64) *Warehouse {
	return openWarehouse(warehouseState{
		ledger: newLedger(site, epoch),
		fulfillments: newTable[id.Fulfillment, fulfillment.Fulfillment](
			func(a, b id.Fulfillment) int { return compareUUID(a.UUID, b.UUID) }),
		events:    newTable[eventKey, warehouse.Event](eventKey.compare),
		products:  newTable[id.SKU, event.Product](cmp.Compare[id.SKU]),
		versions:  newTable[id.SKU, warehouse.Version](cmp.Compare[id.SKU]),
		requests:  newTable[string, warehouse.Request](strings.Compare),
		purchases: newTable[string, purchase.Purchase](strings.Compare),
		returns:   newTable[id.UUID, fulfillment.ReturnOrder](compareUUID),
		records:   newTable[id.Fulfillment, []byte](func(a, b id.Fulfillment) int { return compareUUID(a.UUID, b.UUID) }),
	})
}

func openWarehouse(state warehouseState) *Warehouse {
	w := &Warehouse{state: state}
	w.feeds = feeds{&w.engine.mu, &w.state.ledger}
	return w
}

// Clone returns an engine with what was committed so far, as a site finds it
// after a crash. The two go their own ways; hooks stay with the old one.
func (w *Warehouse) Clone() *Warehouse {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	return openWarehouse(w.state.clone())
}

func (w *warehouseState) clone() warehouseState {
	return warehouseState{
		ledger: w.ledger.clone(), fulfillments: w.fulfillments.clone(), events: w.events.clone(),
		products: w.products.clone(), versions: w.versions.clone(), requests: w.requests.clone(),
		purchases: w.purchases.clone(), returns: w.returns.clone(), records: w.records.clone(),
	}
}

// Load implements warehouse.Journal.
func (w *Warehouse) Load(context.Context) (warehouse.Snapshot, error) {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	snapshot := warehouse.Snapshot{Books: w.state.ledger.snapshot(), Levels: w.state.versions.values()}
	for _, p := range w.state.purchases.all() {
		if !p.Closed {
			snapshot.Purchases = append(snapshot.Purchases, copyPurchase(p))
		}
	}
	return snapshot, nil
}

// Commit implements warehouse.Journal. A second row under one key is
// fault.Exists, a row that breaks another constraint fault.Conflict, and an
// update of what is not there fault.NotFound; nothing is written then.
func (w *Warehouse) Commit(_ context.Context, changes *warehouse.Changes) error {
	return w.engine.commit(func(b *batch) error {
		if err := w.state.ledger.write(b, changes.Books); err != nil {
			return err
		}
		if err := w.state.writeFulfillments(b, changes); err != nil {
			return err
		}
		return w.state.writeRest(b, changes)
	})
}

func (w *warehouseState) writeFulfillments(b *batch, changes *warehouse.Changes) error {
	for _, f := range changes.Fulfillments {
		if !insert(b, &w.fulfillments, f.ID, copyFulfillment(f)) {
			return exists("the fulfillment %s is there already", f.ID)
		}
	}
	for _, f := range changes.Updates {
		stored, there := w.fulfillments.get(f.ID)
		if !there {
			return notFound("there is no fulfillment %s", f.ID)
		}
		changed, err := updateFulfillment(stored, copyFulfillment(f))
		if err != nil {
			return err
		}
		put(b, &w.fulfillments, f.ID, changed)
	}
	return nil
}

// updateFulfillment returns the stored one with what can change taken from another.
func updateFulfillment(stored, from fulfillment.Fulfillment) (fulfillment.Fulfillment, error) {
	f := copyFulfillment(stored)
	f.Stage, f.Version, f.ChangedAt, f.Address = from.Stage, from.Version, from.ChangedAt, from.Address
	for _, line := range from.Lines {
		there := false
		for i := range f.Lines {
			if own := &f.Lines[i]; own.Line == line.Line {
				own.Voided, own.Returned, own.Picked, there = line.Voided, line.Returned, line.Picked, true
			}
		}
		if !there {
			return f, notFound("the fulfillment %s has no line %d", f.ID, line.Line)
		}
	}
	return f, nil
}

func (w *warehouseState) writeRest(b *batch, changes *warehouse.Changes) error {
	for _, r := range changes.Records {
		if !insert(b, &w.records, r.Fulfillment, slices.Clone(r.Body)) {
			return exists("the record of the fulfillment %s is there already", r.Fulfillment)
		}
	}
	for _, e := range changes.Events {
		if !insert(b, &w.events, eventKey{e.Fulfillment.UUID, e.Seq}, e) {
			return exists("event %d of the fulfillment %s is there already", e.Seq, e.Fulfillment)
		}
	}
	for _, p := range changes.Products {
		put(b, &w.products, p.SKU, p)
	}
	for _, v := range changes.Versions {
		put(b, &w.versions, v.SKU, v)
	}
	for _, p := range changes.Purchases {
		put(b, &w.purchases, p.ID, copyPurchase(p))
	}
	for _, r := range changes.Returns {
		put(b, &w.returns, r.ID, copyReturn(r))
	}
	for _, r := range changes.Requests {
		if !insert(b, &w.requests, r.Key, r) {
			return exists("a request with this key was answered already")
		}
	}
	return nil
}
