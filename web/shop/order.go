package shop

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"crossdock/core/cart"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
	"crossdock/web/httpfault"
	"crossdock/web/page"
)

// ownOrder finds the order of the address. Another customer's is just as little
// there as one that never was.
func (v *visit) ownOrder() (order.Order, error) {
	which, err := id.ParseOrder(v.PathValue("order"))
	if err != nil {
		return order.Order{}, noSuchOrder()
	}
	o, err := v.Store.Lookups().Order(v.ctx(), which)
	if fault.Is(err, fault.NotFound) || err == nil && o.Customer != v.user.ID {
		return order.Order{}, noSuchOrder()
	}
	return o, err
}

func noSuchOrder() error { return fault.New(fault.NotFound, "you have no such order") }

func showOrder(v *visit) error {
	o, err := v.ownOrder()
	if err != nil {
		return err
	}
	view, err := v.orderView(o)
	if err != nil {
		return err
	}
	if v.wantsPart() {
		return v.show(http.StatusOK, view.Live())
	}
	return v.showIn(http.StatusOK, view.Page)
}

func showPlaced(v *visit) error {
	o, err := v.ownOrder()
	if err != nil {
		return err
	}
	view, err := v.orderView(o)
	if err != nil {
		return err
	}
	return v.showIn(http.StatusOK, func(f page.Frame) templ.Component { return view.Placed(f) })
}

// done leads back to the order, whose page tells what has become of it.
func (v *visit) done(o order.Order, flash string) error {
	if flash != "" {
		v.flash(flash)
	}
	v.redirect(string(page.OrderURL(o.ID.String())))
	return nil
}

// refused shows the order as it now is, with what was wrong with a change of it.
// fill puts what was typed back into its form, with what is wrong with the fields;
// nil: there is none. What no other input would mend is returned as it came.
func (v *visit) refused(which id.Order, refusal error, fill func(view *page.Order, wrong page.FieldErrors)) error {
	told := httpfault.Of(refusal)
	switch told.Kind {
	case fault.Invalid, fault.Conflict, fault.Exists, fault.Busy:
	default:
		return refusal
	}
	if told.Kind != fault.Invalid {
		told.Field = "" // of the command, and of no field in the form
	}
	return v.refusedFields(which, told.Status, page.FieldErrors{told.Field: told.Message}, fill)
}

func (v *visit) refusedFields(which id.Order, status int, wrong page.FieldErrors, fill func(view *page.Order, wrong page.FieldErrors)) error {
	o, err := v.Store.Lookups().Order(v.ctx(), which)
	if err != nil {
		return err
	}
	view, err := v.orderView(o)
	if err != nil {
		return err
	}
	if fill != nil {
		fill(&view, wrong)
	}
	f, err := v.frame()
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		f.Flashes = append(f.Flashes, page.Flash{Kind: page.Fail, Text: sentence(wrong[name])})
	}
	return v.show(status, view.Page(f))
}

func voidOrder(v *visit) error {
	o, err := v.ownOrder()
	if err != nil {
		return err
	}
	switch o.Status {
	case order.Voided:
		return v.refused(o.ID, fault.New(fault.Conflict, "this order is voided already"), nil)
	case order.Sent, order.Delivered:
		return v.refused(o.ID, fault.New(fault.Conflict, "this order was sent: what you do not want to keep can be returned"), nil)
	}
	command := store.VoidOrder{Order: o.ID, By: v.user.ID, Reason: "called off by the customer"}
	if _, err := v.Store.Do(v.ctx(), command); err != nil {
		return v.refused(o.ID, err, nil)
	}
	return v.done(o, "")
}

// dropWaiting calls off what is still to come in.
func dropWaiting(v *visit) error {
	o, err := v.ownOrder()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	line, err := strconv.Atoi(form.Get("line"))
	if err != nil || o.Line(line) == nil {
		return v.refused(o.ID, fault.New(fault.Invalid, "the order has no line %s", fault.Quote(form.Get("line"))), nil)
	}
	command := store.DropBackorder{Order: o.ID, By: v.user.ID, Line: line, Reason: "called off by the customer"}
	if _, err := v.Store.Do(v.ctx(), command); err != nil {
		return v.refused(o.ID, err, nil)
	}
	return v.done(o, "dropped")
}

// changeAddress asks for the order to go elsewhere in its district.
func changeAddress(v *visit) error {
	o, err := v.ownOrder()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	fill := func(view *page.Order, wrong page.FieldErrors) {
		view.Redirect.Address, view.Redirect.Errors = typedAddress(form), wrong
	}
	address := addressOf(form)
	if wrong := checkAddress(address); len(wrong) > 0 {
		return v.refusedFields(o.ID, http.StatusUnprocessableEntity, wrong, fill)
	}
	address.District, address.Email, address.Phone = o.Address.District, o.Address.Email, o.Address.Phone
	command := store.ChangeAddress{Order: o.ID, By: v.user.ID, Address: address}
	if command.Key, err = v.formKeyOf(o, "address", form, "name", "street", "postal_code", "city"); err != nil {
		return v.refused(o.ID, err, fill)
	}
	answer, err := v.Store.Do(v.ctx(), command)
	if err != nil {
		return v.refused(o.ID, err, fill)
	}
	if after := answer.(order.Order); after.NewAddress != nil {
		return v.done(o, "redirect-asked")
	}
	return v.done(o, "redirected")
}

// askReturn announces that units come back.
func askReturn(v *visit) error {
	o, err := v.ownOrder()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	fill := func(view *page.Order, wrong page.FieldErrors) {
		view.Back.Reason, view.Back.Errors = kept(form.Get("reason")), wrong
		for i := range view.Back.Lines {
			view.Back.Lines[i].Typed = kept(form.Get(view.Back.Lines[i].Field()))
		}
	}
	command := store.AskReturn{Order: o.ID, By: v.user.ID, Reason: strings.TrimSpace(form.Get("reason"))}
	wrong := page.FieldErrors{}
	if command.Lines = linesBack(o, form, wrong); len(command.Lines) == 0 && len(wrong) == 0 {
		wrong[""] = "say of at least one product how many you send back"
	}
	if command.Reason == "" {
		wrong["reason"] = "the reason is empty: say why, in a word or two"
	}
	if len(wrong) > 0 {
		return v.refusedFields(o.ID, http.StatusUnprocessableEntity, wrong, fill)
	}
	if command.Key, err = v.formKeyOf(o, "return", form, returnFields(o)...); err != nil {
		return v.refused(o.ID, err, fill)
	}
	if _, err := v.Store.Do(v.ctx(), command); err != nil {
		return v.refused(o.ID, err, fill)
	}
	return v.done(o, "return-asked")
}

// linesBack reads how many units of each line come back; what cannot be meant goes
// into wrong.
func linesBack(o order.Order, form url.Values, wrong page.FieldErrors) []store.Back {
	var back []store.Back
	for _, line := range o.Lines {
		field := page.ReturnableLine{Line: line.Number}.Field()
		text := strings.TrimSpace(form.Get(field))
		if text == "" {
			continue
		}
		units, err := quantity(text, 0)
		if err != nil {
			wrong[field], _ = fault.Public(err)
		}
		if units > 0 {
			back = append(back, store.Back{Line: line.Number, Units: units})
		}
	}
	return back
}

func returnFields(o order.Order) []string {
	fields := []string{"reason"}
	for _, line := range o.Lines {
		fields = append(fields, page.ReturnableLine{Line: line.Number}.Field())
	}
	return fields
}

// formKeyOf reads the key of a form about an order, so that a second click is not
// a second command.
func (v *visit) formKeyOf(o order.Order, command string, form url.Values, fields ...string) (store.Key, error) {
	if _, err := id.ParseUUID(form.Get("key")); err != nil {
		return store.Key{}, fault.New(fault.Invalid, "the form has lost its key: try again")
	}
	return v.key(command+"/"+o.ID.String(), form.Get("key"), form, fields...), nil
}

// orderAgain puts what was ordered into the cart, beside what is there. Doing it
// twice does no more.
func orderAgain(v *visit) error {
	o, err := v.ownOrder()
	if err != nil {
		return err
	}
	var ordered cart.Cart
	for _, line := range o.Lines {
		if !v.Store.Sells(line.SKU) {
			continue
		}
		if more, err := ordered.Add(line.SKU, line.Quantity); err == nil { // else it does not fit
			ordered = more
		}
	}
	merge := func(c cart.Cart) (cart.Cart, error) { return c.Merge(ordered), nil }
	if _, err := v.Carts.Change(v.ctx(), v.owner(), merge); err != nil {
		return err
	}
	v.flash("again")
	v.redirect("/cart")
	return nil
}
