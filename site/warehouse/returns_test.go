package warehouse_test

import (
	"fmt"
	"testing"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/site/warehouse"
)

func some(units int64) []order.Part { return []order.Part{{Line: 1, Quantity: units}} }

// sent is a rig whose store has had 3 of 5 mugs shipped.
func sent(t *testing.T) (*rig, event.FulfillmentRequested) {
	r := newRig(t, warehouse.Options{})
	r.receive("mug", 5)
	m := r.request("store", event.Line{SKU: "mug", Quantity: 3})
	r.advance(m.Fulfillment, order.Picking, order.PickedStage, order.ReadyStage, order.SentStage)
	return r, m
}

// askReturn has the store announce a return, and returns its identifier.
func (r *rig) askReturn(m event.FulfillmentRequested, units int64) id.UUID {
	which := r.New()
	r.hear("store", m.Order.String(), event.ReturnRequested{
		Order: m.Order, Fulfillment: m.Fulfillment, Return: which, Number: 1, Parts: some(units), Reason: "blue",
	})
	return which
}

// places tells where the mugs are.
func (r *rig) places() string {
	units := func(kind stock.Kind) int64 { return r.balance("mug", stock.Account{Kind: kind}) }
	return fmt.Sprint("customer ", units(stock.Customer), ", quarantine ", units(stock.Quarantine), ", damaged ",
		units(stock.Damaged), ", quota ", r.balance("mug", quota))
}

// TestReturnOrder receives and inspects a return in parts, and tells the store of
// each step what it adds up to.
func TestReturnOrder(t *testing.T) {
	r, m := sent(t)
	which := r.askReturn(m, 3)
	for _, c := range []struct {
		command any
		places  string
		state   fulfillment.ReturnState
	}{
		{warehouse.ReceiveReturn{Return: which, Parts: some(2)}, "customer 1, quarantine 2, damaged 0, quota 2", fulfillment.ReturnReceived},
		{warehouse.InspectReturn{Return: which, Good: some(1)}, "customer 1, quarantine 1, damaged 0, quota 3", fulfillment.ReturnReceived},
		{warehouse.ReceiveReturn{Return: which, Parts: some(1)}, "customer 0, quarantine 2, damaged 0, quota 3", fulfillment.ReturnReceived},
		{warehouse.InspectReturn{Return: which, Good: some(1), Damaged: some(1)}, "customer 0, quarantine 0, damaged 1, quota 4", fulfillment.ReturnInspected},
	} {
		answer := r.do(c.command).(warehouse.Returned)
		stored, err := r.site.Return(t.Context(), which)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "answer", stored, answer.Return)
		same(t, "state", c.state, stored.State)
		same(t, "places", c.places, r.places())
	}
	part := func(units int64) []order.Part { return []order.Part{{Line: 1, SKU: "mug", Quantity: units}} }
	same(t, "received", []event.ReturnReceived{
		{Order: m.Order, Fulfillment: m.Fulfillment, Return: which, Parts: part(2)},
		{Order: m.Order, Fulfillment: m.Fulfillment, Return: which, Parts: part(3)},
	}, said[event.ReturnReceived](r))
	same(t, "inspected", []event.ReturnInspected{
		{Order: m.Order, Fulfillment: m.Fulfillment, Return: which, Good: part(1)},
		{Order: m.Order, Fulfillment: m.Fulfillment, Return: which, Good: part(2), Damaged: part(1)},
	}, said[event.ReturnInspected](r))
	f := r.fulfillment(m.Fulfillment)
	same(t, "returned", 3, f.Lines[0].Returned)
	story, err := r.site.Story(t.Context(), f.ID)
	if err != nil || len(story) != f.Version || story[f.Version-1].Text != "blue" {
		t.Errorf("%d versions, story %+v, %v", f.Version, story, err)
	}
	same(t, "parked", 0, len(r.state().Parked))
}

// TestReturnRefused: neither more than was asked for nor more than is there, and
// nothing is changed.
func TestReturnRefused(t *testing.T) {
	r, m := sent(t)
	which := r.askReturn(m, 2)
	r.refused(fault.NotFound, warehouse.ReceiveReturn{Return: id.UUID{1}, Parts: some(1)})
	r.refused(fault.NotFound, warehouse.InspectReturn{Return: id.UUID{1}, Good: some(1)})
	r.refused(fault.Conflict, warehouse.ReceiveReturn{Return: which, Parts: some(3)})
	r.refused(fault.Conflict, warehouse.ReceiveReturn{Return: which})
	r.refused(fault.Conflict, warehouse.InspectReturn{Return: which, Good: some(1)})
	r.do(warehouse.ReceiveReturn{Return: which, Parts: some(1)})
	r.refused(fault.Conflict, warehouse.ReceiveReturn{Return: which, Parts: some(2)})
	r.refused(fault.Conflict, warehouse.InspectReturn{Return: which, Good: some(1), Damaged: some(1)})
	r.refused(fault.Conflict, warehouse.InspectReturn{Return: which})
	second := r.askReturn(m, 2) // both together are more than was sent
	r.do(warehouse.ReceiveReturn{Return: second, Parts: some(2)})
	r.refused(fault.Conflict, warehouse.ReceiveReturn{Return: which, Parts: some(1)})
	same(t, "parked", 0, len(r.state().Parked))
}

// TestBadReturnRequests puts aside what a store may not ask for.
func TestBadReturnRequests(t *testing.T) {
	r, m := sent(t)
	known := r.askReturn(m, 1)
	r.do(warehouse.ReceiveReturn{Return: known, Parts: some(1)})
	other := r.request("store", event.Line{SKU: "mug", Quantity: 1})
	good := event.ReturnRequested{Order: m.Order, Fulfillment: m.Fulfillment, Return: r.New(), Parts: some(1)}
	for name, change := range map[string]func(*event.ReturnRequested){
		"more than is out": func(m *event.ReturnRequested) { m.Parts = some(3) },
		"nothing":          func(m *event.ReturnRequested) { m.Parts = nil },
		"one of another":   func(m *event.ReturnRequested) { m.Return, m.Fulfillment = known, other.Fulfillment },
		"no identifier":    func(m *event.ReturnRequested) { m.Return = id.UUID{} },
		"no fulfillment":   func(m *event.ReturnRequested) { m.Fulfillment.UUID = id.UUID{1} },
	} {
		bad := good
		change(&bad)
		before := r.state()
		r.hear("store", name, bad)
		after := r.state()
		same(t, name+": parked", len(before.Parked)+1, len(after.Parked))
		same(t, name+": returns", before.Returns, after.Returns)
	}
	before := r.state()
	r.hear("other", "k", good)
	same(t, "of a stranger", before.Returns, r.state().Returns)
	early := r.request("store", event.Line{SKU: "mug", Quantity: 1})
	r.askReturn(early, 1)
	same(t, "before it was sent", before.Returns, r.state().Returns)
}

// TestReturnRequestedAgain: a store that was restored says again what it has asked for,
// and nothing is changed by it.
func TestReturnRequestedAgain(t *testing.T) {
	r, m := sent(t)
	known := r.askReturn(m, 2)
	r.do(warehouse.ReceiveReturn{Return: known, Parts: some(1)})
	before := r.state()
	r.hear("store", "again", event.ReturnRequested{Order: m.Order, Fulfillment: m.Fulfillment, Return: known, Parts: some(2)})
	same(t, "returns", before.Returns, r.state().Returns)
	same(t, "parked", 0, len(r.state().Parked))
}

// TestReturnsInOneBatch: steps of one batch see each other.
func TestReturnsInOneBatch(t *testing.T) {
	r, m := sent(t)
	which := r.askReturn(m, 3)
	r.together(
		warehouse.ReceiveReturn{Return: which, Parts: some(1)},
		warehouse.InspectReturn{Return: which, Good: some(1)},
		warehouse.ReceiveReturn{Return: which, Parts: some(2)},
		warehouse.InspectReturn{Return: which, Damaged: some(2)},
	)
	same(t, "places", "customer 0, quarantine 0, damaged 2, quota 3", r.places())
	same(t, "returned", 3, r.fulfillment(m.Fulfillment).Lines[0].Returned)
}

// TestKeysOfReturns answers a known key as before, also when the site was opened again.
func TestKeysOfReturns(t *testing.T) {
	r, m := sent(t)
	which := r.askReturn(m, 3)
	receive := warehouse.ReceiveReturn{Key: warehouse.Key{Name: "k1"}, Return: which, Parts: some(2)}
	inspect := warehouse.InspectReturn{Key: warehouse.Key{Name: "k2"}, Return: which, Good: some(1)}
	first, second := r.do(receive).(warehouse.Returned), r.do(inspect).(warehouse.Returned)
	first.Repeat, second.Repeat = true, true
	before := r.state()
	for range 2 {
		same(t, "received", first, r.do(receive).(warehouse.Returned))
		same(t, "inspected", second, r.do(inspect).(warehouse.Returned))
		r.site.Close()
		r.open()
	}
	same(t, "state", before, r.state())
	receive.Key.BodyHash[0]++
	inspect.Key.BodyHash[0]++
	r.refused(fault.Mismatch, receive)
	r.refused(fault.Mismatch, inspect)
}

// TestReturnQueries pages through the returns.
func TestReturnQueries(t *testing.T) {
	r, m := sent(t)
	first, second, third := r.askReturn(m, 1), r.askReturn(m, 1), r.askReturn(m, 1)
	r.do(warehouse.ReceiveReturn{Return: second, Parts: some(1)})
	for name, c := range map[string]struct {
		q    warehouse.ReturnQuery
		want []id.UUID
	}{
		"all":        {warehouse.ReturnQuery{Limit: 9}, []id.UUID{first, second, third}},
		"a page":     {warehouse.ReturnQuery{Limit: 2}, []id.UUID{first, second}},
		"the next":   {warehouse.ReturnQuery{After: second, Limit: 9}, []id.UUID{third}},
		"by state":   {warehouse.ReturnQuery{State: fulfillment.ReturnRequested, Limit: 9}, []id.UUID{first, third}},
		"an order's": {warehouse.ReturnQuery{Order: m.Order, Limit: 1}, []id.UUID{first}},
		"another's":  {warehouse.ReturnQuery{Order: id.Order{UUID: id.UUID{1}}, Limit: 9}, nil},
	} {
		page, err := r.site.Returns(t.Context(), c.q)
		if err != nil {
			t.Fatal(err)
		}
		var got []id.UUID
		for _, one := range page {
			got = append(got, one.ID)
		}
		same(t, name, c.want, got)
	}
}
