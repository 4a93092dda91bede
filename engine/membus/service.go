package membus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"crossdock/core/fault"
)

// handlersPerSubject bounds how many handlers of one subject run at a time;
// more requests wait in line.
const handlersPerSubject = 16

// service answers the requests of one subject.
type service struct {
	subject string
	handle  func(ctx context.Context, body []byte) ([]byte, error)
	slots   chan struct{}
	ctx     context.Context // ends at stop
	cancel  context.CancelFunc

	mu      sync.Mutex // guards stopped, and so that nobody joins after the wait began
	stopped bool
	running sync.WaitGroup
}

type answer struct {
	body []byte
	err  error
}

func newService(subject string, handle func(context.Context, []byte) ([]byte, error)) *service {
	s := &service{subject: subject, handle: handle, slots: make(chan struct{}, handlersPerSubject)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

func (s *service) request(ctx context.Context, body []byte) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, s.late(ctx)
	}
	select {
	case s.slots <- struct{}{}:
	case <-s.ctx.Done():
		return nil, nobody(s.subject)
	case <-ctx.Done():
		return nil, s.late(ctx)
	}
	answers := make(chan answer, 1)
	if !s.run(body, answers) {
		return nil, nobody(s.subject)
	}
	select {
	case a := <-answers:
		return a.body, a.err
	case <-ctx.Done():
		return nil, s.late(ctx)
	}
}

// run starts the handler, unless the service has stopped.
func (s *service) run(body []byte, answers chan<- answer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return false
	}
	s.running.Go(func() {
		defer func() { <-s.slots }()
		got, err := s.call(body)
		if err == nil {
			err = check(s.subject, got)
		}
		if err != nil {
			answers <- answer{err: s.told(err)}
			return
		}
		answers <- answer{body: bytes.Clone(got)}
	})
	return true
}

func (s *service) call(body []byte) (got []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return s.handle(s.ctx, body)
}

// told is what the caller hears of a handler's error: what would cross a wire.
// The text of an Internal one stays as the cause, because there is no log here.
func (s *service) told(err error) error {
	message, field := fault.Public(err)
	kind := fault.KindOf(err)
	if kind != fault.Internal {
		return &fault.Error{Kind: kind, Field: field, Message: message}
	}
	if s.ctx.Err() != nil { // it was told to give up
		return fault.New(fault.Unavailable, "%s is stopping", fault.Quote(s.subject))
	}
	return &fault.Error{Kind: kind, Message: message, Cause: errors.New(err.Error())}
}

func (s *service) late(ctx context.Context) error {
	return &fault.Error{
		Kind: fault.Unavailable, Op: "membus.Request",
		Message: "no answer from " + fault.Quote(s.subject) + " in time", Cause: ctx.Err(),
	}
}

func (s *service) stop() {
	s.cancel()
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.running.Wait()
}
