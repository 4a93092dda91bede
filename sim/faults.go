package sim

import (
	"time"
)

// rates are how often messages and commits fare badly.
type rates struct {
	loss, duplicate, reorder  float64
	refuse, doubt, crashWrite float64
}

// schedule is the faults of one run, drawn from its seed. When it is over everything
// works again.
type schedule struct {
	world  *World
	drawn  rates
	rates  rates // zero before the faults begin, and after them
	active bool
	forced []fate // what becomes of the next commits, for the explorer
}

func newSchedule(w *World) *schedule {
	s := &schedule{world: w}
	r, has := w.draws[drawFaults], w.plan.Faults.Has
	rate := func(class Faults, most float64) float64 {
		drawn := r.Float64() * most
		if !has(class) {
			return 0
		}
		return drawn
	}
	s.drawn = rates{
		loss: rate(Loss, 0.10), duplicate: rate(Duplicate, 0.10), reorder: rate(Reorder, 0.08),
		refuse: rate(Refuse, 0.01), doubt: rate(Doubt, 0.01), crashWrite: rate(Crash, 0.01),
	}
	return s
}

// skewOf returns how wrong the clock of a site is.
func (s *schedule) skewOf() time.Duration {
	off := between(s.world.draws[drawFaults], -5*time.Minute, 5*time.Minute)
	if !s.world.plan.Faults.Has(Skew) {
		return 0
	}
	return off
}

// begin plans the faults that have a time of their own.
func (s *schedule) begin() {
	s.active, s.rates = true, s.drawn
	for _, class := range []struct {
		of    Faults
		most  int
		begin func()
	}{
		{Cut, 4, func() { s.cut(true) }},
		{CutOneWay, 4, func() { s.cut(false) }},
		{Crash, 6, func() { s.any().crash() }},
		{DiskFull, 3, s.fill},
		{Slow, 3, s.slow},
		{Wipe, 2, s.world.net.wipe},
		{Restore, 8, func() { s.any().back() }},
		{Restore, 3, func() { s.any().lose() }},
	} {
		count := 1 + s.world.draws[drawFaults].IntN(class.most)
		for range count {
			at := between(s.world.draws[drawFaults], s.world.plan.Length/20, s.world.plan.Length*9/10)
			if s.world.plan.Faults.Has(class.of) {
				s.world.after(at, "fault", class.begin)
			}
		}
	}
}

// end lets everything work again. Sites that are down come back by themselves.
func (s *schedule) end() {
	w := s.world
	s.active, s.rates = false, rates{}
	clear(w.net.cut)
	for _, site := range w.sites {
		site.slow, site.disk.fullUntil = false, 0
	}
	w.tell("faults", "the faults are over: everything must drain")
}

func (s *schedule) any() *site {
	return s.world.sites[s.world.draws[drawFaults].IntN(len(s.world.sites))]
}

// cut cuts the link between a store and a warehouse, in both directions or one.
func (s *schedule) cut(both bool) {
	w, r := s.world, s.world.draws[drawFaults]
	a, b := w.stores[r.IntN(len(w.stores))], w.houses[r.IntN(len(w.houses))]
	if r.IntN(2) == 0 {
		a, b = b, a
	}
	ways := []direction{{a.name, b.name}}
	if both {
		ways = append(ways, direction{b.name, a.name})
		w.count(CutBothWays)
	} else {
		w.count(CutOneWayOnly)
	}
	last := w.pace(between(r, time.Second, 40*time.Second))
	w.tell("faults", "the link from %s to %s is CUT for %s, both ways: %v", a.name, b.name, last.Truncate(time.Millisecond), both)
	for _, way := range ways {
		w.net.cut[way]++
	}
	w.after(last, "link heals", func() {
		if s.active {
			for _, way := range ways {
				w.net.cut[way]--
			}
			w.tell("faults", "the link from %s to %s is whole again", a.name, b.name)
		}
	})
}

func (s *schedule) fill() {
	site := s.any()
	last := s.world.pace(between(s.world.draws[drawFaults], time.Second, 10*time.Second))
	site.disk.fullUntil = s.world.now + last
	s.world.tell(site.name, "the disk is FULL for %s", last.Truncate(time.Millisecond))
}

func (s *schedule) slow() {
	site := s.any()
	last := s.world.pace(between(s.world.draws[drawFaults], 2*time.Second, 20*time.Second))
	site.slow = true
	s.world.count(SlowSite)
	s.world.tell(site.name, "is SLOW for %s", last.Truncate(time.Millisecond))
	s.world.after(last, "site is fast again", func() { site.slow = false })
}

// fateOf draws what becomes of a commit.
func (s *schedule) fateOf(*site) fate {
	if len(s.forced) > 0 {
		next := s.forced[0]
		s.forced = s.forced[1:]
		return next
	}
	if !s.active {
		return lands
	}
	r := s.world.draws[drawDisk]
	draw, second := r.Float64(), r.IntN(2) == 0
	for _, kind := range []struct {
		rate          float64
		first, second fate
	}{{s.rates.refuse, refused, refused}, {s.rates.doubt, doubtNotLanded, doubtLanded}, {s.rates.crashWrite, crashesBefore, crashesAfter}} {
		if draw < kind.rate {
			if second {
				return kind.second
			}
			return kind.first
		}
		draw -= kind.rate
	}
	return lands
}

// restartLater has a site that has crashed come back.
func (s *schedule) restartLater(site *site) {
	wait := s.world.pace(between(s.world.draws[drawFaults], 100*time.Millisecond, 15*time.Second))
	if s.world.timers != nil {
		wait = 0
	}
	generation := site.generation
	s.world.after(wait, "restart", func() {
		if !site.up && site.generation == generation {
			site.open()
		}
	})
}
