package store_test

import (
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/sourcing"
	"crossdock/site/store"
)

func shippers(o order.Order) (sites []id.Site) {
	for _, f := range o.Fulfillments {
		sites = append(sites, f.Warehouse)
	}
	return sites
}

// TestSourcingPolicy: the shop's strategy chooses the warehouses, of an order and
// of a hold alike, and says why.
func TestSourcingPolicy(t *testing.T) {
	for strategy, want1 := range map[sourcing.Strategy][]id.Site{
		"":                       {"wh1"}, // the district's first
		sourcing.StrategyFewest:  {"wh1"},
		sourcing.StrategyNearest: {"wh2"},
		sourcing.StrategyFastest: {"wh2"},
	} {
		r := newRig(t, store.Options{Sourcing: sourcing.Policy{Strategy: strategy}})
		r.do(store.SetDistricts{Districts: []catalog.District{
			{Code: "coast", Name: "Coast", Warehouses: []id.Site{"wh1", "wh2"}, Place: catalog.Place{Latitude: 50, Longitude: 1}},
		}})
		r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{
			{Code: "wh1", Place: catalog.Place{Latitude: 50, Longitude: 15}}, {Code: "wh2", Place: catalog.Place{Latitude: 50, Longitude: 2}},
		}})
		kept := r.do(store.HoldStock{Owner: "guest:1", District: "coast", Lines: []store.Wanted{want("mug", 2)}}).(store.Holding)
		r.do(store.ReleaseHold{Owner: "guest:1"})
		c := order1(want("mug", 2))
		c.Address.District = "coast"
		o := r.do(c).(store.Placement).Order
		same(t, string(strategy)+" chooses", want1, shippers(o))
		same(t, "kept at", want1[0], kept.Units[0].Warehouse)
		same(t, "promised for a checkout", o.Promise, kept.Promise)
		same(t, "stored", r.order(o.ID), o)
		if o.Promise.To.IsZero() || len(o.Why) == 0 {
			t.Errorf("%s: promise %v, why %v", strategy, o.Promise, o.Why)
		}
	}
	if _, err := store.Open(t.Context(), store.Ports{}, store.Options{Sourcing: sourcing.Policy{Strategy: "by-gut"}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown strategy: %v", err)
	}
}

// TestCapacity: a warehouse that has promised as many parcels as it can hand over
// in a day hands the next ones over later, also after a restart.
func TestCapacity(t *testing.T) {
	r := newRig(t, store.Options{})
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1", Capacity: 2}}})
	days := func(n int) (all []date.Date) {
		for range n {
			all = append(all, r.place(want("mug", 1)).Promise.From-today)
		}
		return all
	}
	same(t, "days", []date.Date{2, 2, 3}, days(3))
	r.reopen()
	same(t, "days after a restart", []date.Date{3, 4}, days(2)[:2])
	r.clock.move(24 * time.Hour)
	r.hear("wh2", "quota", r.grant(id.Grant{}))
	same(t, "the day after", date.Date(4), r.place(want("pot", 1)).Promise.From-today) // of yesterday three are left
}

// TestSafety promises nothing of a store's safety stock, to nobody.
func TestSafety(t *testing.T) {
	r := newRig(t, store.Options{})
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1", Safety: 2}, {Code: "wh2", Safety: 3}}})
	same(t, "kept", []store.Held{{Warehouse: "wh1", SKU: "mug", Units: 3}}, r.keep("guest:1", want("mug", 3)).Units)
	same(t, "missing of four", []sourcing.Shortage{{SKU: "mug", Ordered: 4, Missing: 1}}, r.keep("guest:1", want("mug", 4)).Short)
	r.do(store.ReleaseHold{Owner: "guest:1"})
	same(t, "four", order.Voided, r.place(want("mug", 4)).Status)
	same(t, "three", order.Placed, r.place(want("mug", 3)).Status)
	same(t, "mugs", [4]int64{2, 3, 0, 0}, r.mugs())
}

// TestSetWarehouses checks all before it changes any, and writes only what is new.
func TestSetWarehouses(t *testing.T) {
	r := newRig(t, store.Options{})
	good := catalog.Warehouse{Code: "wh1", Name: "First", Capacity: 5}
	r.refused(fault.Invalid, "capacity", store.SetWarehouses{Warehouses: []catalog.Warehouse{good, {Code: "wh2", Capacity: -1}}})
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{good}})
	same(t, "stored", []catalog.Warehouse{good}, r.state().Snapshot.Warehouses)
	r.db.Fail(func(int) error { return errDisk }) // a commit would fail
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{good}})
	r.db.Fail(nil)
}

// TestPriceSeen refuses an order whose customer saw another price, and says which
// product it is.
func TestPriceSeen(t *testing.T) {
	r := newRig(t, store.Options{})
	seen := func(minor int64, currency money.Currency) store.Wanted {
		amount := money.Of(minor, currency)
		return store.Wanted{SKU: "mug", Units: 1, Seen: &amount}
	}
	r.refused(fault.Conflict, "lines[1].price", order1(want("pot", 1), seen(449, "EUR")))
	r.refused(fault.Conflict, "lines[0].price", order1(seen(450, "GBP")))
	same(t, "as seen", order.Placed, r.place(seen(450, "EUR")).Status)
	dearer := product("mug")
	dearer.Price = money.Of(500, "EUR")
	r.do(store.ListProducts{Products: []catalog.Product{dearer}})
	r.refused(fault.Conflict, "lines[0].price", order1(seen(450, "EUR")))
	r.refused(fault.Conflict, "lines[0].price", store.HoldStock{Owner: "guest:1", District: "north", Lines: []store.Wanted{seen(450, "EUR")}})
}
