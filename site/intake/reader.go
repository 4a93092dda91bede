package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"crossdock/core/fault"
)

// column is a place in the header that some file may need.
type column uint8

const (
	colInvoice column = iota
	colCode
	colDescription
	colQuantity
	colDate
	colPrice
	colCustomer
	colCountry
	colWarehouse
	colType
	colCategory
	colDetails
	colPolicy
	colCap
	colRelease
	columns
)

var columnNames = [columns]string{
	"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country",
	"Warehouse", "Type", "Category", "Details", "Policy", "Cap", "ReleaseOn",
}

// separators are what other programs write where a comma is wanted.
var separators = []struct{ mark, name string }{{";", "semicolons"}, {"\t", "tabs"}, {"|", "vertical bars"}}

const byteOrderMark = "\xef\xbb\xbf"

// scan reads the whole file and calls each for every data line. The problems
// that each reports through its record, and those of the form, come back as one
// fault.Invalid; a file beyond MaxBytes is fault.TooLarge. It returns whether a
// byte-order mark was removed.
func scan(file io.Reader, need []column, each func(*record)) (marked bool, err error) {
	text, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	if err != nil {
		return false, fault.Wrap(err, "intake.scan", "the file cannot be read")
	}
	if len(text) > MaxBytes {
		return false, fault.New(fault.TooLarge, "the file is larger than %d MiB: split it", MaxBytes>>20)
	}
	text, marked = bytes.CutPrefix(text, []byte(byteOrderMark))
	if err := checkEncoding(text); err != nil {
		return marked, err
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.ReuseRecord = true
	at, err := header(reader, need)
	if err != nil {
		return marked, wrongSeparator(text, err)
	}
	var found problems
	for !found.fatal {
		cells, err := reader.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			found.syntax(err)
			continue
		}
		line, _ := reader.FieldPos(0)
		next := record{line: line, cells: cells, at: at, found: &found}
		next.checkFields()
		each(&next)
	}
	return marked, found.err()
}

// checkEncoding finds the first line that is not UTF-8, or that holds bytes
// that no text has: both mean that this is another kind of file.
func checkEncoding(text []byte) error {
	if len(bytes.TrimSpace(text)) == 0 {
		return fault.New(fault.Invalid, "the file is empty: want a header line with the column names")
	}
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') >= 0 {
		return fault.New(fault.Invalid, "line 1: the lines end in a carriage return alone: save the file with line feeds")
	}
	line := 1
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			switch c := text[i]; {
			case c == '\n':
				line++
			case c < ' ' && c != '\r' && c != '\t' || c == 0x7f:
				return fault.New(fault.Invalid, "line %d has a control character: this is not a CSV file in UTF-8", line)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return fault.New(fault.Invalid, "line %d is not valid UTF-8: save the file in UTF-8 and try again", line)
		}
		i += size
	}
	return nil
}

// header finds the columns; those that are absent have the place -1.
func header(reader *csv.Reader, need []column) (at [columns]int, err error) {
	names, err := reader.Read()
	if err != nil {
		var found problems
		found.syntax(err)
		return at, found.err()
	}
	for c := range at {
		at[c] = -1
	}
	for place, name := range names {
		for c, known := range columnNames {
			if !sameColumn(name, known) {
				continue
			}
			if at[c] >= 0 {
				return at, fault.New(fault.Invalid, "line 1 names the column %s twice", known)
			}
			at[c] = place
		}
	}
	var missing []string
	for _, c := range need {
		if at[c] < 0 {
			missing = append(missing, columnNames[c])
		}
	}
	if len(missing) > 0 {
		noun := "columns"
		if len(missing) == 1 {
			noun = "column"
		}
		return at, fault.New(fault.Invalid, "line 1 lacks the %s %s", noun, strings.Join(missing, ", "))
	}
	return at, nil
}

// wrongSeparator is the better explanation of an unusable header, if other
// marks than commas stand between column names; else err itself.
func wrongSeparator(text []byte, err error) error {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	for _, separator := range separators {
		words := strings.Split(string(line), separator.mark)
		if len(words) > 1 && slices.ContainsFunc(words, isColumn) {
			return fault.New(fault.Invalid, "the columns are separated by %s: want commas", separator.name)
		}
	}
	return err
}

func isColumn(word string) bool {
	for _, known := range columnNames {
		if sameColumn(strings.Trim(word, " \"\r"), known) {
			return true
		}
	}
	return false
}

// sameColumn compares a name in a header with that of a column: ReleaseOn may be
// written release_on, as the API does.
func sameColumn(name, known string) bool {
	return strings.EqualFold(strings.ReplaceAll(strings.TrimSpace(name), "_", ""), known)
}

// syntax takes a fault of the CSV form; only a wrong number of fields leaves
// the rest of the file readable.
func (p *problems) syntax(err error) {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		p.add(0, "the file cannot be read as CSV")
		p.fatal = true
		return
	}
	switch parse.Err {
	case csv.ErrFieldCount:
		p.add(parse.StartLine, "another number of fields than the header has")
	case csv.ErrQuote, csv.ErrBareQuote:
		p.add(parse.StartLine, `a quote (") in the wrong place or without its partner`)
		p.fatal = true
	default:
		p.add(parse.StartLine, "not readable as CSV")
		p.fatal = true
	}
}
