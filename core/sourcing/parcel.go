package sourcing

import (
	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/order"
)

// Parcel is what one warehouse ships of a plan.
type Parcel struct {
	Warehouse id.Site
	Units     int64
	ShipOn    date.Date // when it is handed to the carrier; zero: nobody knows
	Promise   order.Promise
	Cost      catalog.Micros
}

// add counts a parcel into the plan.
func (p *Plan) add(parcel Parcel) {
	p.Promise = together(p.Promise, parcel.Promise, len(p.Parcels) == 0)
	p.Cost = plus(p.Cost, parcel.Cost)
	p.Parcels = append(p.Parcels, parcel)
}

// together returns when all is there: the first parcel alone says when it is.
func together(all, next order.Promise, first bool) order.Promise {
	if first {
		return next
	}
	return all.Later(next)
}

func (s *site) parcel(units int64) Parcel {
	return Parcel{
		Warehouse: s.Code,
		Units:     units,
		ShipOn:    s.shipOn,
		Promise:   s.promise,
		Cost:      plus(s.PerBox, times(s.unit, units)),
	}
}
