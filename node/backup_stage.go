package node

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/engine/sqlite"
)

// stage makes a copy that is fit to be the site's database, and audits it.
func (r *restorer) stage(ctx context.Context, s source) error {
	name := r.staged(s.site)
	for _, suffix := range append(beside(), "") { // of a restore that was killed
		if err := os.Remove(name + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unwritten(name, err)
		}
	}
	was, err := r.copy(ctx, s, name)
	if err != nil {
		return err
	}
	highest, err := r.highestEpoch(ctx, s)
	if err != nil {
		return err
	}
	epoch := epochAfter(max(was.Head.Epoch, highest), r.options.Now, r.options.Tail)
	if err := sqlite.Restore(ctx, name, epoch); err != nil {
		return err
	}
	report, err := auditAlone(ctx, name)
	if err != nil {
		return err
	}
	for _, f := range report.Findings {
		r.done.Findings = append(r.done.Findings, api.Finding(f))
	}
	r.done.Sites = append(r.done.Sites, RestoredSite{
		Site: s.site, Role: s.role, Epoch: epoch, EpochWas: was.Head.Epoch, Schema: sqlite.SchemaVersion(s.role), SchemaWas: was.Schema,
		Orders: was.Head.Orders, LastOrderAt: orNil(was.LastOrderAt), Movements: was.Movements, LastMovementAt: orNil(was.LastMovementAt),
	})
	return nil
}

// tailBits is how many bits of an epoch are drawn. With the milliseconds before them
// it is a number that every reader of JSON keeps exactly, until 2109.
const tailBits = 11

// epochAfter is the epoch of a restore: above the highest that is known of the site,
// and another one than that of a restore elsewhere which knows of this one nothing,
// be it of the same backup in the same moment.
func epochAfter(highest uint64, now time.Time, tail uint64) uint64 {
	clock := uint64(max(0, now.UnixMilli())) << tailBits
	return max(highest+1, clock) + tail%(1<<tailBits)
}

// copy copies a database, and says what it says of itself. What was written down is
// held against what was copied, and not against what lay there a moment before.
func (r *restorer) copy(ctx context.Context, s source, to string) (sqlite.Facts, error) {
	if s.wants == nil {
		if err := copyDatabase(ctx, s.file, to); err != nil {
			return sqlite.Facts{}, err
		}
		if err := sqlite.CheckIntegrity(ctx, to); err != nil {
			return sqlite.Facts{}, err
		}
		return factsOf(ctx, to)
	}
	copied, err := copySynced(s.file, to)
	if errors.Is(err, fs.ErrNotExist) {
		return sqlite.Facts{}, fault.New(fault.Corrupt, "%s is missing", s.file)
	}
	if err == nil {
		err = sameFile(s.file, s.wants.BackupFile, copied)
	}
	if err == nil {
		err = checkDatabase(ctx, to, *s.wants)
	}
	if err != nil {
		return sqlite.Facts{}, err
	}
	return factsOf(ctx, to)
}

// copyDatabase copies a database by itself, with the log that may lie beside it.
func copyDatabase(ctx context.Context, from, to string) (err error) {
	m, err := sqlite.OpenMoment(ctx, from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	return withReason(m.CopyTo(ctx, to), filepath.Dir(to))
}

func factsOf(ctx context.Context, name string) (facts sqlite.Facts, err error) {
	m, err := sqlite.OpenMoment(ctx, name)
	if err != nil {
		return sqlite.Facts{}, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	return m.Facts()
}

// highestEpoch is the highest that the site has had in this directory, as far as
// its databases can be read: that which is to be replaced, and those that were.
func (r *restorer) highestEpoch(ctx context.Context, s source) (highest uint64, err error) {
	entries, err := os.ReadDir(backupsOf(r.dir.path))
	if err != nil {
		return 0, unread(backupsOf(r.dir.path), err)
	}
	names := []string{r.target(s.site)}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), replacedPrefix) {
			names = append(names, filepath.Join(backupsOf(r.dir.path), entry.Name(), string(s.site)+".db"))
		}
	}
	for _, name := range names {
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		facts, err := factsOf(ctx, name)
		if err != nil {
			message, _ := fault.Public(err)
			r.done.Notes = append(r.done.Notes, "the epoch of "+name+" is not known: "+message)
			continue
		}
		if facts.Head.Site != s.site || facts.Head.Role != s.role {
			return 0, fault.New(fault.Conflict, "%s is the database of the %s %s, not of the %s %s", name, facts.Head.Role, facts.Head.Site, s.role, s.site)
		}
		highest = max(highest, facts.Head.Epoch)
	}
	return highest, nil
}
