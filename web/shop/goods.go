package shop

import (
	"slices"
	"time"

	"crossdock/core/id"
	"crossdock/site/outbox"
	"crossdock/site/store"
	"crossdock/web/page"
)

// cards makes cards of products, each with what can be promised of it.
func (v *visit) cards(rows []store.ProductRow) ([]page.Card, error) {
	stale, err := v.stale()
	if err != nil {
		return nil, err
	}
	home, err := v.home()
	if err != nil {
		return nil, err
	}
	cards := make([]page.Card, len(rows))
	for i, row := range rows {
		available, err := v.Store.Availability(v.ctx(), row.SKU)
		if err != nil {
			return nil, err
		}
		cards[i] = cardOf(row, available, stale)
		cards[i].Availability.Ahead = v.ahead(row.Product, home)
	}
	return cards, nil
}

func cardOf(row store.ProductRow, available []store.Availability, stale map[id.Site]time.Time) page.Card {
	card := page.Card{SKU: string(row.SKU), Name: row.Name, Type: row.Type, Category: row.Category, Price: row.Price}
	card.Availability.Units = row.Held
	for _, at := range available {
		if at.Held > 0 {
			card.Availability.Sites++
			_, old := stale[at.Level.Warehouse]
			card.Availability.Stale = card.Availability.Stale || old
		}
	}
	return card
}

// types groups the shelves by type.
func types(shelves []store.Shelf) []page.Facet {
	var all []page.Facet
	for _, shelf := range shelves {
		i := slices.IndexFunc(all, func(f page.Facet) bool { return f.Name == shelf.Type })
		if i < 0 {
			i = len(all)
			all = append(all, page.Facet{Name: shelf.Type})
		}
		all[i].Count += shelf.Products
		all[i].Categories = append(all[i].Categories, page.Facet{Name: shelf.Category, Count: shelf.Products})
	}
	return all
}

// warehouses lists every warehouse that serves a district or has a link, by name.
func (v *visit) warehouses() ([]id.Site, error) {
	districts, err := v.Store.Districts(v.ctx())
	if err != nil {
		return nil, err
	}
	links, err := v.Sites.Links(v.ctx())
	if err != nil {
		return nil, err
	}
	var all []id.Site
	for _, district := range districts {
		all = append(all, district.Warehouses...)
	}
	for _, link := range links {
		if warehouse, _ := v.ends(link.Link); warehouse != "" {
			all = append(all, warehouse)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// ends returns the warehouse at the other end of one of the store's links, and
// whether the link leads here. The warehouse is empty for links of others.
func (s *shop) ends(link outbox.Link) (warehouse id.Site, here bool) {
	switch s.Site {
	case link.Destination:
		return link.Origin, true
	case link.Origin:
		return link.Destination, false
	default:
		return "", false
	}
}

// stale returns the warehouses that the store does not hear, and since when.
func (v *visit) stale() (map[id.Site]time.Time, error) {
	links, err := v.Sites.Links(v.ctx())
	if err != nil {
		return nil, err
	}
	stale := map[id.Site]time.Time{}
	for _, link := range links {
		if warehouse, here := v.ends(link.Link); here && !link.Connected && !link.StaleSince.IsZero() {
			stale[warehouse] = link.StaleSince
		}
	}
	return stale, nil
}
