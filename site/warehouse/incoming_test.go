package warehouse_test

import (
	"fmt"
	"testing"

	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/site/books"
	"crossdock/site/warehouse"
)

const friday, monday = date.Date(20785), date.Date(20788)

// heard writes what a store was told of quota and of announced units, in order.
func (r *rig) heard(store id.Site) (told []string) {
	r.t.Helper()
	messages, err := r.db.Messages(r.t.Context(), string(store), 0, 1000, 1<<20)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, m := range messages {
		body, err := event.Decode(m.Kind, m.Body)
		if err != nil {
			r.t.Fatal(err)
		}
		if _, levels := body.(event.StockLevels); !levels && m.Key != "quota" {
			r.t.Errorf("%s has the key %s", m.Kind, m.Key)
		}
		switch b := body.(type) {
		case event.QuotaGranted:
			told = append(told, fmt.Sprint("quota ", b.Units, " of ", b.Epoch))
		case event.IncomingGranted:
			told = append(told, fmt.Sprint("announced ", b.Units, " of ", b.Epoch))
		case event.IncomingTaken:
			told = append(told, fmt.Sprint("taken ", b.Units, " of ", b.Epoch, ", arrived ", b.Arrived))
		case event.IncomingDated:
			for _, s := range b.Schedules {
				told = append(told, fmt.Sprint(s.SKU, " version ", s.Version, " ", s.Arrivals))
			}
		default:
		}
	}
	return told
}

func mugs(units int64) *int64     { return &units }
func on(day date.Date) *date.Date { return &day }
func expectedMugs(units int64) []warehouse.Expected {
	return []warehouse.Expected{{SKU: "mug", Units: units, Due: friday}}
}

func (r *rig) purchase(name string) purchase.Purchase {
	r.t.Helper()
	p, err := r.site.Purchase(r.t.Context(), name)
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// TestPurchase goes through the life of one: announced, late, fewer, received in
// parts and beyond.
func TestPurchase(t *testing.T) {
	r := newRig(t, warehouse.Options{Safety: 1})
	expected := stock.ExpectedFor("store")
	answer := r.do(warehouse.AnnounceIncoming{Purchase: "PO-1", Supplier: "Potters", Lines: []warehouse.Expected{
		{SKU: "mug", Units: 10, Due: friday}, {SKU: "pot", Units: 3},
	}}).(warehouse.Incoming)
	same(t, "answer", r.purchase("PO-1"), answer.Purchase)
	same(t, "announced", []int64{10, 3}, []int64{r.balance("mug", expected), r.balance("pot", expected)})
	r.do(warehouse.ChangeIncoming{Purchase: "PO-1", SKU: "mug", Due: on(monday)})
	r.do(warehouse.ChangeIncoming{Purchase: "PO-1", SKU: "mug", Units: mugs(8)})
	r.site.Close()
	r.open()
	r.do(warehouse.ReceiveStock{Purchase: "PO-1", Items: []warehouse.Item{{SKU: "mug", Units: 2}, {SKU: "mug", Units: 3}}})
	same(t, "granted beside the safety stock", []int64{5, 0}, []int64{r.balance("mug", quota), r.balance("mug", free)})
	r.do(warehouse.ChangeIncoming{Purchase: "PO-1", SKU: "mug", Units: mugs(9), Due: on(friday)})
	r.do(warehouse.ReceiveStock{Purchase: "PO-1", Items: []warehouse.Item{{SKU: "pot", Units: 3}, {SKU: "mug", Units: 6}, {SKU: "cup", Units: 2}}})
	same(t, "said", []string{
		"announced [{mug 10} {pot 3}] of 1", "mug version 1 [{" + friday.String() + " 10}]", "pot version 1 [{ 3}]",
		"mug version 2 [{" + monday.String() + " 10}]",
		"taken [{mug 2}] of 1, arrived false", "mug version 3 [{" + monday.String() + " 8}]",
		"quota [{mug 5}] of 1", "taken [{mug 5}] of 1, arrived true", "mug version 4 [{" + monday.String() + " 3}]",
		"announced [{mug 1}] of 1", "mug version 5 [{" + friday.String() + " 4}]",
		// The stock first, then what was announced, then what came in beyond it.
		"quota [{pot 3} {mug 4}] of 1", "taken [{pot 3} {mug 4}] of 1, arrived true", "quota [{mug 1} {cup 1}] of 1",
		"mug version 6 []", "pot version 2 []",
	}, r.heard("store"))
	same(t, "expected", int64(0), r.balance("mug", expected)+r.balance("pot", expected)+r.balance("mug", stock.Account{Kind: stock.Expected}))
	p := r.purchase("PO-1")
	if !p.Closed || p.Lines[0].Received != 9 || p.Lines[0].Announced != 11 || p.Lines[0].Withdrawn != 2 {
		t.Errorf("%+v", p)
	}
	same(t, "kept in memory", 0, len(r.state().Snapshot.Purchases))
	r.do(warehouse.ReceiveStock{Purchase: "PO-1", Items: []warehouse.Item{{SKU: "mug", Units: 1}}})
	same(t, "on hand", 12, r.onHand("mug"))
}

// TestLevelsWithoutAnnounced: what is announced is no stock, and says no level.
func TestLevelsWithoutAnnounced(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.receive("mug", 2)
	r.do(warehouse.AnnounceIncoming{Purchase: "PO-1", Lines: expectedMugs(10)})
	r.do(warehouse.CancelIncoming{Purchase: "PO-1"})
	same(t, "on hand", 2, r.onHand("mug"))
	same(t, "levels said", 1, len(said[event.StockLevels](r)))
	r.receive("mug", 1)
	levels := said[event.StockLevels](r)
	same(t, "level", stock.Level{SKU: "mug", OnHand: 3, Quota: 3, Version: 4}, levels[1].Levels[0])
	same(t, "stored", int64(4), r.level("mug").Version)
}

func (r *rig) level(sku id.SKU) stock.Level {
	r.t.Helper()
	levels, err := r.db.Levels(r.t.Context(), warehouse.StockQuery{SKU: sku, Limit: 1})
	if err != nil || len(levels) != 1 {
		r.t.Fatalf("%v, %v", levels, err)
	}
	return levels[0].Level
}

func (r *rig) onHand(sku id.SKU) int64 { return r.level(sku).OnHand }

// TestScheduleOfMany sums what several purchases announce, late ones too.
func TestScheduleOfMany(t *testing.T) {
	r, yesterday := newRig(t, warehouse.Options{}), date.Of(start)-1
	for i, due := range []date.Date{monday, friday, 0, yesterday, friday} {
		r.do(warehouse.AnnounceIncoming{Purchase: fmt.Sprint("PO-", i), Lines: []warehouse.Expected{{SKU: "mug", Units: 1 << i, Due: due}}})
	}
	r.do(warehouse.CancelIncoming{Purchase: "PO-4"})
	all := said[event.IncomingDated](r)
	same(t, "schedule", []event.Schedule{{SKU: "mug", Version: 6, Arrivals: []event.Arriving{
		{On: yesterday, Quantity: 8}, {On: friday, Quantity: 2}, {On: monday, Quantity: 1}, {Quantity: 4},
	}}}, all[len(all)-1].Schedules)
}

// TestAnnouncedToTwo divides announced units by need, and gives the stock to who
// was told of it.
func TestAnnouncedToTwo(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	m.receive("mug", 40)
	m.deliver()
	for range 3 {
		m.store("store").sell(m, "mug", 1)
	}
	m.store("other").sell(m, "mug", 1)
	m.deliver()
	m.do(warehouse.AnnounceIncoming{Purchase: "PO-1", Lines: expectedMugs(12)})
	m.deliver()
	incoming := func() string {
		return fmt.Sprint(m.store("store").incoming["mug"], " ", m.store("other").incoming["mug"])
	}
	same(t, "announced", "9 3", incoming())
	m.do(warehouse.ChangeIncoming{Purchase: "PO-1", SKU: "mug", Units: mugs(8)})
	m.deliver()
	same(t, "fewer", "6 2", incoming())
	m.do(warehouse.ReceiveStock{Purchase: "PO-1", Items: []warehouse.Item{{SKU: "mug", Units: 4}}})
	m.deliver()
	same(t, "some arrived", "3 1", incoming())
	same(t, "held", "20 20, free 0", m.heldBy())
	m.conserved(t, "mug")
	m.do(warehouse.CancelIncoming{Purchase: "PO-1"})
	m.deliver()
	same(t, "canceled", "0 0", incoming())
	m.conserved(t, "mug")
}

// TestAnnouncedByNeed brings the store that sells faster nearer to its part of all
// that is announced.
func TestAnnouncedByNeed(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	m.receive("mug", 40)
	m.do(warehouse.AnnounceIncoming{Purchase: "PO-1", Lines: expectedMugs(16)})
	m.deliver()
	m.store("store").sell(m, "mug", 3)
	m.store("other").sell(m, "mug", 9)
	m.deliver()
	m.do(warehouse.AnnounceIncoming{Purchase: "PO-2", Lines: expectedMugs(12)})
	m.deliver()
	same(t, "announced", []int64{8, 20}, []int64{m.store("store").incoming["mug"], m.store("other").incoming["mug"]})
}

// TestReceiptsNameTheirPurchase, in the ledger.
func TestReceiptsNameTheirPurchase(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.do(warehouse.AnnounceIncoming{Purchase: "PO-1", Lines: expectedMugs(9)})
	item := []warehouse.Item{{SKU: "mug", Units: 1}}
	for _, c := range []warehouse.ReceiveStock{{Items: item}, {Items: item, Note: "wet"}, {Purchase: "PO-1", Items: item}, {Purchase: "PO-1", Items: item, Note: "wet"}} {
		r.do(c)
	}
	moment, err := r.db.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	causes := map[stock.Reason][]string{}
	err = moment.Movements(t.Context(), func(m books.Movement, _ error) error {
		causes[m.Reason] = append(causes[m.Reason], m.Cause)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "receipts", []string{"receipt", "receipt: wet", "receipt of PO-1", "receipt of PO-1: wet"}, causes[stock.Received])
	same(t, "arrivals", []string{"purchase PO-1", "purchase PO-1"}, causes[stock.Arrived])
}

// TestBadPurchases refuses what makes no sense, and changes nothing.
func TestBadPurchases(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.do(warehouse.AnnounceIncoming{Purchase: "open", Lines: expectedMugs(10)})
	r.do(warehouse.AnnounceIncoming{Purchase: "closed", Lines: expectedMugs(10)})
	r.do(warehouse.CancelIncoming{Purchase: "closed"})
	r.do(warehouse.ReceiveStock{Purchase: "open", Items: []warehouse.Item{{SKU: "mug", Units: 4}}})
	r.refused(fault.Invalid, warehouse.AnnounceIncoming{Lines: expectedMugs(1)})
	r.refused(fault.Invalid, warehouse.AnnounceIncoming{Purchase: "new"})
	r.refused(fault.Invalid, warehouse.AnnounceIncoming{Purchase: "new", Lines: expectedMugs(0)})
	r.refused(fault.Exists, warehouse.AnnounceIncoming{Purchase: "open", Lines: expectedMugs(1)})
	r.refused(fault.Exists, warehouse.AnnounceIncoming{Purchase: "closed", Lines: expectedMugs(1)})
	r.refused(fault.Invalid, warehouse.ChangeIncoming{Purchase: "open", SKU: "mug"})
	r.refused(fault.NotFound, warehouse.ChangeIncoming{Purchase: "new", SKU: "mug", Units: mugs(1)})
	r.refused(fault.NotFound, warehouse.ChangeIncoming{Purchase: "open", SKU: "pot", Units: mugs(1)})
	r.refused(fault.NotFound, warehouse.ChangeIncoming{Purchase: "open", SKU: "pot", Due: on(monday)})
	r.refused(fault.Conflict, warehouse.ChangeIncoming{Purchase: "open", SKU: "mug", Units: mugs(3), Due: on(monday)})
	r.refused(fault.Conflict, warehouse.ChangeIncoming{Purchase: "closed", SKU: "mug", Units: mugs(30)})
	r.refused(fault.NotFound, warehouse.CancelIncoming{Purchase: "new"})
	r.refused(fault.Conflict, warehouse.CancelIncoming{Purchase: "closed"})
	r.refused(fault.NotFound, warehouse.ReceiveStock{Purchase: "new", Items: []warehouse.Item{{SKU: "mug", Units: 1}}})
}

// TestPurchaseInOneBatch: commands of one batch see each other, and what it closes
// is known until it is committed.
func TestPurchaseInOneBatch(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.do(warehouse.AnnounceIncoming{Purchase: "PO-1", Lines: expectedMugs(10)})
	r.db.Fail(func(int) error { return errDisk })
	if _, err := r.site.Do(t.Context(), warehouse.CancelIncoming{Purchase: "PO-1"}); err == nil {
		t.Fatal("canceled on a broken disk")
	}
	r.db.Fail(nil)
	same(t, "open", 1, len(r.state().Snapshot.Purchases))
	r.together(
		warehouse.ChangeIncoming{Purchase: "PO-1", SKU: "mug", Units: mugs(12)},
		warehouse.CancelIncoming{Purchase: "PO-1"},
		warehouse.ReceiveStock{Purchase: "PO-1", Items: []warehouse.Item{{SKU: "mug", Units: 1}}},
		warehouse.AnnounceIncoming{Purchase: "PO-2", Lines: expectedMugs(1)},
	)
	p := r.purchase("PO-1")
	if !p.Closed || p.Version != 3 || p.Lines[0].Withdrawn != 12 {
		t.Errorf("%+v", p)
	}
	same(t, "on hand", 1, r.onHand("mug"))
	same(t, "expected", 1, r.balance("mug", stock.ExpectedFor("store")))
}

// TestKeysOfPurchases answers a known key as before, also when the site was opened
// again, and whatever has become of the purchase since.
func TestKeysOfPurchases(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	key := func(name string) warehouse.Key { return warehouse.Key{Name: name} }
	announce := warehouse.AnnounceIncoming{Key: key("k1"), Purchase: "PO-1", Lines: expectedMugs(10)}
	change := warehouse.ChangeIncoming{Key: key("k2"), Purchase: "PO-1", SKU: "mug", Units: mugs(8)}
	receive := warehouse.ReceiveStock{Key: key("k3"), Purchase: "PO-1", Items: []warehouse.Item{{SKU: "mug", Units: 1}}}
	cancel := warehouse.CancelIncoming{Key: key("k4"), Purchase: "PO-1"}
	first := r.do(announce).(warehouse.Incoming)
	second := r.do(change).(warehouse.Incoming)
	r.do(receive)
	last := r.do(cancel).(warehouse.Incoming)
	before := r.state()
	for range 2 {
		for i, c := range []struct {
			command any
			want    warehouse.Incoming
		}{{announce, first}, {change, second}, {cancel, last}} {
			c.want.Repeat = true
			same(t, fmt.Sprint("answer ", i), c.want, r.do(c.command).(warehouse.Incoming))
		}
		same(t, "receipt", true, r.do(receive).(warehouse.Stocked).Repeat)
		r.site.Close()
		r.open()
	}
	same(t, "state", before, r.state())
	announce.Key.BodyHash[0]++
	change.Key.BodyHash[0]++
	cancel.Key.BodyHash[0]++
	r.refused(fault.Mismatch, announce)
	r.refused(fault.Mismatch, change)
	r.refused(fault.Mismatch, cancel)
}
