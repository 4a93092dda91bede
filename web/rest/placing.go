package rest

import (
	"context"
	"net/http"
	"slices"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/site/store"
)

const maxReference = 64 // characters

type placeInput struct {
	Keyed
	Body api.OrderRequest
}

type placeOutput struct {
	Location string `header:"Location"`
	Replayed
	Body api.Order
}

func (s *server) placeOrder(ctx context.Context, in *placeInput) (*placeOutput, error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	command, err := s.placeCommand(ctx, in)
	if err != nil {
		return nil, inOrder(err)
	}
	placement, err := shop.Place(ctx, command)
	if err != nil {
		return nil, inOrder(err)
	}
	if len(placement.Short) > 0 {
		return nil, shortFailure(placement)
	}
	authorization, err := s.authorization(ctx, placement)
	if err != nil {
		return nil, err
	}
	if declined(placement.Order, authorization) {
		return nil, reversedFailure(fault.Conflict, placement)
	}
	return &placeOutput{
		Location: "/api/v1/orders/" + placement.Order.ID.String(),
		Replayed: replay(placement.Repeat),
		Body:     takenView(placement.Order, in.Body.Address, authorization),
	}, nil
}

// authorization returns how the payment of an order stands that was just placed.
func (s *server) authorization(ctx context.Context, placement store.Placement) ([]pay.Transaction, error) {
	if !placement.Authorization.ID.IsZero() {
		return []pay.Transaction{placement.Authorization}, nil
	}
	steps, err := s.Records.Transactions(ctx, placement.Order.ID)
	return slices.DeleteFunc(steps, func(t pay.Transaction) bool { return t.Kind != pay.Authorize }), err
}

// declined reports whether an order was called off because its card was.
func declined(o order.Order, authorization []pay.Transaction) bool {
	if o.Status != order.Voided || o.Payment != string(pay.Card) || len(authorization) == 0 {
		return false
	}
	return !slices.ContainsFunc(authorization, func(t pay.Transaction) bool { return t.State != pay.Failed })
}

// placeCommand checks what the store takes on trust, and makes the command.
func (s *server) placeCommand(ctx context.Context, in *placeInput) (store.PlaceOrder, error) {
	key, err := in.store("POST /api/v1/orders", in.Body)
	if err != nil {
		return store.PlaceOrder{}, err
	}
	customer, err := s.customer(ctx, in.Body.Customer)
	if err != nil {
		return store.PlaceOrder{}, err
	}
	if err := catalog.CheckText("reference", in.Body.Reference, 0, maxReference); err != nil {
		return store.PlaceOrder{}, err
	}
	if _, err := id.ParseDistrict(string(in.Body.Address.District)); err != nil {
		return store.PlaceOrder{}, within("district", err)
	}
	return store.PlaceOrder{
		Key: key, Customer: customer, Reference: in.Body.Reference, Address: order.Address(in.Body.Address),
		Payment: pay.Method(in.Body.Payment), Token: in.Body.Token, Hold: in.Body.Hold, Lines: wanted(in.Body.Lines),
	}, nil
}

// customer finds a user; empty text is a guest.
func (s *server) customer(ctx context.Context, text string) (id.User, error) {
	if text == "" {
		return id.User{}, nil
	}
	u, err := id.ParseUUID(text)
	if err != nil {
		return id.User{}, within("customer", err)
	}
	_, err = s.Store.Lookups().User(ctx, id.User{UUID: u})
	if fault.Is(err, fault.NotFound) {
		err = fault.At("customer", fault.Invalid, "there is no user %s", u)
	}
	return id.User{UUID: u}, err
}

// shortFailure tells of an order that was short.
func shortFailure(placement store.Placement) *failure {
	f := reversedFailure(fault.Short, placement)
	f.Short = shortViews(placement.Short)
	return f
}

// reversedFailure tells of an order that stands as voided from the beginning.
func reversedFailure(kind fault.Kind, placement store.Placement) *failure {
	f := newFailure(kind, http.StatusConflict, placement.Order.Reason)
	f.Order, f.Number, f.Replay = placement.Order.ID.String(), placement.Order.Number, placement.Repeat
	if placement.Repeat {
		f.headers.Set(api.HeaderReplay, "true")
	}
	return f
}
