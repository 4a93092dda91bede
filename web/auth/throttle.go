package auth

import (
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/httprate"
)

// DefaultTries is how often an address may try to log in or to register, a minute.
const DefaultTries = 30

// Throttle counts tries to log in or to register. Its methods may be called from
// many goroutines.
type Throttle struct {
	byAddress *httprate.RateLimiter // nil: no limit
	byName    *httprate.RateLimiter
}

// NewThrottle allows an address so many tries a minute, and a third of them for
// any one username. 0 is DefaultTries; below zero is no limit.
func NewThrottle(perMinute int) *Throttle {
	if perMinute < 0 {
		return &Throttle{}
	}
	if perMinute == 0 {
		perMinute = DefaultTries
	}
	return &Throttle{
		byAddress: httprate.NewRateLimiter(perMinute, time.Minute),
		byName:    httprate.NewRateLimiter(max(perMinute/3, 1), time.Minute),
	}
}

// Allow counts a try and reports whether it may go on. When it may not, not even
// with the right password, it sets Retry-After, in seconds. The address is that of the connection: a header could be made up.
func (t *Throttle) Allow(w http.ResponseWriter, r *http.Request, username string) bool {
	if t.byAddress == nil {
		return true
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr // not over TCP: all of them count as one
	}
	address := httprate.CanonicalizeIP(host)
	if t.byAddress.OnLimit(w, r, address) {
		return false
	}
	return !t.byName.OnLimit(w, r, address+" "+strings.ToLower(username))
}
