package sourcing

import (
	"time"

	"crossdock/core/catalog"
	"crossdock/core/id"
)

// Problem is all that the choice of warehouses for one order depends on.
type Problem struct {
	Demands    []Demand
	District   catalog.District // where the order goes to; its list of warehouses is not read
	Candidates []Candidate      // in the district's order, the primary one first; each warehouse once
	Held       Held             // before safety stock is taken off
	Prices     Prices           // of scarce stock; nil: none is scarce
	Now        time.Time        // the zero time: nothing is promised
}

// Candidate is a warehouse that may ship.
type Candidate struct {
	catalog.Warehouse
	Load int // parcels already promised for the day of HandOff
}

// Prices returns what one unit of a SKU at a warehouse is worth to later orders,
// on top of what it costs to ship: above zero where it is scarce, else zero.
// Prices steer the strategy "cheapest", and are no part of any plan's cost.
type Prices func(warehouse id.Site, sku id.SKU) catalog.Micros

// promised returns how many units may be promised: what is held without the
// safety stock, and never below zero.
func (p *Problem) promised(candidate *Candidate, sku id.SKU) int64 {
	held := p.Held(candidate.Code, sku)
	if held <= candidate.Safety {
		return 0
	}
	return held - max(candidate.Safety, 0)
}

func (p *Problem) price(warehouse id.Site, sku id.SKU) catalog.Micros {
	if p.Prices == nil {
		return 0
	}
	return max(p.Prices(warehouse, sku), 0)
}
