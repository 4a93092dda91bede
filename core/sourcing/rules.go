package sourcing

import (
	"cmp"
	"math"

	"crossdock/core/catalog"
	"crossdock/core/order"
)

// Rule compares two warehouses, or two sets of them, by one measure.
type Rule string

// The rules, and what each one prefers.
const (
	ByDistrictOrder Rule = "district-order" // what stands first in the district's list
	ByDistance      Rule = "distance"       // the fewest kilometers over all parcels; unknown ones last
	ByParcels       Rule = "parcels"        // the fewest parcels; of single warehouses, who has the most of the order
	ByArrival       Rule = "arrival"        // the earliest promise of the last parcel
	ByCost          Rule = "cost"           // the lowest cost; of single warehouses, of the whole order from there
	ByStock         Rule = "stock"          // the most units left where it ships from, of the SKU that comes closest to running out
	ByLoad          Rule = "load"           // the lowest share of the day's capacity that is used
)

// Rules returns all rules.
func Rules() []Rule {
	return []Rule{ByDistrictOrder, ByDistance, ByParcels, ByArrival, ByCost, ByStock, ByLoad}
}

// plenty is more than anything that is measured.
const plenty = math.MaxInt64

// unknownWay is farther than all parcels of an order can be from a district.
const unknownWay = 1 << 40 // meters

// closed returns the rules up to the one that always decides.
func closed(rules []Rule) []Rule {
	all := make([]Rule, 0, len(rules)+1)
	for _, rule := range rules {
		if rule == ByDistrictOrder {
			break
		}
		all = append(all, rule)
	}
	return append(all, ByDistrictOrder)
}

// key returns where a site stands by a rule: lower is better.
func (b *board) key(rule Rule, k int) int64 {
	st := &b.sites[k]
	switch rule {
	case ByDistrictOrder:
		return int64(k)
	case ByDistance:
		return st.way()
	case ByParcels:
		return -st.has
	case ByArrival:
		return early(st.promise)
	case ByCost:
		return int64(plus(st.PerBox, times(st.unit, b.total)))
	case ByStock:
		return -st.leaves
	case ByLoad:
		return st.share()
	default:
		return 0
	}
}

// way returns the distance in meters, or a huge one where nobody knows.
func (s *site) way() int64 {
	if !s.known {
		return unknownWay
	}
	return int64(math.Round(s.meters))
}

// share returns the part of the day's capacity that is promised, in millionths.
func (s *site) share() int64 {
	if s.Capacity <= 0 {
		return 0
	}
	return int64(float64(max(s.Load, 0)) / float64(s.Capacity) * 1e6)
}

// early orders promises by their last day, then by their first; none is last.
func early(promise order.Promise) int64 {
	if promise.To.IsZero() {
		return plenty
	}
	return int64(promise.To)<<32 | int64(promise.From)
}

// before orders sites by rules, of which the last one always decides, and tells
// which one did.
func (b *board) before(rules []Rule, i, j int) (order int, by Rule) {
	for _, rule := range rules {
		if c := cmp.Compare(b.key(rule, i), b.key(rule, j)); c != 0 {
			return c, rule
		}
	}
	return 0, ""
}

// inside orders the sites of a set that is chosen already. There the boxes are
// paid for, so that what a unit costs is what counts.
func (b *board) inside(rules []Rule, i, j int) int {
	for _, rule := range rules {
		c := 0
		if rule == ByCost {
			c = cmp.Compare(b.sites[i].unit, b.sites[j].unit)
		} else {
			c = cmp.Compare(b.key(rule, i), b.key(rule, j))
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// priceUnits asks for the prices of scarce stock.
func (b *board) priceUnits() {
	b.prices = make([]catalog.Micros, len(b.stock))
	for k := range b.sites {
		st := &b.sites[k]
		for s := range b.needs {
			b.prices[k*len(b.needs)+s] = plus(st.unit, b.problem.price(st.Code, b.needs[s].sku))
		}
	}
}

// price returns the cost and the scarcity of a unit.
func (b *board) price(k, s int) catalog.Micros { return b.prices[k*len(b.needs)+s] }

// scarcity returns the prices of what a site ships, or could ship, of stock that
// is scarce.
func (b *board) scarcity(k int) (sum catalog.Micros) {
	if b.problem.Prices == nil || b.prices == nil {
		return 0
	}
	units, none := b.taken(k), b.shipped(k) == 0
	for s := range b.needs {
		got := units[s]
		if none {
			got = min(b.row(k)[s], b.needs[s].target)
		}
		sum = plus(sum, times(b.price(k, s)-b.sites[k].unit, got))
	}
	return sum
}
