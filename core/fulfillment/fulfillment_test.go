package fulfillment_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

var (
	placed = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	now    = placed.Add(time.Hour)
)

func request() event.FulfillmentRequested {
	return event.FulfillmentRequested{
		Order: id.Order{UUID: id.UUID{1}}, Number: 1042, Fulfillment: id.Fulfillment{UUID: id.UUID{2}}, Epoch: 1, PlacedAt: placed,
		Address: order.Address{Name: "Zoë", District: "north"},
		Lines:   []event.Line{{Line: 1, SKU: "a", Name: "Heart", Quantity: 6}, {Line: 3, SKU: "b", Name: "Gift", Quantity: 2}},
	}
}

// at is a fulfillment at a stage: its units lie where a plain life has brought them.
func at(stage order.Stage) fulfillment.Fulfillment {
	f, _ := fulfillment.Accept(request(), "store", placed)
	f.Stage = stage
	switch stage {
	case order.PickedStage, order.WaitingTransfer, order.ReadyStage, order.SentStage, order.DeliveredStage:
		picked(f)
	}
	return f
}

// picked has all units of f in the packing area.
func picked(f fulfillment.Fulfillment) fulfillment.Fulfillment {
	for i := range f.Lines {
		f.Lines[i].Picked = f.Lines[i].Live()
	}
	return f
}

// told writes movements as "6 x a quota(store) to allocated, allocated".
func told(movements []stock.Movement) (rows []string) {
	for _, m := range movements {
		rows = append(rows, fmt.Sprintf("%d x %s %s to %s, %s", m.Quantity, m.SKU, m.From, m.To, m.Reason))
	}
	return rows
}

// fits fails where a movement could not be booked or does not name its cause.
func fits(t *testing.T, movements []stock.Movement) {
	t.Helper()
	seen := map[id.Movement]bool{}
	for _, m := range movements {
		if err := m.Check(); err != nil {
			t.Errorf("%+v cannot be booked: %v", m, err)
		}
		if m.Order != request().Order || m.Line == 0 || m.Cause == "" || !m.At.Equal(now) {
			t.Errorf("%+v does not tell its order, line, cause and time", m)
		}
		if seen[m.ID] {
			t.Errorf("%s names two movements: the second would not be booked", m.ID)
		}
		seen[m.ID] = true
	}
}

func TestAccept(t *testing.T) {
	f, movements := fulfillment.Accept(request(), "store", now)
	want := fulfillment.Fulfillment{
		ID: request().Fulfillment, Order: request().Order, Number: 1042, Store: "store", Stage: order.Accepted, Version: 1,
		PlacedAt: placed, ChangedAt: now, Address: request().Address,
		Lines: []fulfillment.Line{{Line: 1, SKU: "a", Name: "Heart", Quantity: 6}, {Line: 3, SKU: "b", Name: "Gift", Quantity: 2}},
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	rows := []string{"6 x a quota(store) to allocated, allocated", "2 x b quota(store) to allocated, allocated"}
	if diff := cmp.Diff(rows, told(movements)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	fits(t, movements)
}

// TestAdvance takes every step from every stage. What the state table of
// core/order allows must pass, but for short and voided, which are not steps by
// hand; the movements are those of the stage that is reached.
func TestAdvance(t *testing.T) {
	moves := map[order.Stage][]string{
		order.PickedStage: {"6 x a allocated to picked, picked", "2 x b allocated to picked, picked"},
		order.SentStage:   {"6 x a picked to customer, shipped", "2 x b picked to customer, shipped"},
	}
	for _, from := range order.Stages() {
		for _, to := range order.Stages() {
			before := at(from)
			after, movements, err := fulfillment.Advance(before, to, now)
			allowed := slices.Contains(order.NextStages(from), to) && to != order.ShortStage && to != order.VoidedStage
			if !allowed {
				if diff := cmp.Diff(at(from), after); !fault.Is(err, fault.Conflict) || movements != nil || diff != "" {
					t.Errorf("%s to %s: %v, %v; want a conflict and no change (-before +after):\n%s", from, to, told(movements), err, diff)
				}
				continue
			}
			want := at(from)
			want.Stage, want.Version, want.ChangedAt = to, 2, now
			if to == order.PickedStage {
				picked(want)
			}
			if diff := cmp.Diff(want, after); err != nil || diff != "" {
				t.Errorf("%s to %s: %v (-want +got):\n%s", from, to, err, diff)
			}
			if diff := cmp.Diff(moves[to], told(movements)); diff != "" {
				t.Errorf("%s to %s moves (-want +got):\n%s", from, to, diff)
			}
			fits(t, movements)
		}
	}
}

func TestVoidFromEveryStage(t *testing.T) {
	from := map[order.Stage]string{
		order.Requested: "allocated", order.Accepted: "allocated", order.Picking: "allocated", order.ShortStage: "allocated",
		order.PickedStage: "picked", order.WaitingTransfer: "picked", order.ReadyStage: "picked",
	}
	for _, stage := range order.Stages() {
		after, voided, movements, err := fulfillment.Void(at(stage), nil, now)
		account, allowed := from[stage]
		if !allowed {
			if diff := cmp.Diff(at(stage), after); !fault.Is(err, fault.Conflict) || voided != nil || movements != nil || diff != "" {
				t.Errorf("%s: %v, %v; want a conflict and no change (-before +after):\n%s", stage, told(movements), err, diff)
			}
			continue
		}
		if err != nil || after.Stage != order.VoidedStage || after.Version != 2 || !after.ChangedAt.Equal(now) {
			t.Errorf("%s: became %s, version %d, %v", stage, after.Stage, after.Version, err)
		}
		want := []string{"6 x a " + account + " to available, released", "2 x b " + account + " to available, released"}
		if diff := cmp.Diff(want, told(movements)); diff != "" {
			t.Errorf("%s moves (-want +got):\n%s", stage, diff)
		}
		if diff := cmp.Diff([]order.Part{{Line: 1, SKU: "a", Quantity: 6}, {Line: 3, SKU: "b", Quantity: 2}}, voided); diff != "" {
			t.Errorf("%s voids (-want +got):\n%s", stage, diff)
		}
		fits(t, movements)
	}
}

// TestVoidInParts voids some units twice, then the rest; what is left is shipped.
func TestVoidInParts(t *testing.T) {
	some := []order.Part{{Line: 1, SKU: "a", Quantity: 2}}
	once, voided, first, err := fulfillment.Void(at(order.Picking), some, now)
	if diff := cmp.Diff(some, voided); err != nil || diff != "" {
		t.Fatalf("once: %v (-want +got):\n%s", err, diff)
	}
	twice, _, second, err := fulfillment.Void(once, some, now)
	if err != nil {
		t.Fatal(err)
	}
	if once.Stage != order.Picking || once.Version != 2 || twice.Version != 3 || twice.Lines[0].Live() != 2 || twice.Lines[1].Live() != 2 {
		t.Errorf("after two voids: %+v", twice)
	}
	fits(t, slices.Concat(first, second)) // the same units twice are not the same movement
	_, movements, err := fulfillment.Advance(twice, order.PickedStage, now)
	if diff := cmp.Diff([]string{"2 x a allocated to picked, picked", "2 x b allocated to picked, picked"}, told(movements)); err != nil || diff != "" {
		t.Errorf("what is left is not picked: %v (-want +got):\n%s", err, diff)
	}
	rest, voided, _, err := fulfillment.Void(twice, nil, now)
	want := []order.Part{{Line: 1, SKU: "a", Quantity: 2}, {Line: 3, SKU: "b", Quantity: 2}}
	if diff := cmp.Diff(want, voided); err != nil || diff != "" || rest.Stage != order.VoidedStage {
		t.Errorf("the rest: %s, %v (-want +got):\n%s", rest.Stage, err, diff)
	}
	named, _, _, err := fulfillment.Void(twice, want, now)
	if err != nil || named.Stage != order.VoidedStage {
		t.Errorf("the rest, line by line: %s, %v; want it voided", named.Stage, err)
	}
}

func TestReturn(t *testing.T) {
	before := at(order.SentStage)
	before.Lines[0].Voided = 1
	once, movements, err := fulfillment.Return(before, id.UUID{7}, []order.Part{{Line: 1, Quantity: 3}, {Line: 3, Quantity: 2}}, now)
	if err != nil || once.Stage != order.SentStage || once.Version != 2 || once.Lines[0].Returned != 3 || before.Lines[0].Returned != 0 {
		t.Errorf("once: %+v, %v", once, err)
	}
	want := []string{"3 x a customer to quarantine, customer_return", "2 x b customer to quarantine, customer_return"}
	if diff := cmp.Diff(want, told(movements)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	twice, more, err := fulfillment.Return(once, id.UUID{8}, []order.Part{{Line: 1, Quantity: 2}}, now)
	if err != nil {
		t.Error(err)
	}
	fits(t, slices.Concat(movements, more))
	if _, _, err := fulfillment.Return(twice, id.UUID{9}, []order.Part{{Line: 1, Quantity: 1}}, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("more came back than was sent: %v", err)
	}
	_, again, err := fulfillment.Return(before, id.UUID{7}, []order.Part{{Line: 1, Quantity: 3}}, now)
	if err != nil || again[0].ID != movements[0].ID {
		t.Errorf("the same return has another movement: %v", err)
	}
	for _, stage := range order.Stages() {
		_, _, err := fulfillment.Return(at(stage), id.UUID{7}, []order.Part{{Line: 1, Quantity: 1}}, now)
		if ok := stage == order.SentStage || stage == order.DeliveredStage; (err == nil) != ok || !ok && !fault.Is(err, fault.Conflict) {
			t.Errorf("a return of what is %s: %v", stage, err)
		}
	}
}

// TestALineNamedTwice moves its units once, all of them, under one identifier.
func TestALineNamedTwice(t *testing.T) {
	parts := []order.Part{{Line: 3, Quantity: 1}, {Line: 1, Quantity: 1}, {Line: 1, Quantity: 2}}
	after, voided, movements, err := fulfillment.Void(at(order.Picking), parts, now)
	if err != nil || after.Lines[0].Voided != 3 || after.Lines[1].Voided != 1 {
		t.Errorf("Void: %+v, %v", after.Lines, err)
	}
	if diff := cmp.Diff([]order.Part{{Line: 1, SKU: "a", Quantity: 3}, {Line: 3, SKU: "b", Quantity: 1}}, voided); diff != "" {
		t.Errorf("voided (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"3 x a allocated to available, released", "1 x b allocated to available, released"}, told(movements)); diff != "" {
		t.Errorf("Void moves (-want +got):\n%s", diff)
	}
	fits(t, movements)
	_, movements, err = fulfillment.Return(at(order.SentStage), id.UUID{7}, parts, now)
	if diff := cmp.Diff([]string{"3 x a customer to quarantine, customer_return", "1 x b customer to quarantine, customer_return"}, told(movements)); err != nil || diff != "" {
		t.Errorf("Return moves: %v (-want +got):\n%s", err, diff)
	}
	fits(t, movements)
}

// TestBadParts are refused by Void and Return alike, and change nothing.
func TestBadParts(t *testing.T) {
	for name, parts := range map[string][]order.Part{
		"more than there is":    {{Line: 1, Quantity: 7}},
		"nothing":               {{Line: 1}},
		"below zero":            {{Line: 1, Quantity: -1}},
		"an unknown line":       {{Line: 1, Quantity: 1}, {Line: 2, Quantity: 1}},
		"a line once too often": {{Line: 1, Quantity: 4}, {Line: 3, Quantity: 1}, {Line: 1, Quantity: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			ready, sent := at(order.ReadyStage), at(order.SentStage)
			after, voided, movements, err := fulfillment.Void(ready, parts, now)
			if diff := cmp.Diff(at(order.ReadyStage), after); !fault.Is(err, fault.Conflict) || voided != nil || movements != nil || diff != "" {
				t.Errorf("Void: %v, %v; want a conflict and no change (-before +after):\n%s", told(movements), err, diff)
			}
			after, movements, err = fulfillment.Return(sent, id.UUID{7}, parts, now)
			if diff := cmp.Diff(at(order.SentStage), after); !fault.Is(err, fault.Conflict) || movements != nil || diff != "" {
				t.Errorf("Return: %v, %v; want a conflict and no change (-before +after):\n%s", told(movements), err, diff)
			}
			if diff := cmp.Diff(at(order.ReadyStage), ready); diff != "" {
				t.Errorf("what was given has changed (-before +after):\n%s", diff)
			}
		})
	}
}

// TestMovementsNameTheirStep: a step taken again names the same movements, so
// that they are booked once; another step, line or fulfillment names others.
func TestMovementsNameTheirStep(t *testing.T) {
	life := func(f id.Fulfillment, at time.Time) (movements []stock.Movement) {
		r := request()
		r.Fulfillment = f
		next, booked := fulfillment.Accept(r, "store", at)
		movements = append(movements, booked...)
		next, _, booked, err := fulfillment.Void(next, []order.Part{{Line: 1, SKU: "a", Quantity: 1}}, at)
		movements = append(movements, booked...)
		for _, stage := range []order.Stage{order.Picking, order.PickedStage, order.ReadyStage, order.SentStage, order.DeliveredStage} {
			if err != nil {
				t.Fatal(err)
			}
			next, booked, err = fulfillment.Advance(next, stage, at)
			movements = append(movements, booked...)
		}
		if err != nil {
			t.Fatal(err)
		}
		return movements
	}
	first := life(request().Fulfillment, now)
	if len(first) != 2+1+2+2 {
		t.Errorf("a life has %d movements, want 7: %v", len(first), told(first))
	}
	for i, m := range life(request().Fulfillment, now.Add(time.Hour)) {
		if m.ID != first[i].ID {
			t.Errorf("taken again, %v has another identifier", told([]stock.Movement{m}))
		}
	}
	fits(t, slices.Concat(first, life(id.Fulfillment{UUID: id.UUID{3}}, now)))
}
