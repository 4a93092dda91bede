package store_test

import (
	"testing"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
)

// elsewhere is another address in the district of order1.
var elsewhere = order.Address{Name: "Ann", Street: "Mill Lane 7", District: "north"}

func answer(o order.Order, i int, done bool, stage order.Stage) event.RedirectAnswered {
	return event.RedirectAnswered{Order: o.ID, Fulfillment: o.Fulfillments[i].ID, Done: done, Stage: stage}
}

// TestRedirect goes to the new address when all warehouses have answered, as far
// as they have not packed it.
func TestRedirect(t *testing.T) {
	for name, c := range map[string]struct {
		answers [2]bool
		street  string
		told    string
	}{
		"both agree":    {[2]bool{true, true}, elsewhere.Street, "redirected/4"},
		"one is packed": {[2]bool{false, true}, elsewhere.Street, "redirected/4"},
		"both refuse":   {[2]bool{false, false}, "", "redirect-refused/4"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, store.Options{})
			o := r.place(want("mug", 7))
			command := store.ChangeAddress{Key: store.Key{Name: "a1"}, Order: o.ID, By: customer, Address: elsewhere}
			got := r.do(command).(order.Order)
			same(t, "address before anybody has answered", o.Address, got.Address)
			same(t, "wh2 is asked", elsewhere, r.last("wh2").(event.RedirectRequested).Address)
			before := r.state()
			same(t, "again", got, r.do(command).(order.Order))
			same(t, "state after the second time", before, r.state())
			command.Key.BodyHash[0]++
			r.refused(fault.Mismatch, "", command)
			r.refused(fault.Conflict, "", store.ChangeAddress{Order: o.ID, Address: order.Address{Name: "Bob", District: "north"}})

			r.hear("wh1", o.ID.String(), answer(o, 0, c.answers[0], order.PickedStage))
			same(t, "address while one is silent", "", r.order(o.ID).Address.Street)
			r.reopen()
			r.hear("wh2", o.ID.String(), answer(o, 1, c.answers[1], order.PickedStage))
			got = r.order(o.ID)
			same(t, "street", c.street, got.Address.Street)
			same(t, "told", []string{"placed", c.told}, r.notices(o.ID))
			if got.NewAddress != nil {
				t.Error("the change still waits")
			}
			r.hear("wh2", o.ID.String(), answer(o, 1, true, order.PickedStage))
			same(t, "after a second answer", got, r.order(o.ID))
		})
	}
}

// TestRedirectAtOnce changes the address of what no warehouse knows of.
func TestRedirectAtOnce(t *testing.T) {
	r := newAheadRig(t, nil)
	r.expect("wh1", 5)
	o := r.place(want("tin", 2))
	got := r.do(store.ChangeAddress{Order: o.ID, Address: elsewhere}).(order.Order)
	same(t, "address", elsewhere, got.Address)
	same(t, "told", []string{"placed", "redirected/2"}, r.notices(o.ID))
	r.hear("wh1", "quota", r.grant(id.Grant{}, tins(2)))
	same(t, "wh1 ships to", elsewhere, r.requested("wh1", o.ID)[0].Address)
}

// TestRedirectWhileFilling: what comes in while a change waits for its answer goes
// to the new address.
func TestRedirectWhileFilling(t *testing.T) {
	r := newAheadRig(t, nil)
	r.expect("wh1", 5)
	o := r.place(want("mug", 1), want("tin", 2))
	r.do(store.ChangeAddress{Order: o.ID, Address: elsewhere})
	r.hear("wh1", "quota", r.grant(id.Grant{}, tins(2)))
	same(t, "the tins go to", elsewhere, r.requested("wh1", o.ID)[1].Address)
	r.hear("wh1", o.ID.String(), answer(o, 0, false, order.PickedStage))
	got := r.order(o.ID)
	same(t, "address", elsewhere, got.Address)
	same(t, "redirected", []order.Redirect{order.RedirectRefused, order.Redirected}, []order.Redirect{got.Fulfillments[0].Redirect, got.Fulfillments[1].Redirect})
}

// TestRedirectOfWhatIsMoved: a warehouse that has let its part go for another one
// has not refused anything.
func TestRedirectOfWhatIsMoved(t *testing.T) {
	r, o := newSplit(t, [2]order.Stage{order.Accepted, order.Accepted})
	r.do(store.Tick{})
	r.do(store.ChangeAddress{Order: o.ID, Address: elsewhere})
	r.hear("wh2", o.ID.String(), voidedWhole(o, 1, 2), answer(o, 1, false, order.VoidedStage))
	same(t, "wh1 ships the rest to", elsewhere, r.requested("wh1", o.ID)[1].Address)
	r.hear("wh1", o.ID.String(), answer(o, 0, true, order.Accepted))
	same(t, "address", elsewhere, r.order(o.ID).Address)
	_, notices, err := r.db.Story(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "told", "Your order 1 goes to the new address.", last(notices).Text)
}

// TestRedirectOfWhatIsVoided says nothing of an address when nothing is shipped.
func TestRedirectOfWhatIsVoided(t *testing.T) {
	r := newRig(t, store.Options{})
	o := r.place(want("mug", 2))
	r.do(store.ChangeAddress{Order: o.ID, Address: elsewhere})
	r.do(store.VoidOrder{Order: o.ID})
	r.hear("wh1", o.ID.String(), voidedWhole(o, 0, 1), answer(o, 0, false, order.VoidedStage))
	same(t, "told", []string{"placed", "voided"}, r.notices(o.ID))
	if r.order(o.ID).NewAddress != nil {
		t.Error("the change still waits")
	}
}

// TestRedirectRefused refuses what cannot come about.
func TestRedirectRefused(t *testing.T) {
	r := newRig(t, store.Options{})
	o := r.place(want("mug", 2))
	r.refused(fault.NotFound, "", store.ChangeAddress{Order: o.ID, By: id.User{UUID: id.UUID{15: 2}}, Address: elsewhere})
	r.refused(fault.Invalid, "name", store.ChangeAddress{Order: o.ID, Address: order.Address{District: "north"}})
	r.refused(fault.Conflict, "district", store.ChangeAddress{Order: o.ID, Address: order.Address{Name: "Ann", District: "south"}})
	r.refused(fault.Conflict, "", store.ChangeAddress{Order: o.ID, Address: o.Address})
	for n, to := range []order.Stage{order.Accepted, order.Picking, order.PickedStage} {
		r.hear("wh1", o.ID.String(), step(o, 0, to, n+1))
	}
	r.refused(fault.Conflict, "", store.ChangeAddress{Order: o.ID, Address: elsewhere})
	r.refused(fault.Conflict, "", store.ChangeAddress{Order: r.place(want("mug", 99)).ID, Address: elsewhere})
	r.hear("wh2", o.ID.String(), answer(o, 0, true, order.PickedStage))
	same(t, "parked: it is not wh2's", 1, len(r.state().Parked))
}
