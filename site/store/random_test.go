package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crossdock/core/cart"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/engine/testpay"
	"crossdock/site/store"
	"crossdock/site/warehouse"
	"crossdock/site/writer"
)

// TestAgainstAudit runs random commands over two stores and two warehouses whose
// links are cut and healed, whose commits fail and which crash, whose payment
// providers fail and whose suppliers are late, delivers their messages in pieces
// and more than once, and checks all of them after every step. In the end
// everything is delivered, and both sides tell the same of each order.
func TestAgainstAudit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := newNet(rt)
		defer n.close()
		actions := n.actions()
		for range 3 { // three times as many steps as the flag says
			rt.Repeat(actions)
		}
		n.end(rt)
	})
}

func (n *net) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"":                n.check,
		"place":           n.place,
		"place more":      n.place,
		"place many":      n.placeMany,
		"hold":            n.hold,
		"confirm":         n.confirm,
		"void":            n.void,
		"void moving":     n.voidMoving,
		"drop":            n.drop,
		"redirect":        n.redirect,
		"ask return":      n.askReturn,
		"take back":       n.takeBack,
		"advance":         n.advance,
		"finish":          n.finish,
		"finish more":     n.finish,
		"finish again":    n.finish,
		"hand over":       n.handOver,
		"receive":         n.receive,
		"restock":         n.restock,
		"announce":        n.announce,
		"change purchase": n.changePurchase,
		"receive return":  n.receiveReturn,
		"receive more":    n.receiveReturn,
		"inspect return":  n.inspectReturn,
		"inspect more":    n.inspectReturn,
		"adjust":          n.adjust,
		"cut":             n.setCut,
		"deliver":         n.deliver,
		"repeat":          n.deliverAgain,
		"settle":          n.settle,
		"settle more":     n.settle,
		"tick":            n.tick,
		"wait":            n.wait,
		"fail":            n.failNext,
		"crash":           n.crash,
	}
}

// place takes an order, now and then with a key that came before, or out of a cart
// for which units may be kept.
func (n *net) place(t *rapid.T) {
	s := n.anyShop(t)
	command := n.wanted(t)
	if rapid.Bool().Draw(t, "keyed") {
		command.Key.Name = fmt.Sprint("order-", rapid.IntRange(1, 4).Draw(t, "key"))
	}
	if s.keyed[command.Key.Name].IsZero() && rapid.Bool().Draw(t, "out of a cart") {
		command.ClearCart = drawOwner(t)
		_, err := s.site.Do(context.Background(), store.ChangeCart{Owner: command.ClearCart, Change: func(c cart.Cart) (cart.Cart, error) {
			for _, line := range command.Lines {
				c, _ = c.Add(line.SKU, line.Units)
			}
			return c, nil
		}})
		if n.mayFail(t, err, fault.Internal); err != nil {
			return
		}
	}
	placement, err := s.site.Place(context.Background(), command)
	n.mayFail(t, err, fault.Internal, fault.Mismatch)
	if err != nil {
		return
	}
	known := s.keyed[command.Key.Name]
	if !known.IsZero() != placement.Repeat || placement.Repeat && known != placement.Order.ID {
		t.Fatalf("key %s: order %s, repeat %v, but the order before was %s", command.Key.Name, placement.Order.ID, placement.Repeat, known)
	}
	if command.Key.Name != "" {
		s.keyed[command.Key.Name] = placement.Order.ID
	}
	if !placement.Repeat {
		s.orders = append(s.orders, placement.Order.ID)
	}
}

// placeMany puts several orders into the queue at once, so that some of them are
// decided in one batch.
func (n *net) placeMany(t *rapid.T) {
	ctx, s := context.Background(), n.anyShop(t)
	var jobs []*writer.Job
	for range rapid.IntRange(2, 5).Draw(t, "orders") {
		command := n.wanted(t)
		command.NoAsk = true
		job, err := s.site.Submit(ctx, command)
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, job)
	}
	answers, errs := make([]any, len(jobs)), make([]error, len(jobs))
	for i, job := range jobs {
		answers[i], errs[i] = job.Wait(ctx)
	}
	broke := n.broke.Load() // only now is the writer at rest
	for i, err := range errs {
		n.broke.Store(broke)
		n.mayFail(t, err, fault.Internal)
		if err == nil {
			s.orders = append(s.orders, answers[i].(store.Placement).Order.ID)
		}
	}
}

// cards are the tokens of cards that pay in the end, or never: what a merchant can
// be sure of.
var cards = []string{
	testpay.TokenApproved, testpay.TokenDeclined, testpay.TokenTimeout, testpay.TokenTimeoutDeclined,
	testpay.TokenLost, testpay.TokenTwice, testpay.TokenSlow,
}

func (n *net) wanted(t *rapid.T) store.PlaceOrder {
	command := store.PlaceOrder{
		Customer: customer, NoAsk: rapid.Bool().Draw(t, "no ask"),
		Address: order.Address{Name: "Ann", District: rapid.SampledFrom(districts).Draw(t, "district")},
		Payment: rapid.SampledFrom(pay.Methods()).Draw(t, "payment"),
	}
	if command.Payment == pay.Card {
		command.Token = rapid.SampledFrom(cards).Draw(t, "card")
	}
	command.Lines = drawLines(t)
	return command
}

func drawLines(t *rapid.T) []store.Wanted {
	lines := make([]store.Wanted, rapid.IntRange(1, 3).Draw(t, "lines"))
	for i := range lines {
		lines[i] = store.Wanted{SKU: drawSKU(t), Units: rapid.Int64Range(1, 6).Draw(t, "units")}
	}
	return lines
}

func drawOwner(t *rapid.T) string { return fmt.Sprint("guest:", rapid.IntRange(1, 3).Draw(t, "owner")) }

// hold keeps units for one of a few carts, or lets them go.
func (n *net) hold(t *rapid.T) {
	var command any = store.ReleaseHold{Owner: drawOwner(t)}
	if rapid.IntRange(0, 3).Draw(t, "release") > 0 {
		command = store.HoldStock{
			Owner: drawOwner(t), District: rapid.SampledFrom(districts).Draw(t, "district"), Lines: drawLines(t),
		}
	}
	_, err := n.anyShop(t).site.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal)
}

func (n *net) confirm(t *rapid.T) {
	s := n.anyShop(t)
	unpaid := func(o order.Order) bool { return o.Unpaid }
	_, err := s.site.Do(context.Background(), store.ConfirmPayment{Order: s.anyOrderThat(t, unpaid), Reference: "statement 7"})
	n.mayFail(t, err, fault.Internal, fault.Conflict)
}

func (n *net) void(t *rapid.T) {
	s := n.anyShop(t)
	n.voidOf(t, s, s.anyOrder(t))
}

func (n *net) voidMoving(t *rapid.T) {
	s := n.anyShop(t)
	n.voidOf(t, s, s.anyOrderThat(t, moving))
}

func (n *net) voidOf(t *rapid.T, s *shop, which id.Order) {
	command := store.VoidOrder{Order: which, Reason: "no longer wanted"}
	if rapid.Bool().Draw(t, "by the customer") {
		command.By = customer
	}
	_, err := s.site.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal, fault.Conflict)
}

func (n *net) drop(t *rapid.T) {
	s := n.anyShop(t)
	waiting := func(o order.Order) bool { return len(o.Waiting) > 0 }
	command := store.DropBackorder{Order: s.anyOrderThat(t, waiting), Line: rapid.IntRange(0, 2).Draw(t, "line"), Reason: "too late"}
	_, err := s.site.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal, fault.Conflict)
}

func (n *net) redirect(t *rapid.T) {
	s := n.anyShop(t)
	o := s.stored(t, s.anyOrder(t))
	address := o.Address
	address.Street = fmt.Sprint("Mill Lane ", rapid.IntRange(1, 9).Draw(t, "house"))
	_, err := s.site.Do(context.Background(), store.ChangeAddress{Order: o.ID, Address: address})
	n.mayFail(t, err, fault.Internal, fault.Conflict)
}

func (n *net) askReturn(t *rapid.T) {
	s := n.anyShop(t)
	command := store.AskReturn{Order: s.anyOrderThat(t, sent), Reason: "too blue"}
	for line := range rapid.IntRange(1, 2).Draw(t, "lines") {
		command.Lines = append(command.Lines, store.Back{Line: line + 1, Units: rapid.Int64Range(1, 3).Draw(t, "units")})
	}
	_, err := s.site.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal, fault.Conflict)
	n.settle(t)
}

// takeBack claims units of one or two lines of one or two orders, one line of
// them maybe twice.
func (n *net) takeBack(t *rapid.T) {
	s := n.anyShop(t)
	var claims []store.Claim
	for range rapid.IntRange(1, 3).Draw(t, "claims") {
		claims = append(claims, store.Claim{
			Order: s.anyOrder(t), Line: rapid.IntRange(1, 2).Draw(t, "line"), Units: rapid.Int64Range(1, 2).Draw(t, "units"),
		})
	}
	command := store.TakeBack{
		Customer: customer, Reason: "canceled", Match: func([]order.Order) []store.Claim { return claims },
	}
	if rapid.Bool().Draw(t, "keyed") {
		s.claims++
		command.Key.Name = fmt.Sprint("claim-", s.claims)
	}
	_, err := s.site.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal, fault.Conflict)
}

func (n *net) advance(t *rapid.T) {
	h, f := n.anyFulfillment(t)
	to := rapid.SampledFrom(order.Stages()).Draw(t, "stage")
	_, err := h.site.Do(context.Background(), warehouse.Advance{Fulfillment: f.ID, To: to})
	n.mayFail(t, err, fault.Internal, fault.Conflict)
	if want := order.CheckStage(f.Stage, to); want != nil && err == nil {
		t.Fatalf("%s became %s", f.Stage, to)
	}
}

// finish takes a fulfillment a drawn number of steps towards its delivery.
func (n *net) finish(t *rapid.T) {
	h, f := n.anyFulfillment(t)
	way := map[order.Stage]order.Stage{
		order.Accepted: order.Picking, order.Picking: order.PickedStage, order.PickedStage: order.ReadyStage,
		order.WaitingTransfer: order.ReadyStage, order.ReadyStage: order.SentStage, order.SentStage: order.DeliveredStage,
	}
	for range rapid.IntRange(1, 5).Draw(t, "steps") {
		to, more := way[f.Stage]
		if !more {
			return
		}
		answer, err := h.site.Do(context.Background(), warehouse.Advance{Fulfillment: f.ID, From: f.Stage, To: to})
		n.mayFail(t, err, fault.Internal)
		if err != nil {
			return
		}
		f = answer.(fulfillment.Fulfillment)
	}
}

// handOver has a warehouse ship all that it has to, so that much can come back.
func (n *net) handOver(t *rapid.T) {
	h := n.anyHouse(t)
	all, err := h.db.Fulfillments(context.Background(), warehouse.FulfillmentQuery{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		for _, to := range []order.Stage{order.Picking, order.PickedStage, order.ReadyStage, order.SentStage} {
			if order.CheckStage(f.Stage, to) != nil || f.Stage == order.ShortStage {
				continue
			}
			answer, err := h.site.Do(context.Background(), warehouse.Advance{Fulfillment: f.ID, To: to})
			if n.mayFail(t, err, fault.Internal); err != nil {
				return
			}
			f = answer.(fulfillment.Fulfillment)
		}
	}
	n.settle(t)
}

// receive books goods, of a purchase where there is one.
func (n *net) receive(t *rapid.T) {
	command := warehouse.ReceiveStock{}
	if n.bought > 0 && rapid.Bool().Draw(t, "of a purchase") {
		command.Purchase = n.anyPurchase(t)
	}
	for range rapid.IntRange(1, 3).Draw(t, "items") {
		command.Items = append(command.Items, warehouse.Item{SKU: drawSKU(t), Units: rapid.Int64Range(1, 9).Draw(t, "units")})
	}
	_, err := n.anyHouse(t).site.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal, fault.NotFound, fault.Conflict) // the purchase may be another warehouse's
}

// restock fills the shelves of one warehouse when an order is split, so that one of
// them may ship all of it.
func (n *net) restock(t *rapid.T) {
	s := n.anyShop(t)
	s.anyOrderThat(t, func(o order.Order) bool { return o.Split() && !o.Unpaid })
	command := warehouse.ReceiveStock{}
	for _, sku := range skus {
		command.Items = append(command.Items, warehouse.Item{SKU: sku, Units: 9})
	}
	_, err := n.anyHouse(t).site.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal)
	n.settle(t)
	_, err = s.site.Do(context.Background(), store.Tick{})
	n.mayFail(t, err, fault.Internal)
}

func (n *net) anyPurchase(t *rapid.T) string {
	return fmt.Sprint("PO-", rapid.IntRange(1, n.bought).Draw(t, "purchase"))
}

func (n *net) announce(t *rapid.T) {
	n.bought++
	command := warehouse.AnnounceIncoming{Purchase: fmt.Sprint("PO-", n.bought), Supplier: "Potter"}
	for _, sku := range []id.SKU{"pot", "tin"}[:rapid.IntRange(1, 2).Draw(t, "lines")] {
		line := warehouse.Expected{SKU: sku, Units: rapid.Int64Range(1, 9).Draw(t, "units")}
		if days := rapid.IntRange(0, 9).Draw(t, "days"); days > 0 {
			line.Due = date.Of(n.clock.now()).Add(days - 2)
		}
		command.Lines = append(command.Lines, line)
	}
	_, err := n.anyHouse(t).site.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal)
}

// changePurchase has a supplier deliver more or less, sooner or later, or never.
func (n *net) changePurchase(t *rapid.T) {
	if n.bought == 0 {
		t.Skip("no purchases yet")
	}
	name := n.anyPurchase(t)
	units, due := rapid.Int64Range(0, 9).Draw(t, "units"), date.Of(n.clock.now()).Add(rapid.IntRange(-2, 9).Draw(t, "days"))
	command := rapid.SampledFrom([]any{
		warehouse.ChangeIncoming{Purchase: name, SKU: "pot", Units: &units},
		warehouse.ChangeIncoming{Purchase: name, SKU: "pot", Due: &due},
		warehouse.CancelIncoming{Purchase: name},
	}).Draw(t, "change")
	_, err := n.anyHouse(t).site.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal, fault.NotFound, fault.Conflict, fault.Invalid)
}

// anyReturn finds a line of a return that its warehouse has still to receive, or to
// inspect, and how many units of it.
func (n *net) anyReturn(t *rapid.T, left func(fulfillment.ReturnLine) int64) (*house, id.UUID, []order.Part) {
	type found struct {
		house *house
		id    id.UUID
		part  order.Part
	}
	var some []found
	for _, h := range n.houses {
		all, err := h.db.Returns(context.Background(), warehouse.ReturnQuery{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			for _, line := range r.Lines {
				if left(line) > 0 {
					some = append(some, found{h, r.ID, order.Part{Line: line.Line, Quantity: left(line)}})
				}
			}
		}
	}
	if len(some) == 0 {
		t.Skip("no such return")
	}
	f := some[rapid.IntRange(0, len(some)-1).Draw(t, "return")]
	f.part.Quantity = rapid.Int64Range(1, f.part.Quantity+1).Draw(t, "units") // sometimes one too many
	return f.house, f.id, []order.Part{f.part}
}

func (n *net) receiveReturn(t *rapid.T) {
	h, which, parts := n.anyReturn(t, func(l fulfillment.ReturnLine) int64 { return l.Quantity - l.Received })
	_, err := h.site.Do(context.Background(), warehouse.ReceiveReturn{Return: which, Parts: parts})
	n.mayFail(t, err, fault.Internal, fault.Conflict)
}

func (n *net) inspectReturn(t *rapid.T) {
	h, which, parts := n.anyReturn(t, func(l fulfillment.ReturnLine) int64 { return l.Received - l.Good - l.Damaged })
	command := warehouse.InspectReturn{Return: which, Good: parts}
	if rapid.Bool().Draw(t, "damaged") {
		command.Good, command.Damaged = nil, parts
	}
	_, err := h.site.Do(context.Background(), command)
	n.mayFail(t, err, fault.Internal, fault.Conflict)
}

func (n *net) adjust(t *rapid.T) {
	command := warehouse.AdjustStock{SKU: drawSKU(t), Delta: rapid.Int64Range(-5, 3).Draw(t, "delta"), Note: "counted"}
	if command.Delta == 0 {
		t.Skip("nothing to correct")
	}
	_, err := n.anyHouse(t).site.Adjust(context.Background(), command)
	n.mayFail(t, err, fault.Internal, fault.Conflict)
}

func (n *net) setCut(t *rapid.T) {
	h := n.anyHouse(t)
	h.cut = !h.cut
}

// deliver carries a few messages over one link, in one direction.
func (n *net) deliver(t *rapid.T) {
	h := n.anyHouse(t)
	if h.cut {
		t.Skip("the link is cut")
	}
	_, err := n.carry(n.anyShop(t), h, rapid.Bool().Draw(t, "to the warehouse"), 0, rapid.IntRange(1, 4).Draw(t, "messages"))
	n.mayFail(t, err, fault.Internal)
}

// deliverAgain carries messages that came before, as if an answer was lost.
func (n *net) deliverAgain(t *rapid.T) {
	h := n.anyHouse(t)
	if h.cut {
		t.Skip("the link is cut")
	}
	_, err := n.carry(n.anyShop(t), h, rapid.Bool().Draw(t, "to the warehouse"), rapid.IntRange(1, 3).Draw(t, "back"), 4)
	n.mayFail(t, err, fault.Internal)
}

// settle delivers everything over the links that are whole.
func (n *net) settle(t *rapid.T) {
	for moved := true; moved; {
		moved = false
		for _, h := range n.houses {
			for _, s := range n.shops {
				for _, inward := range []bool{true, false} {
					if h.cut {
						continue
					}
					count, err := n.carry(s, h, inward, 0, 100)
					n.mayFail(t, err, fault.Internal)
					moved = moved || count > 0
				}
			}
		}
	}
}

func (n *net) tick(t *rapid.T) {
	_, err := n.anyShop(t).site.Do(context.Background(), store.Tick{})
	n.mayFail(t, err, fault.Internal)
}

// wait lets minutes pass, or a day.
func (n *net) wait(t *rapid.T) {
	n.clock.move(rapid.SampledFrom([]time.Duration{time.Minute, 11 * time.Minute, 24 * time.Hour}).Draw(t, "time"))
}

// failNext lets one of the next commits of a site fail.
func (n *net) failNext(t *rapid.T) {
	after := rapid.IntRange(1, 2).Draw(t, "commits")
	hook := func(int) error {
		after--
		if after == 0 {
			n.broke.Store(true)
			return errors.New("the disk is full")
		}
		return nil
	}
	if which := rapid.IntRange(0, len(n.houses)).Draw(t, "site"); which == len(n.houses) {
		n.anyShop(t).db.Fail(hook)
	} else {
		n.houses[which].db.Fail(hook)
	}
}

// crash lets a site begin again from what it has committed.
func (n *net) crash(t *rapid.T) {
	which := rapid.IntRange(0, len(n.houses)).Draw(t, "site")
	if which == len(n.houses) {
		n.restart(t, n.anyShop(t))
		return
	}
	h := n.houses[which]
	h.site.Close()
	h.db = h.db.Clone()
	n.openHouse(t, h)
}

// mayFail fails the test for an error of another kind than these. Internal is
// right only where a commit was made to fail.
func (n *net) mayFail(t *rapid.T, err error, kinds ...fault.Kind) {
	t.Helper()
	n.clock.move(time.Second)
	broke := n.broke.Swap(false)
	if err == nil {
		return
	}
	for _, kind := range kinds {
		if fault.Is(err, kind) && (kind != fault.Internal || broke) {
			return
		}
	}
	t.Fatalf("%v: %v", fault.KindOf(err), err)
}
