package store

import (
	"context"
	"fmt"
	"slices"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// incomingGranted takes over units that a warehouse expects.
func (s *state) incomingGranted(warehouse id.Site, m event.IncomingGranted) error {
	for _, units := range m.Units {
		err := s.books.Book(stock.Movement{
			ID: id.Movement{UUID: id.Beside(m.Grant.UUID, "incoming/"+string(units.SKU))}, At: s.now,
			SKU: units.SKU, Quantity: units.Quantity, From: stock.IncomingGranterAt(warehouse), To: stock.IncomingAt(warehouse),
			Reason: stock.AnnouncedBy, Cause: m.Kind(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// incomingTaken lets go of units that are expected no more: they have arrived, or
// never will. Where more of them were sold ahead than are left, the orders that
// came last wait for another warehouse's, or are called off.
func (s *state) incomingTaken(ctx context.Context, warehouse id.Site, m event.IncomingTaken) error {
	reason := stock.Withdrawn
	if m.Arrived {
		reason = stock.Arrived
		if err := s.fillArrived(ctx, warehouse, m.Units); err != nil {
			return err
		}
	}
	var changed touched
	for _, units := range m.Units {
		missing := units.Quantity - s.books.Balance(units.SKU, stock.IncomingAt(warehouse))
		for _, w := range slices.Backward(slices.Clone(s.live.waiting[units.SKU])) {
			if missing <= 0 || w.incoming != warehouse {
				continue
			}
			lost := min(missing, w.units)
			if err := s.lose(ctx, &changed, units.SKU, w, lost); err != nil {
				return err
			}
			missing -= lost
		}
		err := s.books.Book(stock.Movement{
			ID: id.Movement{UUID: id.Beside(m.Taking.UUID, "incoming/"+string(units.SKU))}, At: s.now,
			SKU: units.SKU, Quantity: units.Quantity, From: stock.IncomingAt(warehouse), To: stock.IncomingGranterAt(warehouse),
			Reason: reason, Cause: m.Kind(),
		})
		if err != nil {
			return err
		}
	}
	return s.saveLost(ctx, &changed, warehouse)
}

// fillArrived serves what was sold ahead of units that have arrived, and is not
// served because their warehouse keeps safety stock: that is kept from those who
// come, not from those who were promised just these units.
func (s *state) fillArrived(ctx context.Context, warehouse id.Site, arrived []event.Units) error {
	var filled touched
	for _, units := range arrived {
		missing := units.Quantity - s.books.Balance(units.SKU, stock.IncomingAt(warehouse))
		for _, w := range slices.Clone(s.live.waiting[units.SKU]) {
			served := min(missing, w.units, s.held(warehouse, units.SKU))
			if served <= 0 || w.incoming != warehouse {
				continue
			}
			o, err := s.touch(ctx, &filled, w.order)
			if err != nil {
				return err
			}
			if _, err := s.fillFrom(&filled, *o, s.candidate(warehouse), units.SKU, w, served); err != nil {
				return err
			}
			missing -= served
		}
	}
	return s.saveFilled(&filled)
}

// lose takes units that were sold ahead from an order: it waits for what other
// warehouses expect, as far as they do, and the rest is called off.
func (s *state) lose(ctx context.Context, changed *touched, sku id.SKU, w waiting, units int64) error {
	o, err := s.touch(ctx, changed, w.order)
	if err != nil {
		return err
	}
	version := o.Version
	next, err := order.DropWaiting(*o, w.line, w.incoming, units, s.now)
	if err != nil {
		return err
	}
	next.Version = version
	changed.change(&next)
	err = s.books.Book(s.movement(sku, units, stock.SoldAheadAt(w.incoming), stock.IncomingAt(w.incoming),
		stock.Released, w.order, w.line, "withdrawn"))
	if err != nil {
		return err
	}
	for _, other := range s.expectations(sku, s.districts[next.Address.District]) {
		again := min(units, other.units)
		if other.warehouse == w.incoming || again == 0 {
			continue
		}
		units -= again
		next.Line(w.line).Voided -= again
		waitFor(&next, order.Wait{
			Line: w.line, SKU: sku, Warehouse: other.warehouse, Quantity: again, Due: s.due(other.warehouse, sku, other.sold+again),
		})
		err := s.books.Book(s.movement(sku, again, stock.IncomingAt(other.warehouse), stock.SoldAheadAt(other.warehouse),
			stock.SoldAhead, w.order, w.line, "withdrawn elsewhere"))
		if err != nil {
			return err
		}
	}
	next.Status = order.Fold(next)
	return nil
}

// waitFor adds to what an order waits for: one entry for each line and warehouse.
func waitFor(o *order.Order, more order.Wait) {
	for i := range o.Waiting {
		if wait := &o.Waiting[i]; wait.Line == more.Line && wait.Warehouse == more.Warehouse {
			wait.Quantity += more.Quantity
			if later(more.Due) > later(wait.Due) {
				wait.Due = more.Due
			}
			return
		}
	}
	o.Waiting = append(o.Waiting, more)
}

// saveLost saves the orders that have lost units, and lets go of their money.
// Those that merely wait for others are told only where the promise changes.
func (s *state) saveLost(ctx context.Context, changed *touched, warehouse id.Site) error {
	for _, which := range changed.sequence {
		if err := s.settleMoney(ctx, *changed.orders[which]); err != nil {
			return err
		}
	}
	for _, which := range changed.sequence {
		o := changed.orders[which]
		before, err := s.order(ctx, which)
		if err != nil {
			return err
		}
		if voidedUnits(*o) == voidedUnits(before) {
			s.savePromise(*o, warehouse)
			continue
		}
		if o.Status == order.Voided {
			o.Unpaid, o.Reason = false, "the supplier does not deliver"
		}
		o.Promise = s.promised(*o, s.districts[o.Address.District])
		s.change(o)
		s.save(*o, warehouse, "withdrawn", "a supplier of "+string(warehouse)+" does not deliver what was announced")
		text := fmt.Sprintf("A part of your order %d cannot be delivered as promised: our supplier has called it off.", o.Number)
		name := fmt.Sprintf("withdrawn/%d", o.Version)
		if o.Status == order.Voided {
			name, text = "voided", fmt.Sprintf("Your order %d was called off: our supplier does not deliver. Nothing is charged.", o.Number)
		}
		s.notify(*o, name, text)
	}
	return nil
}

func voidedUnits(o order.Order) int64 {
	var units int64
	for _, line := range o.Lines {
		units += line.Voided
	}
	return units
}

// incomingDated takes note of when what was announced is expected, and tells the
// customers whose promise changes.
func (s *state) incomingDated(ctx context.Context, warehouse id.Site, m event.IncomingDated) error {
	var changed touched
	for _, schedule := range m.Schedules {
		k := levelKey{warehouse, schedule.SKU}
		known := s.live.schedules[k]
		if known.Version >= schedule.Version {
			continue
		}
		s.live.schedules[k] = schedule
		if err := s.redate(ctx, &changed, warehouse, schedule.SKU); err != nil {
			s.live.schedules[k] = known
			return err
		}
		s.changes.Schedules = append(s.changes.Schedules, Schedule{warehouse, schedule})
	}
	for _, which := range changed.sequence {
		s.savePromise(*changed.orders[which], warehouse)
	}
	return nil
}

// redate changes the orders whose units come in on another day than they say.
func (s *state) redate(ctx context.Context, changed *touched, warehouse id.Site, sku id.SKU) error {
	var n int64
	for _, w := range s.live.waiting[sku] {
		if w.incoming != warehouse {
			continue
		}
		n += w.units
		o, err := s.touch(ctx, changed, w.order)
		if err != nil {
			return err
		}
		due := s.due(warehouse, sku, n)
		for i := range o.Waiting {
			wait := &o.Waiting[i]
			if wait.Line == w.line && wait.Warehouse == warehouse && wait.Due != due {
				wait.Due = due
				changed.change(o)
			}
		}
	}
	return nil
}

func (s *state) savePromise(o order.Order, warehouse id.Site) {
	before := o.Promise
	o.Promise = s.promised(o, s.districts[o.Address.District])
	s.change(&o)
	if o.Promise == before {
		s.save(o, warehouse, "dated", "the supplier's day has changed, the promise has not")
		return
	}
	s.save(o, warehouse, "promise-changed", promiseText(o))
	s.notify(o, fmt.Sprintf("promise-changed/%d", o.Version), fmt.Sprintf("Your order %d: %s.", o.Number, promiseText(o)))
}

func promiseText(o order.Order) string {
	if o.Promise.To.IsZero() {
		return "we do not know yet when all of it arrives; we tell you as soon as we do"
	}
	return fmt.Sprintf("all of it arrives between %s and %s", o.Promise.From, o.Promise.To)
}
