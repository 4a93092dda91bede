package scenario

import (
	"strings"
	"testing"

	"crossdock/core/id"
	"crossdock/site/books"
)

// TestSentTwice has two warehouses send the same units, after the store and one of them
// were restored from backups. That cannot be undone: it waits for an operator, who is
// told once, and skips it. Nobody is asked for it again.
func TestSentTwice(t *testing.T) {
	w := newWorld(t)
	for line := range strings.Lines(`
		warehouse wh1
		warehouse wh2
		district north wh1 wh2
		product mug 10.00
		receive wh1 mug=2
		receive wh2 mug=5
		deliver
		order north mug=3
		deliver
		backup wh2
		backup store
		receive wh1 mug=1
		deliver
		tick
		deliver
		advance wh1 1 picking picked ready sent
		deliver
		cut wh1
		restore store
		restore wh2
		deliver
		advance wh2 1 picking picked ready sent
		deliver
		heal wh1
		deliver
	`) {
		if words := strings.Fields(line); len(words) > 0 {
			w.run(words)
		}
	}
	w.laterOn()
	waits := w.parkedBy("store")
	if len(waits) != 1 {
		t.Fatalf("%d messages wait for an operator, not one: %s", len(waits), w.parkedAt("store"))
	}
	first := waits[0].Message
	_, err := w.do(books.SkipParked{
		Origin: id.Site(first.Origin), Key: first.Key, Seq: first.Seq, By: "Ann", Why: "both are with the customer",
	})
	if err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.run([]string{"deliver"})
	before := w.asked()
	w.laterOn()
	if waits := w.parkedBy("store"); len(waits) != 0 {
		t.Errorf("%d messages wait again: %s", len(waits), w.parkedAt("store"))
	}
	if after := w.asked(); after != before {
		t.Errorf("the warehouses are told %d messages more", after-before)
	}
}

// laterOn lets the sites talk for some minutes.
func (w *world) laterOn() {
	for range 8 {
		for _, words := range []string{"wait 20s", "tick", "deliver"} {
			w.run(strings.Fields(words))
		}
	}
}

// parkedBy returns what waits for an operator at a site.
func (w *world) parkedBy(site id.Site) []books.Parked {
	for _, head := range w.heads() {
		if head.Site == site {
			return head.Parked
		}
	}
	return nil
}

// asked counts what the store has said to the warehouses.
func (w *world) asked() uint64 {
	var said uint64
	for _, name := range w.names() {
		newest, _, err := w.shop.storeDB.Written(w.t.Context(), string(name), 0)
		if err != nil {
			w.t.Fatal(err)
		}
		said += newest.Seq
	}
	return said
}
