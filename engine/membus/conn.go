package membus

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"crossdock/core/fault"
	"crossdock/site/outbox"
)

var _ outbox.Bus = (*Conn)(nil)

// Conn is one site's end of a Bus.
type Conn struct {
	bus *Bus

	mu     sync.Mutex
	closed bool
	stops  map[int]func()
	next   int
}

// Request implements outbox.Bus.
func (c *Conn) Request(ctx context.Context, subject string, body []byte) ([]byte, error) {
	if err := c.use(subject, body); err != nil {
		return nil, err
	}
	s := c.bus.serviceOf(subject)
	if s == nil {
		return nil, nobody(subject)
	}
	return s.request(ctx, bytes.Clone(body))
}

// Publish implements outbox.Bus.
func (c *Conn) Publish(subject string, body []byte) error {
	if err := c.use(subject, body); err != nil {
		return err
	}
	c.bus.publish(subject, bytes.Clone(body))
	return nil
}

// Serve implements outbox.Bus. Of several who serve one subject the oldest
// answers. stop takes no more requests, ends the context of the handlers that run
// and waits for them; it must not be called from a handler. A handler that
// panics gives its caller fault.Internal.
func (c *Conn) Serve(subject string, handle func(ctx context.Context, body []byte) ([]byte, error)) (func(), error) {
	if err := c.use(subject, nil); err != nil {
		return nil, err
	}
	s := newService(subject, handle)
	return c.keep(
		func() { c.bus.services[subject] = append(c.bus.services[subject], s) },
		func() { c.bus.services[subject] = without(c.bus.services[subject], s) },
		s.stop)
}

// Subscribe implements outbox.Bus. A handler that is maxWaiting messages behind
// loses further ones; one that panics ends the process, as a test should see.
// stop waits for the handler that runs, and must not be called from it.
func (c *Conn) Subscribe(subject string, handle func(body []byte)) (func(), error) {
	if err := c.use(subject, nil); err != nil {
		return nil, err
	}
	l := &listener{handle: handle}
	return c.keep(
		func() { c.bus.listeners[subject] = append(c.bus.listeners[subject], l) },
		func() { c.bus.listeners[subject] = without(c.bus.listeners[subject], l) },
		l.stop)
}

// Close stops all that this end serves and subscribed, as their stop functions
// do; afterwards its methods return fault.Unavailable.
func (c *Conn) Close() {
	c.mu.Lock()
	c.closed = true
	stops := make([]func(), 0, len(c.stops))
	for key := range c.next { // in order of their birth, so that runs repeat
		if stop, ok := c.stops[key]; ok {
			stops = append(stops, stop)
		}
	}
	c.mu.Unlock()
	for _, stop := range stops {
		stop()
	}
}

func (c *Conn) use(subject string, body []byte) error {
	if err := check(subject, body); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return disconnected()
	}
	return nil
}

// keep enters something into the bus and returns what takes it out again; end
// then waits for what runs of it.
func (c *Conn) keep(enter, leave, end func()) (func(), error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, disconnected()
	}
	c.bus.mu.Lock()
	enter()
	c.bus.mu.Unlock()
	key := c.next
	c.next++
	stop := sync.OnceFunc(func() {
		c.mu.Lock()
		delete(c.stops, key)
		c.mu.Unlock()
		c.bus.mu.Lock()
		leave()
		c.bus.mu.Unlock()
		end()
	})
	c.stops[key] = stop
	return stop, nil
}

func without[T comparable](all []T, one T) []T {
	return slices.DeleteFunc(all, func(other T) bool { return other == one })
}

func nobody(subject string) error {
	return fault.New(fault.Unavailable, "nobody answers to %s now", fault.Quote(subject))
}

func disconnected() error {
	return fault.New(fault.Unavailable, "the message bus is not connected")
}
