package sourcing

import (
	"maps"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
)

// Shelf is a SKU at a warehouse.
type Shelf struct {
	Warehouse id.Site
	SKU       id.SKU
}

// Stock is how many units are on each shelf.
type Stock map[Shelf]int64

// Held is a Held.
func (s Stock) Held(warehouse id.Site, sku id.SKU) int64 { return s[Shelf{warehouse, sku}] }

// Take takes what a plan takes off the shelves.
func (s Stock) Take(takes []Take) {
	for _, take := range takes {
		s[Shelf{take.Warehouse, take.SKU}] -= take.Units
	}
}

// WithinDays is within how many days an order usually should arrive.
const WithinDays = 3

// Outcome is what a policy makes of a sample of orders. What it says per order is
// per order that is served.
type Outcome struct {
	Policy  Policy
	Orders  int
	Served  int            // in full
	Split   int            // into more than one parcel
	Parcels int            // of the orders served
	Cost    catalog.Micros // of the parcels, without prices of scarce stock
	Days    []int          // orders by the days until the last day of their promise; the last entry: that many or more
	Unknown int            // orders without a promise
}

// mostDays is the last entry of Outcome.Days.
const mostDays = 60

// WhatIf runs orders one after another under each policy, each with its own copy
// of the stock, and counts what comes of it. As in the shop, an order that is
// short takes nothing. What a policy ships counts as load for the orders after it.
//
// Held of the problems is not asked. It expects policies that have passed Check.
func WhatIf(policies []Policy, orders []Problem, stock Stock) []Outcome {
	outcomes := make([]Outcome, len(policies))
	for i, policy := range policies {
		t := trial{
			stock:   maps.Clone(stock),
			load:    map[shift]int{},
			outcome: Outcome{Policy: policy, Days: make([]int, mostDays+1)},
		}
		if t.stock == nil {
			t.stock = Stock{}
		}
		for _, order := range orders {
			t.place(order)
		}
		outcomes[i] = t.outcome
	}
	return outcomes
}

// shift is a day on which a warehouse hands parcels over.
type shift struct {
	warehouse id.Site
	day       date.Date
}

type trial struct {
	stock      Stock
	load       map[shift]int // parcels by their HandOff
	candidates []Candidate
	outcome    Outcome
}

func (t *trial) place(order Problem) {
	t.candidates = t.candidates[:0]
	for _, c := range order.Candidates {
		c.Load += t.load[shift{c.Code, HandOff(c.Warehouse, order.Now)}]
		t.candidates = append(t.candidates, c)
	}
	order.Candidates, order.Held = t.candidates, t.stock.Held
	plan := t.outcome.Policy.Plan(order)
	t.outcome.Orders++
	if len(plan.Short) > 0 || len(plan.Takes) == 0 {
		return
	}
	t.stock.Take(plan.Takes)
	for _, c := range t.candidates {
		if unitsFrom(plan.Takes, c.Code) > 0 {
			t.load[shift{c.Code, HandOff(c.Warehouse, order.Now)}]++
		}
	}
	t.outcome.serve(plan, date.Of(order.Now))
}

func (o *Outcome) serve(plan Plan, today date.Date) {
	o.Served++
	o.Parcels += len(plan.Parcels)
	o.Cost = plus(o.Cost, plan.Cost)
	if len(plan.Parcels) > 1 {
		o.Split++
	}
	if plan.Promise.To.IsZero() {
		o.Unknown++
		return
	}
	o.Days[min(max(int(plan.Promise.To-today), 0), mostDays)]++
}

// Short returns how many orders were not served in full.
func (o Outcome) Short() int { return o.Orders - o.Served }

// ParcelsPerOrder returns the mean number of parcels.
func (o Outcome) ParcelsPerOrder() float64 { return ratio(float64(o.Parcels), o.Served) }

// SplitRate returns the share of orders of more than one parcel.
func (o Outcome) SplitRate() float64 { return ratio(float64(o.Split), o.Served) }

// CostPerOrder returns the mean cost, rounded down.
func (o Outcome) CostPerOrder() catalog.Micros {
	return o.Cost / catalog.Micros(max(o.Served, 1))
}

// PromiseDays returns the mean number of days until the last day of the promise,
// of orders that have one; days beyond 60 count as 60.
func (o Outcome) PromiseDays() float64 {
	sum := 0
	for days, orders := range o.Days {
		sum += days * orders
	}
	return ratio(float64(sum), o.Served-o.Unknown)
}

// Within returns the share of orders whose promise ends within so many days, at
// most 59, after the order. An order without a promise is not among them.
func (o Outcome) Within(days int) float64 {
	in := 0
	for after, orders := range o.Days {
		if after <= days && after < mostDays {
			in += orders
		}
	}
	return ratio(float64(in), o.Served)
}

func ratio(sum float64, n int) float64 {
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}
