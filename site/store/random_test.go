package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
	"crossdock/site/warehouse"
	"crossdock/site/writer"
)

// TestAgainstAudit runs random commands over one store and two warehouses whose
// links are cut and healed, whose commits fail and which crash, delivers their
// messages in pieces and more than once, and audits all three after every step.
// In the end everything is delivered, and both sides tell the same of each order.
func TestAgainstAudit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := newNet(rt)
		defer n.close()
		for range 2 { // twice as many steps as the flag says
			rt.Repeat(map[string]func(*rapid.T){
				"":               n.check,
				"place":          n.place,
				"place many":     n.placeMany,
				"void":           n.void,
				"take back":      n.takeBack,
				"take back more": n.takeBack,
				"advance":        n.advance,
				"finish":         n.finish,
				"finish more":    n.finish,
				"receive":        n.receive,
				"adjust":         n.adjust,
				"cut":            n.setCut,
				"deliver":        n.deliver,
				"repeat":         n.deliverAgain,
				"settle":         n.settle,
				"settle more":    n.settle,
				"fail":           n.failNext,
				"crash":          n.crash,
			})
		}
		n.end(rt)
	})
}

// place takes an order, now and then with a key that came before.
func (n *net) place(t *rapid.T) {
	key := store.Key{}
	if rapid.Bool().Draw(t, "keyed") {
		key.Name = fmt.Sprint("order-", rapid.IntRange(1, 4).Draw(t, "key"))
	}
	placement, err := n.store.Place(context.Background(), n.wanted(t, key))
	n.mayFail(t, err, fault.Internal, fault.Mismatch)
	if err != nil {
		return
	}
	if known := n.keyed[key.Name]; key.Name != "" && (known != id.Order{}) != placement.Repeat {
		t.Fatalf("key %s: repeat is %v, but the order before was %s", key.Name, placement.Repeat, known)
	} else if known != (id.Order{}) && known != placement.Order.ID {
		t.Fatalf("key %s: order %s, before it was %s", key.Name, placement.Order.ID, known)
	}
	if key.Name != "" {
		n.keyed[key.Name] = placement.Order.ID
	}
	n.know(placement.Order)
}

// placeMany puts several orders into the queue at once, so that some of them are
// decided in one batch.
func (n *net) placeMany(t *rapid.T) {
	ctx := context.Background()
	var jobs []*writer.Job
	for range rapid.IntRange(2, 5).Draw(t, "orders") {
		command := n.wanted(t, store.Key{})
		command.NoAsk = true
		job, err := n.store.Submit(ctx, command)
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, job)
	}
	answers, errs := make([]any, len(jobs)), make([]error, len(jobs))
	for i, job := range jobs {
		answers[i], errs[i] = job.Wait(ctx)
	}
	broke := n.broke // only now is the writer at rest
	for i, err := range errs {
		n.broke = broke
		n.mayFail(t, err, fault.Internal)
		if err == nil {
			n.know(answers[i].(store.Placement).Order)
		}
	}
}

func (n *net) wanted(t *rapid.T, key store.Key) store.PlaceOrder {
	command := store.PlaceOrder{
		Key: key, Customer: customer, NoAsk: rapid.Bool().Draw(t, "no ask"),
		Address: order.Address{Name: "Ann", District: rapid.SampledFrom(districts).Draw(t, "district")},
	}
	for range rapid.IntRange(1, 3).Draw(t, "lines") {
		command.Lines = append(command.Lines, store.Wanted{SKU: drawSKU(t), Units: rapid.Int64Range(1, 6).Draw(t, "units")})
	}
	return command
}

func (n *net) void(t *rapid.T) {
	command := store.VoidOrder{Order: n.anyOrder(t), Reason: "no longer wanted"}
	_, err := n.store.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal, fault.Conflict)
}

// takeBack claims units of one or two lines of one or two orders, one line of
// them maybe twice.
func (n *net) takeBack(t *rapid.T) {
	var claims []store.Claim
	for range rapid.IntRange(1, 3).Draw(t, "claims") {
		claims = append(claims, store.Claim{
			Order: n.anyOrder(t), Line: rapid.IntRange(1, 2).Draw(t, "line"), Units: rapid.Int64Range(1, 2).Draw(t, "units"),
		})
	}
	command := store.TakeBack{
		Customer: customer, Reason: "canceled", Match: func([]order.Order) []store.Claim { return claims },
	}
	if rapid.Bool().Draw(t, "keyed") {
		n.claims++
		command.Key.Name = fmt.Sprint("claim-", n.claims)
	}
	_, err := n.store.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal, fault.Conflict)
}

func (n *net) advance(t *rapid.T) {
	h, f := n.anyFulfillment(t)
	to := rapid.SampledFrom(order.Stages()).Draw(t, "stage")
	_, err := h.site.Do(context.Background(), warehouse.Advance{Fulfillment: f.ID, To: to})
	n.mayFail(t, err, fault.Internal, fault.Conflict)
	if want := order.CheckStage(f.Stage, to); want != nil && err == nil {
		t.Fatalf("%s became %s", f.Stage, to)
	}
}

// finish takes a fulfillment a drawn number of steps towards its delivery.
func (n *net) finish(t *rapid.T) {
	h, f := n.anyFulfillment(t)
	way := map[order.Stage]order.Stage{
		order.Accepted: order.Picking, order.Picking: order.PickedStage, order.PickedStage: order.ReadyStage,
		order.WaitingTransfer: order.ReadyStage, order.ReadyStage: order.SentStage, order.SentStage: order.DeliveredStage,
	}
	for range rapid.IntRange(1, 5).Draw(t, "steps") {
		to, more := way[f.Stage]
		if !more {
			return
		}
		answer, err := h.site.Do(context.Background(), warehouse.Advance{Fulfillment: f.ID, From: f.Stage, To: to})
		n.mayFail(t, err, fault.Internal)
		if err != nil {
			return
		}
		f = answer.(fulfillment.Fulfillment)
	}
}

func (n *net) receive(t *rapid.T) {
	command := warehouse.ReceiveStock{}
	for range rapid.IntRange(1, 3).Draw(t, "items") {
		command.Items = append(command.Items, warehouse.Item{SKU: drawSKU(t), Units: rapid.Int64Range(1, 9).Draw(t, "units")})
	}
	_, err := n.anyHouse(t).site.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal)
}

func (n *net) adjust(t *rapid.T) {
	command := warehouse.AdjustStock{SKU: drawSKU(t), Delta: rapid.Int64Range(-5, 3).Draw(t, "delta"), Note: "counted"}
	if command.Delta == 0 {
		t.Skip("nothing to correct")
	}
	_, err := n.anyHouse(t).site.Adjust(context.Background(), command)
	n.mayFail(t, err, fault.Internal, fault.Conflict)
}

func (n *net) setCut(t *rapid.T) {
	h := n.anyHouse(t)
	h.cut = !h.cut
}

// deliver carries a few messages over one link, in one direction.
func (n *net) deliver(t *rapid.T) {
	h := n.anyHouse(t)
	if h.cut {
		t.Skip("the link is cut")
	}
	_, err := n.carry(h, rapid.Bool().Draw(t, "to the warehouse"), 0, rapid.IntRange(1, 4).Draw(t, "messages"))
	n.mayFail(t, err, fault.Internal)
}

// deliverAgain carries messages that came before, as if an answer was lost.
func (n *net) deliverAgain(t *rapid.T) {
	h := n.anyHouse(t)
	if h.cut {
		t.Skip("the link is cut")
	}
	_, err := n.carry(h, rapid.Bool().Draw(t, "to the warehouse"), rapid.IntRange(1, 3).Draw(t, "back"), 4)
	n.mayFail(t, err, fault.Internal)
}

// settle delivers everything over the links that are whole.
func (n *net) settle(t *rapid.T) {
	for moved := true; moved; {
		moved = false
		for _, h := range n.houses {
			for _, inward := range []bool{true, false} {
				if h.cut {
					continue
				}
				count, err := n.carry(h, inward, 0, 100)
				n.mayFail(t, err, fault.Internal)
				moved = moved || count > 0
			}
		}
	}
}

// failNext lets one of the next commits of a site fail.
func (n *net) failNext(t *rapid.T) {
	after := rapid.IntRange(1, 2).Draw(t, "commits")
	hook := func(int) error {
		after--
		if after == 0 {
			n.broke = true
			return errors.New("the disk is full")
		}
		return nil
	}
	if which := rapid.IntRange(0, len(n.houses)).Draw(t, "site"); which == len(n.houses) {
		n.storeDB.Fail(hook)
	} else {
		n.houses[which].db.Fail(hook)
	}
}

// crash lets a site begin again from what it has committed.
func (n *net) crash(t *rapid.T) {
	which := rapid.IntRange(0, len(n.houses)).Draw(t, "site")
	if which == len(n.houses) {
		n.store.Close()
		n.storeDB = n.storeDB.Clone()
		n.openStore(t)
		return
	}
	h := n.houses[which]
	h.site.Close()
	h.db = h.db.Clone()
	n.openHouse(t, h)
}

// mayFail fails the test for an error of another kind than these. Internal is
// right only where a commit was made to fail.
func (n *net) mayFail(t *rapid.T, err error, kinds ...fault.Kind) {
	t.Helper()
	n.now = n.now.Add(time.Second)
	broke := n.broke
	n.broke = false
	if err == nil {
		return
	}
	for _, kind := range kinds {
		if fault.Is(err, kind) && (kind != fault.Internal || broke) {
			return
		}
	}
	t.Fatalf("%v: %v", fault.KindOf(err), err)
}
