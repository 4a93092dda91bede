package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
)

// copyFiles puts what else the backup has where nothing is. What is there is newer:
// what a card company has done is not undone by going back in time. The key of a
// site goes with that site alone.
func (r *restorer) copyFiles() error {
	for _, file := range r.backup.Files {
		if r.ofAnother(file.File) {
			continue
		}
		to := filepath.Join(r.dir.path, file.File)
		if _, err := os.Lstat(to); err == nil {
			r.done.Notes = append(r.done.Notes, to+" stays as it is")
			continue
		}
		if err := r.makeDirs(filepath.Dir(file.File)); err != nil {
			return err
		}
		r.done.Files = append(r.done.Files, file.File)
		r.made = append(r.made, to)
		from := filepath.Join(r.options.Backup, file.File)
		copied, err := copySynced(from, to)
		if errors.Is(err, fs.ErrNotExist) {
			err = fault.New(fault.Corrupt, "%s is missing", from)
		}
		if err == nil {
			err = sameFile(from, file, copied)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ofAnother reports whether a file is the key of a site that is not restored.
func (r *restorer) ofAnother(file string) bool {
	name, isKey := strings.CutSuffix(filepath.Base(file), ".key")
	named := func(site id.Site) bool { return string(site) == name }
	return isKey && slices.ContainsFunc(r.backup.Sites, func(s api.BackupSite) bool { return named(s.Site) }) &&
		!slices.ContainsFunc(r.sources, func(s source) bool { return named(s.site) })
}

// makeDirs makes folders within the data directory, which go again where it fails.
func (r *restorer) makeDirs(under string) error {
	if under == "." {
		return nil
	}
	if err := r.makeDirs(filepath.Dir(under)); err != nil {
		return err
	}
	name := filepath.Join(r.dir.path, under)
	switch err := os.Mkdir(name, 0o700); {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return unwritten(name, err)
	}
	r.made = append(r.made, name)
	return nil
}

// replacedPrefix begins the names of the directories in which replaced databases are
// kept. They are not removed with old backups.
const replacedPrefix = "replaced-"

// place puts a staged database where the site looks for it. The old one goes first,
// before its log: a process that found it without its log would not know what is
// missing, and one that finds no database does not start. And no log may be left
// for the new one, which would be read with it.
func (r *restorer) place(i int) error {
	site := &r.done.Sites[i]
	target := r.target(site.Site)
	for _, name := range replacedNames(site.Site) {
		old := filepath.Join(filepath.Dir(target), name)
		if _, err := os.Lstat(old); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := r.makeReplaced(); err != nil {
			return err
		}
		site.Replaced = r.replaced
		kept := filepath.Join(site.Replaced, name)
		if _, err := os.Lstat(kept); !errors.Is(err, fs.ErrNotExist) {
			return fault.New(fault.Exists, "%s is kept already, and is not overwritten: nothing takes the place of %s", kept, old)
		}
		if err := os.Rename(old, kept); err != nil {
			return unwritten(site.Replaced, err)
		}
		if err := errors.Join(syncDir(filepath.Dir(target)), syncDir(site.Replaced), syncDir(backupsOf(r.dir.path))); err != nil {
			return err
		}
	}
	if err := os.Rename(r.staged(site.Site), target); err != nil {
		return fault.Wrap(unwritten(target, err), "", "the new database of %s could not be put in its place; the old one lies in %s", site.Site, site.Replaced)
	}
	return syncDir(filepath.Dir(target))
}

// replacedNames lists what makes way for a database, in this order. The last is how
// far Litestream has copied the old one, which is nothing to the new one.
func replacedNames(site id.Site) []string {
	name := string(site) + ".db"
	names := []string{name}
	for _, suffix := range beside() {
		names = append(names, name+suffix)
	}
	return append(names, "."+name+"-litestream")
}

// makeReplaced makes a directory of this restore's own for what it replaces.
func (r *restorer) makeReplaced() error {
	base := filepath.Join(backupsOf(r.dir.path), replacedPrefix+r.options.Now.UTC().Format(backupTime))
	name := base
	for again := 2; r.replaced == ""; again++ {
		err := os.Mkdir(name, 0o700)
		switch {
		case err == nil:
			r.replaced = name
		case errors.Is(err, fs.ErrExist):
			name = fmt.Sprintf("%s-%d", base, again)
		default:
			return unwritten(name, err)
		}
	}
	return nil
}
