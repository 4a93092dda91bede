package sourcing_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/sourcing"
)

// saturday is the moment of most tests.
var saturday = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// leeds is where the orders of most tests go to.
var leeds = catalog.District{Code: "north", Place: catalog.Place{Latitude: 53.8, Longitude: -1.5}}

// size bounds a random problem.
type size struct {
	warehouses, skus, units int
}

// drawn is a random problem, with its stock and prices at hand.
type drawn struct {
	sourcing.Problem
	stock  sourcing.Stock
	prices map[sourcing.Shelf]catalog.Micros
}

// draw makes a problem of few different numbers, so that ties are frequent.
func draw(t *rapid.T, most size) drawn {
	d := drawn{stock: sourcing.Stock{}, prices: map[sourcing.Shelf]catalog.Micros{}}
	d.Now, d.District = saturday, leeds
	if rapid.IntRange(0, 9).Draw(t, "somewhere") == 0 {
		d.District.Place = catalog.Place{}
	}
	n := rapid.IntRange(0, most.warehouses).Draw(t, "warehouses")
	alike := rapid.Bool().Draw(t, "alike")
	for i := range n {
		c := sourcing.Candidate{Warehouse: catalog.Warehouse{
			Code:     id.Site(fmt.Sprintf("wh%d", i+1)),
			Workdays: rapid.SampledFrom([]date.Days{0, date.Workdays}).Draw(t, "workdays"),
			Handling: rapid.IntRange(0, 2).Draw(t, "handling"),
			Capacity: rapid.IntRange(0, 3).Draw(t, "capacity"),
			Safety:   rapid.Int64Range(0, 1).Draw(t, "safety"),
			PerBox:   catalog.Micros(rapid.Int64Range(0, 4).Draw(t, "box")),
			PerUnit:  catalog.Micros(rapid.Int64Range(0, 3).Draw(t, "unit")),
		}, Load: rapid.IntRange(0, 4).Draw(t, "load")}
		if far := rapid.IntRange(-1, 3).Draw(t, "distance"); far >= 0 {
			c.Place = catalog.Place{Latitude: 50 - 3*float64(far), Longitude: -1}
			c.PerKm = catalog.Micros(rapid.IntRange(0, 1).Draw(t, "km"))
		}
		if alike && i > 0 {
			other := d.Candidates[0].Warehouse
			c.PerBox, c.PerUnit, c.PerKm, c.Place, c.Handling = other.PerBox, other.PerUnit, other.PerKm, other.Place, other.Handling
		}
		d.Candidates = append(d.Candidates, c)
		for s := range most.skus {
			shelf := sourcing.Shelf{Warehouse: c.Code, SKU: skuOf(s)}
			d.stock[shelf] = rapid.Int64Range(-1, int64(most.units)).Draw(t, "held")
			d.prices[shelf] = catalog.Micros(rapid.Int64Range(0, 2).Draw(t, "price"))
		}
	}
	for line := range rapid.IntRange(0, most.skus+1).Draw(t, "demands") {
		d.Demands = append(d.Demands, sourcing.Demand{
			Line: line + 1, SKU: skuOf(rapid.IntRange(0, most.skus-1).Draw(t, "sku")),
			Units: rapid.Int64Range(1, int64(most.units)).Draw(t, "units"),
		})
	}
	d.Held = d.stock.Held
	if rapid.Bool().Draw(t, "scarce") {
		d.Prices = d.priceOf
	}
	return d
}

func (d *drawn) priceOf(warehouse id.Site, sku id.SKU) catalog.Micros {
	return d.prices[sourcing.Shelf{Warehouse: warehouse, SKU: sku}]
}

func skuOf(n int) id.SKU { return id.SKU(fmt.Sprintf("sku%d", n)) }

// drawPolicy makes a policy that passes Check.
func drawPolicy(t *rapid.T) sourcing.Policy {
	return sourcing.Policy{
		Strategy: rapid.SampledFrom(sourcing.Strategies()).Draw(t, "strategy"),
		Rules:    rapid.SliceOfNDistinct(rapid.SampledFrom(sourcing.Rules()), 0, 3, rapid.ID[sourcing.Rule]).Draw(t, "rules"),
	}
}

// BenchmarkPlan plans orders of 5 lines out of 10 warehouses, of which each has
// three of four products, few of each.
func BenchmarkPlan(b *testing.B) {
	problems := typical(256)
	for _, strategy := range sourcing.Strategies() {
		policy := sourcing.Policy{Strategy: strategy, Rules: []sourcing.Rule{sourcing.ByDistance, sourcing.ByCost}}
		b.Run(string(strategy), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				policy.Plan(problems[i%len(problems)])
			}
		})
	}
	b.Run("Cheapest", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			sourcing.Cheapest(problems[i%len(problems)])
		}
	})
}

// typical returns problems for benchmarks, always the same ones.
func typical(n int) []sourcing.Problem {
	random := rand.New(rand.NewPCG(1, 2))
	problems := make([]sourcing.Problem, n)
	for i := range problems {
		stock := sourcing.Stock{}
		p := &problems[i]
		p.District, p.Now, p.Held = leeds, saturday, stock.Held
		for w := range 10 {
			c := sourcing.Candidate{Warehouse: catalog.Warehouse{
				Code: id.Site(fmt.Sprintf("wh%d", w+1)), Workdays: date.Workdays, Handling: 1, CutOff: 14 * time.Hour, Capacity: 1000,
				Place:  catalog.Place{Latitude: 45 + 10*random.Float64(), Longitude: 10 * random.Float64()},
				PerBox: 8_759_000, PerUnit: 423_000, PerKm: 336,
			}, Load: random.IntN(2000)}
			p.Candidates = append(p.Candidates, c)
			for s := range 5 {
				if random.IntN(4) > 0 {
					stock[sourcing.Shelf{Warehouse: c.Code, SKU: skuOf(s)}] = random.Int64N(5)
				}
			}
		}
		for s := range 5 {
			p.Demands = append(p.Demands, sourcing.Demand{Line: s + 1, SKU: skuOf(s), Units: 1 + random.Int64N(4)})
		}
	}
	return problems
}
