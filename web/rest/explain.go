package rest

import (
	"fmt"
	"strconv"
	"strings"

	"crossdock/api"
	"crossdock/core/order"
)

// explained says in words how the warehouses of an order were chosen.
func explained(o order.Order) api.Explanation {
	e := api.Explanation{Order: o.ID, Number: o.Number, Steps: make([]api.ExplainedStep, len(o.Why))}
	lines := make([]string, len(o.Why))
	for i, step := range o.Why {
		lines[i] = sentence(step)
		e.Steps[i] = api.ExplainedStep{Step: stepView(step), Text: lines[i]}
	}
	e.Text = strings.Join(lines, "\n")
	return e
}

// sentence says what a step came to, by which rule, and what its note adds.
func sentence(step order.Step) string {
	text := outcome(step) + " (" + step.Rule + ")"
	if step.Note != "" {
		text += ": " + step.Note
	}
	return text + "."
}

func outcome(step order.Step) string {
	ships := string(step.Warehouse) + " ships"
	if step.Warehouse == "" {
		ships = "the others ship"
	}
	what := counted(step.Wanted, "unit") + " of " + string(step.SKU)
	if step.SKU == "" {
		what = counted(step.Wanted, "unit")
	}
	switch {
	case step.Verdict == order.Missing:
		return fmt.Sprintf("%d of %s cannot be had anywhere", step.Wanted-step.Got, what)
	case step.Verdict == order.Awaited:
		return ships + " " + what + " when they come in"
	case step.Wanted == 0 && step.Verdict == order.Chosen:
		return string(step.Warehouse) + " was preferred"
	case step.Wanted == 0:
		return string(step.Warehouse) + " was not needed"
	case step.Verdict == order.Chosen:
		return ships + " all of the " + what
	case step.Verdict == order.Partly:
		return fmt.Sprintf("%s %d of the %s", ships, step.Got, what)
	default:
		return ships + " none of the " + what
	}
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.FormatInt(n, 10) + " " + noun + "s"
}
