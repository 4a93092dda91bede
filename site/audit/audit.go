package audit

import (
	"context"
	"fmt"
	"time"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/dist/feed"
)

// maxFindings ends a walk whose books are beyond naming every row.
const maxFindings = 1000

// Sites checks the invariants over the sources of one store and of any of its
// warehouses. The moments of the sources must form a consistent cut: no message
// read before it was written. Consistent tells; a caller that audits running
// sites takes new moments until it does.
func Sites(ctx context.Context, sources []Source, now func() time.Time) (Report, error) {
	began := now()
	a := &auditor{report: Report{At: began, Sites: []SiteReport{}, Findings: []Finding{}, NotChecked: []string{}}}
	for _, source := range sources {
		if err := a.walk(ctx, source); err != nil {
			return Report{}, err
		}
	}
	if err := a.compare(ctx); err != nil {
		return Report{}, err
	}
	for _, v := range a.views {
		a.report.Sites = append(a.report.Sites, v.counts)
	}
	a.report.Took = now().Sub(began)
	return a.report, nil
}

// Consistent reports whether the moments of the sources form a consistent cut.
func Consistent(ctx context.Context, sources []Source) (bool, error) {
	heads := map[id.Site]Head{}
	for _, source := range sources {
		head, err := source.Head(ctx)
		if err != nil {
			return false, err
		}
		heads[head.Site] = head
	}
	for _, reader := range heads {
		for _, read := range reader.Read {
			writer, audited := heads[id.Site(read.Origin)]
			if audited && read.Seq > writer.written(reader.Site).Seq {
				return false, nil
			}
		}
	}
	return true, nil
}

func (h Head) written(destination id.Site) feed.Cursor {
	for _, c := range h.Written {
		if c.Destination == string(destination) {
			return c
		}
	}
	return feed.Cursor{}
}

func (h Head) read(origin id.Site) feed.Cursor {
	for _, c := range h.Read {
		if c.Origin == string(origin) {
			return c
		}
	}
	return feed.Cursor{}
}

type auditor struct {
	report Report
	views  []*view
}

// view is what the walk over one site has gathered.
type view struct {
	head         Head
	source       Source
	counts       SiteReport
	folded       map[account]int64
	stored       map[account]int64
	moved        map[lineKey]*tally
	orders       map[id.Order]order.Order
	fulfillments map[id.Fulfillment]fulfillment.Fulfillment
}

func (a *auditor) find(invariant int, site id.Site, row, format string, args ...any) {
	if len(a.report.Findings) < maxFindings {
		a.report.Findings = append(a.report.Findings, Finding{invariant, site, row, fmt.Sprintf(format, args...)})
	}
}

func (a *auditor) walk(ctx context.Context, source Source) error {
	head, err := source.Head(ctx)
	if err != nil {
		return err
	}
	v := &view{
		head: head, source: source,
		counts: SiteReport{Site: head.Site, Role: head.Role, Parked: len(head.Parked)},
		folded: map[account]int64{}, stored: map[account]int64{}, moved: map[lineKey]*tally{},
		orders: map[id.Order]order.Order{}, fulfillments: map[id.Fulfillment]fulfillment.Fulfillment{},
	}
	a.views = append(a.views, v)
	if err := a.walkLedger(ctx, v); err != nil {
		return err
	}
	err = source.Orders(ctx, func(o order.Order) error {
		v.counts.Orders++
		v.orders[o.ID] = o
		a.checkOrder(v, o)
		return nil
	})
	if err != nil {
		return err
	}
	err = source.Fulfillments(ctx, func(f fulfillment.Fulfillment) error {
		v.counts.Fulfillments++
		v.fulfillments[f.ID] = f
		a.checkFulfillment(v, f)
		return nil
	})
	if err != nil {
		return err
	}
	a.checkOwners(v)
	return nil
}

// compare checks what two sites must agree on, for each store and warehouse.
func (a *auditor) compare(ctx context.Context) error {
	for _, s := range a.views {
		if s.head.Role != Store {
			continue
		}
		audited := map[id.Site]bool{}
		for _, w := range a.views {
			if w.head.Role == Warehouse {
				audited[w.head.Site] = true
				if err := a.comparePair(ctx, s, w); err != nil {
					return err
				}
			}
		}
		for _, c := range s.head.Read {
			if !audited[id.Site(c.Origin)] {
				a.report.NotChecked = append(a.report.NotChecked, fmt.Sprintf(
					"%s against %s: %s is not among the audited sites", s.head.Site, c.Origin, c.Origin))
			}
		}
	}
	return nil
}
