package order_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
)

var third = id.Fulfillment{UUID: id.UUID{3}}

func waiting(units int64) order.Order {
	return order.Order{
		Status: order.Backordered, Version: 1, PlacedAt: now, ChangedAt: now,
		Lines:   []order.Line{{Number: 1, SKU: "a", Quantity: units}},
		Waiting: []order.Wait{{Line: 1, SKU: "a", Warehouse: "wh1", Quantity: units}},
	}
}

func TestFill(t *testing.T) {
	o := waiting(5)
	filling := order.Filling{Line: 1, Incoming: "wh1", Units: 2, Into: third, Warehouse: "wh2"}
	some, err := order.Fill(o, filling, later)
	if err != nil || some.Status != order.Backordered || some.WaitingOf(1) != 3 || some.Version != 2 {
		t.Fatalf("a part was filled: %+v, %v", some, err)
	}
	filling.Units = 3
	whole, err := order.Fill(some, filling, later)
	if err != nil || whole.Status != order.Placed || len(whole.Waiting) != 0 {
		t.Fatalf("the rest was filled: %+v, %v", whole, err)
	}
	want := []order.Fulfillment{{
		ID: third, Warehouse: "wh2", Stage: order.Requested, Unasked: true, ChangedAt: later,
		Lines: []order.Part{{Line: 1, SKU: "a", Quantity: 5}},
	}}
	if diff := cmp.Diff(want, whole.Fulfillments); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(waiting(5), o); diff != "" {
		t.Errorf("what was given has changed (-before +after):\n%s", diff)
	}
}

func TestFillRefuses(t *testing.T) {
	asked := waiting(5)
	asked.Fulfillments = []order.Fulfillment{{ID: third, Warehouse: "wh2", Stage: order.Accepted, Lines: []order.Part{{Line: 1, SKU: "a", Quantity: 1}}}}
	for _, test := range []struct {
		name    string
		o       order.Order
		filling order.Filling
		want    fault.Kind
	}{
		{"more than waits", waiting(5), order.Filling{Line: 1, Incoming: "wh1", Units: 6, Into: third}, fault.Conflict},
		{"of another warehouse's", waiting(5), order.Filling{Line: 1, Incoming: "wh2", Units: 1, Into: third}, fault.Conflict},
		{"another line", waiting(5), order.Filling{Line: 2, Incoming: "wh1", Units: 1, Into: third}, fault.Conflict},
		{"nothing", waiting(5), order.Filling{Line: 1, Incoming: "wh1", Into: third}, fault.Invalid},
		{"into what the warehouse works on", asked, order.Filling{Line: 1, Incoming: "wh1", Units: 1, Into: third, Warehouse: "wh2"}, fault.Conflict},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := order.Fill(test.o, test.filling, later)
			if diff := cmp.Diff(test.o, got); !fault.Is(err, test.want) || diff != "" {
				t.Errorf("Fill: %v, want a fault that is %s and no change (-before +after):\n%s", err, test.want, diff)
			}
		})
	}
}

func TestDropWaiting(t *testing.T) {
	o := waiting(5)
	some, err := order.DropWaiting(o, 1, "wh1", 2, later)
	if err != nil || some.Status != order.Backordered || some.Lines[0].Voided != 2 {
		t.Fatalf("some was dropped: %+v, %v", some, err)
	}
	gone, err := order.DropWaiting(some, 1, "wh1", 3, later)
	if err != nil || gone.Status != order.Voided || gone.Lines[0].Voided != 5 {
		t.Fatalf("all was dropped: %+v, %v", gone, err)
	}
	if got, err := order.DropWaiting(o, 1, "wh1", 6, later); !fault.Is(err, fault.Conflict) || !cmp.Equal(o, got) {
		t.Errorf("too many: %v", err)
	}
}

func TestDropUnasked(t *testing.T) {
	o := twoWarehouses(order.Requested, order.Picking)
	o.Fulfillments[0].Unasked = true
	got, dropped, err := order.DropUnasked(o, later)
	if err != nil || got.Status != order.Placed || got.Lines[0].Voided != 4 || got.Fulfillments[0].Stage != order.VoidedStage {
		t.Fatalf("%+v, %v", got, err)
	}
	if diff := cmp.Diff(o.Fulfillments[:1], dropped); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got, dropped, err := order.DropUnasked(twoWarehouses(order.Requested, order.Picking), later); err != nil || dropped != nil || got.Version != 1 {
		t.Errorf("where all were asked: %+v, %v, %v", got, dropped, err)
	}
}

// Units that a warehouse lets go of for another one are not lost on the way.
func TestMovedUnitsWait(t *testing.T) {
	o := twoWarehouses(order.Accepted, order.Accepted)
	f := &o.Fulfillments[1]
	f.MoveTo = "wh1"
	for i := range f.Lines {
		f.Lines[i].Asked, f.Lines[i].Moving = f.Lines[i].Quantity, f.Lines[i].Quantity
	}
	o, _, err := order.Apply(o, order.News{Fulfillment: second, To: order.VoidedStage, Version: 4, At: later, Voided: all(second)})
	if err != nil || o.Status != order.Backordered || o.Lines[0].Voided != 0 || o.WaitingOf(1) != 2 || o.WaitingOf(2) != 3 {
		t.Fatalf("on the way: %+v, %v", o, err)
	}
	for _, wait := range o.Waiting {
		o, err = order.Fill(o, order.Filling{Line: wait.Line, Units: wait.Quantity, Into: third, Warehouse: "wh1"}, later)
		if err != nil {
			t.Fatal(err)
		}
	}
	if o.Status != order.Placed || len(o.Waiting) != 0 {
		t.Errorf("there: %+v", o)
	}
}

// TestRandomWaiting fills and drops at random: each unit is at a fulfillment,
// waits, or is voided, and the status is always the fold.
func TestRandomWaiting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := waiting(rapid.Int64Range(1, 12).Draw(t, "units"))
		for n := range rapid.IntRange(1, 12).Draw(t, "steps") {
			units := rapid.Int64Range(1, 12).Draw(t, "some")
			var err error
			if rapid.Bool().Draw(t, "fill") {
				into := id.Fulfillment{UUID: id.UUID{9, byte(n / 2)}}
				o, err = order.Fill(o, order.Filling{Line: 1, Incoming: "wh1", Units: units, Into: into, Warehouse: "wh2"}, later)
			} else {
				o, err = order.DropWaiting(o, 1, "wh1", units, later)
			}
			if err != nil && units <= o.WaitingOf(1) {
				t.Fatal(err)
			}
			at := o.WaitingOf(1) + o.Lines[0].Voided
			for _, f := range o.Fulfillments {
				for _, part := range f.Lines {
					at += part.Live()
				}
			}
			if at != o.Lines[0].Quantity || o.Status != order.Fold(o) {
				t.Fatalf("%d of %d units, %s: %+v", at, o.Lines[0].Quantity, o.Status, o)
			}
		}
	})
}
