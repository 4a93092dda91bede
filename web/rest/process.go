package rest

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/audit"
	"crossdock/site/books"
)

func (s *server) processRoutes() {
	register(s, restricted, huma.Operation{
		OperationID: "list-links", Method: http.MethodGet, Path: "/api/v1/links",
		Summary: "How the links between the sites stand", Tags: []string{"process"},
	}, s.listLinks)
	register(s, restricted, huma.Operation{
		OperationID: "cut-link", Method: http.MethodPost, Path: "/api/v1/links/{site}/cut",
		Summary: "Cut a warehouse of this process off", Tags: []string{"process"},
	}, s.switchLink(Links.Cut))
	register(s, restricted, huma.Operation{
		OperationID: "heal-link", Method: http.MethodPost, Path: "/api/v1/links/{site}/heal",
		Summary: "Connect a warehouse again that was cut off", Tags: []string{"process"},
	}, s.switchLink(Links.Heal))
	register(s, restricted, huma.Operation{
		OperationID: "audit", Method: http.MethodPost, Path: "/api/v1/audit",
		Summary: "Prove the invariants of the books", Tags: []string{"process"},
		Middlewares: huma.Middlewares{s.unhurried},
	}, s.audit)
	register(s, public, huma.Operation{
		OperationID: "version", Method: http.MethodGet, Path: "/api/v1/version",
		Summary: "What is running", Tags: []string{"process"},
	}, s.version)
}

func (s *server) links() (Links, error) {
	if s.Links == nil {
		return nil, fault.New(fault.NotFound, "no links end in this process")
	}
	return s.Links, nil
}

func (s *server) listLinks(ctx context.Context, _ *struct{}) (*body[api.LinkList], error) {
	links, err := s.links()
	if err != nil {
		return nil, err
	}
	states, err := links.Links(ctx)
	if err != nil {
		return nil, err
	}
	list := api.LinkList{Links: make([]api.Link, len(states))}
	for i, l := range states {
		list.Links[i] = api.Link{
			Origin: l.Origin, Destination: l.Destination, Connected: l.Connected, Cut: l.Cut,
			Cursor: l.Cursor, Last: l.Last, Lag: l.Lag, LagSeconds: l.LagSeconds, Breaker: l.Breaker, Failures: l.Failures,
			RetryAt: orAbsent(l.RetryAt), StaleSince: orAbsent(l.StaleSince), HeardAt: orAbsent(l.HeardAt),
			Verdict: l.Verdict, Trouble: l.Trouble, Parked: l.Parked, Pruned: l.Pruned, Drift: lastDrift(l.Drift),
			Recovering: recoveryView(l.Recovery),
		}
	}
	return &body[api.LinkList]{list}, nil
}

// recoveryView is what a site that was restored waits for; absent where it does not.
func recoveryView(r *books.Recovery) *api.LinkRecovery {
	if r == nil {
		return nil
	}
	role := audit.Warehouse
	if r.Store {
		role = audit.Store
	}
	return &api.LinkRecovery{
		Role: string(role), Since: orAbsent(r.Since), Counted: r.Counted, Waiting: r.Waiting, Blocked: parkedView(r.Blocked),
	}
}

func orAbsent(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// switchLink answers with the links as they stand afterwards.
func (s *server) switchLink(to func(Links, id.Site) error) func(context.Context, *SiteInput) (*body[api.LinkList], error) {
	return func(ctx context.Context, in *SiteInput) (*body[api.LinkList], error) {
		links, err := s.links()
		if err != nil {
			return nil, err
		}
		name, err := id.ParseSite(in.Site)
		if err != nil {
			return nil, within("site", err)
		}
		if err := to(links, name); err != nil {
			return nil, err
		}
		return s.listLinks(ctx, nil)
	}
}

func (s *server) audit(ctx context.Context, _ *struct{}) (*body[api.Report], error) {
	if s.Audit == nil {
		return nil, fault.New(fault.NotFound, "this process has no books to audit")
	}
	report, err := s.Audit.Audit(ctx)
	if err != nil {
		return nil, err
	}
	return &body[api.Report]{reportView(report)}, nil
}

func reportView(report audit.Report) api.Report {
	view := api.Report{
		At: report.At, Took: report.Took,
		Sites: make([]api.SiteReport, len(report.Sites)), Findings: make([]api.Finding, len(report.Findings)),
		NotChecked: append([]string{}, report.NotChecked...),
	}
	for i, r := range report.Sites {
		view.Sites[i] = api.SiteReport{
			Site: r.Site, Role: string(r.Role), Movements: r.Movements, Accounts: r.Accounts, Orders: r.Orders,
			Fulfillments: r.Fulfillments, Unread: r.Unread, Parked: r.Parked, Pruned: r.Pruned,
		}
	}
	for i, f := range report.Findings {
		view.Findings[i] = api.Finding(f)
	}
	return view
}

func (s *server) version(context.Context, *struct{}) (*body[api.Version], error) {
	warehouses := slices.Sorted(maps.Keys(s.Warehouses))
	return &body[api.Version]{api.Version{
		Version: s.Version, Store: s.Store != nil, Warehouses: append([]id.Site{}, warehouses...),
	}}, nil
}
