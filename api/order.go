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
	Payment   string   `json:"payment,omitempty" doc:"Payment method; empty means on-delivery"`
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

// Wanted is one line of an order to be placed.
type Wanted struct {
	SKU      id.SKU `json:"sku"`
	Quantity int64  `json:"quantity" doc:"Units, 1 to 1000000"`
}

// Placement is what became of an OrderRequest.
type Placement struct {
	// Order is the order as it was taken, whatever has become of it since: the
	// repetition of a key gives the same. Of a short order only ID, Number and
	// Status are known here.
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
	Lines        []OrderLine        `json:"lines,omitempty" nullable:"false"`
	Fulfillments []OrderFulfillment `json:"fulfillments" nullable:"false"`
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

// OrderFulfillment is the part of an order that one warehouse ships.
type OrderFulfillment struct {
	ID        id.Fulfillment `json:"id" format:"uuid"`
	Warehouse id.Site        `json:"warehouse"`
	Status    string         `json:"status" doc:"Where the warehouse stands with it, such as requested, picking or sent"`
	Version   int            `json:"version"`
	ChangedAt time.Time      `json:"changed_at"`
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
	Verdict   string  `json:"verdict" doc:"chosen, partly, rejected or missing"`
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

// VoidRequest asks for an order to be called off.
type VoidRequest struct {
	Reason string `json:"reason"`
}
