package shop

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strconv"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/store"
	"crossdock/web/admit"
	"crossdock/web/auth"
	"crossdock/web/httpfault"
)

// answer fills v.reply, or fails; a failure becomes a page that says so.
type answer func(v *visit) error

// visit is one request, with who makes it.
type visit struct {
	*shop
	*http.Request
	reply   *reply
	session *auth.Session      // nil where the store could not be read
	user    store.User         // zero: a guest
	names   map[id.Site]string // of sites, for people; nil until one is asked for
	open    bool               // the page shows strangers nothing but what the shop has: see forEverybody
}

// guarded sends each request to its route, once it is known not to be forged by
// a page of another site.
func (s *shop) guarded() http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serve(w, r, func(*visit) error {
			return fault.New(fault.Denied, "this request came from another site and was refused")
		})
	}))
	return protection.Handler(http.HandlerFunc(s.dispatch))
}

// dispatch is the mux, whose plain answers to what is no route become pages.
func (s *shop) dispatch(w http.ResponseWriter, r *http.Request) {
	if _, pattern := s.mux.Handler(r); pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	s.serve(w, r, func(v *visit) error {
		plain := httptest.NewRecorder()
		s.mux.ServeHTTP(plain, r)
		if allow := plain.Header().Get("Allow"); allow != "" {
			v.reply.Header().Set("Allow", allow)
			return statusError{http.StatusMethodNotAllowed, "this address does not take " + fault.Quote(r.Method)}
		}
		return statusError{http.StatusNotFound, ""}
	})
}

// serve runs one route. What it answers is sent after the session is on disk, and
// not at all if the route fails or panics: then a page says what went wrong.
func (s *shop) serve(w http.ResponseWriter, r *http.Request, route answer) {
	v := &visit{shop: s, Request: r, reply: newReply()}
	err := v.run(route)
	if err == nil && v.session != nil {
		err = v.session.Close(v.reply.Header())
	}
	if err != nil {
		v.fail(err)
	}
	if err == nil && v.forEverybody() {
		admit.ForEverybody(r.Context())
	}
	if err := v.reply.send(w); err != nil {
		s.Log.Debug("the answer was not taken", "path", r.URL.Path, "err", err)
	}
}

// forEverybody reports whether whoever comes as this visitor did would be sent the
// same: the page is open, and nothing is known of the visitor nor asked to be
// remembered. A cookie of whatever kind counts as something that is known.
func (v *visit) forEverybody() bool {
	return v.open && v.reply.status == http.StatusOK && v.user.ID.IsZero() && !v.wantsPart() &&
		len(v.Request.Header["Cookie"]) == 0 && len(v.reply.header["Set-Cookie"]) == 0
}

// run identifies the visitor and runs the route. A panic is an error like others.
func (v *visit) run(route answer) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked{p, debug.Stack()}
		}
	}()
	if err := v.identify(); err != nil {
		return err
	}
	return route(v)
}

func (v *visit) identify() error {
	session, err := v.sessions.Open(v.Request)
	if err != nil {
		return err
	}
	v.session = session
	if session.User().IsZero() {
		return nil
	}
	user, err := v.Store.Lookups().User(v.ctx(), session.User())
	if fault.Is(err, fault.NotFound) {
		return nil // an account that is gone: its sessions are guests'
	}
	v.user = user
	return err
}

func (v *visit) ctx() context.Context { return v.Request.Context() }

// customersOnly sends guests to log in first, and back afterwards.
func customersOnly(route answer) answer {
	return func(v *visit) error {
		if !v.user.ID.IsZero() {
			return route(v)
		}
		next := "/"
		if v.Method == http.MethodGet || v.Method == http.MethodHead {
			next = v.URL.RequestURI()
		} else if v.URL.Path == "/checkout" || v.URL.Path == "/profile" {
			next = v.URL.Path
		} else if v.URL.Path == "/checkout/hold" {
			next = "/checkout"
		}
		v.redirect(loginPath(next))
		return nil
	}
}

// panicked is a panic on its way to the log.
type panicked struct {
	value any
	stack []byte
}

func (p panicked) Error() string { return "panic" }

// statusError is a failure of HTTP rather than of the business.
type statusError struct {
	status  int
	message string
}

func (e statusError) Error() string { return e.message }

// fail answers with what went wrong. What is our own fault is logged, under a
// reference that the page shows too.
func (v *visit) fail(err error) {
	told := httpfault.Of(err)
	var plain statusError
	switch {
	case errors.As(err, &plain):
		told = httpfault.Answer{Status: plain.status, Message: plain.message}
	case told.Status == http.StatusInternalServerError:
		told.Message = "" // the page says as much
	}
	v.reply.reset()
	if told.RetryAfter > 0 {
		v.reply.header.Set("Retry-After", strconv.Itoa(told.RetryAfter))
	}
	reference := ""
	if told.Status >= http.StatusInternalServerError {
		reference = v.IDs.New().String()
		v.logFailure(err, told.Status, reference)
	}
	v.problem(told.Status, told.Message, reference)
}

func (v *visit) logFailure(err error, status int, reference string) {
	attrs := []any{"reference", reference, "status", status, "method", v.Method, "path", v.URL.Path, "err", err}
	var p panicked
	if errors.As(err, &p) {
		attrs = append(attrs, "panic", p.value, "stack", string(p.stack))
	}
	level := slog.LevelError
	if status == http.StatusServiceUnavailable {
		level = slog.LevelWarn
	}
	v.Log.Log(v.ctx(), level, "request failed", attrs...)
}
