// Package fault is the one form of error that crosses a boundary: a kind out of
// a closed set, a message that a stranger may read, and a cause that they may not.
//
// Kinds are append-only, because they cross the wire. Callers ask KindOf and
// never look into a text. Anything that is not a fault counts as Internal.
package fault

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Kind says what sort of thing went wrong. Append only; the numbers are stored.
type Kind uint8

// The kinds. One table in web turns them into HTTP status.
const (
	Internal        Kind = 0  // a bug, or an engine that failed
	Invalid         Kind = 1  // the input breaks a rule that holds always
	NotFound        Kind = 2  // no such thing
	Exists          Kind = 3  // there is one already
	Conflict        Kind = 4  // the state does not allow it now
	Short           Kind = 5  // not enough units to promise
	Unauthenticated Kind = 6  // nobody has logged in
	Denied          Kind = 7  // known, but not allowed
	Unavailable     Kind = 8  // a site or engine cannot be reached
	Busy            Kind = 9  // overload; try again later
	TooLarge        Kind = 10 // more bytes or items than the limit
	Mismatch        Kind = 11 // an idempotency key came back with another body
	Newer           Kind = 12 // written by a newer version of Crossdock
	Corrupt         Kind = 13 // stored data breaks its own rules
)

var names = [...]string{
	"internal", "invalid", "not-found", "exists", "conflict", "short", "unauthenticated",
	"denied", "unavailable", "busy", "too-large", "mismatch", "newer", "corrupt",
}

// String returns the kind's stable name, as it stands in logs and on the wire.
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return "kind-" + strconv.Itoa(int(k))
}

// ParseKind reads a stable name back; an unknown one is Internal.
func ParseKind(name string) Kind {
	for k, known := range names {
		if known == name {
			return Kind(k)
		}
	}
	return Internal
}

// Error is a fault. Message is for the person who asked; Cause is for the log.
type Error struct {
	Kind    Kind
	Op      string // what was being done, such as "store.PlaceOrder"; may be empty
	Field   string // the input field at fault, such as "lines[0].quantity"; may be empty
	Message string
	Cause   error
}

// New makes a fault with a public message.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// At makes a fault that points at an input field.
func At(field string, kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Wrap adds an operation and a public message to a cause, and keeps its kind.
// It returns nil for a nil cause.
func Wrap(cause error, op, format string, args ...any) error {
	if cause == nil {
		return nil
	}
	return &Error{Kind: KindOf(cause), Op: op, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// Error returns the operation, the message and the cause, for logs.
func (e *Error) Error() string {
	text := e.Message
	if text == "" {
		text = e.Kind.String()
	}
	if e.Op != "" {
		text = e.Op + ": " + text
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf returns the kind of the first fault in err's chain, else Internal.
func KindOf(err error) Kind {
	if e, is := errors.AsType[*Error](err); is {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is a fault of this kind. A nil err is of no kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Public returns what a stranger may read of err, and the field it is about.
// An Internal fault gives no detail away.
func Public(err error) (message, field string) {
	var e *Error
	if !errors.As(err, &e) || e.Kind == Internal || e.Message == "" {
		return "something went wrong on our side", ""
	}
	return e.Message, e.Field
}

// Quote shows foreign text inside a message: quoted, cut to 40 characters, and
// harmless whatever bytes it holds.
func Quote(text string) string {
	const limit = 40
	if utf8.RuneCountInString(text) > limit {
		runes := []rune(text)
		return strconv.Quote(string(runes[:limit])) + " (cut)"
	}
	return strconv.Quote(text)
}
