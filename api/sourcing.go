package api

import (
	"context"
	"net/http"

	"crossdock/core/id"
)

// Place is a point on the globe, in degrees.
type Place struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// Explanation is how the warehouses of an order were chosen, as rows and as text.
type Explanation struct {
	Order  id.Order        `json:"order" format:"uuid"`
	Number int64           `json:"number"`
	Steps  []ExplainedStep `json:"steps" nullable:"false"`
	Text   string          `json:"text" doc:"All of it, a sentence a line"`
}

// ExplainedStep is a step of the choice with what it says.
type ExplainedStep struct {
	Step
	Text string `json:"text"`
}

// WarehouseProfile is what the choice of warehouses goes by, besides stock. What is
// left out puts no limit and costs nothing.
type WarehouseProfile struct {
	Code     id.Site  `json:"code"`
	Name     string   `json:"name,omitempty"`
	Place    *Place   `json:"place,omitempty"`
	CutOff   string   `json:"cut_off,omitempty" doc:"The time of the day in UTC, such as 15:00, until which orders leave that day"`
	Workdays []string `json:"workdays,omitempty" nullable:"false" doc:"The days on which parcels leave, such as mon; absent: every day"`
	Handling int      `json:"handling,omitempty" doc:"Working days from order to hand-off"`
	Capacity int      `json:"capacity,omitempty" doc:"Parcels a day"`
	Safety   int64    `json:"safety,omitempty" doc:"Units of each SKU that are not promised"`
	PerBox   int64    `json:"per_box_micros,omitempty" doc:"Cost of a parcel, in millionths of the currency's unit"`
	PerUnit  int64    `json:"per_unit_micros,omitempty" doc:"Cost of a unit in it"`
	PerKm    int64    `json:"per_km_micros,omitempty" doc:"Cost of a unit and kilometer"`
}

// WarehouseProfiles is the profiles of warehouses, by code.
type WarehouseProfiles struct {
	Warehouses []WarehouseProfile `json:"warehouses" nullable:"false"`
}

// SourcingPolicy is a way to choose warehouses.
type SourcingPolicy struct {
	Strategy string   `json:"strategy,omitempty" doc:"primary-first (default), fewest-parcels, nearest, fastest or cheapest"`
	Rules    []string `json:"rules,omitempty" nullable:"false" doc:"What decides between warehouses that are equally good: district-order, distance, parcels, arrival, cost, stock or load"`
}

// WhatIf asks what policies would make of orders.
type WhatIf struct {
	Policies []SourcingPolicy `json:"policies" nullable:"false" doc:"Up to 20"`
	Orders   []SampleOrder    `json:"orders" nullable:"false" doc:"Up to 1000, one after the other"`
}

// SampleOrder is an order that is not placed.
type SampleOrder struct {
	District id.District `json:"district"`
	Lines    []Wanted    `json:"lines" nullable:"false"`
}

// WhatIfReport is what each policy would make of the orders, out of what the store
// holds now.
type WhatIfReport struct {
	Outcomes []WhatIfOutcome `json:"outcomes" nullable:"false" doc:"One for each policy, in their order"`
}

// WhatIfOutcome is what one policy makes of a sample. What it says per order is
// per order that is served.
type WhatIfOutcome struct {
	Policy          SourcingPolicy `json:"policy"`
	Orders          int            `json:"orders"`
	Served          int            `json:"served" doc:"Orders served in full"`
	Short           int            `json:"short" doc:"Orders that were not, and took nothing"`
	Split           int            `json:"split" doc:"Orders in more than one parcel"`
	SplitRate       float64        `json:"split_rate"`
	Parcels         int            `json:"parcels"`
	ParcelsPerOrder float64        `json:"parcels_per_order"`
	Cost            int64          `json:"cost_micros" doc:"Of all parcels, in millionths of the currency's unit"`
	CostPerOrder    int64          `json:"cost_per_order_micros"`
	Promised        int            `json:"promised" doc:"Orders with a promised day"`
	PromiseDays     float64        `json:"promise_days" doc:"Mean days until the last day of the promise"`
	WithinThreeDays float64        `json:"within_3_days" doc:"Share of orders that arrive within 3 days"`
}

// Explain tells how the warehouses of an order were chosen.
func (c *Client) Explain(ctx context.Context, which id.Order) (Explanation, error) {
	var e Explanation
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/orders/" + which.String() + "/sourcing"}, &e)
	return e, err
}

// WhatIf tries policies out on orders that are not placed. Nothing changes.
func (c *Client) WhatIf(ctx context.Context, question WhatIf) ([]WhatIfOutcome, error) {
	var report WhatIfReport
	_, err := c.do(ctx, call{method: http.MethodPost, path: "/api/v1/sourcing/what-if", body: question, slow: true}, &report)
	return report.Outcomes, err
}

// WarehouseProfiles returns what the choice of warehouses goes by.
func (c *Client) WarehouseProfiles(ctx context.Context) ([]WarehouseProfile, error) {
	var all WarehouseProfiles
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/sourcing/warehouses"}, &all)
	return all.Warehouses, err
}

// PutWarehouseProfiles adds profiles or replaces those of the same code, and
// returns all that there are then.
func (c *Client) PutWarehouseProfiles(ctx context.Context, profiles ...WarehouseProfile) ([]WarehouseProfile, error) {
	var all WarehouseProfiles
	_, err := c.do(ctx, call{method: http.MethodPut, path: "/api/v1/sourcing/warehouses", body: WarehouseProfiles{profiles}}, &all)
	return all.Warehouses, err
}
