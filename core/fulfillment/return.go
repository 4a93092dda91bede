package fulfillment

import (
	"slices"
	"strconv"
	"time"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// ReturnOrder is units of a fulfillment that a customer sends back. They come in
// parts, or never; each is inspected before it may be sold again.
type ReturnOrder struct {
	ID          id.UUID
	Fulfillment id.Fulfillment
	Order       id.Order
	Number      int64   // the order's, for people
	Store       id.Site // who has agreed to it
	State       ReturnState
	Version     int // grows by one with each change
	RequestedAt time.Time
	ChangedAt   time.Time
	Reason      string
	Lines       []ReturnLine
}

// ReturnLine is one line of a return. Quantity >= Received >= Good + Damaged; the
// units between the last two lie in quarantine.
type ReturnLine struct {
	Line     int // of the order
	SKU      id.SKU
	Quantity int64 // that the customer may send back
	Received int64
	Good     int64 // inspected, and back on the shelf
	Damaged  int64 // inspected, and not for sale any more
}

// ReturnState is where a return stands.
type ReturnState string

// The states of a return.
const (
	ReturnRequested ReturnState = "requested" // nothing has come in yet
	ReturnReceived  ReturnState = "received"  // units lie in quarantine
	ReturnInspected ReturnState = "inspected" // all that came in was inspected; more may come
)

// nextReturns is what may follow on a state besides itself.
var nextReturns = map[ReturnState][]ReturnState{
	ReturnRequested: {ReturnReceived},
	ReturnReceived:  {ReturnInspected},
	ReturnInspected: {ReturnReceived},
}

// ReturnStates lists every state, in order of a return's life.
func ReturnStates() []ReturnState {
	return []ReturnState{ReturnRequested, ReturnReceived, ReturnInspected}
}

// CheckReturn reports whether a return may go from one state to another; it may
// always stay what it is. What is not in the table is fault.Conflict.
func CheckReturn(from, to ReturnState) error {
	if from != to && !slices.Contains(nextReturns[from], to) {
		return fault.New(fault.Conflict, "a return that is %s cannot become %s", from, to)
	}
	return nil
}

// RequestReturn notes that units of a fulfillment will come back. Before hand-off
// it is fault.Conflict, and so is a line that is not there or has not that many
// units out. The fulfillment is changed only by what comes in.
func RequestReturn(f Fulfillment, m event.ReturnRequested, now time.Time) (ReturnOrder, error) {
	if err := checkOut(f); err != nil {
		return ReturnOrder{}, err
	}
	r := ReturnOrder{
		ID: m.Return, Fulfillment: f.ID, Order: f.Order, Number: f.Number, Store: f.Store,
		State: ReturnRequested, Version: 1, RequestedAt: now, ChangedAt: now, Reason: m.Reason,
	}
	for _, part := range m.Parts {
		line := f.line(part.Line)
		if line == nil {
			return ReturnOrder{}, fault.New(fault.Conflict, "fulfillment %s has no line %d", f.ID, part.Line)
		}
		own := r.line(part.Line)
		if own == nil {
			r.Lines = append(r.Lines, ReturnLine{Line: line.Line, SKU: line.SKU})
			own = &r.Lines[len(r.Lines)-1]
		}
		if out := line.Live() - line.Returned - own.Quantity; part.Quantity < 1 || part.Quantity > out {
			return ReturnOrder{}, fault.New(fault.Conflict,
				"line %d of fulfillment %s has %d units out, %d cannot come back", part.Line, f.ID, out, part.Quantity)
		}
		own.Quantity += part.Quantity
	}
	if len(r.Lines) == 0 {
		return ReturnOrder{}, nothingNamed()
	}
	return r, nil
}

// ReceiveReturn books units of a return into quarantine. More than was requested,
// or than is out, is fault.Conflict, and nothing is changed.
func ReceiveReturn(f Fulfillment, r ReturnOrder, parts []order.Part, now time.Time) (Fulfillment, ReturnOrder, []stock.Movement, error) {
	next, err := r.step(ReturnReceived, now)
	if err == nil {
		err = next.add(parts, func(line *ReturnLine) *int64 { return &line.Received })
	}
	if err == nil && len(parts) == 0 {
		err = nothingNamed()
	}
	if err != nil {
		return f, r, nil, err
	}
	after, movements, err := takeBack(f, r.ID.String()+"-"+strconv.Itoa(next.Version), parts, now)
	if err != nil {
		return f, r, nil, err
	}
	return after, next, movements, nil
}

// InspectReturn puts good units of a return back on the shelf, and damaged ones
// aside. More than lies in quarantine is fault.Conflict, and nothing is changed.
func InspectReturn(r ReturnOrder, good, damaged []order.Part, now time.Time) (ReturnOrder, []stock.Movement, error) {
	next, err := r.step(ReturnInspected, now)
	if err == nil {
		err = next.add(good, func(line *ReturnLine) *int64 { return &line.Good })
	}
	if err == nil {
		err = next.add(damaged, func(line *ReturnLine) *int64 { return &line.Damaged })
	}
	if err == nil && len(good)+len(damaged) == 0 {
		err = nothingNamed()
	}
	if err != nil {
		return r, nil, err
	}
	var movements []stock.Movement
	for i, line := range next.Lines { // one movement a line and verdict, however often the line was named
		if line.Good+line.Damaged < line.Received {
			next.State = ReturnReceived
		}
		if units := line.Good - r.Lines[i].Good; units > 0 {
			movements = append(movements, next.movement("inspected", line, units, stock.Inspected, stock.Available, now))
		}
		if units := line.Damaged - r.Lines[i].Damaged; units > 0 {
			movements = append(movements, next.movement("damaged", line, units, stock.DamagedOut, stock.Damaged, now))
		}
	}
	return next, movements, nil
}

// Return books units that came back from the customer into quarantine, without a
// return order: they are here already. Before hand-off it is fault.Conflict, and
// so is a line that is not there or has not that many units out.
func Return(f Fulfillment, cause id.UUID, parts []order.Part, now time.Time) (Fulfillment, []stock.Movement, error) {
	return takeBack(f, cause.String(), parts, now)
}

func takeBack(f Fulfillment, cause string, parts []order.Part, now time.Time) (Fulfillment, []stock.Movement, error) {
	if err := checkOut(f); err != nil {
		return f, nil, err
	}
	next := f.step(f.Stage, now)
	for _, part := range parts {
		line := next.line(part.Line)
		if line == nil || part.Quantity < 1 || part.Quantity > line.Live()-line.Returned {
			return f, nil, fault.New(fault.Conflict, "line %d of fulfillment %s cannot take %d units back", part.Line, f.ID, part.Quantity)
		}
		line.Returned += part.Quantity
	}
	var movements []stock.Movement
	for i, line := range next.Lines { // one movement a line, however often it was named: its identifier is the line's
		if units := line.Returned - f.Lines[i].Returned; units > 0 {
			movements = append(movements, f.movement("returned-"+cause, line, units,
				stock.CustomerReturn, stock.Account{Kind: stock.Customer}, stock.Account{Kind: stock.Quarantine}, now))
		}
	}
	return next, movements, nil
}

func checkOut(f Fulfillment) error {
	if f.Stage != order.SentStage && f.Stage != order.DeliveredStage {
		return fault.New(fault.Conflict, "a fulfillment that is %s cannot come back", f.Stage)
	}
	return nil
}

// Received returns what has come in of the return so far, by line.
func (r ReturnOrder) Received() []order.Part {
	return r.parts(func(l ReturnLine) int64 { return l.Received })
}

// Good returns what was inspected and is for sale again, by line.
func (r ReturnOrder) Good() []order.Part {
	return r.parts(func(l ReturnLine) int64 { return l.Good })
}

// Damaged returns what was inspected and is not for sale any more, by line.
func (r ReturnOrder) Damaged() []order.Part {
	return r.parts(func(l ReturnLine) int64 { return l.Damaged })
}

func (r ReturnOrder) parts(units func(ReturnLine) int64) []order.Part {
	var parts []order.Part
	for _, line := range r.Lines {
		if n := units(line); n > 0 {
			parts = append(parts, order.Part{Line: line.Line, SKU: line.SKU, Quantity: n})
		}
	}
	return parts
}

// step returns a copy one version on, whose lines may be changed.
func (r ReturnOrder) step(to ReturnState, now time.Time) (ReturnOrder, error) {
	if err := CheckReturn(r.State, to); err != nil {
		return r, err
	}
	r.Lines, r.State, r.ChangedAt = slices.Clone(r.Lines), to, now
	r.Version++
	return r, nil
}

// add counts parts in the named column of their lines, as far as it holds them.
func (r *ReturnOrder) add(parts []order.Part, column func(*ReturnLine) *int64) error {
	for _, part := range parts {
		line := r.line(part.Line)
		if line == nil {
			return fault.New(fault.Conflict, "the return has no line %d", part.Line)
		}
		requested, waiting := line.Quantity-line.Received, line.Received-line.Good-line.Damaged
		*column(line) += part.Quantity
		if part.Quantity < 1 || part.Quantity > line.Quantity || line.Received > line.Quantity || line.Good+line.Damaged > line.Received {
			return fault.New(fault.Conflict, "line %d of the return has %d units still to come in and %d to inspect: not %d",
				part.Line, requested, waiting, part.Quantity)
		}
	}
	return nil
}

func nothingNamed() error { return fault.New(fault.Conflict, "no units of the return are named") }

func (r *ReturnOrder) line(number int) *ReturnLine {
	for i := range r.Lines {
		if r.Lines[i].Line == number {
			return &r.Lines[i]
		}
	}
	return nil
}

// movement takes units out of quarantine, and names itself after the step.
func (r ReturnOrder) movement(cause string, line ReturnLine, units int64, reason stock.Reason, to stock.Kind, now time.Time) stock.Movement {
	cause += "-" + strconv.Itoa(r.Version)
	return stock.Movement{
		ID: id.Movement{UUID: id.Beside(r.ID, cause+"/"+strconv.Itoa(line.Line))},
		At: now, SKU: line.SKU, Quantity: units, From: stock.Account{Kind: stock.Quarantine}, To: stock.Account{Kind: to},
		Reason: reason, Order: r.Order, Line: line.Line, Cause: cause,
	}
}
