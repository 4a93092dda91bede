package audit

import (
	"context"
	"fmt"
	"slices"

	"crossdock/core/fault"
	"crossdock/core/order"
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
		o.Why, o.Address = nil, order.Address{} // not needed any more
		v.orders[o.ID] = o
		return nil
	})
	if err != nil {
		return err
	}
	a.checkNumbers(v, numbers)
	return nil
}

// checkNumbers finds the orders that are not there any more: a store numbers its
// orders from 1 without gaps, and counts them.
func (a *auditor) checkNumbers(v *view, numbers []int64) {
	slices.Sort(numbers)
	last := int64(0)
	for _, number := range numbers {
		switch {
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
	if folded := order.Fold(o); folded != o.Status && o.Status != order.Returned {
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

// checkOrder checks invariants 3 and 4 of an order at its store: every unit of
// every line is at a warehouse, or voided, and the movements say the same.
func (a *auditor) checkOrder(v *view, o order.Order) {
	row := "order " + o.ID.String()
	there := map[int]order.Part{} // by line, what the fulfillments have of it
	for _, f := range o.Fulfillments {
		if !slices.Contains(order.Stages(), f.Stage) {
			a.find(5, v.head.Site, row, "its fulfillment %s has the stage %s, which there is not", f.ID, fault.Quote(string(f.Stage)))
		}
		for _, part := range f.Lines {
			a.checkPart(v, o, f, part)
			sum := there[part.Line]
			sum.Quantity += part.Quantity
			sum.Voided += part.Voided
			sum.Returned += part.Returned
			there[part.Line] = sum
		}
	}
	if len(o.Lines) == 0 {
		a.find(3, v.head.Site, row, "has no lines")
	}
	for i, line := range o.Lines {
		if line.Number != i+1 {
			a.find(3, v.head.Site, row, "line %d stands where line %d should: a line is missing", line.Number, i+1)
		}
		sum := there[line.Number]
		if len(o.Fulfillments) == 0 {
			sum = order.Part{Quantity: line.Quantity, Voided: line.Quantity}
		}
		if sum.Quantity != line.Quantity || sum.Voided != line.Voided || sum.Returned != line.Returned {
			a.find(3, v.head.Site, row, "line %d: %d ordered, %d voided, %d returned, but the warehouses have %d, %d, %d",
				line.Number, line.Quantity, line.Voided, line.Returned, sum.Quantity, sum.Voided, sum.Returned)
		}
		if line.Voided < 0 || line.Voided > line.Quantity || line.Returned < 0 || line.Returned > line.Quantity-line.Voided {
			a.find(3, v.head.Site, row, "line %d: %d voided and %d returned of %d",
				line.Number, line.Voided, line.Returned, line.Quantity)
		}
	}
}

// checkPart holds one part of a fulfillment against its order line and the movements.
func (a *auditor) checkPart(v *view, o order.Order, f order.Fulfillment, part order.Part) {
	row := "order " + o.ID.String()
	switch line := o.Line(part.Line); {
	case line == nil:
		a.find(3, v.head.Site, row, "line %d is missing, but %s has %d units for it", part.Line, f.Warehouse, part.Quantity)
	case line.SKU != part.SKU:
		a.find(3, v.head.Site, row, "line %d is of %s, but %s ships %s", part.Line, line.SKU, f.Warehouse, part.SKU)
	}
	t := v.taken(lineKey{o.ID, part.Line, f.Warehouse})
	if t.sku != "" && t.sku != part.SKU {
		a.find(3, v.head.Site, row, "line %d at %s is of %s, but the movements are of %s", part.Line, f.Warehouse, part.SKU, t.sku)
	}
	shipped := int64(0)
	if f.Stage == order.SentStage || f.Stage == order.DeliveredStage {
		shipped = part.Live()
	}
	if t.allocated != part.Quantity || t.released != part.Voided || t.shipped != shipped {
		a.find(3, v.head.Site, row,
			"line %d at %s: %d planned, %d voided, %d shipped, but the movements say %d, %d, %d",
			part.Line, f.Warehouse, part.Quantity, part.Voided, shipped, t.allocated, t.released, t.shipped)
	}
}
