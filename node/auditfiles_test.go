package node_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossdock/core/fault"
	"crossdock/node"
)

// overwrite destroys the page that a table of a database begins with.
func overwrite(t *testing.T, database, table string) {
	t.Helper()
	db, err := sql.Open("sqlite", database)
	if err != nil {
		t.Fatal(err)
	}
	var page, size int64
	err = db.QueryRow("SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = $1", table).Scan(&page, &size)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(database, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteAt([]byte(strings.Repeat("x", int(size))), (page-1)*size)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestAuditNamesTheDamagedFile: of several databases it is said which one cannot be
// read, whatever is read of it.
func TestAuditNamesTheDamagedFile(t *testing.T) {
	for site, tables := range map[string][]string{
		"store": {"site", "outbox", "movements", "account_units", "orders"},
		"wh1":   {"site", "outbox", "movements", "account_units", "fulfillments"},
	} {
		data, _ := stopped(t)
		database := filepath.Join(data, "db", site+".db")
		whole, err := os.ReadFile(database)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			overwrite(t, database, table)
			_, err := node.AuditFiles(t.Context(), data)
			if message, _ := fault.Public(err); !fault.Is(err, fault.Corrupt) || !strings.Contains(message, database) {
				t.Errorf("%s of %s: %v", table, site, err)
			}
			if err := os.WriteFile(database, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
