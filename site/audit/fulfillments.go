package audit

import (
	"context"
	"slices"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/order"
)

// walkFulfillments checks the fulfillments of a warehouse.
func (a *auditor) walkFulfillments(ctx context.Context, v *view) error {
	return v.source.Fulfillments(ctx, func(f fulfillment.Fulfillment, damage error) error {
		row := "fulfillment " + f.ID.String()
		if damage != nil {
			a.damaged(5, v.head.Site, row, damage)
		}
		if fault.Is(damage, fault.NotFound) {
			return nil // whose lines these were went with the row
		}
		v.counts.Fulfillments++
		v.fulfillments[f.ID] = f
		if !slices.Contains(order.Stages(), f.Stage) {
			a.find(5, v.head.Site, row, "has the stage %s, which there is not", fault.Quote(string(f.Stage)))
		}
		a.checkFulfillment(v, f)
		return nil
	})
}

// checkFulfillment checks invariants 3 and 4 of a fulfillment at its warehouse.
func (a *auditor) checkFulfillment(v *view, f fulfillment.Fulfillment) {
	row := "fulfillment " + f.ID.String()
	picked := f.Stage == order.PickedStage || f.Stage == order.WaitingTransfer || f.Stage == order.ReadyStage
	sent := f.Stage == order.SentStage || f.Stage == order.DeliveredStage
	if len(f.Lines) == 0 {
		a.find(3, v.head.Site, row, "has no lines")
	}
	for _, line := range f.Lines {
		t := v.taken(lineKey{order: f.Order, line: line.Line})
		if t.sku != "" && t.sku != line.SKU {
			a.find(3, v.head.Site, row, "line %d is of %s, but the movements are of %s", line.Line, line.SKU, t.sku)
		}
		if t.allocated != line.Quantity || t.released != line.Voided || t.returned != line.Returned {
			a.find(3, v.head.Site, row, "line %d: %d asked for, %d voided, %d returned, but the movements say %d, %d, %d",
				line.Line, line.Quantity, line.Voided, line.Returned, t.allocated, t.released, t.returned)
		}
		if picked && t.picked < line.Live() || sent && t.shipped != line.Live() {
			a.find(3, v.head.Site, row, "line %d is %s with %d units, but %d were picked and %d shipped",
				line.Line, f.Stage, line.Live(), t.picked, t.shipped)
		}
		if !sent && t.shipped > 0 {
			a.find(4, v.head.Site, row, "line %d: %d units were shipped while it is %s", line.Line, t.shipped, f.Stage)
		}
		if t.shipped > line.Live() {
			a.find(4, v.head.Site, row, "line %d: %d units shipped of %d", line.Line, t.shipped, line.Live())
		}
	}
}
