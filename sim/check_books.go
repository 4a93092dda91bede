package sim

import (
	"slices"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

// commitBooks checks what both kinds of site keep in the same way: invariants 1 and
// 5 of the movements, the messages and the cursors.
func (c *checker) commitBooks(s *site, rows books.Rows) {
	c.commits++
	c.touched = c.touched[:0]
	c.world.hash.text(string(s.name))
	s.past.number(uint64(len(rows.Cursors)))
	for i := range rows.Movements {
		c.book(s, &rows.Movements[i])
	}
	c.checkBalances(s, rows)
	for i := range rows.Messages {
		c.say(s, &rows.Messages[i])
	}
	for _, cursor := range rows.Cursors {
		c.read(s, cursor)
	}
	for _, p := range rows.Parked {
		if c.parted[s.name] || c.parted[id.Site(p.Message.Origin)] {
			continue
		}
		c.fail("parked", "%s parks message %d of %s (%s): %s", s.name, p.Message.Seq, p.Message.Origin, p.Message.Kind, p.Reason)
	}
}

// book follows one movement.
func (c *checker) book(s *site, m *books.Movement) {
	l := c.books[s.name]
	if m.Seq != l.seq+1 {
		c.fail("1", "%s books movement %d behind number %d", s.name, m.Seq, l.seq)
	}
	if hash := m.Chain(l.hash); hash != m.Hash {
		c.fail("1", "movement %d of %s does not have the hash of its fields", m.Seq, s.name)
	}
	if err := m.Check(); err != nil {
		c.fail("1", "movement %d of %s: %v", m.Seq, s.name, err)
	}
	l.seq, l.hash = m.Seq, m.Hash
	c.world.hash.bytes(m.Hash[:])
	s.past.bytes(m.Hash[:])
	l.balances[holding{m.SKU, m.From}] -= m.Quantity
	l.balances[holding{m.SKU, m.To}] += m.Quantity
	c.touch(m.SKU)
	switch {
	case m.Reason == stock.Expired && m.Order.IsZero():
		c.world.count(HoldExpired)
	case m.From.Kind == stock.Reserved && m.To.Kind == stock.Promised:
		c.world.count(SplitMerged)
	case m.From.Kind == stock.Reserved && m.Reason == stock.Released && !m.Order.IsZero():
		c.world.count(MoveEnded)
	case m.Reason == stock.Filled:
		c.world.count(FilledLater)
	default:
	}
}

// checkBalances holds the stored balances against the movements: each account that
// was touched has a row, and it is their sum, and not below zero.
func (c *checker) checkBalances(s *site, rows books.Rows) {
	l := c.books[s.name]
	stored := len(rows.Balances)
	for _, b := range rows.Balances {
		sum := l.balances[holding{b.SKU, b.Account}]
		if b.Units != sum {
			c.fail("1", "%s stores %d as %s of %s, but its movements add up to %d", s.name, b.Units, b.Account, b.SKU, sum)
		}
		if b.Units < 0 && !b.Account.Kind.External() {
			c.fail("1", "%s has %d as %s of %s", s.name, b.Units, b.Account, b.SKU)
		}
	}
	for i := range rows.Movements {
		m := &rows.Movements[i].Movement
		for _, account := range [2]stock.Account{m.From, m.To} {
			there := func(b stock.Balance) bool { return b.SKU == m.SKU && b.Account == account }
			if stored < 32 && !slices.ContainsFunc(rows.Balances, there) {
				c.fail("1", "%s books %s of %s and stores no balance of it", s.name, account, m.SKU)
			}
		}
	}
}

// say follows one message into the outbox.
func (c *checker) say(s *site, m *feed.Message) {
	if m.Origin != string(s.name) {
		c.fail("5", "%s writes a message of %s", s.name, m.Origin)
	}
	l := c.link(s.name, id.Site(m.Destination))
	if m.Seq != l.written.Seq+1 || m.Hash != feed.Chain(l.written.Hash, *m) || m.Epoch < l.written.Epoch {
		c.fail("5", "message %d of %s to %s does not follow on number %d", m.Seq, s.name, m.Destination, l.written.Seq)
	}
	l.written = l.written.After(*m)
	c.world.hash.bytes(m.Hash[:])
	s.past.bytes(m.Hash[:])
	said := said{hash: m.Hash, at: c.world.now, kind: m.Kind}
	c.understand(s, m, &said)
	l.messages = append(l.messages, said)
	for _, u := range said.quota {
		l.quota[u.SKU] += u.Quantity
		c.touch(u.SKU)
	}
	l.expect(said, 1)
	for _, u := range said.incoming {
		c.touch(u.SKU)
	}
	if c.world.story.told() {
		c.world.tell(s.name, "says to %s, number %d: %s %s", m.Destination, m.Seq, m.Kind, m.Body)
	}
}

// expect counts announced units that are on their way, or that have arrived.
func (l *link) expect(m said, sign int64) {
	if m.taken {
		sign = -sign
	}
	for _, u := range m.incoming {
		l.incoming[u.SKU] += sign * u.Quantity
	}
}

// telling are the messages that are of interest: those that carry units, and some
// that are counted.
var telling = [...]string{
	event.FulfillmentRequested{}.Kind(), event.QuotaReturned{}.Kind(), event.QuotaGranted{}.Kind(), event.QuotaRecalled{}.Kind(),
	event.IncomingGranted{}.Kind(), event.IncomingTaken{}.Kind(), event.VoidRefused{}.Kind(), event.RedirectAnswered{}.Kind(),
}

// understand takes out of a message which units it carries from book to book.
func (c *checker) understand(s *site, m *feed.Message, to *said) {
	if !slices.Contains(telling[:], m.Kind) {
		return // the many: they carry no units
	}
	body, err := event.Decode(m.Kind, m.Body)
	if err != nil {
		c.fail("5", "%s says what cannot be read: %v", s.name, err)
		return
	}
	switch b := body.(type) {
	case event.FulfillmentRequested:
		for _, line := range b.Lines {
			to.quota = append(to.quota, event.Units{SKU: line.SKU, Quantity: line.Quantity})
		}
	case event.QuotaReturned:
		to.quota = b.Units
		if len(b.Units) > 0 {
			c.world.count(RecallAnswered)
		}
	case event.QuotaGranted:
		to.quota = b.Units
	case event.QuotaRecalled:
		c.crossing(s, id.Site(m.Destination))
	case event.IncomingGranted:
		to.incoming = b.Units
	case event.IncomingTaken:
		to.incoming, to.taken = b.Units, true
	case event.VoidRefused:
		c.world.count(VoidRefused)
	case event.RedirectAnswered:
		if b.Done {
			c.world.count(RedirectDone)
		} else {
			c.world.count(RedirectRefused)
		}
	default:
	}
}

// crossing counts a recall that meets an order on its way.
func (c *checker) crossing(house *site, store id.Site) {
	for _, m := range c.link(store, house.name).unread() {
		if m.kind == (event.FulfillmentRequested{}).Kind() {
			c.world.count(RecallCrossedOrder)
			return
		}
	}
}

// read follows a cursor: it moves forward over what its origin has written, and what
// it has passed is in the books of both.
func (c *checker) read(s *site, cursor feed.Cursor) {
	l := c.link(id.Site(cursor.Origin), s.name)
	c.world.hash.number(cursor.Seq)
	s.past.number(cursor.Seq)
	switch {
	case cursor.Seq < l.read && c.parted[id.Site(cursor.Origin)]: // it reads on from where the history forked
		l.read = cursor.Seq
		return
	case cursor.Seq > uint64(len(l.messages)) && c.parted[id.Site(cursor.Origin)]: // of what was lost, and was on its way
		l.read = cursor.Seq
		return
	case cursor.Seq < l.read:
		c.fail("5", "the cursor of %s for %s goes back from %d to %d", s.name, cursor.Origin, l.read, cursor.Seq)
		return
	case cursor.Seq > uint64(len(l.messages)):
		c.fail("5", "%s has read message %d of %s, which has written %d", s.name, cursor.Seq, cursor.Origin, len(l.messages))
		return
	case cursor.Seq > 0 && l.messages[cursor.Seq-1].hash != cursor.Hash && c.parted[id.Site(cursor.Origin)]:
		l.read = 0 // likewise, and others have been written in their place: it will be told where the history forked
		return
	case cursor.Seq > 0 && l.messages[cursor.Seq-1].hash != cursor.Hash:
		c.fail("5", "%s has read another message %d than %s has written", s.name, cursor.Seq, cursor.Origin)
		return
	}
	for _, m := range l.messages[min(l.read, cursor.Seq):cursor.Seq] {
		for _, u := range m.quota {
			l.quota[u.SKU] -= u.Quantity
			c.touch(u.SKU)
		}
		l.expect(m, -1)
		for _, u := range m.incoming {
			c.touch(u.SKU)
		}
	}
	l.read = cursor.Seq
}

// checkPairs checks invariants 2 and 6 of what a commit has touched: quota, and
// announced units, are conserved between a store and a warehouse.
func (c *checker) checkPairs(store, house *site) {
	if c.parted[store.name] || c.parted[house.name] {
		return
	}
	m := c.stores[store.name]
	out, in := c.link(store.name, house.name), c.link(house.name, store.name)
	for _, sku := range c.touched {
		k := shelf{house.name, sku}
		aside := c.balance(house.name, sku, stock.QuotaOf(store.name))
		held := c.balance(store.name, sku, stock.HeldAt(house.name)) + c.balance(store.name, sku, stock.ReservedAt(house.name)) + m.unasked[k]
		if way := out.quota[sku] + in.quota[sku]; aside != held+way {
			c.fail("2", "%s has set %d of %s aside for %s, which holds %d, and %d are on their way", house.name, aside, sku, store.name, held, way)
		}
		aside = c.balance(house.name, sku, stock.ExpectedFor(store.name))
		held = c.balance(store.name, sku, stock.IncomingAt(house.name)) + c.balance(store.name, sku, stock.SoldAheadAt(house.name))
		if way := out.incoming[sku] + in.incoming[sku]; aside != held+way {
			c.fail("6", "%s expects %d of %s for %s, which has %d, and %d are on their way", house.name, aside, sku, store.name, held, way)
		}
	}
}
