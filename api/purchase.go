package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"crossdock/core/id"
)

// PurchaseRequest announces what a supplier will deliver to a warehouse.
type PurchaseRequest struct {
	ID       string         `json:"id" doc:"Your name of it, such as PO-1001: 1 to 64 characters"`
	Supplier string         `json:"supplier,omitempty"`
	Lines    []ExpectedLine `json:"lines" nullable:"false" doc:"Each SKU once"`
}

// ExpectedLine is units of a SKU that are announced.
type ExpectedLine struct {
	SKU      id.SKU `json:"sku"`
	Quantity int64  `json:"quantity" doc:"Units, 1 to 1000000"`
	Due      string `json:"due,omitempty" doc:"The day on which they are expected, such as 2026-11-23; absent: nobody knows"`
}

// PurchaseChange changes a line of a purchase: what is absent stays as it is.
type PurchaseChange struct {
	SKU      id.SKU  `json:"sku"`
	Quantity *int64  `json:"quantity,omitempty" doc:"The new total, with what has come in; fewer than before are called off"`
	Due      *string `json:"due,omitempty" doc:"The new day; empty: nobody knows"`
}

// Purchase is what a supplier has announced to a warehouse.
type Purchase struct {
	ID          string         `json:"id"`
	Warehouse   id.Site        `json:"warehouse"`
	Supplier    string         `json:"supplier,omitempty"`
	Version     int            `json:"version"`
	AnnouncedAt time.Time      `json:"announced_at"`
	ChangedAt   time.Time      `json:"changed_at"`
	Closed      bool           `json:"closed" doc:"Nothing more is expected of it"`
	Lines       []PurchaseLine `json:"lines" nullable:"false"`
	Replay      bool           `json:"-"` // the key was known: nothing was changed now
}

// PurchaseLine is one product of a purchase: Announced = Received + Withdrawn + Open.
type PurchaseLine struct {
	SKU       id.SKU  `json:"sku"`
	Announced int64   `json:"announced"`
	Received  int64   `json:"received" doc:"Units that have come in"`
	Withdrawn int64   `json:"withdrawn" doc:"Units that were called off"`
	Open      int64   `json:"open" doc:"Units still to come"`
	Due       string  `json:"due,omitempty" format:"date" doc:"When they are expected; absent where nobody knows"`
	Shares    []Share `json:"shares" nullable:"false" doc:"Who may sell the open units ahead"`
}

// Share is the open units of a line that one store sells ahead.
type Share struct {
	Store    id.Site `json:"store"`
	Quantity int64   `json:"quantity" doc:"Units, with those that are sold already"`
	Sold     *int64  `json:"sold,omitempty" doc:"Units sold already, what comes in first before what comes later; of a single purchase only, and absent where the store runs elsewhere"`
}

// PurchaseQuery selects a page of purchases.
type PurchaseQuery struct {
	Open   bool   // only those of which something is still to come
	Limit  int    // 1 to 200; 0 means 50
	Cursor string // Next of the page before
}

// PurchasePage is a page of purchases, by name. Next is empty on the last page.
type PurchasePage struct {
	Purchases []Purchase `json:"purchases" nullable:"false"`
	Next      string     `json:"next,omitempty" doc:"The cursor of the next page"`
}

// AnnouncePurchase notes what a supplier has announced, so that stores may sell it
// ahead. One that is there already is fault.Exists. The key may be empty, here and
// in all that changes something.
func (c *Client) AnnouncePurchase(ctx context.Context, key string, site id.Site, request PurchaseRequest) (Purchase, error) {
	return c.purchase(ctx, call{method: http.MethodPost, path: at(site, "purchases"), key: key, body: request})
}

// Purchases returns a page of a warehouse's purchases.
func (c *Client) Purchases(ctx context.Context, site id.Site, q PurchaseQuery) (PurchasePage, error) {
	var page PurchasePage
	_, err := c.do(ctx, call{method: http.MethodGet, path: at(site, "purchases"), query: values(
		"open", flag(q.Open), "limit", number(q.Limit), "cursor", q.Cursor,
	)}, &page)
	return page, err
}

// Purchase returns one, closed or not, or fault.NotFound.
func (c *Client) Purchase(ctx context.Context, site id.Site, name string) (Purchase, error) {
	return c.purchase(ctx, call{method: http.MethodGet, path: at(site, "purchases/"+url.PathEscape(name))})
}

// ChangePurchase makes a line of a purchase late, larger or smaller. Less than has
// come in already is fault.Conflict.
func (c *Client) ChangePurchase(ctx context.Context, key string, site id.Site, name string, change PurchaseChange) (Purchase, error) {
	return c.purchase(ctx, call{method: http.MethodPatch, path: at(site, "purchases/"+url.PathEscape(name)), key: key, body: change})
}

// CancelPurchase calls off what has not come in of a purchase.
func (c *Client) CancelPurchase(ctx context.Context, key string, site id.Site, name string) (Purchase, error) {
	return c.purchase(ctx, call{method: http.MethodDelete, path: at(site, "purchases/"+url.PathEscape(name)), key: key})
}

func (c *Client) purchase(ctx context.Context, what call) (Purchase, error) {
	var p Purchase
	header, err := c.do(ctx, what, &p)
	if err != nil {
		return Purchase{}, err
	}
	p.Replay = header.Get(HeaderReplay) == "true"
	return p, nil
}
