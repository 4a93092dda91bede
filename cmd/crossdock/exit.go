package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"crossdock/core/fault"
)

// The exit statuses.
const (
	exitFailed   = 1 // the command was right and could not be done
	exitUsage    = 2 // the command was wrong
	exitFindings = 3 // it was done, and found something wrong
)

// usageError is a command line that nobody can follow.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

func usage(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// errFindings ends a check that found something, when all has been said.
var errFindings = errors.New("there are findings")

// exit tells what went wrong in words for a person, and returns the status.
func exit(err error, stderr io.Writer) int {
	var wrong usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.As(err, &wrong):
		say(stderr, "crossdock: %s", wrong.message)
		return exitUsage
	}
	say(stderr, "crossdock: %s", explain(err))
	return exitFailed
}

// explain returns the message of a fault with its causes. Here, unlike on a
// page, the causes are for the reader: it is their machine.
func explain(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Message == "" {
		return printable(err.Error())
	}
	text := f.Message
	if f.Cause != nil {
		if cause := explain(f.Cause); !strings.Contains(text, cause) {
			text += ": " + cause
		}
	}
	return printable(text)
}

// say writes one line. A terminal that went away leaves nobody to tell.
func say(to io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(to, format+"\n", args...)
}
