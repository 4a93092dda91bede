// Package date is the day of a calendar, without a time of day or a zone: what a
// delivery is promised for, what a supplier announces, when a preorder is
// released. It knows the days of the week, and no holidays.
//
// Start reading at Date.
package date

import (
	"strings"
	"time"

	"crossdock/core/fault"
)

// Date counts days from 1970-01-01, which is 1; zero is no date. Dates are
// compared by <.
type Date int32

const (
	layout = time.DateOnly
	perDay = 24 * 60 * 60
)

// Of returns the day of a moment in UTC. Days before 1970-01-01, which no shop
// speaks of, are no date.
func Of(at time.Time) Date {
	if at.Unix() < 0 {
		return 0
	}
	return Date(at.Unix()/perDay) + 1
}

// Parse reads a date such as 2026-11-21; empty is no date.
func Parse(text string) (Date, error) {
	if text == "" {
		return 0, nil
	}
	at, err := time.Parse(layout, text)
	if err != nil || at.Year() < 1970 || len(text) != len(layout) {
		return 0, fault.New(fault.Invalid, "%s is no date: want one such as 2026-11-21", fault.Quote(text))
	}
	return Of(at), nil
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d <= 0 }

// Start returns the first moment of the day, in UTC; of no date, the zero time.
func (d Date) Start() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Unix(int64(d-1)*perDay, 0).UTC()
}

// Add returns the day so many days later; no date stays none.
func (d Date) Add(days int) Date {
	if d.IsZero() {
		return 0
	}
	return d + Date(days)
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.Start().Weekday() }

// String returns the date as 2026-11-21; no date is empty.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Start().Format(layout)
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = Parse(string(text))
	return err
}

// Days is a set of days of the week: bit 1<<time.Weekday.
type Days uint8

// Week is every day; Workdays is Monday to Friday.
const (
	Week     Days = 1<<7 - 1
	Workdays Days = Week &^ (1<<time.Sunday | 1<<time.Saturday)
)

var names = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ParseDays reads names of days such as "mon,tue,wed"; empty is no day.
func ParseDays(text string) (Days, error) {
	var days Days
	for name := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		i := indexOf(name)
		if i < 0 {
			return 0, fault.New(fault.Invalid, "%s is no day of the week: want mon, tue, wed, thu, fri, sat or sun", fault.Quote(name))
		}
		days |= 1 << i
	}
	return days, nil
}

func indexOf(name string) int {
	for i, known := range names {
		if strings.EqualFold(name, known) {
			return i
		}
	}
	return -1
}

// Has reports whether the day of d is in the set.
func (s Days) Has(d Date) bool { return s&(1<<d.Weekday()) != 0 }

// String returns the names, Monday first, such as "mon,tue".
func (s Days) String() string {
	var in []string
	for i := range names {
		if day := (i + 1) % len(names); s&(1<<day) != 0 {
			in = append(in, names[day])
		}
	}
	return strings.Join(in, ",")
}

// MarshalText implements encoding.TextMarshaler.
func (s Days) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Days) UnmarshalText(text []byte) (err error) {
	*s, err = ParseDays(string(text))
	return err
}

// Next returns the first day from d on that is in the set; where the set is
// empty, d itself.
func (s Days) Next(d Date) Date {
	for range names {
		if s.Has(d) {
			return d
		}
		d++
	}
	return d - Date(len(names))
}
