package store_test

import (
	"fmt"
	"testing"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/site/store"
)

// TestVoid asks each warehouse once, and leaves the decision to them.
func TestVoid(t *testing.T) {
	r := newRig(t, store.Options{})
	o := r.place(want("mug", 7))
	stranger := id.User{UUID: id.UUID{15: 2}}
	r.refused(fault.NotFound, "", store.VoidOrder{Order: o.ID, By: stranger, Reason: "mine"})
	r.refused(fault.NotFound, "", store.VoidOrder{Order: id.Order{UUID: id.UUID{15: 99}}})

	command := store.VoidOrder{Key: store.Key{Name: "v1"}, Order: o.ID, By: customer, Reason: "too blue"}
	got := r.do(command).(order.Order)
	if !got.VoidAsked || got.Status != order.Placed {
		t.Errorf("%s, asked %v", got.Status, got.VoidAsked)
	}
	for _, site := range []id.Site{"wh1", "wh2"} {
		if body, ok := r.last(site).(event.VoidRequested); !ok || body.Order != o.ID || len(body.Parts) > 0 {
			t.Errorf("%s heard %+v", site, r.last(site))
		}
	}
	same(t, "held", 0, r.balance("mug", stock.HeldAt("wh1")))

	before := r.state()
	r.do(command)
	r.do(store.VoidOrder{Order: o.ID})
	same(t, "state after the second void", before, r.state())
	command.Key.BodyHash[0]++
	r.refused(fault.Mismatch, "", command)
}

// TestVoidTooLate refuses a void of an order that is on its way, or is over.
func TestVoidTooLate(t *testing.T) {
	r := newRig(t, store.Options{})
	o := r.place(want("mug", 1))
	r.send(o, 0)
	r.refused(fault.Conflict, "", store.VoidOrder{Order: o.ID})
	r.hear("wh1", o.ID.String(), step(o, 0, order.DeliveredStage, 6))
	r.refused(fault.Conflict, "", store.VoidOrder{Order: o.ID})
	reversed := r.place(want("mug", 99))
	r.refused(fault.Conflict, "", store.VoidOrder{Order: reversed.ID})
}

// TestVoidOfWhatIsPacked is for the staff alone, as long as a part is still here.
func TestVoidOfWhatIsPacked(t *testing.T) {
	r := newRig(t, store.Options{})
	o := r.place(want("mug", 7))
	r.hear("wh1", o.ID.String(), step(o, 0, order.Accepted, 1), step(o, 0, order.Picking, 2))
	picking := r.place(want("pot", 1))
	r.do(store.VoidOrder{Order: picking.ID, By: customer})
	r.hear("wh1", o.ID.String(), step(o, 0, order.PickedStage, 3))
	r.refused(fault.Conflict, "", store.VoidOrder{Order: o.ID, By: customer})
	r.hear("wh1", o.ID.String(), step(o, 0, order.ReadyStage, 4), step(o, 0, order.SentStage, 5))
	r.refused(fault.Conflict, "", store.VoidOrder{Order: o.ID, By: customer})
	r.do(store.VoidOrder{Order: o.ID, Reason: "damaged"})
	same(t, "asked of what was sent, and of what was not", []int64{0, 2},
		[]int64{r.order(o.ID).Fulfillments[0].Lines[0].Asked, r.order(o.ID).Fulfillments[1].Lines[0].Asked})
	r.hear("wh2", o.ID.String(), step(o, 1, order.VoidedStage, 1, order.Part{Line: 1, SKU: "mug", Quantity: 2}))
	got := r.order(o.ID)
	same(t, "status", order.Sent, got.Status)
	same(t, "voided", 2, got.Lines[0].Voided)
	same(t, "reason", "", got.Reason)
}

// TestVoidAgainWithAnotherKey answers as the first void, for good.
func TestVoidAgainWithAnotherKey(t *testing.T) {
	r := newRig(t, store.Options{})
	o := r.place(want("mug", 2))
	r.do(store.VoidOrder{Key: store.Key{Name: "v1"}, Order: o.ID})
	again := store.VoidOrder{Key: store.Key{Name: "v2"}, Order: o.ID}
	r.do(again)
	r.hear("wh1", o.ID.String(), event.VoidRefused{Order: o.ID, Fulfillment: o.Fulfillments[0].ID, Stage: order.SentStage})
	before := r.state()
	r.do(again)
	same(t, "state after the key came again", before, r.state())
}

// TestVoidInPart: what no warehouse was asked for is called off at once, although
// the rest is on its way.
func TestVoidInPart(t *testing.T) {
	r := newAheadRig(t, nil)
	r.expect("wh1", 5)
	o := r.place(want("mug", 1), want("tin", 2))
	r.send(o, 0)
	got := r.do(store.VoidOrder{Order: o.ID}).(order.Order)
	same(t, "status", order.Sent, got.Status)
	same(t, "a void waits", false, got.VoidAsked)
	same(t, "free and sold", [2]int64{5, 0}, r.ahead("wh1"))
	same(t, "money", [4]int64{1350, 450, 900, 0}, r.sums(o.ID))
	same(t, "told", "voided-in-part/7", last(r.notices(o.ID)))
}

// TestVoidRefused takes the question back, so that it can be asked again.
func TestVoidRefused(t *testing.T) {
	r := newRig(t, store.Options{})
	o := r.place(want("mug", 2))
	r.do(store.VoidOrder{Order: o.ID, Reason: "too blue"})
	same(t, "asked", 2, r.order(o.ID).Fulfillments[0].Lines[0].Asked)
	r.hear("wh1", o.ID.String(), event.VoidRefused{Order: o.ID, Fulfillment: o.Fulfillments[0].ID, Stage: order.SentStage})
	got := r.order(o.ID)
	if got.VoidAsked || got.Reason != "" || got.Fulfillments[0].Lines[0].Asked != 0 {
		t.Errorf("still asked: %+v", got)
	}
	same(t, "notices", []string{"placed", "void-refused/wh1"}, r.notices(o.ID))
}

// TestVoidTwiceIsNotRefused does not tell the customer that an order is on its
// way when a warehouse was merely asked a second time.
func TestVoidTwiceIsNotRefused(t *testing.T) {
	r := newRig(t, store.Options{})
	o := r.place(want("mug", 7))
	r.do(r.claim("c1", store.Claim{Order: o.ID, Line: 1, Units: 5}))
	r.do(store.VoidOrder{Order: o.ID, Reason: "too blue"})
	all := order.Part{Line: 1, SKU: "mug", Quantity: 5}
	r.hear("wh1", o.ID.String(), step(o, 0, order.VoidedStage, 1, all),
		event.VoidRefused{Order: o.ID, Fulfillment: o.Fulfillments[0].ID, Stage: order.VoidedStage})
	r.hear("wh2", o.ID.String(), step(o, 1, order.VoidedStage, 1, order.Part{Line: 1, SKU: "mug", Quantity: 2}))
	got := r.order(o.ID)
	same(t, "status", order.Voided, got.Status)
	same(t, "reason", "too blue", got.Reason)
	same(t, "notices", []string{"placed", "voided"}, r.notices(o.ID))
}

func (r *rig) notices(which id.Order) []string {
	r.t.Helper()
	_, notices, err := r.db.Story(r.t.Context(), which)
	if err != nil {
		r.t.Fatal(err)
	}
	var events []string
	for _, n := range notices {
		events = append(events, n.Event)
	}
	return events
}

func (r *rig) claim(key string, claims ...store.Claim) store.TakeBack {
	return store.TakeBack{
		Key: store.Key{Name: key}, Customer: customer, Reason: "canceled",
		Match: func([]order.Order) []store.Claim { return claims },
	}
}

// TestTakeBack voids what is here, returns what is sent, and never claims a unit twice.
func TestTakeBack(t *testing.T) {
	r := newRig(t, store.Options{})
	here := r.place(want("mug", 4), want("mug", 3)) // 5 from wh1, 2 from wh2
	sent := r.place(want("pot", 3))
	r.send(sent, 0)
	var seen []id.Order
	command := r.claim("c1",
		store.Claim{Order: here.ID, Line: 2, Units: 2}, store.Claim{Order: sent.ID, Line: 1, Units: 1},
		store.Claim{Order: here.ID, Line: 2, Units: 1}, store.Claim{Order: sent.ID, Line: 1, Units: 1})
	match := command.Match
	command.Match = func(orders []order.Order) []store.Claim {
		for _, o := range orders {
			seen = append(seen, o.ID)
		}
		return match(orders)
	}
	same(t, "taken", store.TakenBack{Voided: 3, Returned: 2}, r.do(command).(store.TakenBack))
	same(t, "orders shown, newest first", []id.Order{sent.ID, here.ID}, seen)

	returned := r.last("wh1").(event.ReturnAnnounced)
	same(t, "returned at wh1", []order.Part{{Line: 1, SKU: "pot", Quantity: 2}}, returned.Parts)
	same(t, "voided at wh2", []order.Part{{Line: 2, SKU: "mug", Quantity: 2}}, r.last("wh2").(event.VoidRequested).Parts)
	var asked int64
	for _, f := range r.order(here.ID).Fulfillments {
		for _, part := range f.Lines {
			asked += part.Asked
		}
	}
	same(t, "asked", 3, asked)
	same(t, "back", 2, r.order(sent.ID).Lines[0].Returned)

	same(t, "again", store.TakenBack{Repeat: true}, r.do(command).(store.TakenBack))
	r.refused(fault.Conflict, "", r.claim("c2", store.Claim{Order: here.ID, Line: 2, Units: 1}))
	r.refused(fault.Conflict, "", r.claim("c3", store.Claim{Order: here.ID, Line: 1, Units: 4}, store.Claim{Order: sent.ID, Line: 1, Units: 2}))
	r.refused(fault.Conflict, "", r.claim("c4", store.Claim{Order: here.ID, Line: 9, Units: 1}))
	same(t, "the rest", store.TakenBack{Returned: 1}, r.do(r.claim("c5", store.Claim{Order: sent.ID, Line: 1, Units: 1})).(store.TakenBack))
	same(t, "status", order.Returned, r.order(sent.ID).Status)
}

// TestReturnsHaveNames gives each return without a key a name of its own: the
// warehouse books its movements under it.
func TestReturnsHaveNames(t *testing.T) {
	r := newRig(t, store.Options{})
	o := r.place(want("pot", 2))
	r.send(o, 0)
	names := map[string]bool{}
	for range 2 {
		r.do(r.claim("", store.Claim{Order: o.ID, Line: 1, Units: 1}))
		names[fmt.Sprint(r.last("wh1").(event.ReturnAnnounced).Return)] = true
	}
	same(t, "names", 2, len(names))
}

// TestRefusedTakeBack lets units be claimed again after the warehouse refused.
func TestRefusedTakeBack(t *testing.T) {
	r := newRig(t, store.Options{})
	o := r.place(want("pot", 2))
	r.do(r.claim("c1", store.Claim{Order: o.ID, Line: 1, Units: 2}))
	r.refused(fault.Conflict, "", r.claim("c2", store.Claim{Order: o.ID, Line: 1, Units: 1}))
	r.send(o, 0)
	r.hear("wh1", o.ID.String(), event.VoidRefused{Order: o.ID, Fulfillment: o.Fulfillments[0].ID, Stage: order.SentStage})
	same(t, "now", store.TakenBack{Returned: 1}, r.do(r.claim("c2", store.Claim{Order: o.ID, Line: 1, Units: 1})).(store.TakenBack))
}
