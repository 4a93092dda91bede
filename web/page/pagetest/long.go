package pagetest

import (
	"strings"

	"crossdock/web/page"
)

// long holds the pages with every text as long as it can be and without a place
// to break it: what people and imports really send.
func long() []Fixture {
	word := strings.Repeat("Wintergarten", 17)[:200]
	f := cutOff()
	f.User, f.Units = word[:64], 1_234_567
	f.Stale[0].Name = word[:60]

	card := goods()[0]
	card.SKU, card.Name, card.Category, card.Price = strings.Repeat("W8/", 22)[:64], word, word[:60], pounds(99_999_999_999)
	card.Availability.Units = 1_000_000_000_000
	inCart := line(card, 1)
	inCart.Quantity, inCart.Available, inCart.Sum = 100000, 99999, pounds(9_999_999_999_900)

	order := fresh()
	order.Number = orderID
	order.Lines[0].Name, order.Lines[0].Sum = word, inCart.Sum
	order.Address.Name, order.Address.Street, order.Address.City = word[:100], word, word[:100]
	order.Timeline[0].Detail, order.Timeline[0].Site = word, word[:60]+" (wh1)"
	order.Fulfillments[0].Name, order.Fulfillments[0].Lines[0].Name = word[:60], word
	order.Notifications[0].To = word + "@example.org"
	order.Why[0].Reason = word

	product := page.Product{
		Card: card, Description: word + word, Now: Now(), MaxQuantity: 100000, District: word[:60], ServedBy: places(),
		Sites: []page.SiteStock{{Site: "wh1", Name: word[:60], Units: 1_000_000_000_000, AsOf: Now()}},
	}
	rows := history()
	rows[0].Number, rows[0].Units, rows[0].Total = orderID, 1_234_567, inCart.Sum
	troubled := page.Sites{Now: Now(), Links: links(), CanCut: true}
	troubled.Links[0].Name, troubled.Links[0].LastError = word[:60], word
	troubled.Links[0].Parked = []page.ParkedKey{{Site: word[:60], Origin: word[:60], Key: word, Kind: word, Since: Now(), Reason: word, Typed: word[:60], Error: word}}
	troubled.Links[0].Drift, troubled.Links[0].Here, troubled.Links[0].Store = page.Drift{At: Now(), Found: 1_000_000}, true, word[:60]
	troubled.Staff = page.Staff{Name: word[:64], Until: Now(), CanSignIn: true}
	return []Fixture{
		{Name: "catalog-long", Component: page.Catalog{Filter: page.CatalogFilter{Query: word[:100]}, Types: []page.Facet{{Name: word[:60], Count: 12}}, Products: []page.Card{card, card}, Total: 2, Pages: 1}.Page(f)},
		{Name: "product-long", Component: product.Page(f)},
		{Name: "cart-long", Component: page.Cart{Lines: []page.CartLine{inCart}, Units: 100000, Total: inCart.Sum, MaxQuantity: 100000}.Page(f)},
		{Name: "order-long", Component: order.Page(f)},
		{Name: "placed-long", Component: order.Placed(f)},
		{Name: "profile-long", Component: page.Profile{Username: word[:64], Since: Now(), Districts: districts(), Orders: rows, Total: 7, Number: 1, Pages: 1}.Page(f)},
		{Name: "sites-long", Component: troubled.Page(still(f))},
		{Name: "problem-long", Component: page.Problem{Status: 404, Message: word, Reference: word[:64]}.Page(f)},
	}
}
