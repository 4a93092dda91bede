package outbox_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/engine/membus"
	"crossdock/engine/memory"
	"crossdock/site/books"
	"crossdock/site/outbox"
	"crossdock/site/store"
)

// Pruned is that of an origin which keeps all.
func (f *feeds) Pruned(context.Context) ([]feed.Cursor, error) { return nil, nil }

// origin is a store's books and database, with a writer that is simple.
type origin struct {
	*memory.Store
	books *books.Books
	now   time.Time
	fail  error
}

func newOrigin(t *testing.T, messages int) *origin {
	t.Helper()
	o := &origin{
		Store: memory.NewStore("store", 1), books: books.Open(books.Snapshot{Site: "store", Epoch: 1}),
		now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC),
	}
	last := feed.Cursor{Origin: "store", Destination: "wh1", Epoch: 1}
	var rows books.Rows
	for range messages {
		var m feed.Message
		m, last = feed.Next(last, feed.Message{Key: "k", Kind: "word"})
		rows.Messages = append(rows.Messages, m)
	}
	if err := o.Commit(t.Context(), &store.Changes{Books: rows}); err != nil {
		t.Fatal(err)
	}
	snapshot, err := o.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.books = books.Open(snapshot.Books)
	return o
}

func (o *origin) do(ctx context.Context, command any) (any, error) {
	if o.fail != nil {
		return nil, o.fail
	}
	answer, err := o.books.Do(command, o.now, func(feed.Message) error { return nil })
	if err != nil {
		return nil, err
	}
	return answer, o.Commit(ctx, &store.Changes{Books: o.books.Seal()})
}

// at is the cursor of a reader that has read up to a message.
func (o *origin) at(t *testing.T, seq uint64) feed.Cursor {
	t.Helper()
	_, at, err := o.Written(t.Context(), "wh1", seq)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

const keep = 7 * 24 * time.Hour

// TestPruneInBatches takes a long feed out in bounded steps, and keeps the newest
// message, on which the next one follows.
func TestPruneInBatches(t *testing.T) {
	o := newOrigin(t, 2500)
	prune := func(reader feed.Cursor) bool {
		t.Helper()
		more, err := outbox.Prune(t.Context(), o.do, o, reader, keep)
		if err != nil {
			t.Fatal(err)
		}
		return more
	}
	reader := o.at(t, 2500)
	if prune(reader) {
		t.Error("what was just acknowledged is pruned")
	}
	o.now = o.now.Add(keep)
	var kept []uint64
	for more := true; more; {
		more = prune(reader)
		left, err := o.Messages(t.Context(), "wh1", 0, 5000, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, left[0].Seq)
	}
	if !slices.Equal(kept, []uint64{1001, 2001, 2500}) {
		t.Errorf("the first that is there is %v", kept)
	}
	if prune(reader) {
		t.Error("there is more to prune")
	}
}

// TestPruneTakesNobodysWord ignores a cursor that is not on the feed: of another
// history, beyond its end, or at its start.
func TestPruneTakesNobodysWord(t *testing.T) {
	o := newOrigin(t, 9)
	stranger := o.at(t, 5)
	stranger.Hash[0]++
	for _, reader := range []feed.Cursor{stranger, {Origin: "store", Destination: "wh1", Epoch: 1, Seq: 99}, {Origin: "store", Destination: "wh1"}} {
		for range 2 {
			if more, err := outbox.Prune(t.Context(), o.do, o, reader, keep); more || err != nil {
				t.Errorf("%d: more %t, error %v", reader.Seq, more, err)
			}
			o.now = o.now.Add(2 * keep)
		}
	}
	snapshot, err := o.Load(t.Context())
	if err != nil || len(snapshot.Books.Pruned)+len(snapshot.Books.Acknowledged) > 0 {
		t.Errorf("pruned %v, noted %v, error %v", snapshot.Books.Pruned, snapshot.Books.Acknowledged, err)
	}
	o.fail = errors.New("the writer is gone")
	if _, err := outbox.Prune(t.Context(), o.do, o, o.at(t, 5), keep); !errors.Is(err, o.fail) {
		t.Errorf("error %v", err)
	}
}

// TestReadersOfAPrunedFeed answers those that are behind with what is wrong, and
// all others as before.
func TestReadersOfAPrunedFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, 9)
		cursors := make([]feed.Cursor, 10)
		for seq := range cursors {
			cursors[seq] = o.at(t, uint64(seq))
			cursors[seq].Origin, cursors[seq].Destination = "store", "wh1"
		}
		for range 2 {
			if _, err := outbox.Prune(t.Context(), o.do, o, cursors[5], keep); err != nil {
				t.Fatal(err)
			}
			o.now = o.now.Add(keep)
		}
		bus := membus.New()
		conn := bus.Connect()
		stop, err := outbox.Serve(conn, "store", o, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		for seq, cursor := range cursors {
			answer, err := conn.Request(t.Context(), outbox.Subject("store"), feed.AppendRequest(nil, feed.Request{Cursor: cursor, Limit: 9}))
			if seq < 5 {
				if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "up to 5 were pruned") {
					t.Errorf("at %d: %v", seq, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			reply, err := feed.ParseReply(answer)
			if err != nil || !reply.Agree || len(reply.Messages) != 9-seq {
				t.Errorf("at %d: %+v, error %v", seq, reply, err)
			}
			if verdict := feed.Check(cursor, reply); verdict != feed.Apply && seq < 9 {
				t.Errorf("at %d: %s", seq, verdict)
			}
		}
	})
}

// TestRetryOneByOne finds the message whose rows the database refuses, and says why
// it stays.
func TestRetryOneByOne(t *testing.T) {
	for name, c := range map[string]struct {
		with    *fault.Error
		want    fault.Kind // of the error; 0: none
		applied []uint64
	}{
		"refused":           {fault.New(fault.Exists, "a row is there already"), 0, []uint64{1, 2}},
		"the engine failed": {fault.New(fault.Unavailable, "no disk"), fault.Unavailable, nil},
	} {
		t.Run(name, func(t *testing.T) {
			next, refused := uint64(1), ""
			site := func(_ context.Context, command any) (any, error) {
				r := command.(books.RetryParked)
				if r.Refused != "" {
					refused = r.Refused
					return books.Retried{Left: 2, Reason: refused}, nil
				}
				last := uint64(4)
				if r.Limit == 1 {
					last = next
				}
				if last >= 3 {
					return nil, c.with // it would have applied the third
				}
				next++
				return books.Retried{Applied: []uint64{last}, Left: 4 - int(last), More: true}, nil
			}
			got, err := outbox.Retry(t.Context(), site, books.RetryParked{Origin: "wh1", Key: "a"})
			if (c.want != 0 || err != nil) && !fault.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if !slices.Equal(got.Applied, c.applied) || c.want == 0 && (refused != c.with.Message || got.Left != 2) {
				t.Errorf("%+v, refused because %q", got, refused)
			}
		})
	}
}

// TestRetryAllTriesEachKeyOnce goes on behind keys that cannot be applied.
func TestRetryAllTriesEachKeyOnce(t *testing.T) {
	parked := func(origin, key string) books.Parked {
		return books.Parked{Message: feed.Message{Origin: origin, Key: key}}
	}
	var tried []books.RetryParked
	site := func(_ context.Context, command any) (any, error) {
		tried = append(tried, command.(books.RetryParked))
		switch len(tried) {
		case 1:
			return books.Retried{Left: 2, Reason: "no"}, nil
		case 2:
			return nil, fault.New(fault.NotFound, "somebody was faster")
		default:
			return books.Retried{Applied: []uint64{8, 9}}, nil
		}
	}
	applied, err := outbox.RetryAll(t.Context(), site, []books.Parked{parked("wh1", "a"), parked("wh1", "a"), parked("wh1", "b"), parked("wh2", "a")})
	want := []books.RetryParked{{Origin: "wh1", Key: "a"}, {Origin: "wh1", Key: "b"}, {Origin: id.Site("wh2"), Key: "a"}}
	if err != nil || applied != 2 || !slices.Equal(tried, want) {
		t.Errorf("%d applied, error %v, tried %v", applied, err, tried)
	}
}
