package store_test

import (
	"slices"
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/site/store"
)

// takeOf takes units of a SKU back from the orders that still have some, newest
// first, and asks for older ones while it is short of them.
func takeOf(key string, sku id.SKU, units int64, shown *[]int) store.TakeBack {
	return store.TakeBack{Key: store.Key{Name: key}, Customer: customer, Reason: "canceled", Match: func(orders []order.Order) []store.Claim {
		if shown != nil {
			*shown = append(*shown, len(orders))
		}
		left := units
		var claims []store.Claim
		for _, o := range orders {
			for _, line := range o.Lines {
				if take := min(left, line.Quantity-line.Voided); line.SKU == sku && take > 0 {
					claims = append(claims, store.Claim{Order: o.ID, Line: line.Number, Units: take})
					left -= take
				}
			}
		}
		if left > 0 {
			claims = append(claims, store.Claim{Units: left})
		}
		return claims
	}}
}

// TestTakeBackPages walks on to older orders until the units are found, with no more
// orders at hand than a page and those that it takes from.
func TestTakeBackPages(t *testing.T) {
	r := newRig(t, store.Options{})
	r.hear("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 500}))
	oldest := r.place(want("pot", 1))
	for range 120 {
		r.place(want("mug", 1))
	}
	middle := r.place(want("pot", 1))
	for range 120 {
		r.place(want("mug", 1))
	}
	newest := r.place(want("pot", 1))
	var shown []int
	taken := r.do(takeOf("c1", "pot", 3, &shown)).(store.TakenBack)
	same(t, "taken", store.TakenBack{Voided: 3}, taken)
	for _, o := range []order.Order{oldest, middle, newest} {
		same(t, "asked for", 1, r.order(o.ID).Fulfillments[0].Lines[0].Asked)
	}
	same(t, "pages", 3, len(shown))
	if most := slices.Max(shown); most > 103 {
		t.Errorf("%d orders were at hand at once", most)
	}
	shown = nil
	r.do(takeOf("c2", "mug", 2, &shown))
	same(t, "pages where the first has all", 1, len(shown))
	shown = nil
	same(t, "of what nobody bought", store.TakenBack{}, r.do(takeOf("c3", "tin", 1, &shown)).(store.TakenBack))
	same(t, "pages where none has it", 3, len(shown))
}

// TestTakeBackStaged finds orders of the same batch, each once, beside those that
// are in the database.
func TestTakeBackStaged(t *testing.T) {
	r := newRig(t, store.Options{})
	r.place(want("pot", 1))
	var shown []int
	jobs := r.queue(order1(want("pot", 1)), order1(want("mug", 1)), takeOf("c1", "pot", 2, &shown))
	answer, err := jobs[2].Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "taken", store.TakenBack{Voided: 2}, answer.(store.TakenBack))
	same(t, "orders at hand", []int{3}, shown)
}

// newPreorder has tins that are released in 30 days, and quota of some at wh1.
func newPreorder(t *testing.T, payments store.Payments) *rig {
	r := newPaidRig(t, store.Options{}, payments)
	tin, pot := product("tin"), product("pot")
	for _, p := range []*catalog.Product{&tin, &pot} {
		p.Policy, p.ReleaseOn = catalog.Preorder, today.Add(30)
	}
	r.do(store.ListProducts{Products: []catalog.Product{tin, pot}})
	r.hear("wh1", "quota", r.grant(id.Grant{}, tins(5)))
	return r
}

// TestTakeBackUnreleased calls off at once what no warehouse was asked for, and asks
// for the rest of it on its day.
func TestTakeBackUnreleased(t *testing.T) {
	r := newPreorder(t, nil)
	o := r.place(want("tin", 3), want("pot", 2), want("mug", 1))
	taken := r.do(r.claim("c1", store.Claim{Order: o.ID, Line: 1, Units: 3}, store.Claim{Order: o.ID, Line: 2, Units: 1})).(store.TakenBack)
	same(t, "taken", store.TakenBack{Voided: 4}, taken)
	got := r.order(o.ID)
	same(t, "voided", [3]int64{3, 1, 0}, [3]int64{got.Lines[0].Voided, got.Lines[1].Voided, got.Lines[2].Voided})
	same(t, "tins free again", 5, r.balance("tin", stock.HeldAt("wh1")))
	same(t, "pots", [2]int64{3, 1}, [2]int64{r.balance("pot", stock.HeldAt("wh1")), r.balance("pot", stock.PromisedAt("wh1"))})
	same(t, "money let go", 3*450+450, r.money(o.ID).Canceled().Minor)
	if void, said := r.last("wh1").(event.VoidRequested); said {
		t.Errorf("wh1 is asked to call off what it does not know of: %+v", void)
	}
	r.refused(fault.Conflict, "", r.claim("c2", store.Claim{Order: o.ID, Line: 1, Units: 1}))
	r.reopen()
	r.clock.move(31 * 24 * time.Hour)
	r.do(store.Tick{})
	requests := r.requested("wh1", o.ID)
	same(t, "asked for on the day of release", []event.Line{{Line: 2, SKU: "pot", Name: requests[len(requests)-1].Lines[0].Name, Quantity: 1}}, requests[len(requests)-1].Lines)
	same(t, "requests", 2, len(requests))

	whole := newPreorder(t, nil)
	o = whole.place(want("tin", 2))
	whole.do(takeOf("c1", "tin", 2, nil))
	same(t, "an order of nothing else", order.Voided, whole.order(o.ID).Status)
	same(t, "why", "canceled", whole.order(o.ID).Reason)
}

// TestTakeBackUnpaid calls units of an order off that waits for its payment; when it
// is paid, the warehouse is asked for the others alone.
func TestTakeBackUnpaid(t *testing.T) {
	r := newPaidRig(t, store.Options{}, till{})
	command := order1(want("mug", 3))
	command.Payment = pay.BankTransfer
	o := r.buy(command)
	same(t, "unpaid", true, o.Unpaid)
	same(t, "taken", store.TakenBack{Voided: 1}, r.do(takeOf("c1", "mug", 1, nil)).(store.TakenBack))
	same(t, "mugs", [4]int64{3, 3, 0, 0}, r.mugs())
	r.do(store.ConfirmPayment{Order: o.ID})
	requests := r.requested("wh1", o.ID)
	if len(requests) != 1 || requests[0].Lines[0].Quantity != 2 {
		t.Errorf("asked for %+v", requests)
	}
	other := r.buy(command)
	r.do(r.claim("c2", store.Claim{Order: other.ID, Line: 1, Units: 3}))
	got := r.order(other.ID)
	same(t, "all of it", order.Voided, got.Status)
	same(t, "waits for money", false, got.Unpaid)
}

// TestTakeBackWhileMoving takes back what one warehouse is to let go of for another:
// the other ships what is left of it, and has nothing kept for the rest.
func TestTakeBackWhileMoving(t *testing.T) {
	for units, c := range map[int64]struct {
		reserved int64
		moveTo   id.Site
	}{5: {2, "wh1"}, 6: {1, "wh1"}, 7: {0, ""}} { // 5 are at wh1, the 2 of wh2 move there
		r, o := newSplit(t, [2]order.Stage{order.Accepted, order.Accepted})
		r.do(store.Tick{})
		same(t, "moves to", "wh1", r.order(o.ID).Fulfillments[1].MoveTo)
		same(t, "taken", store.TakenBack{Voided: units}, r.do(r.claim("c1", store.Claim{Order: o.ID, Line: 1, Units: units})).(store.TakenBack))
		same(t, "mugs", [4]int64{3 - c.reserved, 1, c.reserved, 0}, r.mugs())
		same(t, "moves on to", c.moveTo, r.order(o.ID).Fulfillments[1].MoveTo)
		r.refused(fault.Conflict, "", r.claim("c2", store.Claim{Order: o.ID, Line: 1, Units: 8 - units}))

		r.reopen()
		r.hear("wh2", o.ID.String(), voidedWhole(o, 1, 2))
		got := r.order(o.ID)
		same(t, "voided", 2-c.reserved, got.Lines[0].Voided)
		same(t, "waiting", 0, len(got.Waiting))
		same(t, "promised at wh1", 5+c.reserved, r.balance("mug", stock.PromisedAt("wh1")))
		r.hear("wh1", o.ID.String(), step(o, 0, order.VoidedStage, 2, order.Part{Line: 1, SKU: "mug", Quantity: 5}))
		same(t, "in the end", units, r.order(o.ID).Lines[0].Voided)
		same(t, "voided", units == 7, r.order(o.ID).Status == order.Voided)
		same(t, "parked", 0, len(r.state().Parked))
	}
}

// TestTakeBackOfARefusedMove: the warehouse has sent what was to move, so it can be
// claimed once more, as a return.
func TestTakeBackOfARefusedMove(t *testing.T) {
	r, o := newSplit(t, [2]order.Stage{order.Accepted, order.Accepted})
	r.do(store.Tick{})
	r.do(r.claim("c1", store.Claim{Order: o.ID, Line: 1, Units: 6}))
	for n, to := range []order.Stage{order.Picking, order.PickedStage, order.ReadyStage, order.SentStage} {
		r.hear("wh2", o.ID.String(), step(o, 1, to, n+2))
	}
	r.hear("wh2", o.ID.String(), event.VoidRefused{Order: o.ID, Fulfillment: o.Fulfillments[1].ID, Stage: order.SentStage})
	same(t, "mugs", [4]int64{3, 1, 0, 0}, r.mugs())
	same(t, "taken", store.TakenBack{Returned: 2}, r.do(r.claim("c2", store.Claim{Order: o.ID, Line: 1, Units: 2})).(store.TakenBack))
}
