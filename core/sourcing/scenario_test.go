package sourcing_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
)

var update = flag.Bool("update", false, "write what is expected in testdata anew")

const divider = "----\n" // between what is given and what is expected

// TestScenarios reads testdata/*.txt: what is given, a divider, and the plan.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input, want, _ := strings.Cut(string(content), divider)
			c, err := parseCase(input)
			if err != nil {
				t.Fatal(err)
			}
			got := tell(c.plan())
			if *update {
				if err := os.WriteFile(file, []byte(input+divider+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// given is the input of one plan.
type given struct {
	demands    []sourcing.Demand
	warehouses []id.Site
	held       map[held]int64
}

type held struct {
	warehouse id.Site
	sku       id.SKU
}

func (g given) plan() sourcing.Plan {
	return sourcing.PrimaryFirst(g.demands, g.warehouses, func(warehouse id.Site, sku id.SKU) int64 {
		return g.held[held{warehouse, sku}]
	})
}

func parseCase(text string) (given, error) {
	g := given{held: map[held]int64{}}
	for _, row := range strings.Split(text, "\n") {
		words := strings.Fields(row)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		if words[0] == "warehouses" {
			for _, warehouse := range words[1:] {
				g.warehouses = append(g.warehouses, id.Site(warehouse))
			}
			continue
		}
		if len(words) != 4 {
			return g, fmt.Errorf("cannot read %q", row)
		}
		units, err := strconv.ParseInt(words[3], 10, 64)
		if err != nil {
			return g, err
		}
		switch words[0] {
		case "held":
			g.held[held{id.Site(words[1]), id.SKU(words[2])}] = units
		case "demand":
			line, err := strconv.Atoi(words[1])
			if err != nil {
				return g, err
			}
			g.demands = append(g.demands, sourcing.Demand{Line: line, SKU: id.SKU(words[2]), Units: units})
		default:
			return g, fmt.Errorf("cannot read %q", row)
		}
	}
	return g, nil
}

// tell writes a plan as people read it.
func tell(plan sourcing.Plan) string {
	var text strings.Builder
	for _, take := range plan.Takes {
		fmt.Fprintf(&text, "take %d x %s from %s for line %d\n", take.Units, take.SKU, take.Warehouse, take.Line)
	}
	for _, short := range plan.Short {
		fmt.Fprintf(&text, "short %d of %d x %s\n", short.Missing, short.Ordered, short.SKU)
	}
	for _, step := range plan.Why {
		fmt.Fprintln(&text, "why "+tellStep(step))
	}
	return text.String()
}

func tellStep(step order.Step) string {
	words := []string{step.Rule + ":"}
	if step.Warehouse != "" {
		words = append(words, string(step.Warehouse))
	}
	words = append(words, fmt.Sprintf("%s, %d of %d", step.Verdict, step.Got, step.Wanted))
	if step.SKU != "" {
		words = append(words, "x "+string(step.SKU))
	}
	if step.Lines != 0 {
		words = append(words, fmt.Sprintf("in %d lines", step.Lines))
	}
	return strings.Join(words, " ")
}
