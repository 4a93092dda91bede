// Package store is the site that sells: it owns customers, catalog and orders,
// and promises units out of the quota that warehouses have handed to it.
//
// It never asks anybody while it takes an order that its quota covers, and never
// promises a unit that it does not hold. It owns an order's history; a
// fulfillment's belongs to the warehouse, and the store follows it by its feed.
//
// Everything that changes goes through the writer as a command (commands.go) and
// is decided in memory (state.go): what customers and staff ask for in a file for
// each kind, such as place.go and void.go, what warehouses say in apply.go, and what
// is due by itself in clock.go. Payment providers are asked outside of it, by the
// payer. Start reading at Store, then place.go, with the life of an order in
// ARCHITECTURE.md.
package store

import (
	"cmp"
	"context"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/pay"
	"crossdock/core/sourcing"
	"crossdock/dist/feed"
	"crossdock/site/books"
	"crossdock/site/outbox"
	"crossdock/site/writer"
)

// Ports is what a store needs of the outside.
type Ports struct {
	Journal Journal
	Lookups Lookups
	Queries Queries
	Records Records
	// Payments asks the payment providers; nil: payment is on delivery alone.
	Payments Payments
	// Sealer keeps what a lost order is made of again from being read where it is
	// kept; nil: it is kept nowhere, and such an order must be entered by hand.
	Sealer Sealer
	IDs    id.Source
	Now    func() time.Time
	// Reachable tells whether a warehouse can be asked now; nil: always. Nobody
	// waits for one that cannot.
	Reachable func(warehouse id.Site) bool
	// Failed is called with the error of a commit, of a tick, or of an answer of a
	// payment provider that could not be booked; nil: nobody is told. It must not block.
	Failed func(error)
	// Committed is called after each batch that has something to say, with the
	// sites that are spoken to, to wake their readers. It must not block.
	Committed func(to []id.Site)
}

// Options are a store's settings. Zero fields take the defaults.
type Options struct {
	Currency  money.Currency  // of all prices; empty: any, for tests of other things
	Sourcing  sourcing.Policy // how warehouses are chosen
	HoldFor   time.Duration   // how long a checkout keeps its units without a sign of life; default 10 min
	UnpaidFor time.Duration   // how long an order waits for its bank transfer; default 7 days
	PayWait   time.Duration   // how long a customer waits for the payment provider; default 10 s
	TickEvery time.Duration   // how often Tick runs; default 1 s, below zero: never
	AskWait   time.Duration   // how long an order waits for more quota; default 300 ms
	Batch     int             // most commands of one commit; default 512
	QueueLen  int             // most commands that wait; default 4096

	HoldAtMost   time.Duration // how long a checkout keeps its units with signs of life; default three times HoldFor
	UnpaidAtMost int           // most orders of a customer that wait for their bank transfers; default: no bound

	// Stepped is for simulations: no goroutine is started. Commands are decided by
	// Steps, and Tick, SettleDue and what Place waits for are the caller's.
	Stepped bool
}

// Store is the site. Its methods may be called from many goroutines.
type Store struct {
	Queries
	state   *state
	writer  writer.Driver
	askWait time.Duration
	lookups Lookups
	payer   *payer
	clock   *clock
}

// Open loads the store's state and starts its writer.
func Open(ctx context.Context, ports Ports, options Options) (*Store, error) {
	if options.AskWait == 0 {
		options.AskWait = 300 * time.Millisecond
	}
	if options.Batch == 0 {
		options.Batch = 512
	}
	if options.QueueLen == 0 {
		options.QueueLen = 4096
	}
	options.HoldFor = cmp.Or(options.HoldFor, 10*time.Minute)
	options.HoldAtMost = cmp.Or(options.HoldAtMost, 3*options.HoldFor)
	options.UnpaidFor = cmp.Or(options.UnpaidFor, 7*24*time.Hour)
	options.PayWait = cmp.Or(options.PayWait, 10*time.Second)
	options.TickEvery = cmp.Or(options.TickEvery, time.Second)
	if err := options.Sourcing.Check(); err != nil {
		return nil, err
	}
	s := &state{
		Ports: ports, answers: books.NewAnswers(), currency: options.Currency, policy: options.Sourcing,
		holdFor: options.HoldFor, unpaidFor: options.UnpaidFor, payable: make(chan struct{}, 1),
		holdAtMost: options.HoldAtMost, unpaidAtMost: options.UnpaidAtMost,
	}
	if err := s.Begin(ctx); err != nil {
		return nil, err
	}
	store := &Store{
		Queries: ports.Queries, state: s, lookups: ports.Lookups, askWait: options.AskWait,
		writer: writer.Start(s, options.Batch, options.QueueLen, options.Stepped),
	}
	if options.Stepped {
		options.TickEvery = -1
	}
	store.payer = newPayer(store, options.PayWait, options.Stepped)
	if s.books.Epoch() > 1 {
		if _, err := store.Do(ctx, greet{}); err != nil {
			store.writer.Close()
			return nil, err
		}
	}
	store.clock = newClock(store, options.TickEvery)
	return store, nil
}

// Close commits what is waiting and stops the writer. A payment provider that is
// being asked is not waited for: what it does is found out at the next start.
func (s *Store) Close() {
	s.clock.stop()
	s.payer.stop()
	s.writer.Close()
}

// Do runs a command and returns its answer, after the commit.
func (s *Store) Do(ctx context.Context, command any) (any, error) {
	return s.writer.Do(ctx, command)
}

// Submit puts a command behind all that were submitted before.
func (s *Store) Submit(ctx context.Context, command any) (*writer.Job, error) {
	return s.writer.Submit(ctx, command)
}

// Place takes an order. Where the quota held is not enough but warehouses may
// have more, it asks them, waits at most Options.AskWait, and decides again. Where
// the payment has to be authorized it waits for that, at most Options.PayWait: an
// order that was declined is voided, and one of which nobody knows is Unpaid.
func (s *Store) Place(ctx context.Context, command PlaceOrder) (Placement, error) {
	answer, err := s.Do(ctx, command)
	if err != nil {
		return Placement{}, err
	}
	placement := answer.(Placement)
	if len(placement.asks) > 0 {
		s.await(ctx, placement.asks)
		command.NoAsk = true
		answer, err = s.Do(ctx, command)
		if err != nil {
			return Placement{}, err
		}
		placement = answer.(Placement)
	}
	if placement.pay.State == pay.Pending {
		placement.Order = s.payer.await(ctx, placement.Order, placement.pay)
	}
	return placement, nil
}

// AskAhead asks warehouses for the part of a need that the quota held does not
// cover, and waits at most Options.AskWait for the answers. How much came is seen
// by what can be sold.
func (s *Store) AskAhead(ctx context.Context, need map[id.SKU]int64) error {
	answer, err := s.Do(ctx, askQuota{need})
	if err != nil {
		return err
	}
	s.await(ctx, answer.([]ask))
	return nil
}

// await returns when every ask was answered, or the time is up.
func (s *Store) await(ctx context.Context, asks []ask) {
	timer := time.NewTimer(s.askWait)
	defer timer.Stop()
	defer func() {
		for _, a := range asks {
			s.state.answers.Forget(a.grant)
		}
	}()
	for _, a := range asks {
		select {
		case <-a.answered:
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// Districts returns the delivery districts as committed, by name. The slice is
// not to be changed.
func (s *Store) Districts(context.Context) ([]catalog.District, error) {
	return *s.state.published.Load(), nil
}

// Product returns a product with what can be sold of it now, or fault.NotFound.
func (s *Store) Product(ctx context.Context, sku id.SKU) (ProductRow, error) {
	known, there := s.state.catalog.Load(sku)
	if !there {
		return ProductRow{}, fault.At("sku", fault.NotFound, "there is no product %s", fault.Quote(string(sku)))
	}
	row := ProductRow{Product: known.(catalog.Product)}
	available, err := s.Availability(ctx, sku)
	for _, a := range available {
		row.Held += a.Held
	}
	return row, err
}

// Sells reports whether the catalog has a product.
func (s *Store) Sells(sku id.SKU) bool {
	_, there := s.state.catalog.Load(sku)
	return there
}

// Rewind sets the cursor of an origin's feed back: see outbox.Receiver.
func (s *Store) Rewind(ctx context.Context, to feed.Cursor) error {
	_, err := s.Do(ctx, books.Rewind{To: to})
	return err
}

// Apply takes messages of a warehouse's feed: see outbox.Receiver.
func (s *Store) Apply(ctx context.Context, messages []feed.Message) error {
	return outbox.Deliver(ctx, messages, func(ctx context.Context, messages []feed.Message, park string) error {
		_, err := s.Do(ctx, Receive{messages, park})
		return err
	})
}

// Lookups gives point reads of what is committed.
func (s *Store) Lookups() Lookups { return s.lookups }
