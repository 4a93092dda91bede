package rest

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/purchase"
	"crossdock/site/warehouse"
)

func (s *server) purchaseRoutes() {
	const all, one = "/api/v1/warehouses/{site}/purchases", "/api/v1/warehouses/{site}/purchases/{purchase}"
	register(s, restricted, huma.Operation{
		OperationID: "announce-purchase", Method: http.MethodPost, Path: all, DefaultStatus: http.StatusCreated,
		Summary: "Announce what a supplier will deliver", Tags: []string{"purchases"},
		Description: "Stores may sell it ahead at once, where a product's policy says so.",
	}, s.announce)
	register(s, restricted, huma.Operation{
		OperationID: "list-purchases", Method: http.MethodGet, Path: all,
		Summary: "A page of a warehouse's purchases, by name", Tags: []string{"purchases"},
	}, s.listPurchases)
	register(s, restricted, huma.Operation{
		OperationID: "get-purchase", Method: http.MethodGet, Path: one,
		Summary: "A purchase, and what of it has come in", Tags: []string{"purchases"},
	}, s.getPurchase)
	register(s, restricted, huma.Operation{
		OperationID: "change-purchase", Method: http.MethodPatch, Path: one,
		Summary: "Make a line of a purchase late, larger or smaller", Tags: []string{"purchases"},
	}, s.changePurchase)
	register(s, restricted, huma.Operation{
		OperationID: "cancel-purchase", Method: http.MethodDelete, Path: one,
		Summary: "Call off what has not come in of a purchase", Tags: []string{"purchases"},
	}, s.cancelPurchase)
}

// PurchaseInput names a purchase. It is exported for the framework alone.
type PurchaseInput struct {
	SiteInput
	Purchase string `path:"purchase" doc:"Your name of it"`
}

func (in PurchaseInput) route(method string) string {
	return method + " /api/v1/warehouses/" + in.Site + "/purchases/" + url.PathEscape(in.Purchase)
}

type purchaseOutput struct {
	Location string `header:"Location"`
	Replayed
	Body api.Purchase
}

type announceInput struct {
	SiteInput
	Keyed
	Body api.PurchaseRequest
}

func (s *server) announce(ctx context.Context, in *announceInput) (*purchaseOutput, error) {
	w, err := s.warehouse(in.SiteInput)
	if err != nil {
		return nil, err
	}
	if len(in.Body.Lines) > purchase.MaxLines {
		return nil, fault.At("lines", fault.TooLarge, "a purchase has at most %d lines", purchase.MaxLines)
	}
	key, err := in.warehouse("POST /api/v1/warehouses/"+in.Site+"/purchases", in.Body)
	if err != nil {
		return nil, err
	}
	lines := make([]warehouse.Expected, len(in.Body.Lines))
	for i, line := range in.Body.Lines {
		field := "lines[" + strconv.Itoa(i) + "]"
		if err := s.checkKnown(ctx, w, field+".sku", line.SKU); err != nil {
			return nil, err
		}
		due, err := date.Parse(line.Due)
		if err != nil {
			return nil, within(field+".due", err)
		}
		lines[i] = warehouse.Expected{SKU: line.SKU, Units: line.Quantity, Due: due}
	}
	out, err := s.incoming(ctx, w, warehouse.AnnounceIncoming{
		Key: key, Purchase: in.Body.ID, Supplier: in.Body.Supplier, Lines: lines,
	})
	if err != nil {
		return nil, renamed(err, func(field string) string {
			switch field {
			case "purchase":
				return "id"
			case "units":
				return "lines"
			}
			return field
		})
	}
	out.Location = "/api/v1/warehouses/" + in.Site + "/purchases/" + url.PathEscape(in.Body.ID)
	return out, nil
}

// incoming runs a command on a purchase.
func (s *server) incoming(ctx context.Context, w *site, command any) (*purchaseOutput, error) {
	answer, err := w.Do(ctx, command)
	if err != nil {
		return nil, err
	}
	result := answer.(warehouse.Incoming)
	view, err := s.wholePurchase(ctx, w, result.Purchase)
	if err != nil {
		return nil, err
	}
	return &purchaseOutput{Replayed: replay(result.Repeat), Body: view}, nil
}

type purchasesInput struct {
	SiteInput
	Open bool `query:"open" doc:"Only those of which something is still to come"`
	Paging
}

func (s *server) listPurchases(ctx context.Context, in *purchasesInput) (*body[api.PurchasePage], error) {
	w, err := s.warehouse(in.SiteInput)
	if err != nil {
		return nil, err
	}
	found, err := w.Purchases(ctx, warehouse.PurchaseQuery{Open: in.Open, After: in.Cursor, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	page := api.PurchasePage{Purchases: []api.Purchase{}}
	for i, p := range found {
		if i == in.Limit {
			page.Next = found[i-1].ID
			break
		}
		page.Purchases = append(page.Purchases, purchaseView(w, p))
	}
	return &body[api.PurchasePage]{page}, nil
}

func (s *server) getPurchase(ctx context.Context, in *PurchaseInput) (*body[api.Purchase], error) {
	w, err := s.warehouse(in.SiteInput)
	if err != nil {
		return nil, err
	}
	p, err := w.Purchase(ctx, in.Purchase)
	if err != nil {
		return nil, err
	}
	view, err := s.wholePurchase(ctx, w, p)
	if err != nil {
		return nil, err
	}
	return &body[api.Purchase]{view}, nil
}

type changePurchaseInput struct {
	PurchaseInput
	Keyed
	Body api.PurchaseChange
}

func (s *server) changePurchase(ctx context.Context, in *changePurchaseInput) (*purchaseOutput, error) {
	w, err := s.warehouse(in.SiteInput)
	if err != nil {
		return nil, err
	}
	key, err := in.warehouse(in.route(http.MethodPatch), in.Body)
	if err != nil {
		return nil, err
	}
	command := warehouse.ChangeIncoming{Key: key, Purchase: in.Purchase, SKU: in.Body.SKU, Units: in.Body.Quantity}
	if in.Body.Due != nil {
		due, err := date.Parse(*in.Body.Due)
		if err != nil {
			return nil, within("due", err)
		}
		command.Due = &due
	}
	out, err := s.incoming(ctx, w, command)
	return out, renamed(err, func(field string) string {
		if field == "units" {
			return "quantity"
		}
		return field
	})
}

type cancelPurchaseInput struct {
	PurchaseInput
	Keyed
}

func (s *server) cancelPurchase(ctx context.Context, in *cancelPurchaseInput) (*purchaseOutput, error) {
	w, err := s.warehouse(in.SiteInput)
	if err != nil {
		return nil, err
	}
	key, err := in.warehouse(in.route(http.MethodDelete), nil)
	if err != nil {
		return nil, err
	}
	return s.incoming(ctx, w, warehouse.CancelIncoming{Key: key, Purchase: in.Purchase})
}

func purchaseView(w *site, p purchase.Purchase) api.Purchase {
	view := api.Purchase{
		ID: p.ID, Warehouse: w.name, Supplier: p.Supplier, Version: p.Version, AnnouncedAt: p.AnnouncedAt,
		ChangedAt: p.ChangedAt, Closed: p.Closed, Lines: make([]api.PurchaseLine, len(p.Lines)),
	}
	for i, line := range p.Lines {
		shares := make([]api.Share, len(line.Shares))
		for j, share := range line.Shares {
			shares[j] = api.Share{Store: share.Store, Quantity: share.Units}
		}
		view.Lines[i] = api.PurchaseLine{
			SKU: line.SKU, Announced: line.Announced, Received: line.Received, Withdrawn: line.Withdrawn,
			Open: line.Open(), Due: line.Due.String(), Shares: shares,
		}
	}
	return view
}
