package store

import (
	"context"
	"sync"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
)

// askers is how many questions to payment providers are open at a time.
const askers = 8

// payer asks the payment providers about transactions that are committed and
// pending, and has their answers booked. It holds no state that matters: at the
// next start it finds in the database what it has not found out.
type payer struct {
	store *Store
	wait  time.Duration
	slots chan struct{}

	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	flights map[id.UUID]*flight
}

// flight is a question that is open.
type flight struct {
	done  chan struct{}
	order order.Order // as it is after the answer
	err   error
}

// newPayer returns a payer that asks by itself, or, where stepped, when SettleDue says so.
func newPayer(s *Store, wait time.Duration, stepped bool) *payer {
	p := &payer{store: s, wait: wait, slots: make(chan struct{}, askers), flights: map[id.UUID]*flight{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	if !stepped {
		p.running.Go(p.run)
	}
	return p
}

// stop gives up the open questions.
func (p *payer) stop() {
	p.mu.Lock()
	p.cancel() // whoever asks from now on is refused, so that nothing is begun while this waits
	p.mu.Unlock()
	p.running.Wait()
}

// await waits for a step of an order's payment, and returns the order as it is then;
// when the time is up, as it was.
func (p *payer) await(ctx context.Context, o order.Order, t pay.Transaction) order.Order {
	ctx, cancel := context.WithTimeout(ctx, p.wait)
	defer cancel()
	f := p.ask(t)
	select {
	case <-f.done:
		if f.err == nil {
			return f.order
		}
	case <-ctx.Done():
	}
	return o
}

// run asks about what is due, whenever the store has committed new transactions or
// the time of an old one has come.
func (p *payer) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-p.store.state.payable:
		case <-timer.C:
		}
		next := p.askDue()
		timer.Reset(next)
	}
}

// askDue asks about what is due and returns how long nothing else is.
func (p *payer) askDue() time.Duration {
	const idle = time.Minute
	answer, err := p.store.Do(p.ctx, duePayments{})
	if err != nil {
		return time.Second // the database is out of reach: the pending steps stand in it
	}
	d := answer.(due)
	for _, t := range d.now {
		p.ask(t)
	}
	switch {
	case len(d.now) > 0:
		return time.Second // what of it could not be booked is asked again
	case d.next.IsZero():
		return idle
	}
	return min(max(d.next.Sub(p.store.state.Now()), 10*time.Millisecond), idle)
}

// ask opens a question about a transaction, or joins the one that is open.
func (p *payer) ask(t pay.Transaction) *flight {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f, open := p.flights[t.ID]; open {
		return f
	}
	f := &flight{done: make(chan struct{})}
	if p.ctx.Err() != nil {
		f.err = fault.New(fault.Unavailable, "the site is shutting down")
		close(f.done)
		return f
	}
	p.flights[t.ID] = f
	p.running.Go(func() {
		f.order, f.err = p.settle(t)
		p.mu.Lock()
		delete(p.flights, t.ID)
		p.mu.Unlock()
		close(f.done)
	})
	return f
}

// settle asks the provider, outside any transaction of the database, then has the
// answer booked. It goes by how the step stands by now: who asks may have read it
// before somebody else asked.
func (p *payer) settle(t pay.Transaction) (order.Order, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-p.ctx.Done():
		return order.Order{}, p.ctx.Err()
	}
	answer, err := p.store.Do(p.ctx, lookPayment{t})
	if err != nil {
		return order.Order{}, err
	}
	now := answer.(looked)
	if !now.due {
		return now.order, nil
	}
	said, unknown := p.question(now.transaction)
	if p.ctx.Err() != nil {
		return order.Order{}, p.ctx.Err()
	}
	after, err := p.store.Do(p.ctx, settlePayment{now.transaction, said, unknown})
	if err != nil {
		if failed := p.store.state.Failed; failed != nil {
			failed(err)
		}
		return order.Order{}, err
	}
	return after.(order.Order), nil
}

// question asks for the step the first time, and from then on what became of it.
func (p *payer) question(t pay.Transaction) (pay.Answer, error) {
	ctx, cancel := context.WithTimeout(p.ctx, p.wait)
	defer cancel()
	payments := p.store.state.Payments
	if payments == nil {
		return pay.Answer{}, fault.New(fault.Unavailable, "nobody takes payments by %s here any more", t.Method)
	}
	if t.Attempts > 0 {
		answer, err := payments.Status(ctx, t)
		if !fault.Is(err, fault.NotFound) {
			return answer, err
		}
	}
	return payments.Request(ctx, t)
}
