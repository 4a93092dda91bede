package storetest

import (
	"testing"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/site/books"
	"crossdock/site/warehouse"
)

// testPeers keeps what was settled with other sites after a restore, the last of each.
func testPeers(t *testing.T, r *bookRig) {
	r.must(t, books.Rows{Peers: []books.Peer{{Site: "wh2", Counted: 1 << 41, Restated: 1 << 40, Owed: 3}, {Site: "wh1", Owed: 9}}})
	r.must(t, books.Rows{Peers: []books.Peer{{Site: "wh1", Restated: 7}}})
	want := []books.Peer{{Site: "wh1", Restated: 7}, {Site: "wh2", Counted: 1 << 41, Restated: 1 << 40, Owed: 3}}
	same(t, "Load", want, r.load().Peers)
	same(t, "Head", want, viewMoment(t, r.ctx, r.Moments).Head.Peers)
	r.reopen()
	same(t, "opened again", want, r.load().Peers)
}

// testRecords hands back what a store has sealed with its requests, and knows the
// highest number of each store's orders.
func testRecords(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	number := func(of string, want int64) {
		t.Helper()
		got, err := r.LastNumber(r.ctx, StoreSite)
		same(t, "last number "+of, want, read(t, "LastNumber", got, err))
	}
	number("of an empty warehouse", 0)
	s := newScribe(WarehouseSite)
	last := fullWarehouseBatch(s, 3)
	r.commit(last)
	first := fullWarehouseBatch(s, 2)
	r.commit(first)
	other := newFulfillment(9)
	other.Store = "annex"
	r.commit(&warehouse.Changes{Fulfillments: []fulfillment.Fulfillment{other}})
	for _, c := range []*warehouse.Changes{first, last} {
		got, err := r.Record(r.ctx, c.Records[0].Fulfillment)
		same(t, "record", c.Records[0].Body, read(t, "Record", got, err))
		got[0]++
		got, err = r.Record(r.ctx, c.Records[0].Fulfillment)
		same(t, "after changing what came out", c.Records[0].Body, read(t, "Record", got, err))
	}
	if _, err := r.Record(r.ctx, other.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("of a fulfillment without one: %v", err)
	}
	number("of several stores", 3)
}
