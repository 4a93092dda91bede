package books_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

var restoredAt = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// restored is a site that was restored in epoch 7, after it had spoken with wh1 in
// epoch 3.
func restored(peers ...books.Peer) *books.Books {
	return books.Open(books.Snapshot{
		Site: "store", Epoch: 7, Peers: peers,
		Written: []feed.Cursor{{Origin: "store", Destination: "wh1", Epoch: 3, Seq: 5, Hash: feed.Hash{1}}},
		Read:    []feed.Cursor{{Origin: "wh1", Destination: "store", Epoch: 1, Seq: 12}},
	})
}

func kinds(rows books.Rows, to id.Site) (all []string) {
	for _, m := range rows.Messages {
		if m.Destination == string(to) {
			all = append(all, m.Kind)
		}
	}
	return all
}

// TestGreet says to each site, once and before all else, that this one was restored,
// and how far it remembers the other.
func TestGreet(t *testing.T) {
	b := restored()
	say := func(to id.Site) {
		t.Helper()
		if err := b.Say(to, "quota", event.QuotaAsked{}, restoredAt); err != nil {
			t.Fatal(err)
		}
	}
	mark := b.Mark()
	say("wh1")
	b.Undo(mark)
	say("wh1")
	say("wh1")
	say("wh2")
	rows := b.Seal()
	want := []string{"site.restored.v1", "quota.asked.v1", "quota.asked.v1"}
	if diff := cmp.Diff(want, kinds(rows, "wh1")); diff != "" {
		t.Errorf("to wh1 (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[:2], kinds(rows, "wh2")); diff != "" {
		t.Errorf("to wh2, which was never spoken to (-want +got):\n%s", diff)
	}
	body, err := event.Decode(rows.Messages[0].Kind, rows.Messages[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(event.SiteRestored{Epoch: 7, Read: 12}, body); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if m := rows.Messages[0]; m.Seq != 6 || m.Epoch != 7 || m.Hash != feed.Chain(feed.Hash{1}, m) {
		t.Errorf("the first message of the epoch does not follow on the last of the one before: %+v", m)
	}
	say("wh1")
	if err := b.Greet("wh1", restoredAt); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[1:2], kinds(b.Seal(), "wh1")); diff != "" {
		t.Errorf("in the next batch (-want +got):\n%s", diff)
	}
}

// TestGreetInTheFirstEpoch is silent: nothing was restored.
func TestGreetInTheFirstEpoch(t *testing.T) {
	b := books.Open(books.Snapshot{Site: "store", Epoch: 1})
	if err := b.Greet("wh1", restoredAt); err != nil {
		t.Fatal(err)
	}
	if rows := b.Seal(); !rows.Empty() || b.Recovering("wh1") {
		t.Errorf("%+v, recovering: %t", rows, b.Recovering("wh1"))
	}
}

// TestRecovering ends for a peer when it has told what it knows, in this epoch; what
// is undone has not happened.
func TestRecovering(t *testing.T) {
	b := restored(books.Peer{Site: "wh2", Restated: 7}, books.Peer{Site: "wh3", Restated: 3})
	for peer, want := range map[id.Site]bool{"wh1": true, "wh2": false, "wh3": true} {
		if got := b.Recovering(peer); got != want {
			t.Errorf("recovering from %s: %t", peer, got)
		}
	}
	mark := b.Mark()
	b.Counted("wh1")
	if b.Counting("wh1") || !b.Recovering("wh1") {
		t.Error("who has told what units it has has not told all")
	}
	b.Recovered("wh1")
	b.Owe("wh2", 9)
	b.Undo(mark)
	if !b.Recovering("wh1") || !b.Counting("wh1") || b.Owed("wh2") != 0 || !b.Seal().Empty() {
		t.Error("what was undone has happened")
	}
	b.Owe("wh1", 9)
	b.Recovered("wh1")
	if b.Recovering("wh1") || b.Owed("wh1") != 9 {
		t.Errorf("recovering %t, owed %d", b.Recovering("wh1"), b.Owed("wh1"))
	}
	if diff := cmp.Diff([]books.Peer{{Site: "wh1", Counted: 7, Restated: 7, Owed: 9}}, b.Seal().Peers); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !b.Seal().Empty() {
		t.Error("it is sealed twice")
	}
}
