package date_test

import (
	"testing"
	"time"

	"crossdock/core/date"
	"crossdock/core/fault"
)

func TestDate(t *testing.T) {
	for _, test := range []struct {
		text string
		want date.Date
		ok   bool
	}{
		{"", 0, true},
		{"1970-01-01", 1, true},
		{"1970-01-02", 2, true},
		{"2024-02-29", 19783, true},
		{"2026-11-21", 20779, true},
		{"1969-12-31", 0, false},
		{"2025-02-29", 0, false},
		{"2026-1-2", 0, false},
		{"21.11.2026", 0, false},
		{"2026-11-21T00:00:00Z", 0, false},
	} {
		got, err := date.Parse(test.text)
		if got != test.want || (err == nil) != test.ok || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("Parse(%q) = %d, %v; want %d, ok %v", test.text, got, err, test.want, test.ok)
		}
		if test.ok && got.String() != test.text {
			t.Errorf("%q came back as %q", test.text, got)
		}
	}
}

func TestOfAgreesWithTheCalendar(t *testing.T) {
	for at := time.Date(2023, 12, 25, 0, 0, 0, 0, time.UTC); at.Year() < 2029; at = at.Add(7 * time.Hour) {
		d := date.Of(at)
		if d.String() != at.Format(time.DateOnly) || d.Weekday() != at.Weekday() || date.Of(d.Start()) != d {
			t.Fatalf("%s is %s, a %s", at, d, d.Weekday())
		}
	}
	if got := date.Of(time.Unix(-1, 0)); !got.IsZero() || got.Start() != (time.Time{}) || got.Add(3) != 0 {
		t.Errorf("before 1970 is %d", got)
	}
}

func TestDays(t *testing.T) {
	saturday, err := date.Parse("2026-11-21")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		days string
		want date.Date
	}{
		{"sat", saturday},
		{"mon,tue,wed,thu,fri", saturday + 2},
		{"fri", saturday + 6},
		{"", saturday},
	} {
		days, err := date.ParseDays(test.days)
		if err != nil || days.String() != test.days {
			t.Fatalf("ParseDays(%q) = %q, %v", test.days, days, err)
		}
		if got := days.Next(saturday); got != test.want {
			t.Errorf("%q from %s: %s, want %s", test.days, saturday, got, test.want)
		}
	}
	if _, err := date.ParseDays("mon,someday"); !fault.Is(err, fault.Invalid) {
		t.Errorf("someday: %v", err)
	}
	if date.Workdays.String() != "mon,tue,wed,thu,fri" || date.Week.String() != "mon,tue,wed,thu,fri,sat,sun" {
		t.Errorf("%s, %s", date.Workdays, date.Week)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("2026-11-21")
	f.Add("0000-00-00")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := date.Parse(text)
		if err == nil && d.String() != text {
			t.Errorf("%q came back as %q", text, d)
		}
	})
}
