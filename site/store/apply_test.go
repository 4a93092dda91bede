package store_test

import (
	"slices"
	"testing"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/store"
)

// raw is a message of wh1 as no version of it would say it.
func (r *rig) raw(key, kind, body string) []feed.Message {
	messages := r.say("wh1", key, event.QuotaGranted{})
	messages[0].Kind, messages[0].Body = kind, []byte(body)
	return messages
}

// TestParked puts aside what cannot be applied, and goes on behind it.
func TestParked(t *testing.T) {
	r := newRig(t, store.Options{})
	mine, theirs := r.place(want("mug", 1)), r.place(want("mug", 5))
	unknown := step(mine, 0, order.Accepted, 1)
	unknown.Order.UUID[0]++
	notThere := step(mine, 0, order.Accepted, 1)
	notThere.Fulfillment.UUID[0]++
	for name, messages := range map[string][]feed.Message{
		"a kind of a later version":    r.raw("k1", "stock.moon.v9", `{}`),
		"bytes that are no message":    r.raw("k2", "quota.granted.v1", `{`),
		"a message for warehouses":     r.say("wh1", "k3", event.QuotaAsked{}),
		"a grant of less than nothing": r.say("wh1", "k4", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: -5})),
		"an unknown order":             r.say("wh1", "k5", unknown),
		"an unknown fulfillment":       r.say("wh1", "k6", notThere),
		"another one's fulfillment":    r.say("wh1", "k7", step(theirs, 1, order.Accepted, 1)),
		"a refusal for another one":    r.say("wh1", "k8", event.VoidRefused{Order: theirs.ID, Fulfillment: theirs.Fulfillments[1].ID}),
		"a step that is no step":       r.say("wh1", "k9", step(mine, 0, order.SentStage, 1)),
		"more voided than there is":    r.say("wh1", "k10", step(mine, 0, order.Accepted, 1, order.Part{Line: 1, Quantity: 2})),
	} {
		t.Run(name, func(t *testing.T) {
			before := r.state()
			// The feed is the test's own: it follows on whatever was read before.
			read := before.Snapshot.Books.Read
			i := slices.IndexFunc(read, func(c feed.Cursor) bool { return c.Origin == "wh1" })
			messages[0], _ = feed.Next(read[i], messages[0])
			r.apply(messages)
			after := r.state()
			if len(after.Parked) != len(before.Parked)+1 || after.Parked[len(after.Parked)-1].Reason == "" {
				t.Errorf("parked: %+v", after.Parked)
			}
			same(t, "cursor", messages[0].Seq, r.cursor("wh1"))
			same(t, "orders", before.Orders, after.Orders)
			same(t, "balances", before.Snapshot.Books.Balances, after.Snapshot.Books.Balances)
		})
	}
}

func (r *rig) cursor(origin id.Site) uint64 {
	r.t.Helper()
	for _, c := range r.state().Snapshot.Books.Read {
		if c.Origin == string(origin) {
			return c.Seq
		}
	}
	return 0
}

// TestParkedKey has later messages of a parked key wait, also when the store was
// opened again, while those of other keys go on.
func TestParkedKey(t *testing.T) {
	r := newRig(t, store.Options{})
	bad, good := r.place(want("mug", 1)), r.place(want("mug", 1))
	r.hear("wh1", bad.ID.String(), step(bad, 0, order.SentStage, 1))
	for _, when := range []string{"at once", "reopened"} {
		r.hear("wh1", bad.ID.String(), step(bad, 0, order.Accepted, 1))
		same(t, when+": stage", order.Requested, r.order(bad.ID).Fulfillments[0].Stage)
		r.store.Close()
		r.open()
	}
	r.hear("wh1", good.ID.String(), step(good, 0, order.Accepted, 1))
	same(t, "stage of the other", order.Accepted, r.order(good.ID).Fulfillments[0].Stage)
	same(t, "parked", 3, len(r.state().Parked))
	// The same key of another warehouse is another key.
	r.hear("wh2", bad.ID.String(), event.StockLevels{Levels: []stock.Level{{SKU: "mug", Version: 1}}})
	same(t, "parked", 3, len(r.state().Parked))
}

// TestOnlyTheNext applies each message once, in order: repeated ones and those
// behind a gap change nothing.
func TestOnlyTheNext(t *testing.T) {
	r := newRig(t, store.Options{})
	messages := r.say("wh1", "quota",
		r.grant(id.Grant{}, event.Units{SKU: "tin", Quantity: 1}), r.grant(id.Grant{}, event.Units{SKU: "tin", Quantity: 10}))
	before := r.state()
	r.apply(messages[1:])
	same(t, "state after a gap", before, r.state())
	for range 2 {
		r.apply(messages[:1])
		same(t, "tins", 1, r.balance("tin", stock.HeldAt("wh1")))
	}
	r.apply(messages)
	r.apply(messages)
	same(t, "tins", 11, r.balance("tin", stock.HeldAt("wh1")))
}

// TestLevelVersions keeps the newest level, whatever comes later.
func TestLevelVersions(t *testing.T) {
	r := newRig(t, store.Options{})
	for _, c := range []struct{ version, available, want int64 }{{5, 50, 50}, {4, 40, 50}, {5, 55, 50}, {6, 60, 60}} {
		r.hear("wh1", "levels", event.StockLevels{Levels: []stock.Level{{SKU: "mug", Available: c.available, Version: c.version}}})
		levels := r.state().Snapshot.Levels
		if len(levels) != 1 || levels[0].Available != c.want || levels[0].Warehouse != "wh1" {
			t.Errorf("after version %d: %+v, want %d", c.version, levels, c.want)
		}
	}
}

// TestRecall gives back what is not promised, and answers even with nothing.
func TestRecall(t *testing.T) {
	r := newRig(t, store.Options{})
	r.place(want("mug", 2))
	for _, c := range []struct{ wanted, given, left int64 }{{1, 1, 2}, {5, 2, 0}, {1, 0, 0}} {
		recall := event.QuotaRecalled{Recall: id.Grant{UUID: r.ids.New()}, Units: []event.Units{{SKU: "mug", Quantity: c.wanted}}}
		r.hear("wh1", "quota", recall)
		answer := r.last("wh1").(event.QuotaReturned)
		var given int64
		for _, u := range answer.Units {
			given += u.Quantity
		}
		if answer.Recall != recall.Recall || given != c.given || r.balance("mug", stock.HeldAt("wh1")) != c.left {
			t.Errorf("of %d: %+v, and %d are left", c.wanted, answer, r.balance("mug", stock.HeldAt("wh1")))
		}
	}
	same(t, "promised", 2, r.balance("mug", stock.PromisedAt("wh1")))
}

// TestFailingCommit promises nothing twice: a failed batch is forgotten, and what
// the store decides upon is what is stored.
func TestFailingCommit(t *testing.T) {
	r := newRig(t, store.Options{})
	fails := 2
	r.db.Fail(func(int) error {
		if fails--; fails >= 0 {
			return errDisk
		}
		return nil
	})
	before := r.state()
	if _, err := r.store.Do(t.Context(), order1(want("mug", 8))); err == nil {
		t.Fatal("the order was taken")
	}
	if err := r.store.Apply(t.Context(), r.say("wh2", "quota", r.grant(id.Grant{}, event.Units{SKU: "mug", Quantity: 1}))); err == nil {
		t.Fatal("the grant was taken")
	}
	same(t, "state", before, r.state())
	same(t, "the last unit", order.Placed, r.place(want("mug", 8)).Status)
	same(t, "one more", order.Voided, r.place(want("mug", 1)).Status)
	same(t, "number", 2, r.state().Orders[0].Number)
}

// TestBusyInTheMiddle: the database is busy while a message of wh1 is applied, and
// wh2's messages come in the same batch. Nothing of wh1's may be taken for read.
func TestBusyInTheMiddle(t *testing.T) {
	for _, busy := range []int64{1, 2} { // the batch, and then its first command alone too
		r := newRig(t, store.Options{})
		o := r.place(want("mug", 1))
		r.store.Close()
		r.open() // no order is at hand in memory
		first := append(r.say("wh1", "quota", r.grant(id.Grant{}, event.Units{SKU: "tin", Quantity: 7})),
			r.say("wh1", o.ID.String(), event.FulfillmentChanged{
				Order: o.ID, Fulfillment: o.Fulfillments[0].ID, To: order.Accepted, Version: 1, At: start,
			})...)
		second := r.say("wh2", "quota", r.grant(id.Grant{}, event.Units{SKU: "tin", Quantity: 2}))
		r.busy.Store(busy)
		for _, job := range r.queue(store.Receive{Messages: first}, store.Receive{Messages: second}) {
			if _, err := job.Wait(t.Context()); err != nil && !fault.Is(err, fault.Busy) {
				t.Error(err)
			}
		}
		r.busy.Store(0)
		r.apply(first)
		r.apply(second)
		same(t, "tins at wh1", 7, r.balance("tin", stock.HeldAt("wh1")))
		same(t, "tins at wh2", 2, r.balance("tin", stock.HeldAt("wh2")))
		same(t, "parked", 0, len(r.state().Parked))
	}
}

// TestFailingBatch carries out each command of a failed batch once.
func TestFailingBatch(t *testing.T) {
	r := newRig(t, store.Options{})
	batch := 0
	jobs := func() []any {
		r.db.Fail(func(int) error {
			if batch++; batch == 1 {
				return errDisk
			}
			return nil
		})
		return []any{order1(want("mug", 5)), order1(want("mug", 3)), order1(want("mug", 1))}
	}
	var statuses []order.Status
	for _, job := range r.queue(jobs()...) {
		answer, err := job.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		statuses = append(statuses, answer.(store.Placement).Order.Status)
	}
	same(t, "statuses", []order.Status{order.Placed, order.Placed, order.Voided}, statuses)
	same(t, "promised", 5, r.balance("mug", stock.PromisedAt("wh1")))
	same(t, "promised", 3, r.balance("mug", stock.PromisedAt("wh2")))
}
