package node_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/node"
	"crossdock/site/store"
)

// behindTheBack changes a site's database by hand while the process runs.
func behindTheBack(t *testing.T, n *node.Node, site, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(n.Data(), "db", site+".db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	result, err := db.Exec(statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	if rows, err := result.RowsAffected(); err != nil || rows == 0 {
		t.Fatalf("%s: %d rows, %v", statement, rows, err)
	}
}

// TestDriftIsFoundAndRepaired changes rows of each kind by SQL, finds them through the
// API, and has the warehouse tell them again. No unit is booked for it.
func TestDriftIsFoundAndRepaired(t *testing.T) {
	for name, c := range map[string]struct{ kind, statement string }{
		"level":              {"levels", "UPDATE levels SET on_hand = on_hand + 3 WHERE warehouse = 'wh1'"},
		"version of a level": {"levels", "UPDATE levels SET on_hand = 1, version = version + 1000 WHERE warehouse = 'wh1'"},
		"lost level":         {"levels", "DELETE FROM levels WHERE warehouse = 'wh1'"},
		"stage":              {"fulfillments", "UPDATE fulfillments SET stage = 'picking' WHERE warehouse = 'wh1'"},
		"version":            {"fulfillments", "UPDATE fulfillments SET stage = 'requested', version = 50 WHERE warehouse = 'wh1'"},
		"voided units":       {"fulfillments", "UPDATE fulfillment_lines SET voided = 1"},
		"lost fulfillment":   {"fulfillments", "DELETE FROM fulfillments WHERE warehouse = 'wh1'"},
	} {
		t.Run(name, func(t *testing.T) {
			n, client := mugShop(t, 5, 5)
			place(t, client, 3, "north")
			proved(t, n)
			behindTheBack(t, n, "store", c.statement)
			if name == "lost fulfillment" {
				behindTheBack(t, n, "store", "DELETE FROM fulfillment_lines")
			}
			list, err := client.Drift(t.Context(), "wh1")
			if err != nil || list.Found() != 1 || list.Checks[0].Findings[0].Kind != c.kind {
				t.Fatalf("%+v, %v", list, err)
			}
			links, err := client.Links(t.Context())
			if err != nil || links[0].Drift == nil || links[0].Drift.Found != 1 {
				t.Errorf("the link does not show it: %+v, %v", links, err)
			}
			report, err := client.RepairDrift(t.Context(), "wh1", "store", api.RepairRequest{})
			if err != nil || len(report.After.Findings)+len(report.After.Unclear) > 0 || report.Commands != 1 {
				t.Fatalf("%+v, %v", report, err)
			}
			proved(t, n)
			if list, err := client.Drift(t.Context(), ""); err != nil || list.Found() > 0 || len(list.Checks) != 2 {
				t.Errorf("%+v, %v", list, err)
			}
		})
	}
}

// TestNoDriftUnderLoad checks while customers order: what is under way is never drift.
func TestNoDriftUnderLoad(t *testing.T) {
	n, client := mugShop(t, 5000, 5000)
	ctx, stop := context.WithCancel(t.Context())
	var buyers sync.WaitGroup
	for range 8 {
		buyers.Go(func() {
			for ctx.Err() == nil {
				if _, err := client.PlaceOrder(ctx, "", mugs(1, "north")); err != nil && ctx.Err() == nil && !fault.Is(err, fault.Busy) {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 5 {
		list, err := client.Drift(t.Context(), "")
		if err != nil || list.Found() > 0 {
			t.Errorf("%+v, %v", list, err)
		}
	}
	stop()
	buyers.Wait()
	proved(t, n)
	if list, err := client.Drift(t.Context(), ""); err != nil || list.Found() > 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestDriftOfNobody names what is not linked here.
func TestDriftOfNobody(t *testing.T) {
	_, client := mugShop(t, 5, 5)
	if _, err := client.Drift(t.Context(), "wh9"); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	for _, pair := range [][2]string{{"wh9", "store"}, {"wh1", "wh2"}} {
		_, err := client.RepairDrift(t.Context(), id.Site(pair[0]), id.Site(pair[1]), api.RepairRequest{})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%v: %v", pair, err)
		}
	}
	if _, err := client.RepairDrift(t.Context(), "wh1", "store", api.RepairRequest{Quota: true}); !fault.Is(err, fault.Invalid) {
		t.Errorf("units are corrected without a reason: %v", err)
	}
}

// TestCutOffSiteIsUnclear cannot ask, and says so.
func TestCutOffSiteIsUnclear(t *testing.T) {
	n, client := mugShop(t, 5, 5)
	if err := n.Cut("wh1"); err != nil {
		t.Fatal(err)
	}
	list, err := client.Drift(t.Context(), "wh1")
	if err != nil || list.Found() > 0 || len(list.Checks[0].Unclear) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestLostRowIsFoundAfterARestart has no memory of the order that it could write again.
func TestLostRowIsFoundAfterARestart(t *testing.T) {
	cfg := settings(t.TempDir())
	cfg.Districts = []catalog.District{{Code: "north", Name: "North", Warehouses: []id.Site{"wh1", "wh2"}}}
	n, err := node.Open(t.Context(), cfg, node.Options{Sample: true})
	if err != nil {
		t.Fatal(err)
	}
	proved(t, n) // the store has its quota
	page, err := n.Store().Products(t.Context(), store.ProductQuery{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	placed, err := n.Store().Place(t.Context(), store.PlaceOrder{
		Address: order.Address{Name: "Ann", District: "north"}, Lines: []store.Wanted{{SKU: page.Products[0].SKU, Units: 1}},
	})
	if err != nil || len(placed.Order.Fulfillments) != 1 {
		t.Fatalf("%+v, %v", placed, err)
	}
	proved(t, n)
	behindTheBack(t, n, "store", "DELETE FROM fulfillments")
	behindTheBack(t, n, "store", "DELETE FROM fulfillment_lines")
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n = startWith(t, cfg, node.Options{})
	client := api.New(n.URL(), n.Token())
	t.Cleanup(client.Close)
	eventually(t, 10*time.Second, "the warehouse can be asked", func() bool {
		list, err := client.Drift(t.Context(), "")
		return err == nil && list.Found() == 1
	})
	report, err := client.RepairDrift(t.Context(), placed.Order.Fulfillments[0].Warehouse, "store", api.RepairRequest{})
	if err != nil || len(report.Before.Findings) != 1 || report.Before.Findings[0].There.Value != "" || len(report.After.Findings) > 0 {
		t.Errorf("%+v, %v", report, err)
	}
	proved(t, n)
}
