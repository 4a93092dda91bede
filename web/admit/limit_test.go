package admit

import (
	"testing"
	"time"
)

// machine answers as a machine of so many processors would: a request takes work of a
// processor, which those at work share, and waits besides.
type machine struct {
	processors int
	work, wait time.Duration
}

// run has so many want to be served all the time, and returns the limit afterwards.
func (m machine) run(l *limit, wanted int, from, until time.Time) {
	for now := from; now.Before(until); {
		at := min(l.slots(), wanted)
		share := max(1, float64(at)/float64(m.processors))
		took := m.wait + time.Duration(share*float64(m.work))
		if wanted > at {
			l.crowded()
		}
		for range at {
			l.sample(now, Browse, took, at)
		}
		now = now.Add(took)
	}
}

// known is a limit that has seen a quiet time.
func known(m machine) *limit {
	l := newLimit(3, 128, m.processors, start)
	m.run(l, 1, start, start.Add(time.Second))
	return l
}

// TestTheLimitFollowsWhatTheWorkWaitsFor: work for the processors is not begun much
// more often than there are processors, work that waits for something else is.
func TestTheLimitFollowsWhatTheWorkWaitsFor(t *testing.T) {
	until := start.Add(20 * time.Second)
	for what, c := range map[string]struct {
		machine
		least, most int
	}{
		"the processors": {machine{2, 2 * time.Millisecond, 0}, 3, 5},
		"a slow disk":    {machine{2, 100 * time.Microsecond, 10 * time.Millisecond}, 60, 128},
	} {
		l := known(c.machine)
		c.run(l, 1000, start.Add(time.Second), until)
		if got := l.slots(); got < c.least || got > c.most {
			t.Errorf("%s: %d slots, want %d to %d", what, got, c.least, c.most)
		}
	}
}

func TestTheLimitStaysWhereNobodyWaits(t *testing.T) {
	m := machine{2, 100 * time.Microsecond, 10 * time.Millisecond}
	l := known(m)
	before := l.slots()
	m.run(l, before, start.Add(time.Second), start.Add(10*time.Second))
	if got := l.slots(); got != before {
		t.Errorf("%d slots, then %d, though nobody had to wait", before, got)
	}
}

// TestTheLimitLearnsAnew: what a request takes becomes ten times as much for good,
// under a crowd that never ends. The limit falls, and finds its way up again.
func TestTheLimitLearnsAnew(t *testing.T) {
	m := machine{2, 100 * time.Microsecond, 2 * time.Millisecond}
	l := known(m)
	m.run(l, 1000, start.Add(time.Second), start.Add(10*time.Second))
	high := l.slots()
	m.wait = 20 * time.Millisecond
	m.run(l, 1000, start.Add(10*time.Second), start.Add(20*time.Second))
	low := l.slots()
	m.run(l, 1000, start.Add(20*time.Second), start.Add(60*time.Second))
	if low > 5 || l.slots() < high/2 {
		t.Errorf("%d slots, %d after the change, %d a while later", high, low, l.slots())
	}
}

func TestAFixedLimitStays(t *testing.T) {
	l := newLimit(32, 32, 2, start)
	machine{2, time.Millisecond, 0}.run(l, 1000, start, start.Add(5*time.Second))
	if l.slots() != 32 {
		t.Errorf("%d slots, want 32", l.slots())
	}
}
