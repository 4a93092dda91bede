package shop

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	"crossdock/web/page"
)

// seenDigest stands for the products, quantities and prices that the customer was
// shown: an order for anything else is not what was agreed to.
func seenDigest(lines []page.CartLine) string {
	hash := sha256.New()
	encoder := json.NewEncoder(hash)
	for _, line := range lines {
		// A hash takes everything, and these are strings and numbers: no error.
		_ = encoder.Encode([]any{line.SKU, line.Quantity, line.Price})
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// placeOrder orders the cart that the customer was shown. The form's key makes a
// second click, or a reload, the same order. Whether there is one is asked first,
// since the first click has emptied the cart. A form that was changed after its
// order was placed changes nothing: it leads to that order.
func placeOrder(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	key, seen, _ := strings.Cut(form.Get("key"), ".")
	if _, err := id.ParseUUID(key); err != nil {
		return fault.New(fault.Invalid, "the form has lost its key: go back to the cart and check out again")
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
		errors, status, err := formErrors(err, "name", "street", "postal_code", "city", "district", "payment")
		if err != nil {
			return err
		}
		return v.checkoutPage(status, basket, key, form, errors)
	}
	v.redirect(string(page.PlacedURL(placement.Order.ID.String())))
	return nil
}

// refuseOrder answers an order that the customer cannot have meant, or whose
// parcel could not arrive, and reports whether it did.
func (v *visit) refuseOrder(form url.Values, basket cart.Cart, to order.Address, key, seen string) (bool, error) {
	if len(basket.Lines) == 0 {
		v.flash("empty")
		v.redirect("/cart")
		return true, nil
	}
	lines, _, err := v.cartLines(basket)
	if err != nil {
		return true, err
	}
	if seenDigest(lines) != seen {
		return true, v.checkoutPage(http.StatusConflict, basket, key, form, page.FieldErrors{
			"": "your cart or a price has changed since you saw this page: look at it again before you order",
		})
	}
	if errors := checkAddress(to); len(errors) > 0 {
		return true, v.checkoutPage(http.StatusUnprocessableEntity, basket, key, form, errors)
	}
	return false, nil
}

// orderOf makes the command. Its key belongs to the customer: nobody can ask for
// the answer of another one's.
func (v *visit) orderOf(form url.Values, basket cart.Cart, key string) store.PlaceOrder {
	address := order.Address{
		Name: form.Get("name"), Street: form.Get("street"), PostalCode: form.Get("postal_code"), City: form.Get("city"),
		District: id.District(form.Get("district")), Email: v.user.Email, Phone: v.user.Phone,
	}
	hash := sha256.New()
	for _, name := range []string{"name", "street", "postal_code", "city", "district", "payment"} {
		sum := sha256.Sum256([]byte(form.Get(name)))
		hash.Write(sum[:])
	}
	command := store.PlaceOrder{
		Key:      store.Key{Name: "checkout/" + v.user.ID.String() + "/" + key, BodyHash: [32]byte(hash.Sum(nil))},
		Customer: v.user.ID, Address: address, Payment: pay.Method(form.Get("payment")), ClearCart: v.owner(),
	}
	for _, line := range basket.Lines {
		command.Lines = append(command.Lines, store.Wanted{SKU: line.SKU, Units: line.Units})
	}
	return command
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
