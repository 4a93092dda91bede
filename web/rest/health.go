package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/fault"
)

func (s *server) healthRoutes() {
	register(s, public, huma.Operation{
		OperationID: "health", Method: http.MethodGet, Path: "/healthz",
		Summary: "The process is up", Tags: []string{"process"},
	}, s.health)
	register(s, public, huma.Operation{
		OperationID: "readiness", Method: http.MethodGet, Path: "/readyz",
		Summary: "The process can do its work", Tags: []string{"process"},
	}, s.readiness)
	register(s, public, huma.Operation{
		OperationID: "openapi", Method: http.MethodGet, Path: "/api/v1/openapi.json",
		Summary: "This document", Tags: []string{"process"},
		Responses: map[string]*huma.Response{"200": {
			Description: "OK",
			Content:     map[string]*huma.MediaType{"application/openapi+json": {Schema: &huma.Schema{Type: huma.TypeObject}}},
		}},
	}, s.openAPI)
}

func (s *server) health(context.Context, *struct{}) (*body[api.Health], error) {
	return &body[api.Health]{api.Health{Status: "ok"}}, nil
}

func (s *server) readiness(ctx context.Context, _ *struct{}) (*body[api.Health], error) {
	if s.Ready != nil {
		if err := s.Ready(ctx); fault.Is(err, fault.Internal) {
			return nil, &fault.Error{Kind: fault.Unavailable, Message: "the process is not ready", Cause: err}
		} else if err != nil {
			return nil, err
		}
	}
	return s.health(ctx, nil)
}

type documentOutput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	Body        []byte
}

func (s *server) openAPI(context.Context, *struct{}) (*documentOutput, error) {
	return &documentOutput{"application/openapi+json", s.document}, nil
}
