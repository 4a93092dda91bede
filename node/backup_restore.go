package node

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/engine/sqlite"
	"crossdock/site/audit"
)

// RestoreOptions say what is to be restored, and to where.
type RestoreOptions struct {
	Backup   string    // directory of a backup; or else
	Database string    // a database by itself, such as Litestream keeps
	Data     string    // the data directory: empty, absent, or with Sites one that is in use no more
	Sites    []id.Site // of the backup; none: all of it. With Database: the one that it must be of
	Now      time.Time
	Tail     uint64 // any number, drawn by chance: restores of one moment, in two places, begin epochs of their own by it
}

// Restored is what came of a restore.
type Restored struct {
	Data     string         `json:"data"`
	From     string         `json:"from"`
	At       *time.Time     `json:"at,omitempty"` // what the backup shows; not known of a database by itself
	Sites    []RestoredSite `json:"sites"`
	Files    []string       `json:"files"`    // what else was put into the data directory
	Findings []api.Finding  `json:"findings"` // of an audit of each site by itself
	Notes    []string       `json:"notes"`
}

// RestoredSite is a site that is there again.
type RestoredSite struct {
	Site           id.Site    `json:"site"`
	Role           audit.Role `json:"role"`
	Epoch          uint64     `json:"epoch"`     // from now on
	EpochWas       uint64     `json:"epoch_was"` // in the backup
	Schema         int64      `json:"schema"`
	SchemaWas      int64      `json:"schema_was"`
	Orders         int64      `json:"orders"`
	LastOrderAt    *time.Time `json:"last_order_at,omitempty"`
	Movements      int64      `json:"movements"`
	LastMovementAt *time.Time `json:"last_movement_at,omitempty"`
	Replaced       string     `json:"replaced,omitempty"` // where the database lies now that was in its place
}

// Restore puts the sites of a backup into a data directory. Each one begins a new
// epoch, higher than any that it had, so that the sites which it spoke to before see
// that it has gone back in time.
//
// A process on the directory is fault.Conflict, as is a directory in which
// something is, unless sites are named; the databases of those are replaced, and
// kept. A backup that is not as it was written is fault.Corrupt, one of a newer
// version fault.Newer. On an error nothing was replaced, unless it says so.
func Restore(ctx context.Context, o RestoreOptions) (restored Restored, err error) {
	sources, from, err := o.sources(ctx)
	if err != nil {
		return Restored{}, err
	}
	fresh, absent, err := o.checkTarget()
	if err != nil {
		return Restored{}, err
	}
	dir, err := openDataDir(o.Data)
	if err != nil {
		return Restored{}, err
	}
	r := &restorer{
		options: o, dir: dir, sources: sources, backup: from, absent: absent,
		done: Restored{Data: o.Data, From: o.Backup + o.Database, Sites: []RestoredSite{}, Files: []string{}, Findings: []api.Finding{}, Notes: []string{}},
	}
	if o.Backup != "" {
		r.done.At = orNil(from.At)
	}
	err = r.run(ctx)
	if err != nil {
		err = errors.Join(err, r.unstage(fresh))
	}
	return r.done, errors.Join(err, dir.Close())
}

// source is a database to be restored.
type source struct {
	site  id.Site
	role  audit.Role
	file  string
	wants *api.BackupSite // nil: a database by itself, which nobody wrote down
}

func (o RestoreOptions) sources(ctx context.Context) ([]source, manifest, error) {
	if o.Database != "" {
		site, role, err := sqlite.SiteOf(ctx, o.Database)
		if err == nil && !slices.Contains(o.Sites, site) {
			err = fault.New(fault.Conflict, "%s is the database of the %s %s, not of %s", o.Database, role, site, joined(o.Sites))
		}
		return []source{{site: site, role: role, file: o.Database}}, manifest{}, err
	}
	made, err := readManifest(o.Backup)
	if err != nil {
		return nil, manifest{}, err
	}
	var all []source
	var there []id.Site
	for _, site := range made.Sites {
		there = append(there, site.Site)
		if len(o.Sites) == 0 || slices.Contains(o.Sites, site.Site) {
			all = append(all, source{site.Site, audit.Role(site.Role), filepath.Join(o.Backup, site.File), &site})
		}
	}
	for _, site := range o.Sites {
		if !slices.Contains(there, site) {
			return nil, manifest{}, fault.New(fault.NotFound, "the backup %s has no site %s: it has %s", o.Backup, site, joined(there))
		}
	}
	return all, made, nil
}

func joined(sites []id.Site) string {
	texts := make([]string, len(sites))
	for i, site := range sites {
		texts[i] = string(site)
	}
	return strings.Join(texts, ", ")
}

// checkTarget reports whether the data directory is a new one, and whether it is to
// be made.
func (o RestoreOptions) checkTarget() (fresh, absent bool, err error) {
	empty, there, err := emptyOrAbsent(o.Data)
	if err != nil || empty {
		return empty, !there, err
	}
	if _, err := os.Stat(filepath.Join(o.Data, "VERSION")); err != nil {
		return false, false, fault.New(fault.Conflict, "the directory %s is not empty, and is no data directory of Crossdock: choose another with --data", o.Data)
	}
	if len(o.Sites) == 0 {
		return false, false, fault.New(fault.Conflict, "there is data in %s already: name the sites to replace with --site, or another directory with --data", o.Data)
	}
	return false, false, nil
}

// restorer is a restore on its way.
type restorer struct {
	options  RestoreOptions
	dir      *dataDir
	sources  []source
	backup   manifest
	done     Restored
	absent   bool     // the directory was not there
	made     []string // files and folders that were not there, besides databases
	placed   int      // sites that are in their place
	replaced string   // directory for what is replaced; made when there is something
}

// run stages every database, beside where it will lie, before it replaces any. The
// sites are registered first: a process that is started on what is left of a
// restore that was killed then misses its databases, and makes no new ones.
func (r *restorer) run(ctx context.Context) error {
	if err := r.checkKeys(); err != nil {
		return err
	}
	for _, s := range r.sources {
		if err := r.stage(ctx, s); err != nil {
			return err
		}
	}
	for _, s := range r.sources {
		if err := r.dir.settled(s.site); err != nil {
			return unwritten(r.dir.register(), err)
		}
	}
	if err := r.copyFiles(); err != nil {
		return err
	}
	if err := errors.Join(syncDir(r.dir.path), r.syncMade()); err != nil {
		return err
	}
	for i := range r.sources {
		if err := r.place(i); err != nil {
			return err
		}
		r.placed++
	}
	return nil
}

// syncMade has the names of what was made on disk.
func (r *restorer) syncMade() error {
	var err error
	for _, name := range r.made {
		err = errors.Join(err, syncDir(filepath.Dir(name)))
	}
	return err
}

func (r *restorer) target(site id.Site) string {
	return filepath.Join(r.dir.path, "db", string(site)+".db")
}

// staged is where a database lies until all of them are there.
func (r *restorer) staged(site id.Site) string { return r.target(site) + ".restoring" }

// beside are the files that may lie beside a database.
func beside() []string { return []string{"-wal", "-shm", "-journal"} }

// unstage takes back what a restore has made that did not come to its end. A
// directory that was empty before is empty again; what was placed stays.
func (r *restorer) unstage(fresh bool) error {
	var staged []string
	for _, s := range r.sources {
		staged = append(staged, r.staged(s.site))
		for _, suffix := range beside() {
			staged = append(staged, r.staged(s.site)+suffix)
		}
	}
	failed := takeBack(staged)
	if r.placed > 0 {
		return failed
	}
	failed = errors.Join(failed, takeBack(r.made))
	var own []string
	if r.absent {
		own = append(own, r.dir.path)
	}
	if fresh {
		for _, name := range append([]string{"lock", "VERSION", "VERSION.new", "sites", "sites.new"}, partsOfData()...) {
			own = append(own, filepath.Join(r.dir.path, name))
		}
	}
	return errors.Join(failed, takeBack(own))
}
