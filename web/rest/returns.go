package rest

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

func (s *server) returnRoutes() {
	register(s, restricted, huma.Operation{
		OperationID: "ask-return", Method: http.MethodPost, Path: "/api/v1/orders/{id}/returns", DefaultStatus: http.StatusCreated,
		Summary: "Announce that a customer sends units back", Tags: []string{"orders"},
		Description: "The money is given back when the warehouse has looked at them.",
	}, s.askReturn)
	register(s, restricted, huma.Operation{
		OperationID: "list-order-returns", Method: http.MethodGet, Path: "/api/v1/orders/{id}/returns",
		Summary: "What of an order comes back, as far as the store has heard", Tags: []string{"orders"},
	}, s.orderReturns)
	register(s, restricted, huma.Operation{
		OperationID: "list-returns", Method: http.MethodGet, Path: "/api/v1/warehouses/{site}/returns",
		Summary: "A page of what customers send back to a warehouse, oldest first", Tags: []string{"returns"},
	}, s.listReturns)
	register(s, restricted, huma.Operation{
		OperationID: "receive-return", Method: http.MethodPost, Path: "/api/v1/warehouses/{site}/returns/{id}/receive",
		Summary: "Book units of a return that are back", Tags: []string{"returns"},
	}, s.receiveReturn)
	register(s, restricted, huma.Operation{
		OperationID: "inspect-return", Method: http.MethodPost, Path: "/api/v1/warehouses/{site}/returns/{id}/inspect",
		Summary: "Say which units of a return can be sold again", Tags: []string{"returns"},
	}, s.inspectReturn)
}

type askReturnInput struct {
	OrderInput
	Keyed
	Body api.ReturnRequest
}

type returnsOutput struct {
	Replayed
	Body api.ReturnList
}

func (s *server) askReturn(ctx context.Context, in *askReturnInput) (*returnsOutput, error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	which, err := in.order()
	if err != nil {
		return nil, err
	}
	key, err := in.store("POST /api/v1/orders/"+which.String()+"/returns", in.Body)
	if err != nil {
		return nil, err
	}
	repeat, err := s.repeated(ctx, key)
	if err != nil {
		return nil, err
	}
	lines := make([]store.Back, len(in.Body.Lines))
	for i, line := range in.Body.Lines {
		lines[i] = store.Back{Line: line.Line, Units: line.Quantity}
	}
	answer, err := shop.Do(ctx, store.AskReturn{Key: key, Order: which, Lines: lines, Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	list, err := s.returnList(ctx, which, answer.([]store.Return))
	return &returnsOutput{replay(repeat), list}, err
}

func (s *server) orderReturns(ctx context.Context, in *OrderInput) (*body[api.ReturnList], error) {
	if _, err := s.store(); err != nil {
		return nil, err
	}
	which, err := in.order()
	if err != nil {
		return nil, err
	}
	returns, err := s.Records.Returns(ctx, which)
	if err != nil {
		return nil, err
	}
	list, err := s.returnList(ctx, which, returns)
	return &body[api.ReturnList]{list}, err
}

func (s *server) returnList(ctx context.Context, which id.Order, returns []store.Return) (api.ReturnList, error) {
	o, err := s.Store.Lookups().Order(ctx, which)
	list := api.ReturnList{Returns: make([]api.Return, len(returns))}
	for i, r := range returns {
		list.Returns[i] = toldReturn(o, r)
	}
	return list, err
}

// toldReturn is a return as the store has heard of it.
func toldReturn(o order.Order, r store.Return) api.Return {
	view := api.Return{
		ID: r.ID, Order: r.Order, Number: o.Number, Fulfillment: r.Fulfillment, Store: o.Store, Warehouse: r.Warehouse,
		Reason: r.Reason, AskedAt: r.AskedAt, ChangedAt: r.ChangedAt, Lines: make([]api.ReturnLine, len(r.Lines)),
	}
	state := fulfillment.ReturnInspected
	none := true
	for i, line := range r.Lines {
		view.Lines[i] = api.ReturnLine(line)
		none = none && line.Received == 0
		if line.Good+line.Damaged < line.Received {
			state = fulfillment.ReturnReceived
		}
	}
	if none {
		state = fulfillment.ReturnRequested
	}
	view.Status = string(state)
	return view
}

type listReturnsInput struct {
	SiteInput
	Status string `query:"status" doc:"requested, received or inspected"`
	Order  string `query:"order" doc:"Identifier of an order"`
	Paging
}

func (s *server) listReturns(ctx context.Context, in *listReturnsInput) (*body[api.ReturnPage], error) {
	w, err := s.warehouse(in.SiteInput)
	if err != nil {
		return nil, err
	}
	q := warehouse.ReturnQuery{State: fulfillment.ReturnState(in.Status), Limit: in.Limit + 1}
	if in.Status != "" && !slices.Contains(fulfillment.ReturnStates(), q.State) {
		return nil, fault.At("status", fault.Invalid, "%s is not the status of a return", fault.Quote(in.Status))
	}
	if in.Order != "" {
		if q.Order, err = id.ParseOrder(in.Order); err != nil {
			return nil, within("order", err)
		}
	}
	if q.After, err = in.uuid(); err != nil {
		return nil, err
	}
	found, err := w.Returns(ctx, q)
	if err != nil {
		return nil, err
	}
	page := api.ReturnPage{Returns: []api.Return{}}
	for i, r := range found {
		if i == in.Limit {
			page.Next = found[i-1].ID.String()
			break
		}
		page.Returns = append(page.Returns, returnView(w, r))
	}
	return &body[api.ReturnPage]{page}, nil
}

// ReturnInput names a return. It is exported for the framework alone.
type ReturnInput struct {
	SiteInput
	ID string `path:"id" format:"uuid"`
}

type returnOutput struct {
	Replayed
	Body api.Return
}

// changeReturn runs a command on a return of a warehouse.
func (s *server) changeReturn(
	ctx context.Context, in ReturnInput, keyed Keyed, what string, form any, command func(which id.UUID, key warehouse.Key) any,
) (*returnOutput, error) {
	w, err := s.warehouse(in.SiteInput)
	if err != nil {
		return nil, err
	}
	which, err := id.ParseUUID(in.ID)
	if err != nil {
		return nil, within("id", err)
	}
	key, err := keyed.warehouse("POST /api/v1/warehouses/"+in.Site+"/returns/"+which.String()+"/"+what, form)
	if err != nil {
		return nil, err
	}
	answer, err := w.Do(ctx, command(which, key))
	if err != nil {
		return nil, err
	}
	result := answer.(warehouse.Returned)
	return &returnOutput{replay(result.Repeat), returnView(w, result.Return)}, nil
}

type receiveReturnInput struct {
	ReturnInput
	Keyed
	Body api.ReturnReceipt
}

func (s *server) receiveReturn(ctx context.Context, in *receiveReturnInput) (*returnOutput, error) {
	return s.changeReturn(ctx, in.ReturnInput, in.Keyed, "receive", in.Body, func(which id.UUID, key warehouse.Key) any {
		return warehouse.ReceiveReturn{Key: key, Return: which, Parts: parts(in.Body.Lines)}
	})
}

type inspectReturnInput struct {
	ReturnInput
	Keyed
	Body api.Inspection
}

func (s *server) inspectReturn(ctx context.Context, in *inspectReturnInput) (*returnOutput, error) {
	return s.changeReturn(ctx, in.ReturnInput, in.Keyed, "inspect", in.Body, func(which id.UUID, key warehouse.Key) any {
		return warehouse.InspectReturn{Key: key, Return: which, Good: parts(in.Body.Good), Damaged: parts(in.Body.Damaged)}
	})
}

func parts(lines []api.LineUnits) []order.Part {
	parts := make([]order.Part, len(lines))
	for i, line := range lines {
		parts[i] = order.Part{Line: line.Line, Quantity: line.Quantity}
	}
	return parts
}

func returnView(w *site, r fulfillment.ReturnOrder) api.Return {
	view := api.Return{
		ID: r.ID, Order: r.Order, Number: r.Number, Fulfillment: r.Fulfillment, Store: r.Store, Warehouse: w.name,
		Status: string(r.State), Version: r.Version, Reason: r.Reason, AskedAt: r.RequestedAt, ChangedAt: r.ChangedAt,
		Lines: make([]api.ReturnLine, len(r.Lines)),
	}
	for i, line := range r.Lines {
		view.Lines[i] = api.ReturnLine(line)
	}
	return view
}
