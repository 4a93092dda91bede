// Package bench measures what a machine can do with Crossdock: a real process,
// its databases on a real disk, every answer after its commit.
//
// A figure stands beside its limit, measured in the same run on the same disk,
// because rates alone say more about the machine than about the program. Nothing
// is left out of what an order writes. What a store takes is measured with its
// warehouses out of reach, as if they had machines of their own; that the same
// processors can do for all sites together is a figure of its own, Together.
//
// Start reading at Orders, then orders_load.go and limit.go; Sourcing measures a
// pure decision, and needs no disk.
package bench

import (
	"context"
	"time"

	"crossdock/core/fault"
)

// Options say how much is measured. Zero fields take the defaults.
type Options struct {
	Dir     string        // scratch directory on a disk; what is there already is used
	Time    time.Duration // how long orders are placed, over all rounds; default 9 s
	Rounds  int           // default 3; figures are their medians
	Callers int           // who each wait for an answer before they ask again; default 512, by HTTP 64
	HTTP    bool          // through the API, over loopback
	Orders  int           // at least so many orders are in the database before
	Tell    func(string)  // hears what is going on; may be nil

	skus   int  // products in the catalog; default 10,000
	memory bool // the directory may be in memory, for tests
}

// The defaults.
const (
	defaultTime        = 9 * time.Second
	defaultRounds      = 3
	defaultCallers     = 512
	defaultHTTPCallers = 64
	defaultSKUs        = 10_000
)

func (o Options) complete() Options {
	if o.Time == 0 {
		o.Time = defaultTime
	}
	if o.Rounds == 0 {
		o.Rounds = defaultRounds
	}
	if o.Callers == 0 {
		o.Callers = defaultCallers
		if o.HTTP {
			o.Callers = defaultHTTPCallers
		}
	}
	if o.skus == 0 {
		o.skus = defaultSKUs
	}
	if o.Tell == nil {
		o.Tell = func(string) {}
	}
	return o
}

func (o Options) check() error {
	switch {
	case o.Dir == "":
		return fault.New(fault.Invalid, "the measurement needs a directory")
	case o.Time < 0 || o.Rounds < 0 || o.Callers < 0 || o.Orders < 0:
		return fault.New(fault.Invalid, "time, rounds, callers and orders cannot be below zero")
	default:
		return nil
	}
}

// Orders measures how many orders of three lines a process takes in a second,
// against what the database takes of the very rows without anything around it.
// The two alternate, so that a machine that slows down slows both.
func Orders(ctx context.Context, options Options) (OrdersReport, error) {
	return measured(ctx, options, func(ctx context.Context, r *rig) (OrdersReport, error) {
		before, err := r.opened(ctx)
		if err != nil {
			return OrdersReport{}, err
		}
		report := OrdersReport{Machine: r.machine(before)}
		r.options.Tell("placing orders of three lines, with all warehouses at work")
		together, err := r.together(ctx, spread(3))
		if err != nil {
			return report, err
		}
		report.Together = togetherOf(together)
		if err := r.apart(); err != nil {
			return report, err
		}
		var runs []run
		var limits, costs []float64
		for range r.options.Rounds {
			r.options.Tell("placing orders of three lines")
			one, err := r.round(ctx, spread(3), r.options.Callers)
			if err != nil {
				return report, err
			}
			runs = append(runs, one)
			r.options.Tell("writing the same rows without the program")
			limit, cost, err := r.limit(ctx, spread(3), one)
			if err != nil {
				return report, err
			}
			limits, costs = append(limits, limit), append(costs, cost)
		}
		r.options.Tell("placing orders one at a time")
		alone, err := r.round(ctx, spread(3), 1)
		if err != nil {
			return report, err
		}
		report.fill("orders", runs, median(limits))
		report.LimitCPU = median(costs)
		report.Alone = Alone{Rate: alone.rate(), CommitsPerS: alone.commitsPerSecond(), P50: alone.percentile(50), P99: alone.percentile(99)}
		return report, nil
	})
}

// Hot measures orders of one line that all want one product, against orders of
// one line over all products.
func Hot(ctx context.Context, options Options) (HotReport, error) {
	return measured(ctx, options, func(ctx context.Context, r *rig) (HotReport, error) {
		before, err := r.opened(ctx)
		if err != nil {
			return HotReport{}, err
		}
		report := HotReport{Machine: r.machine(before)}
		if err := r.apart(); err != nil {
			return report, err
		}
		var runs []run
		var cold []float64
		for range r.options.Rounds {
			r.options.Tell("placing orders of one line over all products")
			one, err := r.round(ctx, spread(1), r.options.Callers)
			if err != nil {
				return report, err
			}
			cold = append(cold, one.rate())
			r.options.Tell("placing orders of one product")
			if one, err = r.round(ctx, hot, r.options.Callers); err != nil {
				return report, err
			}
			runs = append(runs, one)
		}
		report.fill("hot", runs, median(cold))
		return report, nil
	})
}

// measured runs a measurement on a process of its own.
func measured[R any](ctx context.Context, options Options, measure func(context.Context, *rig) (R, error)) (report R, err error) {
	if err := options.check(); err != nil {
		return report, err
	}
	r, err := openRig(ctx, options.complete())
	if err != nil {
		return report, err
	}
	defer func() {
		if closed := r.close(); err == nil {
			err = closed
		}
	}()
	return measure(ctx, r)
}
