package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"crossdock/core/order"
	"crossdock/engine/sqlite"
	"crossdock/engine/storetest"
	"crossdock/site/audit"
)

// migrateIn names the database that the test binary, run as a child, is to bring up
// to date; migrateAs says whose it is.
const (
	migrateIn = "CROSSDOCK_TEST_MIGRATE"
	migrateAs = "CROSSDOCK_TEST_MIGRATE_AS"
)

// migrateInChild opens a database as a start does.
func migrateInChild(path string) error {
	if os.Getenv(migrateAs) == string(audit.Warehouse) {
		w, err := sqlite.OpenWarehouse(context.Background(), path, storetest.WarehouseSite, sqlite.Options{})
		if err != nil {
			return err
		}
		return w.Close()
	}
	s, err := sqlite.OpenStore(context.Background(), path, storetest.StoreSite, sqlite.Options{})
	if err != nil {
		return err
	}
	return s.Close()
}

// filled makes a database of the first version with many rows in its tables.
func filled(t *testing.T, role string, rows int) (path string) {
	t.Helper()
	sign := func(n int) string { return fmt.Sprintf("x'%032x'", n) }
	statements := []string{"BEGIN"}
	add := func(format string, args ...any) { statements = append(statements, fmt.Sprintf(format, args...)) }
	for n := 1; n <= rows; n++ {
		add("INSERT INTO movements VALUES (%d, %s, %d, 'mug', 2, 'supplier', '', 'available', '', 'received', NULL, 0, 'by hand', zeroblob(32))", n, sign(n), n)
		add("INSERT INTO balances VALUES ('mug%d', 'supplier', '', -%d), ('mug%d', 'available', '', %d)", n, n, n, n)
		add("INSERT INTO outbox VALUES ('other', %d, 7, %d, 'k', 'x.v1', x'7b7d', zeroblob(32))", n, n)
	}
	add("INSERT INTO cursors VALUES ('other', 1, 5, zeroblob(32), 9)")
	add("INSERT INTO parked VALUES ('other', 1, 4, 8, 'k', 'x.v1', x'7b7d', zeroblob(32), 'because', 9)")
	if role == "store" {
		add("INSERT INTO site VALUES (1, 'store', 'store', 7)")
		add("INSERT INTO districts VALUES ('north', 'North')")
		for n := 1; n <= rows; n++ {
			kept, _ := oldOrder(n, "on-delivery", "authorize", "pending", order.Accepted, order.Requested)
			statements = append(statements, kept...)
			add("INSERT INTO products VALUES (%d, 'mug%d', 'Mug', 'Of clay', 'kitchen', 'cups', 250, 'GBP')", n, n)
		}
	} else {
		add("INSERT INTO site VALUES (1, '%s', 'warehouse', 7)", storetest.WarehouseSite)
		for n := 1; n <= rows; n++ {
			add("INSERT INTO products VALUES ('mug%d', 'Mug')", n)
			add("INSERT INTO levels VALUES ('mug%d', 12)", n)
			add(`INSERT INTO fulfillments VALUES (%s, %s, %d, 'store', 'picked', 2, 1, 2, 'Ann', '1 High Street', 'AB1 2CD', 'Town', 'north', 'a@example.org', '1')`,
				sign(n), sign(n), n)
			add("INSERT INTO fulfillment_lines VALUES (%s, 1, 'mug', 'Mug', 9, 2, 1)", sign(n))
		}
	}
	return firstVersion(t, role, append(statements, "COMMIT", "PRAGMA journal_mode = WAL")...)
}

// upTo brings a database to an older version, as the program of that time did.
func upTo(t *testing.T, path, role string, version int64) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("migrations"), goose.WithTableName("schema_version"),
		goose.WithExcludeNames(notFor(t, role)), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err == nil {
		_, err = provider.UpTo(t.Context(), version)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func otherRole(role string) string {
	if role == "store" {
		return "warehouse"
	}
	return "store"
}

// notFor lists the migrations of the other role.
func notFor(t *testing.T, role string) (names []string) {
	for _, name := range migrationFiles(t) {
		if strings.HasSuffix(name, "_"+otherRole(role)+".sql") {
			names = append(names, name)
		}
	}
	return names
}

// olderVersions lists the versions that a role's tables have had since the first.
func olderVersions(t *testing.T, role string) (versions []int64) {
	t.Helper()
	others := notFor(t, role)
	for _, name := range migrationFiles(t) {
		digits, _, _ := strings.Cut(name, "_")
		version, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if version > 1 && !slices.Contains(others, name) { // the first one had all up to number 3
			versions = append(versions, version)
		}
	}
	if newest := sqlite.SchemaVersion(audit.Role(role)); len(versions) < 5 || versions[len(versions)-1] != newest {
		t.Fatalf("the versions %v do not end with %d", versions, newest)
	}
	return versions[:len(versions)-1]
}

// dump is all that a database holds: each table's text and its rows.
func dump(t *testing.T, path string) map[string][]string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all := map[string][]string{}
	var tables []string
	all["schema"] = rowsOf(t, db, "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
	for _, row := range rowsOf(t, db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'product_search_%'") {
		tables = append(tables, strings.TrimSuffix(row, "|"))
	}
	for _, table := range tables {
		if table != "schema_version" { // which has the times of the migrations
			all[table] = rowsOf(t, db, "SELECT * FROM "+table)
			slices.Sort(all[table])
		}
	}
	return all
}

func rowsOf(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, value := range values {
			text += fmt.Sprintf("%v|", value)
		}
		all = append(all, text)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	return all
}

func roles() []string { return []string{"store", "warehouse"} }

// TestEachOlderVersionMigrates: a database of any older version, whichever programs
// it has lived through, becomes the same as one that comes from the first, with all
// of its rows.
func TestEachOlderVersionMigrates(t *testing.T) {
	for _, role := range roles() {
		t.Run(role, func(t *testing.T) {
			first := filled(t, role, 5)
			want := migratedAtOnce(t, first, role)
			for _, version := range olderVersions(t, role) {
				path := copyOf(t, first)
				upTo(t, path, role, version)
				if stored := factsOf(t, path).Schema; stored != version {
					t.Fatalf("the tables are of version %d, not %d", stored, version)
				}
				migrateHere(t, path, role)
				if diff := cmp.Diff(want, dump(t, path)); diff != "" {
					t.Errorf("from version %d: -from the first +from this one\n%s", version, diff)
				}
			}
		})
	}
}

// migratedAtOnce is what the first version's database becomes, which has lost
// nothing on the way.
func migratedAtOnce(t *testing.T, first, role string) map[string][]string {
	t.Helper()
	before, path := dump(t, first), copyOf(t, first)
	migrateHere(t, path, role)
	after := dump(t, path)
	for table, rows := range before {
		became := table
		if table == "balances" {
			became = "account_units" // since version 15
		}
		if len(after[became]) < len(rows) {
			t.Errorf("%s has %d rows, and %s had %d", became, len(after[became]), table, len(rows))
		}
	}
	return after
}

func migrateHere(t *testing.T, path, role string) {
	t.Helper()
	if role == "store" {
		if err := openStore(t, path).Close(); err != nil {
			t.Fatal(err)
		}
	} else if err := openWarehouse(t, path).Close(); err != nil {
		t.Fatal(err)
	}
}

// TestKilledInAMigration kills a process while it brings a database up to date: as
// soon as it has come to each version, so that it is on its way to the next, and as
// soon as anything of the next one can be seen. What it leaves is of a version in
// between, and becomes what it would have become.
func TestKilledInAMigration(t *testing.T) {
	rows := 250
	if testing.Short() {
		rows = 50
	}
	for _, role := range roles() {
		t.Run(role, func(t *testing.T) {
			first := filled(t, role, rows)
			want := migratedAtOnce(t, first, role)
			between := 0
			for _, version := range olderVersions(t, role) {
				for _, further := range []bool{false, true} {
					path := copyOf(t, first)
					migrateUntil(t, path, role, version, further)
					left := factsOf(t, path).Schema
					if left < sqlite.SchemaVersion(audit.Role(role)) {
						between++
					}
					migrateHere(t, path, role)
					if diff := cmp.Diff(want, dump(t, path)); diff != "" {
						t.Errorf("killed at version %d: -want +got\n%s", left, diff)
					}
				}
			}
			t.Logf("%d of %d were killed on their way", between, 2*len(olderVersions(t, role)))
		})
	}
}

// migrateUntil has a child migrate, and kills it when the version is there, or with
// further at the next change of the tables that others see.
func migrateUntil(t *testing.T, path, role string, version int64, further bool) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), migrateIn+"="+path, migrateAs+"="+role)
	child.Stderr = os.Stderr
	db, err := sql.Open("sqlite", path+"?_pragma=query_only(1)&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	var stored, tables, seen int64
	look := func() bool {
		const both = "SELECT (SELECT max(version_id) FROM schema_version), schema_version FROM pragma_schema_version"
		if err := db.QueryRowContext(t.Context(), both).Scan(&stored, &tables); err != nil {
			t.Errorf("the version cannot be read: %v", err)
			return false
		}
		return true
	}
	deadline := time.Now().Add(30 * time.Second)
	for look() && stored < version && time.Now().Before(deadline) {
	}
	for seen = tables; further && tables == seen && stored < sqlite.SchemaVersion(audit.Role(role)) && time.Now().Before(deadline) && look(); {
	}
	if err := child.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
	if err := <-ended; err != nil && child.ProcessState.Exited() {
		t.Fatalf("the child failed: %v", err)
	}
}
