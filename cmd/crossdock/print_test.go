package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
)

func TestTable(t *testing.T) {
	var out bytes.Buffer
	table := newTable("NAME", ">UNITS", "NOTE")
	table.add("teapot", 7, "")
	table.add("£ mug\x1b[31m", 1200, "two\nlines")
	if err := (program{stdout: &out}).printTable(table, "  "); err != nil {
		t.Fatal(err)
	}
	want := "" +
		"  NAME        UNITS  NOTE\n" +
		"  teapot          7\n" +
		"  £ mug?[31m   1200  two lines\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// TestTableIsEven: columns stay where they are below a row that has little, and the
// widest cell may come late.
func TestTableIsEven(t *testing.T) {
	var out bytes.Buffer
	table := newTable(">NUMBER", "STATUS", "FROM", "REFERENCE")
	table.add(12, "placed, unpaid", "wh1", "a")
	table.add(11, "voided", "", "")
	table.add(9, "backordered", "wh1 wh2 wh3", "536365")
	table.add(8, "sent", "", "b")
	if err := (program{stdout: &out}).printTable(table, ""); err != nil {
		t.Fatal(err)
	}
	want := "" +
		"NUMBER  STATUS          FROM         REFERENCE\n" +
		"    12  placed, unpaid  wh1          a\n" +
		"    11  voided\n" +
		"     9  backordered     wh1 wh2 wh3  536365\n" +
		"     8  sent                         b\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestLines(t *testing.T) {
	cases := map[string][]int{
		"-":             nil,
		"line 3":        {3},
		"line 4":        {4, 4},
		"lines 2, 3, 9": {9, 3, 2, 3},
		"lines 1, 2, 3, 4, 5, 6, 7, 8, and 2 more": {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
	}
	for want, numbers := range cases {
		if got := lines(numbers); got != want {
			t.Errorf("%v: got %q, want %q", numbers, got, want)
		}
	}
}

func TestExit(t *testing.T) {
	disk := errors.New("disk on fire")
	cases := []struct {
		err    error
		status int
		told   string
	}{
		{nil, 0, ""},
		{errFindings, 3, ""},
		{errors.Join(errFindings, nil), 3, ""},
		{usage("no %s", "such"), 2, "crossdock: no such\n"},
		{disk, 1, "crossdock: disk on fire\n"},
		{fault.New(fault.NotFound, "no order 7"), 1, "crossdock: no order 7\n"},
		{&fault.Error{Op: "x.Y", Message: "cannot write", Cause: disk}, 1, "crossdock: cannot write: disk on fire\n"},
		{fmt.Errorf("while: %w", context.Canceled), 1, "crossdock: interrupted\n"},
		{errors.New("\x1b[2Jgone"), 1, "crossdock: ?[2Jgone\n"},
	}
	for _, c := range cases {
		var told bytes.Buffer
		if status := exit(c.err, &told); status != c.status || told.String() != c.told {
			t.Errorf("%v: got %d %q, want %d %q", c.err, status, told.String(), c.status, c.told)
		}
	}
}

func TestPages(t *testing.T) {
	rows := func(limit, there int) (got int, sizes []int) {
		err := pages(limit, func(size int, cursor string) (int, string, error) {
			sizes = append(sizes, size)
			n := min(size, there-got)
			got += n
			if got == there {
				return n, "", nil
			}
			return n, "more", nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return got, sizes
	}
	cases := []struct {
		limit, there, want int
		sizes              []int
	}{
		{50, 10, 10, []int{50}},
		{50, 60, 50, []int{50}},
		{250, 1000, 250, []int{200, 50}},
		{0, 450, 450, []int{200, 200, 200}},
	}
	for _, c := range cases {
		got, sizes := rows(c.limit, c.there)
		if diff := cmp.Diff(c.sizes, sizes); got != c.want || diff != "" {
			t.Errorf("limit %d of %d: got %d %s", c.limit, c.there, got, diff)
		}
	}
}

func TestProgressWithoutTerminal(t *testing.T) {
	var told bytes.Buffer
	bar := (program{stderr: &told}).newProgress("import")
	for done := 1; done <= 40; done++ {
		bar.set(done, 40)
	}
	bar.set(1, 1)
	bar.end()
	if got := strings.Count(told.String(), "\n"); got != 11 || !strings.Contains(told.String(), "import: 50% (20 of 40)\n") {
		t.Errorf("%d lines: %s", got, told.String())
	}
}
