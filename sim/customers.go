package sim

import (
	"fmt"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/site/store"
)

// wish is an order that a customer wants, until it is known what became of it.
type wish struct {
	at      *site
	command store.PlaceOrder
	got     id.Order // what the customer was told
	number  int64
	asked   bool // warehouses were asked for more quota
}

// arrive is one customer with one wish. Some have their units kept first, some press
// the button twice.
func (s *shop) arrive() {
	w, r := s.world, s.world.draws[drawCustomers]
	c := &wish{at: w.stores[min(r.IntN(len(w.stores)+1), len(w.stores)-1)]}
	c.command = store.PlaceOrder{
		Key: s.key("order"), Customer: s.customer(r.IntN(w.plan.Customers)), Lines: s.lines(),
		Address: order.Address{Name: "Ann", Street: "Mill Lane 1", District: s.districts[r.IntN(len(s.districts))].Code},
		Payment: methods[r.IntN(len(methods))],
	}
	if c.command.Payment == pay.Card {
		c.command.Token = "tok_visa"
	}
	s.waiting++
	if r.IntN(6) == 0 {
		s.keepFirst(c)
		return
	}
	s.place(c)
	if r.IntN(12) == 0 {
		s.waiting++
		w.after(between(r, 0, 300*time.Millisecond), "presses again", func() { s.place(c) })
	}
	if r.IntN(30) == 0 {
		w.after(w.pace(between(r, 0, 20*time.Second)), "another body", func() { s.mismatch(c) })
	}
}

func (s *shop) customer(number int) id.User {
	return id.User{UUID: id.UUID{6: 0x70, 8: 0x80, 14: byte(number >> 8), 15: byte(number + 1)}}
}

// lines draws what is wanted: the first SKUs are the hot ones, and one may stand on
// several lines.
func (s *shop) lines() []store.Wanted {
	r := s.world.draws[drawCustomers]
	lines := make([]store.Wanted, 1+r.IntN(6)/3)
	for i := range lines {
		hot := r.IntN(len(s.products))
		lines[i] = store.Wanted{SKU: s.products[r.IntN(hot+1)].SKU, Units: 1 + r.Int64N(4)*r.Int64N(2)}
	}
	return lines
}

// keepFirst is a checkout page that keeps the units, and an order some time later,
// or none.
func (s *shop) keepFirst(c *wish) {
	w, r := s.world, s.world.draws[drawCustomers]
	s.serial++
	c.command.Hold = fmt.Sprint("guest:", s.serial)
	hold := store.HoldStock{Owner: c.command.Hold, District: c.command.Address.District, Lines: c.command.Lines}
	w.visit(c.at, "keep units", hold, func(_ any, err error) {
		w.expect(c.at, "a hold", err)
		if r.IntN(3) == 0 { // the customer goes away: the hold ends by time
			s.waiting--
			return
		}
		w.after(w.pace(between(r, time.Second, 30*time.Second)), "orders", func() { s.place(c) })
	})
}

// place sends the order, until there is an answer.
func (s *shop) place(c *wish) {
	w := s.world
	w.again(c.at, "an order", c.command, func(answer any, err error) {
		if !w.expect(c.at, "an order", err) {
			s.waiting-- // who cannot be served goes away
			return
		}
		placement := answer.(store.Placement)
		if placement.Asks() {
			c.asked = true
			asked := &question{c, placement, w.now + 300*time.Millisecond, c.at.generation}
			s.await(asked)
			return
		}
		s.waiting--
		s.acknowledged(c, placement)
	})
}

// question is a checkout that waits for more quota.
type question struct {
	*wish
	placement  store.Placement
	until      time.Duration
	generation int // of the site that it waits in
}

// await decides again when the warehouses have answered, or the time is up.
func (s *shop) await(q *question) {
	w, c := s.world, q.wish
	switch {
	case !c.at.up || c.at.generation != q.generation: // who waited in the site is gone with it
		w.after(300*time.Millisecond, "tries again", func() { s.place(c) })
		return
	case q.placement.Answered():
		w.count(AskedInTime)
	case w.now >= q.until:
		w.count(AskedTooLate)
	default:
		w.after(15*time.Millisecond, "waits for quota", func() { s.await(q) })
		return
	}
	c.at.store.Forget(q.placement)
	sure := *c
	sure.command.NoAsk = true
	w.again(c.at, "an order, asked", sure.command, func(answer any, err error) {
		if !w.expect(c.at, "an order", err) {
			s.waiting-- // who cannot be served goes away
			return
		}
		s.waiting--
		s.acknowledged(c, answer.(store.Placement))
	})
}

// acknowledged is the customer who reads the answer: what it says must hold for
// ever, and a repetition must say the same.
func (s *shop) acknowledged(c *wish, p store.Placement) {
	w, o := s.world, p.Order
	if p.Repeat {
		w.count(RepeatedByKey)
	}
	w.tell(c.at.name, "answers: order %d is %s (repeated: %v)", o.Number, o.Status, p.Repeat)
	if !c.got.IsZero() {
		if (c.got != o.ID || c.number != o.Number) && !w.check.parted[c.at.name] {
			w.fail("keys", "the key %s gave order %d (%s) first, and then order %d (%s)", c.command.Key.Name, c.number, c.got, o.Number, o.ID)
		}
		return
	}
	c.got, c.number = o.ID, o.Number
	w.count(OrdersAcknowledged)
	if c.at.skew != 0 {
		w.count(SkewedOrder)
	}
	w.check.acknowledged(c.at, c.command, o)
	s.orders = append(s.orders, placed{c.at, o.ID, o.Number})
	s.follow(c, o)
}

// mismatch sends another body under a key that was used.
func (s *shop) mismatch(c *wish) {
	w := s.world
	if c.got.IsZero() {
		return
	}
	command := c.command
	command.Key.BodyHash[1] = 1
	command.NoAsk = true
	w.visit(c.at, "another body", command, func(answer any, err error) {
		if err == nil && !w.check.parted[c.at.name] {
			w.fail("keys", "the key %s was taken with another body, and gave order %d", command.Key.Name, answer.(store.Placement).Order.Number)
		}
		w.expect(c.at, "another body", err, fault.Mismatch)
		if fault.Is(err, fault.Mismatch) {
			w.count(KeyMismatch)
		}
	})
}

// follow draws what the customer does with the order later.
func (s *shop) follow(c *wish, o order.Order) {
	w, r := s.world, s.world.draws[drawCustomers]
	if o.Unpaid && c.command.Payment == pay.BankTransfer && r.IntN(4) > 0 {
		at := w.pace(between(r, time.Second, 50*time.Second))
		w.after(at, "pays", func() { s.confirm(c.at, o) })
		if r.IntN(4) == 0 { // and calls off in the same moment
			w.after(at+between(r, 0, 8*time.Millisecond), "calls off", func() { s.void(c.at, o) })
		}
	}
	if o.Status == order.Voided {
		return
	}
	switch r.IntN(8) {
	case 0:
		w.after(w.pace(between(r, 0, 40*time.Second)), "calls off", func() { s.void(c.at, o) })
	case 1:
		w.after(w.pace(between(r, 0, 30*time.Second)), "moves", func() { s.redirect(c.at, o) })
	case 2, 3:
		w.after(w.pace(between(r, 20*time.Second, 2*time.Minute)), "sends back", func() { s.sendBack(c.at, o, 4) })
	case 4:
		if len(o.Waiting) > 0 {
			w.after(w.pace(between(r, 0, 40*time.Second)), "waits no more", func() { s.drop(c.at, o) })
		}
	default:
	}
}

func (s *shop) confirm(at *site, o order.Order) {
	w := s.world
	w.bank.transferred(o.ID, o.Total.Minor)
	w.insist(at, "the payment", store.ConfirmPayment{Key: s.key("confirm"), Order: o.ID, Reference: "statement 7"}, func(_ any, err error) {
		if w.expect(at, "a payment", err, fault.Conflict) {
			w.count(TransferConfirmed)
			return
		}
		delete(w.bank.accounts, o.ID) // called off meanwhile: people send the money back
	})
}

func (s *shop) void(at *site, o order.Order) {
	command := store.VoidOrder{Key: s.key("void"), Order: o.ID, Reason: "no longer wanted"}
	if s.world.draws[drawCustomers].IntN(2) == 0 {
		command.By = o.Customer
	}
	s.world.insist(at, "a void", command, func(_ any, err error) { s.world.expect(at, "a void", err, fault.Conflict) })
}

func (s *shop) redirect(at *site, o order.Order) {
	address := o.Address
	address.Street = fmt.Sprint("Hill Road ", s.world.draws[drawCustomers].IntN(9))
	command := store.ChangeAddress{Key: s.key("move"), Order: o.ID, Address: address}
	s.world.insist(at, "a new address", command, func(_ any, err error) { s.world.expect(at, "a new address", err, fault.Conflict) })
}

func (s *shop) drop(at *site, o order.Order) {
	command := store.DropBackorder{Key: s.key("drop"), Order: o.ID, Reason: "too late"}
	s.world.insist(at, "a drop", command, func(_ any, err error) { s.world.expect(at, "a drop", err, fault.Conflict) })
}

// sendBack asks to send a unit back, and again later where it has not arrived yet.
func (s *shop) sendBack(at *site, o order.Order, tries int) {
	w, r := s.world, s.world.draws[drawCustomers]
	line := o.Lines[r.IntN(len(o.Lines))]
	command := store.AskReturn{
		Key: s.key("return"), Order: o.ID, Reason: "too blue", Lines: []store.Back{{Line: line.Number, Units: 1 + r.Int64N(line.Quantity)}},
	}
	w.insist(at, "a return", command, func(_ any, err error) {
		if !w.expect(at, "a return", err, fault.Conflict) && tries > 1 && !s.shutting {
			w.after(w.pace(between(r, 5*time.Second, 30*time.Second)), "sends back", func() { s.sendBack(at, o, tries-1) })
		}
	})
}
