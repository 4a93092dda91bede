package intake_test

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossdock/core/fault"
	"crossdock/site/intake"
)

const orderHeader = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

// orders reads an inline order file; its first data line is line 2.
func orders(t *testing.T, lines ...string) intake.OrderPlan {
	t.Helper()
	plan, err := intake.Orders(strings.NewReader(orderHeader+strings.Join(lines, "\n")+"\n"), "GBP")
	if err != nil {
		t.Fatalf("Orders: %v", err)
	}
	accountOrders(t, plan)
	return plan
}

// wantInvalid checks the kind of err and that its message says all of parts.
func wantInvalid(t *testing.T, err error, parts ...string) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v, want fault.Invalid", err)
	}
	message, _ := fault.Public(err)
	for _, part := range parts {
		if !strings.Contains(message, part) {
			t.Errorf("message %q lacks %q", message, part)
		}
	}
}

// accountOrders proves that each data line and each invoice stands in exactly
// one place: in an invoice of the plan, or under one cause that skips it.
func accountOrders(t *testing.T, plan intake.OrderPlan) {
	t.Helper()
	place := make(map[int]string)
	numbers := make(map[string]bool)
	put := func(line int, where string) {
		if before, twice := place[line]; twice {
			t.Errorf("line %d is in %s and in %s", line, before, where)
		}
		place[line] = where
	}
	for _, invoice := range plan.Invoices {
		if numbers[invoice.Number] {
			t.Errorf("invoice %s stands twice", invoice.Number)
		}
		numbers[invoice.Number] = true
		for _, line := range invoice.Lines {
			for _, at := range line.FileLines {
				put(at, "invoice "+invoice.Number)
			}
		}
	}
	if used := len(place); used != plan.LinesUsed {
		t.Errorf("%d lines are in invoices, the plan says %d", used, plan.LinesUsed)
	}
	for cause, found := range plan.ByCause {
		if cause.Effect() == intake.Skips && cause.Unit() == intake.PerLine {
			for _, at := range found.Lines {
				put(at, string(cause))
			}
		}
	}
	skipped := 0
	if found := plan.ByCause[intake.NoLinesLeft]; found != nil {
		skipped = found.Count
		for _, number := range found.Invoices {
			if numbers[number] {
				t.Errorf("invoice %s is both planned and skipped", number)
			}
		}
	}
	if len(place) != plan.Lines || plan.LinesUsed+plan.LinesSkipped != plan.Lines || skipped != plan.InvoicesSkipped {
		t.Errorf("lines: %d placed, %d used + %d skipped, of %d; invoices skipped: %d by cause, %d in the plan",
			len(place), plan.LinesUsed, plan.LinesSkipped, plan.Lines, skipped, plan.InvoicesSkipped)
	}
}

// accountProducts is the same for products.
func accountProducts(t *testing.T, plan intake.ProductPlan) {
	t.Helper()
	place := make(map[int]intake.Cause)
	for cause, found := range plan.ByCause {
		if cause.Effect() != intake.Skips {
			continue
		}
		for _, at := range found.Lines {
			if before, twice := place[at]; twice {
				t.Errorf("line %d is skipped for %s and for %s", at, before, cause)
			}
			place[at] = cause
		}
	}
	if len(place) != plan.LinesSkipped || plan.LinesUsed+plan.LinesSkipped != plan.Lines {
		t.Errorf("%d lines under causes, %d used + %d skipped of %d", len(place), plan.LinesUsed, plan.LinesSkipped, plan.Lines)
	}
}

// realFile opens the order file of the Online Retail data set (Daqing Chen, 2015,
// UCI Machine Learning Repository, doi 10.24432/C5BW33, CC BY 4.0) where there is
// one. CROSSDOCK_REAL_DATA names its folder, from the root of the repository.
func realFile(t *testing.T) *os.File {
	t.Helper()
	root := cmp.Or(os.Getenv("CROSSDOCK_REAL_DATA"), filepath.Join("..", "shared", "data"))
	named := filepath.Join(root, "online-retail", "orders-2010-12.csv")
	path := named
	if !filepath.IsAbs(path) {
		path = filepath.Join("..", "..", path)
	}
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		t.Skipf("real data: %s not found", named)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	})
	return file
}
