package store_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pgregory.net/rapid"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/sourcing"
	"crossdock/engine/manualpay"
	"crossdock/engine/memory"
	"crossdock/engine/testpay"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

var (
	customer  = id.User{UUID: id.UUID{15: 1}}
	districts = []id.District{"north", "south"}
	skus      = []id.SKU{"mug", "pot", "tin"}
	start     = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
)

// serial makes identifiers that count up, as version 7 ones do.
type serial struct{ last atomic.Uint64 }

// New implements id.Source.
func (s *serial) New() id.UUID {
	u := id.UUID{6: 0x70, 8: 0x80}
	for i, n := 15, s.last.Add(1); n > 0; i, n = i-1, n>>8 {
		u[i] = byte(n)
	}
	return u
}

// hands is a clock that a test moves.
type hands struct{ passed atomic.Int64 }

func (h *hands) now() time.Time          { return start.Add(time.Duration(h.passed.Load())) }
func (h *hands) move(more time.Duration) { h.passed.Add(int64(more)) }

// till is the payment providers of a shop: a card company with its faults, and
// people.
type till struct {
	*testpay.Company
	people manualpay.Provider
}

func (p till) Provider(method pay.Method) (string, bool) {
	if method == pay.Card {
		return p.Company.Provider(method)
	}
	return p.people.Provider(method)
}

func (p till) Request(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	if t.Method == pay.Card {
		return p.Company.Request(ctx, t)
	}
	return p.people.Request(ctx, t)
}

func (p till) Status(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	if t.Method == pay.Card {
		return p.Company.Status(ctx, t)
	}
	return p.people.Status(ctx, t)
}

// watched is a journal that tells of each commit, done or failed.
type watched struct {
	store.Journal
	mu   sync.Mutex
	next chan struct{} // closed by the next commit
}

func watch(journal store.Journal) *watched {
	return &watched{Journal: journal, next: make(chan struct{})}
}

func (s *watched) Commit(ctx context.Context, batch *store.Changes) error {
	err := s.Journal.Commit(ctx, batch)
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.next)
	s.next = make(chan struct{})
	return err
}

// commit returns a channel that the next commit closes.
func (s *watched) commit() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.next
}

// net is two stores and two warehouses, whose messages move when a step says so.
type net struct {
	ids     *serial
	clock   hands
	shops   []*shop
	houses  []*house
	safety  int64 // of a store, at each warehouse
	release date.Date
	bought  int         // purchases announced
	broke   atomic.Bool // a commit was made to fail since the last command
}

// shop is a store, and what the test knows of it.
type shop struct {
	name    id.Site
	options store.Options
	db      *memory.Store
	journal *watched
	site    *store.Store
	till    till
	orders  []id.Order
	keyed   map[string]id.Order
	claims  int
	queue   map[waitingKey]waitingFor // as it was at the last check
}

type house struct {
	name    id.Site
	options warehouse.Options
	db      *memory.Warehouse
	site    *warehouse.Warehouse
	cut     bool
}

// GoString names them in what a failed run prints.
func (s *shop) GoString() string  { return string(s.name) }
func (h *house) GoString() string { return string(h.name) }

func drawSKU(t *rapid.T) id.SKU { return rapid.SampledFrom(skus).Draw(t, "sku") }

func newNet(t *rapid.T) *net {
	n := &net{ids: &serial{}, safety: rapid.Int64Range(0, 1).Draw(t, "safety of the stores")}
	n.release = date.Of(start).Add(rapid.IntRange(1, 3).Draw(t, "days to the release"))
	policy := sourcing.Policy{Strategy: rapid.SampledFrom(sourcing.Strategies()).Draw(t, "strategy")}
	for _, name := range []id.Site{"store", "annex"} {
		company, err := testpay.Open(testpay.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := &shop{
			name: name, db: memory.NewStore(name, 1), till: till{Company: company}, keyed: map[string]id.Order{},
			options: store.Options{AskWait: -1, TickEvery: -1, Sourcing: policy},
		}
		n.openShop(t, s)
		n.shops = append(n.shops, s)
	}
	share := rapid.SampledFrom([]int{100, 60}).Draw(t, "share")
	safety := rapid.Int64Range(0, 2).Draw(t, "safety")
	for _, name := range []id.Site{"wh1", "wh2"} {
		h := &house{name: name, db: memory.NewWarehouse(name, 1)}
		h.options = warehouse.Options{Stores: []id.Site{"store", "annex"}, Safety: safety, SharePercent: share, RecallWait: -1}
		n.openHouse(t, h)
		n.houses = append(n.houses, h)
	}
	n.furnish(t)
	return n
}

// furnish tells the stores what they sell and where, gives each warehouse a few
// units of each SKU, and the stores their quota.
func (n *net) furnish(t *rapid.T) {
	ahead := product("pot")
	ahead.Policy, ahead.Cap = catalog.Backorder, rapid.SampledFrom([]int64{0, 6}).Draw(t, "cap")
	early := product("tin")
	early.Policy, early.ReleaseOn = catalog.Preorder, n.release
	for _, command := range []any{
		store.SetDistricts{Districts: []catalog.District{
			{Code: "north", Name: "North", Warehouses: []id.Site{"wh1", "wh2"}},
			{Code: "south", Name: "South", Warehouses: []id.Site{"wh2", "wh1"}},
		}},
		store.ListProducts{Products: []catalog.Product{product("mug"), ahead, early}},
		store.SetWarehouses{Warehouses: []catalog.Warehouse{
			{Code: "wh1", Capacity: 3, CutOff: 12 * time.Hour, Safety: n.safety, PerBox: 100, PerUnit: 10},
			{Code: "wh2", Handling: 1, Safety: n.safety, PerBox: 90, PerUnit: 20},
		}},
	} {
		for _, s := range n.shops {
			if _, err := s.site.Do(context.Background(), command); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, h := range n.houses {
		command := warehouse.ReceiveStock{}
		for _, sku := range skus {
			command.Items = append(command.Items, warehouse.Item{SKU: sku, Units: rapid.Int64Range(1, 12).Draw(t, "stock")})
		}
		if _, err := h.site.Do(context.Background(), command); err != nil {
			t.Fatal(err)
		}
	}
	n.settle(t)
}

func product(sku id.SKU) catalog.Product {
	return catalog.Product{SKU: sku, Name: "A " + string(sku), Type: "kitchen", Category: "cups", Price: money.Of(450, "EUR")}
}

func (n *net) openShop(t *rapid.T, s *shop) {
	s.journal = watch(s.db)
	var err error
	s.site, err = store.Open(context.Background(), store.Ports{
		Journal: s.journal, Lookups: s.db, Queries: s.db, Records: s.db, Payments: s.till, IDs: n.ids, Now: n.clock.now,
	}, s.options)
	if err != nil {
		t.Fatal(err)
	}
}

func (n *net) openHouse(t *rapid.T, h *house) {
	var err error
	h.site, err = warehouse.Open(context.Background(), warehouse.Ports{
		Journal: h.db, Queries: h.db, Purchases: h.db, Returns: h.db, IDs: n.ids, Now: n.clock.now,
	}, h.options)
	if err != nil {
		t.Fatal(err)
	}
}

// restart lets a store begin again from what it has committed.
func (n *net) restart(t *rapid.T, s *shop) {
	s.site.Close()
	s.db = s.db.Clone()
	n.openShop(t, s)
}

func (n *net) close() {
	for _, s := range n.shops {
		s.site.Close()
	}
	for _, h := range n.houses {
		h.site.Close()
	}
}

func (n *net) anyShop(t *rapid.T) *shop {
	return rapid.SampledFrom(append(n.shops, n.shops[0], n.shops[0])).Draw(t, "store") // one of them is busier
}

func (n *net) anyHouse(t *rapid.T) *house { return rapid.SampledFrom(n.houses).Draw(t, "warehouse") }

func (s *shop) anyOrder(t *rapid.T) id.Order {
	if len(s.orders) == 0 {
		t.Skip("no orders yet")
	}
	return rapid.SampledFrom(s.orders).Draw(t, "order")
}

// anyOrderThat finds an order of a kind that is rare among all.
func (s *shop) anyOrderThat(t *rapid.T, is func(order.Order) bool) id.Order {
	var some []id.Order
	for _, which := range s.orders {
		if is(s.stored(t, which)) {
			some = append(some, which)
		}
	}
	if len(some) == 0 {
		t.Skip("no such order yet")
	}
	return rapid.SampledFrom(some).Draw(t, "order")
}

func sent(o order.Order) bool {
	return slices.ContainsFunc(o.Fulfillments, func(f order.Fulfillment) bool {
		return f.Stage == order.SentStage || f.Stage == order.DeliveredStage
	})
}

func moving(o order.Order) bool {
	return slices.ContainsFunc(o.Fulfillments, func(f order.Fulfillment) bool {
		return slices.ContainsFunc(f.Lines, func(p order.Part) bool { return p.Moving > 0 })
	})
}

// stored returns an order as it is committed.
func (s *shop) stored(t *rapid.T, which id.Order) order.Order {
	o, err := s.db.Order(context.Background(), which)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (n *net) anyFulfillment(t *rapid.T) (*house, fulfillment.Fulfillment) {
	h := n.anyHouse(t)
	all, err := h.db.Fulfillments(context.Background(), warehouse.FulfillmentQuery{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Skip("no fulfillments yet")
	}
	return h, rapid.SampledFrom(all).Draw(t, "fulfillment")
}

// carry delivers at most limit messages, beginning so many before the cursor,
// and returns how many there were.
func (n *net) carry(s *shop, h *house, inward bool, back, limit int) (int, error) {
	ctx := context.Background()
	var from, to books.Feeds = h.db, s.db
	origin, destination, apply := h.name, s.name, s.site.Apply
	if inward {
		from, to, origin, destination, apply = s.db, h.db, s.name, h.name, h.site.Apply
	}
	cursors, err := to.Cursors(ctx)
	if err != nil {
		return 0, err
	}
	var after uint64
	for _, c := range cursors {
		if c.Origin == string(origin) {
			after = c.Seq
		}
	}
	messages, err := from.Messages(ctx, string(destination), after-min(after, uint64(back)), limit, 1<<20)
	if err != nil || len(messages) == 0 {
		return 0, err
	}
	return len(messages), apply(ctx, messages)
}

// report audits all sites as they are now.
func (n *net) report(t *rapid.T) audit.Report {
	ctx := context.Background()
	var sources []audit.Source
	for _, s := range n.shops {
		source, err := s.db.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, source)
	}
	for _, h := range n.houses {
		source, err := h.db.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, source)
	}
	report, err := audit.Sites(ctx, sources, n.clock.now)
	if err != nil {
		t.Fatal(err)
	}
	return report
}
