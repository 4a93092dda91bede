package rest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"runtime/debug"

	"crossdock/core/fault"
	"crossdock/web/httpfault"
)

type requestKey struct{}

// requestID returns what a request is called in the log and in its problems.
func requestID(ctx context.Context) string {
	name, _ := ctx.Value(requestKey{}).(string)
	return name
}

// ServeHTTP names the request, and sees to it that every answer is JSON: also
// where there is no route, and where a handler panics.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := rand.Text()
	r = r.WithContext(context.WithValue(r.Context(), requestKey{}, name))
	w.Header().Set("X-Request-Id", name)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	once := &onceWriter{ResponseWriter: w}
	defer s.rescue(once, r)
	if handler, pattern := s.mux.Handler(r); pattern == "" {
		s.writeFailure(once, s.unrouted(handler, r))
		return
	}
	s.mux.ServeHTTP(once, r)
}

// rescue ends a request whose handler panicked.
func (s *server) rescue(w *onceWriter, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	err := fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
	failed := s.failure(r.Context(), err)
	if w.begun {
		panic(http.ErrAbortHandler) // half an answer is out: let the client see that it broke off
	}
	s.writeFailure(w, failed)
}

// unrouted is the problem of a path that does not exist, or not with this method.
// The mux's own handler knows which.
func (s *server) unrouted(handler http.Handler, r *http.Request) *failure {
	probe := &probeWriter{header: http.Header{}}
	handler.ServeHTTP(probe, r)
	if probe.status != http.StatusMethodNotAllowed {
		return s.failure(r.Context(), fault.New(fault.NotFound, "there is nothing at %s", fault.Quote(r.URL.Path)))
	}
	allowed := probe.header.Get("Allow")
	f := newFailure(fault.Invalid, http.StatusMethodNotAllowed, r.Method+" is not possible here, only "+allowed)
	f.Title, f.RequestID = httpfault.Title(fault.Invalid), requestID(r.Context())
	f.headers.Set("Allow", allowed)
	return f
}

// onceWriter remembers whether the answer has begun, and sends one status only.
type onceWriter struct {
	http.ResponseWriter
	begun bool
}

// WriteHeader implements http.ResponseWriter.
func (w *onceWriter) WriteHeader(status int) {
	if !w.begun {
		w.begun = true
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (w *onceWriter) Write(p []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *onceWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// probeWriter keeps the status and headers of an answer that nobody sees.
type probeWriter struct {
	header http.Header
	status int
}

func (w *probeWriter) Header() http.Header         { return w.header }
func (w *probeWriter) WriteHeader(status int)      { w.status = status }
func (w *probeWriter) Write(p []byte) (int, error) { return len(p), nil }
