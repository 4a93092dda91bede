package order

import (
	"slices"
	"strings"

	"crossdock/core/fault"
)

// Status is where an order stands, as its store tells it.
type Status string

// The statuses of an order.
const (
	Placed      Status = "placed"      // taken, its units promised
	Backordered Status = "backordered" // taken, waits for stock to come in
	Ready       Status = "ready"       // everything packed, waits for the carrier
	Sent        Status = "sent"        // handed to the carrier
	Delivered   Status = "delivered"   // the customer has it
	Voided      Status = "voided"      // called off; never deleted
	Returned    Status = "returned"    // came back
)

// Stage is where a fulfillment order stands, as its warehouse tells it.
type Stage string

// The stages of a fulfillment order.
const (
	Requested       Stage = "requested"        // the store has asked; the warehouse has not heard yet
	Accepted        Stage = "accepted"         // the units are allocated
	Picking         Stage = "picking"          // somebody is at the shelves
	PickedStage     Stage = "picked"           // everything lies in the packing area
	WaitingTransfer Stage = "waiting_transfer" // units from another warehouse are still to come
	ReadyStage      Stage = "ready"            // packed
	SentStage       Stage = "sent"             // handed to the carrier
	DeliveredStage  Stage = "delivered"        // the customer has it
	ShortStage      Stage = "short"            // the shelf held less than the books said
	VoidedStage     Stage = "voided"           // called off
)

// The state tables: what may follow on what. A placed or backordered order may
// skip forward over ready and sent, because its status is that of its slowest
// live fulfillment, and the slowest one may be voided. Where the others have come
// back by then, it is returned.
var (
	nextStatuses = map[Status][]Status{
		Placed:      {Backordered, Ready, Sent, Delivered, Voided, Returned},
		Backordered: {Placed, Ready, Sent, Delivered, Voided, Returned},
		Ready:       {Sent, Delivered, Voided, Returned},
		Sent:        {Delivered, Returned},
		Delivered:   {Returned},
		Voided:      {},
		Returned:    {},
	}
	nextStages = map[Stage][]Stage{
		Requested:       {Accepted, ShortStage, VoidedStage},
		Accepted:        {Picking, ShortStage, VoidedStage},
		Picking:         {PickedStage, ShortStage, VoidedStage},
		PickedStage:     {WaitingTransfer, ReadyStage, VoidedStage},
		WaitingTransfer: {ReadyStage, ShortStage, VoidedStage},
		ReadyStage:      {SentStage, VoidedStage},
		SentStage:       {DeliveredStage},
		DeliveredStage:  {},
		ShortStage:      {Accepted, VoidedStage},
		VoidedStage:     {},
	}
)

// Statuses lists every status, in order of an order's life.
func Statuses() []Status {
	return []Status{Placed, Backordered, Ready, Sent, Delivered, Voided, Returned}
}

// Stages lists every stage, in order of a fulfillment's life.
func Stages() []Stage {
	return []Stage{
		Requested, Accepted, Picking, PickedStage, WaitingTransfer,
		ReadyStage, SentStage, DeliveredStage, ShortStage, VoidedStage,
	}
}

// CheckStatus reports whether an order may go from one status to another.
// A step that is not in the table is fault.Conflict, names both and says what may follow.
func CheckStatus(from, to Status) error {
	next, known := nextStatuses[from]
	if !known || nextStatuses[to] == nil {
		return fault.New(fault.Invalid, "there is no step from %s to %s: not a status",
			fault.Quote(string(from)), fault.Quote(string(to)))
	}
	if !slices.Contains(next, to) {
		return fault.New(fault.Conflict, "an order that is %s cannot become %s: %s", from, to, choices(next))
	}
	return nil
}

// CheckStage reports whether a fulfillment may go from one stage to another.
// A step that is not in the table is fault.Conflict, names both and says what may follow.
func CheckStage(from, to Stage) error {
	next, known := nextStages[from]
	if !known || nextStages[to] == nil {
		return fault.New(fault.Invalid, "there is no step from %s to %s: not a fulfillment status",
			fault.Quote(string(from)), fault.Quote(string(to)))
	}
	if !slices.Contains(next, to) {
		return fault.New(fault.Conflict, "a fulfillment that is %s cannot become %s: %s", from, to, choices(next))
	}
	return nil
}

// choices says what may follow instead, for people.
func choices[S ~string](next []S) string {
	if len(next) == 0 {
		return "that is final"
	}
	words := make([]string, len(next))
	for i, s := range next {
		words[i] = string(s)
	}
	last := len(words) - 1
	if last == 0 {
		return "it can become " + words[0]
	}
	return "it can become " + strings.Join(words[:last], ", ") + " or " + words[last]
}

// NextStages returns what may follow on a stage, for people to choose from.
func NextStages(from Stage) []Stage { return slices.Clone(nextStages[from]) }

// Final reports whether nothing follows on the status.
func (s Status) Final() bool { return len(nextStatuses[s]) == 0 }

// Live reports whether the order still holds, or has used, its units.
func (s Status) Live() bool { return s != Voided }

// rank orders the stages by progress; an order is as far as its slowest one.
func (s Stage) rank() int {
	switch s {
	case ReadyStage:
		return 1
	case SentStage:
		return 2
	case DeliveredStage:
		return 3
	default:
		return 0
	}
}
