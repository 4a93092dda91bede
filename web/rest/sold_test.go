package rest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/id"
)

// sold tells how many units of a purchase's only line are sold ahead, and how many
// the store has of it; -1: nobody says.
func (s *shop) sold(site id.Site, name string) [2]int64 {
	s.t.Helper()
	p, err := s.client.Purchase(s.t.Context(), site, name)
	if err != nil || len(p.Lines) != 1 || len(p.Lines[0].Shares) != 1 {
		s.t.Fatalf("%+v, %v", p, err)
	}
	return brief(p)
}

func brief(p api.Purchase) [2]int64 {
	share := p.Lines[0].Shares[0]
	if share.Sold == nil {
		return [2]int64{-1, share.Quantity}
	}
	return [2]int64{*share.Sold, share.Quantity}
}

// TestSoldOfAPurchase counts each unit that is sold ahead at one purchase: at that
// which comes in first, by day and then by name.
func TestSoldOfAPurchase(t *testing.T) {
	s := newShop(t, func(d *Deps) { d.Site = "store" })
	s.stockUp(0, 0)
	ahead := kettle()
	ahead.Policy = "backorder"
	if _, err := s.client.PutProduct(t.Context(), "KETTLE", ahead); err != nil {
		t.Fatal(err)
	}
	if got := brief(s.announce("PO-2", 10, later)); got != [2]int64{0, 10} {
		t.Errorf("as it is announced: %v", got)
	}
	s.announce("PO-1", 10, due)
	s.announce("PO-3", 5, "")
	if _, err := s.client.AnnouncePurchase(t.Context(), "", "wh2", api.PurchaseRequest{
		ID: "PO-9", Lines: []api.ExpectedLine{{SKU: "KETTLE", Quantity: 2, Due: later}},
	}); err != nil {
		t.Fatal(err)
	}
	s.settle()
	if _, err := s.client.PlaceOrder(t.Context(), "", wants(13)); err != nil {
		t.Fatal(err)
	}
	all := func() map[string][2]int64 {
		return map[string][2]int64{
			"PO-1": s.sold("wh1", "PO-1"), "PO-2": s.sold("wh1", "PO-2"), "PO-3": s.sold("wh1", "PO-3"), "PO-9": s.sold("wh2", "PO-9"),
		}
	}
	want := map[string][2]int64{"PO-1": {10, 10}, "PO-2": {3, 10}, "PO-3": {0, 5}, "PO-9": {0, 2}}
	if diff := cmp.Diff(want, all()); diff != "" {
		t.Errorf("sold, of (-want +got):\n%s", diff)
	}
	s.announce("PO-0", 4, due)
	want["PO-1"], want["PO-2"] = [2]int64{9, 10}, [2]int64{0, 10}
	if diff := cmp.Diff(want, all()); diff != "" || s.sold("wh1", "PO-0") != [2]int64{4, 4} {
		t.Errorf("sold, of, after another one on the same day %v (-want +got):\n%s", s.sold("wh1", "PO-0"), diff)
	}
	units := int64(6)
	changed, err := s.client.ChangePurchase(t.Context(), "", "wh1", "PO-1", api.PurchaseChange{SKU: "KETTLE", Quantity: &units})
	if got := brief(changed); err != nil || got != [2]int64{6, 6} {
		t.Errorf("after a change: %v, %v", got, err)
	}
	page, err := s.client.Purchases(t.Context(), "wh1", api.PurchaseQuery{})
	if err != nil || brief(page.Purchases[0])[0] != -1 {
		t.Errorf("a list: %v, %v", page, err)
	}
}

// TestSoldElsewhere: a process without a store says nothing of what is sold.
func TestSoldElsewhere(t *testing.T) {
	s := newShop(t, func(d *Deps) { d.Planning, d.Site = nil, "store" })
	s.stockUp(0, 0)
	s.announce("PO-1", 10, due)
	if got := s.sold("wh1", "PO-1"); got != [2]int64{-1, 10} {
		t.Errorf("sold, of: %v", got)
	}
}

// TestSoldBeyondAPage: what comes in sooner may stand on another page.
func TestSoldBeyondAPage(t *testing.T) {
	s := newShop(t, func(d *Deps) { d.Site = "store" })
	s.stockUp(0, 0)
	ahead := kettle()
	ahead.Policy = "backorder"
	if _, err := s.client.PutProduct(t.Context(), "KETTLE", ahead); err != nil {
		t.Fatal(err)
	}
	for i := range api.MaxPage + 1 {
		if _, err := s.client.AnnouncePurchase(t.Context(), "", "wh1", api.PurchaseRequest{
			ID: fmt.Sprintf("A-%03d", i), Lines: []api.ExpectedLine{{SKU: "KETTLE", Quantity: 1}},
		}); err != nil {
			t.Fatal(err)
		}
	}
	s.announce("B", 5, "")
	if _, err := s.client.PlaceOrder(t.Context(), "", wants(api.MaxPage+3)); err != nil {
		t.Fatal(err)
	}
	if got := s.sold("wh1", "B"); got != [2]int64{2, 5} {
		t.Errorf("sold, of: %v, want 2 of 5", got)
	}
}
