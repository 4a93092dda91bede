package sqlite_test

import (
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pressly/goose/v3"

	"crossdock/core/catalog"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/engine/sqlite"
	"crossdock/engine/storetest"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// firstVersion makes a database as the first version of Crossdock did, and
// writes into it by hand.
func firstVersion(t *testing.T, role string, statements ...string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), role+".db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	application, other := "0x58444b53", "warehouse"
	if role == "warehouse" {
		application, other = "0x58444b57", "store"
	}
	made := []string{"00001_books.sql", "00002_store.sql", "00003_warehouse.sql"}
	var since []string
	for _, name := range migrationFiles(t) {
		if strings.HasSuffix(name, "_"+other+".sql") || name > made[len(made)-1] {
			since = append(since, name)
		}
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("migrations"),
		goose.WithTableName("schema_version"), goose.WithExcludeNames(since), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	byHand(t, path, append([]string{"PRAGMA application_id = " + application}, statements...)...)
	return path
}

func migrationFiles(t *testing.T) (names []string) {
	t.Helper()
	entries, err := os.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// blob writes an identifier as SQL does.
func blob(u id.UUID) string { return "x'" + hex.EncodeToString(u[:]) + "'" }

// oldOrder is an order as the first version wrote it, with a fulfillment in each
// stage and one step of its payment.
func oldOrder(n int, method, kind, state string, stages ...order.Stage) (statements []string, o order.Order) {
	at := time.UnixMicro(1_780_000_000_000_000 + int64(n)).UTC()
	o = order.Order{
		ID: id.Order{UUID: born(1, n)}, Number: int64(n), Store: storetest.StoreSite, Customer: id.User{UUID: born(2, n)}, Reference: fmt.Sprint("INV-", n),
		Status: order.Placed, Version: 3, PlacedAt: at, ChangedAt: at.Add(time.Second),
		Address: order.Address{
			Name: "Ann", Street: "1 High Street", PostalCode: "AB1 2CD", City: "Town", District: "north", Email: "a@example.org", Phone: "1",
		},
		Payment: method, Total: money.Of(500, "GBP"), Why: []order.Step{{Rule: "primary-first", Warehouse: "wh1", Verdict: order.Chosen}},
		Reason: "because", VoidAsked: true,
		Lines: []order.Line{{Number: 1, SKU: "mug", Name: "Mug", Price: money.Of(250, "GBP"), Quantity: 2, Voided: 1}},
	}
	when, which, who := at.UnixMicro(), blob(o.ID.UUID), blob(o.Customer.UUID)
	statements = []string{
		fmt.Sprintf(`INSERT INTO orders VALUES (%d, %s, 'store', %s, 'INV-%d', 'placed', 3, %d, %d, 'Ann', '1 High Street', 'AB1 2CD', 'Town',
			'north', 'a@example.org', '1', '%s', 500, 'GBP', '[{"rule":"primary-first","warehouse":"wh1","verdict":"chosen"}]', 'because', 1)`,
			n, which, who, n, when, when+1_000_000, method),
		fmt.Sprintf("INSERT INTO order_lines VALUES (%s, 1, 'mug', 'Mug', 250, 'GBP', 2, 1, 0)", which),
		fmt.Sprintf("INSERT INTO order_events VALUES (%s, 1, %d, 'store', 'placed', 'Order placed.')", which, when),
		fmt.Sprintf("INSERT INTO transactions VALUES (%s, %s, %d, '%s', '%s', '%s', 500, 'GBP')",
			blob(id.Beside(o.ID.UUID, "pay")), which, when, method, kind, state),
	}
	for i, stage := range stages {
		f := order.Fulfillment{
			ID: id.Fulfillment{UUID: id.Beside(o.ID.UUID, fmt.Sprint(i))}, Warehouse: id.Site(fmt.Sprint("wh", i+1)), Stage: stage, Version: i, ChangedAt: at,
			Lines: []order.Part{{Line: 1, SKU: "mug", Quantity: 2, Voided: 1, Asked: 1}},
		}
		o.Fulfillments = append(o.Fulfillments, f)
		statements = append(statements,
			fmt.Sprintf("INSERT INTO fulfillments VALUES (%s, %d, %s, '%s', '%s', %d, %d)", which, i+1, blob(f.ID.UUID), f.Warehouse, stage, i, when),
			fmt.Sprintf("INSERT INTO fulfillment_lines VALUES (%s, 1, 'mug', 2, 1, 1, 0)", blob(f.ID.UUID)))
	}
	return statements, o
}

// TestStoreMigrates opens what the first version has written.
func TestStoreMigrates(t *testing.T) {
	var statements []string
	var orders []order.Order
	for i, made := range []struct {
		method, kind, state string
		stages              []order.Stage
	}{
		{"on-delivery", "authorize", "pending", []order.Stage{order.Accepted}},
		{"on-delivery", "authorize", "pending", []order.Stage{order.Accepted, order.Requested, order.VoidedStage}},
		{"elsewhere", "authorize", "pending", []order.Stage{order.Accepted, order.Picking}},
		{"on-delivery", "refund", "failed", []order.Stage{order.VoidedStage, order.VoidedStage}},
	} {
		rows, o := oldOrder(i+1, made.method, made.kind, made.state, made.stages...)
		statements, orders = append(statements, rows...), append(orders, o)
	}
	path := firstVersion(t, "store", append(statements,
		"INSERT INTO site VALUES (1, 'store', 'store', 7)",
		"INSERT INTO products VALUES (1, 'mug', 'Mug', 'Of clay', 'kitchen', 'cups', 250, 'GBP')",
		"INSERT INTO districts VALUES ('north', 'North')",
		"INSERT INTO district_warehouses VALUES ('north', 1, 'wh1')",
		"INSERT INTO balances VALUES ('mug', 'granter', 'wh1', -9), ('mug', 'held', 'wh1', 4), ('mug', 'promised', 'wh1', 5)")...)
	s := openStore(t, path)
	loaded, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	equal := func(what string, want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: -want +got\n%s", what, diff)
		}
	}
	equal("epoch", uint64(7), loaded.Books.Epoch)
	equal("balances", []stock.Balance{
		{SKU: "mug", Account: stock.HeldAt("wh1"), Units: 4},
		{SKU: "mug", Account: stock.PromisedAt("wh1"), Units: 5},
		{SKU: "mug", Account: stock.GranterAt("wh1"), Units: -9},
	}, loaded.Books.Balances)
	equal("products", []catalog.Product{{SKU: "mug", Name: "Mug", Description: "Of clay", Type: "kitchen", Category: "cups", Price: money.Of(250, "GBP")}}, loaded.Products)
	equal("districts", []catalog.District{{Code: "north", Name: "North", Warehouses: []id.Site{"wh1"}}}, loaded.Districts)
	equal("unsettled", orders[1:2], loaded.Unsettled)
	var pending []pay.Transaction
	for i, want := range []pay.Transaction{
		{Method: "on-delivery", Kind: pay.Authorize, State: pay.Success, Provider: "manual"},
		{Method: "on-delivery", Kind: pay.Authorize, State: pay.Success, Provider: "manual"},
		{Method: "elsewhere", Kind: pay.Authorize, State: pay.Pending},
		{Method: "on-delivery", Kind: pay.Refund, State: pay.Failed, Provider: "manual"},
	} {
		o := orders[i]
		want.ID, want.Order, want.At, want.Amount = id.Beside(o.ID.UUID, "pay"), o.ID, o.PlacedAt, o.Total
		steps, err := s.Transactions(t.Context(), o.ID)
		equal("payment", []pay.Transaction{want}, steps)
		got, orderErr := s.Order(t.Context(), o.ID)
		equal("order", o, got)
		if err := errors.Join(err, orderErr); err != nil {
			t.Error(err)
		}
		if want.State == pay.Pending {
			pending = append(pending, want)
		}
	}
	equal("pending", pending, loaded.Pending)
	goesOn(t, s, orders[0])
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestWarehouseMigrates opens what the first version has written.
func TestWarehouseMigrates(t *testing.T) {
	var statements []string
	var want []fulfillment.Fulfillment
	for n, stage := range order.Stages() {
		at := time.UnixMicro(1_780_000_000_000_000 + int64(n)).UTC()
		f := fulfillment.Fulfillment{
			ID: id.Fulfillment{UUID: born(3, n)}, Order: id.Order{UUID: born(1, n)}, Number: int64(n), Store: "store", Stage: stage, Version: 2,
			PlacedAt: at, ChangedAt: at, Address: order.Address{
				Name: "Ann", Street: "1 High Street", PostalCode: "AB1 2CD", City: "Town", District: "north", Email: "a@example.org", Phone: "1",
			},
			Lines: []fulfillment.Line{{Line: 1, SKU: "mug", Name: "Mug", Quantity: 9, Voided: 2, Returned: 1}},
		}
		switch stage {
		case order.PickedStage, order.WaitingTransfer, order.ReadyStage, order.SentStage, order.DeliveredStage:
			f.Lines[0].Picked = 7
		}
		want = append(want, f)
		statements = append(statements,
			fmt.Sprintf(`INSERT INTO fulfillments VALUES (%s, %s, %d, 'store', '%s', 2, %d, %d, 'Ann', '1 High Street', 'AB1 2CD', 'Town',
				'north', 'a@example.org', '1')`, blob(f.ID.UUID), blob(f.Order.UUID), n, stage, at.UnixMicro(), at.UnixMicro()),
			fmt.Sprintf("INSERT INTO fulfillment_lines VALUES (%s, 1, 'mug', 'Mug', 9, 2, 1)", blob(f.ID.UUID)))
	}
	path := firstVersion(t, "warehouse", append(statements,
		"INSERT INTO site VALUES (1, 'wh1', 'warehouse', 7)",
		"INSERT INTO products VALUES ('mug', 'Mug')",
		"INSERT INTO levels VALUES ('mug', 12)",
		"INSERT INTO balances VALUES ('mug', 'supplier', '', -9), ('mug', 'available', '', 9)")...)
	w := openWarehouse(t, path)
	got, err := w.Fulfillments(t.Context(), warehouse.FulfillmentQuery{Limit: 100})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("fulfillments: error %v, -want +got\n%s", err, diff)
	}
	batch := &warehouse.Changes{Purchases: []purchase.Purchase{{ID: "PO-1"}}}
	batch.Books.Balances = []stock.Balance{{SKU: "mug", Account: stock.Account{Kind: stock.Announced}, Units: -3}}
	if err := w.Commit(t.Context(), batch); err != nil {
		t.Error(err)
	}
	levels, err := w.Levels(t.Context(), warehouse.StockQuery{Limit: 9})
	wantLevels := []warehouse.ProductLevel{{Name: "Mug", Level: stock.Level{Warehouse: "wh1", SKU: "mug", OnHand: 9, Available: 9, Version: 12}}}
	if diff := cmp.Diff(wantLevels, levels); err != nil || diff != "" {
		t.Errorf("levels: error %v, -want +got\n%s", err, diff)
	}
	loaded, err := w.Load(t.Context())
	if err != nil || len(loaded.Books.Balances) != 3 || len(loaded.Purchases) != 1 {
		t.Errorf("loaded %+v, error %v", loaded, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// goesOn writes what the first version could not, and finds what it could.
func goesOn(t *testing.T, s *sqlite.Store, o order.Order) {
	t.Helper()
	o.Waiting = []order.Wait{{Line: 1, SKU: "mug", Warehouse: "wh1", Quantity: 1}}
	batch := &store.Changes{Updates: []order.Order{o}, Transactions: []pay.Transaction{{
		ID: id.Beside(o.ID.UUID, "cancel"), Order: o.ID, At: o.ChangedAt, Method: pay.OnDelivery, Kind: pay.Cancel, State: pay.Pending,
	}}}
	batch.Books.Balances = []stock.Balance{{SKU: "mug", Account: stock.IncomingGranterAt("wh1"), Units: -3}}
	if err := s.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	loaded, err := s.Load(t.Context())
	if err != nil || len(loaded.Unsettled) != 2 || len(loaded.Pending) != 2 {
		t.Errorf("%d unsettled, %d pending, error %v; want 2 of each", len(loaded.Unsettled), len(loaded.Pending), err)
	}
	page, err := s.Products(t.Context(), store.ProductQuery{Search: "clay", Limit: 5})
	if err != nil || page.Total != 1 || page.Products[0].Held != 4 {
		t.Errorf("found %+v, error %v", page, err)
	}
}

// TestNoListIsChecked finds lists in the rules of tables: see migration 17.
func TestNoListIsChecked(t *testing.T) {
	dir := t.TempDir()
	closeAll(t, openStore(t, filepath.Join(dir, "store.db")), openWarehouse(t, filepath.Join(dir, "wh1.db")))
	for name, rare := range map[string][]string{"store.db": {"site", "products", "accounts"}, "wh1.db": {"site", "accounts"}} {
		db, err := sql.Open("sqlite", filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		tables, err := db.QueryContext(t.Context(), "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '% IN (''%'")
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for tables.Next() {
			var table, text string
			if err := tables.Scan(&table, &text); err != nil {
				t.Fatal(err)
			}
			found = append(found, table)
		}
		if err := errors.Join(tables.Err(), tables.Close(), db.Close()); err != nil {
			t.Fatal(err)
		}
		slices.Sort(found)
		slices.Sort(rare)
		if diff := cmp.Diff(rare, found); diff != "" {
			t.Errorf("tables of %s with lists to check:\n%s", name, diff)
		}
	}
}
