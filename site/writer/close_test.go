package writer_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/site/writer"
)

// TestFullQueue waits for a place in a full queue until its context ends.
func TestFullQueue(t *testing.T) {
	s, begun, open := gated()
	w := writer.New(s, 1, 2)
	jobs := submit(t, w, 1)
	<-begun
	jobs = append(jobs, submit(t, w, 2, 3)...)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Submit(gone, 4); !fault.Is(err, fault.Busy) {
		t.Errorf("full: %v", err)
	}
	if _, err := w.Do(gone, 5); !fault.Is(err, fault.Busy) {
		t.Errorf("full: %v", err)
	}
	close(open)
	same(t, "answers", []string{"1", "2", "3"}, outcomes(t, jobs))
	w.Close()
	same(t, "stored", []int{1, 2, 3}, s.stored)
}

// TestClose carries out what is in the queue, and refuses what comes later.
func TestClose(t *testing.T) {
	s, begun, open := gated()
	w := writer.New(s, 2, 10)
	jobs := submit(t, w, 1)
	<-begun
	jobs = append(jobs, submit(t, w, 2, 3, 4)...)
	closed := make(chan struct{})
	go func() {
		w.Close()
		close(closed)
	}()
	for refused := false; !refused; { // until the writer knows that it is to end
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := w.Submit(gone, bad{})
		refused = fault.Is(err, fault.Unavailable)
	}
	close(open)
	<-closed
	same(t, "answers", []string{"1", "2", "3", "4"}, outcomes(t, jobs))
	same(t, "stored", []int{1, 2, 3, 4}, s.stored)
	if _, err := w.Do(t.Context(), 5); !fault.Is(err, fault.Unavailable) {
		t.Errorf("closed: %v", err)
	}
	w.Close() // twice is once
}

// meanwhile is a context that does something when it is first looked at: in
// Submit, that is after the writer was found to be open.
type meanwhile struct {
	context.Context
	do func()
}

// Done implements context.Context.
func (m meanwhile) Done() <-chan struct{} {
	m.do()
	return m.Context.Done()
}

// TestCloseDuringSubmit closes the writer in the middle of Submit, many times
// because select takes either way: the command is refused or answered, and
// nobody waits for ever.
func TestCloseDuringSubmit(t *testing.T) {
	for range 50 {
		w := writer.New(&site{}, 8, 8)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		job, err := w.Submit(meanwhile{ctx, w.Close}, 1)
		if err == nil {
			_, err = job.Wait(ctx)
		}
		if !fault.Is(err, fault.Unavailable) || ctx.Err() != nil {
			t.Fatalf("submitted while closing: %v", err)
		}
		cancel()
	}
}

// TestManyCallers has all of many callers' commands carried out once, each
// caller's in its order, with far fewer commits than commands.
func TestManyCallers(t *testing.T) {
	const callers, each = 64, 200
	s := &site{}
	w := writer.New(s, 512, 4096)
	positions := make([][]int, callers)
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			jobs := make([]*writer.Job, each)
			for i := range each {
				var err error
				if jobs[i], err = w.Submit(context.Background(), caller*each+i); err != nil {
					t.Errorf("caller %d: %v", caller, err)
					return
				}
			}
			for _, job := range jobs {
				answer, err := job.Wait(context.Background())
				if err != nil {
					t.Errorf("caller %d: %v", caller, err)
					return
				}
				positions[caller] = append(positions[caller], answer.(int))
			}
		})
	}
	all.Wait()
	w.Close()
	for caller, got := range positions {
		if !slices.IsSorted(got) {
			t.Errorf("caller %d: positions %v are not in order of Submit", caller, got)
		}
		for i, position := range got {
			if s.stored[position-1] != caller*each+i {
				t.Fatalf("caller %d was told position %d for its command %d, where %d stands", caller, position, i, s.stored[position-1])
			}
		}
	}
	same(t, "stored", callers*each, len(s.stored))
	if len(s.batches) >= callers*each/2 {
		t.Errorf("%d commits for %d commands", len(s.batches), callers*each)
	}
}
