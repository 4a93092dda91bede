package intake

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/money"
)

// record is one data line. Its methods read a field and report what is wrong
// with its form; the value then returned does not matter, since the file fails.
type record struct {
	line  int
	cells []string
	at    [columns]int
	found *problems
}

// text returns a field without surrounding white space; an absent one is empty.
func (r *record) text(c column) string {
	if r.at[c] < 0 {
		return ""
	}
	return strings.TrimSpace(r.cells[r.at[c]])
}

func (r *record) has(c column) bool { return r.at[c] >= 0 }

func (r *record) checkFields() {
	for _, cell := range r.cells {
		if len(cell) > MaxField {
			r.found.add(r.line, "a field of %d bytes: at most %d are taken", len(cell), MaxField)
		}
	}
}

// label returns a short text of up to limit characters, on one line.
func (r *record) label(c column, limit int) string {
	if len(r.text(c)) > MaxField {
		return "" // checkFields has said so
	}
	text := strings.Join(strings.Fields(r.text(c)), " ")
	if err := catalog.CheckText(columnNames[c], text, 0, limit); err != nil {
		message, _ := fault.Public(err)
		r.found.add(r.line, "%s", message)
	}
	return text
}

func (r *record) quantity() int64 {
	text := r.text(colQuantity)
	units, err := strconv.ParseInt(text, 10, 64)
	switch {
	case text == "":
		r.found.add(r.line, "the Quantity is empty")
	case strings.Contains(text, ","):
		r.found.add(r.line, "the Quantity %s has a comma: write whole numbers without separators", fault.Quote(text))
	case errors.Is(err, strconv.ErrRange) || units > MaxQuantity || units < -MaxQuantity:
		r.found.add(r.line, "the Quantity %s is beyond %d units", fault.Quote(text), MaxQuantity)
		return 0
	case err != nil:
		r.found.add(r.line, "the Quantity %s is not a whole number", fault.Quote(text))
	}
	return units
}

// price returns the UnitPrice, and false when it has more decimals than the
// currency: well formed, but nothing that can be charged.
func (r *record) price(currency money.Currency) (amount money.Amount, exact bool) {
	text := r.text(colPrice)
	if text == "" {
		r.found.add(r.line, "the UnitPrice is empty")
		return amount, true
	}
	amount, err := money.Parse(text, currency)
	if err == nil {
		return amount, true
	}
	if tooFine(text, currency) {
		return amount, false
	}
	message, _ := fault.Public(err)
	r.found.add(r.line, "the UnitPrice %s", message)
	return amount, true
}

// tooFine reports whether text is an amount but for surplus decimals.
func tooFine(text string, currency money.Currency) bool {
	whole, fraction, ok := strings.Cut(text, ".")
	if !ok || strings.Trim(fraction, "0123456789") != "" {
		return false
	}
	_, err := money.Parse(whole, currency)
	return err == nil
}

var dateLayouts = []string{time.DateTime, time.RFC3339, time.DateOnly}

func (r *record) date() time.Time {
	text := r.text(colDate)
	for _, layout := range dateLayouts {
		if when, err := time.Parse(layout, text); err == nil {
			return when.UTC()
		}
	}
	r.found.add(r.line, "the InvoiceDate %s is no date: want 2010-12-01 08:26:00, 2010-12-01T08:26:00Z or 2010-12-01", fault.Quote(text))
	return time.Time{}
}

// terms returns what the line says of selling ahead; without any of the three
// fields, nothing.
func (r *record) terms() (t terms) {
	policy, limit, release := r.text(colPolicy), r.text(colCap), r.text(colRelease)
	if policy == "" && limit == "" && release == "" {
		return t
	}
	t.line = r.line
	var err error
	if t.policy, err = catalog.ParsePolicy(strings.ToLower(policy)); err != nil {
		message, _ := fault.Public(err)
		r.found.add(r.line, "%s", message)
	}
	if limit != "" {
		if t.cap, err = strconv.ParseInt(limit, 10, 64); err != nil || t.cap < 0 || t.cap > catalog.MaxCap {
			r.found.add(r.line, "the Cap %s is not a whole number from 0 to %d", fault.Quote(limit), catalog.MaxCap)
		}
	}
	if t.releaseOn, err = date.Parse(release); err != nil {
		message, _ := fault.Public(err)
		r.found.add(r.line, "the ReleaseOn %s", message)
	}
	return t
}

// problems collects what is wrong with the form of a file, the first ones in
// words and the rest as a number.
type problems struct {
	first []string
	count int
	fatal bool // nothing beyond this line can be trusted
}

const problemsShown = 5

func (p *problems) add(line int, format string, args ...any) {
	p.count++
	if len(p.first) == problemsShown {
		return
	}
	text := fmt.Sprintf(format, args...)
	if line > 0 {
		text = fmt.Sprintf("line %d: %s", line, text)
	}
	p.first = append(p.first, text)
}

func (p *problems) err() error {
	if p.count == 0 {
		return nil
	}
	list := strings.Join(p.first, "; ")
	if more := p.count - len(p.first); more > 0 {
		list += fmt.Sprintf("; and %d more", more)
	}
	return fault.New(fault.Invalid, "%s. Nothing was changed", list)
}
