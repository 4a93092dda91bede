package store

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/quota"
	"crossdock/core/sourcing"
)

// live is what the store has to come back to by itself, in memory: it is made of
// what is stored at the start, and follows every order that is saved.
type live struct {
	warehouses map[id.Site]catalog.Warehouse
	schedules  map[levelKey]event.Schedule
	loads      map[loadKey]int
	holds      map[string]Hold
	due        map[id.UUID]pay.Transaction // of which a provider is to be asked, now or later
	sales      map[levelKey]quota.Sales    // since the start
	low        map[levelKey]struct{}       // sold since the last look, where there may be more
	tried      map[levelKey]int64          // the version of the level at which more was asked for

	baskets []basket // the last orders, from oldest on
	oldest  int

	waiting map[id.SKU][]waiting     // in order of placement
	queued  map[id.Order][]id.SKU    // the queues that an order stands in
	unasked map[id.Order]unasked     // orders that no warehouse, or not every one, is asked for
	ahead   map[id.SKU]int64         // the units in each queue
	owing   map[debtor]int           // orders that wait for their bank transfer
	carts   map[id.Order]string      // owners of the carts of unpaid orders, as far as this process has seen them
	splits  map[id.Order]order.Order // see order.Order.Split and inBrief
	ripe    map[id.SKU]struct{}      // came in since splits were looked at

	releases  bool      // of products may have changed since the orders were looked at
	redatedOn date.Date // when overdue supplies were looked at last

	numbered map[int64]struct{}                // given to orders since a restore
	serveAll bool                              // what waits was held back, and may be served now
	inquired map[id.Fulfillment]bool           // lost, and asked for
	restate  map[id.Site]struct{}              // warehouses that are to state their quota once more
	unclear  map[event.FulfillmentName]unclear // lost, and not attached to their orders yet: see attach
	setAside map[id.Order]struct{}             // whose money is to be let go of when all warehouses are heard

	candidates map[id.District][]sourcing.Candidate // as of now; made when they are asked for
}

// unasked is why warehouses are not asked for an order: it is not paid, or not
// released before a day.
type unasked struct {
	number      int64
	unpaidSince time.Time // zero: it is paid
	debtor      debtor    // whose bank transfer is waited for; empty: nobody's
	release     date.Date
	parcels     []unreleased // that no warehouse is asked for
}

// unreleased is a fulfillment that is not asked for before a day.
type unreleased struct {
	warehouse id.Site
	notBefore date.Date
	skus      []id.SKU
}

// maxSplits is how many split orders are looked at again when stock moves.
const maxSplits = 20_000

type loadKey struct {
	warehouse id.Site
	on        date.Date
}

// waiting is units of an order line in the queue of their SKU.
type waiting struct {
	order    id.Order
	number   int64
	district id.District
	line     int
	incoming id.Site
	units    int64
}

func newLive(s Snapshot) live {
	l := live{
		warehouses: map[id.Site]catalog.Warehouse{}, schedules: map[levelKey]event.Schedule{}, loads: map[loadKey]int{},
		holds: map[string]Hold{}, due: map[id.UUID]pay.Transaction{}, sales: map[levelKey]quota.Sales{},
		low: map[levelKey]struct{}{}, tried: map[levelKey]int64{},
		waiting: map[id.SKU][]waiting{}, queued: map[id.Order][]id.SKU{}, ahead: map[id.SKU]int64{}, unasked: map[id.Order]unasked{},
		owing: map[debtor]int{}, carts: map[id.Order]string{},
		splits: map[id.Order]order.Order{}, ripe: map[id.SKU]struct{}{}, candidates: map[id.District][]sourcing.Candidate{},
		numbered: map[int64]struct{}{}, restate: map[id.Site]struct{}{}, inquired: map[id.Fulfillment]bool{}, unclear: map[event.FulfillmentName]unclear{},
		setAside: map[id.Order]struct{}{},
		releases: true, // they may have changed, and the orders not have been looked at, before the start
	}
	for _, w := range s.Warehouses {
		l.warehouses[w.Code] = w
	}
	for _, schedule := range s.Schedules {
		l.schedules[levelKey{schedule.Warehouse, schedule.SKU}] = schedule.Schedule
	}
	for _, load := range s.Loads {
		l.loads[loadKey{load.Warehouse, load.On}] = load.Parcels
	}
	for _, hold := range s.Holds {
		l.holds[hold.Owner] = hold
	}
	for _, end := range s.LooseEnds {
		if end.Kind == SetAside {
			l.setAside[end.Order] = struct{}{}
		} else {
			l.unclear[event.FulfillmentName{Order: end.Order, Fulfillment: end.Fulfillment}] = unclear{at: end.Warehouse, kind: end.Kind}
		}
	}
	for _, t := range s.Pending {
		l.owe(t)
		if s.Books.Epoch > 1 && t.Method == pay.BankTransfer && t.Kind == pay.Authorize {
			l.setAside[t.Order] = struct{}{} // its order may have been called off meanwhile
		}
	}
	for _, o := range s.Unsettled {
		l.follow(o)
	}
	return l
}

// follow takes note of an order as it now is.
func (l *live) follow(o order.Order) {
	l.enqueue(o)
	l.await(o)
	if _, known := l.splits[o.ID]; !o.Split() || o.VoidAsked {
		delete(l.splits, o.ID) // of what is not there it costs nothing
	} else if known || len(l.splits) < maxSplits {
		l.splits[o.ID] = inBrief(o)
	}
}

// inBrief is what of a split order tells whether it can be one parcel less.
func inBrief(o order.Order) order.Order {
	return order.Order{
		ID: o.ID, Address: order.Address{District: o.Address.District}, Lines: o.Lines, Fulfillments: o.Fulfillments,
	}
}

// owe takes note of a step of a payment as it now is. What only people can tell of
// is not kept: there may be many transfers that are waited for.
func (l *live) owe(t pay.Transaction) {
	if t.State == pay.Pending && !t.NextAt.IsZero() {
		l.due[t.ID] = t
	} else {
		delete(l.due, t.ID)
	}
}

// await notes what has to happen before the warehouses of an order are asked.
func (l *live) await(o order.Order) {
	l.settle(l.unasked[o.ID].debtor)
	delete(l.unasked, o.ID)
	parcels := unasksOf(o)
	if o.Unpaid {
		l.unasked[o.ID] = unasked{number: o.Number, unpaidSince: o.PlacedAt, debtor: l.owes(o), parcels: parcels}
		return
	}
	delete(l.carts, o.ID)
	if len(parcels) > 0 {
		first := slices.MinFunc(parcels, func(a, b unreleased) int { return cmp.Compare(a.notBefore, b.notBefore) })
		l.unasked[o.ID] = unasked{number: o.Number, release: first.notBefore, parcels: parcels}
	}
}

// unasksOf returns the fulfillments of an order that no warehouse is asked for.
func unasksOf(o order.Order) []unreleased {
	var parcels []unreleased
	for i := range o.Fulfillments {
		if f := &o.Fulfillments[i]; f.Unasked {
			parcels = append(parcels, unreleased{f.Warehouse, f.NotBefore, skusOf(f)})
		}
	}
	return parcels
}

// skusOf returns what a fulfillment still ships.
func skusOf(f *order.Fulfillment) []id.SKU {
	skus := make([]id.SKU, 0, len(f.Lines))
	for _, part := range f.Lines {
		if part.Live() > 0 {
			skus = append(skus, part.SKU)
		}
	}
	return skus
}

// enqueue puts what an order waits for into the queues, in order of placement.
func (l *live) enqueue(o order.Order) {
	for _, sku := range l.queued[o.ID] {
		l.dequeue(sku, o.Number)
	}
	delete(l.queued, o.ID)
	for _, wait := range o.Waiting {
		entry := waiting{o.ID, o.Number, o.Address.District, wait.Line, wait.Warehouse, wait.Quantity}
		queue := l.waiting[wait.SKU]
		at, _ := slices.BinarySearchFunc(queue, entry, func(a, b waiting) int {
			return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.line, b.line), cmp.Compare(a.incoming, b.incoming))
		})
		l.waiting[wait.SKU] = slices.Insert(queue, at, entry)
		l.ahead[wait.SKU] += wait.Quantity
		if !slices.Contains(l.queued[o.ID], wait.SKU) {
			l.queued[o.ID] = append(l.queued[o.ID], wait.SKU)
		}
	}
}

// dequeue takes an order out of a queue. Most are at its front, as they are served
// in order: then nothing is moved, however long the queue.
func (l *live) dequeue(sku id.SKU, number int64) {
	queue := l.waiting[sku]
	from, _ := slices.BinarySearchFunc(queue, number, func(w waiting, number int64) int { return cmp.Compare(w.number, number) })
	to := from
	for ; to < len(queue) && queue[to].number == number; to++ {
		l.ahead[sku] -= queue[to].units
	}
	switch {
	case to-from == len(queue):
		delete(l.waiting, sku)
		delete(l.ahead, sku)
	case from == 0:
		l.waiting[sku] = queue[to:]
	default:
		l.waiting[sku] = slices.Delete(queue, from, to)
	}
}

// candidatesOf returns the warehouses of a district, its primary one first.
func (s *state) candidatesOf(district catalog.District) []sourcing.Candidate {
	if ready, made := s.live.candidates[district.Code]; made {
		return ready
	}
	candidates := make([]sourcing.Candidate, len(district.Warehouses))
	for i, code := range district.Warehouses {
		w, known := s.live.warehouses[code]
		if !known {
			w.Code = code
		}
		candidates[i] = sourcing.Candidate{Warehouse: w, Load: s.loadOf(w)}
	}
	s.live.candidates[district.Code] = candidates
	return candidates
}

// loadOf returns how many parcels an order of this moment finds in front of it: those
// of its day, and what the days before could not take.
func (s *state) loadOf(w catalog.Warehouse) int {
	if w.Capacity == 0 {
		return 0
	}
	parcels := func(day date.Date) int { return s.live.loads[loadKey{w.Code, day}] }
	on := sourcing.HandOff(w, s.now)
	return parcels(on) + sourcing.Backlog(w, on, parcels)
}

// candidate returns one warehouse, whether or not a district names it.
func (s *state) candidate(warehouse id.Site) sourcing.Candidate {
	w, known := s.live.warehouses[warehouse]
	if !known {
		w.Code = warehouse
	}
	return sourcing.Candidate{Warehouse: w}
}

// latest keeps the last row of each warehouse and day: every order of a batch has
// staged one.
func latest(loads []Load) []Load {
	var rows []Load
	for _, load := range slices.Backward(loads) {
		if !slices.ContainsFunc(rows, func(row Load) bool { return row.Warehouse == load.Warehouse && row.On == load.On }) {
			rows = append(rows, load)
		}
	}
	return rows
}

// burden counts a parcel for the day on which a warehouse begins with them, where
// it has a limit.
func (s *state) burden(warehouse id.Site) {
	w := s.live.warehouses[warehouse]
	if w.Capacity == 0 {
		return
	}
	k := loadKey{warehouse, sourcing.HandOff(w, s.now)}
	if s.live.loads[k] == 0 { // a new day: those that are long over count no more
		first := date.Of(s.now).Add(-sourcing.LookBack)
		maps.DeleteFunc(s.live.loads, func(old loadKey, _ int) bool { return old.on < first })
	}
	s.count(k, 1)
}

// unburden gives back the parcels that a decision has called off before they were
// sent, on the days for which they were counted, as far as those still matter.
func (s *state) unburden(before, after order.Order) {
	for i := range before.Fulfillments {
		f := &before.Fulfillments[i]
		now := after.Fulfillment(f.ID)
		if f.Stage == order.VoidedStage || now == nil || now.Stage != order.VoidedStage || uncounted(after, f.Warehouse) {
			continue
		}
		w := s.live.warehouses[f.Warehouse]
		k := loadKey{f.Warehouse, sourcing.HandOff(w, promisedAt(before, f))}
		if w.Capacity > 0 && s.live.loads[k] > 0 {
			s.count(k, -1)
		}
	}
}

// uncounted reports whether the last parcel called off at a warehouse is none of its
// own: what is moved to it goes out with what it has, and is not counted.
func uncounted(o order.Order, warehouse id.Site) bool {
	own := 0
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		if f.Warehouse == warehouse && f.Stage != order.VoidedStage {
			own++
		}
		if f.MoveTo == warehouse && f.Stage == order.VoidedStage {
			own--
		}
	}
	return own < 0
}

// promisedAt returns when a fulfillment was promised. Once its warehouse has spoken,
// only the order's own day is known: what came in for it later may be given back on
// a day that is over.
func promisedAt(o order.Order, f *order.Fulfillment) time.Time {
	if f.Version == 0 {
		return f.ChangedAt
	}
	return o.PlacedAt
}

func (s *state) count(k loadKey, parcels int) {
	s.live.loads[k] += parcels
	clear(s.live.candidates)
	s.changes.Loads = append(s.changes.Loads, Load{k.warehouse, k.on, s.live.loads[k]})
}
