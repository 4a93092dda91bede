package store

import (
	"time"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/sourcing"
	"crossdock/dist/feed"
)

// PlaceOrder takes an order. Its answer is a Placement.
type PlaceOrder struct {
	Key       Key
	Customer  id.User // zero: a guest
	Reference string  // another system's name of the order; may be empty
	Address   order.Address
	Payment   pay.Method
	Lines     []Wanted
	PlacedAt  time.Time // zero: now
	ClearCart string    // owner of a cart to take the ordered units out of; may be empty
	NoAsk     bool      // decide upon the quota held, ask no warehouse for more
}

// Wanted is one line of an order to be placed.
type Wanted struct {
	SKU   id.SKU
	Units int64
	Price *money.Amount // nil: the catalog's; set where another system took the order
}

// Placement is what became of PlaceOrder. A placed order is promised; a voided
// one was short, and holds nothing.
type Placement struct {
	Order  order.Order
	Short  []sourcing.Shortage
	Repeat bool // the key was known: the order stood already
	asks   []ask
}

// VoidOrder asks for an order, or units of it, to be called off. Its answer is
// the order.
type VoidOrder struct {
	Key    Key
	Order  id.Order
	By     id.User // the customer, who may void own orders alone; zero: staff
	Reason string
}

// TakeBack books the cancellation that another system reports: units of a
// customer's earlier orders, voided where they are still here, else returned.
// Its answer is a TakenBack.
type TakeBack struct {
	Key      Key
	Customer id.User
	Reason   string
	// Match names the units to take back out of the customer's orders, newest
	// first. It must be pure: it runs inside the writer.
	Match func(orders []order.Order) []Claim
}

// Claim is units of an order line to be taken back.
type Claim struct {
	Order id.Order
	Line  int
	Units int64
}

// TakenBack is what became of TakeBack, in units.
type TakenBack struct {
	Voided   int64 // asked of the warehouses, which have the last word
	Returned int64
	Repeat   bool
}

// ListProducts adds products to the catalog or replaces them. Its answer is Listed.
type ListProducts struct {
	Products []catalog.Product
}

// Listed counts what ListProducts did.
type Listed struct {
	Added, Changed, Same int
}

// SetDistricts adds districts or replaces them. It has no answer.
type SetDistricts struct {
	Districts []catalog.District
	KeepKnown bool // leave districts that are there already as they are
}

// Register makes a user. Its answer is the User.
type Register struct {
	User     User
	KeepSame bool // a user with this identifier stays as it is, without an error
}

// ChangeProfile changes what a user may change. Its answer is the User.
type ChangeProfile struct {
	User     id.User
	District id.District
	Email    string
	Phone    string
}

// ChangeCart changes a cart. Its answer is the cart.Cart.
type ChangeCart struct {
	Owner  string
	Change func(cart.Cart) (cart.Cart, error)
}

// MoveCart merges a guest's cart into a user's and empties it. No answer.
type MoveCart struct {
	From, To string
}

// SaveSession keeps a session; EndSession removes one. They have no answer.
type (
	SaveSession struct{ Session Session }
	EndSession  struct{ TokenHash string }
)

// Receive applies messages of a warehouse's feed, in order. It has no answer:
// what cannot be applied is parked.
type Receive struct {
	Messages []feed.Message
	Park     string // not empty: put the messages aside for this reason, unread
}

// askQuota asks warehouses for more quota ahead of need. Its answer is []ask.
type askQuota struct {
	need map[id.SKU]int64 // units, before any quota is counted
}
