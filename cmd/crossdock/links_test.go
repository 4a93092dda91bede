package main

import (
	"testing"

	"crossdock/api"
)

// TestLinkState: one word for what an operator is to know first.
func TestLinkState(t *testing.T) {
	for want, link := range map[string]api.Link{
		"up":                {Connected: true, Verdict: "nothing"},
		"behind":            {Connected: true, Verdict: "apply", Lag: 3},
		"down":              {Verdict: "nothing"},
		"down (1 failure)":  {Verdict: "apply", Failures: 1},
		"down (7 failures)": {Verdict: "restored", Failures: 7, Breaker: "open"},
		"cut":               {Cut: true, Verdict: "refused", Failures: 7},
		"refused":           {Verdict: "refused", Failures: 7},
		"restored":          {Connected: true, Verdict: "restored"},
		"parted":            {Connected: true, Verdict: "parted", Lag: 2},
	} {
		if got := linkState(link); got != want {
			t.Errorf("%+v is called %q, want %q", link, got, want)
		}
	}
	for want, seconds := range map[string]float64{"0s": 0, "1.2s": 1.23, "1h0m0s": 3600} {
		if got := age(seconds); got != want {
			t.Errorf("%v seconds are called %q, want %q", seconds, got, want)
		}
	}
}
