package admit

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// gallery is an admission with one slot for those who look around. Its pages say how
// many were made before them.
type gallery struct {
	*Admission
	made   int
	now    time.Time
	refuse bool // somebody is refused before each page
	page   func(w http.ResponseWriter, r *http.Request, body string)
}

func newGallery() *gallery {
	g := &gallery{now: start, refuse: true}
	g.page = func(w http.ResponseWriter, r *http.Request, body string) {
		ForEverybody(r.Context())
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Vary", "Cookie, HX-Request")
		w.Header().Add("Vary", "Accept-Encoding")
		_, _ = io.WriteString(w, body)
	}
	deps := Deps{Now: func() time.Time { return g.now }, Draw: func(int) int { return 0 }}
	for range lanes {
		deps.lanes = append(deps.lanes, newLane(newLimit(1, 1, 1, start), 0, 0, 0))
	}
	g.Admission = New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := strconv.Itoa(g.made)
		g.made++
		g.page(w, r, body)
	}), deps)
	return g
}

// full has the slot taken, or given back.
func (g *gallery) full(taken bool) {
	lane := g.lanes[laneGeneral]
	if lane.running = 0; taken {
		lane.running = 1
	}
}

// slow asks by way of the server.
func (g *gallery) slow(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

// make has a page made, while others are refused.
func (g *gallery) make(r *http.Request) {
	if g.refuse {
		g.full(true)
		g.slow(httptest.NewRequest(http.MethodGet, "/nothing", nil))
	}
	g.full(false)
	g.slow(r)
}

// quick asks on the way that does not reach the server; "" says that it has to.
func (g *gallery) quick(t *testing.T, r *http.Request) (status int, header http.Header, body string) {
	t.Helper()
	var text strings.Builder
	host, encodings := r.Host, r.Header["Accept-Encoding"]
	fmt.Fprintf(&text, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, r.RequestURI, host)
	for _, value := range encodings {
		fmt.Fprintf(&text, "Accept-Encoding: %s\r\n", value)
	}
	if err := r.Header.WriteSubset(&text, map[string]bool{"Accept-Encoding": true}); err != nil {
		t.Fatal(err)
	}
	sent := g.answerQuickly([]byte(text.String() + "\r\n"))
	if sent == nil {
		return 0, nil, ""
	}
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(sent)), nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(all)
}

// looks is a request of one who looks around.
func looks(target string, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// TestAPageOfAMomentAgo is sent in the place of a refusal, the same on both ways, and
// not when it is older than a second.
func TestAPageOfAMomentAgo(t *testing.T) {
	g := newGallery()
	g.make(looks("/catalog?page=2"))
	g.now = g.now.Add(standingFor / 2)
	if w := g.slow(looks("/catalog?page=2")); w.Code != http.StatusOK || w.Body.String() != "1" {
		t.Fatalf("with a slot: %d %q, want a page of its own", w.Code, w.Body)
	}
	made := g.now
	g.full(true)
	g.now = g.now.Add(recentLast)
	slow := g.slow(looks("/catalog?page=2"))
	status, header, body := g.quick(t, looks("/catalog?page=2", "User-Agent", "another"))
	if status != http.StatusOK || body != "1" || slow.Code != status || slow.Body.String() != body {
		t.Fatalf("got %d %q and %d %q, want the page that was made a second ago", status, body, slow.Code, slow.Body)
	}
	for name, want := range map[string]string{
		"Age": "1", "Date": made.UTC().Format(http.TimeFormat), "Content-Length": "1",
		"Content-Type": "text/html", "Cache-Control": "no-store", "Retry-After": "",
	} {
		if got := header.Get(name); got != want || slow.Header().Get(name) != want {
			t.Errorf("%s: %q and %q, want %q", name, got, slow.Header().Get(name), want)
		}
	}
	if got := header["Vary"]; !slices.Equal(got, []string{"Cookie, HX-Request", "Accept-Encoding"}) {
		t.Errorf("Vary: %q", got)
	}
	g.now = g.now.Add(1)
	status, _, _ = g.quick(t, looks("/catalog?page=2"))
	if w := g.slow(looks("/catalog?page=2")); w.Code != http.StatusServiceUnavailable || status != w.Code {
		t.Errorf("when it is older: %d and %d", w.Code, status)
	}
	if g.made != 2 {
		t.Errorf("%d pages were made, want 2", g.made)
	}
}

// TestPagesAreKeptOnlyWhileBrowsingIsRefused: else to copy them would be for nothing.
func TestPagesAreKeptOnlyWhileBrowsingIsRefused(t *testing.T) {
	g := newGallery()
	g.refuse = false
	g.make(looks("/catalog"))
	if len(g.recent.pages) != 0 {
		t.Error("nobody was refused, and a page is kept")
	}
	g.refuse = true
	g.make(looks("/catalog"))
	if len(g.recent.pages) != 1 {
		t.Error("somebody was refused, and no page is kept")
	}
	g.refuse = false
	g.now = g.now.Add(standingFor)
	g.make(looks("/product/1"))
	if len(g.recent.pages) != 1 {
		t.Error("nobody was refused for a while, and a page is kept")
	}
}

// TestNobodySeesWhatIsAnothers: a page is for those who ask for the very same, and
// tell nothing of themselves; one that was made for somebody else is for nobody.
func TestNobodySeesWhatIsAnothers(t *testing.T) {
	plain := func() *http.Request { return looks("/catalog", "Accept-Encoding", "gzip") }
	elsewhere := plain()
	elsewhere.Host = "other.example"
	head := httptest.NewRequest(http.MethodHead, "/catalog", nil)
	head.Header.Set("Accept-Encoding", "gzip")
	for what, other := range map[string]*http.Request{
		"a cookie":         looks("/catalog", "Accept-Encoding", "gzip", "Cookie", "crossdock-session=x"),
		"any cookie":       looks("/catalog", "Accept-Encoding", "gzip", "Cookie", "theme=dark"),
		"credentials":      looks("/catalog", "Accept-Encoding", "gzip", "Authorization", "Bearer x"),
		"a part":           looks("/catalog", "Accept-Encoding", "gzip", "Hx-Request", "true"),
		"a fresh one":      looks("/catalog", "Accept-Encoding", "gzip", "Cache-Control", "no-cache"),
		"an old fresh one": looks("/catalog", "Accept-Encoding", "gzip", "Pragma", "no-cache"),
		"a time":           looks("/catalog", "Accept-Encoding", "gzip", "Request-Timeout", "1"),
		"another address":  looks("/catalog?q=heart", "Accept-Encoding", "gzip"),
		"another encoding": looks("/catalog", "Accept-Encoding", "br"),
		"no encoding":      looks("/catalog"),
		"two encodings":    looks("/catalog", "Accept-Encoding", "gzip", "Accept-Encoding", "br"),
		"the last of two":  looks("/catalog", "Accept-Encoding", "br", "Accept-Encoding", "gzip"),
		"another host":     elsewhere,
		"the head of it":   head,
	} {
		for _, c := range []struct {
			of        string
			made, ask *http.Request
		}{{"made for " + what, other, plain()}, {"asked for with " + what, plain(), other}} {
			g := newGallery()
			g.make(c.made.Clone(t.Context()))
			g.full(true)
			if w := g.slow(c.ask.Clone(t.Context())); w.Code != http.StatusServiceUnavailable {
				t.Errorf("%s: %d %q", c.of, w.Code, w.Body)
			}
			if status, _, body := g.quick(t, c.ask); status == http.StatusOK {
				t.Errorf("%s: quickly %q", c.of, body)
			}
		}
	}
	g := newGallery()
	g.make(plain())
	g.make(looks("/catalog?q=" + strings.Repeat("x", recentName)))
	if len(g.recent.pages) != 1 {
		t.Errorf("%d pages are kept, want 1: the other has too long a name", len(g.recent.pages))
	}
	g.full(true)
	if status, _, _ := g.quick(t, looks("/catalog?q="+strings.Repeat("x", recentName))); status != http.StatusServiceUnavailable {
		t.Errorf("too long a name: %d", status)
	}
	if status, _, body := g.quick(t, plain()); status != http.StatusOK || body != "0" {
		t.Errorf("the very same: %d %q", status, body)
	}
}

// TestWhatIsNotForEverybodyIsNotKept: its handler must have said so, and it must be
// whole, and nothing in it may belong to one visitor.
func TestWhatIsNotForEverybodyIsNotKept(t *testing.T) {
	for what, spoil := range map[string]func(g *gallery) func(w http.ResponseWriter, r *http.Request, body string){
		"nobody has said so": func(*gallery) func(http.ResponseWriter, *http.Request, string) {
			return func(w http.ResponseWriter, _ *http.Request, body string) {
				w.Header().Set("Content-Type", "text/html")
				_, _ = io.WriteString(w, body)
			}
		},
		"said too late": func(*gallery) func(http.ResponseWriter, *http.Request, string) {
			return func(w http.ResponseWriter, r *http.Request, body string) {
				w.Header().Set("Content-Type", "text/html")
				_, _ = io.WriteString(w, body)
				ForEverybody(r.Context())
			}
		},
		"a cookie is set":             withHeader("Set-Cookie", "crossdock-session=x"),
		"it varies with more":         withHeader("Vary", "Accept-Encoding, User-Agent"),
		"it varies with all":          withHeader("Vary", "*"),
		"it ends the connection":      withHeader("Connection", "close"),
		"it has a trailer":            withHeader("Trailer", "X-Sum"),
		"it is shorter than was said": withHeader("Content-Length", "100"),
		"nobody knows what it is":     withHeader("Content-Type", ""),
		"it is not there": func(g *gallery) func(http.ResponseWriter, *http.Request, string) {
			page := g.page
			return func(w http.ResponseWriter, r *http.Request, body string) {
				page(statusOf{w, http.StatusNotFound}, r, body)
			}
		},
		"it is large": func(g *gallery) func(http.ResponseWriter, *http.Request, string) {
			page := g.page
			return func(w http.ResponseWriter, r *http.Request, body string) {
				page(w, r, strings.Repeat("x", recentPage))
				_, _ = io.WriteString(w, "and one")
			}
		},
		"it fails half-way": func(g *gallery) func(http.ResponseWriter, *http.Request, string) {
			page := g.page
			return func(w http.ResponseWriter, r *http.Request, body string) {
				page(w, r, body)
				panic(http.ErrAbortHandler)
			}
		},
	} {
		g := newGallery()
		g.page = spoil(g)
		func() {
			defer func() {
				if p := recover(); p != nil && p != http.ErrAbortHandler {
					panic(p)
				}
			}()
			g.make(looks("/catalog"))
		}()
		if len(g.recent.pages) > 0 || g.made != 1 {
			t.Errorf("%s: and it is kept", what)
		}
	}
	g := newGallery()
	g.make(looks("/catalog"))
	if len(g.recent.pages) != 1 {
		t.Error("what is for everybody is not kept")
	}
}

// withHeader sets a header of the page, or takes it away.
func withHeader(name, value string) func(g *gallery) func(http.ResponseWriter, *http.Request, string) {
	return func(g *gallery) func(http.ResponseWriter, *http.Request, string) {
		page := g.page
		return func(w http.ResponseWriter, r *http.Request, body string) {
			page(headerOf{w, name, value}, r, body)
		}
	}
}

type headerOf struct {
	http.ResponseWriter
	name, value string
}

func (h headerOf) Write(b []byte) (int, error) {
	h.Header()[h.name] = []string{h.value}
	return h.ResponseWriter.Write(b)
}

type statusOf struct {
	http.ResponseWriter
	status int
}

func (s statusOf) Write(b []byte) (int, error) {
	s.WriteHeader(s.status)
	return s.ResponseWriter.Write(b)
}

// TestOnlyBrowsingIsRecalled: what is done, and carts, are done or refused, whatever
// their handler says.
func TestOnlyBrowsingIsRecalled(t *testing.T) {
	for _, path := range []string{"/cart", "/order/1", "/profile", "/login"} {
		g := newGallery()
		g.make(looks(path))
		if len(g.recent.pages) > 0 {
			t.Errorf("%s is kept", path)
		}
		name, _ := anybodys(looks(path))
		g.recent.keep(string(name), g.now, answer{wire: []byte("HTTP/1.1 200 OK\r\n\r\n")})
		g.full(true)
		if w := g.slow(looks(path)); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", path, w.Code)
		}
		if status, _, _ := g.quick(t, looks(path)); status != http.StatusServiceUnavailable {
			t.Errorf("%s: quickly %d", path, status)
		}
	}
	g := newGallery()
	post := func() *http.Request { return httptest.NewRequest(http.MethodPost, "/catalog", nil) }
	g.make(post())
	g.full(true)
	if w := g.slow(post()); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a POST: %d", w.Code)
	}
}

// TestRecentIsBounded by what it holds and by its age, and keeps the newest.
func TestRecentIsBounded(t *testing.T) {
	page := func(n int) answer { return answer{wire: make([]byte, n)} }
	r := newRecent()
	for i := range 1000 {
		r.keep(strconv.Itoa(i), start, page(recentPage))
	}
	held := 0
	for at := r.order.Front(); at != nil; at = at.Next() {
		held += len(at.Value.(*recentEntry).sent.wire)
	}
	if held > recentMost || r.bytes > recentMost || held == 0 || len(r.pages) != r.order.Len() {
		t.Errorf("%d bytes are held, %d counted, %d and %d pages", held, r.bytes, len(r.pages), r.order.Len())
	}
	if _, is := r.find([]byte("0"), start); is {
		t.Error("the oldest is still there")
	}
	if _, is := r.find([]byte("999"), start); !is {
		t.Error("the newest is not there")
	}
	r.keep("late", start.Add(recentLast+1), page(1))
	if len(r.pages) != 1 || r.order.Len() != 1 || r.bytes != sizeOf("late", page(1)) {
		t.Errorf("%d pages of %d bytes are left, want the last one", len(r.pages), r.bytes)
	}
	r.keep("late", start, page(2))
	if got, is := r.find([]byte("late"), start); !is || len(got.wire) != 1 {
		t.Errorf("a page that was begun before took the place of a newer one: %d, %t", len(got.wire), is)
	}
	r.keep("late", start.Add(recentLast+2), page(3))
	if got, is := r.find([]byte("late"), start); !is || len(got.wire) != 3 || r.bytes != sizeOf("late", page(3)) {
		t.Errorf("a newer one did not: %d, %t", len(got.wire), is)
	}
}

// pacedConn brings a request at each pace, and notes the times that are allowed.
type pacedConn struct {
	net.Conn
	t           *testing.T
	pace        time.Duration
	left, set   int
	read, write time.Time
}

func (c *pacedConn) Read(p []byte) (int, error) {
	if idle := time.Until(c.read); c.set > 0 && (idle < quickIdle || idle > quickIdle+quickAgain) {
		c.t.Errorf("the next request may take %s", idle)
	}
	time.Sleep(c.pace)
	if c.left--; c.left < 0 {
		return 0, io.EOF
	}
	return copy(p, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), nil
}

func (c *pacedConn) Write(p []byte) (int, error) {
	if left := time.Until(c.write); left < quickWrite || left > quickWrite+quickAgain {
		c.t.Errorf("the answer may take %s", left)
	}
	return len(p), nil
}

func (c *pacedConn) SetReadDeadline(at time.Time) error  { c.set++; c.read = at; return nil }
func (c *pacedConn) SetWriteDeadline(at time.Time) error { c.write = at; return nil }

// TestDeadlinesAreSetNowAndThen, for it costs some, and hold at each answer.
func TestDeadlinesAreSetNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &pacedConn{t: t, pace: 100 * time.Millisecond, left: 100}
		c := &quickConn{Conn: inner, answer: func([]byte) []byte { return []byte("no") }}
		if _, err := c.Read(make([]byte, 4096)); err != io.EOF || inner.left != -1 {
			t.Fatal(err, inner.left)
		}
		if inner.set != 10 {
			t.Errorf("they were set %d times in 10 s, want 10", inner.set)
		}
	})
}
