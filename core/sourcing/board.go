package sourcing

import (
	"slices"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/order"
)

// board is a problem in numbers: everything is asked for once, and what is
// compared stands in slices. Sites and needs go by their position, in the order
// of the candidates and of the first demand for a SKU.
type board struct {
	problem *Problem
	needs   []need
	needOf  []int // of each demand
	total   int64 // units of all targets
	sites   []site
	stock   []int64          // that may be promised: a row of needs for each site
	takes   []int64          // the decision, alike
	lines   []int            // demands that each site serves alone
	prices  []catalog.Micros // cost and scarcity of a unit, alike; none where the strategy does not ask
}

// need is what the demands for one SKU come to.
type need struct {
	sku     id.SKU
	ordered int64
	target  int64 // what all sites together have of it: this much is planned
}

// site is a candidate in numbers.
type site struct {
	*Candidate
	meters  float64
	known   bool           // the distance is
	unit    catalog.Micros // cost of a unit, with its distance
	shipOn  date.Date
	promise order.Promise
	has     int64 // units that it could ship
	leaves  int64 // the least units of a SKU that would be left if it shipped them
}

// endless is a stock that is as good as any larger one, and can be summed.
const endless = 1 << 55

func newSite(problem *Problem, c *Candidate) site {
	s := site{Candidate: c}
	s.meters, s.known = catalog.Meters(c.Place, problem.District.Place)
	s.unit = perUnit(&c.Warehouse, s.meters)
	s.shipOn = shipping(c, problem.Now)
	s.promise = onTheWay(s.shipOn, s.meters, s.known)
	return s
}

func newBoard(problem *Problem) *board {
	b := &board{problem: problem}
	b.addNeeds()
	n := len(problem.Candidates)
	units := make([]int64, 2*n*len(b.needs))
	b.stock, b.takes = units[:n*len(b.needs)], units[n*len(b.needs):]
	b.sites, b.lines = make([]site, n), make([]int, n)
	for k := range b.sites {
		b.addSite(k)
	}
	for s := range b.needs {
		b.needs[s].target = b.supply(s)
		b.total += b.needs[s].target
	}
	for k := range b.sites {
		b.weigh(k)
	}
	return b
}

// addNeeds sums the demands per SKU.
func (b *board) addNeeds() {
	demands := b.problem.Demands
	b.needs = make([]need, 0, len(demands))
	b.needOf = make([]int, len(demands))
	index := make(map[id.SKU]int, len(demands))
	for i, demand := range demands {
		s, known := index[demand.SKU]
		if !known {
			s = len(b.needs)
			index[demand.SKU] = s
			b.needs = append(b.needs, need{sku: demand.SKU})
		}
		b.needs[s].ordered += max(demand.Units, 0)
		b.needOf[i] = s
	}
}

func (b *board) addSite(k int) {
	c := &b.problem.Candidates[k]
	b.sites[k] = newSite(b.problem, c)
	row := b.row(k)
	for s := range row {
		row[s] = min(b.problem.promised(c, b.needs[s].sku), endless)
	}
}

// row returns the stock of a site.
func (b *board) row(k int) []int64 { return b.stock[k*len(b.needs) : (k+1)*len(b.needs)] }

// taken returns what is taken from a site.
func (b *board) taken(k int) []int64 { return b.takes[k*len(b.needs) : (k+1)*len(b.needs)] }

// supply returns how many of the ordered units there are at all sites.
func (b *board) supply(s int) int64 {
	missing := b.needs[s].ordered
	for k := range b.sites {
		missing -= min(missing, b.row(k)[s])
	}
	return b.needs[s].ordered - missing
}

// weigh counts what a site could ship, and what that would leave there.
func (b *board) weigh(k int) {
	st := &b.sites[k]
	st.leaves = plenty
	for s, units := range b.row(k) {
		if could := min(units, b.needs[s].target); could > 0 {
			st.has += could
			st.leaves = min(st.leaves, units-could)
		}
	}
}

// stocked returns the sites that have any unit that is wanted.
func (b *board) stocked() []int {
	all := make([]int, 0, len(b.sites))
	for k := range b.sites {
		if b.sites[k].has > 0 {
			all = append(all, k)
		}
	}
	return all
}

// covers reports whether the sites together have all that can be planned.
func (b *board) covers(sites []int) bool {
	for s := range b.needs {
		missing := b.needs[s].target
		for _, k := range sites {
			missing -= min(missing, b.row(k)[s])
		}
		if missing > 0 {
			return false
		}
	}
	return true
}

// fill takes each need from the sites in their order, as far as it goes.
func (b *board) fill(s int, sites []int) {
	missing := b.needs[s].target
	for _, k := range sites {
		got := min(missing, b.row(k)[s])
		b.taken(k)[s] = got
		missing -= got
	}
}

// plan tells the decision per demand and per parcel.
func (b *board) plan() Plan {
	plan := Plan{Takes: make([]Take, 0, len(b.problem.Demands)+len(b.sites))}
	for k := range b.sites {
		if units := b.shipped(k); units > 0 {
			plan.add(b.sites[k].parcel(units))
		}
	}
	left := slices.Clone(b.takes)
	for i, demand := range b.problem.Demands {
		plan.Takes = b.hand(plan.Takes, demand, left, b.needOf[i])
	}
	for _, n := range b.needs {
		if n.target < n.ordered {
			plan.Short = append(plan.Short, Shortage{n.sku, n.ordered, n.ordered - n.target})
		}
	}
	return plan
}

// hand gives a demand its part of what is left of the takes for its need.
func (b *board) hand(takes []Take, demand Demand, left []int64, s int) []Take {
	missing := demand.Units
	for k := 0; k < len(b.sites) && missing > 0; k++ {
		of := &left[k*len(b.needs)+s]
		got := min(missing, *of)
		if got <= 0 {
			continue
		}
		if got == demand.Units {
			b.lines[k]++
		}
		takes = append(takes, Take{demand.Line, demand.SKU, b.sites[k].Code, got})
		*of -= got
		missing -= got
	}
	return takes
}

// shipped returns the units that are taken from a site.
func (b *board) shipped(k int) (units int64) {
	for _, got := range b.taken(k) {
		units += got
	}
	return units
}
