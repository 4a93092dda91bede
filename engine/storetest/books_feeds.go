package storetest

import (
	"fmt"
	"testing"

	"crossdock/dist/feed"
	"crossdock/site/books"
)

// testReparked follows three messages that were put aside: one gets another reason,
// one is applied after all, one is skipped, and no row goes away.
func testReparked(t *testing.T, r *bookRig) {
	waits, applied, skipped := r.site.parked(1), r.site.parked(2), r.site.parked(3)
	earlier := r.site.parked(4)
	r.must(t, books.Rows{Parked: []books.Parked{waits, applied, skipped, earlier}})
	waits.Reason = "another one " + unusual
	applied.Resolution = books.Resolution{As: books.Applied, At: when(20)}
	skipped.Resolution = books.Resolution{As: books.Skipped, At: when(21), By: "Ann " + unusual, Why: unusual}
	earlier.Resolution = books.Resolution{As: books.Skipped, At: when(20), By: "Ann", Why: "a duplicate"}
	r.must(t, books.Rows{Reparked: []books.Parked{waits, applied, skipped, earlier}})
	for range 2 {
		same(t, "that wait", []books.Parked{waits}, viewFeeds(t, r.ctx, r.Feeds).Parked)
		same(t, "skipped", []books.Parked{earlier, skipped}, viewFeeds(t, r.ctx, r.Feeds).Skipped)
		same(t, "loaded", []books.Parked{waits}, r.load().Parked)
		head := viewMoment(t, r.ctx, r.Moments).Head
		same(t, "Head.Parked", []books.Parked{waits}, head.Parked)
		same(t, "Head.Skipped", []books.Parked{earlier, skipped}, head.Skipped)
		r.reopen()
	}
	// What one batch puts aside it may take up again.
	both := r.site.parked(5)
	done := both
	done.Resolution = books.Resolution{As: books.Applied, At: when(22)}
	r.must(t, books.Rows{Parked: []books.Parked{both}, Reparked: []books.Parked{done}})
	same(t, "that wait", []books.Parked{waits}, viewFeeds(t, r.ctx, r.Feeds).Parked)
}

// fill writes messages to two sites and returns the cursors of those to the first,
// from 0.
func fill(t *testing.T, r *bookRig, messages int) []feed.Cursor {
	t.Helper()
	cursors := []feed.Cursor{{}}
	for i := range messages {
		m := r.site.say("peer-a", feed.Message{At: int64(i + 5), Key: "k", Kind: "v1", Body: []byte{byte(i)}})
		other := r.site.say("peer-b", feed.Message{At: int64(i + 5), Key: "k", Kind: "v1"})
		cursors = append(cursors, r.site.written["peer-a"])
		r.must(t, books.Rows{Messages: []feed.Message{m, other}})
	}
	return cursors
}

func testAcknowledged(t *testing.T, r *bookRig) {
	at := fill(t, r, 4)
	first, third := books.Acknowledged{Cursor: at[1], At: when(9)}, books.Acknowledged{Cursor: at[3], At: when(8)}
	r.must(t, books.Rows{Acknowledged: []books.Acknowledged{third, first}})
	same(t, "loaded, by number", []books.Acknowledged{first, third}, r.load().Acknowledged)
	first.At = when(10)
	r.must(t, books.Rows{Acknowledged: []books.Acknowledged{first}})
	r.reopen()
	same(t, "replaced", []books.Acknowledged{first, third}, r.load().Acknowledged)
}

// testPruned takes the beginning of a feed out in two steps. What is left is as it
// was, the last message that is out is known, and the other feed is untouched.
func testPruned(t *testing.T, r *bookRig) {
	at := fill(t, r, 9)
	sent := viewFeeds(t, r.ctx, r.Feeds).Messages
	for i := range 6 {
		r.must(t, books.Rows{Acknowledged: []books.Acknowledged{{Cursor: at[i+1], At: when(i)}}})
	}
	for _, upTo := range []uint64{2, 5} {
		r.must(t, books.Rows{Pruned: []feed.Cursor{at[upTo]}})
		for range 2 {
			checkPruned(t, r, at, sent, upTo)
			r.reopen()
		}
	}
}

func checkPruned(t *testing.T, r *bookRig, at []feed.Cursor, sent [][]feed.Message, upTo uint64) {
	t.Helper()
	got, err := r.Messages(r.ctx, "peer-a", upTo, all, all)
	same(t, "what is left", sent[0][upTo:], read(t, "Messages", got, err))
	got, err = r.Messages(r.ctx, "peer-a", 0, all, all)
	same(t, "from the start", sent[0][upTo:], read(t, "Messages", got, err))
	same(t, "the other feed", sent[1], viewFeeds(t, r.ctx, r.Feeds).Messages[1])
	newest, last, err := r.Written(r.ctx, "peer-a", upTo)
	read(t, "Written", 0, err)
	same(t, "the newest", at[9], newest)
	same(t, fmt.Sprintf("at %d", upTo), at[upTo], last)
	fork, err := r.Fork(r.ctx, "peer-a", Epoch-1)
	same(t, "fork before all there is", feed.Cursor{}, read(t, "Fork", fork, err))
	loaded := r.load()
	same(t, "loaded, out", []feed.Cursor{at[upTo]}, loaded.Pruned)
	same(t, "loaded, newest", at[9], loaded.Written[0])
	same(t, "acknowledged behind it", 6-int(upTo), len(loaded.Acknowledged))
	source := viewMoment(t, r.ctx, r.Moments)
	same(t, "Head.Pruned", []feed.Cursor{at[upTo]}, source.Head.Pruned)
	same(t, "stored", sent[0][upTo:], source.Messages[0])
}
