package httpfault

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
)

func TestEveryKindHasARow(t *testing.T) {
	want := map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 422, fault.NotFound: 404, fault.Exists: 409, fault.Conflict: 409,
		fault.Short: 409, fault.Unauthenticated: 401, fault.Denied: 403, fault.Unavailable: 503, fault.Busy: 503,
		fault.TooLarge: 413, fault.Mismatch: 422, fault.Newer: 500, fault.Corrupt: 500,
	}
	for kind, status := range want {
		if Status(kind) != status {
			t.Errorf("%s: status %d, want %d", kind, Status(kind), status)
		}
		if Title(kind) == "" {
			t.Errorf("%s has no title", kind)
		}
	}
	// The kinds are append-only: the first number without a name is behind the last one.
	last := fault.Kind(0)
	for fault.ParseKind(last.String()) == last {
		last++
	}
	if int(last) != len(want) || len(rows) != len(want) {
		t.Errorf("there are %d kinds, %d rows, and %d of them are tested", last, len(rows), len(want))
	}
}

func TestOf(t *testing.T) {
	secret := errors.New("password is swordfish")
	for name, test := range map[string]struct {
		err  error
		want Answer
	}{
		"field": {
			fault.At("lines[0].quantity", fault.Invalid, "the quantity 0 is not above zero"),
			Answer{fault.Invalid, 422, "The input breaks a rule", "the quantity 0 is not above zero", "lines[0].quantity", 0},
		},
		"wrapped": {
			fmt.Errorf("placing: %w", fault.New(fault.Busy, "too many orders wait")),
			Answer{fault.Busy, 503, "There is too much to do", "too many orders wait", "", 1},
		},
		"internal gives nothing away": {
			&fault.Error{Kind: fault.Internal, Message: "row 7: swordfish", Cause: secret},
			Answer{fault.Internal, 500, "Something went wrong on our side", "something went wrong on our side", "", 0},
		},
		"cause stays inside": {
			&fault.Error{Kind: fault.Unavailable, Message: "wh2 cannot be reached", Cause: secret},
			Answer{fault.Unavailable, 503, "A part cannot be reached", "wh2 cannot be reached", "", 5},
		},
		"no fault": {
			secret,
			Answer{fault.Internal, 500, "Something went wrong on our side", "something went wrong on our side", "", 0},
		},
		"given up": {
			fmt.Errorf("reading: %w", context.Canceled),
			Answer{fault.Unavailable, 503, "A part cannot be reached", "the request was given up before it was answered", "", 5},
		},
		"a fault about giving up keeps its kind": {
			&fault.Error{Kind: fault.Conflict, Message: "no", Cause: context.Canceled},
			Answer{fault.Conflict, 409, "The state does not allow it", "no", "", 0},
		},
		"unknown kind": {
			fault.New(fault.Kind(200), "from the future"),
			Answer{fault.Kind(200), 500, "Something went wrong on our side", "from the future", "", 0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Of(test.err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
