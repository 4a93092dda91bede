package shop_test

import (
	"net/http"
	"strings"
	"testing"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// partly places an order of four teapots, of which two are there, and a spoon. Two
// pots are called off then.
func (r *rig) partly(b *browser, payment, token string) string {
	r.t.Helper()
	r.list("POT", catalog.Backorder, 0, 0)
	r.stock("wh1", "POT", 2)
	r.announce("wh1", "POT", 9, 8)
	b.post("/cart/add", "sku", "POT", "quantity", "4")
	b.post("/cart/add", "sku", "SP07", "quantity", "1")
	form := b.checkout()
	form.Set("payment", payment)
	form.Set("token", token)
	page := strings.Replace(b.send(http.MethodPost, "/checkout", form).path, "/placed/", "/order/", 1)
	b.get(page).want(r.t, 200, "5 units · £49.07", "4 × £12.00 £48.00", "Total £49.07")
	b.post(page+"/drop", "line", "1").want(r.t, 200, "It is called off")
	return page
}

// What was called off is neither counted nor to be paid any more.
func TestTheTotalIsOfWhatIsStillOrdered(t *testing.T) {
	for payment, says := range map[string][]string{
		"on-delivery":   {"Called off, not charged -£24.00", "Not to be paid any more £24.00"},
		"card":          {"Called off, not charged -£24.00", "Canceled £24.00"},
		"bank-transfer": {"Called off, given back -£24.00", "We wait for your bank transfer of £49.07.", "£24.00 of it was called off since, and is given back to you."},
	} {
		t.Run(payment, func(t *testing.T) {
			r := aheadRig(t)
			b := r.customer("maren")
			page := r.partly(b, payment, "tok_approved")
			waitFor(t, func() bool { return payment != "card" || strings.Contains(text(b.get(page).body), "Canceled") })
			g := b.get(page)
			g.want(t, 200, "3 units · £25.07", "2 × £12.00 2 of 4 called off £24.00", "1 × £1.07 £1.07", "Ordered £49.07", "Total £25.07")
			g.want(t, 200, says...)
			if said := text(g.body); strings.Contains(said, "5 units ·") || strings.Contains(said, "4 × £12.00") {
				t.Errorf("it still counts what was called off: %s", said)
			}
			b.get("/profile").want(t, 200, "3 units", "£25.07")
			if payment == "bank-transfer" {
				r.do(store.ConfirmPayment{Order: r.orderOf(page).ID, Reference: "statement 7"})
				b.get(page).want(t, 200, "To be transferred back to you £24.00")
			}
		})
	}
}

// An order that waited for units, and was called off, was taken all the same.
func TestACalledOffOrderIsNotShort(t *testing.T) {
	r := aheadRig(t)
	b := r.customer("maren")
	r.list("POT", catalog.Backorder, 0, 0)
	r.announce("wh1", "POT", 9, 8)
	b.post("/cart/add", "sku", "POT", "quantity", "4")
	g := b.send(http.MethodPost, "/checkout", b.checkout())
	page := strings.Replace(g.path, "/placed/", "/order/", 1)
	b.post(page+"/void").want(t, 200, "4 units ordered", "All of it called off", "Called off, not charged -£48.00", "Total £0.00")
	b.get(g.path).want(t, 200, "This order was called off.", "What happened")
	for _, at := range []string{page, g.path} {
		if said := text(b.get(at).body); strings.Contains(said, "can be promised") || strings.Contains(said, "What we tried") {
			t.Errorf("%s says that it was short: %s", at, said)
		}
	}
	b.get("/profile").want(t, 200, "4 units", "£48.00", "Voided")

	b.post("/cart/add", "sku", "LAMP", "quantity", "2")
	g = b.send(http.MethodPost, "/checkout", b.checkout())
	b.get(strings.Replace(g.path, "/placed/", "/order/", 1)).want(t, 200, "2 units ordered", "Not taken", "Could not be promised -£198.00", "you asked for 2")
}

// What came back is refunded when it was looked at, and the page says which is which.
func TestWhatCameBackIsRefunded(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	page := r.ordered(b)
	r.send(r.orderOf(page), order.DeliveredStage)
	form := b.fields(page, "return")
	form.Set("line-1", "2")
	form.Set("reason", "Too many")
	b.send(http.MethodPost, page+"/return", form)
	r.pump()
	returns, err := r.engine.Returns(t.Context(), r.orderOf(page).ID)
	r.must(err)
	parts := []order.Part{{Line: 1, SKU: "MUG/1 B", Quantity: 2}}
	_, err = r.warehouses[returns[0].Warehouse].Do(t.Context(), warehouse.ReceiveReturn{Return: returns[0].ID, Parts: parts})
	r.must(err)
	r.pump()
	b.get(page).want(t, 200, "2 sent back", "Total £17.50 Sent back, to be looked at before it is refunded £5.00")
	_, err = r.warehouses[returns[0].Warehouse].Do(t.Context(), warehouse.InspectReturn{Return: returns[0].ID, Good: parts})
	r.must(err)
	r.pump()
	waitFor(t, func() bool {
		return strings.Contains(text(b.get(page).body), "Total £17.50 Refunded for what you sent back £5.00")
	})
}

// asksOn reports whether a page asks for itself again.
func asksOn(g got) bool { return strings.Contains(g.body, `hx-trigger="every`) }

// A page goes on asking until the goods and the money are where they belong.
func TestAnOpenReturnIsFollowed(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	page := r.ordered(b)
	r.send(r.orderOf(page), order.DeliveredStage)
	waitFor(t, func() bool { return !asksOn(b.get(page)) })
	form := b.fields(page, "return")
	form.Set("line-1", "1")
	form.Set("reason", "Too many")
	if g := b.send(http.MethodPost, page+"/return", form); !asksOn(g) {
		t.Error("nobody asks what becomes of the return")
	}
	r.pump()
	returns, err := r.engine.Returns(t.Context(), r.orderOf(page).ID)
	r.must(err)
	r.comeBack(returns[0].Warehouse, returns[0].ID, 1)
	r.pump()
	waitFor(t, func() bool { return !asksOn(b.get(page)) })
	b.get(page).want(t, 200, "£2.50 of £17.50 given back")
}

// Warehouses have the names of their profiles, and days are written alike, also in
// what the store has written.
func TestPagesNameWarehousesAndDaysAlike(t *testing.T) {
	r := aheadRig(t)
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1", Name: "Leeds"}, {Code: "wh2", Name: "Carlisle"}}})
	b := r.customer("maren")
	b.get("/").want(t, 200, "Shipped from Leeds and Carlisle")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "7")
	b.get("/checkout").want(t, 200, "2 parcels, from Leeds (wh1) and Carlisle (wh2).")
	page := strings.Replace(b.send(http.MethodPost, "/checkout", b.checkout()).path, "/placed/", "/order/", 1)
	r.pump()
	g := b.get(page)
	g.want(t, 200, "Placed, shipped by Leeds (wh1) and Carlisle (wh2).", "We have your order 1: 7 units, £17.50. It arrives between Wed 18 Mar 2026 and Thu 19 Mar 2026.")
	if strings.Contains(text(g.body), "2026-") {
		t.Errorf("a day is written as programs do: %s", text(g.body))
	}
	if o := r.orderOf(page); len(o.Fulfillments) != 2 || o.Fulfillments[0].Warehouse != id.Site("wh1") {
		t.Errorf("it ships from %v", o.Fulfillments)
	}
}
