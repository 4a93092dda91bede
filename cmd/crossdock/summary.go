package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"crossdock/api"
	"crossdock/site/intake"
)

// summary is what an import ends with. Stock is there where products came with
// opening stock.
type summary struct {
	intake.Summary
	Stock   *intake.Summary `json:"stock"`
	Seconds float64         `json:"seconds"`
}

// outcome is one line of a summary: a number and what it counts.
type outcome struct {
	n    int
	text string
}

// printSummary writes the summary for people, with every cause and every line.
func (p program) printSummary(kind string, s summary) error {
	if err := p.printOutcomes(outcomes(kind, s.Summary)); err != nil {
		return err
	}
	if err := p.print("%s: %d usable, %d skipped\n", count(s.Lines, "line"), s.LinesUsed, s.LinesSkipped); err != nil {
		return err
	}
	if s.Stock != nil {
		if err := p.printOutcomes(outcomes(api.ImportStock, *s.Stock)); err != nil {
			return err
		}
	}
	if err := p.printShorts(s.Shorts); err != nil {
		return err
	}
	for _, refusal := range s.Refusals {
		err := p.print("refused: invoice %s (%s): %s\n", printable(refusal.Invoice), lines(refusal.Lines), printable(refusal.Message))
		if err != nil {
			return err
		}
	}
	if err := p.printCauses(s.ByCause); err != nil {
		return err
	}
	return p.printPace(kind, s)
}

// printPace says how long it took and, of orders, how many a second that is.
func (p program) printPace(kind string, s summary) error {
	if done := s.Invoices - s.Skipped - s.Unanswered; kind == api.ImportOrders && s.Seconds > 0 {
		return p.print("%.2f s, %.0f invoices a second\n", s.Seconds, float64(done)/s.Seconds)
	}
	return p.print("%.2f s\n", s.Seconds)
}

func outcomes(kind string, s intake.Summary) []outcome {
	switch kind {
	case api.ImportProducts:
		return []outcome{
			{s.Accepted, "products added or changed"},
			{s.Already, "products were there already"},
			{s.Skipped, "stock codes skipped"},
		}
	case api.ImportStock:
		return []outcome{
			{s.Accepted, "amounts of opening stock received"},
			{s.Already, "amounts were received before"},
			{s.Skipped, "lines skipped"},
		}
	}
	return []outcome{
		{s.Accepted, "orders accepted"},
		{s.Backordered, "orders backordered"},
		{s.Reversed, "orders reversed: not enough stock"},
		{s.Voided, "cancellations voided units"},
		{s.Returned, "cancellations returned units"},
		{s.Unmatched, "cancellations fit no order"},
		{s.Refused, "invoices refused"},
		{s.Already, "invoices were done before"},
		{s.Skipped, "invoices skipped: no usable line"},
		{s.Unanswered, "invoices not reached"},
		{s.Invoices, "invoices in all"},
	}
}

// printOutcomes leaves out what did not occur, except for the first line.
func (p program) printOutcomes(all []outcome) error {
	t := newTable(">COUNT", "WHAT")
	for i, o := range all {
		if i == 0 || o.n > 0 {
			t.add(o.n, o.text)
		}
	}
	return p.printTable(t, "")
}

func (p program) printShorts(shorts []intake.Short) error {
	if len(shorts) == 0 {
		return nil
	}
	t := newTable("INVOICE", "BECAME", "SHORT OF", ">ORDERED", ">MISSING")
	for _, short := range shorts {
		t.add(short.Invoice, short.Result, short.SKU, short.Ordered, short.Missing)
	}
	return p.section(t)
}

// printCauses writes what was skipped first, then what was decided, then notes.
func (p program) printCauses(causes intake.ByCause) error {
	if len(causes) == 0 {
		return nil
	}
	rank := map[intake.Effect]int{intake.Skips: 0, intake.Decides: 1, intake.Notes: 2}
	order := slices.SortedFunc(maps.Keys(causes), func(a, b intake.Cause) int {
		return cmp.Or(cmp.Compare(rank[causes[a].Effect], rank[causes[b].Effect]), cmp.Compare(a, b))
	})
	t := newTable("EFFECT", "CAUSE", ">COUNT", "OF", "WHERE", "MEANING")
	for _, cause := range order {
		found := causes[cause]
		t.add(found.Effect, cause, found.Count, found.Unit, lines(found.Lines), found.Text)
	}
	if err := p.section(t); err != nil {
		return err
	}
	return p.print("\n--json lists every line.\n")
}

// section prints a table after an empty line.
func (p program) section(t *table) error {
	if err := p.print("\n"); err != nil {
		return err
	}
	return p.printTable(t, "")
}

// lines names lines of a file, the first few of them; --json has all.
func lines(numbers []int) string {
	const shown = 8
	if len(numbers) == 0 {
		return "-"
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(numbers)))
	words := make([]string, 0, shown+1)
	for i, number := range sorted {
		if i == shown {
			words = append(words, fmt.Sprintf("and %d more", len(sorted)-shown))
			break
		}
		words = append(words, strconv.Itoa(number))
	}
	noun := "lines "
	if len(sorted) == 1 {
		noun = "line "
	}
	return noun + strings.Join(words, ", ")
}
