package natsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/nats-io/nats.go"

	"crossdock/core/fault"
)

const (
	// handlersPerSubject bounds how many handlers of one subject run at a time;
	// more requests wait in line.
	handlersPerSubject = 16
	// sharers is the queue group of all who serve one subject: a request goes to
	// one of them, not to each.
	sharers = "crossdock"
)

// Serve implements outbox.Bus. Where several serve one subject, each request
// goes to one of them. stop takes no more requests, ends the context of the
// handlers that run and waits for them; it must not be called from a handler.
// A handler that panics gives its caller fault.Internal. Internal faults are
// logged here, because the caller learns no more of them.
func (c *Conn) Serve(subject string, handle func(ctx context.Context, body []byte) ([]byte, error)) (func(), error) {
	if err := checkSubject(subject); err != nil {
		return nil, err
	}
	s := &service{subject: subject, handle: handle, log: c.log, slots: make(chan struct{}, handlersPerSubject)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	subscription, err := c.nats.QueueSubscribe(asked+subject, sharers, s.receive)
	if err != nil {
		s.cancel()
		return nil, notSubscribed(subject, err)
	}
	return c.keep(subscription, s.stop)
}

// service answers the requests of one subject.
type service struct {
	subject string
	handle  func(ctx context.Context, body []byte) ([]byte, error)
	log     *slog.Logger
	slots   chan struct{}
	ctx     context.Context // ends at stop
	cancel  context.CancelFunc

	mu      sync.Mutex // guards stopped, and so that nobody joins after the wait began
	stopped bool
	running sync.WaitGroup
}

// receive is called for one request after the other; while it waits for a free
// slot the client keeps the next ones in line.
func (s *service) receive(request *nats.Msg) {
	select {
	case s.slots <- struct{}{}:
	case <-s.ctx.Done():
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return
	}
	s.running.Go(func() {
		defer func() { <-s.slots }()
		s.answer(request)
	})
}

func (s *service) stop() {
	s.cancel()
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.running.Wait()
}

func (s *service) answer(request *nats.Msg) {
	body, err := s.call(request.Data)
	if err == nil {
		err = request.Respond(body)
		if errors.Is(err, nats.ErrMaxPayload) {
			err = request.RespondMsg(faultAnswer(tooLarge(len(body))))
		}
	} else {
		err = request.RespondMsg(faultAnswer(s.told(err)))
	}
	if err != nil {
		s.log.Debug("an answer was lost", "subject", s.subject, "error", err)
	}
}

func (s *service) call(body []byte) (answer []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return s.handle(s.ctx, body)
}

// told turns a handler's error into what its caller may hear.
func (s *service) told(err error) error {
	if !fault.Is(err, fault.Internal) {
		return err
	}
	if s.ctx.Err() != nil { // it was told to give up
		return fault.New(fault.Unavailable, "%s is stopping", fault.Quote(s.subject))
	}
	s.log.Error("a request failed", "subject", s.subject, "error", err)
	return err
}

func faultAnswer(err error) *nats.Msg {
	message, field := fault.Public(err)
	answer := &nats.Msg{Header: nats.Header{}, Data: []byte(message)}
	answer.Header.Set(kindHeader, fault.KindOf(err).String())
	if field != "" {
		answer.Header.Set(fieldHeader, field)
	}
	return answer
}
