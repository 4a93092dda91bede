package sqlite

import (
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
// once whether its key is known, and shall not wait behind a page.
type requests struct {
	index *requestIndex

	mu           sync.Mutex
	conn         *zombiezen.Conn
	newer, older *zombiezen.Stmt
	closed       bool
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
		return books.Request{}, fault.New(fault.NotFound, "there is no request %s", fault.Quote(key))
	}
	return found, nil
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
