package rest

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/order"
)

// TestReplay repeats a key, also after the order has moved on: the answer is the
// same to the byte, and no second order stands.
func TestReplay(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	const path = "/api/v1/orders"
	first, text := s.send(http.MethodPost, path, orderWith("", ""), api.HeaderKey, "k-1")
	if first.StatusCode != http.StatusCreated || first.Header.Get(api.HeaderReplay) != "" {
		t.Fatalf("%s %v %s", first.Status, first.Header, text)
	}
	if response, _ := s.send(http.MethodGet, first.Header.Get("Location"), ""); response.StatusCode != http.StatusOK {
		t.Errorf("nothing is at the Location: %s", response.Status)
	}
	s.settle()
	s.moveAway()
	spaced := orderWith(`"lines"`, ` "payment" : "", "lines"`) // the same in another form
	for range 3 {                                              // when it was asked for, when it is ready, when it is delivered and paid
		second, again := s.send(http.MethodPost, path, spaced, api.HeaderKey, "k-1")
		if second.StatusCode != http.StatusCreated || second.Header.Get(api.HeaderReplay) != "true" {
			t.Errorf("again: %s %v", second.Status, second.Header)
		}
		if diff := cmp.Diff(text, again); diff != "" {
			t.Error(diff)
		}
		page, err := s.client.Orders(t.Context(), api.OrderQuery{})
		if err != nil || len(page.Orders) != 1 {
			t.Fatalf("%d orders, %v", len(page.Orders), err)
		}
		s.advance("wh1", page.Orders[0].Fulfillments[0].ID, nextStages(page.Orders[0].Fulfillments[0].Status)...)
	}
}

// moveAway sends the one order there is to another address.
func (s *shop) moveAway() {
	s.t.Helper()
	page, err := s.client.Orders(s.t.Context(), api.OrderQuery{})
	if err != nil || len(page.Orders) != 1 {
		s.t.Fatalf("%d orders, %v", len(page.Orders), err)
	}
	elsewhere := api.Address{Name: "Ada King", City: "Ockham", District: "north"}
	if _, err := s.client.ChangeAddress(s.t.Context(), "", page.Orders[0].ID, elsewhere); err != nil {
		s.t.Fatal(err)
	}
	s.settle()
}

// nextStages takes a fulfillment to ready, or from there to delivered.
func nextStages(status string) []order.Stage {
	switch status {
	case "delivered":
		return nil
	case "ready":
		return []order.Stage{order.SentStage, order.DeliveredStage}
	default:
		return []order.Stage{order.Picking, order.PickedStage, order.ReadyStage}
	}
}

func TestMismatch(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	placement, err := s.client.PlaceOrder(t.Context(), "k-1", wants(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.PlaceOrder(t.Context(), "k-1", wants(2)); !fault.Is(err, fault.Mismatch) {
		t.Errorf("another body: %v, want mismatch", err)
	}
	if _, err := s.client.VoidOrder(t.Context(), "k-1", placement.Order.ID, "x"); !fault.Is(err, fault.Mismatch) {
		t.Errorf("another route: %v, want mismatch", err)
	}
	other, err := s.client.PlaceOrder(t.Context(), "", wants(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.VoidOrder(t.Context(), "k-2", placement.Order.ID, "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.VoidOrder(t.Context(), "k-2", other.Order.ID, "x"); !fault.Is(err, fault.Mismatch) {
		t.Errorf("the same body for another order: %v, want mismatch", err)
	}
	if p := s.problem(http.MethodPost, "/api/v1/orders", orderWith(": 1}", ": 3}"), api.HeaderKey, "k-1"); p.Status != 422 {
		t.Errorf("status %d, want 422", p.Status)
	}
}

// TestShort asks for more than there is: the order stands as voided, and says
// so again when its key comes back.
func TestShort(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	want := []api.Shortage{{SKU: "KETTLE", Ordered: 13, Missing: 1}}
	first, err := s.client.PlaceOrder(t.Context(), "k-1", wants(13))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, first.Short); diff != "" || first.Replay {
		t.Error(diff, first.Replay)
	}
	o, err := s.client.Order(t.Context(), first.Order.ID)
	if err != nil || o.Status != "voided" || o.Number != first.Order.Number || len(o.Fulfillments) != 0 {
		t.Errorf("%+v, %v", o, err)
	}
	again, err := s.client.PlaceOrder(t.Context(), "k-1", wants(13))
	if err != nil || again.Order.ID != first.Order.ID || !again.Replay {
		t.Errorf("again: %+v, %v", again, err)
	}
	if diff := cmp.Diff(want, again.Short); diff != "" {
		t.Error(diff)
	}
	p := s.problem(http.MethodPost, "/api/v1/orders", orderWith(": 1}", ": 13}"))
	if p.Status != 409 || p.Code != "short" || p.Number == 0 || p.Order == "" || len(p.Short) != 1 {
		t.Errorf("%+v", p)
	}
	if _, err := s.client.PlaceOrder(t.Context(), "", wants(12)); err != nil {
		t.Errorf("short orders hold something: %v", err)
	}
}

// TestTheLastUnits lets 64 customers loose on 50 units at once.
func TestTheLastUnits(t *testing.T) {
	const customers, units = 64, 50
	s := newShop(t, nil)
	s.stockUp(units-20, 20)
	var mu sync.Mutex
	var placed, short int
	var all sync.WaitGroup
	start := make(chan struct{})
	for range customers {
		all.Go(func() {
			<-start
			placement, err := s.client.PlaceOrder(t.Context(), "", wants(1))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				t.Errorf("an order failed: %v", err)
			case len(placement.Short) > 0:
				short++
			default:
				placed++
			}
		})
	}
	close(start)
	all.Wait()
	if placed != units || short != customers-units {
		t.Errorf("%d placed and %d short, want %d and %d", placed, short, units, customers-units)
	}
	s.settle()
	product, err := s.client.Product(t.Context(), "KETTLE")
	if err != nil || product.Held != 0 {
		t.Errorf("%d units are left, %v", product.Held, err)
	}
	for _, stock := range product.Stock {
		if stock.Allocated != stock.OnHand || stock.Quota != 0 {
			t.Errorf("%s: %+v", stock.Warehouse, stock)
		}
	}
}
