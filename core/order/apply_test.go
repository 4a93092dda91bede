package order_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
)

var (
	first  = id.Fulfillment{UUID: id.UUID{1}}
	second = id.Fulfillment{UUID: id.UUID{2}}
	now    = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	later  = now.Add(time.Hour)
)

// twoWarehouses is an order of two lines: the first warehouse ships 4 of line 1,
// the second one the other 2 of it and all 3 of line 2.
func twoWarehouses(stages ...order.Stage) order.Order {
	o := order.Order{
		Number: 1042, Status: order.Placed, Version: 1, PlacedAt: now, ChangedAt: now,
		Lines: []order.Line{{Number: 1, SKU: "a", Quantity: 6}, {Number: 2, SKU: "b", Quantity: 3}},
		Fulfillments: []order.Fulfillment{
			{ID: first, Warehouse: "wh1", Version: 3, Stage: stages[0], ChangedAt: now, Lines: []order.Part{{Line: 1, SKU: "a", Quantity: 4}}},
			{ID: second, Warehouse: "wh2", Version: 3, Stage: stages[1], ChangedAt: now, Lines: []order.Part{{Line: 1, SKU: "a", Quantity: 2}, {Line: 2, SKU: "b", Quantity: 3}}},
		},
		Why: []order.Step{{Rule: "primary warehouse", Warehouse: "wh1", Verdict: order.Partly, SKU: "a", Wanted: 6, Got: 4}},
	}
	o.Status = order.Fold(o)
	return o
}

func all(f id.Fulfillment) []order.Part {
	if f == first {
		return []order.Part{{Line: 1, Quantity: 4}}
	}
	return []order.Part{{Line: 1, Quantity: 2}, {Line: 2, Quantity: 3}}
}

func TestApplyFollowsTheSlowest(t *testing.T) {
	for _, test := range []struct {
		name   string
		stages [2]order.Stage
		news   order.News
		want   order.Status
	}{
		{"accepted", [2]order.Stage{order.Requested, order.Requested}, order.News{Fulfillment: first, To: order.Accepted}, order.Placed},
		{"one is ready", [2]order.Stage{order.PickedStage, order.Requested}, order.News{Fulfillment: first, To: order.ReadyStage}, order.Placed},
		{"both are ready", [2]order.Stage{order.ReadyStage, order.PickedStage}, order.News{Fulfillment: second, To: order.ReadyStage}, order.Ready},
		{"the faster one is sent", [2]order.Stage{order.ReadyStage, order.ReadyStage}, order.News{Fulfillment: first, To: order.SentStage}, order.Ready},
		{"both are sent", [2]order.Stage{order.SentStage, order.ReadyStage}, order.News{Fulfillment: second, To: order.SentStage}, order.Sent},
		{"both are delivered", [2]order.Stage{order.DeliveredStage, order.SentStage}, order.News{Fulfillment: second, To: order.DeliveredStage}, order.Delivered},
		{"the shelf was short", [2]order.Stage{order.Picking, order.ReadyStage}, order.News{Fulfillment: first, To: order.ShortStage}, order.Placed},
		{"the slower one is voided", [2]order.Stage{order.Picking, order.ReadyStage}, order.News{Fulfillment: first, To: order.VoidedStage, Voided: all(first)}, order.Ready},
		{"forward over ready", [2]order.Stage{order.Accepted, order.SentStage}, order.News{Fulfillment: first, To: order.VoidedStage, Voided: all(first)}, order.Sent},
		{"forward over ready and sent", [2]order.Stage{order.DeliveredStage, order.Requested}, order.News{Fulfillment: second, To: order.VoidedStage, Voided: all(second)}, order.Delivered},
		{"the last one is voided", [2]order.Stage{order.VoidedStage, order.ReadyStage}, order.News{Fulfillment: second, To: order.VoidedStage, Voided: all(second)}, order.Voided},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := twoWarehouses(test.stages[0], test.stages[1])
			test.news.Version, test.news.At = 4, later
			got, changed, err := order.Apply(o, test.news)
			if err != nil || !changed {
				t.Fatalf("Apply: %t, %v", changed, err)
			}
			f := got.Fulfillment(test.news.Fulfillment)
			if got.Status != test.want || got.Version != o.Version+1 || !got.ChangedAt.Equal(later) {
				t.Errorf("the order is %s, version %d, changed %s; want %s, version 2, %s", got.Status, got.Version, got.ChangedAt, test.want, later)
			}
			if f.Stage != test.news.To || f.Version != 4 || !f.ChangedAt.Equal(later) {
				t.Errorf("the fulfillment is %s, version %d, changed %s", f.Stage, f.Version, f.ChangedAt)
			}
		})
	}
}

func TestApplyToABackorder(t *testing.T) {
	o := backordered(twoWarehouses(order.SentStage, order.Requested))
	got, _, err := order.Apply(o, order.News{Fulfillment: second, To: order.Accepted, Version: 4, At: later})
	if err != nil || got.Status != order.Backordered {
		t.Errorf("an early step makes it %s, %v; want it to stay backordered", got.Status, err)
	}
	got, _, err = order.Apply(o, order.News{Fulfillment: second, To: order.VoidedStage, Version: 4, At: later, Voided: all(second)})
	if err != nil || got.Status != order.Backordered {
		t.Errorf("without its slowest part it is %s, %v; want it to wait for the rest", got.Status, err)
	}
	got, err = order.DropWaiting(got, 1, "wh1", 1, later)
	if err != nil || got.Status != order.Sent || got.Lines[0].Voided != 3 {
		t.Errorf("without what was to come in it is %s, %v; want sent", got.Status, err)
	}
}

// backordered lets one more unit of line 1 wait for what wh1 expects.
func backordered(o order.Order) order.Order {
	o.Lines[0].Quantity++
	o.Waiting = []order.Wait{{Line: 1, SKU: "a", Warehouse: "wh1", Quantity: 1}}
	o.Status = order.Fold(o)
	return o
}

func TestApplyPartialVoid(t *testing.T) {
	o := twoWarehouses(order.Picking, order.Picking)
	o.Fulfillments[1].Lines[0].Asked, o.Fulfillments[1].Lines[1].Asked = 1, 3
	news := order.News{Fulfillment: second, To: order.Picking, Version: 4, At: later, Voided: []order.Part{{Line: 1, Quantity: 2}, {Line: 2, Quantity: 1}}}
	got, changed, err := order.Apply(o, news)
	if err != nil || !changed {
		t.Fatalf("Apply: %t, %v", changed, err)
	}
	want := o.Clone()
	want.Lines[0].Voided, want.Lines[1].Voided = 2, 1
	want.Fulfillments[1].Lines[0].Voided, want.Fulfillments[1].Lines[0].Asked = 2, 0
	want.Fulfillments[1].Lines[1].Voided, want.Fulfillments[1].Lines[1].Asked = 1, 2
	want.Fulfillments[1].Version, want.Fulfillments[1].ChangedAt = 4, later
	want.Version, want.ChangedAt = 2, later
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestApplyRefuses(t *testing.T) {
	stranger := id.Fulfillment{UUID: id.UUID{9}}
	for _, test := range []struct {
		name string
		news order.News
		want fault.Kind
	}{
		{"another order's fulfillment", order.News{Fulfillment: stranger, To: order.PickedStage, Version: 4}, fault.NotFound},
		{"a step that is not in the table", order.News{Fulfillment: first, To: order.SentStage, Version: 4}, fault.Conflict},
		{"a step back", order.News{Fulfillment: first, To: order.Accepted, Version: 4}, fault.Conflict},
		{"an unknown stage", order.News{Fulfillment: first, To: "lost", Version: 4}, fault.Invalid},
		{"more voided than there is", order.News{Fulfillment: first, To: order.Picking, Version: 4, Voided: []order.Part{{Line: 1, Quantity: 5}}}, fault.Conflict},
		{"more voided, in two parts", order.News{Fulfillment: first, To: order.Picking, Version: 4, Voided: []order.Part{{Line: 1, Quantity: 3}, {Line: 1, Quantity: 2}}}, fault.Conflict},
		{"less than nothing voided", order.News{Fulfillment: first, To: order.Picking, Version: 4, Voided: []order.Part{{Line: 1, Quantity: -1}}}, fault.Conflict},
		{"another warehouse's line voided", order.News{Fulfillment: first, To: order.Picking, Version: 4, Voided: []order.Part{{Line: 1, Quantity: 1}, {Line: 2, Quantity: 1}}}, fault.Conflict},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := twoWarehouses(order.Picking, order.Picking)
			got, changed, err := order.Apply(o, test.news)
			if changed || !fault.Is(err, test.want) {
				t.Errorf("Apply: %t, %v; want a fault that is %s", changed, err, test.want)
			}
			if diff := cmp.Diff(o, got); diff != "" {
				t.Errorf("the order has changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestApplyIgnoresOldNews(t *testing.T) {
	for _, version := range []int{-1, 0, 2, 3} {
		o := twoWarehouses(order.Picking, order.Picking)
		got, changed, err := order.Apply(o, order.News{Fulfillment: first, To: order.Requested, Version: version, At: later, Voided: all(first)})
		if diff := cmp.Diff(o, got); changed || err != nil || diff != "" {
			t.Errorf("version %d after 3: %t, %v (-before +after):\n%s", version, changed, err, diff)
		}
	}
}

func TestReturn(t *testing.T) {
	sent := func() order.Order {
		o := twoWarehouses(order.SentStage, order.DeliveredStage)
		o.Fulfillments[1].Lines[1].Voided, o.Lines[1].Voided = 1, 1
		return o
	}
	o := sent()
	some, err := order.Return(o, first, []order.Part{{Line: 1, Quantity: 1}, {Line: 1, Quantity: 3}}, later)
	if err != nil || some.Status != order.Sent || some.Lines[0].Returned != 4 || some.Version != 2 || !some.ChangedAt.Equal(later) {
		t.Fatalf("some came back: %+v, %v", some, err)
	}
	everything, err := order.Return(some, second, []order.Part{{Line: 1, Quantity: 2}, {Line: 2, Quantity: 2}}, later)
	if err != nil || everything.Status != order.Returned || everything.Lines[1].Returned != 2 {
		t.Fatalf("the rest came back: %+v, %v", everything, err)
	}
	if diff := cmp.Diff(sent(), o); diff != "" {
		t.Errorf("what was given has changed (-before +after):\n%s", diff)
	}
	delivered, changed, err := order.Apply(everything, order.News{Fulfillment: first, To: order.DeliveredStage, Version: 4, At: later})
	if err != nil || !changed || delivered.Status != order.Returned {
		t.Errorf("late news makes it %s, %t, %v; want it to stay returned", delivered.Status, changed, err)
	}
}

// A parcel may come back while another one of the same order is still to go out.
func TestReturnOfOneParcel(t *testing.T) {
	for name, o := range map[string]order.Order{
		"the other is packed": twoWarehouses(order.SentStage, order.ReadyStage),
		"the rest waits":      backordered(twoWarehouses(order.SentStage, order.SentStage)),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := order.Return(o, first, []order.Part{{Line: 1, Quantity: 4}}, later)
			if err != nil || got.Status != o.Status || got.Lines[0].Returned != 4 {
				t.Errorf("it is %s with %d units back, %v; want %s with 4", got.Status, got.Lines[0].Returned, err, o.Status)
			}
		})
	}
}

// TestReturnOfAllThatWasSent: a parcel came back first, and then the rest of the order
// is called off, in each way in which that can be.
func TestReturnOfAllThatWasSent(t *testing.T) {
	for name, c := range map[string]struct {
		second order.Stage
		waits  bool
		drop   func(o order.Order) (order.Order, error)
	}{
		"a warehouse calls it off": {order.Accepted, false, func(o order.Order) (order.Order, error) {
			got, _, err := order.Apply(o, order.News{Fulfillment: second, To: order.VoidedStage, Version: 4, At: later, Voided: all(second)})
			return got, err
		}},
		"packed, and called off": {order.ReadyStage, false, func(o order.Order) (order.Order, error) {
			got, _, err := order.Apply(o, order.News{Fulfillment: second, To: order.VoidedStage, Version: 4, At: later, Voided: all(second)})
			return got, err
		}},
		"no warehouse was asked": {order.Requested, false, func(o order.Order) (order.Order, error) {
			o.Fulfillments[1].Unasked = true
			got, _, err := order.DropUnasked(o, later)
			return got, err
		}},
		"it was to come in": {order.VoidedStage, true, func(o order.Order) (order.Order, error) {
			return order.DropWaiting(o, 1, "wh1", 1, later)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			o := twoWarehouses(order.DeliveredStage, order.Requested)
			if o.Fulfillments[1].Stage = c.second; c.second == order.VoidedStage {
				o.Lines[0].Voided, o.Lines[1].Voided = 2, 3
				o.Fulfillments[1].Lines[0].Voided, o.Fulfillments[1].Lines[1].Voided = 2, 3
			}
			if o.Status = order.Fold(o); c.waits {
				o = backordered(o)
			}
			back, err := order.Return(o, first, all(first), later)
			if err != nil || back.Status != o.Status {
				t.Fatalf("a parcel came back: %s, %v; want it to stay %s", back.Status, err, o.Status)
			}
			got, err := c.drop(back)
			if err != nil || got.Status != order.Returned || got.Version != back.Version+1 {
				t.Errorf("without the rest it is %s, version %d, %v; want returned", got.Status, got.Version, err)
			}
			some, err := order.Return(o, first, []order.Part{{Line: 1, Quantity: 3}}, later)
			if err != nil {
				t.Fatal(err)
			}
			if got, err = c.drop(some); err != nil || got.Status != order.Delivered {
				t.Errorf("with one unit still out it is %s, %v; want delivered", got.Status, err)
			}
		})
	}
}

// TestFoldOfReturned: returned is what nothing is missing of, nothing is to be sent
// of, and something came back of.
func TestFoldOfReturned(t *testing.T) {
	back := func(stage order.Stage) order.Order {
		o := twoWarehouses(order.SentStage, stage)
		o.Lines[0].Voided, o.Lines[0].Returned, o.Lines[1].Voided = 2, 4, 3
		o.Fulfillments[0].Lines[0].Returned = 4
		o.Fulfillments[1].Lines[0].Voided, o.Fulfillments[1].Lines[1].Voided = 2, 3
		return o
	}
	waits := backordered(back(order.VoidedStage))
	waits.Status = order.Returned // before it was to wait again
	empty := back(order.SentStage)
	empty.Lines[0].Voided, empty.Lines[0].Returned, empty.Fulfillments[0].Stage = 6, 0, order.VoidedStage
	for name, c := range map[string]struct {
		o    order.Order
		want order.Status
	}{
		"the other part is voided":         {back(order.VoidedStage), order.Returned},
		"the other part is not voided yet": {back(order.Picking), order.Placed},
		"units wait again":                 {waits, order.Backordered},
		"nothing was in the parcel":        {empty, order.Sent},
	} {
		if got := order.Fold(c.o); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestReturnRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		stage order.Stage
		which id.Fulfillment
		parts []order.Part
		want  fault.Kind
	}{
		{"more than was sent", order.SentStage, second, []order.Part{{Line: 1, Quantity: 3}}, fault.Conflict},
		{"more than was sent, in two parts", order.DeliveredStage, second, []order.Part{{Line: 2, Quantity: 2}, {Line: 2, Quantity: 2}}, fault.Conflict},
		{"nothing", order.SentStage, second, []order.Part{{Line: 1}}, fault.Conflict},
		{"another warehouse's line", order.SentStage, first, []order.Part{{Line: 1, Quantity: 1}, {Line: 2, Quantity: 1}}, fault.NotFound},
		{"an unknown fulfillment", order.SentStage, id.Fulfillment{}, []order.Part{{Line: 1, Quantity: 1}}, fault.NotFound},
		{"before it was sent", order.ReadyStage, second, []order.Part{{Line: 1, Quantity: 1}}, fault.Conflict},
		{"requested", order.Requested, second, []order.Part{{Line: 1, Quantity: 1}}, fault.Conflict},
		{"voided", order.VoidedStage, second, []order.Part{{Line: 1, Quantity: 1}}, fault.Conflict},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := twoWarehouses(order.SentStage, test.stage)
			got, err := order.Return(o, test.which, test.parts, later)
			if diff := cmp.Diff(o, got); !fault.Is(err, test.want) || diff != "" {
				t.Errorf("Return: %v, want a fault that is %s and no change (-before +after):\n%s", err, test.want, diff)
			}
		})
	}
}

// TestResultsShareNothing scribbles over every slice of a result.
func TestResultsShareNothing(t *testing.T) {
	for name, change := range map[string]func(o order.Order) order.Order{
		"Clone": order.Order.Clone,
		"Apply": func(o order.Order) order.Order {
			got, _, _ := order.Apply(o, order.News{Fulfillment: first, To: order.DeliveredStage, Version: 4})
			return got
		},
		"Apply, old news": func(o order.Order) order.Order {
			got, _, _ := order.Apply(o, order.News{Fulfillment: first, Version: 1})
			return got
		},
		"Apply, refused": func(o order.Order) order.Order {
			got, _, _ := order.Apply(o, order.News{Fulfillment: first, To: order.Requested, Version: 4})
			return got
		},
		"Return": func(o order.Order) order.Order {
			got, _ := order.Return(o, first, []order.Part{{Line: 1, Quantity: 1}}, later)
			return got
		},
		"Return, refused": func(o order.Order) order.Order {
			got, _ := order.Return(o, first, []order.Part{{Line: 9, Quantity: 1}}, later)
			return got
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := twoWarehouses(order.SentStage, order.SentStage)
			got := change(before)
			got.Lines[0].SKU, got.Fulfillments[0].Warehouse, got.Fulfillments[0].Lines[0].SKU, got.Why[0].Rule = "x", "x", "x", "x"
			if diff := cmp.Diff(twoWarehouses(order.SentStage, order.SentStage), before); diff != "" {
				t.Errorf("the original has changed (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRandomLives lets warehouses take any steps that the stage table allows, and
// customers send back what they have. No such news may be refused, units are never
// lost, and the status is always what a plain count of the fulfillments says.
func TestRandomLives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := twoWarehouses(order.Requested, order.Requested)
		if rapid.Bool().Draw(t, "backordered") {
			o = backordered(o)
		}
		dropped := int64(0)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			was, err := o.Status, error(nil)
			f := o.Fulfillments[rapid.IntRange(0, 1).Draw(t, "fulfillment")]
			next := order.NextStages(f.Stage)
			switch out := sent(f); {
			case len(o.Waiting) > 0 && rapid.IntRange(0, 9).Draw(t, "drop") == 0:
				o, err = order.DropWaiting(o, 1, "wh1", 1, later)
				dropped++
			case len(out) > 0 && rapid.Bool().Draw(t, "send back"):
				o, err = order.Return(o, f.ID, out[:rapid.IntRange(1, len(out)).Draw(t, "lines")], later)
			case len(next) > 0:
				o, err = stepped(t, o, f, rapid.SampledFrom(next).Draw(t, "to"))
			}
			if err != nil {
				t.Fatalf("%s, of an order that is %s: %v", f.Stage, was, err)
			}
			if want := naiveStatus(o); o.Status != want {
				t.Fatalf("the order is %s, want %s", o.Status, want)
			}
			voided := voidedByLine(o)
			voided[1] += dropped
			if diff := cmp.Diff(voided, map[int]int64{1: o.Lines[0].Voided, 2: o.Lines[1].Voided}); diff != "" {
				t.Fatalf("the lines do not agree with the fulfillments (-fulfillments +lines):\n%s", diff)
			}
		}
	})
}

// stepped takes a step of a fulfillment, or calls one unit of it off instead.
func stepped(t *rapid.T, o order.Order, f order.Fulfillment, to order.Stage) (order.Order, error) {
	news := order.News{Fulfillment: f.ID, To: to, Version: f.Version + 1, At: later}
	unsent := order.CheckStage(f.Stage, order.VoidedStage) == nil
	if parts := live(f); news.To == order.VoidedStage {
		news.Voided = parts
	} else if unsent && parts[0].Quantity > 1 && rapid.Bool().Draw(t, "void one") {
		news.To, news.Voided = f.Stage, []order.Part{{Line: parts[0].Line, Quantity: 1}}
	}
	after, changed, err := order.Apply(o, news)
	if err == nil && !changed {
		t.Fatalf("%s, of an order that is %s, to %s changes nothing", f.Stage, o.Status, news.To)
	}
	return after, err
}

func live(f order.Fulfillment) (parts []order.Part) {
	for _, part := range f.Lines {
		if part.Live() > 0 {
			parts = append(parts, order.Part{Line: part.Line, Quantity: part.Live()})
		}
	}
	return parts
}

// sent returns what of a fulfillment the customer has.
func sent(f order.Fulfillment) (parts []order.Part) {
	for _, part := range f.Lines {
		if out := part.Live() - part.Returned; out > 0 && (f.Stage == order.SentStage || f.Stage == order.DeliveredStage) {
			parts = append(parts, order.Part{Line: part.Line, Quantity: out})
		}
	}
	return parts
}

func voidedByLine(o order.Order) map[int]int64 {
	sums := map[int]int64{1: 0, 2: 0}
	for _, f := range o.Fulfillments {
		for _, part := range f.Lines {
			sums[part.Line] += part.Voided
		}
	}
	return sums
}

// naiveStatus is Fold in plain words.
func naiveStatus(o order.Order) order.Status {
	fulfillments := o.Fulfillments
	count := map[order.Stage]int{}
	for _, f := range fulfillments {
		count[f.Stage]++
	}
	var out, returned int64
	for _, line := range o.Lines {
		out += line.Quantity - line.Voided - line.Returned
		returned += line.Returned
	}
	live := len(fulfillments) - count[order.VoidedStage]
	onTheWay := count[order.SentStage] + count[order.DeliveredStage]
	switch {
	case len(o.Waiting) > 0:
		return order.Backordered
	case live == 0:
		return order.Voided
	case onTheWay == live && out == 0 && returned > 0:
		return order.Returned
	case count[order.DeliveredStage] == live:
		return order.Delivered
	case onTheWay == live:
		return order.Sent
	case onTheWay+count[order.ReadyStage] == live:
		return order.Ready
	default:
		return order.Placed
	}
}
