package bench

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/node"
)

// LinksOptions say how the links are measured.
type LinksOptions struct {
	Options
	Rate   int // orders a second while the links are looked at; default 1,000
	Events int // messages of the backlog that is drained; default 100,000
}

// LinksReport is what Links found. Rate is of orders placed with all links up, and
// Limit the rate that was asked for; P50 and P99 are of their answers, from the moment
// at which each was due.
type LinksReport struct {
	Figures
	Lag     Lag     `json:"lag"`
	Cut     CutOff  `json:"cut"`
	Backlog Backlog `json:"backlog"`
	Machine Machine `json:"machine"`
}

// Lag is how long the sites were behind each other while all links were up: from the
// commit of an order until the store had the word of all its warehouses.
type Lag struct {
	Orders int     `json:"orders"`
	P50    float64 `json:"p50_ms"`
	P99    float64 `json:"p99_ms"`
}

// CutOff is the same orders with all warehouses cut off.
type CutOff struct {
	Orders   int     `json:"orders"`
	Accepted int     `json:"accepted"`
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
	RatioP99 float64 `json:"ratio_p99"` // to P99 with all links up
}

// Backlog is what came of messages that had piled up while the links were cut.
type Backlog struct {
	Events  uint64  `json:"events"`  // when the links were healed
	Applied float64 `json:"applied"` // seconds until the warehouses had them
	Rest    float64 `json:"rest"`    // seconds until their answers were read too
	PerS    float64 `json:"events_per_s"`
}

func (o LinksOptions) complete() LinksOptions {
	o.Options = o.Options.complete()
	if o.Rate == 0 {
		o.Rate = 1000
	}
	if o.Events == 0 {
		o.Events = 100_000
	}
	return o
}

// Links measures how far the sites are behind each other at a steady rate of orders,
// what customers notice when all links are cut, and how fast a backlog is drained.
func Links(ctx context.Context, options LinksOptions) (LinksReport, error) {
	if options.Rate < 0 || options.Events < 0 {
		return LinksReport{}, fault.New(fault.Invalid, "rate and events cannot be below zero")
	}
	options = options.complete()
	return measured(ctx, options.Options, func(ctx context.Context, r *rig) (LinksReport, error) {
		before, err := r.opened(ctx)
		if err != nil {
			return LinksReport{}, err
		}
		report := LinksReport{Machine: r.machine(before)}
		if err := r.lookAtLinks(ctx, options, &report); err != nil {
			return report, err
		}
		report.Backlog, err = r.drainBacklog(ctx, uint64(options.Events))
		return report, err
	})
}

// lookAtLinks places orders at a steady rate with the links up, then cut, in turn.
func (r *rig) lookAtLinks(ctx context.Context, options LinksOptions, report *LinksReport) error {
	each := options.Time / time.Duration(2*options.Rounds)
	var up, cut []paced
	var lags []time.Duration
	for range options.Rounds {
		options.Tell("placing orders with all links up")
		one, err := r.pace(ctx, options.Rate, each)
		if err != nil {
			return err
		}
		if _, err := r.drain(ctx); err != nil {
			return err
		}
		behind, err := r.lagOf(ctx, one.placed)
		if err != nil {
			return err
		}
		up, lags = append(up, one), append(lags, behind...)
		options.Tell("placing orders with all links cut")
		if err := r.apart(); err != nil {
			return err
		}
		if one, err = r.pace(ctx, options.Rate, each); err != nil {
			return err
		}
		cut = append(cut, one)
		if err := r.heal(); err != nil {
			return err
		}
		if _, err := r.drain(ctx); err != nil {
			return err
		}
	}
	report.Figures = Figures{
		Name: "links", Rate: over(up, paced.rate), Limit: float64(options.Rate),
		P50: over(up, paced.p50), P99: over(up, paced.p99),
	}
	report.Ratio = report.Rate / report.Limit
	slices.Sort(lags)
	behind := run{waits: lags}
	report.Lag = Lag{Orders: len(lags), P50: behind.percentile(50), P99: behind.percentile(99)}
	report.Cut = CutOff{P50: over(cut, paced.p50), P99: over(cut, paced.p99)}
	for _, one := range cut {
		report.Cut.Orders += one.due
		report.Cut.Accepted += len(one.placed)
	}
	if report.P99 > 0 {
		report.Cut.RatioP99 = report.Cut.P99 / report.P99
	}
	return nil
}

func over(rounds []paced, figure func(paced) float64) float64 {
	values := make([]float64, len(rounds))
	for i, one := range rounds {
		values[i] = figure(one)
	}
	return median(values)
}

func (r *rig) heal() error {
	for _, site := range warehouses {
		if err := r.node.Heal(site); err != nil {
			return err
		}
	}
	return nil
}

// paced is what came of orders that were due at a steady rate, answered or not.
type paced struct {
	run
	due    int
	placed []id.Order // that were accepted
}

func (p paced) rate() float64 { return float64(len(p.placed)) / p.took.Seconds() }
func (p paced) p50() float64  { return p.percentile(50) }
func (p paced) p99() float64  { return p.percentile(99) }

// pacers are who place the orders that are due; more than are ever late at a time.
const pacers = 256

// pace places orders at a rate, whether or not those before are answered. Each waits
// from the moment at which it was due.
func (r *rig) pace(ctx context.Context, rate int, length time.Duration) (paced, error) {
	p := paced{due: max(int(float64(rate)*length.Seconds()), 1)}
	var next atomic.Int64
	var mu sync.Mutex
	var all sync.WaitGroup
	began := time.Now()
	for range min(pacers, p.due) {
		all.Go(func() {
			var waits []time.Duration
			var placed []id.Order
			for n := next.Add(1) - 1; n < int64(p.due) && ctx.Err() == nil; n = next.Add(1) - 1 {
				due := began.Add(time.Duration(n) * time.Second / time.Duration(rate))
				time.Sleep(time.Until(due))
				placement, err := r.node.Store().Place(ctx, spread(3).draw(r.options.skus).command())
				if err == nil && placement.Order.Status == order.Placed {
					waits, placed = append(waits, time.Since(due)), append(placed, placement.Order.ID)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			p.waits, p.placed = append(p.waits, waits...), append(p.placed, placed...)
		})
	}
	all.Wait()
	p.took = time.Since(began)
	slices.Sort(p.waits)
	return p, ctx.Err()
}

// lagSample is how many orders of a round are looked at.
const lagSample = 2000

// lagOf returns how long it took until the store had heard of all the warehouses of
// orders that they had accepted them.
func (r *rig) lagOf(ctx context.Context, placed []id.Order) ([]time.Duration, error) {
	step := max(len(placed)/lagSample, 1)
	var lags []time.Duration
	for i := 0; i < len(placed); i += step {
		o, err := r.node.Store().Lookups().Order(ctx, placed[i])
		if err != nil {
			return nil, err
		}
		var last time.Duration
		for _, f := range o.Fulfillments {
			last = max(last, f.ChangedAt.Sub(o.PlacedAt))
		}
		lags = append(lags, last)
	}
	return lags, nil
}

// drainBacklog lets messages pile up while all links are cut, and measures how long the
// sites need for them.
func (r *rig) drainBacklog(ctx context.Context, events uint64) (Backlog, error) {
	if err := r.apart(); err != nil {
		return Backlog{}, err
	}
	r.options.Tell("placing orders until the backlog is there")
	var b Backlog
	for b.Events < events {
		missing := goal{callers: r.options.Callers, orders: int(events-b.Events)/2 + 1}
		if _, err := drive(ctx, r.store(), spread(3), missing); err != nil {
			return b, err
		}
		var err error
		if b.Events, err = r.behind(ctx); err != nil {
			return b, err
		}
	}
	newest, err := r.said(ctx)
	if err != nil {
		return b, err
	}
	r.options.Tell("draining it")
	began := time.Now()
	if err := r.heal(); err != nil {
		return b, err
	}
	if err := r.heardUpTo(ctx, newest); err != nil {
		return b, err
	}
	b.Applied = time.Since(began).Seconds()
	if _, err := r.drain(ctx); err != nil {
		return b, err
	}
	b.Rest = time.Since(began).Seconds()
	b.PerS = float64(b.Events) / b.Applied
	return b, nil
}

// said returns the number of the last message to each warehouse.
func (r *rig) said(ctx context.Context) (map[id.Site]uint64, error) {
	links, err := r.node.Links(ctx)
	newest := map[id.Site]uint64{}
	for _, link := range links {
		if slices.Contains(warehouses[:], link.Destination) {
			newest[link.Destination] = link.Last
		}
	}
	return newest, err
}

// heardUpTo waits until each warehouse has applied its messages up to these.
func (r *rig) heardUpTo(ctx context.Context, newest map[id.Site]uint64) error {
	ctx, cancel := context.WithTimeout(ctx, drainPatience)
	defer cancel()
	for {
		links, err := r.node.Links(ctx)
		if err != nil {
			return err
		}
		behind := slices.ContainsFunc(links, func(l node.LinkState) bool { return l.Cursor < newest[l.Destination] })
		if !behind {
			return nil
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return fault.New(fault.Unavailable, "the warehouses have not caught up in %s", drainPatience)
		}
	}
}
