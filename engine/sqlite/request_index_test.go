package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/site/books"
	"crossdock/site/store"
)

func keyedRequests(from, to int) *store.Changes {
	batch := &store.Changes{}
	for n := from; n < to; n++ {
		batch.Requests = append(batch.Requests, books.Request{
			Key: fmt.Sprint("key ", n), BodyHash: [32]byte{byte(n)}, Answer: fmt.Sprint("answer ", n), At: time.UnixMicro(int64(n)).UTC(),
		})
	}
	return batch
}

func found(t *testing.T, s *Store, n int) {
	t.Helper()
	want := keyedRequests(n, n+1).Requests[0]
	got, err := s.Request(t.Context(), want.Key)
	if err != nil || got != want {
		t.Fatalf("request %d: %v, %v; want %v", n, got, err, want)
	}
}

func opened(t *testing.T, path string) *Store {
	t.Helper()
	s, err := OpenStore(t.Context(), path, "store", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func committed(t *testing.T, s *Store, batch *store.Changes) {
	t.Helper()
	if err := s.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

// indexed counts the keys that are in the table, and the parts that were written.
func indexed(t *testing.T, path string) (keys, parts int) {
	t.Helper()
	db, err := sql.Open("sqlite", readDSN(path))
	if err != nil {
		t.Fatal(err)
	}
	row := db.QueryRowContext(t.Context(), "SELECT (SELECT count(*) FROM request_keys), (SELECT count(*) FROM request_parts)")
	if err := errors.Join(row.Scan(&keys, &parts), db.Close()); err != nil {
		t.Fatal(err)
	}
	return keys, parts
}

// TestRequestsArePartlyInMemory writes more keys than are kept in memory, some in
// transactions that fail, and starts again in between: each is found, and no key of
// a transaction that failed is.
func TestRequestsArePartlyInMemory(t *testing.T) {
	const step, all = 1024, 5 * recentKeys
	path := filepath.Join(t.TempDir(), "store.db")
	s := opened(t, path)
	for n := 0; n < all; n += step {
		failing := keyedRequests(all+n, all+n+step)
		failing.Requests = append(failing.Requests, failing.Requests[3])
		if err := s.Commit(t.Context(), failing); !fault.Is(err, fault.Exists) {
			t.Fatalf("a key twice in a batch: %v", err)
		}
		committed(t, s, keyedRequests(n, n+step))
		if size := s.insert.requests.index.size(); size > recentKeys {
			t.Fatalf("%d keys are in memory", size)
		}
		if n%(30*step) == 0 {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = opened(t, path)
			for n := range 8 * requestParts { // some of each part, before more of it is written
				if _, err := s.Request(t.Context(), fmt.Sprint("nobody's ", n)); !fault.Is(err, fault.NotFound) {
					t.Fatal(err)
				}
			}
		}
	}
	for n := 0; n < all; n += 7 {
		found(t, s, n)
	}
	for n := all; n < 2*all; n += 1009 {
		if got, err := s.Request(t.Context(), fmt.Sprint("key ", n)); !fault.Is(err, fault.NotFound) {
			t.Fatalf("request %d, which was not written: %v, %v", n, got, err)
		}
	}
	if keys, parts := indexed(t, path); parts != requestParts || keys < all-recentKeys || keys > all {
		t.Errorf("the table has %d keys of %d in %d parts", keys, all, parts)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestAPartThatWasNotWritten fails a transaction that writes a part.
func TestAPartThatWasNotWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := opened(t, path)
	committed(t, s, keyedRequests(0, recentKeys-5))
	last := s.insert.requests.last
	for range 3 {
		batch := keyedRequests(recentKeys-5, recentKeys+500)
		batch.Returns = []store.Return{{}} // which are written after the requests
		if err := s.Commit(t.Context(), batch); err == nil {
			t.Fatal("a return without an identifier was written")
		}
	}
	if keys, parts := indexed(t, path); keys != 0 || parts != 0 || s.insert.requests.last != last || s.insert.requests.next != 0 {
		t.Fatalf("%d keys in %d parts, and the last number is %d, not %d", keys, parts, s.insert.requests.last, last)
	}
	committed(t, s, keyedRequests(recentKeys-5, recentKeys+500))
	if keys, _ := indexed(t, path); keys == 0 {
		t.Error("no part was written")
	}
	for n := 0; n < recentKeys+500; n += 3 {
		found(t, s, n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
