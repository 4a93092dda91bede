package store

import (
	"maps"
	"slices"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
	"crossdock/core/stock"
)

// hold keeps units for a checkout in progress. What its owner held before is free
// first, so that a repetition extends the hold, up to its bound, and follows the cart.
// For an order that could not be taken nothing is kept from others.
func (s *state) hold(c HoldStock) (Holding, error) {
	if err := catalog.CheckLine("owner", c.Owner, 1, maxOwner); err != nil {
		return Holding{}, err
	}
	district, known := s.districts[c.District]
	if !known {
		return Holding{}, fault.At("district", fault.Invalid, "there is no district %s", fault.Quote(string(c.District)))
	}
	lines, err := s.lines(c.Lines)
	if err != nil {
		return Holding{}, err
	}
	if err := s.openHold(c.Owner); err != nil {
		return Holding{}, err
	}
	plan := s.source(lines, district)
	promise, can := s.foreseen(lines, district, plan)
	if !can {
		plan.Takes = nil
	}
	hold := Hold{Owner: c.Owner, Units: heldUnits(plan.Takes), Since: s.now}
	if before, there := s.live.holds[c.Owner]; there {
		hold.Since = before.Since
	}
	hold.ExpiresAt = s.expiry(hold.Since)
	for _, held := range hold.Units {
		err := s.books.Book(s.movement(held.SKU, held.Units, stock.HeldAt(held.Warehouse), stock.ReservedAt(held.Warehouse),
			stock.ReservedFor, id.Order{}, 0, "checkout"))
		if err != nil {
			return Holding{}, err
		}
	}
	s.saveHold(hold)
	return Holding{Hold: hold, Short: plan.Short, Why: plan.Why, Promise: promise}, nil
}

// expiry returns when a hold that began then and is extended now ends: no sign of
// life takes it past its bound, so that nobody keeps the last units for ever. It
// ends as any other does, by a tick, and others are served before it begins anew.
func (s *state) expiry(since time.Time) time.Time {
	next, bound := s.now.Add(s.holdFor), since.Add(s.holdAtMost)
	if bound.Before(next) {
		return bound
	}
	return next
}

// maxOwner is the length limit of a hold's owner.
const maxOwner = 200

// foreseen returns when an order of these lines would arrive, with what would have
// to wait to come in, and whether it would be taken at all.
func (s *state) foreseen(lines []order.Line, district catalog.District, plan sourcing.Plan) (promise order.Promise, can bool) {
	o := order.Order{Lines: lines}
	if len(plan.Short) > 0 && !s.sellAhead(&o, district, plan) {
		return order.Promise{}, false
	}
	s.assign(&o, district, plan)
	return s.promised(o, district), true
}

// heldUnits sums the takes by warehouse and SKU, in order of both.
func heldUnits(takes []sourcing.Take) []Held {
	sums := map[levelKey]int64{}
	for _, take := range takes {
		sums[levelKey{take.Warehouse, take.SKU}] += take.Units
	}
	units := make([]Held, 0, len(sums))
	for _, k := range slices.SortedFunc(maps.Keys(sums), levelKey.compare) {
		units = append(units, Held{k.warehouse, k.sku, sums[k]})
	}
	return units
}

// openHold books the units of a hold as free, if there is one.
func (s *state) openHold(owner string) error {
	if owner == "" {
		return nil
	}
	for _, held := range s.live.holds[owner].Units {
		err := s.books.Book(s.movement(held.SKU, held.Units, stock.ReservedAt(held.Warehouse), stock.HeldAt(held.Warehouse),
			stock.Released, id.Order{}, 0, "checkout"))
		if err != nil {
			return err
		}
	}
	return nil
}

// endHold forgets a hold whose units are free. It is called when nothing can fail
// any more.
func (s *state) endHold(owner string) {
	if _, there := s.live.holds[owner]; there {
		s.saveHold(Hold{Owner: owner})
	}
}

func (s *state) saveHold(hold Hold) {
	if len(hold.Units) == 0 {
		delete(s.live.holds, hold.Owner)
	} else {
		s.live.holds[hold.Owner] = hold
	}
	s.changes.Holds = append(s.changes.Holds, hold)
}

func (s *state) releaseHold(c ReleaseHold) error {
	if err := s.openHold(c.Owner); err != nil {
		return err
	}
	s.endHold(c.Owner)
	return nil
}

// expireHolds ends the holds of checkouts that were left.
func (s *state) expireHolds() error {
	var expired []string
	for owner, hold := range s.live.holds {
		if !s.now.Before(hold.ExpiresAt) {
			expired = append(expired, owner)
		}
	}
	slices.Sort(expired)
	for _, owner := range expired {
		for _, held := range s.live.holds[owner].Units {
			err := s.books.Book(s.movement(held.SKU, held.Units, stock.ReservedAt(held.Warehouse), stock.HeldAt(held.Warehouse),
				stock.Expired, id.Order{}, 0, "checkout"))
			if err != nil {
				return err
			}
		}
		s.endHold(owner)
	}
	return nil
}
