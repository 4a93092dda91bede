package memory

import (
	"context"
	"sync"

	"crossdock/dist/feed"
	"crossdock/site/books"
)

var (
	_ books.Feeds    = (*Store)(nil)
	_ books.Feeds    = (*Warehouse)(nil)
	_ books.Restored = (*Store)(nil)
	_ books.Restored = (*Warehouse)(nil)
)

// feeds reads what the site has said, under the engine's lock.
type feeds struct {
	mu     *sync.RWMutex
	ledger *ledger
}

// Messages implements books.Feeds.
func (f *feeds) Messages(_ context.Context, destination string, after uint64, limit, maxBytes int) ([]feed.Message, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	var page []feed.Message
	size := 0
	for key, m := range f.ledger.messages.from(messageKey{destination, after}) {
		if key.seq == after && key.destination == destination {
			continue
		}
		size += len(m.Body)
		if key.destination != destination || len(page) >= limit || len(page) > 0 && size > maxBytes {
			break
		}
		page = append(page, copyMessage(m))
	}
	return page, nil
}

// Written implements books.Feeds.
func (f *feeds) Written(_ context.Context, destination string, seq uint64) (newest, at feed.Cursor, err error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if m, there := f.ledger.messages.get(messageKey{destination, seq}); there {
		at = cursorOf(m)
	} else if last, _ := f.ledger.pruned.get(destination); last.Seq == seq {
		at = last
	}
	return f.ledger.newest(destination), at, nil
}

// Fork implements books.Feeds.
func (f *feeds) Fork(_ context.Context, destination string, epoch uint64) (feed.Cursor, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	fork, _ := f.ledger.pruned.get(destination)
	if fork.Epoch > epoch {
		return feed.Cursor{}, nil
	}
	for key, m := range f.ledger.messages.from(messageKey{destination, 0}) {
		if key.destination != destination || m.Epoch > epoch {
			break
		}
		fork = cursorOf(m)
	}
	return fork, nil
}

// Cursors implements books.Feeds.
func (f *feeds) Cursors(context.Context) ([]feed.Cursor, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.ledger.cursors.values(), nil
}

// Parked implements books.Feeds.
func (f *feeds) Parked(context.Context) ([]books.Parked, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.ledger.allParked(), nil
}

// Skipped implements books.Feeds.
func (f *feeds) Skipped(context.Context) ([]books.Parked, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.ledger.allSkipped(), nil
}

// Pruned implements books.Feeds.
func (f *feeds) Pruned(context.Context) ([]feed.Cursor, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.ledger.pruned.values(), nil
}

// Settled implements books.Restored.
func (f *feeds) Settled(context.Context) (epoch uint64, peers []books.Peer, err error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.ledger.epoch, f.ledger.peers.values(), nil
}
