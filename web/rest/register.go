package rest

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"crossdock/api"
	"crossdock/core/fault"
)

const (
	tokenScheme = "token"
	bodyWait    = 20 * time.Second // for the body of a request to come in
)

// access says who may use a route.
type access bool

const (
	public     access = true
	restricted access = false // needs the administration token
)

// register adds a route: its operation to the document, its handler to the mux.
// Whatever error the handler returns is answered by the one table of httpfault.
func register[I, O any](s *server, who access, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	if who == restricted {
		op.Security = []map[string][]string{{tokenScheme: {}}}
	}
	// The framework refuses a body that is as long as its limit.
	op.MaxBodyBytes, op.BodyReadTimeout = api.MaxBody+1, bodyWait
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	op.Responses["default"] = s.problemResponse()
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, s.failure(ctx, err)
		}
		return out, nil
	})
}

func (s *server) problemResponse() *huma.Response {
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[api.Problem](), true, "Problem")
	return &huma.Response{
		Description: "A problem, by RFC 9457",
		Content:     map[string]*huma.MediaType{api.MediaProblem: {Schema: schema}},
	}
}

// authenticate lets a request through that needs no token, or has the right one.
func (s *server) authenticate(ctx huma.Context, next func(huma.Context)) {
	if len(ctx.Operation().Security) == 0 {
		next(ctx)
		return
	}
	if err := s.checkToken(ctx.Header("Authorization")); err != nil {
		_, w := humago.Unwrap(ctx)
		s.writeFailure(w, s.failure(ctx.Context(), err))
		return
	}
	next(ctx)
}

// checkToken compares in a time that does not depend on how much of it is right.
func (s *server) checkToken(header string) error {
	if s.Token == "" {
		return fault.New(fault.Denied, "this process has no administration token, so nobody may do this")
	}
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return fault.New(fault.Unauthenticated, "this needs the administration token, as Authorization: Bearer TOKEN")
	}
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.Token))
	if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return fault.New(fault.Unauthenticated, "the administration token is not the right one")
	}
	return nil
}

// unhurried lifts the server's time limits from a route whose work takes as long
// as it takes.
func (s *server) unhurried(ctx huma.Context, next func(huma.Context)) {
	_, w := humago.Unwrap(ctx)
	control := http.NewResponseController(w)
	for _, lift := range []func(time.Time) error{control.SetReadDeadline, control.SetWriteDeadline} {
		if err := lift(time.Time{}); err != nil {
			s.Log.DebugContext(ctx.Context(), "a time limit stays", "request", requestID(ctx.Context()), "error", err)
		}
	}
	next(ctx)
}
