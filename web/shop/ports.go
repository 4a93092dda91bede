package shop

import (
	"context"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/pay"
	"crossdock/site/books"
	"crossdock/site/drift"
	"crossdock/site/outbox"
	"crossdock/site/store"
)

// Sites tells how the sites stand with each other, and in a demo breaks it.
type Sites interface {
	// Links returns both directions between the store and each warehouse, as far
	// as this process sees them.
	Links(ctx context.Context) ([]LinkState, error)
	// Parked returns what the sites of this process have put aside, oldest first of
	// each; their destination is the site.
	Parked(ctx context.Context) ([]books.Parked, error)
	// Drift returns what the last comparison of the store with a warehouse has found.
	Drift(warehouse id.Site) drift.Last
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

// LinkState is a link with what its feed does not keep any more, and what its
// destination waits for.
type LinkState struct {
	outbox.Link
	Pruned   uint64          // the last message that the origin does not keep any more; as far as known
	Recovery *books.Recovery // nil: the destination was not restored, has heard all, or runs elsewhere
}

// Operations is what an operator can do about links, as the API and the command line
// can. The errors are those of the commands; a site that does not run here is
// fault.NotFound.
type Operations interface {
	RetryParked(ctx context.Context, site id.Site, command books.RetryParked) (books.Retried, error)
	SkipParked(ctx context.Context, site id.Site, command books.SkipParked) (books.Retried, error)
	// Drift compares the pairs of sites of which one is the given one.
	Drift(ctx context.Context, site id.Site) ([]drift.Report, error)
	// RepairDrift has the origin tell the destination again what differs.
	RepairDrift(ctx context.Context, origin, destination id.Site, options drift.Options) (drift.Repaired, error)
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

// Published tells what the store has committed of units that are not free now, and
// of its warehouses. It is a port because the store's queries do not tell it.
type Published interface {
	// Expected returns what suppliers have announced of a SKU, by warehouse.
	Expected(sku id.SKU) []store.Expected
	// Hold returns what is kept for the owner of a cart, if anything is.
	Hold(owner string) (store.Hold, bool)
	// Warehouses returns the profiles of the warehouses that have one.
	Warehouses() []catalog.Warehouse
}

var _ Published = (*store.Published)(nil)

// nothingPublished knows of nothing.
type nothingPublished struct{}

// Expected implements Published.
func (nothingPublished) Expected(id.SKU) []store.Expected { return nil }

// Hold implements Published.
func (nothingPublished) Hold(string) (store.Hold, bool) { return store.Hold{}, false }

// Warehouses implements Published.
func (nothingPublished) Warehouses() []catalog.Warehouse { return nil }

// noRecords knows of nothing either.
type noRecords struct{}

// Transactions implements Records.
func (noRecords) Transactions(context.Context, id.Order) ([]pay.Transaction, error) { return nil, nil }

// Returns implements Records.
func (noRecords) Returns(context.Context, id.Order) ([]store.Return, error) { return nil, nil }

// Records are what belongs to orders: see store.Records.
type Records interface {
	// Transactions returns the steps of an order's payment, in the order in
	// which they were asked for.
	Transactions(ctx context.Context, which id.Order) ([]pay.Transaction, error)
	// Returns returns what an order's customer sends back, oldest first.
	Returns(ctx context.Context, which id.Order) ([]store.Return, error)
}

var _ Records = store.Records(nil)

// Payments tells which ways to pay are offered.
type Payments interface {
	// Provider names who carries out a method, and whether it is offered here.
	Provider(method pay.Method) (name string, offered bool)
}

// atDoor offers payment on delivery alone.
type atDoor struct{}

// Provider implements Payments.
func (atDoor) Provider(method pay.Method) (string, bool) { return "", method == pay.OnDelivery }

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
