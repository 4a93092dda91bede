package storetest

import (
	"errors"
	"fmt"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

func testBooks(t *testing.T, open func(t *testing.T) *bookRig) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *bookRig)
	}{
		{"come back", testBooksComeBack},
		{"replace", testBooksReplace},
		{"constraints", testBookConstraints},
		{"pages of messages", testMessages},
		{"written", testWritten},
		{"fork", testFork},
		{"parked", testParked},
		{"parked, and how it ended", testReparked},
		{"acknowledged", testAcknowledged},
		{"pruned", testPruned},
		{"peers", testPeers},
		{"one moment", testMoment},
		{"the newest movements of a SKU", testNewest},
		{"walks stop at an error", testWalkStops},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

func (r *bookRig) must(t *testing.T, rows books.Rows) {
	t.Helper()
	if err := r.commit(rows); err != nil {
		t.Fatalf("commit: %v", err)
	}
}

func testBooksComeBack(t *testing.T, r *bookRig) {
	first, second := r.site.rows(1), r.site.rows(2)
	r.must(t, first)
	r.must(t, second)
	r.reopen()
	balances := append(append([]stock.Balance{}, first.Balances...), second.Balances...)
	stock.SortBalances(balances)
	want := books.Snapshot{
		Site: r.site.site, Epoch: Epoch, LastSeq: 4, LastHash: r.site.hash, Balances: balances,
		Written: []feed.Cursor{r.site.written["peer-a"], r.site.written["peer-b"]},
		Read:    second.Cursors, Parked: append(append([]books.Parked{}, first.Parked...), second.Parked...),
	}
	same(t, "Load", want, r.load())
	source := viewMoment(t, r.ctx, r.Moments)
	same(t, "Movements", append(append([]books.Movement{}, first.Movements...), second.Movements...), source.Movements)
	same(t, "Balances", balances, source.Balances)
	if source.Head.Site != r.site.site || source.Head.Epoch != Epoch {
		t.Errorf("Head: %s, epoch %d", source.Head.Site, source.Head.Epoch)
	}
	same(t, "Head.Written", want.Written, source.Head.Written)
	same(t, "Head.Read", want.Read, source.Head.Read)
	same(t, "Head.Parked", want.Parked, source.Head.Parked)
	toA := []feed.Message{first.Messages[0], first.Messages[2], second.Messages[0], second.Messages[2]}
	toB := []feed.Message{first.Messages[1], second.Messages[1]}
	same(t, "source messages", [][]feed.Message{toA, toB}, source.Messages)
	same(t, "feeds", feedsView{
		Messages: [][]feed.Message{toA, toB, nil}, Newest: append(want.Written, feed.Cursor{}),
		Cursors: want.Read, Parked: want.Parked,
	}, viewFeeds(t, r.ctx, r.Feeds))
}

func testBooksReplace(t *testing.T, r *bookRig) {
	account := stock.HeldAt(WarehouseSite)
	row := func(units int64, seq uint64) books.Rows {
		return books.Rows{
			Balances: []stock.Balance{{SKU: "A", Account: account, Units: units}},
			Cursors:  []feed.Cursor{{Origin: "peer-a", Destination: string(r.site.site), Epoch: 1, Seq: seq, At: int64(seq)}},
		}
	}
	r.must(t, row(5, 1))
	last := row(0, 7)
	r.must(t, last)
	loaded := r.load()
	same(t, "balances", last.Balances, loaded.Balances)
	same(t, "cursors", last.Cursors, loaded.Read)
}

func testBookConstraints(t *testing.T, r *bookRig) {
	base := r.site.rows(1)
	r.must(t, base)
	for _, test := range []struct {
		name  string
		want  fault.Kind
		spoil func(s *scribe, rows *books.Rows)
	}{
		{"movement twice", fault.Exists, func(s *scribe, rows *books.Rows) {
			again := base.Movements[0].Movement
			rows.Movements = append(rows.Movements, s.move(again))
		}},
		{"movement twice in a batch", fault.Exists, func(s *scribe, rows *books.Rows) {
			rows.Movements = append(rows.Movements, s.move(rows.Movements[0].Movement))
		}},
		{"gap between movements", fault.Conflict, func(_ *scribe, rows *books.Rows) {
			rows.Movements[len(rows.Movements)-1].Seq++
		}},
		{"gap before the batch", fault.Conflict, func(_ *scribe, rows *books.Rows) {
			for i := range rows.Movements {
				rows.Movements[i].Seq++
			}
		}},
		{"number of a movement again", fault.Conflict, func(_ *scribe, rows *books.Rows) { rows.Movements[1].Seq-- }},
		{"movement of no units", fault.Conflict, func(_ *scribe, rows *books.Rows) { rows.Movements[1].Quantity = 0 }},
		{"internal account below zero", fault.Conflict, func(_ *scribe, rows *books.Rows) {
			rows.Balances = append(rows.Balances, stock.Balance{SKU: "Z", Account: stock.Account{Kind: stock.Picked}, Units: -1})
		}},
		{"replaced by less than nothing", fault.Conflict, func(_ *scribe, rows *books.Rows) {
			rows.Balances = append(rows.Balances, stock.Balance{SKU: skuOf(1), Account: stock.HeldAt(WarehouseSite), Units: -1})
		}},
		{"message twice", fault.Exists, func(_ *scribe, rows *books.Rows) { rows.Messages = append(rows.Messages, base.Messages[2]) }},
		{"parked twice", fault.Exists, func(_ *scribe, rows *books.Rows) { rows.Parked = append(rows.Parked, base.Parked[0]) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, feeds := viewMoment(t, r.ctx, r.Moments), viewFeeds(t, r.ctx, r.Feeds)
			s := r.site.copy()
			rows := s.rows(2)
			test.spoil(s, &rows)
			refused(t, "commit", test.want, r.commit(rows))
			same(t, "what is stored", before, viewMoment(t, r.ctx, r.Moments))
			same(t, "feeds", feeds, viewFeeds(t, r.ctx, r.Feeds))
		})
	}
	r.must(t, r.site.rows(2)) // the same rows without the fault: nothing of them was left behind
	external := stock.Account{Kind: stock.Granter, Ref: "wh1"}
	r.must(t, books.Rows{Balances: []stock.Balance{{SKU: "Z", Account: external, Units: -1 << 40}}})
}

func testMessages(t *testing.T, r *bookRig) {
	var sent []feed.Message
	for i := range 10 {
		sent = append(sent, r.site.say("peer-a", feed.Message{At: int64(i), Key: "k", Kind: "v1", Body: make([]byte, 100)}))
		other := r.site.say("peer-b", feed.Message{At: int64(i), Key: "k", Kind: "v1", Body: []byte("other")})
		r.must(t, books.Rows{Messages: []feed.Message{sent[i], other}})
	}
	for _, test := range []struct {
		name            string
		after           uint64
		limit, maxBytes int
		want            []feed.Message
	}{
		{"all", 0, 100, 100_000, sent},
		{"limit", 0, 3, 100_000, sent[:3]},
		{"limit is all there is", 0, 10, 100_000, sent},
		{"after", 4, 3, 100_000, sent[4:7]},
		{"after the last but one", 9, 3, 100_000, sent[9:]},
		{"after the last", 10, 3, 100_000, nil},
		{"beyond the last", 1000, 3, 100_000, nil},
		{"no limit is no rows", 0, 0, 100_000, nil},
		{"negative limit", 0, -1, 100_000, nil},
		{"bytes of just two", 0, 100, 200, sent[:2]},
		{"bytes of nearly three", 0, 100, 299, sent[:2]},
		{"the first is larger than the limit", 5, 100, 10, sent[5:6]},
		{"no bytes", 5, 100, 0, sent[5:6]},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := r.Messages(r.ctx, "peer-a", test.after, test.limit, test.maxBytes)
			same(t, "messages", test.want, read(t, "Messages", got, err))
		})
	}
}

func testWritten(t *testing.T, r *bookRig) {
	want := []feed.Cursor{{}}
	for i := range 3 {
		m := r.site.say("peer-a", feed.Message{At: int64(i + 5), Key: "k", Kind: "v1"})
		want = append(want, r.site.written["peer-a"])
		r.must(t, books.Rows{Messages: []feed.Message{m}})
	}
	for seq, at := range want {
		newest, got, err := r.Written(r.ctx, "peer-a", uint64(seq))
		read(t, "Written", 0, err)
		same(t, "newest", want[3], newest)
		same(t, fmt.Sprintf("at %d", seq), at, got)
	}
	newest, at, err := r.Written(r.ctx, "peer-a", 4)
	read(t, "Written", 0, err)
	same(t, "newest", want[3], newest)
	same(t, "at a number not yet written", feed.Cursor{}, at)
	newest, at, err = r.Written(r.ctx, "peer-b", 1)
	read(t, "Written", 0, err)
	same(t, "newest to nobody", feed.Cursor{}, newest)
	same(t, "at 1 to nobody", feed.Cursor{}, at)
}

func testFork(t *testing.T, r *bookRig) {
	fork := func(destination string, epoch uint64) feed.Cursor {
		t.Helper()
		got, err := r.Fork(r.ctx, destination, epoch)
		return read(t, "Fork", got, err)
	}
	same(t, "of nothing", feed.Cursor{}, fork("peer-a", 9))
	newest := feed.Cursor{Origin: string(r.site.site), Destination: "peer-a"}
	var last []feed.Cursor // of each epoch
	for epoch := range uint64(3) {
		for i := range 3 {
			newest.Epoch = 2 + 2*epoch
			var m feed.Message
			m, newest = feed.Next(newest, feed.Message{At: int64(i + 5), Key: "k", Kind: "v1"})
			r.must(t, books.Rows{Messages: []feed.Message{m}})
		}
		last = append(last, newest)
	}
	for epoch, want := range []feed.Cursor{{}, {}, last[0], last[0], last[1], last[1], last[2], last[2]} {
		same(t, fmt.Sprintf("of epoch %d", epoch), want, fork("peer-a", uint64(epoch)))
	}
	same(t, "to nobody", feed.Cursor{}, fork("peer-b", 9))
}

func testParked(t *testing.T, r *bookRig) {
	late, early, twin := r.site.parked(3), r.site.parked(5), r.site.parked(4)
	late.ParkedAt, early.ParkedAt, twin.ParkedAt = when(9), when(1), when(1)
	r.must(t, books.Rows{Parked: []books.Parked{late, early, twin}})
	got, err := r.Parked(r.ctx)
	want := []books.Parked{twin, early, late}
	same(t, "oldest first", want, read(t, "Parked", got, err))
	same(t, "as loaded", want, r.load().Parked)
}

// testMoment commits while an audit reads.
func testMoment(t *testing.T, r *bookRig) {
	r.must(t, r.site.rows(1))
	want := viewMoment(t, r.ctx, r.Moments)
	source, err := r.Snapshot(r.ctx)
	source = read(t, "Snapshot", source, err)
	for n := 2; n < 6; n++ {
		rows := r.site.rows(n)
		rows.Balances = append(rows.Balances, stock.Balance{SKU: skuOf(1), Account: stock.HeldAt(WarehouseSite), Units: int64(100 + n)})
		r.must(t, rows)
		same(t, "the moment", want, viewSource(t, r.ctx, source))
	}
	same(t, "movements now", 10, len(viewMoment(t, r.ctx, r.Moments).Movements))
	read(t, "close", 0, source.Close())
}

// testWalkStops returns an error from each callback and wants it back.
func testWalkStops(t *testing.T, r *bookRig) {
	r.must(t, r.site.rows(1))
	source, err := r.Snapshot(r.ctx)
	source = read(t, "Snapshot", source, err)
	enough, calls := errors.New("enough"), 0
	err = source.Movements(r.ctx, func(books.Movement, error) error { calls++; return enough })
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("Movements: %v after %d calls", err, calls)
	}
	calls = 0
	err = source.Balances(r.ctx, func(stock.Balance, error) error { calls++; return enough })
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("Balances: %v after %d calls", err, calls)
	}
	calls = 0
	err = source.Messages(r.ctx, "peer-a", 1, func(m feed.Message) error {
		calls++
		same(t, "the first after 1", uint64(2), m.Seq)
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("Messages: %v after %d calls", err, calls)
	}
	err = source.Messages(r.ctx, id.Site("nobody"), 0, func(feed.Message) error { return enough })
	read(t, "Messages to nobody", 0, err)
	read(t, "close", 0, source.Close())
}
