package admit

import (
	"log/slog"
	"sync/atomic"
	"time"
)

// ledger counts refusals, and tells the log of them: a line for each would be more
// work than what was refused.
type ledger struct {
	log   *slog.Logger
	since atomic.Int64 // of what is counted, in nanoseconds
	count [classes]atomic.Int64
}

const tellEvery = 10 * time.Second

func newLedger(log *slog.Logger, now time.Time) *ledger {
	l := &ledger{log: log}
	l.since.Store(now.Add(-tellEvery).UnixNano()) // the first one is told at once
	return l
}

// refused counts one.
func (l *ledger) refused(class Class, now time.Time) {
	l.count[class].Add(1)
	since := l.since.Load()
	if now.UnixNano()-since < int64(tellEvery) || !l.since.CompareAndSwap(since, now.UnixNano()) {
		return
	}
	attrs := make([]any, 0, 2*classes)
	for c := range l.count {
		if n := l.count[c].Swap(0); n > 0 {
			attrs = append(attrs, Class(c).String(), n)
		}
	}
	l.log.Warn("more requests than can be served: some were refused", attrs...)
}
