package shop_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/books"
	"crossdock/site/drift"
	"crossdock/site/outbox"
	"crossdock/web/shop"
)

const adminToken = "the token of administration"

// operations remembers what it was asked to do.
type operations struct {
	asked []any
	left  int
	fail  error
}

func (o *operations) RetryParked(_ context.Context, site id.Site, c books.RetryParked) (books.Retried, error) {
	o.asked = append(o.asked, site, c)
	return books.Retried{Left: o.left}, o.fail
}

func (o *operations) SkipParked(_ context.Context, site id.Site, c books.SkipParked) (books.Retried, error) {
	o.asked = append(o.asked, site, c)
	return books.Retried{Left: o.left}, o.fail
}

func (o *operations) Drift(_ context.Context, site id.Site) ([]drift.Report, error) {
	o.asked = append(o.asked, site)
	return []drift.Report{{Here: "store", There: site, Findings: make([]drift.Finding, o.left)}, {Here: "annex", There: site, Unclear: make([]drift.Unclear, 9)}}, o.fail
}

func (o *operations) RepairDrift(_ context.Context, origin, destination id.Site, options drift.Options) (drift.Repaired, error) {
	o.asked = append(o.asked, origin, destination, options)
	return drift.Repaired{After: drift.Report{Unclear: make([]drift.Unclear, o.left)}}, o.fail
}

// operated is a shop whose links can be acted on.
func operated(t *testing.T, adjust ...func(*shop.Deps)) (*rig, *operations) {
	o := &operations{}
	return newRig(t, append([]func(*shop.Deps){func(d *shop.Deps) { d.Operations, d.Token = o, adminToken }}, adjust...)...), o
}

func (r *rig) operator() *browser {
	r.t.Helper()
	b := r.browser()
	b.post("/sites/sign-in", "name", "Ann Lee", "token", adminToken).want(r.t, 200, "You are signed in.", "Signed in as Ann Lee")
	return b
}

// acts is every form of an operator, filled in.
var acts = map[string][]string{
	"/sites/store/wh2/parked/retry": {"key", "a-parked-key"},
	"/sites/store/wh2/parked/skip":  {"key", "a-parked-key", "seq", "7", "reason", "booked by hand"},
	"/sites/wh2/check":              nil,
	"/sites/wh2/store/repair":       nil,
}

// TestOnlyOperatorsAct: who has not signed in, be it a customer, sees figures, and
// can do nothing; what is parked is shown to nobody else.
func TestOnlyOperatorsAct(t *testing.T) {
	r, o := operated(t)
	for name, b := range map[string]*browser{"a guest": r.browser(), "a customer": r.customer("maren")} {
		g := b.get("/sites")
		g.want(t, 200, "Parked messages 3", "Sign in as an operator")
		for _, secret := range []string{"a-parked-key", "quota.returned", "it is odd", "Retry", "Skip a-parked-key", "Compare"} {
			if strings.Contains(strings.ReplaceAll(g.body, "<dt>Retry</dt>", ""), secret) {
				t.Errorf("%s is shown %q", name, secret)
			}
		}
		for path, form := range acts {
			if g := b.post(path, form...); g.path != "/sites/sign-in" || !strings.Contains(g.body, "Sign in first") {
				t.Errorf("%s at %s comes to %s", name, path, g.path)
			}
		}
		b.header.Set("Cookie", "crossdock-operator=made-up")
		if g := b.post("/sites/wh2/check"); g.path != "/sites/sign-in" {
			t.Errorf("%s with a made-up cookie comes to %s", name, g.path)
		}
	}
	if len(o.asked) > 0 {
		t.Errorf("it was done: %v", o.asked)
	}
}

// TestAnOperatorActs retries, skips, compares and repairs; each act is done as it was
// asked for, told, and logged with who did it and why.
func TestAnOperatorActs(t *testing.T) {
	r, o := operated(t)
	b := r.operator()
	b.get("/sites").want(t, 200, "a-parked-key waits since 1 Mar", ": it is odd", "message 7 of wh2, put aside at store, levels, and 1 message behind it",
		"message 4 of store, put aside at wh2, quota.returned.v1", "Compare now")
	if strings.Contains(b.get("/sites").body, "of-another-store") {
		t.Error("a link of another store is shown")
	}
	skip := acts["/sites/store/wh2/parked/skip"]
	for _, c := range []struct {
		path string
		form []string
		left int
		says string
	}{
		{"/sites/store/wh2/parked/retry", acts["/sites/store/wh2/parked/retry"], 0, "All that was parked of this key is applied."},
		{"/sites/store/wh2/parked/retry", acts["/sites/store/wh2/parked/retry"], 2, "Still parked of this key: 2."},
		{"/sites/store/wh2/parked/skip", skip, 0, "It is taken out, and nothing of its key is parked any more."},
		{"/sites/store/wh2/parked/skip", skip, 3, "It is taken out. Still parked of its key: 3."},
		{"/sites/wh2/check", nil, 0, "The sites are compared: they tell the same."},
		{"/sites/wh2/check", nil, 4, "Rows in which they differ, or of which nobody can tell yet: 4."},
		{"/sites/wh2/store/repair", nil, 0, "both sites tell the same."},
		{"/sites/store/wh2/repair", nil, 1, "the sites still differ, or of which nobody can tell yet: 1."},
	} {
		o.left = c.left
		g := b.post(c.path, c.form...)
		g.want(t, 200, c.says)
		if g.path != "/sites" {
			t.Errorf("%s leads to %s", c.path, g.path)
		}
	}
	retry := books.RetryParked{Origin: "wh2", Key: "a-parked-key"}
	skipped := books.SkipParked{Origin: "wh2", Key: "a-parked-key", Seq: 7, By: "Ann Lee", Why: "booked by hand"}
	want := []any{
		id.Site("store"), retry, id.Site("store"), retry, id.Site("store"), skipped, id.Site("store"), skipped, id.Site("wh2"), id.Site("wh2"),
		id.Site("wh2"), id.Site("store"),
		drift.Options{},
		id.Site("store"), id.Site("wh2"),
		drift.Options{},
	}
	if diff := cmp.Diff(want, o.asked); diff != "" {
		t.Error(diff)
	}
	for _, logged := range []string{"was skipped", `by="Ann Lee"`, `reason="booked by hand"`, "were applied again", "were compared", "were told again"} {
		if !strings.Contains(r.logged.String(), logged) {
			t.Errorf("the log lacks %s", logged)
		}
	}
	if strings.Contains(r.logged.String(), adminToken) {
		t.Error("the log has the token")
	}
	b.post("/sites/wh1/wh2/repair").want(t, 404)
	o.fail = fault.New(fault.NotFound, "nothing waits")
	b.post("/sites/store/wh2/parked/retry", "key", "x").want(t, 200, "Nothing of this key is parked any more.")
	b.post("/sites/store/wh2/parked/skip", skip...).want(t, 200, "Nothing of this key is parked any more.")
	o.fail = fault.New(fault.Conflict, "the first message that waits is number 8, not 7")
	b.post("/sites/store/wh2/parked/skip", skip...).want(t, 409, "number 8, not 7")
}

// TestASkipAsksForAReason at its field, and keeps what was typed.
func TestASkipAsksForAReason(t *testing.T) {
	r, o := operated(t)
	b := r.operator()
	long := strings.Repeat("x", 61)
	for reason, says := range map[string]string{"": "Say why: the reason is kept", "  ": "Say why: the reason is kept", long: "reason", "\x01": "reason"} {
		g := b.post("/sites/store/wh2/parked/skip", "key", "a-parked-key", "seq", "7", "reason", reason)
		g.want(t, 422, says)
		_, after, found := strings.Cut(g.body, `id="field-parked-wh2-0-reason"`)
		if !found || !strings.Contains(after[:strings.Index(after, ">")], `aria-invalid="true"`) || strings.Count(g.body, "aria-invalid") != 1 {
			t.Errorf("%q: the field is not marked", reason)
		}
		if reason == long && !strings.Contains(g.body, `value="`+long+`"`) {
			t.Error("what was typed is gone")
		}
		if !strings.Contains(g.body, `<details class="fold" open>`) {
			t.Errorf("%q: the form is folded away", reason)
		}
	}
	b.post("/sites/store/wh2/parked/skip", "key", "a-parked-key", "reason", "because").want(t, 422, "The form does not name the message")
	if len(o.asked) > 0 {
		t.Errorf("it was done: %v", o.asked)
	}
}

// TestTheOperatorsSession: its cookie is kept from scripts and from other sites, it ends
// with the shift and at sign-out, whatever the browser keeps, and with too many tries
// the right token waits as well.
func TestTheOperatorsSession(t *testing.T) {
	for name, secure := range map[string]bool{"crossdock-operator=": false, "__Host-crossdock-operator=": true} {
		r, _ := operated(t, func(d *shop.Deps) { d.Secure = secure })
		b := r.browser()
		b.stay()
		cookies := b.post("/sites/sign-in", "name", "Ann", "token", adminToken).header.Values("Set-Cookie")
		i := slices.IndexFunc(cookies, func(c string) bool { return strings.HasPrefix(c, name) })
		if i < 0 {
			t.Fatalf("no cookie %s in %v", name, cookies)
		}
		for _, part := range []string{"; Path=/;", "; HttpOnly", "; SameSite=Strict", "; Expires="} {
			if !strings.Contains(cookies[i], part) {
				t.Errorf("the cookie %q lacks %q", cookies[i], part)
			}
		}
		if strings.Contains(cookies[i], "; Secure") != secure || strings.Contains(cookies[i], adminToken) {
			t.Errorf("the cookie is %q", cookies[i])
		}
	}
	r, o := operated(t)
	b := r.operator()
	kept := r.browser()
	kept.header.Set("Cookie", "crossdock-operator="+b.named("crossdock-operator"))
	signedIn := func(b *browser) bool { return strings.Contains(b.get("/sites").body, "Signed in as") }
	if !signedIn(kept) {
		t.Error("the cookie is no session")
	}
	r.later(8*time.Hour + time.Minute)
	if signedIn(kept) || signedIn(b) {
		t.Error("the session goes on after the shift")
	}
	b = r.operator()
	kept.header.Set("Cookie", "crossdock-operator="+b.named("crossdock-operator"))
	b.post("/sites/sign-out").want(t, 200, "You are signed out.", "Sign in as an operator")
	if signedIn(kept) || b.named("crossdock-operator") != "" {
		t.Error("the session goes on after sign-out")
	}
	if len(o.asked) > 0 {
		t.Errorf("it was done: %v", o.asked)
	}
}

func TestAnOperatorsSignInIsRefusedAndThrottled(t *testing.T) {
	r, _ := operated(t, func(d *shop.Deps) { d.TriesPerMinute = 12 })
	b := r.browser()
	b.get("/sites/sign-in").want(t, 200, "Administration token", "Your name")
	b.post("/sites/sign-in", "name", "Ann", "token", adminToken[1:]).want(t, 422, "The administration token is not the right one.")
	b.post("/sites/sign-in", "name", "Ann", "token", "").want(t, 422, "The administration token is not the right one.")
	b.post("/sites/sign-in", "name", " ", "token", adminToken).want(t, 422, "The name is empty.")
	b.post("/sites/sign-in", "name", "Ann", "token", "guess").want(t, 422)
	b.post("/sites/sign-in", "name", "Another", "token", adminToken).want(t, 429, "A little slower")
	if b.named("crossdock-operator") != "" {
		t.Error("there is a session")
	}
	closed := newRig(t, func(d *shop.Deps) { d.Token = adminToken }) // nothing can be done here
	closed.browser().get("/sites/sign-in").want(t, 404)
	if strings.Contains(closed.browser().get("/sites").body, "sign-in") {
		t.Error("the sign-in is offered where there is nothing to do")
	}
	none, _ := operated(t, func(d *shop.Deps) { d.Token = "" })
	none.browser().post("/sites/sign-in", "name", "Ann", "token", "").want(t, 404)
}

// TestFeedsAndRecoveriesAreShown to everybody: they are figures.
func TestFeedsAndRecoveriesAreShown(t *testing.T) {
	r, _ := operated(t)
	r.sites.more = func(l *shop.LinkState) {
		switch (outbox.Link{Origin: l.Origin, Destination: l.Destination}) {
		case outbox.Link{Origin: "wh1", Destination: "store"}:
			l.Pruned = 41000
			l.Recovery = &books.Recovery{Since: r.clock().Add(-3 * time.Minute), Waiting: 2, Store: true}
		case outbox.Link{Origin: "store", Destination: "wh2"}:
			l.Recovery = &books.Recovery{Counted: true}
		}
	}
	r.browser().get("/sites").want(t, 200, "pruned up to 41,000", "The store was restored from a backup and waits for wh1 to tell what it has lost, for 3 min now.",
		"2 paid orders wait.", "wh2 was restored from a backup and waits for the store", "The units are told, the fulfillments are not.")
}

// named returns the value of a cookie.
func (b *browser) named(name string) string {
	request, err := http.NewRequest(http.MethodGet, b.r.base, nil)
	b.r.must(err)
	for _, c := range b.client.Jar.Cookies(request.URL) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}
