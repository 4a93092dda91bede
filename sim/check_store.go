package sim

import (
	"slices"
	"strings"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/site/store"
)

// storeCommit follows a commit of a store.
func (c *checker) storeCommit(s *site, changes *store.Changes) {
	m := c.stores[s.name]
	c.commitBooks(s, changes.Books)
	for i := range changes.Orders {
		c.insertOrder(s, m, changes.Orders[i])
	}
	for i := range changes.Updates {
		c.updateOrder(s, m, changes.Updates[i])
	}
	c.history(s, m, changes)
	for _, hold := range changes.Holds {
		if len(hold.Units) == 0 && len(m.holds[hold.Owner].Units) > 0 && len(changes.Orders) > 0 {
			c.world.count(HoldOrdered)
		}
		c.keep(m, m.holds[hold.Owner], -1)
		c.keep(m, hold, 1)
		if m.holds[hold.Owner] = hold; len(hold.Units) == 0 {
			delete(m.holds, hold.Owner)
		}
	}
	for _, r := range changes.Returns {
		m.returns[r.ID] = r
		c.world.hash.bytes(r.ID[:])
	}
	c.pays(s, m, changes.Transactions)
	c.digestStore(s, changes)
	for _, sku := range c.touched {
		for _, house := range c.world.houses {
			c.checkPromises(s, m, house, sku)
		}
	}
	for _, house := range c.world.houses {
		c.checkPairs(s, house)
	}
	c.checkRules(s, m, changes)
	for _, t := range changes.Transactions {
		if t.State == pay.Pending && !t.NextAt.IsZero() {
			s.settleIn(s.lag(2_000_000))
			break
		}
	}
}

// insertOrder checks a new order: its number follows on the last one.
func (c *checker) insertOrder(s *site, m *storeModel, o order.Order) {
	if m.orders[o.ID] != nil {
		c.fail("5", "%s inserts order %s again", s.name, o.ID)
		return
	}
	if o.Number != int64(len(m.sequence))+1 && !c.parted[s.name] {
		c.fail("5", "%s gives an order number %d, behind number %d", s.name, o.Number, len(m.sequence))
	}
	m.sequence = append(m.sequence, o.ID)
	m.orders[o.ID] = &orderModel{order: o, notices: map[string]bool{}}
	c.tellOrder(s, nil, o)
	c.checkOrder(s, o)
	c.contribute(m, o, 1)
	switch {
	case o.Status == order.Voided:
		c.world.count(ReversedForShortage)
	case o.Status == order.Backordered:
		c.world.count(Backordered)
	default:
	}
	if len(o.Fulfillments) > 1 {
		c.world.count(SpilledOver)
	}
	for i := range o.Fulfillments {
		m.fulfillments[o.Fulfillments[i].ID] = o.ID
	}
}

// updateOrder checks the change of an order by the state table.
func (c *checker) updateOrder(s *site, m *storeModel, o order.Order) {
	stands := m.orders[o.ID]
	if stands == nil {
		c.fail("5", "%s updates order %s, which it does not have", s.name, o.ID)
		return
	}
	before := stands.order
	if o.Version <= before.Version {
		c.fail("5", "order %d goes from version %d to %d", o.Number, before.Version, o.Version)
	}
	if o.Number != before.Number || o.Total != before.Total || len(o.Lines) != len(before.Lines) {
		c.fail("5", "order %d of %s is another one than before", before.Number, s.name)
	}
	if before.Status.Final() && o.Status != before.Status && !c.parted[s.name] {
		c.fail("4", "order %d was %s and becomes %s", o.Number, before.Status, o.Status)
	}
	for i := range before.Fulfillments {
		c.checkStep(s, o, &before.Fulfillments[i])
	}
	c.tellOrder(s, &before, o)
	c.checkOrder(s, o)
	c.contribute(m, before, -1)
	c.contribute(m, o, 1)
	stands.order = o
	for i := range o.Fulfillments {
		m.fulfillments[o.Fulfillments[i].ID] = o.ID
	}
	if before.Unpaid && o.Status == order.Voided && o.Payment == string(pay.BankTransfer) {
		c.world.count(TransferNotPaid)
	}
	if o.Status == order.Voided {
		c.world.count(VoidDone)
	}
}

// checkStep checks how a part of an order goes on: what was sent stays sent, and
// nothing is called off of it.
func (c *checker) checkStep(s *site, o order.Order, before *order.Fulfillment) {
	f := o.Fulfillment(before.ID)
	if f == nil {
		c.fail("7", "order %d of %s loses its fulfillment %s", o.Number, s.name, before.ID)
		return
	}
	if f.Version < before.Version {
		c.fail("5", "fulfillment %s goes from version %d to %d at %s", f.ID, before.Version, f.Version, s.name)
	}
	gone := before.Stage == order.SentStage || before.Stage == order.DeliveredStage
	for _, part := range before.Lines {
		i := slices.IndexFunc(f.Lines, func(p order.Part) bool { return p.Line == part.Line })
		if i < 0 || gone && f.Lines[i].Live() != part.Live() {
			c.fail("4", "order %d: units of line %d that were sent are called off at %s", o.Number, part.Line, s.name)
		}
	}
	if gone && f.Stage != order.SentStage && f.Stage != order.DeliveredStage {
		c.fail("4", "order %d: what was %s becomes %s at %s", o.Number, before.Stage, f.Stage, s.name)
	}
	if before.NotBefore > 0 && before.Unasked && !f.Unasked && f.Stage != order.VoidedStage {
		c.world.count(PreorderReleased)
	}
}

// checkOrder checks invariants 3 and 4 of an order by itself: every unit of every
// line is somewhere, and the status is what the parts add up to.
func (c *checker) checkOrder(s *site, o order.Order) {
	unsaid := o
	unsaid.Status = order.Placed
	if folded := order.Fold(unsaid); folded != o.Status {
		c.fail("4", "order %d of %s is %s, but its parts make it %s", o.Number, s.name, o.Status, folded)
	}
	if sum, err := order.Sum(o.Lines); err != nil || sum != o.Total {
		c.fail("3", "order %d of %s costs %v, but its lines %v", o.Number, s.name, o.Total, sum)
	}
	for i := range o.Lines {
		line := &o.Lines[i]
		c.touch(line.SKU)
		units, returned := line.Voided+o.WaitingOf(line.Number), int64(0)
		for j := range o.Fulfillments {
			for _, part := range o.Fulfillments[j].Lines {
				if part.Line != line.Number {
					continue
				}
				if part.SKU != line.SKU || part.Live() < 0 || part.Asked > part.Live() || part.Moving > part.Asked {
					c.fail("3", "order %d of %s, line %d: a part of %d %s, %d voided, %d asked, %d moving",
						o.Number, s.name, line.Number, part.Quantity, part.SKU, part.Voided, part.Asked, part.Moving)
				}
				units += part.Live()
				returned += part.Returned
			}
		}
		if units != line.Quantity || returned != line.Returned {
			c.fail("3", "order %d of %s, line %d: %d ordered and %d returned, but %d are accounted for and %d returned",
				o.Number, s.name, line.Number, line.Quantity, line.Returned, units, returned)
		}
	}
}

// contribute adds what an order claims of the store's accounts, or takes it off.
func (c *checker) contribute(m *storeModel, o order.Order, sign int64) {
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		here := f.Stage != order.VoidedStage && f.Stage != order.SentStage && f.Stage != order.DeliveredStage
		for _, part := range f.Lines {
			k := shelf{f.Warehouse, part.SKU}
			if here {
				m.promised[k] += sign * part.Live()
			}
			if here && f.Unasked {
				m.unasked[k] += sign * part.Live()
			}
			if part.Moving > 0 { // also of what was sent: the warehouse has still to say that it does not let go
				m.reserved[shelf{f.MoveTo, part.SKU}] += sign * part.Moving
			}
		}
	}
	for _, wait := range o.Waiting {
		m.ahead[shelf{wait.Warehouse, wait.SKU}] += sign * wait.Quantity
	}
}

// keep adds what a hold keeps, or takes it off.
func (c *checker) keep(m *storeModel, hold store.Hold, sign int64) {
	for _, held := range hold.Units {
		m.reserved[shelf{held.Warehouse, held.SKU}] += sign * held.Units
		c.touch(held.SKU)
	}
}

// checkPromises checks that each unit in the store's accounts belongs to a live
// order line, or to a checkout.
func (c *checker) checkPromises(s *site, m *storeModel, house *site, sku id.SKU) {
	if c.parted[s.name] {
		return
	}
	k := shelf{house.name, sku}
	for _, account := range [...]struct {
		is    stock.Account
		wants int64
	}{{stock.PromisedAt(house.name), m.promised[k]}, {stock.ReservedAt(house.name), m.reserved[k]}, {stock.SoldAheadAt(house.name), m.ahead[k]}} {
		if has := c.balance(s.name, sku, account.is); has != account.wants {
			c.fail("3", "%s has %d as %s of %s, but its orders and checkouts say %d", s.name, has, account.is, sku, account.wants)
		}
	}
}

// history checks invariant 7: each change of an order has one event, and customers
// are told of what has happened, when it is written, and of nothing else.
func (c *checker) history(s *site, m *storeModel, changes *store.Changes) {
	for _, e := range changes.Events {
		o := m.orders[e.Order]
		if o == nil || e.Seq != o.events+1 {
			c.fail("7", "%s writes event %d (%s) of order %s out of its order", s.name, e.Seq, e.Kind, e.Order)
			continue
		}
		o.events = e.Seq
		c.world.hash.text(e.Text)
	}
	for i := range changes.Updates {
		if o := m.orders[changes.Updates[i].ID]; o != nil && o.events != o.order.Version {
			c.fail("7", "order %d of %s is of version %d, but has %d events", o.order.Number, s.name, o.order.Version, o.events)
		}
	}
	for _, n := range changes.Notices {
		o := m.orders[n.Order]
		key := n.Event + " by " + n.Channel
		tells := func(e order.Event) bool { return e.Order == n.Order && e.Seq == n.Seq }
		switch {
		case o == nil:
			c.fail("7", "%s tells the customer of order %s, which it does not have: %s", s.name, n.Order, key)
		case o.notices[key]: // the engine leaves the first as it is
		case !slices.ContainsFunc(changes.Events, tells):
			c.fail("7", "%s tells the customer of order %d of nothing that has happened: %s", s.name, o.order.Number, key)
		default:
			o.notices[key] = true
			c.world.hash.text(n.Text)
		}
	}
}

// pays follows the payments.
func (c *checker) pays(s *site, m *storeModel, transactions []pay.Transaction) {
	for _, t := range transactions {
		o := m.orders[t.Order]
		if o == nil {
			c.fail("money", "%s moves money for order %s, which it does not have", s.name, t.Order)
			continue
		}
		i := slices.IndexFunc(o.transactions, func(known pay.Transaction) bool { return known.ID == t.ID })
		if i < 0 {
			i = len(o.transactions)
			o.transactions = append(o.transactions, t)
		} else if before := o.transactions[i]; before.State.Final() && before != t || before.Kind != t.Kind || before.Amount != t.Amount && !c.parted[s.name] {
			c.fail("money", "the %s of order %d was %s and becomes %s", t.Kind, o.order.Number, before.State, t.State)
		}
		o.transactions[i] = t
		if _, err := pay.Open(t.Order, o.transactions); err != nil {
			c.fail("money", "order %d of %s: %v", o.order.Number, s.name, err)
		}
		c.checkMoney(s, m, o)
		if t.Kind == pay.Refund && t.State == pay.Success {
			c.world.count(Refunded)
		}
		c.world.hash.bytes(t.ID[:])
		c.world.hash.text(string(t.State))
	}
}

// checkMoney checks that no more is taken, or is being taken, than what was handed
// over is worth, and no more given back than what came back and was looked at.
func (c *checker) checkMoney(s *site, m *storeModel, o *orderModel) {
	if c.parted[s.name] {
		return
	}
	var taken, back, sent, inspected int64
	for _, t := range o.transactions {
		switch {
		case t.State == pay.Failed:
		case t.Kind == pay.Capture:
			taken += t.Amount.Minor
		case t.Kind == pay.Refund:
			back += t.Amount.Minor
		default:
		}
	}
	for i := range o.order.Fulfillments {
		f := &o.order.Fulfillments[i]
		if f.Stage == order.SentStage || f.Stage == order.DeliveredStage {
			for _, part := range f.Lines {
				sent += part.Live() * o.order.Line(part.Line).Price.Minor
			}
		}
	}
	if back > 0 {
		for _, r := range m.returns { // a sum: the order of the map does not matter
			for _, line := range r.Lines {
				if r.Order == o.order.ID {
					inspected += (line.Good + line.Damaged) * o.order.Line(line.Line).Price.Minor
				}
			}
		}
	}
	if taken > sent || back > inspected {
		c.fail("money", "order %d of %s: %d are taken for %d that were sent, and %d given back for %d that came back",
			o.order.Number, s.name, taken, sent, back, inspected)
	}
}

// digestStore adds the other rows of a commit to the digest of the run.
func (c *checker) digestStore(s *site, changes *store.Changes) {
	h := &c.world.hash
	for _, rows := range [2][]order.Order{changes.Orders, changes.Updates} {
		for i := range rows {
			h.bytes(rows[i].ID.UUID[:])
			h.number(uint64(rows[i].Version))
			h.text(string(rows[i].Status))
			s.past.number(uint64(rows[i].Version))
			s.past.bytes(rows[i].ID.UUID[:])
			for j := range rows[i].Fulfillments {
				h.bytes(rows[i].Fulfillments[j].ID.UUID[:])
				h.text(string(rows[i].Fulfillments[j].Stage))
			}
			for _, step := range rows[i].Why {
				h.text(step.Note)
				h.number(uint64(step.Got))
			}
		}
	}
	for _, hold := range changes.Holds {
		h.text(hold.Owner)
		h.number(uint64(len(hold.Units)))
	}
	for _, level := range changes.Levels {
		h.text(string(level.SKU))
		h.number(uint64(level.Version))
	}
	for _, load := range changes.Loads {
		h.text(string(load.Warehouse))
		h.number(uint64(load.Parcels))
	}
	for _, schedule := range changes.Schedules {
		h.text(string(schedule.SKU))
	}
	for _, request := range changes.Requests {
		h.text(request.Key)
	}
}

// tellOrder writes what has become of an order into the story.
func (c *checker) tellOrder(s *site, before *order.Order, o order.Order) {
	if !c.world.story.told() {
		return
	}
	var parts []string
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		for _, p := range f.Lines {
			parts = append(parts, string(f.Warehouse)+" "+string(f.Stage)+": "+amount(p.Live())+" x "+string(p.SKU))
		}
	}
	for _, wait := range o.Waiting {
		parts = append(parts, "waits for "+amount(wait.Quantity)+" x "+string(wait.SKU)+" at "+string(wait.Warehouse))
	}
	was := "new"
	if before != nil {
		was = string(before.Status)
	}
	c.world.tell(s.name, "order %d: %s -> %s (%s)", o.Number, was, o.Status, strings.Join(parts, ", "))
}
