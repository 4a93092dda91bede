package bench

import (
	"context"
	"encoding/binary"
	"errors"
	fast "math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"crossdock/core/cart"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/engine/sqlite"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/writer"
)

// limitTime is about how long the rows of one round are written, where that is
// twice as fast as placing the orders.
const limitTime = time.Second

// spare is room in the queue, and in a batch, for what the store asks itself meanwhile.
const spare = 16

// limit returns how many orders in a second the database takes that are no more
// than rows: those that a store has written for such orders, in batches as large
// as those of a round, into a new file, with nothing else going on.
func (r *rig) limit(ctx context.Context, of shape, like run) (rate, cpuPerOrder float64, err error) {
	size := max(1, int(like.perCommit()+0.5))
	batches := max(1, int(2*like.rate()*limitTime.Seconds())/size)
	rows, err := record(ctx, of, r.options.skus, size, batches)
	if err != nil {
		return 0, 0, err
	}
	path := filepath.Join(r.options.Dir, "limit.db")
	defer removeDatabase(path)
	took, used, err := write(ctx, path, rows)
	orders := float64(size * batches)
	return orders / took.Seconds(), float64(used.Microseconds()) / orders, err
}

// removeDatabase removes a file that may not be there with what lies beside it.
func removeDatabase(path string) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(path + suffix) // scratch: what stays is removed with its directory
	}
}

// write commits the batches one after another. The first is what the store began
// with, and does not count.
func write(ctx context.Context, path string, rows []*store.Changes) (took, used time.Duration, err error) {
	db, err := sqlite.OpenStore(ctx, path, "store", sqlite.Options{})
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Commit(ctx, rows[0]); err != nil {
		return 0, 0, err
	}
	runtime.GC() // what recording has left is not the rows' work
	began, idle := time.Now(), cpu()
	for _, batch := range rows[1:] {
		if err := db.Commit(ctx, batch); err != nil {
			return 0, 0, err
		}
	}
	return time.Since(began), cpu() - idle, nil
}

// record has a store take orders, without a database, and returns the rows that
// it wanted written: first the balances that it began with, then batches of size
// orders each.
func record(ctx context.Context, of shape, skus, size, batches int) ([]*store.Changes, error) {
	r := newRecorder(skus)
	s, err := store.Open(ctx, store.Ports{Journal: r, Lookups: r, IDs: &births{}, Now: time.Now}, store.Options{Batch: size + spare, QueueLen: size + spare, TickEvery: -1})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for range batches {
		if err := r.batch(ctx, s, of, skus, size); err != nil {
			return nil, err
		}
	}
	return r.rows, nil
}

// recorder is where a store's batches end that are not to be written. Only what
// taking an order needs is there: no key is known, and nothing is looked up.
type recorder struct {
	unknown
	loaded store.Snapshot
	rows   []*store.Changes
}

var (
	_ store.Journal = (*recorder)(nil)
	_ store.Lookups = (*recorder)(nil)
)

func newRecorder(skus int) *recorder {
	r := &recorder{}
	r.loaded.Books.Site, r.loaded.Books.Epoch = "store", 1
	for i := range skus {
		r.loaded.Products = append(r.loaded.Products, product(i))
		for _, site := range warehouses {
			r.loaded.Books.Balances = append(r.loaded.Books.Balances,
				stock.Balance{SKU: sku(i), Account: stock.GranterAt(site), Units: -unitsPerShelf},
				stock.Balance{SKU: sku(i), Account: stock.HeldAt(site), Units: unitsPerShelf},
				stock.Balance{SKU: sku(i), Account: stock.PromisedAt(site)})
		}
	}
	r.loaded.Districts = districts()
	r.rows = []*store.Changes{{Books: books.Rows{Balances: r.loaded.Books.Balances}}}
	return r
}

// batch has one batch of orders decided: the writer is held up by a command of
// another kind until all of them wait.
func (r *recorder) batch(ctx context.Context, s *store.Store, of shape, skus, size int) error {
	held, pull := make(chan struct{}), make(chan struct{})
	plug, err := s.Submit(ctx, store.ChangeCart{Owner: "plug", Change: func(c cart.Cart) (cart.Cart, error) {
		close(held)
		<-pull
		return c, fault.New(fault.Busy, "the plug is pulled") // and leaves nothing to write
	}})
	if err != nil {
		return err
	}
	<-held
	jobs := make([]*writer.Job, size)
	for i := range jobs {
		if jobs[i], err = s.Submit(ctx, of.draw(skus).command()); err != nil {
			break
		}
	}
	close(pull)
	if err != nil {
		return err
	}
	if _, err := plug.Wait(ctx); !fault.Is(err, fault.Busy) {
		return err
	}
	for _, job := range jobs {
		if _, err := job.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Load implements store.Journal.
func (r *recorder) Load(context.Context) (store.Snapshot, error) { return r.loaded, nil }

// Commit implements store.Journal.
func (r *recorder) Commit(_ context.Context, batch *store.Changes) error {
	r.rows = append(r.rows, batch)
	return nil
}

// births makes version 7 UUIDs of the time and a count: the rows come in the
// order of their keys, as those of the process do.
type births struct{ count uint16 }

var _ id.Source = (*births)(nil)

// New implements id.Source.
func (b *births) New() id.UUID {
	var u id.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(time.Now().UnixMilli())<<16)
	b.count++
	binary.BigEndian.PutUint16(u[6:8], 0x7000|b.count&0x0fff)
	binary.BigEndian.PutUint64(u[8:], 1<<63|fast.Uint64()>>2)
	return u
}
