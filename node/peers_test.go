package node_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/engine/natsbus"
	"crossdock/node"
	"crossdock/node/config"
	"crossdock/site/outbox"
)

// openOn opens a process that the test closes itself, and a client of it.
func openOn(t *testing.T, cfg config.Config) (*node.Node, *api.Client) {
	t.Helper()
	n, err := node.Open(t.Context(), cfg, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return n, serve(t, n)
}

func linkIs(t *testing.T, client *api.Client, origin, destination id.Site, what string, is func(l api.Link) bool) {
	t.Helper()
	var last api.Link
	defer func() {
		if t.Failed() {
			t.Logf("%s: %+v", what, last)
		}
	}()
	eventually(t, 10*time.Second, what, func() bool {
		links, err := client.Links(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, last = range links { // one of a site that has not asked yet is not there
			if last.Origin == origin && last.Destination == destination {
				return is(last)
			}
		}
		return false
	})
}

func isUp(l api.Link) bool {
	return l.Connected && l.Lag == 0 && l.Trouble == "" && l.StaleSince == nil && l.Verdict != outbox.Refused
}

// TestChangedKey: a warehouse that comes back with another key is not heard, on both
// sides of both links, until an operator says that it is the same one.
func TestChangedKey(t *testing.T) {
	bus := broker(t)
	shop := onBus(t, bus, "store")
	store := startWith(t, shop, node.Options{})
	storeClient := clientOf(t, store)
	cfg := onBus(t, bus, "warehouse:wh1")
	n, client := openOn(t, cfg)
	linkIs(t, storeClient, "wh1", "store", "the store reads wh1", isUp)
	linkIs(t, client, "store", "wh1", "wh1 reads the store", isUp)
	importFile(t, store, "products", node.ImportOptions{Currency: "GBP"}, []byte(mug))
	linkIs(t, storeClient, "store", "wh1", "wh1 has heard of the product, and says so", func(l api.Link) bool { return l.Cursor == 1 })
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(cfg.Data, "keys", "wh1.key")); err != nil {
		t.Fatal(err)
	}
	importFile(t, store, "products", node.ImportOptions{Currency: "GBP"}, []byte(mug+"TRAY1,OAK TRAY,9.00\n"))

	anew := startWith(t, cfg, node.Options{})
	client = clientOf(t, anew)
	known := filepath.Join(shop.Data, "keys", "known_sites")
	refused := func(l api.Link) bool {
		return l.Verdict == outbox.Refused && strings.Contains(l.Trouble, known) && strings.Contains(l.Trouble, "take its line out") && l.StaleSince != nil
	}
	linkIs(t, storeClient, "wh1", "store", "the store refuses what wh1 says", func(l api.Link) bool { return refused(l) && !l.Connected })
	linkIs(t, storeClient, "store", "wh1", "the store shows whom it refuses", func(l api.Link) bool {
		return refused(l) && l.Cursor == 1 && l.Last == 2 && l.Lag == 1
	})
	linkIs(t, client, "store", "wh1", "wh1 is told that it is refused, and has read nothing", func(l api.Link) bool {
		return refused(l) && !l.Connected && l.Cursor <= 1
	})
	linkIs(t, client, "store", "wh1", "the breaker opens", func(l api.Link) bool { return l.Breaker == "open" })

	if err := os.Remove(known); err != nil {
		t.Fatal(err)
	}
	linkIs(t, client, "store", "wh1", "wh1 reads on", func(l api.Link) bool { return isUp(l) && l.Cursor == 2 && l.Breaker == "closed" })
	linkIs(t, storeClient, "wh1", "store", "the store reads on", isUp)
	linkIs(t, storeClient, "store", "wh1", "the store hears wh1 again", isUp)
}

// TestNamedPeers hears those whose keys the configuration has, and nobody else.
func TestNamedPeers(t *testing.T) {
	bus := broker(t)
	shop, cfg := onBus(t, bus, "store"), onBus(t, bus, "warehouse:wh1")
	for _, c := range []config.Config{shop, cfg} { // to have their keys made
		n, _ := openOn(t, c)
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(c.Data, "keys", "known_sites")); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if shop.Peers, err = node.PublicKeys(cfg.Data); err != nil {
		t.Fatal(err)
	}
	if cfg.Peers, err = node.PublicKeys(shop.Data); err != nil {
		t.Fatal(err)
	}
	store := startWith(t, shop, node.Options{})
	warehouse := startWith(t, cfg, node.Options{})
	linkIs(t, clientOf(t, store), "wh1", "store", "the store reads wh1", isUp)
	linkIs(t, clientOf(t, warehouse), "store", "wh1", "wh1 reads the store", isUp)
	stranger := startWith(t, onBus(t, bus, "warehouse:wh2"), node.Options{})
	linkIs(t, clientOf(t, stranger), "store", "wh2", "wh2 is not heard", func(l api.Link) bool {
		return l.Verdict == outbox.Refused && strings.Contains(l.Trouble, "add wh2=ed25519:")
	})
}

// TestForgerOnTheBus: who has the token of the bus and no key learns nothing, and
// moves no cursor.
func TestForgerOnTheBus(t *testing.T) {
	bus := broker(t)
	store := startWith(t, onBus(t, bus, "store"), node.Options{})
	client := clientOf(t, store)
	startWith(t, onBus(t, bus, "warehouse:wh1"), node.Options{})
	linkIs(t, client, "store", "wh1", "wh1 reads the store", isUp)
	forger, err := natsbus.Dial("nats://"+bus, "", "forger", 10*time.Second, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(forger.Close)
	ahead := feed.AppendRequest(nil, feed.Request{Cursor: feed.Cursor{Origin: "store", Destination: "wh1", Epoch: 1, Seq: 1000}, Limit: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	answer, err := forger.Request(ctx, outbox.Subject("store"), ahead)
	if !fault.Is(err, fault.Denied) || len(answer) > 0 {
		t.Errorf("answered %d bytes, %v", len(answer), err)
	}
	if l := link(t, client, "store", "wh1"); l.Cursor != 0 {
		t.Errorf("the store believes that wh1 has read up to %d", l.Cursor)
	}
	linkIs(t, client, "store", "wh1", "the true one is heard again", isUp)
}
