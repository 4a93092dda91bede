package store_test

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/catalog"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/engine/memory"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

var (
	customer  = id.User{UUID: id.UUID{15: 1}}
	districts = []id.District{"north", "south"}
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

// net is a store and two warehouses, whose messages move when a step says so.
type net struct {
	ids     *serial
	now     time.Time
	storeDB *memory.Store
	store   *store.Store
	houses  []*house
	orders  []id.Order
	keyed   map[string]id.Order
	claims  int
	broke   bool // a commit was made to fail since the last command
}

type house struct {
	name    id.Site
	options warehouse.Options
	db      *memory.Warehouse
	site    *warehouse.Warehouse
	cut     bool
}

func drawSKU(t *rapid.T) id.SKU {
	return rapid.SampledFrom([]id.SKU{"mug", "pot", "tin"}).Draw(t, "sku")
}

func newNet(t *rapid.T) *net {
	n := &net{ids: &serial{}, now: start, storeDB: memory.NewStore("store", 1), keyed: map[string]id.Order{}}
	n.openStore(t)
	share := rapid.SampledFrom([]int{100, 60}).Draw(t, "share")
	safety := rapid.Int64Range(0, 2).Draw(t, "safety")
	for _, name := range []id.Site{"wh1", "wh2"} {
		h := &house{name: name, db: memory.NewWarehouse(name, 1)}
		h.options = warehouse.Options{Store: "store", Safety: safety, SharePercent: share, RecallWait: -1}
		n.openHouse(t, h)
		n.houses = append(n.houses, h)
	}
	for _, command := range []any{
		store.SetDistricts{Districts: []catalog.District{
			{Code: "north", Name: "North", Warehouses: []id.Site{"wh1", "wh2"}},
			{Code: "south", Name: "South", Warehouses: []id.Site{"wh2", "wh1"}},
		}},
		store.ListProducts{Products: []catalog.Product{product("mug"), product("pot"), product("tin")}},
	} {
		if _, err := n.store.Do(context.Background(), command); err != nil {
			t.Fatal(err)
		}
	}
	n.stockUp(t)
	return n
}

// stockUp gives each warehouse a few units of each SKU, and the store its quota.
func (n *net) stockUp(t *rapid.T) {
	for _, h := range n.houses {
		command := warehouse.ReceiveStock{}
		for _, sku := range []id.SKU{"mug", "pot", "tin"} {
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

func (n *net) openStore(t *rapid.T) {
	var err error
	n.store, err = store.Open(context.Background(), store.Ports{
		Journal: n.storeDB, Lookups: n.storeDB, Queries: n.storeDB, IDs: n.ids, Now: func() time.Time { return n.now },
	}, store.Options{AskWait: -1})
	if err != nil {
		t.Fatal(err)
	}
}

func (n *net) openHouse(t *rapid.T, h *house) {
	var err error
	h.site, err = warehouse.Open(context.Background(), warehouse.Ports{
		Journal: h.db, Queries: h.db, IDs: n.ids, Now: func() time.Time { return n.now },
	}, h.options)
	if err != nil {
		t.Fatal(err)
	}
}

func (n *net) close() {
	n.store.Close()
	for _, h := range n.houses {
		h.site.Close()
	}
}

func (n *net) know(o order.Order) { n.orders = append(n.orders, o.ID) }

func (n *net) anyHouse(t *rapid.T) *house { return rapid.SampledFrom(n.houses).Draw(t, "warehouse") }

func (n *net) anyOrder(t *rapid.T) id.Order {
	if len(n.orders) == 0 {
		t.Skip("no orders yet")
	}
	return rapid.SampledFrom(n.orders).Draw(t, "order")
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
func (n *net) carry(h *house, inward bool, back, limit int) (int, error) {
	ctx := context.Background()
	var from, to books.Feeds = h.db, n.storeDB
	origin, destination, apply := h.name, id.Site("store"), n.store.Apply
	if inward {
		from, to, origin, destination, apply = n.storeDB, h.db, "store", h.name, h.site.Apply
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

// report audits the three sites as they are now.
func (n *net) report(t *rapid.T) audit.Report {
	ctx := context.Background()
	source, err := n.storeDB.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	sources := []audit.Source{source}
	for _, h := range n.houses {
		source, err := h.db.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, source)
	}
	report, err := audit.Sites(ctx, sources, func() time.Time { return n.now })
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// check audits, and wants that nothing is parked: every message that these sites
// send each other can be applied.
func (n *net) check(t *rapid.T) {
	report := n.report(t)
	for _, f := range report.Findings {
		t.Errorf("invariant %d at %s: %s %s", f.Invariant, f.Site, f.Row, f.Text)
	}
	for _, feeds := range append([]books.Feeds{n.storeDB}, n.houses[0].db, n.houses[1].db) {
		parked, err := feeds.Parked(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range parked {
			t.Errorf("parked: %s from %s: %s", p.Message.Kind, p.Message.Origin, p.Reason)
		}
	}
}

// end heals and delivers everything; then both sides must be equal.
func (n *net) end(t *rapid.T) {
	n.storeDB.Fail(nil)
	for _, h := range n.houses {
		h.db.Fail(nil)
		h.cut = false
	}
	n.settle(t)
	n.check(t)
	for _, site := range n.report(t).Sites {
		if site.Unread > 0 {
			t.Errorf("%d messages to %s are unread", site.Unread, site.Site)
		}
	}
	n.compareOrders(t)
	n.compareLevels(t)
}

// compareOrders wants each part of an order to be as at its warehouse, and
// every question to be answered.
func (n *net) compareOrders(t *rapid.T) {
	theirs := map[id.Fulfillment]fulfillment.Fulfillment{}
	for _, h := range n.houses {
		all, err := h.db.Fulfillments(context.Background(), warehouse.FulfillmentQuery{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			theirs[f.ID] = f
		}
	}
	for _, which := range n.orders {
		o, err := n.storeDB.Order(context.Background(), which)
		if err != nil {
			t.Fatal(err)
		}
		if o.VoidAsked && o.Status != order.Voided {
			t.Errorf("order %d is %s and still waits for a void", o.Number, o.Status)
		}
		_, notices, err := n.storeDB.Story(context.Background(), which)
		if err != nil {
			t.Fatal(err)
		}
		for _, notice := range notices {
			if o.Status == order.Voided && strings.HasPrefix(notice.Event, "void-refused") {
				t.Errorf("order %d was voided whole, but its customer was told: %s", o.Number, notice.Text)
			}
		}
		n.compareParts(t, o, theirs)
	}
}

func (n *net) compareParts(t *rapid.T, o order.Order, theirs map[id.Fulfillment]fulfillment.Fulfillment) {
	for _, f := range o.Fulfillments {
		other := theirs[f.ID]
		if other.Stage != f.Stage {
			t.Errorf("order %d at %s is %s, but %s there", o.Number, f.Warehouse, f.Stage, other.Stage)
		}
		for i, part := range f.Lines {
			line := other.Lines[i]
			if part.Line != line.Line || part.Quantity != line.Quantity || part.Voided != line.Voided || part.Returned != line.Returned {
				t.Errorf("order %d at %s: %+v, but %+v there", o.Number, f.Warehouse, part, line)
			}
			if part.Asked != 0 {
				t.Errorf("order %d at %s: line %d still waits for the void of %d", o.Number, f.Warehouse, part.Line, part.Asked)
			}
		}
	}
}

// compareLevels wants the store's copy of each level to be the warehouse's own.
func (n *net) compareLevels(t *rapid.T) {
	ours := map[id.Site]map[id.SKU]stock.Level{"wh1": {}, "wh2": {}}
	snapshot, err := n.storeDB.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range snapshot.Levels {
		ours[level.Warehouse][level.SKU] = level
	}
	for _, h := range n.houses {
		rows, err := h.db.Levels(context.Background(), warehouse.StockQuery{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			own, told := ours[h.name][row.Level.SKU]
			if !told && row.Level.Version == 0 {
				continue // nothing of it ever moved
			}
			row.Level.Warehouse = h.name
			if diff := gocmp.Diff(row.Level, own); diff != "" {
				t.Errorf("%s of %s (-warehouse +store):\n%s", row.Level.SKU, h.name, diff)
			}
		}
	}
}
