package rest

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
)

const maxReason = 200 // characters

func (s *server) orderRoutes() {
	register(s, restricted, huma.Operation{
		OperationID: "place-order", Method: http.MethodPost, Path: "/api/v1/orders", DefaultStatus: http.StatusCreated,
		Summary: "Place an order", Tags: []string{"orders"},
		Description: "A short order is answered 409 with the code short: it stands as voided and holds nothing.",
	}, s.placeOrder)
	register(s, restricted, huma.Operation{
		OperationID: "list-orders", Method: http.MethodGet, Path: "/api/v1/orders",
		Summary: "A page of orders, newest first", Tags: []string{"orders"},
	}, s.listOrders)
	register(s, restricted, huma.Operation{
		OperationID: "get-order", Method: http.MethodGet, Path: "/api/v1/orders/{id}",
		Summary: "An order with its lines, fulfillments, reasons and history", Tags: []string{"orders"},
	}, s.getOrder)
	register(s, restricted, huma.Operation{
		OperationID: "void-order", Method: http.MethodPost, Path: "/api/v1/orders/{id}/void",
		Summary: "Ask for an order to be called off", Tags: []string{"orders"},
		Description: "The warehouses have the last word: the order is voided when all of them have said so.",
	}, s.voidOrder)
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

type orderInput struct {
	ID string `path:"id" format:"uuid"`
}

func (s *server) getOrder(ctx context.Context, in *orderInput) (*body[api.Order], error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	which, err := id.ParseOrder(in.ID)
	if err != nil {
		return nil, within("id", err)
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

// wholeOrder adds an order's history.
func (s *server) wholeOrder(ctx context.Context, o order.Order) (api.Order, error) {
	events, notices, err := s.Store.Story(ctx, o.ID)
	if err != nil {
		return api.Order{}, err
	}
	return storyView(o, events, notices), nil
}

type voidInput struct {
	ID string `path:"id" format:"uuid"`
	Keyed
	Body api.VoidRequest
}

func (s *server) voidOrder(ctx context.Context, in *voidInput) (*body[api.Order], error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	which, err := id.ParseOrder(in.ID)
	if err != nil {
		return nil, within("id", err)
	}
	if err := catalog.CheckText("reason", in.Body.Reason, 1, maxReason); err != nil {
		return nil, err
	}
	name, digest, err := in.hash("POST /api/v1/orders/"+which.String()+"/void", in.Body)
	if err != nil {
		return nil, err
	}
	answer, err := shop.Do(ctx, store.VoidOrder{
		Key: store.Key{Name: name, BodyHash: digest}, Order: which, Reason: in.Body.Reason,
	})
	if err != nil {
		return nil, err
	}
	view, err := s.wholeOrder(ctx, answer.(order.Order))
	if err != nil {
		return nil, err
	}
	return &body[api.Order]{view}, nil
}
