package mutants

import (
	"fmt"
	"os"
	"strings"

	"crossdock/core/fault"
)

// The table of a page stands between these.
const (
	tableBegins = "<!-- begin: mutants -->\n"
	tableEnds   = "<!-- end: mutants -->"
)

// Row is a bug, and what came of looking for it.
type Row struct {
	Mutant
	Found
}

// Report writes rows as a table for a page.
func Report(rows []Row) string {
	var b strings.Builder
	b.WriteString("| bug | what is wrong | seeds needed | the invariant that told |\n|---|---|--:|---|\n")
	for _, row := range rows {
		needed, told := "not found", "–"
		if row.Violation != nil {
			needed, told = fmt.Sprint(row.Seeds), "`"+row.Violation.Invariant+"`"
		}
		name := "`" + row.Name + "`"
		if row.Restore {
			name += " (restore)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, row.Breaks, needed, told)
	}
	return b.String()
}

// WriteReport puts the table into a page, in place of the one that is there.
func WriteReport(page string, rows []Row) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return &fault.Error{Kind: fault.NotFound, Message: "the page of the planted bugs cannot be read", Cause: err}
	}
	before, rest, begins := strings.Cut(string(text), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		return fault.New(fault.Corrupt, "the page of the planted bugs has no place for their table")
	}
	if err := os.WriteFile(page, []byte(before+tableBegins+Report(rows)+tableEnds+after), 0o644); err != nil {
		return unwritable(err)
	}
	return nil
}
