package rest

import (
	"context"
	"slices"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/warehouse"
)

type fulfillmentsInput struct {
	SiteInput
	Status string `query:"status" doc:"Such as accepted, picking or sent"`
	Order  string `query:"order" doc:"Identifier of an order"`
	Paging
}

func (s *server) listFulfillments(ctx context.Context, in *fulfillmentsInput) (*body[api.FulfillmentPage], error) {
	w, err := s.warehouse(in.SiteInput)
	if err != nil {
		return nil, err
	}
	q := warehouse.FulfillmentQuery{Stage: order.Stage(in.Status), Limit: in.Limit + 1}
	if in.Status != "" && !slices.Contains(order.Stages(), q.Stage) {
		return nil, fault.At("status", fault.Invalid, "%s is not the status of a fulfillment", fault.Quote(in.Status))
	}
	if in.Order != "" {
		if q.Order, err = id.ParseOrder(in.Order); err != nil {
			return nil, within("order", err)
		}
	}
	if q.After.UUID, err = in.uuid(); err != nil {
		return nil, err
	}
	found, err := w.Fulfillments(ctx, q)
	if err != nil {
		return nil, err
	}
	page := api.FulfillmentPage{Fulfillments: []api.Fulfillment{}}
	for i, f := range found {
		if i == in.Limit {
			page.Next = found[i-1].ID.String()
			break
		}
		page.Fulfillments = append(page.Fulfillments, fulfillmentView(w, f))
	}
	return &body[api.FulfillmentPage]{page}, nil
}

type advanceInput struct {
	SiteInput
	ID string `path:"id" format:"uuid"`
	Keyed
	Body api.Advance
}

func (s *server) advance(ctx context.Context, in *advanceInput) (*body[api.Fulfillment], error) {
	w, err := s.warehouse(in.SiteInput)
	if err != nil {
		return nil, err
	}
	which, err := id.ParseFulfillment(in.ID)
	if err != nil {
		return nil, within("id", err)
	}
	key, err := in.warehouse("POST /api/v1/warehouses/"+string(w.name)+"/fulfillments/"+which.String()+"/advance", in.Body)
	if err != nil {
		return nil, err
	}
	answer, err := w.Do(ctx, warehouse.Advance{
		Key: key, Fulfillment: which, From: order.Stage(in.Body.From), To: order.Stage(in.Body.To),
	})
	if err != nil {
		return nil, err
	}
	return &body[api.Fulfillment]{fulfillmentView(w, answer.(fulfillment.Fulfillment))}, nil
}
