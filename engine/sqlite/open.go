package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	zombiezen "zombiezen.com/go/sqlite"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/audit"
)

// What the connections are opened with. The writer keeps the ends of all tables
// and indexes in its cache; readers share what the system caches. A log of 8,000
// pages (32 MiB) is carried into the file at once, some two seconds' worth of a
// full load, so that few commits have to wait for it.
const (
	readers     = 4
	busyMillis  = "5000"
	writerCache = "-8192" // KiB
	readerCache = "-2048" // KiB
	checkpoint  = "8000"  // pages
)

// The numbers at the head of a file that say whose it is.
const (
	storeApplication     = 0x58444b53 // "XDKS"
	warehouseApplication = 0x58444b57 // "XDKW"
)

// identity is the site that a database belongs to.
type identity struct {
	site id.Site
	role audit.Role
}

func (i identity) application() int64 {
	if i.role == audit.Warehouse {
		return warehouseApplication
	}
	return storeApplication
}

// open makes the database what this version wants it to be, and returns it with
// its writer.
func open(ctx context.Context, path string, own identity, opts Options) (*file, *zombiezen.Conn, error) {
	if err := checkPath(path); err != nil {
		return nil, nil, err
	}
	if err := prepareFile(ctx, path, own, opts); err != nil {
		return nil, nil, err
	}
	conn, err := openWriter(path)
	if err != nil {
		return nil, nil, err
	}
	pool, err := sql.Open("sqlite", readDSN(path))
	if err != nil {
		return nil, nil, errors.Join(translate(err), conn.Close())
	}
	pool.SetMaxOpenConns(readers)
	pool.SetMaxIdleConns(readers)
	if err := selfTest(ctx, pool); err != nil {
		return nil, nil, errors.Join(err, pool.Close(), conn.Close())
	}
	return &file{path: path, identity: own, pool: pool}, conn, nil
}

func checkPath(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fault.New(fault.Invalid, "%s is a directory, not a database file", path)
	case err == nil && !info.Mode().IsRegular():
		return fault.New(fault.Invalid, "%s is not a regular file", path)
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return &fault.Error{Kind: fault.Invalid, Op: "sqlite.open", Message: path + " cannot be opened", Cause: err}
	case err != nil:
		if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
			return fault.New(fault.Invalid, "there is no directory for the database file %s", path)
		}
	}
	return nil
}

func openWriter(path string) (*zombiezen.Conn, error) {
	conn, err := zombiezen.OpenConn(path, zombiezen.OpenReadWrite)
	if err != nil {
		return nil, translate(err)
	}
	for _, text := range []string{
		"PRAGMA busy_timeout = " + busyMillis, // before all that may have to wait
		"PRAGMA journal_mode = WAL",
		"PRAGMA synchronous = FULL",
		"PRAGMA foreign_keys = ON",
		"PRAGMA trusted_schema = OFF",
		"PRAGMA cache_size = " + writerCache,
		"PRAGMA wal_autocheckpoint = " + checkpoint,
		"PRAGMA temp_store = MEMORY",
	} {
		if err := execute(conn, text); err != nil {
			return nil, errors.Join(translate(err), conn.Close())
		}
	}
	return conn, nil
}

// readDSN opens a file without the right to change it.
func readDSN(path string) string {
	return dsn(path, "mode", "ro",
		"_pragma", "busy_timeout("+busyMillis+")",
		"_pragma", "query_only(1)",
		"_pragma", "trusted_schema(0)",
		"_pragma", "cache_size("+readerCache+")",
		"_pragma", "temp_store(MEMORY)")
}

// dsn escapes a path, which may hold a question mark or a percent sign.
func dsn(path string, pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: values.Encode()}).String()
}

// selfTest refuses a driver that binds numbered parameters by position: the
// statements shared with PostgreSQL would read the wrong rows in silence.
func selfTest(ctx context.Context, db *sql.DB) error {
	var second, first string
	if err := db.QueryRowContext(ctx, "SELECT $2, $1", "first", "second").Scan(&second, &first); err != nil {
		return translate(err)
	}
	if first != "first" || second != "second" {
		return fault.New(fault.Internal, "the SQLite driver binds $2, $1 in the wrong order")
	}
	return nil
}
