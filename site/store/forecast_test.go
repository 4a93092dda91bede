package store_test

import (
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/sourcing"
	"crossdock/site/store"
)

// TestScarceStockIsSpared: wh1 is a little nearer to the east than wh2 is, and is
// the only one near the west. Once enough orders have come, its few mugs are kept
// for those in the west.
func TestScarceStockIsSpared(t *testing.T) {
	r := newRig(t, store.Options{Sourcing: sourcing.Policy{Strategy: sourcing.StrategyCheapest}, TickEvery: 2 * time.Millisecond})
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{
		{Code: "wh1", Place: catalog.Place{Latitude: 50, Longitude: 4}, PerBox: 1000, PerKm: 10},
		{Code: "wh2", Place: catalog.Place{Latitude: 50, Longitude: 12}, PerBox: 1000, PerKm: 10},
	}})
	both := []id.Site{"wh1", "wh2"}
	r.do(store.SetDistricts{Districts: []catalog.District{
		{Code: "west", Name: "West", Warehouses: both, Place: catalog.Place{Latitude: 50, Longitude: 1}},
		{Code: "east", Name: "East", Warehouses: both, Place: catalog.Place{Latitude: 50, Longitude: 7.9}},
	}})
	r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 200}))
	r.hear("wh2", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 100_000_000}))
	probe := func(district id.District) id.Site {
		kept := r.do(store.HoldStock{Owner: "probe", District: district, Lines: []store.Wanted{want("mug", 1)}}).(store.Holding)
		return kept.Units[0].Warehouse
	}
	if from := probe("east"); from != "wh1" {
		t.Fatalf("the east is served by %s before anything is known, not by the nearer wh1", from)
	}
	for n := range 150 {
		c := order1(want("mug", 1))
		c.Address.District = []id.District{"west", "east"}[n%2]
		r.do(c)
	}
	for begun := time.Now(); probe("east") != "wh2"; {
		if time.Since(begun) > time.Minute {
			t.Fatal("nobody has reckoned what the mugs of wh1 are worth")
		}
	}
}
