package storetest

import (
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"crossdock/core/fault"
)

// tb is what tests and random checks have in common.
type tb interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// same fails unless got is want: an empty slice is as good as none, and a time
// must be in UTC too.
func same(t tb, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmp.Comparer(sameTime)); diff != "" {
		t.Errorf("%s: -want +got\n%s", what, diff)
	}
}

func sameTime(a, b time.Time) bool { return a.Equal(b) && a.Location() == b.Location() }

// read fails unless err is nil, and returns the value.
func read[T any](t tb, what string, value T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return value
}

// refused fails unless err is of the kind.
func refused(t tb, what string, want fault.Kind, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error, want %s", what, want)
	} else if got := fault.KindOf(err); got != want {
		t.Errorf("%s: error of kind %s, want %s: %v", what, got, want, err)
	}
}

// answer is what a lookup gave: the value, or the kind of its error.
type answer[T any] struct {
	Value T
	Error string
}

func answerOf[T any](value T, err error) answer[T] {
	if err != nil {
		return answer[T]{Error: fault.KindOf(err).String()}
	}
	return answer[T]{Value: value}
}
