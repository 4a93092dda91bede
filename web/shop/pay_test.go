package shop_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/engine/testpay"
	"crossdock/site/store"
	"crossdock/web/shop"
)

// buy orders two mugs, paid like this, and returns what the customer sees.
func (b *browser) buy(payment, token string) got {
	b.r.t.Helper()
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "2")
	form := b.checkout()
	form.Set("payment", payment)
	form.Set("token", token)
	return b.send(http.MethodPost, "/checkout", form)
}

// orderOf is the order of a page.
func (r *rig) orderOf(path string) order.Order {
	r.t.Helper()
	which, err := id.ParseOrder(path[strings.LastIndex(path, "/")+1:])
	r.must(err)
	o, err := r.store.Lookups().Order(r.t.Context(), which)
	r.must(err)
	return o
}

func TestACardIsCharged(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	g := b.buy("card", testpay.TokenApproved)
	g.want(t, 200, "Thank you. It is yours.", "Card: authorized, taken when a parcel is handed over.")
	page := strings.Replace(g.path, "/placed/", "/order/", 1)
	b.get(page).want(t, 200, "Authorized £5.00", "Payment authorized")
	r.pump()
	r.send(r.orderOf(page), order.SentStage)
	waitFor(t, func() bool { return strings.Contains(text(b.get(page).body), "Captured £5.00") })
	b.get(page).want(t, 200, "Card: £5.00 paid")
}

// send takes the fulfillments of an order as far as a stage.
func (r *rig) send(o order.Order, last order.Stage) {
	r.t.Helper()
	for _, f := range o.Fulfillments {
		for _, to := range []order.Stage{order.Picking, order.PickedStage, order.ReadyStage, order.SentStage, order.DeliveredStage} {
			r.advance(f, to)
			if to == last {
				break
			}
		}
	}
	r.pump()
}

// waitFor waits until something that happens in the background has happened.
func waitFor(t *testing.T, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !happened(); {
		if time.Now().After(deadline) {
			t.Fatal("it never happened")
		}
	}
}

func TestADeclinedCardKeepsTheCart(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	g := b.buy("card", testpay.TokenDeclined)
	g.want(t, 200, "The payment was declined.", "insufficient funds", "nothing is held, nothing is charged", "Your cart is as it was.", "Check out again")
	if o := r.orderOf(g.path); o.Status != order.Voided {
		t.Errorf("the order is %s", o.Status)
	}
	b.get("/cart").want(t, 200, "2 units", "Blue mug")
	if left := r.mugsLeft(); left != 8 {
		t.Errorf("%d mugs are free, want all 8", left)
	}
	form := b.checkout()
	form.Set("payment", "card")
	form.Set("token", testpay.TokenApproved)
	b.send(http.MethodPost, "/checkout", form).want(t, 200, "Thank you. It is yours.")
	b.get("/cart").want(t, 200, "Nothing in it yet")
}

// A reload of the form that was declined is that order, and gives nothing back that
// the customer has thrown out since.
func TestADeclinedFormIsNotReplayed(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "2")
	form := b.checkout()
	form.Set("payment", "card")
	form.Set("token", testpay.TokenDeclined)
	first := b.send(http.MethodPost, "/checkout", form)
	b.post("/cart/remove", "sku", "MUG/1 B")
	again := b.send(http.MethodPost, "/checkout", form)
	again.want(t, 200, "The payment was declined.", "What you ordered is not in your cart any more.")
	if again.path != first.path {
		t.Errorf("the reload led to %s", again.path)
	}
	b.get("/cart").want(t, 200, "Nothing in it yet")
	for range 2 {
		b.post("/order/"+strings.TrimPrefix(first.path, "/placed/")+"/again").want(t, 200, "What you ordered is in your cart.", "2 units")
	}
}

func TestAnUnknownAnswerIsWaitedFor(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	g := b.buy("card", testpay.TokenTimeoutDeclined)
	g.want(t, 200, "It is set aside.", "We wait for your payment's answer.")
	page := strings.Replace(g.path, "/placed/", "/order/", 1)
	b.get(page).want(t, 200, "We wait for the card company", "Card, not yet confirmed")
	b.get("/cart").want(t, 200, "Nothing in it yet")
	if asked := r.orderOf(page).Fulfillments; len(asked) == 0 || !asked[0].Unasked {
		t.Errorf("a warehouse was asked for an order that is not paid: %v", asked)
	}
	waitFor(t, func() bool { return r.orderOf(page).Status == order.Voided })
	b.get(page).want(t, 200, "Payment declined", "insufficient funds")
	b.get(g.path).want(t, 200, "The payment was declined.", "Your cart is as it was.")
	b.get("/cart").want(t, 200, "2 units", "Blue mug")
	b.post("/cart/remove", "sku", "MUG/1 B")
	b.get(page).want(t, 200, "Put it back into the cart")
	for range 2 {
		b.post(page+"/again").want(t, 200, "2 units", "Blue mug")
	}
}

func TestABankTransferIsWaitedFor(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	g := b.buy("bank-transfer", "")
	g.want(t, 200, "We wait for your bank transfer of £5.00. Name order 1 in it.")
	page := strings.Replace(g.path, "/placed/", "/order/", 1)
	b.get(page).want(t, 200, "We wait for your transfer £5.00", "Bank transfer, not yet confirmed")
	r.do(store.ConfirmPayment{Order: r.orderOf(page).ID, Reference: "statement 7"})
	b.get(page).want(t, 200, "Your transfer is here £5.00", "Bank transfer: authorized")
	if said := text(b.get(page).body); strings.Contains(said, "We wait for your bank transfer") {
		t.Error("it still waits for the transfer")
	}
}

func TestOnlyWhatIsOfferedIsTaken(t *testing.T) {
	r := newRig(t, func(d *shop.Deps) { d.Payments, d.TestCards = nil, nil })
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "1")
	said := text(b.get("/checkout").body)
	if !strings.Contains(said, "Pay on delivery") || strings.Contains(said, "Bank transfer") || strings.Contains(said, "Card") {
		t.Errorf("it offers what is not: %s", said)
	}
	form := b.checkout()
	form.Del("payment")
	b.send(http.MethodPost, "/checkout", form).want(t, 422, "Choose how to pay.")
}

// The number of a card is neither taken, nor kept, nor shown again.
func TestACardNumberIsRefused(t *testing.T) {
	const number = "4111111111111111"
	r := newRig(t, func(d *shop.Deps) { d.TestCards = nil }) // the token is typed
	b := r.customer("maren")
	for token, says := range map[string]string{
		number: "looks like the number of a card", "": "needs the token of the card", "tok approved": "has a character other than",
	} {
		g := b.buy("card", token)
		g.want(t, 422, says, "Check out")
		if strings.Contains(g.body, number) || !strings.Contains(g.body, `value="Quay 3"`) {
			t.Errorf("%q: the page repeats the number, or has lost what was typed", token)
		}
	}
	if strings.Contains(r.logged.String(), number) || r.orders() != 0 {
		t.Error("the number is in the log, or an order stands")
	}
}

func TestEveryTestCardHasItsWords(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "1")
	g := b.get("/checkout")
	for _, token := range testpay.Tokens() {
		if !strings.Contains(g.body, `value="`+token+`"`) {
			t.Errorf("the card %s is not offered", token)
		}
	}
	if strings.Contains(text(g.body), "Test card: ") {
		t.Errorf("a card has no words of its own: %s", text(g.body))
	}
	if _, offered := (till{r.company}).Provider(pay.Card); !offered {
		t.Error("the company takes no cards")
	}
}
