package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"crossdock/core/cart"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/sourcing"
	"crossdock/core/stock"
	"crossdock/site/store"
)

// TestPlaceForm refuses what breaks a rule of form, names the field and changes nothing.
func TestPlaceForm(t *testing.T) {
	r := newRig(t, store.Options{})
	pounds := money.Of(100, "GBP")
	for name, c := range map[string]struct {
		change func(*store.PlaceOrder)
		kind   fault.Kind
		field  string
	}{
		"no name":          {func(c *store.PlaceOrder) { c.Address.Name = " " }, fault.Invalid, "name"},
		"long name":        {func(c *store.PlaceOrder) { c.Address.Name = strings.Repeat("n", 101) }, fault.Invalid, "name"},
		"control in city":  {func(c *store.PlaceOrder) { c.Address.City = "a\x00b" }, fault.Invalid, "city"},
		"no district":      {func(c *store.PlaceOrder) { c.Address.District = "" }, fault.Invalid, "district"},
		"unknown district": {func(c *store.PlaceOrder) { c.Address.District = "east" }, fault.Invalid, "district"},
		"unknown payment":  {func(c *store.PlaceOrder) { c.Payment = "shells" }, fault.Invalid, "payment"},
		"no lines":         {func(c *store.PlaceOrder) { c.Lines = nil }, fault.Invalid, "lines"},
		"too many lines": {func(c *store.PlaceOrder) {
			c.Lines = slices.Repeat([]store.Wanted{want("mug", 1)}, order.MaxLines+1)
		}, fault.TooLarge, "lines"},
		"no units":         {func(c *store.PlaceOrder) { c.Lines[1].Units = 0 }, fault.Invalid, "lines[1].quantity"},
		"negative units":   {func(c *store.PlaceOrder) { c.Lines[0].Units = -1 }, fault.Invalid, "lines[0].quantity"},
		"too many units":   {func(c *store.PlaceOrder) { c.Lines[0].Units = stock.MaxQuantity + 1 }, fault.Invalid, "lines[0].quantity"},
		"unknown product":  {func(c *store.PlaceOrder) { c.Lines[1].SKU = "cup" }, fault.Invalid, "lines[1].sku"},
		"two currencies":   {func(c *store.PlaceOrder) { c.Lines[1].Price = &pounds }, fault.Invalid, ""},
		"cart that is odd": {func(c *store.PlaceOrder) { c.ClearCart, c.Lines[0].Units = "user:1", 0 }, fault.Invalid, "lines[0].quantity"},
	} {
		t.Run(name, func(t *testing.T) {
			c0 := order1(want("mug", 1), want("pot", 1))
			c.change(&c0)
			sub := *r
			sub.t = t
			sub.refused(c.kind, c.field, c0)
		})
	}
}

// TestPlaceBoundary promises the last unit, and not one more; lines of one SKU count together.
func TestPlaceBoundary(t *testing.T) {
	for name, c := range map[string]struct {
		lines []store.Wanted
		short []sourcing.Shortage
	}{
		"the last unit":           {[]store.Wanted{want("mug", 8)}, nil},
		"one too many":            {[]store.Wanted{want("mug", 9)}, []sourcing.Shortage{{SKU: "mug", Ordered: 9, Missing: 1}}},
		"two lines, the last":     {[]store.Wanted{want("mug", 6), want("mug", 2)}, nil},
		"two lines, one too many": {[]store.Wanted{want("mug", 6), want("mug", 3)}, []sourcing.Shortage{{SKU: "mug", Ordered: 9, Missing: 1}}},
		"one line of two short": {
			[]store.Wanted{want("mug", 1), want("pot", 5)}, []sourcing.Shortage{{SKU: "pot", Ordered: 5, Missing: 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, store.Options{})
			got := r.do(order1(c.lines...)).(store.Placement)
			same(t, "short", c.short, got.Short)
			held := r.balance("mug", stock.HeldAt("wh1")) + r.balance("mug", stock.HeldAt("wh2"))
			var ordered int64
			for _, line := range c.lines {
				if line.SKU == "mug" {
					ordered += line.Units
				}
			}
			if c.short == nil {
				same(t, "status", order.Placed, got.Order.Status)
				same(t, "held", 8-ordered, held)
			} else {
				same(t, "status", order.Voided, got.Order.Status)
				same(t, "held", 8, held)
				same(t, "fulfillments", 0, len(got.Order.Fulfillments))
				same(t, "voided", got.Order.Lines[0].Quantity, got.Order.Lines[0].Voided)
			}
			same(t, "stored", got.Order, r.order(got.Order.ID))
		})
	}
}

// TestPlaceKey gives a repeated command its first answer, also when the store was
// opened again, and also when the order was reversed.
func TestPlaceKey(t *testing.T) {
	for name, units := range map[string]int64{"placed": 2, "reversed": 99} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, store.Options{})
			command := order1(want("mug", units))
			command.Key = store.Key{Name: "k1", BodyHash: [32]byte{1}}
			first := r.do(command).(store.Placement)
			before := r.state()
			for _, when := range []string{"at once", "reopened"} {
				again := r.do(command).(store.Placement)
				same(t, when+": order", first.Order, again.Order)
				same(t, when+": short", first.Short, again.Short)
				if first.Repeat || !again.Repeat {
					t.Errorf("%s: repeat is %v, then %v", when, first.Repeat, again.Repeat)
				}
				r.store.Close()
				r.open()
			}
			same(t, "state", before, r.state())
			command.Key.BodyHash[0]++
			r.refused(fault.Mismatch, "", command)
		})
	}
}

// TestPlaceKeyInOneBatch sees a key that came in the same batch.
func TestPlaceKeyInOneBatch(t *testing.T) {
	r := newRig(t, store.Options{})
	command := order1(want("mug", 1))
	command.Key.Name = "k1"
	var ids []id.Order
	for _, job := range r.queue(command, command) {
		answer, err := job.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, answer.(store.Placement).Order.ID)
	}
	if ids[0] != ids[1] || r.balance("mug", stock.HeldAt("wh1")) != 4 {
		t.Errorf("orders %v, %d mugs left", ids, r.balance("mug", stock.HeldAt("wh1")))
	}
}

// TestPaymentByDefault writes the method that an empty one stands for.
func TestPaymentByDefault(t *testing.T) {
	r := newRig(t, store.Options{})
	same(t, "payment", "on-delivery", r.order(r.place(want("mug", 1)).ID).Payment)
}

// TestAsk has a grant arrive while an order waits for it.
func TestAsk(t *testing.T) {
	r := newRig(t, store.Options{AskWait: time.Minute})
	r.hear("wh2", "levels", event.StockLevels{Levels: []stock.Level{{SKU: "mug", Available: 4, Version: 1}}})
	command := order1(want("mug", 10))
	command.NoAsk, command.Address.District = false, "north"
	answered := make(chan error, 1)
	go func() {
		ask := waitAsk(r)
		messages := r.say("wh2", "quota", r.grant(ask.Ask, ask.Units...))
		answered <- r.store.Apply(context.Background(), messages)
	}()
	got, err := r.store.Place(t.Context(), command)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-answered; err != nil {
		t.Fatal(err)
	}
	same(t, "status", order.Placed, got.Order.Status)
	same(t, "asked", event.Body(event.QuotaAsked{}).Kind(), r.state().To2[1].Kind)
	same(t, "numbers", 1, got.Order.Number)
}

// waitAsk waits until the store has asked wh2.
func waitAsk(r *rig) event.QuotaAsked {
	for ; ; <-r.spoke {
		messages, err := r.db.Messages(context.Background(), "wh2", 1, 10, 1<<20)
		if err != nil {
			panic(err)
		}
		if len(messages) > 0 {
			body, err := event.Decode(messages[0].Kind, messages[0].Body)
			if err != nil {
				panic(err)
			}
			return body.(event.QuotaAsked)
		}
	}
}

// TestAskInVain reverses the order when nobody answers in time, and asks nobody
// where all that is known to be free would not be enough.
func TestAskInVain(t *testing.T) {
	for name, c := range map[string]struct {
		units int64
		asks  int
	}{"no answer": {10, 1}, "not enough anywhere": {13, 0}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, store.Options{AskWait: time.Millisecond})
			r.hear("wh2", "levels", event.StockLevels{Levels: []stock.Level{{SKU: "mug", Available: 4, Version: 1}}})
			before := len(r.state().To2)
			command := order1(want("mug", c.units))
			command.NoAsk = false
			got, err := r.store.Place(t.Context(), command)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "status", order.Voided, got.Order.Status)
			same(t, "asks", c.asks, len(r.state().To2)-before)
			same(t, "orders", 1, len(r.state().Orders))
		})
	}
}

// TestPlaceClearsCart takes what was ordered out of the cart, and no more; a
// reversed order leaves the cart as it was.
func TestPlaceClearsCart(t *testing.T) {
	r := newRig(t, store.Options{})
	full := cart.Cart{Lines: []cart.Line{{SKU: "mug", Units: 5}, {SKU: "pot", Units: 1}, {SKU: "tin", Units: 2}}}
	r.do(store.ChangeCart{Owner: "user:1", Change: func(cart.Cart) (cart.Cart, error) { return full, nil }})
	for _, c := range []struct {
		lines []store.Wanted
		left  []cart.Line
	}{
		{[]store.Wanted{want("tin", 1)}, full.Lines},
		{[]store.Wanted{want("mug", 1), want("mug", 2), want("pot", 1)}, []cart.Line{{SKU: "mug", Units: 2}, {SKU: "tin", Units: 2}}},
	} {
		command := order1(c.lines...)
		command.ClearCart = "user:1"
		r.do(command)
		left, err := r.db.Cart(t.Context(), "user:1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "left", c.left, left.Lines)
	}
}

// TestPlaceOutOfAnotherCart refuses what the cart no longer holds: two windows
// cannot order one cart twice.
func TestPlaceOutOfAnotherCart(t *testing.T) {
	r := newRig(t, store.Options{})
	r.do(store.ChangeCart{Owner: "user:1", Change: func(c cart.Cart) (cart.Cart, error) { return c.Add("mug", 2) }})
	for name, lines := range map[string][]store.Wanted{
		"more than there is":      {want("mug", 3)},
		"more than there is, sum": {want("mug", 1), want("mug", 2)},
		"what is not there":       {want("mug", 1), want("pot", 1)},
	} {
		command := order1(lines...)
		command.ClearCart = "user:1"
		if _, err := r.store.Place(t.Context(), command); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v, want a conflict", name, err)
		}
	}
	command := order1(want("mug", 2))
	command.ClearCart = "user:1"
	r.do(command)
	if _, err := r.store.Place(t.Context(), command); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same cart again: %v, want a conflict", err)
	}
	same(t, "orders", 1, len(r.state().Orders))
}
