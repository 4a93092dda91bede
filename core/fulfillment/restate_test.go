package fulfillment_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/order"
)

// known is what a store knows of at(stage), which its warehouse has changed so often.
func known(stage order.Stage, version int) event.FulfillmentState {
	state := at(stage).State(nil)
	state.Version = version
	return state
}

// TestRestate books the steps that a warehouse has lost, whatever it remembers.
func TestRestate(t *testing.T) {
	voided := func(state event.FulfillmentState, first, second int64) event.FulfillmentState {
		state.Lines[0].Voided, state.Lines[1].Voided = first, second
		return state
	}
	returned := func(state event.FulfillmentState, first int64) event.FulfillmentState {
		state.Lines[0].Returned = first
		return state
	}
	for _, test := range []struct {
		name  string
		from  order.Stage
		known event.FulfillmentState
		rows  []string
	}{
		{"begun", order.Accepted, known(order.Picking, 2), nil},
		{"picked", order.Accepted, known(order.PickedStage, 3), []string{"6 x a allocated to picked, picked", "2 x b allocated to picked, picked"}},
		{"packed", order.Picking, known(order.ReadyStage, 4), []string{"6 x a allocated to picked, picked", "2 x b allocated to picked, picked"}},
		{"sent", order.Accepted, known(order.SentStage, 5), []string{
			"6 x a allocated to picked, picked", "2 x b allocated to picked, picked",
			"6 x a picked to customer, shipped", "2 x b picked to customer, shipped",
		}},
		{"sent, and was picked already", order.PickedStage, known(order.SentStage, 5), []string{"6 x a picked to customer, shipped", "2 x b picked to customer, shipped"}},
		{"delivered, and was sent already", order.SentStage, known(order.DeliveredStage, 6), nil},
		{"called off", order.Accepted, voided(known(order.VoidedStage, 2), 6, 2), []string{"6 x a allocated to available, released", "2 x b allocated to available, released"}},
		{"called off when it was packed", order.ReadyStage, voided(known(order.VoidedStage, 9), 6, 2), []string{"6 x a picked to available, released", "2 x b picked to available, released"}},
		{"called off in part, and sent", order.Accepted, voided(known(order.SentStage, 9), 2, 2), []string{
			"2 x a allocated to available, released", "2 x b allocated to available, released", "4 x a allocated to picked, picked", "4 x a picked to customer, shipped",
		}},
		{"come back", order.Accepted, returned(known(order.SentStage, 9), 4), []string{
			"6 x a allocated to picked, picked", "2 x b allocated to picked, picked",
			"6 x a picked to customer, shipped", "2 x b picked to customer, shipped", "4 x a customer to quarantine, customer_return",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := at(test.from)
			after, movements, err := fulfillment.Restate(before, test.known, now)
			if err != nil {
				t.Fatal(err)
			}
			if after.Stage != test.known.Stage || after.Version != test.known.Version {
				t.Errorf("it is %s in version %d", after.Stage, after.Version)
			}
			if diff := cmp.Diff(test.known.Lines, after.State(nil).Lines); diff != "" {
				t.Errorf("lines (-known +after):\n%s", diff)
			}
			if diff := cmp.Diff(test.rows, told(movements)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			fits(t, movements)
			if diff := cmp.Diff(at(test.from), before); diff != "" {
				t.Errorf("what was given was changed:\n%s", diff)
			}
			again, movements, err := fulfillment.Restate(after, test.known, now)
			if err != nil || len(movements) > 0 || again.Version != after.Version {
				t.Errorf("told once more: version %d, %v, %v", again.Version, told(movements), err)
			}
		})
	}
}

// TestRestateOfLess changes nothing where the warehouse knows more than the store.
func TestRestateOfLess(t *testing.T) {
	before := at(order.SentStage)
	before.Version = 5
	after, movements, err := fulfillment.Restate(before, known(order.Picking, 2), now)
	if err != nil || len(movements) > 0 || after.Stage != order.SentStage || after.Version != 5 {
		t.Errorf("it is %s in version %d; %v, %v", after.Stage, after.Version, told(movements), err)
	}
}

// TestRestateTheAddress: that a parcel goes to another address has no version of its
// own for the store.
func TestRestateTheAddress(t *testing.T) {
	state := known(order.Accepted, 1)
	state.Address.Street = "Elsewhere 7"
	after, movements, err := fulfillment.Restate(at(order.Accepted), state, now)
	if err != nil || len(movements) > 0 || after.Address.Street != "Elsewhere 7" || after.Version != 2 {
		t.Errorf("%+v, %v, %v", after, told(movements), err)
	}
}

// TestRestateRefuses what cannot be: a store that knows such things knows another
// fulfillment.
func TestRestateRefuses(t *testing.T) {
	for name, change := range map[string]func(*event.FulfillmentState){
		"more called off than there is": func(s *event.FulfillmentState) { s.Lines[0].Voided = 7 },
		"another line":                  func(s *event.FulfillmentState) { s.Lines[0].Line = 9 },
		"back and not sent":             func(s *event.FulfillmentState) { s.Lines[0].Returned = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			state := known(order.Picking, 9)
			change(&state)
			before := at(order.Accepted)
			after, movements, err := fulfillment.Restate(before, state, now)
			if !fault.Is(err, fault.Conflict) || len(movements) > 0 {
				t.Errorf("%v, %v", told(movements), err)
			}
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("it was changed:\n%s", diff)
			}
		})
	}
}
