package auth

import (
	"context"
	"encoding/binary"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/engine/memory"
	"crossdock/site/store"
)

type counter struct{ n atomic.Uint64 }

func (c *counter) New() id.UUID {
	var u id.UUID
	binary.BigEndian.PutUint64(u[:8], c.n.Add(1)<<16)
	return u
}

func openSite(t *testing.T) (*store.Store, *memory.Store) {
	t.Helper()
	engine := memory.NewStore("store", 1)
	site, err := store.Open(t.Context(), store.Ports{
		Journal: engine, Lookups: engine, Queries: engine, IDs: &counter{}, Now: time.Now,
	}, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	north := catalog.District{Code: "north", Name: "North", Warehouses: []id.Site{"wh1"}}
	if _, err := site.Do(t.Context(), store.SetDistricts{Districts: []catalog.District{north}}); err != nil {
		t.Fatal(err)
	}
	return site, engine
}

func TestCheckPassword(t *testing.T) {
	for name, c := range map[string]struct{ password, says string }{
		"eight":                 {"8 chars!", ""},
		"seven":                 {"7 chars", "the password is shorter than 8 characters"},
		"characters, not bytes": {"ääää", "the password is shorter than 8 characters"},
		"most":                  {strings.Repeat("界", 128), ""},
		"too many":              {strings.Repeat("x", 129), "the password is longer than 128 characters"},
		"anything goes":         {"\x00\t 🎂 \"'<>", ""},
		"not UTF-8":             {"eight or more \xff", "the password is not valid UTF-8"},
		"the username":          {"Maren.Holt", "the password is made of the username alone"},
		"the username twice":    {"maren.holtMAREN.HOLT", "the password is made of the username alone"},
		"the username and more": {"maren.holt 4", ""},
		"common":                {"12345678", "the password is one of the most common ones, and the first to be guessed"},
		"common, other case":    {"QWERTY123", "the password is one of the most common ones, and the first to be guessed"},
		"last of the common":    {"crossdock123", "the password is one of the most common ones, and the first to be guessed"},
	} {
		t.Run(name, func(t *testing.T) {
			err := CheckPassword(c.password, "maren.holt")
			if c.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			message, field := fault.Public(err)
			if !fault.Is(err, fault.Invalid) || message != c.says || field != "password" {
				t.Errorf("got %v at %q, want %q", err, field, c.says)
			}
		})
	}
}

func TestTheCommonPasswordsCouldBeChosen(t *testing.T) {
	for known := range strings.Lines(common) {
		if n := len([]rune(strings.TrimSpace(known))); n < MinPassword {
			t.Errorf("%q is too short to be chosen", strings.TrimSpace(known))
		}
	}
}

func TestAccounts(t *testing.T) {
	site, _ := openSite(t)
	accounts := NewAccounts(site, &counter{})
	const password = "nine lives, one cat"
	opened, err := accounts.Open(t.Context(), store.User{Name: "maren", District: "north", Role: "owner"}, password)
	if err != nil {
		t.Fatal(err)
	}
	if opened.Role != RoleCustomer || !strings.HasPrefix(opened.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("opened as %q with %q", opened.Role, opened.PasswordHash)
	}
	found, err := accounts.Check(t.Context(), "Maren", password)
	if err != nil || found.ID != opened.ID {
		t.Errorf("found %v, %v", found.ID, err)
	}
	for field, user := range map[string]store.User{
		"email": {Name: "jonas", District: "north", Email: "a@b"},
		"phone": {Name: "jonas", District: "north", Phone: "1"},
	} {
		_, err := accounts.Open(t.Context(), user, password)
		if _, at := fault.Public(err); !fault.Is(err, fault.Invalid) || at != field {
			t.Errorf("a wrong %s: %v", field, err)
		}
	}
	if _, err := site.Do(t.Context(), store.Register{User: store.User{ID: id.User{UUID: id.UUID{9}}, Name: "imported", District: "north"}}); err != nil {
		t.Fatal(err)
	}
	for name, tried := range map[string]string{"maren": "another one, no cat", "nobody": password, "imported": "", "": ""} {
		_, err := accounts.Check(t.Context(), name, tried)
		if message, _ := fault.Public(err); !fault.Is(err, fault.Unauthenticated) || message != "the username or the password is wrong" {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestAnUnknownNameTakesAHashToo(t *testing.T) {
	h := newHasher()
	known, err := h.hash(t.Context(), "some password")
	if err != nil {
		t.Fatal(err)
	}
	real, _, _, err := argon2id.DecodeHash(known)
	if err != nil {
		t.Fatal(err)
	}
	dummy, _, _, err := argon2id.DecodeHash(h.dummy)
	if err != nil || *dummy != *real {
		t.Errorf("the dummy is made with %+v, a real hash with %+v, %v", dummy, real, err)
	}
	if right, err := h.check(t.Context(), "", ""); right || err != nil {
		t.Errorf("no password is right: %t, %v", right, err)
	}
}

func TestTooManyHashesAreRefused(t *testing.T) {
	h := newHasher()
	if processors := runtime.GOMAXPROCS(0); cap(h.hashing) > max(1, processors/2) {
		t.Errorf("%d hashes at once on %d processors leave none for check-outs", cap(h.hashing), processors)
	}
	for range cap(h.hashing) {
		if _, err := h.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	for range maxWaiting {
		h.queue <- struct{}{} // somebody who waits
	}
	if _, err := h.enter(ctx); !fault.Is(err, fault.Busy) {
		t.Errorf("one too many: %v, want fault.Busy", err)
	}
	<-h.queue
	go func() { _, err := h.enter(ctx); ended <- err }()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("one who has left: %v", err)
	}
	if len(h.queue) != cap(h.queue)-1 {
		t.Errorf("%d are queued: one who has left still counts", len(h.queue))
	}
}

func TestASessionExpires(t *testing.T) {
	site, _ := openSite(t)
	now := time.Now()
	sessions := NewSessions(site, func() time.Time { return now }, false)
	x, err := sessions.Open(httptest.NewRequest(http.MethodGet, "/", nil))
	if err != nil {
		t.Fatal(err)
	}
	user := id.User{UUID: id.UUID{7}}
	header := http.Header{}
	if err := errors.Join(x.LogIn(user), x.Close(header)); err != nil {
		t.Fatal(err)
	}
	again := httptest.NewRequest(http.MethodGet, "/", nil)
	again.Header.Set("Cookie", strings.Split(header.Get("Set-Cookie"), ";")[0])
	for _, step := range []struct {
		after time.Duration
		want  id.User
	}{{0, user}, {lifetime - time.Minute, user}, {lifetime + time.Minute, id.User{}}} {
		now = time.Now().Add(step.after)
		x, err := sessions.Open(again)
		if err != nil || x.User() != step.want {
			t.Errorf("after %s: user %s, %v", step.after, x.User(), err)
		}
	}
}

func TestAFailureToReadIsNotAGuest(t *testing.T) {
	sessions := NewSessions(brokenSite{}, time.Now, false)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Cookie", CookieName+"=token")
	if _, err := sessions.Open(r); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v, want fault.Unavailable", err)
	}
}

// brokenSite is a site whose database does not answer.
type brokenSite struct{}

type brokenLookups struct{ store.Lookups }

func (brokenSite) Lookups() store.Lookups { return brokenLookups{} }

func (brokenSite) Do(context.Context, any) (any, error) {
	return nil, fault.New(fault.Unavailable, "the disk is gone")
}

func (brokenLookups) Session(context.Context, string, time.Time) (store.Session, error) {
	return store.Session{}, fault.New(fault.Unavailable, "the disk is gone")
}

func TestThrottleCountsByAddressAndName(t *testing.T) {
	allow := func(throttle *Throttle, address, name string) bool {
		r := httptest.NewRequest(http.MethodPost, "/login", nil)
		r.RemoteAddr = address
		r.Header.Set("X-Forwarded-For", name) // made up, and of no use
		return throttle.Allow(httptest.NewRecorder(), r, name)
	}
	throttle := NewThrottle(6)
	for i, c := range []struct {
		address, name string
		want          bool
	}{
		{"10.0.0.1:1", "maren", true},
		{"10.0.0.1:2", "Maren", true},
		{"10.0.0.1:3", "maren", false},
		{"10.0.0.1:4", "jonas", true},
		{"10.0.0.2:4", "maren", true},
		{"10.0.0.1:5", "a", true},
		{"10.0.0.1:6", "b", true},
		{"10.0.0.1:7", "c", false},
		{"[2001:db8::1]:1", "d", true},
		{"[2001:db8::2]:1", "d", true},
		{"[2001:db8::3]:1", "d", false},
	} {
		if got := allow(throttle, c.address, c.name); got != c.want {
			t.Errorf("try %d, %s as %s: %t", i, c.address, c.name, got)
		}
	}
	free := NewThrottle(-1)
	for range 100 {
		if !allow(free, "10.0.0.1:1", "maren") {
			t.Fatal("throttled without a limit")
		}
	}
}
