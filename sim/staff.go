package sim

import (
	"slices"
	"time"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/warehouse"
)

// The stages that a picker takes a fulfillment through.
func nextStage(stage order.Stage) (order.Stage, bool) {
	switch stage {
	case order.Accepted:
		return order.Picking, true
	case order.Picking:
		return order.PickedStage, true
	case order.PickedStage, order.WaitingTransfer:
		return order.ReadyStage, true
	case order.ReadyStage:
		return order.SentStage, true
	case order.SentStage:
		return order.DeliveredStage, true
	default:
		return "", false
	}
}

// rounds is how often the staff of a warehouse come back to the desk: what they have
// done meanwhile they book together, so that it is one commit.
const rounds = 6 * time.Second

// work has somebody take the next step of a fulfillment some time later, and so on
// until it is delivered or called off.
func (s *shop) work(house *site, which id.Fulfillment) {
	w := s.world
	if w.timers != nil {
		if w.picks != nil {
			w.after(0, "pick", func() { w.picks(house, which) })
		}
		return
	}
	if s.worked[which] {
		return // somebody has it in hand
	}
	s.worked[which] = true
	s.workOn(house, which)
}

func (s *shop) workOn(house *site, which id.Fulfillment) {
	w := s.world
	s.waiting++
	wait := w.pace(between(w.draws[drawStaff], 100*time.Millisecond, 12*time.Second))
	round := w.pace(rounds)
	wait += round - (w.now+wait)%round
	w.after(wait, "staff works", func() {
		s.waiting--
		s.advance(house, which)
	})
}

func (s *shop) advance(house *site, which id.Fulfillment) {
	w := s.world
	from := w.check.stage(house, which)
	to, more := nextStage(from)
	if !more {
		delete(s.worked, which)
		return
	}
	s.advanceOnce(house, which, from, to, func() { s.workOn(house, which) })
}

func (s *shop) advanceOnce(house *site, which id.Fulfillment, from, to order.Stage, then func()) {
	w := s.world
	command := warehouse.Advance{Fulfillment: which, From: from, To: to}
	command.Key.Name = "advance-" + which.String() + "-" + string(to)
	w.insist(house, "advance", command, func(answer any, err error) {
		if w.expect(house, "an advance", err, fault.Conflict) {
			f := answer.(fulfillment.Fulfillment)
			w.tell(house.name, "order %d is %s", f.Number, f.Stage)
			if f.Stage == order.SentStage {
				w.truth.ship(house.name, f)
			}
		}
		then()
	})
}

// returned has staff take in what a customer sends back, look at it, and put it on
// the shelf or aside. Some parcels never come.
func (s *shop) returned(house *site, r fulfillment.ReturnOrder) {
	w := s.world
	draw := w.draws[drawStaff]
	if draw.IntN(5) == 0 {
		return
	}
	s.waiting++
	w.after(w.pace(between(draw, 2*time.Second, 20*time.Second)), "a parcel comes back", func() {
		s.waiting--
		parts := make([]order.Part, len(r.Lines))
		for i, line := range r.Lines {
			parts[i] = order.Part{Line: line.Line, Quantity: 1 + draw.Int64N(line.Quantity)}
			w.truth.put(house.name, line.SKU, parts[i].Quantity)
		}
		command := warehouse.ReceiveReturn{Key: s.key("back"), Return: r.ID, Parts: parts}
		w.insist(house, "a return", command, func(_ any, err error) {
			if w.expect(house, "a return that came", err) {
				w.count(ReturnReceived)
				s.inspect(house, r.ID, parts)
				return
			}
			for i, line := range r.Lines { // a store that was restored was told of the same parcel twice: there is one
				w.truth.put(house.name, line.SKU, -parts[i].Quantity)
			}
		})
	})
}

func (s *shop) inspect(house *site, which id.UUID, parts []order.Part) {
	w := s.world
	if first := parts[0]; first.Quantity > 1 { // one now, the others later: they lie in quarantine meanwhile
		rest := slices.Clone(parts)
		rest[0].Quantity--
		s.waiting++
		w.after(w.pace(between(w.draws[drawStaff], 0, 10*time.Second)), "inspects the rest", func() {
			s.waiting--
			s.inspect(house, which, rest)
		})
		first.Quantity = 1
		parts = []order.Part{first}
	}
	command := warehouse.InspectReturn{Key: s.key("inspect"), Return: which, Good: parts}
	if w.draws[drawStaff].IntN(3) == 0 {
		command.Good, command.Damaged = nil, parts
	}
	w.insist(house, "an inspection", command, func(_ any, err error) {
		if w.expect(house, "an inspection", err) {
			w.count(ReturnInspected)
		}
	})
}
