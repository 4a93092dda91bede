package shop_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/pay"
	"crossdock/dist/feed"
	"crossdock/engine/manualpay"
	"crossdock/engine/memory"
	"crossdock/engine/testpay"
	"crossdock/site/books"
	"crossdock/site/drift"
	"crossdock/site/outbox"
	"crossdock/site/store"
	"crossdock/site/warehouse"
	"crossdock/web/shop"
)

const password = "nine lives, one cat"

// rig is a shop over a store and two warehouses in memory, served over HTTP.
type rig struct {
	handler    http.Handler
	t          *testing.T
	engine     *memory.Store
	store      *store.Store
	warehouses map[id.Site]*memoryWarehouse
	sites      *fakeSites
	carts      *openCarts
	published  *store.Published
	company    *testpay.Company
	now        atomic.Pointer[time.Time] // nil: the time of the machine
	commits    atomic.Int64
	logged     *syncBuffer
	base       string
}

type memoryWarehouse struct {
	*warehouse.Warehouse
	engine *memory.Warehouse
}

// counter makes identifiers that sort by birth.
type counter struct{ n atomic.Uint64 }

func (c *counter) New() id.UUID {
	var u id.UUID
	binary.BigEndian.PutUint64(u[:8], c.n.Add(1)<<16)
	u[8] = 0x80
	return u
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// fakeSites is links that tests cut.
type fakeSites struct {
	drift map[id.Site]drift.Last
	mu    sync.Mutex
	cut   map[id.Site]time.Time
	deaf  id.Site // a warehouse that does not hear the store, though the store hears it
	fixed bool    // may not be cut
	spoil func(l *outbox.Link)
	more  func(l *shop.LinkState)
	fail  error
}

func (f *fakeSites) Links(context.Context) ([]shop.LinkState, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var links []outbox.Link
	for _, wh := range []id.Site{"wh1", "wh2"} {
		since, cut := f.cut[wh]
		links = append(links,
			outbox.Link{Origin: wh, Destination: "store", Connected: !cut, StaleSince: since, HeardAt: time.Now()},
			outbox.Link{Origin: "store", Destination: wh, Connected: !cut && wh != f.deaf, StaleSince: time.Now()})
	}
	states := make([]shop.LinkState, len(links))
	for i := range links {
		if f.spoil != nil {
			f.spoil(&links[i])
		}
		states[i] = shop.LinkState{Link: links[i]}
		if f.more != nil {
			f.more(&states[i])
		}
	}
	return states, f.fail
}

func (f *fakeSites) Parked(context.Context) ([]books.Parked, error) {
	parked := func(origin, destination, key, kind string, seq uint64) books.Parked {
		m := feed.Message{Origin: origin, Destination: destination, Key: key, Kind: kind, Seq: seq}
		return books.Parked{Message: m, Reason: "it is odd", ParkedAt: time.Date(2026, 3, 1, 12, 31, 0, 0, time.UTC)}
	}
	return []books.Parked{
		parked("wh2", "store", "a-parked-key", "levels", 7), parked("wh2", "store", "a-parked-key", "levels", 8),
		parked("store", "wh2", "quota", "quota.returned.v1", 4), parked("annex", "wh2", "quota", "of-another-store", 1),
	}, nil
}

func (f *fakeSites) Drift(wh id.Site) drift.Last { return f.drift[wh] }

func (f *fakeSites) CanCut() bool { return !f.fixed }

func (f *fakeSites) IsCut(wh id.Site) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, cut := f.cut[wh]
	return cut
}

func (f *fakeSites) Cut(_ context.Context, wh id.Site) error {
	if wh != "wh1" && wh != "wh2" {
		return fault.New(fault.NotFound, "there is no warehouse %s", fault.Quote(string(wh)))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cut[wh] = time.Date(2026, 3, 1, 12, 31, 0, 0, time.UTC)
	return nil
}

func (f *fakeSites) Heal(_ context.Context, wh id.Site) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.cut, wh)
	return nil
}

// openCarts is the store's carts, with a way to fail.
type openCarts struct {
	shop.Carts
	panics atomic.Bool
}

func (c *openCarts) Move(ctx context.Context, from, to string) error {
	if c.panics.Load() {
		panic("the cart is on fire")
	}
	return c.Carts.Move(ctx, from, to)
}

func newRig(t *testing.T, adjust ...func(*shop.Deps)) *rig {
	t.Helper()
	return newRigOf(t, 100, adjust...)
}

// newRigOf is newRig with warehouses that hand out a share of their stock, in
// percent, before they are asked for more.
func newRigOf(t *testing.T, share int, adjust ...func(*shop.Deps)) *rig {
	t.Helper()
	r := &rig{
		t: t, engine: memory.NewStore("store", 1), warehouses: map[id.Site]*memoryWarehouse{},
		sites: &fakeSites{cut: map[id.Site]time.Time{}}, logged: &syncBuffer{},
	}
	r.engine.Fail(func(int) error { r.commits.Add(1); return nil })
	ids := &counter{}
	var err error
	r.company, err = testpay.Open(testpay.Options{})
	r.must(err)
	r.published = store.Watch(r.engine)
	payments := till{r.company}
	r.store, err = store.Open(t.Context(), store.Ports{
		Journal: r.published, Lookups: r.engine, Queries: r.engine, Records: r.engine, Payments: payments, IDs: ids, Now: r.clock,
	}, store.Options{AskWait: time.Millisecond, TickEvery: -1})
	r.must(err)
	t.Cleanup(r.store.Close)
	for _, name := range []id.Site{"wh1", "wh2"} {
		engine := memory.NewWarehouse(name, 1)
		wh, err := warehouse.Open(t.Context(), warehouse.Ports{
			Journal: engine, Queries: engine, Purchases: engine, Returns: engine, IDs: ids, Now: r.clock,
		}, warehouse.Options{Stores: []id.Site{"store"}, SharePercent: share})
		r.must(err)
		t.Cleanup(wh.Close)
		r.warehouses[name] = &memoryWarehouse{wh, engine}
	}
	r.fill()
	r.carts = &openCarts{Carts: shop.StoreCarts{Store: r.store}}
	deps := shop.Deps{
		Store: r.store, Sites: r.sites, Carts: r.carts, IDs: ids, Now: r.clock, Currency: "GBP", Name: "Testdock",
		Published: r.published, Records: r.engine, Payments: payments, TestCards: testpay.Tokens(),
		Log:  slog.New(slog.NewTextHandler(r.logged, nil)),
		Zone: time.UTC, TriesPerMinute: -1,
	}
	for _, change := range adjust {
		change(&deps)
	}
	r.handler = shop.New(deps)
	server := httptest.NewServer(r.handler)
	t.Cleanup(server.Close)
	r.base = server.URL
	return r
}

// till asks people for transfers, and the card company for cards.
type till struct{ *testpay.Company }

func (c till) Provider(method pay.Method) (string, bool) {
	if name, offered := (manualpay.Provider{}).Provider(method); offered {
		return name, true
	}
	return c.Company.Provider(method)
}

func (c till) Request(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	if t.Method == pay.Card {
		return c.Company.Request(ctx, t)
	}
	return manualpay.Provider{}.Request(ctx, t)
}

func (c till) Status(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	if t.Method == pay.Card {
		return c.Company.Status(ctx, t)
	}
	return manualpay.Provider{}.Status(ctx, t)
}

// clock is the time that all sites go by.
func (r *rig) clock() time.Time {
	if now := r.now.Load(); now != nil {
		return *now
	}
	return time.Now()
}

// later moves the time of all sites on.
func (r *rig) later(by time.Duration) {
	now := r.clock().Add(by)
	r.now.Store(&now)
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// fill lists thirty spoons, a blue mug of which wh1 has 5 and wh2 has 3, and a
// lamp that nobody has.
func (r *rig) fill() {
	r.do(store.SetDistricts{Districts: []catalog.District{
		{Code: "north", Name: "The North", Warehouses: []id.Site{"wh1", "wh2"}},
		{Code: "south", Name: "The South", Warehouses: []id.Site{"wh2", "wh1"}},
	}})
	products := []catalog.Product{
		{SKU: "MUG/1 B", Name: "Blue mug", Description: "It holds tea.", Type: "kitchen", Category: "cups", Price: money.Of(250, "GBP")},
		{SKU: "LAMP", Name: "Lamp", Type: "lighting", Category: "lamps", Price: money.Of(9900, "GBP")},
	}
	for i := range 30 {
		products = append(products, catalog.Product{
			SKU: id.SKU(fmt.Sprintf("SP%02d", i)), Name: fmt.Sprintf("Spoon %02d", i), Type: "kitchen", Category: "cutlery", Price: money.Of(int64(100+i), "GBP"),
		})
	}
	r.do(store.ListProducts{Products: products})
	r.stock("wh1", "MUG/1 B", 5)
	r.stock("wh2", "MUG/1 B", 3)
	r.stock("wh1", "SP07", 100)
	r.pump()
}

func (r *rig) do(command any) any {
	r.t.Helper()
	answer, err := r.store.Do(r.t.Context(), command)
	r.must(err)
	return answer
}

func (r *rig) stock(wh id.Site, sku id.SKU, units int64) {
	r.t.Helper()
	_, err := r.warehouses[wh].Do(r.t.Context(), warehouse.ReceiveStock{Items: []warehouse.Item{{SKU: sku, Units: units}}})
	r.must(err)
}

// pump hands messages over in both directions until nobody has anything to say.
func (r *rig) pump() {
	r.t.Helper()
	for moved := true; moved; {
		moved = false
		for name, wh := range r.warehouses {
			moved = r.carry(wh.engine, r.engine, name, "store", r.store.Apply) || moved
			moved = r.carry(r.engine, wh.engine, "store", name, wh.Apply) || moved
		}
	}
}

func (r *rig) carry(from, to books.Feeds, origin, destination id.Site, apply func(context.Context, []feed.Message) error) bool {
	r.t.Helper()
	cursors, err := to.Cursors(r.t.Context())
	r.must(err)
	var after uint64
	for _, c := range cursors {
		if c.Origin == string(origin) {
			after = c.Seq
		}
	}
	messages, err := from.Messages(r.t.Context(), string(destination), after, 1000, 1<<20)
	r.must(err)
	if len(messages) == 0 {
		return false
	}
	r.must(apply(r.t.Context(), messages))
	return true
}

func (r *rig) orders() int {
	r.t.Helper()
	totals, err := r.store.Totals(r.t.Context())
	r.must(err)
	count := 0
	for _, n := range totals.Orders {
		count += n
	}
	return count
}

// browser is a client with cookies, which follows redirects.
type browser struct {
	r      *rig
	client *http.Client
	header http.Header // sent with each request
}

// got is an answer, after redirects.
type got struct {
	status int
	body   string
	path   string // with query
	header http.Header
}

func (r *rig) browser() *browser {
	jar, err := cookiejar.New(nil)
	r.must(err)
	return &browser{r, &http.Client{Jar: jar, Timeout: time.Minute}, http.Header{}}
}

func (b *browser) get(path string) got {
	b.r.t.Helper()
	return b.send(http.MethodGet, path, nil)
}

// post sends a form of names and values in turn.
func (b *browser) post(path string, pairs ...string) got {
	b.r.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.send(http.MethodPost, path, form)
}

func (b *browser) send(method, path string, form url.Values) got {
	b.r.t.Helper()
	g, err := b.try(method, path, form)
	if err != nil {
		b.r.t.Fatalf("%s %s: %v", method, path, err)
	}
	return g
}

func (b *browser) try(method, path string, form url.Values) (got, error) {
	request, err := http.NewRequest(method, b.r.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return got{}, err
	}
	for name, values := range b.header {
		request.Header[name] = values
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := b.client.Do(request)
	if err != nil {
		return got{}, err
	}
	body, err := io.ReadAll(response.Body)
	if err := response.Body.Close(); err != nil {
		return got{}, err
	}
	return got{response.StatusCode, string(body), response.Request.URL.RequestURI(), response.Header}, err
}

// stay makes the browser show redirects rather than follow them.
func (b *browser) stay() {
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
}

// cookie returns the value of the session's cookie.
func (b *browser) cookie() string {
	at, err := url.Parse(b.r.base)
	b.r.must(err)
	for _, c := range b.client.Jar.Cookies(at) {
		if c.Name == "crossdock-session" {
			return c.Value
		}
	}
	return ""
}

// customer is a browser with an account in the north, logged in.
func (r *rig) customer(name string) *browser {
	r.t.Helper()
	b := r.browser()
	g := b.post("/register", "username", name, "password", password, "district", "north")
	if g.status != 200 || g.path != "/" {
		r.t.Fatalf("register: %d at %s\n%s", g.status, g.path, text(g.body))
	}
	return b
}

// checkout opens the form and returns it filled in.
func (b *browser) checkout() url.Values {
	b.r.t.Helper()
	g := b.get("/checkout")
	key := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(g.body)
	if g.status != 200 || key == nil {
		b.r.t.Fatalf("checkout: %d at %s\n%s", g.status, g.path, text(g.body))
	}
	return url.Values{
		"key": {key[1]}, "seen": {hidden(g.body, "seen")}, "name": {"Maren Holt"}, "street": {"Quay 3"}, "postal_code": {"LS1"}, "city": {"Leeds"},
		"district": {"north"}, "payment": {"on-delivery"},
	}
}

// hidden returns the value of a hidden field.
func hidden(body, name string) string {
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(body)
	if found == nil {
		return ""
	}
	return found[1]
}

var tags = regexp.MustCompile(`(?s)<head>.*?</head>|<svg.*?</svg>|<[^>]*>`)

// text is what a page says, without its markup.
func text(body string) string {
	plain := strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(tags.ReplaceAllString(body, " "))
	return strings.Join(strings.Fields(plain), " ")
}

// want fails unless the answer has this status and says all of parts.
func (g got) want(t *testing.T, status int, parts ...string) {
	t.Helper()
	if g.status != status {
		t.Errorf("%s: status %d, want %d: %s", g.path, g.status, status, text(g.body))
	}
	said := text(g.body)
	for _, part := range parts {
		if !strings.Contains(said, part) {
			t.Errorf("%s lacks %q: %s", g.path, part, said)
		}
	}
}
