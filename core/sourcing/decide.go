package sourcing

import (
	"cmp"
	"slices"
)

// decision is how a board was decided, for those who ask why.
type decision struct {
	strategy Strategy
	rules    []Rule
	pool     []int     // the sites that were compared
	asked    []int     // the sites that ship, in the order in which they were asked
	latest   int64     // of fastest: the last day on which anything may arrive; else 0
	fights   []verdict // a rule each, in their order
}

// verdict is what a rule decided.
type verdict struct {
	rule          Rule
	winner, loser []int
	won, lost     int64 // by the measure of the rule
}

// compared reports whether a site was one of those that could have been chosen.
func (d *decision) compared(k int) bool { return slices.Contains(d.pool, k) }

// decide fills in what is taken from where.
func (b *board) decide(p Policy) decision {
	d := decision{strategy: p.Strategy, rules: closed(p.Rules)}
	switch p.Strategy {
	case StrategyNearest:
		b.nearest(&d)
	case StrategyFastest:
		b.chooseSet(&d, b.inTime(&d))
	case StrategyCheapest:
		b.priceUnits()
		b.chooseSet(&d, b.stocked())
	default:
		b.chooseSet(&d, b.stocked())
	}
	return d
}

// nearest asks the sites by their distance.
func (b *board) nearest(d *decision) {
	rules := append([]Rule{ByDistance}, d.rules...)
	d.pool = b.stocked()
	slices.SortFunc(d.pool, func(i, j int) int {
		c, _ := b.before(rules, i, j)
		return c
	})
	for i := 1; i < len(d.pool); i++ {
		winner, loser := d.pool[i-1], d.pool[i]
		if _, by := b.before(rules, winner, loser); by != ByDistance {
			d.note(verdict{by, []int{winner}, []int{loser}, b.key(by, winner), b.key(by, loser)})
		}
	}
	for s := range b.needs {
		b.fill(s, d.pool)
	}
	d.asked = b.shippers(d.pool)
}

// note keeps the first verdict of each rule.
func (d *decision) note(v verdict) {
	if !slices.ContainsFunc(d.fights, func(known verdict) bool { return known.rule == v.rule }) {
		d.fights = append(d.fights, v)
	}
}

// inTime returns the sites from which all that can be planned arrives on the
// earliest day possible.
func (b *board) inTime(d *decision) []int {
	all := b.stocked()
	slices.SortStableFunc(all, func(i, j int) int { return cmp.Compare(b.lastDay(i), b.lastDay(j)) })
	n := 0
	for n < len(all) {
		d.latest = b.lastDay(all[n])
		for n < len(all) && b.lastDay(all[n]) == d.latest {
			n++
		}
		if b.covers(all[:n]) {
			break
		}
	}
	slices.Sort(all[:n])
	return all[:n]
}

func (b *board) lastDay(k int) int64 {
	if to := b.sites[k].promise.To; !to.IsZero() {
		return int64(to)
	}
	return plenty
}

// chooseSet opens the best set of sites out of some, and takes from it.
func (b *board) chooseSet(d *decision, from []int) {
	if len(from) == 0 {
		return
	}
	d.pool = b.narrow(from)
	members := d.pool
	if len(d.pool) <= mostSites {
		members = b.search(d)
	}
	b.takeFrom(d, members)
}

// takeFrom takes from a set of sites: each need from the cheapest first, where
// units have prices, else from the one that the rules put first.
func (b *board) takeFrom(d *decision, members []int) {
	members = slices.Clone(members)
	slices.SortFunc(members, func(i, j int) int { return b.inside(d.rules, i, j) })
	for s := range b.needs {
		from := members
		if b.prices != nil {
			from = slices.Clone(members)
			slices.SortStableFunc(from, func(i, j int) int { return cmp.Compare(b.price(i, s), b.price(j, s)) })
		}
		b.fill(s, from)
	}
	d.asked = b.shippers(members)
}

// shippers returns those of the sites that ship anything.
func (b *board) shippers(sites []int) []int {
	ship := make([]int, 0, len(sites))
	for _, k := range sites {
		if b.shipped(k) > 0 {
			ship = append(ship, k)
		}
	}
	return ship
}
