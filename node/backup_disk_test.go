package node

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
)

// TestReasonIsSaid to those who read the message of a fault alone, once, and nothing
// of what they may not read.
func TestReasonIsSaid(t *testing.T) {
	dir := t.TempDir()
	full := fault.New(fault.Unavailable, "the disk is full")
	bug := fault.New(fault.Internal, "of no concern to others")
	noSpace := &fault.Error{Kind: fault.Unavailable, Message: "b cannot be made", Cause: syscall.ENOSPC}
	for want, err := range map[string]error{
		"a cannot be copied: the disk is full": fault.Wrap(errors.Join(full, nil), "copy", "a cannot be copied"),
		"b cannot be made: the disk is full":   noSpace,
		"c cannot be copied: b cannot be made": fault.Wrap(fault.New(fault.Unavailable, "b cannot be made"), "copy", "c cannot be copied"),
		"the disk is full":                     full,
	} {
		if message, _ := fault.Public(withReason(err, dir)); message != want || strings.Count(withReason(err, dir).Error(), "full") > 2 {
			t.Errorf("%q, want %q; %v", message, want, withReason(err, dir))
		}
	}
	if err := withReason(fault.Wrap(bug, "copy", "it failed"), dir); strings.Contains(err.(*fault.Error).Message, bug.Message) {
		t.Errorf("%v", err)
	}
	if err := withReason(nil, dir); err != nil {
		t.Errorf("no fault is %v", err)
	}
}

// TestFoldersBehindALink are those that have to be on disk, also where the directory
// is named by a link.
func TestFoldersBehindALink(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "backup")
	link := filepath.Join(t.TempDir(), "link")
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "keys", "old"), 0o700), os.Symlink(dir, link)); err != nil {
		t.Fatal(err)
	}
	all, err := folders(link)
	want := []string{dir, filepath.Join(dir, "keys"), filepath.Join(dir, "keys", "old")}
	if diff := cmp.Diff(want, all); diff != "" || err != nil {
		t.Errorf("%s, %v", diff, err)
	}
	if err := syncTree(link); err != nil {
		t.Error(err)
	}
}

// TestBackupOverAnother of the same name is refused before anything of it is touched.
func TestBackupOverAnother(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "store.db"), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := &builder{}
	b.made.Directory = dir
	if err := b.makeDir(); !fault.Is(err, fault.Exists) {
		t.Errorf("it is taken: %v", err)
	}
}
