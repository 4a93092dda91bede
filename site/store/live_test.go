package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/sourcing"
	"crossdock/site/books"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func numbered(number byte, waits ...order.Wait) order.Order {
	return order.Order{ID: id.Order{UUID: id.UUID{number}}, Number: int64(number), Waiting: waits}
}

func tinsAt(warehouse id.Site, units int64) order.Wait {
	return order.Wait{Line: 1, SKU: "tin", Warehouse: warehouse, Quantity: units}
}

// TestQueues stay in order of placement and count their units, whichever order is
// served, served in part, or called off.
func TestQueues(t *testing.T) {
	l := newLive(Snapshot{})
	check := func(what string, numbers []int64, units int64) {
		t.Helper()
		var got []int64
		for _, w := range l.waiting["tin"] {
			got = append(got, w.number)
		}
		if diff := cmp.Diff(numbers, got); diff != "" || l.ahead["tin"] != units {
			t.Errorf("%s: %d units ahead, want %d; the queue (-want +got):\n%s", what, l.ahead["tin"], units, diff)
		}
	}
	for _, number := range []byte{3, 1, 2, 4} {
		l.follow(numbered(number, tinsAt("wh2", 10), tinsAt("wh1", 5)))
	}
	check("placed", []int64{1, 1, 2, 2, 3, 3, 4, 4}, 60)
	l.follow(numbered(1))
	check("the first is served", []int64{2, 2, 3, 3, 4, 4}, 45)
	l.follow(numbered(3))
	check("one in the middle is called off", []int64{2, 2, 4, 4}, 30)
	l.follow(numbered(2, tinsAt("wh2", 4)))
	check("one is served in part", []int64{2, 4, 4}, 19)
	l.follow(numbered(4))
	l.follow(numbered(2))
	check("all are", nil, 0)
	if len(l.waiting)+len(l.ahead)+len(l.queued) != 0 {
		t.Errorf("left behind: %v, %v, %v", l.waiting, l.ahead, l.queued)
	}
}

// TestCartsAreForgotten as soon as their orders are paid for, or called off.
func TestCartsAreForgotten(t *testing.T) {
	l := newLive(Snapshot{})
	o := numbered(1)
	l.carts[o.ID] = "guest:1"
	o.Unpaid = true
	l.follow(o)
	if l.carts[o.ID] != "guest:1" {
		t.Error("the cart of an unpaid order is forgotten")
	}
	o.Unpaid = false
	l.follow(o)
	if len(l.carts) > 0 {
		t.Errorf("kept for ever: %v", l.carts)
	}
}

// TestDuePayments hands out the oldest steps first, so many at a time, and does not
// look at transfers that only people can tell of.
func TestDuePayments(t *testing.T) {
	var snapshot Snapshot
	for i := range 2 * maxDue {
		step := pay.Transaction{ID: id.UUID{byte(i >> 8), byte(i)}, State: pay.Pending, NextAt: noon.Add(-time.Duration(i) * time.Second)}
		if i%4 == 3 {
			step.NextAt = time.Time{}
		}
		snapshot.Pending = append(snapshot.Pending, step)
	}
	s := &state{now: noon, live: newLive(snapshot), changes: &Changes{}}
	if got := len(s.live.due); got != 2*maxDue*3/4 {
		t.Errorf("%d steps are kept", got)
	}
	d := s.duePayments()
	if len(d.now) != maxDue || d.now[0].ID != snapshot.Pending[2*maxDue-2].ID {
		t.Errorf("%d are due, the first %+v", len(d.now), d.now[0])
	}
	done := d.now[0]
	done.State, done.NextAt = pay.Success, time.Time{}
	s.changes.Transactions = []pay.Transaction{done}
	if s.followPayments() {
		t.Error("the payer is woken for nothing")
	}
	if d := s.duePayments(); d.now[0].ID == done.ID {
		t.Error("what is settled is due again")
	}
}

// TestLoadsOfOldDays are not kept in memory once they are in nobody's way, and each
// day is one row.
func TestLoadsOfOldDays(t *testing.T) {
	limited := catalog.Warehouse{Code: "wh1", Capacity: 5}
	s := &state{
		now: noon, live: newLive(Snapshot{Warehouses: []catalog.Warehouse{limited}}), changes: &Changes{},
		books: books.Open(books.Snapshot{Site: "store"}), recent: newRecent(),
	}
	const days = sourcing.LookBack + 10
	for range days {
		s.burden("wh1")
		s.burden("wh1")
		s.now = s.now.Add(24 * time.Hour)
	}
	last := date.Of(noon).Add(days - 1)
	rows := []Load{{"wh1", last, 2}, {"wh1", last.Add(-1), 2}, {"wh1", last.Add(-2), 2}}
	sealed, err := s.Seal()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, sealed.(*batch).changes.Loads[:3]); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	want := map[loadKey]int{}
	for day := last.Add(-sourcing.LookBack); day <= last; day++ {
		want[loadKey{"wh1", day}] = 2
	}
	if diff := cmp.Diff(want, s.live.loads, cmp.AllowUnexported(loadKey{})); diff != "" {
		t.Errorf("loads (-want +got):\n%s", diff)
	}
}
