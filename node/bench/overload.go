package bench

import (
	"context"
	"math"
	"runtime"
	"time"

	"crossdock/core/fault"
)

// OverloadOptions say how the load of an overload is made. Time is what all phases
// of it take together.
type OverloadOptions struct {
	Options
	Times   float64  // of the peak that comes in; default 10
	Command []string // a process that runs Crowd; default: this one does, which slows both
}

// The mix of the visitors. Ten times the peak brings checkouts that the machine can
// still take, if it takes them first.
func visitorMix() mix { return mix{browse: 750, filling: 200, checkout: 50} }

const (
	defaultOverloadTime = 24 * time.Second
	crowdLines          = 512 // connections of a crowd that does not wait
	overloadSKUs        = 10_000
)

// The phases, as shares of the time.
const (
	shareTrial = 0.04 // each of the trials for the peak
	sharePeak  = 0.14
	shareOnce  = 0.10
	shareCrowd = 0.18
	shareAll   = 0.18
	shareAfter = 0.24
)

// trials are the numbers of callers with which the peak is looked for.
var trials = [...]int{4, 8, 16, 32}

func (o OverloadOptions) complete() OverloadOptions {
	if o.Time == 0 {
		o.Time = defaultOverloadTime
	}
	if o.Times == 0 {
		o.Times = 10
	}
	if o.skus == 0 {
		o.skus = overloadSKUs
	}
	o.Options = o.Options.complete()
	return o
}

func (o OverloadOptions) check() error {
	if o.Times <= 1 || math.IsInf(o.Times, 0) || math.IsNaN(o.Times) || o.Time < 0 {
		return fault.New(fault.Invalid, "an overload is more than once what the machine can do, for a time above zero")
	}
	return nil
}

// Overload has more visitors come than the machine can serve: most look around, some
// fill carts, a few order. First the peak is found, with visitors who each wait for
// their answers, and whom no page of a moment ago will do; then visitors come at a constant rate, whatever becomes of those
// before them: as many as at the peak; several times as many, of whom all that are
// too many look around, so that what is answered compares with the peak; several
// times as many of each kind; and in the end half as many as at the peak, to see how
// soon all is well again.
func Overload(ctx context.Context, options OverloadOptions) (OverloadReport, error) {
	options = options.complete()
	if err := options.check(); err != nil {
		return OverloadReport{}, err
	}
	// The visitors have a processor of their own, as if they had machines of their
	// own: else more of them would leave less of the machine to be measured.
	if processors := runtime.GOMAXPROCS(0); processors > 1 {
		runtime.GOMAXPROCS(processors - 1)
		defer runtime.GOMAXPROCS(processors)
	}
	return measured(ctx, options.Options, func(ctx context.Context, r *rig) (OverloadReport, error) {
		before, err := r.opened(ctx)
		if err != nil {
			return OverloadReport{}, err
		}
		if err := r.apart(); err != nil {
			return OverloadReport{}, err
		}
		report := OverloadReport{Times: options.Times, Machine: r.machine(before)}
		report.Machine.Through = "pages and the API"
		maker, err := r.crowdMaker(ctx, options.Command)
		if err != nil {
			return report, err
		}
		err = r.overload(ctx, options, maker, &report)
		if closed := maker.close(); err == nil {
			err = closed
		}
		report.judge()
		return report, err
	})
}

// overload runs the phases.
func (r *rig) overload(ctx context.Context, options OverloadOptions, maker crowdMaker, report *OverloadReport) error {
	normal := time.Duration(0)
	phase := func(tell string, share, rate float64, callers int, of mix) (crowdSeen, error) {
		r.options.Tell(tell)
		order := r.crowdOrder()
		order.Fresh, order.Normal = rate == 0, normal
		order.Time, order.Rate, order.Callers, order.Mix = time.Duration(share*float64(options.Time)), rate, callers, of
		return maker.make(ctx, order)
	}
	of, callers, best := visitorMix(), 0, 0.0
	for _, n := range trials {
		seen, err := phase("looking for the peak", shareTrial, 0, n, of)
		if err != nil {
			return err
		}
		report.trials += seen.Kinds[checkout].Good
		// More callers that bring next to nothing are only a longer queue.
		if rate := goodput(seen); rate > 1.05*best {
			callers, best = n, rate
		}
	}
	seen, err := phase("the peak", sharePeak, 0, callers, of)
	if err != nil {
		return err
	}
	report.Callers, report.Peak = callers, phaseOf(seen)
	peak := report.Peak.Goodput
	normal = time.Duration(report.Peak.P99 * float64(time.Millisecond))
	for _, next := range []struct {
		tell  string
		share float64
		rate  float64
		of    mix
		into  *Phase
	}{
		{"once the peak, at a constant rate", shareOnce, peak, of, &report.Once},
		{"an overload of people who look around", shareCrowd, options.Times * peak, of.crowded(options.Times), &report.Crowd},
		{"an overload of everybody", shareAll, options.Times * peak, of, &report.All},
		{"half the peak, at a constant rate", shareAfter, peak / 2, of, &report.After},
	} {
		if seen, err = phase(next.tell, next.share, next.rate, crowdLines, next.of); err != nil {
			return err
		}
		*next.into = phaseOf(seen)
	}
	report.Recovery = recovery(seen.Windows)
	return nil
}

func (r *rig) crowdOrder() crowdOrder {
	return crowdOrder{Address: r.address(), Token: r.node.Token(), SKUs: r.options.skus}
}

// recovery is how many seconds after the overload the first second began in which
// nobody was refused, nothing failed, and nobody waited longer than 99 of 100 did at
// the peak; below zero: there was none.
func recovery(windows []kindSeen) float64 {
	const second = int(time.Second / window)
	calm := 0
	for i, w := range windows {
		if w.Sent == 0 || w.Good < w.Sent || w.Late > 0 {
			calm = 0
			continue
		}
		if calm++; calm == second {
			return float64(i+1-second) * window.Seconds()
		}
	}
	return -1
}
