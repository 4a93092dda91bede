package intake_test

import (
	"bytes"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/intake"
	"crossdock/site/intake/sample"
)

// The figures are those of the data set's own description, counted without
// this package.
func TestRealOrders(t *testing.T) {
	plan, err := intake.Orders(realFile(t), "GBP")
	if err != nil {
		t.Fatal(err)
	}
	accountOrders(t, plan)
	canceled, lines := 0, 0
	for _, invoice := range plan.Invoices {
		if invoice.Cancels {
			canceled++
		}
		lines += len(invoice.Lines)
	}
	if got := len(plan.Invoices) + plan.InvoicesSkipped; got != 512 || plan.Lines != 10000 {
		t.Errorf("%d invoices on %d lines, want 512 on 10000", got, plan.Lines)
	}
	if got := len(plan.Countries); got != 15 {
		t.Errorf("%d countries, want 15", got)
	}
	if got := len(plan.ByCause[intake.NoDescription].Lines); got != 42 {
		t.Errorf("%d lines without description, want 42", got)
	}
	if got := len(plan.ByCause[intake.Guest].Lines); got != 2291 {
		t.Errorf("%d guest lines, want 2291", got)
	}
	if got := len(plan.ByCause[intake.LinesMerged].Invoices); got != 67 {
		t.Errorf("%d invoices with a product on two lines, want 67", got)
	}
	if canceled != 41 || plan.InvoicesSkipped != 48 || lines != 9571 {
		t.Errorf("%d cancellations, %d invoices skipped, %d order lines", canceled, plan.InvoicesSkipped, lines)
	}
	accountReplay(t, plan)
}

// The same on the sample, which is always there.
func TestSampleIsAccountedFor(t *testing.T) {
	for seed := range uint64(5) {
		set := sample.Make(seed)
		plan, err := intake.Orders(bytes.NewReader(set.OrdersCSV()), sample.Currency)
		if err != nil {
			t.Fatal(err)
		}
		if plan.Lines != len(set.Orders) {
			t.Errorf("seed %d: %d lines read of %d", seed, plan.Lines, len(set.Orders))
		}
		accountOrders(t, plan)
		accountReplay(t, plan)
		products, err := intake.Products(bytes.NewReader(set.OrdersCSV()), sample.Currency)
		if err != nil {
			t.Fatal(err)
		}
		accountProducts(t, products)
	}
}

// accountReplay replays a plan, once into a shop that takes everything and once
// into one that stops in the middle, and counts the invoices.
func accountReplay(t *testing.T, plan intake.OrderPlan) {
	t.Helper()
	middle := plan.Invoices[len(plan.Invoices)/2].Number
	for _, target := range []*script{
		{t: t},
		{t: t, errs: map[string]error{middle: fault.New(fault.Unavailable, "gone")}},
	} {
		summary, err := intake.Replay(t.Context(), plan, target, nil)
		if stopped := target.errs != nil; stopped != (err != nil) {
			t.Errorf("Replay: %v", err)
		}
		if total(summary) != summary.Invoices || summary.LinesUsed+summary.LinesSkipped != summary.Lines {
			t.Errorf("%d of %d invoices, %d + %d of %d lines are accounted for",
				total(summary), summary.Invoices, summary.LinesUsed, summary.LinesSkipped, summary.Lines)
		}
	}
}

func TestRealProducts(t *testing.T) {
	plan, err := intake.Products(realFile(t), "GBP")
	if err != nil {
		t.Fatal(err)
	}
	accountProducts(t, plan)
	types := make(map[string]int)
	for _, product := range plan.Products {
		if err := product.Check(); err != nil {
			t.Errorf("%s: %v", product.SKU, err)
		}
		types[product.Type]++
	}
	if share := float64(types[intake.OtherType]) / float64(len(plan.Products)); share > 0.2 {
		t.Errorf("%.0f%% of the products are of no type", 100*share)
	}
	known := make(map[id.SKU]bool)
	for _, product := range plan.Products {
		known[product.SKU] = true
	}
	ordered, err := intake.Orders(realFile(t), "GBP")
	if err != nil {
		t.Fatal(err)
	}
	if err := ordered.CheckKnown(func(sku id.SKU) bool { return known[sku] }); err != nil {
		t.Errorf("the file orders what it does not sell: %v", err)
	}
}
