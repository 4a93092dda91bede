package store

import (
	"bytes"
	"context"
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
		if next.due(s.now, s.unpaidFor) && !s.aside.has(which) {
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

// due reports whether the waiting has an end.
func (u unasked) due(now time.Time, unpaidFor time.Duration) bool {
	if !u.unpaidSince.IsZero() {
		return now.Sub(u.unpaidSince) > unpaidFor
	}
	return u.release <= date.Of(now)
}

func (s *state) askNow(o order.Order) error {
	if err := s.ask(&o); err != nil {
		return err
	}
	s.change(&o)
	s.save(o, s.books.Site(), "released", "released, shipped by "+sites(o))
	return nil
}

// giveUp voids an order whose bank transfer did not come.
func (s *state) giveUp(ctx context.Context, o order.Order) error {
	o, err := s.callOff(o)
	if err != nil {
		return err
	}
	o.Unpaid, o.Reason = false, "it was not paid in time"
	if err := s.settleMoney(ctx, o); err != nil {
		return err
	}
	s.change(&o)
	s.save(o, s.books.Site(), "unpaid", o.Reason)
	s.notify(o, "voided", customerText(o))
	return nil
}

// sortedOrders returns identifiers in order of time: they begin with it.
func sortedOrders[V any](set map[id.Order]V) []id.Order {
	return slices.SortedFunc(maps.Keys(set), byTime)
}

func byTime(a, b id.Order) int { return bytes.Compare(a.UUID[:], b.UUID[:]) }
