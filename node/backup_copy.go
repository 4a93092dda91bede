package node

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"crossdock/api"
	"crossdock/core/id"
	"crossdock/engine/sqlite"
	"crossdock/site/audit"
)

// copySites copies every database as of one moment. The warehouses' is taken
// first, so that it is seldom that a store has heard of what is not in it.
func (b *builder) copySites(ctx context.Context) (err error) {
	moments, facts, together, err := takeMoments(ctx, b.files)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeMoments(moments)) }()
	b.made.At = time.Now().UTC()
	if !together {
		b.made.Notes = append(b.made.Notes, "the sites were too busy for one moment of all of them: some have read more than others show as said")
	}
	for i, m := range moments {
		name := filepath.Base(b.files[i])
		if err := m.CopyTo(ctx, b.path(name)); err != nil {
			return withReason(err, b.made.Directory)
		}
		site := siteView(facts[i])
		site.File = name
		b.made.Sites = append(b.made.Sites, site)
	}
	return nil
}

// takeMoments holds every database, and says whether no site has read in its moment
// what another says only after its own.
func takeMoments(ctx context.Context, files []string) (moments []*sqlite.Moment, facts []sqlite.Facts, together bool, err error) {
	const tries = 50
	var earlier []audit.Head
	for try := 1; ; try++ {
		if moments, facts, err = openMoments(ctx, files); err != nil {
			return nil, nil, false, err
		}
		var heads []audit.Head
		for _, f := range facts {
			heads = append(heads, f.Head)
		}
		if together = audit.Consistent(heads, earlier); together || try == tries {
			return moments, facts, together, nil
		}
		if err := closeMoments(moments); err != nil {
			return nil, nil, false, err
		}
		earlier = heads
	}
}

func openMoments(ctx context.Context, files []string) ([]*sqlite.Moment, []sqlite.Facts, error) {
	moments, facts := make([]*sqlite.Moment, len(files)), make([]sqlite.Facts, len(files))
	for i, file := range slices.Backward(files) {
		var err error
		if moments[i], err = sqlite.OpenMoment(ctx, file); err != nil {
			return nil, nil, errors.Join(err, closeMoments(moments))
		}
	}
	for i, m := range moments {
		var err error
		if facts[i], err = m.Facts(); err != nil {
			return nil, nil, errors.Join(err, closeMoments(moments))
		}
	}
	return moments, facts, nil
}

func closeMoments(moments []*sqlite.Moment) error {
	var err error
	for _, m := range moments {
		if m != nil {
			err = errors.Join(err, m.Close())
		}
	}
	return err
}

func siteView(f sqlite.Facts) api.BackupSite {
	site := api.BackupSite{
		Site: f.Head.Site, Role: string(f.Head.Role), Epoch: f.Head.Epoch, Schema: f.Schema, Orders: f.Head.Orders,
		LastOrderAt: orNil(f.LastOrderAt), Movements: f.Movements, LastMovementAt: orNil(f.LastMovementAt), Said: []api.SaidTo{},
	}
	for _, c := range f.Head.Written {
		site.Said = append(site.Said, api.SaidTo{Site: id.Site(c.Destination), Last: c.Seq})
	}
	return site
}

func orNil(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// copyRest copies what else of the directory must come back with the databases:
// every file in it, whoever has put it there, but those that belong to the process
// that runs, or that a restore makes. They are read after the databases, so that
// they know at least of all that those know of.
func (b *builder) copyRest() error {
	names, notes, err := restOf(b.data)
	if err != nil {
		return err
	}
	b.made.Notes = append(b.made.Notes, notes...)
	for _, name := range names {
		if err := b.makeDirs(filepath.Dir(name)); err != nil {
			return err
		}
		copied, err := copySynced(filepath.Join(b.data, name), b.path(name))
		if err != nil {
			return err
		}
		copied.File = name
		b.made.Files = append(b.made.Files, copied)
	}
	kept, err := os.ReadDir(filepath.Join(b.data, "kv"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unread(b.data, err)
	}
	if len(kept) > 0 {
		b.made.Notes = append(b.made.Notes, "kv/ is not in it")
	}
	return nil
}

// ofTheProcess reports whether a file or folder of the data directory is left out of
// backups: what a process makes for itself, and what has a way of its own into them.
func ofTheProcess(name string) bool {
	first, _, _ := strings.Cut(filepath.ToSlash(name), "/")
	return slices.Contains([]string{"db", "nats", "kv", "backups", "lock", "VERSION", "sites", RunFile, manifestName}, first) ||
		strings.HasSuffix(name, ".new") || strings.HasSuffix(first, ".db")
}

// makeDirs makes folders within the backup, which go again where it fails.
func (b *builder) makeDirs(under string) error {
	if under == "." {
		return nil
	}
	if err := b.makeDirs(filepath.Dir(under)); err != nil {
		return err
	}
	name := filepath.Join(b.made.Directory, under)
	switch err := os.Mkdir(name, 0o700); {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return unwritten(name, err)
	}
	b.written = append(b.written, name)
	return nil
}
