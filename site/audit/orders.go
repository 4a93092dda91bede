package audit

import (
	"context"
	"fmt"
	"slices"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// walkOrders checks the orders of a store: that all of them are there, and that
// each is in itself what a store writes.
func (a *auditor) walkOrders(ctx context.Context, v *view) error {
	var numbers []int64
	err := v.source.Orders(ctx, func(o order.Order, damage error) error {
		row := "order " + o.ID.String()
		if damage != nil {
			a.damaged(5, v.head.Site, row, damage)
		}
		if !fault.Is(damage, fault.NotFound) { // the row itself is there, readable or not
			v.counts.Orders++
			numbers = append(numbers, o.Number)
			a.checkStatus(v, o)
			a.checkTotal(v, o)
		}
		a.checkOrder(v, o)
		for i := range o.Fulfillments {
			v.tellOrdered(o, &o.Fulfillments[i])
		}
		return nil
	})
	if err != nil {
		return err
	}
	a.checkNumbers(v, numbers)
	return nil
}

// checkNumbers finds the orders that are not there any more: a store numbers its
// orders from 1 without gaps, and counts them. One that was restored goes on behind
// the numbers that its warehouses have heard of: those between are lost.
func (a *auditor) checkNumbers(v *view, numbers []int64) {
	slices.Sort(numbers)
	last := int64(0)
	for _, number := range numbers {
		switch {
		case number > last+1 && v.head.Epoch > 1:
			a.report.NotChecked = append(a.report.NotChecked, fmt.Sprintf(
				"orders %d to %d of %s: if there were any, they were lost when it was restored", last+1, number-1, v.head.Site))
		case number == last+2:
			a.find(5, v.head.Site, fmt.Sprintf("order number %d", last+1), "is missing")
		case number > last+2:
			a.find(5, v.head.Site, fmt.Sprintf("order number %d", last+1), "is missing, and so are all up to number %d", number-1)
		case number < 1 || number == last:
			a.find(5, v.head.Site, fmt.Sprintf("order number %d", number), "is not a number of its own: they count up from 1")
		}
		last = max(last, number)
	}
	if int64(len(numbers)) != v.head.Orders {
		a.find(5, v.head.Site, "orders", "are %d, but the store has counted %d", len(numbers), v.head.Orders)
	}
}

// checkStatus checks invariants 4 and 5: an order is in one state, and it is the
// one that its fulfillments add up to.
func (a *auditor) checkStatus(v *view, o order.Order) {
	row := "order " + o.ID.String()
	if o.Store != v.head.Site {
		a.find(5, v.head.Site, row, "belongs to the store %s", fault.Quote(string(o.Store)))
	}
	if !slices.Contains(order.Statuses(), o.Status) {
		a.find(5, v.head.Site, row, "has the status %s, which there is not", fault.Quote(string(o.Status)))
		return
	}
	unsaid := o
	unsaid.Status = order.Placed // Fold takes it at its word that an order is returned
	if folded := order.Fold(unsaid); folded != o.Status {
		a.find(4, v.head.Site, row, "is %s, but its fulfillments make it %s", o.Status, folded)
	}
}

// checkTotal checks that the total is what the lines cost, in one currency.
func (a *auditor) checkTotal(v *view, o order.Order) {
	row := "order " + o.ID.String()
	sum, err := order.Sum(o.Lines)
	if err != nil {
		a.find(3, v.head.Site, row, "its lines cannot be added up: %v", err)
		return
	}
	if sum != o.Total {
		a.find(3, v.head.Site, row, "its total is %d %s, but its lines cost %d %s",
			o.Total.Minor, fault.Quote(string(o.Total.Currency)), sum.Minor, fault.Quote(string(sum.Currency)))
	}
}

// planned is what the fulfillments of one warehouse, or of all, have of a line.
type planned struct {
	line                             int
	warehouse                        id.Site
	sku                              id.SKU
	units, voided, shipped, returned int64
}

func (p *planned) add(f order.Fulfillment, part order.Part) {
	p.units += part.Quantity
	p.voided += part.Voided
	p.returned += part.Returned
	if f.Stage == order.SentStage || f.Stage == order.DeliveredStage {
		p.shipped += part.Live()
	}
}

// checkOrder checks invariants 3 and 4 of an order at its store: every unit of
// every line is at a warehouse, or waits to come in, or is voided, and the
// movements say the same.
func (a *auditor) checkOrder(v *view, o order.Order) {
	row := "order " + o.ID.String()
	there := map[int]planned{} // by line
	for _, at := range a.plannedOf(v, o) {
		a.checkPlanned(v, o, at)
		sum := there[at.line]
		sum.units += at.units - at.voided
		sum.returned += at.returned
		there[at.line] = sum
	}
	for _, wait := range o.Waiting {
		a.checkKept(v, o, wait.Line, stock.SoldAheadAt(wait.Warehouse), wait.Quantity)
	}
	if len(o.Lines) == 0 {
		a.find(3, v.head.Site, row, "has no lines")
	}
	for i, line := range o.Lines {
		if line.Number != i+1 {
			a.find(3, v.head.Site, row, "line %d stands where line %d should: a line is missing", line.Number, i+1)
		}
		sum, waiting := there[line.Number], o.WaitingOf(line.Number)
		if sum.units+waiting+line.Voided != line.Quantity || sum.returned != line.Returned {
			a.find(3, v.head.Site, row, "line %d: %d ordered, %d voided, %d returned, but the warehouses have %d and %d returned, and %d wait",
				line.Number, line.Quantity, line.Voided, line.Returned, sum.units, sum.returned, waiting)
		}
		if line.Voided < 0 || line.Voided > line.Quantity || line.Returned < 0 || line.Returned > line.Quantity-line.Voided {
			a.find(3, v.head.Site, row, "line %d: %d voided and %d returned of %d",
				line.Number, line.Voided, line.Returned, line.Quantity)
		}
	}
}

// plannedOf adds up the parts of an order by line and warehouse, which may have
// several fulfillments of it.
func (a *auditor) plannedOf(v *view, o order.Order) []planned {
	var all []planned
	for _, f := range o.Fulfillments {
		if !slices.Contains(order.Stages(), f.Stage) {
			a.find(5, v.head.Site, "order "+o.ID.String(), "its fulfillment %s has the stage %s, which there is not", f.ID, fault.Quote(string(f.Stage)))
		}
		for _, part := range f.Lines {
			same := func(p planned) bool { return p.line == part.Line && p.warehouse == f.Warehouse && p.sku == part.SKU }
			i := slices.IndexFunc(all, same)
			if i < 0 {
				i = len(all)
				all = append(all, planned{line: part.Line, warehouse: f.Warehouse, sku: part.SKU})
			}
			all[i].add(f, part)
			if part.Moving > 0 {
				a.checkKept(v, o, part.Line, stock.ReservedAt(f.MoveTo), part.Moving)
			}
		}
	}
	return all
}

// checkKept takes what an order says is kept for it from what the movements say.
func (a *auditor) checkKept(v *view, o order.Order, line int, account stock.Account, units int64) {
	k := kept{o.ID, line, account}
	if v.kept[k] < units {
		a.find(3, v.head.Site, "order "+o.ID.String(), "line %d has %d units in %s, but the movements say %d", line, units, account, v.kept[k])
	}
	if v.kept[k] -= units; v.kept[k] <= 0 {
		delete(v.kept, k)
	}
}

// checkPlanned holds what a warehouse has of an order line against that line and
// the movements.
func (a *auditor) checkPlanned(v *view, o order.Order, at planned) {
	row := "order " + o.ID.String()
	switch line := o.Line(at.line); {
	case line == nil:
		a.find(3, v.head.Site, row, "line %d is missing, but %s has %d units for it", at.line, at.warehouse, at.units)
	case line.SKU != at.sku:
		a.find(3, v.head.Site, row, "line %d is of %s, but %s ships %s", at.line, line.SKU, at.warehouse, at.sku)
	}
	t := v.taken(lineKey{o.ID, at.line, at.warehouse})
	if t.sku != "" && t.sku != at.sku {
		a.find(3, v.head.Site, row, "line %d at %s is of %s, but the movements are of %s", at.line, at.warehouse, at.sku, t.sku)
	}
	if t.allocated != at.units || t.released != at.voided || t.shipped != at.shipped {
		a.find(3, v.head.Site, row,
			"line %d at %s: %d planned, %d voided, %d shipped, but the movements say %d, %d, %d",
			at.line, at.warehouse, at.units, at.voided, at.shipped, t.allocated, t.released, t.shipped)
	}
}
