package sim

import (
	"fmt"
	"slices"
	"time"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/site/audit"
)

// hearsWithin is how long a message may lie while its link is whole and both sites
// are up: a reader that has not been woken looks by itself before long.
// One that has found nobody waits longer.
const (
	hearsWithin = 12 * time.Second
	backOff     = 5 * time.Minute
)

// heard checks that no message has lain for too long since the faults were over.
func (c *checker) heard(since time.Duration) {
	w := c.world
	for _, a := range w.sites {
		for _, b := range w.sites {
			if a.isStore() == b.isStore() || !a.up || !b.up {
				continue
			}
			l := c.link(a.name, b.name)
			if len(l.unread()) == 0 {
				continue
			}
			within := hearsWithin
			if !b.reaches(a.name) {
				within += backOff
			}
			lain := w.now - max(since, a.opened, b.opened, l.messages[l.read].at)
			if lain > within {
				c.fail("liveness", "%s has not heard message %d of %s for %s, although nothing is in the way", b.name, l.read+1, a.name, lain)
			}
		}
	}
}

// drained reports whether nothing is under way any more.
func (c *checker) drained() bool { return c.unfinished() == "" }

// unfinished names the first thing that is still under way, or nothing.
func (c *checker) unfinished() string {
	w := c.world
	for _, s := range w.sites {
		if !s.up {
			return fmt.Sprintf("%s is down", s.name)
		}
		for _, rd := range s.readers {
			if !rd.reader.Link().Connected {
				return fmt.Sprintf("%s has not reached %s again", s.name, rd.origin.name)
			}
		}
	}
	if w.shop.waiting > 0 {
		return fmt.Sprintf("%d people wait for an answer, or have work to do", w.shop.waiting)
	}
	for _, s := range w.stores {
		for _, house := range w.houses {
			for _, way := range [2]direction{{s.name, house.name}, {house.name, s.name}} {
				if l := c.link(way.from, way.to); l.read < l.written.Seq {
					return fmt.Sprintf("%s has read %d messages of %s, of %d", way.to, l.read, way.from, l.written.Seq)
				}
			}
		}
		m := c.stores[s.name]
		for _, which := range m.sequence {
			if open := unfinishedOrder(m.orders[which]); open != "" {
				return fmt.Sprintf("order %d of %s %s", m.orders[which].order.Number, s.name, open)
			}
		}
	}
	return ""
}

func unfinishedOrder(m *orderModel) string {
	o := &m.order
	if o.Unpaid || o.VoidAsked || o.NewAddress != nil {
		return "waits for its payment, or for the answer to a void or to a change of address"
	}
	if len(o.Waiting) > 0 {
		return "waits for goods that are called off"
	}
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		if f.Unasked || f.Stage != order.DeliveredStage && f.Stage != order.VoidedStage {
			return fmt.Sprintf("has a part at %s that is %s", f.Warehouse, f.Stage)
		}
		for _, part := range f.Lines {
			if part.Asked > 0 {
				return fmt.Sprintf("has asked %s to call a part off that is %s", f.Warehouse, f.Stage)
			}
		}
	}
	for _, t := range m.transactions {
		if t.State == pay.Pending {
			return fmt.Sprintf("has a %s that is pending", t.Kind)
		}
	}
	return ""
}

// end checks what must hold when everything is drained: what customers were told,
// that both sides agree, the money, and the shelves; then the audit walks all.
func (c *checker) end() {
	w := c.world
	for _, s := range w.stores {
		m := c.stores[s.name]
		for _, p := range w.shop.orders {
			if stands := m.orders[p.order]; p.at == s && !c.parted[s.name] && (stands == nil || stands.order.Number != p.number) {
				c.fail("5", "order %d of %s was acknowledged, and is not there", p.number, s.name)
			}
		}
		for _, which := range m.sequence {
			c.agree(s, m.orders[which])
			c.settledUp(s, m.orders[which])
		}
	}
	for _, house := range w.houses {
		m := c.houses[house.name]
		for _, p := range w.shop.products {
			if books, truth := c.onHand(house, p.SKU), w.truth.units[shelf{house.name, p.SKU}]; books != truth && !c.parted[house.name] {
				c.fail("shelf", "in the end %s has %d of %s by its books, and %d in truth", house.name, books, p.SKU, truth)
			}
		}
		for _, which := range m.sequence {
			f := m.fulfillments[which]
			if sent := f.Stage == order.SentStage || f.Stage == order.DeliveredStage; sent != w.truth.sent[f.ID] && !c.parted[house.name] {
				c.fail("parcels", "order %d is %s at %s, but its parcel has left: %v", f.Number, f.Stage, house.name, w.truth.sent[f.ID])
			}
		}
	}
	c.checkHolds()
	c.checkParked()
	c.audit()
}

// checkParked checks that nothing waits for an operator. After a restore a message may
// be put aside until others have come in, and no longer.
func (c *checker) checkParked() {
	for _, s := range c.world.sites {
		parked, err := s.feeds.Parked(c.world.ctx)
		if err != nil {
			c.fail("parked", "%s cannot be read: %v", s.name, err)
		}
		for _, p := range parked {
			c.fail("parked", "in the end %s has message %d of %s (%s) put aside: %s", s.name, p.Message.Seq, p.Message.Origin, p.Message.Kind, p.Reason)
		}
	}
}

// agree checks invariant 5: both sites tell the same of each part of an order.
func (c *checker) agree(s *site, m *orderModel) {
	for i := range m.order.Fulfillments {
		ours := &m.order.Fulfillments[i]
		theirs := c.houses[ours.Warehouse].fulfillments[ours.ID]
		if theirs == nil {
			if ours.Stage != order.VoidedStage || ours.Version != 0 {
				c.fail("5", "a part of order %d of %s is %s, but %s does not know it", m.order.Number, s.name, ours.Stage, ours.Warehouse)
			}
			continue
		}
		if ours.Stage != theirs.Stage || len(ours.Lines) != len(theirs.Lines) {
			c.fail("5", "a part of order %d is %s at %s, but %s at %s", m.order.Number, ours.Stage, s.name, theirs.Stage, ours.Warehouse)
			continue
		}
		for _, part := range ours.Lines {
			same := func(l fulfillment.Line) bool {
				return l.Line == part.Line && l.SKU == part.SKU && l.Quantity == part.Quantity && l.Voided == part.Voided && l.Returned == part.Returned
			}
			if !slices.ContainsFunc(theirs.Lines, same) {
				c.fail("5", "line %d of order %d, which is %s, is %+v at %s, but %+v at %s", part.Line, m.order.Number, ours.Stage, part, s.name, theirs.Lines, ours.Warehouse)
			}
		}
		if ours.Redirect == order.Redirected && theirs.Address.Street != m.order.Address.Street && ours.Stage != order.VoidedStage {
			c.fail("5", "order %d goes to %q, but %s ships it to %q", m.order.Number, m.order.Address.Street, ours.Warehouse, theirs.Address.Street)
		}
	}
}

// settledUp checks the money of an order: taken is what was sent, given back what
// came back, and the bank has the same in its books.
func (c *checker) settledUp(s *site, m *orderModel) {
	account, err := pay.Open(m.order.ID, m.transactions)
	if err != nil {
		c.fail("money", "order %d of %s: %v", m.order.Number, s.name, err)
		return
	}
	authorization, _ := account.Authorization()
	var sent, back int64
	for i := range m.order.Lines {
		line := &m.order.Lines[i]
		sent += line.Price.Minor * (line.Quantity - line.Voided)
		back += line.Price.Minor * c.inspected(m.order.ID, line)
	}
	if authorization.State != pay.Success {
		sent, back = 0, 0
		if m.order.Status != order.Voided {
			c.fail("money", "order %d of %s is %s, but it is not paid", m.order.Number, s.name, m.order.Status)
		}
	}
	captured, refunded := account.Captured().Minor, account.Refunded().Minor
	if c.parted[s.name] {
		c.notOvercharged(s, m, sent, captured)
		return
	}
	if captured != sent || refunded != back {
		c.fail("money", "order %d of %s: %d were sent and %d came back, but %d were taken and %d given back",
			m.order.Number, s.name, sent, back, captured, refunded)
	}
	if left := account.Authorized().Minor - captured - account.Canceled().Minor; left != 0 {
		c.fail("money", "order %d of %s: %d are set aside for ever", m.order.Number, s.name, left)
	}
	if real := c.world.bank.accounts[m.order.ID]; authorization.Method == pay.Card && authorization.State == pay.Success &&
		(real == nil || real.captured != captured || real.refunded != refunded || real.canceled != account.Canceled().Minor) {
		c.fail("money", "order %d of %s: the bank has another story: %+v, not %d taken and %d given back", m.order.Number, s.name, real, captured, refunded)
	}
}

// notOvercharged checks the money of an order of a store that was restored. What was
// called off since the backup it may ship all the same, for money that the bank has let
// go of; but a customer pays for nothing that was not sent, and the store knows of it.
// Where a warehouse has lost the shipment as well, nobody knows of it.
func (c *checker) notOvercharged(s *site, m *orderModel, sent, captured int64) {
	real := c.world.bank.accounts[m.order.ID]
	lost := slices.ContainsFunc(c.world.houses, func(house *site) bool { return c.parted[house.name] })
	if real == nil || lost {
		return
	}
	if real.captured > sent {
		c.fail("money", "order %d of %s: %d were sent, but the bank has taken %d", m.order.Number, s.name, sent, real.captured)
	}
	if real.captured != captured && m.order.Payment == string(pay.Card) {
		c.fail("money", "order %d of %s: the bank has taken %d, but the store believes %d", m.order.Number, s.name, real.captured, captured)
	}
}

// inspected returns how many units of a line came back and were looked at.
func (c *checker) inspected(which id.Order, line *order.Line) int64 {
	units := line.Returned
	for _, house := range c.world.houses {
		for _, r := range c.houses[house.name].returns { // a sum: the order of the map does not matter
			for _, l := range r.Lines {
				if r.Order == which && l.Line == line.Number {
					units -= l.Received - l.Good - l.Damaged
				}
			}
		}
	}
	return units
}

// audit has the product's own audit walk everything.
func (c *checker) audit() {
	w := c.world
	var sources []audit.Source
	for _, s := range w.sites {
		source, err := s.snapshot()
		if err != nil {
			c.fail("audit", "%s cannot be audited: %v", s.name, err)
			return
		}
		sources = append(sources, source)
	}
	report, err := audit.Sites(w.ctx, sources, w.sites[0].clock)
	if err != nil {
		c.fail("audit", "%v", err)
		return
	}
	for _, f := range report.Findings {
		c.fail("audit", "invariant %d, %s, %s: %s", f.Invariant, f.Site, f.Row, f.Text)
	}
	for _, text := range report.NotChecked {
		if len(c.parted) > 0 {
			break // what was lost is lost
		}
		c.fail("audit", "not checked: %s", text)
	}
}
