package store

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
)

// clock has the store run Tick from time to time.
type clock struct {
	cancel  context.CancelFunc
	running sync.WaitGroup
}

func newClock(s *Store, every time.Duration) *clock {
	ctx, cancel := context.WithCancel(context.Background())
	c := &clock{cancel: cancel}
	if every < 0 {
		return c
	}
	c.running.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				s.tickOnce(ctx)
			}
		}
	})
	if s.state.policy.Strategy == sourcing.StrategyCheapest {
		c.running.Go(func() { reckonHourly(ctx, s, every) })
	}
	return c
}

// tickOnce runs Tick. What fails is told, and due again at the next one.
func (s *Store) tickOnce(ctx context.Context) {
	_, err := s.Do(ctx, Tick{})
	s.tell(ctx, err)
}

// tell reports what failed on the store's own account, with nobody waiting for it.
func (s *Store) tell(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil && s.state.Failed != nil {
		s.state.Failed(err)
	}
}

// reckonHourly keeps the prices of scarce stock up: the first as soon as there are
// orders to go by, and new ones every hour.
func reckonHourly(ctx context.Context, s *Store, every time.Duration) {
	wait := every
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		made, err := s.reckon(ctx)
		s.tell(ctx, err)
		if wait = every; made {
			wait = priceEvery
		}
	}
}

func (c *clock) stop() {
	c.cancel()
	c.running.Wait()
}

// tick does what is due at this moment. Where nothing is, nothing is written.
func (s *state) tick(ctx context.Context) error {
	s.aside.begin(s.now)
	err := s.serveDue(ctx)
	if failed := s.aside.report(); failed != nil && s.Failed != nil {
		s.Failed(failed)
	}
	return err
}

func (s *state) serveDue(ctx context.Context) error {
	if err := s.expireHolds(); err != nil {
		return err
	}
	if err := s.askUnclear(); err != nil {
		return err
	}
	if err := s.askStatements(); err != nil {
		return err
	}
	if err := s.settleLate(ctx); err != nil {
		return err
	}
	if err := s.moveReleases(ctx); err != nil {
		return err
	}
	if err := s.askReleased(ctx); err != nil {
		return err
	}
	if err := s.mergeSplits(ctx); err != nil {
		return err
	}
	if err := s.askByNeed(); err != nil {
		return err
	}
	err := s.whole(func() error { return s.redateOverdue(ctx) })
	if err != nil && !s.outOfReach(ctx, err) { // what is served above stays served
		s.aside.fresh = append(s.aside.fresh, fault.Wrap(err, "", "what waits for goods that are overdue"))
		return nil
	}
	return err
}

// outOfReach reports whether an error is none of the order's that was looked at:
// nothing else can be served now.
func (s *state) outOfReach(ctx context.Context, err error) bool {
	return s.spoiled != nil || ctx.Err() != nil || fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Busy)
}

// aside is orders that were due and could not be served. They are left alone for a
// while, so that the others are served, however many there are of them.
type aside struct {
	until map[id.Order]time.Time
	fresh []error // of this tick
}

// asideFor is how long an order is left alone that could not be served.
const asideFor = time.Minute

// begin forgets those whose time is over.
func (a *aside) begin(now time.Time) {
	a.fresh = nil
	maps.DeleteFunc(a.until, func(_ id.Order, until time.Time) bool { return !now.Before(until) })
}

func (a *aside) has(which id.Order) bool {
	_, there := a.until[which]
	return there
}

func (a *aside) put(which id.Order, now time.Time, err error) {
	if a.until == nil {
		a.until = map[id.Order]time.Time{}
	}
	a.until[which] = now.Add(asideFor)
	a.fresh = append(a.fresh, fault.Wrap(err, "", "order %s", which))
}

// report tells of those that this tick has put aside, by the first of them; nil:
// there is none.
func (a *aside) report() error {
	if len(a.fresh) == 0 {
		return nil
	}
	return fault.Wrap(a.fresh[0], "store.Tick", "%d of the orders that are due could not be served, and must wait for %s; the first is", len(a.fresh), asideFor)
}

// serve runs a decision on an order that is due. Where it fails because of the
// order, such as a row that cannot be read, nothing of it is left and the order is
// put aside. An error is one of outOfReach.
func (s *state) serve(ctx context.Context, which id.Order, decision func(o order.Order) error) error {
	err := s.whole(func() error {
		o, err := s.order(ctx, which)
		if err != nil {
			return err
		}
		return decision(o)
	})
	if err == nil || s.outOfReach(ctx, err) {
		return err
	}
	s.aside.put(which, s.now, err)
	return nil
}

// maxReleases is how many orders one tick has asked for or calls off: on the day of
// a release there may be very many, and others want to buy.
const maxReleases = 500

// askReleased asks for what was released since, and calls off what nobody has paid.
// What is beyond maxReleases is for the next tick.
func (s *state) askReleased(ctx context.Context) error {
	var due []id.Order
	for which, next := range s.live.unasked {
		if next.due(s.now, s.unpaidFor) && !s.aside.has(which) && s.askable(next) && !s.mayBeShipped(next.number) {
			due = append(due, which)
		}
	}
	slices.SortFunc(due, byTime)
	for _, which := range due[:min(len(due), maxReleases)] {
		err := s.serve(ctx, which, func(o order.Order) error {
			if o.Unpaid {
				return s.giveUp(ctx, o)
			}
			return s.askNow(o)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// askable reports whether any of the warehouses that an order is to be asked of can be
// asked: not after a restore, before they have told what they know.
func (s *state) askable(u unasked) bool {
	return !u.unpaidSince.IsZero() || slices.ContainsFunc(u.parcels, func(p unreleased) bool {
		return p.notBefore <= date.Of(s.now) && !s.books.Recovering(p.warehouse)
	})
}

// moveReleases has the orders that are not asked for follow the releases of their
// products. What is beyond maxReleases is for the next tick.
func (s *state) moveReleases(ctx context.Context) error {
	if !s.live.releases {
		return nil
	}
	var moved []id.Order
	waits := false
	for which, next := range s.live.unasked {
		switch {
		case !slices.ContainsFunc(next.parcels, s.stale):
		case s.aside.has(which):
			waits = true
		default:
			moved = append(moved, which)
		}
	}
	slices.SortFunc(moved, byTime)
	for _, which := range moved[:min(len(moved), maxReleases)] {
		err := s.serve(ctx, which, func(o order.Order) error {
			s.moveRelease(o)
			return nil
		})
		if err != nil {
			return err
		}
		waits = waits || s.aside.has(which)
	}
	s.live.releases = waits || len(moved) > maxReleases
	return nil
}

// moveRelease saves an order whose release has moved, tells its customer where the
// promise changes, and reports whether it has.
func (s *state) moveRelease(o order.Order) bool {
	before := o.Promise
	if !s.followReleases(&o) {
		return false
	}
	s.change(&o)
	if o.Promise == before {
		s.save(o, s.books.Site(), "dated", "the day of release has changed, the promise has not")
		return true
	}
	s.save(o, s.books.Site(), "promise-changed", "the day of release has changed: "+promiseText(o))
	s.tellPromise(o, before)
	return true
}

// tellPromise tells a customer of a promise that is another than it was.
func (s *state) tellPromise(o order.Order, before order.Promise) {
	if o.Promise != before {
		s.notify(o, fmt.Sprintf("promise-changed/%d", o.Version), fmt.Sprintf("Your order %d: %s.", o.Number, promiseText(o)))
	}
}

// followReleases has what no warehouse is asked for wait for the releases of its
// products as they now are, and reports whether any of it waited for another day.
func (s *state) followReleases(o *order.Order) bool {
	district, moved := s.districts[o.Address.District], false
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		if !f.Unasked || !s.stale(unreleased{f.Warehouse, f.NotBefore, skusOf(f)}) {
			continue
		}
		from := s.candidate(f.Warehouse)
		from.Load = s.loadOf(from.Warehouse)
		f.NotBefore, moved = s.latestRelease(skusOf(f)), true
		f.Promise = s.arrival(from, district, f.NotBefore)
	}
	if moved {
		o.Promise = s.promised(*o, district)
	}
	return moved
}

// stale reports whether a fulfillment waits for another day than that on which the
// last of its products is released. A release that is over is as good as none.
func (s *state) stale(u unreleased) bool {
	last := s.latestRelease(u.skus)
	return last != u.notBefore && (!last.IsZero() || u.notBefore > date.Of(s.now))
}

// latestRelease returns the day before which not all of the SKUs are shipped, or none.
func (s *state) latestRelease(skus []id.SKU) date.Date {
	var last date.Date
	for _, sku := range skus {
		last = max(last, s.releaseDay(sku))
	}
	return last
}

// due reports whether the waiting has an end.
func (u unasked) due(now time.Time, unpaidFor time.Duration) bool {
	if !u.unpaidSince.IsZero() {
		return now.Sub(u.unpaidSince) > unpaidFor
	}
	return u.release <= date.Of(now)
}

// askNow asks for an order that is due, unless a release was put off behind the back
// of the order: then it follows, and is looked at again.
func (s *state) askNow(o order.Order) error {
	if s.moveRelease(o) {
		return nil
	}
	if err := s.ask(&o); err != nil {
		return err
	}
	s.change(&o)
	s.save(o, s.books.Site(), "released", "released, shipped by "+sites(o))
	return nil
}

// giveUp voids an order whose bank transfer did not come.
func (s *state) giveUp(ctx context.Context, o order.Order) error {
	before := o
	o, err := s.callOff(o)
	if err != nil {
		return err
	}
	o.Unpaid, o.Reason = false, "it was not paid in time"
	if err := s.settleMoney(ctx, o); err != nil {
		return err
	}
	s.change(&o)
	s.unburden(before, o)
	s.save(o, s.books.Site(), "unpaid", o.Reason)
	s.notify(o, "voided", customerText(o))
	return nil
}

// sortedOrders returns identifiers in order of time: they begin with it.
func sortedOrders[V any](set map[id.Order]V) []id.Order {
	return slices.SortedFunc(maps.Keys(set), byTime)
}

func byTime(a, b id.Order) int { return bytes.Compare(a.UUID[:], b.UUID[:]) }
