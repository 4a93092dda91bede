// Package linkswitch cuts a site off from its bus and joins it again, on purpose:
// the demo's and the tests' way to break a link without breaking a machine.
//
// It wraps one site's connection. What the site keeps in its database is no
// business of the switch; it never delays, stores or repeats anything.
//
// Start reading at Switch.
package linkswitch

import (
	"context"
	"sync"
	"time"

	"crossdock/core/fault"
	"crossdock/site/outbox"
)

var _ outbox.Bus = (*Switch)(nil)

// Switch is a bus that can be cut. What is served or subscribed while it is cut
// comes to life when it heals.
type Switch struct {
	bus outbox.Bus
	now func() time.Time

	mu    sync.Mutex
	link  context.Context // ends at the next cut
	cut   context.CancelFunc
	since time.Time
}

// Wrap returns a switch around bus, whole at first. now is the clock of Since.
func Wrap(bus outbox.Bus, now func() time.Time) *Switch {
	s := &Switch{bus: bus, now: now, since: now()}
	s.link, s.cut = context.WithCancel(context.Background())
	return s
}

// Cut breaks the link. Requests under way fail, in both directions; messages are
// lost. Cutting a cut link changes nothing.
func (s *Switch) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link.Err() == nil {
		s.cut()
		s.since = s.now()
	}
}

// Heal joins the link again. Nothing that was lost comes back. Healing a whole
// link changes nothing.
func (s *Switch) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link.Err() != nil {
		s.link, s.cut = context.WithCancel(context.Background())
		s.since = s.now()
	}
}

// IsCut reports whether the link is cut now.
func (s *Switch) IsCut() bool { return s.current().Err() != nil }

// Since returns when the link was last cut or healed; before that, when the
// switch was made.
func (s *Switch) Since() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.since
}

// Request implements outbox.Bus. While the link is cut, and when a cut comes
// before the answer, it is fault.Unavailable at once.
func (s *Switch) Request(ctx context.Context, subject string, body []byte) ([]byte, error) {
	link := s.current()
	if link.Err() != nil {
		return nil, isCut()
	}
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(link, cancel)()
	answer, err := s.bus.Request(waiting, subject, body)
	if link.Err() != nil {
		return nil, isCut()
	}
	return answer, err
}

// Serve implements outbox.Bus. While the link is cut the handler is not called;
// an answer that a cut overtakes is dropped, even if the link is whole again. The
// other side sees fault.Unavailable in both cases.
func (s *Switch) Serve(subject string, handle func(ctx context.Context, body []byte) ([]byte, error)) (func(), error) {
	return s.bus.Serve(subject, func(ctx context.Context, body []byte) ([]byte, error) {
		link := s.current()
		if link.Err() != nil {
			return nil, isCut()
		}
		answer, err := handle(ctx, body)
		if link.Err() != nil {
			return nil, isCut()
		}
		return answer, err
	})
}

// Publish implements outbox.Bus. While the link is cut the message is lost
// without a word, as it would be on a real one.
func (s *Switch) Publish(subject string, body []byte) error {
	if s.IsCut() {
		return nil
	}
	return s.bus.Publish(subject, body)
}

// Subscribe implements outbox.Bus. What arrives while the link is cut is lost.
func (s *Switch) Subscribe(subject string, handle func(body []byte)) (func(), error) {
	return s.bus.Subscribe(subject, func(body []byte) {
		if !s.IsCut() {
			handle(body)
		}
	})
}

func (s *Switch) current() context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link
}

func isCut() error { return fault.New(fault.Unavailable, "the link is cut") }
