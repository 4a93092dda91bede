package sourcing

import (
	"cmp"
	"math/bits"
	"slices"

	"crossdock/core/catalog"
	"crossdock/core/order"
)

// search finds the best set of sites by trying every one, smaller ones first.
//
// For the lowest cost this is exact. Once it is settled which sites ship, their
// boxes cost the same however the units are spread, and what a unit costs depends
// on its SKU and its site alone. So each SKU stands for itself, and is cheapest
// when the cheapest site gives all it has, then the next: any other spread takes a
// unit from a dearer site while a cheaper one has one left, and moving that unit
// makes it no dearer. A set in which a site ships nothing is left out: without
// that site it is no dearer, and is tried too.
//
// For the fewest parcels it is exact as well: whether a set has all that is
// wanted is a sum for each SKU.
type search struct {
	board  *board
	rules  []Rule
	pool   []int // sites in the district's order; a set is bits of positions in it
	priced bool  // the goal is cost; else the number of parcels, and no unit has a price
	offers []offer
	floor  catalog.Micros // what the units cost at the least, whatever the set
	best   choice
	lost   []choice // for each rule, a set that it put behind the best one
}

// offer is a site's stock for a need. The offers of a need stand together, in the
// order in which they are taken.
type offer struct {
	bit   uint
	stock int64
	unit  catalog.Micros // cost of a unit
	price catalog.Micros // cost and scarcity of a unit
}

// choice is a set of sites that has all that can be planned.
type choice struct {
	set  uint
	goal catalog.Micros // what the strategy wants low: parcels, or costs and prices
	cost catalog.Micros
}

// search returns the members of the best set out of d.pool.
func (b *board) search(d *decision) []int {
	s := search{board: b, rules: d.rules, pool: d.pool, priced: b.prices != nil, lost: make([]choice, len(d.rules))}
	s.offer()
	s.run()
	for i, loser := range s.lost {
		if loser.set != 0 {
			rule := s.rules[i]
			d.note(verdict{rule, s.members(s.best.set), s.members(loser.set), s.key(rule, s.best), s.key(rule, loser)})
		}
	}
	return s.members(s.best.set)
}

// offer lays out the stock of the pool in the order in which it is taken.
func (s *search) offer() {
	b := s.board
	inside := make([]int, len(s.pool))
	for i := range inside {
		inside[i] = i
	}
	slices.SortFunc(inside, func(i, j int) int { return b.inside(s.rules, s.pool[i], s.pool[j]) })
	s.offers = make([]offer, 0, len(s.pool)*len(b.needs))
	for n := range b.needs {
		for _, i := range inside {
			k := s.pool[i]
			o := offer{bit: 1 << i, stock: b.row(k)[n], unit: b.sites[k].unit}
			if s.priced {
				o.price = b.price(k, n)
			}
			s.offers = append(s.offers, o)
		}
		if s.priced {
			slices.SortStableFunc(s.of(n), func(x, y offer) int { return cmp.Compare(x.price, y.price) })
		}
	}
}

// of returns the offers for a need.
func (s *search) of(n int) []offer { return s.offers[n*len(s.pool) : (n+1)*len(s.pool)] }

// run tries the sets, by their size, as long as a larger one could be better.
func (s *search) run() {
	all := uint(1)<<len(s.pool) - 1
	s.best.goal = ceiling
	if s.priced {
		s.floor = s.spread(all).goal - s.boxes(all)
	}
	for size := 1; size <= len(s.pool); size++ {
		if s.best.set != 0 && s.least(size) > s.best.goal {
			return
		}
		for set := uint(1)<<size - 1; set <= all; set = following(set) {
			s.try(set)
		}
	}
}

// least returns what every set of a size comes to at the least.
func (s *search) least(size int) catalog.Micros {
	if !s.priced {
		return catalog.Micros(size)
	}
	boxes := make([]catalog.Micros, len(s.pool))
	for i, k := range s.pool {
		boxes[i] = s.board.sites[k].PerBox
	}
	slices.Sort(boxes)
	sum := s.floor
	for _, box := range boxes[:size] {
		sum = plus(sum, box)
	}
	return sum
}

// boxes returns what a parcel of each site of a set costs.
func (s *search) boxes(set uint) (sum catalog.Micros) {
	for ; set != 0; set &= set - 1 {
		sum = plus(sum, s.board.sites[s.pool[bits.TrailingZeros(set)]].PerBox)
	}
	return sum
}

// following returns the next higher number with as many bits set (Gosper).
func following(set uint) uint {
	low := set & -set
	ripple := set + low
	return ripple | (set^ripple)>>2/low
}

// try compares a set with the best one so far.
func (s *search) try(set uint) {
	c := s.spread(set)
	if c.set != set || c.goal > s.best.goal {
		return // the set without those who ship nothing has been tried
	}
	if s.best.set != 0 && c.goal == s.best.goal && bits.OnesCount(set) > bits.OnesCount(s.best.set) {
		return // a parcel more that costs nothing helps nobody
	}
	if s.best.set == 0 || c.goal < s.best.goal {
		s.best = c
		clear(s.lost)
		return
	}
	order, by := s.compare(c, s.best)
	if order < 0 {
		// What an earlier rule put behind the old best one, it puts behind this one
		// as well. The other losers are the same as the old best up to this rule.
		clear(s.lost[by:])
		c, s.best = s.best, c
	}
	if s.lost[by].set == 0 {
		s.lost[by] = c
	}
}

// spread takes all that is planned from the sites of a set, and returns the set of
// those that ship: none where the set does not have it all, or is no better than
// the best one for sure.
func (s *search) spread(set uint) choice {
	c := choice{cost: s.boxes(set), goal: catalog.Micros(bits.OnesCount(set))}
	if s.priced {
		c.goal = c.cost
	}
	if plus(c.goal, s.floor) > s.best.goal {
		return choice{}
	}
	for n := range s.board.needs {
		missing := s.board.needs[n].target
		for i := n * len(s.pool); missing > 0; i++ {
			if i == (n+1)*len(s.pool) {
				return choice{}
			}
			o := &s.offers[i]
			if o.bit&set == 0 || o.stock == 0 {
				continue
			}
			got := min(o.stock, missing)
			missing -= got
			c.set |= o.bit
			c.cost = plus(c.cost, times(o.unit, got))
			c.goal = plus(c.goal, times(o.price, got))
		}
	}
	return c
}

// members returns the sites of a set.
func (s *search) members(set uint) []int {
	sites := make([]int, 0, bits.OnesCount(set))
	for ; set != 0; set &= set - 1 {
		sites = append(sites, s.pool[bits.TrailingZeros(set)])
	}
	return sites
}

// compare orders two sets by the rules, and returns which one told them apart.
func (s *search) compare(x, y choice) (order, by int) {
	for i, rule := range s.rules {
		if rule == ByDistrictOrder {
			return inOrder(x.set, y.set), i
		}
		if c := cmp.Compare(s.key(rule, x), s.key(rule, y)); c != 0 {
			return c, i
		}
	}
	return 0, len(s.rules) - 1
}

// inOrder compares sets as lists of positions: 1,4 is before 2,3, and 1 before 1,2.
func inOrder(x, y uint) int {
	low := (x ^ y) & -(x ^ y)
	switch {
	case low == 0:
		return 0
	case x&low != 0 && y > low, y&low != 0 && x < low:
		return -1
	default:
		return 1
	}
}

// key returns where a set stands by a rule: lower is better.
func (s *search) key(rule Rule, c choice) int64 {
	switch rule {
	case ByParcels:
		return int64(bits.OnesCount(c.set))
	case ByCost:
		return int64(c.cost)
	case ByStock:
		return -s.leaves(c.set)
	}
	var sum, most int64
	var promise order.Promise
	for set := c.set; set != 0; set &= set - 1 {
		st := &s.board.sites[s.pool[bits.TrailingZeros(set)]]
		sum += st.way()
		most = max(most, st.share())
		promise = together(promise, st.promise, set == c.set)
	}
	switch rule {
	case ByDistance:
		return sum
	case ByArrival:
		return early(promise)
	case ByLoad:
		return most
	default:
		return 0
	}
}

// leaves returns how many units of the SKU that comes closest to running out are
// left at the sites of a set together.
func (s *search) leaves(set uint) int64 {
	least := int64(plenty)
	for n := range s.board.needs {
		if s.board.needs[n].target == 0 {
			continue
		}
		left := -s.board.needs[n].target
		for _, o := range s.of(n) {
			if o.bit&set != 0 {
				left += o.stock
			}
		}
		least = min(least, left)
	}
	return least
}
