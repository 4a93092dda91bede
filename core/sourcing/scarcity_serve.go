package sourcing

// server finds the cheapest way to serve one order of a kind. It is kept for the
// memory that it holds.
type server struct {
	cost   [][]float64 // of each item from each site, its price within
	least  [][]float64 // of each item, after so many sites of the set that is tried
	floor  float64     // no set of sites serves the items for less, boxes aside
	best   float64
	tried  []int // the set that is tried
	chosen []int // the best set so far
}

// serve returns what one order of a kind costs at the least, prices within, and
// leaves the sites that it takes in chosen. It is exact: within a set of sites,
// each item comes from the one where it costs least, or is left; and all sets are
// tried, small ones first, but for those that cannot be better. A site of the best
// set serves an item, so that there are no more sites than items in it.
func (s *server) serve(k *kind, prices []float64) float64 {
	s.lay(k, prices)
	s.chosen = s.chosen[:0]
	s.best = 0
	for _, cost := range k.leave {
		s.best += cost
	}
	for size := 1; size <= min(len(k.units), len(k.sites)); size++ {
		if k.boxes[size]+s.floor >= s.best {
			break
		}
		s.tried = s.tried[:0]
		s.try(k, 0, size, 0)
	}
	return s.best
}

// lay computes the costs of a kind's items at the prices.
func (s *server) lay(k *kind, prices []float64) {
	for len(s.cost) < len(k.sites) {
		s.cost = append(s.cost, nil)
	}
	for len(s.least) <= len(k.units) {
		s.least = append(s.least, nil)
	}
	for depth := range len(k.units) + 1 {
		s.least[depth] = grown(s.least[depth], len(k.units))
	}
	copy(s.least[0], k.leave)
	lowest := s.least[1] // free until the first site is tried
	copy(lowest, k.leave)
	for at := range k.sites {
		site := &k.sites[at]
		row := grown(s.cost[at], len(k.units))
		for i, number := range site.from {
			row[i] = site.ship[i]
			if number != noStock {
				row[i] += k.units[i] * prices[number]
			}
			lowest[i] = min(lowest[i], row[i])
		}
		s.cost[at] = row
	}
	s.floor = 0
	for _, cost := range lowest {
		s.floor += cost
	}
}

func grown(row []float64, length int) []float64 {
	if cap(row) < length {
		return make([]float64, length)
	}
	return row[:length]
}

// try adds more sites, from the first one on, to those that are tried.
func (s *server) try(k *kind, first, more int, boxes float64) {
	depth := len(s.tried)
	before, after := s.least[depth], s.least[depth+1]
	for at := first; at <= len(k.sites)-more; at++ {
		spent := boxes + k.sites[at].box
		if spent+k.boxes[more-1]+s.floor >= s.best {
			continue
		}
		total := spent
		for i, cost := range s.cost[at] {
			after[i] = min(before[i], cost)
			total += after[i]
		}
		if more > 1 {
			s.tried = append(s.tried, at)
			s.try(k, at+1, more-1, spent)
			s.tried = s.tried[:depth]
		} else if total < s.best {
			s.best = total
			s.chosen = append(append(s.chosen[:0], s.tried...), at)
		}
	}
}

// use adds to wanted what the orders of a kind take of each stock, served as serve
// has just found.
func (s *server) use(k *kind, wanted []float64) {
	for i, units := range k.units {
		from, lowest := noStock, k.leave[i]
		for _, at := range s.chosen {
			if cost := s.cost[at][i]; cost < lowest {
				from, lowest = k.sites[at].from[i], cost
			}
		}
		if from != noStock {
			wanted[from] += units * k.orders
		}
	}
}
