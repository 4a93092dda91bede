package admit

import (
	"context"
	"sync"
	"time"

	"crossdock/core/fault"
)

// ticket is the slot of a request that has begun.
type ticket struct {
	lane    *lane
	class   Class
	since   time.Time
	among   int // that were at work when it began, itself included
	now     func() time.Time
	streams chan struct{}

	once   sync.Once
	stream bool // it has left its slot, and is counted in streams
}

type ticketKey struct{}

// leave gives the slot back, or the place among the streams.
func (t *ticket) leave() {
	t.once.Do(func() {
		now := t.now()
		t.lane.leave(now, t.class, now.Sub(t.since), t.among)
	})
	if t.stream {
		<-t.streams
	}
}

// Stream gives the slot of the request that ctx belongs to back to others, for an
// answer that from now on waits for events: server-sent events, a long poll. It is
// called by the goroutine of the request, before the answer begins; from then on the
// request is none that counts, and may go on for as long as its connection. With too
// many of them it is fault.Busy, and the slot is kept. Where nothing is admitted,
// such as in tests, it does nothing.
func Stream(ctx context.Context) error {
	t, admitted := ctx.Value(ticketKey{}).(*ticket)
	if !admitted || t.stream {
		return nil
	}
	select {
	case t.streams <- struct{}{}:
	default:
		return fault.New(fault.Busy, "too many pages follow what happens: try again later")
	}
	t.stream = true
	t.once.Do(func() { t.lane.leave(t.now(), t.class, -1, t.among) })
	return nil
}
