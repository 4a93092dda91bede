package storetest

import (
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/books"
	"crossdock/site/store"
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
	epoch, settled, err := r.Settled(r.ctx)
	same(t, "Settled", want, read(t, "Settled", settled, err))
	same(t, "the epoch", r.load().Epoch, epoch)
}

// testUnasked counts the paid orders that a warehouse should be asked for and is not.
func testUnasked(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	count := func(warehouse id.Site, at time.Time) int {
		t.Helper()
		waiting, err := r.Waiting(r.ctx, warehouse, at)
		return read(t, "Waiting", waiting, err)
	}
	due := time.Unix(0, 0).AddDate(200, 0, 0)
	same(t, "of an empty store", 0, count(WarehouseSite, due))
	unpaid, paid, asked := newOrder(1), newOrder(2), newOrder(3)
	paid.Unpaid, asked.Unpaid = false, false
	paid.Fulfillments[1].Warehouse, paid.Fulfillments[1].Unasked = WarehouseSite, true // one order all the same
	asked.Fulfillments[0].Unasked = false
	r.commit(&store.Changes{Orders: []order.Order{unpaid, paid, asked}})
	same(t, "when they are released", 1, count(WarehouseSite, due))
	same(t, "of another warehouse", 0, count("nowhere", due))
	paid.Fulfillments[1].Unasked = false
	r.commit(&store.Changes{Updates: []order.Order{paid}})
	same(t, "before the release", 0, count(WarehouseSite, time.Unix(0, 0)))
	same(t, "after it", 1, count(WarehouseSite, due))
}

// testUnderWay counts the fulfillments of a store with which a step could be taken.
func testUnderWay(t *testing.T, f WarehouseFactory) {
	r := openWarehouse(t, f)
	var all []fulfillment.Fulfillment
	for n, stage := range []order.Stage{order.Accepted, order.Picking, order.PickedStage, order.ReadyStage, order.SentStage, order.DeliveredStage, order.VoidedStage} {
		one := newFulfillment(n)
		one.Stage = stage
		all = append(all, one)
	}
	all[1].Store = "annex"
	r.commit(&warehouse.Changes{Fulfillments: all})
	for store, want := range map[id.Site]int{StoreSite: 3, "annex": 1, "nobody": 0} {
		got, err := r.Waiting(r.ctx, store, time.Now())
		same(t, "under way for "+string(store), want, read(t, "Waiting", got, err))
	}
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
