package shop_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/site/store"
	"crossdock/web/shop"
)

// mugsLeft is how many mugs somebody else can buy.
func (r *rig) mugsLeft() int64 {
	r.t.Helper()
	row, err := r.store.Product(r.t.Context(), "MUG/1 B")
	r.must(err)
	return row.Held
}

func TestACheckoutKeepsItsUnits(t *testing.T) {
	r := aheadRig(t)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "7")
	if left := r.mugsLeft(); left != 8 {
		t.Fatalf("a cart alone keeps %d units", 8-left)
	}
	b.get("/checkout").want(t, 200, "These units are kept for you until 12:10", "2 parcels, from wh1 and wh2.")
	if left := r.mugsLeft(); left != 1 {
		t.Errorf("%d units are free, want 1", left)
	}
	other := r.customer("jonas")
	other.post("/cart/add", "sku", "MUG/1 B", "quantity", "2").want(t, 200, "Only 1 can be promised now")
	other.get("/checkout").want(t, 200, "This order cannot be placed as it is", "you asked for 2, and 1 can be promised")
	other.get("/cart").want(t, 200, "Only 1 can be promised now")

	// Work on the form keeps them longer, and for the district that was chosen.
	r.later(6 * time.Minute)
	form := b.checkout()
	r.later(3 * time.Minute)
	form.Set("district", "south")
	form.Set("street", "Another one")
	g := b.send(http.MethodPost, "/checkout/hold", form)
	g.want(t, 200, "kept for you until 12:19", "2 parcels, from wh2 and wh1.", "3 × Blue mug", "4 × Blue mug")
	if !strings.Contains(g.body, `value="Another one"`) {
		t.Error("what was typed is lost")
	}
	b.header.Set("HX-Request", "true")
	g = b.send(http.MethodPost, "/checkout/hold", form)
	isPart(t, g)
	g.want(t, 200, "kept for you until 12:19", "What will happen", "Place the order")
	b.header.Del("HX-Request")

	r.later(5 * time.Minute)
	r.do(store.Tick{})
	if left := r.mugsLeft(); left != 1 {
		t.Errorf("they were let go after 5 minutes: %d units are free", left)
	}
	r.later(6 * time.Minute)
	r.do(store.Tick{})
	if left := r.mugsLeft(); left != 8 {
		t.Errorf("nobody has touched the form for 11 minutes, and %d units are free", left)
	}
}

func TestLeavingTheCheckoutReleasesItsUnits(t *testing.T) {
	for name, leave := range map[string]func(b *browser) got{
		"to the cart": func(b *browser) got { return b.get("/cart") },
		"by emptying": func(b *browser) got { return b.post("/cart/remove", "sku", "MUG/1 B") },
		"by leaving":  func(b *browser) got { return b.post("/logout") },
		"by ordering": func(b *browser) got { return b.send(http.MethodPost, "/checkout", b.checkout()) },
		"by a removal": func(b *browser) got {
			b.header.Set("HX-Request", "true")
			return b.post("/cart/remove", "sku", "MUG/1 B")
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			b := r.customer("maren")
			b.post("/cart/add", "sku", "MUG/1 B", "quantity", "7")
			b.get("/checkout")
			leave(b).want(t, 200)
			want := int64(8)
			if name == "by ordering" {
				want = 1
			}
			if left := r.mugsLeft(); left != want {
				t.Errorf("%d units are free, want %d", left, want)
			}
			user, err := r.store.Lookups().UserNamed(t.Context(), "maren")
			r.must(err)
			if hold, there := r.published.Hold("user:" + user.ID.String()); there {
				t.Errorf("there is still a hold: %v", hold)
			}
		})
	}
}

func TestACheckoutAsksForMore(t *testing.T) {
	r := newRigOf(t, 50)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "8")
	if left := r.mugsLeft(); left >= 8 {
		t.Fatalf("the store holds all %d mugs already", left)
	}
	b.get("/checkout").want(t, 200, "This order cannot be placed as it is")
	r.pump() // the warehouses hear that they are asked, and answer
	b.get("/checkout").want(t, 200, "2 parcels, from wh1 and wh2.", "5 × Blue mug", "3 × Blue mug")
}

func TestAPriceThatChangedIsNotCharged(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "2")
	b.post("/cart/add", "sku", "SP07", "quantity", "1")
	form := b.checkout()
	form.Set("street", "Another one")
	r.do(store.ListProducts{Products: []catalog.Product{
		{SKU: "MUG/1 B", Name: "Blue mug", Description: "It holds tea.", Type: "kitchen", Category: "cups", Price: money.Of(300, "GBP")},
	}})
	g := b.send(http.MethodPost, "/checkout", form)
	g.want(t, 409, "A price has changed since you saw this page", "Now £3.00 each, before £2.50", "£7.07")
	if !strings.Contains(g.body, `value="Another one"`) || strings.Count(g.body, "Now £") != 1 {
		t.Error("what was typed is lost, or a price that is the same is said to be new")
	}
	if n := r.orders(); n != 0 {
		t.Fatalf("%d orders stand, want none", n)
	}
	form.Set("seen", hidden(g.body, "seen"))
	b.send(http.MethodPost, "/checkout", form).want(t, 200, "Thank you.", "£7.07")
	for _, seen := range []string{"", "x", "250 GBP", "250 GBP,100 GBP,1 GBP", "999999999999999999999 GBP,1 GBP"} {
		b.post("/cart/add", "sku", "SP07", "quantity", "1")
		b.post("/cart/add", "sku", "MUG/1 B", "quantity", "1")
		form = b.checkout()
		form.Set("seen", seen)
		b.send(http.MethodPost, "/checkout", form).want(t, 409, "Your cart has changed since you saw this page")
		b.post("/cart/remove", "sku", "SP07")
		b.post("/cart/remove", "sku", "MUG/1 B")
	}
}

func TestACheckoutPromisesADay(t *testing.T) {
	r := aheadRig(t)
	r.do(store.SetWarehouses{Warehouses: []catalog.Warehouse{{Code: "wh1"}, {Code: "wh2"}}})
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "2")
	// Two days where nobody knows the way, and one more to be sure.
	b.get("/checkout").want(t, 200, "Ordered now, all of it arrives between Wed 18 Mar 2026 and Thu 19 Mar 2026.")
	g := b.send(http.MethodPost, "/checkout", b.checkout())
	g.want(t, 200, "All of it arrives between Wed 18 Mar 2026 and Thu 19 Mar 2026.")
	which, err := id.ParseOrder(strings.TrimPrefix(g.path, "/placed/"))
	r.must(err)
	b.get("/order/"+which.String()).want(t, 200, "All of it arrives between", "wh1 Requested 2 × Blue mug Arrives between Wed 18 Mar 2026")
}

// oncePublished does something between two looks at the catalog.
type oncePublished struct {
	shop.Published
	then atomic.Pointer[func()]
}

func (o *oncePublished) Expected(sku id.SKU) []store.Expected {
	if then := o.then.Swap(nil); then != nil {
		(*then)()
	}
	return o.Published.Expected(sku)
}

// A price that changes when the form was looked at already is refused by the store.
func TestAPriceThatChangesInThatMomentIsNotCharged(t *testing.T) {
	between := &oncePublished{}
	r := newRig(t, func(d *shop.Deps) { between.Published, d.Published = d.Published, between })
	r.list("POT", catalog.Backorder, 0, 0)
	r.stock("wh1", "POT", 5)
	r.pump()
	b := r.customer("maren")
	b.post("/cart/add", "sku", "POT", "quantity", "2")
	form := b.checkout()
	dearer := func() {
		r.do(store.ListProducts{Products: []catalog.Product{{
			SKU: "POT", Name: "Teapot POT", Type: "kitchen", Category: "cups", Price: money.Of(1500, "GBP"), Policy: catalog.Backorder,
		}}})
	}
	between.then.Store(&dearer)
	b.send(http.MethodPost, "/checkout", form).want(t, 409, "The price of Teapot POT is £15.00 by now, not £12.00: look at it again.", "Now £15.00 each, before £12.00", "£30.00")
	if n := r.orders(); n != 0 {
		t.Errorf("%d orders stand, want none", n)
	}
}
