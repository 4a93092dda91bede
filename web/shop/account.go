package shop

import (
	"net/http"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
	"crossdock/web/auth"
	"crossdock/web/page"
)

func showRegister(v *visit) error {
	next := localPath(v.URL.Query().Get("next"))
	if !v.user.ID.IsZero() {
		v.redirect(next)
		return nil
	}
	return v.registerPage(http.StatusOK, page.Register{Next: next})
}

func (v *visit) registerPage(status int, view page.Register) error {
	districts, err := v.Store.Districts(v.ctx())
	if err != nil {
		return err
	}
	view.Districts = districtOptions(districts)
	if view.Next == "/" {
		view.Next = ""
	}
	return v.showIn(status, view.Page)
}

func register(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	user := store.User{
		Name: form.Get("username"), District: id.District(form.Get("district")),
		Email: form.Get("email"), Phone: form.Get("phone"),
	}
	view := page.Register{
		Username: kept(user.Name), District: kept(string(user.District)), Email: kept(user.Email), Phone: kept(user.Phone),
		Next: localPath(form.Get("next")),
	}
	if !v.throttle.Allow(v.reply, v.Request, user.Name) {
		return tooOften()
	}
	if view.Errors, err = v.checkRegistration(user, form.Get("password")); err != nil {
		return err
	}
	if len(view.Errors) > 0 {
		return v.registerPage(http.StatusUnprocessableEntity, view)
	}
	user, err = v.accounts.Open(v.ctx(), user, form.Get("password"))
	if err != nil {
		errors, status, err := formErrors(err, "username", "password", "district", "email", "phone")
		if err != nil {
			return err
		}
		view.Errors = errors
		return v.registerPage(status, view)
	}
	v.flash("registered")
	return v.enter(user, view.Next)
}

// checkRegistration says of each field what is wrong with it, so that nobody has
// to try three times. The store has the last word.
func (v *visit) checkRegistration(user store.User, password string) (page.FieldErrors, error) {
	errors := page.FieldErrors{}
	if err := store.CheckUserName(user.Name); err != nil {
		errors["username"], _ = fault.Public(err)
	}
	if err := auth.CheckPassword(password, user.Name); err != nil {
		errors["password"], _ = fault.Public(err)
	}
	return errors, v.checkContact(errors, user)
}

// checkContact adds what is wrong with where a customer is and is reached.
func (v *visit) checkContact(errors page.FieldErrors, user store.User) error {
	if err := order.CheckEmail(user.Email); err != nil {
		errors["email"], _ = fault.Public(err)
	}
	if err := order.CheckPhone(user.Phone); err != nil {
		errors["phone"], _ = fault.Public(err)
	}
	_, known, err := v.district(user.District)
	switch {
	case err != nil:
		return err
	case user.District == "":
		errors["district"] = "choose the district that we deliver to"
	case !known:
		errors["district"] = "there is no district " + fault.Quote(string(user.District))
	}
	return nil
}

func tooOften() error {
	return statusError{http.StatusTooManyRequests, "too many tries to log in or to register came in a short time"}
}

func showLogin(v *visit) error {
	next := localPath(v.URL.Query().Get("next"))
	if !v.user.ID.IsZero() {
		v.redirect(next)
		return nil
	}
	return v.loginPage(http.StatusOK, page.Login{Next: next})
}

func (v *visit) loginPage(status int, view page.Login) error {
	if view.Next == "/" {
		view.Next = ""
	}
	return v.showIn(status, view.Page)
}

func logIn(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	name, next := form.Get("username"), localPath(form.Get("next"))
	if !v.throttle.Allow(v.reply, v.Request, name) {
		v.Log.Warn("log-in throttled", "address", v.RemoteAddr)
		return tooOften()
	}
	user, err := v.accounts.Check(v.ctx(), name, form.Get("password"))
	if fault.Is(err, fault.Unauthenticated) {
		v.Log.Info("log-in refused", "address", v.RemoteAddr)
		message, _ := fault.Public(err)
		// Not 401: that would have to name a scheme of HTTP authentication.
		return v.loginPage(http.StatusUnprocessableEntity, page.Login{Username: kept(name), Next: next, Error: message})
	}
	if err != nil {
		return err
	}
	return v.enter(user, next)
}

// enter makes the visitor a customer, who brings the guest's cart along.
func (v *visit) enter(user store.User, next string) error {
	if guest := v.session.Guest(); guest != "" {
		if err := v.bringCart(guestCart(guest), userCart(user.ID)); err != nil {
			return err
		}
	}
	if err := v.session.LogIn(user.ID); err != nil {
		return err
	}
	v.redirect(next)
	return nil
}

// bringCart moves a cart into another, and says so where both held something.
func (v *visit) bringCart(from, to string) error {
	brought, err := v.Carts.Get(v.ctx(), from)
	if err != nil {
		return err
	}
	known, err := v.Carts.Get(v.ctx(), to)
	if err != nil {
		return err
	}
	if len(brought.Lines) > 0 && len(known.Lines) > 0 {
		v.flash("carts-joined")
	}
	return v.Carts.Move(v.ctx(), from, to)
}

func logOut(v *visit) error {
	v.release()
	if err := v.session.LogOut(); err != nil {
		return err
	}
	v.flash("logged-out")
	v.redirect("/")
	return nil
}
