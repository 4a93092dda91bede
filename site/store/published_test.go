package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/site/books"
	"crossdock/site/store"
)

// shelf is a journal of which the test says what stands in it.
type shelf struct {
	snapshot store.Snapshot
	fail     error
}

func (s *shelf) Load(context.Context) (store.Snapshot, error) { return s.snapshot, s.fail }
func (s *shelf) Commit(context.Context, *store.Changes) error { return s.fail }

func announced(sku id.SKU, warehouse id.Site, free, sold int64) []stock.Balance {
	return []stock.Balance{
		{SKU: sku, Account: stock.IncomingAt(warehouse), Units: free},
		{SKU: sku, Account: stock.SoldAheadAt(warehouse), Units: sold},
		{SKU: sku, Account: stock.HeldAt(warehouse), Units: 99},
	}
}

func schedule(warehouse id.Site, sku id.SKU, arrivals ...event.Arriving) store.Schedule {
	return store.Schedule{Warehouse: warehouse, Schedule: event.Schedule{SKU: sku, Arrivals: arrivals}}
}

// announcedMugs returns, by warehouse, the free units, those sold ahead, and the days on
// which the n-th more units come in.
func announcedMugs(o *store.Published, units ...int64) map[id.Site][]int64 {
	all := map[id.Site][]int64{}
	for _, e := range o.Expected("mug") {
		row := []int64{e.Units, e.Sold}
		for _, n := range units {
			row = append(row, int64(e.Due(n)))
		}
		all[e.Warehouse] = row
	}
	return all
}

func TestPublishedFollowsTheJournal(t *testing.T) {
	const soon, late = date.Date(20780), date.Date(20790)
	journal := &shelf{snapshot: store.Snapshot{
		Books:     books.Snapshot{Balances: append(announced("mug", "wh2", 4, 0), announced("mug", "wh1", 6, 2)...)},
		Schedules: []store.Schedule{schedule("wh1", "mug", event.Arriving{On: soon, Quantity: 3}, event.Arriving{On: late, Quantity: 5})},
		Holds:     []store.Hold{{Owner: "user:1", Units: []store.Held{{Warehouse: "wh1", SKU: "mug", Units: 1}}, ExpiresAt: time.Unix(60, 0)}},
	}}
	o := store.Watch(journal)
	if _, err := o.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Two of the three that come soon are sold: one more comes soon, the next one late.
	want := map[id.Site][]int64{"wh1": {6, 2, int64(soon), int64(late), int64(late), 0}, "wh2": {4, 0, 0, 0, 0, 0}}
	if diff := cmp.Diff(want, announcedMugs(o, 1, 2, 6, 7)); diff != "" {
		t.Errorf("as loaded (-want +got):\n%s", diff)
	}
	if hold, there := o.Hold("user:1"); !there || hold.Units[0].Units != 1 {
		t.Errorf("the hold is %v, %v", hold, there)
	}

	change := &store.Changes{
		Books:     books.Rows{Balances: append(announced("mug", "wh2", 0, 0), announced("mug", "wh1", 5, 3)...)},
		Schedules: []store.Schedule{schedule("wh1", "mug", event.Arriving{On: late, Quantity: 8})},
		Holds:     []store.Hold{{Owner: "user:1"}},
	}
	journal.fail = errors.New("the disk is gone")
	if err := o.Commit(t.Context(), change); !errors.Is(err, journal.fail) {
		t.Errorf("the error is %v", err)
	}
	if diff := cmp.Diff(want, announcedMugs(o, 1, 2, 6, 7)); diff != "" {
		t.Errorf("what was not written is seen (-want +got):\n%s", diff)
	}
	journal.fail = nil
	if err := o.Commit(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[id.Site][]int64{"wh1": {5, 3, int64(late)}}, announcedMugs(o, 1)); diff != "" {
		t.Errorf("as written (-want +got):\n%s", diff)
	}
	if hold, there := o.Hold("user:1"); there {
		t.Errorf("the hold that has ended is %v", hold)
	}
}

func TestPublishedFollowsTheWarehouses(t *testing.T) {
	const today = date.Date(20780)
	journal := &shelf{snapshot: store.Snapshot{
		Warehouses: []catalog.Warehouse{{Code: "wh2", Capacity: 5}, {Code: "wh1"}},
		Loads:      []store.Load{{Warehouse: "wh2", On: today, Parcels: 4}},
	}}
	p := store.Watch(journal)
	look := func(want string) {
		t.Helper()
		got := ""
		for _, w := range p.Warehouses() {
			got += fmt.Sprintf("%s of %d: %d, %d; ", w.Code, w.Capacity, p.Parcels(w.Code, today), p.Parcels(w.Code, today+1))
		}
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if _, err := p.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	look("wh1 of 0: 0, 0; wh2 of 5: 4, 0; ")
	change := &store.Changes{
		Warehouses: []catalog.Warehouse{{Code: "wh1", Capacity: 9}},
		Loads:      []store.Load{{Warehouse: "wh2", On: today, Parcels: 5}, {Warehouse: "wh1", On: today + 1, Parcels: 1}},
	}
	journal.fail = errors.New("the disk is gone")
	if err := p.Commit(t.Context(), change); !errors.Is(err, journal.fail) {
		t.Errorf("the error is %v", err)
	}
	look("wh1 of 0: 0, 0; wh2 of 5: 4, 0; ")
	journal.fail = nil
	if err := p.Commit(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	look("wh1 of 9: 0, 1; wh2 of 5: 5, 0; ")
	journal.snapshot.Loads = nil // as when a batch that seemed to be written was not
	if _, err := p.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	look("wh1 of 0: 0, 0; wh2 of 5: 0, 0; ")
}
