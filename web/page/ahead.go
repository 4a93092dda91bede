package page

import "crossdock/core/date"

// Ahead is what of a product may be ordered before it is there. The zero Ahead:
// nothing.
type Ahead struct {
	Preorder bool      // nothing of it, stock or not, is shipped before On, its release
	Units    int64     // beyond those that are there
	On       date.Date // when it comes in first, or is released; zero: nobody knows
}

// sentence says when: "Backorder: expected on Tue 24 Nov 2026".
func (a Ahead) sentence() string {
	switch {
	case a.Preorder:
		return "Preorder: released on " + Day(a.On)
	case a.On.IsZero():
		return "Backorder: expected, the day is not known yet"
	default:
		return "Backorder: expected on " + Day(a.On)
	}
}

// shipping says the same of units that are ordered ahead, within a sentence.
func (a Ahead) shipping() string {
	switch {
	case a.Preorder:
		return "ships when it is released, on " + Day(a.On)
	case a.On.IsZero():
		return "follows when it comes in, on a day that is not known yet"
	default:
		return "is expected on " + Day(a.On)
	}
}

// waiting says the same of units that were ordered ahead, as a label.
func (a Ahead) waiting() string {
	switch {
	case a.Preorder:
		return "Ships when it is released, on " + Day(a.On)
	case a.On.IsZero():
		return "The day is not known yet"
	default:
		return "Expected on " + Day(a.On)
	}
}

// Promise is the range of days in which something arrives. The zero Promise is
// none.
type Promise struct{ From, To date.Date }

// sentence says when "it" arrives: "arrives on Tue 24 Nov 2026".
func (p Promise) sentence() string {
	switch {
	case p.To.IsZero():
		return ""
	case p.From == p.To || p.From.IsZero():
		return "arrives on " + Day(p.To)
	default:
		return "arrives between " + Day(p.From) + " and " + Day(p.To)
	}
}

// Day writes a date as people in many countries read it alike: Tue 24 Nov 2026.
func Day(d date.Date) string {
	if d.IsZero() {
		return "a day that is not known yet"
	}
	return d.Start().Format("Mon 2 Jan 2006")
}
