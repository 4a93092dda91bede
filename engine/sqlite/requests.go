package sqlite

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	zombiezen "zombiezen.com/go/sqlite"

	"crossdock/core/fault"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// requests looks keyed commands up, on a connection of its own: each order asks
// once whether its key is known, and shall not wait behind a page. Nearly all are
// not, and that is known without the database: it would be read from the root of the
// index on, since what a connection keeps of it is worth nothing after each commit.
type requests struct {
	index *requestIndex

	mu                   sync.Mutex
	conn                 *zombiezen.Conn
	newer, older, hashes *zombiezen.Stmt
	noted                [requestParts]bool // of which the index has noted what is in the table
	closed               bool
}

func openRequests(path string, index *requestIndex) (*requests, error) {
	conn, err := zombiezen.OpenConn(path, zombiezen.OpenReadOnly)
	if err != nil {
		return nil, translate(err)
	}
	for _, text := range []string{
		"PRAGMA busy_timeout = " + busyMillis,
		"PRAGMA query_only = ON",
		"PRAGMA trusted_schema = OFF",
		"PRAGMA cache_size = " + readerCache,
	} {
		if err := execute(conn, text); err != nil {
			return nil, errors.Join(translate(err), conn.Close())
		}
	}
	p := &preparer{conn: conn}
	r := &requests{index: index, conn: conn}
	r.newer = p.stmt(`
		SELECT body_hash, answer, at
		FROM   requests
		WHERE  number = ? AND key = ?`)
	r.older = p.stmt(`
		SELECT body_hash, answer, at
		FROM   request_keys JOIN requests USING (number)
		WHERE  hash = ? AND key = ?`)
	r.hashes = p.stmt(`
		SELECT hash
		FROM   request_keys
		WHERE  hash >= ? AND hash < ?`)
	if p.err != nil {
		return nil, errors.Join(translate(p.err), conn.Close())
	}
	return r, nil
}

func (r *requests) get(ctx context.Context, key string) (books.Request, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return books.Request{}, unavailable(err)
	}
	if r.closed {
		return books.Request{}, fault.New(fault.Unavailable, "the database is closed")
	}
	find, by := r.older, hashKey(key)
	if number, recent := r.index.number(key); recent {
		find, by = r.newer, number
	} else if older, err := r.mayBeOlder(by); err != nil || !older {
		return books.Request{}, cmp.Or(translate(err), notRequested(key))
	}
	find.BindInt64(1, by)
	find.BindText(2, key)
	there, err := find.Step()
	if err != nil {
		return books.Request{}, translate(err)
	}
	found := books.Request{Key: key}
	if there {
		find.ColumnBytes(0, found.BodyHash[:])
		found.Answer, found.At = find.ColumnText(1), time.UnixMicro(find.ColumnInt64(2)).UTC()
	}
	if err := find.Reset(); err != nil {
		return books.Request{}, translate(err)
	}
	if !there {
		return books.Request{}, notRequested(key)
	}
	return found, nil
}

func notRequested(key string) error {
	return fault.New(fault.NotFound, "there is no request %s", fault.Quote(key))
}

// mayBeOlder reports whether the table may have a key with this hash, if the index
// has it not. What was in the table at the start is noted part by part, when a key of
// the part is first asked for; what is written since, the index notes by itself, before
// it forgets it.
func (r *requests) mayBeOlder(hash int64) (bool, error) {
	part := hash >> hashWithoutIt
	if !r.noted[part] {
		r.hashes.BindInt64(1, part<<hashWithoutIt)
		r.hashes.BindInt64(2, (part+1)<<hashWithoutIt)
		if err := each(r.hashes, func() { r.index.note(r.hashes.ColumnInt64(0)) }); err != nil {
			return false, err
		}
		r.noted[part] = true
	}
	return r.index.noted(hash), nil
}

func (r *requests) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	return translate(r.conn.Close())
}

// Request returns what was remembered of a keyed command.
func (s *Store) Request(ctx context.Context, key string) (store.Request, error) {
	return s.requests.get(ctx, key)
}

// Request returns what was remembered of a keyed command.
func (w *Warehouse) Request(ctx context.Context, key string) (warehouse.Request, error) {
	return w.requests.get(ctx, key)
}
