package torture

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Tally counts what was done and what came of it. The zero value is empty; its
// methods may be called from many goroutines.
type Tally struct {
	mu     sync.Mutex
	counts map[string]int
	names  []string // in the order of their first count
}

func (t *Tally) change(name string, change func(int) int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	if !slices.Contains(t.names, name) {
		t.names = append(t.names, name)
	}
	t.counts[name] = change(t.counts[name])
}

func (t *Tally) add(name string, n int) { t.change(name, func(before int) int { return before + n }) }

func (t *Tally) slowest(name string, took time.Duration) {
	t.change(name, func(before int) int { return max(before, int(took.Milliseconds())) })
}

// cut counts a power cut by what it was.
func (t *Tally) cut(runOn, all, power bool) {
	switch {
	case !power:
		t.add("power cuts that were kills", 1)
	case runOn:
		t.add("disks lost under a running process", 1)
	default:
		t.add("power cuts", 1)
		if all {
			t.add("power cuts of all sites at once", 1)
		}
	}
}

// Count returns how often something happened.
func (t *Tally) Count(name string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts[name]
}

// String is a table.
func (t *Tally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var text strings.Builder
	for _, name := range t.names {
		fmt.Fprintf(&text, "%10d  %s\n", t.counts[name], name)
	}
	return text.String()
}
