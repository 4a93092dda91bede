package store

import (
	"context"
	"maps"
	"slices"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// perStatement is the most SKUs that one statement tells of.
const perStatement = 500

// warehouseRestored tells a warehouse that was restored from a backup what the store
// has of its units. What it will say of its stock is newer than all it has said. A
// store that was itself restored from a backup tells it when it knows it.
func (s *state) warehouseRestored(ctx context.Context, from id.Site, m event.SiteRestored) error {
	if s.books.Recovering(from) {
		s.books.Owe(from, m.Epoch)
	} else if err := s.sayRestated(ctx, from, m.Epoch); err != nil {
		return err
	}
	for _, k := range slices.SortedFunc(maps.Keys(s.levels), levelKey.compare) {
		if k.warehouse != from {
			continue
		}
		level := s.levels[k]
		level.Version = 0
		s.levels[k] = level
		s.changes.Levels = append(s.changes.Levels, level)
		delete(s.live.tried, k)
	}
	for _, k := range slices.SortedFunc(maps.Keys(s.live.schedules), levelKey.compare) {
		if k.warehouse != from {
			continue
		}
		schedule := s.live.schedules[k]
		schedule.Version = 0
		s.live.schedules[k] = schedule
		s.changes.Schedules = append(s.changes.Schedules, Schedule{from, schedule})
	}
	return nil
}

// sayRestated tells a warehouse what the store has of its units: free, kept for
// somebody, or promised and not asked for.
func (s *state) sayRestated(ctx context.Context, to id.Site, epoch uint64) error {
	quota, err := s.unaskedAt(ctx, to)
	if err != nil {
		return err
	}
	incoming := map[id.SKU]int64{}
	for _, b := range s.books.Balances() {
		switch b.Account {
		case stock.HeldAt(to), stock.ReservedAt(to):
			quota[b.SKU] += b.Units
		case stock.IncomingAt(to), stock.SoldAheadAt(to):
			incoming[b.SKU] += b.Units
		}
	}
	skus := map[id.SKU]bool{}
	for _, units := range []map[id.SKU]int64{quota, incoming} {
		for sku, n := range units {
			skus[sku] = skus[sku] || n > 0
		}
	}
	maps.DeleteFunc(skus, func(_ id.SKU, some bool) bool { return !some })
	statement := event.QuotaRestated{Epoch: epoch}
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(skus)), perStatement) {
		if statement.UpTo != "" {
			if err := s.books.Say(to, "quota", statement, s.now); err != nil {
				return err
			}
			statement = event.QuotaRestated{Epoch: epoch, After: statement.UpTo}
		}
		for _, sku := range chunk {
			statement.Quota = addUnits(statement.Quota, sku, quota[sku])
			statement.Incoming = addUnits(statement.Incoming, sku, incoming[sku])
			statement.UpTo = sku
		}
	}
	statement.UpTo = ""
	return s.books.Say(to, "quota", statement, s.now)
}

func addUnits(units []event.Units, sku id.SKU, quantity int64) []event.Units {
	if quantity == 0 {
		return units
	}
	return append(units, event.Units{SKU: sku, Quantity: quantity})
}

// unaskedAt returns the units that are promised out of a warehouse's quota and that it
// was not asked for.
func (s *state) unaskedAt(ctx context.Context, warehouse id.Site) (map[id.SKU]int64, error) {
	units := map[id.SKU]int64{}
	for _, which := range sortedOrders(s.live.unasked) {
		o, err := s.order(ctx, which)
		if err != nil {
			return nil, err
		}
		for i := range o.Fulfillments {
			f := &o.Fulfillments[i]
			if !f.Unasked || f.Warehouse != warehouse {
				continue
			}
			for _, part := range f.Lines {
				units[part.SKU] += part.Live()
			}
		}
	}
	return units, nil
}

// fulfillmentsAsked tells a warehouse that was restored what the store knows of
// fulfillments, and says again what it has asked of them and not heard of.
func (s *state) fulfillmentsAsked(ctx context.Context, from id.Site, m event.FulfillmentsAsked) error {
	answer := event.FulfillmentsRestated{Epoch: m.Epoch, More: m.More}
	var open []order.Order
	for _, name := range m.Fulfillments {
		o, err := s.order(ctx, name.Order)
		if fault.Is(err, fault.NotFound) {
			continue // the store has lost it as well, and will ask for it
		}
		if err != nil {
			return err
		}
		f := o.Fulfillment(name.Fulfillment)
		if f == nil || f.Warehouse != from {
			continue
		}
		state := stateOf(o, f)
		returns, err := s.returnsOf(ctx, o.ID)
		if err != nil {
			return err
		}
		for _, r := range returns {
			if r.Fulfillment == f.ID {
				state.Returns = append(state.Returns, r.told())
			}
		}
		answer.Fulfillments = append(answer.Fulfillments, state)
		o.Fulfillments = []order.Fulfillment{*f}
		open = append(open, o)
	}
	if err := s.books.Say(from, "fulfillments", answer, s.now); err != nil {
		return err
	}
	for _, o := range open {
		f := &o.Fulfillments[0]
		if err := s.askAgain(o, f); err != nil {
			return err
		}
		if s.books.Epoch() > 1 && f.Stage == order.VoidedStage { // as the store has found out; the warehouse may know better
			s.stillUnclear(event.FulfillmentName{Order: o.ID, Fulfillment: f.ID}, from, Letting)
		}
	}
	return nil
}

func stateOf(o order.Order, f *order.Fulfillment) event.FulfillmentState {
	state := event.FulfillmentState{
		Order: o.ID, Number: o.Number, Fulfillment: f.ID, PlacedAt: o.PlacedAt,
		Stage: f.Stage, Version: f.Version,
	}
	switch { // any other address than that of the request the warehouse has agreed to
	case f.Redirect != order.Redirected:
	case o.NewAddress != nil:
		state.Address = *o.NewAddress
	default:
		state.Address = o.Address
	}
	for _, part := range f.Lines {
		state.Lines = append(state.Lines, event.LineState{
			Line: part.Line, SKU: part.SKU, Name: o.Line(part.Line).Name,
			Quantity: part.Quantity, Voided: part.Voided, Returned: part.Returned,
		})
	}
	return state
}

// askAgain says again what a warehouse was asked of a fulfillment and has not answered.
func (s *state) askAgain(o order.Order, f *order.Fulfillment) error {
	key := o.ID.String()
	var off []order.Part
	for _, part := range f.Lines {
		if part.Asked > 0 {
			off = append(off, order.Part{Line: part.Line, SKU: part.SKU, Quantity: part.Asked})
		}
	}
	if len(off) > 0 {
		request := event.VoidRequested{Order: o.ID, Fulfillment: f.ID, Parts: off, Reason: o.Reason}
		if err := s.books.Say(f.Warehouse, key, request, s.now); err != nil {
			return err
		}
	}
	if f.Redirect == order.RedirectAsked && o.NewAddress != nil {
		request := event.RedirectRequested{Order: o.ID, Fulfillment: f.ID, Change: s.IDs.New(), Address: *o.NewAddress}
		if err := s.books.Say(f.Warehouse, key, request, s.now); err != nil {
			return err
		}
	}
	return nil
}

// told is the return as others are told of it.
func (r Return) told() event.ReturnState {
	state := event.ReturnState{Return: r.ID, Reason: r.Reason}
	for _, line := range r.Lines {
		state.Lines = append(state.Lines, event.ReturnLineState(line))
	}
	return state
}

// parts returns what a return announces.
func (r Return) parts() []order.Part {
	parts := make([]order.Part, len(r.Lines))
	for i, line := range r.Lines {
		parts[i] = order.Part{Line: line.Line, SKU: line.SKU, Quantity: line.Quantity}
	}
	return parts
}
