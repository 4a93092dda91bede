package shop

import (
	"context"

	"crossdock/core/cart"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/books"
	"crossdock/site/outbox"
	"crossdock/site/store"
)

// Sites tells how the sites stand with each other, and in a demo breaks it.
type Sites interface {
	// Links returns both directions between the store and each warehouse, as far
	// as this process sees them.
	Links(ctx context.Context) ([]outbox.Link, error)
	// Parked returns the warehouses' messages that the store has put aside.
	Parked(ctx context.Context) ([]books.Parked, error)
	// CanCut reports whether Cut and Heal may be used here.
	CanCut() bool
	// IsCut reports whether a warehouse's link has been cut by hand.
	IsCut(warehouse id.Site) bool
	// Cut breaks the link of a warehouse; one that is broken stays so. A name that
	// is no warehouse's is fault.NotFound.
	Cut(ctx context.Context, warehouse id.Site) error
	// Heal joins the link again; one that is whole stays so. A name that is no
	// warehouse's is fault.NotFound.
	Heal(ctx context.Context, warehouse id.Site) error
}

// Carts keeps carts, by owner: "user:ID" or "guest:TOKEN". It is a port because
// carts may live elsewhere than orders do.
type Carts interface {
	// Get returns a cart; one that was never filled is empty.
	Get(ctx context.Context, owner string) (cart.Cart, error)
	// Change replaces a cart by what change makes of it, and returns that. An
	// error of change is returned, and nothing is changed. A product that is not
	// sold is fault.NotFound.
	Change(ctx context.Context, owner string, change func(cart.Cart) (cart.Cart, error)) (cart.Cart, error)
	// Move merges one cart into another and empties it. Doing it twice does no more.
	Move(ctx context.Context, from, to string) error
}

var _ Carts = StoreCarts{}

// StoreCarts keeps carts in the store site, beside its orders.
type StoreCarts struct{ Store *store.Store }

// Get implements Carts.
func (c StoreCarts) Get(ctx context.Context, owner string) (cart.Cart, error) {
	found, err := c.Store.Lookups().Cart(ctx, owner)
	if fault.Is(err, fault.NotFound) {
		return cart.Cart{}, nil
	}
	return found, err
}

// Change implements Carts.
func (c StoreCarts) Change(ctx context.Context, owner string, change func(cart.Cart) (cart.Cart, error)) (cart.Cart, error) {
	answer, err := c.Store.Do(ctx, store.ChangeCart{Owner: owner, Change: change})
	if err != nil {
		return cart.Cart{}, err
	}
	return answer.(cart.Cart), nil
}

// Move implements Carts.
func (c StoreCarts) Move(ctx context.Context, from, to string) error {
	_, err := c.Store.Do(ctx, store.MoveCart{From: from, To: to})
	return err
}
