package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/sourcing"
	"crossdock/site/store"
)

const maxOwner = 200 // characters

// checkoutRoutes repeat without a key: what they do twice they have done once.
func (s *server) checkoutRoutes() {
	register(s, restricted, huma.Operation{
		OperationID: "put-hold", Method: http.MethodPut, Path: "/api/v1/holds/{owner}",
		Summary: "Keep units for a checkout in progress", Tags: []string{"orders"},
		Description: "In place of what was kept for the owner of the cart before, for some minutes from now on. " +
			"Units that are not there to be kept are told as short.",
	}, s.putHold)
	register(s, restricted, huma.Operation{
		OperationID: "delete-hold", Method: http.MethodDelete, Path: "/api/v1/holds/{owner}",
		Summary: "End a hold, if there is one", Tags: []string{"orders"},
	}, s.deleteHold)
}

// OwnerInput names the owner of a cart. It is exported for the framework alone.
type OwnerInput struct {
	Owner string `path:"owner" doc:"Of the cart, such as user:ID"`
}

type holdInput struct {
	OwnerInput
	Body api.HoldRequest
}

func (s *server) putHold(ctx context.Context, in *holdInput) (*body[api.Hold], error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	answer, err := shop.Do(ctx, store.HoldStock{Owner: in.Owner, District: in.Body.District, Lines: wanted(in.Body.Lines)})
	if err != nil {
		return nil, err
	}
	holding := answer.(store.Holding)
	view := api.Hold{
		Owner: holding.Owner, Units: make([]api.HeldUnit, len(holding.Units)), ExpiresAt: orAbsent(holding.ExpiresAt),
		Short: shortViews(holding.Short), Promise: promiseView(holding.Promise),
	}
	for i, held := range holding.Units {
		view.Units[i] = api.HeldUnit{Warehouse: held.Warehouse, SKU: held.SKU, Quantity: held.Units}
	}
	if len(view.Units) == 0 {
		view.ExpiresAt = nil
	}
	return &body[api.Hold]{view}, nil
}

func (s *server) deleteHold(ctx context.Context, in *OwnerInput) (*body[api.Hold], error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	if err := catalog.CheckLine("owner", in.Owner, 1, maxOwner); err != nil {
		return nil, err
	}
	if _, err := shop.Do(ctx, store.ReleaseHold{Owner: in.Owner}); err != nil {
		return nil, err
	}
	return &body[api.Hold]{api.Hold{Owner: in.Owner, Units: []api.HeldUnit{}}}, nil
}

// wanted turns lines into those of the store, which checks them.
func wanted(lines []api.Wanted) []store.Wanted {
	all := make([]store.Wanted, len(lines))
	for i, line := range lines {
		all[i] = store.Wanted{SKU: line.SKU, Units: line.Quantity, Seen: line.Price}
	}
	return all
}

func shortViews(short []sourcing.Shortage) []api.Shortage {
	var views []api.Shortage
	for _, s := range short {
		views = append(views, api.Shortage{SKU: s.SKU, Ordered: s.Ordered, Missing: s.Missing})
	}
	return views
}
