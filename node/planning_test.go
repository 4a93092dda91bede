package node_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/sourcing"
	"crossdock/node"
	"crossdock/node/config"
)

// TestTheDemoPromisesDays: an order of the demo says when it arrives, and what is
// known of its warehouses stays as somebody has set it.
func TestTheDemoPromisesDays(t *testing.T) {
	dir := t.TempDir()
	cfg := config.DemoDefault(nil)
	cfg.Data, cfg.Listen = dir, "127.0.0.1:0"
	n, err := node.Open(t.Context(), cfg, node.Options{Demo: true, Sample: true})
	if err != nil {
		t.Fatal(err)
	}
	client := serve(t, n)
	proved(t, n)
	placement, err := byCard(t, client, "tok_approved")
	if err != nil {
		t.Fatal(err)
	}
	today := date.Of(time.Now())
	p := placement.Order.Promise
	if p == nil || p.From <= today.String() || p.To > today.Add(10).String() || len(placement.Order.Transactions) != 1 {
		t.Errorf("promised for %+v", p)
	}
	all, err := client.PutWarehouseProfiles(t.Context(), api.WarehouseProfile{Code: "wh2", Handling: 3})
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}

	cfg.Warehouses.Profiles = []catalog.Warehouse{{Code: "wh1", Capacity: 7}}
	n = startWith(t, cfg, node.Options{Demo: true, Sample: true})
	again := api.New(n.URL(), n.Token())
	t.Cleanup(again.Close)
	got, err := again.WarehouseProfiles(t.Context())
	want := []api.WarehouseProfile{{Code: "wh1", Capacity: 7}, {Code: "wh2", Handling: 3}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// TestStrategyOfTheConfiguration: the district's first warehouse is dear, so the
// cheapest strategy does not begin with it.
func TestStrategyOfTheConfiguration(t *testing.T) {
	for strategy, want := range map[string]id.Site{"primary-first": "wh1", "cheapest": "wh2"} {
		cfg := settings(t.TempDir())
		cfg.Sourcing.Strategy = sourcing.Strategy(strategy)
		cfg.Warehouses.Profiles = []catalog.Warehouse{{Code: "wh1", PerBox: 2}, {Code: "wh2", PerBox: 1}}
		cfg.Districts = []catalog.District{{Code: "north", Name: "North", Warehouses: []id.Site{"wh1", "wh2"}}}
		n := startWith(t, cfg, node.Options{})
		importFile(t, n, "products", node.ImportOptions{Stock: 10}, []byte(mug))
		proved(t, n)
		client := api.New(n.URL(), n.Token())
		t.Cleanup(client.Close)
		placement := place(t, client, 1, "north")
		if got := placement.Order.Fulfillments; len(got) != 1 || got[0].Warehouse != want {
			t.Errorf("%s ships from %+v, want %s", strategy, got, want)
		}
		proved(t, n)
	}
}
