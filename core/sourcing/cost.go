package sourcing

import (
	"math"
	"math/bits"

	"crossdock/core/catalog"
)

// ceiling is the highest cost that is counted; what is above it counts as it. A
// profile may name costs whose product with a distance and a quantity is beyond
// 64 bits, and such a warehouse is the last choice, not the first.
const ceiling catalog.Micros = math.MaxInt64

// plus adds costs that are not below zero.
func plus(a, b catalog.Micros) catalog.Micros {
	if a > ceiling-b {
		return ceiling
	}
	return a + b
}

// times multiplies a cost by units, both not below zero.
func times(cost catalog.Micros, units int64) catalog.Micros {
	high, low := bits.Mul64(uint64(cost), uint64(units))
	if high != 0 || low > uint64(ceiling) {
		return ceiling
	}
	return catalog.Micros(low)
}

// perUnit returns what a unit costs over a distance. Where nobody knows the
// distance it costs nothing.
func perUnit(warehouse *catalog.Warehouse, meters float64) catalog.Micros {
	way := math.Round(float64(warehouse.PerKm) * meters / 1000)
	if way >= float64(ceiling) {
		return ceiling
	}
	return plus(warehouse.PerUnit, catalog.Micros(way))
}
