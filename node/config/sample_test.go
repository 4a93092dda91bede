package config

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSampleUncommentedIsTheDefault(t *testing.T) {
	text := regexp.MustCompile(`(?m)^( *)#([a-z_]+:|  )`).ReplaceAllString(string(SampleFile()), "$1$2")
	got := load(t, text, nil)
	if len(got.Districts) != 2 {
		t.Errorf("the example has %d districts", len(got.Districts))
	}
	want := Default(home)
	got.Districts = want.Districts
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%s", diff, text)
	}
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
