package shop

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/site/store"
	"crossdock/web/httpfault"
	"crossdock/web/page"
)

// orderFields are the fields of the checkout form that make one order another.
var orderFields = [...]string{"name", "street", "postal_code", "city", "district", "payment", "token"}

// placeOrder orders the cart that the customer was shown. The form's key makes a
// second click, or a reload, the same order. Whether there is one is asked first,
// since the first click has emptied the cart. A form that was changed after its
// order was placed changes nothing: it leads to that order.
func placeOrder(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	key, seen := formKey(form)
	if _, err := id.ParseUUID(key); err != nil {
		return lostKey()
	}
	basket, err := v.basket()
	if err != nil {
		return err
	}
	command := v.orderOf(form, basket, key)
	before, err := v.placedBefore(command.Key.Name)
	if err != nil {
		return err
	}
	if before == nil {
		refused, err := v.refuseOrder(form, basket, command.Address, key, seen)
		if err != nil || refused {
			return err
		}
	}
	placement, err := v.Store.Place(v.ctx(), command)
	if fault.Is(err, fault.Mismatch) {
		return v.orderedAlready(command.Key.Name, err)
	}
	if err != nil {
		return v.notPlaced(err, basket, key, form)
	}
	v.redirect(string(page.PlacedURL(placement.Order.ID.String())))
	return nil
}

// notPlaced shows the form again with what was wrong with it. A cart or a price
// that changed in this very moment is something that the customer has to look at,
// and where one way to pay is refused there are others.
func (v *visit) notPlaced(err error, basket cart.Cart, key string, form url.Values) error {
	told := httpfault.Of(err)
	if told.Kind == fault.Conflict && (told.Field == "cart" || strings.HasSuffix(told.Field, ".price")) {
		basket, err := v.basket()
		if err != nil {
			return err
		}
		if len(basket.Lines) == 0 {
			return v.nothingToOrder()
		}
		return v.checkoutPage(http.StatusConflict, basket, key, form, page.FieldErrors{"": told.Message})
	}
	if told.Kind == fault.Conflict && told.Field == "payment" {
		return v.checkoutPage(told.Status, basket, key, form, page.FieldErrors{told.Field: told.Message})
	}
	errors, status, err := formErrors(err, orderFields[:]...)
	if err != nil {
		return err
	}
	return v.checkoutPage(status, basket, key, form, errors)
}

// refuseOrder answers an order that the customer cannot have meant, or whose
// parcel could not arrive, and reports whether it did.
func (v *visit) refuseOrder(form url.Values, basket cart.Cart, to order.Address, key, seen string) (bool, error) {
	if len(basket.Lines) == 0 {
		return true, v.nothingToOrder()
	}
	lines, _, err := v.cartLines(basket)
	if err != nil {
		return true, err
	}
	prices := pricesSeen(form)
	if seenDigest(basket) != seen || len(prices) != len(lines) {
		form.Del("seen")
		return true, v.checkoutPage(http.StatusConflict, basket, key, form, page.FieldErrors{
			"": "your cart has changed since you saw this page: look at it again before you order",
		})
	}
	if repriced(lines, prices) {
		return true, v.checkoutPage(http.StatusConflict, basket, key, form, page.FieldErrors{
			"": "a price has changed since you saw this page: the new one stands in your order now. Look at it, and order again if you agree",
		})
	}
	errors := checkAddress(to)
	if form.Get("payment") == "" {
		errors["payment"] = "choose how to pay"
	}
	if len(errors) > 0 {
		return true, v.checkoutPage(http.StatusUnprocessableEntity, basket, key, form, errors)
	}
	return false, nil
}

// orderOf makes the command. Its key belongs to the customer: nobody can ask for
// the answer of another one's.
func (v *visit) orderOf(form url.Values, basket cart.Cart, key string) store.PlaceOrder {
	address := addressOf(form)
	address.District, address.Email, address.Phone = id.District(form.Get("district")), v.user.Email, v.user.Phone
	command := store.PlaceOrder{
		Key: v.key("checkout", key, form, orderFields[:]...), Customer: v.user.ID, Address: address,
		Payment: pay.Method(form.Get("payment")), ClearCart: v.owner(),
	}
	if command.Payment == pay.Card { // the field is there whatever is chosen
		command.Token = strings.TrimSpace(form.Get("token"))
	}
	prices := pricesSeen(form)
	for i, line := range basket.Lines {
		wanted := store.Wanted{SKU: line.SKU, Units: line.Units}
		if i < len(prices) {
			wanted.Seen = &prices[i]
		}
		command.Lines = append(command.Lines, wanted)
	}
	return command
}

// key makes a form idempotent: the same fields under the same key are the same
// command of this customer.
func (v *visit) key(command, key string, form url.Values, fields ...string) store.Key {
	hash := sha256.New()
	for _, name := range fields {
		sum := sha256.Sum256([]byte(form.Get(name)))
		hash.Write(sum[:])
	}
	return store.Key{Name: command + "/" + v.user.ID.String() + "/" + key, BodyHash: [32]byte(hash.Sum(nil))}
}

func addressOf(form url.Values) order.Address {
	return order.Address{
		Name: form.Get("name"), Street: form.Get("street"), PostalCode: form.Get("postal_code"), City: form.Get("city"),
	}
}

// placedBefore returns what a key was used for; nil for nothing yet.
func (v *visit) placedBefore(key string) (*store.Request, error) {
	request, err := v.Store.Lookups().Request(v.ctx(), key)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return &request, err
}

// orderedAlready leads to the customer's order that a key stands for. Where there
// is none, mismatch is the answer.
func (v *visit) orderedAlready(key string, mismatch error) error {
	before, err := v.placedBefore(key)
	if err != nil {
		return err
	}
	if before == nil {
		return mismatch
	}
	which, err := id.ParseOrder(before.Answer)
	if err != nil {
		return mismatch
	}
	o, err := v.Store.Lookups().Order(v.ctx(), which)
	if err != nil {
		return err
	}
	if o.Customer != v.user.ID {
		return mismatch
	}
	name := "ordered"
	if o.Status == order.Voided {
		name = "ordered-voided"
	}
	v.flashNumber(name, o.Number)
	v.redirect(string(page.OrderURL(o.ID.String())))
	return nil
}

// checkAddress asks for everything that a parcel needs, and says of each field
// what is wrong with it.
func checkAddress(a order.Address) page.FieldErrors {
	errors := page.FieldErrors{}
	for _, field := range []struct {
		name, label, text string
		most              int
	}{
		{"name", "name", a.Name, 100},
		{"street", "street", a.Street, 200},
		{"postal_code", "postal code", a.PostalCode, 20},
		{"city", "city", a.City, 100},
	} {
		if err := catalog.CheckText(field.label, field.text, 1, field.most); err != nil {
			errors[field.name], _ = fault.Public(err)
		}
	}
	return errors
}
