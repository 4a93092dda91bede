package warehouse_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/engine/memory"
	"crossdock/site/books"
	"crossdock/site/warehouse"
	"crossdock/site/writer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	start   = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	errDisk = errors.New("the disk is full")
	free    = stock.Account{Kind: stock.Available}
	quota   = stock.QuotaOf("store")
)

// rig is a warehouse alone; the test itself speaks for the stores.
type rig struct {
	t       *testing.T
	last    atomic.Uint64
	db      *memory.Warehouse
	site    *warehouse.Warehouse
	now     time.Time
	voices  map[id.Site]*books.Books
	spoke   chan struct{} // the warehouse has committed messages
	woken   []id.Site     // to whom; written by the warehouse's writer
	options warehouse.Options
	busy    *atomic.Int64 // how many look-ups of fulfillments find the database busy
}

// flaky is a database that is busy for a while.
type flaky struct {
	warehouse.Journal
	busy *atomic.Int64
}

func (f flaky) Fulfillment(ctx context.Context, which id.Fulfillment) (fulfillment.Fulfillment, error) {
	if f.busy.Add(-1) >= 0 {
		return fulfillment.Fulfillment{}, fault.New(fault.Busy, "the database is busy")
	}
	return f.Journal.Fulfillment(ctx, which)
}

func newRig(t *testing.T, options warehouse.Options) *rig {
	if options.Stores == nil {
		options.Stores = []id.Site{"store"}
	}
	r := &rig{
		t: t, db: memory.NewWarehouse("wh1", 1), voices: map[id.Site]*books.Books{},
		now: start, spoke: make(chan struct{}, 1), options: options, busy: &atomic.Int64{},
	}
	for _, name := range []id.Site{"store", "other"} {
		r.voices[name] = books.Open(books.Snapshot{Site: name, Epoch: 1})
	}
	r.open()
	return r
}

func (r *rig) open() {
	r.t.Helper()
	site, err := warehouse.Open(r.t.Context(), warehouse.Ports{
		Journal: flaky{r.db, r.busy}, Queries: r.db, Purchases: r.db, Returns: r.db,
		IDs: r, Now: func() time.Time { return r.now },
		Committed: func(to []id.Site) {
			r.woken = append(r.woken, to...)
			select {
			case r.spoke <- struct{}{}:
			default:
			}
		},
	}, r.options)
	if err != nil {
		r.t.Fatal(err)
	}
	r.site = site
	r.t.Cleanup(site.Close)
}

// New implements id.Source with identifiers that count up.
func (r *rig) New() id.UUID {
	u := id.UUID{6: 0x70, 8: 0x80}
	for i, n := 15, r.last.Add(1); n > 0; i, n = i-1, n>>8 {
		u[i] = byte(n)
	}
	return u
}

func (r *rig) do(command any) any {
	r.t.Helper()
	answer, err := r.site.Do(r.t.Context(), command)
	if err != nil {
		r.t.Fatalf("%T: %v", command, err)
	}
	return answer
}

// together runs commands in one batch: the database is held up while they come in.
func (r *rig) together(commands ...any) {
	r.t.Helper()
	held, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	r.db.Fail(func(int) error {
		once.Do(func() {
			close(held)
			<-release
		})
		return nil
	})
	defer r.db.Fail(nil)
	jobs := make([]*writer.Job, 0, len(commands)+1)
	for _, command := range append([]any{warehouse.ReceiveStock{Items: []warehouse.Item{{SKU: "gate", Units: 1}}}}, commands...) {
		job, err := r.site.Submit(r.t.Context(), command)
		if err != nil {
			r.t.Fatal(err)
		}
		if jobs = append(jobs, job); len(jobs) == 1 {
			<-held
		}
	}
	close(release)
	for i, job := range jobs {
		if _, err := job.Wait(r.t.Context()); err != nil {
			r.t.Errorf("command %d of a batch: %v", i, err)
		}
	}
}

// refused runs a command that must fail like this and change nothing.
func (r *rig) refused(kind fault.Kind, command any) {
	r.t.Helper()
	before := r.state()
	if _, err := r.site.Do(r.t.Context(), command); !fault.Is(err, kind) {
		r.t.Errorf("%T: %v, want %v", command, err, kind)
	}
	same(r.t, "state", before, r.state())
}

func same[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (r *rig) receive(sku id.SKU, units int64) {
	r.t.Helper()
	r.do(warehouse.ReceiveStock{Items: []warehouse.Item{{SKU: sku, Units: units}}})
}

// hear has the warehouse apply what a store says.
func (r *rig) hear(from id.Site, key string, bodies ...event.Body) {
	r.t.Helper()
	for _, body := range bodies {
		if err := r.voices[from].Say("wh1", key, body, start); err != nil {
			r.t.Fatal(err)
		}
	}
	r.apply(r.voices[from].Seal().Messages)
}

func (r *rig) apply(messages []feed.Message) {
	r.t.Helper()
	if err := r.site.Apply(context.Background(), messages); err != nil {
		r.t.Error(err)
	}
}

// request asks for units as one order, and returns its fulfillment.
func (r *rig) request(from id.Site, lines ...event.Line) event.FulfillmentRequested {
	r.t.Helper()
	for i := range lines {
		lines[i].Line = i + 1
	}
	m := event.FulfillmentRequested{
		Order: id.Order{UUID: r.New()}, Number: 1, Fulfillment: id.Fulfillment{UUID: r.New()}, Epoch: 1, PlacedAt: start,
		Address: order.Address{Name: "Ann", District: "north"}, Lines: lines,
	}
	r.hear(from, m.Order.String(), m)
	return m
}

func (r *rig) balance(sku id.SKU, account stock.Account) int64 {
	r.t.Helper()
	for _, b := range r.state().Snapshot.Books.Balances {
		if b.SKU == sku && b.Account == account {
			return b.Units
		}
	}
	return 0
}

// stored is everything that a command may change.
type stored struct {
	Snapshot     warehouse.Snapshot
	Fulfillments []fulfillment.Fulfillment
	Purchases    []purchase.Purchase
	Returns      []fulfillment.ReturnOrder
	Said         []feed.Message
	Parked       []books.Parked
}

func (r *rig) state() stored {
	r.t.Helper()
	ctx := context.Background()
	var s stored
	errs := make([]error, 6)
	s.Snapshot, errs[0] = r.db.Load(ctx)
	s.Fulfillments, errs[1] = r.db.Fulfillments(ctx, warehouse.FulfillmentQuery{Limit: 1000})
	s.Said, errs[2] = r.db.Messages(ctx, "store", 0, 1000, 1<<20)
	s.Parked, errs[3] = r.db.Parked(ctx)
	s.Purchases, errs[4] = r.db.Purchases(ctx, warehouse.PurchaseQuery{Limit: 1000})
	s.Returns, errs[5] = r.db.Returns(ctx, warehouse.ReturnQuery{Limit: 1000})
	if err := errors.Join(errs...); err != nil {
		r.t.Fatal(err)
	}
	return s
}

// said returns all bodies of one type that the store was told, oldest first.
func said[T event.Body](r *rig) []T {
	r.t.Helper()
	return saidTo[T](r, "store")
}

func saidTo[T event.Body](r *rig, to id.Site) []T {
	r.t.Helper()
	messages, err := r.db.Messages(context.Background(), string(to), 0, 1000, 1<<20)
	if err != nil {
		r.t.Fatal(err)
	}
	var all []T
	for _, m := range messages {
		body, err := event.Decode(m.Kind, m.Body)
		if err != nil {
			r.t.Fatal(err)
		}
		if one, ok := body.(T); ok {
			all = append(all, one)
		}
	}
	return all
}
