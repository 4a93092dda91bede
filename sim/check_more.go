package sim

import (
	"slices"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// What the shop has been told to do, and customers were promised, is checked apart from
// the invariants: the books are right where it is broken, and somebody is wronged.

// checkRules checks what a commit of a store does by the rules: who has waited longest
// is served first, nothing is asked for before its release, and no more is sold ahead
// than the cap allows.
func (c *checker) checkRules(s *site, m *storeModel, changes *store.Changes) {
	if c.parted[s.name] {
		return
	}
	for _, rows := range [2][]order.Order{changes.Orders, changes.Updates} {
		for i := range rows {
			c.checkRelease(s, &rows[i])
		}
	}
	for i := range changes.Orders {
		for _, wait := range changes.Orders[i].Waiting {
			c.checkCap(s, m, wait.SKU)
		}
	}
	for i := range changes.Books.Movements {
		if filled := &changes.Books.Movements[i]; filled.Reason == stock.Filled {
			c.checkTurn(s, m, changes.Books.Movements, filled)
		}
	}
}

// checkRelease checks that no warehouse was asked for what is not released.
func (c *checker) checkRelease(s *site, o *order.Order) {
	today := date.Of(s.clock())
	for i := range o.Fulfillments {
		if f := &o.Fulfillments[i]; !f.Unasked && f.Stage == order.Requested && f.NotBefore > today {
			c.fail("rules", "%s asks %s for a part of order %d on %s, which is released on %s", s.name, f.Warehouse, o.Number, today, f.NotBefore)
		}
	}
}

// checkCap checks how much of a product is sold ahead.
func (c *checker) checkCap(s *site, m *storeModel, sku id.SKU) {
	i := slices.IndexFunc(c.world.shop.products, func(p catalog.Product) bool { return p.SKU == sku })
	if i < 0 || c.world.shop.products[i].Cap == 0 {
		return
	}
	var ahead int64
	for _, house := range c.world.houses {
		ahead += m.ahead[shelf{house.name, sku}]
	}
	if most := c.world.shop.products[i].Cap; ahead > most {
		c.fail("rules", "%s has sold %d of %s ahead, of which it may sell %d", s.name, ahead, sku, most)
	}
}

// checkTurn checks that nobody was passed over by who was served: an earlier order that
// waits for the same units, and has done so all along.
func (c *checker) checkTurn(s *site, m *storeModel, movements []books.Movement, filled *books.Movement) {
	served := m.orders[filled.Order]
	if served == nil {
		return // found by others
	}
	house := id.Site(filled.From.Ref)
	for _, which := range m.sequence {
		other := m.orders[which]
		waits := func(w order.Wait) bool { return w.SKU == filled.SKU && w.Warehouse == house }
		if other.order.Number >= served.order.Number || !slices.ContainsFunc(other.order.Waiting, waits) {
			continue
		}
		begun := func(b books.Movement) bool {
			return b.Order == which && b.SKU == filled.SKU && b.Reason == stock.SoldAhead
		}
		if !slices.ContainsFunc(movements, begun) {
			c.fail("rules", "%s serves order %d with %s that %s expects, and order %d has waited longer",
				s.name, served.order.Number, filled.SKU, house, other.order.Number)
		}
	}
}

// checkHouseRules checks what a commit of a warehouse does by the rules: the safety
// stock is handed to nobody, and no parcel is sent without anything in it.
func (c *checker) checkHouseRules(s *site, changes *warehouse.Changes) {
	if c.parted[s.name] {
		return
	}
	for i := range changes.Updates {
		f := &changes.Updates[i]
		units := int64(0)
		for _, line := range f.Lines {
			units += line.Live()
		}
		if f.Stage == order.SentStage && units == 0 {
			c.fail("4", "order %d is sent by %s, though all of it was called off", f.Number, s.name)
		}
	}
	for _, sku := range c.touched {
		c.checkMargin(s, changes.Books.Movements, sku)
	}
}

// checkMargin checks, from the last movement backward, what every grant has left on the
// shelf. Goods that have arrived belong to who has sold them ahead.
func (c *checker) checkMargin(s *site, movements []books.Movement, sku id.SKU) {
	available := stock.Account{Kind: stock.Available}
	arrived := func(m books.Movement) bool { return m.SKU == sku && m.Reason == stock.Arrived }
	if slices.ContainsFunc(movements, arrived) {
		return
	}
	left := c.balance(s.name, sku, available)
	for i := range slices.Backward(movements) {
		m := &movements[i]
		switch {
		case m.SKU != sku:
		case m.From == available:
			if m.Reason == stock.Granted && left < c.world.shop.margin {
				c.fail("rules", "%s hands over %d of %s and keeps %d, of a safety stock of %d", s.name, m.Quantity, sku, left, c.world.shop.margin)
			}
			left += m.Quantity
		case m.To == available:
			left -= m.Quantity
		default:
		}
	}
}

// checkHolds checks, in the end, that nothing is kept for somebody who has gone away.
func (c *checker) checkHolds() {
	w := c.world
	for _, s := range w.stores {
		for _, hold := range c.stores[s.name].holds { // any of them is as wrong as another
			if over := s.clock().Sub(hold.ExpiresAt); over > hearsWithin && w.now-s.opened > hearsWithin {
				c.fail("liveness", "%s keeps units for the checkout of %s, which has ended %s ago", s.name, hold.Owner, over)
			}
		}
	}
}
