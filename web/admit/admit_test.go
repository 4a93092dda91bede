package admit

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/web/page"
)

// shop is a handler behind an admission whose lanes have one slot each and no queue.
// A path that ends with "/stays" is answered once open is closed.
type shop struct {
	*Admission
	open  chan struct{}
	begun chan string
}

func newShop(deps Deps) *shop {
	s := &shop{open: make(chan struct{}), begun: make(chan string, 100)}
	deps.Shop, deps.Draw = "The Shop", func(int) int { return 0 }
	for range lanes {
		deps.lanes = append(deps.lanes, newLane(newLimit(1, 1, 1, start), 0, 0, 0))
	}
	s.Admission = New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.begun <- r.URL.Path
		if strings.HasSuffix(r.URL.Path, "/stays") {
			<-s.open
		}
		if _, err := io.Copy(w, r.Body); err != nil {
			panic(http.ErrAbortHandler)
		}
	}), deps)
	return s
}

// stays has a request begun that keeps its slot until open is closed.
func (s *shop) stays(method, path string) (ended chan struct{}) {
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, path+"/stays", nil))
	}()
	<-s.begun
	return ended
}

func (s *shop) ask(method, path string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, body)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// unread is a body that nobody may read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body of a request that is refused was read")
	return 0, io.EOF
}

func TestARefusalReadsNoBody(t *testing.T) {
	s := newShop(Deps{})
	s.stays(http.MethodPost, "/checkout")
	s.stays(http.MethodGet, "/catalog")
	for _, path := range []string{"/api/v1/orders", "/cart/add"} {
		r := httptest.NewRequest(http.MethodPost, path, unread{t})
		r.ContentLength = 100
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" {
			t.Errorf("%s: %d, Retry-After %q", path, w.Code, w.Header().Get("Retry-After"))
		}
	}
	close(s.open)
	if len(s.begun) > 0 {
		t.Errorf("begun: %s", <-s.begun)
	}
}

// TestCheckoutsGoOnWhileBrowsingIsShed, and all is well again without anybody doing
// anything, also where a request has ended in a panic.
func TestCheckoutsGoOnWhileBrowsingIsShed(t *testing.T) {
	s := newShop(Deps{})
	ended := s.stays(http.MethodGet, "/catalog")
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/catalog", 503},
		{http.MethodGet, "/api/v1/products", 503},
		{http.MethodGet, "/cart", 503},
		{http.MethodPost, "/api/v1/audit", 503}, // reports wait as long as browsing does
		{http.MethodPost, "/api/v1/orders", 200},
		{http.MethodPost, "/checkout", 200},
		{http.MethodGet, "/healthz", 200},
		{http.MethodGet, "/api/v1/links", 200},
		{http.MethodGet, "/static/shop.css", 200},
		{http.MethodPost, "/login", 200}, // waits for its turn elsewhere
	} {
		if w := s.ask(c.method, c.path, strings.NewReader("x")); w.Code != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.want)
		}
	}
	close(s.open)
	<-ended
	func() {
		defer func() {
			if p := recover(); p != http.ErrAbortHandler {
				t.Errorf("recovered %v", p)
			}
		}()
		s.ask(http.MethodGet, "/catalog", io.MultiReader(strings.NewReader(strings.Repeat("x", smallBody+1)), broken{}))
	}()
	if w := s.ask(http.MethodGet, "/catalog", nil); w.Code != http.StatusOK {
		t.Errorf("afterwards: %d", w.Code)
	}
}

// TestReportsAreLetInAgainOnceThereIsRoom: a few requests that came together, of which
// one was refused a moment ago, are no reason to refuse a backup when they are over.
func TestReportsAreLetInAgainOnceThereIsRoom(t *testing.T) {
	s := newShop(Deps{Now: func() time.Time { return start }})
	ended := s.stays(http.MethodPost, "/api/v1/warehouses")
	backup := func() int { return s.ask(http.MethodPost, "/api/v1/backups", strings.NewReader("{}")).Code }
	if code := backup(); code != http.StatusOK {
		t.Errorf("before anybody was refused: %d", code)
	}
	if w := s.ask(http.MethodGet, "/api/v1/warehouses/wh1/stock", nil); w.Code != http.StatusServiceUnavailable {
		t.Fatalf("the second one: %d", w.Code)
	}
	if code := backup(); code != http.StatusServiceUnavailable {
		t.Errorf("while others are refused: %d", code)
	}
	close(s.open)
	<-ended
	if code := backup(); code != http.StatusOK {
		t.Errorf("in the same moment, but there is room: %d", code)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("cut") }

func TestABodyComesThroughWhole(t *testing.T) {
	s := newShop(Deps{})
	for _, size := range []int{1, smallBody, smallBody + 1, 3 * smallBody} {
		text := strings.Repeat("x", size)
		known := s.ask(http.MethodPost, "/cart/add", strings.NewReader(text))
		if known.Body.String() != text {
			t.Errorf("%d bytes: got %d", size, known.Body.Len())
		}
		if chunked := s.ask(http.MethodPost, "/cart/add", io.MultiReader(strings.NewReader(text))); chunked.Body.String() != text {
			t.Errorf("%d bytes of no known length: got %d", size, chunked.Body.Len())
		}
	}
	if w := s.ask(http.MethodPost, "/cart/add", broken{}); w.Code != http.StatusUnprocessableEntity || len(s.begun) != 8 {
		t.Errorf("a body that breaks off: %d, %d begun", w.Code, len(s.begun))
	}
}

// TestASlowSenderKeepsNobodyWaiting: a request whose body does not come in has no slot.
func TestASlowSenderKeepsNobodyWaiting(t *testing.T) {
	s := newShop(Deps{})
	server := httptest.NewServer(s)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST /cart/add HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	if text, err := answers.ReadString('\n'); err != nil || !strings.Contains(text, "100 Continue") {
		t.Fatal(text, err) // it is at the body now
	}
	if _, err := io.WriteString(conn, "so"); err != nil {
		t.Fatal(err)
	}
	if w := s.ask(http.MethodGet, "/cart", nil); w.Code != http.StatusOK {
		t.Errorf("beside a slow sender: %d", w.Code)
	}
	if _, err := io.WriteString(conn, "me"); err != nil {
		t.Fatal(err)
	}
	if rest, err := answers.Peek(len("\r\nHTTP/1.1 200")); err != nil || !strings.Contains(string(rest), "200") {
		t.Errorf("the slow sender was answered %s, %v", rest, err)
	}
}

func TestARefusalFitsWhoAsked(t *testing.T) {
	s := newShop(Deps{})
	s.stays(http.MethodGet, "/catalog")
	defer close(s.open)
	problem := s.ask(http.MethodGet, "/api/v1/orders", nil)
	var got api.Problem
	if err := json.Unmarshal(problem.Body.Bytes(), &got); err != nil || problem.Header().Get("Content-Type") != api.MediaProblem {
		t.Fatal(problem.Header(), err)
	}
	if got.Code != "busy" || got.Status != 503 || got.Title == "" || !strings.Contains(got.Detail, "nothing was done") {
		t.Errorf("the problem is %+v", got)
	}
	looked, sent := s.ask(http.MethodGet, "/catalog", nil), s.ask(http.MethodPost, "/cart/add", nil)
	for what, w := range map[string]*httptest.ResponseRecorder{"a page": looked, "a form": sent} {
		if w.Header().Get("Content-Security-Policy") != page.ContentSecurityPolicy || w.Header().Get("Cache-Control") != "no-store" ||
			!strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || !strings.Contains(w.Body.String(), "<h1>One moment, please</h1>") {
			t.Errorf("%s: %v\n%s", what, w.Header(), w.Body)
		}
	}
	if looked.Header().Get("Refresh") != looked.Header().Get("Retry-After") {
		t.Errorf("a page asks again after %q s, a program after %q s", looked.Header().Get("Refresh"), looked.Header().Get("Retry-After"))
	}
	if sent.Header().Get("Refresh") != "" || !strings.Contains(sent.Body.String(), "Nothing was done") {
		t.Errorf("a form that was refused: %v\n%s", sent.Header(), sent.Body)
	}
	part := s.ask(http.MethodGet, "/catalog", nil, "HX-Request", "true")
	if part.Header().Get("HX-Retarget") != "#toast" || strings.Contains(part.Body.String(), "<html") || part.Body.Len() == 0 {
		t.Errorf("a part of a page: %v\n%s", part.Header(), part.Body)
	}
}

func TestRetryAfterIsDrawn(t *testing.T) {
	seen := map[string]bool{}
	for n := range retry[Browse].most - retry[Browse].least + 1 {
		s := newShop(Deps{})
		s.refusal = newRefusal("", func(most int) int { return min(n, most-1) })
		s.stays(http.MethodGet, "/catalog")
		seen[s.ask(http.MethodGet, "/catalog", nil).Header().Get("Retry-After")] = true
		close(s.open)
	}
	for _, seconds := range []string{"2", "5", "8"} {
		if !seen[seconds] {
			t.Errorf("nobody was told to come again after %s s: %v", seconds, seen)
		}
	}
}

func TestTheTimeoutOfARequest(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"2.5": 2500 * time.Millisecond, "1e9": serverPatience[Browse], "0.0000000001": 1,
		"": 0, "0": 0, "-1": 0, "NaN": 0, "+Inf": 0, "soon": 0, "1s": 0,
	} {
		got, err := patienceOf(http.Header{api.HeaderTimeout: {text}}, Browse)
		if got != want || (err != nil) != (want == 0) || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
	if got, err := patienceOf(http.Header{}, Checkout); got != serverPatience[Checkout] || err != nil {
		t.Errorf("without a header: %s, %v", got, err)
	}
	if got, err := patienceOf(http.Header{api.HeaderTimeout: {"60"}}, Bulk); got != time.Minute || err != nil {
		t.Errorf("where the server has no bound: %s, %v", got, err)
	}
	if w := newShop(Deps{}).ask(http.MethodGet, "/api/v1/products", nil, api.HeaderTimeout, "soon"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a header that cannot be read: %d", w.Code)
	}
}

// TestNobodyIsAsQuickAsNothing refuses who gives no time at all, and begins no work.
func TestNobodyIsAsQuickAsNothing(t *testing.T) {
	began := false
	a := New(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { began = true }), Deps{})
	for _, path := range []string{"/catalog", "/api/v1/products"} {
		r, w := httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRecorder()
		r.Header.Set(api.HeaderTimeout, "1e-300")
		a.ServeHTTP(w, r)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Body.Len() < 100 || began {
			t.Errorf("%s: %d, %q, begun %v", path, w.Code, w.Body, began)
		}
	}
}

// TestTheWorkHasTheDeadlineOfItsRequest, and a request does not wait beyond it.
func TestTheWorkHasTheDeadlineOfItsRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var left time.Duration
		open := make(chan struct{})
		deps := Deps{lanes: make([]*lane, lanes)}
		for i := range deps.lanes {
			deps.lanes[i] = newLane(newLimit(1, 1, 1, time.Now()), 4, time.Minute, time.Minute)
		}
		a := New(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			deadline, is := r.Context().Deadline()
			if left = time.Until(deadline); !is {
				left = -1
			}
			<-open
		}), deps)
		ask := func(seconds string) *httptest.ResponseRecorder {
			r, w := httptest.NewRequest(http.MethodGet, "/catalog", nil), httptest.NewRecorder()
			r.Header.Set(api.HeaderTimeout, seconds)
			a.ServeHTTP(w, r)
			return w
		}
		go ask("3")
		synctest.Wait()
		if left != 3*time.Second {
			t.Errorf("the work has %s, want 3s", left)
		}
		began := time.Now()
		if w := ask("2"); w.Code != http.StatusServiceUnavailable || time.Since(began) != 2*time.Second {
			t.Errorf("behind it: %d after %s", w.Code, time.Since(began))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		a.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/catalog", nil))
		if n := a.lanes[laneGeneral].queued(Bulk); n != 0 {
			t.Errorf("%d wait who have gone", n)
		}
		close(open)
	})
}

// TestAStreamHasNoSlot: who follows what happens keeps nobody from being served, and
// there is a bound on how many do.
func TestAStreamHasNoSlot(t *testing.T) {
	s := newShop(Deps{})
	s.streams = make(chan struct{}, 1)
	over := make(chan struct{})
	streamed := make(chan error)
	s.next = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/order/1" {
			return
		}
		err := Stream(r.Context())
		streamed <- errors.Join(err, Stream(context.WithoutCancel(r.Context()))) // twice is once
		if err == nil {
			<-over
		}
	})
	first := make(chan struct{})
	go func() { s.ask(http.MethodGet, "/order/1", nil); close(first) }()
	if err := <-streamed; err != nil {
		t.Fatal(err)
	}
	if w := s.ask(http.MethodGet, "/catalog", nil); w.Code != http.StatusOK {
		t.Errorf("beside a stream: %d", w.Code)
	}
	second := make(chan struct{})
	go func() { s.ask(http.MethodGet, "/order/1", nil); close(second) }()
	if err := <-streamed; !fault.Is(err, fault.Busy) {
		t.Errorf("one stream too many: %v", err)
	}
	<-second // and has left its slot
	close(over)
	<-first
	go s.ask(http.MethodGet, "/order/1", nil)
	if err := <-streamed; err != nil {
		t.Errorf("after the first has ended: %v", err)
	}
	if err := Stream(t.Context()); err != nil {
		t.Errorf("where nothing is admitted: %v", err)
	}
}

func TestRefusalsAreToldNowAndThen(t *testing.T) {
	var log strings.Builder
	l := newLedger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})), start)
	for ms := range 20_000 {
		l.refused(Browse, after(ms))
	}
	l.refused(Cart, after(20_000))
	for range 5 {
		l.recalled(after(20_001))
	}
	l.recalled(after(30_000))
	const text = `level=WARN msg="more requests than can be served: some were refused, or got a page of a moment ago" `
	if want := text + "browse=1\n" + text + "browse=10000\n" + text + "cart=1 browse=9999\n" + text + "recent=6\n"; log.String() != want {
		t.Errorf("got\n%s\nwant\n%s", log.String(), want)
	}
}
