package shop

import (
	"net/http"
	"net/url"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/id"
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
		v.flash("empty")
		v.redirect("/cart")
		return nil
	}
	form := url.Values{"district": {string(v.user.District)}, "payment": {string(pay.OnDelivery)}}
	if err := v.fillAddress(form); err != nil {
		return err
	}
	return v.checkoutPage(http.StatusOK, basket, v.IDs.New().String(), form, nil)
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
	districts, err := v.Store.Districts(v.ctx())
	if err != nil {
		return err
	}
	lines, total, err := v.cartLines(basket)
	if err != nil {
		return err
	}
	view := page.Checkout{
		Key: key + "." + seenDigest(lines),
		Address: page.Address{
			Name: kept(form.Get("name")), Street: kept(form.Get("street")), PostalCode: kept(form.Get("postal_code")),
			City: kept(form.Get("city")), District: kept(form.Get("district")),
		},
		Payment: form.Get("payment"), Payments: payments(), Districts: districtOptions(districts), Errors: errors,
		Lines: lines, Units: basket.Count(), Total: total,
	}
	if view.Plan, err = v.plan(basket, lines, id.District(form.Get("district"))); err != nil {
		return err
	}
	f, err := v.frameWith(basket)
	if err != nil {
		return err
	}
	return v.show(status, view.Page(f))
}

func payments() []page.Option {
	return []page.Option{{Value: string(pay.OnDelivery), Label: "Pay on delivery", Hint: "The carrier takes the money at your door."}}
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

// plan is what would happen if the cart were ordered now to a district: the same
// function that decides upon the order, on the same figures.
func (v *visit) plan(basket cart.Cart, lines []page.CartLine, code id.District) (page.Plan, error) {
	district, known, err := v.district(code)
	if err != nil || !known {
		return page.Plan{}, err
	}
	type shelf struct {
		warehouse id.Site
		sku       id.SKU
	}
	held, names := map[shelf]int64{}, map[id.SKU]string{}
	demands := make([]sourcing.Demand, len(basket.Lines))
	for i, line := range basket.Lines {
		available, err := v.Store.Availability(v.ctx(), line.SKU)
		if err != nil {
			return page.Plan{}, err
		}
		for _, at := range available {
			held[shelf{at.Level.Warehouse, line.SKU}] = at.Held
		}
		demands[i] = sourcing.Demand{Line: i + 1, SKU: line.SKU, Units: line.Units}
		names[line.SKU] = lines[i].Name
	}
	plan := sourcing.PrimaryFirst(demands, district.Warehouses, func(warehouse id.Site, sku id.SKU) int64 {
		return held[shelf{warehouse, sku}]
	})
	return v.planView(plan, names), nil
}

func (v *visit) planView(plan sourcing.Plan, names map[id.SKU]string) page.Plan {
	view := page.Plan{Short: shortLines(plan.Short, names), Why: v.steps(plan.Why)}
	index := map[id.Site]int{}
	for _, take := range plan.Takes {
		i, begun := index[take.Warehouse]
		if !begun {
			i = len(view.Parcels)
			index[take.Warehouse] = i
			view.Parcels = append(view.Parcels, page.Parcel{Site: string(take.Warehouse), Name: v.SiteNames[take.Warehouse]})
		}
		view.Parcels[i].Lines = append(view.Parcels[i].Lines,
			page.ParcelLine{SKU: string(take.SKU), Name: names[take.SKU], Quantity: take.Units})
	}
	return view
}

func shortLines(short []sourcing.Shortage, names map[id.SKU]string) []page.ShortLine {
	lines := make([]page.ShortLine, len(short))
	for i, s := range short {
		lines[i] = page.ShortLine{SKU: string(s.SKU), Name: names[s.SKU], Wanted: s.Ordered, Available: s.Ordered - s.Missing}
	}
	return lines
}
