package api

import (
	"context"
	"net/http"
	"net/url"

	"crossdock/core/id"
)

// WarehouseStock returns a page of what a warehouse has. A site that does not
// run in the server's process is fault.NotFound, as it is for all methods here.
// Of the query, Warehouse is not looked at.
func (c *Client) WarehouseStock(ctx context.Context, site id.Site, q StockQuery) (LevelPage, error) {
	var page LevelPage
	_, err := c.do(ctx, call{method: http.MethodGet, path: at(site, "stock"), query: values(
		"sku", string(q.SKU), "limit", number(q.Limit), "cursor", q.Cursor,
	)}, &page)
	return page, err
}

// Receive books goods that came in at a warehouse. The key may be empty.
func (c *Client) Receive(ctx context.Context, key string, site id.Site, receipt Receipt) (Stocked, error) {
	return c.book(ctx, call{method: http.MethodPost, path: at(site, "receipts"), key: key, body: receipt})
}

// Adjust corrects the books of a warehouse after a count. Units that the store
// has promised already are fault.Conflict. The key may be empty.
func (c *Client) Adjust(ctx context.Context, key string, site id.Site, adjustment Adjustment) (Stocked, error) {
	return c.book(ctx, call{method: http.MethodPost, path: at(site, "adjustments"), key: key, body: adjustment})
}

func (c *Client) book(ctx context.Context, what call) (Stocked, error) {
	var stocked Stocked
	header, err := c.do(ctx, what, &stocked)
	if err != nil {
		return Stocked{}, err
	}
	stocked.Replay = header.Get(HeaderReplay) == "true"
	return stocked, nil
}

// Fulfillments returns a page of a warehouse's fulfillments, oldest first.
func (c *Client) Fulfillments(ctx context.Context, site id.Site, q FulfillmentQuery) (FulfillmentPage, error) {
	which := ""
	if !q.Order.IsZero() {
		which = q.Order.String()
	}
	var page FulfillmentPage
	_, err := c.do(ctx, call{method: http.MethodGet, path: at(site, "fulfillments"), query: values(
		"status", q.Status, "order", which, "limit", number(q.Limit), "cursor", q.Cursor,
	)}, &page)
	return page, err
}

// Advance takes the next step of a fulfillment by hand. A step that the state
// table does not know, or a From that is not the status any more, is fault.Conflict.
func (c *Client) Advance(ctx context.Context, site id.Site, which id.Fulfillment, step Advance) (Fulfillment, error) {
	var f Fulfillment
	_, err := c.do(ctx, call{
		method: http.MethodPost, path: at(site, "fulfillments/"+which.String()+"/advance"), key: step.Key, body: step,
	}, &f)
	return f, err
}

func at(site id.Site, what string) string {
	return "/api/v1/warehouses/" + url.PathEscape(string(site)) + "/" + what
}
