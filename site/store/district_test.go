package store_test

import (
	"testing"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/site/store"
)

// TestDistrictMoves: a changed place alone is a change, and is kept.
func TestDistrictMoves(t *testing.T) {
	r := newRig(t, store.Options{})
	north := catalog.District{Code: "north", Name: "North", Warehouses: []id.Site{"wh1", "wh2"}, Place: catalog.Place{Latitude: 55, Longitude: -2}}
	r.do(store.SetDistricts{Districts: []catalog.District{north}})
	for _, d := range r.state().Snapshot.Districts {
		if d.Code == "north" {
			same(t, "north", north, d)
		}
	}
}
