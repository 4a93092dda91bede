package natsbus

import (
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/nats-io/nats.go"

	"crossdock/core/fault"
)

// Publish implements outbox.Bus. While the connection is down nothing is kept
// for later: it is fault.Unavailable. A body over MaxBody is fault.TooLarge.
func (c *Conn) Publish(subject string, body []byte) error {
	if err := checkSubject(subject); err != nil {
		return err
	}
	err := c.nats.Publish(subject, body)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, nats.ErrMaxPayload):
		return tooLarge(len(body))
	}
	return &fault.Error{
		Kind: fault.Unavailable, Op: "natsbus.Publish",
		Message: "the message bus is not connected", Cause: err,
	}
}

// Subscribe implements outbox.Bus. A handler that falls far behind (64 MiB)
// loses messages. One that panics loses that message, and the log says so. stop
// waits for the handler that runs, and must not be called from it.
func (c *Conn) Subscribe(subject string, handle func(body []byte)) (func(), error) {
	if err := checkSubject(subject); err != nil {
		return nil, err
	}
	l := &listener{subject: subject, handle: handle, log: c.log}
	subscription, err := c.nats.Subscribe(subject, l.receive)
	if err != nil {
		return nil, notSubscribed(subject, err)
	}
	return c.keep(subscription, l.stop)
}

// listener hears the messages of one subject.
type listener struct {
	subject string
	handle  func(body []byte)
	log     *slog.Logger

	mu      sync.Mutex // held while the handler runs
	stopped bool
}

func (l *listener) receive(message *nats.Msg) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return
	}
	defer func() {
		if cause := recover(); cause != nil {
			l.log.Error("a subscriber panicked", "subject", l.subject, "panic", cause, "stack", string(debug.Stack()))
		}
	}()
	l.handle(message.Data)
}

func (l *listener) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
}

func notSubscribed(subject string, err error) error {
	return &fault.Error{
		Kind: fault.Unavailable, Op: "natsbus.Subscribe",
		Message: "the message bus cannot listen to " + fault.Quote(subject), Cause: err,
	}
}

// keep returns what stops a subscription, and remembers it for Close. Both may
// call it, and both return only when it has ended.
func (c *Conn) keep(subscription *nats.Subscription, end func()) (func(), error) {
	c.settle()
	c.mu.Lock()
	key := c.next
	c.next++
	closed := c.closed
	stop := sync.OnceFunc(func() {
		c.mu.Lock()
		delete(c.stops, key)
		c.mu.Unlock()
		if err := subscription.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
			c.log.Warn("cannot end a subscription", "subject", subscription.Subject, "error", err)
		}
		c.settle()
		end()
	})
	if !closed {
		c.stops[key] = stop
	}
	c.mu.Unlock()
	if closed {
		stop()
		return nil, notSubscribed(subscription.Subject, nats.ErrConnectionClosed)
	}
	return stop, nil
}

func (c *Conn) takeStops() []func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	stops := make([]func(), 0, len(c.stops))
	for _, stop := range c.stops {
		stops = append(stops, stop)
	}
	return stops
}
