package fulfillment

import (
	"slices"
	"strconv"
	"time"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// Restate brings a fulfillment to where its store knows it to be, after the warehouse
// was restored from a backup and has lost the steps in between, and returns the
// movements of those steps: units called off, picked, handed over, come back. Where
// the warehouse knows all of it, or more, it returns the fulfillment as it was. A
// state that cannot follow on its own is fault.Conflict.
func Restate(f Fulfillment, known event.FulfillmentState, now time.Time) (Fulfillment, []stock.Movement, error) {
	if !f.behind(known) {
		return f, nil, nil
	}
	to := known.Stage
	if known.Version < f.Version { // steps that have no version for the store came between
		to = f.Stage
	}
	next := f.step(to, now)
	next.Version = max(known.Version, next.Version)
	if f.redirected(known) {
		next.Address = known.Address
	}
	movements, err := next.restateVoided(known, now)
	if err != nil {
		return f, nil, err
	}
	if wasPicked(to) {
		movements = append(movements, next.pick(now)...)
	}
	if handedOver(to) && !handedOver(f.Stage) {
		movements = append(movements, next.move("sent", stock.Shipped, stock.Account{Kind: stock.Picked}, stock.Account{Kind: stock.Customer}, now)...)
	}
	back, err := next.restateReturned(known, now)
	if err != nil {
		return f, nil, err
	}
	return next, append(movements, back...), nil
}

// behind reports whether a store knows anything that this fulfillment does not say.
func (f Fulfillment) behind(known event.FulfillmentState) bool {
	if known.Version > f.Version || f.redirected(known) {
		return true
	}
	for _, own := range known.Lines {
		if line := f.line(own.Line); line == nil || own.Returned > line.Returned {
			return true
		}
	}
	return false
}

// redirected reports whether the fulfillment goes to another address than is known here.
func (f Fulfillment) redirected(known event.FulfillmentState) bool {
	return known.Address != (order.Address{}) && known.Address != f.Address
}

// RestateReturn brings a return of a fulfillment to where its store knows it to be, and
// returns the movements of what was looked at since; what came in is the fulfillment's.
// The zero return is one that the warehouse has lost. Where the warehouse knows all of
// it, it comes back as it was.
func RestateReturn(f Fulfillment, r ReturnOrder, known event.ReturnState, now time.Time) (ReturnOrder, []stock.Movement) {
	next := r
	if r.Version == 0 {
		next = ReturnOrder{
			ID: known.Return, Fulfillment: f.ID, Order: f.Order, Number: f.Number, Store: f.Store, RequestedAt: now, Reason: known.Reason,
		}
	}
	next.Lines = slices.Clone(r.Lines)
	next.Version++
	next.ChangedAt = now
	changed := r.Version == 0
	var movements []stock.Movement
	for _, own := range known.Lines {
		line := next.line(own.Line)
		if line == nil {
			next.Lines = append(next.Lines, ReturnLine{Line: own.Line, SKU: own.SKU, Quantity: own.Quantity})
			line = &next.Lines[len(next.Lines)-1]
		}
		good, damaged := own.Good-line.Good, own.Damaged-line.Damaged
		changed = changed || own.Received > line.Received || good > 0 || damaged > 0
		line.Received = max(line.Received, own.Received)
		if good > 0 {
			line.Good += good
			movements = append(movements, next.movement("inspected", *line, good, stock.Inspected, stock.Available, now))
		}
		if damaged > 0 {
			line.Damaged += damaged
			movements = append(movements, next.movement("damaged", *line, damaged, stock.DamagedOut, stock.Damaged, now))
		}
	}
	if !changed {
		return r, nil
	}
	next.State = next.reached()
	return next, movements
}

// reached returns the state that the lines of a return make.
func (r ReturnOrder) reached() ReturnState {
	state := ReturnRequested
	for _, line := range r.Lines {
		switch {
		case line.Good+line.Damaged < line.Received:
			return ReturnReceived
		case line.Received > 0:
			state = ReturnInspected
		}
	}
	return state
}

// Told is the return as others are told of it.
func (r ReturnOrder) Told() event.ReturnState {
	state := event.ReturnState{Return: r.ID, Reason: r.Reason}
	for _, line := range r.Lines {
		state.Lines = append(state.Lines, event.ReturnLineState{
			Line: line.Line, SKU: line.SKU, Quantity: line.Quantity, Received: line.Received, Good: line.Good, Damaged: line.Damaged,
		})
	}
	return state
}

// restateVoided calls off what the store knows to be called off, and is not.
func (f *Fulfillment) restateVoided(known event.FulfillmentState, now time.Time) ([]stock.Movement, error) {
	var movements []stock.Movement
	step := "voided-" + strconv.Itoa(f.Version)
	for _, own := range known.Lines {
		line := f.line(own.Line)
		if line == nil || own.Voided < line.Voided || own.Voided > line.Quantity {
			return nil, fault.New(fault.Conflict, "line %d of fulfillment %s cannot have %d units called off", own.Line, f.ID, own.Voided)
		}
		units := own.Voided - line.Voided
		line.Voided = own.Voided
		packed := max(line.Picked-line.Live(), 0)
		line.Picked -= packed
		if units > packed {
			movements = append(movements, f.movement(step, *line, units-packed, stock.Released,
				stock.Account{Kind: stock.Allocated}, stock.Account{Kind: stock.Available}, now))
		}
		if packed > 0 {
			movements = append(movements, f.movement("voided-packed-"+strconv.Itoa(f.Version), *line, packed, stock.Released,
				stock.Account{Kind: stock.Picked}, stock.Account{Kind: stock.Available}, now))
		}
	}
	return movements, nil
}

// restateReturned books what the store knows to have come back, and was not: it lies
// in quarantine, where people look at it once more.
func (f *Fulfillment) restateReturned(known event.FulfillmentState, now time.Time) ([]stock.Movement, error) {
	var movements []stock.Movement
	for _, own := range known.Lines {
		line := f.line(own.Line)
		if own.Returned < line.Returned || own.Returned > line.Live() || own.Returned > 0 && !handedOver(f.Stage) {
			return nil, fault.New(fault.Conflict, "line %d of fulfillment %s cannot have %d units back", own.Line, f.ID, own.Returned)
		}
		if units := own.Returned - line.Returned; units > 0 {
			line.Returned = own.Returned
			movements = append(movements, f.movement("restated-back-"+strconv.Itoa(f.Version), *line, units, stock.CustomerReturn,
				stock.Account{Kind: stock.Customer}, stock.Account{Kind: stock.Quarantine}, now))
		}
	}
	return movements, nil
}

// State is the fulfillment as others are told of it.
func (f Fulfillment) State(record []byte) event.FulfillmentState {
	state := event.FulfillmentState{
		Order: f.Order, Number: f.Number, Fulfillment: f.ID, PlacedAt: f.PlacedAt, Address: f.Address,
		Stage: f.Stage, Version: f.Version, Record: record,
	}
	for _, line := range f.Lines {
		state.Lines = append(state.Lines, event.LineState{
			Line: line.Line, SKU: line.SKU, Name: line.Name, Quantity: line.Quantity, Voided: line.Voided, Returned: line.Returned,
		})
	}
	return state
}

// Final reports whether nothing more happens to the fulfillment at the warehouse.
func (f Fulfillment) Final() bool {
	return f.Stage == order.VoidedStage || f.Stage == order.DeliveredStage
}

func wasPicked(stage order.Stage) bool {
	switch stage {
	case order.PickedStage, order.WaitingTransfer, order.ReadyStage:
		return true
	default:
		return handedOver(stage)
	}
}

func handedOver(stage order.Stage) bool {
	return stage == order.SentStage || stage == order.DeliveredStage
}
