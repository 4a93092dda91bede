package natsbus

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

var _ server.Logger = (*serverLog)(nil)

// serverLog passes the server's lines to slog. A fatal one does not end the
// process, as the server's own log would: it is kept for Start to return.
type serverLog struct {
	to *slog.Logger

	mu    sync.Mutex
	cause error
}

func (l *serverLog) fatal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cause
}

// Noticef is what the server says of its ordinary life; it interests nobody
// who runs Crossdock.
func (l *serverLog) Noticef(format string, args ...any) { l.to.Debug(line(format, args)) }

// Warnf passes a warning on.
func (l *serverLog) Warnf(format string, args ...any) { l.to.Warn(line(format, args)) }

// Errorf passes an error on.
func (l *serverLog) Errorf(format string, args ...any) { l.to.Error(line(format, args)) }

// Debugf passes a debug line on.
func (l *serverLog) Debugf(format string, args ...any) { l.to.Debug(line(format, args)) }

// Tracef passes a trace line on.
func (l *serverLog) Tracef(format string, args ...any) { l.to.Debug(line(format, args)) }

// Fatalf passes the line on and keeps the first of them.
func (l *serverLog) Fatalf(format string, args ...any) {
	text := line(format, args)
	l.to.Error(text)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cause == nil {
		l.cause = errors.New(text)
	}
}

func line(format string, args []any) string { return "nats: " + fmt.Sprintf(format, args...) }
