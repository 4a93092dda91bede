package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
	"crossdock/core/stock"
)

// sellAhead lets what the plan is short of wait for what suppliers have announced,
// and reports whether all of it may: else nothing is changed.
func (s *state) sellAhead(o *order.Order, district catalog.District, plan sourcing.Plan) bool {
	var waits []order.Wait
	for _, short := range plan.Short {
		product := s.products[short.SKU]
		if !product.SoldAhead() || product.Cap > 0 && s.live.ahead[short.SKU]+short.Missing > product.Cap {
			return false
		}
		left := s.expectations(short.SKU, district)
		for _, line := range o.Lines {
			if line.SKU != short.SKU {
				continue
			}
			missing := line.Quantity - taken(plan.Takes, line.Number)
			for i := 0; i < len(left) && missing > 0; i++ {
				units := min(missing, left[i].units)
				if units == 0 {
					continue
				}
				left[i].units -= units
				left[i].sold += units
				missing -= units
				waits = append(waits, order.Wait{
					Line: line.Number, SKU: line.SKU, Warehouse: left[i].warehouse, Quantity: units,
					Due: s.due(left[i].warehouse, line.SKU, left[i].sold),
				})
			}
			if missing > 0 {
				return false
			}
		}
	}
	o.Waiting, o.Why = waits, awaited(o.Why, waits)
	return true
}

// awaited tells of what was short that it was sold ahead: it is missing no more.
func awaited(why []order.Step, waits []order.Wait) []order.Step {
	steps := slices.DeleteFunc(slices.Clone(why), func(s order.Step) bool { return s.Verdict == order.Missing })
	for _, wait := range waits {
		note := "nobody knows the day yet"
		if !wait.Due.IsZero() {
			note = "expected there on " + wait.Due.String()
		}
		steps = append(steps, order.Step{
			Rule: "sold ahead", Warehouse: wait.Warehouse, Verdict: order.Awaited, SKU: wait.SKU, Wanted: wait.Quantity, Note: note,
		})
	}
	return steps
}

func taken(takes []sourcing.Take, line int) int64 {
	var units int64
	for _, take := range takes {
		if take.Line == line {
			units += take.Units
		}
	}
	return units
}

// expectation is what may be sold ahead of one warehouse's stock.
type expectation struct {
	warehouse id.Site
	units     int64 // to be sold
	sold      int64
}

// expectations returns where units of a SKU are expected for a district, what
// comes in first at the front.
func (s *state) expectations(sku id.SKU, district catalog.District) []expectation {
	var all []expectation
	for _, warehouse := range district.Warehouses {
		if units := s.books.Balance(sku, stock.IncomingAt(warehouse)); units > 0 && !s.books.Recovering(warehouse) {
			all = append(all, expectation{warehouse, units, s.books.Balance(sku, stock.SoldAheadAt(warehouse))})
		}
	}
	slices.SortStableFunc(all, func(a, b expectation) int {
		return cmp.Compare(later(s.due(a.warehouse, sku, a.sold+1)), later(s.due(b.warehouse, sku, b.sold+1)))
	})
	return all
}

// later puts the unknown day behind all others.
func later(d date.Date) date.Date {
	if d.IsZero() {
		return 1<<31 - 1
	}
	return d
}

// due returns the day on which the n-th unit that is sold ahead comes in at a
// warehouse, counted from 1, or none. A day that is over without the goods says
// nothing any more.
func (s *state) due(warehouse id.Site, sku id.SKU, n int64) date.Date {
	for _, arriving := range s.live.schedules[levelKey{warehouse, sku}].Arrivals {
		if n -= arriving.Quantity; n <= 0 {
			if arriving.On < date.Of(s.now) {
				return 0
			}
			return arriving.On
		}
	}
	return 0
}

// redateOverdue looks, on each new day, at what was to come in until yesterday and
// has not: the customers are told that nobody knows the day any more.
func (s *state) redateOverdue(ctx context.Context) error {
	today := date.Of(s.now)
	if s.live.redatedOn == today {
		return nil
	}
	var changed touched
	late := map[id.Order]id.Site{}
	for _, k := range slices.SortedFunc(maps.Keys(s.live.schedules), levelKey.compare) {
		overdue := func(a event.Arriving) bool { return a.On < today }
		if len(s.live.waiting[k.sku]) == 0 || !slices.ContainsFunc(s.live.schedules[k].Arrivals, overdue) {
			continue
		}
		before := len(changed.sequence)
		if err := s.redate(ctx, &changed, k.warehouse, k.sku); err != nil {
			return err
		}
		for _, which := range changed.sequence[before:] {
			late[which] = k.warehouse
		}
	}
	for _, which := range changed.sequence {
		s.savePromise(*changed.orders[which], late[which])
	}
	s.live.redatedOn = today
	return nil
}

// promised returns when all of an order arrives, as far as anybody knows. Where
// nobody has said anything of the warehouses, no day is promised.
func (s *state) promised(o order.Order, district catalog.District) order.Promise {
	if len(s.live.warehouses) == 0 {
		return order.Promise{}
	}
	var parts []order.Promise
	for i := range o.Fulfillments {
		if f := &o.Fulfillments[i]; f.Stage != order.VoidedStage {
			parts = append(parts, f.Promise)
		}
	}
	for _, wait := range o.Waiting {
		_, promise := sourcing.ArrivalFrom(max(wait.Due, s.releaseOf(wait)), s.candidate(wait.Warehouse), district)
		parts = append(parts, promise)
	}
	if len(parts) == 0 {
		return order.Promise{}
	}
	all := parts[0]
	for _, part := range parts[1:] {
		all = all.Later(part)
	}
	return all
}

// releaseOf is the release of what waits; where nobody knows when it comes in, the
// release says nothing.
func (s *state) releaseOf(wait order.Wait) date.Date {
	if wait.Due.IsZero() {
		return 0
	}
	return s.releaseDay(wait.SKU)
}

// serveWaiting gives units that have become free since the mark to the orders that
// wait for them, in order of placement, in this same transaction.
func (s *state) serveWaiting(ctx context.Context, mark int) error {
	if len(s.live.waiting) == 0 {
		return nil
	}
	var freed []id.SKU
	if s.live.serveAll {
		freed = slices.Sorted(maps.Keys(s.live.waiting))
		s.live.serveAll = false
	}
	for _, m := range s.books.Since(mark) {
		if m.To.Kind == stock.Held && len(s.live.waiting[m.SKU]) > 0 && !slices.Contains(freed, m.SKU) {
			freed = append(freed, m.SKU)
		}
	}
	if len(freed) == 0 {
		return nil
	}
	var filled touched
	warehouses := s.warehouses()
	for _, sku := range freed {
		if !s.inStock(warehouses, sku) {
			continue
		}
		for _, w := range slices.Clone(s.live.waiting[sku]) {
			if !s.inStock(warehouses, sku) {
				break
			}
			if s.mayBeShipped(w.number) {
				continue
			}
			if err := s.fill(ctx, &filled, sku, w); err != nil {
				return err
			}
		}
	}
	return s.saveFilled(&filled)
}

// ripen has orders that are split looked at again that could do with what has become
// free since the mark.
func (s *state) ripen(mark int) {
	if len(s.live.splits) == 0 {
		return
	}
	for _, m := range s.books.Since(mark) {
		if m.To.Kind == stock.Held {
			s.live.ripe[m.SKU] = struct{}{}
		}
	}
}

// inStock reports whether any warehouse has units of a SKU that may be promised.
func (s *state) inStock(warehouses []id.Site, sku id.SKU) bool {
	for _, warehouse := range warehouses {
		if s.held(warehouse, sku) > s.live.warehouses[warehouse].Safety {
			return true
		}
	}
	return false
}

// touched is the orders that one decision changes, each several times perhaps, and
// saves once, in the end.
type touched struct {
	orders   map[id.Order]*order.Order
	sequence []id.Order // of those to save
}

// touch returns an order as the decision has it by now.
func (s *state) touch(ctx context.Context, t *touched, which id.Order) (*order.Order, error) {
	if o := t.orders[which]; o != nil {
		return o, nil
	}
	o, err := s.order(ctx, which)
	return &o, err
}

// change has an order saved in the end.
func (t *touched) change(o *order.Order) {
	if t.orders == nil {
		t.orders = map[id.Order]*order.Order{}
	}
	if t.orders[o.ID] == nil {
		t.sequence = append(t.sequence, o.ID)
	}
	t.orders[o.ID] = o
}

// fill serves one entry of a queue as far as there is stock in the warehouses of
// its district. It books, and leaves the order in filled, to be saved.
func (s *state) fill(ctx context.Context, filled *touched, sku id.SKU, w waiting) error {
	left := w.units
	for _, candidate := range s.candidatesOf(s.districts[w.district]) {
		units := min(left, s.held(candidate.Code, sku)-candidate.Safety)
		if units <= 0 {
			continue
		}
		o, err := s.touch(ctx, filled, w.order)
		if err != nil {
			return err
		}
		if _, err = s.fillFrom(filled, *o, candidate, sku, w, units); err != nil {
			return err
		}
		left -= units
	}
	return nil
}

// fillFrom serves units of an entry out of one warehouse.
func (s *state) fillFrom(
	filled *touched, o order.Order, from sourcing.Candidate, sku id.SKU, w waiting, units int64,
) (*order.Order, error) {
	district := s.districts[o.Address.District]
	notBefore := s.releaseDay(sku)
	into := s.openFulfillment(o, from.Code, notBefore)
	if o.Fulfillment(into) == nil {
		s.burden(from.Code)
	}
	next, err := s.give(o, order.Filling{
		Line: w.line, Incoming: w.incoming, Units: units, Into: into, Warehouse: from.Code, Promise: s.arrival(from, district, notBefore),
	})
	if err != nil {
		return nil, err
	}
	next.Fulfillment(into).NotBefore = notBefore
	for _, m := range []stock.Movement{
		s.movement(sku, units, stock.HeldAt(from.Code), stock.PromisedAt(from.Code), stock.AllocatedTo, o.ID, w.line, "filled"),
		s.movement(sku, units, stock.SoldAheadAt(w.incoming), stock.IncomingAt(w.incoming), stock.Filled, o.ID, w.line, "filled"),
	} {
		if err := s.books.Book(m); err != nil {
			return nil, err
		}
	}
	filled.change(&next)
	return &next, nil
}

// arrival returns when what a warehouse is asked for now, or on a day to come,
// arrives; none where nobody has said anything of the warehouses.
func (s *state) arrival(from sourcing.Candidate, district catalog.District, notBefore date.Date) order.Promise {
	if len(s.live.warehouses) == 0 {
		return order.Promise{}
	}
	_, promise := sourcing.ArrivalFrom(notBefore, from, district)
	if notBefore.IsZero() {
		_, promise = sourcing.Arrival(from, district, s.now)
	}
	return promise
}

// give is order.Fill. The version stays, as the caller counts its change; and the
// parts of a fulfillment are in order of their lines, as they are stored.
func (s *state) give(o order.Order, filling order.Filling) (order.Order, error) {
	next, err := order.Fill(o, filling, s.now)
	if err != nil {
		return o, err
	}
	next.Version = o.Version
	slices.SortFunc(next.Fulfillment(filling.Into).Lines, func(a, b order.Part) int { return cmp.Compare(a.Line, b.Line) })
	return next, nil
}

// openFulfillment returns the fulfillment of a warehouse that it was not asked for
// yet, else the name of a new one.
func (s *state) openFulfillment(o order.Order, warehouse id.Site, notBefore date.Date) id.Fulfillment {
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		if f.Unasked && f.Stage == order.Requested && f.Warehouse == warehouse && f.NotBefore == notBefore {
			return f.ID
		}
	}
	return s.fulfillmentID(o, warehouse)
}

// saveFilled saves the orders that were filled, and asks for what came in.
func (s *state) saveFilled(filled *touched) error {
	for _, which := range filled.sequence {
		o := filled.orders[which]
		if err := s.ask(o); err != nil {
			return err
		}
		o.Promise = s.promised(*o, s.districts[o.Address.District])
		s.change(o)
		text := "what was sold ahead has come in"
		if left := waitingUnits(*o); left > 0 {
			text = "some of what was sold ahead has come in, " + counted(left) + " still to come"
		}
		s.save(*o, s.books.Site(), "filled", text)
		if !o.Promise.To.IsZero() {
			text += "; " + promiseText(*o)
		}
		s.notify(*o, fmt.Sprintf("filled/%d", o.Version), fmt.Sprintf("Your order %d: %s.", o.Number, text))
	}
	return nil
}

// dropBackorder calls off what an order waits for, at once: no warehouse knows of it.
func (s *state) dropBackorder(ctx context.Context, c DropBackorder) (order.Order, error) {
	if _, known, err := s.repeated(ctx, c.Key); err != nil {
		return order.Order{}, err
	} else if known {
		return s.order(ctx, c.Order)
	}
	if err := catalog.CheckLine("reason", c.Reason, 0, maxReason); err != nil {
		return order.Order{}, err
	}
	o, err := s.orderOf(ctx, c.Order, c.By)
	if err != nil {
		return order.Order{}, err
	}
	o, dropped, err := s.drop(o, c.Line)
	if err != nil {
		return order.Order{}, err
	}
	if dropped == 0 {
		return order.Order{}, fault.New(fault.Conflict, "nothing of order %d waits to come in", o.Number)
	}
	if o.Status == order.Voided {
		o.Unpaid, o.Reason = false, cmp.Or(c.Reason, "called off before it came in")
	}
	if err := s.settleMoney(ctx, o); err != nil {
		return order.Order{}, err
	}
	o.Promise = s.promised(o, s.districts[o.Address.District])
	s.change(&o)
	s.save(o, s.books.Site(), "backorder-dropped", counted(dropped)+" called off that were still to come in")
	s.notify(o, fmt.Sprintf("backorder-dropped/%d", o.Version),
		fmt.Sprintf("%s of your order %d that were still to come in are called off.", counted(dropped), o.Number))
	s.remember(c.Key, o.ID.String())
	return o, nil
}

// drop calls off the units of a line that wait, or, with line zero, all of them,
// and returns how many. The version stays: the caller counts its change.
func (s *state) drop(o order.Order, line int) (order.Order, int64, error) {
	return s.dropUnits(o, line, math.MaxInt64)
}

// dropUnits is drop for so many units at most.
func (s *state) dropUnits(o order.Order, line int, most int64) (order.Order, int64, error) {
	var dropped int64
	version := o.Version
	for _, wait := range slices.Clone(o.Waiting) {
		units := min(wait.Quantity, most-dropped)
		if line != 0 && wait.Line != line || units == 0 {
			continue
		}
		var err error
		if o, err = order.DropWaiting(o, wait.Line, wait.Warehouse, units, s.now); err != nil {
			return o, 0, err
		}
		err = s.books.Book(s.movement(wait.SKU, units, stock.SoldAheadAt(wait.Warehouse), stock.IncomingAt(wait.Warehouse),
			stock.Released, o.ID, wait.Line, "called off"))
		if err != nil {
			return o, 0, err
		}
		dropped += units
	}
	o.Version = version
	return o, dropped, nil
}
