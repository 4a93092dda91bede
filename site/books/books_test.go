package books_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

var start = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// naive is what an engine would store: all rows, in order, and nothing clever.
type naive struct {
	movements []books.Movement
	balances  map[stock.Balance]int64 // key without units
	messages  map[string][]feed.Message
	cursors   map[string]feed.Cursor
	parked    []books.Parked
}

func newNaive() *naive {
	return &naive{balances: map[stock.Balance]int64{}, messages: map[string][]feed.Message{}, cursors: map[string]feed.Cursor{}}
}

func (n *naive) store(rows books.Rows) {
	n.movements = append(n.movements, rows.Movements...)
	for _, b := range rows.Balances {
		n.balances[stock.Balance{SKU: b.SKU, Account: b.Account}] = b.Units
	}
	for _, m := range rows.Messages {
		n.messages[m.Destination] = append(n.messages[m.Destination], m)
	}
	for _, c := range rows.Cursors {
		n.cursors[c.Origin] = c
	}
	n.parked = append(n.parked, rows.Parked...)
}

func (n *naive) snapshot() books.Snapshot {
	s := books.Snapshot{Site: "wh1", Epoch: 1, LastSeq: int64(len(n.movements)), Parked: n.parked}
	if s.LastSeq > 0 {
		s.LastHash = n.movements[s.LastSeq-1].Hash
	}
	for b, units := range n.balances {
		b.Units = units
		s.Balances = append(s.Balances, b)
	}
	for _, all := range n.messages {
		m := all[len(all)-1]
		s.Written = append(s.Written, feed.Cursor{Origin: m.Origin, Destination: m.Destination}.After(m))
	}
	s.Read = slices.Collect(maps.Values(n.cursors))
	return s
}

// check verifies the chains from the first row on.
func (n *naive) check(t *rapid.T) {
	var hash stock.Hash
	plain := make([]stock.Movement, len(n.movements))
	for i, m := range n.movements {
		hash = m.Chain(hash)
		if m.Seq != int64(i)+1 || m.Hash != hash {
			t.Fatalf("movement %d has number %d and hash %x, want %x", i+1, m.Seq, m.Hash, hash)
		}
		plain[i] = m.Movement
	}
	var balances []stock.Balance
	for b, units := range n.balances {
		if b.Units = units; units != 0 {
			balances = append(balances, b)
		}
	}
	stock.SortBalances(balances)
	if diff := cmp.Diff(stock.Fold(plain), balances, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("balances (-movements +stored):\n%s", diff)
	}
	for to, all := range n.messages {
		own := feed.Cursor{Origin: "wh1", Destination: to}
		last := all[len(all)-1]
		reply := feed.Reply{Last: feed.Cursor{Seq: last.Seq, Epoch: 1}, Agree: true, Messages: all}
		if v := feed.Check(own, reply); v != feed.Apply || last.Epoch != 1 {
			t.Fatalf("the feed to %s is %v, epoch %d", to, v, last.Epoch)
		}
	}
}

// TestBooks runs random batches with marks and undos, and reopens the books from
// the rows now and then: the rows chain without gaps, and what was undone is not
// among them.
func TestBooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, b := newNaive(), books.Open(books.Snapshot{Site: "wh1", Epoch: 1})
		var serial byte
		said := map[string][]string{}
		read := map[id.Site]uint64{}
		step := func(keep bool) {
			serial++
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0, 1:
				from, to := stock.Account{Kind: stock.Supplier}, stock.Account{Kind: stock.Available}
				if rapid.Bool().Draw(t, "out") {
					from, to = to, stock.Account{Kind: stock.Customer}
				}
				before := b.Balances()
				err := b.Book(stock.Movement{
					ID: id.Movement{UUID: id.UUID{serial, 1}}, At: start, SKU: rapid.SampledFrom([]id.SKU{"mug", "pot"}).Draw(t, "sku"),
					Quantity: rapid.Int64Range(0, 5).Draw(t, "units"), From: from, To: to, Reason: stock.Received,
				})
				if err != nil && !cmp.Equal(before, b.Balances()) {
					t.Fatalf("a refused movement changed the balances: %v", err)
				}
			case 2:
				to := rapid.SampledFrom([]id.Site{"store", "other"}).Draw(t, "to")
				key := string('a' + rune(serial%26))
				if err := b.Say(to, key, event.QuotaAsked{}, start); err != nil {
					t.Fatal(err)
				}
				if keep {
					said[string(to)] = append(said[string(to)], key)
				}
			default:
				if keep {
					origin := rapid.SampledFrom([]id.Site{"store", "other"}).Draw(t, "origin")
					read[origin]++
					b.Read(feed.Message{Origin: string(origin), Destination: "wh1", Seq: read[origin]})
				}
			}
		}
		for range rapid.IntRange(1, 8).Draw(t, "batches") {
			for range rapid.IntRange(0, 6).Draw(t, "steps") {
				step(true)
				before, mark := b.Balances(), b.Mark()
				for range rapid.IntRange(0, 3).Draw(t, "undone") {
					step(false)
				}
				b.Undo(mark)
				left := cmpopts.IgnoreSliceElements(func(b stock.Balance) bool { return b.Units == 0 })
				if diff := cmp.Diff(before, b.Balances(), left); diff != "" {
					t.Fatalf("undo left something (-want +got):\n%s", diff)
				}
			}
			n.store(b.Seal())
			n.check(t)
			if again := b.Seal(); !again.Empty() || len(again.Balances) > 0 {
				t.Fatalf("sealed twice: %+v", again)
			}
			for origin, seq := range read {
				if got := b.Cursor(origin); got.Seq != seq || got.Destination != "wh1" {
					t.Fatalf("cursor of %s: %+v, want %d", origin, got, seq)
				}
			}
			if rapid.Bool().Draw(t, "reopen") {
				b = books.Open(n.snapshot())
			}
		}
		for to, keys := range said {
			var got []string
			for _, m := range n.messages[to] {
				got = append(got, m.Key)
			}
			if diff := cmp.Diff(keys, got); diff != "" {
				t.Fatalf("said to %s (-want +got):\n%s", to, diff)
			}
		}
	})
}

// TestParkedKeys tells the keys of one origin from those of another, before and
// after the books are opened again.
func TestParkedKeys(t *testing.T) {
	n, b := newNaive(), books.Open(books.Snapshot{Site: "wh1", Epoch: 1})
	at := func(origin, key string) feed.Message { return feed.Message{Origin: origin, Key: key, Seq: 1} }
	b.Park(at("store", "k1"), "because", start)
	n.store(b.Seal())
	want := []books.Parked{{Message: at("store", "k1"), Reason: "because", ParkedAt: start}}
	if diff := cmp.Diff(want, n.parked); diff != "" {
		t.Errorf("parked (-want +got):\n%s", diff)
	}
	for _, b := range []*books.Books{b, books.Open(n.snapshot())} {
		if !b.IsParked(at("store", "k1")) || b.IsParked(at("store", "k2")) || b.IsParked(at("other", "k1")) {
			t.Error("the wrong keys are parked")
		}
	}
}

// TestUnknownBody stages nothing of a message that nobody could read.
func TestUnknownBody(t *testing.T) {
	b := books.Open(books.Snapshot{Site: "wh1", Epoch: 1})
	if err := b.Say("store", "k", stranger{}, start); err == nil {
		t.Error("a body that is in no table was said")
	}
	if rows := b.Seal(); !rows.Empty() {
		t.Errorf("%+v", rows)
	}
}

type stranger struct{}

func (stranger) Kind() string { return "stranger.v1" }
