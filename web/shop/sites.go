package shop

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/a-h/templ"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/books"
	"crossdock/site/outbox"
	"crossdock/site/store"
	"crossdock/web/page"
)

func showSites(v *visit) error { return v.sitesPage(http.StatusOK, refusal{}) }

// refusal is a form about a parked key that cannot be taken as it is.
type refusal struct {
	site, origin id.Site
	key          string
	typed, says  string
}

func (v *visit) sitesPage(status int, refused refusal) error {
	view, err := v.sitesView(refused)
	if err != nil {
		return err
	}
	if v.wantsPart() {
		return v.show(status, view.Panel())
	}
	return v.showIn(status, func(f page.Frame) templ.Component {
		f.Still = view.Staff.Name != ""
		return view.Page(f)
	})
}

func cutSite(v *visit) error  { return v.switchSite(v.Sites.Cut) }
func healSite(v *visit) error { return v.switchSite(v.Sites.Heal) }

// switchSite cuts or heals, where that is allowed.
func (v *visit) switchSite(do func(context.Context, id.Site) error) error {
	if !v.Sites.CanCut() {
		return fault.New(fault.Denied, "links can be cut by hand in the demonstration alone")
	}
	if err := do(v.ctx(), id.Site(v.PathValue("site"))); err != nil {
		return err
	}
	if v.wantsPart() {
		return showSites(v)
	}
	v.redirect("/sites")
	return nil
}

func (v *visit) sitesView(refused refusal) (page.Sites, error) {
	links, err := v.Sites.Links(v.ctx())
	if err != nil {
		return page.Sites{}, err
	}
	warehouses, err := v.warehouses()
	if err != nil {
		return page.Sites{}, err
	}
	parked, err := v.Sites.Parked(v.ctx())
	if err != nil {
		return page.Sites{}, err
	}
	sums, err := v.stock.read(v.ctx())
	if err != nil {
		return page.Sites{}, err
	}
	view := page.Sites{Now: v.local(v.Now()), CanCut: v.Sites.CanCut(), Staff: page.Staff{CanSignIn: v.staff.Open()}}
	operator, staff := v.staff.Of(v.Request)
	if staff {
		view.Staff.Name, view.Staff.Until = operator.Name, v.local(operator.Until)
	}
	for _, warehouse := range warehouses {
		link := v.linkOf(warehouse, links)
		if last := v.Sites.Drift(warehouse); !last.At.IsZero() {
			link.Drift = page.Drift{At: v.local(last.At), Found: last.Found, Unclear: last.Unclear}
		}
		v.putParked(&link, parked, staff, refused)
		view.Links = append(view.Links, link)
		row := sums[warehouse]
		row.Site, row.Name = string(warehouse), v.nameOf(warehouse)
		view.Stock = append(view.Stock, row)
	}
	return view, nil
}

// maxKeys is how many parked keys of a link the page lists.
const maxKeys = 50

// putParked counts what is parked between the store and a warehouse, at either end
// that is here. What it is, is for operators: the others see the number.
func (v *visit) putParked(link *page.SiteLink, parked []books.Parked, staff bool, refused refusal) {
	at := map[[3]string]int{} // index of the key in the list
	for _, p := range parked {
		m := p.Message
		if !(m.Origin == link.Site && m.Destination == string(v.Site)) && !(m.Origin == string(v.Site) && m.Destination == link.Site) {
			continue
		}
		link.ParkedMessages++
		key := [3]string{m.Destination, m.Origin, m.Key}
		i, known := at[key]
		switch {
		case !staff:
		case known && i >= 0:
			link.Parked[i].Behind++
		case known:
		case len(link.Parked) == maxKeys:
			at[key] = -1
			link.MoreKeys++
		default:
			at[key] = len(link.Parked)
			one := page.ParkedKey{Site: m.Destination, Origin: m.Origin, Key: m.Key, Seq: m.Seq, Kind: m.Kind, Since: v.local(p.ParkedAt), Reason: p.Reason}
			if key == [3]string{string(refused.site), string(refused.origin), refused.key} {
				one.Typed, one.Error = refused.typed, refused.says
			}
			link.Parked = append(link.Parked, one)
		}
	}
}

// linkOf joins both directions between the store and a warehouse. The one that
// leads here is the one that tells how old our figures are.
func (v *visit) linkOf(warehouse id.Site, links []LinkState) page.SiteLink {
	view := page.SiteLink{Site: string(warehouse), Name: v.nameOf(warehouse), Store: string(v.Site), Cut: v.Sites.IsCut(warehouse)}
	for _, link := range links {
		other, here := v.ends(link.Link)
		if other != warehouse {
			continue
		}
		feed := page.Feed{
			Last: link.Last, Cursor: link.Cursor, Lag: time.Duration(link.LagSeconds * float64(time.Second)), Verdict: verdictOf(link.Link),
			Pruned: link.Pruned, Recovery: v.recoveryOf(link.Recovery),
		}
		if !here {
			view.ToSite, view.Here = feed, link.Breaker != "" // else its reader runs elsewhere
			continue
		}
		view.FromSite = feed
		view.Connected, view.StaleSince = link.Connected, v.local(link.StaleSince)
		view.Attempts, view.NextTry, view.Breaker = link.Failures, v.local(link.RetryAt), page.Breaker(link.Breaker)
		if feed.Verdict == "" { // else the page has words of its own, which name no file of ours
			view.LastError = link.Trouble
		}
	}
	return view
}

func (v *visit) recoveryOf(r *books.Recovery) *page.Recovery {
	if r == nil {
		return nil
	}
	view := &page.Recovery{Since: v.local(r.Since), Counted: r.Counted, Waiting: r.Waiting}
	for _, p := range r.Blocked {
		view.Blocked = append(view.Blocked, p.Message.Key)
	}
	return view
}

// verdictOf returns what is in the way of a link; of all other verdicts it goes on.
func verdictOf(link outbox.Link) page.Verdict {
	switch verdict := page.Verdict(link.Verdict); verdict {
	case page.VerdictRefused, page.VerdictParted, page.VerdictRestored:
		return verdict
	}
	return ""
}

// stockSums sums the stock of each warehouse. Adding up takes a moment and many
// browsers ask every two seconds: a sum is good for one second.
type stockSums struct {
	queries store.Queries
	now     func() time.Time

	mu   sync.Mutex
	sums map[id.Site]page.SiteTotals
	at   time.Time
}

func (s *stockSums) read(ctx context.Context) (map[id.Site]page.SiteTotals, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := s.now().Sub(s.at); s.sums != nil && age >= 0 && age < time.Second {
		return s.sums, nil
	}
	sums, err := s.add(ctx)
	if err != nil {
		return nil, err
	}
	s.sums, s.at = sums, s.now()
	return sums, nil
}

func (s *stockSums) add(ctx context.Context) (map[id.Site]page.SiteTotals, error) {
	const step = 1000
	sums := map[id.Site]page.SiteTotals{}
	for query := (store.StockQuery{Limit: step}); ; {
		rows, err := s.queries.Stock(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			sum, level := sums[row.Level.Warehouse], row.Level
			if level.OnHand > 0 {
				sum.Products++
			}
			sum.OnHand += level.OnHand
			sum.Available += level.Available
			sum.Quota += level.Quota
			sum.Allocated += level.Allocated
			sum.Picked += level.Picked
			sums[level.Warehouse] = sum
		}
		if len(rows) == 0 {
			return sums, nil
		}
		query.After = rows[len(rows)-1].Level.SKU
	}
}
