package page

import (
	"time"

	"crossdock/core/money"
)

// Order is an order as its customer sees it. Page draws the order's page, Live
// the part of it that moves; Placed draws what follows a checkout, whether the
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
	Lines    []OrderLine
	Units    int64
	Total    money.Amount
	Short    []ShortLine // of an order voided or backordered: what was missing

	Fulfillments  []Fulfillment
	Timeline      []Event // oldest first
	Why           []Step  // why these warehouses, as stored with the order
	Notifications []Notification

	CanVoid   bool   // show the button that asks for a void
	VoidAsked bool   // a void was asked for, and the warehouses have not decided yet
	VoidHint  string // until when it can be voided, or why it cannot be any more; may be empty
	Reason    string // why it was voided; empty for others
}

// OrderLine is a product that was ordered.
type OrderLine struct {
	SKU      string
	Name     string
	Type     string
	Price    money.Amount
	Sum      money.Amount
	Quantity int64
}

// Fulfillment is the share of one warehouse in an order.
type Fulfillment struct {
	Site     string
	Name     string // of the warehouse; may be empty
	Status   string // word of core/fulfillment
	Updated  time.Time
	Lines    []ParcelLine
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

func (v Order) live() bool { return !final(v.Status) }

// sentence says in a sentence where the order stands.
func (v Order) sentence() string {
	if v.VoidAsked && v.live() {
		return "You asked to void this order. The warehouses decide: what is not sent yet is voided, what is sent can be returned."
	}
	switch v.Status {
	case "placed":
		return "Your units are set aside. The " + plural(int64(len(v.Fulfillments)), "warehouse prepares", "warehouses prepare") + " the shipment."
	case "backordered":
		return "Some units are still to come in. They are promised to you, and ship as soon as they are there."
	case "ready":
		return "Everything is packed and waits for the carrier."
	case "sent":
		return "Your " + plural(int64(len(v.Fulfillments)), "parcel is", "parcels are") + " on the way."
	case "delivered":
		return "Everything has arrived."
	case "voided":
		return "This order does not stand. Nothing is held for it, and nothing is charged."
	case "returned":
		return "The goods came back to us."
	}
	return ""
}

func (v Order) parcels() string {
	names := make([]string, len(v.Fulfillments))
	for i, part := range v.Fulfillments {
		names[i] = siteLabel(part.Name, part.Site)
	}
	if len(names) == 0 {
		return ""
	}
	return counted(int64(len(names)), "parcel", "parcels") + " from " + joined(names)
}
