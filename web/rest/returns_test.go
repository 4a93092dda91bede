package rest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/order"
)

// TestReturn sends four kettles back: one never comes, one is broken.
func TestReturn(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	placement, err := s.client.PlaceOrder(t.Context(), "", wants(5))
	if err != nil {
		t.Fatal(err)
	}
	which, f := placement.Order.ID, placement.Order.Fulfillments[0].ID
	request := api.ReturnRequest{Reason: "too blue", Lines: []api.LineUnits{{Line: 1, Quantity: 4}}}
	if _, err := s.client.AskReturn(t.Context(), "", which, request); !fault.Is(err, fault.Conflict) {
		t.Errorf("before it was sent: %v, want a conflict", err)
	}
	s.settle()
	s.advance("wh1", f, order.Picking, order.PickedStage, order.ReadyStage, order.SentStage, order.DeliveredStage)
	asked, err := s.client.AskReturn(t.Context(), "return-1", which, request)
	if err != nil || len(asked) != 1 {
		t.Fatalf("%+v, %v", asked, err)
	}
	want := api.Return{
		ID: asked[0].ID, Order: which, Number: placement.Order.Number, Fulfillment: f, Store: "store", Warehouse: "wh1",
		Status: "requested", Reason: "too blue", Lines: []api.ReturnLine{{Line: 1, SKU: "KETTLE", Quantity: 4}},
	}
	times := cmpopts.IgnoreFields(api.Return{}, "AskedAt", "ChangedAt", "Version")
	if diff := cmp.Diff(want, asked[0], times); diff != "" {
		t.Error(diff)
	}
	s.settle()
	page, err := s.client.Returns(t.Context(), "wh1", api.ReturnQuery{Status: "requested", Order: which})
	if err != nil || len(page.Returns) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	if diff := cmp.Diff(want, page.Returns[0], times); diff != "" {
		t.Error(diff)
	}
	came := api.ReturnReceipt{Lines: []api.LineUnits{{Line: 1, Quantity: 3}}}
	r, err := s.client.ReceiveReturn(t.Context(), "received-1", "wh1", want.ID, came)
	if err != nil || r.Status != "received" || r.Lines[0].Received != 3 {
		t.Errorf("received: %+v, %v", r, err)
	}
	s.settle()
	if told, err := s.client.OrderReturns(t.Context(), which); err != nil || len(told) != 1 || told[0].Status != "received" || told[0].Lines[0].Received != 3 {
		t.Errorf("the store has heard: %+v, %v", told, err)
	}
	looked := api.Inspection{Good: []api.LineUnits{{Line: 1, Quantity: 2}}, Damaged: []api.LineUnits{{Line: 1, Quantity: 1}}}
	r, err = s.client.InspectReturn(t.Context(), "inspected-1", "wh1", want.ID, looked)
	if err != nil || r.Status != "inspected" || r.Lines[0].Good != 2 || r.Lines[0].Damaged != 1 {
		t.Errorf("inspected: %+v, %v", r, err)
	}
	s.settle()
	told, err := s.client.OrderReturns(t.Context(), which)
	want.Status, want.Lines[0].Received, want.Lines[0].Good, want.Lines[0].Damaged = "inspected", 3, 2, 1
	if err != nil || len(told) != 1 {
		t.Fatalf("%+v, %v", told, err)
	}
	if diff := cmp.Diff(want, told[0], times); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"authorize success 99.95", "capture success 99.95", "refund success 59.97"}, steps(s.order(which).Transactions)); diff != "" {
		t.Error(diff)
	}
	if _, err := s.client.InspectReturn(t.Context(), "", "wh1", want.ID, looked); !fault.Is(err, fault.Conflict) {
		t.Errorf("more than there is to look at: %v, want a conflict", err)
	}
}

func TestReturnPages(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	var ids []string
	for range 3 {
		placement, err := s.client.PlaceOrder(t.Context(), "", wants(1))
		if err != nil {
			t.Fatal(err)
		}
		s.settle()
		s.advance("wh1", placement.Order.Fulfillments[0].ID, order.Picking, order.PickedStage, order.ReadyStage, order.SentStage)
		asked, err := s.client.AskReturn(t.Context(), "", placement.Order.ID, api.ReturnRequest{
			Reason: "x", Lines: []api.LineUnits{{Line: 1, Quantity: 1}},
		})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, asked[0].ID.String())
	}
	s.settle()
	var seen []string
	q := api.ReturnQuery{Limit: 2}
	for pages := 1; ; pages++ {
		page, err := s.client.Returns(t.Context(), "wh1", q)
		if err != nil || pages > 2 {
			t.Fatalf("page %d: %v", pages, err)
		}
		for _, r := range page.Returns {
			seen = append(seen, r.ID.String())
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	if diff := cmp.Diff(ids, seen); diff != "" {
		t.Error(diff)
	}
}

// TestChangeAddress: the order goes elsewhere while it is on the shelf, and not
// when it is packed.
func TestChangeAddress(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	placement, err := s.client.PlaceOrder(t.Context(), "", wants(1))
	if err != nil {
		t.Fatal(err)
	}
	s.settle()
	which := placement.Order.ID
	address := api.Address{Name: "Ada King", Street: "12 Lovelace Row", City: "London", District: "north"}
	asked, err := s.client.ChangeAddress(t.Context(), "move-1", which, address)
	if err != nil || asked.NewAddress == nil || *asked.NewAddress != address || asked.Fulfillments[0].Redirect != "asked" {
		t.Errorf("asked: %+v, %v", asked, err)
	}
	s.settle()
	if o := s.order(which); o.Address != address || o.NewAddress != nil || o.Fulfillments[0].Redirect != "done" {
		t.Errorf("done: %+v", o)
	}
	page, err := s.client.Fulfillments(t.Context(), "wh1", api.FulfillmentQuery{Order: which})
	if err != nil || len(page.Fulfillments) != 1 || page.Fulfillments[0].Address != address {
		t.Errorf("at the warehouse: %+v, %v", page, err)
	}
	s.advance("wh1", placement.Order.Fulfillments[0].ID, order.Picking, order.PickedStage)
	address.Name = "Ada"
	if _, err := s.client.ChangeAddress(t.Context(), "", which, address); !fault.Is(err, fault.Conflict) {
		t.Errorf("when it is packed: %v, want a conflict", err)
	}
}
