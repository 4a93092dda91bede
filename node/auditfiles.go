package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"crossdock/core/fault"
	"crossdock/dist/feed"
	"crossdock/engine/sqlite"
	"crossdock/site/audit"
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
		source, err := sqlite.OpenReadOnly(ctx, name)
		if err != nil {
			return audit.Report{}, err
		}
		sources = append(sources, source)
	}
	heads, err := headsOf(ctx, sources, names)
	if err != nil {
		return audit.Report{}, err
	}
	report, err = auditSites(ctx, sources)
	report.Findings = append(append(report.Findings, ofAnotherTime(heads)...), gone...)
	return report, err
}

// lost is the finding of a directory that a database is missing from.
func lost(dir string, cause error) audit.Finding {
	message, _ := fault.Public(cause)
	return audit.Finding{Invariant: 5, Row: "directory " + dir, Text: message}
}

// headsOf tells whose databases these are. It refuses two of one site, such as
// the original and its copy.
func headsOf(ctx context.Context, sources []audit.Source, names []string) ([]audit.Head, error) {
	var heads []audit.Head
	for i, source := range sources {
		head, err := source.Head(ctx)
		if err != nil {
			return nil, err
		}
		for j, other := range heads {
			if other.Site == head.Site {
				return nil, fault.New(fault.Invalid, "%s and %s are both of the site %s: audit one of them", names[j], names[i], head.Site)
			}
		}
		heads = append(heads, head)
	}
	return heads, nil
}

// ofAnotherTime finds databases that do not belong together, because one is older
// than what another has read of it. Sites that stand still cannot look so
// otherwise: each message was on the writer's disk before it was read.
func ofAnotherTime(heads []audit.Head) []audit.Finding {
	var findings []audit.Finding
	for _, reader := range heads {
		for _, read := range reader.Read {
			at := slices.IndexFunc(heads, func(h audit.Head) bool { return string(h.Site) == read.Origin })
			if at < 0 {
				continue
			}
			var written feed.Cursor
			for _, c := range heads[at].Written {
				if c.Destination == string(reader.Site) {
					written = c
				}
			}
			if read.Seq > written.Seq || read.Seq == written.Seq && read.Hash != written.Hash {
				findings = append(findings, audit.Finding{
					Invariant: 5, Site: reader.Site, Row: "cursor of " + read.Origin,
					Text: fmt.Sprintf("has read message %d, and %s, which is of an older time, has not written it", read.Seq, read.Origin),
				})
			}
		}
	}
	return findings
}

func databases(dir string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "db", "*.db"))
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		file, err := os.Stat(name)
		return err == nil && file.Size() == 0 // its site is missing, says the register
	})
	if _, err := os.Stat(dir); err != nil || len(names) == 0 {
		return nil, fault.New(fault.NotFound, "there is no Crossdock database in %s", dir)
	}
	return names, nil
}
