package shop

import (
	"net/http"
	"net/url"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/sourcing"
	"crossdock/web/page"
)

func showCheckout(v *visit) error {
	basket, err := v.basket()
	if err != nil {
		return err
	}
	if len(basket.Lines) == 0 {
		return v.nothingToOrder()
	}
	form := url.Values{"district": {string(v.user.District)}, "payment": {string(pay.OnDelivery)}}
	if err := v.fillAddress(form); err != nil {
		return err
	}
	return v.checkoutPage(http.StatusOK, basket, v.IDs.New().String(), form, nil)
}

func (v *visit) nothingToOrder() error {
	v.flash("empty")
	v.redirect("/cart")
	return nil
}

// keepUnits keeps the units of the cart while the form is worked on: longer, and
// for the district that is chosen by now.
func keepUnits(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	basket, err := v.basket()
	if err != nil {
		return err
	}
	if len(basket.Lines) == 0 {
		return v.nothingToOrder()
	}
	key, _ := formKey(form)
	if _, err := id.ParseUUID(key); err != nil {
		return lostKey()
	}
	if !v.wantsPart() {
		return v.checkoutPage(http.StatusOK, basket, key, form, nil)
	}
	view, err := v.checkoutView(basket, key, form, nil)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, view.Kept())
}

// fillAddress fills in where the customer's newest order went.
func (v *visit) fillAddress(form url.Values) error {
	orders, err := v.Store.Lookups().OrdersOf(v.ctx(), v.user.ID, 1)
	if err != nil || len(orders) == 0 {
		return err
	}
	last := orders[0].Address
	form.Set("name", last.Name)
	form.Set("street", last.Street)
	form.Set("postal_code", last.PostalCode)
	form.Set("city", last.City)
	form.Set("district", string(last.District))
	return nil
}

// checkoutPage draws the form, filled with what form holds, and the plan for the
// district in it.
func (v *visit) checkoutPage(status int, basket cart.Cart, key string, form url.Values, errors page.FieldErrors) error {
	view, err := v.checkoutView(basket, key, form, errors)
	if err != nil {
		return err
	}
	f, err := v.frameWith(basket)
	if err != nil {
		return err
	}
	return v.show(status, view.Page(f))
}

func (v *visit) checkoutView(basket cart.Cart, key string, form url.Values, errors page.FieldErrors) (page.Checkout, error) {
	districts, err := v.Store.Districts(v.ctx())
	if err != nil {
		return page.Checkout{}, err
	}
	lines, total, err := v.cartLines(basket)
	if err != nil {
		return page.Checkout{}, err
	}
	repriced(lines, pricesSeen(form))
	view := page.Checkout{
		Key: key + "." + seenDigest(basket), Seen: pricesText(lines),
		Address: typedAddress(form), Payment: kept(form.Get("payment")), Payments: v.payments(), Cards: cardOptions(v.TestCards),
		Districts: districtOptions(districts), Errors: errors,
		Lines: lines, Units: basket.Count(), Total: total, Now: v.local(v.Now()),
	}
	if errors["token"] == "" { // what was refused may be the number of a card: it is not repeated
		view.Token = kept(form.Get("token"))
	}
	return view, v.plan(&view, basket, id.District(form.Get("district")))
}

func typedAddress(form url.Values) page.Address {
	return page.Address{
		Name: kept(form.Get("name")), Street: kept(form.Get("street")), PostalCode: kept(form.Get("postal_code")),
		City: kept(form.Get("city")), District: kept(form.Get("district")),
	}
}

// payments lists the ways to pay that are offered here.
func (v *visit) payments() []page.Option {
	var options []page.Option
	for _, method := range pay.Methods() {
		if _, offered := v.Payments.Provider(method); offered {
			options = append(options, page.Option{Value: string(method), Label: methodTitle(method), Hint: methodHint(method)})
		}
	}
	return options
}

func districtOptions(districts []catalog.District) []page.Option {
	options := make([]page.Option, len(districts))
	for i, district := range districts {
		options[i] = page.Option{Value: string(district.Code), Label: district.Name}
	}
	return options
}

// district finds a district by its code.
func (v *visit) district(code id.District) (catalog.District, bool, error) {
	districts, err := v.Store.Districts(v.ctx())
	if err != nil {
		return catalog.District{}, false, err
	}
	for _, district := range districts {
		if district.Code == code {
			return district, true, nil
		}
	}
	return catalog.District{}, false, nil
}

func promiseOf(p order.Promise) page.Promise { return page.Promise{From: p.From, To: p.To} }

func shortLines(short []sourcing.Shortage, names map[id.SKU]string) []page.ShortLine {
	lines := make([]page.ShortLine, len(short))
	for i, s := range short {
		lines[i] = page.ShortLine{SKU: string(s.SKU), Name: names[s.SKU], Wanted: s.Ordered, Available: s.Ordered - s.Missing}
	}
	return lines
}
