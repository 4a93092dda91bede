package store_test

import (
	"testing"
	"time"

	"crossdock/core/sourcing"
	"crossdock/core/stock"
	"crossdock/site/store"
)

// TestHoldHasABound: signs of life extend a hold to three times its length, across a
// restart too. At its end others are served, before it can begin anew.
func TestHoldHasABound(t *testing.T) {
	r := newRig(t, store.Options{})
	for _, minutes := range []time.Duration{10, 19, 28, 30} {
		kept := r.keep("guest:1", want("mug", 8))
		same(t, "began", start, kept.Since)
		same(t, "until", start.Add(minutes*time.Minute), kept.ExpiresAt)
		same(t, "as it is stored", []store.Hold{kept.Hold}, r.state().Snapshot.Holds)
		r.do(store.Tick{})
		same(t, "mugs", [4]int64{0, 0, 5, 3}, r.mugs())
		r.reopen()
		r.clock.move(min(9*time.Minute, start.Add(30*time.Minute).Sub(r.clock.now())))
	}
	same(t, "until, when that is over and no tick has seen it", start.Add(30*time.Minute), r.keep("guest:1", want("mug", 8)).ExpiresAt)
	r.do(store.Tick{})
	same(t, "mugs at the end", [4]int64{5, 3, 0, 0}, r.mugs())

	r.keep("guest:2", want("mug", 7))
	again := r.keep("guest:1", want("mug", 8))
	same(t, "short of", []sourcing.Shortage{{SKU: "mug", Ordered: 8, Missing: 7}}, again.Short)
	same(t, "began anew", start.Add(30*time.Minute), again.Since)
	same(t, "until", start.Add(40*time.Minute), again.ExpiresAt)
}

// TestHoldBoundFollowsNoCart: other units in the cart do not make it another hold.
// Units that were free in between do.
func TestHoldBoundFollowsNoCart(t *testing.T) {
	r := newRig(t, store.Options{HoldFor: 10 * time.Minute, HoldAtMost: 12 * time.Minute})
	r.keep("guest:1", want("mug", 5))
	r.clock.move(9 * time.Minute)
	kept := r.keep("guest:1", want("pot", 1))
	same(t, "until", start.Add(12*time.Minute), kept.ExpiresAt)
	r.clock.move(time.Minute)
	r.do(store.ReleaseHold{Owner: "guest:1"})
	same(t, "pots", 4, r.balance("pot", stock.HeldAt("wh1")))
	kept = r.keep("guest:1", want("pot", 1))
	same(t, "anew until", start.Add(20*time.Minute), kept.ExpiresAt)
}
