package sqlite_test

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/dist/feed"
	"crossdock/engine/sqlite"
	"crossdock/site/books"
	"crossdock/site/store"
)

// TestTail says the same of a feed whether it stands in memory or in the
// database, also where most of it is too long to be kept.
func TestTail(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "store.db"))
	defer closeStore(t, s)
	random := rand.New(rand.NewPCG(1, 1))
	last := map[string]feed.Cursor{}
	for _, to := range []string{"wh1", "wh2"} {
		last[to] = feed.Cursor{Origin: "store", Destination: to, Epoch: 1}
	}
	inMemory := 0
	for range 60 {
		var said []feed.Message
		for range 1 + random.IntN(5) {
			to := "wh1"
			if random.IntN(4) == 0 {
				to = "wh2"
			}
			var m feed.Message
			m, last[to] = feed.Next(last[to], feed.Message{At: 1, Key: "k", Kind: "k.v1", Body: make([]byte, random.IntN(400<<10))})
			said = append(said, m)
		}
		if err := s.Commit(t.Context(), &store.Changes{Books: books.Rows{Messages: said}}); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			to := []string{"wh1", "wh2", "wh3"}[random.IntN(3)]
			seq := uint64(random.IntN(int(last[to].Seq) + 3))
			limit, size := random.IntN(20)-1, random.IntN(2<<20)
			got, err := s.Messages(t.Context(), to, seq, limit, size)
			if err != nil {
				t.Fatal(err)
			}
			want, err := s.Store.Messages(t.Context(), to, seq, limit, size)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(got, want, sameMessage) {
				t.Fatalf("%d messages to %s after %d, want %d", len(got), to, seq, len(want))
			}
			newest, at, err := s.Written(t.Context(), to, seq)
			if err != nil {
				t.Fatal(err)
			}
			wantNewest, wantAt, err := s.Store.Written(t.Context(), to, seq)
			if err != nil {
				t.Fatal(err)
			}
			if newest != wantNewest || at != wantAt {
				t.Fatalf("written to %s, at %d: %+v %+v, want %+v %+v", to, seq, newest, at, wantNewest, wantAt)
			}
			inMemory += len(got)
		}
	}
	if inMemory == 0 {
		t.Error("no message was read")
	}
}

// sameMessage is cmp.Equal for bodies that are too long for it.
func sameMessage(a, b feed.Message) bool {
	same := bytes.Equal(a.Body, b.Body)
	a.Body, b.Body = nil, nil
	return same && cmp.Equal(a, b)
}

func closeStore(t *testing.T, s *sqlite.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestTailAfterAFailure keeps nothing of a commit that was refused.
func TestTailAfterAFailure(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "store.db"))
	defer closeStore(t, s)
	first, after := feed.Next(feed.Cursor{Origin: "store", Destination: "wh1", Epoch: 1}, feed.Message{Kind: "k.v1", Body: []byte("{}")})
	second, _ := feed.Next(after, feed.Message{Kind: "k.v1", Body: []byte("{}")})
	if err := s.Commit(t.Context(), &store.Changes{Books: books.Rows{Messages: []feed.Message{first}}}); err != nil {
		t.Fatal(err)
	}
	refused := &store.Changes{Books: books.Rows{Messages: []feed.Message{second}, Movements: []books.Movement{{Seq: 7}}}}
	if err := s.Commit(t.Context(), refused); err == nil {
		t.Fatal("a gap in the ledger was written")
	}
	page, err := s.Messages(t.Context(), "wh1", 0, 10, 1<<20)
	if err != nil || len(page) != 1 {
		t.Errorf("%d messages, %v", len(page), err)
	}
}
