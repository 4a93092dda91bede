package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
)

const maxReason = 200 // characters

// changeRoutes are the commands on an order that stands.
func (s *server) changeRoutes() {
	register(s, restricted, huma.Operation{
		OperationID: "void-order", Method: http.MethodPost, Path: "/api/v1/orders/{id}/void",
		Summary: "Ask for an order to be called off", Tags: []string{"orders"},
		Description: "The warehouses have the last word: the order is voided when all of them have said so.",
	}, s.voidOrder)
	register(s, restricted, huma.Operation{
		OperationID: "drop-backorders", Method: http.MethodPost, Path: "/api/v1/orders/{id}/backorders/drop",
		Summary: "Call units off that are still to come in", Tags: []string{"orders"},
	}, s.dropBackorders)
	register(s, restricted, huma.Operation{
		OperationID: "change-address", Method: http.MethodPost, Path: "/api/v1/orders/{id}/address",
		Summary: "Ask for an order to go to another address", Tags: []string{"orders"},
		Description: "Within its district. The warehouses have the last word: what is packed goes to the old one.",
	}, s.changeAddress)
	register(s, restricted, huma.Operation{
		OperationID: "confirm-payment", Method: http.MethodPost, Path: "/api/v1/orders/{id}/payment",
		Summary: "Take note that the money of a bank transfer came in", Tags: []string{"orders"},
	}, s.confirmPayment)
	register(s, restricted, huma.Operation{
		OperationID: "capture-payment", Method: http.MethodPost, Path: "/api/v1/orders/{id}/capture",
		Summary: "Ask again for the money of what was handed over", Tags: []string{"orders"},
		Description: "After a capture that failed. The answer waits for the payment provider's, and the last capture among the transactions tells what it was.",
	}, s.capturePayment)
}

type orderOutput struct {
	Replayed
	Body api.Order
}

// changeOrder runs a command on an order, and answers with the order as it stands
// then: the repetition of a key tells what has become of it.
func (s *server) changeOrder(
	ctx context.Context, in OrderInput, keyed Keyed, what string, form any, command func(which id.Order, key store.Key) any,
) (*orderOutput, error) {
	return s.changeOrderBy(ctx, in, keyed, what, form, func(shop *store.Store, which id.Order, key store.Key) (order.Order, error) {
		answer, err := shop.Do(ctx, command(which, key))
		if err != nil {
			return order.Order{}, err
		}
		return answer.(order.Order), nil
	})
}

// changeOrderBy is changeOrder for what takes more than a command.
func (s *server) changeOrderBy(
	ctx context.Context, in OrderInput, keyed Keyed, what string, form any,
	change func(shop *store.Store, which id.Order, key store.Key) (order.Order, error),
) (*orderOutput, error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	which, err := in.order()
	if err != nil {
		return nil, err
	}
	key, err := keyed.store("POST /api/v1/orders/"+which.String()+"/"+what, form)
	if err != nil {
		return nil, err
	}
	repeat, err := s.repeated(ctx, key)
	if err != nil {
		return nil, err
	}
	o, err := change(shop, which, key)
	if err != nil {
		return nil, err
	}
	view, err := s.wholeOrder(ctx, o)
	if err != nil {
		return nil, err
	}
	return &orderOutput{replay(repeat), view}, nil
}

// repeated reports whether a key has had its effect already. The command itself
// finds out too, and refuses the key of another one.
func (s *server) repeated(ctx context.Context, key store.Key) (bool, error) {
	if key.Name == "" {
		return false, nil
	}
	known, err := s.Store.Lookups().Request(ctx, key.Name)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return known.BodyHash == key.BodyHash, err
}

type voidInput struct {
	OrderInput
	Keyed
	Body api.VoidRequest
}

func (s *server) voidOrder(ctx context.Context, in *voidInput) (*orderOutput, error) {
	if err := catalog.CheckText("reason", in.Body.Reason, 1, maxReason); err != nil {
		return nil, err
	}
	return s.changeOrder(ctx, in.OrderInput, in.Keyed, "void", in.Body, func(which id.Order, key store.Key) any {
		return store.VoidOrder{Key: key, Order: which, Reason: in.Body.Reason}
	})
}

type dropInput struct {
	OrderInput
	Keyed
	Body api.DropRequest
}

func (s *server) dropBackorders(ctx context.Context, in *dropInput) (*orderOutput, error) {
	return s.changeOrder(ctx, in.OrderInput, in.Keyed, "backorders/drop", in.Body, func(which id.Order, key store.Key) any {
		return store.DropBackorder{Key: key, Order: which, Line: in.Body.Line, Reason: in.Body.Reason}
	})
}

type addressInput struct {
	OrderInput
	Keyed
	Body api.Address
}

func (s *server) changeAddress(ctx context.Context, in *addressInput) (*orderOutput, error) {
	return s.changeOrder(ctx, in.OrderInput, in.Keyed, "address", in.Body, func(which id.Order, key store.Key) any {
		return store.ChangeAddress{Key: key, Order: which, Address: order.Address(in.Body)}
	})
}

type paymentInput struct {
	OrderInput
	Keyed
	Body api.PaymentReceived
}

func (s *server) confirmPayment(ctx context.Context, in *paymentInput) (*orderOutput, error) {
	if err := catalog.CheckLine("reference", in.Body.Reference, 0, maxReference); err != nil {
		return nil, err
	}
	return s.changeOrder(ctx, in.OrderInput, in.Keyed, "payment", in.Body, func(which id.Order, key store.Key) any {
		return store.ConfirmPayment{Key: key, Order: which, Reference: in.Body.Reference}
	})
}

type captureInput struct {
	OrderInput
	Keyed
}

func (s *server) capturePayment(ctx context.Context, in *captureInput) (*orderOutput, error) {
	return s.changeOrderBy(ctx, in.OrderInput, in.Keyed, "capture", nil, func(shop *store.Store, which id.Order, key store.Key) (order.Order, error) {
		return shop.Capture(ctx, store.CapturePayment{Key: key, Order: which})
	})
}
