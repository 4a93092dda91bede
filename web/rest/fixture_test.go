package rest

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/dist/feed"
	"crossdock/engine/memory"
	"crossdock/engine/testpay"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

const testToken = "open-sesame"

// counter makes identifiers that sort by time of birth.
type counter struct{ n atomic.Uint64 }

func (c *counter) New() id.UUID {
	var u id.UUID
	binary.BigEndian.PutUint64(u[:8], c.n.Add(1))
	u[15] = 1
	return u
}

// end is a site as the pump sees it.
type end struct {
	feeds books.Feeds
	apply func(context.Context, []feed.Message) error
}

// shop is one store and two warehouses on memory engines, and a server over
// them. A pump hands every message over as soon as it is committed.
type shop struct {
	t      *testing.T
	store  *store.Store
	depots map[id.Site]*warehouse.Warehouse
	plans  *plans
	cards  *testpay.Company
	engine *memory.Store
	deps   Deps
	server *httptest.Server
	client *api.Client
	log    *bytes.Buffer

	ends map[id.Site]end
	wake chan struct{}
	mu   sync.Mutex // one pump at a time
}

// newShop opens everything; change, which may be nil, has a last word on the deps.
func newShop(t *testing.T, change func(*Deps)) *shop {
	t.Helper()
	s := &shop{
		t: t, depots: map[id.Site]*warehouse.Warehouse{}, ends: map[id.Site]end{},
		wake: make(chan struct{}, 1), log: &bytes.Buffer{},
	}
	ids := &counter{}
	s.openStore(ids)
	s.openWarehouse("wh1", ids)
	s.openWarehouse("wh2", ids)
	s.startPump()
	s.deps = Deps{
		Store: s.store, Records: s.engine, Planning: s.plans, Warehouses: s.depots, Token: testToken, Version: "1.2.3-test",
		Log: slog.New(slog.NewTextHandler(&lockedWriter{w: s.log}, nil)),
	}
	if change != nil {
		change(&s.deps)
	}
	s.server = httptest.NewServer(New(s.deps))
	t.Cleanup(s.server.Close)
	s.client = api.New(s.server.URL, testToken)
	t.Cleanup(s.client.Close)
	return s
}

func (s *shop) openStore(ids id.Source) {
	engine := memory.NewStore("store", 1)
	cards, err := testpay.Open(testpay.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.engine, s.cards, s.plans = engine, cards, &plans{Published: store.Watch(engine)}
	opened, err := store.Open(s.t.Context(), store.Ports{
		Journal: s.plans, Lookups: engine, Queries: engine, Records: engine, Payments: payments{company: cards},
		IDs: ids, Now: time.Now, Committed: s.committed,
	}, store.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(opened.Close)
	s.store, s.ends["store"] = opened, end{engine, opened.Apply}
}

func (s *shop) openWarehouse(name id.Site, ids id.Source) {
	engine := memory.NewWarehouse(name, 1)
	opened, err := warehouse.Open(s.t.Context(), warehouse.Ports{
		Journal: engine, Queries: engine, Purchases: engine, Returns: engine, IDs: ids, Now: time.Now, Committed: s.committed,
	}, warehouse.Options{Stores: []id.Site{"store"}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(opened.Close)
	s.depots[name], s.ends[name] = opened, end{engine, opened.Apply}
}

func (s *shop) committed([]id.Site) {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *shop) startPump() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-s.wake:
				s.pump(ctx)
			}
		}
	}()
	s.t.Cleanup(func() { stop(); <-done })
}

// pump hands messages over until nobody has any left.
func (s *shop) pump(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for moved := true; moved; {
		moved = false
		for _, pair := range [][2]id.Site{{"store", "wh1"}, {"store", "wh2"}, {"wh1", "store"}, {"wh2", "store"}} {
			moved = s.carry(ctx, pair[0], pair[1]) || moved
		}
	}
}

func (s *shop) carry(ctx context.Context, from, to id.Site) bool {
	cursors, err := s.ends[to].feeds.Cursors(ctx)
	var read uint64
	for _, cursor := range cursors {
		if cursor.Origin == string(from) {
			read = cursor.Seq
		}
	}
	var messages []feed.Message
	if err == nil {
		messages, err = s.ends[from].feeds.Messages(ctx, string(to), read, 100, 1<<20)
	}
	if err == nil && len(messages) > 0 {
		err = s.ends[to].apply(ctx, messages)
	}
	if err != nil && ctx.Err() == nil {
		s.t.Errorf("from %s to %s: %v", from, to, err)
	}
	return err == nil && len(messages) > 0
}

// settle returns when all that was said has been heard.
func (s *shop) settle() {
	s.t.Helper()
	s.pump(s.t.Context())
}

// await waits until a condition holds.
func (s *shop) await(what string, holds func() bool) {
	s.t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for until := time.Now().Add(10 * time.Second); !holds(); <-ticker.C {
		if time.Now().After(until) {
			s.t.Fatalf("it never came to this: %s", what)
		}
	}
}

// stockUp lists the districts and two products, with units of each at a warehouse.
func (s *shop) stockUp(wh1, wh2 int64) {
	s.t.Helper()
	if _, err := s.store.Do(s.t.Context(), store.SetDistricts{Districts: []catalog.District{
		{Code: "north", Name: "North", Warehouses: []id.Site{"wh1", "wh2"}},
		{Code: "south", Name: "South", Warehouses: []id.Site{"wh2", "wh1"}},
	}}); err != nil {
		s.t.Fatal(err)
	}
	for _, sku := range []id.SKU{"KETTLE", "TIN/2"} {
		if _, err := s.client.PutProduct(s.t.Context(), sku, kettle()); err != nil {
			s.t.Fatal(err)
		}
	}
	for name, units := range map[id.Site]int64{"wh1": wh1, "wh2": wh2} {
		receipt := api.Receipt{Items: []api.Wanted{{SKU: "KETTLE", Quantity: units}}}
		if units > 0 {
			if _, err := s.client.Receive(s.t.Context(), "", name, receipt); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	s.settle()
}

// advance takes a fulfillment through stages by hand.
func (s *shop) advance(site id.Site, which id.Fulfillment, to ...order.Stage) {
	s.t.Helper()
	for _, stage := range to {
		if _, err := s.client.Advance(s.t.Context(), site, which, api.Advance{To: string(stage)}); err != nil {
			s.t.Fatal(err)
		}
	}
	s.settle()
}

func kettle() api.ProductBody {
	return api.ProductBody{
		Name: "Blue kettle", Description: "Boils water.", Type: "kitchen", Category: "tea", Price: money.Of(1999, "GBP"),
	}
}

func wants(units int64) api.OrderRequest {
	return api.OrderRequest{
		Address: api.Address{Name: "Ada Lovelace", City: "London", District: "north"},
		Lines:   []api.Wanted{{SKU: "KETTLE", Quantity: units}},
	}
}

// send makes a bare request and returns the answer with its body.
func (s *shop) send(method, path, body string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.server.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+testToken)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			request.Header.Del(headers[i])
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response, string(text)
}

// problem makes a request that must fail, and returns its problem.
func (s *shop) problem(method, path, body string, headers ...string) api.Problem {
	s.t.Helper()
	response, text := s.send(method, path, body, headers...)
	var p api.Problem
	if err := json.Unmarshal([]byte(text), &p); err != nil || response.Header.Get("Content-Type") != api.MediaProblem {
		s.t.Fatalf("%s %s: %s %q is no problem document: %v", method, path, response.Status, text, err)
	}
	if p.Status != response.StatusCode || p.RequestID == "" || p.RequestID != response.Header.Get("X-Request-Id") {
		s.t.Errorf("%s %s: the problem does not fit its answer: %s %s", method, path, response.Status, text)
	}
	if p.Type != "/problems/"+p.Code || p.Title == "" || p.Detail == "" {
		s.t.Errorf("%s %s: the problem is not complete: %s", method, path, text)
	}
	return p
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
