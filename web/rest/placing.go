package rest

import (
	"context"
	"net/http"

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
	return &placeOutput{
		Location: "/api/v1/orders/" + placement.Order.ID.String(),
		Replayed: replay(placement.Repeat),
		Body:     takenView(placement.Order),
	}, nil
}

// placeCommand checks what the store takes on trust, and makes the command.
func (s *server) placeCommand(ctx context.Context, in *placeInput) (store.PlaceOrder, error) {
	name, digest, err := in.hash("POST /api/v1/orders", in.Body)
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
	lines := make([]store.Wanted, len(in.Body.Lines))
	for i, line := range in.Body.Lines {
		lines[i] = store.Wanted{SKU: line.SKU, Units: line.Quantity}
	}
	return store.PlaceOrder{
		Key: store.Key{Name: name, BodyHash: digest}, Customer: customer, Reference: in.Body.Reference,
		Address: order.Address(in.Body.Address), Payment: pay.Method(in.Body.Payment), Lines: lines,
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

// shortFailure tells of an order that stands as voided, because it was short.
func shortFailure(placement store.Placement) *failure {
	f := newFailure(fault.Short, http.StatusConflict, placement.Order.Reason)
	f.Order, f.Number, f.Replay = placement.Order.ID.String(), placement.Order.Number, placement.Repeat
	for _, short := range placement.Short {
		f.Short = append(f.Short, api.Shortage{SKU: short.SKU, Ordered: short.Ordered, Missing: short.Missing})
	}
	if placement.Repeat {
		f.headers.Set(api.HeaderReplay, "true")
	}
	return f
}
