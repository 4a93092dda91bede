package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"crossdock/core/id"
)

// Products returns a page of the catalog. It is public.
func (c *Client) Products(ctx context.Context, q ProductQuery) (ProductPage, error) {
	var page ProductPage
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/products", query: values(
		"type", q.Type, "category", q.Category, "q", q.Search, "sort", q.Sort, "limit", number(q.Limit), "cursor", q.Cursor,
	)}, &page)
	return page, err
}

// Product returns a product with what each warehouse has of it, or
// fault.NotFound. It is public.
func (c *Client) Product(ctx context.Context, sku id.SKU) (Product, error) {
	var product Product
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/products/" + url.PathEscape(string(sku))}, &product)
	return product, err
}

// PutProduct adds a product to the catalog or replaces it.
func (c *Client) PutProduct(ctx context.Context, sku id.SKU, body ProductBody) (Product, error) {
	var product Product
	_, err := c.do(ctx, call{method: http.MethodPut, path: "/api/v1/products/" + url.PathEscape(string(sku)), body: body}, &product)
	return product, err
}

// Districts returns every district, by name. It is public.
func (c *Client) Districts(ctx context.Context) ([]District, error) {
	var list DistrictList
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/districts"}, &list)
	return list.Districts, err
}

// PlaceOrder places an order. One that is short is no error: it stands as voided,
// holds nothing, and the Placement says what was missing. One whose card was
// declined is fault.Conflict, and stands as voided too. The key may be empty; with
// one, the repetition of a request whose answer was lost is safe.
func (c *Client) PlaceOrder(ctx context.Context, key string, request OrderRequest) (Placement, error) {
	var placement Placement
	header, err := c.do(ctx, call{method: http.MethodPost, path: "/api/v1/orders", key: key, body: request}, &placement.Order)
	if err == nil {
		placement.Replay = header.Get(HeaderReplay) == "true"
		return placement, nil
	}
	if problem, ok := AsProblem(err); ok {
		if short, ok := problem.placement(); ok {
			short.Replay = problem.Replay
			return short, nil
		}
	}
	return Placement{}, err
}

// Orders returns a page of orders, newest first.
func (c *Client) Orders(ctx context.Context, q OrderQuery) (OrderPage, error) {
	var page OrderPage
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/orders", query: values(
		"status", q.Status, "customer", q.Customer, "reference", q.Reference, "number", strconv.FormatInt(q.Number, 10),
		"limit", number(q.Limit), "cursor", q.Cursor,
	)}, &page)
	return page, err
}

// Order returns an order with its lines, fulfillments, reasons and history.
func (c *Client) Order(ctx context.Context, which id.Order) (Order, error) {
	var o Order
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/orders/" + which.String()}, &o)
	return o, err
}

// VoidOrder asks for an order to be called off. The warehouses have the last
// word: the order that comes back is not voided yet, its VoidAsked is set.
func (c *Client) VoidOrder(ctx context.Context, key string, which id.Order, reason string) (Order, error) {
	return c.change(ctx, key, which, "void", VoidRequest{reason})
}

// DropBackorders calls units off that are still to come in: of one line, or of the
// whole order where the request names none. Where nothing waits it is
// fault.Conflict.
func (c *Client) DropBackorders(ctx context.Context, key string, which id.Order, request DropRequest) (Order, error) {
	return c.change(ctx, key, which, "backorders/drop", request)
}

// ChangeAddress asks for an order to go to another address in its district. What
// is packed goes to the old one; where all of it is, it is fault.Conflict.
func (c *Client) ChangeAddress(ctx context.Context, key string, which id.Order, address Address) (Order, error) {
	return c.change(ctx, key, which, "address", address)
}

// ConfirmPayment takes note that the money of a bank transfer came in.
func (c *Client) ConfirmPayment(ctx context.Context, key string, which id.Order, received PaymentReceived) (Order, error) {
	return c.change(ctx, key, which, "payment", received)
}

// CapturePayment asks again for the money of what was handed over, after a capture
// that failed, and waits for the payment provider: the last capture among the
// transactions of the order that comes back is failed, or still pending, where the
// money was not taken. Where nothing is due, or one is pending already, it is
// fault.Conflict.
func (c *Client) CapturePayment(ctx context.Context, key string, which id.Order) (Order, error) {
	return c.change(ctx, key, which, "capture", nil)
}

func (c *Client) change(ctx context.Context, key string, which id.Order, how string, body any) (Order, error) {
	var o Order
	_, err := c.do(ctx, call{method: http.MethodPost, path: "/api/v1/orders/" + which.String() + "/" + how, key: key, body: body}, &o)
	return o, err
}

// Stock returns a page of what the store knows of the warehouses' stock.
func (c *Client) Stock(ctx context.Context, q StockQuery) (StockPage, error) {
	var page StockPage
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/stock", query: values(
		"warehouse", string(q.Warehouse), "sku", string(q.SKU), "limit", number(q.Limit), "cursor", q.Cursor,
	)}, &page)
	return page, err
}

// values makes a query of names and values in turn, leaving out what is empty or 0.
func values(pairs ...string) url.Values {
	query := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" && pairs[i+1] != "0" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	return query
}

func number(n int) string { return strconv.Itoa(n) }
