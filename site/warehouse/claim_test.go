package warehouse_test

import (
	"context"
	"testing"
	"time"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/site/warehouse"
)

// correct starts a correction, and returns when it has called units back.
func (r *rig) correct(ctx context.Context, units int64) (done chan error) {
	r.t.Helper()
	before := len(said[event.QuotaRecalled](r))
	done = make(chan error, 1)
	go func() {
		_, err := r.site.Adjust(ctx, warehouse.AdjustStock{SKU: "mug", Delta: -units, Note: "counted"})
		done <- err
	}()
	for len(said[event.QuotaRecalled](r)) == before {
		select {
		case <-r.spoke:
		case err := <-done:
			r.t.Fatalf("%d units: decided at once: %v", units, err)
		}
	}
	return done
}

// returnAll answers the recall with this number with all that it asks for.
func (r *rig) returnAll(number int) {
	r.t.Helper()
	recall := said[event.QuotaRecalled](r)[number]
	r.hear("store", "quota", event.QuotaReturned{Recall: recall.Recall, Epoch: 1, Units: recall.Units})
}

// TestCorrectionsTogether books corrections of one product that wait at the same
// time: none takes what was called back for another, or was free for it, and their
// grants and those of a receipt leave it alone. Where it ends all else is granted.
func TestCorrectionsTogether(t *testing.T) {
	for name, units := range map[string][]int64{
		"alike": {1, 1, 1}, "of what is free too": {3, 3}, "unlike": {3, 1, 4},
	} {
		for _, backwards := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				var safety int64
				if name == "of what is free too" {
					safety = 2
				}
				r := newRig(t, warehouse.Options{Safety: safety, RecallWait: time.Minute})
				r.receive("mug", 20)
				var sum int64
				var waiting []chan error
				for _, u := range units {
					sum += u
					waiting = append(waiting, r.correct(t.Context(), u))
				}
				r.receive("mug", 1)
				for i := range waiting {
					if backwards {
						i = len(waiting) - 1 - i
					}
					r.returnAll(i)
					if err := <-waiting[i]; err != nil {
						t.Errorf("correction %d, with idle units at the store: %v", i, err)
					}
				}
				same(t, "units written off", sum, r.balance("mug", stock.Account{Kind: stock.Adjustment}))
				r.receive("mug", 10)
				same(t, "kept back", safety, r.balance("mug", free))
				same(t, "granted", 20+1+10-sum-safety, r.balance("mug", quota))
			})
		}
	}
}

// TestCorrectionsInOneBatch: what is free is kept for the first of two corrections
// that are looked at in one batch.
func TestCorrectionsInOneBatch(t *testing.T) {
	r := newRig(t, warehouse.Options{Safety: 2, RecallWait: time.Minute})
	r.receive("mug", 20) // 18 in quota, 2 free
	c := warehouse.AdjustStock{SKU: "mug", Delta: -3, Note: "counted"}
	r.together(c, c)
	var called []int64
	for _, recall := range said[event.QuotaRecalled](r) {
		called = append(called, recall.Units[0].Quantity)
	}
	same(t, "called back", []int64{1, 3}, called)
}

// TestCorrectionKeepsWhatCame: neither a receipt nor an ask of another store gets
// what has come back for a correction that still waits for the rest.
func TestCorrectionKeepsWhatCame(t *testing.T) {
	r := newRig(t, warehouse.Options{Stores: bothStores, RecallWait: time.Minute})
	r.receive("mug", 10) // 5 each
	done := r.correct(t.Context(), 8)
	r.returnAll(0)
	came := r.balance("mug", free)
	if came == 0 {
		t.Fatal("nothing came back")
	}
	r.receive("mug", 2)
	r.hear("other", "quota", event.QuotaAsked{Ask: id.Grant{UUID: r.New()}, Units: []event.Units{{SKU: "mug", Quantity: 9}}})
	same(t, "kept", came, r.balance("mug", free))
	recall := saidTo[event.QuotaRecalled](r, "other")[0]
	r.hear("other", "quota", event.QuotaReturned{Recall: recall.Recall, Epoch: 1, Units: recall.Units})
	if err := <-done; err != nil {
		t.Error(err)
	}
	same(t, "written off", 8, r.balance("mug", stock.Account{Kind: stock.Adjustment}))
}

// TestClaimEnds: what was kept for a correction is granted by the next change of the
// product, once its caller has gone and the time is over, it was refused, or the
// warehouse has started anew.
func TestClaimEnds(t *testing.T) {
	for name, end := range map[string]func(r *rig){
		"gone":      func(r *rig) { r.now = r.now.Add(time.Minute) },
		"restarted": func(r *rig) { r.site.Close(); r.open() },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, warehouse.Options{RecallWait: time.Minute})
			r.receive("mug", 10)
			ctx, cancel := context.WithCancel(t.Context())
			gone := r.correct(ctx, 4)
			cancel()
			if err := <-gone; !fault.Is(err, fault.Unavailable) {
				t.Errorf("gone: %v", err)
			}
			r.returnAll(0)
			r.receive("mug", 1)
			same(t, "kept while it may be decided", 4, r.balance("mug", free))
			end(r)
			r.receive("mug", 1)
			same(t, "kept when it is over", 0, r.balance("mug", free))
		})
	}
	t.Run("refused", func(t *testing.T) {
		r := newRig(t, warehouse.Options{RecallWait: time.Minute})
		r.receive("mug", 10)
		done := r.correct(t.Context(), 4)
		r.hear("store", "quota", event.QuotaReturned{
			Recall: said[event.QuotaRecalled](r)[0].Recall, Epoch: 1, Units: []event.Units{{SKU: "mug", Quantity: 3}},
		})
		if err := <-done; !fault.Is(err, fault.Conflict) {
			t.Errorf("3 of 4 came back: %v", err)
		}
		same(t, "free", 3, r.balance("mug", free))
		r.receive("mug", 1)
		same(t, "kept when it is over", 0, r.balance("mug", free))
	})
}
