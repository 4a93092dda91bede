package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"crossdock/core/fault"
)

// TestOverload runs all phases for a moment. How well it does is not judged; but
// every request has an outcome, and every checkout that was answered is in the
// database, once.
func TestOverload(t *testing.T) {
	dir := t.TempDir()
	options := OverloadOptions{Options: Options{Dir: dir, Time: 2 * time.Second, skus: 30, memory: true}, Times: 3}
	report, err := Overload(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	orders := report.Machine.Before + report.trials
	for name, phase := range map[string]Phase{
		"peak": report.Peak, "once": report.Once, "crowd": report.Crowd, "all": report.All, "after": report.After,
	} {
		if phase.Trouble != "" || phase.Goodput <= 0 || phase.Offered < phase.Goodput || phase.P50 <= 0 || phase.P99 < phase.P50 {
			t.Errorf("%s: %+v", name, phase)
		}
		for kind, k := range phase.Kinds {
			if k.Sent != k.Good+k.Recent+k.Refused+k.Failed || k.Failed > 0 {
				t.Errorf("%s: %s: %+v", name, kind, k)
			}
		}
		orders += phase.Kinds[checkout.String()].Good
	}
	if report.Peak.Recent > 0 {
		t.Errorf("%v pages of a moment ago helped the peak", report.Peak.Recent)
	}
	if report.Name != "overload" || report.Ratio <= 0 || report.Limit != report.Peak.Goodput || report.Times != 3 {
		t.Errorf("the report is %+v", report)
	}
	there, err := measured(t.Context(), options.Options, func(ctx context.Context, r *rig) (int, error) { return r.orders(ctx) })
	if err != nil || there != orders {
		t.Errorf("%d orders are in the database, %d were answered, %v", there, orders, err)
	}
}

func TestOverloadOptions(t *testing.T) {
	for what, spoil := range map[string]func(*OverloadOptions){
		"times": func(o *OverloadOptions) { o.Times = 1 },
		"time":  func(o *OverloadOptions) { o.Time = -1 },
		"dir":   func(o *OverloadOptions) { o.Dir = "" },
	} {
		options := OverloadOptions{Options: Options{Dir: "none", Time: time.Second}, Times: 2}
		spoil(&options)
		if _, err := Overload(t.Context(), options); !fault.Is(err, fault.Invalid) {
			t.Errorf("wrong %s: %v", what, err)
		}
	}
}

// TestOverloadJudges gives one wrong figure after the other, and finds each.
func TestOverloadJudges(t *testing.T) {
	phase := func(goodput, p99 float64, sent, good int) Phase {
		return Phase{Goodput: goodput, P99: p99, Kinds: map[string]OneKind{"checkout": {Sent: sent, Good: good}}}
	}
	for want, spoil := range map[string]func(*OverloadReport){
		"": func(*OverloadReport) {},
		"answered in the overload: 0.89 of the peak's, not 0.90":                       func(r *OverloadReport) { r.Crowd.Goodput = 40 },
		"99 of 100 answers in the overload: 2.1 times as late as at the peak, not 2.0": func(r *OverloadReport) { r.All.P99 = 21 },
		"99 of 100 answers in the overload: 2.2 times as late as at the peak, not 2.0": func(r *OverloadReport) { r.Crowd.Sent99 = 22 },
		"checkouts answered in the overload: 99.80 %, not 99.90 %":                     func(r *OverloadReport) { r.Crowd.Kinds["checkout"] = OneKind{Sent: 1000, Good: 998} },
		"after the overload it was never normal again":                                 func(r *OverloadReport) { r.Recovery = -1 },
		"after the overload it took 5.2 s to be normal again, not 5.0 s":               func(r *OverloadReport) { r.Recovery = 5.25 },
	} {
		report := OverloadReport{Peak: phase(100, 10, 50, 50), Crowd: phase(90, 20, 1000, 999), All: phase(90, 20, 1000, 999), Recovery: 5}
		report.Crowd.Goodput, report.Crowd.Recent = 41, 49
		spoil(&report)
		report.judge()
		if report.Ratio != (report.Crowd.Goodput+49)/100 || report.Made != report.Crowd.Goodput/100 {
			t.Errorf("the ratios are %v and %v", report.Ratio, report.Made)
		}
		if got := strings.Join(report.Findings, "; "); got != want || report.Right() != (want == "") {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestRecovery(t *testing.T) {
	good := kindSeen{Sent: 100, Good: 100}
	refusing, recalling, failing, late, none := good, good, good, good, kindSeen{}
	refusing.Good, refusing.Refused = 99, 1
	recalling.Good, recalling.Recent = 99, 1
	failing.Good, failing.Failed = 99, 1
	late.Late = 1
	for what, c := range map[string]struct {
		windows []kindSeen
		want    float64
	}{
		"at once":                  {[]kindSeen{good, good, good, good}, 0},
		"after a refusal":          {[]kindSeen{good, refusing, good, good, good, good}, 0.5},
		"after a page from before": {[]kindSeen{recalling, good, good, good, good}, 0.25},
		"after a failure":          {[]kindSeen{failing, good, good, good, good}, 0.25},
		"after a late answer":      {[]kindSeen{late, good, good, good, good, refusing}, 0.25},
		"nothing was sent":         {[]kindSeen{none, none, none, none, none}, -1},
		"too short to say":         {[]kindSeen{refusing, good, good, good}, -1},
		"no time at all":           {nil, -1},
	} {
		if got := recovery(c.windows); got != c.want {
			t.Errorf("%s: %v s, want %v", what, got, c.want)
		}
	}
}

// TestHistogram holds percentiles against those of all waits in a row.
func TestHistogram(t *testing.T) {
	seed := rand.Uint64()
	draw := rand.New(rand.NewPCG(seed, 1))
	var h histogram
	waits := make([]time.Duration, 5000)
	for i := range waits {
		waits[i] = time.Duration(draw.ExpFloat64() * float64(20*time.Millisecond))
		h.note(waits[i])
	}
	slices.Sort(waits)
	for _, of := range []float64{0.1, 50, 99, 100} {
		exact := max(run{waits: waits}.percentile(of), 1000*histogramLeast)
		if got := h.percentile(of); got < exact*0.999 || got > exact*histogramStep*1.001 {
			t.Errorf("seed %d: %v of 100 within %v ms, want %v", seed, of, got, exact)
		}
	}
	if got := (&histogram{}).percentile(99); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestTheCrowdLooksAround(t *testing.T) {
	if got, want := visitorMix().crowded(10), (mix{browse: 975, filling: 20, checkout: 5}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestLine reads answers of all forms, one after the other on one connection.
func TestLine(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/chunks":
			for range 3 {
				if _, err := io.WriteString(w, strings.Repeat("x", 5000)); err != nil {
					t.Error(err)
				}
				w.(http.Flusher).Flush()
			}
		case "/close":
			w.Header().Set("Connection", "close")
			fallthrough
		default:
			w.Header().Set("Set-Cookie", "a=b; Path=/")
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	defer server.Close()
	l := &line{address: server.Listener.Addr().String()}
	for _, c := range []struct {
		path   string
		status int
		open   bool
	}{{"/chunks", 200, true}, {"/", 418, true}, {"/chunks", 200, true}, {"/close", 418, false}, {"/", 418, true}} {
		status, err := l.ask(t.Context(), &visit{text: "GET " + c.path + " HTTP/1.1\r\nHost: x\r\n\r\n"})
		if err != nil || status != c.status || (l.conn != nil) != c.open {
			t.Fatalf("%s: %d, %v, open: %t", c.path, status, err, l.conn != nil)
		}
	}
	if l.cookie != "a=b" {
		t.Errorf("the cookie is %q", l.cookie)
	}
	if err := l.close(); err != nil {
		t.Error(err)
	}
}

// TestWaitsCountFromWhenARequestWasDue: one connection to a server that takes 5 ms for
// each of twenty requests, which are due at once, so the last ones are late.
func TestWaitsCountFromWhenARequestWasDue(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cart/add" {
			w.WriteHeader(http.StatusSeeOther)
			return
		}
		<-time.After(5 * time.Millisecond)
	}))
	defer server.Close()
	order := crowdOrder{
		Address: server.Listener.Addr().String(), SKUs: 10, Mix: mix{browse: 1000}, Time: time.Millisecond, Rate: 20_000, Callers: 1,
	}
	seen, err := order.arrive(t.Context())
	if err != nil || seen.Kinds[browse].Good != 20 {
		t.Fatal(seen.Kinds, err)
	}
	waits := seen.Waits[browse]
	if first, last := waits.percentile(1), waits.percentile(100); first < 5 || last < 90 {
		t.Errorf("the first has waited %v ms, the last %v ms", first, last)
	}
}

// TestCrowdElsewhere has Crowd told what to do as its process is.
func TestCrowdElsewhere(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost && r.URL.Path == "/cart/add":
			w.WriteHeader(http.StatusSeeOther)
		case r.Method == http.MethodPost && r.URL.Path == "/api/v1/orders":
			w.WriteHeader(http.StatusServiceUnavailable)
		case strings.HasPrefix(r.URL.Path, "/cart"):
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer server.Close()
	order := crowdOrder{
		Address: server.Listener.Addr().String(), SKUs: 10, Mix: mix{browse: 400, filling: 300, checkout: 300},
		Time: 200 * time.Millisecond, Rate: 1000, Callers: 8,
	}
	text, err := json.Marshal(order)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Crowd(t.Context(), bytes.NewReader(text), &out); err != nil {
		t.Fatal(err)
	}
	var seen crowdSeen
	if err := json.Unmarshal(out.Bytes(), &seen); err != nil {
		t.Fatal(err)
	}
	b, f, c := seen.Kinds[browse], seen.Kinds[filling], seen.Kinds[checkout]
	if b.Sent+f.Sent+c.Sent != 200 || b.Good != b.Sent || f.Failed != f.Sent || c.Refused != c.Sent || b.Sent*f.Sent*c.Sent == 0 || seen.Trouble == "" {
		t.Errorf("seen: %+v %+v %+v %q", b, f, c, seen.Trouble)
	}
	if err := Crowd(t.Context(), strings.NewReader("{"), io.Discard); err == nil {
		t.Error("half an order was taken")
	}
}
