package sqlite_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"crossdock/engine/sqlite"
)

// growing are the tables that get longer with each order.
var growing = []string{
	"orders", "order_lines", "fulfillments", "fulfillment_lines", "order_events", "fulfillment_events",
	"notices", "transactions", "requests", "movements", "outbox", "order_waits", "returns", "return_lines",
	"purchases", "purchase_lines", "purchase_shares",
}

// fromTheEnd are the queries that walk along a key and stop at the first row.
var fromTheEnd = []string{"LastMovement", "LastNumber"}

// ofOneOrder are the queries that sort what belongs to one order.
var ofOneOrder = []string{"Notices", "Transactions"}

// ledBy names the index that a list must be led by: any other one would be right,
// and slow.
var ledBy = map[string]string{
	"OrdersNewest":        "(id<?)",
	"OrdersFrom":          "(id>?)",
	"OrdersByNumber":      "INTEGER PRIMARY KEY (rowid=?)",
	"OrdersByReference":   "orders_by_reference (reference=? AND id<?)",
	"OrdersByCustomer":    "orders_by_customer (customer=? AND id<?)",
	"OrdersByStatus":      "orders_by_status (status=? AND id<?)",
	"UnsettledOrders":     "orders_unsettled (unsettled=?)",
	"OrderWaits":          "(order_id>? AND order_id<?)",
	"PendingTransactions": "transactions_pending (state=?)",
	"Transactions":        "(order_id=?)",
	"ReturnsByOrder":      "returns_by_order (order_id=?",
	"ReturnsByState":      "returns_by_state (state=? AND id>?)",
	"ReturnsAfter":        "(id>?)",
	"ReturnLines":         "(return_id=?)",
	"PurchasesAfter":      "(id>?)",
	"OpenPurchasesAfter":  "purchases_open (id>?)",
	"PurchaseLines":       "(purchase=?)",
	"PurchaseShares":      "(purchase=?)",
	"FulfillmentsFrom":    "(id>?)",
	"FulfillmentsByStage": "fulfillments_by_stage (stage=? AND id>?)",
	"FulfillmentsByOrder": "fulfillments_by_order (order_id=? AND id>?)",
	"MovementsAfter":      "INTEGER PRIMARY KEY (rowid>?)",
	"MovementsBefore":     "INTEGER PRIMARY KEY (rowid<?)",
	"MessagesAfter":       "(destination=? AND seq>?)",
}

// generated finds the statements in what sqlc has made.
var generated = regexp.MustCompile("(?s)`-- name: ([A-Za-z]+) :[a-z]+\n(.*?)`")

// TestPlans asks SQLite how it would carry out every shared statement. None may
// read all of a table that grows, or sort more than what belongs to one order.
func TestPlans(t *testing.T) {
	dir := t.TempDir()
	s, w := openStore(t, filepath.Join(dir, "store.db")), openWarehouse(t, filepath.Join(dir, "wh1.db"))
	defer closeAll(t, s, w)
	for _, set := range []struct{ database, source string }{
		{"store.db", "booksdb/books.sql.go"},
		{"store.db", "storedb/store.sql.go"},
		{"wh1.db", "booksdb/books.sql.go"},
		{"wh1.db", "warehousedb/warehouse.sql.go"},
	} {
		text, err := os.ReadFile(filepath.Join("..", "sqldb", set.source))
		if err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", filepath.Join(dir, set.database))
		if err != nil {
			t.Fatal(err)
		}
		queries := generated.FindAllStringSubmatch(string(text), -1)
		if len(queries) < 8 {
			t.Fatalf("%d statements found in %s", len(queries), set.source)
		}
		for _, query := range queries {
			checkPlan(t, db, query[1], query[2])
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func closeAll(t *testing.T, s *sqlite.Store, w *sqlite.Warehouse) {
	t.Helper()
	for _, err := range []error{s.Close(), w.Close()} {
		if err != nil {
			t.Error(err)
		}
	}
}

func checkPlan(t *testing.T, db *sql.DB, name, text string) {
	t.Helper()
	plan := explain(t, db, text)
	if want := ledBy[name]; !strings.Contains(strings.Join(plan, "; "), want) {
		t.Errorf("%s is not led by %s: %s", name, want, strings.Join(plan, "; "))
	}
	large := false
	for _, step := range plan {
		words := strings.Fields(step)
		if len(words) < 2 || !slices.Contains(growing, tableOf(text, words[1])) {
			continue
		}
		large = true
		if words[0] == "SCAN" && !slices.Contains(fromTheEnd, name) {
			t.Errorf("%s reads a whole table: %s", name, strings.Join(plan, "; "))
		}
	}
	if large && !slices.Contains(ofOneOrder, name) && strings.Contains(strings.Join(plan, "\n"), "TEMP B-TREE") {
		t.Errorf("%s sorts what it has found: %s", name, strings.Join(plan, "; "))
	}
}

// tableOf returns the table behind an alias of one letter.
func tableOf(query, alias string) string {
	found := regexp.MustCompile(`(?:FROM|JOIN)\s+(\w+) ` + regexp.QuoteMeta(alias) + `\s`).FindStringSubmatch(query)
	if found != nil {
		return found[1]
	}
	return alias
}

func explain(t *testing.T, db *sql.DB, text string) (steps []string) {
	t.Helper()
	params := 0
	for strings.Contains(text, "$"+string(rune('1'+params))) {
		params++
	}
	rows, err := db.Query("EXPLAIN QUERY PLAN "+text, make([]any, params)...)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
