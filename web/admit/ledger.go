package admit

import (
	"log/slog"
	"sync/atomic"
	"time"
)

// ledger counts those who were not served, and tells the log of them: a line for each
// would be more work than what was refused.
type ledger struct {
	log   *slog.Logger
	since atomic.Int64 // of what is counted, in nanoseconds
	count [classes]atomic.Int64
	pages atomic.Int64 // of a moment ago
}

const tellEvery = 10 * time.Second

func newLedger(log *slog.Logger, now time.Time) *ledger {
	l := &ledger{log: log}
	l.since.Store(now.Add(-tellEvery).UnixNano()) // the first one is told at once
	return l
}

// refused counts one who was refused.
func (l *ledger) refused(class Class, now time.Time) {
	l.count[class].Add(1)
	l.tell(now)
}

// recalled counts one who was sent a page of a moment ago.
func (l *ledger) recalled(now time.Time) {
	l.pages.Add(1)
	l.tell(now)
}

func (l *ledger) tell(now time.Time) {
	since := l.since.Load()
	if now.UnixNano()-since < int64(tellEvery) || !l.since.CompareAndSwap(since, now.UnixNano()) {
		return
	}
	attrs := make([]any, 0, 2*classes+2)
	for c := range l.count {
		if n := l.count[c].Swap(0); n > 0 {
			attrs = append(attrs, Class(c).String(), n)
		}
	}
	if n := l.pages.Swap(0); n > 0 {
		attrs = append(attrs, "recent", n)
	}
	l.log.Warn("more requests than can be served: some were refused, or got a page of a moment ago", attrs...)
}
