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
	Token     string // of a card, from the payment provider; else empty
	Lines     []Wanted
	PlacedAt  time.Time // zero: now
	ClearCart string    // owner of a cart to take the ordered units out of; may be empty
	Hold      string    // owner of a hold to use up; empty: ClearCart
	NoAsk     bool      // decide upon the quota held, ask no warehouse for more
}

// Wanted is one line of an order to be placed.
type Wanted struct {
	SKU   id.SKU
	Units int64
	Price *money.Amount // nil: the catalog's; set where another system took the order
	Seen  *money.Amount // what the customer saw; where the catalog's is another by now, the order is refused
}

// Placement is what became of PlaceOrder. A placed order is promised; a voided
// one was short, and holds nothing.
type Placement struct {
	Order  order.Order
	Short  []sourcing.Shortage
	Repeat bool // the key was known: the order stood already
	// Authorization is that of the order where it was booked with it, as for one
	// that is paid on delivery; else zero, and Records have it.
	Authorization pay.Transaction

	asks []ask
	pay  pay.Transaction // to be asked of its provider before the customer is answered; or zero
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
	// first, without those that can give nothing back. A claim on no order is units
	// that are not among them: Match is then asked again, with the orders that it has
	// claimed of and older ones. It must be pure: it runs inside the writer.
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

// DropBackorder calls units off that wait to come in. Its answer is the order.
type DropBackorder struct {
	Key    Key
	Order  id.Order
	By     id.User // the customer, who may change own orders alone; zero: staff
	Line   int     // zero: all that waits
	Reason string
}

// ChangeAddress asks for an order to go to another address, in its district. What
// no warehouse has been asked for goes there at once; for the rest each warehouse
// decides, and refuses once it has picked. Its answer is the order.
type ChangeAddress struct {
	Key     Key
	Order   id.Order
	By      id.User // the customer, who may change own orders alone; zero: staff
	Address order.Address
}

// AskReturn announces that a customer sends units back. Its answer is the
// []Return, one for each warehouse that shipped them.
type AskReturn struct {
	Key    Key
	Order  id.Order
	By     id.User // the customer, who may return own orders alone; zero: staff
	Lines  []Back
	Reason string
}

// Back is units of an order line that come back.
type Back struct {
	Line  int
	Units int64
}

// HoldStock keeps units for a checkout in progress, in place of what its owner
// held before, for Options.HoldFor from now on, and for Options.HoldAtMost at most
// from when the hold began. Its answer is a Holding, whose ExpiresAt tells which.
// The owner's PlaceOrder, with the same ClearCart or Hold, gets the units back first.
type HoldStock struct {
	Owner    string // of the cart
	District id.District
	Lines    []Wanted
}

// Holding is what HoldStock could keep.
type Holding struct {
	Hold
	Short   []sourcing.Shortage
	Why     []order.Step
	Promise order.Promise // for an order placed now, with what would have to come in first
}

// ReleaseHold ends a hold, if there is one. It has no answer.
type ReleaseHold struct{ Owner string }

// ConfirmPayment takes note that the money of a bank transfer came in. Its answer
// is the order.
type ConfirmPayment struct {
	Key       Key
	Order     id.Order
	Reference string // of the bank's statement; may be empty
}

// CapturePayment asks again for the money of what was handed over, after a capture
// that failed. Store.Capture waits for what comes of it.
type CapturePayment struct {
	Key   Key
	Order id.Order
}

// SetWarehouses adds or replaces what the choice of warehouses needs to know of
// them. It has no answer.
type SetWarehouses struct {
	Warehouses []catalog.Warehouse
}

// Tick does what is due: expired holds end, what was released or paid is asked
// for, orders that nobody pays are called off, split orders are looked at again,
// and quota is asked ahead of need. It has no answer.
type Tick struct{}

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
