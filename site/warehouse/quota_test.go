package warehouse_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/site/warehouse"
)

// heldBy returns what each store holds of the mugs, and what is free.
func (m *market) heldBy() string {
	m.t.Helper()
	return fmt.Sprint(m.store("store").held["mug"], " ", m.store("other").held["mug"], ", free ", m.balance("mug", free))
}

// TestShareByNeed divides what comes in by the rate of sale, and does not divide
// what is too little.
func TestShareByNeed(t *testing.T) {
	for name, c := range map[string]struct {
		stock   int64    // shared equally, before anybody sells
		sold    [2]int64 // by each
		receive int64
		want    string
	}{
		"nobody has sold":           {0, [2]int64{}, 11, "6 5, free 0"},
		"too few":                   {0, [2]int64{}, 3, "3 0, free 0"},
		"by rate":                   {40, [2]int64{15, 5}, 20, "25 15, free 0"}, // 30 and 10 would be fair; 15 are held already
		"who sells all of it":       {40, [2]int64{0, 20}, 20, "20 20, free 0"},
		"who has more than its due": {40, [2]int64{2, 18}, 8, "18 10, free 0"},
		"too few, to the faster":    {4, [2]int64{1, 2}, 1, "1 1, free 0"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMarket(t, warehouse.Options{})
			if c.stock > 0 {
				m.receive("mug", c.stock)
			}
			m.deliver()
			for i, s := range m.sellers {
				for range c.sold[i] {
					s.sell(m, "mug", 1)
				}
			}
			m.deliver()
			m.receive("mug", c.receive)
			m.deliver()
			same(t, "held", c.want, m.heldBy())
			m.conserved(t, "mug")
		})
	}
}

// TestAskAnother grants what is free at once, and the rest out of what idles at the
// other store, but not what that store sells itself.
func TestAskAnother(t *testing.T) {
	for name, c := range map[string]struct {
		options warehouse.Options
		sold    int64 // by the other store, which holds 20
		ask     int64
		at      string // at once
		want    string // in the end
	}{
		"free units":         {warehouse.Options{SharePercent: 50}, 0, 15, "25 10, free 5", "25 10, free 5"},
		"idle units":         {warehouse.Options{}, 0, 15, "20 20, free 0", "35 5, free 0"},
		"free and idle":      {warehouse.Options{SharePercent: 50}, 0, 25, "30 10, free 0", "35 5, free 0"},
		"safety stock stays": {warehouse.Options{Safety: 4}, 0, 50, "18 18, free 4", "36 0, free 4"},
		"all but its own":    {warehouse.Options{}, 10, 15, "20 10, free 0", "30 0, free 0"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMarket(t, c.options)
			one, two := m.store("store"), m.store("other")
			m.receive("mug", 40)
			m.deliver()
			if c.sold > 0 {
				two.sell(m, "mug", c.sold)
			}
			m.deliver()
			one.ask(m, "mug", c.ask)
			m.carry(one)
			m.tell(one)
			same(t, "at once", c.at, m.heldBy())
			m.deliver()
			same(t, "held", c.want, m.heldBy())
			m.conserved(t, "mug")
		})
	}
}

// TestAskWhoSells: a store keeps what it sells within an hour.
func TestAskWhoSells(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	one, two := m.store("store"), m.store("other")
	m.receive("mug", 2000)
	m.deliver()
	two.sell(m, "mug", 900) // 900 * ln 2 / 24 h = 26 within an hour
	m.deliver()
	one.ask(m, "mug", 1000)
	m.deliver()
	same(t, "held", "1074 26, free 0", m.heldBy())
}

// TestAskAgain does not ask back twice what was asked back already.
func TestAskAgain(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	one, two := m.store("store"), m.store("other")
	m.receive("mug", 20)
	m.deliver()
	two.cut = true
	for range 3 {
		one.ask(m, "mug", 6)
		m.deliver()
	}
	var units []int64
	for _, recall := range saidTo[event.QuotaRecalled](m.rig, "other") {
		units = append(units, recall.Units[0].Quantity)
	}
	same(t, "recalled", []int64{6, 4}, units)
	two.cut = false
	m.deliver()
	same(t, "held", "20 0, free 0", m.heldBy())
	two.ask(m, "mug", 3)
	m.deliver()
	same(t, "held, the other way round", "17 3, free 0", m.heldBy())
}

// TestAskOnceMore asks for what is left after a recall was answered.
func TestAskOnceMore(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	one := m.store("store")
	m.receive("mug", 20)
	m.deliver()
	for _, want := range []string{"16 4, free 0", "20 0, free 0"} {
		one.ask(m, "mug", 6)
		m.deliver()
		same(t, "held", want, m.heldBy())
	}
}

// TestAskInOneBatch counts what the same batch has asked back, and what it has seen
// answered.
func TestAskInOneBatch(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	one, two := m.store("store"), m.store("other")
	m.receive("mug", 20)
	m.deliver()
	one.ask(m, "mug", 6)
	one.ask(m, "mug", 1)
	m.carry(one)
	m.tell(two)
	same(t, "answers", 2, len(two.said))
	one.ask(m, "mug", 9)
	m.together(warehouse.Receive{Messages: two.said}, warehouse.Receive{Messages: one.said})
	one.said, two.said = nil, nil
	var units []int64
	for _, recall := range saidTo[event.QuotaRecalled](m.rig, "other") {
		units = append(units, recall.Units[0].Quantity)
	}
	same(t, "recalled", []int64{6, 1, 3}, units)
	one.ask(m, "mug", 9)
	one.ask(m, "mug", 9)
	m.deliver()
	same(t, "held", "20 0, free 0", m.heldBy())
	m.conserved(t, "mug")
}

// TestAskTwiceInOneBatch does not ask back twice what it has asked back itself.
func TestAskTwiceInOneBatch(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	one := m.store("store")
	m.receive("mug", 20)
	m.deliver()
	one.ask(m, "mug", 8)
	one.ask(m, "mug", 8)
	m.carry(one)
	var units []int64
	for _, recall := range saidTo[event.QuotaRecalled](m.rig, "other") {
		units = append(units, recall.Units[0].Quantity)
	}
	same(t, "recalled", []int64{8, 2}, units)
}

// TestWaitsAndGivesBack: a store that waits for units does not get those that it
// gives back itself.
func TestWaitsAndGivesBack(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	one := m.store("store")
	m.receive("mug", 20)
	m.deliver()
	m.store("other").cut = true
	one.ask(m, "mug", 6)
	m.deliver()
	one.giveBack(id.Grant{UUID: m.New()}, []event.Units{{SKU: "mug", Quantity: 4}})
	m.deliver()
	same(t, "held", "6 10, free 4", m.heldBy())
}

// TestAnsweredTooLittle forgets a recall that is answered: the store may be asked
// for the rest again.
func TestAnsweredTooLittle(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	one, two := m.store("store"), m.store("other")
	m.receive("mug", 20)
	m.deliver()
	one.ask(m, "mug", 8)
	m.carry(one)
	two.sell(m, "mug", 5) // while the recall is on its way
	m.deliver()
	same(t, "held", "15 0, free 0", m.heldBy())
	last := two.sold[len(two.sold)-1]
	two.say(event.VoidRequested{Order: last.Order, Fulfillment: last.Fulfillment, Reason: "blue"}, last.Order.String())
	m.deliver()
	m.conserved(t, "mug")
	same(t, "who waits is served first", "18 2, free 0", m.heldBy())
}

// TestWaitingEnds: after half a minute nobody waits any more, and what comes is
// shared by need.
func TestWaitingEnds(t *testing.T) {
	for _, c := range []struct {
		wait    time.Duration
		receive int64
		want    string
	}{
		{29 * time.Second, 4, "12 8"},
		{29 * time.Second, 10, "13 13"}, // the first 4 to who waits
		{30 * time.Second, 4, "10 10"},
	} {
		m := newMarket(t, warehouse.Options{})
		m.receive("mug", 16)
		m.deliver()
		m.store("other").cut = true
		m.store("store").ask(m, "mug", 4)
		m.deliver()
		m.now = m.now.Add(c.wait)
		m.receive("mug", c.receive)
		same(t, c.wait.String(), c.want, fmt.Sprint(m.balance("mug", quota), " ", m.balance("mug", stock.QuotaOf("other"))))
	}
}

// TestGivenBack: what a store gives back by itself goes to the others by need, and
// never straight back: what they do not need stays free until it is asked for.
func TestGivenBack(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	one := m.store("store")
	m.receive("mug", 20)
	m.deliver()
	one.giveBack(id.Grant{UUID: m.New()}, []event.Units{{SKU: "mug", Quantity: 6}})
	m.deliver()
	same(t, "held", "4 10, free 6", m.heldBy())
	m.conserved(t, "mug")
	one.ask(m, "mug", 2)
	m.deliver()
	same(t, "asked for again", "6 10, free 4", m.heldBy())
	m.receive("mug", 1)
	m.deliver()
	same(t, "the next change", "11 10, free 0", m.heldBy())
	two := m.store("other")
	one.sell(m, "mug", 11)
	m.deliver()
	two.giveBack(id.Grant{UUID: m.New()}, []event.Units{{SKU: "mug", Quantity: 4}})
	m.deliver()
	same(t, "to who needs it", "4 6, free 0", m.heldBy())
}

// TestOneStoreGivesBack leaves the units of the only store free, as ever.
func TestOneStoreGivesBack(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.receive("mug", 5)
	r.hear("store", "quota", event.QuotaReturned{Recall: id.Grant{UUID: r.New()}, Units: []event.Units{{SKU: "mug", Quantity: 2}}})
	same(t, "free", 2, r.balance("mug", free))
	r.receive("mug", 1)
	same(t, "in quota", 6, r.balance("mug", quota))
}

// TestNotYours puts aside the answer to a recall that was made of another store.
func TestNotYours(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	one, two := m.store("store"), m.store("other")
	m.receive("mug", 20)
	m.deliver()
	one.ask(m, "mug", 4)
	m.carry(one)
	recall := saidTo[event.QuotaRecalled](m.rig, "other")[0]
	one.say(event.QuotaReturned{Recall: recall.Recall, Units: recall.Units}, "forged")
	m.carry(one)
	same(t, "parked", 1, len(m.state().Parked))
	m.tell(one)
	m.tell(two)
	m.carry(two)
	same(t, "in quota", 14, m.balance("mug", quota))
}

// TestFailedAsk forgets what a batch has asked back that was not committed.
func TestFailedAsk(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	one := m.store("store")
	m.receive("mug", 20)
	m.deliver()
	m.db.Fail(func(int) error { return errDisk })
	one.ask(m, "mug", 4)
	if err := m.site.Apply(t.Context(), one.said); err == nil {
		t.Fatal("the ask was applied")
	}
	m.db.Fail(nil)
	m.deliver()
	same(t, "held", "14 6, free 0", m.heldBy())
	same(t, "recalls", 1, len(saidTo[event.QuotaRecalled](m.rig, "other")))
	m.receive("mug", 8)
	m.deliver()
	same(t, "nobody waits any more", "14 14, free 0", m.heldBy())
}

// TestAdjustOfMany calls units back for a correction, of the richest store first,
// and waits for all.
func TestAdjustOfMany(t *testing.T) {
	for name, c := range map[string]struct {
		delta  int64
		answer []id.Site // who answers
		asked  [2]int64
		err    string
	}{
		"of the richest":   {-6, []id.Site{"other"}, [2]int64{0, 6}, ""},
		"of both":          {-13, bothStores, [2]int64{3, 10}, ""},
		"one is silent":    {-13, []id.Site{"other"}, [2]int64{3, 10}, "13 units of mug cannot be taken off the books at wh1: 10 are free, and its stores have not given back 5 that they hold"},
		"more than is had": {-16, nil, [2]int64{}, "16 units of mug cannot be taken off the books at wh1: 0 are free, and its stores have not given back 15 that they hold"},
	} {
		t.Run(name, func(t *testing.T) {
			wait := time.Minute
			if c.err != "" {
				wait = 20 * time.Millisecond
			}
			m := newMarket(t, warehouse.Options{RecallWait: wait})
			m.receive("mug", 20)
			m.deliver()
			m.store("store").sell(m, "mug", 5)
			m.deliver()
			<-m.spoke
			type answer struct {
				warehouse.Stocked
				error
			}
			done := make(chan answer, 1)
			go func() {
				stocked, err := m.site.Adjust(t.Context(), warehouse.AdjustStock{SKU: "mug", Delta: c.delta, Note: "counted"})
				done <- answer{stocked, err}
			}()
			if c.asked != [2]int64{} {
				<-m.spoke
			}
			for _, name := range c.answer {
				m.tell(m.store(name))
				m.carry(m.store(name))
			}
			got := <-done
			if message := fmt.Sprint(got.error); c.err != "" && (message != c.err || !fault.Is(got.error, fault.Conflict)) || c.err == "" && got.error != nil {
				t.Errorf("%s", message)
			}
			if c.err == "" {
				same(t, "on hand", 20+c.delta, got.Levels[0].OnHand)
			}
			var asked [2]int64
			for i, store := range bothStores {
				for _, recall := range saidTo[event.QuotaRecalled](m.rig, store) {
					asked[i] += recall.Units[0].Quantity
				}
			}
			same(t, "asked back", c.asked, asked)
		})
	}
}

// TestBothAreTold tells every store of the levels, and wakes its reader; a store
// that is new is told of what was there before.
func TestBothAreTold(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.receive("mug", 5)
	r.receive("pot", 2)
	r.site.Close()
	r.options.Stores = bothStores
	r.open()
	levels := func(store id.Site) (told []string) {
		for _, m := range saidTo[event.StockLevels](r, store) {
			for _, l := range m.Levels {
				told = append(told, fmt.Sprint(l.SKU, " ", l.OnHand, " ", l.Quota, " version ", l.Version))
			}
		}
		return told
	}
	same(t, "the new store is told", []string{"mug 5 5 version 1", "pot 2 2 version 1"}, levels("other"))
	same(t, "the old one knows", []string{"mug 5 5 version 1", "pot 2 2 version 1"}, levels("store"))
	r.site.Close()
	r.open()
	r.receive("mug", 4)
	want := []string{"mug 5 5 version 1", "pot 2 2 version 1", "mug 9 9 version 2"}
	for _, store := range bothStores {
		same(t, "both are told", want, levels(store))
	}
	same(t, "the poorer one gets all", []int64{5, 4}, []int64{r.balance("mug", quota), r.balance("mug", stock.QuotaOf("other"))})
	slices.Sort(r.woken)
	same(t, "woken", []id.Site{"other", "store"}, slices.Compact(r.woken))
}

// TestGone counts the quota of a store that is no longer served as what it is.
func TestGone(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	m.receive("mug", 10)
	m.site.Close()
	m.options.Stores = []id.Site{"store"}
	m.open()
	m.receive("mug", 1)
	levels := said[event.StockLevels](m.rig)
	same(t, "level", []stock.Level{{SKU: "mug", OnHand: 11, Quota: 11, Version: 2}}, levels[len(levels)-1].Levels)
	same(t, "in quota", 6, m.balance("mug", quota))
}
