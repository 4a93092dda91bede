package api

import (
	"context"
	"net/http"
	"time"

	"crossdock/core/id"
)

// ReturnRequest announces that a customer sends units back.
type ReturnRequest struct {
	Lines  []LineUnits `json:"lines" nullable:"false"`
	Reason string      `json:"reason"`
}

// LineUnits is units of an order line.
type LineUnits struct {
	Line     int   `json:"line"`
	Quantity int64 `json:"quantity"`
}

// Return is units of one fulfillment that come back.
type Return struct {
	ID          id.UUID        `json:"id" format:"uuid"`
	Order       id.Order       `json:"order" format:"uuid"`
	Number      int64          `json:"number" doc:"The order's number"`
	Fulfillment id.Fulfillment `json:"fulfillment" format:"uuid"`
	Store       id.Site        `json:"store" doc:"Who has agreed to it"`
	Warehouse   id.Site        `json:"warehouse" doc:"Where they come in"`
	Status      string         `json:"status" doc:"requested, received or inspected"`
	Version     int            `json:"version,omitempty" doc:"At the warehouse, and told by it alone"`
	Reason      string         `json:"reason"`
	AskedAt     time.Time      `json:"asked_at"`
	ChangedAt   time.Time      `json:"changed_at"`
	Lines       []ReturnLine   `json:"lines" nullable:"false"`
	Replay      bool           `json:"-"` // the key was known: nothing was booked now
}

// ReturnLine is what became of the units of one line that were to come back:
// Quantity >= Received >= Good + Damaged.
type ReturnLine struct {
	Line     int    `json:"line"`
	SKU      id.SKU `json:"sku"`
	Quantity int64  `json:"quantity" doc:"Units announced"`
	Received int64  `json:"received" doc:"Units that are back"`
	Good     int64  `json:"good" doc:"Units for sale again"`
	Damaged  int64  `json:"damaged" doc:"Units not for sale any more"`
}

// ReturnList is all that comes back of an order.
type ReturnList struct {
	Returns []Return `json:"returns" nullable:"false"`
}

// ReturnPage is a page of a warehouse's returns, oldest first. Next is empty on
// the last page.
type ReturnPage struct {
	Returns []Return `json:"returns" nullable:"false"`
	Next    string   `json:"next,omitempty" doc:"The cursor of the next page"`
}

// ReturnQuery selects a page of a warehouse's returns. Empty fields do not restrict.
type ReturnQuery struct {
	Status string
	Order  id.Order
	Limit  int    // 1 to 200; 0 means 50
	Cursor string // Next of the page before
}

// ReturnReceipt books units of a return that are back.
type ReturnReceipt struct {
	Lines []LineUnits `json:"lines" nullable:"false"`
}

// Inspection says what units of a return are worth.
type Inspection struct {
	Good    []LineUnits `json:"good,omitempty" nullable:"false" doc:"Back on the shelf"`
	Damaged []LineUnits `json:"damaged,omitempty" nullable:"false" doc:"Not for sale any more"`
}

// AskReturn announces that units of an order come back. It returns one Return for
// each warehouse that shipped them; units that were not sent are fault.Conflict.
func (c *Client) AskReturn(ctx context.Context, key string, which id.Order, request ReturnRequest) ([]Return, error) {
	var list ReturnList
	_, err := c.do(ctx, call{method: http.MethodPost, path: "/api/v1/orders/" + which.String() + "/returns", key: key, body: request}, &list)
	return list.Returns, err
}

// OrderReturns returns what of an order comes back, oldest first, as far as the
// store has heard.
func (c *Client) OrderReturns(ctx context.Context, which id.Order) ([]Return, error) {
	var list ReturnList
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/orders/" + which.String() + "/returns"}, &list)
	return list.Returns, err
}

// Returns returns a page of what customers send back to a warehouse, oldest first.
func (c *Client) Returns(ctx context.Context, site id.Site, q ReturnQuery) (ReturnPage, error) {
	which := ""
	if !q.Order.IsZero() {
		which = q.Order.String()
	}
	var page ReturnPage
	_, err := c.do(ctx, call{method: http.MethodGet, path: at(site, "returns"), query: values(
		"status", q.Status, "order", which, "limit", number(q.Limit), "cursor", q.Cursor,
	)}, &page)
	return page, err
}

// ReceiveReturn books units of a return that are back at the warehouse. More than
// were announced are fault.Conflict.
func (c *Client) ReceiveReturn(ctx context.Context, key string, site id.Site, which id.UUID, receipt ReturnReceipt) (Return, error) {
	return c.returned(ctx, call{method: http.MethodPost, path: at(site, "returns/"+which.String()+"/receive"), key: key, body: receipt})
}

// InspectReturn says which of the units that are back can be sold again.
func (c *Client) InspectReturn(ctx context.Context, key string, site id.Site, which id.UUID, inspection Inspection) (Return, error) {
	return c.returned(ctx, call{method: http.MethodPost, path: at(site, "returns/"+which.String()+"/inspect"), key: key, body: inspection})
}

func (c *Client) returned(ctx context.Context, what call) (Return, error) {
	var r Return
	header, err := c.do(ctx, what, &r)
	if err != nil {
		return Return{}, err
	}
	r.Replay = header.Get(HeaderReplay) == "true"
	return r, nil
}
