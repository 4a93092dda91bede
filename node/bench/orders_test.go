package bench

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/node"
)

// small is a measurement that says nothing about the machine.
func small(t *testing.T) Options {
	return Options{Dir: t.TempDir(), Time: 200 * time.Millisecond, Rounds: 2, Callers: 8, skus: 40, memory: true}
}

// sane fails where the figures cannot be those of a run.
func sane(t *testing.T, f Figures, l Load) {
	t.Helper()
	if f.Rate <= 0 || f.Limit <= 0 || f.Ratio != f.Rate/f.Limit || f.P50 <= 0 || f.P99 < f.P50 {
		t.Errorf("figures: %+v", f)
	}
	if l.Orders < 2 || len(l.Rates) != 2 || l.PerCommit < 1 || l.PerCommit > 8 || l.Commits <= 0 || l.CPU <= 0 {
		t.Errorf("load: %+v", l)
	}
}

// proved audits what a measurement has left behind: it is a shop like any other.
func proved(t *testing.T, o Options, least int) {
	t.Helper()
	again, err := openRig(t.Context(), o.complete()) // the warehouses catch up
	if err != nil {
		t.Fatal(err)
	}
	if err := again.close(); err != nil {
		t.Fatal(err)
	}
	report, err := node.AuditFiles(t.Context(), dataOf(o))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		t.Errorf("invariant %d at %s: %s %s", f.Invariant, f.Site, f.Row, f.Text)
	}
	for _, site := range report.Sites {
		if site.Unread > 0 || site.Parked > 0 || site.Site == "store" && site.Orders < least {
			t.Errorf("%+v, of %d orders", site, least)
		}
	}
}

func TestOrders(t *testing.T) {
	o := small(t)
	report, err := Orders(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sane(t, report.Figures, report.Load)
	if report.Name != "orders" || report.LimitCPU <= 0 || report.Alone.Rate <= 0 || report.Alone.CommitsPerS != report.Alone.Rate ||
		report.Together.Rate <= 0 || report.Together.CPU <= 0 || report.Together.Drain <= 0 {
		t.Errorf("%+v", report)
	}
	want := Machine{Dir: o.Dir, Disk: report.Machine.Disk, Through: "the store", Callers: 8, Before: len(warehouses)} // those that opened the shop
	if diff := cmp.Diff(want, report.Machine); diff != "" {
		t.Error(diff)
	}
	proved(t, o, report.Orders+1)
}

func TestHotOverHTTP(t *testing.T) {
	o := small(t)
	o.HTTP = true
	report, err := Hot(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sane(t, report.Figures, report.Load)
	if report.Name != "hot" || report.Machine.Through != "HTTP" {
		t.Errorf("%+v", report)
	}
	proved(t, o, report.Orders)
}

// TestPrefill finds the orders that were wanted before, adds none where there are
// enough, and leaves feeds that can be followed.
func TestPrefill(t *testing.T) {
	o := small(t)
	o.Orders = 5000
	for _, want := range []func(before int) bool{
		func(before int) bool { return before == 5000 },
		func(before int) bool { return before > 5000 },
	} {
		report, err := Hot(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		sane(t, report.Figures, report.Load)
		if !want(report.Machine.Before) {
			t.Errorf("there were %d orders before", report.Machine.Before)
		}
	}
}

// TestRefused tells what cannot be measured before anything is begun.
func TestRefused(t *testing.T) {
	for name, o := range map[string]Options{
		"no directory":        {},
		"a negative time":     {Dir: t.TempDir(), Time: -1},
		"a missing directory": {Dir: t.TempDir() + "/missing"},
	} {
		if _, err := Orders(t.Context(), o); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestInterrupted ends a measurement in the middle, and leaves nothing open.
func TestInterrupted(t *testing.T) {
	o := small(t)
	o.Time = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	o.Tell = func(text string) {
		if strings.HasPrefix(text, "placing orders of three lines") {
			cancel()
		}
	}
	if _, err := Orders(ctx, o); err == nil {
		t.Error("a measurement that was interrupted has figures")
	}
}

// TestRecord records what a store writes of orders, in batches of one size, on
// top of the balances that it began with.
func TestRecord(t *testing.T) {
	const size, batches = 7, 3
	rows, err := record(t.Context(), spread(3), 40, size, batches)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+batches || len(rows[0].Books.Balances) != 40*3*3 {
		t.Fatalf("%d batches, %d balances", len(rows), len(rows[0].Books.Balances))
	}
	next, keys := int64(1), map[string]bool{}
	for _, batch := range rows[1:] {
		if len(batch.Orders) != size || len(batch.Requests) != size || len(batch.Events) != size ||
			len(batch.Notices) != size || len(batch.Transactions) != size || len(batch.Books.Messages) != size {
			t.Errorf("a batch of %d orders, %d requests, %d messages", len(batch.Orders), len(batch.Requests), len(batch.Books.Messages))
		}
		for _, m := range batch.Books.Movements {
			if m.Seq != next {
				t.Fatalf("movement %d in place of %d", m.Seq, next)
			}
			next++
		}
		for _, r := range batch.Requests {
			keys[r.Key] = true
		}
		var last id.Order
		for _, o := range batch.Orders {
			if len(o.Lines) != 3 || o.ID.String() <= last.String() {
				t.Errorf("order %s after %s has %d lines", o.ID, last, len(o.Lines))
			}
			last = o.ID
		}
	}
	if next != 3*size*batches+1 || len(keys) != size*batches {
		t.Errorf("%d movements, %d keys", next-1, len(keys))
	}
}

func TestPercentile(t *testing.T) {
	var r run
	if r.percentile(99) != 0 || r.perCommit() != 0 {
		t.Error("nothing has figures")
	}
	for i := range 200 {
		r.waits = append(r.waits, time.Duration(i+1)*time.Millisecond)
	}
	for of, want := range map[float64]float64{0: 1, 50: 100, 99: 198, 100: 200} {
		if got := r.percentile(of); got != want {
			t.Errorf("%v of 100 within %v ms, want %v", of, got, want)
		}
	}
	for want, of := range map[float64][]float64{0: nil, 1: {1}, 2: {3, 1, 2}, 3: {9, 3, 1, 4}} {
		if got := median(of); got != want {
			t.Errorf("median of %v is %v", of, got)
		}
	}
}
