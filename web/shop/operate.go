package shop

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/books"
	"crossdock/site/drift"
	"crossdock/web/page"
)

// What an operator does about links, on the page of the sites. Who may is said by the
// token of administration alone: no customer has it, whatever the account.

// signInName counts tries to sign in. No user can be called so.
const signInName = "the administration"

// staffOnly lets operators do what a form asks for, and others sign in first.
func staffOnly(route answer) answer {
	return func(v *visit) error {
		if _, signedIn := v.staff.Of(v.Request); signedIn {
			return route(v)
		}
		v.flash("sign-in-first")
		v.redirect("/sites/sign-in")
		return nil
	}
}

func showSignIn(v *visit) error { return v.signInPage(http.StatusOK, page.SignIn{}) }

func (v *visit) signInPage(status int, view page.SignIn) error {
	if !v.staff.Open() {
		return fault.New(fault.NotFound, "nobody can sign in here: this process has no administration token")
	}
	return v.showIn(status, func(f page.Frame) templ.Component {
		f.Still = true
		return view.Page(f)
	})
}

func signIn(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	name := strings.TrimSpace(form.Get("name"))
	view := page.SignIn{Name: kept(name), Errors: page.FieldErrors{}}
	if !v.throttle.Allow(v.reply, v.Request, signInName) {
		v.Log.Warn("operator's sign-in throttled", "address", v.RemoteAddr)
		return tooOften()
	}
	if err := catalog.CheckLine("name", name, 1, 64); err != nil {
		view.Errors["name"], _ = fault.Public(err)
		return v.signInPage(http.StatusUnprocessableEntity, view)
	}
	err = v.staff.SignIn(v.reply.header, v.Request, name, strings.TrimSpace(form.Get("token")))
	if fault.Is(err, fault.Unauthenticated) {
		v.Log.Warn("operator's sign-in refused", "address", v.RemoteAddr, "name", name)
		view.Errors["token"], _ = fault.Public(err)
		return v.signInPage(http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	v.Log.Info("an operator signed in", "address", v.RemoteAddr, "name", name)
	v.flash("signed-in")
	v.redirect("/sites")
	return nil
}

func signOut(v *visit) error {
	v.staff.SignOut(v.reply.header, v.Request)
	v.flash("signed-out")
	v.redirect("/sites")
	return nil
}

// by names the operator, for the log and for what is kept.
func (v *visit) by() string {
	operator, _ := v.staff.Of(v.Request)
	return operator.Name
}

// did takes note of what an operator has done about two sites, and tells its outcome.
func (v *visit) did(what, flash string, left int, about ...any) error {
	v.Log.Warn(what, append(about, "by", v.by(), "left", left)...)
	if left > 0 {
		v.flashNumber(flash, int64(left))
	} else {
		v.flash(strings.TrimSuffix(strings.TrimSuffix(flash, "-left"), "-drift"))
	}
	v.redirect("/sites")
	return nil
}

// parkedAt is the key that a form is about: who has put it aside, and who said it.
func (v *visit) parkedAt() (site, origin id.Site, key string, err error) {
	form, err := v.form()
	if err != nil {
		return "", "", "", err
	}
	return id.Site(v.PathValue("site")), id.Site(v.PathValue("origin")), form.Get("key"), nil
}

func retryParked(v *visit) error {
	site, origin, key, err := v.parkedAt()
	if err != nil {
		return err
	}
	retried, err := v.Operations.RetryParked(v.ctx(), site, books.RetryParked{Origin: origin, Key: key})
	if fault.Is(err, fault.NotFound) {
		return v.isGone()
	}
	if err != nil {
		return err
	}
	return v.did("parked messages were applied again", "retried-left", retried.Left, "site", site, "origin", origin, "key", key, "applied", len(retried.Applied))
}

// isGone tells of a key that was retried or skipped meanwhile.
func (v *visit) isGone() error {
	v.flash("parked-gone")
	v.redirect("/sites")
	return nil
}

func skipParked(v *visit) error {
	site, origin, key, err := v.parkedAt()
	if err != nil {
		return err
	}
	seq, err := quantity(v.PostForm.Get("seq"), 1)
	if err != nil {
		return fault.At("seq", fault.Invalid, "the form does not name the message")
	}
	why := strings.TrimSpace(v.PostForm.Get("reason"))
	refused := refusal{site: site, origin: origin, key: key, typed: kept(why)}
	if why == "" {
		refused.says = "say why: the reason is kept with the message for ever"
		return v.sitesPage(http.StatusUnprocessableEntity, refused)
	}
	if err := catalog.CheckText("reason", why, 1, catalog.MaxLabel); err != nil {
		refused.says, _ = fault.Public(err)
		return v.sitesPage(http.StatusUnprocessableEntity, refused)
	}
	retried, err := v.Operations.SkipParked(v.ctx(), site, books.SkipParked{Origin: origin, Key: key, Seq: uint64(seq), By: v.by(), Why: why})
	if fault.Is(err, fault.NotFound) {
		return v.isGone()
	}
	if err != nil {
		return err
	}
	return v.did("a parked message was skipped", "skipped-left", retried.Left, "site", site, "origin", origin, "key", key, "seq", seq, "reason", why)
}

func checkDrift(v *visit) error {
	warehouse := id.Site(v.PathValue("site"))
	reports, err := v.Operations.Drift(v.ctx(), warehouse)
	if err != nil {
		return err
	}
	left := 0
	for _, r := range reports {
		if r.Here == v.Site || r.There == v.Site {
			left += len(r.Findings) + len(r.Unclear)
		}
	}
	return v.did("two sites were compared", "compared-drift", left, "site", v.Site, "other", warehouse)
}

// repairDrift has a site tell another one again. Units are not corrected by it: that
// is for the command line, where both numbers are seen first.
func repairDrift(v *visit) error {
	origin, destination := id.Site(v.PathValue("origin")), id.Site(v.PathValue("destination"))
	if origin != v.Site && destination != v.Site {
		return fault.New(fault.NotFound, "the store has no link from %s to %s", fault.Quote(string(origin)), fault.Quote(string(destination)))
	}
	done, err := v.Operations.RepairDrift(v.ctx(), origin, destination, drift.Options{})
	if err != nil {
		return err
	}
	left := len(done.After.Findings) + len(done.After.Unclear)
	return v.did("two sites were told again what differed", "repaired-left", left, "origin", origin, "destination", destination, "commands", done.Commands)
}
