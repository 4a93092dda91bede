package sim

import (
	"fmt"
	"strconv"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/pay"
	"crossdock/core/sourcing"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// shop is what is sold and by what rules, and the people: customers, staff and
// suppliers. They know what they were answered, and repeat what was not answered.
type shop struct {
	world     *World
	products  []catalog.Product
	districts []catalog.District
	policy    sourcing.Policy
	safety    int64 // of the stores, at each warehouse
	margin    int64 // of the warehouses
	share     int
	batch     int
	release   date.Date

	serial   int                     // of keys and owners
	waiting  int                     // people who have not got their answer
	worked   map[id.Fulfillment]bool // that staff have in hand; never walked
	orders   []placed
	bought   []*delivery
	shutting bool // no more new work
}

// placed is an order that a customer was told of.
type placed struct {
	at     *site
	order  id.Order
	number int64
}

func newShop(w *World) *shop {
	r := w.draws[drawShape]
	s := &shop{
		world: w, policy: sourcing.Policy{Strategy: sourcing.Strategies()[r.IntN(len(sourcing.Strategies()))]},
		safety: r.Int64N(2), margin: r.Int64N(3), share: []int{100, 100, 60}[r.IntN(3)], batch: []int{2, 8, 512}[r.IntN(3)],
		release: date.Of(beginning).Add(1), worked: map[id.Fulfillment]bool{},
	}
	for i := range w.plan.SKUs {
		p := catalog.Product{
			SKU: id.SKU(fmt.Sprintf("sku-%d", i+1)), Name: fmt.Sprint("Thing ", i+1), Type: "kitchen", Category: "cups",
			Price: money.Of(100+r.Int64N(9000), "EUR"),
		}
		switch r.IntN(6) {
		case 0:
			p.Policy, p.ReleaseOn = catalog.Preorder, s.release
		case 1, 2:
			p.Policy, p.Cap = catalog.Backorder, r.Int64N(2)*15
		default:
		}
		s.products = append(s.products, p)
	}
	for i := range w.plan.Warehouses {
		d := catalog.District{Code: id.District(fmt.Sprint("district-", i+1)), Name: fmt.Sprint("District ", i+1)}
		for j := range w.plan.Warehouses {
			d.Warehouses = append(d.Warehouses, id.Site(fmt.Sprint("wh", (i+j)%w.plan.Warehouses+1)))
		}
		s.districts = append(s.districts, d)
	}
	return s
}

func (s *shop) storeOptions() store.Options {
	return store.Options{
		Stepped: true, Currency: "EUR", Sourcing: s.policy, Batch: s.batch,
		HoldFor: s.world.pace(20 * time.Second), HoldAtMost: s.world.pace(40 * time.Second), UnpaidFor: s.world.pace(time.Minute),
	}
}

func (s *shop) houseOptions() warehouse.Options {
	names := make([]id.Site, len(s.world.stores))
	for i, store := range s.world.stores {
		names[i] = store.name
	}
	return warehouse.Options{Stepped: true, Stores: names, Safety: s.margin, SharePercent: s.share, Batch: s.batch}
}

// furnish tells the stores what they sell and where, and fills the shelves.
func (s *shop) furnish() {
	s.tellStores()
	s.fillShelves()
}

func (s *shop) tellStores() {
	w, r := s.world, s.world.draws[drawShape]
	profiles := make([]catalog.Warehouse, len(w.houses))
	for i, house := range w.houses {
		profiles[i] = catalog.Warehouse{
			Code: house.name, Safety: s.safety, Handling: r.IntN(2), Capacity: r.IntN(2) * 20, PerBox: catalog.Micros(80 + r.IntN(40)), PerUnit: 10,
		}
	}
	for _, at := range w.stores {
		for _, command := range []any{
			store.SetDistricts{Districts: s.districts}, store.ListProducts{Products: s.products}, store.SetWarehouses{Warehouses: profiles},
		} {
			_, err := at.store.Do(w.ctx, command)
			w.expect(at, "furnish", err)
		}
		at.settle()
	}
}

func (s *shop) fillShelves() {
	w, r := s.world, s.world.draws[drawShape]
	plenty := int64(2 + r.IntN(10*w.plan.Orders/w.plan.SKUs/w.plan.Warehouses+1))
	for _, house := range w.houses {
		command := warehouse.ReceiveStock{}
		for _, p := range s.products {
			units := r.Int64N(plenty)
			if p.Policy != catalog.InStock {
				units /= 3
			}
			if units > 0 {
				command.Items = append(command.Items, warehouse.Item{SKU: p.SKU, Units: units})
				w.truth.put(house.name, p.SKU, units)
			}
		}
		if len(command.Items) > 0 {
			_, err := house.house.Do(w.ctx, command)
			w.expect(house, "furnish", err)
		}
		house.settle()
	}
}

// begin plans when customers come, and has the suppliers and counters of each
// warehouse begin.
func (s *shop) begin() {
	w, r := s.world, s.world.draws[drawCustomers]
	var rush [3]time.Duration
	for i := range rush {
		rush[i] = between(r, 0, w.plan.Length*3/4)
	}
	for range w.plan.Orders {
		at := between(r, 0, w.plan.Length)
		if r.IntN(2) == 0 {
			at = rush[r.IntN(len(rush))] + w.pace(between(r, 0, time.Second))
		}
		w.after(at, "customer comes", s.arrive)
	}
	for _, house := range w.houses {
		s.supplyLater(house)
	}
}

// end has the suppliers call off what has not come, so that nothing waits for ever.
func (s *shop) end() {
	s.shutting = true
	for _, d := range s.bought {
		s.callOff(d)
	}
}

// key makes a command idempotent: each command of the run has its own.
func (s *shop) key(what string) store.Key {
	s.serial++
	k := store.Key{Name: what + "-" + strconv.Itoa(s.serial)}
	k.BodyHash[0] = byte(s.serial)
	return k
}

// visit asks a site once. It may be down, and its answer may be lost.
func (w *World) visit(at *site, name string, command any, done func(answer any, err error)) {
	r := w.draws[drawCustomers]
	arrive := func() {
		if !at.up {
			w.after(100*time.Millisecond, "nobody there", func() { done(nil, siteDown()) })
			return
		}
		at.submit(name, command, func(answer any, err error) {
			if err == nil && chance(r, w.faults.rates.loss) {
				w.tell(at.name, "the answer to %s is lost", name)
				w.after(time.Second, "no answer", func() { done(nil, answerMissing()) })
				return
			}
			done(answer, err)
		})
	}
	if w.timers != nil {
		w.after(0, name, arrive)
		return
	}
	wait := time.Duration(0)
	if at.isStore() { // people are far away from it; staff are at the desk
		wait = time.Duration(1+r.IntN(4)) * 5 * time.Millisecond
		wait -= w.now % (5 * time.Millisecond) // many come at once, so that they share a commit
	}
	w.after(wait, name, arrive)
}

// insist asks until there is an answer, as whoever gave the command a key may.
func (w *World) insist(at *site, name string, command any, done func(answer any, err error)) {
	w.shop.waiting++
	w.again(at, name, command, func(answer any, err error) {
		w.shop.waiting--
		done(answer, err)
	})
}

func (w *World) again(at *site, name string, command any, done func(answer any, err error)) {
	w.visit(at, name, command, func(answer any, err error) {
		if injected(err) || fault.Is(err, fault.Unavailable) && w.plan.Faults.Has(Restore) { // it has still to hear what it has lost
			w.after(between(w.draws[drawCustomers], 200*time.Millisecond, 3*time.Second), "tries again",
				func() { w.again(at, name, command, done) })
			return
		}
		done(answer, err)
	})
}

// methods are how customers pay, the usual ones more often.
var methods = [...]pay.Method{pay.OnDelivery, pay.OnDelivery, pay.OnDelivery, pay.OnDelivery, pay.Card, pay.Card, pay.BankTransfer}
