package intake_test

import (
	"strings"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/intake"

	"github.com/google/go-cmp/cmp"
)

var warehouses = []id.Site{"wh1", "wh2", "wh3"}

func TestStock(t *testing.T) {
	plan, err := intake.Stock(strings.NewReader("Warehouse,StockCode,Quantity\n"+
		"wh1,20001a,5\nwh2,20001A,7\nwh1,20001A,2\nwh1,20002,0\nwh1,20003,-4\nwh1,POST,1\nwh1,,1\n"), warehouses)
	if err != nil {
		t.Fatal(err)
	}
	want := []intake.StockLine{
		{SKU: "20001A", Warehouse: "wh1", Units: 7, FileLines: []int{2, 4}},
		{SKU: "20001A", Warehouse: "wh2", Units: 7, FileLines: []int{3}},
	}
	if diff := cmp.Diff(want, plan.Stock); diff != "" {
		t.Error(diff)
	}
	causes := map[intake.Cause][]int{
		intake.LinesMerged: {4}, intake.QuantityNotPositive: {5, 6}, intake.NotGoods: {7}, intake.NoStockCode: {8},
	}
	for cause, lines := range causes {
		if found := plan.ByCause[cause]; found == nil || !cmp.Equal(found.Lines, lines) {
			t.Errorf("%s: %+v, want lines %v", cause, found, lines)
		}
	}
	if plan.LinesUsed != 3 || plan.LinesSkipped != 4 || plan.Lines != 7 || len(plan.ByCause) != len(causes) {
		t.Errorf("%+v", plan)
	}
	wantInvalid(t, plan.CheckKnown(func(id.SKU) bool { return false }), "line 2: there is no product 20001A", "line 3")
}

func TestStockRefusesTheFile(t *testing.T) {
	for name, test := range map[string]struct {
		file string
		want []string
	}{
		"unknown warehouse": {"StockCode,Warehouse,Quantity\n20001,wh9,5\n", []string{"line 2", `"wh9"`, "wh1, wh2, wh3"}},
		"order file":        {orderHeader, []string{"lacks the column Warehouse"}},
		"10^12 units":       {"StockCode,Warehouse,Quantity\n20001,wh1,1000000000000\n", []string{"line 2", "1000000"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := intake.Stock(strings.NewReader(test.file), warehouses)
			wantInvalid(t, err, test.want...)
		})
	}
	_, err := intake.Stock(strings.NewReader("StockCode,Warehouse,Quantity\n20001,wh9,5\n"), nil)
	wantInvalid(t, err, `line 2: there is no warehouse "wh9": none is known`)
}

func TestDivide(t *testing.T) {
	for _, test := range []struct {
		units int64
		want  []int64
	}{{0, []int64{0, 0, 0}}, {1, []int64{1, 0, 0}}, {3, []int64{1, 1, 1}}, {11, []int64{5, 3, 3}}} {
		shares, err := intake.Divide(test.units, warehouses)
		if err != nil {
			t.Fatal(err)
		}
		for i, share := range shares {
			if share.Warehouse != warehouses[i] || share.Units != test.want[i] {
				t.Errorf("Divide(%d) = %v, want %v", test.units, shares, test.want)
			}
		}
	}
	if _, err := intake.Divide(-1, warehouses); !fault.Is(err, fault.Invalid) {
		t.Errorf("below zero: %v", err)
	}
	if _, err := intake.Divide(1, nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("no warehouse: %v", err)
	}
}

func TestOpening(t *testing.T) {
	plan, err := intake.Opening([]id.SKU{"20001"}, 2, warehouses)
	if err != nil {
		t.Fatal(err)
	}
	want := []intake.StockLine{{SKU: "20001", Warehouse: "wh1", Units: 2}}
	if diff := cmp.Diff(want, plan.Stock); diff != "" {
		t.Errorf("the remainder goes to the first, and nothing is no line\n%s", diff)
	}
	wantInvalid(t, plan.CheckKnown(func(id.SKU) bool { return false }), "there is no product 20001")
}
