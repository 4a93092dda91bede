package warehouse_test

import (
	"strings"
	"testing"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/site/warehouse"
)

func (r *rig) fulfillment(which id.Fulfillment) fulfillment.Fulfillment {
	r.t.Helper()
	f, err := r.db.Fulfillment(r.t.Context(), which)
	if err != nil {
		r.t.Fatal(err)
	}
	return f
}

func (r *rig) advance(which id.Fulfillment, stages ...order.Stage) {
	r.t.Helper()
	for _, to := range stages {
		r.do(warehouse.Advance{Fulfillment: which, To: to})
	}
}

// TestStages moves the units at each step, and tells the store of each.
func TestStages(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.receive("mug", 5)
	m := r.request("store", event.Line{SKU: "mug", Quantity: 3})
	allocated, picked := stock.Account{Kind: stock.Allocated}, stock.Account{Kind: stock.Picked}
	away := stock.Account{Kind: stock.Customer}
	for i, c := range []struct {
		to    order.Stage
		where stock.Account
	}{
		{order.Accepted, allocated},
		{order.Picking, allocated},
		{order.PickedStage, picked},
		{order.WaitingTransfer, picked},
		{order.ReadyStage, picked},
		{order.SentStage, away},
		{order.DeliveredStage, away},
	} {
		if i > 0 {
			r.refused(fault.Conflict, warehouse.Advance{Fulfillment: m.Fulfillment, From: order.VoidedStage, To: c.to})
			from := r.fulfillment(m.Fulfillment).Stage
			r.do(warehouse.Advance{Fulfillment: m.Fulfillment, From: from, To: c.to})
			r.refused(fault.Conflict, warehouse.Advance{Fulfillment: m.Fulfillment, From: from, To: c.to})
		}
		r.refused(fault.Conflict, warehouse.Advance{Fulfillment: m.Fulfillment, To: order.VoidedStage})
		same(t, string(c.to)+" units", 3, r.balance("mug", c.where))
		news := said[event.FulfillmentChanged](r)
		if got := news[len(news)-1]; len(news) != i+1 || got.To != c.to || got.Version != i+1 {
			t.Errorf("%s: told %+v", c.to, news)
		}
	}
	same(t, "in quota", 2, r.balance("mug", quota))
	r.refused(fault.NotFound, warehouse.Advance{Fulfillment: id.Fulfillment{UUID: id.UUID{1}}, To: order.Picking})
}

// TestBeyondQuota parks a request that the quota does not cover: nothing of it
// is allocated, not even the lines that could be, and other orders go on.
func TestBeyondQuota(t *testing.T) {
	r := newRig(t, warehouse.Options{Safety: 1})
	r.receive("mug", 5)
	r.receive("pot", 5)
	before := r.state()
	r.request("store", event.Line{SKU: "pot", Quantity: 2}, event.Line{SKU: "mug", Quantity: 5})
	after := r.state()
	same(t, "parked", 1, len(after.Parked))
	same(t, "balances", before.Snapshot.Books.Balances, after.Snapshot.Books.Balances)
	same(t, "fulfillments", 0, len(after.Fulfillments))
	same(t, "said", before.Said, after.Said)
	r.request("store", event.Line{SKU: "mug", Quantity: 4})
	same(t, "allocated", 4, r.balance("mug", stock.Account{Kind: stock.Allocated}))
}

// TestRequestRepeated puts a request aside whose rows the database has already:
// the link goes on.
func TestRequestRepeated(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.receive("mug", 5)
	m := r.request("store", event.Line{SKU: "mug", Quantity: 1})
	r.hear("store", m.Order.String(), m)
	r.hear("store", "again", m)
	same(t, "parked", 2, len(r.state().Parked))
	r.request("store", event.Line{SKU: "mug", Quantity: 2})
	same(t, "allocated", 3, r.balance("mug", stock.Account{Kind: stock.Allocated}))
}

// TestBusyInTheMiddle: the database is busy while a void is applied. The request
// before it, in the same messages, may not be taken for read without its effect.
func TestBusyInTheMiddle(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.receive("mug", 5)
	first := r.request("store", event.Line{SKU: "mug", Quantity: 1})
	say := func(m id.Order, body event.Body) {
		if err := r.voices["store"].Say("wh1", m.String(), body, start); err != nil {
			t.Fatal(err)
		}
	}
	second := first
	second.Order, second.Fulfillment = id.Order{UUID: r.New()}, id.Fulfillment{UUID: r.New()}
	second.Lines = []event.Line{{Line: 1, SKU: "mug", Quantity: 3}}
	say(second.Order, second)
	say(first.Order, event.VoidRequested{Order: first.Order, Fulfillment: first.Fulfillment, Reason: "no"})
	messages := r.voices["store"].Seal().Messages
	r.busy.Store(1)
	if err := r.site.Apply(t.Context(), messages); !fault.Is(err, fault.Busy) {
		t.Fatalf("applied on a busy database: %v", err)
	}
	same(t, "parked", 0, len(r.state().Parked))
	r.apply(messages)
	same(t, "parked", 0, len(r.state().Parked))
	same(t, "allocated", 3, r.balance("mug", stock.Account{Kind: stock.Allocated}))
}

// TestVoid gives what is called off back to the store, from wherever it lies, and
// refuses what is on its way.
func TestVoid(t *testing.T) {
	for _, c := range []struct {
		stages []order.Stage
		parts  []order.Part
		voided int64
	}{
		{nil, nil, 3},
		{nil, []order.Part{{Line: 1, Quantity: 2}}, 2},
		{[]order.Stage{order.Picking, order.PickedStage}, []order.Part{{Line: 1, Quantity: 3}}, 3},
		{[]order.Stage{order.Picking, order.PickedStage, order.ReadyStage}, nil, 3},
		{[]order.Stage{order.Picking, order.PickedStage, order.ReadyStage, order.SentStage}, nil, 0},
		{nil, []order.Part{{Line: 1, Quantity: 4}}, 0},
		{nil, []order.Part{{Line: 2, Quantity: 1}}, 0},
	} {
		r := newRig(t, warehouse.Options{})
		r.receive("mug", 5)
		m := r.request("store", event.Line{SKU: "mug", Quantity: 3})
		r.advance(m.Fulfillment, c.stages...)
		r.hear("store", m.Order.String(), event.VoidRequested{Order: m.Order, Fulfillment: m.Fulfillment, Parts: c.parts, Reason: "blue"})
		f := r.fulfillment(m.Fulfillment)
		refused := said[event.VoidRefused](r)
		if f.Lines[0].Voided != c.voided || (c.voided == 0) != (len(refused) == 1) || (c.voided == 3) != (f.Stage == order.VoidedStage) {
			t.Errorf("%+v: %+v, refused %v", c, f, refused)
		}
		same(t, "in quota", 2+c.voided, r.balance("mug", quota))
		same(t, "parked", 0, len(r.state().Parked))
	}
}

// TestReturn puts what came back into quarantine.
func TestReturn(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.receive("mug", 5)
	m := r.request("store", event.Line{SKU: "mug", Quantity: 3})
	r.advance(m.Fulfillment, order.Picking, order.PickedStage, order.ReadyStage, order.SentStage)
	for i := range int64(2) {
		r.hear("store", m.Order.String(), event.ReturnAnnounced{
			Order: m.Order, Fulfillment: m.Fulfillment, Return: r.New(), Parts: []order.Part{{Line: 1, Quantity: 1}},
		})
		same(t, "in quarantine", i+1, r.balance("mug", stock.Account{Kind: stock.Quarantine}))
		same(t, "returned", i+1, r.fulfillment(m.Fulfillment).Lines[0].Returned)
	}
	same(t, "in quota", 2, r.balance("mug", quota))
}

// TestStrangers parks what a store says of things that are not its own.
func TestStrangers(t *testing.T) {
	for name, body := range map[string]func(event.FulfillmentRequested) event.Body{
		"a request without quota": func(m event.FulfillmentRequested) event.Body {
			m.Fulfillment.UUID[0]++
			return m
		},
		"a void": func(m event.FulfillmentRequested) event.Body {
			return event.VoidRequested{Order: m.Order, Fulfillment: m.Fulfillment}
		},
		"a return": func(m event.FulfillmentRequested) event.Body {
			return event.ReturnAnnounced{Order: m.Order, Fulfillment: m.Fulfillment, Return: id.UUID{1}, Parts: []order.Part{{Line: 1, Quantity: 1}}}
		},
		"an ask": func(event.FulfillmentRequested) event.Body {
			return event.QuotaAsked{Units: []event.Units{{SKU: "mug", Quantity: 1}}}
		},
		"units given back": func(event.FulfillmentRequested) event.Body {
			return event.QuotaReturned{Units: []event.Units{{SKU: "mug", Quantity: 1}}}
		},
		"a message for stores": func(event.FulfillmentRequested) event.Body { return event.StockLevels{} },
	} {
		for _, sent := range []bool{false, true} {
			r := newRig(t, warehouse.Options{Safety: 1})
			r.receive("mug", 5)
			m := r.request("store", event.Line{SKU: "mug", Quantity: 1})
			if sent {
				r.advance(m.Fulfillment, order.Picking, order.PickedStage, order.ReadyStage, order.SentStage)
			}
			before := r.state()
			r.hear("other", "k", body(m))
			after := r.state()
			if len(after.Parked) != 1 {
				t.Errorf("%s: %d parked", name, len(after.Parked))
			}
			same(t, name+": fulfillments", before.Fulfillments, after.Fulfillments)
			same(t, name+": balances", before.Snapshot.Books.Balances, after.Snapshot.Books.Balances)
		}
	}
}

// TestRedirect ships to another address until the units are picked, and answers
// always.
func TestRedirect(t *testing.T) {
	for _, c := range []struct {
		stages []order.Stage
		done   bool
	}{
		{nil, true},
		{[]order.Stage{order.Picking}, true},
		{[]order.Stage{order.Picking, order.PickedStage}, false},
		{[]order.Stage{order.Picking, order.PickedStage, order.ReadyStage, order.SentStage}, false},
	} {
		r := newRig(t, warehouse.Options{})
		r.receive("mug", 5)
		m := r.request("store", event.Line{SKU: "mug", Quantity: 3})
		r.advance(m.Fulfillment, c.stages...)
		before := r.fulfillment(m.Fulfillment)
		change, to := r.New(), order.Address{Name: "Bea", District: "south"}
		r.hear("store", m.Order.String(), event.RedirectRequested{Order: m.Order, Fulfillment: m.Fulfillment, Change: change, Address: to})
		same(t, "answer", []event.RedirectAnswered{
			{Order: m.Order, Fulfillment: m.Fulfillment, Change: change, Done: c.done, Stage: before.Stage},
		}, said[event.RedirectAnswered](r))
		want := before
		if c.done {
			want.Address, want.Version = to, before.Version+1
		}
		same(t, "fulfillment", want, r.fulfillment(m.Fulfillment))
		story, err := r.site.Story(t.Context(), m.Fulfillment)
		if err != nil || len(story) != want.Version {
			t.Errorf("%d entries for %d versions: %v", len(story), want.Version, err)
		}
		same(t, "parked", 0, len(r.state().Parked))
	}
}

// TestKeysOfSteps answers a known key with the fulfillment as it was then, and takes
// the step once; also when the site was opened again.
func TestKeysOfSteps(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.receive("mug", 5)
	m := r.request("store", event.Line{SKU: "mug", Name: "Mug", Quantity: 3})
	step := warehouse.Advance{Key: warehouse.Key{Name: "k"}, Fulfillment: m.Fulfillment, From: order.Accepted, To: order.Picking}
	first := r.do(step).(fulfillment.Fulfillment)
	same(t, "address", m.Address, first.Address)
	same(t, "step", r.fulfillment(m.Fulfillment), first)
	same(t, "again", first, r.do(step).(fulfillment.Fulfillment))
	to := order.Address{Name: "Bea", District: "south"}
	r.hear("store", m.Order.String(), event.RedirectRequested{Order: m.Order, Fulfillment: m.Fulfillment, Change: r.New(), Address: to})
	r.advance(m.Fulfillment, order.PickedStage)
	r.site.Close()
	r.open()
	before := r.state()
	first.Address = to
	same(t, "later", first, r.do(step).(fulfillment.Fulfillment))
	same(t, "state", before, r.state())
	step.Key.BodyHash[0]++
	r.refused(fault.Mismatch, step)
	r.refused(fault.Conflict, warehouse.Advance{Key: warehouse.Key{Name: "k2"}, Fulfillment: m.Fulfillment, From: order.Accepted, To: order.Picking})
	kept, err := r.db.Request(t.Context(), "k")
	if err != nil || strings.Contains(kept.Answer, "Ann") {
		t.Errorf("%s, %v: the address is kept in a second place", kept.Answer, err)
	}
}

// TestStepsInOneBatch: a step sees those before it in its batch.
func TestStepsInOneBatch(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.receive("mug", 5)
	m := r.request("store", event.Line{SKU: "mug", Quantity: 3})
	r.together(
		warehouse.Advance{Fulfillment: m.Fulfillment, To: order.Picking},
		warehouse.Advance{Fulfillment: m.Fulfillment, To: order.PickedStage},
		warehouse.Advance{Fulfillment: m.Fulfillment, To: order.ReadyStage},
	)
	f := r.fulfillment(m.Fulfillment)
	if f.Stage != order.ReadyStage || f.Version != 4 || f.Lines[0].Picked != 3 {
		t.Errorf("%+v", f)
	}
	r.hear("store", m.Order.String(), event.VoidRequested{Order: m.Order, Fulfillment: m.Fulfillment, Parts: []order.Part{{Line: 1, Quantity: 1}}})
	same(t, "picked", []int64{2, 2}, []int64{r.balance("mug", stock.Account{Kind: stock.Picked}), r.fulfillment(m.Fulfillment).Lines[0].Picked})
}
