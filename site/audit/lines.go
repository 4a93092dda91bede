package audit

import (
	"fmt"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
)

// checkOrder checks invariants 3 and 4 of an order at its store: every unit of
// every line is at a warehouse, or voided, and the movements say the same.
func (a *auditor) checkOrder(v *view, o order.Order) {
	row := "order " + o.ID.String()
	planned, voided := map[int]int64{}, map[int]int64{}
	for _, f := range o.Fulfillments {
		sent := f.Stage == order.SentStage || f.Stage == order.DeliveredStage
		for _, part := range f.Lines {
			planned[part.Line] += part.Quantity
			voided[part.Line] += part.Voided
			t := v.taken(lineKey{o.ID, part.Line, f.Warehouse})
			shipped := int64(0)
			if sent {
				shipped = part.Live()
			}
			if t.allocated != part.Quantity || t.released != part.Voided || t.shipped != shipped {
				a.find(3, v.head.Site, row,
					"line %d at %s: %d planned, %d voided, %d shipped, but the movements say %d, %d, %d",
					part.Line, f.Warehouse, part.Quantity, part.Voided, shipped, t.allocated, t.released, t.shipped)
			}
		}
	}
	for _, line := range o.Lines {
		if len(o.Fulfillments) == 0 {
			planned[line.Number], voided[line.Number] = line.Quantity, line.Quantity
		}
		if planned[line.Number] != line.Quantity || voided[line.Number] != line.Voided {
			a.find(3, v.head.Site, row, "line %d: %d ordered and %d voided, but the warehouses have %d and %d",
				line.Number, line.Quantity, line.Voided, planned[line.Number], voided[line.Number])
		}
		if line.Voided < 0 || line.Voided > line.Quantity || line.Returned < 0 || line.Returned > line.Quantity-line.Voided {
			a.find(3, v.head.Site, row, "line %d: %d voided and %d returned of %d",
				line.Number, line.Voided, line.Returned, line.Quantity)
		}
	}
	if folded := order.Fold(o); folded != o.Status && o.Status != order.Returned {
		a.find(4, v.head.Site, row, "is %s, but its fulfillments make it %s", o.Status, folded)
	}
}

// checkFulfillment checks invariants 3 and 4 of a fulfillment at its warehouse.
func (a *auditor) checkFulfillment(v *view, f fulfillment.Fulfillment) {
	row := "fulfillment " + f.ID.String()
	picked := f.Stage == order.PickedStage || f.Stage == order.WaitingTransfer || f.Stage == order.ReadyStage
	sent := f.Stage == order.SentStage || f.Stage == order.DeliveredStage
	for _, line := range f.Lines {
		t := v.taken(lineKey{order: f.Order, line: line.Line})
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

// checkOwners finds movements for order lines that do not exist: units that are
// promised to nobody. taken has removed those that belong to somebody.
func (a *auditor) checkOwners(v *view) {
	for key, t := range v.moved {
		where := ""
		if key.warehouse != "" {
			where = " at " + string(key.warehouse)
		}
		a.find(3, v.head.Site, fmt.Sprintf("movement %d", t.row),
			"moves units for order %s line %d%s, which is not there", key.order, key.line, where)
	}
	clear(v.moved)
}

// taken returns the tally of a line, once: a line that is looked for a second
// time has nothing left.
func (v *view) taken(key lineKey) tally {
	t := v.moved[key]
	if t == nil {
		return tally{}
	}
	delete(v.moved, key)
	return *t
}

// linesOf returns the live and voided units of a fulfillment by line.
func linesOf(f fulfillment.Fulfillment) map[int][2]int64 {
	lines := map[int][2]int64{}
	for _, line := range f.Lines {
		lines[line.Line] = [2]int64{line.Quantity, line.Voided}
	}
	return lines
}

func partsOf(f order.Fulfillment) map[int][2]int64 {
	lines := map[int][2]int64{}
	for _, part := range f.Lines {
		lines[part.Line] = [2]int64{part.Quantity, part.Voided}
	}
	return lines
}

// orderKey is the feed key of everything said about an order.
func orderKey(o id.Order) string { return o.String() }
