package writer

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"crossdock/core/fault"
)

// Ahead is a site that can decide a batch while the one before is written. What it
// decides then stands on what is not on disk yet: nobody is answered before both
// are, in their order, and when the earlier one fails the later one is decided anew.
type Ahead interface {
	Site
	// Seal ends the batch and returns how to write it. From now on the memory
	// counts it as written, and the next batch may begin. An error means that
	// there is nothing to write, and that the memory is no longer to be trusted.
	Seal() (Sealed, error)
}

// Sealed is a batch that is to be written. It is used by one goroutine, beside the
// one that decides the next batch.
type Sealed interface {
	// Write writes the batch, as Site.Commit does.
	Write(ctx context.Context) error
	// Written is called after a Write that has succeeded, before anybody is
	// answered: now others may hear of it.
	Written()
}

// flight is a batch on its way to the disk.
type flight struct {
	jobs  []*Job
	ended chan error // of Write, once
}

// runAhead is run for a site that decides ahead: at most one batch is written
// while one more is decided.
func (w *Writer) runAhead(site Ahead) {
	defer close(w.ended)
	var flying *flight
	for {
		var ended <-chan error
		if flying != nil {
			ended = flying.ended
		}
		select {
		case err := <-ended:
			w.ground(site, flying, err)
			flying = nil
		case job := <-w.queue:
			if jobs := w.gather(job); len(jobs) > 0 {
				flying = w.decideAhead(site, flying, jobs)
			}
		case <-w.quit:
			if flying != nil {
				w.ground(site, flying, <-flying.ended)
			}
			w.drain()
			return
		}
	}
}

// decideAhead decides a batch for as long as the one before is written, and sends
// it after: what comes in meanwhile is in it.
func (w *Writer) decideAhead(site Ahead, before *flight, jobs []*Job) *flight {
	begun := w.now()
	err := begin(site, jobs)
	for before != nil {
		job, failure := w.meanwhile(before, err == nil && len(jobs) < w.limit)
		switch {
		case job != nil:
			if job.take() {
				jobs = append(jobs, job)
				err = more(site, job)
			}
		case failure != nil:
			w.ground(site, before, failure)
			w.serve(jobs) // they were decided upon what was not written
			return nil
		default:
			before = nil
		}
	}
	var sealed Sealed
	if err == nil {
		sealed, err = seal(site)
	}
	if err != nil {
		w.tryAlone(site, jobs, err)
		return nil
	}
	next := &flight{jobs: jobs, ended: make(chan error, 1)}
	go func() {
		err := write(sealed)
		next.ended <- err // first: who is answered finds the flight ended
		if err == nil {
			w.pace.note(begun, w.now())
			answer(jobs)
		}
	}()
	// Those who were answered last may have more to ask: what they ask now is
	// decided while this batch is written.
	runtime.Gosched()
	return next
}

// meanwhile returns the next command that comes in before a flight has ended, if
// there is room for one; else none, and how the flight has ended.
func (w *Writer) meanwhile(f *flight, room bool) (*Job, error) {
	select {
	case err := <-f.ended:
		return nil, err
	default:
	}
	queue := w.queue
	if !room {
		queue = nil
	}
	select {
	case err := <-f.ended:
		return nil, err
	case job := <-queue:
		return job, nil
	}
}

// ground ends a flight. After a failure the memory is loaded again and each of the
// commands is tried alone.
func (w *Writer) ground(site Ahead, f *flight, err error) {
	if err == nil {
		return // answered already
	}
	site.Abandon()
	w.tryAlone(site, f.jobs, worded(err))
}

// tryAlone answers commands whose batch has failed.
func (w *Writer) tryAlone(site Site, jobs []*Job, err error) {
	alone(context.Background(), site, jobs, err)
	answer(jobs)
}

func answer(jobs []*Job) {
	for _, job := range jobs {
		close(job.done)
	}
}

// begin begins a batch with these commands, more adds one, and seal ends it.
func begin(site Ahead, jobs []*Job) (err error) {
	defer recovered(site.Abandon, &err)
	return decide(context.Background(), site, jobs)
}

func more(site Ahead, job *Job) (err error) {
	defer recovered(site.Abandon, &err)
	job.answer, job.err = site.Decide(context.Background(), job.command)
	return nil
}

func seal(site Ahead) (sealed Sealed, err error) {
	defer recovered(site.Abandon, &err)
	return site.Seal()
}

// write is finished even if every caller has gone: what was begun must end in one
// known state.
func write(sealed Sealed) (err error) {
	landed := false
	defer func() {
		if landed && err != nil {
			err = &Doubt{err} // it must not be written twice
		}
	}()
	defer recovered(func() {}, &err)
	if err := sealed.Write(context.Background()); err != nil {
		return err
	}
	landed = true
	sealed.Written()
	return nil
}

// recovered turns a panic into an error.
func recovered(abandon func(), err *error) {
	if cause := recover(); cause != nil {
		abandon()
		*err = &fault.Error{
			Kind: fault.Internal, Op: "writer.Batch", Message: "a command panicked",
			Cause: fmt.Errorf("%v\n%s", cause, debug.Stack()),
		}
	}
}
