package quota

import (
	"cmp"
	"math/bits"
	"slices"
)

// Split divides units in proportion to weights, all of them: each part is its
// exact share, rounded down, and one more for those with the largest remainders
// (the method of Hamilton). So no part is larger than its weight where the units
// are not more than the weights together. Without any weight nobody gets
// anything. Neither units nor weights may be below zero.
func Split(units int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	var total uint64
	for _, w := range weights {
		total += uint64(w)
	}
	if total == 0 {
		return parts
	}
	order, remainders := make([]int, len(weights)), make([]uint64, len(weights))
	left := units
	for i, w := range weights {
		high, low := bits.Mul64(uint64(units), uint64(w))
		part, remainder := bits.Div64(high, low, total)
		parts[i], remainders[i], order[i] = int64(part), remainder, i
		left -= parts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainders[b], remainders[a]) })
	for _, i := range order[:left] {
		parts[i]++
	}
	return parts
}
