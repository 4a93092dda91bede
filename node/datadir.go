package node

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"crossdock/core/fault"
	"crossdock/core/id"
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
// fault.Newer. On an error nothing stays that was not there before, so that it can
// be tried again; but in use it is as the other process needs it.
func openDataDir(path string) (*dataDir, error) {
	parts := []string{path}
	for _, part := range partsOfData() {
		parts = append(parts, filepath.Join(path, part))
	}
	made := absent(append(parts, filepath.Join(path, "lock"))...)
	for _, part := range parts {
		if err := os.MkdirAll(part, 0o700); err != nil {
			unmade := &fault.Error{Kind: fault.Unavailable, Message: "the data directory " + path + " cannot be made", Cause: err}
			return nil, errors.Join(unmade, takeBack(made))
		}
	}
	lock, err := lockDir(path)
	if fault.Is(err, fault.Conflict) {
		return nil, err
	}
	if err != nil {
		return nil, errors.Join(unusable(path, err), takeBack(made))
	}
	made = append(made, absent(filepath.Join(path, "VERSION"), filepath.Join(path, "VERSION.new"))...)
	d := &dataDir{path, lock}
	if err := d.checkVersion(); err != nil {
		return nil, errors.Join(unusable(path, err), takeBack(made), d.Close())
	}
	return d, nil
}

// partsOfData are the folders that every data directory has.
func partsOfData() []string { return []string{"db", "nats", "kv", "backups"} }

// unusable says why a data directory cannot be used, where that is not said yet.
func unusable(path string, cause error) error {
	var known *fault.Error
	if errors.As(cause, &known) {
		return cause
	}
	return unwritten("the data directory "+path, cause)
}

// absent returns those of the names at which nothing is.
func absent(names ...string) (missing []string) {
	for _, name := range names {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, name)
		}
	}
	return missing
}

// takeBack removes what was made, the last first. A folder in which something is
// stays: that is somebody else's.
func takeBack(names []string) error {
	var failed error
	for _, name := range slices.Backward(names) {
		err := os.Remove(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTEMPTY) {
			failed = errors.Join(failed, unwritten(name, err))
		}
	}
	return failed
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
	if errors.Is(err, os.ErrNotExist) || err == nil && len(text) == 0 { // empty: it did not reach the disk, once
		return writeDurably(name, []byte(strconv.Itoa(dataVersion)+"\n"))
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

// database is where a site's database lies. The database of a site that has lived
// here before, and is gone or empty now, is fault.Corrupt: a new one in its place
// would sell again what is sold already.
func (d *dataDir) database(site id.Site) (string, error) {
	name := filepath.Join(d.path, "db", string(site)+".db")
	sites, err := d.sites()
	if err != nil {
		return "", err
	}
	file, err := os.Stat(name)
	gone := errors.Is(err, os.ErrNotExist) || err == nil && file.Size() == 0
	if gone && slices.Contains(sites, site) {
		return "", fault.New(fault.Corrupt,
			"the database of %s is gone: put %s back from a backup. To begin %s anew, with nothing sold and nothing known, take its line out of %s",
			site, name, site, d.register())
	}
	return name, nil
}

// complete reports a site that has lived here and whose database is gone.
func (d *dataDir) complete() error {
	sites, err := d.sites()
	if err != nil {
		return err
	}
	for _, site := range sites {
		if _, err := d.database(site); err != nil {
			return err
		}
	}
	return nil
}

// register is the file that names the sites that have lived here, one a line.
func (d *dataDir) register() string { return filepath.Join(d.path, "sites") }

func (d *dataDir) sites() ([]id.Site, error) {
	text, err := os.ReadFile(d.register())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var sites []id.Site
	for _, line := range strings.Fields(string(text)) {
		sites = append(sites, id.Site(line))
	}
	return sites, nil
}

// hasHeld reports whether a site has lived here: it is registered, or its database or
// its key is there.
func (d *dataDir) hasHeld(site id.Site) bool {
	for _, name := range []string{filepath.Join("db", string(site)+".db"), keyFile(site)} {
		if file, err := os.Stat(filepath.Join(d.path, name)); err == nil && file.Size() > 0 {
			return true
		}
	}
	sites, err := d.sites()
	return err == nil && slices.Contains(sites, site)
}

// settled adds a site whose database has been made to the register.
func (d *dataDir) settled(site id.Site) error {
	sites, err := d.sites()
	if err != nil || slices.Contains(sites, site) {
		return err
	}
	var text strings.Builder
	for _, s := range append(sites, site) {
		text.WriteString(string(s) + "\n")
	}
	return writeDurably(d.register(), []byte(text.String()))
}

// writeDurably writes a file of which at all times the old or the new one is there, and
// which is on disk when it returns: what says which sites live here, by which keys, and
// in which form, must not be gone after a power cut.
func writeDurably(name string, text []byte) error {
	file, err := os.OpenFile(name+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(name+".new", name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// announce leaves the process's address and token for commands.
func (d *dataDir) announce(url, token string) error {
	text, err := json.MarshalIndent(Running{url, token, os.Getpid()}, "", "  ")
	if err != nil {
		return err
	}
	return writeDurably(filepath.Join(d.path, RunFile), append(text, '\n'))
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
