package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/id"
	"crossdock/site/store"
)

func (s *server) stockRoutes() {
	register(s, restricted, huma.Operation{
		OperationID: "list-stock", Method: http.MethodGet, Path: "/api/v1/stock",
		Summary: "What the store holds and knows of each warehouse's stock", Tags: []string{"stock"},
		Description: "The warehouses' own figures, as they were last heard. The limit counts SKUs.",
	}, s.listStock)
}

type stockInput struct {
	Warehouse string `query:"warehouse"`
	SKU       string `query:"sku"`
	Paging
}

func (s *server) listStock(ctx context.Context, in *stockInput) (*body[api.StockPage], error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	// One SKU more than the page tells whether there is a next one.
	q := store.StockQuery{Limit: in.Limit + 1}
	if q.After, err = in.sku(); err != nil {
		return nil, err
	}
	if in.Warehouse != "" {
		if q.Warehouse, err = id.ParseSite(in.Warehouse); err != nil {
			return nil, within("warehouse", err)
		}
	}
	if in.SKU != "" {
		if q.SKU, err = parseSKU("sku", in.SKU); err != nil {
			return nil, err
		}
	}
	found, err := shop.Stock(ctx, q)
	if err != nil {
		return nil, err
	}
	kept, next := firstSKUs(found, in.Limit)
	return &body[api.StockPage]{api.StockPage{Stock: stockViews(kept), Next: next}}, nil
}

// firstSKUs returns the rows of the first SKUs, and the last one of them where
// there are more. The rows are in order of SKU.
func firstSKUs(rows []store.Availability, limit int) (kept []store.Availability, next string) {
	skus := 0
	for i, row := range rows {
		if i > 0 && row.Level.SKU == rows[i-1].Level.SKU {
			continue
		}
		if skus == limit {
			return rows[:i], string(rows[i-1].Level.SKU)
		}
		skus++
	}
	return rows, ""
}
