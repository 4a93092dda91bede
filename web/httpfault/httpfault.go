// Package httpfault is the one table that turns kinds of fault into HTTP. Pages
// and the REST interface both answer by it, so that one mistake has one status
// wherever it is made.
//
// It writes nothing and logs nothing, and it never gives the detail of an
// internal fault away. Start reading at Of.
package httpfault

import (
	"context"
	"errors"
	"net/http"

	"crossdock/core/fault"
)

// Answer is what a stranger is told of an error.
type Answer struct {
	Kind       fault.Kind
	Status     int
	Title      string // of the kind, always the same
	Message    string // of this error
	Field      string // the input at fault; may be empty
	RetryAfter int    // seconds; 0 where trying again is of no use
}

type row struct {
	status     int
	title      string
	retryAfter int
}

// rows is the table, by kind.
var rows = [...]row{
	fault.Internal:        {http.StatusInternalServerError, "Something went wrong on our side", 0},
	fault.Invalid:         {http.StatusUnprocessableEntity, "The input breaks a rule", 0},
	fault.NotFound:        {http.StatusNotFound, "There is no such thing", 0},
	fault.Exists:          {http.StatusConflict, "There is one already", 0},
	fault.Conflict:        {http.StatusConflict, "The state does not allow it", 0},
	fault.Short:           {http.StatusConflict, "There is not enough stock", 0},
	fault.Unauthenticated: {http.StatusUnauthorized, "Nobody is logged in", 0},
	fault.Denied:          {http.StatusForbidden, "It is not allowed", 0},
	fault.Unavailable:     {http.StatusServiceUnavailable, "A part cannot be reached", 5},
	fault.Busy:            {http.StatusServiceUnavailable, "There is too much to do", 1},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "It is too large", 0},
	fault.Mismatch:        {http.StatusUnprocessableEntity, "The key was used for something else", 0},
	fault.Newer:           {http.StatusInternalServerError, "The data is newer than the program", 0},
	fault.Corrupt:         {http.StatusInternalServerError, "Stored data is damaged", 0},
}

// Of returns what a stranger is told of err, which is not nil. A request that was
// given up, or ran out of time, counts as fault.Unavailable unless a fault says
// something else. A kind that is not in the table has the status of an internal fault.
func Of(err error) Answer {
	kind := KindOf(err)
	message, field := fault.Public(err)
	var known *fault.Error
	if kind == fault.Unavailable && !errors.As(err, &known) {
		message = "the request was given up before it was answered"
	}
	r := rowOf(kind)
	return Answer{kind, r.status, r.title, message, field, r.retryAfter}
}

// KindOf returns the kind that err is answered as.
func KindOf(err error) fault.Kind {
	kind := fault.KindOf(err)
	var known *fault.Error
	if errors.As(err, &known) {
		return kind
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fault.Unavailable
	}
	return kind
}

// Status returns the HTTP status of a kind; an unknown kind is an internal fault.
func Status(kind fault.Kind) int { return rowOf(kind).status }

// Title returns the words that stand for a kind.
func Title(kind fault.Kind) string { return rowOf(kind).title }

func rowOf(kind fault.Kind) row {
	if int(kind) >= len(rows) {
		return rows[fault.Internal]
	}
	return rows[kind]
}
