package shop

import (
	"cmp"
	"slices"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/site/store"
	"crossdock/web/page"
)

// arrival is what one warehouse expects, and may still be sold ahead.
type arrival = store.Expected

// expected returns where units of a product that is sold ahead are expected, what
// comes in first at the front, as the store would sell them. The district's
// warehouses alone count; without a district all do.
func (v *visit) expected(product catalog.Product, within catalog.District) []arrival {
	if !product.SoldAhead() {
		return nil
	}
	all := slices.DeleteFunc(v.Published.Expected(product.SKU), func(e arrival) bool {
		return e.Units <= 0 || within.Code != "" && !slices.Contains(within.Warehouses, e.Warehouse)
	})
	rank := func(e arrival) int { return slices.Index(within.Warehouses, e.Warehouse) }
	slices.SortStableFunc(all, func(a, b arrival) int {
		return cmp.Or(cmp.Compare(unknownLast(v.due(a, 1)), unknownLast(v.due(b, 1))), cmp.Compare(rank(a), rank(b)))
	})
	return all
}

// due returns the day on which the n-th unit comes in that is still to be sold
// ahead. A day that is over without the goods says nothing any more.
func (v *visit) due(e arrival, n int64) date.Date {
	if on := e.Due(n); on >= date.Of(v.Now()) {
		return on
	}
	return 0
}

// unknownLast puts the unknown day behind all others.
func unknownLast(d date.Date) date.Date {
	if d.IsZero() {
		return 1<<31 - 1
	}
	return d
}

// ahead tells what of a product can be ordered before it is there.
func (v *visit) ahead(product catalog.Product, within catalog.District) page.Ahead {
	arrivals := v.expected(product, within)
	view := page.Ahead{}
	if release := v.releaseDay(product); !release.IsZero() {
		view.Preorder, view.On = true, release
	} else if len(arrivals) > 0 {
		view.On = v.due(arrivals[0], 1)
	}
	for _, e := range arrivals {
		view.Units += e.Units
	}
	if product.Cap > 0 {
		view.Units = max(min(view.Units, product.Cap-v.soldAhead(product.SKU)), 0)
	}
	return view
}

// releaseDay is the day before which nothing of a product is shipped; zero: nothing
// hinders.
func (v *visit) releaseDay(product catalog.Product) date.Date {
	if product.Policy == catalog.Preorder && product.ReleaseOn > date.Of(v.Now()) {
		return product.ReleaseOn
	}
	return 0
}

// aheadOn is what is said of units that come in on a day: they ship then, or on
// their release, whichever is later. Where nobody knows the day, the release says
// nothing of it.
func (v *visit) aheadOn(product catalog.Product, due date.Date) page.Ahead {
	if release := v.releaseDay(product); !due.IsZero() && due <= release {
		return page.Ahead{Preorder: true, On: release}
	}
	return page.Ahead{On: due}
}

func (v *visit) soldAhead(sku id.SKU) int64 {
	var units int64
	for _, e := range v.Published.Expected(sku) {
		units += e.Sold
	}
	return units
}

// comesIn tells when units that are missing come in, all of them; false where not
// so many can be ordered ahead.
func (v *visit) comesIn(product catalog.Product, within catalog.District, missing int64) (page.Ahead, bool) {
	if v.ahead(product, within).Units < missing {
		return page.Ahead{}, false
	}
	var last date.Date
	for _, e := range v.expected(product, within) {
		units := min(e.Units, missing)
		if units == 0 {
			break
		}
		missing -= units
		last = max(last, unknownLast(v.due(e, units)))
	}
	if last == unknownLast(0) {
		last = 0
	}
	return v.aheadOn(product, last), true
}

// home is the district of a customer; the zero one for a guest.
func (v *visit) home() (catalog.District, error) {
	if v.user.ID.IsZero() {
		return catalog.District{}, nil
	}
	district, _, err := v.district(v.user.District)
	return district, err
}
