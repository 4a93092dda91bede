package torture

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"crossdock/core/id"
)

// change is one thing that happened to the units of a product that nobody has
// bought yet: at one moment of its span they grew or shrank by so many.
type change struct {
	units int64 // below zero: sold, or counted out
	what  string
	Span
}

// checkTime bounds the search for an order of the changes of one product.
const checkTime = 10 * time.Second

// histories: the changes of each product can be put into an order in which never
// more is sold than is there, and which ends with what is left. A refusal for want
// of units is no change: the units may have been with another warehouse's quota.
func (c *checker) histories() {
	changes := c.changes()
	for _, sku := range sorted(changes) {
		rest := c.rest(sku)
		possible := inOrder(changes[sku], rest)
		searched := porcupine.CheckOperationsTimeout(unitsModel(), operations(changes[sku], rest, c.truth.Span), checkTime)
		if !possible || searched == porcupine.Illegal {
			c.add("not linearizable", "%s: no order of its %d changes explains %d units left (search: %s, sum: %v)", sku, len(changes[sku]), rest, searched, possible)
		}
		if possible && searched == porcupine.Illegal || !possible && searched == porcupine.Ok {
			c.add("checker", "%s: the search says %s, the sum %v", sku, searched, possible)
		}
	}
}

// rest is how many units of a product nobody has bought.
func (c *checker) rest(sku id.SKU) int64 {
	var units int64
	for _, name := range warehouses() {
		level := c.truth.Levels[name][sku]
		units += level.Available + level.Quota
	}
	return units
}

func (c *checker) changes() map[id.SKU][]change {
	all := map[id.SKU][]change{}
	for _, b := range c.records.Bookings {
		if b.Done {
			all[b.SKU] = append(all[b.SKU], change{b.Units, b.Key, b.Span})
		}
	}
	for _, p := range c.records.Placings {
		if len(p.Answers) > 0 && !p.Answers[0].Short {
			for _, line := range p.Lines {
				all[line.SKU] = append(all[line.SKU], change{-line.Units, p.Key, p.Span})
			}
		}
	}
	for _, v := range c.records.Voids {
		if o := c.orders[v.Order]; o != nil && v.Taken {
			for _, line := range o.Lines {
				for range line.Voided { // unit by unit: parts are voided at different moments
					all[line.SKU] = append(all[line.SKU], change{1, "void of " + o.Reference, v.Span})
				}
			}
		}
	}
	return all
}

// inOrder finds the same without a search: units are never more than when each
// change that adds some comes as early as it can, and each that takes as late.
func inOrder(changes []change, rest int64) bool {
	at := func(c change) time.Duration {
		if c.units > 0 {
			return c.Began
		}
		return c.Ended
	}
	inTime := slices.Clone(changes)
	slices.SortStableFunc(inTime, func(a, b change) int {
		return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(b.units, a.units)) // at one moment, what adds is first
	})
	var units int64
	for _, c := range inTime {
		if units += c.units; units < 0 {
			return false
		}
	}
	return units == rest
}

// look is the last operation of a history: units as they were read in the end.
type look struct{ units int64 }

// unitsModel is a register of units that can be sold: it never goes below zero, and
// who looks sees what it holds.
func unitsModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return int64(0) },
		Step: func(state, input, _ any) (bool, any) {
			units := state.(int64)
			if seen, ok := input.(look); ok {
				return seen.units == units, units
			}
			units += input.(change).units
			return units >= 0, units
		},
		DescribeOperation: func(input, _ any) string {
			if seen, ok := input.(look); ok {
				return fmt.Sprintf("look: %d", seen.units)
			}
			return fmt.Sprintf("%+d by %s", input.(change).units, input.(change).what)
		},
	}
}

func operations(changes []change, rest int64, read Span) []porcupine.Operation {
	var all []porcupine.Operation
	for i, c := range changes {
		all = append(all, porcupine.Operation{ClientId: i, Input: c, Call: int64(c.Began), Return: int64(c.Ended)})
	}
	return append(all, porcupine.Operation{ClientId: len(changes), Input: look{rest}, Call: int64(read.Began), Return: int64(read.Ended)})
}
