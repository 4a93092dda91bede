package node_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/node"
	"crossdock/node/config"
)

// TestNotReadyWithoutItsDatabase: a database deleted under the process is told by
// readiness, though its open file still takes rows.
func TestNotReadyWithoutItsDatabase(t *testing.T) {
	n := start(t, t.TempDir(), node.Options{})
	client := api.New(n.URL(), "")
	defer client.Close()
	if err := client.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(n.Data(), "db", "wh1.db")); err != nil {
		t.Fatal(err)
	}
	if err := client.Ready(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("ready without the database of wh1: %v", err)
	}
}

// TestLostDatabase refuses to put a new database in the place of one that is gone:
// it would sell again what is sold already.
func TestLostDatabase(t *testing.T) {
	for name, lose := range map[string]func(string) error{
		"deleted": os.Remove,
		"empty":   func(name string) error { return os.Truncate(name, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			n, err := node.Open(t.Context(), settings(dir), node.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := n.Close(); err != nil {
				t.Fatal(err)
			}
			if err := lose(filepath.Join(dir, "db", "store.db")); err != nil {
				t.Fatal(err)
			}
			for _, private := range []bool{false, true} {
				if _, err := node.Open(t.Context(), settings(dir), node.Options{Private: private}); !fault.Is(err, fault.Corrupt) {
					t.Fatalf("opened without the store's database: %v", err)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, "sites"), []byte("wh1\nwh2\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			n, err = node.Open(t.Context(), settings(dir), node.Options{})
			if err != nil {
				t.Fatalf("begun anew on purpose: %v", err)
			}
			if err := n.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestASiteThatLivesElsewhereIsNotBegunHere: who starts a warehouse's directory without
// its configuration must not get a second store.
func TestASiteThatLivesElsewhereIsNotBegunHere(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	n, err := node.Open(t.Context(), settings(from), node.Options{Demo: true, Sample: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"db/wh2.db", "keys/wh2.key", "VERSION"} {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o700)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = node.Open(t.Context(), settings(to), node.Options{})
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "has spoken with store") {
		t.Fatalf("begun a second store: %v", err)
	}
	if _, err := os.Stat(filepath.Join(to, "db", "store.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the second store: %v", err)
	}
	alone := settings(to)
	alone.Roles = []config.Role{"warehouse:wh2"}
	n, err = node.Open(t.Context(), alone, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
}
