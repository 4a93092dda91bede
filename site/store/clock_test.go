package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/site/store"
)

var errRow = errors.New("the row is garbage")

// damage is what of a database cannot be read, and what a store has told of it.
type damage struct {
	mu     sync.Mutex
	kind   fault.Kind
	orders map[id.Order]bool // of which the row is damaged
	steps  map[id.Order]bool // of which the payment is
	told   []error
}

func (d *damage) check(rows *map[id.Order]bool, which id.Order) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if (*rows)[which] {
		return &fault.Error{Kind: d.kind, Message: "it cannot be read", Cause: errRow}
	}
	return nil
}

// tell keeps what the store reports.
func (d *damage) tell(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = append(d.told, err)
}

// damages says what is damaged from now on, and forgets what was told.
func (d *damage) damages(kind fault.Kind, orders, steps []id.Order) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kind, d.orders, d.steps, d.told = kind, map[id.Order]bool{}, map[id.Order]bool{}, nil
	for _, which := range orders {
		d.orders[which] = true
	}
	for _, which := range steps {
		d.steps[which] = true
	}
}

func (d *damage) reports() []error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.told
}

type damagedRows struct {
	store.Lookups
	damage *damage
}

func (l damagedRows) Order(ctx context.Context, which id.Order) (order.Order, error) {
	if err := l.damage.check(&l.damage.orders, which); err != nil {
		return order.Order{}, err
	}
	return l.Lookups.Order(ctx, which)
}

type damagedSteps struct {
	store.Records
	damage *damage
}

func (r damagedSteps) Transactions(ctx context.Context, which id.Order) ([]pay.Transaction, error) {
	if err := r.damage.check(&r.damage.steps, which); err != nil {
		return nil, err
	}
	return r.Records.Transactions(ctx, which)
}

// damageable lets the store begin again on a database that can be damaged.
func (r *rig) damageable() *damage {
	r.t.Helper()
	d := &damage{}
	r.store.Close()
	r.db = r.db.Clone()
	with := ports(r, r.db, nil)
	with.Lookups, with.Records, with.Failed = damagedRows{r.db, d}, damagedSteps{r.db, d}, d.tell
	opened, err := store.Open(r.t.Context(), with, r.options)
	if err != nil {
		r.t.Fatal(err)
	}
	r.store = opened
	r.t.Cleanup(opened.Close)
	return d
}

// transfers takes orders of a mug each whose money does not come.
func (r *rig) transfers(n int) []order.Order {
	r.t.Helper()
	orders := make([]order.Order, n)
	for i := range orders {
		c := order1(want("mug", 1))
		c.Payment = pay.BankTransfer
		orders[i] = r.do(c).(store.Placement).Order
	}
	r.until("nobody is to be asked for the money", func() bool {
		snapshot, err := r.db.Load(context.Background())
		if err != nil {
			r.t.Fatal(err)
		}
		asks := func(t pay.Transaction) bool { return !t.NextAt.IsZero() }
		return !slices.ContainsFunc(snapshot.Pending, asks)
	})
	r.clock.move(8 * 24 * time.Hour)
	return orders
}

func (r *rig) statuses(orders ...order.Order) []order.Status {
	r.t.Helper()
	all := make([]order.Status, len(orders))
	for i, o := range orders {
		all[i] = r.order(o.ID).Status
	}
	return all
}

// TestTickBesideDamage: an order that cannot be read, and one whose payment cannot,
// do not keep the others from being called off. Nothing of them is half done, they
// are told of once, and are tried again later.
func TestTickBesideDamage(t *testing.T) {
	r := newPaidRig(t, store.Options{}, till{Company: company(t)})
	orders := r.transfers(4)
	d := r.damageable()
	d.damages(fault.Corrupt, []id.Order{orders[0].ID}, []id.Order{orders[2].ID})
	r.do(store.Tick{})
	same(t, "after a tick", []order.Status{order.Placed, order.Voided, order.Placed, order.Voided}, r.statuses(orders...))
	same(t, "mugs still promised", 2, r.balance("mug", stock.PromisedAt("wh1")))
	same(t, "the payment that cannot be read", 1, len(r.money(orders[2].ID).Pending()))
	told := d.reports()
	if len(told) != 1 || !errors.Is(told[0], errRow) ||
		!strings.Contains(told[0].Error(), "2 of the orders") || !strings.Contains(told[0].Error(), orders[0].ID.String()) {
		t.Errorf("told: %v", told)
	}
	before := r.state()
	r.do(store.Tick{})
	same(t, "state after another tick", before, r.state())
	same(t, "told once", 1, len(d.reports()))
	r.clock.move(time.Minute)
	r.do(store.Tick{})
	same(t, "told again, a minute later", 2, len(d.reports()))
	d.damages(fault.Corrupt, nil, nil)
	r.clock.move(time.Minute)
	r.do(store.Tick{})
	same(t, "mended", []order.Status{order.Voided, order.Voided, order.Voided, order.Voided}, r.statuses(orders...))
	same(t, "mugs", [4]int64{5, 3, 0, 0}, r.mugs())
	same(t, "told", 0, len(d.reports()))
}

// TestTickWithoutDatabase: where it is out of reach, no order is to blame, and the
// whole tick is left for later.
func TestTickWithoutDatabase(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Unavailable, fault.Busy} {
		r := newPaidRig(t, store.Options{}, till{Company: company(t)})
		orders := r.transfers(3)
		d := r.damageable()
		d.damages(kind, nil, []id.Order{orders[1].ID})
		before := r.state()
		if _, err := r.store.Do(t.Context(), store.Tick{}); !fault.Is(err, kind) {
			t.Errorf("the database is %s: %v", kind, err)
		}
		same(t, "state", before, r.state())
		d.damages(kind, nil, nil)
		r.do(store.Tick{})
		same(t, "at the next tick", []order.Status{order.Voided, order.Voided, order.Voided}, r.statuses(orders...))
	}
}

// TestManyDamaged: more orders than one tick has time for cannot be read, and those
// behind them are served all the same.
func TestManyDamaged(t *testing.T) {
	const perTick = 500
	r := newPaidRig(t, store.Options{}, till{Company: company(t)})
	r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: perTick}))
	orders := r.transfers(perTick + 1)
	d := r.damageable()
	var damaged []id.Order
	for _, o := range orders[:perTick] {
		damaged = append(damaged, o.ID)
	}
	d.damages(fault.Internal, damaged, nil)
	r.do(store.Tick{})
	r.do(store.Tick{})
	same(t, "the one that can be read", order.Voided, r.order(orders[perTick].ID).Status)
	same(t, "told", 1, len(d.reports()))
}

// TestReleaseBesideDamage asks for what was released, but for what cannot be read.
func TestReleaseBesideDamage(t *testing.T) {
	r := newRig(t, store.Options{})
	pot := product("pot")
	pot.Policy, pot.ReleaseOn = catalog.Preorder, date.Of(start.Add(48*time.Hour))
	r.do(store.ListProducts{Products: []catalog.Product{pot}})
	orders := []order.Order{r.place(want("pot", 1)), r.place(want("pot", 1))}
	d := r.damageable()
	d.damages(fault.Corrupt, []id.Order{orders[0].ID}, nil)
	r.clock.move(72 * time.Hour)
	r.do(store.Tick{})
	same(t, "asked for", []int{0, 1}, []int{len(r.requested("wh1", orders[0].ID)), len(r.requested("wh1", orders[1].ID))})
	same(t, "told", 1, len(d.reports()))
}

// TestMergeBesideDamage looks at the other split orders, and keeps nothing for the
// one that cannot be read.
func TestMergeBesideDamage(t *testing.T) {
	r := newRig(t, store.Options{})
	first, second := r.place(want("mug", 6)), r.place(want("pot", 1), want("mug", 1))
	r.hear("wh2", first.ID.String(), step(first, 1, order.Accepted, 1))
	same(t, "split", []int{2, 2}, []int{len(first.Fulfillments), len(second.Fulfillments)})
	d := r.damageable()
	d.damages(fault.Corrupt, []id.Order{first.ID}, nil)
	r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 5}))
	r.do(store.Tick{})
	same(t, "kept for a move", 1, r.balance("mug", stock.ReservedAt("wh1")))
	same(t, "moving", "wh1", r.order(second.ID).Fulfillments[1].MoveTo)
	same(t, "told", 1, len(d.reports()))
	r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 1}))
	r.do(store.Tick{})
	same(t, "told in the same minute", 1, len(d.reports()))
}

// TestOverdueBesideDamage: an order that cannot be told of its new day does not keep
// others from being called off.
func TestOverdueBesideDamage(t *testing.T) {
	r := newAheadRig(t, till{Company: company(t)})
	r.expect("wh1", 2)
	r.hear("wh1", "quota", dated(1, event.Arriving{On: date.Of(start) + 1, Quantity: 2}))
	waits := r.place(want("tin", 1))
	transfer := r.transfers(1)[0]
	d := r.damageable()
	for _, kind := range []fault.Kind{fault.Busy, fault.Corrupt} {
		d.damages(kind, []id.Order{waits.ID}, nil)
		_, err := r.store.Do(t.Context(), store.Tick{})
		same(t, "the tick fails", kind == fault.Busy, err != nil)
	}
	same(t, "status", order.Voided, r.order(transfer.ID).Status)
	same(t, "told", 1, len(d.reports()))
	same(t, "the day", date.Of(start)+1, r.order(waits.ID).Waiting[0].Due)
	d.damages(fault.Corrupt, nil, nil)
	r.do(store.Tick{})
	same(t, "the day, in the end", 0, r.order(waits.ID).Waiting[0].Due)
}
