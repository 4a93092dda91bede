package sim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// Scope is a small system of which every order of events is tried.
type Scope struct {
	Stores     int  `json:"stores"`
	Warehouses int  `json:"warehouses"`
	Orders     int  `json:"orders"` // up to 3: all want the same two SKUs, and there is not enough for all
	Faults     int  `json:"faults"` // crashes, lost messages and commits that fail, in one run, at most
	Work       bool `json:"work"`   // the first order is picked and sent, and its customer calls it off
	MostStates int  `json:"-"`      // where to stop; 0: nowhere
}

// Scopes lists scopes that are worth exploring, small ones first, each up to so many
// states.
func Scopes(states int) []Scope {
	return []Scope{
		{Stores: 1, Warehouses: 1, Orders: 3, MostStates: states},
		{Stores: 2, Warehouses: 1, Orders: 3, MostStates: states},
		{Stores: 1, Warehouses: 1, Orders: 2, Faults: 1, MostStates: states},
		{Stores: 1, Warehouses: 1, Orders: 1, Work: true, MostStates: states},
		{Stores: 1, Warehouses: 1, Orders: 3, Faults: 1, MostStates: states},
		{Stores: 1, Warehouses: 1, Orders: 1, Faults: 1, Work: true, MostStates: states},
		{Stores: 1, Warehouses: 2, Orders: 3, MostStates: states},
	}
}

// String says what is in the scope.
func (s Scope) String() string {
	text := fmt.Sprintf("%s, %s, 2 SKUs, %s, %s", several(s.Stores, "store"), several(s.Warehouses, "warehouse"), several(s.Orders, "order"), several(s.Faults, "fault"))
	if s.Work {
		text += ", one picked and called off"
	}
	return text
}

func several(number int, of string) string {
	if number != 1 {
		of += "s"
	}
	return fmt.Sprint(number, " ", of)
}

// Exploration is what came of trying every order of events.
type Exploration struct {
	States    int        `json:"states"`   // different ones
	Runs      int        `json:"runs"`     // from the beginning
	Ends      int        `json:"ends"`     // states in which nothing more could happen
	Deepest   int        `json:"deepest"`  // events of the longest run
	Complete  bool       `json:"complete"` // there are no others
	Seconds   float64    `json:"seconds"`
	Violation *Violation `json:"violation,omitempty"`
	Path      []string   `json:"path,omitempty"` // the events that lead to it
}

// explorer walks all runs of a scope, depth first. A run is the list of choices that
// was made; going back is playing another list from the beginning. States that were
// met before are not gone on from.
type explorer struct {
	scope Scope
	seen  map[digest]struct{}
	stack [][]uint8
	found Exploration
}

// Explore tries every order in which the events of a scope can happen, and checks
// the invariants after each.
func Explore(ctx context.Context, scope Scope) (Exploration, error) {
	began := time.Now()
	e := &explorer{scope: scope, seen: map[digest]struct{}{}, stack: [][]uint8{nil}}
	for len(e.stack) > 0 && e.found.Violation == nil && (scope.MostStates == 0 || len(e.seen) < scope.MostStates) {
		if err := ctx.Err(); err != nil {
			return e.found, err
		}
		choices := e.stack[len(e.stack)-1]
		e.stack = e.stack[:len(e.stack)-1]
		if err := e.run(choices); err != nil {
			return e.found, err
		}
	}
	e.found.States, e.found.Seconds = len(e.seen), time.Since(began).Seconds()
	e.found.Complete = len(e.stack) == 0 && e.found.Violation == nil
	return e.found, nil
}

// run plays the choices, and goes on with the first choice of each new state. The
// others are for later.
func (e *explorer) run(choices []uint8) error {
	e.found.Runs++
	r, err := e.begin()
	if err != nil {
		return err
	}
	r.world.guarded(func() {
		for _, choice := range choices {
			r.choose(int(choice))
		}
		for r.world.violation == nil {
			state := r.state()
			if _, met := e.seen[state]; met {
				return
			}
			e.seen[state] = struct{}{}
			open := r.choices()
			if open == 0 {
				e.found.Ends++
				r.end()
				return
			}
			for other := open - 1; other > 0; other-- {
				e.stack = append(e.stack, append(slices.Clone(choices), uint8(other)))
			}
			choices = append(slices.Clip(choices), 0)
			r.choose(0)
		}
	})
	e.found.Deepest = max(e.found.Deepest, len(choices))
	e.found.Violation, e.found.Path = r.world.violation, r.path
	if e.found.Violation == nil {
		e.found.Path = nil
	}
	return nil
}

// route is one run of an exploration.
type route struct {
	world  *World
	faults int // left
	path   []string
}

func (e *explorer) begin() (*route, error) {
	plan := Plan{Seed: 1, Stores: e.scope.Stores, Warehouses: e.scope.Warehouses, SKUs: 2, Customers: 1, Orders: e.scope.Orders, Length: time.Second}
	w, err := New(plan, nil)
	if err != nil {
		return nil, err
	}
	w.timers = &agenda{}
	if e.scope.Work {
		w.picks = func(house *site, which id.Fulfillment) { e.pick(w, house, which) }
	}
	s := w.shop
	s.policy, s.safety, s.margin, s.share, s.batch, s.serial = sourcing.Policy{}, 0, 0, 100, 8, 0
	for i := range s.products {
		s.products[i].Policy, s.products[i].Cap, s.products[i].ReleaseOn = catalog.InStock, 0, 0
	}
	for _, at := range w.sites {
		at.open()
	}
	s.tellStores()
	for _, house := range w.houses {
		items := []warehouse.Item{{SKU: "sku-1", Units: 2}, {SKU: "sku-2", Units: 1}}
		for _, item := range items {
			w.truth.put(house.name, item.SKU, item.Units)
		}
		_, err := house.house.Do(w.ctx, warehouse.ReceiveStock{Items: items})
		w.expect(house, "furnish", err)
	}
	e.settleDown(w)
	for i := range e.scope.Orders {
		e.want(w, i)
	}
	return &route{world: w, faults: e.scope.Faults}, nil
}

// settleDown has the stores hear of their quota, so that there is something to sell.
func (e *explorer) settleDown(w *World) {
	for len(w.agenda.events) > 0 && w.violation == nil {
		w.step(w.agenda.take(0))
	}
}

// want has a customer come: they want 1 and 1, 2 and none, none and 1, so that each
// pair of them could be served, and not all.
func (e *explorer) want(w *World, number int) {
	lines := [][]store.Wanted{
		{{SKU: "sku-1", Units: 1}, {SKU: "sku-2", Units: 1}}, {{SKU: "sku-1", Units: 2}}, {{SKU: "sku-2", Units: 1}},
	}[number%3]
	at := w.stores[number%len(w.stores)]
	command := store.PlaceOrder{
		Key: store.Key{Name: fmt.Sprint("order-", number)}, NoAsk: true, Lines: lines,
		Address: order.Address{Name: "Ann", District: w.shop.districts[0].Code},
	}
	c := &wish{at: at, command: command}
	w.insist(at, "order "+amount(int64(number)), command, func(answer any, err error) {
		if !w.expect(at, "an order", err) {
			return
		}
		o := answer.(store.Placement).Order
		w.check.acknowledged(at, c.command, o)
		if number > 0 || !e.scope.Work || o.Status == order.Voided {
			return
		}
		void := store.VoidOrder{Key: store.Key{Name: "void"}, Order: o.ID, Reason: "no longer wanted"}
		w.insist(at, "void", void, func(_ any, err error) { w.expect(at, "a void", err, fault.Conflict) })
	})
}

// pick takes a fulfillment of the first order towards its hand-off.
func (e *explorer) pick(w *World, house *site, which id.Fulfillment) {
	f := w.check.houses[house.name].fulfillments[which]
	to, more := nextStage(f.Stage)
	if more && f.Number == 1 && to != order.DeliveredStage {
		w.shop.advanceOnce(house, which, f.Stage, to, func() { e.pick(w, house, which) })
	}
}

// choices is how many things may happen next: any event that waits, or a fault. Only
// when nothing waits time passes.
func (r *route) choices() int {
	w := r.world
	open := len(w.agenda.events)
	if open == 0 {
		if len(w.timers.events) > 0 && w.now < 10*time.Second && w.check.underWay() {
			return 1
		}
		return 0
	}
	if r.faults > 0 {
		open += open + 2*len(w.sites)
	}
	return open
}

func (r *route) choose(choice int) {
	w := r.world
	waiting := len(w.agenda.events)
	switch {
	case waiting == 0:
		e, _ := w.timers.next()
		r.path = append(r.path, "time passes: "+e.name)
		w.step(e)
	case choice < waiting:
		e := w.agenda.take(choice)
		r.path = append(r.path, e.name)
		w.step(e)
	default:
		r.faults--
		r.harm(choice-waiting, waiting)
	}
}

// harm is a fault: an event that does not happen, a site that crashes, or one whose
// next commit lands without its knowing.
func (r *route) harm(choice, waiting int) {
	w := r.world
	if choice < waiting {
		e := w.agenda.events[choice]
		if _, carried := carriedKinds[kindOf(e.name)]; carried {
			w.agenda.take(choice)
			r.path = append(r.path, "lost: "+e.name)
		}
		return
	}
	choice -= waiting
	s := w.sites[choice/2]
	if choice%2 == 0 {
		r.path = append(r.path, "crash of "+string(s.name))
		s.crash()
		return
	}
	r.path = append(r.path, "a commit in doubt")
	w.faults.forced = []fate{doubtLanded}
}

// carriedKinds are the events that are messages on their way.
var carriedKinds = map[string]struct{}{"question": {}, "answer": {}, "wake": {}}

func kindOf(name string) string {
	for i := range len(name) {
		if name[i] == ' ' {
			return name[:i]
		}
	}
	return name
}

// state is what the future depends on: what each site has committed, and lost, what
// is in its queue, and what is under way.
func (r *route) state() digest {
	w := r.world
	var d digest
	d.number(uint64(r.faults))
	d.number(uint64(len(w.faults.forced)))
	d.number(uint64(w.now))
	for _, s := range w.sites {
		d.number(uint64(s.past))
		d.number(uint64(s.generation))
		for _, c := range s.calls {
			d.text(c.name)
		}
		for _, rd := range s.readers {
			d.number(rd.asked)
			d.number(rd.timer)
			if rd.woken {
				d.number(1)
			}
		}
	}
	names := make([]string, 0, len(w.agenda.events))
	for _, e := range w.agenda.events {
		names = append(names, e.name)
	}
	slices.Sort(names)
	for _, name := range names {
		d.text(name)
	}
	return d
}

// end lets the readers go on until nothing is under way, and checks that both sides
// agree.
func (r *route) end() {
	w := r.world
	for w.check.underWay() && w.now < time.Minute {
		w.agenda.events, w.timers.events = append(w.agenda.events, w.timers.events...), nil
		slices.SortFunc(w.agenda.events, func(a, b entry) int {
			if a.before(&b) {
				return -1
			}
			return 1
		})
		e, more := w.agenda.next()
		if !more {
			break
		}
		w.step(e)
	}
	if w.check.underWay() {
		w.fail("liveness", "what was said is not heard within a minute")
	}
	for _, s := range w.stores {
		m := w.check.stores[s.name]
		for _, which := range m.sequence {
			w.check.agree(s, m.orders[which])
		}
		if len(m.sequence) > r.world.plan.Orders {
			w.fail("keys", "%s has %d orders, of %d that were wanted", s.name, len(m.sequence), w.plan.Orders)
		}
	}
	w.check.audit()
}

// underWay reports whether something was said that is not heard.
func (c *checker) underWay() bool {
	for _, s := range c.world.stores {
		for _, house := range c.world.houses {
			if !s.up || !house.up || c.link(s.name, house.name).read < c.link(s.name, house.name).written.Seq ||
				c.link(house.name, s.name).read < c.link(house.name, s.name).written.Seq {
				return true
			}
		}
	}
	return c.world.shop.waiting > 0
}
