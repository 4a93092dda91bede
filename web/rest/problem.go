package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/web/httpfault"
)

var (
	_ huma.StatusError       = (*failure)(nil)
	_ huma.HeadersError      = (*failure)(nil)
	_ huma.ContentTypeFilter = (*failure)(nil)
)

// failure is a problem on its way to the client.
type failure struct {
	api.Problem
	headers http.Header
}

// Error implements error.
func (f *failure) Error() string { return f.Detail }

// GetStatus implements huma.StatusError.
func (f *failure) GetStatus() int { return f.Status }

// GetHeaders implements huma.HeadersError.
func (f *failure) GetHeaders() http.Header { return f.headers }

// ContentType implements huma.ContentTypeFilter.
func (f *failure) ContentType(string) string { return api.MediaProblem }

// failure turns an error into its problem. An internal fault is logged, with the
// identifier that the client is given instead of its detail.
func (s *server) failure(ctx context.Context, err error) *failure {
	var done *failure
	if errors.As(err, &done) {
		done.RequestID = requestID(ctx)
		return done
	}
	answer := httpfault.Of(err)
	if answer.Status == http.StatusInternalServerError {
		s.Log.ErrorContext(ctx, "a request failed", "request", requestID(ctx), "error", err)
	}
	f := newFailure(answer.Kind, answer.Status, answer.Message)
	f.Field, f.RequestID = answer.Field, requestID(ctx)
	if answer.RetryAfter > 0 {
		f.headers.Set("Retry-After", strconv.Itoa(answer.RetryAfter))
	}
	if answer.Kind == fault.Unauthenticated {
		f.headers.Set("WWW-Authenticate", `Bearer realm="crossdock"`)
	}
	return f
}

func newFailure(kind fault.Kind, status int, detail string) *failure {
	return &failure{headers: http.Header{}, Problem: api.Problem{
		Type: "/problems/" + kind.String(), Title: httpfault.Title(kind), Status: status, Detail: detail, Code: kind.String(),
	}}
}

// writeFailure answers outside of the framework's handlers.
func (s *server) writeFailure(w http.ResponseWriter, f *failure) {
	for name, values := range f.headers {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", api.MediaProblem)
	w.WriteHeader(f.Status)
	if err := json.NewEncoder(w).Encode(f.Problem); err != nil {
		s.Log.Debug("a problem did not reach its client", "request", f.RequestID, "error", err)
	}
}

// reshape gives what the framework says about the form of a request the shape of
// every other problem.
func (s *server) reshape(ctx huma.Context, _ string, body any) (any, error) {
	switch answer := body.(type) {
	case *huma.ErrorModel:
		return s.ofModel(ctx.Context(), answer).Problem, nil
	case *failure:
		return answer.Problem, nil
	default:
		return body, nil
	}
}

func (s *server) ofModel(ctx context.Context, model *huma.ErrorModel) *failure {
	if model.Status >= http.StatusInternalServerError {
		return s.failure(ctx, fmt.Errorf("the framework: %s: %v", model.Detail, model.Errors))
	}
	kind, detail := fault.Invalid, model.Detail
	if model.Status == http.StatusRequestEntityTooLarge {
		kind, detail = fault.TooLarge, fmt.Sprintf("the body is larger than %d bytes", api.MaxBody)
	}
	f := newFailure(kind, model.Status, detail)
	f.RequestID = requestID(ctx)
	for _, e := range model.Errors {
		f.Errors = append(f.Errors, api.FieldProblem{Field: fieldOf(e.Location), Message: e.Message})
	}
	if len(f.Errors) > 0 {
		first := f.Errors[0]
		f.Field, f.Detail = first.Field, first.Message
		if first.Field != "" {
			f.Detail = first.Field + ": " + first.Message
		}
	}
	return f
}

// fieldOf takes the place, such as body or query, off a field's location.
func fieldOf(location string) string {
	place, field, inner := strings.Cut(location, ".")
	switch {
	case inner:
		return field
	case place == "body":
		return ""
	default:
		return location
	}
}
