package node

import (
	"context"
	"sync"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/audit"
	"crossdock/site/drift"
)

// How a check for drift goes about it.
const (
	driftPatience = 10 * time.Second       // with feeds that are behind
	driftPause    = 100 * time.Millisecond // between two looks at them
	driftEvery    = time.Hour              // a check by itself, where the feeds are quiet
)

// drifts is what the last check of each pair of sites found.
type drifts struct {
	mu   sync.Mutex
	last map[driftPair]drift.Last
}

// driftPair is two sites, the lesser name first.
type driftPair struct{ a, b id.Site }

func pairOf(a, b id.Site) driftPair { return driftPair{min(a, b), max(a, b)} }

func (d *drifts) note(r drift.Report) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last == nil {
		d.last = map[driftPair]drift.Last{}
	}
	d.last[pairOf(r.Here, r.There)] = r.Last()
}

func (d *drifts) of(a, b id.Site) drift.Last {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last[pairOf(a, b)]
}

// checker compares a site of this process with another one.
func (n *Node) checker(r *role, there id.Site) drift.Checker {
	return drift.Checker{
		Own: r.desk, There: there, Bus: r.claim, Seals: seals{n.keys, r.site}, IDs: ids{}, Now: time.Now, Patience: driftPatience,
		Pause: func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(driftPause):
				return nil
			}
		},
	}
}

// Drift checks each pair of sites of which one runs in this process, and both are the
// given one and another; empty: all. A pair that cannot be compared now, since its
// other site is out of reach, is in the report as unclear.
func (n *Node) Drift(ctx context.Context, site id.Site) ([]drift.Report, error) {
	var reports []drift.Report
	for _, r := range n.roles {
		for _, reader := range r.readers {
			other := reader.Link().Origin
			if site != "" && site != r.site && site != other || n.looksBack(r, other) {
				continue
			}
			report, err := n.checkPair(ctx, r, other)
			if err != nil {
				return nil, err
			}
			reports = append(reports, report)
		}
	}
	if site != "" && len(reports) == 0 {
		return nil, fault.At("site", fault.NotFound, "no link of this process leads to or from %s", fault.Quote(string(site)))
	}
	return reports, nil
}

// looksBack reports whether a pair is checked from its other side, the store's.
func (n *Node) looksBack(r *role, other id.Site) bool {
	return n.warehouses[r.site] != nil && n.role(other) != nil
}

func (n *Node) checkPair(ctx context.Context, r *role, other id.Site) (drift.Report, error) {
	report, err := n.checker(r, other).Check(ctx)
	if fault.Is(err, fault.Unavailable) && ctx.Err() == nil {
		why, _ := fault.Public(err)
		report.Unclear = append(report.Unclear, drift.Unclear{Why: string(other) + " cannot be asked: " + why})
		return report, nil
	}
	if err == nil {
		n.drifts.note(report)
	}
	return report, err
}

// RepairDrift has the origin say again what the destination was found to know
// otherwise: see drift.Checker.Repair. An origin that does not run here, and a
// destination with which it has no link, are fault.NotFound.
func (n *Node) RepairDrift(ctx context.Context, origin, destination id.Site, options drift.Options) (drift.Repaired, error) {
	r, err := n.local(origin)
	if err != nil {
		return drift.Repaired{}, err
	}
	linked := false
	for _, reader := range r.readers {
		linked = linked || reader.Link().Origin == destination
	}
	if !linked {
		return drift.Repaired{}, fault.At("destination", fault.NotFound, "%s has no link with %s", origin, fault.Quote(string(destination)))
	}
	role := audit.Store
	if n.warehouses[origin] != nil {
		role = audit.Warehouse
	}
	done, err := n.checker(r, destination).Repair(ctx, role, drift.Do(r.do), options)
	if err == nil {
		n.drifts.note(done.After)
		n.log.Warn("drift was repaired", "origin", origin, "destination", destination, "commands", done.Commands,
			"before", len(done.Before.Findings), "after", len(done.After.Findings), "reason", options.Reason)
	}
	return done, err
}

// lookForDrift checks the pairs of a role whose feeds are quiet: others are checked
// another time.
func (n *Node) lookForDrift(ctx context.Context, r *role) error {
	for _, reader := range r.readers {
		link := reader.Link()
		if !link.Connected || link.Lag > 0 || n.looksBack(r, link.Origin) {
			continue
		}
		report, err := n.checkPair(ctx, r, link.Origin)
		if err != nil {
			return err
		}
		if len(report.Findings) > 0 {
			n.log.Error("two sites differ for good: crossdock links check says where", "site", r.site, "other", link.Origin, "rows", len(report.Findings))
		}
	}
	return nil
}
