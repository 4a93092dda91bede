package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
)

var retries = flag.Int("retries", 2000, "how often TestRetriesAcrossKills sends a request that was sent before")

// What the shop of the test has, and how it is asked.
const (
	products      = 8
	openingStock  = 200_000 // of each product at each warehouse
	callers       = 16
	retriesOfEach = 4 // request: two of the five copies at the same moment
)

var shelves = []id.Site{"wh1", "wh2"}

// TestRetriesAcrossKills kills the program again and again while clients send
// keyed requests, and resends every request, answered or not, alone and beside
// itself: in the end each has had its effect once, and told the same each time.
func TestRetriesAcrossKills(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute+time.Duration(*retries)*20*time.Millisecond)
	defer cancel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	requests := makeRequests(random, max(*retries/retriesOfEach, 1))
	s := openShop(t)
	s.fill(ctx)

	began := time.Now()
	c := &clients{jobs: shuffled(random, requests)}
	kills := max(12, *retries/1000)
	c.killAt = moments(random, kills, len(requests)*(retriesOfEach+1))
	c.due = make(chan struct{}, kills)
	for range callers {
		first := s.life
		c.working.Go(func() { c.work(ctx, first) })
	}
	met := c.killing(ctx, s, random)
	c.working.Wait()
	for _, err := range c.failed {
		t.Error(err)
	}
	took := time.Since(began)

	sum := account(t, requests)
	sum.check(ctx, s, requests)
	t.Logf("%d keys (%d orders, %d receipts, %d adjustments): %d retries in %.0f s",
		len(requests), sum.of[placing], sum.of[receiving], sum.of[adjusting], sum.sent-len(requests), took.Seconds())
	t.Logf("%d kills while %d requests were in flight; %d were not answered, of %d keys the effect stood all the same",
		kills, met, c.lost.Load(), sum.foundDone)
	t.Logf("%d orders, effects twice: %d", sum.orders, sum.twice)
	if c.lost.Load() == 0 || met == 0 {
		t.Error("no request was in flight when the program was killed")
	}
}

// killing kills the program at each moment that is due, or some milliseconds
// later, and returns how many requests were in flight then.
func (c *clients) killing(ctx context.Context, s *shop, random *rand.Rand) int64 {
	s.t.Helper()
	var met int64
	for range len(c.killAt) {
		select {
		case <-c.due:
		case <-ctx.Done():
			s.t.Fatal("the requests are not answered in time")
		}
		<-time.After(time.Duration(random.Int64N(int64(20 * time.Millisecond))))
		met += c.inFlight.Load()
		s.revive()
	}
	return met
}

// kind is what a request asks for.
type kind int

const (
	placing kind = iota
	receiving
	adjusting
)

// retried is a request with its key, and what was answered to it so far.
type retried struct {
	name  string
	kind  kind
	sku   id.SKU
	site  id.Site // of a receipt or an adjustment
	units int64
	sent  atomic.Int64

	mu       sync.Mutex
	fresh    int // answers that claim the effect for this very request
	answered int
	order    answer
}

// answer is what must be the same whenever an order is told of.
type answer struct {
	id     id.Order
	number int64
	replay bool
}

func skuOf(i int) id.SKU { return id.SKU(fmt.Sprintf("MUG-%d", i)) }

// makeRequests draws requests: eight in ten place an order.
func makeRequests(random *rand.Rand, count int) []*retried {
	requests := make([]*retried, count)
	for i := range requests {
		r := &retried{name: fmt.Sprintf("key-%d", i), sku: skuOf(random.IntN(products)), units: 1 + random.Int64N(3)}
		switch i % 10 {
		case 8:
			r.kind, r.site = receiving, shelves[random.IntN(len(shelves))]
		case 9:
			r.kind, r.site = adjusting, shelves[random.IntN(len(shelves))]
			if random.IntN(2) == 0 {
				r.units = -r.units
			}
		}
		requests[i] = r
	}
	return requests
}

// shuffled returns all copies of the requests, in an order that spreads those of
// one request over the whole run.
func shuffled(random *rand.Rand, requests []*retried) chan job {
	var all []job
	for _, r := range requests {
		all = append(all, job{r, 2})
		for range retriesOfEach - 1 {
			all = append(all, job{r, 1})
		}
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	jobs := make(chan job, len(all))
	for _, j := range all {
		jobs <- j
	}
	close(jobs)
	return jobs
}

// moments draws so many numbers of answers, not all too early or late.
func moments(random *rand.Rand, count, answers int) map[int64]bool {
	drawn := make(map[int64]bool, count)
	for len(drawn) < count {
		drawn[int64(answers/20+random.IntN(answers*9/10))] = true
	}
	return drawn
}

func (r *retried) send(ctx context.Context, client *api.Client) (answer, error) {
	r.sent.Add(1)
	switch r.kind {
	case receiving:
		done, err := client.Receive(ctx, r.name, r.site, api.Receipt{Items: []api.Wanted{{SKU: r.sku, Quantity: r.units}}})
		return answer{replay: done.Replay}, err
	case adjusting:
		done, err := client.Adjust(ctx, r.name, r.site, api.Adjustment{SKU: r.sku, Delta: r.units, Reason: "counted"})
		return answer{replay: done.Replay}, err
	default:
		placed, err := client.PlaceOrder(ctx, r.name, r.wish())
		if err == nil && len(placed.Short) > 0 {
			err = fault.New(fault.Short, "the order is short of %+v", placed.Short)
		}
		return answer{placed.Order.ID, placed.Order.Number, placed.Replay}, err
	}
}

func (r *retried) wish() api.OrderRequest {
	return api.OrderRequest{
		Reference: r.name, Address: api.Address{Name: "A Customer", District: "everywhere"},
		Lines: []api.Wanted{{SKU: r.sku, Quantity: r.units}},
	}
}

// hear holds an answer against those before.
func (r *retried) hear(said answer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !said.replay {
		r.fresh++
	}
	r.answered++
	said.replay = false
	if r.answered > 1 && r.order != said {
		return fault.New(fault.Internal, "order %d (%s) was answered, then order %d (%s)", r.order.number, r.order.id, said.number, said.id)
	}
	r.order = said
	return nil
}

// sums is what the requests must have come to, each counted once.
type sums struct {
	t         *testing.T
	of        map[kind]int
	sent      int
	foundDone int // keys of which every answer says that it was done before
	sold      map[id.SKU]int64
	onHand    map[id.Site]map[id.SKU]int64
	orders    int // that the store has
	twice     int // effects that are there, or were claimed, once more
}

func account(t *testing.T, requests []*retried) *sums {
	t.Helper()
	sum := &sums{t: t, of: map[kind]int{}, sold: map[id.SKU]int64{}, onHand: map[id.Site]map[id.SKU]int64{}}
	for _, site := range shelves {
		sum.onHand[site] = map[id.SKU]int64{}
		for i := range products {
			sum.onHand[site][skuOf(i)] = openingStock
		}
	}
	for _, r := range requests {
		sum.of[r.kind]++
		sum.sent += int(r.sent.Load())
		if r.kind == placing {
			sum.sold[r.sku] += r.units
		} else {
			sum.onHand[r.site][r.sku] += r.units
		}
		switch {
		case r.answered != retriesOfEach+1:
			t.Errorf("%s was answered %d times, not %d", r.name, r.answered, retriesOfEach+1)
		case r.fresh > 1:
			sum.twice++
			t.Errorf("%s was told %d times that it was done now", r.name, r.fresh)
		case r.fresh == 0:
			sum.foundDone++
		}
	}
	return sum
}

// check holds the shop against the sums, stops it, and audits its files.
func (sum *sums) check(ctx context.Context, s *shop, requests []*retried) {
	t := sum.t
	t.Helper()
	client := s.life.client
	eventually(t, "all sites have read each other's feeds", func() bool { return s.atRest(ctx) })
	own, known := s.levels(ctx)
	if diff := cmp.Diff(own, known); diff != "" {
		t.Errorf("what the warehouses have (-), and what the store knows of it (+):\n%s", diff)
	}
	allocated := map[id.SKU]int64{}
	for _, level := range own {
		allocated[level.SKU] += level.Allocated
		if want := sum.onHand[level.Warehouse][level.SKU]; level.OnHand != want {
			sum.twice++
			t.Errorf("%s has %d of %s, not %d", level.Warehouse, level.OnHand, level.SKU, want)
		}
	}
	for sku, want := range sum.sold {
		if allocated[sku] != want {
			sum.twice++
			t.Errorf("%d units of %s are allocated, not %d", allocated[sku], sku, want)
		}
	}
	sum.checkOrders(ctx, client, requests)
	other := requests[0].wish()
	other.Lines[0].Quantity++
	if _, err := client.PlaceOrder(ctx, requests[0].name, other); !fault.Is(err, fault.Mismatch) {
		t.Errorf("a key with another request: %v", err)
	}
	s.stop()
	s.audit()
}

// checkOrders goes through all orders that the store has: those that were
// answered, and no other.
func (sum *sums) checkOrders(ctx context.Context, client *api.Client, requests []*retried) {
	t := sum.t
	t.Helper()
	want := map[string]id.Order{}
	for _, r := range requests {
		if r.kind == placing {
			want[r.name] = r.order.id
		}
	}
	for query := (api.OrderQuery{Limit: api.MaxPage}); ; {
		page, err := client.Orders(ctx, query)
		if err != nil {
			t.Fatal(err)
		}
		sum.orders += len(page.Orders)
		for _, o := range page.Orders {
			if o.Status != "placed" || want[o.Reference] != o.ID {
				t.Errorf("order %d of %s (%s) is %s; the answer was %s", o.Number, o.Reference, o.ID, o.Status, want[o.Reference])
			}
		}
		if query.Cursor = page.Next; query.Cursor == "" {
			break
		}
	}
	if sum.orders != sum.of[placing] {
		sum.twice += max(0, sum.orders-sum.of[placing])
		t.Errorf("there are %d orders for %d keys", sum.orders, sum.of[placing])
	}
}

// fill lists the products, receives the goods, and waits until the store holds
// its part.
func (s *shop) fill(ctx context.Context) {
	s.t.Helper()
	client := s.life.client
	mug := api.ProductBody{Name: "A Mug", Type: "kitchen", Category: "mugs", Price: money.Of(950, "GBP")}
	var goods []api.Wanted
	for i := range products {
		if _, err := client.PutProduct(ctx, skuOf(i), mug); err != nil {
			s.t.Fatal(err)
		}
		goods = append(goods, api.Wanted{SKU: skuOf(i), Quantity: openingStock})
	}
	for _, site := range shelves {
		if _, err := client.Receive(ctx, "opening", site, api.Receipt{Items: goods}); err != nil {
			s.t.Fatal(err)
		}
	}
	eventually(s.t, "the store holds half of the stock", func() bool {
		page, err := client.Stock(ctx, api.StockQuery{})
		if err != nil {
			s.t.Fatal(err)
		}
		return len(page.Stock) == products*len(shelves) &&
			!slices.ContainsFunc(page.Stock, func(row api.Stock) bool { return row.Held != openingStock/2 })
	})
}

// atRest reports whether no site has anything to read of another.
func (s *shop) atRest(ctx context.Context) bool {
	links, err := s.life.client.Links(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	return !slices.ContainsFunc(links, func(l api.Link) bool { return !l.Connected || l.Lag > 0 })
}

// levels returns what the warehouses have, and what the store knows of it.
func (s *shop) levels(ctx context.Context) (own, known map[string]api.Level) {
	s.t.Helper()
	own, known = map[string]api.Level{}, map[string]api.Level{}
	for _, site := range shelves {
		page, err := s.life.client.WarehouseStock(ctx, site, api.StockQuery{})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, level := range page.Levels {
			level.Name = "" // the store does not tell it with the stock
			own[string(site)+" "+string(level.SKU)] = level
		}
	}
	page, err := s.life.client.Stock(ctx, api.StockQuery{})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, row := range page.Stock {
		known[string(row.Warehouse)+" "+string(row.SKU)] = row.Level
	}
	return own, known
}

// audit has the program prove the files of a shop that was stopped.
func (s *shop) audit() {
	s.t.Helper()
	out, err := s.command("audit", "--json").Output()
	if err != nil {
		s.t.Errorf("crossdock audit: %v\n%s", err, out)
		return
	}
	var report reportJSON
	if err := json.Unmarshal(out, &report); err != nil {
		s.t.Fatalf("%v in %s", err, out)
	}
	if !report.Right || len(report.Sites) != 1+len(shelves) || len(report.NotChecked) > 0 {
		s.t.Errorf("crossdock audit: %s", out)
	}
}
