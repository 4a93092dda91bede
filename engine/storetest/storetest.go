// Package storetest is what every engine of a store's or a warehouse's state must
// do. An engine proves itself by running Store and Warehouse from its own tests;
// the suite holds it to the ports in site/store, site/warehouse, site/books and
// site/audit, and, by random commands, to the same answers as engine/memory.
//
// Where the ports leave a choice, this is the one that the suite holds engines to:
//
//   - Rows are written in the order of the fields of Changes, so that what one
//     batch inserts the same batch may update, and a session ended in the batch
//     that saved it is gone.
//   - A second row under the same key is fault.Exists: movement, order, order
//     number, fulfillment, event, message, parked message, user name (by
//     strings.ToLower), request, line of a return. A row that breaks another rule
//     is fault.Conflict: a movement whose Seq is not the next one, one of no
//     units, an internal account below zero, a load below zero, a line of a return
//     of which more was found than came back. An update of an order or line that
//     is not there, or of a warehouse's fulfillment, is fault.NotFound. In each
//     case nothing of the batch stays. Rows that refer to what is not there are
//     left to the engine.
//   - An update replaces: of an order status, version, changed_at, reason,
//     void_asked, unpaid, promise, address, new_address and all that waits; of a
//     line voided and returned; of a fulfillment all but its identifier and
//     warehouse; of a part all but its line and SKU. Fulfillments and parts that
//     are not there are added, the former behind the others, the latter in order of
//     their lines. What the update leaves out stays. At a warehouse: stage,
//     version, changed_at and address; voided, returned and picked.
//   - Steps of a payment, and returns, are in order of time, then of their
//     identifiers; a step is known by its order and its identifier. Unsettled
//     orders are in order of their numbers. Every stored load is loaded.
//   - Times come back in UTC, cut to microseconds; the zero time as itself. An
//     empty slice may come back as nil, and nil as an empty slice.
//   - Newest first and oldest first are by identifier, whatever the times say.
//     Identifiers and codes are compared by their bytes. Parked messages are in order
//     of time, origin, number and epoch; those that were skipped of the time of that,
//     origin, epoch and number; notices of time, event and channel.
//   - A limit below one gives no rows. An offset below zero is zero.
//   - Orders come in a page as they are, except that Lines of the order and of
//     each fulfillment are empty. Next is the page's last order if more follow.
//   - No orders are those of the zero customer: guests share no list.
//   - Words are runs of letters and numbers (unicode categories L and N) in any
//     field of a product. A product is found when each word of the search begins
//     one of its words, whatever the case. A search without a word restricts
//     nothing. Whether accents count is the engine's affair.
//   - Products are sorted by name without regard to ASCII case, or by minor
//     units, then by SKU. An unknown sort is ByName. Held is over all warehouses.
//   - A warehouse knows a SKU when a level or a held balance of it is stored. A
//     page of Stock counts its SKUs, not its rows, so that a cursor never
//     splits one.
//   - A page of a warehouse's levels has each SKU with a product, a version or a
//     balance. OnHand is the sum of its internal accounts but those in transit and
//     those of what is announced.
//   - The lines of a warehouse's purchases and returns, and the shares of a line,
//     come back in the order in which they were written.
//   - A message is one of the page while it is the first, or all bodies so far
//     with its own are at most maxBytes. Where there is no message, its cursor
//     is the zero Cursor.
//
// Start reading at StoreFactory, then Store.
package storetest

import (
	"context"
	"testing"

	"crossdock/core/id"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/drift"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// What the engines under test are opened with.
const (
	StoreSite      id.Site = "store"
	WarehouseSite  id.Site = "wh1"
	Epoch          uint64  = 3
	otherWarehouse id.Site = "wh2"
)

// Moments hands out what is stored at one moment, for the audit and for comparisons.
type Moments interface {
	// Snapshot returns the state as of the last commit. The caller closes it.
	Snapshot(ctx context.Context) (audit.Source, error)
	// Look returns the same, to be compared with another site.
	Look(ctx context.Context) (drift.Source, error)
}

// StoreEngine is one open engine of a store. Its parts may be one value or several.
type StoreEngine struct {
	store.Journal
	store.Lookups
	store.Queries
	store.Records
	books.Feeds
	books.Restored
	Moments
	Close func() error // nil where there is nothing to close
}

// WarehouseEngine is one open engine of a warehouse. Its parts may be one value or several.
type WarehouseEngine struct {
	warehouse.Journal
	warehouse.Queries
	warehouse.PurchaseBook
	warehouse.ReturnBook
	books.Feeds
	books.Restored
	Moments
	Close func() error // nil where there is nothing to close
}

// StoreFactory makes the engines that Store tests. The suite closes each engine.
type StoreFactory struct {
	// Open returns an empty engine of its own, for StoreSite and Epoch.
	Open func(t *testing.T) StoreEngine
	// Reopen closes old and returns what is stored, as after a new start.
	Reopen func(t *testing.T, old StoreEngine) StoreEngine
}

// WarehouseFactory makes the engines that Warehouse tests. The suite closes each engine.
type WarehouseFactory struct {
	// Open returns an empty engine of its own, for WarehouseSite and Epoch.
	Open func(t *testing.T) WarehouseEngine
	// Reopen closes old and returns what is stored, as after a new start.
	Reopen func(t *testing.T, old WarehouseEngine) WarehouseEngine
}
