package pagetest

import (
	"time"

	"crossdock/web/page"
)

func links() []page.SiteLink {
	return []page.SiteLink{
		{
			Site: "wh1", Name: "Leeds", Connected: true,
			ToSite: page.Feed{Last: 18422, Cursor: 18422}, FromSite: page.Feed{Last: 40117, Cursor: 40116, Lag: 40 * time.Millisecond},
		},
		{
			Site: "wh2", Name: "Carlisle", Connected: true,
			ToSite: page.Feed{Last: 9120, Cursor: 9120}, FromSite: page.Feed{Last: 22871, Cursor: 22871},
		},
	}
}

func totals() []page.SiteTotals {
	return []page.SiteTotals{
		{Site: "wh1", Name: "Leeds", Products: 312, OnHand: 48210, Available: 1200, Quota: 46550, Allocated: 420, Picked: 40},
		{Site: "wh2", Name: "Carlisle", Products: 287, OnHand: 31977, Available: 900, Quota: 30760, Allocated: 300, Picked: 17},
	}
}

func sites() []Fixture {
	healthy := page.Sites{Now: Now(), Links: links(), Stock: totals(), CanCut: true}
	cut := page.Sites{Now: Now(), Links: links(), Stock: totals(), CanCut: true}
	cut.Links[1] = page.SiteLink{
		Site: "wh2", Name: "Carlisle", Cut: true, StaleSince: ago(9 * time.Minute), Attempts: 11, Breaker: page.BreakerOpen, NextTry: Now().Add(42 * time.Second),
		LastError: "no answer from wh2 within 2 s",
		ToSite:    page.Feed{Last: 9133, Cursor: 9120, Lag: 9 * time.Minute}, FromSite: page.Feed{Last: 22871, Cursor: 22871},
	}
	parked := page.Sites{Now: Now(), Links: links(), Stock: totals()}
	parked.Links[0].ParkedMessages, parked.Staff.CanSignIn = 3, true
	parked.Links[1].StaleSince, parked.Links[1].FromSite = ago(20*time.Second), page.Feed{Last: 23001, Cursor: 22871, Lag: 70 * time.Second}
	differ := page.Sites{Now: Now(), Links: links(), Stock: totals()}
	differ.Links[0].Drift = page.Drift{At: ago(20 * time.Minute), Found: 3, Unclear: 1}
	differ.Links[1].Drift = page.Drift{At: ago(20 * time.Minute), Unclear: 1}
	healthy.Links[0].Drift = page.Drift{At: ago(50 * time.Minute)}
	staff := parked
	staff.Links, staff.Staff = links(), page.Staff{Name: "Ann", Until: Now().Add(8 * time.Hour), CanSignIn: true}
	for i := range staff.Links {
		staff.Links[i].Store, staff.Links[i].ToSite.Pruned, staff.Links[i].FromSite.Pruned = "store", 9000, 21400
	}
	staff.Links[0].Drift, staff.Links[0].Here = page.Drift{At: ago(20 * time.Minute), Found: 3}, true
	staff.Links[0].ParkedMessages, staff.Links[0].MoreKeys = 3, 2
	staff.Links[0].Parked = []page.ParkedKey{
		{Site: "store", Origin: "wh1", Key: orderID, Seq: 40101, Kind: "fulfillment.changed.v1", Since: ago(3 * time.Minute), Reason: "the order is voided, and voided cannot become picked", Behind: 1},
		{Site: "wh1", Origin: "store", Key: "quota", Seq: 18400, Kind: "quota.returned.v1", Since: ago(2 * time.Minute), Reason: "22423 is not known"},
	}
	refused := staff
	refused.Links = links()
	refused.Links[1].ParkedMessages, refused.Links[1].Store = 1, "store"
	refused.Links[1].Parked = []page.ParkedKey{{
		Site: "store", Origin: "wh2", Key: "quota", Seq: 22801, Kind: "quota.granted.v1", Since: ago(3 * time.Minute), Reason: "22423 is not known",
		Error: "say why: the reason is kept with the message for ever",
	}}
	recovering := page.Sites{Now: Now(), Links: links(), Stock: totals()}
	recovering.Links[0].FromSite.Recovery = &page.Recovery{Since: ago(3 * time.Minute), Waiting: 2, Blocked: []string{"quota"}}
	recovering.Links[1].ToSite.Recovery = &page.Recovery{Counted: true, Waiting: 1}
	return append([]Fixture{
		{Name: "sites-staff", Component: staff.Page(still(guest()))},
		{Name: "sites-staff-refused", Component: refused.Page(still(guest()))},
		{Name: "sites-recovering", Component: recovering.Page(closed())},
		{Name: "sites-sign-in", Component: page.SignIn{}.Page(still(guest()))},
		{Name: "sites-sign-in-errors", Component: page.SignIn{Name: "Ann", Errors: page.FieldErrors{"token": "the administration token is not the right one"}}.Page(still(guest()))},
		{Name: "sites-drift", Component: differ.Page(guest())},
		{Name: "sites-healthy", Component: healthy.Page(customer())},
		{Name: "sites-cut", Component: cut.Page(cutOff())},
		{Name: "sites-parked", Component: parked.Page(guest())},
		{Name: "sites-none", Component: page.Sites{Now: Now()}.Page(guest())},
		{Name: "sites-panel", Component: cut.Panel(), Fragment: true},
	}, brokenLinks()...)
}

// closed is the frame of a shop that was restored, and takes no orders yet.
func closed() page.Frame {
	f := guest()
	f.Closed = Now().Add(42 * time.Second)
	return f
}

// still is a page with forms that stay.
func still(f page.Frame) page.Frame {
	f.Still = true
	return f
}

// brokenLinks are the ways in which a link can be in trouble, one page for each.
func brokenLinks() []Fixture {
	silent := page.SiteLink{
		Site: "wh2", Name: "Carlisle", StaleSince: ago(9 * time.Minute), Attempts: 7, NextTry: Now().Add(3 * time.Minute),
		Breaker: page.BreakerOpen, LastError: "no answer from wh2 within 2 s",
		ToSite: page.Feed{Last: 9133, Cursor: 9120, Lag: 9 * time.Minute}, FromSite: page.Feed{Last: 22871, Cursor: 22871, Lag: 9 * time.Minute},
	}
	answers := func(from, to page.Verdict) page.SiteLink {
		l := silent
		l.Connected, l.Attempts, l.NextTry, l.LastError, l.Breaker = true, 0, time.Time{}, "", page.BreakerClosed
		l.FromSite.Verdict, l.ToSite.Verdict = from, to
		return l
	}
	halfOpen, wrongKey := silent, answers(page.VerdictRefused, page.VerdictRefused)
	halfOpen.Breaker, halfOpen.NextTry = page.BreakerHalfOpen, Now()
	wrongKey.Connected, wrongKey.Attempts, wrongKey.NextTry, wrongKey.Breaker = false, 12, silent.NextTry, page.BreakerOpen
	behind := links()[1]
	behind.ToSite = page.Feed{Last: 10320, Cursor: 9120, Lag: 40 * time.Second}
	var fixtures []Fixture
	for _, state := range []struct {
		name string
		link page.SiteLink
	}{
		{"behind", behind},
		{"open", silent},
		{"half-open", halfOpen},
		{"parted", answers(page.VerdictParted, "")},
		{"parted-there", answers("", page.VerdictParted)},
		{"restored", answers(page.VerdictRestored, "")},
		{"wrong-key", wrongKey},
	} {
		view := page.Sites{Now: Now(), Links: []page.SiteLink{links()[0], state.link}, Stock: totals()}
		fixtures = append(fixtures, Fixture{Name: "sites-" + state.name, Component: view.Page(guest())})
	}
	return fixtures
}

func problems() []Fixture {
	states := []struct {
		name    string
		problem page.Problem
	}{
		{"400", page.Problem{Status: 400, Message: `"12x" is not a page number`, Reference: "7f3a90c1"}},
		{"403", page.Problem{Status: 403, Message: "this request came from another site and was refused", Reference: "7f3a90c1"}},
		{"404", page.Problem{Status: 404, Message: `there is no product "22423X"`, Reference: "7f3a90c1"}},
		{"405", page.Problem{Status: 405, Message: `this address does not take "DELETE"`}},
		{"409", page.Problem{Status: 409, Message: "the order is sent, and sent cannot become voided", Reference: "7f3a90c1"}},
		{"413", page.Problem{Status: 413, Message: "the form is larger than 64 KiB"}},
		{"422", page.Problem{Status: 422, Message: "this form was sent before with other content", Reference: "7f3a90c1"}},
		{"429", page.Problem{Status: 429, Message: "too many tries to log in or to register came in a short time", Wait: time.Minute}},
		{"500", page.Problem{Status: 500, Reference: "7f3a90c1"}},
		{"503", page.Problem{Status: 503, Reference: "7f3a90c1"}},
	}
	fixtures := make([]Fixture, len(states))
	for i, state := range states {
		fixtures[i] = Fixture{Name: "problem-" + state.name, Component: state.problem.Page(guest())}
	}
	return fixtures
}
