package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// jsonFlag gives a command that prints its --json.
func jsonFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("json", false, "print one JSON object")
}

// printJSON writes one object to standard output.
func (p program) printJSON(object any) error {
	encoder := json.NewEncoder(p.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(object)
}

// print writes text to standard output.
func (p program) print(format string, args ...any) error {
	_, err := fmt.Fprintf(p.stdout, format, args...)
	return err
}

// table is rows below a head. A column whose head begins with ">" holds numbers
// and stands to the right.
type table struct {
	head []string
	rows [][]string
}

func newTable(head ...string) *table { return &table{head: head} }

func (t *table) add(cells ...any) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = printable(strings.ReplaceAll(fmt.Sprint(cell), "\n", " "))
	}
	t.rows = append(t.rows, row)
}

// printTable writes the table, each line after indent. A column is as wide as its
// widest cell in any row, and no line ends with blanks.
func (p program) printTable(t *table, indent string) error {
	lines := [][]string{make([]string, len(t.head))}
	lines = append(lines, t.rows...)
	for i, head := range t.head {
		name, right := strings.CutPrefix(head, ">")
		lines[0][i] = name
		align(lines, i, right)
	}
	for _, line := range lines {
		if err := p.print("%s\n", strings.TrimRight(indent+strings.Join(line, "  "), " ")); err != nil {
			return err
		}
	}
	return nil
}

func align(lines [][]string, column int, right bool) {
	width := 0
	for _, line := range lines {
		width = max(width, utf8.RuneCountInString(line[column]))
	}
	if !right {
		width = -width
	}
	for _, line := range lines {
		line[column] = fmt.Sprintf("%*s", width, line[column])
	}
}

// printable replaces what could steer a terminal: the texts are other people's.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// when writes a time for people, in the zone of the machine.
func when(at time.Time) string { return at.Local().Format("2006-01-02 15:04:05") }

// count writes a number with its noun: "1 line", "2 lines".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
