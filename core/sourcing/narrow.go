package sourcing

import (
	"cmp"
	"slices"
)

// mostSites is how many sites are searched for the best set of them: 1,023 sets.
const mostSites = 10

// narrow returns at most mostSites of the sites, in the district's order: those
// with the most of the order, the cheaper ones first. Where they do not have all
// that the sites have, a greedy cover takes their place, filled up with them; a
// cover of more than mostSites is returned whole.
func (b *board) narrow(sites []int) []int {
	if len(sites) <= mostSites {
		return sites
	}
	sites = slices.Clone(sites)
	slices.SortFunc(sites, func(i, j int) int {
		return cmp.Or(-cmp.Compare(b.sites[i].has, b.sites[j].has), cmp.Compare(b.key(ByCost, i), b.key(ByCost, j)), cmp.Compare(i, j))
	})
	pool := sites[:mostSites]
	if !b.covers(pool) {
		pool = b.cover(sites)
		for _, k := range sites {
			if len(pool) < mostSites && !slices.Contains(pool, k) {
				pool = append(pool, k)
			}
		}
	}
	slices.Sort(pool)
	return pool
}

// cover returns sites that together have all that the given ones have: again and
// again the one with the most of what is missing, at equal terms the first. Those
// that the later ones made needless are left out.
func (b *board) cover(sites []int) []int {
	missing := make([]int64, len(b.needs))
	for s := range b.needs {
		missing[s] = b.needs[s].target
	}
	var pool []int
	for {
		best, most := 0, int64(0)
		for _, k := range sites {
			if units := b.helps(k, missing); units > most && !slices.Contains(pool, k) {
				best, most = k, units
			}
		}
		if most == 0 {
			return b.needed(pool)
		}
		pool = append(pool, best)
		for s, units := range b.row(best) {
			missing[s] -= min(missing[s], units)
		}
	}
}

// helps returns how many of the missing units a site has.
func (b *board) helps(k int, missing []int64) (units int64) {
	for s, has := range b.row(k) {
		units += min(has, missing[s])
	}
	return units
}

// needed leaves out, last first, each site without which the others have it all.
func (b *board) needed(pool []int) []int {
	for i := len(pool) - 1; i >= 0; i-- {
		if rest := slices.Delete(slices.Clone(pool), i, i+1); b.covers(rest) {
			pool = rest
		}
	}
	return pool
}
