package sourcing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/order"
	"crossdock/core/sourcing"
)

// TestArrival: 2026-11-23 is a Monday. Distances go straight north from the
// equator, 111.2 km a degree.
func TestArrival(t *testing.T) {
	center := catalog.District{Place: catalog.Place{Longitude: 1}}
	north := func(km float64) catalog.Place { return catalog.Place{Latitude: km / 111.1951, Longitude: 1} }
	weekdays := func(c sourcing.Candidate) sourcing.Candidate { c.Workdays = date.Workdays; return c }
	with := func(w catalog.Warehouse, load int) sourcing.Candidate {
		return sourcing.Candidate{Warehouse: w, Load: load}
	}
	for name, c := range map[string]struct {
		now              string
		candidate        sourcing.Candidate
		shipOn, from, to string
	}{
		"no limits, unknown way":         {"2026-11-23 10:00", with(catalog.Warehouse{}, 9), "2026-11-23", "2026-11-25", "2026-11-26"},
		"at the cut-off":                 {"2026-11-23 14:00", with(catalog.Warehouse{CutOff: 14 * time.Hour}, 0), "2026-11-23", "2026-11-25", "2026-11-26"},
		"after the cut-off":              {"2026-11-23 14:01", with(catalog.Warehouse{CutOff: 14 * time.Hour}, 0), "2026-11-24", "2026-11-26", "2026-11-27"},
		"after the cut-off of Friday":    {"2026-11-27 14:01", weekdays(with(catalog.Warehouse{CutOff: 14 * time.Hour}, 0)), "2026-11-30", "2026-12-02", "2026-12-03"},
		"after the cut-off, on Saturday": {"2026-11-28 23:00", weekdays(with(catalog.Warehouse{CutOff: 14 * time.Hour}, 0)), "2026-11-30", "2026-12-02", "2026-12-03"},
		"handled over the weekend":       {"2026-11-26 10:00", weekdays(with(catalog.Warehouse{Handling: 2}, 0)), "2026-11-30", "2026-12-02", "2026-12-03"},
		"handled for two weeks":          {"2026-11-26 10:00", weekdays(with(catalog.Warehouse{Handling: 11}, 0)), "2026-12-11", "2026-12-14", "2026-12-15"},
		"handled every day":              {"2026-11-27 10:00", with(catalog.Warehouse{Handling: 2}, 0), "2026-11-29", "2026-12-01", "2026-12-02"},
		"one parcel left":                {"2026-11-27 10:00", weekdays(with(catalog.Warehouse{Capacity: 5}, 4)), "2026-11-27", "2026-11-30", "2026-12-01"},
		"no parcel left":                 {"2026-11-27 10:00", weekdays(with(catalog.Warehouse{Capacity: 5}, 5)), "2026-11-30", "2026-12-02", "2026-12-03"},
		"nor on the next day":            {"2026-11-27 10:00", weekdays(with(catalog.Warehouse{Capacity: 5}, 10)), "2026-12-01", "2026-12-03", "2026-12-04"},
		"in town":                        {"2026-11-23 10:00", with(catalog.Warehouse{Place: north(0)}, 0), "2026-11-23", "2026-11-24", "2026-11-25"},
		"299 km":                         {"2026-11-23 10:00", with(catalog.Warehouse{Place: north(299)}, 0), "2026-11-23", "2026-11-24", "2026-11-25"},
		"301 km":                         {"2026-11-23 10:00", with(catalog.Warehouse{Place: north(301)}, 0), "2026-11-23", "2026-11-25", "2026-11-26"},
		"799 km":                         {"2026-11-23 10:00", with(catalog.Warehouse{Place: north(799)}, 0), "2026-11-23", "2026-11-25", "2026-11-26"},
		"999 km":                         {"2026-11-23 10:00", with(catalog.Warehouse{Place: north(999)}, 0), "2026-11-23", "2026-11-26", "2026-11-27"},
		"1,001 km":                       {"2026-11-23 10:00", with(catalog.Warehouse{Place: north(1001)}, 0), "2026-11-23", "2026-11-26", "2026-11-28"},
		"a wide range over Sunday":       {"2026-11-25 10:00", with(catalog.Warehouse{Place: north(1001)}, 0), "2026-11-25", "2026-11-28", "2026-12-01"},
		"a range over Sunday":            {"2026-11-27 10:00", with(catalog.Warehouse{Place: north(1)}, 0), "2026-11-27", "2026-11-28", "2026-11-30"},
		"on the way on Sunday":           {"2026-11-28 10:00", with(catalog.Warehouse{Place: north(1)}, 0), "2026-11-28", "2026-11-30", "2026-12-01"},
		"before there were days":         {"1969-12-31 23:00", with(catalog.Warehouse{CutOff: time.Hour, Handling: 3, Capacity: 1}, 2), "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			now, err := time.Parse("2006-01-02 15:04", c.now)
			if err != nil {
				t.Fatal(err)
			}
			shipOn, promise := sourcing.Arrival(c.candidate, center, now)
			want := []string{c.shipOn, c.from, c.to}
			if diff := cmp.Diff(want, []string{shipOn.String(), promise.From.String(), promise.To.String()}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestArrivalFrom: what comes in on a Saturday is handled from Monday on.
func TestArrivalFrom(t *testing.T) {
	c := sourcing.Candidate{
		Warehouse: catalog.Warehouse{Workdays: date.Workdays, Handling: 1, CutOff: time.Nanosecond, Capacity: 1}, Load: 100,
	}
	shipOn, promise := sourcing.ArrivalFrom(date.Of(saturday), c, leeds)
	if got := shipOn.String() + " " + promise.From.String() + " " + promise.To.String(); got != "2026-11-24 2026-11-26 2026-11-27" {
		t.Errorf("arrives %s", got)
	}
	if shipOn, promise := sourcing.ArrivalFrom(0, c, leeds); shipOn != 0 || promise != (order.Promise{}) {
		t.Errorf("on no day: ships on %s, promises %v", shipOn, promise)
	}
}

// TestHandOffAgainstTheCalendar goes day by day.
func TestHandOffAgainstTheCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := catalog.Warehouse{
			Workdays: date.Days(rapid.IntRange(0, int(date.Week)).Draw(t, "workdays")),
			Handling: rapid.IntRange(0, 40).Draw(t, "handling"),
			CutOff:   time.Duration(rapid.IntRange(0, 23).Draw(t, "cut-off")) * time.Hour,
		}
		now := saturday.Add(time.Duration(rapid.IntRange(0, 14*24*60).Draw(t, "minutes")) * time.Minute)
		works := func(day time.Time) bool { return w.Workdays == 0 || w.Workdays.Has(date.Of(day)) }
		day, left := now.Truncate(24*time.Hour), w.Handling
		if w.CutOff > 0 && now.After(day.Add(w.CutOff)) {
			day = day.Add(24 * time.Hour)
		}
		for ; !works(day) || left > 0; day = day.Add(24 * time.Hour) {
			if works(day) {
				left--
			}
		}
		if got := sourcing.HandOff(w, now); got != date.Of(day) {
			t.Fatalf("handed off on %s; want %s", got, date.Of(day))
		}
	})
}
