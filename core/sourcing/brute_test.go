package sourcing_test

import (
	"math"
	"slices"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/sourcing"
)

// The obviously correct way: every way to split every SKU over the warehouses.

// split is one way to ship an order: units[w][s] of a warehouse and a SKU.
type split [][]int64

// splits calls visit with every split that ships as many units as there are.
func (d *drawn) splits(visit func(split)) {
	skus, ordered := d.skus()
	units := make(split, len(d.Candidates))
	for w := range units {
		units[w] = make([]int64, len(skus))
	}
	var each func(s, w int, missing int64)
	next := func(s int) {
		if s == len(skus) {
			visit(units)
			return
		}
		there := int64(0)
		for w := range units {
			there += d.promised(w, skus[s])
		}
		each(s, 0, min(there, ordered[s]))
	}
	each = func(s, w int, missing int64) {
		if w == len(units) {
			if missing == 0 {
				next(s + 1)
			}
			return
		}
		for got := range min(missing, d.promised(w, skus[s])) + 1 {
			units[w][s] = got
			each(s, w+1, missing-got)
		}
		units[w][s] = 0
	}
	// next is called by each, and each by next.
	next(0)
}

// skus returns what is wanted, and how much of it.
func (d *drawn) skus() (skus []id.SKU, ordered []int64) {
	for _, demand := range d.Demands {
		s := slices.Index(skus, demand.SKU)
		if s < 0 {
			s, skus, ordered = len(skus), append(skus, demand.SKU), append(ordered, 0)
		}
		ordered[s] += demand.Units
	}
	return skus, ordered
}

func (d *drawn) promised(w int, sku id.SKU) int64 {
	c := d.Candidates[w]
	return max(d.stock[sourcing.Shelf{Warehouse: c.Code, SKU: sku}]-c.Safety, 0)
}

// unit returns what a unit costs from a warehouse.
func (d *drawn) unit(w int) catalog.Micros {
	c := d.Candidates[w]
	meters, _ := catalog.Meters(c.Place, d.District.Place)
	return c.PerUnit + catalog.Micros(math.Round(float64(c.PerKm)*meters/1000))
}

// figures is what a split, or a plan, comes to.
type figures struct {
	parcels  int
	cost     catalog.Micros
	priced   catalog.Micros // with the prices of scarce stock
	first    date.Date      // days on which the last parcel is promised
	last     date.Date
	distance float64 // in meters; unknown ones count as a million kilometers
	load     float64
	left     int64
	ranks    []int // of the warehouses that ship
}

func (d *drawn) figuresOf(units split) figures {
	skus, _ := d.skus()
	var f figures
	for w := range units {
		total := int64(0)
		for s, got := range units[w] {
			total += got
			f.cost += catalog.Micros(got) * d.unit(w)
			f.priced += catalog.Micros(got) * d.unit(w)
			if d.Prices != nil {
				f.priced += catalog.Micros(got) * d.priceOf(d.Candidates[w].Code, skus[s])
			}
		}
		if total > 0 {
			d.addParcel(&f, w)
		}
	}
	f.left = math.MaxInt64
	for s, sku := range skus {
		left, took := int64(0), int64(0)
		for _, w := range f.ranks {
			left += d.promised(w, sku) - units[w][s]
			took += units[w][s]
		}
		if took > 0 {
			f.left = min(f.left, left)
		}
	}
	return f
}

func (d *drawn) addParcel(f *figures, w int) {
	c := d.Candidates[w]
	_, promise := sourcing.Arrival(c, d.District, d.Now)
	meters, known := catalog.Meters(c.Place, d.District.Place)
	if !known {
		meters = 1e9
	}
	f.parcels++
	f.cost += c.PerBox
	f.priced += c.PerBox
	f.first, f.last = max(f.first, promise.From), max(f.last, promise.To)
	f.distance += meters
	if c.Capacity > 0 {
		f.load = max(f.load, float64(c.Load)/float64(c.Capacity))
	}
	f.ranks = append(f.ranks, w)
}

// figuresOfPlan reads the figures off the takes of a plan.
func (d *drawn) figuresOfPlan(plan sourcing.Plan) figures {
	skus, _ := d.skus()
	units := make(split, len(d.Candidates))
	for w := range units {
		units[w] = make([]int64, len(skus))
		for _, take := range plan.Takes {
			if take.Warehouse == d.Candidates[w].Code {
				units[w][slices.Index(skus, take.SKU)] += take.Units
			}
		}
	}
	return d.figuresOf(units)
}

// cheapestSet is the lowest cost with prices by trying every set of warehouses,
// for problems with too many splits.
func (d *drawn) cheapestSet() catalog.Micros {
	best := catalog.Micros(math.MaxInt64)
	for set := range 1 << len(d.Candidates) {
		if cost, enough := d.greedy(set); enough {
			best = min(best, cost)
		}
	}
	return best
}

func (d *drawn) greedy(set int) (cost catalog.Micros, enough bool) {
	skus, ordered := d.skus()
	price := func(w int, sku id.SKU) catalog.Micros {
		if d.Prices == nil {
			return d.unit(w)
		}
		return d.unit(w) + d.priceOf(d.Candidates[w].Code, sku)
	}
	var open []int
	for w := range d.Candidates {
		if set>>w&1 == 1 {
			open = append(open, w)
			cost += d.Candidates[w].PerBox
		}
	}
	for s, sku := range skus {
		there := int64(0)
		for w := range d.Candidates {
			there += d.promised(w, sku)
		}
		missing := min(ordered[s], there)
		slices.SortFunc(open, func(i, j int) int { return int(price(i, sku) - price(j, sku)) })
		for _, w := range open {
			got := min(missing, d.promised(w, sku))
			cost += catalog.Micros(got) * price(w, sku)
			missing -= got
		}
		if missing > 0 {
			return 0, false
		}
	}
	return cost, true
}
