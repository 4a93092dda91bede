package memory

import (
	"cmp"
	"slices"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/site/store"
)

// writePlans writes what the store reckons with when it takes an order.
func (s *storeState) writePlans(b *batch, changes *store.Changes) error {
	for _, w := range changes.Warehouses {
		put(b, &s.warehouses, w.Code, w)
	}
	for _, schedule := range changes.Schedules {
		put(b, &s.schedules, levelKey{schedule.SKU, schedule.Warehouse}, copySchedule(schedule))
	}
	for _, load := range changes.Loads {
		if load.Parcels < 0 {
			return conflict("%s would be given %d parcels for %s", load.Warehouse, load.Parcels, load.On)
		}
		put(b, &s.loads, loadKey{load.Warehouse, load.On}, load)
	}
	for _, hold := range changes.Holds {
		if len(hold.Units) == 0 {
			remove(b, &s.holds, hold.Owner)
			continue
		}
		put(b, &s.holds, hold.Owner, copyHold(hold))
	}
	for _, end := range changes.LooseEnds {
		key := looseKey{end.Order.UUID, end.Fulfillment.UUID}
		if end.Kind == store.Settled {
			remove(b, &s.ends, key)
			continue
		}
		put(b, &s.ends, key, end)
	}
	return nil
}

// unsettled returns the orders that wait for the store, by number.
func (s *storeState) unsettled() []order.Order {
	var which []id.Order
	for _, one := range s.numbers.all() {
		if o, _ := s.orders.get(one); o.Unsettled() {
			which = append(which, one)
		}
	}
	waiting := make([]order.Order, len(which))
	for i, one := range which {
		o, _ := s.orders.get(one)
		waiting[i] = copyOrder(o)
	}
	return waiting
}

// pending returns the steps of payments that are not decided, oldest first.
func (s *storeState) pending() []pay.Transaction {
	var asked []pay.Transaction
	for _, t := range s.transactions.all() {
		if t.State == pay.Pending {
			asked = append(asked, t)
		}
	}
	slices.SortStableFunc(asked, func(a, b pay.Transaction) int { return a.At.Compare(b.At) })
	return asked
}

// writeReturns keeps the lines of each return in order.
func (s *storeState) writeReturns(b *batch, changes *store.Changes) error {
	for _, r := range changes.Returns {
		r = copySentBack(r)
		slices.SortStableFunc(r.Lines, func(a, b store.ReturnLine) int { return cmp.Compare(a.Line, b.Line) })
		for i, line := range r.Lines {
			if i > 0 && r.Lines[i-1].Line == line.Line {
				return exists("line %d of the return %s is there already", line.Line, r.ID)
			}
			if line.Good < 0 || line.Damaged < 0 || line.Good+line.Damaged > line.Received || line.Received > line.Quantity {
				return conflict("of line %d of the return %s more was found than came back", line.Line, r.ID)
			}
		}
		put(b, &s.returns, r.ID, r)
	}
	return nil
}
