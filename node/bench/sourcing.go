package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"crossdock/core/fault"
	"crossdock/core/sourcing"
)

// SourcingOptions are what Sourcing plays. The zero value of each field stands for
// the one in its comment.
type SourcingOptions struct {
	Instances int    // made-up shops: 5
	Sequences int    // sequences of orders for each of them: 1
	Items     int    // most items of an order: 5
	Seed      uint64 // the same seed gives the same orders and plans: 1
	Orders    int    // of a sequence, and what there is stock for: 10,000
	Tell      func(text string)
}

func (o SourcingOptions) complete() SourcingOptions {
	orElse := func(value *int, other int) {
		if *value == 0 {
			*value = other
		}
	}
	orElse(&o.Instances, 5)
	orElse(&o.Sequences, 1)
	orElse(&o.Items, 5)
	orElse(&o.Orders, 10_000)
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Tell == nil {
		o.Tell = func(string) {}
	}
	return o
}

func (o SourcingOptions) check() error {
	if o.Instances < 0 || o.Sequences < 0 || o.Orders < 0 {
		return fault.New(fault.Invalid, "the numbers of instances, sequences and orders must be above zero")
	}
	if o.Items < 0 || o.Items > instanceItems {
		return fault.At("items", fault.Invalid, "an order of the benchmark has 1 to %d items", instanceItems)
	}
	return nil
}

// SourcingReport is what Sourcing found. Rate and times are those of the strategy
// "cheapest" with prices of scarce stock that are found anew from time to time.
type SourcingReport struct {
	Name       string        `json:"name"`
	Rate       float64       `json:"rate"`  // decisions a second
	Cost       float64       `json:"cost"`  // of an order, in the unit of the instances' costs
	Limit      float64       `json:"limit"` // what an order costs at the least, whatever decides
	Ratio      float64       `json:"ratio"` // Cost / Limit
	P50        float64       `json:"p50_ms"`
	P99        float64       `json:"p99_ms"`
	Prices     float64       `json:"prices_ms"` // to find all prices, the first time
	Strategies []SourcingRow `json:"strategies"`
	Instances  int           `json:"instances"`
	Sequences  int           `json:"sequences"` // of each instance
	Orders     int           `json:"orders"`    // of each sequence
	Items      int           `json:"items_per_order"`
	Warehouses int           `json:"warehouses"`
	Seed       uint64        `json:"seed"`
}

// SourcingRow is what one way to choose warehouses came to.
type SourcingRow struct {
	Strategy string  `json:"strategy"`
	Ratio    float64 `json:"ratio"` // of what it cost to the limit
	Boxes    float64 `json:"boxes_per_order"`
	Split    float64 `json:"split"`      // part of the orders that came in more than one box
	Lost     float64 `json:"lost_units"` // part of the units that was not shipped
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
}

// Sourcing plays the same orders out of the same stock with each way to choose
// warehouses, and compares what they cost with what they cost at the least. The
// limit is computed in hindsight, of the orders that came; the prices that steer a
// strategy are computed of what a shop knows: how often what is ordered where, and
// what is left. It decides on one goroutine, so that a time is that of one decision.
func Sourcing(ctx context.Context, options SourcingOptions) (SourcingReport, error) {
	options = options.complete()
	if err := options.check(); err != nil {
		return SourcingReport{}, err
	}
	ways := ways()
	sums := make([]outcome, len(ways))
	var bound float64
	var pricing time.Duration
	for i := range options.Instances {
		if ctx.Err() != nil {
			return SourcingReport{}, ctx.Err()
		}
		random := rand.New(rand.NewPCG(options.Seed, uint64(i)))
		n := newInstance(random, options.Items, options.Orders)
		began := time.Now()
		prices := sourcing.Scarcity(n.forecast(options.Orders, n.stock.Held)).Price
		pricing += time.Since(began)
		for j := range options.Sequences {
			options.Tell(fmt.Sprintf("instance %d of %d, sequence %d of %d", i+1, options.Instances, j+1, options.Sequences))
			wishes := n.draw(random, options.Orders)
			bound += sourcing.Scarcity(n.hindsight(wishes)).Bound
			for at, way := range ways {
				if err := n.play(ctx, wishes, way, prices, &sums[at]); err != nil {
					return SourcingReport{}, err
				}
			}
		}
	}
	r := report(options, ways, sums, bound)
	r.Prices = milliseconds(pricing / time.Duration(options.Instances))
	return r, nil
}

func report(options SourcingOptions, ways []way, sums []outcome, bound float64) SourcingReport {
	r := SourcingReport{
		Name: "sourcing", Instances: options.Instances, Sequences: options.Sequences, Orders: options.Orders,
		Items: options.Items, Warehouses: instanceSites, Seed: options.Seed,
	}
	for i, way := range ways {
		sum := &sums[i]
		slices.Sort(sum.times)
		orders := float64(len(sum.times))
		row := SourcingRow{
			Strategy: way.name,
			Ratio:    float64(sum.cost) / bound,
			Boxes:    float64(sum.boxes) / orders,
			Split:    float64(sum.split) / orders,
			Lost:     float64(sum.lost) / float64(sum.units),
			P50:      milliseconds(ranked(sum.times, 50)), P99: milliseconds(ranked(sum.times, 99)),
		}
		r.Strategies = append(r.Strategies, row)
		r.Rate = orders / sum.took().Seconds() // the last way is the one that is measured
		r.Cost, r.Limit, r.Ratio = perOrder(float64(sum.cost), orders), perOrder(bound, orders), row.Ratio
		r.P50, r.P99 = row.P50, row.P99
	}
	return r
}

// perOrder turns a sum in Micros of the instances' scale into one of their costs.
func perOrder(total, orders float64) float64 { return total / orders / costScale / 1e6 }

// ranked returns the time within which so many of a hundred were, of sorted ones.
func ranked(times []time.Duration, of int) time.Duration {
	return times[max(0, (len(times)*of+99)/100-1)]
}
