package writer_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"crossdock/core/fault"
	"crossdock/site/writer"
)

// slow is a site whose commits take a second, by the clock of the test.
type slow struct {
	decided []any
}

func (s *slow) Begin(context.Context) error { return nil }

func (s *slow) Decide(_ context.Context, command any) (any, error) {
	s.decided = append(s.decided, command)
	return command, nil
}

func (s *slow) Commit(context.Context) error {
	<-time.After(time.Second)
	return nil
}

func (s *slow) Abandon() {}

// slowAhead is the same where the next batch is decided meanwhile.
type slowAhead struct{ slow }

type slowBatch struct{ *slowAhead }

func (s *slowAhead) Seal() (writer.Sealed, error)   { return slowBatch{s}, nil }
func (b slowBatch) Write(ctx context.Context) error { return b.Commit(ctx) }
func (b slowBatch) Written()                        {}

// TestWhoseTimeIsUpIsNotServed puts commands behind a commit that takes a second.
// Those whose callers give up before are never decided, and told so; one that is
// being written goes on, and nobody says that it was not done.
func TestWhoseTimeIsUpIsNotServed(t *testing.T) {
	for _, ahead := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := &slowAhead{}
			var site writer.Site = &s.slow
			if ahead {
				site = s
			}
			w := writer.New(site, 1, 10)
			defer w.Close()
			begun, cancelBegun := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancelBegun()
			first := submitted(t, w, begun, "first")
			synctest.Wait() // it is being written
			if ahead {
				submitted(t, w, t.Context(), "second")
				synctest.Wait() // it is decided already
			}
			left, cancelLeft := context.WithCancel(t.Context())
			late := submitted(t, w, left, "late")
			stays := submitted(t, w, t.Context(), "stays")
			unheard, cancelUnheard := context.WithCancel(t.Context())
			submitted(t, w, unheard, "unheard")
			cancelUnheard() // and nobody waits for it
			if _, err := first.Wait(begun); !fault.Is(err, fault.Unavailable) {
				t.Errorf("one that has begun: %v, want fault.Unavailable: it may be done", err)
			}
			cancelLeft()
			if _, err := late.Wait(left); !fault.Is(err, fault.Busy) {
				t.Errorf("one that has not begun: %v, want fault.Busy: it was not done", err)
			}
			if answer, err := first.Wait(t.Context()); answer != "first" || err != nil {
				t.Errorf("one that has begun was answered %v, %v", answer, err)
			}
			if answer, err := stays.Wait(t.Context()); answer != "stays" || err != nil {
				t.Errorf("one behind those that were dropped: %v, %v", answer, err)
			}
			if _, err := late.Wait(t.Context()); !fault.Is(err, fault.Busy) {
				t.Errorf("asked again, one that was dropped says %v", err)
			}
			want := []any{"first", "stays"}
			if ahead {
				want = []any{"first", "second", "stays"}
			}
			same(t, "decided", want, s.decided)
		})
	}
}

// TestNobodyWhoHasGoneIsDecidedAhead: commands come in, of callers who have given up
// by then, while a batch is open and has room.
func TestNobodyWhoHasGoneIsDecidedAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowAhead{}
		w := writer.New(s, 100, 100)
		submitted(t, w, t.Context(), "first")
		synctest.Wait() // it is being written
		submitted(t, w, t.Context(), "second")
		synctest.Wait() // it is decided, and more could be
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for range 50 {
			job, err := w.Submit(gone, "gone")
			if err == nil {
				_, err = job.Wait(t.Context())
			}
			if !fault.Is(err, fault.Busy) {
				t.Fatalf("of one who has gone: %v", err)
			}
		}
		w.Close()
		same(t, "decided", []any{"first", "second"}, s.decided)
	})
}

// TestALongQueueIsRefusedByItsDeadline: once a commit is known to take a second, a
// command that would be stored in three is refused at once where there are only two.
func TestALongQueueIsRefusedByItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{}
		w := writer.New(s, 2, 10)
		defer w.Close()
		if _, err := w.Do(t.Context(), "pace"); err != nil {
			t.Fatal(err)
		}
		submitted(t, w, t.Context(), 0)
		synctest.Wait() // the first of four is on its way
		for i := range 4 {
			submitted(t, w, t.Context(), i+1)
		}
		for seconds, want := range map[time.Duration]bool{2: false, 4: true} {
			ctx, cancel := context.WithTimeout(t.Context(), seconds*time.Second)
			asked := time.Now()
			_, err := w.Submit(ctx, "hurried")
			if (err == nil) != want || err != nil && !fault.Is(err, fault.Busy) {
				t.Errorf("with %d s: %v", seconds, err)
			}
			if !time.Now().Equal(asked) {
				t.Errorf("with %d s the answer came %s later", seconds, time.Since(asked))
			}
			cancel()
		}
	})
}

func submitted(t *testing.T, w *writer.Writer, ctx context.Context, command any) *writer.Job {
	t.Helper()
	job, err := w.Submit(ctx, command)
	if err != nil {
		t.Fatal(err)
	}
	return job
}
