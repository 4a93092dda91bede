package rest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
)

const (
	due   = "2031-03-03"
	later = "2031-04-04"
)

// soldAhead opens a shop whose kettles are sold before they are there: 5 at wh1,
// and 10 on their way to it.
func soldAhead(t *testing.T) *shop {
	t.Helper()
	s := newShop(t, nil)
	s.stockUp(5, 0)
	ahead := kettle()
	ahead.Policy, ahead.Cap = "backorder", 8
	product, err := s.client.PutProduct(t.Context(), "KETTLE", ahead)
	if err != nil || product.Policy != "backorder" || product.Cap != 8 {
		t.Fatalf("%+v, %v", product, err)
	}
	s.announce("PO-1", 10, due)
	return s
}

func (s *shop) announce(name string, units int64, due string) api.Purchase {
	s.t.Helper()
	p, err := s.client.AnnouncePurchase(s.t.Context(), "announce-"+name, "wh1", api.PurchaseRequest{
		ID: name, Supplier: "Kettle Works", Lines: []api.ExpectedLine{{SKU: "KETTLE", Quantity: units, Due: due}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.settle()
	return p
}

// profile says something of warehouses: without it no day is promised.
func (s *shop) profile(profiles ...api.WarehouseProfile) {
	s.t.Helper()
	if _, err := s.client.PutWarehouseProfiles(s.t.Context(), profiles...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) order(which id.Order) api.Order {
	s.t.Helper()
	o, err := s.client.Order(s.t.Context(), which)
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

func TestPurchases(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(0, 0)
	const path = "/api/v1/warehouses/wh1/purchases"
	response, text := s.send(http.MethodPost, path, `{"id": "PO 1/2", "lines": [{"sku": "KETTLE", "quantity": 10, "due": "2031-03-03"}]}`)
	if response.StatusCode != http.StatusCreated || response.Header.Get("Location") != path+"/PO%201%2F2" {
		t.Fatalf("%s %v %s", response.Status, response.Header, text)
	}
	p, err := s.client.Purchase(t.Context(), "wh1", "PO 1/2")
	want := api.Purchase{ID: "PO 1/2", Warehouse: "wh1", Version: 1, Lines: []api.PurchaseLine{{
		SKU: "KETTLE", Announced: 10, Open: 10, Due: due, Shares: []api.Share{{Store: "store", Quantity: 10}},
	}}}
	if diff := cmp.Diff(want, p, cmpopts.IgnoreFields(api.Purchase{}, "AnnouncedAt", "ChangedAt")); diff != "" || err != nil {
		t.Error(diff, err)
	}
	s.announce("PO-2", 3, "")
	units, day := int64(7), later
	p, err = s.client.ChangePurchase(t.Context(), "", "wh1", "PO 1/2", api.PurchaseChange{SKU: "KETTLE", Quantity: &units, Due: &day})
	if err != nil || p.Version != 3 || p.Lines[0].Withdrawn != 3 || p.Lines[0].Open != 7 || p.Lines[0].Due != later {
		t.Errorf("later and fewer: %+v, %v", p, err)
	}
	unknown := ""
	p, err = s.client.ChangePurchase(t.Context(), "", "wh1", "PO 1/2", api.PurchaseChange{SKU: "KETTLE", Due: &unknown})
	if err != nil || p.Lines[0].Due != "" || p.Lines[0].Open != 7 {
		t.Errorf("nobody knows when: %+v, %v", p, err)
	}
	first, err := s.client.Purchases(t.Context(), "wh1", api.PurchaseQuery{Limit: 1})
	if err != nil || len(first.Purchases) != 1 || first.Next != "PO 1/2" {
		t.Errorf("the first page: %+v, %v", first, err)
	}
	second, err := s.client.Purchases(t.Context(), "wh1", api.PurchaseQuery{Limit: 1, Cursor: first.Next})
	if err != nil || len(second.Purchases) != 1 || second.Purchases[0].ID != "PO-2" || second.Next != "" {
		t.Errorf("the second page: %+v, %v", second, err)
	}
	if p, err = s.client.CancelPurchase(t.Context(), "", "wh1", "PO-2"); err != nil || !p.Closed || p.Lines[0].Withdrawn != 3 {
		t.Errorf("canceled: %+v, %v", p, err)
	}
	open, err := s.client.Purchases(t.Context(), "wh1", api.PurchaseQuery{Open: true})
	if err != nil || len(open.Purchases) != 1 || open.Purchases[0].ID != "PO 1/2" {
		t.Errorf("those that are open: %+v, %v", open, err)
	}
	if _, err := s.client.CancelPurchase(t.Context(), "", "wh1", "PO-2"); !fault.Is(err, fault.Conflict) {
		t.Errorf("canceled twice: %v, want a conflict", err)
	}
}

// TestBackorder goes from the announcement to the shelf: what waits is told with
// its day, follows the supplier's changes, and is served by the receipt.
func TestBackorder(t *testing.T) {
	s := soldAhead(t)
	s.profile(api.WarehouseProfile{Code: "wh1", Handling: 1})
	placement, err := s.client.PlaceOrder(t.Context(), "", wants(8))
	if err != nil || len(placement.Short) > 0 || placement.Order.Status != "backordered" {
		t.Fatalf("%+v, %v", placement, err)
	}
	waits := []api.Waiting{{Line: 1, SKU: "KETTLE", Warehouse: "wh1", Quantity: 3, Due: due}}
	if diff := cmp.Diff(waits, placement.Order.Waiting); diff != "" {
		t.Error(diff)
	}
	if p := placement.Order.Promise; p == nil || p.To <= due || p.From > p.To {
		t.Errorf("promised for %+v, due %s", p, due)
	}
	receipt := api.Receipt{Purchase: "PO-1", Items: []api.Wanted{{SKU: "KETTLE", Quantity: 10}}}
	if _, err := s.client.Receive(t.Context(), "", "wh1", receipt); err != nil {
		t.Fatal(err)
	}
	s.settle()
	o := s.order(placement.Order.ID)
	if o.Status != "placed" || len(o.Waiting) > 0 || len(o.Fulfillments) != 2 {
		t.Errorf("after the goods are in: %+v", o)
	}
	p, err := s.client.Purchase(t.Context(), "wh1", "PO-1")
	if err != nil || !p.Closed || p.Lines[0].Received != 10 {
		t.Errorf("the purchase: %+v, %v", p, err)
	}
}

func TestDropBackorders(t *testing.T) {
	s := soldAhead(t)
	placement, err := s.client.PlaceOrder(t.Context(), "", wants(8))
	if err != nil {
		t.Fatal(err)
	}
	which := placement.Order.ID
	if _, err := s.client.DropBackorders(t.Context(), "", which, api.DropRequest{Line: 2}); !fault.Is(err, fault.Conflict) {
		t.Errorf("of a line that does not wait: %v, want a conflict", err)
	}
	o, err := s.client.DropBackorders(t.Context(), "drop-1", which, api.DropRequest{Line: 1, Reason: "too late"})
	if err != nil || len(o.Waiting) > 0 || o.Lines[0].Voided != 3 || o.Status != "placed" {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := s.client.DropBackorders(t.Context(), "", which, api.DropRequest{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("nothing waits any more: %v, want a conflict", err)
	}
}

func TestPreorder(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(5, 0)
	s.profile(api.WarehouseProfile{Code: "wh1"})
	fresh := kettle()
	fresh.Policy, fresh.ReleaseOn = "preorder", due
	if _, err := s.client.PutProduct(t.Context(), "KETTLE", fresh); err != nil {
		t.Fatal(err)
	}
	product, err := s.client.Product(t.Context(), "KETTLE")
	if err != nil || product.Policy != "preorder" || product.ReleaseOn != due {
		t.Errorf("%+v, %v", product, err)
	}
	placement, err := s.client.PlaceOrder(t.Context(), "", wants(2))
	if err != nil {
		t.Fatal(err)
	}
	if f := placement.Order.Fulfillments[0]; f.NotBefore != due || !f.Unasked || f.Promise == nil || f.Promise.To <= due {
		t.Errorf("nothing is shipped before the release: %+v", f)
	}
}

func contains(text, part string) bool { return strings.Contains(text, part) }
