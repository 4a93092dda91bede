package node

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
)

// backupTime names a backup in the data directory, so that the names sort by time.
const backupTime = "2006-01-02T15-04-05.000Z"

func backupsOf(data string) string { return filepath.Join(data, "backups") }

// Backups lists the backups in the data directory.
func (n *Node) Backups(context.Context) ([]api.Backup, error) { return ListBackups(n.dir.path) }

// ListBackups lists the backups in a data directory, the newest first. What is
// there and no backup, or one of a newer version, is left out.
func ListBackups(data string) ([]api.Backup, error) {
	data, err := filepath.Abs(data) // who asks may be in another directory
	if err != nil {
		return nil, err
	}
	names, err := backupNames(backupsOf(data))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "there is no Crossdock data in %s", data)
	}
	if err != nil {
		return nil, err
	}
	list := []api.Backup{}
	for _, name := range names {
		made, err := readManifest(filepath.Join(backupsOf(data), name))
		switch {
		case fault.Is(err, fault.NotFound), fault.Is(err, fault.Newer), fault.Is(err, fault.Corrupt):
			continue
		case err != nil:
			return nil, err
		}
		list = append(list, made.Backup)
	}
	return list, nil
}

// backupNames lists the directories with the names that backups are given, the
// newest first. Others, such as replaced databases, are nobody's to remove.
func backupNames(backups string) ([]string, error) {
	entries, err := os.ReadDir(backups)
	if err != nil {
		return nil, unread(backups, err)
	}
	var names []string
	for _, entry := range entries {
		if _, err := time.Parse(backupTime, entry.Name()); err == nil && entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

// fromTheFuture says which backups are of a time after that of the one just made:
// the clock was ahead then, or is behind now.
func fromTheFuture(made string) (notes []string, err error) {
	names, err := backupNames(filepath.Dir(made))
	for _, name := range names {
		if name > filepath.Base(made) {
			notes = append(notes, filepath.Join(filepath.Dir(made), name)+
				" is of the future: set the clock, or remove it if the clock was wrong then; it is neither counted nor removed before its time has come")
		}
	}
	return notes, err
}

// removeOld removes the backups beside the one just made but so many of the newest,
// that one among them, and what is left of some that were never finished. One of a
// newer version, or whose manifest is damaged, stays: a person has to look. So
// does one of the future: it may be the only one that is right about the time.
func removeOld(made string, keep int) (removed []string, err error) {
	names, err := backupNames(filepath.Dir(made))
	if err != nil {
		return nil, err
	}
	whole := 1
	for _, name := range names {
		if name >= filepath.Base(made) {
			continue
		}
		dir := filepath.Join(filepath.Dir(made), name)
		_, err := readManifest(dir)
		switch {
		case err == nil:
			if whole++; whole <= keep {
				continue
			}
		case !fault.Is(err, fault.NotFound):
			continue
		}
		// First what makes it a backup: half of one must not look like one.
		if err := os.Remove(filepath.Join(dir, manifestName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return removed, unwritten(dir, err)
		}
		if err := os.RemoveAll(dir); err != nil {
			return removed, unwritten(dir, err)
		}
		removed = append(removed, dir)
	}
	return removed, nil
}
