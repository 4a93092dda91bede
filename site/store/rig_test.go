package store_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/engine/memory"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/writer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDisk = errors.New("the disk is full")

// rig is a store alone; the test itself speaks for the warehouses.
type rig struct {
	t       *testing.T
	ids     *serial
	clock   *hands
	db      *memory.Store
	store   *store.Store
	options store.Options
	journal *watched
	pay     store.Payments // nil: on delivery alone
	voices  map[id.Site]*books.Books
	spoke   chan struct{}             // the store has committed messages
	busy    *atomic.Int64             // how many look-ups of orders find the database busy
	locked  *atomic.Pointer[id.Order] // an order that cannot be looked up
}

// flaky is a database that is busy for a while.
type flaky struct {
	store.Lookups
	busy   *atomic.Int64
	locked *atomic.Pointer[id.Order]
}

func (f flaky) Order(ctx context.Context, which id.Order) (order.Order, error) {
	if locked := f.locked.Load(); f.busy.Add(-1) >= 0 || locked != nil && *locked == which {
		return order.Order{}, fault.New(fault.Busy, "the database is busy")
	}
	return f.Lookups.Order(ctx, which)
}

// newRig opens a store with products mug, pot and tin, in districts that wh1 and
// wh2 serve, and gives it quota of 5 mugs at wh1, 3 at wh2 and 4 pots at wh1.
func newRig(t *testing.T, options store.Options) *rig { return newPaidRig(t, options, nil) }

// newPaidRig is newRig with a payment provider.
func newPaidRig(t *testing.T, options store.Options, payments store.Payments) *rig {
	if options.TickEvery == 0 {
		options.TickEvery = -1 // the test ticks
	}
	r := &rig{t: t, busy: &atomic.Int64{}, locked: &atomic.Pointer[id.Order]{}, ids: &serial{}, clock: &hands{}, pay: payments, db: memory.NewStore("store", 1), options: options, voices: map[id.Site]*books.Books{}, spoke: make(chan struct{}, 1)}
	for _, name := range []id.Site{"wh1", "wh2"} {
		r.voices[name] = books.Open(books.Snapshot{Site: name, Epoch: 1})
	}
	r.open()
	r.do(store.SetDistricts{Districts: []catalog.District{
		{Code: "north", Name: "North", Warehouses: []id.Site{"wh1", "wh2"}},
		{Code: "south", Name: "South", Warehouses: []id.Site{"wh2"}},
	}})
	r.do(store.ListProducts{Products: []catalog.Product{product("mug"), product("pot"), product("tin")}})
	r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 5}, event.Units{SKU: "pot", Quantity: 4}))
	r.hear("wh2", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 3}))
	return r
}

func (r *rig) open() {
	r.t.Helper()
	r.journal = watch(r.db)
	opened, err := store.Open(r.t.Context(), store.Ports{
		Journal: r.journal, Lookups: flaky{r.db, r.busy, r.locked}, Queries: r.db, Records: r.db, Payments: r.pay, IDs: r.ids, Now: r.clock.now,
		Committed: func([]id.Site) {
			select {
			case r.spoke <- struct{}{}:
			default:
			}
		},
	}, r.options)
	if err != nil {
		r.t.Fatal(err)
	}
	r.store = opened
	r.t.Cleanup(opened.Close)
}

// reopen lets the store begin again from what it has committed, as after a crash.
func (r *rig) reopen() {
	r.t.Helper()
	r.store.Close()
	r.db = r.db.Clone()
	r.open()
}

// until waits for a commit that makes it so.
func (r *rig) until(what string, so func() bool) {
	r.t.Helper()
	limit := time.After(10 * time.Second)
	for {
		commit := r.journal.commit()
		if so() {
			return
		}
		select {
		case <-commit:
		case <-limit:
			r.t.Fatalf("never: %s", what)
		}
	}
}

// do runs a command that must succeed.
func (r *rig) do(command any) any {
	r.t.Helper()
	answer, err := r.store.Do(r.t.Context(), command)
	if err != nil {
		r.t.Fatalf("%T: %v", command, err)
	}
	return answer
}

// refused runs a command that must fail like this and change nothing.
func (r *rig) refused(kind fault.Kind, field string, command any) {
	r.t.Helper()
	before := r.state()
	_, err := r.store.Do(r.t.Context(), command)
	_, got := fault.Public(err)
	if !fault.Is(err, kind) || got != field {
		r.t.Errorf("%v (%s), want %v (%s)", err, got, kind, field)
	}
	same(r.t, "state after "+kind.String(), before, r.state())
}

func same[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// place takes an order of a customer in the north without asking warehouses.
func (r *rig) place(lines ...store.Wanted) order.Order {
	r.t.Helper()
	return r.do(order1(lines...)).(store.Placement).Order
}

func order1(lines ...store.Wanted) store.PlaceOrder {
	return store.PlaceOrder{
		Customer: customer, Address: order.Address{Name: "Ann", District: "north"}, Lines: lines, NoAsk: true,
	}
}

func want(sku id.SKU, units int64) store.Wanted { return store.Wanted{SKU: sku, Units: units} }

// say has a warehouse say something, without the store hearing it.
func (r *rig) say(from id.Site, key string, bodies ...event.Body) []feed.Message {
	r.t.Helper()
	for _, body := range bodies {
		if err := r.voices[from].Say("store", key, body, start); err != nil {
			r.t.Fatal(err)
		}
	}
	return r.voices[from].Seal().Messages
}

// hear has the store apply what a warehouse says.
func (r *rig) hear(from id.Site, key string, bodies ...event.Body) {
	r.t.Helper()
	r.apply(r.say(from, key, bodies...))
}

func (r *rig) apply(messages []feed.Message) {
	r.t.Helper()
	if err := r.store.Apply(r.t.Context(), messages); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) grant(ask id.Grant, units ...event.Units) event.QuotaGranted {
	return event.QuotaGranted{Grant: id.Grant{UUID: r.ids.New()}, Ask: ask, Epoch: 1, Units: units}
}

// step is what a warehouse says of the fulfillment number i of an order.
func step(o order.Order, i int, to order.Stage, version int, voided ...order.Part) event.FulfillmentChanged {
	return event.FulfillmentChanged{
		Order: o.ID, Fulfillment: o.Fulfillments[i].ID, To: to, Version: version, At: start, Voided: voided,
	}
}

// send has the warehouse of fulfillment i tell every step up to the hand-off.
func (r *rig) send(o order.Order, i int) {
	for n, to := range []order.Stage{order.Accepted, order.Picking, order.PickedStage, order.ReadyStage, order.SentStage} {
		r.hear(o.Fulfillments[i].Warehouse, o.ID.String(), step(o, i, to, n+1))
	}
}

// stored is everything that a command may change.
type stored struct {
	Snapshot store.Snapshot
	Orders   []order.Order
	To1, To2 []feed.Message
	Parked   []books.Parked
}

func (r *rig) state() stored {
	r.t.Helper()
	ctx := context.Background()
	var s stored
	var page store.OrderPage
	errs := make([]error, 5)
	s.Snapshot, errs[0] = r.db.Load(ctx)
	page, errs[1] = r.db.Orders(ctx, store.OrderQuery{Limit: 1000})
	s.To1, errs[2] = r.db.Messages(ctx, "wh1", 0, 1000, 1<<20)
	s.To2, errs[3] = r.db.Messages(ctx, "wh2", 0, 1000, 1<<20)
	s.Parked, errs[4] = r.db.Parked(ctx)
	s.Orders = page.Orders
	if err := errors.Join(errs...); err != nil {
		r.t.Fatal(err)
	}
	return s
}

// stored returns an order as it is committed.
func (r *rig) order(which id.Order) order.Order {
	r.t.Helper()
	o, err := r.db.Order(context.Background(), which)
	if err != nil {
		r.t.Fatal(err)
	}
	return o
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

// last decodes the newest message to a warehouse.
func (r *rig) last(to id.Site) event.Body {
	r.t.Helper()
	messages := r.state().To1
	if to == "wh2" {
		messages = r.state().To2
	}
	m := messages[len(messages)-1]
	body, err := event.Decode(m.Kind, m.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return body
}

// queue has commands decided as one batch: they come in while a commit runs.
func (r *rig) queue(commands ...any) []*writer.Job {
	r.t.Helper()
	begun, open := make(chan struct{}), make(chan struct{})
	shut := fault.New(fault.Busy, "the gate is shut")
	_, err := r.store.Submit(r.t.Context(), store.ChangeCart{Owner: "guest:gate", Change: func(c cart.Cart) (cart.Cart, error) {
		close(begun)
		<-open
		return c, shut // nothing to commit
	}})
	if err != nil {
		r.t.Fatal(err)
	}
	<-begun
	jobs := make([]*writer.Job, len(commands))
	for i, command := range commands {
		if jobs[i], err = r.store.Submit(r.t.Context(), command); err != nil {
			r.t.Fatal(err)
		}
	}
	close(open)
	return jobs
}
