package rest

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
)

// TestHold: what is kept for one checkout is not sold to another.
func TestHold(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	request := api.HoldRequest{District: "north", Lines: []api.Wanted{{SKU: "KETTLE", Quantity: 9}}}
	hold, err := s.client.PutHold(t.Context(), "guest:1", request)
	want := []api.HeldUnit{{Warehouse: "wh1", SKU: "KETTLE", Quantity: 7}, {Warehouse: "wh2", SKU: "KETTLE", Quantity: 2}}
	if diff := cmp.Diff(want, hold.Units); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	if hold.Owner != "guest:1" || len(hold.Short) > 0 || hold.ExpiresAt == nil || time.Until(*hold.ExpiresAt) < 9*time.Minute {
		t.Errorf("%+v", hold)
	}
	if placement, err := s.client.PlaceOrder(t.Context(), "", wants(4)); err != nil || len(placement.Short) != 1 {
		t.Errorf("sold to another: %+v, %v", placement, err)
	}
	request.Lines[0].Quantity = 13
	hold, err = s.client.PutHold(t.Context(), "guest:1", request)
	if diff := cmp.Diff([]api.Shortage{{SKU: "KETTLE", Ordered: 13, Missing: 1}}, hold.Short); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for range 2 { // ending it twice is ending it
		if err := s.client.DropHold(t.Context(), "guest:1"); err != nil {
			t.Fatal(err)
		}
	}
	if placement, err := s.client.PlaceOrder(t.Context(), "", wants(12)); err != nil || len(placement.Short) > 0 {
		t.Errorf("after the hold has ended: %+v, %v", placement, err)
	}
	request.Lines[0].Quantity = 1
	hold, err = s.client.PutHold(t.Context(), "guest:2", request)
	if err != nil || hold.ExpiresAt != nil || len(hold.Units) > 0 || len(hold.Short) != 1 {
		t.Errorf("of nothing: %+v, %v", hold, err)
	}
}

// TestOrderOutOfAHold: the units of a hold are for the order that names it, once.
func TestOrderOutOfAHold(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	request := api.HoldRequest{District: "north", Lines: []api.Wanted{{SKU: "KETTLE", Quantity: 12}}}
	if _, err := s.client.PutHold(t.Context(), "guest:1", request); err != nil {
		t.Fatal(err)
	}
	order := wants(10)
	order.Hold = "guest:2"
	if placement, err := s.client.PlaceOrder(t.Context(), "", order); err != nil || len(placement.Short) != 1 {
		t.Errorf("by another's name: %+v, %v", placement, err)
	}
	order.Hold = "guest:1"
	if placement, err := s.client.PlaceOrder(t.Context(), "", order); err != nil || len(placement.Short) > 0 {
		t.Errorf("out of the hold: %+v, %v", placement, err)
	}
	if placement, err := s.client.PlaceOrder(t.Context(), "", wants(2)); err != nil || len(placement.Short) > 0 {
		t.Errorf("what the order has left of the hold: %+v, %v", placement, err)
	}
}

func TestHoldOfAnOwnerWithASlash(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	response, text := s.send(http.MethodPut, "/api/v1/holds/guest:a%2Fb", `{"district": "north", "lines": [{"sku": "KETTLE", "quantity": 1}]}`)
	if response.StatusCode != http.StatusOK || !contains(text, `"owner":"guest:a/b"`) {
		t.Errorf("%s %s", response.Status, text)
	}
}
