package rest

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
)

func (s *server) orderRoutes() {
	register(s, restricted, huma.Operation{
		OperationID: "place-order", Method: http.MethodPost, Path: "/api/v1/orders", DefaultStatus: http.StatusCreated,
		Summary: "Place an order", Tags: []string{"orders"},
		Description: "A short order is answered 409 with the code short: it stands as voided and holds nothing. " +
			"So does one whose card was declined, with the code conflict.",
	}, s.placeOrder)
	register(s, restricted, huma.Operation{
		OperationID: "list-orders", Method: http.MethodGet, Path: "/api/v1/orders",
		Summary: "A page of orders, newest first", Tags: []string{"orders"},
	}, s.listOrders)
	register(s, restricted, huma.Operation{
		OperationID: "get-order", Method: http.MethodGet, Path: "/api/v1/orders/{id}",
		Summary: "An order with its lines, fulfillments, reasons and history", Tags: []string{"orders"},
	}, s.getOrder)
}

type ordersInput struct {
	Status    string `query:"status" doc:"placed, backordered, ready, sent, delivered, voided or returned"`
	Customer  string `query:"customer" doc:"Identifier of a user"`
	Reference string `query:"reference"`
	Number    int64  `query:"number" minimum:"1"`
	Paging
}

func (s *server) listOrders(ctx context.Context, in *ordersInput) (*body[api.OrderPage], error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	q := store.OrderQuery{Status: order.Status(in.Status), Reference: in.Reference, Number: in.Number, Limit: in.Limit}
	if in.Status != "" && !slices.Contains(order.Statuses(), q.Status) {
		return nil, fault.At("status", fault.Invalid, "%s is not the status of an order", fault.Quote(in.Status))
	}
	if in.Customer != "" {
		if q.Customer.UUID, err = id.ParseUUID(in.Customer); err != nil {
			return nil, within("customer", err)
		}
	}
	if q.Before.UUID, err = in.uuid(); err != nil {
		return nil, err
	}
	found, err := shop.Orders(ctx, q)
	if err != nil {
		return nil, err
	}
	page := api.OrderPage{Orders: make([]api.Order, len(found.Orders))}
	for i, o := range found.Orders {
		page.Orders[i] = headView(o)
	}
	if !found.Next.IsZero() {
		page.Next = found.Next.String()
	}
	return &body[api.OrderPage]{page}, nil
}

// OrderInput names an order. It is exported for the framework alone.
type OrderInput struct {
	ID string `path:"id" format:"uuid"`
}

func (in OrderInput) order() (id.Order, error) {
	which, err := id.ParseOrder(in.ID)
	return which, within("id", err)
}

func (s *server) getOrder(ctx context.Context, in *OrderInput) (*body[api.Order], error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	which, err := in.order()
	if err != nil {
		return nil, err
	}
	o, err := shop.Lookups().Order(ctx, which)
	if err != nil {
		return nil, err
	}
	view, err := s.wholeOrder(ctx, o)
	if err != nil {
		return nil, err
	}
	return &body[api.Order]{view}, nil
}

// wholeOrder adds an order's payment and history.
func (s *server) wholeOrder(ctx context.Context, o order.Order) (api.Order, error) {
	steps, err := s.Records.Transactions(ctx, o.ID)
	if err != nil {
		return api.Order{}, err
	}
	events, notices, err := s.Store.Story(ctx, o.ID)
	if err != nil {
		return api.Order{}, err
	}
	return storyView(o, steps, events, notices), nil
}
