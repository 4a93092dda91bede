package scenario

import (
	"context"
	"strings"
	"testing"
	"time"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// needy is a world in which an order waits for the units that it is short of: a
// store and an annex, each with five of ten mugs.
func needy(t *testing.T, wait time.Duration) *world {
	w := newWorld(t)
	w.play("store annex", "warehouse wh1", "district north wh1", "product mug 10.00", "receive wh1 mug=10", "deliver")
	w.waits(wait)
	return w
}

// waits starts the store anew, so that its orders wait for so long.
func (w *world) waits(wait time.Duration) {
	w.t.Helper()
	w.store.Close()
	site, err := store.Open(context.Background(), store.Ports{
		Journal: w.journal, Lookups: w.storeDB, Queries: w.storeDB, Records: w.storeDB, Payments: w.till, IDs: w, Now: w.clock,
	}, store.Options{AskWait: wait, TickEvery: -1})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(site.Close)
	w.store = site
}

func (w *world) play(commands ...string) {
	w.t.Helper()
	for _, command := range commands {
		w.run(strings.Fields(command))
	}
}

// ordersMugs places an order for mugs, and does meanwhile what is to happen once the
// store has committed what it does about it.
func (w *world) ordersMugs(units int64, meanwhile func()) order.Order {
	w.t.Helper()
	type answer struct {
		store.Placement
		error
	}
	placed := make(chan answer, 1)
	command := store.PlaceOrder{
		Customer: id.User{UUID: id.UUID{15: 1}}, Address: order.Address{Name: "Ann", District: "north"},
		Lines: []store.Wanted{{SKU: "mug", Units: units}},
	}
	commit, limit := w.journal.commit(), time.After(10*time.Second)
	go func() {
		placement, err := w.store.Place(context.Background(), command)
		placed <- answer{placement, err}
	}()
	for {
		select {
		case got := <-placed:
			if got.error != nil {
				w.t.Fatal(got.error)
			}
			return got.Order
		case <-commit:
			commit = w.journal.commit()
			meanwhile()
		case <-limit:
			w.t.Fatal("the order is not decided upon")
		}
	}
}

// TestFirstOrderIsServed: an order that needs what another store idles on waits for
// it, and is served itself. Where that store has promised it meanwhile, the order
// hears so at once and does not wait for as long as it would.
func TestFirstOrderIsServed(t *testing.T) {
	for name, c := range map[string]struct {
		before []string
		want   order.Status
	}{
		"idle":     {nil, order.Placed},
		"promised": {[]string{"at annex order north mug=5"}, order.Voided},
		"in part":  {[]string{"at annex order north mug=3"}, order.Voided},
		"enough":   {[]string{"at annex order north mug=2"}, order.Placed},
	} {
		t.Run(name, func(t *testing.T) {
			w := needy(t, time.Minute)
			w.play(c.before...)
			o := w.ordersMugs(8, func() { w.play("deliver") })
			if o.Status != c.want {
				t.Errorf("the order is %s: %s", o.Status, o.Reason)
			}
			w.play("deliver")
			w.audit()
		})
	}
}

// TestWarehouseForgetsWhoWaits: when the warehouse is started anew while an order
// waits, nobody answers it. It gives up by time, the units that come are not lost,
// and the next order gets them.
func TestWarehouseForgetsWhoWaits(t *testing.T) {
	w := needy(t, 20*time.Millisecond)
	restarted := false
	o := w.ordersMugs(8, func() {
		h := w.warehouses["wh1"]
		if !restarted && w.carry(w.storeDB, h.db, "store", "wh1", h.site) {
			restarted = true
			h.site.Close()
			site, err := warehouse.Open(t.Context(), warehouse.Ports{
				Journal: h.db, Queries: h.db, Purchases: h.db, Returns: h.db, IDs: w, Now: w.clock,
			}, warehouse.Options{Stores: w.opened})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(site.Close)
			h.site = site
			w.play("deliver")
		}
	})
	if o.Status != order.Voided || !restarted {
		t.Errorf("the order is %s; the warehouse was restarted: %v", o.Status, restarted)
	}
	w.play("deliver")
	w.audit()
	w.waits(time.Minute)
	o = w.ordersMugs(8, func() { w.play("deliver") })
	if o.Status != order.Placed {
		t.Errorf("the next order is %s: %s", o.Status, o.Reason)
	}
	w.play("deliver")
	w.audit()
}
