package page

import "time"

// Product is the page of one product.
type Product struct {
	Card
	Description string
	Now         time.Time   // time of this answer; how old the figures are is told from it
	Sites       []SiteStock // every warehouse, also those that have none
	MaxQuantity int64       // most units in one order line
	Quantity    int64       // what the quantity field holds; 0 is 1
	Error       string      // what is wrong with the quantity; empty for nothing
	InCart      int64       // units of it that are in the cart already
	District    string      // the customer's district by name; empty for guests
	ServedBy    []Place     // warehouses that serve the district, first one first
	Related     []Card      // others of its category; may be empty
}

// SiteStock is what one warehouse can give of a product, as last heard.
type SiteStock struct {
	Site       string
	Name       string    // name for people; may be empty
	Units      int64     // that can be promised from there
	AsOf       time.Time // when the figure was last known to be right
	StaleSince time.Time // when the link broke; zero while it is up
}

func (s SiteStock) stale() bool { return !s.StaleSince.IsZero() }

// serves returns the hint on who ships to the customer, in a sentence.
func (v Product) serves() string {
	if len(v.ServedBy) == 0 {
		return ""
	}
	text := "Orders from " + v.District + " ship from " + siteLabel(v.ServedBy[0].Name, v.ServedBy[0].Site) + " first"
	if len(v.ServedBy) == 1 {
		return text + "."
	}
	rest := make([]string, 0, len(v.ServedBy)-1)
	for _, place := range v.ServedBy[1:] {
		rest = append(rest, siteLabel(place.Name, place.Site))
	}
	return text + ", then from " + joined(rest) + "."
}

// firstServing returns the first warehouse in the district's order that has any,
// and whether there is one.
func (v Product) firstServing() (SiteStock, bool) {
	for _, place := range v.ServedBy {
		for _, stock := range v.Sites {
			if stock.Site == place.Site && stock.Units > 0 {
				return stock, true
			}
		}
	}
	return SiteStock{}, false
}
