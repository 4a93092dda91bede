package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/engine/sqlite"
	"crossdock/engine/storetest"
	"crossdock/site/audit"
	"crossdock/site/store"
)

// held opens a moment that is let go of when the test ends.
func held(t *testing.T, path string) *sqlite.Moment {
	t.Helper()
	m, err := sqlite.OpenMoment(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// factsOf reads the facts of a database, and lets go of it.
func factsOf(t *testing.T, path string) sqlite.Facts {
	t.Helper()
	m, err := sqlite.OpenMoment(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := m.Facts()
	if err := errors.Join(err, m.Close()); err != nil {
		t.Fatal(err)
	}
	return facts
}

// TestCopyOfABusyDatabase copies a database over and over while it is written.
// What was acknowledged before a moment is in its copy, what came after is not in
// it, however long the copy takes, and the copy is one file that nothing is missing
// from.
func TestCopyOfABusyDatabase(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "store.db")
	s := openStore(t, path)
	ctx, stop := context.WithCancel(t.Context())
	var acknowledged atomic.Int64
	failed, progressed := make(chan error, 1), make(chan struct{}, 1)
	go func() {
		l := newLoad()
		for ctx.Err() == nil {
			if err := s.Commit(context.Background(), l.batch(4, 3)); err != nil {
				failed <- err
				return
			}
			acknowledged.Store(int64(l.orders))
			select {
			case progressed <- struct{}{}:
			default: // said before, and not heard yet
			}
		}
		failed <- nil
	}()
	await := func(orders int64) {
		t.Helper()
		for acknowledged.Load() < orders {
			select {
			case <-progressed:
			case err := <-failed:
				t.Fatalf("the writer has ended: %v", err)
			}
		}
	}
	await(100)
	for round := range 5 {
		before := acknowledged.Load()
		m := held(t, path)
		facts, err := m.Facts()
		if err != nil {
			t.Fatal(err)
		}
		await(facts.Head.Orders + 8) // the writer goes on
		to := filepath.Join(dir, "copy-"+string(rune('a'+round))+".db")
		if err := m.CopyTo(t.Context(), to); err != nil {
			t.Fatal(err)
		}
		whole := int64(countWhole(t, to))
		if whole != facts.Head.Orders || whole < before {
			t.Errorf("the copy has %d orders; %d were acknowledged before, the moment has %d", whole, before, facts.Head.Orders)
		}
		if err := sqlite.CheckIntegrity(t.Context(), to); err != nil {
			t.Error(err)
		}
	}
	stop()
	if err := errors.Join(<-failed, s.Close()); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "copy-*"))
	if err != nil || len(names) != 5 {
		t.Errorf("beside the copies lie others: %v, %v", names, err)
	}
}

// TestFactsOfADatabase reads what the manifest of a backup says.
func TestFactsOfADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := openStore(t, path)
	facts := func() sqlite.Facts { return factsOf(t, path) }
	want := sqlite.Facts{
		Head:   audit.Head{Site: storetest.StoreSite, Role: audit.Store, Epoch: storetest.Epoch},
		Schema: sqlite.SchemaVersion(audit.Store),
	}
	if diff := cmp.Diff(want, facts()); diff != "" {
		t.Errorf("of an empty one:\n%s", diff)
	}
	batch := newLoad().batch(2, 3)
	m, other := feed.Next(feed.Cursor{Origin: "store", Destination: "wh2", Epoch: storetest.Epoch}, feed.Message{Kind: "x", Key: "k"})
	batch.Books.Messages = append(batch.Books.Messages, m)
	batch.Books.Cursors = []feed.Cursor{{Origin: "wh1", Destination: "store", Epoch: 1, Seq: 5}}
	if err := s.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	last := batch.Orders[1].PlacedAt.UTC()
	want.Movements, want.LastMovementAt, want.Head.Orders, want.LastOrderAt = 6, last, 2, last
	want.Head.Written = []feed.Cursor{{Origin: "store", Destination: "wh1", Seq: 2}, {Origin: "store", Destination: "wh2", Seq: other.Seq}}
	want.Head.Read = []feed.Cursor{{Origin: "wh1", Destination: "store", Seq: 5}}
	if diff := cmp.Diff(want, facts()); diff != "" {
		t.Error(diff)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCopyRefuses: a copy takes nothing's place, and stops when nobody waits for it.
func TestCopyRefuses(t *testing.T) {
	m := held(t, made(t))
	there := filepath.Join(t.TempDir(), "there.db")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.CopyTo(t.Context(), there); !fault.Is(err, fault.Unavailable) {
		t.Errorf("over a file: %v", err)
	}
	if text, err := os.ReadFile(there); err != nil || string(text) != "mine" {
		t.Errorf("the file has %q, %v", text, err)
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if err := m.CopyTo(gone, filepath.Join(t.TempDir(), "late.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("when nobody waits: %v", err)
	}
	for name, path := range map[string]string{"text": there, "nothing": filepath.Join(t.TempDir(), "none.db")} {
		if _, err := sqlite.OpenMoment(t.Context(), path); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Unavailable) {
			t.Errorf("a moment of %s: %v", name, err)
		}
	}
}

// TestIntegrityFindsDamage overwrites a page in the middle of a file.
func TestIntegrityFindsDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := openStore(t, path)
	if err := errors.Join(s.Commit(t.Context(), newLoad().batch(300, 3)), s.Close()); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.CheckIntegrity(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteAt(slices.Repeat([]byte{0xff}, 4096), info.Size()/4096/2*4096)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.CheckIntegrity(t.Context(), path); !fault.Is(err, fault.Corrupt) {
		t.Errorf("a damaged page: %v", err)
	}
}

// TestRestoreBeginsAnEpoch: what the site says after a restore is of the new epoch,
// which is above its last one.
func TestRestoreBeginsAnEpoch(t *testing.T) {
	path := made(t) // of epoch 1
	for _, epoch := range []uint64{0, 1, 1 << 63} {
		if err := sqlite.Restore(t.Context(), path, epoch); err == nil {
			t.Errorf("the epoch %d was taken", epoch)
		}
	}
	if err := sqlite.Restore(t.Context(), path, 77); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, path)
	loaded, err := s.Load(t.Context())
	if err := errors.Join(err, s.Close()); err != nil || loaded.Books.Epoch != 77 {
		t.Errorf("epoch %d, error %v", loaded.Books.Epoch, err)
	}
}

// TestRestoreMigrates what an older version has left, and refuses what a newer has,
// naming both.
func TestRestoreMigrates(t *testing.T) {
	path := storeOfVersion(t, 17)
	byHand(t, path, "PRAGMA application_id = 0x58444b53", "INSERT INTO site VALUES (1, 'store', 'store', 7)")
	if facts := factsOf(t, path); facts.Schema != 17 || facts.Current() {
		t.Errorf("facts %+v", facts)
	}
	old := filepath.Join(t.TempDir(), "copy.db")
	if err := held(t, path).CopyTo(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.Restore(t.Context(), old, 8); err != nil {
		t.Fatal(err)
	}
	if facts := factsOf(t, old); !facts.Current() || facts.Head.Epoch != 8 {
		t.Errorf("facts %+v", facts)
	}
	byHand(t, old, "INSERT INTO schema_version (version_id, is_applied) VALUES (9999, 1)")
	for what, try := range map[string]func() error{
		"a moment":  func() error { _, err := sqlite.OpenMoment(t.Context(), old); return err },
		"a restore": func() error { return sqlite.Restore(t.Context(), old, 9) },
		"a start": func() error {
			_, err := sqlite.OpenStore(t.Context(), old, storetest.StoreSite, sqlite.Options{})
			return err
		},
		"an audit": func() error { _, err := sqlite.OpenReadOnly(t.Context(), old); return err },
	} {
		err := try()
		if !fault.Is(err, fault.Newer) || !strings.Contains(err.Error(), "of version 9999") {
			t.Errorf("%s of a newer one: %v", what, err)
		}
	}
}

// TestACopyGoesOn: a copy that was restored is written on where its moment ended.
func TestACopyGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := openStore(t, path)
	l := newLoad()
	if err := s.Commit(t.Context(), l.batch(3, 3)); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "copy.db")
	if err := held(t, path).CopyTo(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sqlite.Restore(t.Context(), to, 99), s.Close()); err != nil {
		t.Fatal(err)
	}
	again := openStore(t, to)
	batch := &store.Changes{Orders: nil}
	batch.Books.Balances = []stock.Balance{{SKU: id.SKU("mug"), Account: stock.HeldAt("wh1"), Units: 3}}
	if err := errors.Join(again.Commit(t.Context(), batch), again.Close()); err != nil {
		t.Fatal(err)
	}
	if whole := countWhole(t, to); whole != 3 {
		t.Errorf("%d orders in the copy", whole)
	}
}
