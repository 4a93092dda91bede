// Package sqlite keeps the state of a store or a warehouse in one SQLite file:
// the default engine, for one machine. What Commit has acknowledged survives a
// power cut.
//
// It has one writer, on the library's own interface, with every statement kept
// prepared, and a few connections that only read, by engine/sqldb; both are the
// same SQLite. It decides nothing: what it is given it writes, and what breaks a
// rule of the tables it refuses as a whole.
//
// The tables stand in migrations. Start reading at OpenStore, then Commit.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	zombiezen "zombiezen.com/go/sqlite"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/engine/sqldb"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/drift"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

var (
	_ store.Journal          = (*Store)(nil)
	_ store.Lookups          = (*Store)(nil)
	_ store.Queries          = (*Store)(nil)
	_ store.Records          = (*Store)(nil)
	_ books.Feeds            = (*Store)(nil)
	_ warehouse.Journal      = (*Warehouse)(nil)
	_ warehouse.Queries      = (*Warehouse)(nil)
	_ warehouse.PurchaseBook = (*Warehouse)(nil)
	_ warehouse.ReturnBook   = (*Warehouse)(nil)
	_ books.Feeds            = (*Warehouse)(nil)
	_ books.Restored         = (*Store)(nil)
	_ books.Restored         = (*Warehouse)(nil)
)

// Options are what a database may be opened with. The zero value is the default.
type Options struct {
	Epoch uint64 // of the feeds of a new database; 0 means 1. A database that is there keeps its own.
}

// Store is the open database of a store.
type Store struct {
	*sqldb.Store
	file     *file
	journal  *journal
	requests *requests
	insert   *storeWriter
}

// Warehouse is the open database of a warehouse.
type Warehouse struct {
	*sqldb.Warehouse
	file     *file
	journal  *journal
	requests *requests
	insert   *warehouseWriter
}

// OpenStore opens the database of a store, and makes it if there is none. A path
// that cannot be one is fault.Invalid, a database of another site or role
// fault.Conflict, one of a newer Crossdock fault.Newer.
func OpenStore(ctx context.Context, path string, site id.Site, opts Options) (*Store, error) {
	f, conn, err := open(ctx, path, identity{site, audit.Store}, opts)
	if err != nil {
		return nil, err
	}
	s := &Store{file: f, journal: &journal{conn: conn}}
	if s.insert, err = newStoreWriter(conn); err == nil {
		s.Store, err = sqldb.OpenStore(ctx, f.reader())
	}
	if err == nil {
		s.requests, err = openRequests(path, s.insert.requests.index)
	}
	if err != nil {
		return nil, errors.Join(translate(err), f.pool.Close(), s.journal.close())
	}
	return s, nil
}

// OpenWarehouse opens the database of a warehouse, and makes it if there is
// none. Its errors are those of OpenStore.
func OpenWarehouse(ctx context.Context, path string, site id.Site, opts Options) (*Warehouse, error) {
	f, conn, err := open(ctx, path, identity{site, audit.Warehouse}, opts)
	if err != nil {
		return nil, err
	}
	w := &Warehouse{file: f, journal: &journal{conn: conn}}
	if w.insert, err = newWarehouseWriter(conn); err == nil {
		w.Warehouse, err = sqldb.OpenWarehouse(ctx, f.reader())
	}
	if err == nil {
		w.requests, err = openRequests(path, w.insert.requests.index)
	}
	if err != nil {
		return nil, errors.Join(translate(err), f.pool.Close(), w.journal.close())
	}
	return w, nil
}

// OpenReadOnly opens what a site has stored as of now, for the audit, whether or
// not a process has it open, and also where one has died. It changes no row.
func OpenReadOnly(ctx context.Context, path string) (audit.Source, error) {
	own, err := identify(ctx, path)
	if err != nil {
		return nil, err
	}
	return (&file{path: path, identity: own}).snapshot(ctx)
}

// Snapshot returns the state as of the last commit. The caller closes it.
func (s *Store) Snapshot(ctx context.Context) (audit.Source, error) { return s.file.snapshot(ctx) }

// Snapshot returns the state as of the last commit. The caller closes it.
func (w *Warehouse) Snapshot(ctx context.Context) (audit.Source, error) { return w.file.snapshot(ctx) }

// Look returns the state as of the last commit, to be compared with another site.
// The caller closes it.
func (s *Store) Look(ctx context.Context) (drift.Source, error) { return s.file.look(ctx) }

// Look returns the state as of the last commit, to be compared with another site.
// The caller closes it.
func (w *Warehouse) Look(ctx context.Context) (drift.Source, error) { return w.file.look(ctx) }

// Close ends the engine. Snapshots that are still open stay so.
func (s *Store) Close() error {
	return errors.Join(s.Store.Close(), s.file.pool.Close(), s.requests.close(), s.journal.close())
}

// Close ends the engine. Snapshots that are still open stay so.
func (w *Warehouse) Close() error {
	return errors.Join(w.Warehouse.Close(), w.file.pool.Close(), w.requests.close(), w.journal.close())
}

// Commit writes all of a batch in one transaction. Rows under a key that is
// there already are fault.Exists; rows that break another rule fault.Conflict;
// updates of what is not there fault.NotFound. Once begun it is not given up
// when ctx ends: whether the batch is written would be anybody's guess.
func (s *Store) Commit(ctx context.Context, batch *store.Changes) error {
	return s.journal.commit(ctx, &batch.Books, func() error { return s.insert.write(batch) }, s.insert.ended)
}

// Commit writes all of a batch in one transaction, as a store's does.
func (w *Warehouse) Commit(ctx context.Context, batch *warehouse.Changes) error {
	return w.journal.commit(ctx, &batch.Books, func() error { return w.insert.write(batch) }, w.insert.ended)
}

// journal is the one connection that writes.
type journal struct {
	mu     sync.Mutex
	conn   *zombiezen.Conn
	closed bool
	said   tail
}

// commit writes in one transaction; rows have what of it other sites will read, and
// ended is told whether it was written in the end.
//
// A COMMIT that fails has not landed: SQLite makes its pages count by the very
// last step, in memory, after they are on disk, and the next transaction writes
// over those of one that failed. So this never is a writer.Doubt.
func (j *journal) commit(ctx context.Context, rows *books.Rows, write func() error, ended func(written bool)) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return unavailable(err)
	}
	if j.closed {
		return fault.New(fault.Unavailable, "the database is closed")
	}
	if err := execute(j.conn, "BEGIN IMMEDIATE"); err != nil {
		return translate(err)
	}
	err := write()
	if err == nil {
		err = execute(j.conn, "COMMIT")
	}
	ended(err == nil)
	if err == nil {
		j.said.add(rows.Messages)
		j.said.drop(rows.Pruned)
		return nil
	}
	err = translate(err)
	if !j.conn.AutocommitEnabled() { // some failures have rolled back already
		err = errors.Join(err, translate(execute(j.conn, "ROLLBACK")))
	}
	return err
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil
	}
	j.closed = true
	return translate(j.conn.Close())
}

// execute runs a statement that returns nothing.
func execute(conn *zombiezen.Conn, text string) error {
	stmt, err := conn.Prepare(text)
	if err != nil {
		return err
	}
	for {
		row, err := stmt.Step()
		if err != nil || !row {
			return err
		}
	}
}

// file is a database file that is known to be that of a site.
type file struct {
	path string
	identity
	pool       *sql.DB
	statements sync.Map // of *sql.Stmt by text: see prepared
}

func (f *file) reader() sqldb.Reader {
	return sqldb.Reader{DB: f.pool, Site: f.site, Translate: translate}
}

func (f *file) snapshot(ctx context.Context) (audit.Source, error) {
	source, err := f.source(ctx)
	if err != nil {
		return nil, err
	}
	return source, nil
}

func (f *file) look(ctx context.Context) (drift.Source, error) {
	source, err := f.source(ctx)
	if err != nil {
		return nil, err
	}
	return source, nil
}

// source reads on a connection of its own, so that a long walk takes none of
// those that pages wait for.
func (f *file) source(ctx context.Context) (*sqldb.Source, error) {
	own, err := sql.Open("sqlite", readDSN(f.path))
	if err != nil {
		return nil, translate(err)
	}
	own.SetMaxOpenConns(1)
	return sqldb.OpenSource(ctx, sqldb.Reader{DB: own, Site: f.site, Translate: translate}, f.role)
}
