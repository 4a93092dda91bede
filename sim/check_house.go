package sim

import (
	"slices"
	"strconv"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/site/warehouse"
)

func amount(units int64) string { return strconv.FormatInt(units, 10) }

// houseCommit follows a commit of a warehouse.
func (c *checker) houseCommit(s *site, changes *warehouse.Changes) {
	m := c.houses[s.name]
	c.commitBooks(s, changes.Books)
	for i := range changes.Fulfillments {
		c.insertFulfillment(s, m, changes.Fulfillments[i])
	}
	for i := range changes.Updates {
		c.updateFulfillment(s, m, changes.Updates[i])
	}
	for _, e := range changes.Events {
		f := m.fulfillments[e.Fulfillment]
		if f == nil || e.Seq > f.Version {
			c.fail("7", "%s writes event %d (%s) of fulfillment %s out of its order", s.name, e.Seq, e.Kind, e.Fulfillment)
		}
		c.world.hash.text(e.Text)
	}
	for _, p := range changes.Purchases {
		c.share(m, m.purchases[p.ID], -1)
		c.share(m, p, 1)
		m.purchases[p.ID] = p
		c.world.hash.text(p.ID)
		c.world.hash.number(uint64(p.Version))
	}
	for _, r := range changes.Returns {
		c.world.hash.bytes(r.ID[:])
		before, known := m.returns[r.ID]
		m.returns[r.ID] = r
		if !known && before.Version == 0 {
			c.world.shop.returned(s, r)
		}
	}
	for _, request := range changes.Requests {
		c.world.hash.text(request.Key)
	}
	for _, sku := range c.touched {
		c.checkShelf(s, m, sku)
	}
	for _, store := range c.world.stores {
		c.checkPairs(store, s)
	}
	c.checkHouseRules(s, changes)
}

// insertFulfillment checks that a warehouse has just what its store has asked for.
func (c *checker) insertFulfillment(s *site, m *houseModel, f fulfillment.Fulfillment) {
	if m.fulfillments[f.ID] != nil {
		c.fail("4", "%s accepts fulfillment %s again", s.name, f.ID)
		return
	}
	shop := c.stores[f.Store]
	stands := (*orderModel)(nil)
	if shop != nil {
		stands = shop.orders[shop.fulfillments[f.ID]]
	}
	if stands == nil || stands.order.ID != f.Order {
		if c.parted[s.name] || c.parted[f.Store] {
			c.takeIn(s, m, f)
			return
		}
		c.fail("5", "%s accepts fulfillment %s of order %s, which %s does not have", s.name, f.ID, f.Order, f.Store)
		return
	}
	asked := stands.order.Fulfillment(f.ID)
	if c.parted[s.name] || c.parted[f.Store] {
		c.takeIn(s, m, f)
		return
	}
	if asked.Unasked || asked.Warehouse != s.name || len(asked.Lines) != len(f.Lines) {
		c.fail("3", "%s accepts fulfillment %s of order %d, for which it was not asked", s.name, f.ID, f.Number)
	}
	for _, line := range f.Lines {
		same := func(p order.Part) bool {
			return p.Line == line.Line && p.SKU == line.SKU && p.Quantity == line.Quantity
		}
		if !slices.ContainsFunc(asked.Lines, same) {
			c.fail("3", "%s accepts %d x %s for line %d of order %d, which was not asked of it", s.name, line.Quantity, line.SKU, line.Line, f.Number)
		}
	}
	c.takeIn(s, m, f)
}

// takeIn keeps a new fulfillment, and has somebody work on it.
func (c *checker) takeIn(s *site, m *houseModel, f fulfillment.Fulfillment) {
	m.fulfillments[f.ID] = &f
	m.sequence = append(m.sequence, f.ID)
	c.world.hash.bytes(f.ID.UUID[:])
	c.lie(m, &f, 1)
	c.world.shop.work(s, f.ID)
}

// updateFulfillment checks a step by the state table.
func (c *checker) updateFulfillment(s *site, m *houseModel, f fulfillment.Fulfillment) {
	before := m.fulfillments[f.ID]
	if before == nil {
		c.fail("5", "%s updates fulfillment %s, which it does not have", s.name, f.ID)
		return
	}
	if f.Version <= before.Version {
		c.fail("5", "fulfillment %s of %s goes from version %d to %d", f.ID, s.name, before.Version, f.Version)
	}
	if f.Stage != before.Stage && f.Version == before.Version+1 {
		if err := order.CheckStage(before.Stage, f.Stage); err != nil {
			c.fail("4", "order %d at %s: %v", f.Number, s.name, err)
		}
	}
	if f.Address != before.Address && before.Stage != order.Accepted && before.Stage != order.Picking {
		c.fail("4", "order %d at %s gets another address although it is %s", f.Number, s.name, before.Stage)
	}
	gone := before.Stage == order.SentStage || before.Stage == order.DeliveredStage
	if gone && f.Stage != order.SentStage && f.Stage != order.DeliveredStage || before.Stage == order.VoidedStage && f.Stage != order.VoidedStage {
		c.fail("4", "order %d at %s was %s and becomes %s", f.Number, s.name, before.Stage, f.Stage)
	}
	for i := range f.Lines {
		line, was := &f.Lines[i], &before.Lines[i]
		if line.Live() < 0 || line.Live() > was.Live() || gone && line.Live() != was.Live() || line.Returned < was.Returned || line.Returned > line.Live() {
			c.fail("4", "order %d at %s, line %d, was %s with %d live and %d returned units, and has %d and %d",
				f.Number, s.name, line.Line, before.Stage, was.Live(), was.Returned, line.Live(), line.Returned)
		}
	}
	if f.Stage == order.VoidedStage && before.Stage != order.VoidedStage && before.Stage != order.Accepted {
		c.world.count(VoidDoneWhilePicked)
	}
	c.lie(m, before, -1)
	c.lie(m, &f, 1)
	c.world.hash.bytes(f.ID.UUID[:])
	c.world.hash.text(string(f.Stage))
	s.past.text(string(f.Stage))
	m.fulfillments[f.ID] = &f
}

// lie adds what a fulfillment has on the shelves and in the packing area, or takes
// it off.
func (c *checker) lie(m *houseModel, f *fulfillment.Fulfillment, sign int64) {
	if f.Stage == order.SentStage || f.Stage == order.DeliveredStage {
		return
	}
	for _, line := range f.Lines {
		m.allocated[line.SKU] += sign * (line.Live() - line.Picked)
		m.picked[line.SKU] += sign * line.Picked
		c.touch(line.SKU)
	}
}

// share adds what the stores may sell ahead of a purchase, or takes it off.
func (c *checker) share(m *houseModel, p purchase.Purchase, sign int64) {
	for _, line := range p.Lines {
		if line.Open() < 0 {
			c.fail("6", "of purchase %s more of %s has come than was announced", p.ID, line.SKU)
		}
		for _, share := range line.Shares {
			m.expected[holding{line.SKU, stock.ExpectedFor(share.Store)}] += sign * share.Units
		}
		c.touch(line.SKU)
	}
}

// checkShelf checks that each unit belongs to somebody, and that the books have no
// more than there is.
func (c *checker) checkShelf(s *site, m *houseModel, sku id.SKU) {
	if c.parted[s.name] {
		return
	}
	has := func(kind stock.Kind) int64 { return c.balance(s.name, sku, stock.Account{Kind: kind}) }
	if allocated, picked := has(stock.Allocated), has(stock.Picked); allocated != m.allocated[sku] || picked != m.picked[sku] {
		c.fail("3", "%s has %d of %s allocated and %d picked, but its fulfillments say %d and %d",
			s.name, allocated, sku, picked, m.allocated[sku], m.picked[sku])
	}
	for _, store := range c.world.stores {
		account := stock.ExpectedFor(store.name)
		if units := c.balance(s.name, sku, account); units != m.expected[holding{sku, account}] {
			c.fail("6", "%s has %d of %s as %s, but its purchases say %d", s.name, units, sku, account, m.expected[holding{sku, account}])
		}
	}
	if books, most := c.onHand(s, sku), c.world.truth.most(s.name, sku); books > most {
		c.fail("shelf", "%s has %d of %s by its books, but %d in truth", s.name, books, sku, most)
	}
}

// onHand returns what is in the building by the books.
func (c *checker) onHand(s *site, sku id.SKU) int64 {
	units := c.free(s, sku)
	for _, kind := range [...]stock.Kind{stock.Allocated, stock.Picked, stock.Quarantine, stock.Damaged} {
		units += c.balance(s.name, sku, stock.Account{Kind: kind})
	}
	return units
}
