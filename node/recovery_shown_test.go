package node_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/node"
)

// TestRecoveryIsShown: a warehouse that was restored while its store is away tells for
// whom it waits, since when, and what waits with it, until the store has told.
func TestRecoveryIsShown(t *testing.T) {
	bus := broker(t)
	shop, house := onBus(t, bus, "store"), onBus(t, bus, "warehouse:wh1")
	n, client := openOn(t, shop)
	importFile(t, n, "products", node.ImportOptions{Currency: "GBP"}, []byte(mug))
	w, there := openOn(t, house)
	linkIs(t, client, "store", "wh1", "the warehouse has heard of the product", func(l api.Link) bool { return l.Cursor > 0 })
	if _, err := there.Receive(t.Context(), "", "wh1", api.Receipt{Items: []api.Wanted{{SKU: "MUG1", Quantity: 10}}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, "the store holds the units", func() bool { return held(t, client) == 10 })
	place(t, client, 2, "north")
	eventually(t, 10*time.Second, "the warehouse has heard of the order", func() bool {
		page, err := there.Fulfillments(t.Context(), "wh1", api.FulfillmentQuery{Status: "accepted"})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Fulfillments) == 1
	})
	if l := link(t, there, "store", "wh1"); l.Recovering != nil {
		t.Errorf("nothing was restored: %+v", l.Recovering)
	}
	made, err := there.Backup(t.Context(), api.BackupRequest{Directory: filepath.Join(t.TempDir(), "backup")})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	restore(t, made.Directory, house.Data, "wh1")
	there = clientOf(t, startWith(t, house, node.Options{}))
	r := link(t, there, "store", "wh1").Recovering
	if r == nil || r.Role != "warehouse" || r.Counted || r.Waiting != 1 || len(r.Blocked) != 0 {
		t.Fatalf("it waits for %+v", r)
	}
	if r.Since == nil || r.Since.Before(began.Add(-time.Minute)) || r.Since.After(time.Now().Add(time.Minute)) {
		t.Errorf("since %v, and it was restored after %v", r.Since, began)
	}
	startWith(t, shop, node.Options{})
	eventually(t, 20*time.Second, "the store has told", func() bool { return link(t, there, "store", "wh1").Recovering == nil })
}

// TestARestoredStoreSaysUntilWhenItTakesNoOrders, where its warehouse is away.
func TestARestoredStoreSaysUntilWhenItTakesNoOrders(t *testing.T) {
	bus := broker(t)
	shop, house := onBus(t, bus, "store"), onBus(t, bus, "warehouse:wh1")
	n, client := openOn(t, shop)
	importFile(t, n, "products", node.ImportOptions{Currency: "GBP"}, []byte(mug))
	w, there := openOn(t, house)
	linkIs(t, there, "store", "wh1", "the warehouse has heard of the product", func(l api.Link) bool { return l.Cursor > 0 })
	if until := n.Store().ClosedUntil(time.Now()); !until.IsZero() {
		t.Errorf("never restored, and closed until %v", until)
	}
	made, err := client.Backup(t.Context(), api.BackupRequest{Directory: filepath.Join(t.TempDir(), "backup")})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	restore(t, made.Directory, shop.Data, "store")
	n = startWith(t, shop, node.Options{})
	left := time.Until(n.Store().ClosedUntil(time.Now()))
	if left < 30*time.Second || left > time.Minute {
		t.Errorf("closed for %v", left)
	}
	_, err = clientOf(t, n).PlaceOrder(t.Context(), "", mugs(2, "north"))
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "it takes orders again then, or in ") {
		t.Errorf("an order: %v", err)
	}
	startWith(t, house, node.Options{})
	eventually(t, 20*time.Second, "the store is open again", func() bool { return n.Store().ClosedUntil(time.Now()).IsZero() })
}
