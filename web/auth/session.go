package auth

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"crossdock/core/id"
)

// Names of the session's cookie. Browsers take the prefixed one from https alone,
// for this host alone, so that no neighboring host can plant it.
const (
	CookieName       = "crossdock-session"
	SecureCookieName = "__Host-" + CookieName
)

// lifetime is how long a session lasts from log-in, used or not. There is no idle
// time-out: it would write to the database on every request.
const lifetime = 14 * 24 * time.Hour

// What a session holds, by name.
const (
	keyUser  = "user"
	keyGuest = "guest"
)

// Sessions opens the sessions of browsers.
type Sessions struct {
	manager *scs.SessionManager
	secure  bool
}

// NewSessions keeps sessions in site. With secure set, cookies are for https
// alone, also where a proxy in front has taken the https off; without, they are
// so for requests that come by https.
func NewSessions(site Site, now func() time.Time, secure bool) *Sessions {
	manager := scs.New()
	manager.Lifetime = lifetime
	manager.Store = keeper{site, now}
	return &Sessions{manager, secure}
}

// Session is what is known of one browser during one request.
type Session struct {
	sessions *Sessions
	secure   bool
	ctx      context.Context // carries scs's data
}

// Open finds the session of a request, or begins one. One that is begun is not
// kept, and sets no cookie, until something is put into it. It fails only when
// the site cannot be read.
func (s *Sessions) Open(r *http.Request) (*Session, error) {
	x := &Session{sessions: s, secure: s.secure || r.TLS != nil}
	token := ""
	if cookie, err := r.Cookie(x.cookieName()); err == nil {
		token = cookie.Value
	}
	ctx, err := s.manager.Load(r.Context(), token)
	if err != nil {
		return nil, err
	}
	x.ctx = ctx
	return x, nil
}

func (x *Session) cookieName() string {
	if x.secure {
		return SecureCookieName
	}
	return CookieName
}

// User returns who is logged in; zero for a guest.
func (x *Session) User() id.User {
	text := x.sessions.manager.GetString(x.ctx, keyUser)
	u, err := id.ParseUUID(text)
	if err != nil {
		return id.User{} // nobody has logged in
	}
	return id.User{UUID: u}
}

// Guest returns the secret name of a guest's cart; empty before NewGuest.
func (x *Session) Guest() string { return x.sessions.manager.GetString(x.ctx, keyGuest) }

// NewGuest makes a secret name for a guest's cart.
func (x *Session) NewGuest() string {
	name := rand.Text()
	x.sessions.manager.Put(x.ctx, keyGuest, name)
	return name
}

// LogIn makes the session the user's, under a new token: one that somebody else
// may have planted or seen is worth nothing any more. The guest is forgotten.
func (x *Session) LogIn(user id.User) error {
	if err := x.sessions.manager.RenewToken(x.ctx); err != nil {
		return err
	}
	x.sessions.manager.Put(x.ctx, keyUser, user.String())
	x.sessions.manager.Remove(x.ctx, keyGuest)
	return nil
}

// LogOut ends the session in the site, whatever the browser does with its cookie.
func (x *Session) LogOut() error { return x.sessions.manager.Destroy(x.ctx) }

// Close keeps what has changed, and sets the cookie. It is called before the
// answer is sent, so that no browser holds what the site has not got. It does
// nothing for a session that has not changed.
func (x *Session) Close(header http.Header) error {
	cookie := &http.Cookie{
		Name: x.cookieName(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: x.secure,
	}
	switch x.sessions.manager.Status(x.ctx) {
	case scs.Unmodified:
		return nil
	case scs.Destroyed:
		cookie.MaxAge = -1
	case scs.Modified:
		token, expiry, err := x.sessions.manager.Commit(x.ctx)
		if err != nil {
			return err
		}
		cookie.Value, cookie.Expires = token, expiry
	}
	header.Add("Set-Cookie", cookie.String())
	return nil
}
