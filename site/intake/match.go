package intake

import (
	"slices"
	"time"

	"crossdock/core/id"
)

// Candidate is an order that a cancellation may be about: one of the same
// customer, not reversed. At is the time of its invoice, as it was replayed.
type Candidate struct {
	Order id.Order
	At    time.Time
	Lines []Holding
}

// Holding is what the customer still has of one product out of an order: the
// units ordered less those voided or returned since.
type Holding struct {
	SKU   id.SKU
	Units int64
}

// Take says to take units back from an order.
type Take struct {
	Order id.Order
	SKU   id.SKU
	Units int64
}

// Left is what no order can give back, and why: CancellationOfGuest,
// CancellationWithoutOrder or CancellationBeyondOrder.
type Left struct {
	SKU   id.SKU
	Units int64
	Cause Cause
}

// Matching is the answer of Match. Whole names the orders of Takes from which
// nothing is left to the customer: those can be voided as they are.
type Matching struct {
	Takes []Take
	Left  []Left
	Whole []id.Order
}

// Match decides which orders a cancellation takes its units from: for each of
// its lines the newest order first, then older ones, never more than an order
// still holds. An order later than the cancellation is no candidate, so a file
// replayed twice cannot match what it could not match at first. A guest's
// cancellation matches nothing.
func Match(cancellation Invoice, candidates []Candidate) Matching {
	var m Matching
	if cancellation.IsGuest() {
		for _, line := range cancellation.Lines {
			m.Left = append(m.Left, Left{line.SKU, line.Units, CancellationOfGuest})
		}
		return m
	}
	held := newestFirst(candidates, cancellation.At)
	for _, line := range cancellation.Lines {
		m.takeBack(line, held)
	}
	for _, candidate := range held {
		touched := slices.ContainsFunc(m.Takes, func(t Take) bool { return t.Order == candidate.Order })
		if touched && !slices.ContainsFunc(candidate.Lines, func(h Holding) bool { return h.Units > 0 }) {
			m.Whole = append(m.Whole, candidate.Order)
		}
	}
	return m
}

// takeBack moves the units of one line out of held.
func (m *Matching) takeBack(line Line, held []Candidate) {
	missing := line.Units
	cause := CancellationWithoutOrder
	for _, candidate := range held {
		for i := range candidate.Lines {
			holding := &candidate.Lines[i]
			if holding.SKU != line.SKU {
				continue
			}
			units := min(missing, holding.Units)
			if units <= 0 {
				continue
			}
			holding.Units -= units
			missing -= units
			cause = CancellationBeyondOrder
			m.Takes = append(m.Takes, Take{candidate.Order, line.SKU, units})
		}
	}
	if missing > 0 {
		m.Left = append(m.Left, Left{line.SKU, missing, cause})
	}
}

// newestFirst copies the candidates that are not later than limit.
func newestFirst(candidates []Candidate, limit time.Time) []Candidate {
	held := make([]Candidate, 0, len(candidates))
	for _, candidate := range candidates {
		if !candidate.At.After(limit) {
			candidate.Lines = slices.Clone(candidate.Lines)
			held = append(held, candidate)
		}
	}
	slices.SortStableFunc(held, func(a, b Candidate) int { return b.At.Compare(a.At) })
	return held
}
