package node

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
)

// namesIn lists what is in a directory.
func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// TestDataDirThatCannotBeUsed has in it afterwards what it had before: it can be
// tried again, and what is somebody else's stays.
func TestDataDirThatCannotBeUsed(t *testing.T) {
	for name, there := range map[string]string{
		"a part cannot be made":       "backups",
		"the lock cannot be written":  "lock/mine",
		"the form cannot be written":  "VERSION.new/mine",
		"the form is that of a newer": "VERSION",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, there)
			if err := os.MkdirAll(filepath.Join(filepath.Dir(file), "db"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte("9"), 0o600); err != nil {
				t.Fatal(err)
			}
			before := namesIn(t, dir)
			if _, err := openDataDir(dir); err == nil || fault.Is(err, fault.Internal) {
				t.Errorf("it ends with %v", err)
			}
			if diff := cmp.Diff(before, namesIn(t, dir)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDataDirInUse stays as the process that uses it has made it.
func TestDataDirInUse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	held, err := openDataDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	before := namesIn(t, dir)
	if _, err := openDataDir(dir); !fault.Is(err, fault.Conflict) {
		t.Errorf("it is opened twice: %v", err)
	}
	if diff := cmp.Diff(before, namesIn(t, dir)); diff != "" {
		t.Error(diff)
	}
	if err := held.Close(); err != nil {
		t.Error(err)
	}
}

// TestUnstagedRestore leaves an empty directory empty, at whatever point it ended.
func TestUnstagedRestore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	dir, err := openDataDir(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sites", "sites.new", "VERSION.new", "db/wh1.db.restoring", "db/wh1.db.restoring-journal"} {
		if err := os.WriteFile(filepath.Join(path, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := &restorer{dir: dir, sources: []source{{site: "wh1"}}}
	if err := r.unstage(true); err != nil {
		t.Error(err)
	}
	if left := namesIn(t, path); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if err := dir.Close(); err != nil {
		t.Error(err)
	}
}
