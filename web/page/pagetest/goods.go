package pagetest

import (
	"crossdock/core/money"
	"crossdock/web/page"
)

func pounds(minor int64) money.Amount { return money.Of(minor, "GBP") }

func plenty(units int64, sites int) page.Availability {
	return page.Availability{Units: units, Sites: sites}
}

// goods returns one product of each type, with every kind of availability.
func goods() []page.Card {
	return []page.Card{
		{SKU: "22423", Name: "Regency Cake Stand, 3 tiers", Type: "kitchen", Category: "baking", Price: pounds(1275), Availability: plenty(184, 2)},
		{SKU: "85123A", Name: "White Hanging Heart T-Light Holder", Type: "home decor", Category: "candles", Price: pounds(295), Availability: plenty(1432, 2)},
		{SKU: "21977", Name: "Pack of 60 Pink Paisley Cake Cases", Type: "kitchen", Category: "baking", Price: pounds(55), Availability: plenty(7, 1)},
		{SKU: "G-104", Name: "Terracotta Herb Pots, set of 3", Type: "garden", Category: "pots", Price: pounds(1495), Availability: page.Availability{Units: 36, Sites: 2, Stale: true}},
		{SKU: "T/88 B", Name: "Wooden Dinosaur Puzzle", Type: "toys", Category: "puzzles", Price: pounds(425), Availability: plenty(0, 0)},
		{SKU: "ST-017", Name: "Pocket Notebook, dotted, linen cover", Type: "stationery", Category: "notebooks", Price: pounds(650), Availability: plenty(212, 2)},
		{SKU: "20725", Name: "Lunch Bag Red Retrospot", Type: "bags", Category: "lunch bags", Price: pounds(165), Availability: plenty(890, 2)},
		{SKU: "22086", Name: "Paper Chain Kit, 1950s Christmas", Type: "christmas", Category: "decorations", Price: pounds(295), Availability: page.Availability{Ahead: page.Ahead{Units: 40, On: inDays(11)}}},
		{SKU: "JW-3", Name: "Blue Drop Earrings with Bead Cluster", Type: "jewelry", Category: "earrings", Price: pounds(995), Availability: page.Availability{Units: 24, Sites: 1, Stale: true}},
		{SKU: "L+20", Name: "Enamel Desk Lamp, forest green", Type: "candles and light", Category: "lamps", Price: pounds(124900), Availability: plenty(3, 1)},
		{SKU: "47566", Name: "Party Bunting, 5 m of cotton flags", Type: "party", Category: "bunting", Price: pounds(495), Availability: plenty(61, 2)},
		{SKU: "TX_9", Name: "Woven Wool Throw, herringbone", Type: "textiles", Category: "throws", Price: pounds(5400), Availability: plenty(18, 2)},
		{SKU: "BT-5", Name: "Cotton Flannel, pack of 3", Type: "bathroom", Category: "bath", Price: pounds(650), Availability: plenty(44, 2)},
		{SKU: "POST-KIT", Name: "Moving Box with Handles", Type: "other", Category: "boxes", Price: pounds(250), Availability: plenty(75, 2)},
	}
}

func facets() []page.Facet {
	return []page.Facet{
		{Name: "bags", Count: 31},
		{Name: "bathroom", Count: 6},
		{Name: "candles and light", Count: 16},
		{Name: "christmas", Count: 28},
		{Name: "garden", Count: 22},
		{Name: "home decor", Count: 54},
		{Name: "jewelry", Count: 14},
		{Name: "kitchen", Count: 47, Categories: []page.Facet{
			{Name: "baking", Count: 18}, {Name: "storage", Count: 12}, {Name: "tableware", Count: 17},
		}},
		{Name: "other", Count: 9},
		{Name: "party", Count: 24},
		{Name: "stationery", Count: 26},
		{Name: "textiles", Count: 19},
		{Name: "toys", Count: 22},
	}
}

func landing() []Fixture {
	full := page.Landing{Types: facets(), Featured: goods()[:8], Products: 312, Sites: places()}
	return []Fixture{
		{Name: "landing-guest", Component: full.Page(guest())},
		{Name: "landing-customer", Component: full.Page(customer())},
		{Name: "landing-bare", Component: page.Landing{}.Page(guest())},
	}
}

func catalogs() []Fixture {
	all := page.Catalog{Types: facets(), Products: goods(), Total: 312, Pages: 13}
	baking := page.Catalog{
		Filter: page.CatalogFilter{Type: "kitchen", Category: "baking", Query: "cake", Sort: page.SortCheapest, Page: 2},
		Types:  facets(), Products: goods()[:3], Total: 27, Pages: 2,
	}
	none := page.Catalog{Filter: page.CatalogFilter{Query: `"quoted" & <b>bold</b>`}, Types: facets()}
	return []Fixture{
		{Name: "catalog-all", Component: all.Page(customer())},
		{Name: "catalog-filtered", Component: baking.Page(guest())},
		{Name: "catalog-empty", Component: none.Page(guest())},
		{Name: "catalog-unknown", Component: page.Catalog{Filter: page.CatalogFilter{Type: "Free money"}, Types: facets()}.Page(guest())},
		{Name: "catalog-cut-off", Component: all.Page(cutOff())},
		{Name: "catalog-results", Component: baking.Results(), Fragment: true},
	}
}

func products() []Fixture {
	stocked := page.Product{
		Card: goods()[0], Now: Now(), MaxQuantity: 100000, Quantity: 1, District: "North", ServedBy: places(), Related: goods()[2:3],
		Description: "Three tiers of cream porcelain with a rope rim, held by a steel rod. Comes apart for washing, and packs flat.",
		Sites: []page.SiteStock{
			{Site: "wh1", Name: "Leeds", Units: 132, AsOf: ago(2e9)},
			{Site: "wh2", Name: "Carlisle", Units: 52, AsOf: ago(3e9)},
		},
	}
	cut := stocked
	cut.Sites = []page.SiteStock{
		{Site: "wh1", Name: "Leeds", Units: 132, AsOf: ago(2e9)},
		{Site: "wh2", Name: "Carlisle", Units: 52, AsOf: ago(540e9), StaleSince: ago(540e9)},
	}
	cut.InCart = 3
	wrong := stocked
	wrong.Quantity, wrong.Error = 0, "the quantity 0 is not between 1 and 100,000"
	anonymous := stocked
	anonymous.District, anonymous.ServedBy = "", nil
	sold := page.Product{Card: goods()[4], Now: Now(), District: "North", ServedBy: places()[:1], Sites: []page.SiteStock{{Site: "wh1", Name: "Leeds", AsOf: Now()}}}
	late := page.Product{Card: goods()[7], Now: Now(), District: "North", ServedBy: places(), MaxQuantity: 100000, Sites: []page.SiteStock{{Site: "wh1", Name: "Leeds", AsOf: Now()}}}
	mixed := stocked
	mixed.Availability.Units, mixed.Availability.Ahead = 4, page.Ahead{Units: 12, On: inDays(11)}
	soon := late
	soon.Availability.Ahead = page.Ahead{Preorder: true, Units: 200, On: inDays(30)}
	early := stocked
	early.Availability.Units, early.Availability.Ahead = 4, page.Ahead{Preorder: true, Units: 12, On: inDays(30)}
	dayless := late
	dayless.Availability.Ahead = page.Ahead{Units: 40}
	return []Fixture{
		{Name: "product-backorder", Component: late.Page(customer())},
		{Name: "product-backorder-dayless", Component: dayless.Page(customer())},
		{Name: "product-partly-ahead", Component: mixed.Page(customer())},
		{Name: "product-preorder-partly", Component: early.Page(customer())},
		{Name: "product-preorder", Component: soon.Page(customer())},
		{Name: "product-stocked", Component: stocked.Page(customer())},
		{Name: "product-cut-off", Component: cut.Page(cutOff())},
		{Name: "product-error", Component: wrong.Page(customer())},
		{Name: "product-guest", Component: anonymous.Page(guest())},
		{Name: "product-sold-out", Component: sold.Page(customer())},
	}
}
