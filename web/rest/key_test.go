package rest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/order"
)

// TestEveryKey repeats each command with its key: with the same body it has no
// second effect, with another one it is refused. Together they are most of what can
// be done with an order.
func TestEveryKey(t *testing.T) {
	s := soldAhead(t)
	transfer := wants(5)
	transfer.Payment = "bank-transfer"
	paid, err := s.client.PlaceOrder(t.Context(), "", transfer)
	if err != nil {
		t.Fatal(err)
	}
	ahead, err := s.client.PlaceOrder(t.Context(), "", wants(3))
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer(
		"{paid}", paid.Order.ID.String(), "{ahead}", ahead.Order.ID.String(), "{fulfillment}", paid.Order.Fulfillments[0].ID.String(),
	)
	const orders, wh1 = "/api/v1/orders/", "/api/v1/warehouses/wh1/"
	for _, test := range []struct {
		method, path, body, other string
		then                      func()
	}{
		{"POST", wh1 + "receipts", `{"items": [{"sku": "TIN/2", "quantity": 4}]}`, `{"items": [{"sku": "TIN/2", "quantity": 5}]}`, nil},
		{"POST", wh1 + "adjustments", `{"sku": "TIN/2", "delta": -1, "reason": "bent"}`, `{"sku": "TIN/2", "delta": -2, "reason": "bent"}`, nil},
		{"POST", wh1 + "purchases", `{"id": "PO-7", "lines": [{"sku": "TIN/2", "quantity": 4}]}`, `{"id": "PO-8", "lines": [{"sku": "TIN/2", "quantity": 4}]}`, nil},
		{"PATCH", wh1 + "purchases/PO-7", `{"sku": "TIN/2", "quantity": 3}`, `{"sku": "TIN/2", "quantity": 2}`, nil},
		{"DELETE", wh1 + "purchases/PO-7", "", "PO-1", nil},
		{"POST", orders + "{ahead}/backorders/drop", `{"line": 1}`, `{}`, nil},
		{"POST", orders + "{paid}/payment", `{"reference": "a"}`, `{"reference": "b"}`, s.settle},
		{"POST", orders + "{paid}/address", `{"name": "Ada King", "district": "north"}`, `{"name": "Ada", "district": "north"}`, s.settle},
		{"POST", wh1 + "fulfillments/{fulfillment}/advance", `{"to": "picking"}`, `{"to": "picked"}`, func() {
			s.advance("wh1", paid.Order.Fulfillments[0].ID, order.PickedStage, order.ReadyStage, order.SentStage)
		}},
		{"POST", orders + "{paid}/returns", `{"reason": "x", "lines": [{"line": 1, "quantity": 2}]}`, `{"reason": "x", "lines": [{"line": 1, "quantity": 1}]}`, s.settle},
		{"POST", wh1 + "returns/{return}/receive", `{"lines": [{"line": 1, "quantity": 2}]}`, `{"lines": [{"line": 1, "quantity": 1}]}`, nil},
		{"POST", wh1 + "returns/{return}/inspect", `{"good": [{"line": 1, "quantity": 1}]}`, `{"damaged": [{"line": 1, "quantity": 1}]}`, nil},
	} {
		path := fill.Replace(test.path)
		if strings.Contains(path, "{return}") {
			returns, err := s.client.OrderReturns(t.Context(), paid.Order.ID)
			if err != nil || len(returns) != 1 {
				t.Fatalf("the same return was announced twice, or never: %+v, %v", returns, err)
			}
			path = strings.Replace(path, "{return}", returns[0].ID.String(), 1)
		}
		s.repeats(test.method, path, test.body, test.other)
		if test.then != nil {
			test.then()
		}
	}
}

// repeats makes a request twice, and then another one under its key.
func (s *shop) repeats(method, path, body, other string) {
	s.t.Helper()
	key := "key of " + method + " " + path
	first, text := s.send(method, path, body, api.HeaderKey, key)
	second, again := s.send(method, path, body, api.HeaderKey, key)
	if first.StatusCode >= 300 || first.Header.Get(api.HeaderReplay) != "" {
		s.t.Errorf("%s %s: %s %s", method, path, first.Status, text)
	}
	if method == http.MethodPost && strings.Contains(text, `"events"`) { // an order is shown as it stands
		text, again = commands(text), commands(again)
	}
	// A step by hand is repeated as it was taken, but nobody says that it was before.
	told := second.Header.Get(api.HeaderReplay) == "true" || strings.HasSuffix(path, "/advance")
	if diff := cmp.Diff(text, again); diff != "" || second.StatusCode != first.StatusCode || !told {
		s.t.Errorf("%s %s again: %s %v\n%s", method, path, second.Status, second.Header, diff)
	}
	if method == http.MethodDelete {
		path, other = strings.Replace(path, "PO-7", other, 1), ""
	}
	if p := s.problem(method, path, other, api.HeaderKey, key); p.Status != 422 || p.Code != "mismatch" {
		s.t.Errorf("%s %s under the same key with %s: %+v", method, path, other, p)
	}
}

// commands are an order's identifier and the marks that these commands leave on it.
func commands(text string) string {
	which, _, _ := strings.Cut(text, ",")
	for _, kind := range []string{"backorder-dropped", "paid", "redirect-asked"} {
		which += strings.Repeat(" "+kind, strings.Count(text, `"kind":"`+kind+`"`))
	}
	return which
}
