package natsbus

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"crossdock/core/fault"
	"crossdock/site/outbox"
)

var _ outbox.Bus = (*Conn)(nil)

const (
	// flushTimeout bounds the wait until the server has heard of a new
	// subscription, or of the end of one.
	flushTimeout = 2 * time.Second
	// In this process trying again costs nothing. Over the network half a second
	// is little for a person, and the jitter keeps sites from calling in step.
	localRetry  = 20 * time.Millisecond
	remoteRetry = 250 * time.Millisecond
)

// Conn is one site's connection to the bus. It reconnects for ever; while it is
// disconnected Request and Publish fail at once, and what is served and
// subscribed comes back with the connection.
type Conn struct {
	nats *nats.Conn
	log  *slog.Logger
	gone chan struct{} // closed when nats has made its last call back

	mu     sync.Mutex
	closed bool
	link   context.Context // ends when the present connection breaks
	cut    context.CancelFunc
	stops  map[int]func() // of all that is served and subscribed
	next   int
}

// Connect opens a connection inside this process, without any port. The name
// shows in the server's log. It is fault.Unavailable while the server is down.
func Connect(server *Server, name string) (*Conn, error) {
	c := newConn(server.log.With("bus", name))
	err := c.open("", name, server.options.Token, nats.InProcessServer(door{server}),
		nats.ReconnectWait(localRetry), nats.ReconnectJitter(localRetry/2, localRetry/2))
	if err != nil {
		return nil, &fault.Error{
			Kind: fault.Unavailable, Op: "natsbus.Connect",
			Message: "the message bus in this process cannot be reached", Cause: err,
		}
	}
	return c, nil
}

// Dial connects by TCP to a server elsewhere, such as "nats://10.0.0.7:4222";
// "tls://" encrypts, and several addresses stand with commas between them. It waits
// for the connection no longer than patience. A server that cannot be reached by then
// is no error: the connection begins as disconnected and goes on trying. A token that
// the server refuses meanwhile is fault.Unauthenticated, an address that can be none
// is fault.Invalid. A nil log drops what the connection has to say.
func Dial(address, token, name string, patience time.Duration, log *slog.Logger) (*Conn, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c, line := newConn(log.With("bus", name)), &dialer{}
	wait := []nats.Option{
		nats.ReconnectWait(remoteRetry), nats.ReconnectJitter(remoteRetry, remoteRetry), nats.SetCustomDialer(line),
	}
	line.hurry(patience)
	err := c.open(address, name, token, wait...)
	if errors.Is(err, nats.ErrAuthorization) {
		return nil, &fault.Error{
			Kind: fault.Unauthenticated, Op: "natsbus.Dial",
			Message: "the message bus at " + redact(address) + " refused the token", Cause: err,
		}
	}
	if err != nil {
		err = c.open(address, name, token, append(wait, nats.RetryOnFailedConnect(true))...)
	}
	line.calm()
	if err != nil { // with retries on, only what no retry can mend is left
		return nil, &fault.Error{
			Kind: fault.Invalid, Op: "natsbus.Dial",
			Message: redact(address) + " is no address of a message bus", Cause: err,
		}
	}
	return c, nil
}

// Connected reports whether messages can pass now. It says nothing about who
// listens at the other end.
func (c *Conn) Connected() bool {
	return c.nats.IsConnected() && c.current().Err() == nil
}

// Close stops all that is served and subscribed, as their stop functions do,
// sends what was published, and disconnects. Requests under way fail with
// fault.Unavailable. It returns when nothing of the connection is left to call
// anybody; a second call does nothing. It must not be called from a handler.
func (c *Conn) Close() {
	for _, stop := range c.takeStops() {
		stop()
	}
	c.nats.Close() // sends what still waits in its buffer
	<-c.gone
}

func newConn(log *slog.Logger) *Conn {
	c := &Conn{log: log, gone: make(chan struct{}), stops: map[int]func(){}}
	c.link, c.cut = context.WithCancel(context.Background())
	c.cut() // disconnected until told otherwise
	return c
}

func (c *Conn) open(address, name, token string, more ...nats.Option) error {
	options := append([]nats.Option{
		nats.Name(name),
		nats.Token(token),
		nats.MaxReconnects(-1),
		nats.IgnoreAuthErrorAbort(), // the operator may yet put the token right
		nats.ReconnectBufSize(-1),   // fail at once while disconnected, keep nothing back
		nats.ConnectHandler(func(*nats.Conn) { c.up() }),
		nats.ReconnectHandler(func(*nats.Conn) { c.log.Info("the message bus is back"); c.up() }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { c.down(err) }),
		nats.ClosedHandler(func(*nats.Conn) { close(c.gone) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			c.log.Warn("the message bus reports an error", "error", err)
		}),
	}, more...)
	conn, err := nats.Connect(address, options...)
	if err != nil {
		return err
	}
	c.nats = conn
	if conn.IsConnected() { // the handler says so too, but later
		c.up()
	}
	return nil
}

// up notes that there is a connection, unless it is known.
func (c *Conn) up() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.link.Err() != nil {
		c.link, c.cut = context.WithCancel(context.Background())
	}
}

// down fails the requests under way: their answers have nowhere to arrive.
func (c *Conn) down(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut()
	if !c.closed {
		c.log.Warn("the message bus is gone, trying again", "error", err)
	}
}

func (c *Conn) current() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link
}

// settle waits until the server has heard all that was said so far, so that
// whoever asks next already finds a new subscription, or finds it gone. Where
// the connection breaks meanwhile there is nothing to wait for: the client sends
// the subscriptions that stand when it is back.
func (c *Conn) settle() {
	if !c.Connected() {
		return
	}
	if err := c.nats.FlushTimeout(flushTimeout); err != nil {
		c.log.Debug("the message bus did not confirm", "error", err)
	}
}

// redact hides a password that stands in an address.
func redact(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return "the given text"
	}
	if parsed.User != nil {
		parsed.User = url.User("xxxxx")
	}
	return fault.Quote(parsed.String())
}
