package warehouse_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/site/warehouse"
)

// TestGrant hands out the share of what is not safety stock, and no more.
func TestGrant(t *testing.T) {
	for _, c := range []struct {
		safety      int64
		share       int
		receive     []int64
		free, aside int64
	}{
		{0, 100, []int64{10}, 0, 10},
		{0, 0, []int64{10}, 0, 10}, // the default
		{3, 100, []int64{10}, 3, 7},
		{3, 100, []int64{2}, 2, 0},
		{3, 100, []int64{2, 2}, 3, 1},
		{0, 50, []int64{9}, 5, 4},
		{2, 50, []int64{9}, 6, 3},
		{0, 50, []int64{9, 1}, 5, 5},
		{0, 1, []int64{99}, 99, 0},
		{0, 100, []int64{stock.MaxQuantity, stock.MaxQuantity}, 0, 2 * stock.MaxQuantity},
	} {
		r := newRig(t, warehouse.Options{Safety: c.safety, SharePercent: c.share})
		for _, units := range c.receive {
			r.receive("mug", units)
		}
		if r.balance("mug", free) != c.free || r.balance("mug", quota) != c.aside {
			t.Errorf("%+v: %d free, %d granted", c, r.balance("mug", free), r.balance("mug", quota))
		}
		var told int64
		for _, m := range said[event.QuotaGranted](r) {
			told += m.Units[0].Quantity
		}
		same(t, "told", c.aside, told)
	}
}

// TestOptions refuses settings that make no sense.
func TestOptions(t *testing.T) {
	one := []id.Site{"store"}
	for name, options := range map[string]warehouse.Options{
		"a share below zero": {Stores: one, SharePercent: -1},
		"a share of more":    {Stores: one, SharePercent: 101},
		"no store":           {},
		"a store twice":      {Stores: []id.Site{"store", "other", "store"}},
		"no name":            {Stores: []id.Site{"store", ""}},
	} {
		r := newRig(t, warehouse.Options{})
		site, err := warehouse.Open(t.Context(), warehouse.Ports{
			Journal: r.db, Queries: r.db, Purchases: r.db, Returns: r.db, IDs: r, Now: time.Now,
		}, options)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
			site.Close()
		}
	}
}

// TestAsked grants what is free beyond the safety stock, never more than asked,
// and answers always.
func TestAsked(t *testing.T) {
	for _, c := range []struct{ asked, granted int64 }{{1, 1}, {4, 4}, {5, 4}, {1000, 4}, {0, 0}, {-3, 0}} {
		r := newRig(t, warehouse.Options{Safety: 2, SharePercent: 50})
		r.receive("mug", 10) // 4 in quota, 6 free
		ask := id.Grant{UUID: r.New()}
		r.hear("store", "quota", event.QuotaAsked{Ask: ask, Units: []event.Units{{SKU: "mug", Quantity: c.asked}, {SKU: "pot", Quantity: 1}}})
		answers := said[event.QuotaGranted](r)
		answer := answers[len(answers)-1]
		if answer.Ask != ask || r.balance("mug", quota) != 4+c.granted || r.balance("mug", free) != 6-c.granted {
			t.Errorf("asked %d: %+v, %d in quota", c.asked, answer, r.balance("mug", quota))
		}
	}
}

// TestAskedTwiceInOne sums what one ask says of a SKU twice.
func TestAskedTwiceInOne(t *testing.T) {
	r := newRig(t, warehouse.Options{Safety: 2, SharePercent: 50})
	r.receive("mug", 10)
	r.hear("store", "quota", event.QuotaAsked{Ask: id.Grant{UUID: r.New()}, Units: []event.Units{{SKU: "mug", Quantity: 1}, {SKU: "mug", Quantity: 2}}})
	same(t, "in quota", 7, r.balance("mug", quota))
	same(t, "parked", 0, len(r.state().Parked))
}

// TestReceiveForm refuses what is no receipt, and changes nothing.
func TestReceiveForm(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	items := func(all ...warehouse.Item) warehouse.ReceiveStock { return warehouse.ReceiveStock{Items: all} }
	long := items(warehouse.Item{SKU: "mug", Units: 1})
	long.Note = strings.Repeat("n", 201)
	for _, command := range []warehouse.ReceiveStock{
		items(), items(warehouse.Item{SKU: "mug", Units: 0}), items(warehouse.Item{SKU: "mug", Units: stock.MaxQuantity + 1}),
		items(warehouse.Item{SKU: "mug", Units: 1}, warehouse.Item{SKU: "", Units: 1}),
		items(warehouse.Item{SKU: "mug", Units: 1}, warehouse.Item{SKU: "mug", Units: -1}), long,
	} {
		r.refused(fault.Invalid, command)
	}
}

// TestKeys books a keyed command once, also when the site was opened again.
func TestKeys(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	receipt := warehouse.ReceiveStock{Key: warehouse.Key{Name: "k1"}, Items: []warehouse.Item{{SKU: "mug", Units: 5}}}
	count := warehouse.AdjustStock{Key: warehouse.Key{Name: "k2"}, SKU: "mug", Delta: 2, Note: "counted"}
	r.do(receipt)
	if _, err := r.site.Adjust(t.Context(), count); err != nil {
		t.Fatal(err)
	}
	before := r.state()
	for range 2 {
		if got := r.do(receipt).(warehouse.Stocked); !got.Repeat || got.Levels[0].OnHand != 7 {
			t.Errorf("receipt again: %+v", got)
		}
		if got, err := r.site.Adjust(t.Context(), count); err != nil || !got.Repeat {
			t.Errorf("count again: %+v, %v", got, err)
		}
		r.site.Close()
		r.open()
	}
	same(t, "state", before, r.state())
	receipt.Key.BodyHash[0]++
	r.refused(fault.Mismatch, receipt)
}

// TestAdjust corrects what is free, and calls back what is not.
func TestAdjust(t *testing.T) {
	for name, c := range map[string]struct {
		delta, returned int64 // what the store gives back; below zero: it does not answer
		kind            fault.Kind
		onHand          int64
	}{
		"more":                {3, -1, 0, 13},
		"free units":          {-2, -1, 0, 8},
		"answered":            {-6, 4, 0, 4},
		"answered too little": {-6, 3, fault.Conflict, 10},
		"answered nothing":    {-6, 0, fault.Conflict, 10},
		"not answered":        {-6, -1, fault.Conflict, 10},
		"beyond all":          {-11, -1, fault.Conflict, 10},
		"everything":          {-10, 8, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			wait := time.Minute
			if c.returned < 0 {
				wait = time.Millisecond
			}
			r := newRig(t, warehouse.Options{Safety: 2, RecallWait: wait})
			r.receive("mug", 10) // 8 in quota, 2 free
			done := make(chan struct{})
			go func() {
				defer close(done)
				if c.returned >= 0 {
					r.answerRecall(c.returned)
				}
			}()
			got, err := r.site.Adjust(t.Context(), warehouse.AdjustStock{SKU: "mug", Delta: c.delta, Note: "counted"})
			<-done
			if c.kind == 0 && err != nil || c.kind != 0 && !fault.Is(err, c.kind) {
				t.Fatalf("%v, want %v", err, c.kind)
			}
			if err == nil {
				same(t, "answer", c.onHand, got.Levels[0].OnHand)
			}
			same(t, "on hand", c.onHand, r.balance("mug", free)+r.balance("mug", quota))
		})
	}
}

// answerRecall waits for the recall, and gives so many units back.
func (r *rig) answerRecall(units int64) {
	for ; ; <-r.spoke {
		if all := said[event.QuotaRecalled](r); len(all) > 0 {
			answer := event.QuotaReturned{Recall: all[0].Recall, Epoch: 1}
			if units > 0 {
				answer.Units = []event.Units{{SKU: "mug", Quantity: units}}
			}
			r.hear("store", "quota", answer)
			return
		}
	}
}

// TestAdjustForm refuses what is no correction; a caller that goes away is told so.
func TestAdjustForm(t *testing.T) {
	r := newRig(t, warehouse.Options{RecallWait: time.Minute})
	r.receive("mug", 5)
	for _, command := range []warehouse.AdjustStock{
		{SKU: "mug", Delta: 0, Note: "n"},
		{SKU: "mug", Delta: math.MinInt64, Note: "n"},
		{SKU: "", Delta: 1, Note: "n"},
		{SKU: "mug", Delta: stock.MaxQuantity + 1, Note: "n"},
		{SKU: "mug", Delta: 1},
	} {
		r.refused(fault.Invalid, command)
	}
	ctx, cancel := context.WithCancel(t.Context())
	<-r.spoke // of the receipt
	go func() {
		<-r.spoke
		cancel()
	}()
	if _, err := r.site.Adjust(ctx, warehouse.AdjustStock{SKU: "mug", Delta: -1, Note: "n"}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("gone: %v", err)
	}
	same(t, "on hand", 5, r.balance("mug", quota))
}

// TestLevelsOncePerBatch says each SKU's level once per batch, with versions
// that grow by one.
func TestLevelsOncePerBatch(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	for i := range int64(3) {
		r.do(warehouse.ReceiveStock{Items: []warehouse.Item{{SKU: "pot", Units: 1}, {SKU: "mug", Units: 2}, {SKU: "mug", Units: 3}}})
		all := said[event.StockLevels](r)
		same(t, "messages", int(i)+1, len(all))
		same(t, "levels", []stock.Level{
			{SKU: "mug", OnHand: 5 * (i + 1), Quota: 5 * (i + 1), Version: i + 1},
			{SKU: "pot", OnHand: i + 1, Quota: i + 1, Version: i + 1},
		}, all[i].Levels)
		r.site.Close()
		r.open()
	}
}

// TestFailingCommit forgets the batch, and goes on from what is stored.
func TestFailingCommit(t *testing.T) {
	r := newRig(t, warehouse.Options{})
	r.receive("mug", 5)
	before := r.state()
	r.db.Fail(func(int) error { return errDisk })
	if _, err := r.site.Do(t.Context(), warehouse.ReceiveStock{Items: []warehouse.Item{{SKU: "mug", Units: 7}}}); err == nil {
		t.Fatal("the receipt was taken")
	}
	r.db.Fail(nil)
	same(t, "state", before, r.state())
	r.receive("mug", 1)
	same(t, "in quota", 6, r.balance("mug", quota))
	levels := said[event.StockLevels](r)
	same(t, "version", 2, levels[len(levels)-1].Levels[0].Version)
}
