package shop_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/warehouse"
)

// advance has a warehouse take the next step of a fulfillment.
func (r *rig) advance(f order.Fulfillment, to order.Stage) {
	r.t.Helper()
	_, err := r.warehouses[f.Warehouse].Do(r.t.Context(), warehouse.Advance{Fulfillment: f.ID, To: to})
	r.must(err)
}

// ordered is a page of an order of seven mugs, five from wh1 and two from wh2.
func (r *rig) ordered(b *browser) string {
	r.t.Helper()
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "7")
	form := b.checkout()
	form.Set("payment", "card")
	form.Set("token", "tok_approved")
	page := strings.Replace(b.send("POST", "/checkout", form).path, "/placed/", "/order/", 1)
	r.pump()
	return page
}

// fields reads the form of an order's page that goes to an address.
func (b *browser) fields(page, action string) url.Values {
	b.r.t.Helper()
	body := b.get(page).body
	form := regexp.MustCompile(`(?s)<form[^>]*action="` + page + "/" + action + `".*?</form>`).FindString(body)
	values := url.Values{}
	for _, in := range regexp.MustCompile(`<input[^>]*>`).FindAllString(form, -1) {
		name := regexp.MustCompile(` name="([^"]*)"`).FindStringSubmatch(in)
		value := regexp.MustCompile(` value="([^"]*)"`).FindStringSubmatch(in)
		values.Set(name[1], value[1])
	}
	return values
}

func TestAnAddressIsChangedUntilItIsPicked(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	page := r.ordered(b)
	form := b.fields(page, "address")
	if form.Get("street") != "Quay 3" || form.Get("key") == "" {
		t.Fatalf("the form holds %v", form)
	}
	b.send("POST", page+"/address", form).want(t, 409, "Order 1 goes there already.")
	form.Set("street", " ")
	form.Set("city", "York")
	g := b.send("POST", page+"/address", form)
	g.want(t, 422, "The street is empty.")
	if !strings.Contains(g.body, `value="York"`) || !regexp.MustCompile(`<details class="fold" id="redirect-form" open`).MatchString(g.body) {
		t.Error("what was typed is lost, or folded away")
	}
	r.advance(r.orderOf(page).Fulfillments[1], order.Picking)
	r.advance(r.orderOf(page).Fulfillments[1], order.PickedStage)
	form.Set("street", "Canal 2")
	g = b.send("POST", page+"/address", form)
	g.want(t, 200, "The warehouses are asked to ship to the new address.", "You asked for another address: Maren Holt, Canal 2, LS1 York.", "Asked to ship to the new address.")
	form2 := b.fields(page, "address")
	form.Set("street", "Canal 3")
	form.Set("key", "01234567-0000-7000-8000-000000000000")
	b.send("POST", page+"/address", form).want(t, 409, "waits for its answer")
	if len(form2) > 0 {
		t.Error("the form is there though a change waits for its answer")
	}
	r.pump()
	b.get(page).want(t, 200, "Ships to the new address.", "It was picked before: it goes to the old address.", "Canal 2", "New address", "A part is picked already")

	r.step(r.orderOf(page).Fulfillments[0], order.Picking, order.PickedStage)
	if said := text(b.get(page).body); !strings.Contains(said, "It is picked: the address cannot be changed any more.") || strings.Contains(said, "Ask to ship there") {
		t.Errorf("it can still be changed: %s", said)
	}
	g = b.send("POST", page+"/address", form)
	g.want(t, 409, "its address cannot be changed any more.")
}

// step takes a fulfillment over steps, and tells the store.
func (r *rig) step(f order.Fulfillment, steps ...order.Stage) {
	r.t.Helper()
	for _, to := range steps {
		r.advance(f, to)
	}
	r.pump()
}

func TestAVoidIsRefusedOncePicked(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	page := r.ordered(b)
	r.step(r.orderOf(page).Fulfillments[0], order.Picking)
	b.get(page).want(t, 200, "The order can be voided until any of it is picked.", "Void this order")
	r.step(r.orderOf(page).Fulfillments[0], order.PickedStage)
	g := b.get(page)
	g.want(t, 200, "Some of it is picked: the order cannot be voided here any more.")
	if strings.Contains(g.body, page+"/void") {
		t.Error("the button is there")
	}
	b.post(page+"/void").want(t, 409, "Order 1 is packed already: ask our customer service.", "Who ships what")
}

func TestUnitsAreSentBack(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	page := r.ordered(b)
	if said := text(b.get(page).body); strings.Contains(said, "Send something back") {
		t.Error("what is not sent can be sent back")
	}
	r.send(r.orderOf(page), order.DeliveredStage)
	b.get(page).want(t, 200, "Send something back", "Blue mug: how many of 7")
	form := b.fields(page, "return")
	for _, c := range []struct {
		units, reason, key string
		status             int
		says               string
	}{
		{"", "Too many", "", 422, "Say of at least one product how many you send back."},
		{"0", "Too many", "", 422, "Say of at least one product how many you send back."},
		{"x", "Too many", "", 422, `The quantity "x" is not a whole number.`},
		{"-1", "Too many", "", 422, "The quantity -1 is below zero."},
		{"2", " ", "", 422, "The reason is empty"},
		{"2", strings.Repeat("w", 201), "", 422, "longer than 200 characters"},
		{"8", "Too many", "", 409, "has 7 units that can come back, not 8."},
		{"2", "Too many", "x", 422, "The form has lost its key"},
	} {
		wrong := url.Values{"key": form["key"], "line-1": {c.units}, "reason": {c.reason}}
		if c.key != "" {
			wrong.Set("key", c.key)
		}
		g := b.send("POST", page+"/return", wrong)
		g.want(t, c.status, c.says)
		if !strings.Contains(g.body, `value="`+c.reason+`"`) || !strings.Contains(g.body, `name="line-1" type="number" value="`+c.units+`"`) {
			t.Errorf("%q, %.10q: what was typed is lost", c.units, c.reason)
		}
	}
	// A second click is no second return.
	form.Set("line-1", "6")
	form.Set("reason", "Too many")
	for range 2 {
		b.send("POST", page+"/return", form).want(t, 200, "Your return is announced.", "5 × Blue mug: on the way back to us", "1 × Blue mug: on the way back to us", "how many of 1")
	}
	r.pump()
	returns, err := r.engine.Returns(t.Context(), r.orderOf(page).ID)
	r.must(err)
	for _, back := range returns {
		r.comeBack(back.Warehouse, back.ID, back.Lines[0].Quantity)
	}
	r.pump()
	b.get(page).want(t, 200, "5 × Blue mug: 4 fine, refunded and 1 damaged, refunded", "1 × Blue mug: 1 damaged, refunded", "Looked at, and refunded")
	waitFor(t, func() bool { return strings.Contains(text(b.get(page).body), "£15.00 of £17.50 given back") })
	b.get(page).want(t, 200, "7 × £2.50 6 sent back £17.50", "Total £17.50 Refunded for what you sent back £15.00")
}

// comeBack has a warehouse receive a return, of which one unit is damaged.
func (r *rig) comeBack(wh id.Site, which id.UUID, units int64) {
	r.t.Helper()
	parts := func(units int64) []order.Part {
		if units == 0 {
			return nil
		}
		return []order.Part{{Line: 1, SKU: "MUG/1 B", Quantity: units}}
	}
	_, err := r.warehouses[wh].Do(r.t.Context(), warehouse.ReceiveReturn{Return: which, Parts: parts(units)})
	r.must(err)
	_, err = r.warehouses[wh].Do(r.t.Context(), warehouse.InspectReturn{Return: which, Good: parts(units - 1), Damaged: parts(1)})
	r.must(err)
}

func TestNobodyChangesAnothersOrder(t *testing.T) {
	r := newRig(t)
	page := r.ordered(r.customer("maren"))
	before := r.orderOf(page)
	other := r.customer("jonas")
	for _, verb := range []string{"void", "drop", "address", "return", "again"} {
		other.post(page+"/"+verb, "line", "1", "line-1", "1", "reason", "x", "name", "x", "street", "x", "postal_code", "x", "city", "x").
			want(t, 404, "You have no such order")
	}
	if after := r.orderOf(page); after.Version != before.Version {
		t.Error("the order was changed")
	}
	other.get("/cart").want(t, 200, "Nothing in it yet")
}
