package rest

import (
	"cmp"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/books"
)

// Parked is what the sites of the process have put aside. It stands here because
// node has the sites' writers and feeds.
type Parked interface {
	// Parked returns the messages that wait, Skipped those that were taken out
	// without being applied; their destination is the site.
	Parked(ctx context.Context) ([]books.Parked, error)
	Skipped(ctx context.Context) ([]books.Parked, error)
	// RetryParked and SkipParked carry out the command at a site. One that does not
	// run here, or a key of which nothing waits, is fault.NotFound; where the first
	// that waits is not the one to be skipped, it is fault.Conflict.
	RetryParked(ctx context.Context, site id.Site, command books.RetryParked) (books.Retried, error)
	SkipParked(ctx context.Context, site id.Site, command books.SkipParked) (books.Retried, error)
}

func (s *server) parkedRoutes() {
	register(s, restricted, huma.Operation{
		OperationID: "list-parked", Method: http.MethodGet, Path: "/api/v1/links/parked",
		Summary: "The messages that could not be applied, and those that were skipped", Tags: []string{"process"},
	}, s.listParked)
	register(s, restricted, huma.Operation{
		OperationID: "retry-parked", Method: http.MethodPost, Path: "/api/v1/links/{site}/{origin}/parked/retry",
		Summary: "Apply the parked messages of a key again", Tags: []string{"process"},
		Description: "They are applied in order, until one cannot be; it stays with those behind it. Repeating it does no harm.",
	}, s.retryParked)
	register(s, restricted, huma.Operation{
		OperationID: "skip-parked", Method: http.MethodPost, Path: "/api/v1/links/{site}/{origin}/parked/skip",
		Summary: "Take parked messages out without applying them", Tags: []string{"process"},
		Description: "They are kept with the reason. What waits behind them is applied at once. The number of the first one is asked for, so that a request that is repeated skips nothing else.",
	}, s.skipParked)
}

// ParkedInput names a site and whose messages it has put aside. It is exported for
// the framework alone.
type ParkedInput struct {
	SiteInput
	Origin string `path:"origin"`
}

// parked returns who has put the messages aside, and who said them.
func (s *server) parked(in ParkedInput) (site, origin id.Site, err error) {
	if s.Parked == nil {
		return "", "", fault.New(fault.NotFound, "no site runs in this process")
	}
	if site, err = id.ParseSite(in.Site); err != nil {
		return "", "", within("site", err)
	}
	origin, err = id.ParseSite(in.Origin)
	return site, origin, within("origin", err)
}

func (s *server) listParked(ctx context.Context, _ *struct{}) (*body[api.ParkedList], error) {
	if s.Parked == nil {
		return nil, fault.New(fault.NotFound, "no site runs in this process")
	}
	parked, err := s.Parked.Parked(ctx)
	if err != nil {
		return nil, err
	}
	skipped, err := s.Parked.Skipped(ctx)
	return &body[api.ParkedList]{api.ParkedList{Parked: parkedView(parked), Skipped: parkedView(skipped)}}, err
}

func parkedView(parked []books.Parked) []api.ParkedMessage {
	view := make([]api.ParkedMessage, len(parked))
	for i, p := range parked {
		view[i] = api.ParkedMessage{
			Site: id.Site(p.Message.Destination), Origin: id.Site(p.Message.Origin), Key: p.Message.Key,
			Seq: p.Message.Seq, Kind: p.Message.Kind, Reason: p.Reason, Since: p.ParkedAt,
		}
		if r := p.Resolution; r.As == books.Skipped {
			view[i].Skipped = &api.Skipped{At: r.At, By: r.By, Reason: r.Why}
		}
	}
	return view
}

type retryInput struct {
	ParkedInput
	Body api.RetryRequest
}

func (s *server) retryParked(ctx context.Context, in *retryInput) (*body[api.Retried], error) {
	site, origin, err := s.parked(in.ParkedInput)
	if err != nil {
		return nil, err
	}
	retried, err := s.Parked.RetryParked(ctx, site, books.RetryParked{Origin: origin, Key: in.Body.Key})
	return retriedView(retried), err
}

type skipInput struct {
	ParkedInput
	Body api.SkipRequest
}

func (s *server) skipParked(ctx context.Context, in *skipInput) (*body[api.Retried], error) {
	site, origin, err := s.parked(in.ParkedInput)
	if err != nil {
		return nil, err
	}
	by := cmp.Or(in.Body.By, "somebody with the administration token")
	for _, text := range []struct {
		field, text string
		least       int
	}{{"reason", in.Body.Reason, 1}, {"by", by, 1}} {
		if err := catalog.CheckText(text.field, text.text, text.least, catalog.MaxLabel); err != nil {
			return nil, within(text.field, err)
		}
	}
	retried, err := s.Parked.SkipParked(ctx, site, books.SkipParked{
		Origin: origin, Key: in.Body.Key, Seq: in.Body.Seq, All: in.Body.All, By: by, Why: in.Body.Reason,
	})
	return retriedView(retried), err
}

func retriedView(retried books.Retried) *body[api.Retried] {
	return &body[api.Retried]{api.Retried{
		Applied: append([]uint64{}, retried.Applied...), Left: retried.Left, Reason: retried.Reason,
	}}
}
