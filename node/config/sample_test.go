package config

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/catalog"
	"crossdock/core/date"
)

func TestSampleUncommentedIsTheDefault(t *testing.T) {
	text := regexp.MustCompile(`(?m)^( *)#([a-z_]+:|  )`).ReplaceAllString(string(SampleFile()), "$1$2")
	got := load(t, text, nil)
	if len(got.Districts) != 2 || !got.Districts[0].Place.Known() {
		t.Errorf("the example has the districts %+v", got.Districts)
	}
	if diff := cmp.Diff([]catalog.Warehouse{exampleProfile, {Code: "wh2"}}, got.Warehouses.Profiles); diff != "" {
		t.Error(diff)
	}
	want := Default(home)
	got.Districts, got.Warehouses.Profiles = want.Districts, want.Warehouses.Profiles
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%s", diff, text)
	}
}

// exampleProfile is what the sample file shows.
var exampleProfile = catalog.Warehouse{
	Code: "wh1", Name: "The Warehouse on the Hill", Place: catalog.Place{Latitude: 53.48, Longitude: -2.24},
	CutOff: 15 * time.Hour, Workdays: date.Workdays, Handling: 1, Capacity: 500, Safety: 2,
	PerBox: 3_500_000, PerUnit: 200_000, PerKm: 4_000,
}

func TestSampleAsItIsIsTheDefault(t *testing.T) {
	if diff := cmp.Diff(Default(home), load(t, string(SampleFile()), nil)); diff != "" {
		t.Error(diff)
	}
}

func TestSampleTellsEverySetting(t *testing.T) {
	sample := string(SampleFile())
	for _, s := range settings(Default(home)) {
		if s.doc == "" {
			t.Errorf("%s has no doc", s.path)
		}
		if !strings.Contains(sample, "#"+last(s.path)+":") || !s.fileOnly() && !strings.Contains(sample, s.env()) {
			t.Errorf("the sample does not tell %s", s.path)
		}
	}
	for i, line := range strings.Split(sample, "\n") {
		if len(line) > 80 {
			t.Errorf("line %d is longer than 80 characters: %s", i+1, line)
		}
	}
}
