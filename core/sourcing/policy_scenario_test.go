package sourcing_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
)

// TestPolicyScenarios reads testdata/policies/*.txt: a problem and policies, a
// divider, and the plan of each policy with its reasons.
func TestPolicyScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/policies/*.txt")
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
			s, err := parseStory(input)
			if err != nil {
				t.Fatal(err)
			}
			got := s.tell(t)
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

// story is a problem and the policies that it is given to.
type story struct {
	drawn
	policies []sourcing.Policy
}

func parseStory(text string) (story, error) {
	s := story{drawn: drawn{stock: sourcing.Stock{}, prices: map[sourcing.Shelf]catalog.Micros{}}}
	s.Held, s.Prices, s.Now = s.stock.Held, s.priceOf, saturday
	for _, row := range strings.Split(text, "\n") {
		words := strings.Fields(row)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		if err := s.read(words[0], words[1:]); err != nil {
			return s, fmt.Errorf("cannot read %q: %w", row, err)
		}
	}
	return s, nil
}

func (s *story) read(what string, words []string) (err error) {
	switch what {
	case "policy":
		policy := sourcing.Policy{Strategy: sourcing.Strategy(words[0])}
		for _, rule := range words[1:] {
			policy.Rules = append(policy.Rules, sourcing.Rule(rule))
		}
		s.policies = append(s.policies, policy)
		return policy.Check()
	case "now":
		s.Now, err = time.Parse("2006-01-02T15:04", words[0])
	case "district":
		s.District.Place, err = place(words[0])
	case "warehouse":
		c := sourcing.Candidate{Warehouse: catalog.Warehouse{Code: id.Site(words[0])}}
		for _, word := range words[1:] {
			if err := set(&c, word); err != nil {
				return err
			}
		}
		s.Candidates = append(s.Candidates, c)
		return c.Check()
	case "held", "price":
		shelf := sourcing.Shelf{Warehouse: id.Site(words[0]), SKU: id.SKU(words[1])}
		if what == "price" {
			s.prices[shelf], err = micros(words[2])
			return err
		}
		s.stock[shelf], err = strconv.ParseInt(words[2], 10, 64)
	case "demand":
		demand := sourcing.Demand{Line: len(s.Demands) + 1, SKU: id.SKU(words[0])}
		demand.Units, err = strconv.ParseInt(words[1], 10, 64)
		s.Demands = append(s.Demands, demand)
	default:
		return fmt.Errorf("there is no %q", what)
	}
	return err
}

// set reads a property of a warehouse, such as box=4.50.
func set(c *sourcing.Candidate, word string) (err error) {
	name, value, _ := strings.Cut(word, "=")
	switch name {
	case "at":
		c.Place, err = place(value)
	case "box":
		c.PerBox, err = micros(value)
	case "unit":
		c.PerUnit, err = micros(value)
	case "km":
		c.PerKm, err = micros(value)
	case "cut-off":
		c.CutOff, err = time.ParseDuration(value)
	case "workdays":
		c.Workdays, err = date.ParseDays(value)
	case "handling":
		c.Handling, err = strconv.Atoi(value)
	case "capacity":
		c.Capacity, err = strconv.Atoi(value)
	case "load":
		c.Load, err = strconv.Atoi(value)
	case "safety":
		c.Safety, err = strconv.ParseInt(value, 10, 64)
	default:
		return fmt.Errorf("a warehouse has no %q", name)
	}
	return err
}

func place(text string) (p catalog.Place, err error) {
	_, err = fmt.Sscanf(text, "%g,%g", &p.Latitude, &p.Longitude)
	return p, err
}

func micros(text string) (catalog.Micros, error) {
	amount, err := strconv.ParseFloat(text, 64)
	return catalog.Micros(amount * 1e6), err
}

// tell writes the plan of each policy as people read it.
func (s *story) tell(t *testing.T) string {
	var text strings.Builder
	for i, policy := range s.policies {
		if i > 0 {
			fmt.Fprintln(&text)
		}
		fmt.Fprintln(&text, "policy", policy.Strategy, policy.Rules)
		plan := policy.Plan(s.Problem)
		for _, parcel := range plan.Parcels {
			fmt.Fprintf(&text, "parcel of %d from %s on %s, there %s to %s, cost %.2f\n",
				parcel.Units, parcel.Warehouse, parcel.ShipOn, parcel.Promise.From, parcel.Promise.To, float64(parcel.Cost)/1e6)
		}
		fmt.Fprintf(&text, "all there %s to %s, cost %.2f\n", plan.Promise.From, plan.Promise.To, float64(plan.Cost)/1e6)
		for _, step := range plan.Why {
			fmt.Fprintln(&text, "why "+tellStep(step)+tellNote(step))
		}
		sameTakes(t, plan)
	}
	return text.String()
}

func tellNote(step order.Step) string {
	if step.Note == "" {
		return ""
	}
	return ": " + step.Note
}

// sameTakes fails where the takes are not what the parcels are made of.
func sameTakes(t *testing.T, plan sourcing.Plan) {
	units := int64(0)
	for _, take := range plan.Takes {
		units += take.Units
	}
	for _, parcel := range plan.Parcels {
		units -= parcel.Units
	}
	if units != 0 {
		t.Errorf("%d more units are taken than shipped", units)
	}
}
