package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/audit"
)

// Audit checks the invariants over all sites of this process while they run. A
// site whose database was lost, or replaced by an older one, is a finding.
func (n *Node) Audit(ctx context.Context) (audit.Report, error) {
	const tries = 50
	var earlier []audit.Head
	for range tries {
		sources, err := n.moments(ctx)
		if err != nil {
			return audit.Report{}, err
		}
		heads, err := audit.Heads(ctx, sources)
		if err == nil && audit.Consistent(heads, earlier) {
			report, err := auditSites(ctx, sources)
			return report, errors.Join(err, closeAll(sources))
		}
		if err := errors.Join(err, closeAll(sources)); err != nil {
			return audit.Report{}, err
		}
		earlier = heads
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
