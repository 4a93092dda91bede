package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"crossdock/core/order"
	"crossdock/engine/sqlite"
	"crossdock/engine/storetest"
	"crossdock/site/books"
)

// commitForever names the file that the test binary, run as a child, is to
// commit to until it is killed.
const commitForever = "CROSSDOCK_TEST_COMMIT_FOREVER"

func TestMain(m *testing.M) {
	if path := os.Getenv(commitForever); path != "" {
		fmt.Fprintln(os.Stderr, commitUntilKilled(context.Background(), path))
		os.Exit(1)
	}
	if path := os.Getenv(migrateIn); path != "" {
		if err := migrateInChild(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// commitUntilKilled commits an order of three lines a batch, and says the order's
// number once Commit has returned.
func commitUntilKilled(ctx context.Context, path string) error {
	s, err := sqlite.OpenStore(ctx, path, storetest.StoreSite, sqlite.Options{})
	if err != nil {
		return err
	}
	loaded, err := s.Load(ctx)
	if err != nil {
		return err
	}
	l := newLoad()
	l.orders, l.seq = int(loaded.LastNumber), loaded.Books.LastSeq
	if len(loaded.Books.Written) > 0 {
		l.message = loaded.Books.Written[0]
	}
	for {
		if err := s.Commit(ctx, l.batch(1, 3)); err != nil {
			return err
		}
		fmt.Println(l.orders)
	}
}

// TestKill kills a process that commits, over and over on the same file. What it
// has said is there, each order whole, and nothing has a gap. The file is read
// first as the dead process has left it.
func TestKill(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 3
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	path := filepath.Join(t.TempDir(), "store.db")
	for round := range rounds {
		said := killAfter(t, path, 1+random.IntN(40), time.Duration(random.IntN(3000))*time.Microsecond)
		whole := countWhole(t, path)
		if whole < said {
			t.Fatalf("round %d: %d orders were said to be written, %d are there", round, said, whole)
		}
		s := openStore(t, path)
		loaded, err := s.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if loaded.LastNumber != int64(whole) || loaded.Books.LastSeq != int64(3*whole) || loaded.Books.Written[0].Seq != uint64(whole) {
			t.Fatalf("round %d: %d orders, %d movements, %d messages, last order %d", round,
				whole, loaded.Books.LastSeq, loaded.Books.Written[0].Seq, loaded.LastNumber)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killAfter starts the child, kills it some time after it has said so many
// numbers, and returns the last one that it said.
func killAfter(t *testing.T, path string, numbers int, more time.Duration) (last int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), commitForever+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for read := 0; lines.Scan(); {
		if last, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if read++; read == numbers {
			time.AfterFunc(more, func() {
				if err := cmd.Process.Kill(); err != nil {
					t.Error(err)
				}
			})
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return last
}

// countWhole reads the file that a dead process has left, log and all.
func countWhole(t *testing.T, path string) (orders int) {
	t.Helper()
	source, err := sqlite.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	err = source.Orders(t.Context(), func(o order.Order, damage error) error {
		orders++
		if o.Number != int64(orders) || len(o.Lines) != 3 || len(o.Fulfillments) != 1 || len(o.Fulfillments[0].Lines) != 3 {
			return fmt.Errorf("order %d is number %d, with %d lines and %d fulfillments", orders, o.Number, len(o.Lines), len(o.Fulfillments))
		}
		return damage
	})
	if err != nil {
		t.Fatal(err)
	}
	movements := 0
	err = source.Movements(t.Context(), func(m books.Movement, unreadable error) error {
		movements++
		return unreadable
	})
	if err != nil || movements != 3*orders {
		t.Fatalf("%d movements of %d orders: %v", movements, orders, err)
	}
	if err := source.Close(); err != nil {
		t.Fatal(err)
	}
	return orders
}
