package node_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/node"
	"crossdock/node/config"
)

// drill is a shop whose process ends and begins again while customers go on asking.
type drill struct {
	t       *testing.T
	cfg     config.Config
	node    *node.Node
	running chan *api.Client // empty while no process runs

	mu           sync.Mutex
	acknowledged []id.Order
}

func newDrill(t *testing.T) *drill {
	cfg := settings(t.TempDir())
	cfg.Shop.Currency = "EUR"
	cfg.Districts = []catalog.District{
		{Code: "north", Name: "North", Warehouses: []id.Site{"wh1", "wh2"}},
		{Code: "south", Name: "South", Warehouses: []id.Site{"wh2", "wh1"}},
	}
	d := &drill{t: t, cfg: cfg, running: make(chan *api.Client, 1)}
	d.open()
	importFile(t, d.node, "products", node.ImportOptions{Currency: "EUR"}, []byte(mug))
	importFile(t, d.node, "stock", node.ImportOptions{}, []byte("StockCode,Warehouse,Quantity\nMUG1,wh1,100000\nMUG1,wh2,100000\n"))
	return d
}

func (d *drill) open() {
	d.t.Helper()
	n, err := node.Open(d.t.Context(), d.cfg, node.Options{})
	if err != nil {
		d.t.Fatal(err)
	}
	d.node = n
	d.running <- serve(d.t, n)
}

// client waits until a process runs, and returns nil if ctx ends before.
func (d *drill) client(ctx context.Context) *api.Client {
	select {
	case client := <-d.running:
		d.running <- client
		return client
	case <-ctx.Done():
		return nil
	}
}

// stop ends the process, when the sites have told each other what there is to tell.
func (d *drill) stop() {
	d.t.Helper()
	<-d.running
	ctx, cancel := context.WithTimeout(d.t.Context(), 20*time.Second)
	defer cancel()
	if err := errors.Join(d.node.Drain(ctx), d.node.Close()); err != nil {
		d.t.Fatal(err)
	}
}

// shopping has customers ask until stop is called. What was acknowledged is noted.
func (d *drill) shopping() (stop func()) {
	ctx, cancel := context.WithCancel(d.t.Context())
	var customers sync.WaitGroup
	for i := range 4 {
		customers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				client := d.client(ctx)
				if client == nil {
					return
				}
				o, err := client.PlaceOrder(ctx, fmt.Sprintf("customer %d, order %d", i, n), mugs(int64(1+n%3), []id.District{"north", "south"}[n%2]))
				if err != nil {
					continue // stopped, or recovering: this one is given up
				}
				d.mu.Lock()
				d.acknowledged = append(d.acknowledged, o.Order.ID)
				d.mu.Unlock()
			}
		})
	}
	return func() { cancel(); customers.Wait() }
}

func (d *drill) orders() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.acknowledged)
}

// more waits until customers have got so many more orders.
func (d *drill) more(orders int) {
	d.t.Helper()
	least := d.orders() + orders
	eventually(d.t, time.Minute, "orders are placed", func() bool { return d.orders() >= least })
}

// there checks that each of these acknowledged orders is there.
func (d *drill) there(orders []id.Order) {
	d.t.Helper()
	for _, which := range orders {
		if _, err := d.client(d.t.Context()).Order(d.t.Context(), which); err != nil {
			d.t.Errorf("order %s: %v", which, err)
		}
	}
}

// TestRestoreDrill restores a warehouse, and the store, and all sites at once, from an
// old backup under load. No order that was acknowledged is lost that a site still knew
// of, and the books are right.
func TestRestoreDrill(t *testing.T) {
	for _, test := range []struct {
		name    string
		sites   []id.Site
		forgets bool // what came after the backup is known to nobody any more, perhaps
	}{
		{"a warehouse", []id.Site{"wh1"}, false},
		{"the store", []id.Site{"store"}, false},
		{"the store and a warehouse", []id.Site{"store", "wh2"}, true},
		{"all", []id.Site{"store", "wh1", "wh2"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDrill(t)
			stop := d.shopping()
			d.more(100)
			before := d.orders()
			made, err := d.client(d.t.Context()).Backup(t.Context(), api.BackupRequest{Directory: filepath.Join(t.TempDir(), "backup")})
			if err != nil {
				t.Fatal(err)
			}
			d.more(300)
			ship(t, d.client(d.t.Context()), 20)
			d.stop()
			if _, err := node.Restore(t.Context(), node.RestoreOptions{Backup: made.Directory, Data: d.cfg.Data, Sites: test.sites, Now: time.Now()}); err != nil {
				t.Fatal(err)
			}
			d.open()
			d.more(100)
			stop()
			proved(t, d.node)
			// The sites had told each other everything when the process was stopped.
			if test.forgets {
				d.there(d.acknowledged[:before])
			} else {
				d.there(d.acknowledged)
			}
			d.stop()
		})
	}
}

// ship hands over some parcels of each warehouse.
func ship(t *testing.T, client *api.Client, parcels int) {
	t.Helper()
	for _, site := range []id.Site{"wh1", "wh2"} {
		page, err := client.Fulfillments(t.Context(), site, api.FulfillmentQuery{Status: "accepted", Limit: parcels})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Fulfillments {
			from := "accepted"
			for _, to := range []string{"picking", "picked", "ready", "sent"} {
				if _, err := client.Advance(t.Context(), site, f.ID, api.Advance{From: from, To: to}); err != nil {
					t.Fatal(err)
				}
				from = to
			}
		}
	}
}
