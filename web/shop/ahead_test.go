package shop_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// noon is that of a Monday.
func noon() time.Time { return time.Date(2026, 3, 16, 12, 0, 0, 0, time.UTC) }

// list adds a product that is sold ahead.
func (r *rig) list(sku id.SKU, policy catalog.Policy, release date.Date, most int64) {
	r.t.Helper()
	r.do(store.ListProducts{Products: []catalog.Product{{
		SKU: sku, Name: "Teapot " + string(sku), Type: "kitchen", Category: "cups", Price: money.Of(1200, "GBP"),
		Policy: policy, ReleaseOn: release, Cap: most,
	}}})
}

// announce has a supplier announce units, due in so many days; below zero: nobody
// knows when.
func (r *rig) announce(wh id.Site, sku id.SKU, units int64, days int) {
	r.t.Helper()
	var due date.Date
	if days >= 0 {
		due = date.Of(r.clock()).Add(days)
	}
	_, err := r.warehouses[wh].Do(r.t.Context(), warehouse.AnnounceIncoming{
		Purchase: "PO-" + string(wh) + string(sku), Supplier: "Potters",
		Lines: []warehouse.Expected{{SKU: sku, Units: units, Due: due}},
	})
	r.must(err)
	r.pump()
}

func aheadRig(t *testing.T) *rig {
	r := newRig(t)
	now := noon()
	r.now.Store(&now)
	return r
}

func TestWhatIsExpectedIsSold(t *testing.T) {
	r := aheadRig(t)
	r.list("POT", catalog.Backorder, 0, 0)
	r.list("LID", catalog.InStock, 0, 0)
	r.announce("wh2", "POT", 6, 20)
	r.announce("wh1", "POT", 4, 8)
	r.announce("wh1", "LID", 4, 8)
	b := r.customer("maren")
	b.get("/product/POT").want(t, 200, "Backorder: expected on Tue 24 Mar 2026", "Add to the cart")
	b.get("/catalog?q=teapot").want(t, 200, "Backorder: expected on Tue 24 Mar 2026", "Sold out")
	if said := text(b.get("/product/LID").body); !strings.Contains(said, "Sold out") || strings.Contains(said, "Add to the cart") {
		t.Errorf("what is not sold ahead: %s", said)
	}
	// The last units of seven come with the second delivery.
	b.post("/cart/add", "sku", "POT", "quantity", "7").want(t, 200, "Backorder: expected on Tue 24 Mar 2026")
	b.get("/checkout").want(t, 200, "All of it ships when it comes in.", "0 of 7 are ready, the rest is expected on Sun 5 Apr 2026.", "Place the order")
	b.post("/cart/set", "sku", "POT", "quantity", "11").want(t, 200, "Only 10 can be promised now")
	b.get("/checkout").want(t, 200, "This order cannot be placed as it is", "you asked for 11, and 0 can be promised")
	b.post("/cart/set", "sku", "POT", "quantity", "7")

	g := b.send(http.MethodPost, "/checkout", b.checkout())
	g.want(t, 200, "Thank you.", "4 × Teapot POT: still to come in. Expected on Tue 24 Mar 2026.", "3 × Teapot POT: still to come in. Expected on Sun 5 Apr 2026.")
	page := strings.Replace(g.path, "/placed/", "/order/", 1)
	b.get(page).want(t, 200, "Backordered", "Still to come in", "at wh1", "at wh2", "Call it off")
	b.get("/product/POT").want(t, 200, "Backorder: expected on Sun 5 Apr 2026")

	// What comes in first ships; the rest is called off.
	_, err := r.warehouses["wh1"].Do(t.Context(), warehouse.ReceiveStock{
		Purchase: "PO-wh1POT", Items: []warehouse.Item{{SKU: "POT", Units: 4}},
	})
	r.must(err)
	r.pump()
	b.get(page).want(t, 200, "Came in", "3 × Teapot POT Expected on Sun 5 Apr 2026")
	b.post(page+"/drop", "line", "9").want(t, 422, `The order has no line "9".`, "Still to come in")
	g = b.post(page+"/drop", "line", "1")
	g.want(t, 200, "It is called off, and not waited for any more.", "Placed")
	if strings.Contains(text(g.body), "Still to come in") {
		t.Error("what was called off still waits")
	}
	b.post(page+"/drop", "line", "1").want(t, 409, "Nothing of order 1 waits to come in.")
}

func TestTheLastUnitSaysWhenAllIsThere(t *testing.T) {
	r := aheadRig(t)
	r.list("POT", catalog.Backorder, 0, 0)
	for purchase, due := range map[string]date.Date{"PO-1": date.Of(noon()).Add(8), "PO-2": date.Of(noon()).Add(15)} {
		_, err := r.warehouses["wh1"].Do(t.Context(), warehouse.AnnounceIncoming{
			Purchase: purchase, Supplier: "Potters", Lines: []warehouse.Expected{{SKU: "POT", Units: 2, Due: due}},
		})
		r.must(err)
	}
	r.pump()
	b := r.customer("maren")
	b.post("/cart/add", "sku", "POT", "quantity", "2")
	b.get("/checkout").want(t, 200, "the rest is expected on Tue 24 Mar 2026.")
	b.post("/cart/set", "sku", "POT", "quantity", "3")
	b.get("/checkout").want(t, 200, "the rest is expected on Tue 31 Mar 2026.")
}

func TestAPreorderInStockPromisesADayAfterItsRelease(t *testing.T) {
	r := aheadRig(t)
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1"}, {Code: "wh2"}}})
	r.list("POT", catalog.Preorder, date.Of(noon()).Add(30), 0)
	r.stock("wh1", "POT", 20)
	r.pump()
	b := r.customer("maren")
	b.get("/product/POT").want(t, 200, "Preorder: released on Wed 15 Apr 2026", "Add to the cart")
	b.post("/cart/add", "sku", "POT", "quantity", "2").want(t, 200, "Preorder: released on Wed 15 Apr 2026")
	b.get("/checkout").want(t, 200, "2 × Teapot POT Preorder: released on Wed 15 Apr 2026", "One parcel, from wh1.",
		"Ordered now, all of it arrives between Fri 17 Apr 2026 and Sat 18 Apr 2026.", "Why these warehouses")
	page := strings.Replace(b.send(http.MethodPost, "/checkout", b.checkout()).path, "/placed/", "/order/", 1)
	b.get(page).want(t, 200, "Ships when it is released, on Wed 15 Apr 2026")
}

func TestAPreorderIsReleased(t *testing.T) {
	r := aheadRig(t)
	release := date.Of(noon()).Add(30)
	r.list("POT", catalog.Preorder, release, 3)
	r.announce("wh1", "POT", 9, 8)
	b := r.customer("maren")
	b.get("/product/POT").want(t, 200, "Preorder: released on Wed 15 Apr 2026", "Add to the cart")
	b.post("/cart/add", "sku", "POT", "quantity", "4").want(t, 200, "Only 3 can be promised now")
	b.post("/cart/set", "sku", "POT", "quantity", "3")
	b.get("/checkout").want(t, 200, "the rest ships when it is released, on Wed 15 Apr 2026.")
	g := b.send(http.MethodPost, "/checkout", b.checkout())
	g.want(t, 200, "Thank you.", "3 × Teapot POT: still to come in. Ships when it is released, on Wed 15 Apr 2026.")
	page := b.get(strings.Replace(g.path, "/placed/", "/order/", 1))
	page.want(t, 200, "3 × Teapot POT Ships when it is released, on Wed 15 Apr 2026", "and not before their release.")
	for _, said := range []string{text(g.body), text(page.body)} {
		if strings.Contains(said, "Mar 2026") || strings.Contains(said, "2026-03") {
			t.Errorf("a day before the release is named: %s", said)
		}
	}
	if said := text(b.get("/product/POT").body); !strings.Contains(said, "Sold out") {
		t.Errorf("the cap is reached: %s", said)
	}
	r.later(31 * 24 * time.Hour)
	r.list("POT", catalog.Preorder, release, 0)
	// The day of the supplier is over too, and nothing has come.
	b.get("/product/POT").want(t, 200, "Backorder: expected, the day is not known yet")
}

// What comes in after its release, or on a day that nobody knows, ships then.
func TestAPreorderMayComeInAfterItsRelease(t *testing.T) {
	for days, says := range map[int][2]string{
		40: {"the rest is expected on Sat 25 Apr 2026.", "still to come in. Expected on Sat 25 Apr 2026."},
		-1: {"the rest follows when it comes in, on a day that is not known yet.", "still to come in. The day is not known yet."},
	} {
		r := aheadRig(t)
		r.list("POT", catalog.Preorder, date.Of(noon()).Add(30), 0)
		r.announce("wh1", "POT", 9, days)
		b := r.customer("maren")
		b.post("/cart/add", "sku", "POT", "quantity", "3").want(t, 200, "Preorder: released on Wed 15 Apr 2026")
		b.get("/checkout").want(t, 200, says[0])
		b.send(http.MethodPost, "/checkout", b.checkout()).want(t, 200, says[1])
	}
}

// What is there ships at once, what is not released later, and the rest when it
// comes in: that is no one parcel.
func TestTheCheckoutCountsItsParcels(t *testing.T) {
	r := aheadRig(t)
	r.list("POT", catalog.Preorder, date.Of(noon()).Add(30), 0)
	r.list("LID", catalog.Backorder, 0, 0)
	r.stock("wh1", "POT", 20)
	r.announce("wh2", "LID", 6, 20)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "POT", "quantity", "2")
	b.post("/cart/add", "sku", "SP07", "quantity", "1")
	b.get("/checkout").want(t, 200, "2 parcels, from wh1.", "1 × Spoon 07", "2 × Teapot POT Ships when it is released, on Wed 15 Apr 2026", "These units are kept for you until")
	b.post("/cart/add", "sku", "LID", "quantity", "3")
	b.get("/checkout").want(t, 200, "2 parcels, from wh1. The rest follows when it comes in.", "The units that are there are kept for you until")
	b.send(http.MethodPost, "/checkout", b.checkout()).want(t, 200, "is placed, 2 parcels from wh1; what is to come in follows.")
}

func TestWhatIsExpectedForOthersIsNot(t *testing.T) {
	r := aheadRig(t)
	r.do(store.SetDistricts{Districts: []catalog.District{{Code: "island", Name: "Island", Warehouses: []id.Site{"wh2"}}}})
	r.list("POT", catalog.Backorder, 0, 0)
	r.announce("wh1", "POT", 4, -1)
	b := r.browser()
	b.get("/product/POT").want(t, 200, "Backorder: expected, the day is not known yet")
	b.post("/register", "username", "maren", "password", password, "district", "island")
	b.get("/product/POT").want(t, 200, "Sold out", "No warehouse can promise this product now")
	b.post("/profile", "district", "north")
	b.get("/product/POT").want(t, 200, "Backorder: expected, the day is not known yet")
}
