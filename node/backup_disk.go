package node

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"crossdock/api"
	"crossdock/core/fault"
)

// unwritten is what is said of a disk that did not take something.
func unwritten(path string, cause error) error {
	if cause == nil {
		return nil
	}
	message := path + " cannot be written"
	if errors.Is(cause, syscall.ENOSPC) {
		message = path + " cannot be written: the disk is full"
	}
	return &fault.Error{Kind: fault.Unavailable, Message: message, Cause: cause}
}

// withReason has the message of a fault say what its cause does: who asks a process
// for a backup reads the message alone, and must know that the disk is full.
func withReason(err error, dir string) error {
	var outer, inner *fault.Error
	if !errors.As(err, &outer) || outer.Cause == nil {
		return err
	}
	told := *outer
	switch {
	case errors.Is(err, syscall.ENOSPC) || full(dir):
		told.Message += ": the disk is full"
	case errors.As(outer.Cause, &inner) && inner.Kind != fault.Internal && inner.Message != "":
		told.Message += ": " + inner.Message
		told.Cause = inner.Cause
	}
	return &told
}

// full reports whether the disk of a directory has no room for what SQLite keeps
// beside a database while it writes: it says then that it cannot write, not why.
func full(dir string) bool {
	const least = 64 << 10
	var disk syscall.Statfs_t
	err := syscall.Statfs(dir, &disk)
	return err == nil && uint64(disk.Bavail)*uint64(disk.Bsize) < least
}

func unread(path string, cause error) error {
	if cause == nil {
		return nil
	}
	return &fault.Error{Kind: fault.Unavailable, Message: path + " cannot be read", Cause: cause}
}

// writeSynced makes a file and has it on disk when it returns.
func writeSynced(name string, text []byte) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return unwritten(name, err)
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	return unwritten(name, errors.Join(err, file.Close()))
}

// syncDir has the names in a directory on disk when it returns.
func syncDir(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return unwritten(name, err)
	}
	return unwritten(name, errors.Join(dir.Sync(), dir.Close()))
}

// syncTree has the names in a directory, and in all folders below it, on disk.
func syncTree(dir string) error {
	all, err := folders(dir)
	if err != nil {
		return unwritten(dir, err)
	}
	for _, folder := range all {
		if err := syncDir(folder); err != nil {
			return err
		}
	}
	return nil
}

// folders lists a directory, which may be named by a link, and those below it.
func folders(dir string) (all []string, err error) {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			all = append(all, path)
		}
		return err
	})
	return all, err
}

// copySynced copies a file into one that was not there, has it on disk when it
// returns, and says what was copied.
func copySynced(from, to string) (copied api.BackupFile, err error) {
	source, err := os.Open(from)
	if err != nil {
		return api.BackupFile{}, unread(from, err)
	}
	defer func() { err = errors.Join(err, unread(from, source.Close())) }()
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return api.BackupFile{}, unwritten(to, err)
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, sum), source)
	if err == nil {
		err = file.Sync()
	}
	return describe(to, size, sum.Sum(nil)), unwritten(to, errors.Join(err, file.Close()))
}

// look says what is in a file.
func look(name string) (found api.BackupFile, err error) {
	file, err := os.Open(name)
	if err != nil {
		return api.BackupFile{}, unread(name, err)
	}
	defer func() { err = errors.Join(err, unread(name, file.Close())) }()
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	return describe(name, size, sum.Sum(nil)), unread(name, err)
}

func describe(name string, size int64, sum []byte) api.BackupFile {
	return api.BackupFile{File: filepath.Base(name), Size: size, SHA256: hex.EncodeToString(sum)}
}

// emptyOrAbsent reports whether a directory has nothing in it, and whether it is
// there at all. Something else in its place is fault.Invalid.
func emptyOrAbsent(dir string) (empty, there bool, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return true, false, nil
	case err != nil:
		return false, true, &fault.Error{Kind: fault.Invalid, Message: dir + " is not a directory that can be used", Cause: err}
	default:
		return len(entries) == 0, true, nil
	}
}
