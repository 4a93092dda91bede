package purchase_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/purchase"
	"crossdock/core/stock"
)

var (
	placed = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	now    = placed.Add(time.Hour)
	friday = date.Of(placed)
)

func share(store id.Site, units int64) purchase.Share {
	return purchase.Share{Store: store, Units: units}
}

// announced is 10 mugs, of which the shop may sell 6 and the stall 4, and 5 pots
// that are nobody's.
func announced(t interface {
	Helper()
	Fatal(args ...any)
},
) purchase.Purchase {
	t.Helper()
	p, err := purchase.Announce("PO-1001", "Potters", []purchase.Line{
		{SKU: "mug", Announced: 10, Due: friday}, {SKU: "pot", Announced: 5},
	}, placed)
	if err != nil {
		t.Fatal(err)
	}
	return purchase.Hand(p, "mug", []purchase.Share{share("shop", 6), share("stall", 4)})
}

func same[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestAnnounce(t *testing.T) {
	same(t, "purchase", purchase.Purchase{
		ID: "PO-1001", Supplier: "Potters", Version: 1, AnnouncedAt: placed, ChangedAt: placed,
		Lines: []purchase.Line{
			{SKU: "mug", Announced: 10, Due: friday, Shares: []purchase.Share{share("shop", 6), share("stall", 4)}},
			{SKU: "pot", Announced: 5},
		},
	}, announced(t))
	line := func(sku id.SKU, units int64) purchase.Line { return purchase.Line{SKU: sku, Announced: units} }
	many := make([]purchase.Line, purchase.MaxLines+1)
	for i := range many {
		many[i] = line(id.SKU(strings.Repeat("x", 1+i%60)+string(rune('a'+i/60))), 1)
	}
	for name, c := range map[string]struct {
		name, supplier string
		lines          []purchase.Line
		ok             bool
	}{
		"the least":       {"1", "", []purchase.Line{line("a", 1)}, true},
		"the most":        {strings.Repeat("n", 64), strings.Repeat("s", 200), []purchase.Line{line("a", stock.MaxQuantity)}, true},
		"as many lines":   {"1", "", many[1:], true},
		"no name":         {"", "", []purchase.Line{line("a", 1)}, false},
		"a long name":     {strings.Repeat("n", 65), "", []purchase.Line{line("a", 1)}, false},
		"a broken name":   {"a\nb", "", []purchase.Line{line("a", 1)}, false},
		"a long supplier": {"1", strings.Repeat("s", 201), []purchase.Line{line("a", 1)}, false},
		"no lines":        {"1", "", nil, false},
		"too many lines":  {"1", "", many, false},
		"no SKU":          {"1", "", []purchase.Line{line("", 1)}, false},
		"no units":        {"1", "", []purchase.Line{line("a", 0)}, false},
		"too many units":  {"1", "", []purchase.Line{line("a", stock.MaxQuantity+1)}, false},
		"due yesterday":   {"1", "", []purchase.Line{{SKU: "a", Announced: 1, Due: date.Of(now) - 1}}, true}, // it may be today there
		"due before":      {"1", "", []purchase.Line{{SKU: "a", Announced: 1, Due: date.Of(now) - 2}}, false},
		"a SKU twice":     {"1", "", []purchase.Line{line("a", 1), line("b", 1), line("a", 1)}, false},
	} {
		_, err := purchase.Announce(c.name, c.supplier, c.lines, now)
		if (err == nil) != c.ok || !c.ok && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	before := announced(t)
	if after, err := purchase.Date(before, "mug", date.Of(now)-2, now); !fault.Is(err, fault.Invalid) || after.Version != before.Version {
		t.Errorf("postponed to the past: %v, %v", after, err)
	}
}

func TestReceive(t *testing.T) {
	for name, c := range map[string]struct {
		sku     id.SKU
		units   int64
		taken   purchase.Taken
		left    []purchase.Share
		surplus int64
	}{
		"a part":         {"mug", 5, purchase.Taken{SKU: "mug", Shares: []purchase.Share{share("shop", 3), share("stall", 2)}}, []purchase.Share{share("shop", 3), share("stall", 2)}, 0},
		"one":            {"mug", 1, purchase.Taken{SKU: "mug", Shares: []purchase.Share{share("shop", 1)}}, []purchase.Share{share("shop", 5), share("stall", 4)}, 0},
		"all":            {"mug", 10, purchase.Taken{SKU: "mug", Shares: []purchase.Share{share("shop", 6), share("stall", 4)}}, nil, 0},
		"more":           {"mug", 12, purchase.Taken{SKU: "mug", Shares: []purchase.Share{share("shop", 6), share("stall", 4)}}, nil, 2},
		"nobody's":       {"pot", 3, purchase.Taken{SKU: "pot", Nobody: 3}, nil, 0},
		"something else": {"cup", 7, purchase.Taken{}, nil, 7},
	} {
		t.Run(name, func(t *testing.T) {
			before := announced(t)
			p, taken, surplus := purchase.Receive(before, c.sku, c.units, now)
			same(t, "taken", c.taken, taken)
			same(t, "surplus", c.surplus, surplus)
			same(t, "before", announced(t), before)
			if c.taken.SKU == "" {
				same(t, "unchanged", before, p)
				return
			}
			if p.Version != 2 || !p.ChangedAt.Equal(now) || p.Closed {
				t.Errorf("%+v", p)
			}
			for _, line := range p.Lines {
				if line.SKU == c.sku && (line.Received != c.units-c.surplus || line.Open() != line.Announced-line.Received) {
					t.Errorf("%+v", line)
				}
				if line.SKU == "mug" && c.sku == "mug" {
					same(t, "shares", c.left, line.Shares)
				}
			}
		})
	}
}

// TestNobodysFirst: what no store may sell yet is lost before the stores lose any.
func TestNobodysFirst(t *testing.T) {
	p, more, _, err := purchase.Resize(announced(t), "mug", 13, now)
	if err != nil || more != 3 {
		t.Fatalf("%d more, %v", more, err)
	}
	p, more, taken, err := purchase.Resize(p, "mug", 8, now)
	if err != nil || more != 0 {
		t.Fatal(err)
	}
	same(t, "taken", purchase.Taken{SKU: "mug", Nobody: 3, Shares: []purchase.Share{share("shop", 1), share("stall", 1)}}, taken)
	same(t, "open", 8, p.Lines[0].Open())
	same(t, "version", 3, p.Version)
}

func TestResize(t *testing.T) {
	half, _, _ := purchase.Receive(announced(t), "mug", 5, now)
	for name, c := range map[string]struct {
		total int64
		kind  fault.Kind
		more  int64
		lost  []purchase.Share
	}{
		"more":                     {12, 0, 2, nil},
		"as it is":                 {10, 0, 0, nil},
		"fewer":                    {8, 0, 0, []purchase.Share{share("shop", 1), share("stall", 1)}},
		"just what has come":       {5, 0, 0, []purchase.Share{share("shop", 3), share("stall", 2)}},
		"less than what has come":  {4, fault.Conflict, 0, nil},
		"below zero":               {-1, fault.Invalid, 0, nil},
		"more than can be counted": {stock.MaxQuantity + 1, fault.Invalid, 0, nil},
		"far more":                 {math.MaxInt64, fault.Invalid, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p, more, taken, err := purchase.Resize(half, "mug", c.total, now)
			if c.kind != 0 {
				if diff := cmp.Diff(half, p); !fault.Is(err, c.kind) || diff != "" {
					t.Errorf("%v, want %v (-before +after):\n%s", err, c.kind, diff)
				}
				return
			}
			same(t, "more", c.more, more)
			same(t, "lost", c.lost, taken.Shares)
			same(t, "open", c.total-5, p.Lines[0].Open())
		})
	}
	if _, _, _, err := purchase.Resize(half, "cup", 1, now); !fault.Is(err, fault.NotFound) {
		t.Errorf("of another SKU: %v", err)
	}
}

// TestClosed is a purchase of which nothing more is to come: it stays as it is.
func TestClosed(t *testing.T) {
	nearly, _, _ := purchase.Receive(announced(t), "mug", 10, now)
	received, _, _ := purchase.Receive(nearly, "pot", 5, now)
	resized, _, _, err := purchase.Resize(nearly, "pot", 0, now)
	if err != nil {
		t.Fatal(err)
	}
	canceled, taken, err := purchase.Cancel(announced(t), now)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "taken", []purchase.Taken{{SKU: "mug", Shares: []purchase.Share{share("shop", 6), share("stall", 4)}}, {SKU: "pot", Nobody: 5}}, taken)
	if nearly.Closed {
		t.Error("closed, though pots are still to come")
	}
	for name, p := range map[string]purchase.Purchase{"received": received, "resized": resized, "canceled": canceled} {
		if !p.Closed || !p.ChangedAt.Equal(now) {
			t.Errorf("%s: %+v", name, p)
		}
		_, err := purchase.Date(p, "mug", friday, now)
		_, _, _, other := purchase.Resize(p, "mug", 20, now)
		_, _, third := purchase.Cancel(p, now)
		for _, err := range []error{err, other, third} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		after, taken, surplus := purchase.Receive(p, "mug", 3, now)
		same(t, "received again", p, after)
		same(t, "taken again", purchase.Taken{}, taken)
		same(t, "surplus", 3, surplus)
	}
}

func TestSchedule(t *testing.T) {
	one := announced(t)
	two, err := purchase.Date(announced(t), "mug", 0, now)
	if err != nil {
		t.Fatal(err)
	}
	early, err := purchase.Date(announced(t), "mug", friday-1, now)
	if err != nil || early.Version != 2 || early.Lines[0].Due != friday-1 || early.Lines[1].Due != 0 {
		t.Fatalf("%+v, %v", early, err)
	}
	got := purchase.Schedule([]purchase.Purchase{two, one, early, one}, "stall", "mug")
	same(t, "schedule", []event.Arriving{{On: friday - 1, Quantity: 4}, {On: friday, Quantity: 8}, {Quantity: 4}}, got)
	same(t, "of another store", nil, purchase.Schedule([]purchase.Purchase{one}, "market", "mug"))
	same(t, "of nobody's", nil, purchase.Schedule([]purchase.Purchase{one}, "shop", "pot"))
}

// TestPurchasesAddUp takes random steps: each unit announced is received, called
// off or open, nobody may sell more than is open, and what the stores lose is what
// they had.
func TestPurchasesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := announced(t)
		stores := map[id.Site]int64{"shop": 6, "stall": 4}
		nobody := int64(0)
		lose := func(taken purchase.Taken) {
			nobody -= taken.Nobody
			for _, s := range taken.Shares {
				stores[s.Store] -= s.Units
			}
		}
		for range 15 {
			units := rapid.Int64Range(0, 12).Draw(t, "units")
			var taken purchase.Taken
			var more int64
			var err error
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				p, taken, _ = purchase.Receive(p, "mug", units, now)
			case 1:
				p, more, taken, err = purchase.Resize(p, "mug", units, now)
			default:
				hand := min(units, nobody)
				if hand > 0 {
					store := rapid.SampledFrom([]id.Site{"shop", "stall"}).Draw(t, "store")
					p = purchase.Hand(p, "mug", []purchase.Share{share(store, hand)})
					stores[store] += hand
					nobody -= hand
				}
			}
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Fatal(err)
			}
			lose(taken)
			nobody += more
			line := p.Lines[0]
			if line.Open() != stores["shop"]+stores["stall"]+nobody || min(line.Open(), line.Received, line.Withdrawn, nobody) < 0 {
				t.Fatalf("%+v, nobody's %d, the stores' %v", line, nobody, stores)
			}
			for store, units := range stores {
				if line.Share(store) != units {
					t.Fatalf("%s may sell %d, and has %d", store, line.Share(store), units)
				}
			}
		}
	})
}
