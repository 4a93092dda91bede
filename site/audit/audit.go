package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"crossdock/core/id"
)

// maxFindings ends a walk whose books are beyond naming every row.
const maxFindings = 1000

// Sites checks the invariants over the sources of one store and of any of its
// warehouses. The moments of the sources must form a consistent cut, but for
// links that are lost for good. Consistent tells; a caller that audits running
// sites takes new moments until it does.
//
// Damaged data makes a finding. An error means that a source could not be read.
func Sites(ctx context.Context, sources []Source, now func() time.Time) (Report, error) {
	began := now()
	a := &auditor{
		report: Report{At: began, Sites: []SiteReport{}, Findings: []Finding{}, NotChecked: []string{}},
		broken: map[link]bool{},
	}
	heads, err := Heads(ctx, sources)
	if err != nil {
		return Report{}, err
	}
	for i, source := range sources {
		a.views = append(a.views, newView(heads[i], source))
	}
	for _, v := range a.views {
		if err := a.walk(ctx, v); err != nil {
			return Report{}, err
		}
	}
	if err := a.compare(ctx); err != nil {
		return Report{}, err
	}
	for _, v := range a.views {
		a.report.Sites = append(a.report.Sites, v.counts)
	}
	slices.SortStableFunc(a.report.Findings, func(a, b Finding) int { // the same books give the same report
		return cmp.Or(cmp.Compare(a.Invariant, b.Invariant), cmp.Compare(a.Site, b.Site), cmp.Compare(a.Row, b.Row))
	})
	a.report.Took = now().Sub(began)
	return a.report, nil
}

type auditor struct {
	report Report
	views  []*view
	broken map[link]bool // links that cannot tell what is under way on them
}

// view is what the walk over one site has gathered.
type view struct {
	head         Head
	source       Source
	counts       SiteReport
	folded       map[account]int64
	stored       map[account]int64
	unreadable   map[id.SKU]bool // of which some balance cannot be read
	moved        map[lineKey]*tally
	kept         map[kept]int64    // at a store
	unasked      map[account]int64 // promised by a store, of which no warehouse has heard
	fulfillments map[id.Fulfillment]told
	names        map[string]string // see name
}

func newView(head Head, source Source) *view {
	return &view{
		head: head, source: source,
		counts: SiteReport{Site: head.Site, Role: head.Role, Parked: len(head.Parked)},
		folded: map[account]int64{}, stored: map[account]int64{}, unreadable: map[id.SKU]bool{},
		moved: map[lineKey]*tally{}, kept: map[kept]int64{},
		unasked: map[account]int64{}, fulfillments: map[id.Fulfillment]told{}, names: map[string]string{},
	}
}

func (a *auditor) find(invariant int, site id.Site, row, format string, args ...any) {
	if len(a.report.Findings) < maxFindings {
		a.report.Findings = append(a.report.Findings, Finding{invariant, site, row, fmt.Sprintf(format, args...)})
	}
}

// damaged names a row that cannot be read as what it should be, or is not there.
func (a *auditor) damaged(invariant int, site id.Site, row string, damage error) {
	a.find(invariant, site, row, "%s", strings.ReplaceAll(damage.Error(), "\n", "; "))
}

// view returns what was gathered of a site, or nil if it is not audited.
func (a *auditor) view(site id.Site) *view {
	for _, v := range a.views {
		if v.head.Site == site {
			return v
		}
	}
	return nil
}

// walk checks what one site can show by itself, and its feeds.
func (a *auditor) walk(ctx context.Context, v *view) error {
	for _, part := range []func(context.Context, *view) error{
		a.walkLedger, a.walkOrders, a.walkFulfillments, a.walkOutbox,
	} {
		if err := part(ctx, v); err != nil {
			return err
		}
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
		for _, w := range a.views {
			if w.head.Role == Warehouse {
				if err := a.comparePair(ctx, s, w); err != nil {
					return err
				}
			}
		}
		for _, c := range s.head.Read {
			if a.view(id.Site(c.Origin)) == nil {
				a.report.NotChecked = append(a.report.NotChecked, fmt.Sprintf(
					"%s against %s: %s is not among the audited sites", s.head.Site, c.Origin, c.Origin))
			}
		}
	}
	return nil
}
