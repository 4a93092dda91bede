package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	"crossdock/engine/sqlite"
	"crossdock/engine/storetest"
)

// Where an engine's file is, for those that open it again.
type storeFile struct {
	*sqlite.Store
	path string
}

type warehouseFile struct {
	*sqlite.Warehouse
	path string
}

func openStore(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.OpenStore(t.Context(), path, storetest.StoreSite, sqlite.Options{Epoch: storetest.Epoch})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openWarehouse(t testing.TB, path string) *sqlite.Warehouse {
	t.Helper()
	w, err := sqlite.OpenWarehouse(t.Context(), path, storetest.WarehouseSite, sqlite.Options{Epoch: storetest.Epoch})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func storeEngine(t *testing.T, path string) storetest.StoreEngine {
	s := storeFile{openStore(t, path), path}
	return storetest.StoreEngine{Journal: s, Lookups: s, Queries: s, Records: s, Feeds: s, Restored: s, Moments: s, Close: s.Close}
}

func warehouseEngine(t *testing.T, path string) storetest.WarehouseEngine {
	w := warehouseFile{openWarehouse(t, path), path}
	return storetest.WarehouseEngine{Journal: w, Queries: w, PurchaseBook: w, ReturnBook: w, Feeds: w, Restored: w, Moments: w, Close: w.Close}
}

// copyOf writes an empty database that was made before: much of the suite's time
// would go into making hundreds of them.
func copyOf(t *testing.T, empty string) string {
	t.Helper()
	content, err := os.ReadFile(empty)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "site.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStoreSuite(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "store.db")
	if err := openStore(t, empty).Close(); err != nil {
		t.Fatal(err)
	}
	storetest.Store(t, storetest.StoreFactory{
		Open: func(t *testing.T) storetest.StoreEngine {
			return storeEngine(t, copyOf(t, empty))
		},
		Reopen: func(t *testing.T, old storetest.StoreEngine) storetest.StoreEngine {
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			return storeEngine(t, old.Journal.(storeFile).path)
		},
	})
}

func TestWarehouseSuite(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "wh1.db")
	if err := openWarehouse(t, empty).Close(); err != nil {
		t.Fatal(err)
	}
	storetest.Warehouse(t, storetest.WarehouseFactory{
		Open: func(t *testing.T) storetest.WarehouseEngine {
			return warehouseEngine(t, copyOf(t, empty))
		},
		Reopen: func(t *testing.T, old storetest.WarehouseEngine) storetest.WarehouseEngine {
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			return warehouseEngine(t, old.Journal.(warehouseFile).path)
		},
	})
}
