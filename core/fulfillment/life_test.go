package fulfillment_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

// TestVoidOfWhatIsShort takes the units from where they lie: the stage alone does
// not tell, since a fulfillment may become short before and after it is picked.
func TestVoidOfWhatIsShort(t *testing.T) {
	for from, account := range map[order.Stage]string{order.Accepted: "allocated", order.WaitingTransfer: "picked"} {
		short := at(from)
		short.Stage = order.ShortStage
		after, _, movements, err := fulfillment.Void(short, []order.Part{{Line: 1, Quantity: 2}}, now)
		if diff := cmp.Diff([]string{"2 x a " + account + " to available, released"}, told(movements)); err != nil || diff != "" {
			t.Errorf("short after %s: %v (-want +got):\n%s", from, err, diff)
		}
		fits(t, movements)
		again, _, err := fulfillment.Advance(after, order.Accepted, now)
		if err != nil {
			t.Fatal(err)
		}
		rest, _, movements, err := fulfillment.Void(again, nil, now)
		want := []string{"4 x a " + account + " to available, released", "2 x b " + account + " to available, released"}
		if diff := cmp.Diff(want, told(movements)); err != nil || diff != "" || rest.Stage != order.VoidedStage {
			t.Errorf("short after %s, taken up again: %v (-want +got):\n%s", from, err, diff)
		}
	}
}

// TestVoidOnBothSides takes what is still on the shelf first.
func TestVoidOnBothSides(t *testing.T) {
	f := at(order.ShortStage)
	f.Lines[0].Picked = 4
	_, voided, movements, err := fulfillment.Void(f, []order.Part{{Line: 1, Quantity: 3}}, now)
	want := []string{"2 x a allocated to available, released", "1 x a picked to available, released"}
	if diff := cmp.Diff(want, told(movements)); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff([]order.Part{{Line: 1, SKU: "a", Quantity: 3}}, voided); diff != "" {
		t.Errorf("voided (-want +got):\n%s", diff)
	}
	fits(t, movements)
}

// TestPickedTwice takes nothing off the shelf that is in the packing area already.
func TestPickedTwice(t *testing.T) {
	f := at(order.WaitingTransfer)
	f.Stage = order.ShortStage
	f.Lines[0].Picked = 4 // two of the six are still on the shelf
	var movements []stock.Movement
	for _, to := range []order.Stage{order.Accepted, order.Picking, order.PickedStage} {
		var err error
		if f, movements, err = fulfillment.Advance(f, to, now); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"2 x a allocated to picked, picked"}, told(movements)); diff != "" || f.Lines[0].Picked != 6 {
		t.Errorf("picked %d (-want +got):\n%s", f.Lines[0].Picked, diff)
	}
}

// TestRedirect is allowed until the units are picked.
func TestRedirect(t *testing.T) {
	to := order.Address{Name: "Ann", District: "south"}
	for _, stage := range order.Stages() {
		want, allowed := at(stage), stage == order.Accepted || stage == order.Picking
		if allowed {
			want.Address, want.Version, want.ChangedAt = to, 2, now
		}
		got, err := fulfillment.Redirect(at(stage), to, now)
		if diff := cmp.Diff(want, got); diff != "" || (err == nil) != allowed || !allowed && !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v (-want +got):\n%s", stage, err, diff)
		}
	}
}

// TestEveryLifeCanBeBooked leads a fulfillment through random stages, voids and
// returns, and books all of it: no account ever runs short, each line adds up, and
// no movement has the name of another.
func TestEveryLifeCanBeBooked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ledger := stock.NewLedger([]stock.Balance{
			{SKU: "a", Account: stock.QuotaOf("store"), Units: 6}, {SKU: "b", Account: stock.QuotaOf("store"), Units: 2},
		})
		named := map[id.Movement]bool{}
		book := func(movements []stock.Movement) {
			for _, m := range movements {
				if err := ledger.Book(m); err != nil || named[m.ID] {
					t.Fatalf("%v: %v, booked before: %t", told([]stock.Movement{m}), err, named[m.ID])
				}
				named[m.ID] = true
			}
		}
		f, movements := fulfillment.Accept(request(), "store", placed)
		book(movements)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			line := rapid.SampledFrom(f.Lines).Draw(t, "line")
			part := []order.Part{{Line: line.Line, Quantity: rapid.Int64Range(1, 3).Draw(t, "units")}}
			var err error
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				f, _, movements, err = fulfillment.Void(f, part, now)
			case 1:
				f, movements, err = fulfillment.Return(f, id.UUID{byte(f.Version), 1}, part, now)
			default:
				next := order.NextStages(f.Stage)
				if len(next) == 0 {
					continue
				}
				to := rapid.SampledFrom(next).Draw(t, "to")
				if to == order.ShortStage { // what a count at the shelf does
					f.Stage = to
					continue
				}
				f, movements, err = fulfillment.Advance(f, to, now)
			}
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Fatal(err)
			}
			book(movements)
			checkBooked(t, f, ledger)
		}
	})
}

// checkBooked compares what the lines say with where the units are.
func checkBooked(t *rapid.T, f fulfillment.Fulfillment, ledger *stock.Ledger) {
	out := f.Stage == order.SentStage || f.Stage == order.DeliveredStage
	for _, line := range f.Lines {
		units := func(kind stock.Kind) int64 { return ledger.Balance(line.SKU, stock.Account{Kind: kind}) }
		got := fmt.Sprint("available ", units(stock.Available), ", allocated ", units(stock.Allocated), ", picked ",
			units(stock.Picked), ", quarantine ", units(stock.Quarantine), ", customer ", units(stock.Customer))
		picked, customer := line.Picked, int64(0)
		if out {
			picked, customer = 0, line.Live()-line.Returned
		}
		want := fmt.Sprint("available ", line.Voided, ", allocated ", line.Live()-line.Picked, ", picked ", picked,
			", quarantine ", line.Returned, ", customer ", customer)
		if got != want {
			t.Fatalf("%s, line %+v: booked %s, want %s", f.Stage, line, got, want)
		}
	}
}
