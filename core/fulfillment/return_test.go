package fulfillment_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

func claim(parts ...order.Part) event.ReturnRequested {
	return event.ReturnRequested{Return: id.UUID{7}, Fulfillment: request().Fulfillment, Parts: parts, Reason: "blue"}
}

// requested is a return of 3 of line 1 and 2 of line 3.
func requested(t *testing.T) fulfillment.ReturnOrder {
	t.Helper()
	r, err := fulfillment.RequestReturn(at(order.SentStage), claim(order.Part{Line: 1, Quantity: 3}, order.Part{Line: 3, Quantity: 2}), placed)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRequestReturn(t *testing.T) {
	want := fulfillment.ReturnOrder{
		ID: id.UUID{7}, Fulfillment: request().Fulfillment, Order: request().Order, Number: 1042, Store: "store",
		State: fulfillment.ReturnRequested, Version: 1, RequestedAt: placed, ChangedAt: placed, Reason: "blue",
		Lines: []fulfillment.ReturnLine{{Line: 1, SKU: "a", Quantity: 3}, {Line: 3, SKU: "b", Quantity: 2}},
	}
	if diff := cmp.Diff(want, requested(t)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, stage := range order.Stages() {
		_, err := fulfillment.RequestReturn(at(stage), claim(order.Part{Line: 1, Quantity: 1}), now)
		if ok := stage == order.SentStage || stage == order.DeliveredStage; (err == nil) != ok || !ok && !fault.Is(err, fault.Conflict) {
			t.Errorf("of what is %s: %v", stage, err)
		}
	}
	part := func(line int, units int64) order.Part { return order.Part{Line: line, Quantity: units} }
	sent := at(order.SentStage)
	sent.Lines[0].Voided, sent.Lines[0].Returned = 1, 2
	for name, c := range map[string]struct {
		parts []order.Part
		ok    bool
	}{
		"all that is out":        {[]order.Part{part(1, 3), part(3, 2)}, true},
		"a line twice":           {[]order.Part{part(1, 1), part(1, 2)}, true},
		"nothing":                {nil, false},
		"no units":               {[]order.Part{part(1, 0)}, false},
		"below zero":             {[]order.Part{part(1, -1)}, false},
		"more than is out":       {[]order.Part{part(1, 4)}, false},
		"more, in two":           {[]order.Part{part(1, 2), part(1, 2)}, false},
		"a line that is not one": {[]order.Part{part(3, 1), part(2, 1)}, false},
	} {
		r, err := fulfillment.RequestReturn(sent, claim(c.parts...), now)
		if (err == nil) != c.ok || !c.ok && (!fault.Is(err, fault.Conflict) || r.Lines != nil) {
			t.Errorf("%s: %+v, %v", name, r.Lines, err)
		}
	}
}

// TestReturnStates lists which state may follow on which.
func TestReturnStates(t *testing.T) {
	allowed := map[fulfillment.ReturnState][]fulfillment.ReturnState{
		"requested": {"requested", "received"},
		"received":  {"received", "inspected"},
		"inspected": {"inspected", "received"},
	}
	for _, from := range fulfillment.ReturnStates() {
		for _, to := range fulfillment.ReturnStates() {
			err := fulfillment.CheckReturn(from, to)
			if ok := slices.Contains(allowed[from], to); (err == nil) != ok || !ok && !fault.Is(err, fault.Conflict) {
				t.Errorf("%s to %s: %v", from, to, err)
			}
		}
	}
	if len(fulfillment.ReturnStates()) != len(allowed) {
		t.Error("a state is not tried")
	}
}

// TestReturnInParts receives and inspects a return bit by bit.
func TestReturnInParts(t *testing.T) {
	f, r := at(order.DeliveredStage), requested(t)
	var all []stock.Movement
	receive := func(parts ...order.Part) {
		t.Helper()
		var movements []stock.Movement
		var err error
		if f, r, movements, err = fulfillment.ReceiveReturn(f, r, parts, now); err != nil {
			t.Fatal(err)
		}
		all = append(all, movements...)
	}
	inspect := func(good, damaged []order.Part) {
		t.Helper()
		var movements []stock.Movement
		var err error
		if r, movements, err = fulfillment.InspectReturn(r, good, damaged, now); err != nil {
			t.Fatal(err)
		}
		all = append(all, movements...)
	}
	state := func(want fulfillment.ReturnState, version int) {
		t.Helper()
		if r.State != want || r.Version != version || !r.ChangedAt.Equal(now) {
			t.Errorf("the return is %s, version %d; want %s, %d", r.State, r.Version, want, version)
		}
	}
	one := func(line int) []order.Part { return []order.Part{{Line: line, Quantity: 1}} }
	receive(order.Part{Line: 1, Quantity: 2})
	state(fulfillment.ReturnReceived, 2)
	inspect(one(1), nil)
	state(fulfillment.ReturnReceived, 3)
	inspect(nil, one(1))
	state(fulfillment.ReturnInspected, 4)
	receive(order.Part{Line: 1, Quantity: 1}, order.Part{Line: 3, Quantity: 2})
	state(fulfillment.ReturnReceived, 5)
	inspect([]order.Part{{Line: 3, Quantity: 1}, {Line: 1, Quantity: 1}}, one(3))
	state(fulfillment.ReturnInspected, 6)
	want := []string{
		"2 x a customer to quarantine, customer_return", "1 x a quarantine to available, inspected",
		"1 x a quarantine to damaged, damaged",
		"1 x a customer to quarantine, customer_return", "2 x b customer to quarantine, customer_return",
		"1 x a quarantine to available, inspected", "1 x b quarantine to available, inspected", "1 x b quarantine to damaged, damaged",
	}
	if diff := cmp.Diff(want, told(all)); diff != "" {
		t.Errorf("movements (-want +got):\n%s", diff)
	}
	fits(t, all)
	if f.Lines[0].Returned != 3 || f.Lines[1].Returned != 2 {
		t.Errorf("the fulfillment has %+v", f.Lines)
	}
	sums := [][]order.Part{
		{{Line: 1, SKU: "a", Quantity: 3}, {Line: 3, SKU: "b", Quantity: 2}},
		{{Line: 1, SKU: "a", Quantity: 2}, {Line: 3, SKU: "b", Quantity: 1}},
		{{Line: 1, SKU: "a", Quantity: 1}, {Line: 3, SKU: "b", Quantity: 1}},
	}
	if diff := cmp.Diff(sums, [][]order.Part{r.Received(), r.Good(), r.Damaged()}); diff != "" {
		t.Errorf("sums (-want +got):\n%s", diff)
	}
}

// TestBadReturnParts are refused, and change nothing.
func TestBadReturnParts(t *testing.T) {
	for name, parts := range map[string][]order.Part{
		"nothing":               nil,
		"no units":              {{Line: 1}},
		"below zero":            {{Line: 1, Quantity: -1}},
		"more than requested":   {{Line: 1, Quantity: 4}},
		"more, in two":          {{Line: 1, Quantity: 2}, {Line: 1, Quantity: 2}},
		"a line not in it":      {{Line: 1, Quantity: 1}, {Line: 2, Quantity: 1}},
		"more than can be told": {{Line: 1, Quantity: 1}, {Line: 1, Quantity: 1<<63 - 1}},
	} {
		t.Run(name, func(t *testing.T) {
			f, r := at(order.SentStage), requested(t)
			after, next, movements, err := fulfillment.ReceiveReturn(f, r, parts, now)
			if diff := cmp.Diff(requested(t), next) + cmp.Diff(at(order.SentStage), after); !fault.Is(err, fault.Conflict) || movements != nil || diff != "" {
				t.Errorf("ReceiveReturn: %v, %v (-before +after):\n%s", told(movements), err, diff)
			}
			_, r, _, err = fulfillment.ReceiveReturn(f, r, []order.Part{{Line: 1, Quantity: 3}, {Line: 3, Quantity: 2}}, placed)
			if err != nil {
				t.Fatal(err)
			}
			for _, good := range []bool{true, false} {
				first, second := parts, []order.Part(nil)
				if !good {
					first, second = second, first
				}
				next, movements, err := fulfillment.InspectReturn(r, first, second, now)
				if diff := cmp.Diff(r, next); !fault.Is(err, fault.Conflict) || movements != nil || diff != "" {
					t.Errorf("InspectReturn: %v, %v (-before +after):\n%s", told(movements), err, diff)
				}
			}
		})
	}
	f, r := at(order.SentStage), requested(t)
	if _, _, err := fulfillment.InspectReturn(r, []order.Part{{Line: 1, Quantity: 1}}, nil, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("inspected before it came: %v", err)
	}
	f.Lines[0].Returned = 4 // by another return
	if _, next, _, err := fulfillment.ReceiveReturn(f, r, []order.Part{{Line: 1, Quantity: 3}}, now); !fault.Is(err, fault.Conflict) || next.Version != 1 {
		t.Errorf("more came back than is out: %v", err)
	}
	_, r, _, err := fulfillment.ReceiveReturn(at(order.SentStage), r, []order.Part{{Line: 1, Quantity: 2}}, now)
	if err != nil {
		t.Fatal(err)
	}
	some := []order.Part{{Line: 1, Quantity: 2}}
	if _, _, err := fulfillment.InspectReturn(r, some, []order.Part{{Line: 1, Quantity: 1}}, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("more inspected than came in, good and damaged together: %v", err)
	}
}

// TestReturnsAddUp takes random steps, forbidden ones too, of two returns of one
// fulfillment: no line ever breaks its rule, and the state says what the lines say.
func TestReturnsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := at(order.SentStage)
		parts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) order.Part {
			return order.Part{Line: rapid.IntRange(0, 3).Draw(t, "line"), Quantity: rapid.Int64Range(-1, 5).Draw(t, "units")}
		}), 0, 3)
		var all []fulfillment.ReturnOrder
		for i := range 2 {
			m := claim(parts.Draw(t, "requested")...)
			m.Return[0] = byte(i + 1)
			if r, err := fulfillment.RequestReturn(f, m, now); err == nil {
				all = append(all, r)
			}
		}
		if len(all) == 0 {
			return
		}
		seen := map[id.Movement]bool{}
		for range 12 {
			r := &all[rapid.IntRange(0, len(all)-1).Draw(t, "which")]
			var movements []stock.Movement
			if rapid.Bool().Draw(t, "receive") {
				f, *r, movements, _ = fulfillment.ReceiveReturn(f, *r, parts.Draw(t, "parts"), now)
			} else {
				*r, movements, _ = fulfillment.InspectReturn(*r, parts.Draw(t, "good"), parts.Draw(t, "damaged"), now)
			}
			for _, m := range movements {
				if err := m.Check(); err != nil || seen[m.ID] {
					t.Fatalf("%v: %v, named before: %t", m, err, seen[m.ID])
				}
				seen[m.ID] = true
			}
			checkReturns(t, f, all)
		}
	})
}

func checkReturns(t *rapid.T, f fulfillment.Fulfillment, all []fulfillment.ReturnOrder) {
	back := map[int]int64{}
	for _, r := range all {
		var received, waiting int64
		for _, l := range r.Lines {
			if l.Quantity < l.Received || l.Received < l.Good+l.Damaged || min(l.Received, l.Good, l.Damaged) < 0 {
				t.Fatalf("a line is %+v", l)
			}
			received += l.Received
			waiting += l.Received - l.Good - l.Damaged
			back[l.Line] += l.Received
		}
		want := fulfillment.ReturnReceived
		if received == 0 {
			want = fulfillment.ReturnRequested
		} else if waiting == 0 {
			want = fulfillment.ReturnInspected
		}
		if r.State != want {
			t.Fatalf("a return of %+v is %s, want %s", r.Lines, r.State, want)
		}
	}
	for _, line := range f.Lines {
		if line.Returned != back[line.Line] || line.Returned > line.Live() {
			t.Fatalf("the fulfillment has %+v back, the returns %d", line, back[line.Line])
		}
	}
}
