package node_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/node"
)

// filesOf lists what a backup has besides databases.
func filesOf(made api.Backup) (names []string) {
	for _, file := range made.Files {
		names = append(names, file.File)
	}
	return names
}

// moved puts a file or folder elsewhere, with a link to it in its place.
func moved(t *testing.T, name string) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "elsewhere")
	if err := errors.Join(os.Rename(name, to), os.Symlink(to, name)); err != nil {
		t.Fatal(err)
	}
}

// backupOf makes a backup of a directory that no process uses.
func backupOf(t *testing.T, data string) api.Backup {
	t.Helper()
	made, err := node.BackupFiles(t.Context(), data, "test", api.BackupRequest{Directory: filepath.Join(t.TempDir(), "backup")})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestBackupThroughLinks has all that one without them has: the directory, the keys
// and other files may lie elsewhere.
func TestBackupThroughLinks(t *testing.T) {
	data, first := stopped(t)
	for _, name := range []string{"keys/wh1.key", "keys", "signing.pem", "."} {
		if name == "." {
			link := filepath.Join(t.TempDir(), "link")
			if err := os.Symlink(data, link); err != nil {
				t.Fatal(err)
			}
			data = link
		} else {
			moved(t, filepath.Join(data, name))
		}
		made := backupOf(t, data)
		if diff := cmp.Diff(filesOf(first), filesOf(made)); diff != "" {
			t.Errorf("with %s elsewhere: %s", name, diff)
		}
		if diff := cmp.Diff(first.Notes, made.Notes); diff != "" {
			t.Errorf("with %s elsewhere: %s", name, diff)
		}
		verified(t, made.Directory)
		restored := filepath.Join(t.TempDir(), "restored")
		restore(t, made.Directory, restored)
		if info, err := os.Lstat(filepath.Join(restored, "keys/wh1.key")); err != nil || !info.Mode().IsRegular() {
			t.Errorf("with %s elsewhere: the key is %v, %v", name, info, err)
		}
	}
	if err := os.WriteFile(filepath.Join(data, "keys/known_sites"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n := startWith(t, settings(data), node.Options{})
	made, err := clientOf(t, n).Backup(t.Context(), api.BackupRequest{})
	if diff := cmp.Diff(filesOf(first), filesOf(made)); diff != "" || err != nil {
		t.Errorf("of a process: %s, %v", diff, err)
	}
	verified(t, made.Directory)
	target, err := filepath.EvalSymlinks(data)
	if err != nil {
		t.Fatal(err)
	}
	inside := filepath.Join(target, "db", "b")
	if _, err := n.Backup(t.Context(), api.BackupRequest{Directory: inside}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "is part of the data directory") {
		t.Errorf("a backup into %s, which is part of %s: %v", inside, data, err)
	}
}

// TestLinksLeftOut are told: those that lead nowhere, to other directories, and to
// what no backup has.
func TestLinksLeftOut(t *testing.T) {
	data, first := stopped(t)
	for name, target := range map[string]string{
		"gone": "nothing-there", "home": t.TempDir(), "latest": "backups", "newest.db.copy": "db/store.db", "round": ".",
	} {
		if err := os.Symlink(target, filepath.Join(data, name)); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(data, link); err != nil {
		t.Fatal(err)
	}
	made := backupOf(t, link)
	if diff := cmp.Diff(filesOf(first), filesOf(made)); diff != "" {
		t.Error(diff)
	}
	want := append(append([]string{}, first.Notes...),
		"gone is a link to nothing, and is not in it",
		"home is a link to a directory, and is not in it",
		"latest is a link to what is not in it either, and is not in it",
		"newest.db.copy is a link to what is not in it either, and is not in it",
		"round is a link to a directory, and is not in it",
	)
	if diff := cmp.Diff(want, made.Notes); diff != "" {
		t.Error(diff)
	}
	verified(t, made.Directory)
}

// refusesLost expects an error that names the key of a site.
func refusesLost(t *testing.T, what string, err error, key string) {
	t.Helper()
	if message, _ := fault.Public(err); !fault.Is(err, fault.Corrupt) || !strings.Contains(message, key) {
		t.Errorf("%s: %v", what, err)
	}
}

// TestBackupOfALostKey is refused, of one key and of all, and leaves nothing.
func TestBackupOfALostKey(t *testing.T) {
	n, client := mugShop(t, 5, 5)
	for _, lost := range []string{"keys/wh1.key", "keys"} {
		if err := os.RemoveAll(filepath.Join(n.Data(), lost)); err != nil {
			t.Fatal(err)
		}
		_, err := client.Backup(t.Context(), api.BackupRequest{})
		refusesLost(t, "a process without "+lost, err, lost)
	}
	for _, lost := range []string{"keys/wh1.key", "keys"} {
		data, _ := stopped(t)
		if err := os.RemoveAll(filepath.Join(data, lost)); err != nil {
			t.Fatal(err)
		}
		_, err := node.BackupFiles(t.Context(), data, "test", api.BackupRequest{})
		refusesLost(t, "files without "+lost, err, lost)
		if left, err := os.ReadDir(filepath.Join(data, "backups")); err != nil || len(left) > 0 {
			t.Errorf("left: %v, %v", left, err)
		}
	}
}

// TestBackupThatLacksAKey is not whole. Its site comes back where the key is still
// there, and else as a database by itself alone.
func TestBackupThatLacksAKey(t *testing.T) {
	data, made := stopped(t)
	rewriteManifest(t, made.Directory, func(b *api.Backup) {
		b.Files = b.Files[:0]
	})
	report, err := node.VerifyBackup(t.Context(), made.Directory)
	if says := strings.Join(report.Problems, "\n"); err != nil || report.Whole || len(report.Problems) != 3 || !strings.Contains(says, "the key of wh1 is not in it") {
		t.Errorf("%v, %v", report.Problems, err)
	}
	fresh := filepath.Join(t.TempDir(), "data")
	_, err = node.Restore(t.Context(), node.RestoreOptions{Backup: made.Directory, Data: fresh, Now: time.Now()})
	refusesLost(t, "a restore", err, "keys/store.key")
	if left := listing(t, fresh); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	restore(t, made.Directory, data, "wh1")
}

// TestBackupBeforeTheFirstStart: where no process has started yet, a database by
// itself has no key that could be lost, and the backup says so.
func TestBackupBeforeTheFirstStart(t *testing.T) {
	_, made := stopped(t)
	data := filepath.Join(t.TempDir(), "data")
	database := filepath.Join(made.Directory, "store.db")
	if _, err := node.Restore(t.Context(), node.RestoreOptions{Database: database, Data: data, Sites: []id.Site{"store"}, Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	again := backupOf(t, data)
	if len(again.Notes) != 1 || !strings.Contains(again.Notes[0], "the key of store is not in it") {
		t.Errorf("%v", again.Notes)
	}
	verified(t, again.Directory)
	restore(t, again.Directory, filepath.Join(t.TempDir(), "restored"))
}
