package shop

import (
	"net/http"

	"crossdock/core/cart"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/stock"
	"crossdock/web/httpfault"
	"crossdock/web/page"
)

// maxQuantity is the most units of one product in a cart.
const maxQuantity = stock.MaxQuantity

// owner names the visitor's cart; empty for a guest who has none yet.
func (v *visit) owner() string {
	switch {
	case !v.user.ID.IsZero():
		return userCart(v.user.ID)
	case v.session != nil && v.session.Guest() != "":
		return guestCart(v.session.Guest())
	default:
		return ""
	}
}

func userCart(user id.User) string   { return "user:" + user.String() }
func guestCart(secret string) string { return "guest:" + secret }

// basket returns the visitor's cart.
func (v *visit) basket() (cart.Cart, error) {
	owner := v.owner()
	if owner == "" {
		return cart.Cart{}, nil
	}
	return v.Carts.Get(v.ctx(), owner)
}

// showCart shows the cart. Whoever looks at it has left the checkout.
func showCart(v *visit) error {
	v.release()
	return v.cartPage(http.StatusOK, nil)
}

// cartPage draws the cart as it is stored, and what went wrong with a change of it.
func (v *visit) cartPage(status int, notice *page.Flash) error {
	basket, err := v.basket()
	if err != nil {
		return err
	}
	view, err := v.cartView(basket)
	if err != nil {
		return err
	}
	f, err := v.frameWith(basket)
	if err != nil {
		return err
	}
	if notice != nil {
		f.Flashes = append(f.Flashes, *notice)
	}
	return v.show(status, view.Page(f))
}

func (v *visit) cartView(basket cart.Cart) (page.Cart, error) {
	view := page.Cart{Units: basket.Count(), MaxQuantity: maxQuantity}
	var err error
	view.Lines, view.Total, err = v.cartLines(basket)
	return view, err
}

// cartLines prices a cart by the catalog of now. A product that is not sold any
// more is shown, and costs nothing.
func (v *visit) cartLines(basket cart.Cart) ([]page.CartLine, money.Amount, error) {
	var total money.Amount
	home, err := v.home()
	if err != nil {
		return nil, total, err
	}
	lines := make([]page.CartLine, len(basket.Lines))
	for i, line := range basket.Lines {
		row, err := v.Store.Product(v.ctx(), line.SKU)
		if fault.Is(err, fault.NotFound) {
			lines[i] = page.CartLine{
				SKU: string(line.SKU), Name: string(line.SKU), Quantity: line.Units, Gone: true,
				Price: money.Of(0, v.Currency), Sum: money.Of(0, v.Currency),
			}
			continue
		}
		if err != nil {
			return nil, total, err
		}
		sum, err := row.Price.Times(line.Units)
		if err != nil {
			return nil, total, err
		}
		if total, err = total.Add(sum); err != nil {
			return nil, total, err
		}
		lines[i] = page.CartLine{
			SKU: string(line.SKU), Name: row.Name, Type: row.Type, Price: row.Price, Sum: sum,
			Quantity: line.Units, Available: row.Held, Ahead: v.ahead(row.Product, home),
		}
	}
	if total == (money.Amount{}) {
		total = money.Of(0, v.Currency)
	}
	return lines, total, nil
}

func addToCart(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	units, err := quantity(form.Get("quantity"), 1)
	if err != nil {
		return v.notAdded(form.Get("sku"), err)
	}
	sku, err := v.Store.Product(v.ctx(), id.SKU(form.Get("sku")))
	if err != nil {
		return err
	}
	owner := v.owner()
	if owner == "" {
		owner = guestCart(v.session.NewGuest())
	}
	changed, err := v.Carts.Change(v.ctx(), owner, func(c cart.Cart) (cart.Cart, error) { return c.Add(sku.SKU, units) })
	if err != nil {
		return v.notAdded(form.Get("sku"), err)
	}
	if v.wantsPart() {
		notice := page.Flash{Kind: page.Done, Text: sku.Name + " is in your cart.", Link: "View cart", Href: "/cart"}
		return v.show(http.StatusOK, page.Added{Notice: notice, Units: changed.Count()}.Part())
	}
	v.flash("added")
	v.redirect("/cart")
	return nil
}

// notAdded shows the product again, with what was wrong.
func (v *visit) notAdded(sku string, err error) error {
	if v.wantsPart() || !fault.Is(err, fault.Invalid) {
		return err
	}
	message, _ := fault.Public(err)
	return v.productPage(httpfault.Of(err).Status, sku, 1, message)
}

func setInCart(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	units, err := quantity(form.Get("quantity"), 0)
	if err != nil {
		return v.notChanged(err)
	}
	return v.changeCart(func(c cart.Cart) (cart.Cart, error) { return setKnown(c, id.SKU(form.Get("sku")), units) })
}

func removeFromCart(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	return v.changeCart(func(c cart.Cart) (cart.Cart, error) { return setKnown(c, id.SKU(form.Get("sku")), 0) })
}

// setKnown changes the quantity of a product that is in the cart. Removing one
// that is not there any more is what was wanted.
func setKnown(c cart.Cart, sku id.SKU, units int64) (cart.Cart, error) {
	if units > 0 && c.Units(sku) == 0 {
		return c, fault.At("sku", fault.NotFound, "there is no product %s in the cart", fault.Quote(string(sku)))
	}
	return c.Set(sku, units)
}

func (v *visit) changeCart(change func(cart.Cart) (cart.Cart, error)) error {
	var changed cart.Cart
	var err error
	if owner := v.owner(); owner == "" {
		changed, err = change(cart.Cart{}) // a guest without a cart gets none by this
	} else {
		changed, err = v.Carts.Change(v.ctx(), owner, change)
	}
	if err != nil {
		return v.notChanged(err)
	}
	v.release() // what is kept is no longer what is wanted
	if v.wantsPart() {
		view, err := v.cartView(changed)
		if err != nil {
			return err
		}
		return v.show(http.StatusOK, view.Contents())
	}
	v.flash("changed")
	v.redirect("/cart")
	return nil
}

// notChanged shows the cart as it is, with what was wrong.
func (v *visit) notChanged(err error) error {
	if v.wantsPart() || fault.Is(err, fault.Internal) {
		return err
	}
	message, _ := fault.Public(err)
	return v.cartPage(httpfault.Of(err).Status, &page.Flash{Kind: page.Fail, Text: sentence(message)})
}
