package page

import (
	"fmt"
	"slices"
	"time"

	"crossdock/core/date"
	"crossdock/core/money"
)

// Checkout is the last page before an order: where to, how paid, and what will
// happen. POST /checkout carries the fields of Address, payment, token, key and
// seen. The units stay kept while the form is worked on: what changes in it is
// sent to /checkout/hold, which answers with Kept.
type Checkout struct {
	Key       string // idempotency key, minted with the form: a second click is the same order
	Seen      string // the prices on this page, so that no other ones are charged
	Address   Address
	Payment   string // value of the chosen payment
	Token     string // the provider's name of the card
	Districts []Option
	Payments  []Option
	Cards     []Option    // test cards of a simulated card company; empty: there is none, and the token is typed
	Errors    FieldErrors // by name, street, postal_code, city, district, payment, token
	KeptUntil time.Time   // until when the units are kept; zero: nothing is
	Now       time.Time   // time of this answer
	Lines     []CartLine
	Units     int64
	Total     money.Amount
	Plan      Plan
}

// Address is where an order goes. District is a code in a form, and a name
// where an order is shown. The form's fields are name, street, postal_code,
// city and district.
type Address struct {
	Name       string
	Street     string
	PostalCode string
	City       string
	District   string
}

// Plan is what would happen if the order were placed now.
// Without a district that is known there is none, and all of it is empty.
type Plan struct {
	Parcels []Parcel    // of what is there; empty when nothing can be promised
	Short   []ShortLine // what nobody has; empty for a plan that covers everything
	Why     []Step      // how it came about; may be empty
	Promise Promise     // when all of it arrives
}

// Parcel is what one warehouse ships at a time.
type Parcel struct {
	Site    string
	Name    string // of the warehouse, for people; may be empty
	Lines   []ParcelLine
	ShipsOn date.Date // the release before which nothing of it is shipped; zero: nothing hinders
}

// ParcelLine is a product in a parcel.
type ParcelLine struct {
	SKU      string
	Name     string
	Quantity int64
}

// ShortLine is a product of which fewer units were there than asked for.
type ShortLine struct {
	SKU       string
	Name      string
	Wanted    int64
	Available int64
	Backorder bool  // the rest is ordered all the same, and shipped when it comes in
	Ahead     Ahead // of the rest that is ordered: when it comes in
}

// keeps reports whether units are kept for an order that can be placed: what is
// left of one that cannot is of no use to anybody.
func (v Checkout) keeps() bool { return !v.KeptUntil.IsZero() && !v.Plan.impossible() }

// kept says what is kept: what is still to come in is promised with the order, and
// not before.
func (v Checkout) kept() string {
	if len(v.Plan.Short) > 0 {
		return "The units that are there are kept for you"
	}
	return "These units are kept for you"
}

// simulated reports whether the card company is one that moves no money.
func (v Checkout) simulated() bool { return len(v.Cards) > 0 }

// cardHint says what the field of the card is for.
func (v Checkout) cardHint() string {
	if v.simulated() {
		return "Each test card behaves in one way that real cards do."
	}
	return "Never type the number of a card here."
}

// missing is how many units nobody has.
func (l ShortLine) missing() int64 { return max(l.Wanted-l.Available, 0) }

// aheadNote says what is ready of a line whose rest is ordered ahead.
func (l ShortLine) aheadNote() string {
	return number(l.Available) + " of " + number(l.Wanted) + " are ready, the rest " + l.Ahead.shipping()
}

// headline says the plan in a sentence.
func (p Plan) headline() string {
	if p.impossible() {
		return "This order cannot be placed as it is: not all of it can be promised."
	}
	var names []string
	for _, parcel := range p.Parcels {
		if name := siteLabel(parcel.Name, parcel.Site); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	text := "One parcel, from " + joined(names) + "."
	switch len(p.Parcels) {
	case 0:
		if len(p.Short) > 0 {
			return "All of it ships when it comes in."
		}
		return "Choose the district, and see who would ship."
	case 1:
	default:
		text = fmt.Sprintf("%d parcels, from %s.", len(p.Parcels), joined(names))
	}
	if len(p.Short) > 0 {
		text += " The rest follows when it comes in."
	}
	return text
}

// impossible reports whether placing the order would void it at once.
func (p Plan) impossible() bool {
	for _, line := range p.Short {
		if !line.Backorder {
			return true
		}
	}
	return false
}
