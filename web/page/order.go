package page

import (
	"slices"
	"strconv"
	"time"

	"crossdock/core/date"
	"crossdock/core/money"
)

// Order is an order as its customer sees it. Page draws the order's page, Live
// all of it that can change; Placed draws what follows a checkout, whether the
// order stood or was voided on placement.
type Order struct {
	Order    string // identifier, for the address
	Number   string // what people read out on the phone
	Status   string // word of core/order: placed, backordered, ready, sent, delivered, voided, returned
	PlacedAt time.Time
	Now      time.Time // time of this answer
	District string    // name of the district
	Address  Address
	Payment  string // how and how far it is paid, in words: "Pay on delivery, not yet charged"
	Awaits   Awaits // what it waits for before any warehouse is asked
	Promise  Promise
	Lines    []OrderLine
	Units    int64        // that were not called off
	Total    money.Amount // of those: what is to be paid
	Sums     Sums
	Short    []ShortLine // of an order voided or backordered: what was missing
	Settling bool        // money or goods are still on their way, whatever the status

	Fulfillments  []Fulfillment
	Waiting       []Waiting     // units that were ordered ahead
	Payments      []PaymentStep // oldest first
	Returns       []Return      // oldest first
	Timeline      []Event       // oldest first
	Why           []Step        // why these warehouses, as stored with the order
	Notifications []Notification

	CanVoid   bool   // show the button that asks for a void
	VoidAsked bool   // a void was asked for, and the warehouses have not decided yet
	VoidHint  string // until when it can be voided, or why it cannot be any more; may be empty
	Reason    string // why it was voided; empty for others
	Declined  bool   // it was voided because the card was declined
	CanAgain  bool   // what was ordered can be put back into the cart

	Redirect Redirecting
	Back     Returning
}

// UntilPicked says until when a customer may void an order: that is what the store
// goes by, and every page says it in these words.
const UntilPicked = "until any of it is picked"

// Awaits says what an order waits for before it is prepared.
type Awaits string

// What an order may wait for.
const (
	AwaitsNothing  Awaits = ""
	AwaitsCard     Awaits = "card"     // the card company has not answered
	AwaitsTransfer Awaits = "transfer" // the customer's bank transfer
)

// Waiting is units of a line that were ordered before they were there.
type Waiting struct {
	Line     int // number of the order's line, for the button
	SKU      string
	Name     string
	Quantity int64
	Ahead    Ahead  // when they come in, or are released
	Site     string // the warehouse that expects them; empty while none is found
	SiteName string // may be empty
}

// place is the word before the warehouse's name.
func (w Waiting) place() string {
	if w.Ahead.Preorder {
		return "from"
	}
	return "at"
}

// PaymentStep is one step of the payment.
type PaymentStep struct {
	At     time.Time
	What   string // "Captured"
	Amount money.Amount
	Tone   FlashKind
	Note   string // why it failed, or what is left to do; may be empty
}

// Return is units that one warehouse is sent back.
type Return struct {
	At     time.Time
	Site   string
	Name   string // of the warehouse; may be empty
	Reason string
	Lines  []ReturnLine
}

// ReturnLine is what became of the units of one line that come back.
type ReturnLine struct {
	Name     string
	Quantity int64 // announced
	Received int64
	Good     int64
	Damaged  int64
}

// sentence says what became of the units.
func (l ReturnLine) sentence() string {
	if l.Received == 0 {
		return "on the way back to us"
	}
	var parts []string
	for _, part := range []struct {
		units int64
		word  string
	}{
		{l.Quantity - l.Received, "on the way back"},
		{l.Received - l.Good - l.Damaged, "here, to be looked at"},
		{l.Good, "fine, refunded"},
		{l.Damaged, "damaged, refunded"},
	} {
		if part.units > 0 {
			parts = append(parts, number(part.units)+" "+part.word)
		}
	}
	return joined(parts)
}

// Redirecting is the change of an order's address: POST /order/{order}/address
// with the fields of Address but the district, and key.
type Redirecting struct {
	Can     bool     // show the form
	Hint    string   // until when, or why not any more; may be empty
	Asked   *Address // the new address that waits for the warehouses' answers; or nil
	Key     string
	Address Address // what the form holds
	Errors  FieldErrors
}

// Returning is the form by which a customer sends units back: POST
// /order/{order}/return with line-N, reason and key.
type Returning struct {
	Key    string
	Lines  []ReturnableLine // empty: nothing can be sent back now
	Reason string
	Errors FieldErrors // by reason, and line-N
}

// ReturnableLine is a line of which units can be sent back.
type ReturnableLine struct {
	Line  int
	Name  string
	Units int64  // at most
	Typed string // what the field holds
}

// Field is the name of the line's field in the form.
func (l ReturnableLine) Field() string { return "line-" + strconv.Itoa(l.Line) }

// OrderLine is a product that was ordered.
type OrderLine struct {
	SKU      string
	Name     string
	Type     string
	Price    money.Amount
	Sum      money.Amount // of the units that were not called off
	Quantity int64        // ordered
	Voided   int64        // of those: called off, or never to be had
	Returned int64        // of those: came back
}

// Fulfillment is the share of one warehouse in an order.
type Fulfillment struct {
	Site     string
	Name     string // of the warehouse; may be empty
	Status   string // word of core/fulfillment
	Updated  time.Time
	Lines    []ParcelLine
	Promise  Promise   // of its parcel, while it is not there
	ShipsOn  date.Date // the day on which the warehouse is asked for it; zero: it was, or nothing hinders
	Redirect string    // state of a change of address: asked, done or refused; empty for none
	Tracking string    // the carrier's number; empty before hand-off
	Stale    time.Time // since when the warehouse is out of reach; zero while it is heard
}

// Event is one thing that happened to an order.
type Event struct {
	At     time.Time
	Title  string // "Order placed", "Picking started"
	Detail string // one more sentence; may be empty
	Site   string // where it happened, such as "store" or "wh1"
	Kind   FlashKind
}

// Notification is a message that was sent to the customer.
type Notification struct {
	At      time.Time
	Channel string // "e-mail", "text message", "in the shop"
	To      string // address or number; may be empty
	Subject string
}

func (n Notification) way() string {
	if n.To == "" {
		return n.Channel
	}
	return n.Channel + " to " + n.To
}

// news says what a change of address came to at this warehouse.
func (f Fulfillment) news() string {
	switch f.Redirect {
	case "asked":
		return "Asked to ship to the new address."
	case "done":
		return "Ships to the new address."
	case "refused":
		return "It was picked before: it goes to the old address."
	}
	return ""
}

// due says when the parcel leaves or arrives, as far as that is still to come.
func (f Fulfillment) due() string {
	if f.Status == "delivered" || f.Status == "voided" {
		return ""
	}
	if f.Promise.sentence() == "" {
		return ""
	}
	return capital(f.Promise.sentence())
}

// live reports whether the order has not reached its end; moves whether its page
// may still change by itself, which it may beyond that.
func (v Order) live() bool  { return !final(v.Status) }
func (v Order) moves() bool { return v.live() || v.Settling }

// sentence says in a sentence where the order stands.
func (v Order) sentence() string {
	if v.VoidAsked && v.live() {
		return "You asked to void this order. The warehouses decide: what is not sent yet is voided, what is sent can be returned."
	}
	switch {
	case v.Awaits == AwaitsCard && v.live():
		return "We wait for your payment's answer. Your units are set aside, and nothing is prepared before the card company has told us."
	case v.Awaits == AwaitsTransfer && v.live():
		return v.awaitsTransfer()
	}
	switch v.Status {
	case "placed":
		if v.unreleased() {
			return "Your units are set aside, and ship when they are released."
		}
		return "Your units are set aside. The " + plural(v.parcelCount(), "warehouse prepares", "warehouses prepare") + " the shipment."
	case "backordered":
		return v.backordered()
	case "ready":
		return "Everything is packed and waits for the carrier."
	case "sent":
		return "Your " + plural(v.parcelCount(), "parcel is", "parcels are") + " on the way."
	case "delivered":
		return "Everything has arrived."
	case "voided":
		if v.Sums.GivenBack {
			return "This order does not stand. Nothing is held for it, and what you have paid is given back."
		}
		return "This order does not stand. Nothing is held for it, and nothing is charged."
	case "returned":
		return "The goods came back to us."
	}
	return ""
}

// whyNot says why an order was not taken; whatNot heads what is told of it.
func (v Order) whyNot() string {
	switch {
	case v.Declined:
		return "The payment was declined."
	case len(v.Short) > 0:
		return "We could not promise all of it."
	}
	return "This order was called off."
}

func (v Order) whatNot() string {
	if len(v.Short) > 0 {
		return "What was missing"
	}
	return "What happened"
}

// awaitsTransfer says what is to be transferred: the store waits for all that was
// ordered, and gives back what was called off by then.
func (v Order) awaitsTransfer() string {
	text := "We wait for your bank transfer of " + v.Sums.Ordered.String() + ". Name order " + v.Number + " in it. "
	if !v.Sums.CalledOff.IsZero() {
		text += v.Sums.CalledOff.String() + " of it was called off since, and is given back to you. "
	}
	return text + "Your units are set aside; an order that is not paid in time is called off."
}

// backordered says when the units ship that an order waits for.
func (v Order) backordered() string {
	for _, wait := range v.Waiting {
		if wait.Ahead.Preorder {
			return "Some units are still to come in. They are promised to you, and ship when they are there, and not before their release."
		}
	}
	return "Some units are still to come in. They are promised to you, and ship as soon as they are there."
}

// unreleased reports whether all that is to be shipped waits for its release.
func (v Order) unreleased() bool {
	for _, part := range v.Fulfillments {
		if part.Status != "voided" && part.ShipsOn.IsZero() {
			return false
		}
	}
	return v.parcelCount() > 0
}

// parcelCount is how many parcels the order comes in, as far as their units are
// there.
func (v Order) parcelCount() int64 {
	var parcels int64
	for _, part := range v.Fulfillments {
		if part.Status != "voided" {
			parcels++
		}
	}
	return parcels
}

// parcelsClause is what follows "is placed" in a sentence.
func (v Order) parcelsClause() string {
	var names []string
	for _, part := range v.Fulfillments {
		if name := siteLabel(part.Name, part.Site); part.Status != "voided" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch {
	case len(names) == 0:
		return ""
	case len(v.Waiting) > 0:
		return ", " + counted(v.parcelCount(), "parcel", "parcels") + " from " + joined(names) + "; what is to come in follows"
	default:
		return ", " + counted(v.parcelCount(), "parcel", "parcels") + " from " + joined(names)
	}
}
