package admit

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// A lane is a number of slots and a queue before them. Requests of several classes
// may share one; what takes long, or waits for something else than the processors,
// has a lane of its own.
const (
	laneVital = iota
	laneCheckout
	laneSignIn
	laneGeneral // carts and browsing
	laneBulk
	lanes
)

func laneOf(class Class, method, path string) int {
	switch {
	case class == Vital:
		return laneVital
	case class == Checkout:
		return laneCheckout
	case class == Bulk:
		return laneBulk
	case signsIn(method, path):
		return laneSignIn
	default:
		return laneGeneral
	}
}

// newLanes makes the lanes of a process. The general one finds out by itself how many
// slots it has; a checkout waits for the disk and for a payment provider, whose pace
// says nothing about the processors, so its number is fixed.
func newLanes(processors int, now time.Time) []*lane {
	fixed := func(slots, queue int, burst, standing time.Duration) *lane {
		return newLane(newLimit(slots, slots, processors, now), queue, burst, standing)
	}
	return []*lane{
		laneVital:    fixed(32, 32, time.Second, time.Second),
		laneCheckout: fixed(512, 512, time.Second, 200*time.Millisecond),
		laneSignIn:   fixed(32, 0, 0, 0), // package auth has the queue
		laneGeneral:  newLane(newLimit(processors+1, 64*processors, processors, now), 128*processors, 50*time.Millisecond, 10*time.Millisecond),
		laneBulk:     fixed(4, 0, 0, 0),
	}
}

// lane gives slots to those who matter most, in order of arrival among equals.
//
// How long a request may wait depends on the queue, in the way of "controlled delay"
// (Fail at Scale, ACM Queue 13(8), 2015): a burst is let in, as the queue will soon be
// empty again; once somebody had to be refused it will not, everybody would only wait
// longer for the same, and it is cut short until nobody was refused for a while.
type lane struct {
	mu      sync.Mutex
	limit   *limit
	running int
	waiting [classes]*list.List // of *waiter, oldest first
	refused [classes]time.Time  // when one of this class or of a better one was refused last
	queue   int                 // most that may wait
	burst   time.Duration       // the most that anybody waits
	short   time.Duration       // the same while the queue stands
	mean    float64             // seconds that a request keeps its slot, of late
}

// waiter is a request in the queue.
type waiter struct {
	class    Class
	since    time.Time
	deadline time.Time
	verdict  chan verdict // of one
	at       *list.Element
}

// verdict is a slot, and how many are taken with it, or a refusal.
type verdict struct {
	among int
	err   error
}

// standingFor is how long after a refusal the queue counts as one that stands.
const standingFor = time.Second

func newLane(l *limit, queue int, burst, short time.Duration) *lane {
	made := &lane{limit: l, queue: queue, burst: burst, short: short}
	for c := range made.waiting {
		made.waiting[c] = list.New()
	}
	return made
}

// probe returns fault.Busy where a request would be refused as things stand, and
// changes nothing.
func (l *lane) probe(now time.Time, class Class, deadline time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free(class) {
		return nil
	}
	l.limit.crowded()
	return l.mayWait(now, class, deadline)
}

// enter returns with a slot, and how many are taken with it, or with fault.Busy, at
// once or when the time is up. A context that ends while it waits counts as the latter.
func (l *lane) enter(ctx context.Context, clock func() time.Time, class Class, deadline time.Time) (among int, err error) {
	now := clock()
	w, among, err := l.ask(now, class, deadline)
	if w == nil {
		return among, err
	}
	timer := time.NewTimer(l.until(w).Sub(now))
	defer timer.Stop()
	select {
	case v := <-w.verdict:
		return v.among, v.err
	case <-timer.C:
	case <-ctx.Done():
	}
	return 0, l.giveUp(clock(), w)
}

// ask takes a slot, or a place in the queue; the waiter is nil unless it is the latter.
func (l *lane) ask(now time.Time, class Class, deadline time.Time) (w *waiter, among int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free(class) {
		l.running++
		return nil, l.running, nil
	}
	l.limit.crowded()
	if err := l.mayWait(now, class, deadline); err != nil {
		return nil, 0, err
	}
	if l.queued(Class(classes-1)) >= l.queue {
		l.refuse(now, l.leastWorthy())
	}
	w = &waiter{class: class, since: now, deadline: deadline, verdict: make(chan verdict, 1)}
	w.at = l.waiting[class].PushBack(w)
	return w, 0, nil
}

// free reports whether there is a slot that nobody as good waits for.
func (l *lane) free(class Class) bool {
	return l.running < l.limit.slots() && l.queued(class) == 0
}

// mayWait returns fault.Busy unless there is a place in the queue, and a slot to be
// expected before it is too late.
func (l *lane) mayWait(now time.Time, class Class, deadline time.Time) error {
	full := l.queued(Class(classes-1)) >= l.queue && (l.queue == 0 || l.leastWorthy().class <= class)
	wait := l.expected(class)
	switch {
	case full || wait > l.patience(now, class):
		l.noteRefused(now, class)
		return errBusy
	case !deadline.IsZero() && now.Add(wait).After(deadline):
		return errBusy // its own haste says nothing about the queue
	default:
		return nil
	}
}

// expected is how long a request that comes now would wait, as far as one can tell:
// those before it must end, at the pace of late.
func (l *lane) expected(class Class) time.Duration {
	before := float64(l.queued(class) + 1)
	return time.Duration(before * l.mean / float64(max(l.limit.slots(), 1)) * float64(time.Second))
}

// patience is the most that anybody of a class may wait in the queue as it stands. One
// turn of the slots is always allowed: less would leave slots empty.
func (l *lane) patience(now time.Time, class Class) time.Duration {
	if !l.stands(now, class) {
		return l.burst
	}
	wait := max(l.short, time.Duration(l.mean*float64(time.Second)))
	if class < Browse { // it goes first anyway: what it waits for is one that has begun
		wait *= 3
	}
	return min(wait, l.burst)
}

func (l *lane) stands(now time.Time, class Class) bool {
	return now.Sub(l.refused[class]) < standingFor
}

// standing reports whether requests of a class had to be refused of late.
func (l *lane) standing(now time.Time, class Class) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stands(now, class)
}

// shedding reports whether requests of a class had to be refused of late, and one that
// came now would not be begun at once. Who was refused a moment ago because a few came
// together says nothing any more where a slot is free.
func (l *lane) shedding(now time.Time, class Class) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stands(now, class) && !l.free(class)
}

// until is when a waiter gives up at the latest, if nobody tells it before.
func (l *lane) until(w *waiter) time.Time {
	last := w.since.Add(l.burst)
	if !w.deadline.IsZero() && w.deadline.Before(last) {
		return w.deadline
	}
	return last
}

// giveUp ends the waiting of one whose time is up. A slot that came at the same
// moment is passed on: its deadline is over, so it is not to begin.
func (l *lane) giveUp(now time.Time, w *waiter) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case v := <-w.verdict:
		if v.err == nil {
			l.running--
			l.grant(now)
		}
	default:
		l.waiting[w.class].Remove(w.at)
		if now.Sub(w.since) >= l.burst {
			l.noteRefused(now, w.class)
		}
	}
	return errBusy
}

// leave gives a slot back after a request of a class, one of so many, took so long;
// below zero means that this says nothing about the next ones.
func (l *lane) leave(now time.Time, class Class, took time.Duration, among int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	if took >= 0 {
		const weight = 0.05
		if l.mean == 0 {
			l.mean = took.Seconds()
		}
		l.mean += weight * (took.Seconds() - l.mean)
		l.limit.sample(now, class, took, among)
	}
	l.grant(now)
}

// grant gives what is free to those who wait: the best class first, in it the oldest.
// Who has waited too long is refused.
func (l *lane) grant(now time.Time) {
	for class := range l.waiting {
		for l.waiting[class].Len() > 0 && l.running < l.limit.slots() {
			w := l.waiting[class].Front().Value.(*waiter)
			switch {
			case !w.deadline.IsZero() && now.After(w.deadline):
				l.dismiss(w)
			case now.Sub(w.since) > l.patience(now, w.class):
				l.refuse(now, w)
			default:
				l.waiting[class].Remove(w.at)
				l.running++
				w.verdict <- verdict{among: l.running}
			}
		}
	}
}

// refuse takes one who waits out of the queue, because there is too much to do.
func (l *lane) refuse(now time.Time, w *waiter) {
	l.dismiss(w)
	l.noteRefused(now, w.class)
}

// dismiss takes one who waits out of the queue.
func (l *lane) dismiss(w *waiter) {
	l.waiting[w.class].Remove(w.at)
	w.verdict <- verdict{err: errBusy}
}

// leastWorthy is the last to have come of the worst class that waits. The queue is
// not empty.
func (l *lane) leastWorthy() *waiter {
	for class := classes - 1; ; class-- {
		if last := l.waiting[class].Back(); last != nil {
			return last.Value.(*waiter)
		}
	}
}

// queued is how many of this class and of better ones wait.
func (l *lane) queued(class Class) int {
	n := 0
	for c := range int(class) + 1 {
		n += l.waiting[c].Len()
	}
	return n
}

// noteRefused remembers that there is no room for a class, and none for worse ones.
func (l *lane) noteRefused(now time.Time, class Class) {
	for c := int(class); c < classes; c++ {
		l.refused[c] = now
	}
}
