package api

import (
	"time"

	"crossdock/core/id"
)

// Stock is what the store knows of a SKU at a warehouse: what it holds itself,
// and the warehouse's own figures as they were last heard.
type Stock struct {
	Held      int64 `json:"held" doc:"Units that the store can sell without asking"`
	Elsewhere int64 `json:"elsewhere,omitempty" doc:"Units that other stores hold there, some of which may be had by asking"`
	Level
}

// Level is what a warehouse has of a SKU.
type Level struct {
	Warehouse id.Site `json:"warehouse"`
	SKU       id.SKU  `json:"sku"`
	Name      string  `json:"name,omitempty"`
	OnHand    int64   `json:"on_hand" doc:"Units in the building"`
	Available int64   `json:"available" doc:"Units that are free, in nobody's quota"`
	Quota     int64   `json:"quota" doc:"Units handed to stores to sell"`
	Allocated int64   `json:"allocated" doc:"Units promised to order lines, not yet picked"`
	Picked    int64   `json:"picked" doc:"Units in the packing area"`
	Version   int64   `json:"version" doc:"Grows with every change at the warehouse"`
}

// StockQuery selects a page of what the store knows. Empty fields do not restrict.
type StockQuery struct {
	Warehouse id.Site
	SKU       id.SKU
	Limit     int    // SKUs, 1 to 200; 0 means 50
	Cursor    string // Next of the page before
}

// StockPage is a page of what the store knows, by SKU then warehouse.
type StockPage struct {
	Stock []Stock `json:"stock" nullable:"false"`
	Next  string  `json:"next,omitempty" doc:"The cursor of the next page"`
}

// LevelPage is a page of what a warehouse has, by SKU.
type LevelPage struct {
	Levels []Level `json:"levels" nullable:"false"`
	Next   string  `json:"next,omitempty" doc:"The cursor of the next page"`
}

// Receipt books goods that came in.
type Receipt struct {
	Purchase string   `json:"purchase,omitempty" doc:"The purchase that announced them: what was sold of it is served first"`
	Items    []Wanted `json:"items" nullable:"false"`
	Note     string   `json:"note,omitempty" doc:"Such as the number of a delivery note"`
}

// Adjustment corrects the books after a count.
type Adjustment struct {
	SKU    id.SKU `json:"sku"`
	Delta  int64  `json:"delta" doc:"Units found; below zero, units lost"`
	Reason string `json:"reason"`
}

// Stocked is what the warehouse has of each SKU after a Receipt or an Adjustment.
type Stocked struct {
	Levels []Level `json:"levels" nullable:"false"`
	Replay bool    `json:"-"` // the key was known: nothing was booked now
}

// Fulfillment is a warehouse's part of an order.
type Fulfillment struct {
	ID        id.Fulfillment    `json:"id" format:"uuid"`
	Warehouse id.Site           `json:"warehouse"`
	Order     id.Order          `json:"order" format:"uuid"`
	Number    int64             `json:"number" doc:"The order's number"`
	Store     id.Site           `json:"store" doc:"Who asked for it"`
	Status    string            `json:"status"`
	Next      []string          `json:"next" nullable:"false" doc:"The statuses that may follow by the state table"`
	Version   int               `json:"version"`
	PlacedAt  time.Time         `json:"placed_at"`
	ChangedAt time.Time         `json:"changed_at"`
	Address   Address           `json:"address"`
	Lines     []FulfillmentLine `json:"lines" nullable:"false"`
}

// FulfillmentLine is one line of a fulfillment.
type FulfillmentLine struct {
	Line     int    `json:"line"`
	SKU      id.SKU `json:"sku"`
	Name     string `json:"name"`
	Quantity int64  `json:"quantity"`
	Voided   int64  `json:"voided"`
	Returned int64  `json:"returned"`
}

// FulfillmentQuery selects a page of fulfillments, oldest first. Empty fields do not restrict.
type FulfillmentQuery struct {
	Status string
	Order  id.Order
	Limit  int    // 1 to 200; 0 means 50
	Cursor string // Next of the page before
}

// FulfillmentPage is a page of fulfillments. Next is empty on the last page.
type FulfillmentPage struct {
	Fulfillments []Fulfillment `json:"fulfillments" nullable:"false"`
	Next         string        `json:"next,omitempty" doc:"The cursor of the next page"`
}

// Advance takes the next step of a fulfillment by hand.
type Advance struct {
	From string `json:"from,omitempty" doc:"The status that the asker saw; another one by now is a conflict"`
	To   string `json:"to"`
	Key  string `json:"-"` // of idempotency; may be empty
}
