package intake

import (
	"strings"
	"time"
	"unicode"
)

// tally counts values and finds the most frequent one.
type tally[T comparable] struct {
	seen  []counted[T] // in order of first sight
	place map[T]int
	adds  int
}

type counted[T comparable] struct {
	value T
	count int
	when  time.Time // of its latest sight
	added int       // number of that sight, which settles equal times
}

func (t *tally[T]) add(value T, when time.Time) {
	if t.place == nil {
		t.place = make(map[T]int)
	}
	at, known := t.place[value]
	if !known {
		at = len(t.seen)
		t.place[value] = at
		t.seen = append(t.seen, counted[T]{value: value, when: when})
	}
	t.adds++
	c := &t.seen[at]
	c.count++
	if !when.Before(c.when) {
		c.when, c.added = when, t.adds
	}
}

// first returns the most frequent value, the first seen on a tie.
func (t *tally[T]) first() (value T, any bool) {
	best := 0
	for _, c := range t.seen {
		if c.count > best {
			best, value = c.count, c.value
		}
	}
	return value, best > 0
}

// latest returns the most frequent value, the one seen latest on a tie.
func (t *tally[T]) latest() (value T, any bool) {
	var best counted[T]
	for _, c := range t.seen {
		later := c.when.After(best.when) || c.when.Equal(best.when) && c.added > best.added
		if c.count > best.count || c.count == best.count && later {
			best = c
		}
	}
	return best.value, best.count > 0
}

func hasLetter(text string) bool { return strings.ContainsFunc(text, unicode.IsLetter) }
