package sqlite_test

import (
	"path/filepath"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/purchase"
	"crossdock/site/warehouse"
)

// TestIncomingRules commits purchases and returns that cannot be.
func TestIncomingRules(t *testing.T) {
	w := openWarehouse(t, filepath.Join(t.TempDir(), "wh1.db"))
	defer func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	buy := func(lines ...purchase.Line) *warehouse.Changes {
		return &warehouse.Changes{Purchases: []purchase.Purchase{{ID: "PO-1", Lines: lines}}}
	}
	back := func(lines ...fulfillment.ReturnLine) *warehouse.Changes {
		return &warehouse.Changes{Returns: []fulfillment.ReturnOrder{{
			ID: born(1, 1), Fulfillment: id.Fulfillment{UUID: born(2, 1)}, Order: id.Order{UUID: born(3, 1)},
			State: fulfillment.ReturnRequested, Lines: lines,
		}}}
	}
	lost := back()
	lost.Returns[0].State = "lost"
	share := purchase.Share{Store: "store", Units: 1}
	for _, test := range []struct {
		name    string
		want    fault.Kind
		changes *warehouse.Changes
	}{
		{"a purchase without a name", fault.Conflict, &warehouse.Changes{Purchases: []purchase.Purchase{{}}}},
		{"more received than announced", fault.Conflict, buy(purchase.Line{SKU: "A", Announced: 3, Received: 2, Withdrawn: 2})},
		{"less than nothing received", fault.Conflict, buy(purchase.Line{SKU: "A", Announced: 3, Received: -1})},
		{"less than nothing withdrawn", fault.Conflict, buy(purchase.Line{SKU: "A", Announced: 3, Withdrawn: -1})},
		{"a SKU twice", fault.Exists, buy(purchase.Line{SKU: "A"}, purchase.Line{SKU: "A"})},
		{"a share of nothing", fault.Conflict, buy(purchase.Line{SKU: "A", Shares: []purchase.Share{{Store: "store"}}})},
		{"a store twice", fault.Exists, buy(purchase.Line{SKU: "A", Shares: []purchase.Share{share, share}})},
		{"a return in no state", fault.Conflict, lost},
		{"nothing to come back", fault.Conflict, back(fulfillment.ReturnLine{Line: 1})},
		{"more come back than may", fault.Conflict, back(fulfillment.ReturnLine{Line: 1, Quantity: 2, Received: 3})},
		{"more inspected than came back", fault.Conflict, back(fulfillment.ReturnLine{Line: 1, Quantity: 2, Received: 2, Good: 2, Damaged: 1})},
		{"less than nothing damaged", fault.Conflict, back(fulfillment.ReturnLine{Line: 1, Quantity: 2, Received: 2, Damaged: -1})},
		{"a line twice", fault.Exists, back(fulfillment.ReturnLine{Line: 1, Quantity: 2}, fulfillment.ReturnLine{Line: 1, Quantity: 2})},
	} {
		if err := w.Commit(t.Context(), test.changes); !fault.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
	if err := w.Commit(t.Context(), buy(purchase.Line{SKU: "A", Announced: 2, Shares: []purchase.Share{share}})); err != nil {
		t.Errorf("a purchase that can be: %v", err)
	}
	if err := w.Commit(t.Context(), back(fulfillment.ReturnLine{Line: 1, Quantity: 2, Received: 2, Good: 1, Damaged: 1})); err != nil {
		t.Errorf("a return that can be: %v", err)
	}
}
