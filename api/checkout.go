package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"crossdock/core/id"
)

// HoldRequest asks for units to be kept for a checkout in progress.
type HoldRequest struct {
	District id.District `json:"district"`
	Lines    []Wanted    `json:"lines" nullable:"false"`
}

// Hold is units that are kept for a checkout.
type Hold struct {
	Owner     string     `json:"owner"`
	Units     []HeldUnit `json:"units" nullable:"false"`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"When they are free again without a sign of life; absent where nothing is kept"`
	Short     []Shortage `json:"short,omitempty" nullable:"false" doc:"What could not be kept"`
	Promise   *Promise   `json:"promise,omitempty" doc:"When an order placed now arrives; absent where nobody knows"`
}

// HeldUnit is units of a hold at one warehouse.
type HeldUnit struct {
	Warehouse id.Site `json:"warehouse"`
	SKU       id.SKU  `json:"sku"`
	Quantity  int64   `json:"quantity"`
}

// PutHold keeps units for the checkout of a cart's owner, in place of what was kept
// for it before. What there is not enough of is no error: Hold.Short tells.
func (c *Client) PutHold(ctx context.Context, owner string, request HoldRequest) (Hold, error) {
	var hold Hold
	_, err := c.do(ctx, call{method: http.MethodPut, path: "/api/v1/holds/" + url.PathEscape(owner), body: request}, &hold)
	return hold, err
}

// DropHold ends a hold, if there is one.
func (c *Client) DropHold(ctx context.Context, owner string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: "/api/v1/holds/" + url.PathEscape(owner)}, nil)
	return err
}
