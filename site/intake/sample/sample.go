// Package sample makes the sample data of Crossdock: a catalog of 300 products,
// districts, two warehouses with their opening stock, and a file of orders with
// every kind of dirt that files of real shops have.
//
// It is a pure function of a seed: the same seed gives the same bytes on every
// machine, which a golden test holds. It must never read anything from outside,
// and its names are of its own making: no brand, no person, no place.
//
// Start reading at Make; words.go has the vocabulary, orders.go the dirt.
package sample

import (
	"math/rand/v2"
	"slices"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/money"
)

// DefaultSeed makes the set that the demo shows.
const DefaultSeed = 1

// Currency is that of all prices.
const Currency money.Currency = "GBP"

// Set is a complete sample. The slices are in the order of the files.
type Set struct {
	Products   []catalog.Product
	Districts  []catalog.District
	Warehouses []catalog.Warehouse
	Stock      []Stock
	Orders     []OrderLine
}

// Stock is the opening stock of one product at one warehouse, in units.
type Stock struct {
	SKU       id.SKU
	Warehouse id.Site
	Units     int64
}

// OrderLine is one line of the order file, dirty as it may be.
type OrderLine struct {
	Invoice     string
	Code        string
	Description string
	Quantity    int64
	Date        string // 2006-01-02 15:04:05, UTC
	Price       money.Amount
	Customer    string // empty for a guest
	District    string // its name
}

// Make returns the sample of a seed.
func Make(seed uint64) Set {
	random := rand.New(rand.NewPCG(seed, 0x63726f7373646f63))
	var set Set
	set.Products = makeProducts(random)
	set.Districts, set.Warehouses = districts(), warehouses()
	set.Stock = makeStock(random, set.Products)
	set.Orders = makeOrders(random, set.Products)
	return set
}

// districts are served by the nearer warehouse first.
func districts() []catalog.District {
	first, second := []id.Site{"wh1", "wh2"}, []id.Site{"wh2", "wh1"}
	all := make([]catalog.District, len(districtNames))
	for i, name := range districtNames {
		served := first
		if i%2 == 1 {
			served = second
		}
		all[i] = catalog.District{Code: districtCodes[i], Name: name, Warehouses: slices.Clone(served), Place: districtPlaces[i]}
	}
	return all
}

// warehouses differ in all that the strategies go by: one is cheaper, the other
// closes later and works on Saturdays.
func warehouses() []catalog.Warehouse {
	return []catalog.Warehouse{
		{
			Code: "wh1", Name: "Upper Mill", Place: catalog.Place{Latitude: 54.0, Longitude: -1.6},
			CutOff: 15 * time.Hour, Workdays: date.Workdays, Capacity: 400,
			PerBox: 3_200_000, PerUnit: 150_000, PerKm: 2_000,
		},
		{
			Code: "wh2", Name: "Canal Sheds", Place: catalog.Place{Latitude: 51.6, Longitude: -2.4},
			CutOff: 18 * time.Hour, Workdays: date.Workdays | 1<<time.Saturday, Capacity: 250,
			PerBox: 3_900_000, PerUnit: 180_000, PerKm: 2_000,
		},
	}
}

// makeStock gives most products plenty at both warehouses, and some of them the
// shapes worth showing: at one warehouse alone, scarce, or sold out.
func makeStock(random *rand.Rand, products []catalog.Product) []Stock {
	var stock []Stock
	for i, product := range products {
		wh1, wh2 := 40+random.Int64N(160), 30+random.Int64N(120)
		switch {
		case i%30 == 4, i%30 == 19:
			wh1 = 0
		case i%30 == 9:
			wh2 = 0
		case i%75 == 44:
			wh1, wh2 = 1+random.Int64N(6), 1+random.Int64N(6)
		case i%150 == 59:
			wh1, wh2 = 0, 0
		}
		// A product that is sold out has no line: a file of stock lists what is there.
		if wh1 > 0 {
			stock = append(stock, Stock{product.SKU, "wh1", wh1})
		}
		if wh2 > 0 {
			stock = append(stock, Stock{product.SKU, "wh2", wh2})
		}
	}
	return stock
}
