package admit

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// Connections bounds how many connections are open. Where a new one comes and there
// is no room, the one that has been idle for longest is closed: keeping them open is
// a courtesy, and a client whose idle connection is closed makes a new one. Where
// none is idle, new ones wait in the system's own queue, which is bounded too.
//
// It is a net.Listener, and Track belongs into http.Server.ConnState.
type Connections struct {
	net.Listener
	most   int
	answer func(request []byte) []byte // nil: it goes its usual way

	mu     sync.Mutex
	room   chan struct{}              // of one: something has changed
	open   map[net.Conn]*list.Element // nil while it is at work
	idle   *list.List                 // of net.Conn, longest first
	once   sync.Once
	closed chan struct{}
}

// MaxConnections is the default bound. Each costs some 10 KiB.
const MaxConnections = 8192

// Bound bounds the connections of a listener whose requests go to the admission; most
// 0 is MaxConnections.
func (a *Admission) Bound(inner net.Listener, most int) *Connections {
	if most == 0 {
		most = MaxConnections
	}
	return &Connections{
		Listener: inner, most: most, answer: a.answerQuickly, room: make(chan struct{}, 1), closed: make(chan struct{}),
		open: map[net.Conn]*list.Element{}, idle: list.New(),
	}
}

// Accept implements net.Listener.
func (c *Connections) Accept() (net.Conn, error) {
	for !c.makeRoom() {
		select {
		case <-c.room:
		case <-c.closed:
			return nil, net.ErrClosed
		}
	}
	inner, err := c.Listener.Accept()
	if err != nil {
		c.closeIdle() // the system may have run out of them before we do
		return nil, err
	}
	conn := &quickConn{Conn: inner, answer: c.answer}
	c.mu.Lock()
	c.open[conn] = nil
	c.mu.Unlock()
	return conn, nil
}

// Close implements net.Listener.
func (c *Connections) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Listener.Close()
}

// Track follows what becomes of a connection.
func (c *Connections) Track(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, known := c.open[conn]
	if !known {
		return
	}
	if at != nil {
		c.idle.Remove(at)
		c.open[conn] = nil
	}
	switch state {
	case http.StateIdle:
		c.open[conn] = c.idle.PushBack(conn)
		c.changed()
	case http.StateClosed, http.StateHijacked:
		delete(c.open, conn)
		c.changed()
	case http.StateNew, http.StateActive:
	}
}

// changed wakes who waits for room. The lock is held.
func (c *Connections) changed() {
	select {
	case c.room <- struct{}{}:
	default:
	}
}

// makeRoom reports whether one more may come, and closes an idle one where that is
// what it takes.
func (c *Connections) makeRoom() bool {
	c.mu.Lock()
	full := len(c.open) >= c.most
	c.mu.Unlock()
	return !full || c.closeIdle()
}

// closeIdle closes the connection that has been idle for longest, if there is one.
func (c *Connections) closeIdle() bool {
	c.mu.Lock()
	longest := c.idle.Front()
	if longest == nil {
		c.mu.Unlock()
		return false
	}
	conn := c.idle.Remove(longest).(net.Conn)
	delete(c.open, conn)
	c.mu.Unlock()
	_ = conn.Close() // it was idle: there is nothing to lose
	return true
}
