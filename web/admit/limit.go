package admit

import (
	"time"
)

// limit finds out how many requests can be worked on at a time. It compares how long
// a request takes with how long one takes that has a processor to itself: as long as
// there is little between them, more are allowed, as they wait for a disk or another
// machine; once it has grown beyond tolerance they wait for each other, and fewer are
// allowed. This is a gradient limit, as in Netflix's concurrency-limits; the pace is
// kept by class, because a crowd changes what is asked for.
//
// It is not safe for concurrent use; its lane is.
type limit struct {
	least, most float64
	processors  int
	allowed     float64
	window      time.Time // since when the samples are collected
	full        bool      // in this window a request had to wait
	fullSince   time.Time // zero: the last window was not full
	classes     [classes]pace
}

// pace is how long the requests of a class take.
type pace struct {
	sum   time.Duration // of the samples of this window
	count int
	roomy float64 // seconds, of those that had a processor to themselves; 0: not known
}

const (
	windowTime    = 100 * time.Millisecond
	windowSamples = 10
	tolerance     = 1.5  // how much longer it may take than with room
	growth        = 0.1  // of the limit, in a window in which more was wanted and nothing took too long
	smoothing     = 0.5  // of the way to a lower limit that is gone at once
	learning      = 0.05 // of the way to the pace of one more sample
	relearn       = 30 * time.Second
)

// newLimit begins low, and finds its way up in a moment.
func newLimit(least, most, processors int, now time.Time) *limit {
	return &limit{least: float64(least), most: float64(most), processors: processors, allowed: float64(least), window: now}
}

// slots is how many requests may be worked on at a time.
func (l *limit) slots() int { return int(l.allowed) }

// crowded notes that a request had to wait for a slot.
func (l *limit) crowded() { l.full = true }

// sample notes how long a request of a class took that began as one of so many.
func (l *limit) sample(now time.Time, class Class, took time.Duration, among int) {
	if l.least == l.most {
		return
	}
	p := &l.classes[class]
	p.sum += took
	p.count++
	if among <= l.processors && !l.full {
		if p.roomy == 0 {
			p.roomy = took.Seconds()
		}
		p.roomy += learning * (took.Seconds() - p.roomy)
	}
	if now.Sub(l.window) >= windowTime && l.samples() >= windowSamples {
		l.turn(now)
	}
}

func (l *limit) samples() int {
	n := 0
	for _, p := range l.classes {
		n += p.count
	}
	return n
}

// turn ends a window and sets the limit anew.
func (l *limit) turn(now time.Time) {
	switch gradient := l.gradient(); {
	case gradient < 1:
		l.allowed *= 1 - smoothing*(1-gradient)
	case l.full: // else more would mean nothing
		l.allowed += max(growth*l.allowed, 0.5)
	}
	l.allowed = min(max(l.allowed, l.least), l.most)
	switch {
	case !l.full:
		l.fullSince = time.Time{}
	case l.fullSince.IsZero():
		l.fullSince = now
	case now.Sub(l.fullSince) >= relearn:
		// For a long time nobody has had a processor to himself: look again how long
		// it takes then. The limit is back where it was in a second or two.
		l.allowed, l.fullSince = min(l.least, float64(l.processors)), time.Time{}
		for i := range l.classes {
			l.classes[i].roomy = 0
		}
	}
	l.window, l.full = now, false
}

// gradient is 1 where requests take as long as with room, or not much longer, and at
// least 0.5. It ends the samples of the window.
func (l *limit) gradient() float64 {
	sum, total := 0.0, 0
	for i := range l.classes {
		p := &l.classes[i]
		if p.count == 0 {
			continue
		}
		mean := max(p.sum.Seconds()/float64(p.count), 1e-6)
		one := 1.0
		if p.roomy > 0 {
			one = min(max(tolerance*p.roomy/mean, 0.5), 1)
		}
		sum += one * float64(p.count)
		total += p.count
		p.sum, p.count = 0, 0
	}
	return sum / float64(max(total, 1))
}
