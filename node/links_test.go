package node_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/node"
)

// mug is the product that these tests sell, and its file.
const mug = "StockCode,Description,UnitPrice\nMUG1,BLUE ENAMEL MUG,4.50\n"

// mugShop opens a shop with mugs at two warehouses, and returns a client of its API.
func mugShop(t *testing.T, wh1, wh2 int64) (*node.Node, *api.Client) {
	t.Helper()
	dir := t.TempDir()
	cfg := settings(dir)
	cfg.Shop.Currency = "EUR"
	cfg.Districts = []catalog.District{
		{Code: "north", Name: "North", Warehouses: []id.Site{"wh1", "wh2"}},
		{Code: "south", Name: "South", Warehouses: []id.Site{"wh2", "wh1"}},
	}
	n := startWith(t, cfg, node.Options{})
	importFile(t, n, "products", node.ImportOptions{Currency: money.Currency("EUR")}, []byte(mug))
	stock := fmt.Sprintf("StockCode,Warehouse,Quantity\nMUG1,wh1,%d\nMUG1,wh2,%d\n", wh1, wh2)
	importFile(t, n, "stock", node.ImportOptions{}, []byte(stock))
	proved(t, n)
	client := api.New(n.URL(), n.Token())
	t.Cleanup(client.Close)
	return n, client
}

func mugs(units int64, district id.District) api.OrderRequest {
	return api.OrderRequest{
		Address: api.Address{Name: "Ann", District: district},
		Lines:   []api.Wanted{{SKU: "MUG1", Quantity: units}},
	}
}

func place(t *testing.T, client *api.Client, units int64, district id.District) api.Placement {
	t.Helper()
	placement, err := client.PlaceOrder(t.Context(), "", mugs(units, district))
	if err != nil {
		t.Fatal(err)
	}
	return placement
}

// eventually waits until a condition holds.
func eventually(t *testing.T, within time.Duration, what string, holds func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		if time.Since(began) > within {
			t.Fatalf("not within %v: %s", within, what)
		}
		<-ticker.C
	}
	return time.Since(began)
}

func link(t *testing.T, client *api.Client, origin, destination id.Site) api.Link {
	t.Helper()
	links, err := client.Links(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		if l.Origin == origin && l.Destination == destination {
			return l
		}
	}
	t.Fatalf("no link from %s to %s", origin, destination)
	return api.Link{}
}

// TestCutLink is the promise of the first page: with wh2 cut off orders go on,
// spill over, and past that are reversed; healed, both sides are equal.
func TestCutLink(t *testing.T) {
	n, client := mugShop(t, 3, 4)
	if _, err := client.CutLink(t.Context(), "wh2"); err != nil {
		t.Fatal(err)
	}
	eventually(t, 5*time.Second, "the link shows that it is stale", func() bool {
		l := link(t, client, "wh2", "store")
		return l.Cut && !l.Connected && l.StaleSince != nil && time.Since(*l.StaleSince) < time.Minute
	})

	placed := place(t, client, 2, "south")
	if got := placed.Order.Fulfillments; len(placed.Short) > 0 || len(got) != 1 || got[0].Warehouse != "wh2" {
		t.Errorf("out of wh2's quota: %+v", placed)
	}
	spilled := place(t, client, 4, "south")
	if got := spilled.Order.Fulfillments; len(spilled.Short) > 0 || len(got) != 2 {
		t.Errorf("beyond wh2's quota: %+v", spilled)
	}
	reversed := place(t, client, 2, "south")
	if len(reversed.Short) != 1 || reversed.Short[0].Missing != 1 || reversed.Order.Status != "voided" {
		t.Errorf("beyond everything: %+v", reversed)
	}
	there, here := link(t, client, "store", "wh2"), link(t, client, "wh2", "store")
	if there.Connected || there.Lag != 2 || there.Last != there.Cursor+2 || there.LagSeconds <= 0 || here.LagSeconds <= 0 {
		t.Errorf("two orders wait for wh2, which is cut off, but the links say %+v and %+v", there, here)
	}
	eventually(t, 5*time.Second, "both directions grow older", func() bool {
		return link(t, client, "store", "wh2").LagSeconds > there.LagSeconds+0.2 && link(t, client, "wh2", "store").LagSeconds > here.LagSeconds+0.2
	})

	if _, err := client.HealLink(t.Context(), "wh2"); err != nil {
		t.Fatal(err)
	}
	took := eventually(t, 2*time.Second, "both sides are equal", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		return n.Drain(ctx) == nil
	})
	t.Logf("equal %v after healing", took)
	eventually(t, 2*time.Second, "the link is no longer stale, and no age is left", func() bool {
		l := link(t, client, "wh2", "store")
		return l.StaleSince == nil && l.LagSeconds == 0 && l.Breaker == "closed" && link(t, client, "store", "wh2").LagSeconds == 0
	})
	proved(t, n)
}

// TestMessageEngineWiped restarts the message server on an empty directory in the
// middle of the work.
func TestMessageEngineWiped(t *testing.T) {
	n, client := mugShop(t, 500, 500)
	var stop atomic.Bool
	var placed atomic.Int64
	var orders sync.WaitGroup
	for range 4 {
		orders.Go(func() {
			for !stop.Load() {
				if _, err := client.PlaceOrder(t.Context(), "", mugs(1, "north")); err != nil {
					t.Error(err)
					return
				}
				placed.Add(1)
			}
		})
	}
	for round := range 3 {
		atLeast := placed.Load() + 20
		eventually(t, 10*time.Second, "orders go on", func() bool { return placed.Load() >= atLeast })
		if round == 0 {
			// As a person would: the directory is gone under the running server.
			if err := os.RemoveAll(filepath.Join(n.Data(), "nats")); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := n.RestartBus(true); err != nil {
			t.Fatal(err)
		}
	}
	stop.Store(true)
	orders.Wait()
	eventually(t, 2*time.Second, "both sides are equal", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		return n.Drain(ctx) == nil
	})
	proved(t, n)
}

// TestLastFifty lets 64 customers go for the last 50 units at once.
func TestLastFifty(t *testing.T) {
	n, client := mugShop(t, 20, 30)
	var placed, short atomic.Int64
	var customers sync.WaitGroup
	for range 64 {
		customers.Go(func() {
			placement, err := client.PlaceOrder(t.Context(), "", mugs(1, "north"))
			switch {
			case err != nil:
				t.Error(err)
			case len(placement.Short) > 0:
				short.Add(1)
			default:
				placed.Add(1)
			}
		})
	}
	customers.Wait()
	if placed.Load() != 50 || short.Load() != 14 {
		t.Errorf("%d placed and %d short, not 50 and 14", placed.Load(), short.Load())
	}
	proved(t, n)
	for _, site := range []id.Site{"wh1", "wh2"} {
		stock, err := client.WarehouseStock(t.Context(), site, api.StockQuery{})
		if err != nil || len(stock.Levels) != 1 {
			t.Fatal(stock, err)
		}
		if l := stock.Levels[0]; l.Allocated != map[id.Site]int64{"wh1": 20, "wh2": 30}[site] || l.Available+l.Quota != 0 {
			t.Errorf("%s: %+v", site, l)
		}
	}
}
