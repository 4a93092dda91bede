package api

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"crossdock/core/fault"
)

// refused is what a server says that has too much to do.
func refused(seconds int) error {
	return &problemError{problem: Problem{Code: "busy", Detail: "later"}, retryAfter: time.Duration(seconds) * time.Second}
}

// TestABusyServerIsAskedAgain by the clock of the test: when it said, no more often
// than is allowed, and only for as long as the caller has time.
func TestABusyServerIsAskedAgain(t *testing.T) {
	unavailable := &problemError{problem: Problem{Code: "unavailable"}, retryAfter: time.Second}
	for what, c := range map[string]struct {
		answers []error // the last one goes on
		time    time.Duration
		calls   int
		took    time.Duration
		taken   bool
	}{
		"taken at once":               {[]error{nil}, time.Minute, 1, 0, true},
		"taken the third time":        {[]error{refused(1), refused(2), nil}, time.Minute, 3, 3 * time.Second, true},
		"never taken":                 {[]error{refused(1)}, time.Minute, 4, 3 * time.Second, false},
		"too long a wait":             {[]error{refused(11)}, time.Minute, 1, 0, false},
		"too long a wait, all in all": {[]error{refused(4)}, time.Minute, 3, 8 * time.Second, false},
		"no time for it":              {[]error{refused(2), nil}, 2 * time.Second, 1, 0, false},
		"it does not say when":        {[]error{refused(0), nil}, time.Minute, 1, 0, false},
		"out of reach":                {[]error{unavailable, nil}, time.Minute, 1, 0, false}, // perhaps it was done
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), c.time)
			defer cancel()
			calls, began := 0, time.Now()
			response, err := (&Client{again: newBudget()}).untilTaken(ctx, func() (*http.Response, error) {
				calls++
				if err := c.answers[min(calls, len(c.answers))-1]; err != nil {
					return nil, err
				}
				return &http.Response{}, nil
			})
			if calls != c.calls || time.Since(began) != c.took || (err == nil) != c.taken || (response != nil) != c.taken {
				t.Errorf("%s: %d calls in %s, %v", what, calls, time.Since(began), err)
			}
		})
	}
}

func TestWhoGivesUpIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		go func() {
			<-time.After(time.Second)
			cancel()
		}()
		_, err := (&Client{again: newBudget()}).untilTaken(ctx, func() (*http.Response, error) { return nil, refused(5) })
		if !fault.Is(err, fault.Busy) || time.Since(began) != time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

// TestFewRequestsAreMadeAgain: all clients of a busy server add a tenth to its load,
// and a few at the beginning.
func TestFewRequestsAreMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, calls := &Client{again: newBudget()}, 0
		const requests = 200
		for range requests {
			if _, err := c.untilTaken(t.Context(), func() (*http.Response, error) { calls++; return nil, refused(1) }); err == nil {
				t.Fatal("taken")
			}
		}
		if again := calls - requests; again < requests/10 || again > requests/10+maxTokens {
			t.Errorf("%d requests were made again, of %d", again, requests)
		}
	})
}

func TestRetryAfterAndTimeout(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"3": 3 * time.Second, "": 0, "-1": 0, "1.5": 0, "99999999999": 0, "Fri, 31 Dec 1999 23:59:59 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {text}}); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		for left, want := range map[time.Duration]string{time.Hour: "30.000", 1500 * time.Millisecond: "1.500", 0: "0.001"} {
			ctx, cancel := context.WithTimeout(t.Context(), left)
			if got := secondsLeft(ctx, 30*time.Second); got != want {
				t.Errorf("%s left: %s", left, got)
			}
			cancel()
		}
		if got := secondsLeft(t.Context(), 30*time.Second); got != "30.000" {
			t.Errorf("without a deadline: %s", got)
		}
	})
}
