package sourcing_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/sourcing"
)

func TestPolicyCheck(t *testing.T) {
	for name, c := range map[string]struct {
		policy sourcing.Policy
		field  string // at fault; empty: none
		says   string
	}{
		"the default":         {sourcing.Policy{}, "", ""},
		"all rules":           {sourcing.Policy{Strategy: "cheapest", Rules: sourcing.Rules()}, "", ""},
		"an unknown strategy": {sourcing.Policy{Strategy: "best"}, "strategy", `"best" is no strategy: want primary-first, fewest-parcels, nearest, fastest or cheapest`},
		"an unknown rule":     {sourcing.Policy{Rules: []sourcing.Rule{"cost", "mood"}}, "rules", `"mood" is no rule: want district-order, distance, parcels, arrival, cost, stock or load`},
		"a rule twice":        {sourcing.Policy{Rules: []sourcing.Rule{"cost", "load", "cost"}}, "rules", "the rule cost is there twice"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.policy.Check()
			if c.field == "" {
				if err != nil {
					t.Errorf("%v", err)
				}
				return
			}
			message, field := fault.Public(err)
			if !fault.Is(err, fault.Invalid) || field != c.field || message != c.says {
				t.Errorf("says %q of %q", message, field)
			}
		})
	}
}

// TestPrimaryFirstOfAPolicy is PrimaryFirst without the safety stock.
func TestPrimaryFirstOfAPolicy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, policy := draw(t, small), drawPolicy(t)
		policy.Strategy = rapid.SampledFrom([]sourcing.Strategy{"", sourcing.StrategyPrimary}).Draw(t, "strategy")
		var sites []id.Site
		for _, c := range d.Candidates {
			sites = append(sites, c.Code)
		}
		want := sourcing.PrimaryFirst(d.Demands, sites, func(warehouse id.Site, sku id.SKU) int64 {
			return d.promised(slices.Index(sites, warehouse), sku)
		})
		got := policy.Plan(d.Problem)
		got.Parcels, got.Promise, got.Cost = want.Parcels, want.Promise, want.Cost
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
	})
}

// TestRulesDecideAsTheySay holds every step of a rule against the sets that it
// names: the rules before it do not tell them apart, and it does.
func TestRulesDecideAsTheySay(t *testing.T) {
	rules := []sourcing.Rule{sourcing.ByDistance, sourcing.ByArrival, sourcing.ByStock, sourcing.ByLoad, sourcing.ByDistrictOrder}
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t, small)
		cheapest := rapid.Bool().Draw(t, "cheapest")
		policy := sourcing.Policy{Strategy: sourcing.StrategyFewest, Rules: rapid.Permutation(rules).Draw(t, "rules")}
		if cheapest {
			policy.Strategy = sourcing.StrategyCheapest
		}
		plan := policy.Plan(d.Problem)
		best := d.figuresOfPlan(plan)
		won := d.namesOf(best)
		sets := map[string]figures{} // as good as the best one
		d.splits(func(units split) {
			f := d.figuresOf(units)
			if cheapest && f.priced == best.priced || !cheapest && f.parcels == best.parcels {
				sets[d.namesOf(f)] = f
			}
		})
		fights := 0
		for _, step := range plan.Why {
			at := slices.Index(policy.Rules, sourcing.Rule(step.Rule))
			if at < 0 {
				continue
			}
			fights++
			winner, loser, _ := strings.Cut(step.Note, " before ")
			winner, _, _ = strings.Cut(winner, " (")
			loser, _, _ = strings.Cut(loser, " (")
			if winner != won || sets[loser].parcels == 0 || byRule(sets[won], sets[loser], policy.Rules[at]) >= 0 {
				t.Fatalf("%s ships, but %s says %q", won, step.Rule, step.Note)
			}
			for _, rule := range policy.Rules[:at] {
				if c := byRule(sets[won], sets[loser], rule); c != 0 {
					t.Fatalf("%s says %q, but %s had told them apart: %d", step.Rule, step.Note, rule, c)
				}
			}
		}
		// At the lowest cost, sets with more parcels than they need are not compared.
		if len(sets) == 1 && fights > 0 || len(sets) > 1 && fights == 0 && !cheapest {
			t.Fatalf("%d sets, but %d rules have decided: %+v", len(sets), fights, plan.Why)
		}
	})
}

func (d *drawn) namesOf(f figures) string {
	names := make([]string, len(f.ranks))
	for i, w := range f.ranks {
		names[i] = string(d.Candidates[w].Code)
	}
	return strings.Join(names, "+")
}
