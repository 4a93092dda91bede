package sim

import (
	"slices"
	"time"
)

// entry is something that happens at a time. Those of one time happen in the order
// in which they were planned: seq is what makes a run the same each time.
type entry struct {
	at   time.Duration // since the beginning
	seq  uint64
	name string
	run  func()
}

func (e *entry) before(other *entry) bool {
	return e.at < other.at || e.at == other.at && e.seq < other.seq
}

// agenda is a binary heap of events, the next one on top.
type agenda struct {
	events []entry
	seq    uint64
}

func (a *agenda) plan(at time.Duration, name string, run func()) {
	a.seq++
	a.events = append(a.events, entry{at, a.seq, name, run})
	i := len(a.events) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !a.events[i].before(&a.events[parent]) {
			return
		}
		a.events[i], a.events[parent] = a.events[parent], a.events[i]
		i = parent
	}
}

func (a *agenda) next() (entry, bool) {
	if len(a.events) == 0 {
		return entry{}, false
	}
	top, last := a.events[0], len(a.events)-1
	a.events[0] = a.events[last]
	a.events[last] = entry{}
	a.events = a.events[:last]
	for i := 0; ; {
		least := i
		for _, child := range [2]int{2*i + 1, 2*i + 2} {
			if child < last && a.events[child].before(&a.events[least]) {
				least = child
			}
		}
		if least == i {
			return top, true
		}
		a.events[i], a.events[least] = a.events[least], a.events[i]
		i = least
	}
}

// take removes the event at a place: for who tries every order. As time stands still
// then, the heap is a list by seq, and stays one.
func (a *agenda) take(place int) entry {
	e := a.events[place]
	a.events = slices.Delete(a.events, place, place+1)
	return e
}
