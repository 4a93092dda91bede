package memory_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/engine/memory"
	"crossdock/engine/storetest"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

func storeEngine(s *memory.Store) storetest.StoreEngine {
	return storetest.StoreEngine{Journal: s, Lookups: s, Queries: s, Records: s, Feeds: s, Restored: s, Moments: s}
}

func warehouseEngine(w *memory.Warehouse) storetest.WarehouseEngine {
	return storetest.WarehouseEngine{Journal: w, Queries: w, PurchaseBook: w, ReturnBook: w, Feeds: w, Restored: w, Moments: w}
}

func TestStore(t *testing.T) {
	storetest.Store(t, storetest.StoreFactory{
		Open: func(*testing.T) storetest.StoreEngine {
			return storeEngine(memory.NewStore(storetest.StoreSite, storetest.Epoch))
		},
		Reopen: func(_ *testing.T, old storetest.StoreEngine) storetest.StoreEngine {
			return storeEngine(old.Journal.(*memory.Store).Clone())
		},
	})
}

func TestWarehouse(t *testing.T) {
	storetest.Warehouse(t, storetest.WarehouseFactory{
		Open: func(*testing.T) storetest.WarehouseEngine {
			return warehouseEngine(memory.NewWarehouse(storetest.WarehouseSite, storetest.Epoch))
		},
		Reopen: func(_ *testing.T, old storetest.WarehouseEngine) storetest.WarehouseEngine {
			return warehouseEngine(old.Journal.(*memory.Warehouse).Clone())
		},
	})
}

// listed returns each product as its SKU and name.
func listed(t *testing.T, s *memory.Store) (skus []string) {
	t.Helper()
	snapshot, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range snapshot.Products {
		skus = append(skus, string(p.SKU)+p.Name)
	}
	return skus
}

func TestFail(t *testing.T) {
	s, broken := memory.NewStore("store", 1), errors.New("the disk is gone")
	var asked []int
	s.Fail(func(batch int) error {
		asked = append(asked, batch)
		if batch == 2 {
			return broken
		}
		return nil
	})
	for i, want := range []error{nil, broken, nil} {
		p := catalog.Product{SKU: []id.SKU{"A", "B", "C"}[i]}
		if err := s.Commit(t.Context(), &store.Changes{Products: []catalog.Product{p}}); !errors.Is(err, want) {
			t.Errorf("batch %d: %v, want %v", i+1, err, want)
		}
	}
	if diff := cmp.Diff([]int{1, 2, 3}, asked); diff != "" {
		t.Errorf("asked for batches: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"A", "C"}, listed(t, s)); diff != "" {
		t.Errorf("products: -want +got\n%s", diff)
	}
	s.Fail(nil)
	if err := s.Commit(t.Context(), &store.Changes{Products: []catalog.Product{{SKU: "B"}}}); err != nil {
		t.Errorf("without a hook: %v", err)
	}
}

func TestCloneGoesItsOwnWay(t *testing.T) {
	add := func(s *memory.Store, sku id.SKU) {
		t.Helper()
		if err := s.Commit(t.Context(), &store.Changes{Products: []catalog.Product{{SKU: sku}}}); err != nil {
			t.Fatal(err)
		}
	}
	s := memory.NewStore("store", 1)
	add(s, "A")
	clone := s.Clone()
	s.Fail(func(int) error { return errors.New("of the old one alone") })
	add(clone, "B")
	renamed := &store.Changes{Products: []catalog.Product{{SKU: "A", Name: "-renamed"}}}
	if err := clone.Commit(t.Context(), renamed); err != nil {
		t.Fatal(err)
	}
	s.Fail(nil)
	add(s, "C")
	if diff := cmp.Diff([]string{"A-renamed", "B"}, listed(t, clone)); diff != "" {
		t.Errorf("the clone: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"A", "C"}, listed(t, s)); diff != "" {
		t.Errorf("the original: -want +got\n%s", diff)
	}
}

// TestCloneSharesNoLedger books different movements at the same place of a
// ledger and of its clone.
func TestCloneSharesNoLedger(t *testing.T) {
	book := func(s *memory.Store, seq int64, name byte) {
		t.Helper()
		m := stock.Movement{ID: id.Movement{UUID: id.UUID{name}}, SKU: "A", Quantity: 1}
		err := s.Commit(t.Context(), &store.Changes{Books: books.Rows{Movements: []books.Movement{{Seq: seq, Movement: m, Hash: stock.Hash{name}}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	s := memory.NewStore("store", 1)
	for seq := range int64(5) {
		book(s, seq+1, byte(seq+1))
	}
	clone := s.Clone()
	book(s, 6, 10)
	book(clone, 6, 20)
	for _, test := range []struct {
		s    *memory.Store
		want stock.Hash
	}{{s, stock.Hash{10}}, {clone, stock.Hash{20}}} {
		snapshot, err := test.s.Load(t.Context())
		if err != nil || snapshot.Books.LastHash != test.want {
			t.Errorf("last hash %x, %v; want %x", snapshot.Books.LastHash, err, test.want)
		}
	}
}

func TestWarehouseFailAndClone(t *testing.T) {
	w, broken := memory.NewWarehouse("wh1", 1), errors.New("the disk is gone")
	batch := func(sku id.SKU) *warehouse.Changes {
		return &warehouse.Changes{Products: []event.Product{{SKU: sku}}}
	}
	levels := func(w *memory.Warehouse) int {
		t.Helper()
		rows, err := w.Levels(t.Context(), warehouse.StockQuery{Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		return len(rows)
	}
	if err := w.Commit(t.Context(), batch("A")); err != nil {
		t.Fatal(err)
	}
	clone := w.Clone()
	w.Fail(func(int) error { return broken })
	if err := w.Commit(t.Context(), batch("B")); !errors.Is(err, broken) || levels(w) != 1 {
		t.Errorf("failed commit: %v, %d SKUs", err, levels(w))
	}
	if err := clone.Commit(t.Context(), batch("B")); err != nil || levels(clone) != 2 || levels(w) != 1 {
		t.Errorf("commit to the clone: %v, %d SKUs there, %d here", err, levels(clone), levels(w))
	}
}
