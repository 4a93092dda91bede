// Package warehouse is the site that has the goods: the only authority on its own
// stock. It receives, counts, hands quota to the stores, and works off the
// fulfillment orders that they have paid for with that quota. It tells them what
// suppliers have announced, and takes back what customers return.
//
// It works alone when it is cut off, and never asks anybody before it changes its
// own books. It knows no prices. It owns a fulfillment's history.
//
// Start reading at Warehouse, then state.go and the files beside it by subject.
package warehouse

import (
	"context"
	"slices"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/site/books"
	"crossdock/site/outbox"
	"crossdock/site/writer"
)

// Ports is what a warehouse needs of the outside.
type Ports struct {
	Journal   Journal
	Queries   Queries
	Purchases PurchaseBook
	Returns   ReturnBook
	IDs       id.Source
	Now       func() time.Time
	// Failed is called with the error of a commit that failed; nil: nobody is told.
	Failed func(error)
	// Committed is called after each batch that has something to say, with the
	// sites that are spoken to, to wake their readers. It must not block.
	Committed func(to []id.Site)
}

// Options are a warehouse's settings.
type Options struct {
	Stores       []id.Site     // the stores that quota is granted to, at least one; where need does not decide, the first
	Safety       int64         // units of each SKU that are never granted
	SharePercent int           // of what is not safety stock, how much the stores hold without asking; default 100
	RecallWait   time.Duration // how long a correction waits for quota to come back; default 2 s
	Batch        int           // most commands of one commit; default 512
	QueueLen     int           // most commands that wait; default 4096
	Stepped      bool          // for simulations: no goroutine is started, and commands are decided by Steps
}

// Warehouse is the site. Its methods may be called from many goroutines.
type Warehouse struct {
	Queries
	PurchaseBook
	ReturnBook
	state      *state
	writer     writer.Driver
	recallWait time.Duration
}

// Open loads the warehouse's state and starts its writer.
func Open(ctx context.Context, ports Ports, options Options) (*Warehouse, error) {
	if options.SharePercent == 0 {
		options.SharePercent = 100
	}
	if options.RecallWait == 0 {
		options.RecallWait = 2 * time.Second
	}
	if options.Batch == 0 {
		options.Batch = 512
	}
	if options.QueueLen == 0 {
		options.QueueLen = 4096
	}
	if options.SharePercent < 0 || options.SharePercent > 100 {
		return nil, fault.New(fault.Invalid, "the share of the stores is %d percent: want 1 to 100", options.SharePercent)
	}
	if err := checkStores(options.Stores); err != nil {
		return nil, err
	}
	options.Stores = slices.Clone(options.Stores)
	s := &state{Ports: ports, options: options, answers: books.NewAnswers(), desk: newDesk()}
	if err := s.Begin(ctx); err != nil {
		return nil, err
	}
	w := &Warehouse{
		Queries: ports.Queries, PurchaseBook: ports.Purchases, ReturnBook: ports.Returns,
		state: s, recallWait: options.RecallWait, writer: writer.Start(s, options.Batch, options.QueueLen, options.Stepped),
	}
	if s.books.Epoch() > 1 {
		if _, err := w.Do(ctx, greet{}); err != nil {
			w.Close()
			return nil, err
		}
	}
	for _, store := range s.newcomers {
		if _, err := w.Do(ctx, welcome{store}); err != nil {
			w.Close()
			return nil, err
		}
	}
	return w, nil
}

func checkStores(stores []id.Site) error {
	if len(stores) == 0 {
		return fault.New(fault.Invalid, "the warehouse has no store: want at least one")
	}
	for i, store := range stores {
		if _, err := id.ParseSite(string(store)); err != nil {
			return err
		}
		if slices.Contains(stores[:i], store) {
			return fault.New(fault.Invalid, "the store %s stands twice in the settings", store)
		}
	}
	return nil
}

// Close commits what is waiting and stops the writer.
func (w *Warehouse) Close() { w.writer.Close() }

// Do runs a command and returns its answer, after the commit.
func (w *Warehouse) Do(ctx context.Context, command any) (any, error) {
	return w.writer.Do(ctx, command)
}

// Submit puts a command behind all that were submitted before.
func (w *Warehouse) Submit(ctx context.Context, command any) (*writer.Job, error) {
	return w.writer.Submit(ctx, command)
}

// Rewind sets the cursor of an origin's feed back: see outbox.Receiver.
func (w *Warehouse) Rewind(ctx context.Context, to feed.Cursor) error {
	_, err := w.Do(ctx, books.Rewind{To: to})
	return err
}

// Apply takes messages of the store's feed: see outbox.Receiver.
func (w *Warehouse) Apply(ctx context.Context, messages []feed.Message) error {
	return outbox.Deliver(ctx, messages, func(ctx context.Context, messages []feed.Message, park string) error {
		_, err := w.Do(ctx, Receive{messages, park})
		return err
	})
}

// Adjust corrects the books after a count. Where too few units are free because
// stores hold them as quota, it calls them back, of the richest first, and waits
// at most Options.RecallWait. Units that no store gives back, being promised or
// out of reach, are fault.Conflict, and nothing is changed.
func (w *Warehouse) Adjust(ctx context.Context, command AdjustStock) (Stocked, error) {
	correction, err := w.Begin(ctx, command)
	if err != nil {
		return Stocked{}, err
	}
	if err := w.await(ctx, correction.result); err != nil {
		return Stocked{}, err
	}
	return correction.End(ctx)
}

// await returns when all recalls are answered, or it has waited long enough.
func (w *Warehouse) await(ctx context.Context, result adjusted) error {
	if len(result.recalls) == 0 {
		return nil
	}
	defer w.state.answers.Forget(result.recalls...)
	timer := time.NewTimer(w.recallWait)
	defer timer.Stop()
	for _, returned := range result.returned {
		select {
		case <-returned:
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return &fault.Error{Kind: fault.Unavailable, Message: "gave up waiting for the store", Cause: ctx.Err()}
		}
	}
	return nil
}
