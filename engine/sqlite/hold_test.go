package sqlite_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"crossdock/engine/storetest"
	"crossdock/site/store"
)

// TestHoldsMigrate: of what is kept when a hold is told when it began, the beginning
// is the migration.
func TestHoldsMigrate(t *testing.T) {
	path := storeOfVersion(t, 17)
	end := time.UnixMicro(1_780_000_000_000_001).UTC()
	byHand(t, path, "PRAGMA application_id = 0x58444b53",
		"INSERT INTO site VALUES (1, '"+string(storetest.StoreSite)+"', 'store', 7)",
		`INSERT INTO holds VALUES ('guest:1', '[{"warehouse":"wh1","sku":"mug","units":2}]', 1780000000000001)`)
	before := time.Now().Truncate(time.Second)
	s := openStore(t, path)
	loaded, err := s.Load(t.Context())
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	if len(loaded.Holds) != 1 || loaded.Holds[0].Since.Before(before) || loaded.Holds[0].Since.After(time.Now()) {
		t.Fatalf("loaded %+v, want one that begins now", loaded.Holds)
	}
	loaded.Holds[0].Since = time.Time{}
	want := store.Hold{Owner: "guest:1", Units: []store.Held{{Warehouse: "wh1", SKU: "mug", Units: 2}}, ExpiresAt: end}
	if diff := cmp.Diff(want, loaded.Holds[0]); diff != "" {
		t.Error(diff)
	}
}

// storeOfVersion makes the tables of a store as they once were.
func storeOfVersion(t *testing.T, version int64) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "store.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	var others []string
	for _, name := range migrationFiles(t) {
		if strings.HasSuffix(name, "_warehouse.sql") {
			others = append(others, name)
		}
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("migrations"),
		goose.WithTableName("schema_version"), goose.WithExcludeNames(others), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err == nil {
		_, err = provider.UpTo(t.Context(), version)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}
