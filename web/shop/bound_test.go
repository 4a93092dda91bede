package shop_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"crossdock/engine/memory"
	"crossdock/site/store"
	"crossdock/web/shop"
)

// A checkout that is looked at again and again says to the end until when its units
// are kept, and loses them then to who comes first.
func TestACheckoutKeepsItsUnitsNotForEver(t *testing.T) {
	r := aheadRig(t)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "8")
	form := b.checkout()
	for _, until := range []string{"12:10", "12:19", "12:28", "12:30"} {
		b.send(http.MethodPost, "/checkout/hold", form).want(t, 200, "kept for you until "+until)
		r.later(9 * time.Minute)
		r.do(store.Tick{})
	}
	other := r.customer("jonas")
	other.post("/cart/add", "sku", "MUG/1 B", "quantity", "8")
	other.get("/checkout").want(t, 200, "These units are kept for you until 12:46")
	b.send(http.MethodPost, "/checkout/hold", form).want(t, 200, "This order cannot be placed as it is")
}

// boundedRig opens the store of a rig again, with other options.
func boundedRig(t *testing.T, options store.Options) *rig {
	t.Helper()
	var opened *store.Store
	r := newRig(t, func(d *shop.Deps) {
		d.Store.Close()
		engine := d.Records.(*memory.Store)
		var err error
		opened, err = store.Open(t.Context(), store.Ports{
			Journal: d.Published.(*store.Published), Lookups: engine, Queries: engine, Records: engine, IDs: d.IDs, Now: d.Now,
			Payments: d.Payments.(till),
		}, options)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(opened.Close)
		d.Store, d.Carts = opened, shop.StoreCarts{Store: opened}
	})
	r.store = opened
	return r
}

// A customer who has too much to pay is told so beside the ways to pay, keeps what was
// typed and the cart, and can pay in another way.
func TestACustomerPaysBeforeOrderingMore(t *testing.T) {
	r := boundedRig(t, store.Options{TickEvery: -1, UnpaidAtMost: 2})
	b := r.customer("maren")
	for range 2 {
		b.buy("bank-transfer", "").want(t, 200, "We wait for your bank transfer")
	}
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "2")
	form := b.checkout()
	form.Set("payment", "bank-transfer")
	g := b.send(http.MethodPost, "/checkout", form)
	g.want(t, 409, "2 orders of yours wait for their payment: pay or call off one of them first.", "Check out")
	if !strings.Contains(g.body, `value="Quay 3"`) || r.orders() != 2 {
		t.Errorf("what was typed is lost, or an order stands: %d", r.orders())
	}
	form.Set("payment", "on-delivery")
	b.send(http.MethodPost, "/checkout", form).want(t, 200, "Thank you. It is yours.")
}
