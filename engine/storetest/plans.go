package storetest

import (
	"testing"

	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/site/store"
)

func testHolds(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	one, two := hold(1), hold(2)
	r.commit(&store.Changes{Holds: []store.Hold{two, one, {Owner: "never there"}}})
	holds := func(what string, want ...store.Hold) {
		t.Helper()
		for range 2 {
			same(t, what, want, loadStore(t, r.ctx, r.Journal).Holds)
			r.reopen()
		}
	}
	holds("as written", one, two)
	one.Units, one.Since, one.ExpiresAt = one.Units[1:], when(0), when(1)
	r.commit(&store.Changes{Holds: []store.Hold{one}})
	holds("replaced", one, two)
	refused(t, "commit", fault.Conflict, r.Commit(r.ctx, &store.Changes{
		Holds: []store.Hold{{Owner: two.Owner}}, Loads: []store.Load{{Warehouse: WarehouseSite, On: day(1), Parcels: -1}},
	}))
	holds("after what was refused", one, two)
	r.commit(&store.Changes{Holds: []store.Hold{{Owner: two.Owner, ExpiresAt: when(5)}}})
	holds("one without units is removed", one)
	r.commit(&store.Changes{Holds: []store.Hold{{Owner: one.Owner}, one, two, {Owner: two.Owner}}})
	holds("removed and written in one batch", one)
}

// testLooseEnds finds what a restored store has to settle, changes it, and settles it.
func testLooseEnds(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	one, two := looseEnds(1), looseEnds(2)
	r.commit(&store.Changes{LooseEnds: []store.LooseEnd{two[1], one[0], one[1]}})
	holds := func(what string, want ...store.LooseEnd) {
		t.Helper()
		for range 2 {
			same(t, what, want, loadStore(t, r.ctx, r.Journal).LooseEnds)
			r.reopen()
		}
	}
	holds("as written", one[0], one[1], two[1])
	one[1].Kind, one[1].Warehouse = store.Contested, otherWarehouse
	r.commit(&store.Changes{LooseEnds: one[1:]})
	holds("changed", one[0], one[1], two[1])
	settled := store.LooseEnd{Order: one[0].Order}
	refused(t, "commit", fault.Conflict, r.Commit(r.ctx, &store.Changes{
		LooseEnds: []store.LooseEnd{settled}, Loads: []store.Load{{Warehouse: WarehouseSite, On: day(1), Parcels: -1}},
	}))
	holds("after what was refused", one[0], one[1], two[1])
	r.commit(&store.Changes{LooseEnds: []store.LooseEnd{settled, two[0], {Order: two[0].Order}, settled}})
	holds("settled", one[1], two[1])
}

// testPlans replaces what a store reckons with, and lets it be nothing again.
func testPlans(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	bare, elsewhere := catalog.Warehouse{Code: "wh9"}, schedule(1)
	elsewhere.Warehouse = otherWarehouse
	loads := []store.Load{
		{Warehouse: WarehouseSite, On: day(-400), Parcels: 1},
		{Warehouse: WarehouseSite, On: day(3), Parcels: 1 << 30},
		{Warehouse: otherWarehouse, On: day(3), Parcels: 0},
	}
	first := &store.Changes{
		Warehouses: []catalog.Warehouse{warehouseProfile(1), bare},
		Schedules:  []store.Schedule{schedule(1), elsewhere, schedule(2)}, Loads: loads,
	}
	r.commit(first)
	holds := func(what string, want *store.Changes) {
		t.Helper()
		for range 2 {
			loaded := loadStore(t, r.ctx, r.Journal)
			same(t, what+": warehouses", want.Warehouses, loaded.Warehouses)
			same(t, what+": schedules", want.Schedules, loaded.Schedules)
			same(t, what+": loads", want.Loads, loaded.Loads)
			r.reopen()
		}
	}
	holds("as written", first)
	emptied := catalog.Warehouse{Code: warehouseProfile(1).Code}
	filled := catalog.Warehouse{Code: bare.Code, Name: "Full", Capacity: 1, PerKm: 1_000_000_000, Workdays: 1}
	nothing := store.Schedule{Warehouse: WarehouseSite, Schedule: event.Schedule{SKU: skuOf(1), Version: 1}}
	loads[1].Parcels = 4
	r.commit(&store.Changes{
		Warehouses: []catalog.Warehouse{filled, emptied}, Schedules: []store.Schedule{nothing}, Loads: loads[1:2],
	})
	holds("replaced", &store.Changes{
		Warehouses: []catalog.Warehouse{emptied, filled}, Schedules: []store.Schedule{nothing, elsewhere, schedule(2)}, Loads: loads,
	})
}
