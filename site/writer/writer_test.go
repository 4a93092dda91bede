package writer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"crossdock/core/fault"
	"crossdock/site/writer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDisk = errors.New("the disk is full")

// site keeps a list of numbers. Its fields are the writer's goroutine's own
// until the writer is closed; gates are how a test steps into a commit.
type site struct {
	stored  []int   // as committed
	memory  []int   // as decided
	batches [][]int // what each commit tried to add
	loaded  bool
	loads   int

	commit func(added []int) error // nil: succeeds
	begin  func() error
}

// bad is refused by Decide, poison panics in it.
type (
	bad    struct{}
	poison struct{}
)

func (s *site) Begin(context.Context) error {
	if s.begin != nil {
		if err := s.begin(); err != nil {
			return err
		}
	}
	if !s.loaded {
		s.memory = slices.Clone(s.stored)
		s.loaded = true
		s.loads++
	}
	return nil
}

func (s *site) Decide(_ context.Context, command any) (any, error) {
	switch c := command.(type) {
	case bad:
		return nil, fault.New(fault.Invalid, "no such number")
	case poison:
		s.memory = append(s.memory, -1) // half done
		panic("not a number")
	default:
		s.memory = append(s.memory, c.(int))
		return len(s.memory), nil
	}
}

func (s *site) Commit(context.Context) error {
	added := slices.Clone(s.memory[len(s.stored):])
	s.batches = append(s.batches, added)
	if s.commit != nil {
		if err := s.commit(added); err != nil {
			s.loaded = false
			return err
		}
	}
	s.stored = slices.Clone(s.memory)
	return nil
}

func (s *site) Abandon() { s.loaded = false }

// gated returns a site whose first commit says that it has begun, and waits.
func gated() (s *site, begun, open chan struct{}) {
	begun, open = make(chan struct{}), make(chan struct{})
	var first sync.Once
	s = &site{commit: func([]int) error {
		first.Do(func() {
			close(begun)
			<-open
		})
		return nil
	}}
	return s, begun, open
}

func submit(t *testing.T, w *writer.Writer, commands ...any) []*writer.Job {
	t.Helper()
	jobs := make([]*writer.Job, len(commands))
	for i, command := range commands {
		var err error
		if jobs[i], err = w.Submit(t.Context(), command); err != nil {
			t.Fatal(err)
		}
	}
	return jobs
}

// outcomes waits for each job: its answer, or the kind of its fault.
func outcomes(t *testing.T, jobs []*writer.Job) []string {
	t.Helper()
	all := make([]string, len(jobs))
	for i, job := range jobs {
		answer, err := job.Wait(t.Context())
		all[i] = fmt.Sprint(answer)
		if err != nil {
			all[i] = fault.KindOf(err).String()
		}
	}
	return all
}

func same[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestAnswerAfterCommit sees no answer while the commit is under way.
func TestAnswerAfterCommit(t *testing.T) {
	s, begun, open := gated()
	w := writer.New(s, 10, 10)
	jobs := submit(t, w, 1)
	<-begun
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if answer, err := jobs[0].Wait(gone); !fault.Is(err, fault.Unavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("before the commit: %v, %v", answer, err)
	}
	close(open)
	same(t, "after the commit", []string{"1"}, outcomes(t, jobs))
	w.Close()
}

// TestGather takes what came in during a commit as the next batches, in order of
// arrival and no more than the limit at a time.
func TestGather(t *testing.T) {
	s, begun, open := gated()
	w := writer.New(s, 3, 10)
	jobs := submit(t, w, 0)
	<-begun
	jobs = append(jobs, submit(t, w, 1, 2, 3, 4, 5, 6, 7)...)
	close(open)
	same(t, "answers", []string{"1", "2", "3", "4", "5", "6", "7", "8"}, outcomes(t, jobs))
	w.Close()
	same(t, "batches", [][]int{{0}, {1, 2, 3}, {4, 5, 6}, {7}}, s.batches)
	same(t, "loads", 1, s.loads)
}

// TestTrouble lets one batch of several commands meet each kind of trouble:
// those that have no part in it are carried out all the same.
func TestTrouble(t *testing.T) {
	refuse := func(n int) func([]int) error {
		return func(added []int) error {
			if slices.Contains(added, n) {
				return errDisk
			}
			return nil
		}
	}
	times := func(n int) func([]int) error {
		return func([]int) error {
			if n--; n >= 0 {
				return errDisk
			}
			return nil
		}
	}
	for name, c := range map[string]struct {
		commands []any
		commit   func([]int) error
		want     []string
		stored   []int
		loads    int
	}{
		"nothing":           {[]any{1, 2, 3}, nil, []string{"1", "2", "3"}, []int{1, 2, 3}, 1},
		"a refused command": {[]any{1, bad{}, 3}, nil, []string{"1", "invalid", "2"}, []int{1, 3}, 1},
		"a panic":           {[]any{1, poison{}, 3}, nil, []string{"1", "internal", "2"}, []int{1, 3}, 3},
		"a panic alone":     {[]any{poison{}}, nil, []string{"internal"}, nil, 1},
		"a row refused":     {[]any{1, 2, 3}, refuse(2), []string{"1", "internal", "2"}, []int{1, 3}, 3},
		"a commit that fails once": {
			[]any{1, 2, 3}, times(1), []string{"1", "2", "3"}, []int{1, 2, 3}, 2,
		},
		"a commit that fails twice": {
			[]any{1, 2, 3}, times(2), []string{"internal", "1", "2"}, []int{2, 3}, 3,
		},
		"a refused command in a batch that fails": {
			[]any{bad{}, 2, 3}, refuse(3), []string{"invalid", "1", "internal"}, []int{2}, 2,
		},
		"every commit fails": {[]any{1, 2}, times(99), []string{"internal", "internal"}, nil, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s, begun, open := gated()
			w := writer.New(s, 10, 10)
			first := submit(t, w, bad{})
			<-begun
			jobs := submit(t, w, c.commands...)
			s.commit = c.commit // the writer waits in the gate
			close(open)
			same(t, "first", []string{"invalid"}, outcomes(t, first))
			same(t, "answers", c.want, outcomes(t, jobs))
			w.Close()
			same(t, "stored", c.stored, s.stored)
			same(t, "loads", c.loads, s.loads)
		})
	}
}

// TestDoubt tries nothing again of a commit that may have landed: neither of a
// batch, nor of what was tried alone after an earlier failure.
func TestDoubt(t *testing.T) {
	lost := &writer.Doubt{Cause: errors.New("the connection broke off")}
	for name, c := range map[string]struct {
		failures []error
		want     []string
		stored   []int
	}{
		"the batch":       {[]error{lost}, []string{"unavailable", "unavailable", "unavailable"}, nil},
		"the first alone": {[]error{errDisk, lost}, []string{"unavailable", "1", "2"}, []int{2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			s, begun, open := gated()
			w := writer.New(s, 10, 10)
			first := submit(t, w, bad{})
			<-begun
			jobs := submit(t, w, 1, 2, 3)
			s.commit = func([]int) error {
				if len(c.failures) == 0 {
					return nil
				}
				failure := c.failures[0]
				c.failures = c.failures[1:]
				return failure
			}
			close(open)
			same(t, "first", []string{"invalid"}, outcomes(t, first))
			same(t, "answers", c.want, outcomes(t, jobs))
			w.Close()
			same(t, "stored", c.stored, s.stored)
			if _, err := jobs[0].Wait(t.Context()); !errors.Is(err, lost) {
				t.Errorf("the doubt is not told: %v", err)
			}
		})
	}
}

// TestPanicIsNotTold keeps the text of a panic from strangers, and for the log.
func TestPanicIsNotTold(t *testing.T) {
	w := writer.New(&site{}, 10, 10)
	defer w.Close()
	_, err := w.Do(t.Context(), poison{})
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Internal || f.Cause == nil {
		t.Fatalf("%v", err)
	}
	if message, _ := fault.Public(err); message != "something went wrong on our side" {
		t.Errorf("told: %s", message)
	}
}

// TestCannotLoad fails every command while the state cannot be loaded, and goes
// on when it can.
func TestCannotLoad(t *testing.T) {
	s, begun, open := gated()
	w := writer.New(s, 10, 10)
	first := submit(t, w, 1)
	<-begun
	jobs := submit(t, w, 2, 3)
	s.begin = func() error { return fault.New(fault.Unavailable, "the database is away") }
	close(open)
	same(t, "before", []string{"1"}, outcomes(t, first))
	same(t, "while away", []string{"unavailable", "unavailable"}, outcomes(t, jobs))
	w.Close()
	same(t, "stored", []int{1}, s.stored)

	s.begin = nil
	again := writer.New(s, 10, 10)
	same(t, "when back", []string{"2"}, outcomes(t, submit(t, again, 4)))
	again.Close()
}
