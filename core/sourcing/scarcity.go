package sourcing

import (
	"cmp"

	"crossdock/core/catalog"
	"crossdock/core/id"
)

// Expected is a kind of order, and how many of that kind are expected. Its district
// is served by the warehouses that it names; of those that have something of the
// order, the first ten.
type Expected struct {
	District catalog.District
	Demands  []Demand
	Orders   float64
}

// Outlook is what is expected until stock comes in, and what there is for it.
type Outlook struct {
	Orders     []Expected
	Warehouses []catalog.Warehouse
	Held       Held           // before safety stock is taken off
	Unserved   catalog.Micros // cost of a unit that is not shipped
	Start      Prices         // where to begin the search, such as the last prices; nil: at zero
	Steps      int            // of the search; 0: DefaultSteps
}

// DefaultSteps is how many steps Scarcity takes: enough to come within a
// thousandth of the best bound there is.
const DefaultSteps = 600

// Scarce is what stock is worth by an outlook.
type Scarce struct {
	// Bound is what the expected orders cost at the least, in Micros: no way to
	// ship them out of the stock, and to leave units of them, costs less.
	Bound float64

	prices map[stockKey]catalog.Micros
}

// Price is a Prices: what a unit on the shelf is worth to the orders that are
// expected, over and above what its shipping costs. It is zero where there is enough
// for all of them.
func (s Scarce) Price(warehouse id.Site, sku id.SKU) catalog.Micros {
	return s.prices[stockKey{warehouse, sku}]
}

// Scarcity finds the prices of stock that make the expected orders, each served in
// the way that is cheapest for itself, fit into the stock there is; and a bound for
// what they cost.
//
// The prices come from the Lagrangian relaxation of the stock. Let an order o be
// served in the way a, one of the ways A(o) to take each of its units from a
// warehouse or to leave it, at the cost c(a), taking u(a,s) units of the stock s, of
// which there are n(s). For any prices p >= 0 let
//
//	L(p)  =  sum over o of  min over a in A(o) of [ c(a) + sum over s of p(s) u(a,s) ]  -  sum over s of p(s) n(s)
//
// Every plan that keeps to the stock costs at least L(p): take its ways a(o). Its
// cost is sum c(a(o)), and as p >= 0 and sum over o of u(a(o),s) <= n(s) for each s,
//
//	sum c(a(o))  >=  sum c(a(o)) + sum over s of p(s) [ sum over o of u(a(o),s) - n(s) ]
//	             =   sum over o of [ c(a(o)) + sum over s of p(s) u(a(o),s) ] - sum over s of p(s) n(s)   >=   L(p).
//
// That holds at any p, however it was found, so the bound is as good as the search
// and never wrong. With weights for orders that are alike it holds all the same. The
// minimum over A(o) is exact (see server.serve), and the bound is taken at the rounded
// prices that are returned: on whole numbers of orders it is a whole number, and
// exact up to 2^53.
//
// L is concave, with the subgradient sum over o of u(a(o),s) - n(s): what is wanted
// of s at these prices and not there. The search follows it (Held, Wolfe and
// Crowder 1974).
func Scarcity(o Outlook) Scarce {
	m, s := newMarket(o), &server{}
	prices := make([]float64, len(m.keys))
	if o.Start != nil {
		for i, key := range m.keys {
			prices[i] = float64(max(o.Start(key.warehouse, key.sku), 0))
		}
	}
	prices = m.search(s, prices, cmp.Or(o.Steps, DefaultSteps))
	found := Scarce{
		Bound:  m.value(s, prices, make([]float64, len(prices))),
		prices: make(map[stockKey]catalog.Micros, len(prices)),
	}
	for i, price := range prices {
		found.prices[m.keys[i]] = catalog.Micros(price)
	}
	return found
}
