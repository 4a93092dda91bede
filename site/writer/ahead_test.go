package writer_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"crossdock/site/writer"
)

// ahead keeps its numbers as site does, and seals them: what is stored is touched
// by the writing goroutine alone, and looked at when the writer is closed.
type ahead struct {
	site
	sealed int // of memory
	told   []int

	gates  chan gate // each Write takes one, if there are any
	refuse func(added []int) error
	mute   bool // Written panics
}

// gate is how a test steps into a Write.
type gate struct{ begun, open chan struct{} }

var _ writer.Ahead = (*ahead)(nil)

type packet struct {
	of    *ahead
	added []int
}

func (a *ahead) Begin(ctx context.Context) error {
	if !a.loaded {
		a.sealed = len(a.stored)
	}
	return a.site.Begin(ctx)
}

func (a *ahead) Seal() (writer.Sealed, error) {
	added := slices.Clone(a.memory[a.sealed:])
	a.sealed = len(a.memory)
	return packet{a, added}, nil
}

func (a *ahead) Commit(ctx context.Context) error {
	sealed, err := a.Seal()
	if err == nil {
		err = sealed.Write(ctx)
	}
	if err != nil {
		a.loaded = false
		return err
	}
	sealed.Written()
	return nil
}

func (p packet) Write(context.Context) error {
	a := p.of
	a.batches = append(a.batches, p.added)
	select {
	case g := <-a.gates:
		close(g.begun)
		<-g.open
	default:
	}
	if a.refuse != nil {
		if err := a.refuse(p.added); err != nil {
			return err
		}
	}
	a.stored = append(a.stored, p.added...)
	return nil
}

func (p packet) Written() {
	if p.of.mute {
		panic("nobody is told")
	}
	p.of.told = append(p.of.told, p.added...)
}

// stepped returns a site whose first Write says that it has begun, and waits.
func stepped() (*ahead, gate) {
	g := gate{make(chan struct{}), make(chan struct{})}
	a := &ahead{gates: make(chan gate, 1)}
	a.gates <- g
	return a, g
}

// TestDecidesAhead decides a batch while the one before is written, and answers
// neither before it is on disk.
func TestDecidesAhead(t *testing.T) {
	a, g := stepped()
	seen := make(chan int, 8)
	w := writer.New(watched{a, seen}, 10, 10)
	jobs := submit(t, w, 1)
	<-g.begun
	jobs = append(jobs, submit(t, w, 2)...)
	same(t, "decided first", 1, <-seen)
	same(t, "decided while the first is written", 2, <-seen)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, job := range jobs {
		if answer, err := job.Wait(gone); err == nil {
			t.Errorf("answered %v before anything is on disk", answer)
		}
	}
	close(g.open)
	same(t, "answers", []string{"1", "2"}, outcomes(t, jobs))
	w.Close()
	same(t, "stored", []int{1, 2}, a.stored)
	same(t, "told", []int{1, 2}, a.told)
}

// watched says which command is being decided.
type watched struct {
	*ahead
	seen chan<- int
}

func (s watched) Decide(ctx context.Context, command any) (any, error) {
	if n, is := command.(int); is {
		s.seen <- n
	}
	return s.ahead.Decide(ctx, command)
}

// TestLaterFallsWithEarlier decides a batch anew that was decided upon one that
// was not written: the numbers are counted as if the lost one had never been.
func TestLaterFallsWithEarlier(t *testing.T) {
	lost := &writer.Doubt{Cause: errors.New("the connection broke off")}
	for name, c := range map[string]struct {
		failure error
		tries   int // that fail
		want    []string
		stored  []int
	}{
		"the disk was full once":  {errDisk, 1, []string{"internal", "1", "2"}, []int{2, 3}},
		"it is not known":         {lost, 1, []string{"unavailable", "1", "2"}, []int{2, 3}},
		"the first two writes":    {errDisk, 2, []string{"internal", "1", "2"}, []int{2, 3}},
		"as long as anybody asks": {errDisk, 99, []string{"internal", "internal", "internal"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a, g := stepped()
			a.refuse = func([]int) error {
				if c.tries--; c.tries >= 0 {
					return c.failure
				}
				return nil
			}
			seen := make(chan int, 99)
			w := writer.New(watched{a, seen}, 10, 10)
			jobs := submit(t, w, 1)
			<-g.begun
			jobs = append(jobs, submit(t, w, 2, 3)...)
			<-seen
			<-seen // the second batch is being decided
			close(g.open)
			same(t, "answers", c.want, outcomes(t, jobs))
			w.Close()
			same(t, "stored", c.stored, a.stored)
			same(t, "told", c.stored, a.told)
		})
	}
}

// TestPanicAhead carries out all but the command that panics, while another batch
// is written.
func TestPanicAhead(t *testing.T) {
	a, g := stepped()
	seen := make(chan int, 99)
	w := writer.New(watched{a, seen}, 10, 10)
	jobs := submit(t, w, 1)
	<-g.begun
	jobs = append(jobs, submit(t, w, 2, poison{}, 3)...)
	<-seen
	<-seen
	close(g.open)
	same(t, "answers", []string{"1", "2", "internal", "3"}, outcomes(t, jobs))
	w.Close()
	same(t, "stored", []int{1, 2, 3}, a.stored)
}

// TestCloseLands answers what is being written and what waits, then ends.
func TestCloseLands(t *testing.T) {
	a, g := stepped()
	seen := make(chan int, 99)
	w := writer.New(watched{a, seen}, 2, 10)
	jobs := submit(t, w, 1)
	<-g.begun
	jobs = append(jobs, submit(t, w, 2, 3, 4, 5)...)
	closing := make(chan struct{})
	go func() {
		w.Close()
		close(closing)
	}()
	close(g.open)
	same(t, "answers", []string{"1", "2", "3", "4", "5"}, outcomes(t, jobs))
	<-closing
	same(t, "stored", []int{1, 2, 3, 4, 5}, a.stored)
}

// TestPanicAfterWrite books nothing twice: what is on disk stays there once, and
// who asked is told to look.
func TestPanicAfterWrite(t *testing.T) {
	a, g := stepped()
	w := writer.New(a, 10, 10)
	jobs := submit(t, w, 1)
	<-g.begun
	a.mute = true
	jobs = append(jobs, submit(t, w, 2, 3)...)
	close(g.open)
	same(t, "answers", []string{"unavailable", "unavailable", "unavailable"}, outcomes(t, jobs))
	w.Close()
	same(t, "stored", []int{1, 2, 3}, a.stored)
}
