package sourcing_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/sourcing"
)

// trade is a small outlook whose shelves are a map.
type trade struct {
	sourcing.Outlook
	shelves map[held]int64
}

func newTrade(orders []sourcing.Expected, warehouses []catalog.Warehouse, shelves map[held]int64) trade {
	stock := func(site id.Site, sku id.SKU) int64 { return shelves[held{site, sku}] }
	return trade{sourcing.Outlook{Orders: orders, Warehouses: warehouses, Held: stock, Unserved: 50}, shelves}
}

func drawTrade(t *rapid.T) trade {
	small := func(name string, most int64) int64 { return rapid.Int64Range(0, most).Draw(t, name) }
	var warehouses []catalog.Warehouse
	shelves := make(map[held]int64)
	for i := range rapid.IntRange(1, 3).Draw(t, "warehouses") {
		w := catalog.Warehouse{
			Code: id.Site(fmt.Sprintf("wh%d", i)), Place: drawPlace(t), Safety: small("safety", 1),
			PerBox: catalog.Micros(small("box", 20)), PerUnit: catalog.Micros(small("unit", 9)), PerKm: catalog.Micros(small("km", 9)),
		}
		for _, sku := range []id.SKU{"A", "B"} {
			shelves[held{w.Code, sku}] = small("stock", 3)
		}
		warehouses = append(warehouses, w)
	}
	var orders []sourcing.Expected
	for range rapid.IntRange(1, 3).Draw(t, "kinds") {
		district := catalog.District{Place: drawPlace(t)}
		for _, w := range warehouses {
			if small("serves", 3) > 0 {
				district.Warehouses = append(district.Warehouses, w.Code)
			}
		}
		var demands []sourcing.Demand
		for line := range rapid.IntRange(1, 3).Draw(t, "lines") {
			demands = append(demands, sourcing.Demand{
				Line: line, SKU: rapid.SampledFrom([]id.SKU{"A", "B"}).Draw(t, "sku"), Units: 1 + small("units", 1),
			})
		}
		orders = append(orders, sourcing.Expected{District: district, Demands: demands, Orders: float64(1 + small("orders", 1))})
	}
	made := newTrade(orders, warehouses, shelves)
	made.Unserved = catalog.Micros(small("unserved", 60))
	return made
}

// drawPlace draws a place within some kilometers, so that ways cost as much as
// units and boxes.
func drawPlace(t *rapid.T) catalog.Place {
	return catalog.Place{Latitude: 50 + float64(rapid.IntRange(0, 5).Draw(t, "north"))/200, Longitude: 10}
}

// drawPrices draws prices, most of them zero.
func drawPrices(t *rapid.T, shelves map[held]int64) sourcing.Prices {
	prices := make(map[held]catalog.Micros)
	for _, site := range []id.Site{"wh0", "wh1", "wh2"} {
		for _, sku := range []id.SKU{"A", "B"} {
			prices[held{site, sku}] = catalog.Micros(rapid.Int64Range(-20, 40).Draw(t, "price"))
		}
	}
	return func(site id.Site, sku id.SKU) catalog.Micros { return prices[held{site, sku}] }
}

// wanted is what an order asks for of each SKU.
func wanted(expected sourcing.Expected) map[id.SKU]int64 {
	units := make(map[id.SKU]int64)
	for _, demand := range expected.Demands {
		units[demand.SKU] += demand.Units
	}
	return units
}

// way is what a unit costs to an order from a warehouse, by the plan of one unit.
func (m trade) way(w catalog.Warehouse, district catalog.District) catalog.Micros {
	plan := sourcing.Cheapest(sourcing.Problem{
		Demands: []sourcing.Demand{{SKU: "A", Units: 1}}, District: district, Candidates: []sourcing.Candidate{{Warehouse: w}},
		Held: func(id.Site, id.SKU) int64 { return 1 << 20 },
	})
	return plan.Cost - w.PerBox
}

// optimum is the lowest cost of all plans for all orders: each way to spread each
// unit is tried, with a memory for what is left on the shelves.
type optimum struct {
	trade
	orders []sourcing.Expected // one entry for each order
	known  map[string]catalog.Micros
}

func (m trade) optimum() catalog.Micros {
	o := optimum{trade: m, known: make(map[string]catalog.Micros)}
	for _, expected := range m.Orders {
		for range int(expected.Orders) {
			o.orders = append(o.orders, expected)
		}
	}
	left := make(map[held]int64)
	for _, w := range m.Warehouses {
		for _, sku := range []id.SKU{"A", "B"} {
			left[held{w.Code, sku}] = max(0, m.shelves[held{w.Code, sku}]-w.Safety)
		}
	}
	return o.from(0, left)
}

// from returns what the orders from the n-th on cost at the least.
func (o *optimum) from(n int, left map[held]int64) catalog.Micros {
	if n == len(o.orders) {
		return 0
	}
	key := fmt.Sprint(n, left)
	if cost, found := o.known[key]; found {
		return cost
	}
	units := wanted(o.orders[n])
	best := catalog.Micros(1 << 40)
	o.spread(n, 0, units, 0, left, &best)
	o.known[key] = best
	return best
}

// spread tries every part of an order that the w-th warehouse may ship.
func (o *optimum) spread(n, w int, units map[id.SKU]int64, cost catalog.Micros, left map[held]int64, best *catalog.Micros) {
	if w == len(o.Warehouses) {
		cost += o.Unserved * catalog.Micros(units["A"]+units["B"])
		*best = min(*best, cost+o.from(n+1, left))
		return
	}
	site, district := o.Warehouses[w], o.orders[n].District
	serves := slices.Contains(district.Warehouses, site.Code)
	keyA, keyB := held{site.Code, "A"}, held{site.Code, "B"}
	haveA, haveB := left[keyA], left[keyB]
	for a := int64(0); a <= min(units["A"], haveA); a++ {
		for b := int64(0); b <= min(units["B"], haveB); b++ {
			more := cost
			if a+b > 0 {
				if !serves {
					continue
				}
				more += site.PerBox + catalog.Micros(a+b)*o.way(site, district)
			}
			left[keyA], left[keyB] = haveA-a, haveB-b
			o.spread(n, w+1, map[id.SKU]int64{"A": units["A"] - a, "B": units["B"] - b}, more, left, best)
		}
	}
	left[keyA], left[keyB] = haveA, haveB
}

// relaxed is L at the prices, by its formula: every set of warehouses for every
// order.
func (m trade) relaxed(prices sourcing.Prices) (total catalog.Micros) {
	stock := func(w catalog.Warehouse, sku id.SKU) int64 { return max(0, m.shelves[held{w.Code, sku}]-w.Safety) }
	for _, expected := range m.Orders {
		best := catalog.Micros(1 << 40)
		for set := range 1 << len(m.Warehouses) {
			best = min(best, m.within(set, expected, prices, stock))
		}
		total += catalog.Micros(expected.Orders) * best
	}
	seen := make(map[held]bool) // a stock that nobody asks for has no price
	for _, expected := range m.Orders {
		for sku := range wanted(expected) {
			for _, w := range m.Warehouses {
				if key := (held{w.Code, sku}); slices.Contains(expected.District.Warehouses, w.Code) && !seen[key] {
					seen[key] = true
					total -= prices(w.Code, sku) * catalog.Micros(stock(w, sku))
				}
			}
		}
	}
	return total
}

// within is what an order costs that a set of warehouses serves, prices within.
func (m trade) within(set int, expected sourcing.Expected, prices sourcing.Prices, stock func(catalog.Warehouse, id.SKU) int64) (cost catalog.Micros) {
	least := make(map[id.SKU]catalog.Micros)
	for sku := range wanted(expected) {
		least[sku] = m.Unserved
	}
	for i, w := range m.Warehouses {
		if set>>i&1 == 0 {
			continue
		}
		cost += w.PerBox
		for sku := range least {
			if slices.Contains(expected.District.Warehouses, w.Code) && stock(w, sku) > 0 {
				least[sku] = min(least[sku], m.way(w, expected.District)+prices(w.Code, sku))
			}
		}
	}
	for sku, units := range wanted(expected) {
		cost += catalog.Micros(units) * least[sku]
	}
	return cost
}

// TestBoundAgainstEveryPlan is weak duality: no plan costs less than the bound, be
// the prices good or drawn.
func TestBoundAgainstEveryPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawTrade(t)
		m.Start = drawPrices(t, m.shelves)
		best := float64(m.optimum())
		for _, steps := range []int{1, 2, 100} {
			m.Steps = steps
			if bound := sourcing.Scarcity(m.Outlook).Bound; bound > best {
				t.Fatalf("after %d steps, the bound is %g: a plan costs %g", steps, bound, best)
			}
		}
	})
}

// TestBoundIsItsFormula has the minimum over each order's ways exact, at the prices
// that are returned; after one step, those that the search began at.
func TestBoundIsItsFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawTrade(t)
		m.Start, m.Steps = drawPrices(t, m.shelves), rapid.IntRange(1, 20).Draw(t, "steps")
		found := sourcing.Scarcity(m.Outlook)
		if want := float64(m.relaxed(found.Price)); found.Bound != want {
			t.Fatalf("the bound is %g, by the formula %g", found.Bound, want)
		}
		m.Steps = 1
		started := sourcing.Scarcity(m.Outlook)
		begun := func(site id.Site, sku id.SKU) catalog.Micros { return max(0, m.Start(site, sku)) }
		if want := float64(m.relaxed(begun)); started.Bound != want {
			t.Fatalf("after one step the bound is %g, by the formula %g", started.Bound, want)
		}
		if found.Bound < started.Bound {
			t.Fatalf("the search went from %g to %g", started.Bound, found.Bound)
		}
	})
}

// A shop whose near warehouse has what the city wants, and whose far one has more.
func twoShelves(near, far int64) trade {
	warehouses := []catalog.Warehouse{
		{Code: "near", PerBox: 8_000_000, PerUnit: 500_000},
		{Code: "far", PerBox: 8_000_000, PerUnit: 2_500_000},
	}
	district := catalog.District{Warehouses: []id.Site{"near", "far"}}
	m := newTrade([]sourcing.Expected{
		{District: district, Demands: []sourcing.Demand{{Line: 1, SKU: "A", Units: 1}}, Orders: 60},
		{District: district, Demands: []sourcing.Demand{{Line: 1, SKU: "A", Units: 1}, {Line: 2, SKU: "B", Units: 1}}, Orders: 40},
	}, warehouses, map[held]int64{{"near", "A"}: near, {"far", "A"}: far, {"near", "B"}: 1000})
	m.Unserved = 30_000_000
	return m
}

// TestPlentyHasNoPrice: where each order can be served in the way that is cheapest
// for itself, the bound is what that costs.
func TestPlentyHasNoPrice(t *testing.T) {
	m := twoShelves(100, 1000)
	found := sourcing.Scarcity(m.Outlook)
	for key := range m.shelves {
		if price := found.Price(key.warehouse, key.sku); price != 0 {
			t.Errorf("%v has the price %d", key, price)
		}
	}
	if want := 60*8_500_000.0 + 40*9_000_000.0; found.Bound != want {
		t.Errorf("the bound is %g, want %g", found.Bound, want)
	}
}

// TestScarceStockGoesWhereItSavesMost: the 40 units nearby are for the 40 orders that
// would need a second box without. The price is between what a unit saves those and
// what it saves the 60 that come for it alone.
func TestScarceStockGoesWhereItSavesMost(t *testing.T) {
	m := twoShelves(40, 1000)
	found := sourcing.Scarcity(m.Outlook)
	const alone, second = 2_000_000, 10_000_000
	if price := found.Price("near", "A"); price < alone*0.99 || price > second {
		t.Errorf("the price is %d, want one from %d to %d", price, alone, second)
	}
	for _, key := range []held{{"far", "A"}, {"near", "B"}} {
		if other := found.Price(key.warehouse, key.sku); other != 0 {
			t.Errorf("%v has the price %d", key, other)
		}
	}
	best := 60*10_500_000.0 + 40*9_000_000.0
	if found.Bound > best || found.Bound < best*0.999 {
		t.Errorf("the bound is %g, the best plan costs %g", found.Bound, best)
	}
}

// TestEveryBoxOfAnOrderTakesStock: each order needs two boxes, and what the first one
// takes is scarce.
func TestEveryBoxOfAnOrderTakesStock(t *testing.T) {
	m := twoShelves(40, 1000)
	m.Warehouses = append(m.Warehouses, catalog.Warehouse{Code: "other", PerBox: 8_000_000})
	delete(m.shelves, held{"near", "B"})
	m.shelves[held{"other", "B"}] = 1000
	m.Orders = m.Orders[1:]
	m.Orders[0].District.Warehouses = append(m.Orders[0].District.Warehouses, "other")
	m.Orders[0].Orders = 100
	found := sourcing.Scarcity(m.Outlook)
	if price := found.Price("near", "A"); price < 1_900_000 || price > 2_100_000 {
		t.Errorf("the price is %d, want what a unit saves, 2000000", price)
	}
	best := 40*16_500_000.0 + 60*18_500_000.0
	if found.Bound > best || found.Bound < best*0.999 {
		t.Errorf("the bound is %g, the best plan costs %g", found.Bound, best)
	}
}

// TestPricesSteerTheCheapestPlan: with them, an order that can do without scarce
// stock leaves it to one that cannot.
func TestPricesSteerTheCheapestPlan(t *testing.T) {
	m := twoShelves(40, 1000)
	prices := func(id.Site, id.SKU) catalog.Micros { return 0 }
	for _, test := range []struct {
		name   string
		prices sourcing.Prices
		want   []id.Site // who ships to an order of the first kind, and of the second
	}{
		{"without", prices, []id.Site{"near", "near"}},
		{"with", sourcing.Scarcity(m.Outlook).Price, []id.Site{"far", "near"}},
	} {
		var got []id.Site
		for _, expected := range m.Orders {
			plan := sourcing.Cheapest(sourcing.Problem{
				Demands: expected.Demands, District: expected.District, Held: m.Held, Prices: test.prices,
				Candidates: []sourcing.Candidate{{Warehouse: m.Warehouses[0]}, {Warehouse: m.Warehouses[1]}},
			})
			got = append(got, plan.Takes[0].Warehouse)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s prices: -want +got:\n%s", test.name, diff)
		}
	}
}

// TestScarcityRepeats: the same outlook has the same prices, to the last digit.
func TestScarcityRepeats(t *testing.T) {
	m := twoShelves(30, 50)
	first := sourcing.Scarcity(m.Outlook)
	for range 5 {
		again := sourcing.Scarcity(m.Outlook)
		if again.Bound != first.Bound {
			t.Fatalf("the bound was %g, and is %g", first.Bound, again.Bound)
		}
		for key := range m.shelves {
			if was, is := first.Price(key.warehouse, key.sku), again.Price(key.warehouse, key.sku); was != is {
				t.Fatalf("the price of %v was %d, and is %d", key, was, is)
			}
		}
	}
}

func TestScarcityOfLittle(t *testing.T) {
	one := sourcing.Demand{Line: 1, SKU: "A", Units: 1}
	all := []id.Site{"near", "far"}
	for _, test := range []struct {
		name     string
		expected []sourcing.Expected
		want     float64
	}{
		{"nothing expected", nil, 0},
		{"no orders of a kind", []sourcing.Expected{{District: catalog.District{Warehouses: all}, Demands: []sourcing.Demand{one}}}, 0},
		{"fewer than none", []sourcing.Expected{{District: catalog.District{Warehouses: all}, Demands: []sourcing.Demand{one}, Orders: -3}}, 0},
		{"no demands", []sourcing.Expected{{District: catalog.District{Warehouses: all}, Orders: 3}}, 0},
		{"no warehouse", []sourcing.Expected{{Demands: []sourcing.Demand{one}, Orders: 3}}, 90_000_000},
		{"unknown warehouse", []sourcing.Expected{{District: catalog.District{Warehouses: []id.Site{"x"}}, Demands: []sourcing.Demand{one}, Orders: 2}}, 60_000_000},
		{"half an order", []sourcing.Expected{{District: catalog.District{Warehouses: all}, Demands: []sourcing.Demand{one}, Orders: 0.5}}, 4_250_000},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := twoShelves(10, 10)
			m.Orders = test.expected
			if got := sourcing.Scarcity(m.Outlook).Bound; got != test.want {
				t.Errorf("the bound is %g, want %g", got, test.want)
			}
		})
	}
}

// TestTenWarehousesOfADistrictCount: those without anything that is asked for are
// not among them.
func TestTenWarehousesOfADistrictCount(t *testing.T) {
	district := catalog.District{}
	shelves := make(map[held]int64)
	var warehouses []catalog.Warehouse
	for i := range 13 { // each cheaper than the one before
		w := catalog.Warehouse{Code: id.Site(fmt.Sprintf("wh%d", i)), PerBox: catalog.Micros(100 - i)}
		warehouses = append(warehouses, w)
		district.Warehouses = append(district.Warehouses, w.Code)
		shelves[held{w.Code, "A"}] = int64(i % 12) // wh0 and wh12 are empty
	}
	one := []sourcing.Demand{{Line: 1, SKU: "A", Units: 1}}
	m := newTrade([]sourcing.Expected{{District: district, Demands: one, Orders: 1}}, warehouses, shelves)
	m.Unserved = 1000
	if got := sourcing.Scarcity(m.Outlook).Bound; got != 90 { // of wh10; wh11 is the eleventh with stock
		t.Errorf("the bound is %g, want 90", got)
	}
}
