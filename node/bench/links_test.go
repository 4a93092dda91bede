package bench

import (
	"testing"

	"crossdock/core/fault"
)

// TestLinks drains what has piled up while the links were cut; every order was taken.
func TestLinks(t *testing.T) {
	o := small(t)
	report, err := Links(t.Context(), LinksOptions{Options: o, Rate: 200, Events: 300})
	if err != nil {
		t.Fatal(err)
	}
	if report.Name != "links" || report.Limit != 200 || report.Rate <= 0 || report.P50 <= 0 || report.P99 < report.P50 {
		t.Errorf("%+v", report.Figures)
	}
	if l := report.Lag; l.Orders < 2 || l.P50 <= 0 || l.P99 < l.P50 {
		t.Errorf("%+v", l)
	}
	if c := report.Cut; c.Orders < 2 || c.Accepted != c.Orders || c.RatioP99 <= 0 {
		t.Errorf("%+v", c)
	}
	if b := report.Backlog; b.Events < 300 || b.Applied <= 0 || b.Rest < b.Applied || b.PerS <= 0 {
		t.Errorf("%+v", b)
	}
	proved(t, o, report.Lag.Orders+report.Cut.Accepted)
}

func TestLinksRefused(t *testing.T) {
	for _, options := range []LinksOptions{{Options: small(t), Rate: -1}, {Options: small(t), Events: -1}, {}} {
		if _, err := Links(t.Context(), options); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", options, err)
		}
	}
}
