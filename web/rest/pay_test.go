package rest

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/engine/testpay"
)

// paying is an order of kettles that is paid in some way.
func paying(units int64, method pay.Method, token string) api.OrderRequest {
	request := wants(units)
	request.Payment, request.Token = string(method), token
	return request
}

// steps are the steps of a payment in brief: "authorize success 1999".
func steps(transactions []api.Transaction) []string {
	var brief []string
	for _, t := range transactions {
		brief = append(brief, t.Kind+" "+t.State+" "+t.Amount.Decimal())
	}
	return brief
}

func TestPayByCard(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	placement, err := s.client.PlaceOrder(t.Context(), "", paying(2, pay.Card, testpay.TokenApproved))
	if err != nil || placement.Order.Unpaid || placement.Order.Payment != "card" {
		t.Fatalf("%+v, %v", placement, err)
	}
	if diff := cmp.Diff([]string{"authorize success 39.98"}, steps(placement.Order.Transactions)); diff != "" {
		t.Error(diff)
	}
	s.settle()
	s.advance("wh1", placement.Order.Fulfillments[0].ID, order.Picking, order.PickedStage, order.ReadyStage, order.SentStage)
	s.await("the money is taken", func() bool {
		o, err := s.client.Order(t.Context(), placement.Order.ID)
		if err != nil {
			t.Fatal(err)
		}
		return cmp.Equal([]string{"authorize success 39.98", "capture success 39.98"}, steps(o.Transactions))
	})
	if moved := s.cards.Moved(placement.Order.ID); moved[pay.Capture] != money.Of(3998, "GBP") {
		t.Errorf("the card company has moved %v", moved)
	}
}

// TestDeclinedCard: the order stands as voided, says so again when its key comes
// back, and holds nothing.
func TestDeclinedCard(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	for _, replay := range []bool{false, true} {
		_, err := s.client.PlaceOrder(t.Context(), "k-1", paying(12, pay.Card, testpay.TokenDeclined))
		problem, _ := api.AsProblem(err)
		if problem.Code != "conflict" || problem.Status != http.StatusConflict || problem.Order == "" || problem.Replay != replay ||
			problem.Detail != "the payment was declined: the card was declined: insufficient funds" {
			t.Errorf("%+v, %v", problem, err)
		}
	}
	page, err := s.client.Orders(t.Context(), api.OrderQuery{})
	if err != nil || len(page.Orders) != 1 || page.Orders[0].Status != "voided" || page.Orders[0].Unpaid {
		t.Errorf("%+v, %v", page, err)
	}
	if _, err := s.client.PlaceOrder(t.Context(), "", wants(12)); err != nil {
		t.Errorf("a declined order holds something: %v", err)
	}
}

// TestBankTransfer waits for its money. No warehouse hears of it before.
func TestBankTransfer(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	placement, err := s.client.PlaceOrder(t.Context(), "", paying(2, pay.BankTransfer, ""))
	if err != nil {
		t.Fatal(err)
	}
	which := placement.Order.ID
	if o := placement.Order; !o.Unpaid || !o.Fulfillments[0].Unasked || o.Status != "placed" {
		t.Errorf("before it is paid: %+v", o)
	}
	s.settle()
	if page, err := s.client.Fulfillments(t.Context(), "wh1", api.FulfillmentQuery{}); err != nil || len(page.Fulfillments) > 0 {
		t.Errorf("the warehouse has heard of it: %+v, %v", page, err)
	}
	received := api.PaymentReceived{Reference: "statement 12"}
	paid, err := s.client.ConfirmPayment(t.Context(), "paid-1", which, received)
	if err != nil || paid.Unpaid || paid.Fulfillments[0].Unasked || paid.Transactions[0].Reference != "statement 12" {
		t.Errorf("paid: %+v, %v", paid, err)
	}
	if _, err := s.client.ConfirmPayment(t.Context(), "paid-1", which, received); err != nil {
		t.Errorf("the same key again: %v", err)
	}
	if _, err := s.client.ConfirmPayment(t.Context(), "paid-2", which, received); !fault.Is(err, fault.Conflict) {
		t.Errorf("paid twice: %v, want a conflict", err)
	}
	s.settle()
	if page, err := s.client.Fulfillments(t.Context(), "wh1", api.FulfillmentQuery{}); err != nil || len(page.Fulfillments) != 1 {
		t.Errorf("the warehouse has not heard of it: %+v, %v", page, err)
	}
}

// TestVoidedTransfer: an order that was called off before its money came was not
// declined, and its key still tells that it was taken.
func TestVoidedTransfer(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	placement, err := s.client.PlaceOrder(t.Context(), "k-1", paying(2, pay.BankTransfer, ""))
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.client.VoidOrder(t.Context(), "", placement.Order.ID, "changed my mind")
	if err != nil || o.Status != "voided" || o.Transactions[0].State != "failed" {
		t.Errorf("%+v, %v", o, err)
	}
	again, err := s.client.PlaceOrder(t.Context(), "k-1", paying(2, pay.BankTransfer, ""))
	if err != nil || !again.Replay || again.Order.ID != placement.Order.ID || again.Order.Status != "placed" {
		t.Errorf("%+v, %v", again, err)
	}
}

// TestSeenPrice: what the customer saw is what is paid, or the order is refused.
func TestSeenPrice(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	request := wants(1)
	seen := kettle().Price
	request.Lines[0].Price = &seen
	if _, err := s.client.PlaceOrder(t.Context(), "", request); err != nil {
		t.Errorf("at the price that was seen: %v", err)
	}
	dearer := kettle()
	dearer.Price.Minor++
	if _, err := s.client.PutProduct(t.Context(), "KETTLE", dearer); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.PlaceOrder(t.Context(), "", request); !fault.Is(err, fault.Conflict) {
		t.Errorf("after the price has changed: %v, want a conflict", err)
	}
}

func TestTokensAreNotShown(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	placement, err := s.client.PlaceOrder(t.Context(), "", paying(1, pay.Card, testpay.TokenTwice))
	if err != nil {
		t.Fatal(err)
	}
	_, text := s.send(http.MethodGet, "/api/v1/orders/"+placement.Order.ID.String(), "")
	if contains(text, testpay.TokenTwice) || !contains(text, `"provider":"test"`) {
		t.Errorf("the order shows its card, or not its provider: %s", text)
	}
}
