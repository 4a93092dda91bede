package node

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/engine/sqlite"
	"crossdock/site/audit"
	"crossdock/site/books"
)

// AuditFiles checks the invariants over the databases of processes that are not
// running, and compares all of their sites with each other. A directory in use:
// fault.Conflict. No databases in one: fault.NotFound. One named twice, or one
// site in two of them: fault.Invalid.
func AuditFiles(ctx context.Context, dirs ...string) (report audit.Report, err error) {
	var names []string
	var gone []audit.Finding
	for i, dir := range dirs { // all of them, before one is touched
		if slices.Contains(dirs[:i], dir) {
			return audit.Report{}, fault.New(fault.Invalid, "the directory %s is named twice", dir)
		}
		found, err := databases(dir)
		if err != nil {
			return audit.Report{}, err
		}
		names = append(names, found...)
	}
	for _, dir := range dirs {
		held, err := openDataDir(dir)
		if err != nil {
			return audit.Report{}, err
		}
		defer func() { err = errors.Join(err, held.Close()) }()
		if err := held.complete(); err != nil {
			gone = append(gone, lost(held.path, err))
		}
	}
	var sources []audit.Source
	defer func() { err = errors.Join(err, closeAll(sources)) }()
	for _, name := range names {
		source, err := openFile(ctx, name)
		if err != nil {
			return audit.Report{}, err
		}
		sources = append(sources, source)
	}
	if err := eachOnce(ctx, sources, names); err != nil {
		return audit.Report{}, err
	}
	report, err = auditSites(ctx, sources)
	report.Findings = append(report.Findings, gone...)
	return report, err
}

// lost is the finding of a directory that a database is missing from.
func lost(dir string, cause error) audit.Finding {
	message, _ := fault.Public(cause)
	return audit.Finding{Invariant: 5, Row: "directory " + dir, Text: message}
}

// eachOnce refuses two databases of one site, such as the original and its copy.
func eachOnce(ctx context.Context, sources []audit.Source, names []string) error {
	heads, err := audit.Heads(ctx, sources)
	if err != nil {
		return err
	}
	for i, head := range heads {
		for j, other := range heads[:i] {
			if other.Site == head.Site {
				return fault.New(fault.Invalid, "%s and %s are both of the site %s: audit one of them", names[j], names[i], head.Site)
			}
		}
	}
	return nil
}

// databases lists the files of the sites of a directory. Empty ones are left out:
// their sites are missing, says the register.
func databases(dir string) ([]string, error) {
	names, err := endingIn(filepath.Join(dir, "db"), ".db")
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		file, err := os.Stat(name)
		return err == nil && file.Size() == 0
	})
	if _, err := os.Stat(dir); err != nil || len(names) == 0 {
		return nil, fault.New(fault.NotFound, "there is no Crossdock database in %s", dir)
	}
	return names, nil
}

// endingIn lists the paths in a directory whose names end so, in order; none where
// there is no such directory. The path is taken as it is written: a pattern would
// read others where a name has a bracket or a star in it.
func endingIn(dir, suffix string) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return nil, unread(dir, err)
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), suffix) {
			paths = append(paths, filepath.Join(dir, entry.Name()))
		}
	}
	return paths, nil
}

// openFile opens a database to be audited.
func openFile(ctx context.Context, file string) (audit.Source, error) {
	source, err := sqlite.OpenReadOnly(ctx, file)
	if err != nil {
		return nil, err // which names the file
	}
	return fileSource{source, file}, nil
}

// fileSource names its file where it cannot be read: among several databases it is
// else not known which one is damaged.
type fileSource struct {
	audit.Source
	file string
}

var _ audit.Source = fileSource{}

func about(file string, err error) error {
	return fault.Wrap(err, "", "the database %s cannot be read", file)
}

// Head implements audit.Source.
func (s fileSource) Head(ctx context.Context) (audit.Head, error) {
	head, err := s.Source.Head(ctx)
	return head, about(s.file, err)
}

// Movements implements audit.Source.
func (s fileSource) Movements(ctx context.Context, each func(books.Movement, error) error) error {
	return about(s.file, s.Source.Movements(ctx, each))
}

// Balances implements audit.Source.
func (s fileSource) Balances(ctx context.Context, each func(stock.Balance, error) error) error {
	return about(s.file, s.Source.Balances(ctx, each))
}

// Orders implements audit.Source.
func (s fileSource) Orders(ctx context.Context, each func(order.Order, error) error) error {
	return about(s.file, s.Source.Orders(ctx, each))
}

// Fulfillments implements audit.Source.
func (s fileSource) Fulfillments(ctx context.Context, each func(fulfillment.Fulfillment, error) error) error {
	return about(s.file, s.Source.Fulfillments(ctx, each))
}

// Messages implements audit.Source.
func (s fileSource) Messages(ctx context.Context, destination id.Site, after uint64, each func(feed.Message) error) error {
	return about(s.file, s.Source.Messages(ctx, destination, after, each))
}
