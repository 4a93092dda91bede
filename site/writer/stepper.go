package writer

import (
	"context"

	"crossdock/core/fault"
)

// Stepper drives a site as a Writer does, but in the goroutine of its caller and
// one step at a time, so that a simulation decides what happens when: a batch may
// be decided while the one before is not written, and either may never come to its
// end. It is not for concurrent use.
type Stepper struct {
	site    Site
	limit   int
	queue   []*Job
	flying  *sealedBatch // decided and sealed: the next to be written
	decided []*Job       // on top of it, not sealed
	failed  error        // of deciding them
	ended   chan struct{}
	closed  bool
}

// sealedBatch is commands that wait for being written.
type sealedBatch struct {
	jobs   []*Job
	sealed Sealed
}

// NewStepper returns a stepper that commits at most limit commands at a time.
func NewStepper(site Site, limit int) *Stepper {
	return &Stepper{site: site, limit: limit, ended: make(chan struct{})}
}

// Submit puts a command in the queue. Nothing happens to it before Decide.
func (s *Stepper) Submit(_ context.Context, command any) (*Job, error) {
	if s.closed {
		return nil, closed()
	}
	job := &Job{command: command, done: make(chan struct{}), ended: s.ended}
	s.queue = append(s.queue, job)
	return job, nil
}

// Do submits a command and takes steps until it is answered.
func (s *Stepper) Do(ctx context.Context, command any) (any, error) {
	job, err := s.Submit(ctx, command)
	if err != nil {
		return nil, err
	}
	return s.Finish(job)
}

// Finish takes steps until a job is answered.
func (s *Stepper) Finish(job *Job) (any, error) {
	for !job.Done() {
		if !s.Step() {
			return nil, fault.New(fault.Internal, "the command %T is neither waiting nor answered", job.command)
		}
	}
	return job.answer, job.err
}

// Step takes the next step there is: it writes what is decided, else decides what
// waits. It reports whether there was one.
func (s *Stepper) Step() bool { return s.Write() || s.Decide() }

// Waiting returns how many commands are not decided.
func (s *Stepper) Waiting() int { return len(s.queue) }

// Decide decides the commands that wait, at most one batch of them. A site that does
// not decide ahead commits them as well. It reports whether there was one.
func (s *Stepper) Decide() bool {
	if len(s.queue) == 0 || len(s.decided) >= s.limit || s.closed {
		return false
	}
	room := min(s.limit-len(s.decided), len(s.queue))
	jobs := s.queue[:room:room]
	s.queue = s.queue[room:]
	site, can := s.site.(Ahead)
	if !can {
		Batch(context.Background(), s.site, jobs)
		answer(jobs)
		return true
	}
	if len(s.decided) == 0 {
		s.failed = begin(site, jobs)
	} else {
		for _, job := range jobs {
			if s.failed == nil {
				s.failed = more(site, job)
			}
		}
	}
	s.decided = append(s.decided, jobs...)
	if s.flying == nil {
		s.take(site)
	}
	return true
}

// take seals what is decided, so that it is the next to be written.
func (s *Stepper) take(site Ahead) {
	jobs, err := s.decided, s.failed
	s.decided, s.failed = nil, nil
	if len(jobs) == 0 {
		return
	}
	var sealed Sealed
	if err == nil {
		sealed, err = seal(site)
	}
	if err != nil {
		alone(context.Background(), site, jobs, err)
		answer(jobs)
		return
	}
	s.flying = &sealedBatch{jobs, sealed}
}

// Write writes the batch that is sealed and answers its commands; what was decided
// on top of it is sealed, or, where the writing has failed, decided anew. It reports
// whether there was a batch.
func (s *Stepper) Write() bool {
	if s.flying == nil || s.closed {
		return false
	}
	site := s.site.(Ahead)
	f := s.flying
	s.flying = nil
	if err := write(f.sealed); err != nil {
		above := s.decided
		s.decided, s.failed = nil, nil
		site.Abandon()
		alone(context.Background(), site, f.jobs, worded(err))
		answer(f.jobs)
		if len(above) > 0 { // they were decided upon what was not written
			Batch(context.Background(), site, above)
			answer(above)
		}
		return true
	}
	answer(f.jobs)
	s.take(site)
	return true
}

// Close ends the stepper at once: what is not written never will be, as after a
// crash, and whoever waits for it is told that the site has ended.
func (s *Stepper) Close() {
	if !s.closed {
		s.closed = true
		close(s.ended)
	}
}
