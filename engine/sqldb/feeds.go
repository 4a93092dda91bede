package sqldb

import (
	"context"
	"database/sql"
	"errors"

	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/engine/sqldb/booksdb"
	"crossdock/site/books"
)

// messagePage is how many messages are read at a time: enough that the reads
// do not count, few enough that large bodies do not pile up beyond a byte limit.
const messagePage = 64

// Books reads a site's ledger and feeds.
type Books struct {
	reader Reader
	books  *booksdb.Queries
}

// Messages returns what was said to a destination after seq.
func (b *Books) Messages(ctx context.Context, destination string, after uint64, limit, maxBytes int) ([]feed.Message, error) {
	var page []feed.Message
	size := 0
	for len(page) < limit {
		want := min(limit-len(page), messagePage)
		rows, err := b.books.MessagesAfter(ctx, booksdb.MessagesAfterParams{
			Destination: destination, After: number(after), Most: most(want),
		})
		if err != nil {
			return nil, b.reader.fail(err, "sqldb.Messages", "")
		}
		for _, row := range rows {
			size += len(row.Body)
			if len(page) > 0 && size > maxBytes {
				return page, nil
			}
			page = append(page, message(b.reader.Site, row))
			after = uint64(row.Seq)
		}
		if len(rows) < want {
			break
		}
	}
	return page, nil
}

// Written returns the newest message to a destination, and the one numbered seq.
func (b *Books) Written(ctx context.Context, destination string, seq uint64) (newest, at feed.Cursor, err error) {
	site := string(b.reader.Site)
	last, err := b.books.NewestMessage(ctx, destination)
	if errors.Is(err, sql.ErrNoRows) {
		return feed.Cursor{}, feed.Cursor{}, nil
	}
	if err != nil {
		return feed.Cursor{}, feed.Cursor{}, b.reader.fail(err, "sqldb.Written", "")
	}
	newest = feed.Cursor{
		Origin: site, Destination: destination,
		Epoch: uint64(last.Epoch), Seq: uint64(last.Seq), Hash: feedHash(last.Hash), At: last.At,
	}
	row, err := b.books.MessageAt(ctx, booksdb.MessageAtParams{Destination: destination, Seq: number(seq)})
	if errors.Is(err, sql.ErrNoRows) {
		at, err := b.prunedTo(ctx, destination)
		if at.Seq != seq {
			at = feed.Cursor{}
		}
		return newest, at, b.reader.fail(err, "sqldb.Written", "")
	}
	if err != nil {
		return feed.Cursor{}, feed.Cursor{}, b.reader.fail(err, "sqldb.Written", "")
	}
	return newest, feed.Cursor{
		Origin: site, Destination: destination,
		Epoch: uint64(row.Epoch), Seq: uint64(row.Seq), Hash: feedHash(row.Hash), At: row.At,
	}, nil
}

// Fork returns the newest message to a destination of an epoch up to the given one.
// It looks at all of later epochs, which is done once after a restore.
func (b *Books) Fork(ctx context.Context, destination string, epoch uint64) (feed.Cursor, error) {
	row, err := b.books.NewestOfEpoch(ctx, booksdb.NewestOfEpochParams{Destination: destination, Epoch: number(epoch)})
	if errors.Is(err, sql.ErrNoRows) {
		last, err := b.prunedTo(ctx, destination)
		if last.Epoch > epoch {
			last = feed.Cursor{}
		}
		return last, b.reader.fail(err, "sqldb.Fork", "")
	}
	if err != nil {
		return feed.Cursor{}, b.reader.fail(err, "sqldb.Fork", "")
	}
	return feed.Cursor{
		Origin: string(b.reader.Site), Destination: destination,
		Epoch: uint64(row.Epoch), Seq: uint64(row.Seq), Hash: feedHash(row.Hash), At: row.At,
	}, nil
}

// prunedTo returns the last message to a destination that was pruned, or zero.
func (b *Books) prunedTo(ctx context.Context, destination string) (feed.Cursor, error) {
	row, err := b.books.PrunedTo(ctx, destination)
	if errors.Is(err, sql.ErrNoRows) {
		return feed.Cursor{}, nil
	}
	return feed.Cursor{
		Origin: string(b.reader.Site), Destination: destination,
		Epoch: uint64(row.Epoch), Seq: uint64(row.Seq), Hash: feedHash(row.Hash), At: row.At,
	}, err
}

// Cursors returns how far the site has read each origin.
func (b *Books) Cursors(ctx context.Context) ([]feed.Cursor, error) {
	read, err := readCursors(ctx, b.books, b.reader.Site)
	return read, b.reader.fail(err, "sqldb.Cursors", "")
}

// Parked returns the messages put aside that wait, oldest first.
func (b *Books) Parked(ctx context.Context) ([]books.Parked, error) {
	parked, err := readParked(ctx, b.books, b.reader.Site)
	return parked, b.reader.fail(err, "sqldb.Parked", "")
}

// Skipped returns those that were taken out without being applied.
func (b *Books) Skipped(ctx context.Context) ([]books.Parked, error) {
	skipped, err := readSkipped(ctx, b.books, b.reader.Site)
	return skipped, b.reader.fail(err, "sqldb.Skipped", "")
}

// Pruned returns the last message that was taken out, per destination.
func (b *Books) Pruned(ctx context.Context) ([]feed.Cursor, error) {
	pruned, err := readPruned(ctx, b.books, b.reader.Site)
	return pruned, b.reader.fail(err, "sqldb.Pruned", "")
}

func readCursors(ctx context.Context, q *booksdb.Queries, site id.Site) ([]feed.Cursor, error) {
	rows, err := q.Cursors(ctx)
	read := make([]feed.Cursor, len(rows))
	for i, row := range rows {
		read[i] = feed.Cursor{
			Origin: row.Origin, Destination: string(site),
			Epoch: uint64(row.Epoch), Seq: uint64(row.Seq), Hash: feedHash(row.Hash), At: row.At, Past: feed.Past(row.Past),
		}
	}
	return read, err
}

func readParked(ctx context.Context, q *booksdb.Queries, site id.Site) ([]books.Parked, error) {
	rows, err := q.Parked(ctx)
	parked := make([]books.Parked, len(rows))
	for i, row := range rows {
		parked[i] = books.Parked{
			Message: feed.Message{
				Origin: row.Origin, Destination: string(site), Epoch: uint64(row.Epoch), Seq: uint64(row.Seq), At: row.At,
				Key: row.Key, Kind: row.Kind, Body: row.Body, Hash: feedHash(row.Hash),
			},
			Reason: row.Reason, ParkedAt: moment(row.ParkedAt),
		}
	}
	return parked, err
}

func readSkipped(ctx context.Context, q *booksdb.Queries, site id.Site) ([]books.Parked, error) {
	rows, err := q.Skipped(ctx)
	skipped := make([]books.Parked, len(rows))
	for i, row := range rows {
		skipped[i] = books.Parked{
			Message: feed.Message{
				Origin: row.Origin, Destination: string(site), Epoch: uint64(row.Epoch), Seq: uint64(row.Seq), At: row.At,
				Key: row.Key, Kind: row.Kind, Body: row.Body, Hash: feedHash(row.Hash),
			},
			Reason: row.Reason, ParkedAt: moment(row.ParkedAt),
			Resolution: books.Resolution{
				As: books.Skipped, At: moment(row.ResolvedAt.Int64), By: row.ResolvedBy, Why: row.ResolvedWhy,
			},
		}
	}
	return skipped, err
}

func readPruned(ctx context.Context, q *booksdb.Queries, site id.Site) ([]feed.Cursor, error) {
	rows, err := q.Pruned(ctx)
	pruned := make([]feed.Cursor, len(rows))
	for i, row := range rows {
		pruned[i] = feed.Cursor{
			Origin: string(site), Destination: row.Destination,
			Epoch: uint64(row.Epoch), Seq: uint64(row.Seq), Hash: feedHash(row.Hash), At: row.At,
		}
	}
	return pruned, err
}

func readAcknowledged(ctx context.Context, q *booksdb.Queries, site id.Site) ([]books.Acknowledged, error) {
	rows, err := q.Acknowledged(ctx)
	acknowledged := make([]books.Acknowledged, len(rows))
	for i, row := range rows {
		acknowledged[i] = books.Acknowledged{At: moment(row.AcknowledgedAt), Cursor: feed.Cursor{
			Origin: string(site), Destination: row.Destination,
			Epoch: uint64(row.Epoch), Seq: uint64(row.Seq), Hash: feedHash(row.Hash), At: row.At,
		}}
	}
	return acknowledged, err
}

// readWritten steps from destination to destination along the outbox's key, so
// that it costs the same however much was said.
func readWritten(ctx context.Context, q *booksdb.Queries, site id.Site) ([]feed.Cursor, error) {
	var written []feed.Cursor
	for destination := ""; ; {
		next, err := q.NextDestination(ctx, destination)
		if errors.Is(err, sql.ErrNoRows) {
			return written, nil
		}
		if err != nil {
			return nil, err
		}
		last, err := q.NewestMessage(ctx, next)
		if err != nil {
			return nil, err
		}
		written = append(written, feed.Cursor{
			Origin: string(site), Destination: next,
			Epoch: uint64(last.Epoch), Seq: uint64(last.Seq), Hash: feedHash(last.Hash), At: last.At,
		})
		destination = next
	}
}

func message(site id.Site, row booksdb.Outbox) feed.Message {
	return feed.Message{
		Origin: string(site), Destination: row.Destination, Epoch: uint64(row.Epoch), Seq: uint64(row.Seq), At: row.At,
		Key: row.Key, Kind: row.Kind, Body: row.Body, Hash: feedHash(row.Hash),
	}
}
