package scenario

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/engine/membus"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/drift"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// driftRig asks the sites of a world how they differ.
type driftRig struct {
	*world
	bus *membus.Bus
}

func newDriftRig(t *testing.T, lines ...string) *driftRig {
	t.Helper()
	r := &driftRig{newWorld(t), membus.New()}
	for _, line := range lines {
		r.run(strings.Fields(line))
	}
	for name, h := range r.warehouses {
		r.serve(name, h.db.Look)
	}
	r.serve("store", func(ctx context.Context) (drift.Source, error) { return r.storeDB.Look(ctx) })
	return r
}

func (r *driftRig) serve(site id.Site, look drift.Look) {
	stop, err := drift.NewDesk(site, look, r.clock).Serve(r.bus.Connect(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(stop)
}

// checker looks from here; between two looks the feeds are read.
func (r *driftRig) checker(here, there id.Site) drift.Checker {
	look := r.storeDB.Look
	if h := r.warehouses[here]; h != nil {
		look = h.db.Look
	}
	return drift.Checker{
		Own: drift.NewDesk(here, look, r.clock), There: there, Bus: r.bus.Connect(), IDs: r, Now: r.clock, Patience: time.Minute,
		Pause: func(context.Context) error {
			r.passed.Add(int64(time.Second))
			return r.deliver(nil)
		},
	}
}

func (r *driftRig) check(here, there id.Site) drift.Report {
	r.t.Helper()
	report, err := r.checker(here, there).Check(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	return report
}

// repair repairs and delivers what is said.
func (r *driftRig) repair(here, there id.Site, options drift.Options) drift.Repaired {
	r.t.Helper()
	role, do := audit.Store, r.store.Do
	if h := r.warehouses[here]; h != nil {
		role, do = audit.Warehouse, h.site.Do
	}
	done, err := r.checker(here, there).Repair(context.Background(), role, do, options)
	if err != nil {
		r.t.Fatal(err)
	}
	return done
}

// clean demands that nothing differs, from either end, and that the books are right.
func (r *driftRig) clean() {
	r.t.Helper()
	for _, pair := range [][2]id.Site{{"store", "wh1"}, {"wh1", "store"}} {
		if report := r.check(pair[0], pair[1]); len(report.Findings)+len(report.Unclear) > 0 {
			r.t.Errorf("%s against %s: %+v, %+v", pair[0], pair[1], report.Findings, report.Unclear)
		}
	}
	r.audit()
}

// found demands one finding of this kind, and returns it.
func (r *driftRig) found(kind drift.Kind) drift.Finding {
	r.t.Helper()
	for _, f := range r.check("store", "wh1").Findings {
		if f.Kind == kind {
			return f
		}
	}
	r.t.Fatalf("no %s are found to differ: %+v", kind, r.check("store", "wh1"))
	return drift.Finding{}
}

// tamper commits rows to the store's database behind its back, and starts the store
// anew: it remembers the orders that it has written last.
func (r *driftRig) tamper(changes store.Changes) {
	r.t.Helper()
	err := r.storeDB.Commit(context.Background(), &changes)
	if err == nil {
		err = r.restart(nil)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *driftRig) orderRow(number string) order.Order {
	r.t.Helper()
	o, err := r.storeDB.Order(context.Background(), r.orders[number])
	if err != nil {
		r.t.Fatal(err)
	}
	return o.Clone()
}

// lose has a site park all that another one has to say to it, and skip it: so a message
// is lost, and the cursor is behind it.
func (r *driftRig) lose(from, to id.Site) {
	r.t.Helper()
	ctx := context.Background()
	h := r.warehouses[from]
	var lost []books.Parked
	switch {
	case h != nil:
		cursor := r.cursorOf("store", from)
		messages, err := h.db.Messages(ctx, string(to), cursor, 500, 1<<20)
		if err == nil {
			_, err = r.store.Do(ctx, store.Receive{Messages: messages, Park: "lost in a test"})
		}
		if err != nil {
			r.t.Fatal(err)
		}
		lost, _ = r.storeDB.Parked(ctx)
	default:
		h = r.warehouses[to]
		messages, err := r.storeDB.Messages(ctx, string(to), r.cursorOf(to, from), 500, 1<<20)
		if err == nil {
			_, err = h.site.Do(ctx, warehouse.Receive{Messages: messages, Park: "lost in a test"})
		}
		if err != nil {
			r.t.Fatal(err)
		}
		lost, _ = h.db.Parked(ctx)
	}
	r.skip(from, to, lost)
}

// skip takes parked messages out, as an operator does who sees no other way.
func (r *driftRig) skip(from, to id.Site, lost []books.Parked) {
	r.t.Helper()
	do := r.store.Do
	if h := r.warehouses[to]; h != nil {
		do = h.site.Do
	}
	skipped := map[string]bool{}
	for _, p := range lost {
		if skipped[p.Message.Key] {
			continue
		}
		skipped[p.Message.Key] = true
		skip := books.SkipParked{Origin: from, Key: p.Message.Key, Seq: p.Message.Seq, All: true, By: "a test", Why: "lost"}
		if _, err := do(context.Background(), skip); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *driftRig) cursorOf(site, origin id.Site) uint64 {
	for _, head := range r.heads() {
		for _, c := range head.Read {
			if head.Site == site && c.Origin == string(origin) {
				return c.Seq
			}
		}
	}
	return 0
}

var mugs = []string{"warehouse wh1", "district north wh1", "product mug 10.00", "product tray 4.00", "receive wh1 mug=20 tray=20", "deliver"}

// TestNoDriftWhereNothingDiffers asks once for each kind.
func TestNoDriftWhereNothingDiffers(t *testing.T) {
	r := newDriftRig(t, append(mugs, "order north mug=3 tray=1", "deliver", "advance wh1 1 picking picked", "deliver")...)
	report := r.check("store", "wh1")
	if len(report.Findings)+len(report.Unclear) > 0 || report.Questions != len(drift.Kinds()) {
		t.Errorf("%+v", report)
	}
	r.clean()
}

// TestUnderWayIsNoDrift checks while messages wait to be read.
func TestUnderWayIsNoDrift(t *testing.T) {
	r := newDriftRig(t, append(mugs, "order north mug=3", "receive wh1 mug=4")...)
	if report := r.check("store", "wh1"); len(report.Findings) > 0 {
		t.Errorf("what is under way is called drift: %+v", report.Findings)
	}
	r.clean()
}

// TestUnreadIsUnclear checks where the feeds stand still.
func TestUnreadIsUnclear(t *testing.T) {
	r := newDriftRig(t, append(mugs, "order north mug=3")...)
	r.cut["wh1"] = true
	report := r.check("store", "wh1")
	if len(report.Findings) > 0 || len(report.Unclear) == 0 {
		t.Errorf("%+v", report)
	}
}

// TestParkedIsUnclear waits for the operator, who may still have it applied.
func TestParkedIsUnclear(t *testing.T) {
	r := newDriftRig(t, append(mugs, "order north mug=3")...)
	messages, err := r.storeDB.Messages(context.Background(), "wh1", r.cursorOf("wh1", "store"), 500, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.warehouses["wh1"].site.Do(context.Background(), warehouse.Receive{Messages: messages, Park: "a test"}); err != nil {
		t.Fatal(err)
	}
	report := r.check("store", "wh1")
	if len(report.Findings) > 0 || len(report.Unclear) != 2 || !strings.Contains(report.Unclear[0].Why, "parked") {
		t.Errorf("%+v", report)
	}
}

// TestLevelsAreToldAgain changes what a store believes of a shelf.
func TestLevelsAreToldAgain(t *testing.T) {
	r := newDriftRig(t, mugs...)
	levels, err := r.storeDB.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	level := levels.Levels[0]
	level.OnHand, level.Version = level.OnHand+7, level.Version+100
	r.tamper(store.Changes{Levels: append(levels.Levels[:0:0], level)})
	f := r.found(drift.Levels)
	if f.Key != string(level.SKU) || f.Here.Value == f.There.Value {
		t.Errorf("%+v", f)
	}
	if done := r.repair("store", "wh1", drift.Options{}); done.Commands > 0 || len(done.NotMended) != 1 {
		t.Errorf("a store repairs a shelf: %+v", done)
	}
	r.repair("wh1", "store", drift.Options{})
	r.clean()
}

// TestLostStepIsToldAgain has the store skip each step that a warehouse tells.
func TestLostStepIsToldAgain(t *testing.T) {
	for name, steps := range map[string][]string{
		"picked": {"advance wh1 1 picking picked"},
		"voided": {"void 1"},
		"sent":   {"advance wh1 1 picking picked ready sent"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newDriftRig(t, append(mugs, "order north mug=3 tray=2 card=tok_approved", "deliver")...)
			for _, step := range steps {
				r.run(strings.Fields(step))
			}
			if name == "voided" { // it is the warehouse that decides
				r.carry(r.storeDB, r.warehouses["wh1"].db, "store", "wh1", r.warehouses["wh1"].site)
			}
			r.lose("wh1", "store")
			if f := r.found(drift.Fulfillments); !f.Here.There() || !f.There.There() {
				t.Errorf("%+v", f)
			}
			done := r.repair("wh1", "store", drift.Options{})
			if name == "voided" { // what it gave the store back was lost too
				r.repair("wh1", "store", drift.Options{Quota: true, Reason: "lost in a test"})
			}
			if len(done.Before.Findings) == 0 {
				t.Error("nothing was found")
			}
			r.clean()
			r.run(strings.Fields("show 1"))
			if !strings.Contains(r.said(), name) {
				t.Errorf("the order does not say that it is %s", name)
			}
		})
	}
}

// TestLostRequestIsAskedAgain has the warehouse skip a request.
func TestLostRequestIsAskedAgain(t *testing.T) {
	r := newDriftRig(t, append(mugs, "order north mug=3")...)
	r.lose("store", "wh1")
	if f := r.found(drift.Fulfillments); !f.Here.There() || f.There.There() {
		t.Errorf("%+v", f)
	}
	r.found(drift.Quota)
	if done := r.repair("wh1", "store", drift.Options{Quota: true, Reason: "too early"}); len(done.After.Findings) != 2 || done.Commands > 0 {
		t.Errorf("the units of a request that was lost are corrected, though it can be told again: %+v", done)
	}
	if done := r.repair("store", "wh1", drift.Options{Quota: true, Reason: "too early"}); done.Commands != 1 {
		t.Errorf("want one request, and no correction of units: %+v", done)
	}
	r.clean()
}

// TestChangedRowsAreMended changes rows of an order by hand: its books stand, so
// nothing is booked, and nothing is paid twice.
func TestChangedRowsAreMended(t *testing.T) {
	for name, change := range map[string]func(*order.Order){
		"stage":    func(o *order.Order) { o.Fulfillments[0].Stage = order.Picking },
		"version":  func(o *order.Order) { o.Fulfillments[0].Stage, o.Fulfillments[0].Version = order.Picking, 99 },
		"voided":   func(o *order.Order) { o.Fulfillments[0].Lines[0].Voided = 2 },
		"returned": func(o *order.Order) { o.Fulfillments[0].Lines[0].Returned = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			r := newDriftRig(t, append(mugs, "order north mug=3 tray=2 card=tok_approved", "deliver",
				"advance wh1 1 picking picked ready sent", "deliver")...)
			was := r.orderRow("1")
			o := r.orderRow("1")
			change(&o)
			r.tamper(store.Changes{Updates: []order.Order{o}})
			r.found(drift.Fulfillments)
			before := r.movements()
			r.repair("wh1", "store", drift.Options{})
			r.clean()
			if after := r.movements(); after != before {
				t.Errorf("%d movements were booked for rows", after-before)
			}
			now := r.orderRow("1")
			if now.Fulfillments[0].Stage != was.Fulfillments[0].Stage || now.Fulfillments[0].Version != was.Fulfillments[0].Version ||
				fmt.Sprint(now.Lines) != fmt.Sprint(was.Lines) || now.Status != was.Status {
				t.Errorf("was %+v, is %+v", was, now)
			}
		})
	}
}

func (r *driftRig) movements() (count int) {
	source, err := r.storeDB.Snapshot(context.Background())
	if err == nil {
		err = source.Movements(context.Background(), func(books.Movement, error) error { count++; return nil })
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return count
}

// TestWhatCannotBeRepairedStays changes a row in a way that nobody's word explains.
func TestWhatCannotBeRepairedStays(t *testing.T) {
	r := newDriftRig(t, append(mugs, "order north mug=3 tray=2", "deliver")...)
	o := r.orderRow("1")
	o.Lines[0].Voided, o.Fulfillments[0].Lines[0].Voided, o.Fulfillments[0].Stage = 1, 2, order.Picking
	r.tamper(store.Changes{Updates: []order.Order{o}})
	before := r.movements()
	done := r.repair("wh1", "store", drift.Options{})
	if len(done.After.Findings) != 1 || r.movements() != before {
		t.Errorf("%+v", done)
	}
	if now := r.orderRow("1"); now.Fulfillments[0].Stage != order.Picking {
		t.Errorf("a part of it was changed: %+v", now)
	}
	story, _, err := r.storeDB.Story(context.Background(), o.ID)
	if err != nil || story[len(story)-1].Kind != "not-repaired" {
		t.Errorf("the order's history does not say so: %+v, %v", story, err)
	}
}

// TestQuotaIsCorrectedForAReasonAlone loses a grant: the warehouse sets aside what the
// store does not have.
func TestQuotaIsCorrectedForAReasonAlone(t *testing.T) {
	r := newDriftRig(t, append(mugs, "receive wh1 mug=5")...)
	r.lose("wh1", "store")
	f := r.found(drift.Quota)
	if f.There.Units-f.Here.Units != 5 || len(f.There.Newest) == 0 || len(f.Here.Newest) == 0 {
		t.Errorf("%+v", f)
	}
	r.repair("wh1", "store", drift.Options{}) // levels
	if f := r.found(drift.Quota); f.There.Units-f.Here.Units != 5 {
		t.Errorf("corrected without being asked to: %+v", f)
	}
	if done := r.repair("store", "wh1", drift.Options{Quota: true, Reason: "a grant was lost"}); done.Commands > 0 {
		t.Errorf("the store corrects what the warehouse has too much: %+v", done)
	}
	r.repair("wh1", "store", drift.Options{Quota: true, Reason: "a grant was lost"})
	r.clean()
}

// TestQuotaThatTheStoreHasTooMuch has the store hold more than is set aside for it.
func TestQuotaThatTheStoreHasTooMuch(t *testing.T) {
	r := newDriftRig(t, mugs...)
	if _, err := r.warehouses["wh1"].site.Do(context.Background(), warehouse.WithdrawQuota{Store: "store", SKU: "mug", Units: 4, Reason: "a test"}); err != nil {
		t.Fatal(err)
	}
	r.run([]string{"deliver"})
	if f := r.found(drift.Quota); f.Here.Units-f.There.Units != 4 {
		t.Errorf("%+v", f)
	}
	r.repair("store", "wh1", drift.Options{Quota: true, Reason: "more than is there"})
	r.clean()
}

// TestRandomDrift plays random lives, loses what a site says at random, and repairs
// from both ends until nothing differs.
func TestRandomDrift(t *testing.T) {
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			a := &author{Rand: rand.New(rand.NewPCG(seed, 11)), sites: []string{"store"}, kept: nil}
			r := newDriftRig(t, mugs...)
			for range 40 {
				switch line := a.next(); {
				case strings.HasPrefix(line, "backup"), strings.HasPrefix(line, "restore"), strings.Contains(line, "wh2"), strings.HasPrefix(line, "cut"):
				case strings.Contains(line, "pot"), strings.HasPrefix(line, "redirect"), strings.Contains(line, "back"), strings.Contains(line, "south"):
				case a.IntN(6) == 0:
					r.run(strings.Fields(line))
					r.lose("wh1", "store")
				default:
					r.run(strings.Fields(line))
				}
			}
			r.cut["wh1"] = false
			for range 3 {
				r.run([]string{"deliver"})
				r.run([]string{"tick"})
			}
			r.run([]string{"deliver"})
			parked, err := r.storeDB.Parked(context.Background()) // since a step before was lost
			if err != nil {
				t.Fatal(err)
			}
			r.skip("wh1", "store", parked)
			options := drift.Options{Quota: true, Reason: "a test"}
			for range 3 {
				r.repair("wh1", "store", options)
				r.repair("store", "wh1", options)
			}
			r.clean()
		})
	}
}
