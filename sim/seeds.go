package sim

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// Options say which seeds are run.
type Options struct {
	From     uint64
	Seeds    int
	Parallel int                 // runs at a time; 0: one for each processor
	Change   func(Plan) Plan     // of the plan that a seed stands for; nil: none
	Done     func(Result, error) // called after each run, one at a time; may be nil
}

// Summary is what came of many runs.
type Summary struct {
	Seeds        int         `json:"seeds"`
	From         uint64      `json:"from"`
	Parallel     int         `json:"parallel"`
	Orders       int         `json:"orders"`
	Events       int         `json:"events"`
	Commits      int         `json:"commits"`
	VirtualHours float64     `json:"virtual_hours"`
	Seconds      float64     `json:"seconds"`       // by the wall
	CoreSeconds  float64     `json:"core_seconds"`  // of all runs together
	Rate         float64     `json:"orders_s_core"` // acknowledged orders a second on one core
	Violations   []Violation `json:"violations"`    // by seed
	Coverage     Coverage    `json:"-"`
}

// Seeds runs many seeds, each in a goroutine of its own that shares nothing with the
// others. What it returns does not depend on how many run at a time, but for the times.
func Seeds(ctx context.Context, options Options) (Summary, error) {
	if options.Parallel == 0 {
		options.Parallel = runtime.GOMAXPROCS(0)
	}
	began := time.Now()
	results := make([]Result, options.Seeds)
	errs := make([]error, options.Seeds)
	next := make(chan int)
	var tell sync.Mutex
	var running sync.WaitGroup
	for range options.Parallel {
		running.Go(func() {
			for i := range next {
				plan := Draw(options.From + uint64(i))
				if options.Change != nil {
					plan = options.Change(plan)
				}
				results[i], errs[i] = Run(plan, nil)
				if options.Done != nil {
					tell.Lock()
					options.Done(results[i], errs[i])
					tell.Unlock()
				}
			}
		})
	}
	err := feedSeeds(ctx, options.Seeds, next)
	running.Wait()
	for _, failed := range errs {
		if err == nil {
			err = failed
		}
	}
	summary := Summarize(results)
	summary.From, summary.Parallel, summary.Seconds = options.From, options.Parallel, time.Since(began).Seconds()
	return summary, err
}

func feedSeeds(ctx context.Context, seeds int, next chan<- int) error {
	defer close(next)
	for i := range seeds {
		select {
		case next <- i:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Summarize adds up what came of runs. Those that were not begun are left out.
func Summarize(results []Result) Summary {
	s := Summary{Violations: []Violation{}}
	for _, r := range results {
		if r.Events == 0 {
			continue // it was not run: somebody has interrupted
		}
		s.Seeds++
		s.Orders += r.Orders
		s.Events += r.Events
		s.Commits += r.Commits
		s.VirtualHours += r.Virtual.Hours()
		s.CoreSeconds += r.Took.Seconds()
		s.Coverage.Add(r.Coverage)
		if r.Violation != nil {
			s.Violations = append(s.Violations, *r.Violation)
		}
	}
	if s.CoreSeconds > 0 {
		s.Rate = float64(s.Orders) / s.CoreSeconds
	}
	return s
}
