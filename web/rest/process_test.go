package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/outbox"
)

func TestVersion(t *testing.T) {
	s := newShop(t, nil)
	version, err := api.New(s.server.URL, "").Version(t.Context())
	want := api.Version{Version: "1.2.3-test", Store: true, Warehouses: []id.Site{"wh1", "wh2"}}
	if diff := cmp.Diff(want, version); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestHealth(t *testing.T) {
	for name, test := range map[string]struct {
		err    error
		status int
		says   string
	}{
		"ready":     {nil, 200, "ok"},
		"not yet":   {fault.New(fault.Unavailable, "the store is loading"), 503, "the store is loading"},
		"something": {errors.New("swordfish"), 503, "the process is not ready"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, func(d *Deps) { d.Ready = func(context.Context) error { return test.err } })
			response, text := s.send(http.MethodGet, "/readyz", "", "Authorization", "")
			if response.StatusCode != test.status || !strings.Contains(text, test.says) || strings.Contains(text, "swordfish") {
				t.Errorf("%s %s", response.Status, text)
			}
			if err := s.client.Ready(t.Context()); (err == nil) != (test.err == nil) {
				t.Errorf("the client says %v", err)
			}
			if response, _ := s.send(http.MethodGet, "/healthz", ""); response.StatusCode != http.StatusOK {
				t.Errorf("the process is up, but: %s", response.Status)
			}
		})
	}
}

// demoLinks has one link and a switch.
type demoLinks struct{ cut bool }

func (d *demoLinks) Links(context.Context) ([]LinkState, error) {
	state := LinkState{Cut: d.cut, Link: outbox.Link{
		Origin: "wh1", Destination: "store", Connected: !d.cut, Cursor: 3, Last: 4, Lag: 1, LagSeconds: 0.5,
		HeardAt: time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC), Verdict: "apply", Breaker: "half-open",
		RetryAt: time.Date(2025, 3, 1, 12, 1, 0, 0, time.UTC), StaleSince: time.Date(2025, 3, 1, 11, 0, 0, 0, time.UTC), Failures: 6, Trouble: "no answer",
	}}
	state.Parked = 2
	state.Recovery = &books.Recovery{Since: state.StaleSince, Counted: true, Store: true, Waiting: 3, Blocked: []books.Parked{{
		Message: feed.Message{Origin: "wh1", Destination: "store", Seq: 7, Key: "quota", Kind: "quota.granted.v1", Body: []byte("secret")},
		Reason:  "MUG1 is unknown", ParkedAt: state.HeardAt,
	}}}
	return []LinkState{state}, nil
}

func (d *demoLinks) Cut(site id.Site) error  { return d.turn(site, true) }
func (d *demoLinks) Heal(site id.Site) error { return d.turn(site, false) }

func (d *demoLinks) turn(site id.Site, cut bool) error {
	if site != "wh1" {
		return fault.New(fault.NotFound, "there is no site %s", site)
	}
	d.cut = cut
	return nil
}

func TestLinks(t *testing.T) {
	s := newShop(t, func(d *Deps) { d.Links = &demoLinks{} })
	heard := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	retry, stale := heard.Add(time.Minute), heard.Add(-time.Hour)
	want := []api.Link{{
		Origin: "wh1", Destination: "store", Connected: true, Cursor: 3, Last: 4, Lag: 1, LagSeconds: 0.5,
		HeardAt: &heard, Verdict: "apply", Breaker: "half-open", RetryAt: &retry, StaleSince: &stale, Failures: 6, Trouble: "no answer", Parked: 2,
		Recovering: &api.LinkRecovery{Role: "store", Since: &stale, Counted: true, Waiting: 3, Blocked: []api.ParkedMessage{{
			Site: "store", Origin: "wh1", Key: "quota", Seq: 7, Kind: "quota.granted.v1", Reason: "MUG1 is unknown", Since: heard,
		}}},
	}}
	links, err := s.client.Links(t.Context())
	if diff := cmp.Diff(want, links); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if links, err = s.client.CutLink(t.Context(), "wh1"); err != nil || !links[0].Cut {
		t.Errorf("cut: %+v, %v", links, err)
	}
	if links, err = s.client.HealLink(t.Context(), "wh1"); err != nil || links[0].Cut {
		t.Errorf("healed: %+v, %v", links, err)
	}
	if _, err = s.client.CutLink(t.Context(), "wh9"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown site: %v", err)
	}
}

type auditor struct{ report audit.Report }

func (a auditor) Audit(context.Context) (audit.Report, error) { return a.report, nil }

func TestAudit(t *testing.T) {
	found := audit.Report{
		At: time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC), Took: time.Second,
		Sites:    []audit.SiteReport{{Site: "wh1", Role: audit.Warehouse, Movements: 7, Accounts: 2}},
		Findings: []audit.Finding{{Invariant: 1, Site: "wh1", Row: "movement 7", Text: "was changed"}},
	}
	s := newShop(t, func(d *Deps) { d.Audit = auditor{found} })
	report, err := s.client.Audit(t.Context())
	want := api.Report{
		At: found.At, Took: time.Second, NotChecked: []string{},
		Sites:    []api.SiteReport{{Site: "wh1", Role: "warehouse", Movements: 7, Accounts: 2}},
		Findings: []api.Finding{{Invariant: 1, Site: "wh1", Row: "movement 7", Text: "was changed"}},
	}
	if diff := cmp.Diff(want, report); diff != "" || err != nil || report.Right() {
		t.Error(diff, err)
	}
}

// lines is an importer that counts lines, and does to each what it says.
type lines struct{ options api.ImportOptions }

func (l *lines) Import(_ context.Context, kind string, options api.ImportOptions, file io.Reader, progress func(done, total int)) (any, error) {
	l.options = options
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, fault.Wrap(err, "lines.Import", "the file cannot be read")
	}
	all := strings.Fields(string(text))
	for i, line := range all {
		switch line {
		case "form":
			return nil, fault.At("line 1", fault.Invalid, "the header is missing")
		case "fail":
			return nil, fault.New(fault.Unavailable, "the store went away at line %d", i+1)
		}
		progress(i+1, len(all))
	}
	return map[string]any{"kind": kind, "accepted": len(all)}, nil
}

func TestImport(t *testing.T) {
	importer := &lines{}
	s := newShop(t, func(d *Deps) { d.Import = importer })
	var done []int
	options := api.ImportOptions{Stock: 100, Currency: "GBP", Key: "file-1"}
	summary, err := s.client.Import(t.Context(), api.ImportOrders, options, strings.NewReader("a b c"), func(n, total int) {
		done = append(done, n)
		if total != 3 {
			t.Errorf("total %d, want 3", total)
		}
	})
	if err != nil || string(summary) != `{"accepted":3,"kind":"orders"}` {
		t.Errorf("%s, %v", summary, err)
	}
	if len(done) < 2 || done[0] != 1 || done[len(done)-1] != 3 {
		t.Errorf("progress %v, want the first and the last step at least", done)
	}
	options.Key = "http/file-1" // keys of requests are kept apart from others
	if importer.options != options {
		t.Errorf("options %+v, want %+v", importer.options, options)
	}
}

func TestImportFails(t *testing.T) {
	s := newShop(t, func(d *Deps) { d.Import = &lines{} })
	_, err := s.client.Import(t.Context(), api.ImportStock, api.ImportOptions{}, strings.NewReader("a fail"), nil)
	if message, _ := fault.Public(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(message, "at line 2") {
		t.Errorf("on its way: %v", err)
	}
	response, text := s.send(http.MethodPost, "/api/v1/import/stock", "a fail")
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/x-ndjson" ||
		!strings.HasPrefix(text, "{\"done\":1,\"total\":2}\n{\"problem\":{") {
		t.Errorf("on its way: %s %v %s", response.Status, response.Header, text)
	}
	for name, test := range map[string]struct {
		path, file string
		status     int
		field      string
	}{
		"form":          {"/api/v1/import/orders", "form", 422, "line 1"},
		"unknown kind":  {"/api/v1/import/people", "a", 422, "kind"},
		"stock below 0": {"/api/v1/import/products?stock=-1", "a", 422, "stock"},
		"stock 10^12":   {"/api/v1/import/products?stock=1000000000000", "a", 422, "stock"},
		"currency":      {"/api/v1/import/products?currency=XXX", "a", 422, "currency"},
		"too large":     {"/api/v1/import/orders", strings.Repeat("x", api.MaxImport+1), 413, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if p := s.problem(http.MethodPost, test.path, test.file); p.Status != test.status || p.Field != test.field {
				t.Errorf("%d at %q: %s", p.Status, p.Field, p.Detail)
			}
		})
	}
}

// TestProgressIsThrottled reports far more often than anybody can look.
func TestProgressIsThrottled(t *testing.T) {
	s := newShop(t, func(d *Deps) { d.Import = &lines{} })
	begin := time.Now()
	_, text := s.send(http.MethodPost, "/api/v1/import/orders", strings.Repeat("x ", 10_000))
	most := int(time.Since(begin)/progressEvery) + 3 // the first, the last, and the summary
	if count := strings.Count(text, "\n"); count > most {
		t.Errorf("%d lines, want at most %d", count, most)
	}
}

// TestNothingHere is a process that runs no site.
func TestNothingHere(t *testing.T) {
	s := newShop(t, func(d *Deps) { d.Store, d.Warehouses = nil, nil })
	for _, path := range []string{
		"/api/v1/products", "/api/v1/products/X", "/api/v1/districts", "/api/v1/orders", "/api/v1/stock",
		"/api/v1/orders/00000000-0000-7000-8000-000000000000", "/api/v1/warehouses/wh1/stock",
	} {
		if p := s.problem(http.MethodGet, path, ""); p.Status != 404 || !strings.Contains(p.Detail, "does not run in this process") {
			t.Errorf("%s: %d %s", path, p.Status, p.Detail)
		}
	}
}
