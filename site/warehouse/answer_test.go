package warehouse_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/site/books"
	"crossdock/site/warehouse"
)

// answers returns the grants to a store that name an ask.
func (r *rig) answers(to id.Site) []event.QuotaGranted {
	r.t.Helper()
	var answers []event.QuotaGranted
	for _, m := range saidTo[event.QuotaGranted](r, to) {
		if !m.Ask.IsZero() {
			answers = append(answers, m)
		}
	}
	return answers
}

// TestAnswerWaits holds the answer to an ask back until the units that were asked
// back for it have come, or as many as come; what is free goes to the asker at once.
func TestAnswerWaits(t *testing.T) {
	for name, c := range map[string]struct {
		options warehouse.Options
		ask     int64
		sold    int64 // by the other store, which holds half, while the recall is on its way
		at      string
		want    string
		answer  []event.Units
	}{
		"all of it comes":   {warehouse.Options{}, 6, 0, "20 20, free 0", "26 14, free 0", []event.Units{{SKU: "mug", Quantity: 6}}},
		"a part of it":      {warehouse.Options{}, 6, 16, "20 4, free 0", "24 0, free 0", []event.Units{{SKU: "mug", Quantity: 4}}},
		"nothing":           {warehouse.Options{}, 6, 20, "20 0, free 0", "20 0, free 0", nil},
		"a part at once":    {warehouse.Options{SharePercent: 50}, 23, 0, "30 10, free 0", "33 7, free 0", []event.Units{{SKU: "mug", Quantity: 3}}},
		"a part, then none": {warehouse.Options{SharePercent: 50}, 23, 10, "30 0, free 0", "30 0, free 0", nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMarket(t, c.options)
			one, two := m.store("store"), m.store("other")
			m.receive("mug", 40)
			m.deliver()
			one.ask(m, "mug", c.ask)
			m.carry(one)
			m.tell(one)
			if c.sold > 0 {
				two.sell(m, "mug", c.sold)
			}
			same(t, "at once", c.at, m.heldBy())
			same(t, "answers at once", 0, len(m.answers("store")))
			m.deliver()
			same(t, "held", c.want, m.heldBy())
			m.conserved(t, "mug")
			m.answered(t)
			same(t, "answer", c.answer, m.answers("store")[0].Units)
		})
	}
}

// TestAnswerAtOnce answers at once where nothing can come: all is free, or nobody
// holds anything idle.
func TestAnswerAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		options warehouse.Options
		ask     int64
		want    []event.Units
	}{
		"all is free":    {warehouse.Options{SharePercent: 50}, 2, []event.Units{{SKU: "mug", Quantity: 2}}},
		"nobody has any": {warehouse.Options{}, 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMarket(t, c.options)
			one, two := m.store("store"), m.store("other")
			m.receive("mug", 20)
			m.deliver()
			two.sell(m, "mug", two.held["mug"])
			m.deliver()
			one.ask(m, "mug", c.ask)
			m.carry(one)
			same(t, "answer", c.want, m.answers("store")[0].Units)
			same(t, "recalls", 0, len(saidTo[event.QuotaRecalled](m.rig, "other")))
		})
	}
}

// trio is a warehouse with three stores, for which the test speaks.
func trio(t *testing.T) *rig {
	r := newRig(t, warehouse.Options{Stores: threeStores})
	r.voices["third"] = books.Open(books.Snapshot{Site: "third", Epoch: 1})
	return r
}

// mugs tells what the stores have in quota, and what is free.
func (r *rig) mugs() string {
	r.t.Helper()
	in := func(store id.Site) int64 { return r.balance("mug", stock.QuotaOf(store)) }
	return fmt.Sprint(in("store"), " ", in("other"), " ", in("third"), ", free ", r.balance("mug", free))
}

func (r *rig) asks(from id.Site, units ...event.Units) {
	r.t.Helper()
	r.hear(from, "quota", event.QuotaAsked{Ask: id.Grant{UUID: r.New()}, Units: units})
}

// giveBack answers the nth recall that was made of a store, with so many of each SKU.
func (r *rig) giveBack(from id.Site, nth int, most int64) {
	r.t.Helper()
	recall := saidTo[event.QuotaRecalled](r, from)[nth]
	var units []event.Units
	for _, u := range recall.Units {
		if u.Quantity = min(u.Quantity, most); u.Quantity > 0 {
			units = append(units, u)
		}
	}
	r.hear(from, "quota", event.QuotaReturned{Recall: recall.Recall, Epoch: 1, Units: units})
}

// replies lists the answers of the warehouse to a store, with their units.
func (r *rig) replies(to id.Site) string {
	r.t.Helper()
	var all []string
	for _, m := range r.answers(to) {
		all = append(all, fmt.Sprint(m.Units))
	}
	return strings.Join(all, ", ")
}

// TestAnswerAfterAll answers an ask once all stores have answered that were to give
// units up for it, of every SKU, and once only.
func TestAnswerAfterAll(t *testing.T) {
	r := trio(t)
	r.receive("mug", 30)
	r.receive("pot", 30)
	r.asks("store", event.Units{SKU: "mug", Quantity: 15}, event.Units{SKU: "pot", Quantity: 4})
	r.giveBack("other", 0, 99) // 10 mugs and 4 pots
	same(t, "after one", "", r.replies("store"))
	r.giveBack("third", 0, 99) // 5 mugs
	same(t, "after both", "[{mug 5}]", r.replies("store"))
	r.receive("mug", 3)
	r.now = r.now.Add(time.Hour)
	r.receive("pot", 3)
	same(t, "later", 1, len(r.answers("store")))
	same(t, "mugs", 25, r.balance("mug", quota))
}

// TestAnswerWithGoods answers an ask with what comes in otherwise, if that is
// enough; what is given up for it after all is shared by need.
func TestAnswerWithGoods(t *testing.T) {
	r := trio(t)
	r.receive("mug", 30)
	r.asks("store", event.Units{SKU: "mug", Quantity: 6})
	r.receive("mug", 5)
	same(t, "after too few", "", r.replies("store"))
	r.receive("mug", 3)
	same(t, "after enough", "[{mug 1}]", r.replies("store"))
	r.giveBack("other", 0, 99)
	same(t, "after the recall", 1, len(r.answers("store")))
	same(t, "mugs", "16 5 12, free 5", r.mugs())
}

// TestAnswerOverdue answers with nothing once a store has been silent for two
// seconds, with the next thing that the warehouse does, and not once more when the
// units come.
func TestAnswerOverdue(t *testing.T) {
	r := trio(t)
	r.receive("mug", 30)
	r.asks("store", event.Units{SKU: "mug", Quantity: 6})
	r.now = r.now.Add(2*time.Second - time.Microsecond)
	r.receive("pot", 1)
	same(t, "just before", 0, len(r.answers("store")))
	r.now = r.now.Add(time.Microsecond)
	r.request("third", event.Line{SKU: "mug", Quantity: 1})
	same(t, "overdue", "[]", r.replies("store"))
	r.giveBack("other", 0, 99)
	r.now = r.now.Add(time.Minute)
	r.receive("pot", 1)
	same(t, "answers", 1, len(r.answers("store")))
	same(t, "who asked has them all the same", "16 4 9, free 0", r.mugs())
}

// TestSilentStore: a store that owes an answer for two seconds is not waited for,
// until it is heard again. What is asked back of it goes to who asked all the same.
func TestSilentStore(t *testing.T) {
	r := trio(t)
	r.receive("mug", 30)
	r.asks("store", event.Units{SKU: "mug", Quantity: 1}) // of the other
	r.now = r.now.Add(2 * time.Second)
	r.asks("third", event.Units{SKU: "mug", Quantity: 1}) // of the store
	same(t, "of another", "", r.replies("third"))
	same(t, "overdue", "[]", r.replies("store"))
	r.request("store", event.Line{SKU: "mug", Quantity: 9})
	r.request("third", event.Line{SKU: "mug", Quantity: 10})
	r.giveBack("store", 0, 0)
	same(t, "of one that has sold it", "[]", r.replies("third"))
	r.asks("third", event.Units{SKU: "mug", Quantity: 2}) // of the other
	same(t, "of the silent one", "[], []", r.replies("third"))
	r.giveBack("other", 0, 1)
	r.asks("third", event.Units{SKU: "mug", Quantity: 1})
	same(t, "of one that was heard", 2, len(r.answers("third")))
	r.giveBack("other", 1, 2)
	r.giveBack("other", 2, 1)
	same(t, "answers", "[], [], [{mug 1}]", r.replies("third"))
	same(t, "mugs", "2 6 3, free 0", r.mugs())
}

// TestSilentHoweverOftenAsked: asking a silent store again is no sign of life, and an
// ask for which nobody is left to be asked does not wait for it either.
func TestSilentHoweverOftenAsked(t *testing.T) {
	r := trio(t)
	r.receive("mug", 30)
	r.request("store", event.Line{SKU: "mug", Quantity: 10})
	r.request("third", event.Line{SKU: "mug", Quantity: 10})
	five := event.Units{SKU: "mug", Quantity: 5} // of the other: all that it has by the second
	r.asks("store", five)
	r.now = r.now.Add(1999 * time.Millisecond)
	r.asks("store", five)
	same(t, "not silent yet", 0, len(r.answers("store")))
	r.now = r.now.Add(time.Millisecond)
	r.asks("store", five)
	same(t, "the last one, and with it those that waited", "[], [], []", r.replies("store"))
	r.giveBack("other", 0, 5)
	r.giveBack("other", 1, 5)
	same(t, "mugs", "10 0 0, free 0", r.mugs())
}

// TestSilentSinceItsLastAnswer: a store that is slow, but answers, is waited for; and
// one that owes nothing is not silent, however long ago it was heard.
func TestSilentSinceItsLastAnswer(t *testing.T) {
	r := trio(t)
	r.receive("mug", 30)
	r.request("third", event.Line{SKU: "mug", Quantity: 10})
	three := event.Units{SKU: "mug", Quantity: 3} // of the other, each time
	r.asks("store", three)
	r.now = r.now.Add(1500 * time.Millisecond)
	r.asks("store", three)
	r.giveBack("other", 0, 3)
	r.now = r.now.Add(1500 * time.Millisecond)
	r.asks("store", three)
	same(t, "heard a second ago", "[{mug 3}]", r.replies("store"))
	r.giveBack("other", 1, 3)
	r.giveBack("other", 2, 3)
	same(t, "all answered", "[{mug 3}], [{mug 3}], [{mug 3}]", r.replies("store"))
	r.now = r.now.Add(time.Hour)
	r.asks("store", event.Units{SKU: "mug", Quantity: 1})
	same(t, "an hour later", 3, len(r.answers("store")))
	r.giveBack("other", 3, 1)
	same(t, "mugs", "20 0 0, free 0", r.mugs())
}

// TestAnswerInTime: an ask waits for two seconds at most, though the store that was
// asked to give units up is not silent.
func TestAnswerInTime(t *testing.T) {
	r := trio(t)
	r.receive("mug", 30)
	r.request("third", event.Line{SKU: "mug", Quantity: 10})
	r.asks("store", event.Units{SKU: "mug", Quantity: 3})
	r.asks("store", event.Units{SKU: "mug", Quantity: 3})
	r.now = r.now.Add(1500 * time.Millisecond)
	r.giveBack("other", 0, 3)
	same(t, "in time", "[{mug 3}]", r.replies("store"))
	r.now = r.now.Add(500 * time.Millisecond)
	r.request("third")
	same(t, "too late", "[{mug 3}], []", r.replies("store"))
}

// TestAnswerBehind: an ask for which nobody is left to be asked waits for what the
// same store has coming already, but not for what comes for another store.
func TestAnswerBehind(t *testing.T) {
	r := trio(t)
	r.receive("mug", 30)
	r.request("store", event.Line{SKU: "mug", Quantity: 10})
	r.request("other", event.Line{SKU: "mug", Quantity: 10})
	r.asks("store", event.Units{SKU: "mug", Quantity: 10}) // all that the third has
	r.asks("store", event.Units{SKU: "mug", Quantity: 2})
	same(t, "behind its own", "", r.replies("store"))
	r.asks("other", event.Units{SKU: "mug", Quantity: 1})
	same(t, "of another store", "[]", r.replies("other"))
	r.asks("store", event.Units{SKU: "pot", Quantity: 1})
	same(t, "of another SKU", "[]", r.replies("store"))
	r.giveBack("third", 0, 7)
	same(t, "both at once", "[], [{mug 7}], []", r.replies("store"))
}

// TestAnswerNotPutOff: later asks of the same store do not put an answer off.
func TestAnswerNotPutOff(t *testing.T) {
	r := trio(t)
	r.receive("mug", 30)
	r.asks("store", event.Units{SKU: "mug", Quantity: 2})
	r.asks("store", event.Units{SKU: "mug", Quantity: 2})
	r.giveBack("other", 0, 1)
	same(t, "the first", "[{mug 1}]", r.replies("store"))
	r.giveBack("third", 0, 2)
	same(t, "the second", "[{mug 1}], [{mug 2}]", r.replies("store"))
}

// TestForWhomItWasGivenUp: units that come back go to the store for which they were
// asked back, though another one, which got too little, waits for longer.
func TestForWhomItWasGivenUp(t *testing.T) {
	r := trio(t)
	r.receive("mug", 12)
	r.request("store", event.Line{SKU: "mug", Quantity: 4})
	r.asks("store", event.Units{SKU: "mug", Quantity: 3})
	r.giveBack("other", 0, 1)
	r.request("store", event.Line{SKU: "mug", Quantity: 1})
	r.asks("third", event.Units{SKU: "mug", Quantity: 2})
	r.giveBack("other", 1, 2)
	same(t, "mugs", "0 1 6, free 0", r.mugs())
	same(t, "the one", "[{mug 1}]", r.replies("store"))
	same(t, "the other", "[{mug 2}]", r.replies("third"))
	r.receive("mug", 1)
	same(t, "who waits still", "1 1 6, free 0", r.mugs())
}

// TestAnswerForged: a store cannot answer for another one.
func TestAnswerForged(t *testing.T) {
	r := trio(t)
	r.receive("mug", 30)
	r.asks("store", event.Units{SKU: "mug", Quantity: 6})
	recall := saidTo[event.QuotaRecalled](r, "other")[0]
	r.hear("third", "quota", event.QuotaReturned{Recall: recall.Recall, Epoch: 1})
	same(t, "after the forged answer", "", r.replies("store"))
	r.giveBack("other", 0, 99)
	same(t, "after the true one", "[{mug 6}]", r.replies("store"))
}

// TestAnswerInOneBatch answers what a batch has seen answered, each ask once.
func TestAnswerInOneBatch(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	one, two := m.store("store"), m.store("other")
	m.receive("mug", 20)
	m.deliver()
	one.ask(m, "mug", 6)
	one.ask(m, "mug", 1)
	m.carry(one)
	m.tell(two)
	one.ask(m, "mug", 9) // 3 are left to be asked for
	m.together(warehouse.Receive{Messages: two.said}, warehouse.Receive{Messages: one.said})
	one.said, two.said = nil, nil
	same(t, "answers", "[{mug 6}], [{mug 1}]", m.replies("store"))
	m.deliver()
	same(t, "answers, with the third", "[{mug 6}], [{mug 1}], [{mug 3}]", m.replies("store"))
	m.conserved(t, "mug")
	m.answered(t)
}

// TestAnswerBehindInOneBatch: what a batch itself has asked back counts, and what it
// has seen answered does not.
func TestAnswerBehindInOneBatch(t *testing.T) {
	m := newMarket(t, warehouse.Options{})
	one, two := m.store("store"), m.store("other")
	m.receive("mug", 20)
	m.deliver()
	one.ask(m, "mug", 10) // all that the other has
	one.ask(m, "mug", 1)
	m.carry(one)
	same(t, "behind its own", "", m.replies("store"))
	two.sell(m, "mug", 10)
	m.tell(two)
	one.ask(m, "mug", 1)
	m.together(warehouse.Receive{Messages: two.said}, warehouse.Receive{Messages: one.said})
	one.said, two.said = nil, nil
	same(t, "nothing comes", "[], [], []", m.replies("store"))
	m.deliver()
	m.conserved(t, "mug")
	m.answered(t)
}

// TestAnswerForgotten: after a restart, or a commit that failed, nobody knows who
// waits. The ask is not answered, the units that come are for whoever needs them
// next, and the next ask is answered as ever.
func TestAnswerForgotten(t *testing.T) {
	for name, forget := range map[string]func(m *market){
		"restart": func(m *market) {
			m.site.Close()
			m.open()
		},
		"failed commit": func(m *market) {
			m.db.Fail(func(int) error { return errDisk })
			if _, err := m.site.Do(t.Context(), warehouse.ReceiveStock{Items: []warehouse.Item{{SKU: "pot", Units: 1}}}); err == nil {
				t.Error("it was committed")
			}
			m.db.Fail(nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMarket(t, warehouse.Options{})
			one := m.store("store")
			m.receive("mug", 20)
			m.deliver()
			one.ask(m, "mug", 6)
			m.carry(one)
			forget(m)
			m.deliver()
			m.conserved(t, "mug")
			same(t, "answers", "", m.replies("store"))
			same(t, "held", "10 4, free 6", m.heldBy())
			one.ask(m, "mug", 8)
			m.deliver()
			m.conserved(t, "mug")
			same(t, "answers to the next", "[{mug 2}]", m.replies("store"))
			same(t, "held in the end", "18 2, free 0", m.heldBy())
		})
	}
}
