package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"crossdock/core/fault"
)

// A server that has too much to do answers fault.Busy with Retry-After, and has done
// nothing. The client then waits as long as it was told and asks again: at most
// maxAgain times, only while the caller's context and waitAtMost allow it, and only
// out of a budget, so that all clients together add little to the load that made the
// server refuse.
const (
	maxAgain   = 3
	waitAtMost = 10 * time.Second // for one answer, over all its waits
)

// untilTaken makes a request until it is not refused as Busy, or it is of no use to
// go on; then it returns the last refusal.
func (c *Client) untilTaken(ctx context.Context, once func() (*http.Response, error)) (*http.Response, error) {
	c.again.earn()
	left := waitAtMost
	for again := 0; ; again++ {
		response, err := once()
		wait := busyFor(err)
		if wait == 0 || wait > left || again == maxAgain || !outlasts(ctx, wait) || !c.again.spend() {
			return response, err
		}
		left -= wait
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return response, err
		}
	}
}

// busyFor returns how long to wait after a refusal, or 0 where asking again is not
// for the client to decide.
func busyFor(err error) time.Duration {
	var refused *problemError
	if !fault.Is(err, fault.Busy) || !errors.As(err, &refused) {
		return 0
	}
	return refused.retryAfter
}

// outlasts reports whether ctx lasts longer than a wait.
func outlasts(ctx context.Context, wait time.Duration) bool {
	until, is := ctx.Deadline()
	return !is || time.Until(until) > wait
}

// retryAfter reads the seconds of Retry-After; the form with a date is not used.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 16)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// secondsLeft is how long an answer is of use: until ctx ends, and at most most.
func secondsLeft(ctx context.Context, most time.Duration) string {
	left := most
	if until, is := ctx.Deadline(); is {
		left = max(min(left, time.Until(until)), time.Millisecond) // at zero it is not sent at all
	}
	return strconv.FormatFloat(left.Seconds(), 'f', 3, 64)
}

// budget lets one request in ten be made again, and a few at the beginning.
type budget struct {
	mu     sync.Mutex
	tokens float64
}

const (
	earned    = 0.1 // by each request
	maxTokens = 10
)

func newBudget() *budget { return &budget{tokens: maxTokens} }

func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.tokens+earned, maxTokens)
}

// spend reports whether there is a token, and takes it.
func (b *budget) spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
