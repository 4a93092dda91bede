package writer

import (
	"context"
	"sync/atomic"

	"crossdock/core/fault"
)

// A command that waits belongs to whoever claims it first: the writer, which then
// decides it, whatever becomes of its caller; or a caller whose time is up, who then
// knows that it will not be done.
type claim = atomic.Int32

const (
	decided int32 = iota // or about to be: also the commands of a Stepper, which nobody drops
	waiting
	dropped
)

// take claims a command for deciding it. One whose caller has given up is dropped: its
// answer would be nobody's, and the others behind it need the time.
func (j *Job) take() bool {
	if j.caller != nil && j.caller.Err() != nil {
		j.drop(j.caller.Err())
	}
	return j.state.CompareAndSwap(waiting, decided)
}

// drop answers a command that nobody has begun to decide: it was not done. It reports
// whether that is so.
func (j *Job) drop(cause error) bool {
	if !j.state.CompareAndSwap(waiting, dropped) {
		return false
	}
	j.answer, j.err = nil, notDone(cause)
	close(j.done)
	return true
}

func notDone(cause error) error {
	return &fault.Error{
		Kind: fault.Busy, Op: "writer.Submit", Cause: cause,
		Message: "there was too much to do, and this was not done: try again in a moment",
	}
}

// inTime reports whether a command that is put in the queue now can be done before
// its caller's time is up, as far as one can tell from the last batches.
func (w *Writer) inTime(ctx context.Context) bool {
	deadline, is := ctx.Deadline()
	return !is || !w.now().Add(w.pace.expected(len(w.queue), w.limit)).After(deadline)
}
