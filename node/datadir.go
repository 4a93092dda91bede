package node

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"crossdock/core/fault"
)

// dataVersion is the form of the data directory. A higher number found there was
// written by a newer version, and is refused.
const dataVersion = 1

// RunFile is the name of the file in which a running process leaves its address
// and its administration token. Only its owner may read it.
const RunFile = "run.json"

// Running is what RunFile says.
type Running struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	PID   int    `json:"pid"`
}

// dataDir is the one directory that everything is kept in; moving it moves the
// product. Its lock keeps a second process out.
type dataDir struct {
	path string
	lock *os.File
}

// openDataDir makes the directory where it is missing, checks its version and
// locks it. In use by another process: fault.Conflict. Of a newer version:
// fault.Newer.
func openDataDir(path string) (*dataDir, error) {
	for _, part := range []string{"", "db", "nats", "kv", "backups"} {
		if err := os.MkdirAll(filepath.Join(path, part), 0o700); err != nil {
			return nil, &fault.Error{
				Kind: fault.Unavailable, Message: "the data directory " + path + " cannot be made", Cause: err,
			}
		}
	}
	lock, err := lockDir(path)
	if err != nil {
		return nil, err
	}
	d := &dataDir{path, lock}
	if err := d.checkVersion(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func lockDir(path string) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(path, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Unavailable, Message: "the data directory " + path + " cannot be locked", Cause: err}
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner := "another process"
		if pid, err := os.ReadFile(lock.Name()); err == nil && len(pid) > 0 {
			owner = "process " + strings.TrimSpace(string(pid))
		}
		return nil, errors.Join(fault.New(fault.Conflict,
			"the data directory %s is in use by %s: stop it, or choose another with --data", path, owner), lock.Close())
	}
	if err := lock.Truncate(0); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	if _, err := lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

func (d *dataDir) checkVersion() error {
	name := filepath.Join(d.path, "VERSION")
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return os.WriteFile(name, []byte(strconv.Itoa(dataVersion)+"\n"), 0o600)
	}
	if err != nil {
		return err
	}
	found, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return fault.New(fault.Corrupt, "the file %s does not hold a version number", name)
	}
	if found > dataVersion {
		return fault.New(fault.Newer,
			"the data directory %s was written by a newer version (form %d; this one knows %d): use that version", d.path, found, dataVersion)
	}
	return nil
}

// database is where a site's database lies.
func (d *dataDir) database(site string) string { return filepath.Join(d.path, "db", site+".db") }

// announce leaves the process's address and token for commands.
func (d *dataDir) announce(url, token string) error {
	text, err := json.MarshalIndent(Running{url, token, os.Getpid()}, "", "  ")
	if err != nil {
		return err
	}
	name := filepath.Join(d.path, RunFile)
	if err := os.WriteFile(name+".new", append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// Close takes the announcement back and lets go of the directory.
func (d *dataDir) Close() error {
	err := os.Remove(filepath.Join(d.path, RunFile))
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, d.lock.Close())
}

// token makes an administration token of 256 random bits.
func token() string {
	var bytes [32]byte
	_, _ = rand.Read(bytes[:]) // never fails: crypto/rand ends the process instead
	return fmt.Sprintf("%x", bytes)
}
