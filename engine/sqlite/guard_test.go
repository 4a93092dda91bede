package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/core/order"
	"crossdock/site/books"
	"crossdock/site/store"
)

// loaded returns a store's database with some orders, which stays open.
func loaded(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "store.db")
	s := openStore(t, path)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Commit(t.Context(), newLoad().batch(5, 3)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestHistoryIsNeverChanged(t *testing.T) {
	db, err := sql.Open("sqlite", loaded(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, text := range []string{
		"UPDATE movements SET quantity = 2 WHERE seq = 1",
		"DELETE FROM movements WHERE seq = 1",
		"UPDATE outbox SET body = x'00' WHERE seq = 1",
		"DELETE FROM outbox WHERE seq = 1",
		"INSERT INTO pruned SELECT destination, epoch, seq, hash, at FROM outbox WHERE seq = 1; DELETE FROM outbox WHERE seq = 2",
		"DELETE FROM pruned",
		"INSERT INTO parked (origin, epoch, seq, at, key, kind, body, hash, reason, parked_at) VALUES ('wh1', 1, 1, 0, 'k', 'k', x'', zeroblob(32), '', 0); DELETE FROM parked",
		"UPDATE order_events SET text = '' WHERE seq = 1",
		"DELETE FROM order_events WHERE seq = 1",
		"DELETE FROM orders WHERE number = 1",
	} {
		if _, err := db.Exec(text); err == nil || !strings.Contains(err.Error(), "never") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Somebody determined can damage a movement. The audit still gets its number,
// and all the others.
func TestDamagedMovement(t *testing.T) {
	path := loaded(t)
	byHand(t, path,
		"DROP TRIGGER movements_stay",
		"PRAGMA ignore_check_constraints = 1",
		"UPDATE movements SET from_account = 'elsewhere' WHERE seq = 3",
		"UPDATE movements SET hash = x'0102' WHERE seq = 7")
	s := openStore(t, path)
	source, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	err = source.Movements(t.Context(), func(m books.Movement, unreadable error) error {
		seen++
		if m.Seq != int64(seen) {
			t.Errorf("movement %d in place of %d", m.Seq, seen)
		}
		damaged := m.Seq == 3 || m.Seq == 7
		if damaged != fault.Is(unreadable, fault.Corrupt) || !damaged && unreadable != nil {
			t.Errorf("movement %d: %v", m.Seq, unreadable)
		}
		return nil
	})
	if err != nil || seen != 15 {
		t.Errorf("%d movements, error %v", seen, err)
	}
	if err := errors.Join(source.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
}

// A read ends soon after nobody waits for it, and a commit is not begun then.
func TestNobodyWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := openStore(t, path)
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	l := newLoad()
	if err := s.Commit(t.Context(), l.batch(2000, 3)); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	_, err := s.OrdersOf(gone, l.order(1).Customer, 1000)
	if !errors.Is(err, context.Canceled) || !fault.Is(err, fault.Unavailable) || time.Since(began) > 5*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
	source, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	leaving, leave := context.WithCancel(t.Context())
	seen := 0
	err = source.Orders(leaving, func(order.Order, error) error {
		seen++
		leave()
		return nil
	})
	if !errors.Is(err, context.Canceled) || seen == 2000 {
		t.Errorf("a walk that nobody waits for went on over %d orders: %v", seen, err)
	}
	if err := source.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Commit(gone, &store.Changes{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a commit that nobody waits for: %v", err)
	}
	if _, err := s.OrdersOf(t.Context(), l.order(1).Customer, 10); err != nil {
		t.Errorf("the next read: %v", err)
	}
}

func TestClosed(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "store.db"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), &store.Changes{}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("commit: %v", err)
	}
	if _, err := s.Totals(t.Context()); err == nil {
		t.Error("a closed database was read")
	}
}

// TestWordsAreChecked tries each word that a column may hold, and one that it may
// not: what migrations 17 and 18 say in other words is the same rule.
func TestWordsAreChecked(t *testing.T) {
	stages := []string{"requested", "accepted", "picking", "picked", "waiting_transfer", "ready", "sent", "delivered", "short", "voided"}
	warehouse := filepath.Join(t.TempDir(), "wh1.db")
	if err := openWarehouse(t, warehouse).Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, table, column string
		words               []string
	}{
		{loaded(t), "orders", "status", []string{"placed", "backordered", "ready", "sent", "delivered", "voided", "returned"}},
		{loaded(t), "fulfillments", "stage", stages},
		{loaded(t), "fulfillments", "redirect", []string{"", "asked", "done", "refused"}},
		{loaded(t), "transactions", "kind", []string{"authorize", "capture", "cancel", "refund"}},
		{loaded(t), "transactions", "state", []string{"pending", "success", "failed"}},
		{warehouse, "fulfillments", "stage", stages},
		{warehouse, "returns", "state", []string{"requested", "received", "inspected"}},
	} {
		db, err := sql.Open("sqlite", c.path)
		if err != nil {
			t.Fatal(err)
		}
		if c.path == warehouse {
			for _, text := range []string{
				"INSERT OR IGNORE INTO fulfillments VALUES (zeroblob(16), zeroblob(16), 1, 'store', 'requested', 0, 0, 0, '', '', '', '', '', '', '')",
				"INSERT OR IGNORE INTO returns VALUES (zeroblob(16), zeroblob(16), zeroblob(16), 1, 'store', 'requested', 0, 0, 0, '')",
			} {
				if _, err := db.ExecContext(t.Context(), text); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, word := range append(c.words, "lost") {
			result, err := db.ExecContext(t.Context(), "UPDATE "+c.table+" SET "+c.column+" = $1", word)
			if (err == nil) != (word != "lost") {
				t.Errorf("%s.%s = %q: %v", c.table, c.column, word, err)
			}
			if err == nil {
				if rows, err := result.RowsAffected(); err != nil || rows == 0 {
					t.Errorf("%s.%s = %q was written to %d rows: %v", c.table, c.column, word, rows, err)
				}
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestNoLimitIsABareParameter: such a statement is compiled anew each time it is run.
func TestNoLimitIsABareParameter(t *testing.T) {
	files, err := filepath.Glob("../sqldb/query/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no queries: %v", err)
	}
	files = append(files, "search.go")
	bare := regexp.MustCompile(`(?i)\bLIMIT\s+(sqlc\.|[$@?:])`)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if found := bare.Find(text); found != nil {
			t.Errorf("%s has %q: cast the limit", name, found)
		}
	}
}
