package bench

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"math"
	fast "math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
)

// shape says what the lines of an order are.
type shape struct {
	lines int
	hot   bool // all want one product
}

// spread is orders over all products; hot is orders of one line of one product.
func spread(lines int) shape { return shape{lines: lines} }

var hot = shape{lines: 1, hot: true}

// wanted is an order as a customer wants it.
type wanted struct {
	key      string // of idempotency
	district id.District
	lines    []store.Wanted
}

// draw makes up an order: 1 to 3 units of each product, any district.
func (s shape) draw(skus int) wanted {
	w := wanted{key: rand.Text(), district: district(fast.IntN(len(warehouses))), lines: make([]store.Wanted, s.lines)}
	for i := range w.lines {
		w.lines[i].Units = 1 + fast.Int64N(3)
		w.lines[i].SKU = sku(0)
		if !s.hot {
			w.lines[i].SKU = sku(fast.IntN(skus))
		}
	}
	return w
}

func (w wanted) address() order.Address {
	return order.Address{
		Name: "A Customer", Street: "1 High Street", PostalCode: "AB1 2CD", City: "Town", District: w.district, Email: "a@example.org",
	}
}

func (w wanted) command() store.PlaceOrder {
	return store.PlaceOrder{
		Key: store.Key{Name: w.key, BodyHash: sha256.Sum256([]byte(w.key))}, Address: w.address(), Lines: w.lines,
	}
}

// customer asks for one order after another, and says when each was placed, by
// the clock of the store: the orders of one commit have the same time.
type customer interface {
	place(ctx context.Context, w wanted) (placed time.Time, err error)
	close() error
}

// counter lets customers in.
type counter struct {
	skus  int
	enter func(ctx context.Context) (customer, error)
}

// store is the counter without anything between the customer and the store.
func (r *rig) store() counter {
	return counter{r.options.skus, func(context.Context) (customer, error) { return directly{r.node.Store()}, nil }}
}

type directly struct{ store *store.Store }

func (d directly) place(ctx context.Context, w wanted) (time.Time, error) {
	placement, err := d.store.Place(ctx, w.command())
	if err == nil && len(placement.Short) > 0 {
		err = fault.New(fault.Short, "the stock of the measurement has run out: begin with an empty directory")
	}
	return placement.Order.PlacedAt, err
}

func (directly) close() error { return nil }

// goal says when to stop: after a time, or a number of orders.
type goal struct {
	callers int
	time    time.Duration // zero: no limit
	orders  int           // zero: no limit
}

// run is what came of it.
type run struct {
	took    time.Duration
	cpu     time.Duration   // that the processors worked for it, until the feeds were read
	waits   []time.Duration // of each order, sorted
	commits int             // that held an order
	behind  uint64          // messages not applied at the end
	drained time.Duration   // until they were
}

func (r run) rate() float64             { return float64(len(r.waits)) / r.took.Seconds() }
func (r run) commitsPerSecond() float64 { return float64(r.commits) / r.took.Seconds() }

// perCommit is the mean size of a batch.
func (r run) perCommit() float64 { return float64(len(r.waits)) / float64(max(r.commits, 1)) }

// cpuPerOrder is in microseconds.
func (r run) cpuPerOrder() float64 {
	return float64(r.cpu.Microseconds()) / float64(max(len(r.waits), 1))
}

// percentile returns the time within which so many of a hundred were answered.
func (r run) percentile(of float64) float64 {
	if len(r.waits) == 0 {
		return 0
	}
	at := int(math.Ceil(of/100*float64(len(r.waits)))) - 1
	return milliseconds(r.waits[max(at, 0)])
}

// tally is what one caller has seen.
type tally struct {
	waits  []time.Duration
	placed []int64
	err    error
}

// drive has the callers place orders until the goal is reached; each waits for
// its answer before it asks again.
func drive(ctx context.Context, at counter, of shape, until goal) (run, error) {
	customers := make([]customer, until.callers)
	for i := range customers {
		var err error
		if customers[i], err = at.enter(ctx); err != nil {
			return run{}, err
		}
	}
	tallies := make([]tally, until.callers)
	var asked atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for i := range customers {
		all.Go(func() {
			more := func() bool {
				return ctx.Err() == nil && (until.time == 0 || time.Since(began) < until.time) &&
					(until.orders == 0 || asked.Add(1) <= int64(until.orders))
			}
			tallies[i] = shopping(ctx, customers[i], of, at.skus, more)
		})
	}
	all.Wait()
	done := run{took: time.Since(began)}
	if err := ctx.Err(); err != nil {
		return done, err
	}
	return done, done.count(tallies)
}

func shopping(ctx context.Context, c customer, of shape, skus int, more func() bool) tally {
	var t tally
	for more() {
		w := of.draw(skus)
		asked := time.Now()
		placed, err := c.place(ctx, w)
		if err != nil {
			t.err = err
			break
		}
		t.waits = append(t.waits, time.Since(asked))
		t.placed = append(t.placed, placed.UnixMicro())
	}
	if err := c.close(); t.err == nil {
		t.err = err
	}
	return t
}

// count adds up what the callers have seen; the first failure ends it.
func (r *run) count(tallies []tally) error {
	moments := map[int64]struct{}{}
	for _, t := range tallies {
		if t.err != nil {
			return t.err
		}
		r.waits = append(r.waits, t.waits...)
		for _, moment := range t.placed {
			moments[moment] = struct{}{}
		}
	}
	slices.Sort(r.waits)
	r.commits = len(moments)
	return nil
}
