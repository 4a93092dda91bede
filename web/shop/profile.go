package shop

import (
	"net/http"
	"strconv"

	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/site/store"
	"crossdock/web/page"
)

// ordersPerPage is how many orders a page of the history shows; historyDepth how
// far back it goes.
const (
	ordersPerPage = 10
	historyDepth  = 500
)

func showProfile(v *visit) error {
	return v.profilePage(http.StatusOK, page.Profile{
		District: string(v.user.District), Email: v.user.Email, Phone: v.user.Phone,
	})
}

func (v *visit) profilePage(status int, view page.Profile) error {
	number, err := v.pageNumber()
	if err != nil {
		return err
	}
	districts, err := v.Store.Districts(v.ctx())
	if err != nil {
		return err
	}
	orders, err := v.Store.Lookups().OrdersOf(v.ctx(), v.user.ID, historyDepth)
	if err != nil {
		return err
	}
	view.Username, view.Since, view.Districts = v.user.Name, v.local(v.user.RegisteredAt), districtOptions(districts)
	view.Total, view.Pages = len(orders), pages(len(orders), ordersPerPage)
	view.Number = min(number, max(view.Pages, 1))
	begin := (view.Number - 1) * ordersPerPage
	for _, o := range orders[begin:min(begin+ordersPerPage, len(orders))] {
		view.Orders = append(view.Orders, page.OrderRow{
			Order: o.ID.String(), Number: strconv.FormatInt(o.Number, 10), PlacedAt: v.local(o.PlacedAt),
			Status: string(o.Status),
		})
		row := &view.Orders[len(view.Orders)-1]
		if row.Units, row.Total, err = stillOrdered(o); err != nil {
			return err
		}
	}
	return v.showIn(status, view.Page)
}

// stillOrdered is what the list of orders shows of one: what was not called off of
// it, or, where all of it was, what was ordered.
func stillOrdered(o order.Order) (units int64, total money.Amount, err error) {
	live := func(l order.Line) int64 { return l.Quantity - l.Voided }
	if o.Status == order.Voided {
		live = func(l order.Line) int64 { return l.Quantity }
	}
	for _, line := range o.Lines {
		units += live(line)
	}
	total, err = worth(o, live)
	return units, total, err
}

func changeProfile(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	command := store.ChangeProfile{
		User: v.user.ID, District: id.District(form.Get("district")), Email: form.Get("email"), Phone: form.Get("phone"),
	}
	view := page.Profile{
		District: kept(string(command.District)), Email: kept(command.Email), Phone: kept(command.Phone), Errors: page.FieldErrors{},
	}
	user := store.User{District: command.District, Email: command.Email, Phone: command.Phone}
	if err := v.checkContact(view.Errors, user); err != nil {
		return err
	}
	if len(view.Errors) > 0 {
		return v.profilePage(http.StatusUnprocessableEntity, view)
	}
	if _, err := v.Store.Do(v.ctx(), command); err != nil {
		errors, status, err := formErrors(err, "district", "email", "phone")
		if err != nil {
			return err
		}
		view.Errors = errors
		return v.profilePage(status, view)
	}
	v.flash("saved")
	v.redirect("/profile")
	return nil
}
