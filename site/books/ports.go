package books

import (
	"context"
	"time"

	"crossdock/core/id"
	"crossdock/dist/feed"
)

// Feeds reads what a site has said. It may be used beside the site's writer.
type Feeds interface {
	// Messages returns what was said to a destination after seq, in order, at
	// most limit messages and, beyond the first, at most maxBytes of bodies.
	Messages(ctx context.Context, destination string, after uint64, limit, maxBytes int) ([]feed.Message, error)
	// Written returns the newest message to a destination, and the message with
	// number seq, which is zero where there is none (0 is the start). The last
	// message that was pruned is still known here.
	Written(ctx context.Context, destination string, seq uint64) (newest, at feed.Cursor, err error)
	// Fork returns the newest message to a destination that is of an epoch up to
	// the given one, be it the last that was pruned; zero where there is none.
	Fork(ctx context.Context, destination string, epoch uint64) (feed.Cursor, error)
	// Cursors returns how far the site has read each origin.
	Cursors(ctx context.Context) ([]feed.Cursor, error)
	// Parked returns the messages put aside that wait, oldest first.
	Parked(ctx context.Context) ([]Parked, error)
	// Skipped returns those that were taken out without being applied, in the order
	// in which they were.
	Skipped(ctx context.Context) ([]Parked, error)
	// Pruned returns the last message that was taken out of the outbox, per
	// destination; a feed of which all is there has none.
	Pruned(ctx context.Context) ([]feed.Cursor, error)
}

// Restored reads what a site has settled since it was restored from a backup. It may be
// used beside the site's writer.
type Restored interface {
	// Settled returns the site's epoch, and what it has settled with others since it
	// was restored, by their names. What it has settled with nobody is not there.
	Settled(ctx context.Context) (epoch uint64, peers []Peer, err error)
	// Waiting counts what goes no further while the site is recovering from a peer: at
	// a store the paid orders which that warehouse is not asked for, though by now it
	// should be; at a warehouse the fulfillments of that store that are under way.
	Waiting(ctx context.Context, peer id.Site, now time.Time) (int, error)
}
