package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
	"crossdock/site/store"
)

// TestRush also runs a second time in the directory of the first, where more is
// there than is wanted.
func TestRush(t *testing.T) {
	dir := t.TempDir()
	sold := 0
	for _, c := range []struct {
		requests int
		units    int64
		want     RushReport
	}{
		{400, 50, RushReport{Sold: 50, Short: 350, Books: Shares{Promised: 50, Allocated: 50}}},
		{30, 32, RushReport{Sold: 30, Books: Shares{Promised: 30, Allocated: 30, Held: 2, Quota: 2}}},
	} {
		options := Options{Dir: dir, Time: time.Minute, Callers: 16, memory: true}
		got, err := Rush(t.Context(), RushOptions{Options: options, Requests: c.requests, Units: c.units})
		if err != nil {
			t.Fatal(err)
		}
		c.want.Requests, c.want.Units, c.want.Audit, c.want.Findings = c.requests, c.units, "right", []string{}
		timed := cmpopts.IgnoreFields(RushReport{}, "Figures", "Seconds", "PerCommit", "Drain", "AuditTook", "DiskBytes", "Machine")
		if diff := cmp.Diff(c.want, got, timed); diff != "" || !got.Right() {
			t.Errorf("want (-), got (+):\n%s", diff)
		}
		if got.Name != "rush" || got.Limit != float64(c.requests)/60 || got.Rate <= got.Limit || got.P50 <= 0 || got.P50 > got.P99 ||
			got.Seconds <= 0 || got.DiskBytes < 100_000 || got.Machine.Before != sold {
			t.Errorf("the figures are %+v", got)
		}
		sold += c.requests
	}
}

func TestRushOptions(t *testing.T) {
	right := RushOptions{Options: Options{Dir: "none", Time: time.Second}, Requests: 1, Units: 1}
	for what, spoil := range map[string]func(*RushOptions){
		"requests": func(o *RushOptions) { o.Requests = 0 },
		"units":    func(o *RushOptions) { o.Units = 0 },
		"time":     func(o *RushOptions) { o.Time = 0 },
		"HTTP":     func(o *RushOptions) { o.HTTP = true },
		"dir":      func(o *RushOptions) { o.Dir = "" },
	} {
		options := right
		spoil(&options)
		if _, err := Rush(t.Context(), options); !fault.Is(err, fault.Invalid) {
			t.Errorf("wrong %s: %v", what, err)
		}
	}
}

// TestRushJudges gives one wrong figure after the other, and finds each.
func TestRushJudges(t *testing.T) {
	options := RushOptions{Options: Options{Time: 10 * time.Second}, Requests: 100, Units: 10}
	right := RushReport{Figures: Figures{Ratio: 1}, Requests: 100, Sold: 10, Short: 90, Books: Shares{Promised: 10, Allocated: 10}, Seconds: 10}
	for want, spoil := range map[string]func(*RushReport){
		"":                                       func(*RushReport) {},
		"requests answered in time: 99, not 100": func(r *RushReport) { r.Requests-- },
		"answered by an order that stands: 11, not 10": func(r *RushReport) { r.Sold++ },
		"answered that a unit is missing: 89, not 90":  func(r *RushReport) { r.Short-- },
		"answered in another way: 1, not 0":            func(r *RushReport) { r.Other++ },
		"units promised by the store: 11, not 10":      func(r *RushReport) { r.Books.Promised++ },
		"units held by the store: 1, not 0":            func(r *RushReport) { r.Books.Held++ },
		"units allocated by the warehouses: 9, not 10": func(r *RushReport) { r.Books.Allocated-- },
		"units that are the store's quota: 1, not 0":   func(r *RushReport) { r.Books.Quota++ },
		"units free at the warehouses: 1, not 0":       func(r *RushReport) { r.Books.Available++ },
		"all were answered after 12.5 s, not 10.0 s":   func(r *RushReport) { r.Seconds, r.Ratio = 12.5, 0.8 },
	} {
		report := right
		spoil(&report)
		report.judge(options)
		if got := strings.Join(report.Findings, "; "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestRushCounts holds answers against what they must say in full.
func TestRushCounts(t *testing.T) {
	placed := store.Placement{Order: order.Order{Status: order.Placed, Fulfillments: make([]order.Fulfillment, 1)}}
	voided := store.Placement{
		Order: order.Order{Status: order.Voided}, Short: []sourcing.Shortage{{SKU: "A", Ordered: 1, Missing: 1}},
	}
	type counts struct{ Sold, Short, Other int64 }
	for what, c := range map[string]struct {
		answer store.Placement
		spoil  func(*store.Placement)
		want   counts
	}{
		"a sale":                      {placed, func(*store.Placement) {}, counts{Sold: 1}},
		"nobody ships it":             {placed, func(p *store.Placement) { p.Order.Fulfillments = nil }, counts{Other: 1}},
		"the key was known":           {placed, func(p *store.Placement) { p.Repeat = true }, counts{Other: 1}},
		"it stands, and is short":     {placed, func(p *store.Placement) { p.Short = voided.Short }, counts{Other: 1}},
		"a refusal":                   {voided, func(*store.Placement) {}, counts{Short: 1}},
		"a refusal without a reason":  {voided, func(p *store.Placement) { p.Short = nil }, counts{Other: 1}},
		"a refusal for another thing": {voided, func(p *store.Placement) { p.Short = []sourcing.Shortage{{SKU: "B", Ordered: 1, Missing: 1}} }, counts{Other: 1}},
		"a refusal of too much":       {voided, func(p *store.Placement) { p.Short = []sourcing.Shortage{{SKU: "A", Ordered: 2, Missing: 1}} }, counts{Other: 1}},
	} {
		c.spoil(&c.answer)
		var told answers
		told.count(c.answer, id.SKU("A"))
		if got := (counts{told.sold.Load(), told.short.Load(), told.other.Load()}); got != c.want {
			t.Errorf("%s: got %+v, want %+v", what, got, c.want)
		}
	}
}
