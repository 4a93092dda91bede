package shop

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"crossdock/core/id"
	"crossdock/site/store"
	"crossdock/web/page"
)

func showProduct(v *visit) error {
	v.open = true
	return v.productPage(http.StatusOK, v.PathValue("sku"), 1, "")
}

// productPage draws the page of a product; problem is what was wrong with the
// quantity.
func (v *visit) productPage(status int, sku string, quantity int64, problem string) error {
	row, err := v.Store.Product(v.ctx(), id.SKU(sku))
	if err != nil {
		return err
	}
	basket, err := v.basket()
	if err != nil {
		return err
	}
	stale, err := v.stale()
	if err != nil {
		return err
	}
	available, err := v.Store.Availability(v.ctx(), row.SKU)
	if err != nil {
		return err
	}
	view := page.Product{
		Card: cardOf(row, available, stale), Description: row.Description, Now: v.local(v.Now()),
		MaxQuantity: maxQuantity, Quantity: quantity, Error: problem, InCart: basket.Units(row.SKU),
	}
	home, err := v.home()
	if err != nil {
		return err
	}
	view.Availability.Ahead = v.ahead(row.Product, home)
	if view.Sites, err = v.shelvesOf(available); err != nil {
		return err
	}
	if err := v.servedBy(&view); err != nil {
		return err
	}
	if view.Related, err = v.related(row); err != nil {
		return err
	}
	return v.showIn(status, func(f page.Frame) templ.Component { return view.Page(f) })
}

// shelvesOf tells of every warehouse what can be promised from there.
func (v *visit) shelvesOf(available []store.Availability) ([]page.SiteStock, error) {
	warehouses, err := v.warehouses()
	if err != nil {
		return nil, err
	}
	links, err := v.Sites.Links(v.ctx())
	if err != nil {
		return nil, err
	}
	stock := make([]page.SiteStock, len(warehouses))
	for i, warehouse := range warehouses {
		stock[i] = page.SiteStock{Site: string(warehouse), Name: v.nameOf(warehouse), AsOf: v.local(v.Now())}
		for _, at := range available {
			if at.Level.Warehouse == warehouse {
				stock[i].Units = at.Held
			}
		}
		for _, link := range links {
			if origin, here := v.ends(link.Link); !here || origin != warehouse {
				continue
			}
			if link.Connected && !link.HeardAt.IsZero() {
				stock[i].AsOf = v.local(link.HeardAt)
			} else if !link.Connected && !link.StaleSince.IsZero() {
				stock[i].AsOf, stock[i].StaleSince = v.local(link.StaleSince), v.local(link.StaleSince)
			}
		}
	}
	return stock, nil
}

// servedBy tells a customer whose district is known who ships there.
func (v *visit) servedBy(view *page.Product) error {
	if v.user.ID.IsZero() {
		return nil
	}
	district, known, err := v.district(v.user.District)
	if err != nil || !known {
		return err
	}
	view.District = district.Name
	for _, warehouse := range district.Warehouses {
		view.ServedBy = append(view.ServedBy, v.place(warehouse))
	}
	return nil
}

// related picks others of the same category.
func (v *visit) related(row store.ProductRow) ([]page.Card, error) {
	const most = 4
	found, err := v.Store.Products(v.ctx(), store.ProductQuery{
		Type: row.Type, Category: row.Category, Sort: store.ByName, Limit: most + 1,
	})
	if err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(found.Products, func(other store.ProductRow) bool { return other.SKU == row.SKU })
	return v.cards(others[:min(most, len(others))])
}
