package node_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/node"
)

// TestRestoredTwice: each restore of one backup begins an epoch of its own, above
// all that the site has had, and what was replaced is kept.
func TestRestoredTwice(t *testing.T) {
	data, made := stopped(t)
	now := time.Unix(1_900_000_000, 0)
	var epochs []uint64
	kept := map[string]bool{}
	for _, at := range []time.Time{now, now, now.Add(-time.Hour), now.Add(time.Hour)} {
		restored, err := node.Restore(t.Context(), node.RestoreOptions{Backup: made.Directory, Data: data, Sites: []id.Site{"wh1"}, Now: at})
		if err != nil {
			t.Fatal(err)
		}
		site := restored.Sites[0]
		epochs = append(epochs, site.Epoch)
		if _, err := os.Stat(filepath.Join(site.Replaced, "wh1.db")); err != nil || kept[site.Replaced] {
			t.Errorf("the replaced database is not kept by itself, in %q: %v", site.Replaced, err)
		}
		kept[site.Replaced] = true
		again, err := node.BackupFiles(t.Context(), data, "test", api.BackupRequest{Directory: filepath.Join(t.TempDir(), "again")})
		if err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(again.Sites, func(s api.BackupSite) bool { return s.Site == "wh1" }); again.Sites[i].Epoch != site.Epoch {
			t.Errorf("the database is of epoch %d, not %d", again.Sites[i].Epoch, site.Epoch)
		}
		if i := slices.IndexFunc(again.Sites, func(s api.BackupSite) bool { return s.Site == "store" }); again.Sites[i].Epoch != 1 {
			t.Errorf("the store, which was not restored, is of epoch %d", again.Sites[i].Epoch)
		}
	}
	clock := func(at time.Time) uint64 { return uint64(at.UnixMilli()) << 11 }
	want := []uint64{clock(now), clock(now) + 1, clock(now) + 2, clock(now.Add(time.Hour))}
	if diff := cmp.Diff(want, epochs); diff != "" {
		t.Errorf("epochs: %s", diff)
	}
	right(t, data)
	// One restored where the database is gone goes by those that were replaced.
	if err := os.Remove(filepath.Join(data, "db", "wh1.db")); err != nil {
		t.Fatal(err)
	}
	restored, err := node.Restore(t.Context(), node.RestoreOptions{Backup: made.Directory, Data: data, Sites: []id.Site{"wh1"}, Now: now})
	if err != nil || restored.Sites[0].Epoch != clock(now)+3 {
		t.Errorf("%+v, %v", restored.Sites, err)
	}
}

// TestRestoredInTwoPlaces: two restores of one backup into directories that know
// nothing of each other begin epochs of their own: in one millisecond by what was
// drawn, later on by the clock too, and also where the clock is behind the backup.
func TestRestoredInTwoPlaces(t *testing.T) {
	_, made := stopped(t)
	now := time.Unix(1_900_000_000, 0)
	epoch := func(from string, at time.Time, tail uint64) (epoch uint64, data string) {
		t.Helper()
		data = filepath.Join(t.TempDir(), "data")
		restored, err := node.Restore(t.Context(), node.RestoreOptions{Backup: from, Data: data, Now: at, Tail: tail})
		if err != nil {
			t.Fatal(err)
		}
		if site := restored.Sites[0]; site.Epoch <= site.EpochWas {
			t.Errorf("the epoch %d is not above %d, that of the backup", site.Epoch, site.EpochWas)
		}
		return restored.Sites[0].Epoch, data
	}
	first, data := epoch(made.Directory, now, 1<<40+7)
	again, _ := epoch(made.Directory, now, 1<<41+8)
	later, _ := epoch(made.Directory, now.Add(time.Millisecond), 0)
	if first == again || later <= max(first, again) {
		t.Errorf("epochs of one moment: %d and %d; a millisecond later: %d", first, again, later)
	}
	second, err := node.BackupFiles(t.Context(), data, "test", api.BackupRequest{Directory: filepath.Join(t.TempDir(), "second")})
	if err != nil {
		t.Fatal(err)
	}
	back := now.Add(-time.Hour)
	first, _ = epoch(second.Directory, back, 7)
	if again, _ = epoch(second.Directory, back, 8); first == again {
		t.Errorf("with a clock that was set back both are of epoch %d", first)
	}
}

// TestRestoreBringsFilesBack, where nothing is: what is there is newer. A site that
// is restored by itself brings no other one's key along.
func TestRestoreBringsFilesBack(t *testing.T) {
	data, made := stopped(t)
	key := filepath.Join(data, "signing.pem")
	if err := os.WriteFile(key, []byte("newer"), 0o600); err != nil {
		t.Fatal(err)
	}
	restored := restore(t, made.Directory, data, "store")
	if text, err := os.ReadFile(key); err != nil || string(text) != "newer" || len(restored.Files) > 0 {
		t.Errorf("what was there is %q, %v; restored %v", text, err, restored.Files)
	}
	for _, test := range []struct {
		sites []id.Site
		want  []string
	}{
		{nil, []string{"keys/known_sites", "keys/store.key", "keys/wh1.key", "keys/wh2.key", "signing.pem"}},
		{[]id.Site{"wh1"}, []string{"keys/known_sites", "keys/wh1.key", "signing.pem"}},
	} {
		empty := t.TempDir()
		restored = restore(t, made.Directory, empty, test.sites...)
		if diff := cmp.Diff(test.want, restored.Files); diff != "" {
			t.Error(diff)
		}
		for _, name := range test.want {
			kept, keptErr := os.ReadFile(filepath.Join(made.Directory, name))
			name = filepath.Join(empty, name)
			text, err := os.ReadFile(name)
			if err := errors.Join(err, keptErr); err != nil || string(text) != string(kept) || len(text) == 0 {
				t.Errorf("%s holds %q, %v", name, text, err)
			}
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("others may read %s: %v, %v", name, info, err)
			}
		}
	}
}

// TestRestoredOverALog: the log of the database that is replaced is not read with the
// new one.
func TestRestoredOverALog(t *testing.T) {
	data, made := stopped(t)
	log := filepath.Join(data, "db", "wh1.db-wal")
	if err := os.WriteFile(log, []byte("a log"), 0o600); err != nil {
		t.Fatal(err)
	}
	restored := restore(t, made.Directory, data, "wh1")
	if text, err := os.ReadFile(filepath.Join(restored.Sites[0].Replaced, "wh1.db-wal")); err != nil || len(text) == 0 {
		t.Errorf("the log is not with its database: %q, %v", text, err)
	}
	if _, err := os.Stat(log); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log lies beside the new database: %v", err)
	}
	right(t, data)
}

// TestRestoreRefuses, and leaves everything as it was.
func TestRestoreRefuses(t *testing.T) {
	data, made := stopped(t)
	running := start(t, filepath.Join(t.TempDir(), "running"), node.Options{})
	stray := t.TempDir()
	if err := os.WriteFile(filepath.Join(stray, "mine"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	database := filepath.Join(made.Directory, "store.db")
	for name, test := range map[string]struct {
		options node.RestoreOptions
		kind    fault.Kind
		says    string
	}{
		"a process runs":         {node.RestoreOptions{Backup: made.Directory, Data: running.Data(), Sites: []id.Site{"wh1"}}, fault.Conflict, "is in use by process"},
		"all over what is there": {node.RestoreOptions{Backup: made.Directory, Data: data}, fault.Conflict, "name the sites to replace with --site"},
		"what is not ours":       {node.RestoreOptions{Backup: made.Directory, Data: stray}, fault.Conflict, "is no data directory of Crossdock"},
		"into a file":            {node.RestoreOptions{Backup: made.Directory, Data: database}, fault.Invalid, "is not a directory"},
		"no such site":           {node.RestoreOptions{Backup: made.Directory, Data: data, Sites: []id.Site{"wh9"}}, fault.NotFound, "has no site wh9: it has store, wh1, wh2"},
		"no backup":              {node.RestoreOptions{Backup: stray, Data: data}, fault.NotFound, "has no manifest.json"},
		"nothing":                {node.RestoreOptions{Backup: filepath.Join(stray, "none"), Data: data}, fault.NotFound, "there is no directory"},
		"another's database":     {node.RestoreOptions{Database: database, Data: data, Sites: []id.Site{"wh1"}}, fault.Conflict, "is the database of the store store, not of wh1"},
		"no database":            {node.RestoreOptions{Database: filepath.Join(stray, "mine"), Data: data, Sites: []id.Site{"wh1"}}, fault.Invalid, "is not a SQLite database"},
	} {
		t.Run(name, func(t *testing.T) {
			before := listing(t, data)
			test.options.Now = time.Now()
			_, err := node.Restore(t.Context(), test.options)
			if !fault.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v", err)
			}
			if diff := cmp.Diff(before, listing(t, data)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// rewriteManifest changes what a backup says of itself.
func rewriteManifest(t *testing.T, dir string, change func(*api.Backup)) {
	t.Helper()
	name := filepath.Join(dir, "manifest.json")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var manifest api.Backup
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	change(&manifest)
	if text, err = json.Marshal(manifest); err == nil {
		err = os.WriteFile(name, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestTamperedBackup changes a backup in each way, and has it found by a look and
// refused by a restore, which leaves nothing behind.
func TestTamperedBackup(t *testing.T) {
	_, made := stopped(t)
	rewrite := func(change func(*api.Backup)) func(dir string) error {
		return func(dir string) error { rewriteManifest(t, dir, change); return nil }
	}
	for name, test := range map[string]struct {
		change func(dir string) error
		kind   fault.Kind // of the restore
		says   string
	}{
		"a byte": {func(dir string) error {
			file, err := os.OpenFile(filepath.Join(dir, "wh2.db"), os.O_RDWR, 0)
			if err != nil {
				return err
			}
			_, err = file.WriteAt([]byte{0x55}, 9000)
			return errors.Join(err, file.Close())
		}, fault.Corrupt, "its SHA-256 is another one"},
		"cut short":             {func(dir string) error { return os.Truncate(filepath.Join(dir, "wh1.db"), 8192) }, fault.Corrupt, "has 8192 bytes"},
		"a database is missing": {func(dir string) error { return os.Remove(filepath.Join(dir, "store.db")) }, fault.Corrupt, "store.db is missing"},
		"a file is missing":     {func(dir string) error { return os.Remove(filepath.Join(dir, "signing.pem")) }, fault.Corrupt, "signing.pem is missing"},
		"no manifest":           {func(dir string) error { return os.Remove(filepath.Join(dir, "manifest.json")) }, fault.NotFound, "has no manifest.json"},
		"half a manifest": {func(dir string) error {
			return os.Truncate(filepath.Join(dir, "manifest.json"), 100)
		}, fault.Corrupt, "manifest.json is damaged"},
		"of a newer form": {rewrite(func(b *api.Backup) { b.Format = 9 }), fault.Newer, "is of form 9; this Crossdock knows forms up to 1"},
		"newer tables":    {rewrite(func(b *api.Backup) { b.Sites[1].Schema = 9999 }), fault.Newer, "are of version 9999; this Crossdock knows versions up to"},
		"a way out":       {rewrite(func(b *api.Backup) { b.Sites[0].File = "../store.db" }), fault.Corrupt, "names a file"},
		"a way in":        {rewrite(func(b *api.Backup) { b.Files[0].File = "run.json" }), fault.Corrupt, "names a file"},
		"no sites":        {rewrite(func(b *api.Backup) { b.Sites = nil }), fault.Corrupt, "names no sites"},
		"another's database": {func(dir string) error {
			wh1, wh2, aside := filepath.Join(dir, "wh1.db"), filepath.Join(dir, "wh2.db"), filepath.Join(dir, "aside")
			return errors.Join(os.Rename(wh1, aside), os.Rename(wh2, wh1), os.Rename(aside, wh2), rewrite(func(b *api.Backup) {
				one, two := &b.Sites[1].BackupFile, &b.Sites[2].BackupFile
				one.Size, one.SHA256, two.Size, two.SHA256 = two.Size, two.SHA256, one.Size, one.SHA256
			})(dir))
		}, fault.Corrupt, "is the database of the warehouse wh2, not of the warehouse wh1"},
		"a site twice":   {rewrite(func(b *api.Backup) { b.Sites = append(b.Sites, b.Sites[1]) }), fault.Corrupt, `names "wh1.db" twice`},
		"a file twice":   {rewrite(func(b *api.Backup) { b.Files = append(b.Files, b.Files[0]) }), fault.Corrupt, `" twice`},
		"no version":     {rewrite(func(b *api.Backup) { b.Sites[1].Schema = 0 }), fault.Corrupt, "are of version 0, and the first is 1"},
		"another's file": {rewrite(func(b *api.Backup) { b.Sites[1].File = "wh2.db" }), fault.Corrupt, "names a file"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(made.Directory)); err != nil {
				t.Fatal(err)
			}
			if err := test.change(dir); err != nil {
				t.Fatal(err)
			}
			report, err := node.VerifyBackup(t.Context(), dir)
			if says := strings.Join(report.Problems, "\n"); err == nil && (report.Whole || !strings.Contains(says, test.says)) {
				t.Errorf("a look finds %q", says)
			} else if err != nil && (!fault.Is(err, test.kind) || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("a look ends with %v", err)
			}
			data := filepath.Join(t.TempDir(), "data")
			_, err = node.Restore(t.Context(), node.RestoreOptions{Backup: dir, Data: data, Now: time.Now()})
			if !fault.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("a restore ends with %v", err)
			}
			if left := listing(t, data); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
