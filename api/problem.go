package api

import (
	"crossdock/core/fault"
	"crossdock/core/id"
)

// MediaProblem is the media type of a Problem (RFC 9457).
const MediaProblem = "application/problem+json"

// Problem is every answer that is an error.
type Problem struct {
	Type      string         `json:"type" doc:"A reference that names the kind"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail" doc:"What went wrong, for the person who asked"`
	Code      string         `json:"code" doc:"The kind, such as invalid or not-found: what programs decide upon"`
	Field     string         `json:"field,omitempty" doc:"The input at fault, such as lines[0].quantity"`
	RequestID string         `json:"request_id,omitempty" doc:"Finds the request in the server's log"`
	Errors    []FieldProblem `json:"errors,omitempty" nullable:"false" doc:"All that is wrong with the form of the input"`

	Order  string     `json:"order,omitempty" doc:"Of an order that was short, or not paid: its identifier; it stands as voided"`
	Number int64      `json:"number,omitempty" doc:"Of such an order: its number"`
	Short  []Shortage `json:"short,omitempty" nullable:"false" doc:"Of a short order: what was missing"`
	Replay bool       `json:"replay,omitempty" doc:"Of such an order: the key was known, nothing happened now"`
}

// FieldProblem is one thing that is wrong with the form of the input.
type FieldProblem struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Fault returns the problem as the error that it was at the server.
func (p Problem) Fault() *fault.Error {
	return &fault.Error{Kind: fault.ParseKind(p.Code), Field: p.Field, Message: p.Detail}
}

// placement reads a short order out of its problem; false for any other one.
func (p Problem) placement() (Placement, bool) {
	which, err := id.ParseOrder(p.Order)
	if fault.ParseKind(p.Code) != fault.Short || err != nil {
		return Placement{}, false
	}
	return Placement{Order: Order{ID: which, Number: p.Number, Status: "voided"}, Short: p.Short}, true
}
