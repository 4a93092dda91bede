// Package warehouse is the site that has the goods: the only authority on its own
// stock. It receives, counts, hands quota to the store, and works off the
// fulfillment orders that the store has paid for with that quota.
//
// It works alone when it is cut off, and never asks anybody before it changes its
// own books. It knows no prices. It owns a fulfillment's history.
//
// Start reading at Warehouse, then state.go and the files beside it by subject.
package warehouse

import (
	"context"
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
	Journal Journal
	Queries Queries
	IDs     id.Source
	Now     func() time.Time
	// Failed is called with the error of a commit that failed; nil: nobody is told.
	Failed func(error)
	// Committed is called after each batch that has something to say, with the
	// sites that are spoken to, to wake their readers. It must not block.
	Committed func(to []id.Site)
}

// Options are a warehouse's settings.
type Options struct {
	Store        id.Site       // the store that quota is granted to
	Safety       int64         // units of each SKU that are never granted
	SharePercent int           // of what is not safety stock, how much the store holds without asking; default 100
	RecallWait   time.Duration // how long a correction waits for quota to come back; default 2 s
	Batch        int           // most commands of one commit; default 512
	QueueLen     int           // most commands that wait; default 4096
}

// Warehouse is the site. Its methods may be called from many goroutines.
type Warehouse struct {
	Queries
	state      *state
	writer     *writer.Writer
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
		return nil, fault.New(fault.Invalid, "the share of the store is %d percent: want 1 to 100", options.SharePercent)
	}
	s := &state{Ports: ports, options: options, answers: books.NewAnswers()}
	if err := s.Begin(ctx); err != nil {
		return nil, err
	}
	return &Warehouse{
		Queries: ports.Queries, state: s, recallWait: options.RecallWait,
		writer: writer.New(s, options.Batch, options.QueueLen),
	}, nil
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

// Apply takes messages of the store's feed: see outbox.Receiver.
func (w *Warehouse) Apply(ctx context.Context, messages []feed.Message) error {
	return outbox.Deliver(ctx, messages, func(ctx context.Context, messages []feed.Message, park string) error {
		_, err := w.Do(ctx, Receive{messages, park})
		return err
	})
}

// Adjust corrects the books after a count. Where too few units are free because
// the store holds them as quota, it calls them back and waits at most
// Options.RecallWait. Units that the store does not give back, being promised or
// out of reach, are fault.Conflict, and nothing is changed.
func (w *Warehouse) Adjust(ctx context.Context, command AdjustStock) (Stocked, error) {
	answer, err := w.Do(ctx, command)
	if err != nil {
		return Stocked{}, err
	}
	result := answer.(adjusted)
	if result.returned == nil {
		return result.Stocked, nil
	}
	timer := time.NewTimer(w.recallWait)
	defer timer.Stop()
	select {
	case <-result.returned:
	case <-timer.C:
		w.state.answers.Forget(result.recall)
	case <-ctx.Done():
		w.state.answers.Forget(result.recall)
		return Stocked{}, &fault.Error{Kind: fault.Unavailable, Message: "gave up waiting for the store", Cause: ctx.Err()}
	}
	command.noRecall = true
	answer, err = w.Do(ctx, command)
	if err != nil {
		return Stocked{}, err
	}
	return answer.(adjusted).Stocked, nil
}
