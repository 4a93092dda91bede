package sqlite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	zombiezen "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/engine/sqlite"
)

// byHand changes a database as a person does with a shell.
func byHand(t *testing.T, path string, statements ...string) {
	t.Helper()
	conn, err := zombiezen.OpenConn(path, zombiezen.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range statements {
		if err := sqlitex.ExecuteTransient(conn, text, nil); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}

// made returns the path of a store's database that was closed.
func made(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a store? 100%.db")
	s, err := sqlite.OpenStore(t.Context(), path, "store", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenRefuses(t *testing.T) {
	write := func(t *testing.T, text string) string {
		path := filepath.Join(t.TempDir(), "file.db")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, test := range []struct {
		name string
		path func(t *testing.T) string
		site id.Site
		kind fault.Kind
		says []string
	}{
		{"a directory", func(t *testing.T) string { return t.TempDir() }, "store", fault.Invalid, []string{"directory"}},
		{"no directory", func(t *testing.T) string { return filepath.Join(t.TempDir(), "none", "x.db") }, "store", fault.Invalid, []string{"no directory"}},
		{"a text", func(t *testing.T) string { return write(t, strings.Repeat("not a database. ", 100)) }, "store", fault.Invalid, []string{"not a SQLite database"}},
		{"another program's", func(t *testing.T) string {
			path := write(t, "")
			byHand(t, path, "CREATE TABLE notes (text TEXT)")
			return path
		}, "store", fault.Invalid, []string{"not one of Crossdock"}},
		{"another site", made, "shop", fault.Conflict, []string{"store", "shop"}},
		{"newer", func(t *testing.T) string {
			path := made(t)
			byHand(t, path, "INSERT INTO schema_version (version_id, is_applied) VALUES (4711, 1)")
			return path
		}, "store", fault.Newer, []string{"4711", "version 4711; this Crossdock knows versions up to 24"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := test.path(t)
			s, err := sqlite.OpenStore(t.Context(), path, test.site, sqlite.Options{})
			if err == nil {
				t.Fatal("it opened", s.Close())
			}
			message, _ := fault.Public(err)
			if !fault.Is(err, test.kind) {
				t.Errorf("%s fault, want %s: %v", fault.KindOf(err), test.kind, err)
			}
			for _, word := range test.says {
				if !strings.Contains(message, word) {
					t.Errorf("%q does not say %q", message, word)
				}
			}
		})
	}
}

func TestOpenRefusesAnotherRole(t *testing.T) {
	w, err := sqlite.OpenWarehouse(t.Context(), made(t), "store", sqlite.Options{})
	if err == nil {
		t.Fatal("it opened", w.Close())
	}
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("%s fault: %v", fault.KindOf(err), err)
	}
}

// A process may die between any two steps of making a database.
func TestOpenGoesOn(t *testing.T) {
	path := made(t)
	byHand(t, path, "DELETE FROM site")
	s, err := sqlite.OpenStore(t.Context(), path, "store", sqlite.Options{Epoch: 9})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := s.Load(t.Context())
	if err != nil || loaded.Books.Epoch != 9 {
		t.Errorf("epoch %d, error %v", loaded.Books.Epoch, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestEpochStays(t *testing.T) {
	path := made(t)
	s, err := sqlite.OpenStore(t.Context(), path, "store", sqlite.Options{Epoch: 9})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := s.Load(t.Context())
	if err != nil || loaded.Books.Epoch != 1 {
		t.Errorf("epoch %d, error %v", loaded.Books.Epoch, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenReadOnly(t *testing.T) {
	path := made(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	source, err := sqlite.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	head, err := source.Head(t.Context())
	if err != nil || head.Site != "store" || head.Role != "store" || head.Epoch != 1 {
		t.Errorf("%+v, error %v", head, err)
	}
	if err := source.Close(); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("the file was changed; error %v", err)
	}
	if _, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(t.TempDir(), "none.db")); err == nil {
		t.Error("a file that is not there was opened")
	}
}
