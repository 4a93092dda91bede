package node

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"crossdock/core/fault"
)

// TestKeptDatabaseStays: what was replaced is there once, and nothing is put over it.
func TestKeptDatabaseStays(t *testing.T) {
	dir, err := openDataDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &restorer{dir: dir, options: RestoreOptions{Now: time.Unix(1_900_000_000, 0)}, done: Restored{Sites: []RestoredSite{{Site: "wh1"}}}}
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(r.target("wh1"), "the first")
	write(r.staged("wh1"), "the second")
	if err := r.place(0); err != nil {
		t.Fatal(err)
	}
	write(r.staged("wh1"), "the third")
	if err := r.place(0); !fault.Is(err, fault.Exists) {
		t.Errorf("it is replaced again: %v", err)
	}
	for name, want := range map[string]string{filepath.Join(r.replaced, "wh1.db"): "the first", r.target("wh1"): "the second"} {
		if text, err := os.ReadFile(name); err != nil || string(text) != want {
			t.Errorf("%s has %q, want %q; %v", name, text, want, err)
		}
	}
	if err := dir.Close(); err != nil {
		t.Error(err)
	}
}
