package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/engine/sqlite"
	"crossdock/site/audit"
)

// Audit checks the invariants over all sites of this process while they run.
func (n *Node) Audit(ctx context.Context) (audit.Report, error) {
	const tries = 50
	for range tries {
		sources, err := n.moments(ctx)
		if err != nil {
			return audit.Report{}, err
		}
		consistent, err := audit.Consistent(ctx, sources)
		if err != nil || !consistent {
			if err := errors.Join(err, closeAll(sources)); err != nil {
				return audit.Report{}, err
			}
			continue
		}
		report, err := auditSites(ctx, sources)
		return report, errors.Join(err, closeAll(sources))
	}
	return audit.Report{}, fault.New(fault.Busy, "the sites change too fast for a consistent look: try again")
}

// moments takes a moment of each site, warehouses first: what the store has read
// of them may then be newer, what they have read of the store may not.
func (n *Node) moments(ctx context.Context) ([]audit.Source, error) {
	var sources []audit.Source
	for _, r := range slices.Backward(n.roles) {
		source, err := r.moment(ctx)
		if err != nil {
			return nil, errors.Join(err, closeAll(sources))
		}
		sources = append(sources, source)
	}
	return sources, nil
}

func closeAll(sources []audit.Source) error {
	var err error
	for _, source := range sources {
		err = errors.Join(err, source.Close())
	}
	return err
}

// AuditFiles checks the invariants over the databases of processes that are not
// running, and compares all of their sites with each other. A directory in use:
// fault.Conflict. No databases in one: fault.NotFound. One site in two of them:
// fault.Invalid.
func AuditFiles(ctx context.Context, dirs ...string) (report audit.Report, err error) {
	var names []string
	for _, dir := range dirs { // all of them, before one is touched
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
	if err := eachOnce(ctx, sources, names); err != nil {
		return audit.Report{}, err
	}
	return auditSites(ctx, sources)
}

// eachOnce refuses two databases of one site, such as the original and its copy.
func eachOnce(ctx context.Context, sources []audit.Source, names []string) error {
	seen := map[id.Site]string{}
	for i, source := range sources {
		head, err := source.Head(ctx)
		if err != nil {
			return err
		}
		if other, found := seen[head.Site]; found {
			return fault.New(fault.Invalid, "%s and %s are both of the site %s: audit one of them", other, names[i], head.Site)
		}
		seen[head.Site] = names[i]
	}
	return nil
}

// auditSites checks the sources, and says of each which other site it could not
// be compared with.
func auditSites(ctx context.Context, sources []audit.Source) (audit.Report, error) {
	report, err := audit.Sites(ctx, sources, time.Now)
	if err != nil {
		return audit.Report{}, err
	}
	audited := map[id.Site]bool{}
	for _, site := range report.Sites {
		audited[site.Site] = true
	}
	for _, source := range sources {
		head, err := source.Head(ctx)
		if err != nil {
			return audit.Report{}, err
		}
		for _, other := range spokenWith(head) {
			text := fmt.Sprintf("%s against %s: %s is not among the audited sites", head.Site, other, other)
			if !audited[other] && !slices.Contains(report.NotChecked, text) {
				report.NotChecked = append(report.NotChecked, text)
			}
		}
	}
	return report, nil
}

// spokenWith lists the sites that a site has read of, or written to.
func spokenWith(head audit.Head) []id.Site {
	var sites []id.Site
	for _, c := range head.Read {
		sites = append(sites, id.Site(c.Origin))
	}
	for _, c := range head.Written {
		sites = append(sites, id.Site(c.Destination))
	}
	slices.Sort(sites)
	return slices.Compact(sites)
}

func databases(dir string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "db", "*.db"))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(dir); err != nil || len(names) == 0 {
		return nil, fault.New(fault.NotFound, "there is no Crossdock database in %s", dir)
	}
	return names, nil
}

// Drain waits until every site of this process has applied what the others of
// this process have to say to it, or ctx ends.
func (n *Node) Drain(ctx context.Context) error {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	calm := 0
	for calm < 2 { // twice in a row: applying a message may have given rise to another
		behind, err := n.behind(ctx)
		if err != nil {
			return err
		}
		calm++
		if len(behind) > 0 {
			calm = 0
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fault.New(fault.Unavailable, "the sites have not caught up: %s", strings.Join(behind, ", "))
		}
	}
	return nil
}

func (n *Node) behind(ctx context.Context) ([]string, error) {
	var behind []string
	for _, to := range n.roles {
		for _, reader := range to.readers {
			from := n.role(reader.Link().Origin)
			if from == nil {
				continue
			}
			cursor, err := to.Cursor(ctx, from.site)
			if err != nil {
				return nil, err
			}
			newest, _, err := from.feeds.Written(ctx, string(to.site), 0)
			if err != nil {
				return nil, err
			}
			if cursor.Seq != newest.Seq {
				behind = append(behind, string(to.site)+" of "+string(from.site))
			}
		}
	}
	return behind, nil
}

func (n *Node) role(site id.Site) *role {
	for _, r := range n.roles {
		if r.site == site {
			return r
		}
	}
	return nil
}
