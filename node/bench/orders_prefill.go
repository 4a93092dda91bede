package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"crossdock/core/cart"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/engine/sqlite"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
	"crossdock/site/writer"
)

// prefillBatch is how many orders one commit of prefill holds.
const prefillBatch = 4096

// unknown is the lookups of a store whose commands all have new keys.
type unknown struct{ store.Lookups }

// Request implements store.Lookups.
func (unknown) Cart(context.Context, string) (cart.Cart, error) {
	return cart.Cart{}, fault.New(fault.NotFound, "nobody has a cart")
}

func (unknown) Request(context.Context, string) (store.Request, error) {
	return store.Request{}, fault.New(fault.NotFound, "nothing was asked for before")
}

// prefill adds orders to the database of a store whose process is stopped. They
// are taken as any other, but nobody waits for them; and the warehouses are told
// that they know of them, because what is measured later is the store.
func prefill(ctx context.Context, o Options, orders int) (err error) {
	db, err := sqlite.OpenStore(ctx, databaseOf(o, "store"), "store", sqlite.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	taken := takeAll(ctx, o, db, orders)
	ctx = context.WithoutCancel(ctx) // what has been taken is to be whole
	for _, site := range warehouses {
		newest, _, err := db.Written(ctx, string(site), 0)
		if err != nil {
			return err
		}
		if err := skip(ctx, o, site, newest); err != nil {
			return err
		}
	}
	return taken
}

func databaseOf(o Options, site id.Site) string {
	return filepath.Join(dataOf(o), "db", string(site)+".db")
}

func takeAll(ctx context.Context, o Options, db *sqlite.Store, orders int) error {
	s, err := store.Open(ctx, store.Ports{Journal: db, Lookups: unknown{}, IDs: &births{}, Now: time.Now},
		store.Options{Batch: prefillBatch, QueueLen: prefillBatch})
	if err != nil {
		return err
	}
	defer s.Close()
	waiting := make(chan *writer.Job, 2*prefillBatch)
	failed := make(chan error, 1)
	go func() {
		var first error
		for job := range waiting {
			if _, err := job.Wait(ctx); first == nil {
				first = err
			}
		}
		failed <- first
	}()
	for i := range orders {
		if i%100_000 == 0 {
			o.Tell(fmt.Sprintf("%d more orders to be there before", orders-i))
		}
		job, err := s.Submit(ctx, spread(3).draw(o.skus).command())
		if err != nil {
			close(waiting)
			return errors.Join(err, <-failed)
		}
		waiting <- job
	}
	close(waiting)
	return <-failed
}

// skip moves a warehouse's cursor behind all that the store has said.
func skip(ctx context.Context, o Options, site id.Site, newest feed.Cursor) (err error) {
	db, err := sqlite.OpenWarehouse(ctx, databaseOf(o, site), site, sqlite.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Commit(ctx, &warehouse.Changes{Books: books.Rows{Cursors: []feed.Cursor{newest}}})
}
