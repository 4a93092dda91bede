package pagetest

import (
	"time"

	"crossdock/web/page"
)

func line(card page.Card, quantity int64) page.CartLine {
	return page.CartLine{
		SKU: card.SKU, Name: card.Name, Type: card.Type, Price: card.Price, Quantity: quantity,
		Sum: pounds(card.Price.Minor * quantity), Available: card.Availability.Units, Ahead: card.Availability.Ahead,
	}
}

// early is two units of a product that is not released.
func early() page.CartLine {
	card := goods()[7]
	card.Availability.Ahead = page.Ahead{Preorder: true, Units: 200, On: inDays(30)}
	return line(card, 2)
}

func carts() []Fixture {
	goods := goods()
	full := page.Cart{Lines: []page.CartLine{line(goods[0], 2), line(goods[1], 3)}, Units: 5, Total: pounds(3435), MaxQuantity: 100000}
	short := page.Cart{Lines: []page.CartLine{line(goods[0], 2), line(goods[2], 12), line(goods[4], 1), line(goods[7], 4)}, Units: 19, Total: pounds(4815), MaxQuantity: 100000}
	preordered := page.Cart{Lines: []page.CartLine{line(goods[7], 41), early()}, Units: 43, Total: pounds(12685), MaxQuantity: 100000}
	gone := full
	gone.Lines = []page.CartLine{line(goods[0], 2), {SKU: "OLD-1", Name: "Gingham Egg Cosy", Type: "kitchen", Price: pounds(125), Sum: pounds(125), Quantity: 1, Gone: true}}
	added := page.Flash{Kind: page.Done, Text: "2 × Regency Cake Stand, 3 tiers are in your cart.", Link: "View the cart", Href: "/cart"}
	flashed := customer()
	flashed.Flashes = []page.Flash{added, {Kind: page.Care, Text: "Only 7 of 12 could be added."}}
	return []Fixture{
		{Name: "cart-empty", Component: page.Cart{}.Page(guest())},
		{Name: "cart-full", Component: full.Page(customer())},
		{Name: "cart-short", Component: short.Page(customer())},
		{Name: "cart-ahead", Component: preordered.Page(customer())},
		{Name: "cart-gone", Component: gone.Page(customer())},
		{Name: "cart-flashes", Component: full.Page(flashed)},
		{Name: "cart-contents", Component: full.Contents(), Fragment: true},
		{Name: "cart-added", Component: page.Added{Notice: added, Units: 7}.Part(), Fragment: true},
		{Name: "cart-notice", Component: page.Notice(page.Flash{Kind: page.Fail, Text: "The quantity is not a number."}), Fragment: true},
	}
}

func address() page.Address {
	return page.Address{Name: "Maren Holt", Street: "14 Albert Terrace", PostalCode: "LS6 2AB", City: "Leeds", District: "north"}
}

func payments() []page.Option {
	return []page.Option{
		{Value: "on-delivery", Label: "Pay on delivery", Hint: "You pay the carrier when the last parcel is handed over."},
		{Value: "bank-transfer", Label: "Bank transfer", Hint: "Your units are set aside, and shipped when the money is here."},
		{Value: "card", Label: "Card", Hint: "The money is reserved now, and taken when a parcel is handed to the carrier."},
	}
}

func testCards() []page.Option {
	return []page.Option{{Value: "tok_approved", Label: "Approved at once"}, {Value: "tok_declined", Label: "Declined: no money on it"}}
}

// spillOver explains a plan over two warehouses.
func spillOver() []page.Step {
	return []page.Step{
		{Rule: "primary-first", Candidate: "wh1", Verdict: "chosen", Reason: "It is the first warehouse of the district North, and holds 7 of 12 cake cases and both cake stands."},
		{Rule: "primary-first", Candidate: "wh2", Verdict: "spill-over", Reason: "It is next for the district North, and holds the 5 cake cases that wh1 lacks."},
		{Rule: "district", Candidate: "wh3", Verdict: "rejected", Reason: "It does not serve the district North."},
	}
}

func parcels() []page.Parcel {
	return []page.Parcel{
		{Site: "wh1", Name: "Leeds", Lines: []page.ParcelLine{{SKU: "22423", Name: "Regency Cake Stand, 3 tiers", Quantity: 2}, {SKU: "21977", Name: "Pack of 60 Pink Paisley Cake Cases", Quantity: 7}}},
		{Site: "wh2", Name: "Carlisle", Lines: []page.ParcelLine{{SKU: "21977", Name: "Pack of 60 Pink Paisley Cake Cases", Quantity: 5}}},
	}
}

func shortage(backorder bool) []page.ShortLine {
	line := page.ShortLine{SKU: "21977", Name: "Pack of 60 Pink Paisley Cake Cases", Wanted: 40, Available: 12, Backorder: backorder}
	if backorder {
		line.Ahead = page.Ahead{On: inDays(11)}
	}
	return []page.ShortLine{line}
}

func checkouts() []Fixture {
	goods := goods()
	fine := page.Checkout{
		Key: "0195901c-7a11-7c3e-9d52-31f0a8b3c001", Address: address(), Payment: "on-delivery", Districts: districts(), Payments: payments(),
		Lines: []page.CartLine{line(goods[0], 2), line(goods[2], 12)}, Units: 14, Total: pounds(3210),
		Plan: page.Plan{Parcels: parcels(), Why: spillOver(), Promise: page.Promise{From: inDays(3), To: inDays(4)}},
		Now:  Now(), KeptUntil: ago(-10 * time.Minute), Cards: testCards(), Token: "tok_approved",
	}
	company := fine
	company.Payment, company.Cards, company.Token = "card", nil, ""
	company.Errors = page.FieldErrors{"token": "that looks like the number of a card: give the token that the payment provider made of it"}
	preorder := fine
	preorder.Lines = []page.CartLine{early()}
	preorder.Plan = page.Plan{Short: []page.ShortLine{{SKU: "22086", Name: early().Name, Wanted: 2, Backorder: true, Ahead: early().Ahead}}}
	preorder.KeptUntil = time.Time{}
	door := fine
	door.Payments, door.Cards = payments()[:1], nil
	dearer := fine
	dearer.Lines = []page.CartLine{line(goods[0], 2), line(goods[2], 12)}
	dearer.Lines[0].Before = pounds(1195)
	dearer.Errors = page.FieldErrors{"": "a price has changed since you saw this page"}
	single := fine
	single.Plan = page.Plan{Parcels: parcels()[:1], Why: spillOver()[:1]}
	short := fine
	short.Plan = page.Plan{Parcels: parcels(), Short: shortage(false), Why: spillOver()}
	later := fine
	later.Plan = page.Plan{Parcels: parcels(), Short: shortage(true), Why: spillOver()}
	release := fine
	release.Plan.Parcels = append(parcels(), page.Parcel{Site: "wh2", Name: "Carlisle", ShipsOn: inDays(30), Lines: []page.ParcelLine{{SKU: "22086", Name: early().Name, Quantity: 2}}})
	wrong := fine
	wrong.Address = page.Address{Name: "Maren Holt", District: "north"}
	wrong.Payment = ""
	wrong.Errors = page.FieldErrors{"street": "the street is empty", "postal_code": "the postal code is empty", "city": "the city is empty", "payment": "choose how to pay"}
	return []Fixture{
		{Name: "checkout-card-refused", Component: company.Page(customer())},
		{Name: "checkout-preorder", Component: preorder.Page(customer())},
		{Name: "checkout-door-alone", Component: door.Page(customer())},
		{Name: "checkout-repriced", Component: dearer.Page(customer())},
		{Name: "checkout-kept", Component: fine.Kept(), Fragment: true},
		{Name: "checkout-two-parcels", Component: fine.Page(customer())},
		{Name: "checkout-one-parcel", Component: single.Page(customer())},
		{Name: "checkout-short", Component: short.Page(cutOff())},
		{Name: "checkout-release", Component: release.Page(customer())},
		{Name: "checkout-backorder", Component: later.Page(customer())},
		{Name: "checkout-errors", Component: wrong.Page(customer())},
		{Name: "checkout-elsewhere", Component: page.Checkout{Districts: districts(), Payments: payments(), Errors: page.FieldErrors{"district": `there is no district "mars"`}}.Page(customer())},
		{Name: "checkout-nothing", Component: page.Checkout{Districts: districts(), Payments: payments(), Plan: page.Plan{Short: shortage(false)}}.Page(customer())},
	}
}
