package node

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/engine/memory"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// TestWhatIsInTheWayOfARecovery: a store in its epoch 9 has said to wh1 when it was
// restored, and has put messages of it aside; wh1 has put aside what the store says. Of
// each key that the recovery travels on the first one is told, of no other.
func TestWhatIsInTheWayOfARecovery(t *testing.T) {
	shop, house := memory.NewStore("store", 1), memory.NewWarehouse("wh1", 1)
	parked := func(origin, destination id.Site, seq uint64, key string) books.Parked {
		return books.Parked{
			Message:  feed.Message{Origin: string(origin), Destination: string(destination), Epoch: 1, Seq: seq, Key: key, Kind: "a." + key},
			ParkedAt: time.UnixMicro(int64(seq)),
		}
	}
	said := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	say := func(epoch, seq uint64, at time.Time) feed.Message {
		return feed.Message{Origin: "store", Destination: "wh1", Epoch: epoch, Seq: seq, At: at.UnixMicro(), Key: "site", Kind: "site.restored.v1"}
	}
	err := shop.Commit(t.Context(), &store.Changes{Books: books.Rows{
		Messages: []feed.Message{say(1, 1, said.Add(-time.Hour))},
		Parked: []books.Parked{
			parked("wh1", "store", 1, "0198f2c4"), parked("wh1", "store", 2, "quota"), parked("wh1", "store", 3, "quota"),
			parked("wh1", "store", 4, "fulfillments"), parked("wh1", "store", 5, "site"), parked("wh2", "store", 6, "quota"),
		},
		Peers: []books.Peer{{Site: "wh1", Counted: 9, Restated: 8}, {Site: "wh3", Counted: 9, Restated: 9}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	err = house.Commit(t.Context(), &warehouse.Changes{Books: books.Rows{Parked: []books.Parked{
		parked("store", "wh1", 1, "quota"), parked("store", "wh1", 2, "site"), parked("store", "wh1", 3, "levels"),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	s := &role{site: "store", feeds: shop, settled: shop}
	n := &Node{roles: []*role{s, {site: "wh1", feeds: house}}, warehouses: map[id.Site]*warehouse.Warehouse{"wh1": nil}}
	recovery := func(peer id.Site) *books.Recovery {
		t.Helper()
		put, err := shop.Parked(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r, err := n.recovery(t.Context(), s, peer, put)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := recovery("wh1"); r != nil {
		t.Errorf("in its first epoch: %+v", r)
	}
	shop.Restore(9)
	if r := recovery("wh1"); r == nil || !r.Since.IsZero() {
		t.Errorf("before it has said so: %+v", r)
	}
	if err := shop.Commit(t.Context(), &store.Changes{Books: books.Rows{Messages: []feed.Message{say(9, 2, said), say(9, 3, said.Add(time.Hour))}}}); err != nil {
		t.Fatal(err)
	}
	r := recovery("wh1")
	if r == nil || !r.Counted || !r.Store || !r.Since.Equal(said) || r.Waiting != 0 {
		t.Fatalf("%+v", r)
	}
	var in []string
	for _, p := range r.Blocked {
		in = append(in, p.Message.Destination+" "+p.Message.Kind)
	}
	if diff := cmp.Diff([]string{"store a.quota", "store a.fulfillments", "wh1 a.site"}, in); diff != "" {
		t.Errorf("in the way: %s", diff)
	}
	if r.Blocked[0].Message.Seq != 2 {
		t.Errorf("not the first of its key: %+v", r.Blocked[0])
	}
	if r := recovery("wh2"); r == nil || r.Counted || len(r.Blocked) != 1 {
		t.Errorf("of one that has told nothing: %+v", r)
	}
	if r := recovery("wh3"); r != nil {
		t.Errorf("of one that has told all: %+v", r)
	}
}
