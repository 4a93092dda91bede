package sourcing

import (
	"math"
	"slices"

	"crossdock/core/catalog"
	"crossdock/core/id"
)

// market is an outlook laid out for being looked at again and again at other
// prices. Stocks have numbers, in the order of their first mention: nothing
// depends on the order of a map. Costs are whole numbers of Micros in floats.
type market struct {
	kinds []kind
	keys  []stockKey // of each stock
	stock []float64  // units of it
	index map[stockKey]int
}

// kind is a kind of order. Its demands are its items; two of one SKU cost and take
// what one of both would.
type kind struct {
	orders float64
	units  []float64 // of each item
	leave  []float64 // what it costs not to ship an item
	sites  []outlet
	boxes  []float64 // what so many boxes cost at the least
}

// outlet is a warehouse that has some item of a kind of order.
type outlet struct {
	box  float64
	ship []float64 // cost of each item without its price; where there is no stock, +Inf
	from []int     // number of each item's stock; where there is none, noStock
}

const noStock = -1

func newMarket(o Outlook) *market {
	m := &market{index: make(map[stockKey]int)}
	for i := range o.Orders {
		if expected := &o.Orders[i]; expected.Orders > 0 && len(expected.Demands) > 0 {
			m.kinds = append(m.kinds, m.kind(&o, expected))
		}
	}
	return m
}

func (m *market) kind(o *Outlook, expected *Expected) kind {
	k := kind{orders: expected.Orders}
	for _, demand := range expected.Demands {
		k.units = append(k.units, float64(demand.Units))
		k.leave = append(k.leave, float64(times(max(o.Unserved, 0), demand.Units)))
	}
	for _, code := range expected.District.Warehouses {
		if len(k.sites) == mostSites {
			break
		}
		at := slices.IndexFunc(o.Warehouses, func(w catalog.Warehouse) bool { return w.Code == code })
		if at < 0 {
			continue
		}
		if site, useful := m.outlet(o, &o.Warehouses[at], expected); useful {
			k.sites = append(k.sites, site)
		}
	}
	k.boxes = boxCosts(k.sites)
	return k
}

// boxCosts returns what none, one, two ... boxes cost, taken from the sites where
// they are cheapest.
func boxCosts(sites []outlet) []float64 {
	costs := make([]float64, 1, len(sites)+1)
	for i := range sites {
		costs = append(costs, sites[i].box)
	}
	slices.Sort(costs[1:])
	for i := 1; i < len(costs); i++ {
		costs[i] += costs[i-1]
	}
	return costs
}

// outlet returns what a warehouse can do for an order, and whether that is
// anything. A stock of some units counts as enough for one order: that a plan may
// do less can only make it dearer.
func (m *market) outlet(o *Outlook, warehouse *catalog.Warehouse, expected *Expected) (outlet, bool) {
	meters, _ := catalog.Meters(warehouse.Place, expected.District.Place) // unknown: zero, as in a plan
	each := perUnit(warehouse, meters)
	site := outlet{box: float64(warehouse.PerBox)}
	useful := false
	for _, demand := range expected.Demands {
		number, cost := m.number(o, warehouse, demand.SKU), math.Inf(1)
		if number != noStock {
			useful, cost = true, float64(times(each, demand.Units))
		}
		site.from = append(site.from, number)
		site.ship = append(site.ship, cost)
	}
	return site, useful
}

// number returns the number of a stock, or noStock of one that is empty.
func (m *market) number(o *Outlook, warehouse *catalog.Warehouse, sku id.SKU) int {
	key := stockKey{warehouse.Code, sku}
	number, known := m.index[key]
	if known {
		return number
	}
	number = noStock
	problem := Problem{Held: o.Held}
	if units := problem.promised(&Candidate{Warehouse: *warehouse}, sku); units > 0 {
		number = len(m.keys)
		m.keys = append(m.keys, key)
		m.stock = append(m.stock, float64(units))
	}
	m.index[key] = number
	return number
}
