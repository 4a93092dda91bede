package store

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/order"
)

// errShippedElsewhere says that a warehouse has what the store believes another one was
// asked for.
var errShippedElsewhere = errors.New("shipped by another warehouse already")

// looseEnds is what a store that was restored has still to settle with its warehouses,
// and what no row of its database says. So it outlives the batches that come to nothing:
// to settle a thing twice does no harm.
type looseEnds struct {
	unclear  map[event.FulfillmentName]unclear // lost, and not attached to their orders yet: see attach
	setAside map[id.Order]struct{}             // whose money is to be let go of when all warehouses are heard
}

func (l looseEnds) clone() looseEnds {
	if len(l.unclear)+len(l.setAside) == 0 {
		return looseEnds{}
	}
	return looseEnds{maps.Clone(l.unclear), maps.Clone(l.setAside)}
}

// take adds what another one holds.
func (l looseEnds) take(other looseEnds) {
	maps.Copy(l.unclear, other.unclear)
	maps.Copy(l.setAside, other.setAside)
}

// unclear is a fulfillment that could not be attached to its order, and whether its
// warehouse is to let go of it: all were heard, and another one ships the units.
type unclear struct {
	at      id.Site
	letting bool
}

// shippedTwice settles that a warehouse has units which the store believes another one
// to ship: the store was restored, and one of them as well. Until all were heard, one
// may still tell that it has let go of them. Then the one that has what the store has
// lost is asked to; and where its units are on their way, the other one. Where neither
// can, the error is returned, for an operator to look at.
func (s *state) shippedTwice(from id.Site, o order.Order, known event.FulfillmentState, cause error) error {
	name := event.FulfillmentName{Order: known.Order, Fulfillment: known.Fulfillment}
	gone := order.CheckStage(known.Stage, order.VoidedStage) != nil
	s.live.unclear[name] = unclear{from, s.allHeard() && !gone}
	if !s.allHeard() || !gone {
		return nil
	}
	asked, said, err := s.askRivals(from, &o, known)
	if err != nil {
		return err
	}
	if !asked {
		delete(s.live.unclear, name)
		delete(s.live.contested, o.ID)
		return cause
	}
	if said {
		s.live.contested[o.ID] = struct{}{}
		s.change(&o)
		s.save(o, from, "restored", fmt.Sprintf("%s has sent a part of it, which another warehouse is asked to let go of", from))
	}
	return nil
}

// askRivals asks those who have the units of a fulfillment that another warehouse has
// sent to let go of them. It reports whether anybody is asked, and whether that is new.
func (s *state) askRivals(from id.Site, o *order.Order, sent event.FulfillmentState) (asked, said bool, err error) {
	for _, line := range sent.Lines {
		missing := line.Quantity - line.Voided
		if own := o.Line(line.Line); own != nil {
			missing -= own.Voided
		}
		for i := 0; i < len(o.Fulfillments) && missing > 0; i++ {
			f := &o.Fulfillments[i]
			part := partOf(f, line.Line)
			if f.Unasked || f.Warehouse == from || part == nil || part.Live() == 0 || order.CheckStage(f.Stage, order.VoidedStage) != nil {
				continue
			}
			units := min(part.Live(), missing)
			asked = true
			missing -= units
			if part.Asked >= units && f.MoveTo == "" {
				continue
			}
			if err := s.endMove(*o, f); err != nil {
				return false, false, err
			}
			more := units - part.Asked
			part.Asked, said = max(units, part.Asked), true
			if more <= 0 {
				continue
			}
			request := event.VoidRequested{
				Order: o.ID, Fulfillment: f.ID, Reason: "shipped by another warehouse",
				Parts: []order.Part{{Line: part.Line, SKU: part.SKU, Quantity: more}},
			}
			if err := s.books.Say(f.Warehouse, o.ID.String(), request, s.now); err != nil {
				return false, false, err
			}
		}
	}
	return asked, said, nil
}

// allHeard reports whether every warehouse has told what the store had lost.
func (s *state) allHeard() bool {
	return s.books.Epoch() <= 1 || !slices.ContainsFunc(s.warehouses(), s.books.Recovering)
}

// mayBeShipped reports whether a warehouse that was not heard since a restore may have
// been asked for an order already, or have shipped it: nobody else is asked for it.
func (s *state) mayBeShipped(number int64) bool {
	_, since := s.live.numbered[number]
	return !since && !s.allHeard()
}

// askUnclear asks once more for the fulfillments that could not be attached to their
// orders, or asks their warehouses to let go of them: see shippedTwice.
func (s *state) askUnclear() error {
	if len(s.live.unclear) == 0 {
		return nil
	}
	for _, name := range slices.SortedFunc(maps.Keys(s.live.unclear), func(a, b event.FulfillmentName) int {
		return slices.Compare(a.Fulfillment.UUID[:], b.Fulfillment.UUID[:])
	}) {
		from := s.live.unclear[name].at
		if s.live.unclear[name].letting {
			request := event.VoidRequested{Order: name.Order, Fulfillment: name.Fulfillment, Reason: "shipped by another warehouse"}
			if err := s.books.Say(from, name.Order.String(), request, s.now); err != nil {
				return err
			}
		} else if err := s.inquire(from, name); err != nil {
			return err
		}
	}
	clear(s.live.unclear)
	return nil
}
