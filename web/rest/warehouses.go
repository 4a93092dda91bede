package rest

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/warehouse"
)

const maxItems = 1000 // of a receipt

func (s *server) warehouseRoutes() {
	register(s, restricted, huma.Operation{
		OperationID: "list-warehouse-stock", Method: http.MethodGet, Path: "/api/v1/warehouses/{site}/stock",
		Summary: "What a warehouse has, by its own books", Tags: []string{"warehouses"},
	}, s.warehouseStock)
	register(s, restricted, huma.Operation{
		OperationID: "receive-stock", Method: http.MethodPost, Path: "/api/v1/warehouses/{site}/receipts",
		Summary: "Book goods that came in", Tags: []string{"warehouses"},
	}, s.receive)
	register(s, restricted, huma.Operation{
		OperationID: "adjust-stock", Method: http.MethodPost, Path: "/api/v1/warehouses/{site}/adjustments",
		Summary: "Correct the books after a count", Tags: []string{"warehouses"},
		Description: "Units that the store holds are called back first; those that it has promised are a conflict.",
	}, s.adjust)
	register(s, restricted, huma.Operation{
		OperationID: "list-fulfillments", Method: http.MethodGet, Path: "/api/v1/warehouses/{site}/fulfillments",
		Summary: "A page of a warehouse's fulfillments, oldest first", Tags: []string{"warehouses"},
	}, s.listFulfillments)
	register(s, restricted, huma.Operation{
		OperationID: "advance-fulfillment", Method: http.MethodPost,
		Path:    "/api/v1/warehouses/{site}/fulfillments/{id}/advance",
		Summary: "Take the next step of a fulfillment by hand", Tags: []string{"warehouses"},
	}, s.advance)
}

// SiteInput names a warehouse. It is exported for the framework alone.
type SiteInput struct {
	Site string `path:"site"`
}

// site is a warehouse with its name.
type site struct {
	*warehouse.Warehouse
	name id.Site
}

// warehouse returns a warehouse that runs in this process.
func (s *server) warehouse(in SiteInput) (*site, error) {
	name, err := id.ParseSite(in.Site)
	if err != nil {
		return nil, within("site", err)
	}
	w, here := s.Warehouses[name]
	if !here {
		return nil, fault.At("site", fault.NotFound, "the warehouse %s does not run in this process", name)
	}
	return &site{w, name}, nil
}

type levelsInput struct {
	SiteInput
	SKU string `query:"sku"`
	Paging
}

func (s *server) warehouseStock(ctx context.Context, in *levelsInput) (*body[api.LevelPage], error) {
	w, err := s.warehouse(in.SiteInput)
	if err != nil {
		return nil, err
	}
	q := warehouse.StockQuery{Limit: in.Limit + 1}
	if q.After, err = in.sku(); err != nil {
		return nil, err
	}
	if in.SKU != "" {
		if q.SKU, err = parseSKU("sku", in.SKU); err != nil {
			return nil, err
		}
	}
	found, err := w.Levels(ctx, q)
	if err != nil {
		return nil, err
	}
	page := api.LevelPage{Levels: []api.Level{}}
	for i, row := range found {
		if i == in.Limit {
			page.Next = string(found[i-1].Level.SKU)
			break
		}
		row.Level.Warehouse = w.name
		page.Levels = append(page.Levels, levelView(row.Level, row.Name))
	}
	return &body[api.LevelPage]{page}, nil
}

type receiveInput struct {
	SiteInput
	Keyed
	Body api.Receipt
}

type stockedOutput struct {
	Replayed
	Body api.Stocked
}

func (s *server) receive(ctx context.Context, in *receiveInput) (*stockedOutput, error) {
	w, err := s.warehouse(in.SiteInput)
	if err != nil {
		return nil, err
	}
	if len(in.Body.Items) > maxItems {
		return nil, fault.At("items", fault.TooLarge, "a receipt has at most %d items", maxItems)
	}
	if err := unpriced("items", in.Body.Items); err != nil {
		return nil, err
	}
	items := make([]warehouse.Item, len(in.Body.Items))
	for i, item := range in.Body.Items {
		if err := s.checkKnown(ctx, w, "items["+strconv.Itoa(i)+"].sku", item.SKU); err != nil {
			return nil, err
		}
		items[i] = warehouse.Item{SKU: item.SKU, Units: item.Quantity}
	}
	key, err := in.warehouse("POST /api/v1/warehouses/"+string(w.name)+"/receipts", in.Body)
	if err != nil {
		return nil, err
	}
	answer, err := w.Do(ctx, warehouse.ReceiveStock{
		Key: key, Purchase: in.Body.Purchase, Items: items, Note: in.Body.Note,
	})
	if err != nil {
		return nil, err
	}
	return stocked(answer.(warehouse.Stocked)), nil
}

// checkKnown guards the books against a mistyped SKU. Where the store runs in
// this process its catalog decides, else what the warehouse has heard of it.
func (s *server) checkKnown(ctx context.Context, w *site, field string, sku id.SKU) error {
	if _, err := parseSKU(field, string(sku)); err != nil {
		return err
	}
	var err error
	if s.Store != nil {
		_, err = s.Store.Product(ctx, sku)
	} else {
		var known []warehouse.ProductLevel
		known, err = w.Levels(ctx, warehouse.StockQuery{SKU: sku, Limit: 1})
		if err == nil && len(known) == 0 {
			err = fault.New(fault.NotFound, "%s has not heard of a product %s", w.name, fault.Quote(string(sku)))
		}
	}
	if fault.Is(err, fault.NotFound) {
		message, _ := fault.Public(err)
		return fault.At(field, fault.Invalid, "%s", message)
	}
	return err
}

type adjustInput struct {
	SiteInput
	Keyed
	Body api.Adjustment
}

func (s *server) adjust(ctx context.Context, in *adjustInput) (*stockedOutput, error) {
	w, err := s.warehouse(in.SiteInput)
	if err != nil {
		return nil, err
	}
	if err := s.checkKnown(ctx, w, "sku", in.Body.SKU); err != nil {
		return nil, err
	}
	key, err := in.warehouse("POST /api/v1/warehouses/"+string(w.name)+"/adjustments", in.Body)
	if err != nil {
		return nil, err
	}
	result, err := w.Adjust(ctx, warehouse.AdjustStock{
		Key: key, SKU: in.Body.SKU, Delta: in.Body.Delta, Note: in.Body.Reason,
	})
	if err != nil {
		return nil, err
	}
	return stocked(result), nil
}

func stocked(result warehouse.Stocked) *stockedOutput {
	out := &stockedOutput{Replayed: replay(result.Repeat), Body: api.Stocked{Levels: make([]api.Level, len(result.Levels))}}
	for i, level := range result.Levels {
		out.Body.Levels[i] = levelView(level, "")
	}
	return out
}
