package sourcing

import (
	"math/bits"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/order"
)

// How long parcels travel. A carrier names a day, and people plan with a range.
const (
	nearby       = 300_000   // meters that take one day
	perDay       = 500_000   // meters, or a part of them, that take a day more
	unknownDays  = 2         // days where nobody knows the distance
	farAway      = 1_000_000 // meters beyond which the range is a day wider
	deliveryDays = date.Week &^ (1 << time.Sunday)
)

// LookBack is how many days Backlog goes back. What is older than that was handed
// over, or is in trouble of another kind.
const LookBack = 60

// HandOff returns the day on which a warehouse gives an order of this moment to
// the carrier, if its capacity allows: the cut-off, the working days and the
// handling time are in it. It is the day that Candidate.Load speaks of. No
// moment has no day.
func HandOff(warehouse catalog.Warehouse, now time.Time) date.Date {
	day := date.Of(now)
	midnight := day.Start()
	if warehouse.CutOff > 0 && !midnight.IsZero() && now.Sub(midnight) > warehouse.CutOff {
		day = day.Add(1)
	}
	return handled(warehouse, day)
}

// Arrival returns when a candidate hands an order of this moment to the carrier,
// and when it arrives in the district. A warehouse that has promised as many
// parcels as it can ship in a day ships a working day later, for each such day.
func Arrival(c Candidate, district catalog.District, now time.Time) (shipOn date.Date, promise order.Promise) {
	shipOn = shipping(&c, now)
	meters, known := catalog.Meters(c.Place, district.Place)
	return shipOn, onTheWay(shipOn, meters, known)
}

func shipping(c *Candidate, now time.Time) date.Date {
	day := HandOff(c.Warehouse, now)
	if c.Capacity > 0 {
		day = workdaysAfter(c.Workdays, day, max(c.Load, 0)/c.Capacity)
	}
	return day
}

// Backlog returns how many parcels that were to be handed over before a day are left
// for it, as each working day takes no more than the warehouse's capacity. The
// parcels are those of each day, by HandOff. Without a capacity nothing is left.
func Backlog(warehouse catalog.Warehouse, on date.Date, parcels func(day date.Date) int) int {
	if warehouse.Capacity <= 0 || on.IsZero() {
		return 0
	}
	days, left := warehouse.Workdays, 0
	for day := on.Add(-LookBack); day < on; day = day.Add(1) {
		if left += max(parcels(day), 0); left > 0 && (days&date.Week == 0 || days.Has(day)) {
			left = max(left-warehouse.Capacity, 0)
		}
	}
	return left
}

// ArrivalFrom is Arrival for stock that comes in on a day: there is no cut-off,
// and the load of the next hand-off says nothing of that day. No day gives no
// promise.
func ArrivalFrom(day date.Date, c Candidate, district catalog.District) (shipOn date.Date, promise order.Promise) {
	shipOn = handled(c.Warehouse, day)
	meters, known := catalog.Meters(c.Place, district.Place)
	return shipOn, onTheWay(shipOn, meters, known)
}

// handled returns the working day on which work begun on a day, or on the first
// working day after it, is done.
func handled(warehouse catalog.Warehouse, day date.Date) date.Date {
	if day.IsZero() {
		return 0
	}
	return workdaysAfter(warehouse.Workdays, warehouse.Workdays.Next(day), warehouse.Handling)
}

// workdaysAfter returns the n-th working day after a working day.
func workdaysAfter(days date.Days, day date.Date, n int) date.Date {
	if day.IsZero() || n <= 0 {
		return day
	}
	if days == 0 {
		days = date.Week
	}
	weekly := bits.OnesCount8(uint8(days & date.Week))
	day = day.Add(n / weekly * 7)
	for range n % weekly {
		day = days.Next(day.Add(1))
	}
	return day
}

// onTheWay returns the days on which a parcel arrives. It travels every day, and
// is delivered from Monday to Saturday.
func onTheWay(shipOn date.Date, meters float64, known bool) order.Promise {
	if shipOn.IsZero() {
		return order.Promise{}
	}
	from := deliveryDays.Next(shipOn.Add(transitDays(meters, known)))
	to := deliveryDays.Next(from.Add(1))
	if known && meters > farAway {
		to = deliveryDays.Next(to.Add(1))
	}
	return order.Promise{From: from, To: to}
}

func transitDays(meters float64, known bool) int {
	if !known {
		return unknownDays
	}
	days, reach := 1, float64(nearby)
	for reach < meters {
		days, reach = days+1, reach+perDay
	}
	return days
}
