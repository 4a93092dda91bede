package sourcing_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
)

// naive plans unit by unit: each goes to the first warehouse that has one left.
func naive(g given) (takes []sourcing.Take, short []sourcing.Shortage) {
	left := map[held]int64{}
	for k, units := range g.held {
		left[k] = max(units, 0)
	}
	ordered, missing := map[id.SKU]int64{}, map[id.SKU]int64{}
	var skus []id.SKU // in order of their first missing unit
	for _, demand := range g.demands {
		ordered[demand.SKU] += demand.Units
		for range demand.Units {
			warehouse, found := firstWith(left, g.warehouses, demand.SKU)
			if !found {
				if missing[demand.SKU] == 0 {
					skus = append(skus, demand.SKU)
				}
				missing[demand.SKU]++
				continue
			}
			left[held{warehouse, demand.SKU}]--
			if n := len(takes); n > 0 && takes[n-1].Line == demand.Line && takes[n-1].Warehouse == warehouse {
				takes[n-1].Units++
				continue
			}
			takes = append(takes, sourcing.Take{Line: demand.Line, SKU: demand.SKU, Warehouse: warehouse, Units: 1})
		}
	}
	for _, sku := range skus {
		short = append(short, sourcing.Shortage{SKU: sku, Ordered: ordered[sku], Missing: missing[sku]})
	}
	return takes, short
}

func firstWith(left map[held]int64, warehouses []id.Site, sku id.SKU) (id.Site, bool) {
	for _, warehouse := range warehouses {
		if left[held{warehouse, sku}] > 0 {
			return warehouse, true
		}
	}
	return "", false
}

// same fails where a plan is not the naive one, or does not keep its promises.
func same(t interface{ Fatalf(string, ...any) }, g given, plan sourcing.Plan) {
	takes, short := naive(g)
	if diff := cmp.Diff(takes, append([]sourcing.Take(nil), plan.Takes...)); diff != "" {
		t.Fatalf("%+v: takes differ (-naive +plan):\n%s", g, diff)
	}
	if diff := cmp.Diff(short, plan.Short); diff != "" {
		t.Fatalf("%+v: shortages differ (-naive +plan):\n%s", g, diff)
	}
	promises(t, g, plan)
	explained(t, g, plan)
}

// promises says by sums what a plan must keep, without planning anything.
func promises(t interface{ Fatalf(string, ...any) }, g given, plan sourcing.Plan) {
	demanded, total := map[id.SKU]int64{}, map[id.SKU]int64{}
	for _, demand := range g.demands {
		demanded[demand.SKU] += demand.Units
	}
	for sku := range demanded {
		for _, warehouse := range g.warehouses {
			total[sku] += max(g.held[held{warehouse, sku}], 0)
		}
	}
	taken, planned := map[held]int64{}, map[id.SKU]int64{}
	for _, take := range plan.Takes {
		taken[held{take.Warehouse, take.SKU}] += take.Units
		planned[take.SKU] += take.Units
	}
	for k, units := range taken {
		if units > g.held[k] {
			t.Fatalf("%+v: takes %d x %s from %s, which holds %d", g, units, k.sku, k.warehouse, g.held[k])
		}
	}
	missing := map[id.SKU]int64{}
	for _, short := range plan.Short {
		missing[short.SKU] += short.Missing
		if short.Ordered != demanded[short.SKU] {
			t.Fatalf("%+v: says %d x %s were ordered, not %d", g, short.Ordered, short.SKU, demanded[short.SKU])
		}
	}
	for sku, units := range demanded {
		if want := min(units, total[sku]); planned[sku] != want || missing[sku] != units-want {
			t.Fatalf("%+v: plans %d x %s and misses %d; want %d and %d", g, planned[sku], sku, missing[sku], want, units-want)
		}
	}
}

// explained holds the steps against the takes: each unit taken from a warehouse
// is got in one step, by rank, and each unit missing is in one step too.
func explained(t interface{ Fatalf(string, ...any) }, g given, plan sourcing.Plan) {
	got, want := map[string]int64{}, map[string]int64{}
	for _, take := range plan.Takes {
		want[string(take.Warehouse)] += take.Units
	}
	for _, short := range plan.Short {
		want["missing"] += short.Missing
	}
	for i, step := range plan.Why {
		if !sound(step, g) || step.Lines > 0 && i > 0 {
			t.Fatalf("%+v: step %d makes no sense: %+v", g, i, step)
		}
		if step.Rule == sourcing.RuleShort {
			got["missing"] += step.Wanted - step.Got
		} else if step.Got > 0 {
			got[string(step.Warehouse)] += step.Got
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%+v: the steps do not explain the takes (-takes +steps):\n%s", g, diff)
	}
}

func sound(step order.Step, g given) bool {
	switch step.Verdict {
	case order.Chosen:
		if step.Got != step.Wanted {
			return false
		}
	case order.Partly:
		if step.Got <= 0 || step.Got >= step.Wanted {
			return false
		}
	case order.Rejected:
		if step.Got != 0 {
			return false
		}
	case order.Missing:
		return step.Rule == sourcing.RuleShort && step.Warehouse == "" && step.Got < step.Wanted
	}
	primary := step.Warehouse == g.warehouses[0]
	return (step.Rule == sourcing.RulePrimary) == primary && (step.Rule == sourcing.RuleSpillOver) != primary
}

func TestPrimaryFirstAgainstNaive(t *testing.T) {
	skus := []id.SKU{"a", "b", "c"}
	rapid.Check(t, func(t *rapid.T) {
		g := given{held: map[held]int64{}}
		for w := range rapid.IntRange(0, 4).Draw(t, "warehouses") {
			warehouse := id.Site(fmt.Sprintf("wh%d", w+1))
			g.warehouses = append(g.warehouses, warehouse)
			for _, sku := range skus {
				g.held[held{warehouse, sku}] = rapid.Int64Range(-1, 6).Draw(t, "held")
			}
		}
		for line := range rapid.IntRange(0, 6).Draw(t, "demands") {
			g.demands = append(g.demands, sourcing.Demand{
				Line: line + 1, SKU: rapid.SampledFrom(skus).Draw(t, "sku"), Units: rapid.Int64Range(1, 8).Draw(t, "units"),
			})
		}
		same(t, g, g.plan())
	})
}

// TestLinesMayBeUnnumbered: "can I buy it?" asks before there are lines.
func TestLinesMayBeUnnumbered(t *testing.T) {
	g := given{warehouses: []id.Site{"wh1"}, held: map[held]int64{{"wh1", "a"}: 5}}
	g.demands = []sourcing.Demand{{SKU: "a", Units: 5}, {SKU: "a", Units: 2}}
	want := []sourcing.Shortage{{SKU: "a", Ordered: 7, Missing: 2}}
	if diff := cmp.Diff(want, g.plan().Short); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestQuotaIsAskedOncePerWarehouseAndSKU(t *testing.T) {
	asked := map[held]int{}
	demands := []sourcing.Demand{{Line: 1, SKU: "a", Units: 1}, {Line: 2, SKU: "a", Units: 9}, {Line: 3, SKU: "a", Units: 1}}
	sourcing.PrimaryFirst(demands, []id.Site{"wh1", "wh2"}, func(warehouse id.Site, sku id.SKU) int64 {
		asked[held{warehouse, sku}]++
		return 5
	})
	if diff := cmp.Diff(map[held]int{{"wh1", "a"}: 1, {"wh2", "a"}: 1}, asked, cmp.AllowUnexported(held{})); diff != "" {
		t.Errorf("what is held must not change within a plan (-want +got):\n%s", diff)
	}
}

// FuzzPrimaryFirst makes a case out of bytes: the number of warehouses, what each
// holds of two SKUs, then a SKU and units for each demand.
func FuzzPrimaryFirst(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{2, 5, 0, 3, 9, 0, 6, 1, 4})
	f.Add([]byte{1, 5, 5, 0, 5, 0, 4, 0, 2})
	f.Add([]byte{0, 1, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		next := func() (b byte) {
			if len(data) > 0 {
				b, data = data[0], data[1:]
			}
			return b
		}
		g := given{held: map[held]int64{}}
		for w := range next() % 5 {
			warehouse := id.Site(fmt.Sprintf("wh%d", w+1))
			g.warehouses = append(g.warehouses, warehouse)
			g.held[held{warehouse, "a"}], g.held[held{warehouse, "b"}] = int64(int8(next())), int64(int8(next()))
		}
		for line := 1; len(data) > 0 && line <= 50; line++ {
			g.demands = append(g.demands, sourcing.Demand{Line: line, SKU: id.SKU("ab"[next()%2:][:1]), Units: int64(next()%32) + 1})
		}
		same(t, g, g.plan())
	})
}
