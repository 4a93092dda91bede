package rest

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/engine/testpay"
)

// captures are the captures of an order's payment in brief.
func captures(o api.Order) []string {
	kind := func(t api.Transaction) bool { return t.Kind != string(pay.Capture) }
	return steps(slices.DeleteFunc(slices.Clone(o.Transactions), kind))
}

// TestCapturePayment asks again after a capture that failed: the answer has what the
// company said, a key has its effect once, and what is not due is refused.
func TestCapturePayment(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	placement, err := s.client.PlaceOrder(t.Context(), "", paying(2, pay.Card, testpay.TokenExpired))
	if err != nil {
		t.Fatal(err)
	}
	which := placement.Order.ID
	path := "/api/v1/orders/" + which.String() + "/capture"
	if p := s.problem(http.MethodPost, path, ""); p.Status != http.StatusConflict || p.Code != "conflict" {
		t.Errorf("before it was handed over: %+v", p)
	}
	s.settle()
	s.advance("wh1", placement.Order.Fulfillments[0].ID, order.Picking, order.PickedStage, order.ReadyStage, order.SentStage)
	s.await("the capture has failed", func() bool {
		o, err := s.client.Order(t.Context(), which)
		return err == nil && cmp.Equal([]string{"capture failed 39.98"}, captures(o))
	})
	want := []string{"capture failed 39.98", "capture failed 39.98"}
	for _, replayed := range []string{"", "true"} {
		response, text := s.send(http.MethodPost, path, "", api.HeaderKey, "c-1")
		if response.StatusCode != http.StatusOK || response.Header.Get(api.HeaderReplay) != replayed {
			t.Errorf("%s, replay %q: %s", response.Status, response.Header.Get(api.HeaderReplay), text)
		}
		o, err := s.client.Order(t.Context(), which)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, captures(o)); diff != "" {
			t.Errorf("captures (-want +got):\n%s", diff)
		}
	}
	other := "/api/v1/orders/00000000-0000-7000-8000-000000000000/capture"
	if p := s.problem(http.MethodPost, other, "", api.HeaderKey, "c-1"); p.Code != "mismatch" {
		t.Errorf("another order under the same key: %+v", p)
	}
	if p := s.problem(http.MethodPost, other, ""); p.Status != http.StatusNotFound {
		t.Errorf("no order: %+v", p)
	}
	if p := s.problem(http.MethodPost, path, "", "Authorization", ""); p.Status != http.StatusUnauthorized {
		t.Errorf("without the token: %+v", p)
	}
	door, err := s.client.PlaceOrder(t.Context(), "", wants(1))
	if err != nil {
		t.Fatal(err)
	}
	s.settle()
	s.advance("wh1", door.Order.Fulfillments[0].ID, order.Picking, order.PickedStage, order.ReadyStage, order.SentStage)
	if _, err := s.client.CapturePayment(t.Context(), "", door.Order.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("captured already: %v, want a conflict", err)
	}
	again, err := s.client.CapturePayment(t.Context(), "c-2", which)
	if diff := cmp.Diff(append(want, want[0]), captures(again)); err != nil || diff != "" {
		t.Errorf("with another key: %v (-want +got):\n%s", err, diff)
	}
}
