package torture

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
)

// attemptTime is how long a client waits for one answer before it asks again.
const attemptTime = 2500 * time.Millisecond

// caller sends requests until somebody answers them.
type caller struct {
	records *Records
	journal *journal
	begun   time.Time
	acks    atomic.Int64 // definite answers
	resends atomic.Int64 // requests that were sent again
	broken  atomic.Int64 // answers that say that something is broken there
}

// moment is the time since the round began.
func (c *caller) moment() time.Duration { return time.Since(c.begun) }

// until sends a request to a site until there is a definite answer: nil, or a
// refusal. The error of ctx, which ends what nobody answers, is recorded.
func (c *caller) until(ctx context.Context, at *site, what string, send func(context.Context, *api.Client) error) error {
	var last error
	for {
		client, err := at.client(ctx)
		if err == nil {
			attempt, cancel := context.WithTimeout(ctx, attemptTime)
			err = send(attempt, client)
			cancel()
		}
		if err == nil || definite(err) {
			c.acks.Add(1)
			return err
		}
		if ctx.Err() != nil {
			c.records.addOpen(fmt.Sprintf("%s at %s: %v", what, at.name, last))
			return fmt.Errorf("nobody answers: %w", ctx.Err())
		}
		if _, answered := api.AsProblem(err); answered && (fault.Is(err, fault.Internal) || fault.Is(err, fault.Corrupt)) {
			c.broken.Add(1)
		}
		if last == nil {
			c.journal.write("unanswered", what+": "+err.Error())
		}
		last = err
		c.resends.Add(1)
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			c.records.addOpen(fmt.Sprintf("%s at %s: %v", what, at.name, last))
			return err
		}
	}
}

// definite reports whether an error is an answer that a repetition would get too.
// All others are no answer: the request may have had its effect or not. (One that
// is refused its token came to the next process, whose token is another.)
func definite(err error) bool {
	if _, answered := api.AsProblem(err); !answered {
		return false
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.NotFound, fault.Exists, fault.Conflict, fault.Short, fault.TooLarge, fault.Mismatch:
		return true
	}
	return false
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, length time.Duration) error {
	select {
	case <-time.After(length):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
