package sourcing

import (
	"strconv"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/order"
)

// mostSteps is how many steps explain a plan, besides those of what is short:
// they are stored with every order.
const mostSteps = 24

// why tells a decision: first who ships, in the order in which they were asked,
// each with what was left to ship at its turn; then who does not; then the rules
// that decided; then what is short. Got, summed over the steps that are not
// Missing, is what the plan takes.
func (b *board) why(d *decision, short []Shortage) []order.Step {
	sites, missing := b.inTurn(d), b.ordered()
	listed := min(len(sites), mostSteps-len(d.fights))
	if listed < len(sites) {
		listed-- // for the step that sums up
	}
	w := newWriter(listed + 1 + len(d.fights) + len(short))
	for _, k := range sites[:listed] {
		got := b.shipped(k)
		w.site(b, d, k, missing)
		missing -= got
	}
	if listed < len(sites) {
		w.others(b, d, sites[listed:], missing)
	}
	for i := range d.fights {
		w.fight(b, &d.fights[i])
	}
	for _, s := range short {
		w.add(order.Step{Rule: RuleShort, Verdict: order.Missing, SKU: s.SKU, Wanted: s.Ordered, Got: s.Ordered - s.Missing})
	}
	return w.finish()
}

// inTurn returns all sites: those that ship as they were asked, then the others.
func (b *board) inTurn(d *decision) []int {
	sites := make([]int, 0, len(b.sites))
	sites = append(sites, d.asked...)
	for k := range b.sites {
		if b.shipped(k) == 0 {
			sites = append(sites, k)
		}
	}
	return sites
}

func (b *board) ordered() (units int64) {
	for i := range b.needs {
		units += b.needs[i].ordered
	}
	return units
}

// writer collects steps, and their notes in one piece of memory.
type writer struct {
	steps []order.Step
	notes []byte
	ends  []int // of each step's note
}

func newWriter(steps int) *writer {
	const usual = 80 // bytes of a note
	return &writer{make([]order.Step, 0, steps), make([]byte, 0, usual*steps), make([]int, 0, steps)}
}

// add ends a step. What was written before it is its note.
func (w *writer) add(step order.Step) {
	w.steps = append(w.steps, step)
	w.ends = append(w.ends, len(w.notes))
}

func (w *writer) finish() []order.Step {
	notes, begin := string(w.notes), 0
	for i, end := range w.ends {
		w.steps[i].Note = notes[begin:end]
		begin = end
	}
	return w.steps
}

// site tells what one site ships of what is missing at its turn, or why nothing.
func (w *writer) site(b *board, d *decision, k int, missing int64) {
	st, got := &b.sites[k], b.shipped(k)
	could := got
	if got == 0 {
		could = st.has
	}
	w.way(st.meters, st.known)
	if could > 0 {
		if cost := plus(st.PerBox, times(st.unit, could)); cost > 0 {
			w.text("; cost ").cost(cost)
		}
		if scarce := b.scarcity(k); scarce > 0 {
			w.text("; scarce stock ").cost(scarce)
		}
	}
	if !st.promise.To.IsZero() {
		w.text("; arrives by ").day(st.promise.To)
	}
	w.text("; has ").count(st.has).text(" of ").count(b.ordered())
	w.text(b.refusal(d, k))
	step := order.Step{Rule: string(d.strategy), Warehouse: st.Code, Wanted: missing, Got: got, Lines: b.lines[k]}
	step.Verdict = judged(got, missing)
	w.add(step)
}

func judged(got, missing int64) order.Verdict {
	switch got {
	case 0:
		return order.Rejected
	case missing:
		return order.Chosen
	default:
		return order.Partly
	}
}

// refusal says why a site ships nothing.
func (b *board) refusal(d *decision, k int) string {
	switch {
	case b.shipped(k) > 0, b.sites[k].has == 0:
		return ""
	case d.latest != 0 && b.lastDay(k) > d.latest:
		return "; would arrive later than the others"
	case !d.compared(k):
		return "; others have more"
	default:
		return "; not needed"
	}
}

// others sums up the sites beyond the limit of steps.
func (w *writer) others(b *board, d *decision, sites []int, missing int64) {
	var got int64
	var lines int
	for _, k := range sites {
		got += b.shipped(k)
		lines += b.lines[k]
	}
	w.text("together, ").count(int64(len(sites))).text(" more warehouses")
	w.add(order.Step{Rule: string(d.strategy), Verdict: judged(got, missing), Wanted: missing, Got: got, Lines: lines})
}

// fight tells what a rule decided: "wh2 (312 km) before wh3 (840 km)".
func (w *writer) fight(b *board, v *verdict) {
	w.names(b, v.winner).measure(v.rule, v.won).text(" before ").names(b, v.loser).measure(v.rule, v.lost)
	w.add(order.Step{Rule: string(v.rule), Warehouse: b.sites[v.winner[0]].Code, Verdict: order.Chosen})
}

func (w *writer) names(b *board, sites []int) *writer {
	for i, k := range sites {
		if i > 0 {
			w.text("+")
		}
		w.text(string(b.sites[k].Code))
	}
	return w
}

// measure writes where somebody stands by a rule, as its key says.
func (w *writer) measure(rule Rule, key int64) *writer {
	switch rule {
	case ByDistance:
		return w.text(" (").way(float64(key), key < unknownWay).text(")")
	case ByParcels:
		if key < 0 {
			return w.text(" (has ").count(-key).text(")")
		}
		return w.text(" (").count(key).text(" parcels)")
	case ByArrival:
		if key == plenty {
			return w.text(" (nobody knows when)")
		}
		return w.text(" (arrives ").day(date.Date(int32(key))).text(" to ").day(date.Date(key >> 32)).text(")")
	case ByCost:
		return w.text(" (cost ").cost(catalog.Micros(key)).text(")")
	case ByStock:
		return w.text(" (leaves ").count(-key).text(")")
	case ByLoad:
		return w.text(" (").count((key + 5000) / 10000).text(" % of its capacity)")
	default:
		return w
	}
}

func (w *writer) text(text string) *writer {
	w.notes = append(w.notes, text...)
	return w
}

func (w *writer) count(n int64) *writer {
	w.notes = strconv.AppendInt(w.notes, n, 10)
	return w
}

func (w *writer) way(meters float64, known bool) *writer {
	if !known {
		return w.text("distance unknown")
	}
	return w.count(int64(meters+500) / 1000).text(" km")
}

func (w *writer) day(d date.Date) *writer {
	w.notes = d.Start().AppendFormat(w.notes, time.DateOnly)
	return w
}

// cost writes an amount with two decimals.
func (w *writer) cost(cost catalog.Micros) *writer {
	const cent = 10_000
	cents := int64(cost / cent)
	if cost%cent >= cent/2 {
		cents++
	}
	w.count(cents / 100).text(".")
	if cents%100 < 10 {
		w.text("0")
	}
	return w.count(cents % 100)
}
