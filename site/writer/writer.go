// Package writer runs a site's commands one after another and commits many of
// them at a time. It takes whatever came in while the last commit ran, with no
// timer in the way: one caller alone pays one flush of the disk, and a thousand
// share one.
//
// It knows nothing of what the commands do. A caller gets its answer only after
// the commit that holds the command's effect. Start reading at Site, then Batch;
// Ahead is a site that decides while the disk is at work, and a Stepper drives either
// without a goroutine, for simulations.
package writer

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"crossdock/core/fault"
)

// Site is what the writer drives. Only one goroutine at a time calls it.
type Site interface {
	// Begin starts a batch. Where the memory is not known to be what is
	// stored, after a failed commit or at the start, it loads it again.
	Begin(ctx context.Context) error
	// Decide runs one command against the memory, staging what is to be
	// written. On an error it has left nothing staged and nothing changed.
	Decide(ctx context.Context, command any) (answer any, err error)
	// Commit writes what the batch has staged. On an error the memory is no
	// longer to be trusted, and the next Begin loads it again. An error other
	// than a Doubt means that nothing was written.
	Commit(ctx context.Context) error
	// Abandon forgets the batch: the next Begin loads the memory again.
	Abandon()
}

// Job is one command on its way through the writer.
type Job struct {
	command any
	answer  any
	err     error
	done    chan struct{}
	ended   <-chan struct{} // the writer's: closed after the last job is done
	state   claim
	caller  context.Context // of Submit; nil: the command is decided in any case
}

// Wait returns the answer, after the commit. When ctx ends first, the error says
// whether the command may still be carried out (fault.Unavailable) or will not be, as
// nobody has begun with it (fault.Busy).
func (j *Job) Wait(ctx context.Context) (any, error) {
	select {
	case <-j.done:
		return j.answer, j.err
	case <-j.ended:
		return j.last()
	case <-ctx.Done():
		if j.drop(ctx.Err()) {
			return nil, j.err
		}
		return nil, &fault.Error{Kind: fault.Unavailable, Message: "gave up waiting for the answer", Cause: ctx.Err()}
	}
}

// Done reports whether the answer is there.
func (j *Job) Done() bool {
	select {
	case <-j.done:
		return true
	default:
		return false
	}
}

// last returns the answer when the writer has ended: a command that came into the
// queue behind its back was not carried out.
func (j *Job) last() (any, error) {
	select {
	case <-j.done:
		return j.answer, j.err
	default:
		return nil, closed()
	}
}

func closed() error { return fault.New(fault.Unavailable, "the site is shutting down") }

// Doubt is the error of a commit that may have landed all the same, such as one
// whose connection to a server broke off. None of its commands is tried again:
// it could be carried out twice. Who gave a command a key may repeat it.
type Doubt struct{ Cause error }

// Error implements error.
func (d *Doubt) Error() string { return "the commit may have landed: " + d.Cause.Error() }

// Unwrap returns the cause.
func (d *Doubt) Unwrap() error { return d.Cause }

// Batch decides the commands in their order and commits them as one. Where the
// engine fails, or a command panics, each command is tried again alone, so that
// one bad command cannot take others with it; unless there is a Doubt.
func Batch(ctx context.Context, site Site, jobs []*Job) {
	if err := try(ctx, site, jobs); err != nil {
		alone(ctx, site, jobs, err)
	}
}

// alone tries each command of a batch that has failed with err. A command that was
// alone already, and one whose commit may have landed, is not tried again.
func alone(ctx context.Context, site Site, jobs []*Job, err error) {
	if len(jobs) == 1 || doubtful(err) {
		for _, job := range jobs {
			job.answer, job.err = nil, err
		}
		return
	}
	failures := 0 // in a row
	for _, job := range jobs {
		job.answer, job.err = nil, err
		if failures == patience {
			continue // the engine is down: loading the memory for each of them would take for ever
		}
		if err = try(ctx, site, []*Job{job}); err == nil {
			failures = 0
			continue
		}
		job.answer, job.err = nil, err
		if failures++; !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Busy) {
			failures = 0
		}
	}
}

// patience is how many commands in a row may fail, each alone, because the engine
// is out of reach or busy, before the rest of their batch fails with them.
const patience = 3

func doubtful(err error) bool {
	var doubt *Doubt
	return errors.As(err, &doubt)
}

// try is attempt, with a doubt put into words for those who wait.
func try(ctx context.Context, site Site, jobs []*Job) error {
	return worded(attempt(ctx, site, jobs))
}

func worded(err error) error {
	if doubtful(err) {
		return &fault.Error{
			Kind: fault.Unavailable, Op: "writer.Batch", Cause: err,
			Message: "it is not known whether this was done: look, or repeat it under the same key",
		}
	}
	return err
}

func attempt(ctx context.Context, site Site, jobs []*Job) (err error) {
	defer recovered(site.Abandon, &err)
	if err := decide(ctx, site, jobs); err != nil {
		return err
	}
	return commit(ctx, site)
}

func commit(ctx context.Context, site Site) error {
	ahead, can := site.(Ahead)
	if !can {
		return site.Commit(ctx)
	}
	sealed, err := ahead.Seal()
	if err != nil {
		return err
	}
	if err = write(sealed); err != nil {
		ahead.Abandon()
	}
	return err
}

func decide(ctx context.Context, site Site, jobs []*Job) error {
	if err := site.Begin(ctx); err != nil {
		return err
	}
	for _, job := range jobs {
		job.answer, job.err = site.Decide(ctx, job.command)
	}
	return nil
}

// Driver takes a site's commands: a Writer, or a Stepper.
type Driver interface {
	// Submit puts a command behind all that were submitted before.
	Submit(ctx context.Context, command any) (*Job, error)
	// Do submits a command and returns its answer, after the commit.
	Do(ctx context.Context, command any) (any, error)
	// Close ends it. A Writer commits what waits, a Stepper does not. Commands that
	// come later are refused.
	Close()
}

var (
	_ Driver = (*Writer)(nil)
	_ Driver = (*Stepper)(nil)
)

// Start starts a writer (see New), or makes a stepper where steps is set.
func Start(site Site, limit, queue int, steps bool) Driver {
	if steps {
		return NewStepper(site, limit)
	}
	return New(site, limit, queue)
}

// Writer is the goroutine that drives a site.
type Writer struct {
	site  Site
	limit int
	queue chan *Job
	quit  chan struct{}
	ended chan struct{}
	once  sync.Once
	now   func() time.Time
	pace  pace
}

// New starts a writer that commits at most limit commands at a time and keeps
// at most queue commands waiting.
func New(site Site, limit, queue int) *Writer {
	w := &Writer{
		site: site, limit: limit, queue: make(chan *Job, queue),
		quit: make(chan struct{}), ended: make(chan struct{}), now: time.Now,
	}
	if ahead, can := site.(Ahead); can {
		go w.runAhead(ahead)
	} else {
		go w.run()
	}
	return w
}

// Submit puts a command in the queue, behind all that were put there before,
// and returns at once unless the queue is full. Where the queue is so long that the
// command cannot be done before the deadline of ctx, it is fault.Busy at once; and
// where ctx ends before the command's turn comes, the command is answered so, and not
// done. A closed writer is fault.Unavailable.
func (w *Writer) Submit(ctx context.Context, command any) (*Job, error) {
	select {
	case <-w.quit:
		return nil, closed()
	default:
	}
	if !w.inTime(ctx) {
		return nil, notDone(context.DeadlineExceeded)
	}
	job := &Job{command: command, done: make(chan struct{}), ended: w.ended, caller: ctx}
	job.state.Store(waiting)
	select {
	case w.queue <- job:
		return job, nil
	case <-w.quit:
		return nil, closed()
	case <-ctx.Done():
		return nil, notDone(ctx.Err())
	}
}

// Do submits a command and waits for its answer.
func (w *Writer) Do(ctx context.Context, command any) (any, error) {
	job, err := w.Submit(ctx, command)
	if err != nil {
		return nil, err
	}
	return job.Wait(ctx)
}

// Close commits what is in the queue, then stops. Commands that come later are refused.
func (w *Writer) Close() {
	w.once.Do(func() { close(w.quit) })
	<-w.ended
}

func (w *Writer) run() {
	defer close(w.ended)
	for {
		select {
		case job := <-w.queue:
			w.serve(w.gather(job))
			// Those who have just been answered may have more to ask: with what
			// they ask now the next commit is as large as it can be, and there
			// are fewer of them.
			runtime.Gosched()
		case <-w.quit:
			w.drain()
			return
		}
	}
}

// gather takes the first job and all that wait behind it, up to the limit, without
// those whose callers have given up: there may be none left.
func (w *Writer) gather(first *Job) []*Job {
	var jobs []*Job
	if first.take() {
		jobs = append(jobs, first)
	}
	for len(jobs) < w.limit {
		select {
		case job := <-w.queue:
			if job.take() {
				jobs = append(jobs, job)
			}
		default:
			return jobs
		}
	}
	return jobs
}

func (w *Writer) serve(jobs []*Job) {
	if len(jobs) == 0 {
		return
	}
	begun := w.now()
	defer func() { w.pace.note(begun, w.now()) }()
	// A commit is finished even if every caller has gone: what was begun must
	// end in one known state.
	Batch(context.Background(), w.site, jobs)
	answer(jobs)
}

func (w *Writer) drain() {
	for {
		select {
		case job := <-w.queue:
			w.serve(w.gather(job))
		default:
			return
		}
	}
}
