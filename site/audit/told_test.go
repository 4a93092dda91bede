package audit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
)

// TestTold compares what the two sites say of one fulfillment, whatever the order
// in which they list its lines.
func TestTold(t *testing.T) {
	ordered := order.Order{ID: id.Order{UUID: id.UUID{1}}, Number: 7, Fulfillments: []order.Fulfillment{{
		ID: id.Fulfillment{UUID: id.UUID{2}}, Warehouse: "wh1", Stage: order.Accepted, Version: 1,
		Lines: []order.Part{{Line: 1, SKU: "mug", Quantity: 3, Voided: 1}, {Line: 2, SKU: "pot", Quantity: 1}},
	}}}
	worked := fulfillment.Fulfillment{
		ID: id.Fulfillment{UUID: id.UUID{2}}, Order: ordered.ID, Number: 7, Store: "store", Stage: order.Accepted,
		Lines: []fulfillment.Line{{Line: 2, SKU: "pot", Quantity: 1}, {Line: 1, SKU: "mug", Quantity: 3, Voided: 1}},
	}
	tests := map[string]struct {
		change func(o *order.Fulfillment, f *fulfillment.Fulfillment)
		want   []string
	}{
		"the same":       {func(*order.Fulfillment, *fulfillment.Fulfillment) {}, nil},
		"another stage":  {func(_ *order.Fulfillment, f *fulfillment.Fulfillment) { f.Stage = order.Picking }, []string{"is accepted, but picking at wh1"}},
		"another number": {func(_ *order.Fulfillment, f *fulfillment.Fulfillment) { f.Number = 8 }, []string{"is of order 8 (01000000-0000-0000-0000-000000000000) of store, but at store of order 7 (01000000-0000-0000-0000-000000000000)"}},
		"another quantity": {func(_ *order.Fulfillment, f *fulfillment.Fulfillment) { f.Lines[1].Voided = 0 }, []string{
			"has other lines than at wh1",
		}},
		"another product": {func(_ *order.Fulfillment, f *fulfillment.Fulfillment) { f.Lines[0].SKU = "tin" }, []string{
			"line 2 is of tin, but at store of pot", "has other lines than at wh1",
		}},
		"another store": {func(o *order.Fulfillment, _ *fulfillment.Fulfillment) { o.ID.UUID[0] = 3 }, []string{
			"is not at wh1, and nothing about it is under way",
			"is of order 01000000-0000-0000-0000-000000000000, which store does not have",
		}},
		"not asked": {func(o *order.Fulfillment, f *fulfillment.Fulfillment) {
			o.ID.UUID[0], o.Unasked, f.Store = 3, true, "other"
		}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := &auditor{}
			s, w := newView(Head{Site: "store", Role: Store}, nil), newView(Head{Site: "wh1", Role: Warehouse}, nil)
			o, f := ordered.Clone(), worked
			f.Lines = append([]fulfillment.Line{}, worked.Lines...)
			test.change(&o.Fulfillments[0], &f)
			s.tellOrdered(o, &o.Fulfillments[0])
			w.tellWorked(f)
			a.compareFulfillments(s, w, onTheWay{}, skipped{})
			var got []string
			for _, finding := range a.report.Findings {
				got = append(got, finding.Text)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
