package shop_test

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/web/page"
	"crossdock/web/shop"
)

var wanted = map[string]string{
	"Content-Security-Policy": page.ContentSecurityPolicy,
	"X-Content-Type-Options":  "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
	"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
}

func checkHeaders(t *testing.T, g got, what string) {
	t.Helper()
	for name, value := range wanted {
		if g.header.Get(name) != value {
			t.Errorf("%s: %s is %q", what, name, g.header.Get(name))
		}
	}
	if strings.HasPrefix(g.header.Get("Content-Type"), "text/html") && g.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: Cache-Control is %q", what, g.header.Get("Cache-Control"))
	}
}

func TestEveryRouteSendsTheSecurityHeaders(t *testing.T) {
	r := newRig(t)
	variable := regexp.MustCompile(`\{[^}]*\}`)
	for _, b := range []*browser{r.browser(), r.customer("maren")} {
		b.stay()
		for _, pattern := range append(shop.Patterns(), "GET /nowhere", "PUT /cart", "GET /catalog?page=x") {
			method, path, _ := strings.Cut(pattern, " ")
			path = variable.ReplaceAllString(strings.ReplaceAll(path, "{$}", ""), "x")
			checkHeaders(t, b.send(method, path, nil), pattern)
		}
	}
	b := r.browser()
	checkHeaders(t, b.get(page.Asset("shop.css")), "a file")
	for _, path := range []string{"/static/none", "/robots.txt", "/favicon.ico"} {
		checkHeaders(t, b.get(path), path)
	}
	if g := b.get(page.Asset("shop.css")); !strings.Contains(g.header.Get("Cache-Control"), "immutable") {
		t.Errorf("a file may not be kept: %q", g.header.Get("Cache-Control"))
	}
}

func TestAPostFromAnotherSiteIsRefused(t *testing.T) {
	r := newRig(t)
	for _, pattern := range shop.Patterns() {
		method, path, _ := strings.Cut(pattern, " ")
		if method != http.MethodPost {
			continue
		}
		for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			b := r.browser()
			b.header.Set(name, value)
			g := b.post(strings.ReplaceAll(strings.ReplaceAll(path, "{order}", "x"), "{site}", "wh2"), "sku", "SP07", "quantity", "1")
			g.want(t, 403, "This request came from another site and was refused.")
			checkHeaders(t, g, pattern)
			if b.cookie() != "" {
				t.Errorf("%s: a session was begun", pattern)
			}
		}
	}
	if r.sites.IsCut("wh2") {
		t.Error("the link was cut")
	}
}

func TestAnotherCustomersOrderIsNotThere(t *testing.T) {
	r := newRig(t)
	owner, other := r.customer("maren"), r.customer("jonas")
	owner.post("/cart/add", "sku", "MUG/1 B", "quantity", "1")
	placed := owner.send(http.MethodPost, "/checkout", owner.checkout()).path
	page := strings.Replace(placed, "/placed/", "/order/", 1)
	for _, path := range []string{placed, page} {
		owner.get(path).want(t, 200)
		theirs, never := other.get(path), other.get(path[:8]+"01234567-0000-7000-8000-000000000000")
		theirs.want(t, 404, "You have no such order")
		if theirs.body != strings.ReplaceAll(never.body, never.path, theirs.path) {
			t.Errorf("%s tells that the order exists", path)
		}
		if g := r.browser().get(path); !strings.HasPrefix(g.path, "/login?next=") {
			t.Errorf("a guest at %s comes to %s", path, g.path)
		}
	}
	other.post(page+"/void").want(t, 404)
	owner.get(page).want(t, 200, "Void this order")
	other.get("/order/nonsense").want(t, 404)
}

func TestLogInLeadsNowhereElse(t *testing.T) {
	r := newRig(t)
	r.customer("maren")
	for _, next := range []string{"//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"} {
		b := r.browser()
		b.stay()
		if body := b.get("/login?" + url.Values{"next": {next}}.Encode()).body; strings.Contains(body, "evil") || strings.Contains(body, "alert") {
			t.Errorf("the form carries %s", next)
		}
		g := b.post("/login", "username", "maren", "password", password, "next", next)
		if g.status != 303 || g.header.Get("Location") != "/" {
			t.Errorf("%s: %d to %q", next, g.status, g.header.Get("Location"))
		}
		if g = b.get("/login?" + url.Values{"next": {next}}.Encode()); g.header.Get("Location") != "/" {
			t.Errorf("%s, logged in: to %q", next, g.header.Get("Location"))
		}
	}
}

func TestTheTokenChangesAtLogInAndDiesAtLogOut(t *testing.T) {
	r := newRig(t)
	r.customer("maren")
	b := r.browser()
	b.post("/cart/add", "sku", "SP07", "quantity", "1")
	planted := b.cookie()
	if planted == "" {
		t.Fatal("a guest with a cart has no session")
	}
	b.post("/login", "username", "maren", "password", password).want(t, 200, "maren")
	token := b.cookie()
	if token == planted {
		t.Error("the token is the one from before")
	}
	if r.loggedIn(planted) || !r.loggedIn(token) {
		t.Errorf("logged in: by the old token %t, by the new one %t", r.loggedIn(planted), r.loggedIn(token))
	}
	sum := sha256.Sum256([]byte(token))
	if _, err := r.engine.Session(t.Context(), hex.EncodeToString(sum[:]), time.Now()); err != nil {
		t.Errorf("the session is not kept by its token's hash: %v", err)
	}
	if _, err := r.engine.Session(t.Context(), token, time.Now()); !fault.Is(err, fault.NotFound) {
		t.Errorf("the session is kept by its token: %v", err)
	}
	b.post("/logout").want(t, 200, "You are logged out.", "Log in")
	if r.loggedIn(token) {
		t.Error("the token is good after log-out")
	}
	if b.cookie() != "" {
		t.Error("the browser still has a cookie")
	}
	if r.loggedIn("made-up") {
		t.Error("a made-up token is good")
	}
}

// loggedIn asks with a token that somebody has kept.
func (r *rig) loggedIn(token string) bool {
	r.t.Helper()
	b := r.browser()
	b.header.Set("Cookie", "crossdock-session="+token)
	return b.get("/profile").path == "/profile"
}

func TestTheCookie(t *testing.T) {
	for name, c := range map[string]struct {
		secure bool
		want   []string
	}{
		"plain":  {false, []string{"crossdock-session=", "; Path=/;", "; HttpOnly", "; SameSite=Lax"}},
		"secure": {true, []string{"__Host-crossdock-session=", "; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure"}},
	} {
		r := newRig(t, func(d *shop.Deps) { d.Secure = c.secure })
		b := r.browser()
		b.stay()
		g := b.post("/register", "username", "maren", "password", password, "district", "north")
		var session string
		for _, cookie := range g.header.Values("Set-Cookie") {
			if strings.Contains(cookie, "session") {
				session = cookie
			}
			if strings.Contains(cookie, "; Secure") != c.secure || !strings.Contains(cookie, "; HttpOnly") {
				t.Errorf("%s: %s", name, cookie)
			}
		}
		for _, part := range c.want {
			if !strings.Contains(session, part) {
				t.Errorf("%s: the cookie %q lacks %q", name, session, part)
			}
		}
		if (g.header.Get("Strict-Transport-Security") != "") != c.secure {
			t.Errorf("%s: Strict-Transport-Security is %q", name, g.header.Get("Strict-Transport-Security"))
		}
	}
}

func TestLookingWritesNothing(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	commits := r.commits.Load()
	for _, path := range []string{"/", "/catalog", "/product/SP07", "/cart", "/profile", "/sites", "/checkout"} {
		b.get(path)
		r.browser().get(path)
	}
	if n := r.commits.Load() - commits; n != 0 {
		t.Errorf("looking at pages wrote %d times", n)
	}
}

func TestLogInIsRefusedAndThrottled(t *testing.T) {
	r := newRig(t, func(d *shop.Deps) { d.TriesPerMinute = 9 })
	r.customer("maren")
	b := r.browser()
	wrong := b.post("/login", "username", "maren", "password", "not this one")
	wrong.want(t, 422, "The username or the password is wrong.")
	b.post("/login", "username", "nobody", "password", "not this one").want(t, 422, "The username or the password is wrong.")
	b.post("/login", "username", "maren", "password", "").want(t, 422)
	// Three tries a minute for the name, counting the registration: these are over.
	g := b.post("/login", "username", "Maren", "password", password)
	g.want(t, 429, "A little slower", "Wait 1 min, then try again.")
	if g.header.Get("Retry-After") == "" || b.cookie() != "" {
		t.Errorf("Retry-After %q, cookie %q", g.header.Get("Retry-After"), b.cookie())
	}
	for range 6 {
		g = b.post("/register", "username", "x", "password", "x", "district", "x")
	}
	g.want(t, 429)
	if strings.Contains(r.logged.String(), "not this one") {
		t.Error("the log has a password in it")
	}
}

func TestAPanicIsAPageWithAReference(t *testing.T) {
	r := newRig(t)
	r.customer("maren")
	r.carts.panics.Store(true)
	b := r.browser()
	b.post("/cart/add", "sku", "SP07", "quantity", "1")
	g := b.post("/login", "username", "maren", "password", password)
	g.want(t, 500, "Something went wrong on our side")
	checkHeaders(t, g, "a panic")
	reference := regexp.MustCompile(`<code>([0-9a-f-]{36})</code>`).FindStringSubmatch(g.body)
	if reference == nil || !strings.Contains(r.logged.String(), reference[1]) || !strings.Contains(r.logged.String(), "on fire") {
		t.Errorf("the reference %q is not in the log: %s", reference, r.logged.String())
	}
	if strings.Contains(g.body, "on fire") || r.loggedIn(b.cookie()) {
		t.Error("the page tells too much, or the log-in went through")
	}
}

// TestAPageWhoseTimeIsUpSaysSo, as a page.
func TestAPageWhoseTimeIsUpSaysSo(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/catalog", nil))
	if w.Code < 500 || !strings.Contains(w.Body.String(), "<main") || strings.Contains(r.logged.String(), "could not be drawn") {
		t.Errorf("%d: %s\n%s", w.Code, w.Body, r.logged.String())
	}
}

func TestNobodyHoldsASessionThatIsNotKept(t *testing.T) {
	r := newRig(t)
	r.customer("maren")
	r.engine.Fail(func(int) error { return fault.New(fault.Unavailable, "the disk is gone") })
	b := r.browser()
	b.post("/login", "username", "maren", "password", password).want(t, 503, "The disk is gone")
	if b.cookie() != "" {
		t.Error("the browser got a cookie")
	}
}

func TestAFailureOfTheFrameIsStillAPage(t *testing.T) {
	r := newRig(t)
	r.sites.fail = fault.New(fault.Unavailable, "the links cannot be read")
	r.browser().get("/catalog").want(t, 503, "We are out of reach for a moment", "The links cannot be read")
}

func TestPagesArePacked(t *testing.T) {
	r := newRig(t)
	request := httptest.NewRequest(http.MethodGet, r.base+"/catalog", nil)
	request.RequestURI = ""
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := http.DefaultTransport.RoundTrip(request)
	r.must(err)
	defer func() { r.must(response.Body.Close()) }()
	if response.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(strings.Join(response.Header.Values("Vary"), ","), "Accept-Encoding") {
		t.Fatalf("headers are %v", response.Header)
	}
	unpacked, err := gzip.NewReader(response.Body)
	r.must(err)
	body, err := io.ReadAll(unpacked)
	r.must(err)
	if !strings.Contains(string(body), "Blue mug") {
		t.Error("the page is not in it")
	}
}
