package sqlite

import (
	"bytes"
	"context"
	"sync"

	"crossdock/dist/feed"
	"crossdock/engine/sqldb"
)

// tailBytes is how much of each feed is kept in memory.
const tailBytes = 4 << 20

// tail is the newest messages of each feed, as committed. Whoever reads a feed
// reads what was said a moment ago, and is served without the database.
type tail struct {
	mu    sync.Mutex
	feeds map[string]*feedTail // by destination
}

// feedTail is messages that follow on each other without a gap.
type feedTail struct {
	messages []feed.Message
	bytes    int
}

// add takes messages in that have just been committed.
func (t *tail) add(messages []feed.Message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.feeds == nil {
		t.feeds = map[string]*feedTail{}
	}
	for i := range messages {
		of := t.feeds[messages[i].Destination]
		if of == nil {
			of = &feedTail{}
			t.feeds[messages[i].Destination] = of
		}
		of.add(messages[i])
	}
}

// drop lets go of messages that have just been pruned.
func (t *tail) drop(pruned []feed.Cursor) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range pruned {
		if of := t.feeds[c.Destination]; of != nil {
			of.drop(c.Seq)
		}
	}
}

// size is about what a message takes.
func size(m *feed.Message) int { return len(m.Body) + len(m.Key) + 200 }

func (t *feedTail) add(m feed.Message) {
	if last := len(t.messages) - 1; last >= 0 && t.messages[last].Seq+1 != m.Seq {
		t.messages, t.bytes = nil, 0 // a commit landed although it seemed to fail
	}
	m.Body = bytes.Clone(m.Body) // what goes in and out may be changed there
	t.messages = append(t.messages, m)
	t.bytes += size(&m)
	drop := 0
	for t.bytes > tailBytes && drop < len(t.messages)-1 {
		t.bytes -= size(&t.messages[drop])
		drop++
	}
	t.cut(drop)
}

// drop removes the messages up to a number.
func (t *feedTail) drop(upTo uint64) {
	drop := 0
	for drop < len(t.messages) && t.messages[drop].Seq <= upTo {
		t.bytes -= size(&t.messages[drop])
		drop++
	}
	t.cut(drop)
}

// cut removes the first messages, whose bytes are off already.
func (t *feedTail) cut(first int) {
	clear(t.messages[:first])
	t.messages = t.messages[first:]
}

// from returns the index of the message with a number. One beyond the last is
// the end; false means that the database has to be asked.
func (t *feedTail) from(seq uint64) (int, bool) {
	if t == nil || len(t.messages) == 0 {
		return 0, false
	}
	first := t.messages[0].Seq
	if seq < first || seq > first+uint64(len(t.messages)) {
		return 0, false
	}
	return int(seq - first), true
}

// messagesAfter is Messages, out of memory.
func (t *tail) messagesAfter(destination string, after uint64, limit, maxBytes int) ([]feed.Message, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := t.feeds[destination]
	at, there := of.from(after + 1)
	if !there {
		return nil, false
	}
	rest := of.messages[at:]
	rest = rest[:max(0, min(limit, len(rest)))]
	page := make([]feed.Message, 0, len(rest))
	size := 0
	for _, m := range rest {
		if size += len(m.Body); len(page) > 0 && size > maxBytes {
			break
		}
		m.Body = bytes.Clone(m.Body)
		page = append(page, m)
	}
	return page, true
}

// written is Written, out of memory.
func (t *tail) written(destination string, seq uint64) (newest, at feed.Cursor, there bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := t.feeds[destination]
	i, there := of.from(seq)
	if !there || i == len(of.messages) {
		return newest, at, false
	}
	return cursor(&of.messages[len(of.messages)-1]), cursor(&of.messages[i]), true
}

func cursor(m *feed.Message) feed.Cursor {
	return feed.Cursor{Origin: m.Origin, Destination: m.Destination}.After(*m)
}

// feeds reads what a site has said: the newest out of memory, the rest out of the
// database.
type feeds struct {
	tail   *tail
	stored *sqldb.Books
}

func (f feeds) messages(ctx context.Context, destination string, after uint64, limit, maxBytes int) ([]feed.Message, error) {
	if page, there := f.tail.messagesAfter(destination, after, limit, maxBytes); there && ctx.Err() == nil {
		return page, nil
	}
	return f.stored.Messages(ctx, destination, after, limit, maxBytes)
}

func (f feeds) written(ctx context.Context, destination string, seq uint64) (newest, at feed.Cursor, err error) {
	if newest, at, there := f.tail.written(destination, seq); there && ctx.Err() == nil {
		return newest, at, nil
	}
	return f.stored.Written(ctx, destination, seq)
}

// Messages returns what was said to a destination after seq.
func (s *Store) Messages(ctx context.Context, destination string, after uint64, limit, maxBytes int) ([]feed.Message, error) {
	return feeds{&s.journal.said, &s.Store.Books}.messages(ctx, destination, after, limit, maxBytes)
}

// Written returns the newest message to a destination, and the one numbered seq.
func (s *Store) Written(ctx context.Context, destination string, seq uint64) (newest, at feed.Cursor, err error) {
	return feeds{&s.journal.said, &s.Store.Books}.written(ctx, destination, seq)
}

// Messages returns what was said to a destination after seq.
func (w *Warehouse) Messages(ctx context.Context, destination string, after uint64, limit, maxBytes int) ([]feed.Message, error) {
	return feeds{&w.journal.said, &w.Warehouse.Books}.messages(ctx, destination, after, limit, maxBytes)
}

// Written returns the newest message to a destination, and the one numbered seq.
func (w *Warehouse) Written(ctx context.Context, destination string, seq uint64) (newest, at feed.Cursor, err error) {
	return feeds{&w.journal.said, &w.Warehouse.Books}.written(ctx, destination, seq)
}
