// Package sqldb reads the state of sites out of a SQL database, for every engine
// that keeps it in these tables: its statements are such that SQLite and
// PostgreSQL understand them alike. An engine adds what differs: the migrations,
// the commits, the look-up of keyed commands, the search in the catalog, and what
// its errors mean.
//
// It never writes, and never decides: what it returns is what is stored. A read
// of several statements runs in one transaction, so that no order is seen half
// before and half after a commit.
//
// The statements stand in query, and the tables that sqlc believes in are in
// schema. Start reading at Reader, then Store.
package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/dist/feed"
)

// Reader is a pool of connections that read, for one site.
type Reader struct {
	DB        *sql.DB
	Site      id.Site
	Translate func(error) error // turns a driver's error into a fault
}

// fail adds what was being done to an error. A row that is not there is
// fault.NotFound with the message.
func (r Reader) fail(err error, op, missing string, args ...any) error {
	var known *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows) && missing != "":
		return fault.New(fault.NotFound, missing, args...)
	case errors.As(err, &known):
		return err
	default:
		return fault.Wrap(r.Translate(err), op, "the database cannot be read")
	}
}

// within runs reads that must agree with each other. Whatever they return, the
// transaction only ever ends by letting go of the moment.
func (r Reader) within(ctx context.Context, reads func(tx *sql.Tx) error) error {
	tx, err := r.DB.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	err = reads(tx)
	if ended := tx.Rollback(); err == nil && !errors.Is(ended, sql.ErrTxDone) {
		err = ended
	}
	return err
}

func uuid(stored []byte) (u id.UUID) {
	copy(u[:], stored)
	return u
}

func stockHash(stored []byte) (h stock.Hash) {
	copy(h[:], stored)
	return h
}

func feedHash(stored []byte) (h feed.Hash) {
	copy(h[:], stored)
	return h
}

func moment(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

func day(stored int64) date.Date { return date.Date(stored) }

func promise(from, to int64) order.Promise { return order.Promise{From: day(from), To: day(to)} }

// most fits a limit into what the database takes; below one means no rows.
func most(limit int) int32 { return int32(max(0, min(limit, math.MaxInt32))) }

// number fits a sequence number into what the database holds.
func number(seq uint64) int64 { return int64(min(seq, math.MaxInt64)) }
