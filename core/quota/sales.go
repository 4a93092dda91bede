package quota

import (
	"math"
	"time"
)

// halfLife is the time after which a sale counts half in the rate.
const halfLife = 24 * time.Hour

// Sales is what one store has sold of one SKU lately: an exponentially weighted
// sum, in which old sales fade. The zero value has sold nothing.
type Sales struct {
	units  float64
	orders float64
	at     time.Time
}

// Sold returns the sales after one more order, of so many units.
func (s Sales) Sold(units int64, at time.Time) Sales {
	fade := s.fade(at)
	s.units, s.orders = s.units*fade+float64(units), s.orders*fade+1
	if at.After(s.at) {
		s.at = at
	}
	return s
}

// Rate returns the units sold in a second, as it is at a moment.
func (s Sales) Rate(at time.Time) float64 {
	return s.units * s.fade(at) * math.Ln2 / halfLife.Seconds() // a steady rate r sums up to r times halfLife/ln 2
}

// Typical returns the units of one order, or zero where there was none.
func (s Sales) Typical() float64 {
	if s.orders == 0 {
		return 0
	}
	return s.units / s.orders
}

// fade is what is left of the sums at a moment. A clock that goes back fades nothing.
func (s Sales) fade(at time.Time) float64 {
	if s.at.IsZero() || !at.After(s.at) {
		return 1
	}
	return math.Exp2(-at.Sub(s.at).Seconds() / halfLife.Seconds())
}
