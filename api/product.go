package api

import (
	"crossdock/core/id"
	"crossdock/core/money"
)

// Product is something for sale.
type Product struct {
	SKU         id.SKU       `json:"sku"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Type        string       `json:"type"`
	Category    string       `json:"category"`
	Price       money.Amount `json:"price"`
	Policy      string       `json:"policy" doc:"in-stock, backorder or preorder"`
	Cap         int64        `json:"cap,omitempty" doc:"Most units sold ahead of their arrival at a time; absent: as many as are expected"`
	ReleaseOn   string       `json:"release_on,omitempty" format:"date" doc:"Of a preorder: nothing is shipped before"`
	Held        int64        `json:"held" doc:"Units that the store can sell now, over all warehouses"`
	Stock       []Stock      `json:"stock,omitempty" nullable:"false" doc:"What each warehouse has; of a single product only"`
}

// ProductBody is what can be set of a product.
type ProductBody struct {
	Name        string       `json:"name"`
	Description string       `json:"description,omitempty"`
	Type        string       `json:"type"`
	Category    string       `json:"category"`
	Price       money.Amount `json:"price"`
	Policy      string       `json:"policy,omitempty" doc:"Whether it is sold before it is there: in-stock (default: it is not), backorder or preorder"`
	Cap         int64        `json:"cap,omitempty" doc:"Most units sold ahead at a time; 0: as many as suppliers have announced"`
	ReleaseOn   string       `json:"release_on,omitempty" doc:"Of a preorder, the day such as 2026-11-23 before which nothing is shipped"`
}

// ProductQuery selects a page of the catalog. Empty fields do not restrict.
type ProductQuery struct {
	Type     string
	Category string
	Search   string // words, or beginnings of words
	Sort     string // "name" (default), "price" or "price-down"
	Limit    int    // 1 to 200; 0 means 50
	Cursor   string // Next of the page before
}

// ProductPage is a page of the catalog. Next is empty on the last page.
type ProductPage struct {
	Products []Product `json:"products" nullable:"false"`
	Total    int       `json:"total" doc:"Over all pages"`
	Next     string    `json:"next,omitempty" doc:"The cursor of the next page"`
}

// District is a delivery area with the warehouses that serve it, its primary one first.
type District struct {
	Code       id.District `json:"code"`
	Name       string      `json:"name"`
	Warehouses []id.Site   `json:"warehouses" nullable:"false"`
	Place      *Place      `json:"place,omitempty" doc:"Its center; absent where it is not known"`
}

// DistrictList is every district.
type DistrictList struct {
	Districts []District `json:"districts" nullable:"false"`
}
