package store

import (
	"maps"
	"slices"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
	"crossdock/core/stock"
)

// hold keeps units for a checkout in progress. What its owner held before is free
// first, so that a repetition extends the hold and follows the cart.
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
	hold := Hold{Owner: c.Owner, Units: heldUnits(plan.Takes), ExpiresAt: s.now.Add(s.holdFor)}
	for _, held := range hold.Units {
		err := s.books.Book(s.movement(held.SKU, held.Units, stock.HeldAt(held.Warehouse), stock.ReservedAt(held.Warehouse),
			stock.ReservedFor, id.Order{}, 0, "checkout"))
		if err != nil {
			return Holding{}, err
		}
	}
	s.saveHold(hold)
	return Holding{Hold: hold, Short: plan.Short, Why: plan.Why, Promise: s.foreseen(lines, district, plan)}, nil
}

// maxOwner is the length limit of a hold's owner.
const maxOwner = 200

// foreseen returns when an order of these lines would arrive, with what would have
// to wait to come in.
func (s *state) foreseen(lines []order.Line, district catalog.District, plan sourcing.Plan) order.Promise {
	o := order.Order{Lines: lines}
	if len(plan.Short) > 0 && !s.sellAhead(&o, district, plan) {
		return order.Promise{}
	}
	s.assign(&o, district, plan)
	return s.promised(o, district)
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
