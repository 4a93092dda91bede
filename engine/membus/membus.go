// Package membus carries messages between sites that live in one process: for
// tests and simulations, without a server, a socket or a clock.
//
// It behaves as a real bus does where that can be seen: bodies are copied, what a
// handler is called with is not the caller's context, and a fault arrives as kind,
// message and field. It loses, repeats and holds back messages only as the given
// Fate says, so that a run with the same seed is the same run.
//
// Start reading at Bus, then Conn.
package membus

import (
	"slices"
	"strings"
	"sync"

	"crossdock/core/fault"
)

// MaxBody is the largest body of a request, an answer or a message, in bytes.
// More is fault.TooLarge.
const MaxBody = 8 << 20

// Fate is what becomes of one published message. The zero Fate delivers it once.
type Fate struct {
	Drop     bool // nobody hears it; the other fields say nothing then
	Extra    int  // deliveries besides the first
	HoldBack int  // how many later publishes on the bus overtake it
}

// Option changes how a Bus is made.
type Option func(*Bus)

// WithFate asks decide about each published message; n counts them from 0. It is
// called by one goroutine at a time and must not use the bus.
func WithFate(decide func(subject string, n int) Fate) Option {
	return func(b *Bus) { b.fate = decide }
}

// Bus connects all who share it.
type Bus struct {
	fate func(subject string, n int) Fate

	mu        sync.Mutex
	services  map[string][]*service  // the oldest answers
	listeners map[string][]*listener // in order of their subscription
	published int
	held      []message // in order of publishing
}

type message struct {
	subject string
	body    []byte
	copies  int
	due     int // once so many are published
}

// New makes a bus that loses nothing, unless an option says otherwise.
func New(options ...Option) *Bus {
	b := &Bus{
		fate:      func(string, int) Fate { return Fate{} },
		services:  map[string][]*service{},
		listeners: map[string][]*listener{},
	}
	for _, option := range options {
		option(b)
	}
	return b
}

// Connect gives one site its end of the bus.
func (b *Bus) Connect() *Conn { return &Conn{bus: b, stops: map[int]func(){}} }

// Release delivers all that is held back, in the order of publishing.
func (b *Bus) Release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.held {
		b.deliver(m)
	}
	b.held = nil
}

func (b *Bus) publish(subject string, body []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fate := b.fate(subject, b.published)
	b.published++
	if !fate.Drop {
		m := message{subject: subject, body: body, copies: 1 + fate.Extra, due: b.published + fate.HoldBack}
		b.held = append(b.held, m)
	}
	b.deliverDue()
}

// deliverDue goes backward, because a message goes before those it overtakes.
func (b *Bus) deliverDue() {
	var waiting []message
	for _, m := range slices.Backward(b.held) {
		if m.due > b.published {
			waiting = append(waiting, m)
			continue
		}
		b.deliver(m)
	}
	slices.Reverse(waiting)
	b.held = waiting
}

func (b *Bus) deliver(m message) {
	for range m.copies {
		for _, l := range b.listeners[m.subject] {
			l.push(m.body)
		}
	}
}

func (b *Bus) serviceOf(subject string) *service {
	b.mu.Lock()
	defer b.mu.Unlock()
	if all := b.services[subject]; len(all) > 0 {
		return all[0]
	}
	return nil
}

// check wants a subject of words with dots between them, as every engine does.
func check(subject string, body []byte) error {
	for word := range strings.SplitSeq(subject, ".") {
		if word == "" || strings.ContainsAny(word, " \t\r\n*>") {
			return fault.New(fault.Invalid, "%s is no subject of the message bus", fault.Quote(subject))
		}
	}
	if len(body) > MaxBody {
		return fault.New(fault.TooLarge, "a message of %d bytes is more than the message bus carries", len(body))
	}
	return nil
}
