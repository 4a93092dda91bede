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
	mu     sync.Mutex
	conn   *zombiezen.Conn
	find   *zombiezen.Stmt
	closed bool
}

func openRequests(path string) (*requests, error) {
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
	find, err := conn.Prepare(`
		SELECT body_hash, answer, at
		FROM   requests
		WHERE  key = ?`)
	if err != nil {
		return nil, errors.Join(translate(err), conn.Close())
	}
	return &requests{conn: conn, find: find}, nil
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
	r.find.BindText(1, key)
	there, err := r.find.Step()
	if err != nil {
		return books.Request{}, translate(err)
	}
	found := books.Request{Key: key}
	if there {
		r.find.ColumnBytes(0, found.BodyHash[:])
		found.Answer, found.At = r.find.ColumnText(1), time.UnixMicro(r.find.ColumnInt64(2)).UTC()
	}
	if err := r.find.Reset(); err != nil {
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
