// Package natsbus carries messages between sites with NATS: a server inside this
// process, connections to it that touch no network, and connections by TCP to
// another machine. It is the only package that knows NATS.
//
// It must never be the only place where something stands. JetStream is off, the
// server keeps nothing on disk, and a restart that deletes its whole directory
// costs the messages under way and nothing else: connections come back by
// themselves, and what a site has to say waits in its database.
//
// Start reading at Server, then Conn.
package natsbus

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats-server/v2/server"

	"crossdock/core/fault"
)

// MaxBody is the largest body of a request, an answer or a message, in bytes.
// More is fault.TooLarge.
const MaxBody = 8 << 20

// Options says how the server runs.
type Options struct {
	// Dir belongs to the server alone: it is created, and Restart may delete it
	// with all that it holds. Nothing is written there as long as JetStream is off.
	Dir string
	// Listen is the host:port for other machines; port 0 takes a free one. Empty
	// opens no port at all: then only Connect reaches the server.
	Listen string
	// Token is the password of every connection. It may be empty only when no
	// other machine can reach the port.
	Token string
	// Log receives what the server says; its notices become debug lines. Nil
	// drops them.
	Log *slog.Logger
}

// Server is a NATS server inside this process.
type Server struct {
	options Options
	log     *slog.Logger
	running atomic.Pointer[server.Server] // nil while it is down

	mu     sync.Mutex // one start or stop at a time
	closed bool
	addr   string // host:port after the first start; empty without a port
}

// Start runs a server until Close. Options that make no sense or would let
// strangers in are fault.Invalid, a port that is taken is fault.Unavailable.
func Start(options Options) (*Server, error) {
	if options.Dir == "" {
		return nil, fault.At("dir", fault.Invalid, "the message bus needs a directory of its own")
	}
	if err := checkListen(options.Listen, options.Token); err != nil {
		return nil, err
	}
	s := &Server{options: options, log: options.Log, addr: options.Listen}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	return s, nil
}

// Addr returns the host:port that the server listens at; empty when it has none.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// Restart stops the server, with wipe deletes its directory and all in it, and
// starts it again at the same address. Connections fail meanwhile and come back
// by themselves. After an error the server is down, and Restart may be called
// again; after Close it is fault.Unavailable.
func (s *Server) Restart(wipe bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fault.New(fault.Unavailable, "the message bus is closed")
	}
	s.stop()
	if wipe {
		if err := os.RemoveAll(s.options.Dir); err != nil {
			return fault.Wrap(err, "natsbus.Restart", "cannot delete the directory of the message bus")
		}
	}
	return s.start()
}

// Close stops the server for good. Connections to it stay, disconnected, until
// their owners close them.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.stop()
}

func (s *Server) start() error {
	if err := os.MkdirAll(s.options.Dir, 0o700); err != nil {
		return fault.Wrap(err, "natsbus.Start", "cannot make the directory of the message bus")
	}
	options, err := s.engineOptions()
	if err != nil {
		return err
	}
	engine, err := server.NewServer(options)
	if err != nil {
		return fault.Wrap(err, "natsbus.Start", "the message bus refuses its options")
	}
	log := &serverLog{to: s.log}
	engine.SetLogger(log, false, false)
	engine.Start() // returns when the port is open, or after a fatal line in the log
	if cause := log.fatal(); cause != nil {
		engine.Shutdown()
		engine.WaitForShutdown()
		return &fault.Error{
			Kind: fault.Unavailable, Op: "natsbus.Start",
			Message: "the message bus cannot listen at " + s.addr, Cause: cause,
		}
	}
	if addr := engine.Addr(); addr != nil {
		s.addr = addr.String()
	}
	s.running.Store(engine)
	return nil
}

func (s *Server) stop() {
	if engine := s.running.Swap(nil); engine != nil {
		engine.Shutdown()
		engine.WaitForShutdown()
	}
}

func (s *Server) engineOptions() (*server.Options, error) {
	options := &server.Options{
		ServerName:      "crossdock",
		StoreDir:        s.options.Dir,
		Authorization:   s.options.Token,
		MaxPayload:      MaxBody,
		NoSigs:          true, // signals belong to the process, not to its bus
		NoLog:           true, // ours is set before the start
		NoSystemAccount: true,
		DontListen:      s.addr == "",
	}
	// Who dialed one address keeps to it: the others that this machine has may
	// lead nowhere from where they are.
	options.Cluster.NoAdvertise = true
	if options.DontListen {
		return options, nil
	}
	host, port, err := splitListen(s.addr)
	if err != nil {
		return nil, err
	}
	options.Host, options.Port = host, port
	if port == 0 {
		options.Port = server.RANDOM_PORT
	}
	return options, nil
}

// checkListen refuses a port that every machine could use without a password.
func checkListen(listen, token string) error {
	if listen == "" {
		return nil
	}
	host, _, err := splitListen(listen)
	if err != nil {
		return err
	}
	if token == "" && host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return fault.At("token", fault.Invalid,
			"the message bus at %s can be reached by other machines: it needs a token", fault.Quote(listen))
	}
	return nil
}

func splitListen(listen string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(listen)
	if err == nil {
		port, err = strconv.Atoi(text)
	}
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fault.At("listen", fault.Invalid, "%s is no host:port", fault.Quote(listen))
	}
	return host, port, nil
}

// door opens in-process connections to whatever server runs now, so that a
// connection finds the next one after a restart.
type door struct{ server *Server }

var errServerDown = errors.New("the message bus is down")

// InProcessConn is what nats.go calls at each attempt to connect.
func (d door) InProcessConn() (net.Conn, error) {
	engine := d.server.running.Load()
	if engine == nil {
		return nil, errServerDown
	}
	return engine.InProcessConn()
}
