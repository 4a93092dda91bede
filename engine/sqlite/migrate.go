package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/audit"
)

//go:embed migrations/*.sql
var migrations embed.FS

// versions is the table in which goose keeps the migrations that have been made.
const versions = "schema_version"

// prepareFile makes a new file the database of a site, or finds that an old one
// is it, and brings its tables up to date. Where it refuses it changes nothing.
func prepareFile(ctx context.Context, path string, own identity, opts Options) (err error) {
	db, err := sql.Open("sqlite", dsn(path,
		"_pragma", "busy_timeout("+busyMillis+")", "_pragma", "synchronous(FULL)", "_pragma", "foreign_keys(1)"))
	if err != nil {
		return translate(err)
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, translate(db.Close())) }()
	empty, err := belongs(ctx, db, path, own)
	if err != nil {
		return err
	}
	if empty {
		if _, err := db.ExecContext(ctx, "PRAGMA application_id = "+strconv.FormatInt(own.application(), 10)); err != nil {
			return translate(err)
		}
	}
	if err := migrate(ctx, db, path, own.role); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `
		INSERT INTO site (one, name, role, epoch)
		VALUES           (1,   $1,   $2,   $3)
		ON CONFLICT DO NOTHING`, string(own.site), string(own.role), int64(max(1, opts.Epoch)))
	return translate(err)
}

// belongs reports whether the file is empty. One that holds anything but the
// site's database is refused.
func belongs(ctx context.Context, db *sql.DB, path string, own identity) (empty bool, err error) {
	var tables int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return false, about(path, err)
	}
	found, err := whose(ctx, db, path)
	switch {
	case err == nil && found.role != own.role:
		return false, fault.New(fault.Conflict, "%s is the database of a %s, not of a %s", path, found.role, own.role)
	case err == nil && found.site != "" && found.site != own.site:
		return false, fault.New(fault.Conflict, "%s is the database of the %s %s, not of %s", path, found.role, found.site, own.site)
	case err != nil && tables > 0:
		return false, err
	default:
		return tables == 0, nil
	}
}

// whose says which site a database belongs to. It has a role from its first
// moment, and a site from when all its tables were made.
func whose(ctx context.Context, db *sql.DB, path string) (identity, error) {
	var application int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&application); err != nil {
		return identity{}, about(path, err)
	}
	var own identity
	switch application {
	case storeApplication:
		own.role = audit.Store
	case warehouseApplication:
		own.role = audit.Warehouse
	default:
		return identity{}, fault.New(fault.Invalid, "%s is a database, but not one of Crossdock", path)
	}
	var there int
	err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'site'").Scan(&there)
	if err != nil || there == 0 {
		return own, about(path, err)
	}
	var name string
	err = db.QueryRowContext(ctx, "SELECT name FROM site WHERE one = 1").Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return own, nil
	}
	own.site = id.Site(name)
	return own, about(path, err)
}

// identify says which site a file belongs to, for those who only read it.
func identify(ctx context.Context, path string) (own identity, err error) {
	if err := checkPath(path); err != nil {
		return identity{}, err
	}
	db, err := sql.Open("sqlite", readDSN(path))
	if err != nil {
		return identity{}, translate(err)
	}
	defer func() { err = errors.Join(err, translate(db.Close())) }()
	if own, err = whose(ctx, db, path); err != nil {
		return identity{}, err
	}
	if own.site == "" {
		return identity{}, fault.New(fault.Invalid, "%s was never opened by a site", path)
	}
	return own, checkVersion(ctx, db, path, own.role)
}

// migrate makes the tables what this version knows.
func migrate(ctx context.Context, db *sql.DB, path string, role audit.Role) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithTableName(versions), goose.WithExcludeNames(foreign(role)), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return &fault.Error{Kind: fault.Internal, Op: "sqlite.migrate", Message: "the migrations cannot be read", Cause: err}
	}
	if err := checkVersion(ctx, db, path, role); err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fault.Wrap(translate(err), "sqlite.migrate", "the tables of %s cannot be brought up to date", path)
	}
	return nil
}

// checkVersion refuses a database that a newer version has changed.
func checkVersion(ctx context.Context, db *sql.DB, path string, role audit.Role) error {
	var there int
	err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = $1", versions).Scan(&there)
	if err != nil || there == 0 {
		return about(path, err)
	}
	var stored int64
	if err := db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+versions).Scan(&stored); err != nil {
		return about(path, err)
	}
	if known := knownVersion(role); stored > known {
		return fault.New(fault.Newer, "the tables of %s are of version %d; this Crossdock knows versions up to %d", path, stored, known)
	}
	return nil
}

// foreign lists the migrations that are not for a role: a file's name ends in
// the role that it is for, or in neither.
func foreign(role audit.Role) []string {
	other := audit.Store
	if role == audit.Store {
		other = audit.Warehouse
	}
	names, _ := fs.Glob(migrations, "migrations/*_"+string(other)+".sql") // the pattern is well formed
	for i, name := range names {
		names[i] = path.Base(name)
	}
	return names
}

// knownVersion is the number of the newest migration of a role.
func knownVersion(role audit.Role) int64 {
	others := foreign(role)
	names, _ := fs.Glob(migrations, "migrations/*.sql") // the pattern is well formed
	var newest int64
	for _, name := range names {
		digits, _, _ := strings.Cut(path.Base(name), "_")
		number, err := strconv.ParseInt(digits, 10, 64)
		if err == nil && !slices.Contains(others, path.Base(name)) {
			newest = max(newest, number)
		}
	}
	return newest
}

// about adds the file's name to what is wrong with it.
func about(path string, err error) error {
	if err == nil {
		return nil
	}
	err = translate(err)
	if fault.Is(err, fault.Invalid) {
		return &fault.Error{Kind: fault.Invalid, Op: "sqlite.open", Message: path + " is not a SQLite database", Cause: err}
	}
	return fault.Wrap(err, "sqlite.open", "%s cannot be read", path)
}
