package sourcing

import (
	"math"
	"slices"
)

// How the search for prices walks. A step is a part of what an order costs, which
// grows smaller as 1 / (1 + step/halfLife), times the lack of a stock as a part of what is
// there and wanted: so a shelf of three and one of three thousand come to their
// prices in as many steps. The direction keeps most of the one before, without which
// the steps go to and fro between two corners of L (Camerini, Fratta and Maffioli
// 1975).
const (
	firstStep = 0.2
	halfLife  = 30
	keptOf    = 0.9
)

// search returns the best prices on its way from where prices stand, in whole
// Micros, as those are. They are never worse than those it began at.
func (m *market) search(s *server, prices []float64, steps int) []float64 {
	begun := slices.Clone(prices)
	best, high := make([]float64, len(prices)), math.Inf(-1)
	wanted, direction := make([]float64, len(prices)), make([]float64, len(prices))
	unit := firstStep * m.mean(s)
	for step := range steps {
		if value := m.value(s, prices, wanted); value > high {
			high = value
			copy(best, prices)
		}
		length := unit / (1 + float64(step)/halfLife)
		for i, price := range prices {
			lack := (wanted[i] - m.stock[i]) / (wanted[i] + m.stock[i])
			direction[i] = keptOf*direction[i] + (1-keptOf)*lack
			prices[i] = max(0, price+length*direction[i])
		}
	}
	for i := range best {
		best[i] = math.Round(best[i])
	}
	if m.value(s, best, wanted) < m.value(s, begun, wanted) {
		return begun // what was gained is lost by rounding
	}
	return best
}

// value returns L at the prices, and fills wanted with what is wanted of each stock
// at them.
func (m *market) value(s *server, prices, wanted []float64) float64 {
	clear(wanted)
	total := 0.0
	for i := range m.kinds {
		k := &m.kinds[i]
		total += k.orders * s.serve(k, prices)
		s.use(k, wanted)
	}
	for i, price := range prices {
		total -= price * m.stock[i]
	}
	return total
}

// mean returns what an order costs at the least, where no stock has a price.
func (m *market) mean(s *server) float64 {
	free := make([]float64, len(m.stock))
	cost, orders := 0.0, 0.0
	for i := range m.kinds {
		k := &m.kinds[i]
		cost += k.orders * s.serve(k, free)
		orders += k.orders
	}
	return cost / max(orders, 1)
}
