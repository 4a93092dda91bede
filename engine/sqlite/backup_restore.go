package sqlite

import (
	"context"
	"errors"
	"math"

	zombiezen "zombiezen.com/go/sqlite"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/audit"
)

// CheckIntegrity has SQLite look at every page and index of the database of a
// site. What it finds is fault.Corrupt.
func CheckIntegrity(ctx context.Context, path string) (err error) {
	conn, err := zombiezen.OpenConn(path, zombiezen.OpenReadOnly)
	if err != nil {
		return about(path, err)
	}
	defer func() { err = errors.Join(err, translate(conn.Close())) }()
	conn.SetInterrupt(ctx.Done())
	found := ""
	if err := execute(conn, "PRAGMA busy_timeout = "+busyMillis); err != nil {
		return about(path, err)
	}
	err = query(conn, "PRAGMA integrity_check(1)", func(s *zombiezen.Stmt) { found = s.ColumnText(0) })
	switch {
	case err != nil:
		return about(path, err)
	case found != "ok":
		return fault.New(fault.Corrupt, "the database file %s is damaged: %s", path, found)
	default:
		return nil
	}
}

// Restore makes a copy of a site's database, which nobody has open yet, fit to be
// that site's again: its tables are brought up to date, and what it says from now
// on is of the given epoch. A copy that a newer version has changed is fault.Newer.
func Restore(ctx context.Context, path string, epoch uint64) error {
	own, err := identify(ctx, path)
	if err != nil {
		return err
	}
	if epoch == 0 || epoch > math.MaxInt64 {
		return fault.New(fault.Corrupt, "the database %s is of an epoch that none can follow", path)
	}
	if err := prepareFile(ctx, path, own, Options{}); err != nil {
		return err
	}
	err = write(path, func(conn *zombiezen.Conn) error {
		stmt, err := conn.Prepare("UPDATE site SET epoch = $1 WHERE one = 1 AND epoch < $1")
		if err != nil {
			return err
		}
		stmt.BindInt64(1, int64(epoch))
		if _, err := stmt.Step(); err != nil {
			return err
		}
		if conn.Changes() != 1 {
			return fault.New(fault.Conflict, "the epoch of %s is not below %d", path, epoch)
		}
		return nil
	})
	return fault.Wrap(err, "sqlite.Restore", "the epoch of %s cannot be set to %d", own.site, epoch)
}

// SiteOf says which site a database belongs to.
func SiteOf(ctx context.Context, path string) (id.Site, audit.Role, error) {
	own, err := identify(ctx, path)
	return own.site, own.role, err
}
