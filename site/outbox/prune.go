package outbox

import (
	"context"
	"time"

	"crossdock/core/fault"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

// maxPruned bounds how many messages one commit takes out: orders wait for it.
const maxPruned = 1000

// Prune takes note of how far a reader has come, by the cursor that it has asked
// with, and takes some of what was acknowledged for as long as keep out of the
// feed. It reports whether there is more. A cursor that is not on this feed
// acknowledges nothing.
func Prune(ctx context.Context, site Doer, feeds books.Feeds, reader feed.Cursor, keep time.Duration) (more bool, err error) {
	_, at, err := feeds.Written(ctx, reader.Destination, reader.Seq)
	if err != nil || reader.Seq == 0 || at.Seq != reader.Seq || at.Hash != reader.Hash {
		return false, err
	}
	answer, err := site(ctx, books.Acknowledge{Cursor: at, Keep: keep})
	if err != nil {
		return false, err
	}
	due := answer.(books.Prunable)
	if due.UpTo == due.Pruned {
		return false, nil
	}
	seq := min(due.UpTo, due.Pruned+maxPruned)
	_, upTo, err := feeds.Written(ctx, reader.Destination, seq)
	if err != nil {
		return false, err
	}
	if upTo.Seq != seq {
		return false, fault.New(fault.Corrupt, "message %d to %s is missing, so the feed cannot be pruned", seq, reader.Destination)
	}
	_, err = site(ctx, books.Prune{UpTo: upTo, Keep: keep})
	return seq < due.UpTo, err
}

// Note takes note of how far a reader has come, by the cursor that it has asked with:
// it has fallen silent, and after a restart nothing else would tell.
func Note(ctx context.Context, site Doer, feeds books.Feeds, reader feed.Cursor) error {
	_, at, err := feeds.Written(ctx, reader.Destination, reader.Seq)
	if err != nil || reader.Seq == 0 || at.Seq != reader.Seq || at.Hash != reader.Hash {
		return err
	}
	_, err = site(ctx, books.Acknowledge{Cursor: at})
	return err
}

// Noted returns how far a reader had come by the last note, and when that was.
func Noted(ctx context.Context, site Doer, reader string) (books.Acknowledged, error) {
	answer, err := site(ctx, books.Acknowledge{Cursor: feed.Cursor{Destination: reader}})
	if err != nil {
		return books.Acknowledged{}, err
	}
	return answer.(books.Prunable).Noted, nil
}

// checkKept refuses a reader that is behind what was pruned: what comes next for it
// is not there any more, and nothing but an older state can have put it there.
func checkKept(ctx context.Context, feeds books.Feeds, reader feed.Cursor) error {
	pruned, err := feeds.Pruned(ctx)
	if err != nil {
		return err
	}
	for _, c := range pruned {
		if c.Destination == reader.Destination && reader.Seq < c.Seq {
			return fault.New(fault.Conflict,
				"%s has read up to message %d, and those up to %d were pruned: restore it from a newer backup, or build it anew",
				reader.Destination, reader.Seq, c.Seq)
		}
	}
	return nil
}
