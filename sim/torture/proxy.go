package torture

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// lane is what a proxy does to one direction.
type lane struct {
	blocked bool          // bytes wait, as behind a dead router
	delay   time.Duration // of all bytes
	jitter  time.Duration // more of it, at random
	breaks  int           // of a thousand pieces, how many break the connection instead
}

// proxy is a cable between one who calls and one who is called. It passes bytes
// on in order, and does to either direction what it is told.
type proxy struct {
	listener net.Listener
	dial     func() (net.Conn, error)

	mu      sync.Mutex
	lanes   [2]lane       // forth, and back
	changed chan struct{} // closed when lanes change
	random  *rand.Rand
	open    map[*cable]bool
	closed  bool
	all     sync.WaitGroup
}

// The directions of a proxy.
const (
	forth = 0 // from the caller
	back  = 1
)

// cable is one connection through a proxy.
type cable struct {
	ends [2]net.Conn // the caller's, and that to the called
	cut  chan struct{}
	once sync.Once
}

func (c *cable) close() {
	c.once.Do(func() {
		close(c.cut)
		// The peer may have closed it before: there is nobody left to tell.
		_, _ = c.ends[0].Close(), c.ends[1].Close()
	})
}

func openProxy(listener net.Listener, seed uint64, dial func() (net.Conn, error)) *proxy {
	p := &proxy{
		listener: listener, dial: dial, changed: make(chan struct{}), open: map[*cable]bool{},
		random: rand.New(rand.NewPCG(seed, 1)),
	}
	p.all.Go(p.accept)
	return p
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

// set changes both directions, for connections that are open too.
func (p *proxy) set(to, from lane) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lanes = [2]lane{to, from}
	close(p.changed)
	p.changed = make(chan struct{})
}

// cutAll breaks what is open.
func (p *proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		c.close()
	}
}

// close ends it, and returns when nothing runs any more.
func (p *proxy) close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	err := p.listener.Close()
	p.cutAll()
	p.all.Wait()
	return err
}

func (p *proxy) accept() {
	for {
		caller, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			p.all.Go(func() { p.join(caller) })
		}
	}
}

// join passes bytes both ways until either end closes. Where nobody takes the
// call the caller is hung up on.
func (p *proxy) join(caller net.Conn) {
	called, err := p.dial()
	if err != nil {
		_ = caller.Close() // it learns by this that there is nobody
		return
	}
	c := &cable{ends: [2]net.Conn{caller, called}, cut: make(chan struct{})}
	p.mu.Lock()
	p.open[c] = true
	if p.closed {
		c.close()
	}
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pass(c, forth) })
	both.Go(func() { p.pass(c, back) })
	both.Wait()
	p.mu.Lock()
	delete(p.open, c)
	p.mu.Unlock()
}

// piece is bytes on their way, and when they arrive.
type piece struct {
	bytes []byte
	due   time.Time
}

// pass reads ahead of what it writes, so that delay costs no throughput. The end
// of one direction ends the connection, but not before what was read is written.
func (p *proxy) pass(c *cable, direction int) {
	from, to := c.ends[direction], c.ends[1-direction]
	under := make(chan piece, 256)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(under)
		p.read(c, from, direction, under)
	})
	for next := range under {
		if !p.arrives(c, direction, next.due) {
			break
		}
		if _, err := to.Write(next.bytes); err != nil {
			break
		}
	}
	c.close()
	for range under { // what its reader still has
	}
	reading.Wait()
}

func (p *proxy) read(c *cable, from io.Reader, direction int, under chan<- piece) {
	for {
		buffer := make([]byte, 16<<10)
		n, err := from.Read(buffer)
		if n > 0 {
			due, broken := p.draw(direction)
			if broken {
				c.close()
				return
			}
			select {
			case under <- piece{buffer[:n], due}:
			case <-c.cut:
				return
			}
		}
		if err != nil { // the end of the connection, or of the proxy
			return
		}
	}
}

// draw decides what becomes of a piece.
func (p *proxy) draw(direction int) (due time.Time, broken bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[direction]
	due = time.Now().Add(l.delay)
	if l.jitter > 0 {
		due = due.Add(time.Duration(p.random.Int64N(int64(l.jitter))))
	}
	return due, l.breaks > 0 && p.random.IntN(1000) < l.breaks
}

// arrives waits until a piece is due and its direction is open; false when the
// connection was closed meanwhile.
func (p *proxy) arrives(c *cable, direction int, due time.Time) bool {
	if wait := time.Until(due); wait > 0 {
		select {
		case <-time.After(wait):
		case <-c.cut:
			return false
		}
	}
	for {
		p.mu.Lock()
		blocked, changed := p.lanes[direction].blocked, p.changed
		p.mu.Unlock()
		if !blocked {
			return true
		}
		select {
		case <-changed:
		case <-c.cut:
			return false
		}
	}
}
