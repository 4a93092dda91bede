package shop_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/warehouse"
)

func TestACustomerOrdersOverBothWarehouses(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.get("/").want(t, 200, "32 products", "Open an account")
	b.post("/register", "username", "maren", "password", password, "district", "north", "email", "m@example.org").
		want(t, 200, "Welcome. Your account is open.", "maren")
	b.get("/catalog?type=kitchen").want(t, 200, "31 products", "Blue mug", "Page 1 of 2")
	b.get("/catalog?type=kitchen&page=2").want(t, 200, "Spoon 29", "Page 2 of 2")
	if g := b.get("/catalog?type=kitchen&page=999"); g.path != "/catalog?page=2&type=kitchen" {
		t.Errorf("a page that is not there led to %s", g.path)
	}
	b.get("/catalog?q=blue").want(t, 200, "1 product ", "Blue mug", "at 2 warehouses")
	b.get("/product/MUG%2F1%20B").want(t, 200, "It holds tea.", "Only 8 left", "wh1 5 units", "wh2 3 units", "The North ship from wh1 first")

	g := b.post("/cart/add", "sku", "MUG/1 B", "quantity", "7")
	g.want(t, 200, "It is in your cart.", "£17.50")
	if g.path != "/cart" {
		t.Errorf("adding led to %s", g.path)
	}
	b.get("/checkout").want(t, 200, "2 parcels, from wh1 and wh2.", "5 × Blue mug", "2 × Blue mug", "kept for you until")

	g = b.send(http.MethodPost, "/checkout", b.checkout())
	g.want(t, 200, "Thank you.", "2 parcels from wh1 and wh2")
	page := strings.Replace(g.path, "/placed/", "/order/", 1)
	b.get(page).want(t, 200, "Order placed", "Quay 3", "The North", "wh1", "wh2", "Requested", "We have your order 1", "Void this order")
	b.get("/profile").want(t, 200, "1 order", "7 units", "£17.50", "Placed")
	b.get("/cart").want(t, 200, "Nothing in it yet")
	b.get("/checkout").want(t, 200, "There is nothing in your cart to check out.")

	r.pump()
	b.get(page).want(t, 200, "Accepted")
	b.get("/product/MUG%2F1%20B").want(t, 200, "Only 1 left", "wh1 0 units", "wh2 1 unit")
}

func TestAnOrderIsVoidedByItsCustomer(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "2")
	page := strings.Replace(b.send(http.MethodPost, "/checkout", b.checkout()).path, "/placed/", "/order/", 1)
	r.pump()
	b.get(page).want(t, 200, "Void this order", "This cannot be taken back.", "Yes, void order 1")
	g := b.post(page + "/void")
	g.want(t, 200, "Placed Void asked for You asked to void this order. The warehouses decide")
	if strings.Contains(text(g.body), "Void this order") || strings.Contains(text(g.body), "Yes, void") {
		t.Error("the button is there though a void was asked for")
	}
	r.pump()
	g = b.get(page)
	g.want(t, 200, "Voided This order does not stand", "Called off by the customer", "Nothing was charged")
	if strings.Contains(text(g.body), "The warehouses decide") {
		t.Error("the warehouses have decided, and the page says that they are asked")
	}
	b.post(page+"/void").want(t, 409, "This order is voided already.")
	b.get("/product/MUG%2F1%20B").want(t, 200, "Only 8 left")
}

func TestASentOrderHasNoVoidButton(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "1")
	page := strings.Replace(b.send(http.MethodPost, "/checkout", b.checkout()).path, "/placed/", "/order/", 1)
	r.pump()
	which, err := id.ParseOrder(strings.TrimPrefix(page, "/order/"))
	r.must(err)
	o, err := r.store.Lookups().Order(t.Context(), which)
	r.must(err)
	for _, to := range []order.Stage{order.Picking, order.PickedStage, order.ReadyStage, order.SentStage} {
		_, err := r.warehouses["wh1"].Do(t.Context(), warehouse.Advance{Fulfillment: o.Fulfillments[0].ID, To: to})
		r.must(err)
	}
	r.pump()
	g := b.get(page)
	g.want(t, 200, "Sent", "Handed to the carrier", "can be returned")
	if strings.Contains(g.body, page+"/void") {
		t.Error("a sent order has a void button")
	}
	b.post(page+"/void").want(t, 409, "This order was sent", "can be returned")
}

func TestAnOrderThatIsShortIsVoidedAndKeepsTheCart(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "9")
	b.post("/cart/add", "sku", "SP07", "quantity", "1")
	b.get("/checkout").want(t, 200, "This order cannot be placed as it is", "you asked for 9, and 8 can be promised: 1 unit is missing.",
		"Go back to the cart", "Try to place it all the same", "the order is voided at once")
	if said := text(b.get("/checkout").body); strings.Contains(said, "kept for you") {
		t.Errorf("units are kept for an order that cannot be placed: %s", said)
	}
	g := b.send(http.MethodPost, "/checkout", b.checkout())
	g.want(t, 200, "We could not promise all of it.", "you asked for 9, and 8 can be promised", "Your cart is as it was.")
	if !strings.HasPrefix(g.path, "/placed/") {
		t.Errorf("led to %s", g.path)
	}
	b.get("/cart").want(t, 200, "10 units")
	b.get("/product/MUG%2F1%20B").want(t, 200, "Only 8 left")
}

func TestTwoClicksPlaceOneOrder(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "1")
	form := b.checkout()
	paths := make([]string, 8)
	var wait sync.WaitGroup
	for i := range paths {
		wait.Go(func() {
			g, err := b.try(http.MethodPost, "/checkout", form)
			if err != nil || g.status != 200 {
				t.Errorf("click %d: %d at %s, %v", i, g.status, g.path, err)
			}
			paths[i] = g.path
		})
	}
	wait.Wait()
	for _, path := range paths {
		if path != paths[0] || !strings.HasPrefix(path, "/placed/") {
			t.Errorf("clicks led to %q", paths)
			break
		}
	}
	if n := r.orders(); n != 1 {
		t.Errorf("%d orders stand, want 1", n)
	}
	// A reload much later, with other things in the cart, is still that order.
	b.post("/cart/add", "sku", "SP07", "quantity", "1")
	if g := b.send(http.MethodPost, "/checkout", form); g.path != paths[0] {
		t.Errorf("the reload led to %s", g.path)
	}
	b.get("/cart").want(t, 200, "Spoon 07")
}

func TestAChangedFormIsNotOrderedTwice(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "2")
	form := b.checkout()
	page := strings.Replace(b.send(http.MethodPost, "/checkout", form).path, "/placed/", "/order/", 1)
	// Back, another street, and once more; with things in the cart, or none.
	form.Set("street", "Another one")
	for range 2 {
		g := b.send(http.MethodPost, "/checkout", form)
		g.want(t, 200, "This was ordered already as order 1,", "Quay 3")
		if g.path != page || strings.Contains(g.body, "Another one") {
			t.Errorf("the changed form led to %s", g.path)
		}
		b.post("/cart/add", "sku", "SP07", "quantity", "1")
	}
	b.get("/cart").want(t, 200, "2 units", "Spoon 07")
	b.post(page + "/void")
	r.pump()
	b.send(http.MethodPost, "/checkout", form).want(t, 200, "This was ordered already as order 1, which is voided.", "View cart")
	if n := r.orders(); n != 1 {
		t.Errorf("%d orders stand, want 1", n)
	}
	// The key is worth nothing to anybody else.
	other := r.customer("jonas")
	other.post("/cart/add", "sku", "MUG/1 B", "quantity", "2")
	g := other.send(http.MethodPost, "/checkout", form)
	g.want(t, 200, "Thank you.")
	if strings.Replace(g.path, "/placed/", "/order/", 1) == page {
		t.Error("somebody else's key led to the order")
	}
}

func TestAMadeUpFlashSaysNothing(t *testing.T) {
	for cookie, says := range map[string]string{
		"ordered.8": "as order 8,", "ordered": "", "ordered.x": "", "ordered.-8": "", "saved": "Your data is saved.", "saved.8": "", "none": "",
	} {
		b := newRig(t).browser()
		b.header.Set("Cookie", "crossdock-flash="+cookie)
		body := b.get("/cart").body
		if says != "" && !strings.Contains(body, says) {
			t.Errorf("%s does not say %q", cookie, says)
		}
		if shown := strings.Contains(body, `class="notice`); shown != (says != "") {
			t.Errorf("%s: a message is shown: %t", cookie, shown)
		}
	}
}

func TestWhatWasNotSeenIsNotOrdered(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "1")
	form := b.checkout()
	b.post("/cart/add", "sku", "SP07", "quantity", "50")
	b.send(http.MethodPost, "/checkout", form).want(t, 409, "has changed since you saw this page", "50 × Spoon 07")
	if n := r.orders(); n != 0 {
		t.Errorf("%d orders stand, want none", n)
	}
}

func TestAGuestsCartComesAlong(t *testing.T) {
	r := newRig(t)
	before := r.customer("maren")
	before.post("/cart/add", "sku", "SP07", "quantity", "2")
	before.post("/cart/add", "sku", "MUG/1 B", "quantity", "1")

	b := r.browser()
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "3").want(t, 200, "Blue mug")
	g := b.get("/checkout")
	if g.path != "/login?next=%2Fcheckout" {
		t.Fatalf("a guest's checkout led to %s", g.path)
	}
	g = b.post("/login", "username", "MAREN", "password", password, "next", "/checkout")
	g.want(t, 200, "3 × Blue mug", "2 × Spoon 07", "this one are joined", "the larger quantity is kept")
	if g.path != "/checkout" {
		t.Errorf("log-in led to %s", g.path)
	}
	b.post("/logout")
	b.get("/cart").want(t, 200, "Nothing in it yet")

	b.post("/cart/add", "sku", "LAMP", "quantity", "1")
	g = b.post("/register", "username", "jonas", "password", password, "district", "north")
	g.want(t, 200, "Your account is open.")
	if strings.Contains(text(g.body), "joined") {
		t.Error("a cart that was alone is said to be joined")
	}
}

func TestACartIsChanged(t *testing.T) {
	b := newRig(t).browser()
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "3")
	b.post("/cart/add", "sku", "SP07", "quantity", "1")
	b.post("/cart/set", "sku", "MUG/1 B", "quantity", "4").want(t, 200, "Your cart is changed.", "£10.00", "5 units")
	b.post("/cart/set", "sku", "SP07", "quantity", "0").want(t, 200, "4 units")
	b.post("/cart/remove", "sku", "MUG/1 B").want(t, 200, "Nothing in it yet")
	b.post("/cart/remove", "sku", "MUG/1 B").want(t, 200, "Nothing in it yet")
}

func TestTheProfileIsChanged(t *testing.T) {
	b := newRig(t).customer("maren")
	b.post("/profile", "district", "", "email", "m@example", "phone", "1").want(t, 422, "3 fields need your attention",
		"Choose the district that we deliver to.", "no dot follows the @", "The phone has fewer than 5 digits.")
	b.post("/profile", "district", "south", "email", "m@example.org", "phone", "+44 113 496").want(t, 200, "Your data is saved.")
	g := b.get("/profile")
	if !strings.Contains(g.body, "m@example.org") {
		t.Error("the e-mail address was not kept")
	}
	b.get("/product/SP07").want(t, 200, "The South ship from wh2 first")
}
