package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// quotaRestated makes the books agree with what a warehouse has set aside for this
// store, after the store was restored from a backup. Orders that were promised more
// than that are looked at again, the last ones first: they are filled from elsewhere,
// else wait for what is to come in, else are called off. After the last range the
// store has recovered from the warehouse.
//
// The first statement is only the end of what the warehouse had said before: what the
// store has asked about it is still on its way. When that is answered, the warehouse
// states it once more. And where orders are to be filled from elsewhere, the store
// waits for a while until it knows what the others have, and has it stated again.
func (s *state) quotaRestated(ctx context.Context, from id.Site, m event.QuotaRestated) error {
	if m.Epoch != s.books.Epoch() || !s.books.Recovering(from) {
		return nil // it answers an epoch that is over
	}
	s.lastNumber = max(s.lastNumber, m.Number)
	if s.books.Counting(from) {
		if m.UpTo != "" {
			return nil
		}
		s.books.Counted(from)
		return s.haveStated(from)
	}
	theirs, expected := event.Quantities(m.Quota), event.Quantities(m.Incoming)
	unasked, err := s.unaskedAt(ctx, from)
	if err != nil {
		return err
	}
	skus := s.skusIn(m, from, unasked, theirs, expected)
	if s.toRevalidate(from, skus, theirs, unasked) && s.othersToHear(from) {
		s.live.restate[from] = struct{}{}
		return nil
	}
	var changed touched
	for _, sku := range skus {
		if err := s.restateQuota(ctx, &changed, from, sku, theirs[sku], unasked[sku]); err != nil {
			return err
		}
	}
	if err := s.saveRevalidated(ctx, &changed, from); err != nil {
		return err
	}
	for _, sku := range s.skusIn(m, from, expected) {
		if err := s.restateIncoming(ctx, from, sku, expected[sku]); err != nil {
			return err
		}
	}
	if m.UpTo != "" {
		return nil
	}
	if epoch := s.books.Owed(from); epoch > 0 {
		if err := s.sayRestated(ctx, from, epoch); err != nil {
			return err
		}
		s.books.Owe(from, 0)
	}
	s.books.Recovered(from)
	s.live.serveAll = s.allHeard()
	return nil
}

// haveStated asks a warehouse to state once more what it has set aside for the store.
func (s *state) haveStated(warehouse id.Site) error {
	return s.books.Say(warehouse, "fulfillments", event.FulfillmentsAsked{Epoch: s.books.Epoch()}, s.now)
}

// askStatements asks the warehouses that are to state it once more.
func (s *state) askStatements() error {
	for _, warehouse := range slices.Sorted(maps.Keys(s.live.restate)) {
		if err := s.haveStated(warehouse); err != nil {
			return err
		}
	}
	clear(s.live.restate)
	return nil
}

// toRevalidate reports whether orders were promised units of a warehouse that it has
// not set aside any more.
func (s *state) toRevalidate(from id.Site, skus []id.SKU, theirs, unasked map[id.SKU]int64) bool {
	return slices.ContainsFunc(skus, func(sku id.SKU) bool {
		kept := s.books.Balance(sku, stock.ReservedAt(from)) + unasked[sku]
		return unasked[sku] > 0 && kept > theirs[sku]
	})
}

// othersToHear reports whether other warehouses may soon tell what they have. One who
// is silent is not waited for.
func (s *state) othersToHear(from id.Site) bool {
	return s.now.Sub(s.loadedAt) < waitForNumbers && s.othersSilent(from)
}

// othersSilent reports whether any warehouse but this one has not been heard yet.
func (s *state) othersSilent(but id.Site) bool {
	return slices.ContainsFunc(s.warehouses(), func(other id.Site) bool { return other != but && s.books.Recovering(other) })
}

// skusIn returns the SKUs of a statement's range of which either side has units.
func (s *state) skusIn(m event.QuotaRestated, from id.Site, units ...map[id.SKU]int64) []id.SKU {
	skus := map[id.SKU]bool{}
	add := func(sku id.SKU) { skus[sku] = m.Covers(sku) }
	for _, b := range s.books.Balances() {
		switch b.Account {
		case stock.HeldAt(from), stock.ReservedAt(from), stock.IncomingAt(from), stock.SoldAheadAt(from):
			add(b.SKU)
		}
	}
	for _, sums := range units {
		for sku := range sums {
			add(sku)
		}
	}
	maps.DeleteFunc(skus, func(_ id.SKU, within bool) bool { return !within })
	return slices.Sorted(maps.Keys(skus))
}

// restateQuota brings what the store has of a warehouse's units to what the warehouse
// has set aside for it.
func (s *state) restateQuota(ctx context.Context, changed *touched, from id.Site, sku id.SKU, theirs, unasked int64) error {
	held, granter := stock.HeldAt(from), stock.GranterAt(from)
	surplus := s.books.Balance(sku, held) + s.books.Balance(sku, stock.ReservedAt(from)) + unasked - theirs
	if surplus < 0 {
		return s.books.Book(s.movement(sku, -surplus, granter, held, stock.Granted, id.Order{}, 0, "handed over after the backup"))
	}
	for _, free := range []func() error{
		func() error { return nil },
		func() error { return s.freeHolds(from, sku) },
		func() error { return s.freeMoves(ctx, changed, from, sku) },
		func() error { return s.takeUnasked(ctx, changed, from, sku, surplus) },
	} {
		if surplus == 0 {
			return nil
		}
		if err := free(); err != nil {
			return err
		}
		units := min(surplus, s.books.Balance(sku, held))
		if units == 0 {
			continue
		}
		err := s.books.Book(s.movement(sku, units, held, granter, stock.Returned, id.Order{}, 0, "sold after the backup"))
		if err != nil {
			return err
		}
		surplus -= units
	}
	return nil
}

// freeHolds ends the checkouts that keep units which are not there any more.
func (s *state) freeHolds(from id.Site, sku id.SKU) error {
	for _, owner := range slices.Sorted(maps.Keys(s.live.holds)) {
		keeps := func(h Held) bool { return h.Warehouse == from && h.SKU == sku }
		if !slices.ContainsFunc(s.live.holds[owner].Units, keeps) {
			continue
		}
		if err := s.openHold(owner); err != nil {
			return err
		}
		s.endHold(owner)
	}
	return nil
}

// freeMoves ends the moves to a warehouse whose units are not there any more.
func (s *state) freeMoves(ctx context.Context, changed *touched, from id.Site, sku id.SKU) error {
	for _, which := range sortedOrders(s.live.splits) {
		split := s.live.splits[which]
		for i := range split.Fulfillments {
			f := &split.Fulfillments[i]
			moves := func(part order.Part) bool { return part.SKU == sku && part.Moving > 0 }
			if f.MoveTo != from || !slices.ContainsFunc(f.Lines, moves) {
				continue
			}
			o, err := s.touch(ctx, changed, which)
			if err != nil {
				return err
			}
			next := o.Clone()
			if err := s.endMove(next, next.Fulfillment(f.ID)); err != nil {
				return err
			}
			changed.change(&next)
		}
	}
	return nil
}

// takeUnasked takes units from the orders that the warehouse was not asked for, of the
// last one first, and books them as free.
func (s *state) takeUnasked(ctx context.Context, changed *touched, from id.Site, sku id.SKU, surplus int64) error {
	orders := sortedOrders(s.live.unasked)
	for _, which := range slices.Backward(orders) {
		for surplus > 0 {
			o, err := s.touch(ctx, changed, which)
			if err != nil {
				return err
			}
			f, part := unaskedPart(*o, from, sku)
			if f == nil {
				break
			}
			units := min(surplus, part.Live())
			if err := s.revalidate(changed, *o, *f, order.Part{Line: part.Line, SKU: sku, Quantity: units}); err != nil {
				return err
			}
			surplus -= units
		}
	}
	return nil
}

// unaskedPart returns units of a SKU that are promised out of a warehouse's quota and
// not asked for, or nil.
func unaskedPart(o order.Order, from id.Site, sku id.SKU) (*order.Fulfillment, order.Part) {
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		if !f.Unasked || f.Warehouse != from {
			continue
		}
		for _, part := range f.Lines {
			if part.SKU == sku && part.Live() > 0 {
				return f, part
			}
		}
	}
	return nil, order.Part{}
}

// revalidate takes units of an order out of a fulfillment that no warehouse was asked
// for, and looks where else they could come from.
func (s *state) revalidate(changed *touched, o order.Order, f order.Fulfillment, off order.Part) error {
	version := o.Version
	next, rest, err := order.DropParts(o, f.ID, []order.Part{off}, s.fulfillmentID(o, f.Warehouse), s.now)
	if err != nil {
		return err
	}
	if err := s.rebook(next, f, rest); err != nil {
		return err
	}
	left := off.Quantity
	if s.othersSilent(f.Warehouse) { // and may have shipped it
		changed.change(s.status(next, version))
		return nil
	}
	if next, left, err = s.fillElsewhere(next, f.Warehouse, off, left); err != nil {
		return err
	}
	if next, err = s.waitElsewhere(next, f.Warehouse, off, left); err != nil {
		return err
	}
	changed.change(s.status(next, version))
	return nil
}

// status gives a revalidated order the status that its parts make. The version stays,
// as the caller counts its change.
func (s *state) status(o order.Order, version int) *order.Order {
	o.Version, o.Status = version, order.Fold(o)
	return &o
}

// fillElsewhere promises units out of the quota of other warehouses, and returns how
// many are left.
func (s *state) fillElsewhere(o order.Order, not id.Site, off order.Part, left int64) (order.Order, int64, error) {
	district := s.districts[o.Address.District]
	for _, candidate := range s.candidatesOf(district) {
		units := min(left, s.held(candidate.Code, off.SKU)-candidate.Safety)
		if candidate.Code == not || units <= 0 {
			continue
		}
		notBefore := s.releaseDay(off.SKU)
		into := s.openFulfillment(o, candidate.Code, notBefore)
		o.Line(off.Line).Voided -= units
		o.Waiting = append(o.Waiting, order.Wait{Line: off.Line, SKU: off.SKU, Quantity: units})
		o.Status = order.Fold(o)
		next, err := s.give(o, order.Filling{
			Line: off.Line, Units: units, Into: into, Warehouse: candidate.Code, Promise: s.arrival(candidate, district, notBefore),
		})
		if err != nil {
			return o, left, err
		}
		o = next
		o.Fulfillment(into).NotBefore = notBefore
		err = s.books.Book(s.movement(off.SKU, units, stock.HeldAt(candidate.Code), stock.PromisedAt(candidate.Code),
			stock.AllocatedTo, o.ID, off.Line, "revalidated"))
		if err != nil {
			return o, left, err
		}
		left -= units
	}
	return o, left, nil
}

// waitElsewhere lets units wait for what suppliers of other warehouses have announced,
// where the product may be sold ahead. What is left stays called off.
func (s *state) waitElsewhere(o order.Order, not id.Site, off order.Part, left int64) (order.Order, error) {
	if !s.products[off.SKU].SoldAhead() {
		return o, nil
	}
	for _, other := range s.expectations(off.SKU, s.districts[o.Address.District]) {
		units := min(left, other.units)
		if other.warehouse == not || units <= 0 {
			continue
		}
		left -= units
		o.Line(off.Line).Voided -= units
		waitFor(&o, order.Wait{
			Line: off.Line, SKU: off.SKU, Warehouse: other.warehouse, Quantity: units, Due: s.due(other.warehouse, off.SKU, other.sold+units),
		})
		err := s.books.Book(s.movement(off.SKU, units, stock.IncomingAt(other.warehouse), stock.SoldAheadAt(other.warehouse),
			stock.SoldAhead, o.ID, off.Line, "revalidated"))
		if err != nil {
			return o, err
		}
	}
	return o, nil
}

// saveRevalidated saves the orders that were looked at again, and tells their customers.
func (s *state) saveRevalidated(ctx context.Context, changed *touched, from id.Site) error {
	for _, which := range changed.sequence {
		o := changed.orders[which]
		before, err := s.order(ctx, which)
		if err != nil {
			return err
		}
		if o.Status == order.Voided {
			o.Unpaid, o.Reason = false, cmp.Or(o.Reason, "its units were sold before the store was restored from a backup")
		}
		if err := s.settleMoney(ctx, *o); err != nil {
			return err
		}
		if err := s.ask(o); err != nil {
			return err
		}
		o.Promise = s.promised(*o, s.districts[o.Address.District])
		s.change(o)
		s.unburden(before, *o)
		s.save(*o, from, "revalidated", "promised anew: "+string(from)+" has not set its units aside any more")
		lost := voidedUnits(*o) - voidedUnits(before)
		switch {
		case o.Status == order.Voided:
			s.notify(*o, "voided", fmt.Sprintf("We are sorry: your order %d had to be called off after a failure. Nothing is charged.", o.Number))
		case lost > 0:
			s.notify(*o, fmt.Sprintf("revalidated/%d", o.Version), fmt.Sprintf(
				"We are sorry: %s of your order %d had to be called off after a failure.", counted(lost), o.Number))
		default:
			s.tellPromise(*o, before.Promise)
		}
	}
	return nil
}

// restateIncoming brings what the store may sell ahead of a warehouse's units to what
// the warehouse has set aside of them for it.
func (s *state) restateIncoming(ctx context.Context, from id.Site, sku id.SKU, theirs int64) error {
	own := s.books.Balance(sku, stock.IncomingAt(from)) + s.books.Balance(sku, stock.SoldAheadAt(from))
	grant := id.Grant{UUID: s.IDs.New()}
	switch {
	case own < theirs:
		units := []event.Units{{SKU: sku, Quantity: theirs - own}}
		return s.incomingGranted(from, event.IncomingGranted{Grant: grant, Epoch: s.books.Epoch(), Units: units})
	case own > theirs:
		units := []event.Units{{SKU: sku, Quantity: own - theirs}}
		return s.incomingTaken(ctx, from, event.IncomingTaken{Taking: grant, Epoch: s.books.Epoch(), Units: units})
	default:
		return nil
	}
}
