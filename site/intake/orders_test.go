package intake_test

import (
	"strings"
	"testing"
	"time"

	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/site/intake"

	"github.com/google/go-cmp/cmp"
)

// Each kind of dirt, on its own, with what becomes of it.
func TestDirtyLines(t *testing.T) {
	const sold = "700001,20001,TIN MUG,6,2010-12-01 08:26:00,2.55,17850.0,North"
	tests := []struct {
		name  string
		line  string
		cause intake.Cause
		used  bool // the line is still used; the cause is a note
	}{
		{"postage", "700001,POST,POSTAGE,1,2010-12-01 08:26:00,18,17850.0,North", intake.NotGoods, false},
		{"carriage, with a digit", "700001,C2,CARRIAGE,1,2010-12-01 08:26:00,50,17850.0,North", intake.NotGoods, false},
		{"voucher", "700001,gift_0001_20,VOUCHER,1,2010-12-01 08:26:00,20,17850.0,North", intake.NotGoods, false},
		{"quantity zero", "700001,20002,PAN,0,2010-12-01 08:26:00,2.55,17850.0,North", intake.QuantityNotPositive, false},
		{"quantity below zero", "700001,20002,PAN,-1,2010-12-01 08:26:00,2.55,17850.0,North", intake.QuantityNotPositive, false},
		{"price zero", "700001,20002,PAN,1,2010-12-01 08:26:00,0.0,17850.0,North", intake.PriceZero, false},
		{"price below zero", "700001,20002,PAN,1,2010-12-01 08:26:00,-2,17850.0,North", intake.PriceNegative, false},
		{"price of a fraction of a penny", "700001,20002,PAN,1,2010-12-01 08:26:00,0.001,17850.0,North", intake.PriceTooFine, false},
		{"no stock code", "700001, ,PAN,1,2010-12-01 08:26:00,1,17850.0,North", intake.NoStockCode, false},
		{"impossible stock code", "700001,20002?,PAN,1,2010-12-01 08:26:00,1,17850.0,North", intake.BadStockCode, false},
		{"no invoice number", ",20002,PAN,1,2010-12-01 08:26:00,1,17850.0,North", intake.NoInvoiceNumber, false},
		{"no description", "700001,20002,,1,2010-12-01 08:26:00,1,17850.0,North", intake.NoDescription, true},
		{"product twice", "700001,20001,TIN MUG,1,2010-12-01 08:26:00,2.55,17850.0,North", intake.LinesMerged, true},
		{"product twice at two prices", "700001,20001,TIN MUG,1,2010-12-01 08:26:00,2,17850.0,North", intake.PricesDiffer, true},
		{"another minute", "700001,20002,PAN,1,2010-12-01 08:27:00,1,17850.0,North", intake.InvoiceDiffers, true},
		{"another customer", "700001,20002,PAN,1,2010-12-01 08:26:00,1,,North", intake.InvoiceDiffers, true},
		{"guest", "700009,20002,PAN,1,2010-12-01 08:26:00,1,,North", intake.Guest, true},
		{"no country", "700009,20002,PAN,1,2010-12-01 08:26:00,1,2,", intake.NoCountry, true},
		{"cancellation of nothing", "C700009,20002,PAN,0,2010-12-01 08:26:00,1,2,North", intake.QuantityNotNegative, false},
		{"cancellation of a free thing", "C700009,20002,,-1,2010-12-01 08:26:00,0,2,North", intake.NoDescription, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan := orders(t, sold, test.line)
			found := plan.ByCause[test.cause]
			if found == nil || !cmp.Equal(found.Lines, []int{3}) || found.Count != 1 {
				t.Fatalf("%s: %+v, want line 3", test.cause, found)
			}
			if used := plan.LinesUsed == 2; used != test.used {
				t.Errorf("line used: %v, want %v", used, test.used)
			}
			if skips := test.cause.Effect() == intake.Skips; skips == test.used {
				t.Errorf("%s has the effect %s", test.cause, test.cause.Effect())
			}
		})
	}
}

func TestInvoiceWithoutAnyLineLeft(t *testing.T) {
	plan := orders(t,
		"700001,POST,POSTAGE,1,2010-12-01,18,1,North",
		"700001,20001,,-3,2010-12-01,0,1,North",
		"C700002,D,DISCOUNT,-1,2010-12-01,9,1,North")
	want := &intake.Found{
		Count: 2, Unit: intake.PerInvoice, Effect: intake.Skips, Text: intake.NoLinesLeft.Text(),
		Lines: []int{2, 3, 4}, Invoices: []string{"700001", "C700002"},
	}
	if diff := cmp.Diff(want, plan.ByCause[intake.NoLinesLeft]); diff != "" {
		t.Error(diff)
	}
	if len(plan.Invoices) != 0 || plan.InvoicesSkipped != 2 {
		t.Errorf("%d planned, %d skipped", len(plan.Invoices), plan.InvoicesSkipped)
	}
}

func TestInvoicesInOrder(t *testing.T) {
	plan := orders(t,
		"C700003,20001,A,-1,2010-12-01 09:00:00,1,1,North",
		"700010,20001,A,1,2010-12-01 09:00:00,1,1,North",
		"700002,20001,A,1,2010-12-01 09:00:00,1,1,North",
		"99,20001,A,1,2010-12-01 09:00:00,1,1,North",
		"700001,20001,A,1,2010-12-02 09:00:00,1,1,North",
		"700004,20001,A,1,2010-12-01,1,1,North")
	var got []string
	for _, invoice := range plan.Invoices {
		got = append(got, invoice.Number)
	}
	if diff := cmp.Diff([]string{"700004", "99", "700002", "700010", "C700003", "700001"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestInvoiceInFull(t *testing.T) {
	plan := orders(t,
		"700001,85123a,HEART,6,2010-12-01 08:26:00,2.55,17850.0,Côte of the North",
		"700001,20002,PAN,1,2010-12-01 08:26:00,10,17850.0,Côte of the North",
		"700001,85123A,HEART,4,2010-12-01 08:26:00,2.10,17850.0,Côte of the North",
		"C700002,85123A,HEART,-4,2010-12-01 08:30:00,2.10,,EIRE")
	at := time.Date(2010, 12, 1, 8, 26, 0, 0, time.UTC)
	want := []intake.Invoice{
		{
			Number: "700001", At: at, Customer: "17850", District: "c-te-of-the-north", FileLines: []int{2, 3, 4},
			Lines: []intake.Line{
				{SKU: "85123A", Units: 10, Price: money.Of(255, "GBP"), FileLines: []int{2, 4}},
				{SKU: "20002", Units: 1, Price: money.Of(1000, "GBP"), FileLines: []int{3}},
			},
		},
		{
			Number: "C700002", Cancels: true, At: at.Add(4 * time.Minute), District: "eire", FileLines: []int{5},
			Lines: []intake.Line{{SKU: "85123A", Units: 4, Price: money.Of(210, "GBP"), FileLines: []int{5}}},
		},
	}
	if diff := cmp.Diff(want, plan.Invoices); diff != "" {
		t.Error(diff)
	}
	districts := plan.Districts([]id.Site{"wh1", "wh2"})
	if len(districts) != 2 || districts[1].Code != "eire" || districts[1].Name != "EIRE" {
		t.Errorf("districts %+v", districts)
	}
	for _, district := range districts {
		if err := district.Check(); err != nil {
			t.Error(err)
		}
	}
}

func TestDistrictOf(t *testing.T) {
	for country, want := range map[string]id.District{
		"United Kingdom": "united-kingdom", "EIRE": "eire", " Channel  Islands ": "channel-islands",
		"": intake.Unspecified, "日本": intake.Unspecified, "42nd street": "nd-street",
		strings.Repeat("long land ", 6): "long-land-long-land-long-land-lo",
	} {
		if got := intake.DistrictOf(country); got != want {
			t.Errorf("DistrictOf(%q) = %q, want %q", country, got, want)
		}
	}
}

func TestOrdersOfUnknownProducts(t *testing.T) {
	plan := orders(t, "700001,20001,A,1,2010-12-01,1,1,North", "700001,20002,A,1,2010-12-01,1,1,North")
	if err := plan.CheckKnown(func(id.SKU) bool { return true }); err != nil {
		t.Error(err)
	}
	wantInvalid(t, plan.CheckKnown(func(sku id.SKU) bool { return sku == "20001" }), "line 3: there is no product 20002")
}
