package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

// errShippedElsewhere says that a warehouse has what the store believes another one was
// asked for.
var errShippedElsewhere = errors.New("shipped by another warehouse already")

// unclear is a fulfillment that could not be attached to its order, and what is done
// about it. It stands in the database too, as a LooseEnd.
type unclear struct {
	at    id.Site
	kind  LooseKind
	asked time.Time // its warehouse, and not answered since; zero: to be asked
}

// askUnclearAgain is how long an answer is waited for before a warehouse is asked again.
const askUnclearAgain = 10 * time.Second

// stillUnclear keeps a fulfillment until it is clear what becomes of it; becomesClear
// ends that.
func (s *state) stillUnclear(name event.FulfillmentName, at id.Site, kind LooseKind) {
	before := s.live.unclear[name]
	s.live.unclear[name] = unclear{at: at, kind: kind}
	if before.at != at || before.kind != kind {
		s.changes.LooseEnds = append(s.changes.LooseEnds, LooseEnd{name.Order, name.Fulfillment, at, kind})
	}
}

func (s *state) becomesClear(name event.FulfillmentName) {
	if _, there := s.live.unclear[name]; there {
		delete(s.live.unclear, name)
		s.changes.LooseEnds = append(s.changes.LooseEnds, LooseEnd{Order: name.Order, Fulfillment: name.Fulfillment})
	}
}

// letting reports whether a warehouse is asked to let go of a fulfillment that another
// one ships; hasLetGo notes that it has.
func (s *state) letting(at id.Site, name event.FulfillmentName) bool {
	u, there := s.live.unclear[name]
	return there && u.at == at && u.kind == Letting
}

func (s *state) hasLetGo(at id.Site, name event.FulfillmentName) {
	if s.letting(at, name) {
		s.becomesClear(name)
	}
}

// contested reports whether a warehouse is asked to let go of a part of an order that
// another one has sent: that is the store's own affair.
func (s *state) contested(which id.Order) bool {
	for name, u := range s.live.unclear {
		if name.Order == which && u.kind == Contested {
			return true
		}
	}
	return false
}

// setAside keeps the money of an order until all warehouses are heard: one of them may
// still tell of a part that was lost, and is to be paid.
func (s *state) setAside(which id.Order) {
	if _, there := s.live.setAside[which]; !there {
		s.live.setAside[which] = struct{}{}
		s.changes.LooseEnds = append(s.changes.LooseEnds, LooseEnd{Order: which, Kind: SetAside})
	}
}

// shippedTwice settles that a warehouse has units which the store believes another one
// to ship: the store was restored, and one of them as well. Until all were heard, one
// may still tell that it has let go of them. Then the one that has what the store has
// lost is asked to; and where its units are on their way, the other one. Where neither
// can, the error is returned, for an operator to look at.
func (s *state) shippedTwice(from id.Site, o order.Order, known event.FulfillmentState, cause error) error {
	name := event.FulfillmentName{Order: known.Order, Fulfillment: known.Fulfillment}
	gone := order.CheckStage(known.Stage, order.VoidedStage) != nil
	switch {
	case !s.allHeard():
		s.stillUnclear(name, from, Unclear)
		return nil
	case !gone:
		s.stillUnclear(name, from, Letting)
		return nil
	}
	asked, said, err := s.askRivals(from, &o, known)
	if err != nil {
		return err
	}
	if !asked {
		return cause
	}
	s.stillUnclear(name, from, Contested)
	if said {
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

// skip takes parked messages out. What one of them tells of a fulfillment that is not
// clear is left to people then: a warehouse is asked for it no more.
func (s *state) skip(ctx context.Context, c books.SkipParked) (any, error) {
	skipped := s.books.Waiting(c.Origin, c.Key)
	answer, err := s.books.Do(c, s.now, s.applying(ctx))
	if err != nil {
		return answer, err
	}
	if !c.All {
		skipped = skipped[:1]
	}
	for _, m := range skipped {
		body, err := event.Decode(m.Kind, m.Body)
		if told, is := body.(event.FulfillmentsRestated); is && err == nil { // one that cannot be read is of another kind
			for _, known := range told.Fulfillments {
				s.becomesClear(event.FulfillmentName{Order: known.Order, Fulfillment: known.Fulfillment})
			}
		}
	}
	return answer, nil
}

// answerParked reports whether the answer of a warehouse about a fulfillment may be
// among the messages that wait for an operator.
func (s *state) answerParked(name event.FulfillmentName, at id.Site) bool {
	for _, key := range [...]string{"fulfillments", name.Order.String()} {
		if s.books.IsParked(feed.Message{Origin: string(at), Key: key}) {
			return true
		}
	}
	return false
}

// askUnclear asks once more for the fulfillments that could not be attached to their
// orders, or asks their warehouses to let go of them: see shippedTwice.
func (s *state) askUnclear() error {
	for _, name := range slices.SortedFunc(maps.Keys(s.live.unclear), func(a, b event.FulfillmentName) int {
		return slices.Compare(a.Fulfillment.UUID[:], b.Fulfillment.UUID[:])
	}) {
		u := s.live.unclear[name]
		if s.answerParked(name, u.at) || !u.asked.IsZero() && s.now.Sub(u.asked) < askUnclearAgain {
			continue
		}
		if u.kind == Letting {
			request := event.VoidRequested{Order: name.Order, Fulfillment: name.Fulfillment, Reason: "shipped by another warehouse"}
			if err := s.books.Say(u.at, name.Order.String(), request, s.now); err != nil {
				return err
			}
		} else if err := s.inquire(u.at, name); err != nil {
			return err
		}
		u.asked = s.now
		s.live.unclear[name] = u
	}
	return nil
}
