package bench

import (
	"fmt"
	"time"
)

// OverloadReport is what came of an overload.
type OverloadReport struct {
	Figures           // Rate is what was answered with a crowd that looks around, pages of a moment ago among it, Limit the goodput at the peak, which has none; the waits are those with the crowd
	Made     float64  `json:"made_ratio"`         // of the peak, without the pages of a moment ago
	Times    float64  `json:"times"`              // of the peak that came in
	Callers  int      `json:"callers"`            // who made the peak
	P99Ratio float64  `json:"p99_ratio"`          // in the worse overload to the peak, of what was answered; pages of a moment ago by themselves
	Checkout float64  `json:"checkouts_answered"` // share of those that came, in the worse overload
	Recovery float64  `json:"recovery_s"`         // until all was normal again; below zero: it was not
	Peak     Phase    `json:"peak"`
	Once     Phase    `json:"once"`  // at a constant rate, that of the peak
	Crowd    Phase    `json:"crowd"` // many times the peak: all who are too many look around
	All      Phase    `json:"all"`   // many times the peak, of each kind
	After    Phase    `json:"after"` // half the peak
	Findings []string `json:"findings"`
	Machine  Machine  `json:"machine"`

	trials int // orders that were placed while the peak was looked for
}

// Phase is what became of a crowd.
type Phase struct {
	Offered float64            `json:"offered"` // requests a second
	Goodput float64            `json:"goodput"` // answered as they should be, a second, each by work of its own
	Recent  float64            `json:"recent"`  // answered by a page of a moment ago, a second
	P50     float64            `json:"p50_ms"`  // of the goodput, from when the request was to be sent
	P99     float64            `json:"p99_ms"`
	Sent99  float64            `json:"recent_p99_ms"` // of the pages of a moment ago
	Kinds   map[string]OneKind `json:"kinds"`
	Trouble string             `json:"trouble,omitempty"` // the first answer that was neither good nor a refusal
}

// OneKind is a phase for the requests of one kind.
type OneKind struct {
	Sent    int     `json:"sent"`
	Good    int     `json:"good"`
	Recent  int     `json:"recent"`
	Refused int     `json:"refused"`
	Failed  int     `json:"failed"`
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
}

func goodput(seen crowdSeen) float64 {
	good := 0
	for _, k := range seen.Kinds {
		good += k.Good
	}
	return float64(good) / seen.Took.Seconds()
}

func phaseOf(seen crowdSeen) Phase {
	p := Phase{Goodput: goodput(seen), Kinds: map[string]OneKind{}, Trouble: seen.Trouble}
	var all histogram
	sent, recent := 0, 0
	for k, one := range seen.Kinds {
		sent += one.Sent
		recent += one.Recent
		for at, n := range seen.Waits[k] {
			all[at] += n
		}
		p.Kinds[kind(k).String()] = OneKind{
			Sent: one.Sent, Good: one.Good, Recent: one.Recent, Refused: one.Refused, Failed: one.Failed,
			P50: seen.Waits[k].percentile(50), P99: seen.Waits[k].percentile(99),
		}
	}
	p.Offered = float64(sent) / seen.Took.Seconds()
	p.Recent = float64(recent) / seen.Took.Seconds()
	p.P50, p.P99, p.Sent99 = all.percentile(50), all.percentile(99), seen.Recent.percentile(99)
	return p
}

// answered is the share of a kind that was answered as it should be.
func (p Phase) answered(k kind) float64 {
	one := p.Kinds[k.String()]
	return float64(one.Good) / float64(max(one.Sent, 1))
}

// What is promised.
const (
	leastGoodput  = 0.9   // of the peak's
	mostP99       = 2.0   // of the peak's
	leastCheckout = 0.999 // of those that come
	mostRecovery  = 5 * time.Second
)

// judge fills in what follows from the phases, and names what is not as promised.
func (r *OverloadReport) judge() {
	r.Figures = Figures{Name: "overload", Rate: r.Crowd.Goodput + r.Crowd.Recent, Limit: r.Peak.Goodput, P50: r.Crowd.P50, P99: r.Crowd.P99}
	r.Ratio = r.Rate / max(r.Limit, 1e-9)
	r.Made = r.Crowd.Goodput / max(r.Limit, 1e-9)
	r.P99Ratio = max(r.Crowd.P99, r.Crowd.Sent99, r.All.P99, r.All.Sent99) / max(r.Peak.P99, 1e-9)
	r.Checkout = min(r.Crowd.answered(checkout), r.All.answered(checkout))
	r.Findings = []string{}
	for _, finding := range []struct {
		wrong bool
		text  string
	}{
		{r.Ratio < leastGoodput, fmt.Sprintf("answered in the overload: %.2f of the peak's, not %.2f", r.Ratio, leastGoodput)},
		{r.P99Ratio > mostP99, fmt.Sprintf("99 of 100 answers in the overload: %.1f times as late as at the peak, not %.1f", r.P99Ratio, mostP99)},
		{r.Checkout < leastCheckout, fmt.Sprintf("checkouts answered in the overload: %.2f %%, not %.2f %%", 100*r.Checkout, 100*leastCheckout)},
		{r.Recovery < 0, "after the overload it was never normal again"},
		{r.Recovery > mostRecovery.Seconds(), fmt.Sprintf("after the overload it took %.1f s to be normal again, not %.1f s", r.Recovery, mostRecovery.Seconds())},
	} {
		if finding.wrong {
			r.Findings = append(r.Findings, finding.text)
		}
	}
}

// Right reports whether all is as promised.
func (r OverloadReport) Right() bool { return len(r.Findings) == 0 }
