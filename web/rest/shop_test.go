package rest

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
)

func TestCatalog(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	visitor := api.New(s.server.URL, "") // the catalog is public
	product, err := visitor.Product(t.Context(), "KETTLE")
	if err != nil {
		t.Fatal(err)
	}
	want := api.Product{
		SKU: "KETTLE", Name: "Blue kettle", Description: "Boils water.", Type: "kitchen", Category: "tea",
		Price: kettle().Price, Held: 12, Policy: "in-stock",
		Stock: []api.Stock{
			{Held: 7, Level: api.Level{Warehouse: "wh1", SKU: "KETTLE", OnHand: 7, Quota: 7, Version: 1}},
			{Held: 5, Level: api.Level{Warehouse: "wh2", SKU: "KETTLE", OnHand: 5, Quota: 5, Version: 1}},
		},
	}
	if diff := cmp.Diff(want, product); diff != "" {
		t.Error(diff)
	}
	if other, err := visitor.Product(t.Context(), "TIN/2"); err != nil || other.SKU != "TIN/2" {
		t.Errorf("a SKU with a slash: %v, %v", other, err)
	}
	if _, err := visitor.Product(t.Context(), "KETT"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the beginning of a SKU: %v, want not-found", err)
	}
	districts, err := visitor.Districts(t.Context())
	if err != nil || len(districts) != 2 || districts[0].Code != "north" || len(districts[0].Warehouses) != 2 {
		t.Errorf("districts: %v, %v", districts, err)
	}
}

func TestCatalogPages(t *testing.T) {
	s := newShop(t, nil)
	for i := range 5 {
		body := kettle()
		body.Name = fmt.Sprintf("Kettle %d", i)
		if _, err := s.client.PutProduct(t.Context(), id.SKU(fmt.Sprintf("K%d", i)), body); err != nil {
			t.Fatal(err)
		}
	}
	var seen []id.SKU
	q := api.ProductQuery{Type: "kitchen", Category: "tea", Search: "kett", Sort: "name", Limit: 2}
	for pages := 0; ; pages++ {
		page, err := s.client.Products(t.Context(), q)
		if err != nil || page.Total != 5 || pages > 2 {
			t.Fatalf("page %d: total %d, %v", pages, page.Total, err)
		}
		for _, p := range page.Products {
			seen = append(seen, p.SKU)
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	if diff := cmp.Diff([]id.SKU{"K0", "K1", "K2", "K3", "K4"}, seen); diff != "" {
		t.Error(diff)
	}
}

func TestPutProduct(t *testing.T) {
	s := newShop(t, nil)
	const body = `{"name": "Blue kettle", "type": "kitchen", "category": "tea", "price": {"minor": 1999, "currency": "GBP"}}`
	for i, want := range []int{http.StatusCreated, http.StatusOK} {
		if response, text := s.send(http.MethodPut, "/api/v1/products/KETTLE", body); response.StatusCode != want {
			t.Errorf("time %d: %s %s, want %d", i+1, response.Status, text, want)
		}
	}
}

func TestOrderLife(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	request := wants(9) // spills over
	request.Reference = "A-1"
	placement, err := s.client.PlaceOrder(t.Context(), "", request)
	if err != nil || len(placement.Short) > 0 {
		t.Fatalf("%+v, %v", placement, err)
	}
	s.settle()
	o, err := s.client.Order(t.Context(), placement.Order.ID)
	if err != nil {
		t.Fatal(err)
	}
	if o.Status != "placed" || o.Total.Minor != 9*1999 || len(o.Lines) != 1 || o.Lines[0].Quantity != 9 ||
		len(o.Why) == 0 || len(o.Events) == 0 || len(o.Notices) != 1 {
		t.Errorf("the order is not whole: %+v", o)
	}
	shipped := map[id.Site]int64{}
	for _, f := range o.Fulfillments {
		shipped[f.Warehouse] = f.Lines[0].Quantity
	}
	if diff := cmp.Diff(map[id.Site]int64{"wh1": 7, "wh2": 2}, shipped); diff != "" {
		t.Error(diff)
	}

	for _, f := range o.Fulfillments {
		page, err := s.client.Fulfillments(t.Context(), f.Warehouse, api.FulfillmentQuery{Order: o.ID, Status: "accepted"})
		if err != nil || len(page.Fulfillments) != 1 || page.Fulfillments[0].ID != f.ID {
			t.Fatalf("fulfillments of %s: %+v, %v", f.Warehouse, page, err)
		}
		if diff := cmp.Diff([]string{"picking"}, page.Fulfillments[0].Next); diff != "" {
			t.Error(diff)
		}
		s.advance(f.Warehouse, f.ID, order.Picking, order.PickedStage, order.ReadyStage, order.SentStage, order.DeliveredStage)
	}
	if o, err = s.client.Order(t.Context(), o.ID); err != nil || o.Status != "delivered" {
		t.Errorf("in the end it is %s, %v", o.Status, err)
	}
	_, err = s.client.VoidOrder(t.Context(), "", o.ID, "too late")
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("voiding what was delivered: %v, want a conflict", err)
	}
}

func TestVoidOrder(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	placement, err := s.client.PlaceOrder(t.Context(), "", wants(1))
	if err != nil {
		t.Fatal(err)
	}
	asked, err := s.client.VoidOrder(t.Context(), "void-1", placement.Order.ID, "changed my mind")
	if err != nil || !asked.VoidAsked || asked.Status != "placed" {
		t.Fatalf("%+v, %v", asked, err)
	}
	s.settle()
	again, err := s.client.VoidOrder(t.Context(), "void-1", placement.Order.ID, "changed my mind")
	if err != nil || again.Status != "voided" || again.Reason != "changed my mind" {
		t.Errorf("after the warehouse has answered: %+v, %v", again, err)
	}
	if _, err := s.client.VoidOrder(t.Context(), "void-1", placement.Order.ID, "another reason"); !fault.Is(err, fault.Mismatch) {
		t.Errorf("the key with another body: %v, want mismatch", err)
	}
}

func TestOrderPages(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	var placed []id.Order
	for i := range 3 {
		request := wants(1)
		request.Reference = fmt.Sprintf("R%d", i)
		placement, err := s.client.PlaceOrder(t.Context(), "", request)
		if err != nil {
			t.Fatal(err)
		}
		placed = append(placed, placement.Order.ID)
	}
	first, err := s.client.Orders(t.Context(), api.OrderQuery{Status: "placed", Limit: 2})
	if err != nil || len(first.Orders) != 2 || first.Next == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := s.client.Orders(t.Context(), api.OrderQuery{Status: "placed", Limit: 2, Cursor: first.Next})
	if err != nil || len(second.Orders) != 1 || second.Next != "" {
		t.Fatalf("%+v, %v", second, err)
	}
	got := []id.Order{first.Orders[0].ID, first.Orders[1].ID, second.Orders[0].ID}
	if diff := cmp.Diff([]id.Order{placed[2], placed[1], placed[0]}, got); diff != "" {
		t.Error(diff)
	}
	for name, q := range map[string]api.OrderQuery{"reference": {Reference: "R1"}, "number": {Number: first.Orders[1].Number}} {
		page, err := s.client.Orders(t.Context(), q)
		if err != nil || len(page.Orders) != 1 || page.Orders[0].ID != placed[1] {
			t.Errorf("by %s: %+v, %v", name, page, err)
		}
	}
	none, err := s.client.Orders(t.Context(), api.OrderQuery{Customer: placed[0].String()})
	if err != nil || len(none.Orders) != 0 {
		t.Errorf("of a stranger: %+v, %v", none, err)
	}
}

func TestStock(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	if _, err := s.client.Receive(t.Context(), "", "wh1", api.Receipt{Items: []api.Wanted{{SKU: "TIN/2", Quantity: 3}}}); err != nil {
		t.Fatal(err)
	}
	s.settle()
	first, err := s.client.Stock(t.Context(), api.StockQuery{Limit: 1})
	if err != nil || len(first.Stock) != 2 || first.Next != "KETTLE" {
		t.Fatalf("first page: %+v, %v", first, err)
	}
	second, err := s.client.Stock(t.Context(), api.StockQuery{Limit: 1, Cursor: first.Next})
	if err != nil || len(second.Stock) != 1 || second.Stock[0].SKU != "TIN/2" || second.Next != "" {
		t.Errorf("second page: %+v, %v", second, err)
	}
	one, err := s.client.Stock(t.Context(), api.StockQuery{Warehouse: "wh2", SKU: "KETTLE"})
	if err != nil || len(one.Stock) != 1 || one.Stock[0].Held != 5 || one.Stock[0].Warehouse != "wh2" {
		t.Errorf("one figure: %+v, %v", one, err)
	}
	own, err := s.client.WarehouseStock(t.Context(), "wh1", api.StockQuery{Limit: 1})
	want := api.LevelPage{Next: "KETTLE", Levels: []api.Level{
		{Warehouse: "wh1", SKU: "KETTLE", Name: "Blue kettle", OnHand: 7, Quota: 7, Version: own.Levels[0].Version},
	}}
	if diff := cmp.Diff(want, own); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// TestAdjust takes units off the books that the store holds, and so must give back.
func TestAdjust(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	counted, err := s.client.Adjust(t.Context(), "count-1", "wh1", api.Adjustment{SKU: "KETTLE", Delta: -3, Reason: "broken"})
	if err != nil || len(counted.Levels) != 1 || counted.Levels[0].OnHand != 4 || counted.Replay {
		t.Fatalf("%+v, %v", counted, err)
	}
	again, err := s.client.Adjust(t.Context(), "count-1", "wh1", api.Adjustment{SKU: "KETTLE", Delta: -3, Reason: "broken"})
	if err != nil || again.Levels[0].OnHand != 4 || !again.Replay {
		t.Errorf("the same count again: %+v, %v", again, err)
	}
	_, err = s.client.Adjust(t.Context(), "", "wh1", api.Adjustment{SKU: "KETTLE", Delta: -5, Reason: "lost"})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("more than there is: %v, want a conflict", err)
	}
}

func TestReceiveTwice(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(0, 0)
	receipt := api.Receipt{Items: []api.Wanted{{SKU: "KETTLE", Quantity: 4}}, Note: "pallet 12"}
	for _, replay := range []bool{false, true} {
		stocked, err := s.client.Receive(t.Context(), "pallet-12", "wh2", receipt)
		if err != nil || stocked.Levels[0].OnHand != 4 || stocked.Replay != replay {
			t.Errorf("replay %v: %+v, %v", replay, stocked, err)
		}
	}
}
