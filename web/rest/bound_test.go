package rest

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/pay"
	"crossdock/site/store"
)

// bounded opens the shop's store again, with other options.
func (s *shop) bounded(options store.Options) {
	s.t.Helper()
	s.settle()
	s.store.Close()
	ids := &counter{}
	ids.n.Store(1 << 32) // behind those of the first
	opened, err := store.Open(s.t.Context(), store.Ports{
		Journal: s.plans, Lookups: s.engine, Queries: s.engine, Records: s.engine, Payments: payments{company: s.cards},
		IDs: ids, Now: time.Now,
	}, options)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(opened.Close)
	s.deps.Store = opened
	server := httptest.NewServer(New(s.deps))
	s.t.Cleanup(server.Close)
	s.client = api.New(server.URL, testToken)
	s.t.Cleanup(s.client.Close)
}

// TestHoldTellsItsBound: a repetition is answered with when the units are free, and
// that is not later for ever.
func TestHoldTellsItsBound(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	s.bounded(store.Options{HoldFor: time.Hour, HoldAtMost: time.Hour, TickEvery: -1})
	request := api.HoldRequest{District: "north", Lines: []api.Wanted{{SKU: "KETTLE", Quantity: 9}}}
	first, err := s.client.PutHold(t.Context(), "guest:1", request)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.client.PutHold(t.Context(), "guest:1", request)
	if err != nil || again.ExpiresAt == nil || !again.ExpiresAt.Equal(*first.ExpiresAt) {
		t.Errorf("until %v, and when repeated %+v, %v", first.ExpiresAt, again, err)
	}
}

// TestUnpaidAtMost: one order too many that waits for its bank transfer is a conflict
// that says what to do.
func TestUnpaidAtMost(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	s.bounded(store.Options{UnpaidAtMost: 1})
	request := paying(1, pay.BankTransfer, "")
	request.Address.Email = "ann@example.org"
	first, err := s.client.PlaceOrder(t.Context(), "k-1", request)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.client.PlaceOrder(t.Context(), "k-2", request)
	problem, _ := api.AsProblem(err)
	if problem.Status != http.StatusConflict || problem.Code != "conflict" || problem.Order != "" ||
		problem.Detail != "1 order of yours waits for its payment: pay it or call it off first" {
		t.Errorf("%+v, %v", problem, err)
	}
	if again, err := s.client.PlaceOrder(t.Context(), "k-1", request); err != nil || !again.Replay {
		t.Errorf("the first one, repeated: %+v, %v", again, err)
	}
	if _, err := s.client.ConfirmPayment(t.Context(), "", first.Order.ID, api.PaymentReceived{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.PlaceOrder(t.Context(), "k-2", request); err != nil {
		t.Errorf("when the first one is paid: %v", err)
	}
}
