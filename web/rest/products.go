package rest

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/site/store"
)

func (s *server) productRoutes() {
	register(s, public, huma.Operation{
		OperationID: "list-products", Method: http.MethodGet, Path: "/api/v1/products",
		Summary: "A page of the catalog", Tags: []string{"catalog"},
	}, s.listProducts)
	register(s, public, huma.Operation{
		OperationID: "get-product", Method: http.MethodGet, Path: "/api/v1/products/{sku}",
		Summary: "A product, with what each warehouse has of it", Tags: []string{"catalog"},
	}, s.getProduct)
	register(s, restricted, huma.Operation{
		OperationID: "put-product", Method: http.MethodPut, Path: "/api/v1/products/{sku}",
		Summary: "Add a product or replace it", Tags: []string{"catalog"},
	}, s.putProduct)
	register(s, public, huma.Operation{
		OperationID: "list-districts", Method: http.MethodGet, Path: "/api/v1/districts",
		Summary: "Every district that is delivered to", Tags: []string{"catalog"},
	}, s.listDistricts)
}

// body is an answer that is nothing but its body.
type body[T any] struct {
	Body T
}

type productsInput struct {
	Type     string `query:"type"`
	Category string `query:"category"`
	Search   string `query:"q" maxLength:"200" doc:"Words, or beginnings of words"`
	Sort     string `query:"sort" enum:"name,price,price-down" default:"name"`
	Paging
}

func (s *server) listProducts(ctx context.Context, in *productsInput) (*body[api.ProductPage], error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	offset, err := in.offset()
	if err != nil {
		return nil, err
	}
	found, err := shop.Products(ctx, store.ProductQuery{
		Type: in.Type, Category: in.Category, Search: in.Search, Sort: store.Sort(in.Sort), Offset: offset, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	page := api.ProductPage{Products: make([]api.Product, len(found.Products)), Total: found.Total}
	for i, row := range found.Products {
		page.Products[i] = productView(row)
	}
	if next := offset + len(found.Products); len(found.Products) > 0 && next < found.Total {
		page.Next = strconv.Itoa(next)
	}
	return &body[api.ProductPage]{page}, nil
}

type skuInput struct {
	SKU string `path:"sku"`
}

func (s *server) getProduct(ctx context.Context, in *skuInput) (*body[api.Product], error) {
	sku, err := parseSKU("sku", in.SKU)
	if err != nil {
		return nil, err
	}
	product, err := s.product(ctx, sku)
	if err != nil {
		return nil, err
	}
	return &body[api.Product]{product}, nil
}

// product returns a product with its stock.
func (s *server) product(ctx context.Context, sku id.SKU) (api.Product, error) {
	shop, err := s.store()
	if err != nil {
		return api.Product{}, err
	}
	row, err := shop.Product(ctx, sku)
	if err != nil {
		return api.Product{}, err
	}
	known, err := s.Store.Availability(ctx, sku)
	if err != nil {
		return api.Product{}, err
	}
	product := productView(row)
	product.Stock = stockViews(known)
	return product, nil
}

type putProductInput struct {
	SKU  string `path:"sku"`
	Body api.ProductBody
}

type putProductOutput struct {
	Status int
	Body   api.Product
}

func (s *server) putProduct(ctx context.Context, in *putProductInput) (*putProductOutput, error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	sku, err := parseSKU("sku", in.SKU)
	if err != nil {
		return nil, err
	}
	if _, err := money.ParseCurrency(string(in.Body.Price.Currency)); err != nil {
		return nil, within("price.currency", err)
	}
	policy, err := catalog.ParsePolicy(in.Body.Policy)
	if err != nil {
		return nil, err
	}
	release, err := date.Parse(in.Body.ReleaseOn)
	if err != nil {
		return nil, within("release_on", err)
	}
	answer, err := shop.Do(ctx, store.ListProducts{Products: []catalog.Product{{
		SKU: sku, Name: in.Body.Name, Description: in.Body.Description,
		Type: in.Body.Type, Category: in.Body.Category, Price: in.Body.Price,
		Policy: policy, Cap: in.Body.Cap, ReleaseOn: release,
	}}})
	if err != nil {
		return nil, err
	}
	product, err := s.product(ctx, sku)
	if err != nil {
		return nil, err
	}
	out := &putProductOutput{Status: http.StatusOK, Body: product}
	if answer.(store.Listed).Added > 0 {
		out.Status = http.StatusCreated
	}
	return out, nil
}

func (s *server) listDistricts(ctx context.Context, _ *struct{}) (*body[api.DistrictList], error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	districts, err := shop.Districts(ctx)
	if err != nil {
		return nil, err
	}
	list := api.DistrictList{Districts: make([]api.District, len(districts))}
	for i, d := range districts {
		list.Districts[i] = api.District{Code: d.Code, Name: d.Name, Warehouses: d.Warehouses, Place: placeView(d.Place)}
	}
	return &body[api.DistrictList]{list}, nil
}

// store returns the store, where it runs in this process.
func (s *server) store() (*store.Store, error) {
	if s.Store == nil {
		return nil, fault.New(fault.NotFound, "the store does not run in this process")
	}
	return s.Store, nil
}

func parseSKU(field, text string) (id.SKU, error) {
	sku, err := id.ParseSKU(text)
	return sku, within(field, err)
}
