package sqlite

import (
	"context"
	"errors"
	"os"
	"time"

	zombiezen "zombiezen.com/go/sqlite"

	"crossdock/core/fault"
	"crossdock/dist/feed"
	"crossdock/site/audit"
)

// pagesAtOnce is how many pages are copied before it is looked whether anybody
// still waits for them.
const pagesAtOnce = 1024

// Moment is a database as one commit has left it, held for as long as it takes to
// copy it. Nobody who writes is held up: what is committed meanwhile goes into the
// log, which grows until the moment is closed.
//
// It is copied page by page, by SQLite's own backup. VACUUM INTO would build every
// table and index anew: much more work, rows numbered anew where they have no
// number of their own, and a copy that says nothing about damage in the original.
type Moment struct {
	conn *zombiezen.Conn
	own  identity
}

// Facts are what a database says of itself.
type Facts struct {
	Head           audit.Head // without what is parked
	Schema         int64      // version of its tables
	Movements      int64
	LastOrderAt    time.Time // zero: there is none
	LastMovementAt time.Time // zero: there is none
}

// Current reports whether the tables are those of this version.
func (f Facts) Current() bool { return f.Schema == SchemaVersion(f.Head.Role) }

// SchemaVersion is the newest version of a role's tables that is known here.
func SchemaVersion(role audit.Role) int64 { return knownVersion(role) }

// OpenMoment holds a database as of its last commit, whether or not a process has
// it open, and also where one has died. A file that is no database of a site is
// fault.Invalid, one that a newer version has changed fault.Newer.
func OpenMoment(ctx context.Context, path string) (*Moment, error) {
	own, err := identify(ctx, path)
	if err != nil {
		return nil, err
	}
	conn, err := zombiezen.OpenConn(path, zombiezen.OpenReadOnly)
	if err != nil {
		return nil, about(path, err)
	}
	m := &Moment{conn, own}
	for _, text := range []string{
		"PRAGMA busy_timeout = " + busyMillis,
		"PRAGMA trusted_schema = OFF",
		"BEGIN",
		"SELECT 1 FROM site", // the moment begins with the first read
	} {
		if err := execute(conn, text); err != nil {
			return nil, errors.Join(about(path, err), m.Close())
		}
	}
	return m, nil
}

// Close lets go of the moment.
func (m *Moment) Close() error { return translate(m.conn.Close()) }

// CopyTo makes a file that was not there before a database with all that this one
// holds, and has it on disk when it returns. It stands alone: no log is beside it.
// Where it fails the caller removes the file. A full disk is fault.Unavailable.
func (m *Moment) CopyTo(ctx context.Context, path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return &fault.Error{Kind: fault.Unavailable, Op: "sqlite.CopyTo", Message: path + " cannot be made", Cause: err}
	}
	if err := file.Close(); err != nil {
		return &fault.Error{Kind: fault.Unavailable, Op: "sqlite.CopyTo", Message: path + " cannot be made", Cause: err}
	}
	if err := m.copyPages(ctx, path); err != nil {
		return fault.Wrap(err, "sqlite.CopyTo", "the database of %s cannot be copied to %s", m.own.site, path)
	}
	// Its head still says that it has a log. Who looks into the copy, perhaps where
	// nothing may be written, would make one.
	err = write(path, func(conn *zombiezen.Conn) error { return execute(conn, "PRAGMA journal_mode = DELETE") })
	return fault.Wrap(err, "sqlite.CopyTo", "the copy %s cannot be ended", path)
}

func (m *Moment) copyPages(ctx context.Context, path string) error {
	return write(path, func(to *zombiezen.Conn) (err error) {
		backup, err := zombiezen.NewBackup(to, "main", m.conn, "main")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, backup.Close()) }()
		for more := true; more; {
			if err := ctx.Err(); err != nil {
				return err
			}
			if more, err = backup.Step(pagesAtOnce); err != nil {
				return err
			}
		}
		return nil
	})
}

// write works on a database that nobody else uses.
func write(path string, do func(*zombiezen.Conn) error) error {
	conn, err := zombiezen.OpenConn(path, zombiezen.OpenReadWrite)
	if err != nil {
		return translate(err)
	}
	err = execute(conn, "PRAGMA busy_timeout = "+busyMillis) // else it waits for as long as it takes
	if err == nil {
		err = execute(conn, "PRAGMA synchronous = FULL")
	}
	if err == nil {
		err = do(conn)
	}
	if err != nil {
		return errors.Join(translate(err), translate(conn.Close()))
	}
	return translate(conn.Close())
}

// The facts of a database. Of the newest messages there is an index, by which
// this takes no longer for many of them.
const (
	factsOfSite = `
		SELECT epoch,
		       (SELECT coalesce(max(version_id), 0) FROM ` + versions + `),
		       (SELECT coalesce(max(seq), 0) FROM movements),
		       (SELECT coalesce(at, 0) FROM movements ORDER BY seq DESC LIMIT 1)
		FROM   site`
	factsOfOrders = `
		SELECT   number, placed_at
		FROM     orders
		ORDER BY number DESC
		LIMIT    1`
	factsOfWritten = `
		WITH RECURSIVE names (name) AS (
		  SELECT min(destination) FROM outbox
		  UNION ALL
		  SELECT (SELECT min(destination) FROM outbox WHERE destination > name) FROM names WHERE name IS NOT NULL
		)
		SELECT name, (SELECT max(seq) FROM outbox WHERE destination = name)
		FROM   names
		WHERE  name IS NOT NULL`
	factsOfRead = `
		SELECT   origin, seq
		FROM     cursors
		ORDER BY origin`
)

// Facts reads what the database says of itself. Of the feeds it has the numbers
// alone, no hashes.
func (m *Moment) Facts() (Facts, error) {
	f := Facts{Head: audit.Head{Site: m.own.site, Role: m.own.role}}
	each := func(text string, row func(*zombiezen.Stmt)) func() error {
		return func() error { return query(m.conn, text, row) }
	}
	steps := []func() error{
		each(factsOfSite, func(s *zombiezen.Stmt) {
			f.Head.Epoch, f.Schema, f.Movements = uint64(s.ColumnInt64(0)), s.ColumnInt64(1), s.ColumnInt64(2)
			f.LastMovementAt = momentOf(s.ColumnInt64(3))
		}),
		each(factsOfWritten, func(s *zombiezen.Stmt) {
			f.Head.Written = append(f.Head.Written, feed.Cursor{
				Origin: string(m.own.site), Destination: s.ColumnText(0), Seq: uint64(s.ColumnInt64(1)),
			})
		}),
		each(factsOfRead, func(s *zombiezen.Stmt) {
			f.Head.Read = append(f.Head.Read, feed.Cursor{
				Origin: s.ColumnText(0), Destination: string(m.own.site), Seq: uint64(s.ColumnInt64(1)),
			})
		}),
	}
	if m.own.role == audit.Store {
		steps = append(steps, each(factsOfOrders, func(s *zombiezen.Stmt) {
			f.Head.Orders, f.LastOrderAt = s.ColumnInt64(0), momentOf(s.ColumnInt64(1))
		}))
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return Facts{}, fault.Wrap(translate(err), "sqlite.Facts", "the database of %s cannot be read", m.own.site)
		}
	}
	return f, nil
}

func momentOf(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// query calls row for every row of a statement.
func query(conn *zombiezen.Conn, text string, row func(*zombiezen.Stmt)) error {
	stmt, err := conn.Prepare(text)
	if err != nil {
		return err
	}
	for {
		there, err := stmt.Step()
		if err != nil || !there {
			return errors.Join(err, stmt.Reset())
		}
		row(stmt)
	}
}
