package catalog

import (
	"math"
	"time"

	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
)

// Place is a point on the globe, in degrees. The zero Place is unknown: no shop
// delivers to the sea off Ghana.
type Place struct {
	Latitude  float64 `json:"latitude" koanf:"latitude"`
	Longitude float64 `json:"longitude" koanf:"longitude"`
}

// Known reports whether the place is one.
func (p Place) Known() bool { return p != Place{} }

func (p Place) check() error {
	if math.IsNaN(p.Latitude) || p.Latitude < -90 || p.Latitude > 90 {
		return fault.At("latitude", fault.Invalid, "the latitude %g is not between -90 and 90", p.Latitude)
	}
	if math.IsNaN(p.Longitude) || p.Longitude < -180 || p.Longitude > 180 {
		return fault.At("longitude", fault.Invalid, "the longitude %g is not between -180 and 180", p.Longitude)
	}
	return nil
}

// earthRadius is the mean radius of the earth, in meters (IUGG).
const earthRadius = 6_371_008.8

// Meters returns the distance between two places along the great circle
// (haversine), and false where one of them is unknown.
func Meters(a, b Place) (float64, bool) {
	if !a.Known() || !b.Known() {
		return 0, false
	}
	const radian = math.Pi / 180
	dLat := (b.Latitude - a.Latitude) * radian / 2
	dLong := (b.Longitude - a.Longitude) * radian / 2
	h := math.Sin(dLat)*math.Sin(dLat) +
		math.Cos(a.Latitude*radian)*math.Cos(b.Latitude*radian)*math.Sin(dLong)*math.Sin(dLong)
	return 2 * earthRadius * math.Asin(math.Min(1, math.Sqrt(h))), true
}

// Micros is a cost in millionths of the shop's currency unit: fine enough for the
// cost of one unit over one kilometer.
type Micros int64

// Warehouse is what the choice of warehouses needs to know of one, besides its
// stock. The zero value of each field puts no limit and costs nothing.
type Warehouse struct {
	Code     id.Site       `json:"code" koanf:"code"`
	Name     string        `json:"name,omitempty" koanf:"name"`
	Place    Place         `json:"place,omitzero" koanf:"place"`
	CutOff   time.Duration `json:"cut_off,omitempty" koanf:"cut_off"`   // after midnight UTC: what is ordered until then leaves that day; 0: at any time
	Workdays date.Days     `json:"workdays,omitempty" koanf:"workdays"` // on which parcels leave; none: every day
	Handling int           `json:"handling,omitempty" koanf:"handling"` // working days from order to hand-off
	Capacity int           `json:"capacity,omitempty" koanf:"capacity"` // parcels a day; 0: no limit
	Safety   int64         `json:"safety,omitempty" koanf:"safety"`     // units of each SKU that are not promised
	PerBox   Micros        `json:"per_box,omitempty" koanf:"per_box"`   // cost of a parcel
	PerUnit  Micros        `json:"per_unit,omitempty" koanf:"per_unit"` // cost of a unit in it
	PerKm    Micros        `json:"per_km,omitempty" koanf:"per_km"`     // cost of a unit and kilometer
}

// Check reports the first rule that w breaks, as fault.Invalid with its field.
func (w Warehouse) Check() error {
	if _, err := id.ParseSite(string(w.Code)); err != nil {
		return at("code", err)
	}
	if err := CheckLine("name", w.Name, 0, MaxLabel); err != nil {
		return err
	}
	if err := w.Place.check(); err != nil {
		return err
	}
	if w.CutOff < 0 || w.CutOff >= 24*time.Hour {
		return fault.At("cut_off", fault.Invalid, "the cut-off %s is not a time of the day", w.CutOff)
	}
	if w.Workdays > date.Week {
		return fault.At("workdays", fault.Invalid, "the working days are not days of the week")
	}
	for _, limit := range []struct {
		field       string
		value, most int64
	}{
		{"handling", int64(w.Handling), 365},
		{"capacity", int64(w.Capacity), 1_000_000_000},
		{"safety", w.Safety, 1_000_000_000},
		{"per_box", int64(w.PerBox), 1e12},
		{"per_unit", int64(w.PerUnit), 1e12},
		{"per_km", int64(w.PerKm), 1e9},
	} {
		if limit.value < 0 || limit.value > limit.most {
			return fault.At(limit.field, fault.Invalid, "the %s of %s is not between 0 and %d", limit.field, w.Code, limit.most)
		}
	}
	return nil
}
