package warehouse

import (
	"slices"
	"time"

	"crossdock/core/id"
)

// claim is what a correction counts on while it waits for units that were called
// back: those that were free, and those that have come since. Nobody is granted
// them, and no other correction takes them, before it is decided; or until it has
// waited for Options.RecallWait, should its caller have gone. Like all of the desk it
// is lost at a restart, as is who waits for it.
type claim struct {
	of    AdjustStock
	free  int64
	back  map[id.Grant]int64 // by recall: what is decided anew counts once
	until time.Time
	over  bool // it is decided
}

func (c *claim) units() int64 {
	sum := c.free
	for _, units := range c.back {
		sum += units
	}
	return sum
}

// claimed returns how many free units of a SKU corrections count on, as this batch
// sees it.
func (s *state) claimed(sku id.SKU) int64 {
	var sum int64
	for _, c := range s.claims() {
		if c.of.SKU == sku {
			sum += c.units()
		}
	}
	return sum
}

// claims returns those that hold, with those that this batch makes.
func (s *state) claims() []*claim {
	var all []*claim
	add := func(c *claim) {
		if c != nil && !c.over && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	for _, c := range s.desk.claims {
		add(c)
	}
	for _, r := range s.recalled {
		add(r.claim)
	}
	return all
}

// redeem ends the claim of a correction that is decided now. Of several that are
// alike one is as good as another, and the one with the most units is taken: its
// units are back, and so the first caller who is not to wait any more goes on.
func (s *state) redeem(c AdjustStock) {
	c.noRecall = false
	var most *claim
	for _, own := range s.claims() {
		if own.of == c && (most == nil || own.units() > most.units()) {
			most = own
		}
	}
	if most != nil {
		most.over = true
	}
}
