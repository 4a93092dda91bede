package page

// Landing is the front door: what this shop is, and a way in.
type Landing struct {
	Types    []Facet // types of products, with how many each has
	Featured []Card  // a handful to look at; may be empty
	Products int     // how many products there are in all
	Sites    []Place // the warehouses, in the order in which they are shown
}

// Place is a warehouse as a customer knows it.
type Place struct {
	Site string // code, such as "wh1"
	Name string // name for people; may be empty
}

func (v Landing) placesLine() string {
	names := make([]string, len(v.Sites))
	for i, place := range v.Sites {
		names[i] = place.Name
		if place.Name == "" {
			names[i] = place.Site
		}
	}
	if len(names) == 0 {
		return "Ordered today, set aside at once"
	}
	return "Shipped from " + joined(names)
}

// tiles picks up to four products for the picture beside the headline, each of
// another type.
func tiles(cards []Card) []Card {
	var picked []Card
	seen := make(map[string]bool)
	for _, card := range cards {
		if !seen[card.Type] && len(picked) < 4 {
			seen[card.Type] = true
			picked = append(picked, card)
		}
	}
	return picked
}
