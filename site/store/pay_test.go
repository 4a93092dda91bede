package store_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"crossdock/core/cart"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/engine/testpay"
	"crossdock/site/store"
)

func company(t *testing.T) *testpay.Company {
	t.Helper()
	c, err := testpay.Open(testpay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// gate is a card company that answers nobody before it is open, and then declines.
type gate struct {
	till
	open chan struct{}
}

func newGate(*testing.T) *gate { return &gate{open: make(chan struct{})} }

func (g *gate) Provider(method pay.Method) (string, bool) {
	if method == pay.Card {
		return "gate", true
	}
	return g.till.Provider(method)
}

func (g *gate) Request(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	if t.Method != pay.Card {
		return g.till.Request(ctx, t)
	}
	select {
	case <-g.open:
		return pay.Answer{State: pay.Failed, Reason: "no funds"}, nil
	case <-ctx.Done():
		return pay.Answer{}, fault.New(fault.Unavailable, "nobody answers")
	}
}

// asked is a till that keeps what it was asked, and runs a hook before it answers.
type asked struct {
	store.Payments
	hook func(t pay.Transaction)

	mu       sync.Mutex
	requests []pay.Transaction
	statuses []pay.Transaction
}

func (a *asked) Request(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	a.mu.Lock()
	a.requests = append(a.requests, t)
	a.mu.Unlock()
	if a.hook != nil {
		a.hook(t)
	}
	return a.Payments.Request(ctx, t)
}

func (a *asked) Status(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	a.mu.Lock()
	a.statuses = append(a.statuses, t)
	a.mu.Unlock()
	return a.Payments.Status(ctx, t)
}

// times counts the requests and the questions so far.
func (a *asked) times() [2]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return [2]int{len(a.requests), len(a.statuses)}
}

// money opens the account of an order's payment.
func (r *rig) money(which id.Order) pay.Account {
	r.t.Helper()
	all, err := r.db.Transactions(r.t.Context(), which)
	if err != nil {
		r.t.Fatal(err)
	}
	account, err := pay.Open(which, all)
	if err != nil {
		r.t.Fatal(err)
	}
	return account
}

// sums tells what of an order's payment is authorized, captured, canceled and refunded.
func (r *rig) sums(which id.Order) [4]int64 {
	r.t.Helper()
	a := r.money(which)
	return [4]int64{a.Authorized().Minor, a.Captured().Minor, a.Canceled().Minor, a.Refunded().Minor}
}

// askOften lets so much time pass that a provider is asked again and again, until
// it has said what became of each step.
func (r *rig) askOften(which id.Order) {
	r.t.Helper()
	due := func(t pay.Transaction) bool { return t.Due(r.clock.now()) }
	for range 10 {
		r.clock.move(10 * time.Minute)
		r.reopen()
		r.until("all that is due is answered", func() bool { return !slices.ContainsFunc(r.money(which).Pending(), due) })
	}
}

func byCard(token string, lines ...store.Wanted) store.PlaceOrder {
	c := order1(lines...)
	c.Payment, c.Token = pay.Card, token
	return c
}

func (r *rig) buy(c store.PlaceOrder) order.Order {
	r.t.Helper()
	placement, err := r.store.Place(r.t.Context(), c)
	if err != nil {
		r.t.Fatal(err)
	}
	same(r.t, "what the customer is told, and what is stored", r.order(placement.Order.ID), placement.Order)
	return placement.Order
}

// TestCards places an order with each card: what the customer is told at once, and
// what becomes of it when the company was asked often enough.
func TestCards(t *testing.T) {
	for token, c := range map[string]struct {
		status order.Status
		unpaid bool
		end    order.Status
	}{
		testpay.TokenApproved:        {order.Placed, false, order.Placed},
		testpay.TokenTwice:           {order.Placed, false, order.Placed},
		testpay.TokenDeclined:        {order.Voided, false, order.Voided},
		testpay.TokenTimeout:         {order.Placed, true, order.Placed},
		testpay.TokenTimeoutDeclined: {order.Placed, true, order.Voided},
		testpay.TokenLost:            {order.Placed, true, order.Placed},
		testpay.TokenSlow:            {order.Placed, true, order.Placed},
	} {
		t.Run(token, func(t *testing.T) {
			r := newPaidRig(t, store.Options{}, &asked{Payments: till{Company: company(t)}})
			o := r.buy(byCard(token, want("mug", 2)))
			same(t, "status", c.status, o.Status)
			same(t, "unpaid", c.unpaid, o.Unpaid)
			same(t, "wh1 is asked", o.Status == order.Placed && !o.Unpaid, len(r.requested("wh1", o.ID)) == 1)
			r.askOften(o.ID)
			o = r.order(o.ID)
			same(t, "in the end", c.end, o.Status)
			same(t, "unpaid in the end", false, o.Unpaid)
			ships, total := 0, int64(0)
			if c.end == order.Placed {
				ships, total = 1, 900
			}
			same(t, "requests to wh1", ships, len(r.requested("wh1", o.ID)))
			same(t, "money", [4]int64{total}, r.sums(o.ID))
			moved := r.pay.(*asked).Payments.(till).Moved(o.ID)
			same(t, "the company's books", total, moved[pay.Authorize].Minor)
			if held := r.balance("mug", stock.HeldAt("wh1")); held != 5-2*int64(ships) {
				t.Errorf("%d mugs are free", held)
			}
			if c.end == order.Voided {
				same(t, "told", []string{"placed", "voided"}, r.notices(o.ID))
			}
		})
	}
}

// TestTimeoutAsksBeforeItRequestsAgain: a step of which nobody knows is looked up
// first, and never guessed.
func TestTimeoutAsksBeforeItRequestsAgain(t *testing.T) {
	p := &asked{Payments: till{Company: company(t)}}
	r := newPaidRig(t, store.Options{}, p)
	o := r.buy(byCard(testpay.TokenTimeout, want("mug", 1)))
	same(t, "requests, questions", [2]int{1, 0}, p.times())
	r.do(store.Tick{})
	same(t, "wh1 is asked", 0, len(r.requested("wh1", o.ID)))
	r.clock.move(time.Second)
	r.reopen()
	r.until("it is known", func() bool { return !r.order(o.ID).Unpaid })
	same(t, "requests, questions in the end", [2]int{1, 1}, p.times())
}

// TestDeclined gives the units and the cart back, and tells the customer.
func TestDeclined(t *testing.T) {
	r := newPaidRig(t, store.Options{}, till{Company: company(t)})
	fill := func(c cart.Cart) (cart.Cart, error) { return c.Set("mug", 5) }
	r.do(store.ChangeCart{Owner: "user:1", Change: fill})
	c := byCard(testpay.TokenDeclined, want("mug", 2), want("mug", 1))
	c.ClearCart = "user:1"
	o := r.buy(c)
	same(t, "status", order.Voided, o.Status)
	same(t, "reason", "the payment was declined: the card was declined: insufficient funds", o.Reason)
	same(t, "held", 5, r.balance("mug", stock.HeldAt("wh1")))
	left, err := r.db.Cart(t.Context(), "user:1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the cart", 5, left.Units("mug"))
	c.Token = testpay.TokenApproved
	same(t, "tried again", order.Placed, r.buy(c).Status)
	if left, err = r.db.Cart(t.Context(), "user:1"); err != nil || left.Units("mug") != 2 {
		t.Errorf("the cart has %d mugs, %v", left.Units("mug"), err)
	}
}

// TestMethods takes those that are offered.
func TestMethods(t *testing.T) {
	r := newRig(t, store.Options{})
	transfer := order1(want("mug", 1))
	transfer.Payment = pay.BankTransfer
	r.refused(fault.Invalid, "payment", transfer)
	r.refused(fault.Invalid, "payment", byCard(testpay.TokenApproved, want("mug", 1)))
	r.pay = till{Company: company(t)}
	r.reopen()
	r.refused(fault.Invalid, "token", byCard("", want("mug", 1)))
	r.refused(fault.Invalid, "token", byCard("4111111111111111", want("mug", 1)))
	transfer.Token = "tok_approved"
	r.refused(fault.Invalid, "token", transfer)
	same(t, "at the door", [4]int64{450}, r.sums(r.place(want("mug", 1)).ID))
	free := order1(want("mug", 1))
	free.Lines[0].Price = &money.Amount{Currency: "EUR"}
	free.Payment, free.Token = pay.Card, testpay.TokenDeclined
	gift := r.buy(free)
	same(t, "a gift", order.Placed, gift.Status)
	r.send(gift, 0)
	same(t, "of a gift", [4]int64{}, r.sums(gift.ID))
}

// TestBankTransfer waits for the money, then begins; or for too long, then gives up.
func TestBankTransfer(t *testing.T) {
	r := newAheadRig(t, till{Company: company(t)})
	r.expect("wh1", 9)
	transfer := func(lines ...store.Wanted) order.Order {
		c := order1(lines...)
		c.Payment = pay.BankTransfer
		return r.buy(c)
	}
	o := transfer(want("mug", 1))
	same(t, "unpaid", true, o.Unpaid)
	r.refused(fault.NotFound, "", store.ConfirmPayment{Order: id.Order{UUID: id.UUID{15: 99}}})
	r.refused(fault.Conflict, "", store.ConfirmPayment{Order: r.place(want("mug", 1)).ID})
	command := store.ConfirmPayment{Key: store.Key{Name: "c1"}, Order: o.ID, Reference: "statement 7"}
	got := r.do(command).(order.Order)
	same(t, "paid", false, got.Unpaid)
	same(t, "wh1 is asked", 1, len(r.requested("wh1", o.ID)))
	before := r.state()
	same(t, "again", got, r.do(command).(order.Order))
	same(t, "state after the second time", before, r.state())
	r.refused(fault.Conflict, "", store.ConfirmPayment{Order: o.ID})
	command.Key.BodyHash[0]++
	r.refused(fault.Mismatch, "", command)

	late, ahead, voided := transfer(want("mug", 2)), transfer(want("tin", 2)), transfer(want("mug", 1))
	r.do(store.VoidOrder{Order: voided.ID, By: customer})
	r.refused(fault.Conflict, "", store.ConfirmPayment{Order: voided.ID})
	r.reopen()
	r.clock.move(7 * 24 * time.Hour)
	r.do(store.Tick{})
	same(t, "in time", order.Placed, r.order(late.ID).Status)
	r.clock.move(time.Second)
	r.do(store.Tick{})
	for _, o := range []order.Order{late, ahead} {
		got := r.order(o.ID)
		same(t, "given up", order.Voided, got.Status)
		same(t, "unpaid", false, got.Unpaid)
		same(t, "told", []string{"placed", "voided"}, r.notices(o.ID))
		r.refused(fault.Conflict, "", store.ConfirmPayment{Order: o.ID})
	}
	same(t, "free and sold ahead", [2]int64{9, 0}, r.ahead("wh1"))
	same(t, "the paid one", order.Placed, r.order(o.ID).Status)
	for _, o := range []order.Order{late, ahead, voided} {
		same(t, "money", [4]int64{}, r.sums(o.ID))
		same(t, "pending", 0, len(r.money(o.ID).Pending()))
	}
}

// TestDropWhileUnpaid lets go of what was dropped once the whole is paid.
func TestDropWhileUnpaid(t *testing.T) {
	r := newAheadRig(t, till{Company: company(t)})
	r.expect("wh1", 9)
	c := order1(want("mug", 1), want("tin", 2))
	c.Payment = pay.BankTransfer
	o := r.buy(c)
	r.do(store.DropBackorder{Order: o.ID})
	r.do(store.ConfirmPayment{Order: o.ID})
	r.until("two tins are not charged", func() bool { return r.sums(o.ID) == [4]int64{1350, 0, 900, 0} })

	whole := order1(want("tin", 1))
	whole.Payment = pay.BankTransfer
	o = r.buy(whole)
	r.do(store.DropBackorder{Order: o.ID})
	same(t, "unpaid", false, r.order(o.ID).Unpaid)
	r.refused(fault.Conflict, "", store.ConfirmPayment{Order: o.ID})
}

// TestCapture takes the money for each parcel at its hand-off, lets go of what is
// called off, and gives back what came back once it was looked at.
func TestCapture(t *testing.T) {
	r := newPaidRig(t, store.Options{}, till{Company: company(t)})
	o := r.buy(byCard(testpay.TokenApproved, want("mug", 7))) // five from wh1, two from wh2
	r.send(o, 0)
	r.until("wh1's parcel is captured", func() bool { return r.sums(o.ID) == [4]int64{3150, 2250, 0, 0} })
	r.do(store.VoidOrder{Order: o.ID})
	r.hear("wh2", o.ID.String(), step(o, 1, order.VoidedStage, 1, order.Part{Line: 1, SKU: "mug", Quantity: 2}))
	r.until("the rest is let go", func() bool { return r.sums(o.ID) == [4]int64{3150, 2250, 900, 0} })

	back := r.do(store.AskReturn{Order: o.ID, Reason: "too blue", Lines: []store.Back{{Line: 1, Units: 3}}}).([]store.Return)[0]
	parts := []order.Part{{Line: 1, SKU: "mug", Quantity: 3}}
	r.hear("wh1", o.ID.String(), event.ReturnReceived{Order: o.ID, Fulfillment: back.Fulfillment, Return: back.ID, Parts: parts})
	same(t, "before anybody has looked", [4]int64{3150, 2250, 900, 0}, r.sums(o.ID))
	good := event.ReturnInspected{Order: o.ID, Fulfillment: back.Fulfillment, Return: back.ID, Good: []order.Part{{Line: 1, SKU: "mug", Quantity: 2}}}
	r.hear("wh1", o.ID.String(), good)
	r.until("two are refunded", func() bool { return r.sums(o.ID) == [4]int64{3150, 2250, 900, 900} })
	r.hear("wh1", o.ID.String(), good)
	good.Damaged = []order.Part{{Line: 1, SKU: "mug", Quantity: 1}}
	r.hear("wh1", o.ID.String(), good)
	r.until("the third one too", func() bool { return r.sums(o.ID) == [4]int64{3150, 2250, 900, 1350} })
	same(t, "pending", 0, len(r.money(o.ID).Pending()))
}

// TestFailedCapture is for people to look at: what was set aside is not let go.
func TestFailedCapture(t *testing.T) {
	r := newPaidRig(t, store.Options{}, till{Company: company(t)})
	o := r.buy(byCard(testpay.TokenExpired, want("mug", 2)))
	r.send(o, 0)
	r.until("the capture has failed", func() bool { return r.order(o.ID).Version == o.Version+6 })
	events, _, err := r.db.Story(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the story", "€9.00 could not be taken: the authorization has expired", last(events).Text)
	same(t, "money", [4]int64{900}, r.sums(o.ID))
	r.hear("wh1", o.ID.String(), step(o, 0, order.DeliveredStage, 6))
	same(t, "money, and nothing is pending", 0, len(r.money(o.ID).Pending()))
}

// miser is a card company that gives nothing back.
type miser struct{ till }

func (m miser) Request(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	if t.Kind == pay.Cancel || t.Kind == pay.Refund {
		return pay.Answer{State: pay.Failed, Reason: "not today"}, nil
	}
	return m.till.Request(ctx, t)
}

// TestFailedCancel is for people to look at, too: it is not asked again and again.
func TestFailedCancel(t *testing.T) {
	r := newPaidRig(t, store.Options{}, miser{till{Company: company(t)}})
	o := r.buy(byCard(testpay.TokenApproved, want("mug", 2)))
	r.do(r.claim("c1", store.Claim{Order: o.ID, Line: 1, Units: 1}))
	r.hear("wh1", o.ID.String(), step(o, 0, order.Accepted, 1), step(o, 0, order.Accepted, 2, order.Part{Line: 1, SKU: "mug", Quantity: 1}))
	r.until("it is told", func() bool {
		events, _, err := r.db.Story(t.Context(), o.ID)
		return err == nil && last(events).Kind == "payment-cancel"
	})
	for n, to := range []order.Stage{order.Picking, order.PickedStage, order.ReadyStage, order.SentStage} {
		r.hear("wh1", o.ID.String(), step(o, 0, to, n+3))
	}
	r.until("the capture is told", func() bool { return r.sums(o.ID) == [4]int64{900, 450, 0, 0} && len(r.money(o.ID).Pending()) == 0 })
	steps, err := r.db.Transactions(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []pay.Kind
	for _, step := range steps {
		kinds = append(kinds, step.Kind)
	}
	slices.Sort(kinds)
	// Once when the unit was called off, and once more after the capture.
	same(t, "steps", []pay.Kind{pay.Authorize, pay.Cancel, pay.Cancel, pay.Capture}, kinds)
}

// TestRefundWaitsForTheCapture gives back what came back before the provider has
// said that it took the money, as soon as it has.
func TestRefundWaitsForTheCapture(t *testing.T) {
	p := &asked{Payments: till{Company: company(t)}}
	r := newPaidRig(t, store.Options{}, p)
	o := r.buy(byCard(testpay.TokenSlow, want("mug", 2)))
	settle := func(what string, want [4]int64) {
		t.Helper()
		r.askOften(o.ID)
		same(t, what, want, r.sums(o.ID))
	}
	settle("authorized", [4]int64{900})
	r.send(o, 0)
	r.do(r.claim("c1", store.Claim{Order: o.ID, Line: 1, Units: 1}))
	same(t, "while the capture is pending", [4]int64{900}, r.sums(o.ID))
	settle("captured and refunded", [4]int64{900, 900, 0, 450})
	r.do(r.claim("c2", store.Claim{Order: o.ID, Line: 1, Units: 1}))
	settle("all of it", [4]int64{900, 900, 0, 900})
}

// TestProviderIsAskedOutside: a provider may ask the store itself before it
// answers, as it could not if the store's writer waited for it.
func TestProviderIsAskedOutside(t *testing.T) {
	p := &asked{Payments: till{Company: company(t)}}
	r := newPaidRig(t, store.Options{}, p)
	var found order.Order
	var ticked, looked error
	p.hook = func(step pay.Transaction) {
		_, ticked = r.store.Do(context.Background(), store.Tick{})
		found, looked = r.db.Order(context.Background(), step.Order)
	}
	o := r.buy(byCard(testpay.TokenApproved, want("mug", 1)))
	if ticked != nil || looked != nil {
		t.Fatal(ticked, looked)
	}
	same(t, "the order that the provider saw committed", o.ID, found.ID)
	same(t, "unpaid by then", true, found.Unpaid)
}

// TestCrashWhilePaying kills the store after the commit and before the provider
// has answered, then after it has and before that is committed: the money is taken
// once.
func TestCrashWhilePaying(t *testing.T) {
	for _, kind := range []pay.Kind{pay.Authorize, pay.Capture} {
		t.Run(string(kind), func(t *testing.T) {
			p := &asked{Payments: till{Company: company(t)}}
			r := newPaidRig(t, store.Options{PayWait: 100 * time.Millisecond}, p)
			asking, failed := make(chan struct{}), false
			p.hook = func(step pay.Transaction) {
				if step.Kind != kind || failed {
					return
				}
				failed = true
				r.db.Fail(func(int) error { return errDisk }) // the answer cannot be written
				close(asking)
			}
			c := byCard(testpay.TokenApproved, want("mug", 2))
			o := r.do(c).(store.Placement).Order
			if kind == pay.Capture {
				r.until("it is paid", func() bool { return !r.order(o.ID).Unpaid })
				r.send(o, 0)
			}
			<-asking
			r.reopen()
			r.until("it is known", func() bool { return len(r.money(o.ID).Pending()) == 0 })
			want := [4]int64{900}
			if kind == pay.Capture {
				want[1] = 900
			}
			same(t, "money", want, r.sums(o.ID))
			names := map[id.UUID]bool{}
			for _, step := range p.requests {
				names[step.ID] = true
			}
			steps, err := r.db.Transactions(t.Context(), o.ID)
			if err != nil || len(names) != len(steps) {
				t.Errorf("the provider was asked for %d steps, there are %d, %v", len(names), len(steps), err)
			}
			moved := p.Payments.(till).Moved(o.ID)
			same(t, "the company's books", want[:2], []int64{moved[pay.Authorize].Minor, moved[pay.Capture].Minor})
			same(t, "requests to wh1", 1, len(r.requested("wh1", o.ID)))
		})
	}
}

// TestProviderIsGone: a store that is started without the provider of a payment
// that is pending does its other work, and finds it out when it has one again.
func TestProviderIsGone(t *testing.T) {
	companies := till{Company: company(t)}
	r := newPaidRig(t, store.Options{}, companies)
	o := r.buy(byCard(testpay.TokenTimeout, want("mug", 1)))
	r.clock.move(time.Minute)
	r.pay = nil
	r.reopen()
	r.until("nobody was there to ask", func() bool { return r.money(o.ID).Pending()[0].Attempts == 2 })
	r.clock.move(time.Hour)
	r.pay = companies
	r.reopen()
	r.until("it is known", func() bool { return !r.order(o.ID).Unpaid })
}

// TestVoidWhilePaying: an order that is called off while its payment is being
// authorized is not shipped, and what was authorized is let go.
func TestVoidWhilePaying(t *testing.T) {
	companies := till{Company: company(t)}
	r := newPaidRig(t, store.Options{}, companies)
	o := r.buy(byCard(testpay.TokenTimeout, want("mug", 2)))
	got := r.do(store.VoidOrder{Order: o.ID, By: customer, Reason: "too slow"}).(order.Order)
	same(t, "status", order.Voided, got.Status)
	same(t, "held", 5, r.balance("mug", stock.HeldAt("wh1")))
	r.askOften(o.ID)
	same(t, "money", [4]int64{900, 0, 900, 0}, r.sums(o.ID))
	same(t, "wh1 is asked", 0, len(r.requested("wh1", o.ID)))
	same(t, "the company's books", 900, companies.Moved(o.ID)[pay.Cancel].Minor)
}
