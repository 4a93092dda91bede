package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/drift"
)

// Drift compares sites. It stands here because node has the sites and their bus.
type Drift interface {
	// Drift compares each pair of sites of which one runs here; where site is not
	// empty, those pairs alone of which it is one. No such pair is fault.NotFound.
	Drift(ctx context.Context, site id.Site) ([]drift.Report, error)
	// RepairDrift has the origin tell the destination again what differs. An origin
	// that does not run here is fault.NotFound.
	RepairDrift(ctx context.Context, origin, destination id.Site, options drift.Options) (drift.Repaired, error)
}

func (s *server) driftRoutes() {
	register(s, restricted, huma.Operation{
		OperationID: "check-drift", Method: http.MethodGet, Path: "/api/v1/links/drift",
		Summary: "Where two sites differ although nothing is under way", Tags: []string{"process"},
		Description: "Equal sites are settled by one question for each kind of rows; others are compared by the hashes of ranges. What is under way is waited for, up to 10 s.",
	}, s.checkDrift)
	register(s, restricted, huma.Operation{
		OperationID: "repair-drift", Method: http.MethodPost, Path: "/api/v1/links/{origin}/{destination}/repair",
		Summary: "Have a site tell another one again what differs", Tags: []string{"process"},
		Description: "A warehouse tells levels and fulfillments again, a store asks again for what a warehouse has never heard of. Units are corrected only where quota is set. Repeating it does no harm.",
	}, s.repairDrift)
}

type driftInput struct {
	Site string `query:"site" doc:"Only its pairs"`
}

func (s *server) checkDrift(ctx context.Context, in *driftInput) (*body[api.DriftList], error) {
	if s.Drift == nil {
		return nil, fault.New(fault.NotFound, "no site runs in this process")
	}
	var site id.Site
	if in.Site != "" {
		var err error
		if site, err = id.ParseSite(in.Site); err != nil {
			return nil, within("site", err)
		}
	}
	reports, err := s.Drift.Drift(ctx, site)
	if err != nil {
		return nil, err
	}
	list := api.DriftList{Checks: make([]api.DriftReport, len(reports))}
	for i, report := range reports {
		list.Checks[i] = driftView(report)
	}
	return &body[api.DriftList]{list}, nil
}

type repairInput struct {
	Origin      string `path:"origin"`
	Destination string `path:"destination"`
	Body        api.RepairRequest
}

func (s *server) repairDrift(ctx context.Context, in *repairInput) (*body[api.RepairReport], error) {
	if s.Drift == nil {
		return nil, fault.New(fault.NotFound, "no site runs in this process")
	}
	origin, err := id.ParseSite(in.Origin)
	if err != nil {
		return nil, within("origin", err)
	}
	destination, err := id.ParseSite(in.Destination)
	if err != nil {
		return nil, within("destination", err)
	}
	if in.Body.Quota {
		if err := catalog.CheckLine("reason", in.Body.Reason, 1, 180); err != nil {
			return nil, within("reason", err)
		}
	}
	done, err := s.Drift.RepairDrift(ctx, origin, destination, drift.Options{Quota: in.Body.Quota, Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	return &body[api.RepairReport]{api.RepairReport{
		Before: driftView(done.Before), After: driftView(done.After), Commands: done.Commands, NotMended: unclearView(done.NotMended),
	}}, nil
}

func driftView(r drift.Report) api.DriftReport {
	view := api.DriftReport{
		Here: r.Here, There: r.There, At: r.At, Questions: r.Questions,
		Findings: make([]api.DriftFinding, len(r.Findings)), Unclear: unclearView(r.Unclear),
	}
	for i, f := range r.Findings {
		view.Findings[i] = api.DriftFinding{
			Kind: string(f.Kind), Key: f.Key,
			Here: api.DriftSide{Value: f.Here.Value, Newest: f.Here.Newest}, There: api.DriftSide{Value: f.There.Value, Newest: f.There.Newest},
		}
	}
	return view
}

func unclearView(unclear []drift.Unclear) []api.DriftUnclear {
	view := make([]api.DriftUnclear, len(unclear))
	for i, u := range unclear {
		view[i] = api.DriftUnclear{Kind: string(u.Kind), Key: u.Key, Why: u.Why}
	}
	return view
}

// lastDrift is what a link shows of the last check; absent where there was none.
func lastDrift(last drift.Last) *api.LinkDrift {
	if last.At.IsZero() {
		return nil
	}
	return &api.LinkDrift{At: last.At, Found: last.Found, Unclear: last.Unclear}
}
