package bench

import (
	"math"
	"slices"
	"time"
)

// Figures are what every measurement ends with: a rate beside its limit.
type Figures struct {
	Name  string  `json:"name"`
	Rate  float64 `json:"rate"`   // orders a second; the median of the rounds
	Limit float64 `json:"limit"`  // what the rate is held against, a second
	Ratio float64 `json:"ratio"`  // Rate / Limit
	P50   float64 `json:"p50_ms"` // of the wait for an answer; the median of the rounds
	P99   float64 `json:"p99_ms"`
}

// Machine says what was measured, where.
type Machine struct {
	Dir     string `json:"dir"`
	Disk    string `json:"disk"` // kind of file system
	Through string `json:"through"`
	Callers int    `json:"callers"`
	Before  int    `json:"orders_before"` // in the database
}

// Load is what else came of placing orders.
type Load struct {
	Orders    int       `json:"orders"` // placed, over all rounds
	Rates     []float64 `json:"rates"`  // of each round
	PerCommit float64   `json:"orders_per_commit"`
	Commits   float64   `json:"commits_per_s"`
	CPU       float64   `json:"cpu_us_per_order"`
}

// Together is a round in which the warehouses worked on the same processors.
type Together struct {
	Rate   float64 `json:"rate"`
	P50    float64 `json:"p50_ms"`
	P99    float64 `json:"p99_ms"`
	CPU    float64 `json:"cpu_us_per_order"` // of all sites, until the feeds are read
	Behind uint64  `json:"messages_behind"`  // that the sites had not applied when no more orders came
	Drain  float64 `json:"drain_s"`          // until they had
}

func togetherOf(r run) Together {
	return Together{
		Rate: r.rate(), P50: r.percentile(50), P99: r.percentile(99), CPU: r.cpuPerOrder(),
		Behind: r.behind, Drain: r.drained.Seconds(),
	}
}

// Alone is one caller, who waits for one flush of the disk after the other.
type Alone struct {
	Rate        float64 `json:"rate"`
	CommitsPerS float64 `json:"commits_per_s"`
	P50         float64 `json:"p50_ms"`
	P99         float64 `json:"p99_ms"`
}

// OrdersReport is what Orders found.
type OrdersReport struct {
	Figures
	Load
	LimitCPU float64  `json:"limit_cpu_us_per_order"`
	Alone    Alone    `json:"alone"`
	Together Together `json:"together"`
	Machine  Machine  `json:"machine"`
}

// HotReport is what Hot found. Limit is the rate over all products.
type HotReport struct {
	Figures
	Load
	Machine Machine `json:"machine"`
}

func (r *OrdersReport) fill(name string, runs []run, limit float64) {
	r.Figures, r.Load = figures(name, runs, limit)
}

func (r *HotReport) fill(name string, runs []run, limit float64) {
	r.Figures, r.Load = figures(name, runs, limit)
}

func figures(name string, runs []run, limit float64) (Figures, Load) {
	of := func(figure func(run) float64) float64 {
		values := make([]float64, len(runs))
		for i, one := range runs {
			values[i] = figure(one)
		}
		return median(values)
	}
	f := Figures{
		Name: name, Rate: of(run.rate), Limit: limit,
		P50: of(func(r run) float64 { return r.percentile(50) }), P99: of(func(r run) float64 { return r.percentile(99) }),
	}
	if limit > 0 {
		f.Ratio = f.Rate / limit
	}
	l := Load{
		PerCommit: of(run.perCommit), Commits: of(run.commitsPerSecond), CPU: of(run.cpuPerOrder),
	}
	for _, one := range runs {
		l.Orders += len(one.waits)
		l.Rates = append(l.Rates, one.rate())
	}
	return f, l
}

// median returns the middle of the values, of an even number the lower one.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}

func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d)/float64(time.Microsecond)) / 1000
}

func (r *rig) machine(before int) Machine {
	through := "the store"
	if r.options.HTTP {
		through = "HTTP"
	}
	return Machine{Dir: r.options.Dir, Disk: r.disk, Through: through, Callers: r.options.Callers, Before: before}
}
