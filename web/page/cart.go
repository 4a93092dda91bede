package page

import "crossdock/core/money"

// Cart is what the customer has gathered. Page draws it whole; Contents answers
// a change made through htmx, and brings the badge in the header along.
type Cart struct {
	Lines       []CartLine
	Units       int64 // all lines together; the badge in the header
	Total       money.Amount
	MaxQuantity int64 // most units in one line
}

// CartLine is one product in a cart or in a checkout.
type CartLine struct {
	SKU       string
	Name      string
	Type      string
	Price     money.Amount // of one unit
	Sum       money.Amount // of the line
	Quantity  int64
	Available int64        // units that can be promised now, all warehouses together
	Ahead     Ahead        // what may be ordered beyond Available
	Gone      bool         // the product is no longer sold; it stops the checkout
	Before    money.Amount // of one unit, when the customer saw it, where it was another price; else zero
}

// Short reports whether fewer units can be promised than the line asks for.
func (l CartLine) Short() bool { return !l.Gone && l.Available < l.Quantity }

// covered reports whether what is missing may be ordered ahead.
func (l CartLine) covered() bool { return l.Quantity-l.Available <= l.Ahead.Units }

// aheadNote says how much of a short line ships at once.
func (l CartLine) aheadNote() string {
	if l.Available <= 0 || l.Ahead.Preorder {
		return l.Ahead.sentence()
	}
	return number(l.Available) + " ready, the rest " + l.Ahead.shipping()
}

// repriced reports whether the price is not the one that the customer saw.
func (l CartLine) repriced() bool { return l.Before != money.Amount{} }

// blocked reports whether the cart cannot be ordered as it is.
func (v Cart) blocked() bool {
	for _, line := range v.Lines {
		if line.Gone {
			return true
		}
	}
	return false
}

func (v Cart) short() bool {
	for _, line := range v.Lines {
		if line.Short() && !line.covered() {
			return true
		}
	}
	return false
}

// Added answers POST /cart/add through htmx: a message in the corner, and the
// badge in the header with the new number of units. Without htmx the handler
// redirects to /cart, and shows the message there.
type Added struct {
	Notice Flash
	Units  int64
}
