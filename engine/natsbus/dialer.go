package natsbus

import (
	"net"
	"sync"
	"time"
)

// dialer opens the connections of the client. The first ones must not hold anybody
// up: a line that swallows everything would else keep a process from its other work
// for as long as the client waits for an answer, once for every site that it runs.
type dialer struct {
	mu    sync.Mutex
	until time.Time // for all that begins before it was calmed; zero: the client's own patience
}

// lineTimeout is how long the client waits for a line, and again for the first word
// of the server, when nobody waits for it any more. It is the client's default.
const lineTimeout = 2 * time.Second

// hurry bounds what is dialed from now on, all of it together. When the time is up,
// nothing more is tried.
func (d *dialer) hurry(patience time.Duration) { d.set(time.Now().Add(patience)) }

// calm ends that.
func (d *dialer) calm() { d.set(time.Time{}) }

func (d *dialer) set(until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.until = until
}

// Dial implements nats.CustomDialer.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	d.mu.Lock()
	until := d.until
	d.mu.Unlock()
	conn, err := (&net.Dialer{Timeout: lineTimeout, Deadline: until}).Dial(network, address)
	if err != nil || until.IsZero() {
		return conn, err
	}
	return hurried{conn, until}, nil
}

// hurried is a connection whose server has to say its first word soon: the client
// sets a deadline for it, and takes it off afterwards.
type hurried struct {
	net.Conn
	until time.Time
}

// SetDeadline implements net.Conn.
func (h hurried) SetDeadline(at time.Time) error {
	if at.After(h.until) {
		at = h.until
	}
	return h.Conn.SetDeadline(at)
}
