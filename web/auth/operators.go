package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"sync"
	"time"

	"crossdock/core/fault"
)

// Names of the cookie of those who run the process.
const (
	OperatorCookieName       = "crossdock-operator"
	SecureOperatorCookieName = "__Host-" + OperatorCookieName
)

const (
	// operatorLifetime is how long an operator stays signed in: a shift.
	operatorLifetime = 8 * time.Hour
	// maxOperators bounds the sessions that are kept: one more ends the oldest.
	maxOperators = 100
)

// Operators are the sessions of those who run the process, and have its administration
// token: with it a browser may do what the API asks the token for. They are kept in
// memory, by the hash of what the cookie holds, as the token is a new one with each
// start. It is safe for concurrent use.
type Operators struct {
	token  [sha256.Size]byte
	open   bool // there is a token
	now    func() time.Time
	secure bool

	mu       sync.Mutex
	sessions map[[sha256.Size]byte]Operator
}

// Operator is one who is signed in.
type Operator struct {
	Name  string // as it was given; it is written down with what is done
	Until time.Time
}

// NewOperators lets those in who have the token; empty: nobody. Secure is that of
// NewSessions.
func NewOperators(token string, now func() time.Time, secure bool) *Operators {
	return &Operators{
		token: sha256.Sum256([]byte(token)), open: token != "", now: now, secure: secure,
		sessions: map[[sha256.Size]byte]Operator{},
	}
}

// Open reports whether anybody can sign in.
func (o *Operators) Open() bool { return o.open }

// SignIn begins a session, and sets its cookie. A token that is not the right one is
// fault.Unauthenticated; it is compared in a time that tells nothing.
func (o *Operators) SignIn(header http.Header, r *http.Request, name, token string) error {
	got := sha256.Sum256([]byte(token))
	if !o.open || subtle.ConstantTimeCompare(got[:], o.token[:]) != 1 {
		return fault.At("token", fault.Unauthenticated, "the administration token is not the right one")
	}
	secret := rand.Text()
	operator := Operator{Name: name, Until: o.now().Add(operatorLifetime)}
	o.keep(sha256.Sum256([]byte(secret)), operator)
	cookie := o.cookie(r)
	cookie.Value, cookie.Expires = secret, operator.Until
	header.Add("Set-Cookie", cookie.String())
	return nil
}

// keep adds a session. What has ended goes, and else the one that ends first where
// there are too many.
func (o *Operators) keep(key [sha256.Size]byte, operator Operator) {
	o.mu.Lock()
	defer o.mu.Unlock()
	oldest := key
	o.sessions[key] = operator
	for k, other := range o.sessions {
		if !other.Until.After(o.now()) {
			delete(o.sessions, k)
		} else if other.Until.Before(o.sessions[oldest].Until) {
			oldest = k
		}
	}
	if len(o.sessions) > maxOperators {
		delete(o.sessions, oldest)
	}
}

// Of returns who a request comes from, if an operator is signed in.
func (o *Operators) Of(r *http.Request) (Operator, bool) {
	cookie, err := r.Cookie(o.cookie(r).Name)
	if err != nil {
		return Operator{}, false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	operator, found := o.sessions[sha256.Sum256([]byte(cookie.Value))]
	return operator, found && operator.Until.After(o.now())
}

// SignOut ends the session of a request, whatever the browser does with its cookie.
func (o *Operators) SignOut(header http.Header, r *http.Request) {
	cookie := o.cookie(r)
	if sent, err := r.Cookie(cookie.Name); err == nil {
		o.mu.Lock()
		delete(o.sessions, sha256.Sum256([]byte(sent.Value)))
		o.mu.Unlock()
	}
	cookie.MaxAge = -1
	header.Add("Set-Cookie", cookie.String())
}

// cookie is the one of a request, without what it holds. No link from another site
// brings it along.
func (o *Operators) cookie(r *http.Request) *http.Cookie {
	secure := o.secure || r.TLS != nil
	name := OperatorCookieName
	if secure {
		name = SecureOperatorCookieName
	}
	return &http.Cookie{Name: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: secure}
}
