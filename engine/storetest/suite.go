package storetest

import (
	"context"
	"testing"

	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// Store holds an engine of a store to all rules.
func Store(t *testing.T, f StoreFactory) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, StoreFactory)
	}{
		{"books", func(t *testing.T, f StoreFactory) { testBooks(t, storeBooks(f)) }},
		{"empty", testEmptyStore},
		{"everything comes back", testStoreComesBack},
		{"nothing is shared", testStoreCopies},
		{"insert or replace", testStoreReplaces},
		{"update", testOrderUpdate},
		{"update of nothing", testOrderUpdateMisses},
		{"update that adds", testOrderGrows},
		{"update by halves", testPartialUpdate},
		{"unsettled", testUnsettled},
		{"unasked", testUnasked},
		{"insert and update in one batch", testStoreBatchOrder},
		{"constraints", testStoreConstraints},
		{"times", testStoreTimes},
		{"names", testNames},
		{"carts", testCarts},
		{"sessions", testSessions},
		{"notices", testNotices},
		{"payments", testPayments},
		{"returns", testReturns},
		{"return that cannot be", testReturnConstraints},
		{"holds", testHolds},
		{"schedules, loads and warehouses", testPlans},
		{"loose ends", testLooseEnds},
		{"catalog pages", testCatalogPages},
		{"catalog sorts", testCatalogSorts},
		{"search", testSearch},
		{"odd searches", testOddSearches},
		{"order pages", testOrderPages},
		{"orders of a customer", testOrdersOf},
		{"availability", testAvailability},
		{"stock pages", testStockPages},
		{"totals and shelves", testTotals},
		{"large batch", testLargeStoreBatch},
		{"readers beside the writer", testStoreReaders},
		{"random commands", testStoreRandom},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, f) })
	}
}

// Warehouse holds an engine of a warehouse to all rules.
func Warehouse(t *testing.T, f WarehouseFactory) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, WarehouseFactory)
	}{
		{"books", func(t *testing.T, f WarehouseFactory) { testBooks(t, warehouseBooks(f)) }},
		{"empty", testEmptyWarehouse},
		{"everything comes back", testWarehouseComesBack},
		{"nothing is shared", testWarehouseCopies},
		{"update", testFulfillmentUpdate},
		{"records", testRecords},
		{"under way", testUnderWay},
		{"constraints", testWarehouseConstraints},
		{"levels", testWarehouseLevels},
		{"fulfillment pages", testFulfillmentPages},
		{"purchases", testPurchases},
		{"purchase pages", testPurchasePages},
		{"returns", testReturnOrders},
		{"return pages", testReturnPages},
		{"large batch", testLargeWarehouseBatch},
		{"random commands", testWarehouseRandom},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, f) })
	}
}

// bookRig is what the tests of the books need of either kind of engine.
type bookRig struct {
	books.Feeds
	books.Restored
	Moments
	ctx    context.Context
	site   *scribe
	commit func(books.Rows) error
	load   func() books.Snapshot
	reopen func()
}

func storeBooks(f StoreFactory) func(t *testing.T) *bookRig {
	return func(t *testing.T) *bookRig {
		r := openStore(t, f)
		b := &bookRig{
			Feeds: r.Feeds, Restored: r.Restored, Moments: r.Moments, ctx: r.ctx, site: newScribe(StoreSite),
			commit: func(rows books.Rows) error { return r.Commit(r.ctx, &store.Changes{Books: rows}) },
			load:   func() books.Snapshot { return loadStore(t, r.ctx, r.Journal).Books },
		}
		b.reopen = func() {
			r.reopen()
			b.Feeds, b.Restored, b.Moments = r.Feeds, r.Restored, r.Moments
		}
		return b
	}
}

func warehouseBooks(f WarehouseFactory) func(t *testing.T) *bookRig {
	return func(t *testing.T) *bookRig {
		r := openWarehouse(t, f)
		b := &bookRig{
			Feeds: r.Feeds, Restored: r.Restored, Moments: r.Moments, ctx: r.ctx, site: newScribe(WarehouseSite),
			commit: func(rows books.Rows) error { return r.Commit(r.ctx, &warehouse.Changes{Books: rows}) },
			load:   func() books.Snapshot { return loadWarehouse(t, r.ctx, r.Journal).Books },
		}
		b.reopen = func() {
			r.reopen()
			b.Feeds, b.Restored, b.Moments = r.Feeds, r.Restored, r.Moments
		}
		return b
	}
}
