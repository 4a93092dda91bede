package store

import (
	"context"
	"fmt"
	"slices"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// maxMerges is how many moves one tick begins.
const maxMerges = 200

// mergeSplits looks again at orders that several warehouses ship and none has
// begun with, when units of theirs have come in: where one of the warehouses can
// do without another, the other's units are kept there and the other is asked to
// let go. Only when it has are they promised anew, so no unit is promised twice
// and none is lost when it refuses.
func (s *state) mergeSplits(ctx context.Context) error {
	if len(s.live.ripe) == 0 || !s.allHeard() {
		return nil
	}
	begun := 0
	for _, which := range sortedOrders(s.live.splits) {
		split := s.live.splits[which]
		if s.aside.has(which) || !s.hasRipe(split) {
			continue
		}
		from, to := s.mergeable(split)
		if from == nil {
			continue
		}
		if begun++; begun > maxMerges {
			return nil // the next tick goes on: what is moving is not mergeable any more
		}
		err := s.serve(ctx, which, func(o order.Order) error {
			return s.move(o, o.Fulfillment(from.ID), to.Warehouse)
		})
		if err != nil {
			return err
		}
	}
	clear(s.live.ripe)
	return nil
}

func (s *state) hasRipe(o order.Order) bool {
	for _, line := range o.Lines {
		if _, ripe := s.live.ripe[line.SKU]; ripe {
			return true
		}
	}
	return false
}

// mergeable returns the fulfillment of an order that another one of it can take in,
// and that one, the district's first that can; or nil. A warehouse that cannot be
// asked keeps what it has: nobody knows how long units would be kept for the answer.
func (s *state) mergeable(o order.Order) (from, to *order.Fulfillment) {
	for _, candidate := range s.candidatesOf(s.districts[o.Address.District]) {
		for i := range o.Fulfillments {
			to := &o.Fulfillments[i]
			if to.Warehouse != candidate.Code || !movable(to) {
				continue
			}
			for j := range o.Fulfillments {
				from := &o.Fulfillments[j]
				if i != j && movable(from) && s.covers(candidate.Code, candidate.Safety, from) && s.reaches(from.Warehouse) {
					return from, to
				}
			}
		}
	}
	return nil, nil
}

// movable reports whether a fulfillment may be given to another warehouse, or take
// in another one: its warehouse knows of it and has not begun, and nothing else is
// asked of it.
func movable(f *order.Fulfillment) bool {
	if f.Unasked || !f.Unpicked() || f.MoveTo != "" {
		return false
	}
	for _, part := range f.Lines {
		if part.Asked > 0 {
			return false
		}
	}
	return true
}

func (s *state) covers(warehouse id.Site, safety int64, f *order.Fulfillment) bool {
	if warehouse == f.Warehouse {
		return false
	}
	needed := map[id.SKU]int64{}
	for _, part := range f.Lines {
		needed[part.SKU] += part.Live()
		if s.held(warehouse, part.SKU)-safety < needed[part.SKU] {
			return false
		}
	}
	return true
}

func (s *state) move(o order.Order, from *order.Fulfillment, to id.Site) error {
	for i := range from.Lines {
		part := &from.Lines[i]
		if part.Live() == 0 {
			continue
		}
		err := s.books.Book(s.movement(part.SKU, part.Live(), stock.HeldAt(to), stock.ReservedAt(to),
			stock.ReservedFor, o.ID, part.Line, "moving"))
		if err != nil {
			return err
		}
		part.Asked, part.Moving = part.Live(), part.Live()
	}
	from.MoveTo = to
	request := event.VoidRequested{Order: o.ID, Fulfillment: from.ID, Reason: "shipped by " + string(to)}
	if err := s.books.Say(from.Warehouse, o.ID.String(), request, s.now); err != nil {
		return err
	}
	s.change(&o)
	s.save(o, s.books.Site(), "moving", fmt.Sprintf("%s ships what %s was to, with its own part", to, from.Warehouse))
	return nil
}

// followMove goes on with a move whose first warehouse has let go.
func (s *state) followMove(o order.Order, f order.Fulfillment) (order.Order, error) {
	if f.MoveTo == "" || len(o.Waiting) == 0 {
		return o, nil
	}
	return s.moved(o, f)
}

// moved promises what a warehouse has let go of out of what is kept at another.
func (s *state) moved(o order.Order, from order.Fulfillment) (order.Order, error) {
	district := s.districts[o.Address.District]
	promise := s.arrival(s.candidate(from.MoveTo), district, 0)
	for _, wait := range slices.Clone(o.Waiting) {
		if wait.Warehouse != "" {
			continue
		}
		next, err := s.give(o, order.Filling{
			Line: wait.Line, Units: wait.Quantity, Into: s.openFulfillment(o, from.MoveTo, 0), Warehouse: from.MoveTo, Promise: promise,
		})
		if err != nil {
			return o, err
		}
		o = next
		err = s.books.Book(s.movement(wait.SKU, wait.Quantity, stock.ReservedAt(from.MoveTo), stock.PromisedAt(from.MoveTo),
			stock.AllocatedTo, o.ID, wait.Line, "moved"))
		if err != nil {
			return o, err
		}
	}
	o.Promise = s.promised(o, district)
	return o, s.ask(&o)
}

// endMove frees what is kept for a move that does not come about.
func (s *state) endMove(o order.Order, f *order.Fulfillment) error {
	for i := range f.Lines {
		part := &f.Lines[i]
		if part.Moving == 0 {
			continue
		}
		err := s.books.Book(s.movement(part.SKU, part.Moving, stock.ReservedAt(f.MoveTo), stock.HeldAt(f.MoveTo),
			stock.Released, o.ID, part.Line, "not moved"))
		if err != nil {
			return err
		}
		part.Moving = 0
	}
	f.MoveTo = ""
	return nil
}
