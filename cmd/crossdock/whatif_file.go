package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/site/intake"
)

// trial is an order of a file that is not placed. lines has the line of the file on
// which each line of the order stands.
type trial struct {
	order api.SampleOrder
	lines []int
}

// The columns of a file of orders to try, in their order.
const (
	trialOrder = iota
	trialDistrict
	trialSKU
	trialQuantity
)

var trialColumns = [...]string{"order", "district", "sku", "quantity"}

// readTrials reads a file of orders to try, or one of invoices; prices, which do not
// matter here, are in currency. What is wrong with the form of the file is
// fault.Invalid and names the lines. left says what of it is no order, if anything.
func readTrials(file io.Reader, currency money.Currency) (all []trial, left string, err error) {
	text, err := io.ReadAll(io.LimitReader(file, intake.MaxBytes+1))
	if err != nil {
		return nil, "", fault.Wrap(err, "", "the file cannot be read")
	}
	if len(text) > intake.MaxBytes {
		return nil, "", fault.New(fault.TooLarge, "the file is larger than %d MiB: split it", intake.MaxBytes>>20)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	head, _, _ := bytes.Cut(text, []byte("\n"))
	if strings.Contains(strings.ToLower(string(head)), "invoiceno") {
		all, left, err = invoiceTrials(text, currency)
	} else {
		all, err = plainTrials(text)
	}
	if err == nil && len(all) == 0 {
		err = fault.New(fault.Invalid, "the file has no orders")
	}
	if err != nil {
		return nil, "", err
	}
	return all, left, nil
}

// invoiceTrials makes an order of each invoice, as the import does.
func invoiceTrials(text []byte, currency money.Currency) (all []trial, left string, err error) {
	plan, err := intake.Orders(bytes.NewReader(text), currency)
	if err != nil {
		return nil, "", err
	}
	cancellations := 0
	for _, invoice := range plan.Invoices {
		if invoice.Cancels {
			cancellations++
			continue
		}
		t := trial{order: api.SampleOrder{District: invoice.District}}
		for _, line := range invoice.Lines {
			t.add(line.SKU, line.Units, line.FileLines[0])
		}
		all = append(all, t)
	}
	var parts []string
	if cancellations > 0 {
		parts = append(parts, count(cancellations, "cancellation"))
	}
	if plan.LinesSkipped > 0 {
		parts = append(parts, count(plan.LinesSkipped, "line")+" that the import skips")
	}
	return all, strings.Join(parts, " and "), nil
}

func (t *trial) add(sku id.SKU, units int64, line int) {
	t.order.Lines = append(t.order.Lines, api.Wanted{SKU: sku, Quantity: units})
	t.lines = append(t.lines, line)
}

// plainTrials reads order,district,sku,quantity.
func plainTrials(text []byte) ([]trial, error) {
	reader := csv.NewReader(bytes.NewReader(text))
	reader.TrimLeadingSpace = true
	head, err := reader.Read()
	if err != nil && err != io.EOF {
		return nil, notCSV(err)
	}
	if !slices.EqualFunc(head, trialColumns[:], func(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), b) }) {
		return nil, fault.New(fault.Invalid,
			"line 1: want the header %s, or that of a file of invoices", strings.Join(trialColumns[:], ","))
	}
	book := trialBook{begun: map[string]bool{}}
	for {
		cells, err := reader.Read()
		if err == io.EOF {
			return book.all, book.found.err()
		}
		if errors.Is(err, csv.ErrFieldCount) {
			line, _ := reader.FieldPos(0)
			book.found.add(line, "want %d fields, as the header has", len(trialColumns))
			continue
		}
		if err != nil {
			return nil, notCSV(err)
		}
		line, _ := reader.FieldPos(0)
		book.take(line, cells)
	}
}

func notCSV(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fault.New(fault.Invalid, "line %d: not readable as CSV: %v", parse.Line, parse.Err)
	}
	return fault.New(fault.Invalid, "not readable as CSV: %v", err)
}

// trialBook gathers lines into orders.
type trialBook struct {
	all   []trial
	name  string          // of the last order
	begun map[string]bool // every order so far, by name
	found troubles
}

func (b *trialBook) take(line int, cells []string) {
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	name := cells[trialOrder]
	district, err := id.ParseDistrict(cells[trialDistrict])
	if err != nil {
		b.found.add(line, "%v", err)
	}
	sku, err := id.ParseSKU(cells[trialSKU])
	if err != nil {
		b.found.add(line, "%v", err)
	}
	units, err := strconv.ParseInt(cells[trialQuantity], 10, 64)
	if err != nil {
		b.found.add(line, "the quantity %s is not a whole number", fault.Quote(cells[trialQuantity]))
	} else if err := order.CheckQuantity("", units); err != nil {
		b.found.add(line, "%v", err)
	}
	switch {
	case name == "":
		b.found.add(line, "the order has no name")
	case len(b.all) == 0 || name != b.name:
		if b.begun[name] {
			b.found.add(line, "the order %s goes on after another one has begun", fault.Quote(name))
		}
		b.begun[name], b.name = true, name
		b.all = append(b.all, trial{order: api.SampleOrder{District: district}})
	case b.all[len(b.all)-1].order.District != district:
		b.found.add(line, "the order %s goes to another district than before", fault.Quote(name))
	}
	if len(b.all) > 0 {
		b.all[len(b.all)-1].add(sku, units, line)
	}
}

const troublesShown = 5

// troubles collects what is wrong with a file, the first ones in words and the rest
// as a number.
type troubles struct {
	first []string
	count int
}

func (t *troubles) add(line int, format string, args ...any) {
	t.count++
	if len(t.first) < troublesShown {
		t.first = append(t.first, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, args...))
	}
}

func (t *troubles) err() error {
	if t.count == 0 {
		return nil
	}
	text := strings.Join(t.first, "; ")
	if more := t.count - len(t.first); more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return fault.New(fault.Invalid, "%s", text)
}
