package api

import (
	"time"

	"crossdock/core/id"
	"crossdock/core/money"
)

// OrderRequest asks for an order to be placed.
type OrderRequest struct {
	Customer  string   `json:"customer,omitempty" doc:"Identifier of a user; empty for a guest"`
	Reference string   `json:"reference,omitempty" doc:"What another system calls the order"`
	Address   Address  `json:"address"`
	Payment   string   `json:"payment,omitempty" doc:"How it is paid: on-delivery, bank-transfer or card; empty means on-delivery"`
	Token     string   `json:"token,omitempty" doc:"Of a card: what the payment provider calls it; never its number"`
	Hold      string   `json:"hold,omitempty" doc:"Owner of a hold whose units are used up by the order"`
	Lines     []Wanted `json:"lines" nullable:"false"`
}

// Address is where an order goes and how its customer is reached.
type Address struct {
	Name       string      `json:"name"`
	Street     string      `json:"street,omitempty"`
	PostalCode string      `json:"postal_code,omitempty"`
	City       string      `json:"city,omitempty"`
	District   id.District `json:"district"`
	Email      string      `json:"email,omitempty"`
	Phone      string      `json:"phone,omitempty"`
}

// Wanted is units of a product, such as a line of an order to be placed.
type Wanted struct {
	SKU      id.SKU        `json:"sku"`
	Quantity int64         `json:"quantity" doc:"Units, 1 to 1000000"`
	Price    *money.Amount `json:"price,omitempty" doc:"Where something is bought: the price per unit that the customer saw; another one by now is a conflict"`
}

// Placement is what became of an OrderRequest.
type Placement struct {
	// Order is the order as it was taken, whatever has become of it since; what it
	// waits for (Unpaid, Waiting) and when it arrives is told as it stands now. Of a
	// short order only ID, Number and Status are known here.
	Order  Order
	Short  []Shortage // what was missing; when empty the order is placed
	Replay bool       // the key was known: nothing happened now
}

// Shortage is what no warehouse could ship of a SKU.
type Shortage struct {
	SKU     id.SKU `json:"sku"`
	Ordered int64  `json:"ordered"`
	Missing int64  `json:"missing"`
}

// Order is what a customer has asked for. A page of orders has neither lines nor
// parts, reasons or history.
type Order struct {
	ID           id.Order           `json:"id" format:"uuid"`
	Number       int64              `json:"number" doc:"Counts up within the store"`
	Store        id.Site            `json:"store"`
	Customer     string             `json:"customer,omitempty" doc:"Identifier of the user; absent for a guest"`
	Reference    string             `json:"reference,omitempty"`
	Status       string             `json:"status" doc:"placed, backordered, ready, sent, delivered, voided or returned"`
	Version      int                `json:"version"`
	PlacedAt     time.Time          `json:"placed_at"`
	ChangedAt    time.Time          `json:"changed_at"`
	Address      Address            `json:"address"`
	Payment      string             `json:"payment"`
	Total        money.Amount       `json:"total"`
	Reason       string             `json:"reason,omitempty" doc:"Why it was voided"`
	VoidAsked    bool               `json:"void_asked" doc:"A void waits for the answers of the warehouses"`
	Unpaid       bool               `json:"unpaid" doc:"It waits for its payment; no warehouse has been asked"`
	Promise      *Promise           `json:"promise,omitempty" doc:"When all of it arrives; absent where nobody knows"`
	NewAddress   *Address           `json:"new_address,omitempty" doc:"A change of the address that waits for the answers of the warehouses"`
	Lines        []OrderLine        `json:"lines,omitempty" nullable:"false"`
	Fulfillments []OrderFulfillment `json:"fulfillments" nullable:"false"`
	Waiting      []Waiting          `json:"waiting,omitempty" nullable:"false" doc:"Units that are still to come in"`
	Transactions []Transaction      `json:"transactions,omitempty" nullable:"false" doc:"The steps of the payment"`
	Why          []Step             `json:"why,omitempty" nullable:"false" doc:"How the warehouses were chosen"`
	Events       []OrderEvent       `json:"events,omitempty" nullable:"false" doc:"What has happened, oldest first"`
	Notices      []Notice           `json:"notices,omitempty" nullable:"false" doc:"What the customer was told"`
}

// OrderLine is one product of an order.
type OrderLine struct {
	Line     int          `json:"line"`
	SKU      id.SKU       `json:"sku"`
	Name     string       `json:"name"`
	Price    money.Amount `json:"price" doc:"Per unit"`
	Quantity int64        `json:"quantity" doc:"Units ordered"`
	Voided   int64        `json:"voided" doc:"Units called off, or never to be had"`
	Returned int64        `json:"returned" doc:"Units that came back"`
}

// Promise is the range of days in which parcels arrive, such as 2026-11-23.
type Promise struct {
	From string `json:"from" format:"date"`
	To   string `json:"to" format:"date"`
}

// Waiting is units of a line that were sold before they are there.
type Waiting struct {
	Line      int     `json:"line"`
	SKU       id.SKU  `json:"sku"`
	Warehouse id.Site `json:"warehouse,omitempty" doc:"Where they come in"`
	Quantity  int64   `json:"quantity"`
	Due       string  `json:"due,omitempty" format:"date" doc:"When they are expected there; absent where nobody knows"`
}

// Transaction is one step of the payment of an order. It never shows a card.
type Transaction struct {
	ID        id.UUID      `json:"id" format:"uuid"`
	At        time.Time    `json:"at"`
	Method    string       `json:"method"`
	Kind      string       `json:"kind" doc:"authorize, capture, cancel or refund"`
	State     string       `json:"state" doc:"pending, success or failed"`
	Amount    money.Amount `json:"amount"`
	Provider  string       `json:"provider" doc:"Who carries it out"`
	Reference string       `json:"reference,omitempty" doc:"What the provider calls it"`
	Reason    string       `json:"reason,omitempty" doc:"Why it failed, or what is left to do by hand"`
	Attempts  int          `json:"attempts,omitempty" doc:"How often the provider was asked in vain"`
	NextAt    *time.Time   `json:"next_at,omitempty" doc:"When the provider is asked again"`
}

// OrderFulfillment is the part of an order that one warehouse ships.
type OrderFulfillment struct {
	ID        id.Fulfillment `json:"id" format:"uuid"`
	Warehouse id.Site        `json:"warehouse"`
	Status    string         `json:"status" doc:"Where the warehouse stands with it, such as requested, picking or sent"`
	Version   int            `json:"version"`
	ChangedAt time.Time      `json:"changed_at"`
	Promise   *Promise       `json:"promise,omitempty" doc:"When its parcel arrives; absent where nobody knows"`
	NotBefore string         `json:"not_before,omitempty" format:"date" doc:"The day of a release before which the warehouse is not asked"`
	Unasked   bool           `json:"unasked,omitempty" doc:"The warehouse has not been asked yet"`
	MovingTo  id.Site        `json:"moving_to,omitempty" doc:"Another warehouse that can ship it along with its own"`
	Redirect  string         `json:"redirect,omitempty" doc:"Where a change of address stands here: asked, done or refused"`
	Lines     []Part         `json:"lines,omitempty" nullable:"false"`
}

// Part is what a fulfillment ships of one order line.
type Part struct {
	Line     int    `json:"line"`
	SKU      id.SKU `json:"sku"`
	Quantity int64  `json:"quantity"`
	Voided   int64  `json:"voided"`
	Asked    int64  `json:"asked" doc:"Units asked to be called off; the warehouse has not answered"`
	Returned int64  `json:"returned"`
}

// Step is one step of the choice of warehouses.
type Step struct {
	Rule      string  `json:"rule"`
	Warehouse id.Site `json:"warehouse,omitempty"`
	Verdict   string  `json:"verdict" doc:"chosen, partly, rejected, missing or awaited"`
	SKU       id.SKU  `json:"sku,omitempty" doc:"Absent: several, counted in lines"`
	Lines     int     `json:"lines,omitempty"`
	Wanted    int64   `json:"wanted,omitempty"`
	Got       int64   `json:"got,omitempty"`
	Note      string  `json:"note,omitempty"`
}

// OrderEvent is one entry of an order's history.
type OrderEvent struct {
	Seq  int       `json:"seq"`
	At   time.Time `json:"at"`
	Site id.Site   `json:"site" doc:"Whose doing it was"`
	Kind string    `json:"kind"`
	Text string    `json:"text"`
}

// Notice is something the customer was told.
type Notice struct {
	Event   string    `json:"event"`
	Channel string    `json:"channel"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"`
}

// OrderQuery selects a page of orders, newest first. Empty fields do not restrict.
type OrderQuery struct {
	Status    string
	Customer  string
	Reference string
	Number    int64
	Limit     int    // 1 to 200; 0 means 50
	Cursor    string // Next of the page before
}

// OrderPage is a page of orders. Next is empty on the last page.
type OrderPage struct {
	Orders []Order `json:"orders" nullable:"false"`
	Next   string  `json:"next,omitempty" doc:"The cursor of the next page"`
}

// DropRequest calls units off that are still to come in.
type DropRequest struct {
	Line   int    `json:"line,omitempty" minimum:"0" doc:"Of the order; absent: all that waits"`
	Reason string `json:"reason,omitempty"`
}

// PaymentReceived says that the money of a bank transfer came in.
type PaymentReceived struct {
	Reference string `json:"reference,omitempty" doc:"Of the bank's statement"`
}

// VoidRequest asks for an order to be called off.
type VoidRequest struct {
	Reason string `json:"reason"`
}
