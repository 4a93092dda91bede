package bench

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/sourcing"
)

// The instances of Sourcing: those of Ma, "Order-optimal correlated rounding for
// fulfilling multi-item e-commerce orders" (2022), with places drawn at random over
// an area as large as the contiguous United States. Costs are a thousand times as
// high, so that whole Micros lose nothing of a cost per kilometer.
const (
	instanceSites    = 10
	instanceCities   = 99
	instanceItems    = 20
	basketsPerSize   = 5
	carried          = 0.75 // probability that a warehouse carries an item
	costOfBox        = 8.759
	costOfUnit       = 0.423
	costOfMile       = 0.000541 // of a unit
	metersOfMile     = 1609.344
	costScale        = 1000
	safetyDeviations = 0.5 // stock above what is expected, in standard deviations

	south, north = 25.0, 49.0
	west, east   = -124.0, -67.0
)

// instance is a made-up shop: where it ships from and to, what is ordered how
// often, and what is in stock for it.
type instance struct {
	warehouses []catalog.Warehouse
	cities     []catalog.District           // each with all warehouses, the nearest first
	candidates [][]sourcing.Candidate       // of each city, in the same order
	ship       []map[id.Site]catalog.Micros // to each city: cost of a unit, without its box
	baskets    [][]sourcing.Demand
	ofCity     []float64 // probability that an order comes from it
	ofBasket   []float64
	stock      shelves
	unserved   catalog.Micros // cost of a unit that is not shipped: twice the dearest way to ship it
	now        time.Time      // when all orders are placed
}

// shelf is where a SKU lies in a warehouse.
type shelf struct {
	site id.Site
	sku  id.SKU
}

// shelves is how many units lie on each.
type shelves map[shelf]int64

// Held is a sourcing.Held.
func (s shelves) Held(site id.Site, sku id.SKU) int64 { return s[shelf{site, sku}] }

// newInstance draws an instance with baskets of up to most items, and stock for so
// many orders.
func newInstance(random *rand.Rand, most, orders int) *instance {
	n := &instance{stock: make(shelves), now: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)}
	for i := range instanceSites {
		n.warehouses = append(n.warehouses, catalog.Warehouse{
			Code: id.Site(fmt.Sprintf("wh%d", i+1)), Place: somewhere(random),
			PerBox: micros(costOfBox), PerUnit: micros(costOfUnit), PerKm: micros(costOfMile / metersOfMile * 1000),
		})
	}
	for i := range instanceCities {
		n.addCity(district(i), somewhere(random))
	}
	n.ofCity = shares(instanceCities, random.ExpFloat64) // few are large
	for size := 1; size <= most; size++ {
		for range basketsPerSize {
			n.baskets = append(n.baskets, basket(random.Perm(instanceItems)[:size]))
		}
	}
	n.ofBasket = shares(len(n.baskets), random.Float64)
	n.fill(random, float64(orders))
	return n
}

func somewhere(random *rand.Rand) catalog.Place {
	return catalog.Place{
		Latitude:  south + (north-south)*random.Float64(),
		Longitude: west + (east-west)*random.Float64(),
	}
}

func micros(cost float64) catalog.Micros { return catalog.Micros(math.Round(cost * costScale * 1e6)) }

// shares draws so many numbers that make up one.
func shares(n int, draw func() float64) []float64 {
	all, total := make([]float64, n), 0.0
	for i := range all {
		all[i] = draw()
		total += all[i]
	}
	for i := range all {
		all[i] /= total
	}
	return all
}

func basket(items []int) []sourcing.Demand {
	var demands []sourcing.Demand
	for i, item := range items {
		demands = append(demands, sourcing.Demand{Line: i + 1, SKU: sku(item), Units: 1})
	}
	return demands
}

// addCity adds a district with its warehouses in the order of their distance.
func (n *instance) addCity(code id.District, place catalog.Place) {
	nearest := slices.Clone(n.warehouses)
	slices.SortStableFunc(nearest, func(a, b catalog.Warehouse) int { return cmp.Compare(far(a, place), far(b, place)) })
	city := catalog.District{Code: code, Name: string(code), Place: place}
	var candidates []sourcing.Candidate
	ship := make(map[id.Site]catalog.Micros)
	for _, w := range nearest {
		city.Warehouses = append(city.Warehouses, w.Code)
		candidates = append(candidates, sourcing.Candidate{Warehouse: w})
		ship[w.Code] = w.PerUnit + catalog.Micros(math.Round(float64(w.PerKm)*far(w, place)/1000))
		n.unserved = max(n.unserved, 2*(w.PerBox+ship[w.Code]))
	}
	n.cities, n.candidates, n.ship = append(n.cities, city), append(n.candidates, candidates), append(n.ship, ship)
}

// far is how many meters a warehouse is away.
func far(w catalog.Warehouse, place catalog.Place) float64 {
	meters, _ := catalog.Meters(w.Place, place) // both are known: they lie on a continent
	return meters
}

// fill decides which warehouse carries what, at least one each item, and puts
// there what is expected of the cities of which it is the nearest that does.
func (n *instance) fill(random *rand.Rand, orders float64) {
	ofItem := make(map[id.SKU]float64) // probability that an order asks for it
	for i, demands := range n.baskets {
		for _, demand := range demands {
			ofItem[demand.SKU] += n.ofBasket[i]
		}
	}
	for item := range instanceItems {
		carries := make(map[id.Site]bool)
		for len(carries) == 0 {
			for i := range n.warehouses {
				if random.Float64() < carried {
					carries[n.warehouses[i].Code] = true
				}
			}
		}
		demand := make(map[id.Site]float64) // probability that an order asks for it there
		for i := range n.cities {
			nearest := slices.IndexFunc(n.cities[i].Warehouses, func(site id.Site) bool { return carries[site] })
			demand[n.cities[i].Warehouses[nearest]] += n.ofCity[i] * ofItem[sku(item)]
		}
		for site, p := range demand {
			expected := orders * p
			n.stock[shelf{site, sku(item)}] = int64(math.Round(expected + safetyDeviations*math.Sqrt(expected*(1-p))))
		}
	}
}

// wish is an order: a basket of a city.
type wish struct{ city, basket int }

// draw draws orders.
func (n *instance) draw(random *rand.Rand, orders int) []wish {
	wishes := make([]wish, orders)
	for i := range wishes {
		wishes[i] = wish{pick(random, n.ofCity), pick(random, n.ofBasket)}
	}
	return wishes
}

func pick(random *rand.Rand, shares []float64) int {
	at := random.Float64()
	for i, share := range shares {
		if at < share {
			return i
		}
		at -= share
	}
	return len(shares) - 1 // rounding left a little over
}

// forecast is what a shop expects of so many orders, and what it has for them.
func (n *instance) forecast(orders int, held sourcing.Held) sourcing.Outlook {
	return n.outlook(held, func(city, basket int) float64 {
		return float64(orders) * n.ofCity[city] * n.ofBasket[basket]
	})
}

// hindsight is what was ordered, known from the first order on.
func (n *instance) hindsight(wishes []wish) sourcing.Outlook {
	times := make(map[wish]float64)
	for _, one := range wishes {
		times[one]++
	}
	return n.outlook(n.stock.Held, func(city, basket int) float64 { return times[wish{city, basket}] })
}

func (n *instance) outlook(held sourcing.Held, orders func(city, basket int) float64) sourcing.Outlook {
	o := sourcing.Outlook{Warehouses: n.warehouses, Held: held, Unserved: n.unserved}
	for city := range n.cities {
		for basket, demands := range n.baskets {
			o.Orders = append(o.Orders, sourcing.Expected{District: n.cities[city], Demands: demands, Orders: orders(city, basket)})
		}
	}
	return o
}
