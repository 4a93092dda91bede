package page

import (
	"net/url"
	"testing"
	"time"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567", -100: "-100"} {
		if got := number(n); got != want {
			t.Errorf("number(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 0: "0 s", 40 * time.Millisecond: "40 ms", time.Microsecond: "1 ms", 1500 * time.Millisecond: "1.5 s",
		59 * time.Second: "59 s", 200 * time.Second: "3 min 20 s", 9 * time.Minute: "9 min", 125 * time.Minute: "2 h 5 min", 99 * time.Hour: "4 d 3 h",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestClockShowsTheDateWhenItMatters(t *testing.T) {
	now := time.Date(2026, 3, 13, 12, 40, 0, 0, time.UTC)
	for _, test := range []struct {
		at   time.Time
		want string
	}{
		{now.Add(-9 * time.Minute), "12:31"},
		{now.Add(-24 * time.Hour), "12 Mar, 12:40"},
		{now.AddDate(-1, 0, 0), "13 Mar 2025, 12:40"},
		// Half past eleven in the evening there is still today in its own zone.
		{time.Date(2026, 3, 13, 0, 30, 0, 0, time.FixedZone("", 2*3600)), "00:30"},
	} {
		if got := clock(test.at, now); got != test.want {
			t.Errorf("clock(%v) = %q, want %q", test.at, got, test.want)
		}
	}
	if got := clock(now, time.Time{}); got != "13 Mar 2026, 12:40" {
		t.Errorf("without a present, clock = %q", got)
	}
}

func TestProductURLKeepsEverySKU(t *testing.T) {
	for _, sku := range []string{"22423", "T/88 B", "L+20", "a.b_c-d", "50%"} {
		parsed, err := url.Parse(string(ProductURL(sku)))
		if err != nil || parsed.RawQuery != "" {
			t.Fatalf("%q: %v", sku, err)
		}
		if parsed.Path != "/product/"+sku {
			t.Errorf("%q comes back as %q", sku, parsed.Path)
		}
	}
}

func TestCatalogURL(t *testing.T) {
	for _, test := range []struct {
		filter CatalogFilter
		want   string
	}{
		{CatalogFilter{}, "/catalog"},
		{CatalogFilter{Sort: SortName, Page: 1}, "/catalog"},
		{CatalogFilter{Type: "home decor", Query: "a&b", Sort: SortDearest, Page: 3}, "/catalog?page=3&q=a%26b&sort=price-desc&type=home+decor"},
		{CatalogFilter{Type: "toys", Query: "x", Page: 3}.within("kitchen", "baking"), "/catalog?category=baking&q=x&type=kitchen"},
	} {
		if got := string(test.filter.URL()); got != test.want {
			t.Errorf("%+v is at %q, want %q", test.filter, got, test.want)
		}
	}
}

func TestSteps(t *testing.T) {
	for status, want := range map[string]string{
		"placed": "now next next next", "backordered": "now next next next", "ready": "done now next next",
		"sent": "done done now next", "delivered": "done done done done", "voided": "", "returned": "",
	} {
		got := ""
		for i, step := range steps(status) {
			if i > 0 {
				got += " "
			}
			got += step.state
		}
		if got != want {
			t.Errorf("the steps of %s are %q, want %q", status, got, want)
		}
	}
}
