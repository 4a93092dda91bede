package sim

import (
	"errors"
	"math"
	"time"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/dist/feed"
	"crossdock/engine/memory"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// backup is a copy of a site's database that was made some time ago.
type backup struct {
	store *memory.Store
	house *memory.Warehouse
	made  time.Duration
}

// safe is a store.Sealer without secrets: who else could read what it seals is no
// matter of the simulation.
type safe struct{}

var _ store.Sealer = safe{}

// Seal implements store.Sealer.
func (safe) Seal(_ id.Fulfillment, plain []byte) []byte { return plain }

// Open implements store.Sealer.
func (safe) Open(_ id.Fulfillment, sealed []byte) ([]byte, error) { return sealed, nil }

// back copies the database of a site, as crossdock backup does while it runs.
func (s *site) back() {
	s.backup = &backup{made: s.world.now}
	if s.isStore() {
		s.backup.store = s.storeDB.Clone()
	} else {
		s.backup.house = s.houseDB.Clone()
	}
	s.world.tell(s.name, "is backed up")
}

// lose has a site lose its database, and come back on the backup, in a new epoch.
func (s *site) lose() {
	if s.backup == nil || !s.up {
		return
	}
	s.crash()
	w := s.world
	w.tell(s.name, "has lost its database, and is RESTORED from %s ago", w.now-s.backup.made)
	s.epoch++
	for _, other := range w.sites {
		if l := w.check.link(s.name, other.name); l.read < l.written.Seq {
			w.count(EpochCrossedOrder)
			break
		}
	}
	if s.isStore() {
		w.count(StoreRestored)
		s.storeDB = s.backup.store
		s.storeDB.Restore(s.epoch)
		s.feeds = s.storeDB
	} else {
		w.count(WarehouseRestored)
		s.houseDB = s.backup.house
		s.houseDB.Restore(s.epoch)
		s.feeds = s.houseDB
	}
	s.backup = nil
	w.check.restored(s)
}

// restored makes the model of a site anew out of what its backup had. From now on
// what the site has lost is found out by the sites themselves: what they must agree
// on is checked when they have, in the end.
func (c *checker) restored(s *site) {
	c.parted[s.name] = true
	c.add(s)
	source, err := s.snapshot()
	if err != nil {
		c.fail("audit", "%s cannot be read: %v", s.name, err)
		return
	}
	for _, read := range []func(*site, audit.Source) error{c.readLedger, c.readFeeds, c.readOrders, c.readFulfillments} {
		if err := read(s, source); err != nil {
			c.fail("audit", "%s cannot be read: %v", s.name, err)
		}
	}
}

func (s *site) snapshot() (audit.Source, error) {
	if s.isStore() {
		return s.storeDB.Snapshot(s.world.ctx)
	}
	return s.houseDB.Snapshot(s.world.ctx)
}

func (c *checker) readLedger(s *site, source audit.Source) error {
	l := c.books[s.name]
	return source.Movements(c.world.ctx, func(m books.Movement, unreadable error) error {
		l.seq, l.hash = m.Seq, m.Hash
		l.balances[holding{m.SKU, m.From}] -= m.Quantity
		l.balances[holding{m.SKU, m.To}] += m.Quantity
		return unreadable
	})
}

func (c *checker) readFeeds(s *site, source audit.Source) error {
	head, err := source.Head(c.world.ctx)
	if err != nil {
		return err
	}
	for _, other := range c.world.sites {
		if other.isStore() == s.isStore() {
			continue
		}
		read := c.link(s.name, other.name).read
		delete(c.links, direction{s.name, other.name})
		l := c.link(s.name, other.name)
		l.read = read
		err := source.Messages(c.world.ctx, other.name, 0, func(m feed.Message) error {
			l.written = l.written.After(m)
			l.messages = append(l.messages, said{hash: m.Hash, kind: m.Kind, at: c.world.now})
			return nil
		})
		if err != nil {
			return err
		}
		c.link(other.name, s.name).read = 0
	}
	for _, cursor := range head.Read {
		c.link(id.Site(cursor.Origin), s.name).read = cursor.Seq
	}
	return nil
}

func (c *checker) readOrders(s *site, source audit.Source) error {
	m := c.stores[s.name]
	if m == nil {
		return nil
	}
	err := source.Orders(c.world.ctx, func(o order.Order, damage error) error {
		stands := &orderModel{order: o, events: o.Version, notices: map[string]bool{}}
		m.orders[o.ID] = stands
		m.sequence = append(m.sequence, o.ID)
		for i := range o.Fulfillments {
			m.fulfillments[o.Fulfillments[i].ID] = o.ID
		}
		c.contribute(m, o, 1)
		var err error
		stands.transactions, err = s.storeDB.Transactions(c.world.ctx, o.ID)
		if err := errors.Join(damage, err); err != nil {
			return err
		}
		returns, err := s.storeDB.Returns(c.world.ctx, o.ID)
		for _, r := range returns {
			m.returns[r.ID] = r
		}
		return err
	})
	if err != nil {
		return err
	}
	snapshot, err := s.storeDB.Load(c.world.ctx)
	for _, hold := range snapshot.Holds {
		c.keep(m, hold, 1)
		m.holds[hold.Owner] = hold
	}
	return err
}

func (c *checker) readFulfillments(s *site, source audit.Source) error {
	m := c.houses[s.name]
	if m == nil {
		return nil
	}
	err := source.Fulfillments(c.world.ctx, func(f fulfillment.Fulfillment, damage error) error {
		m.fulfillments[f.ID] = &f
		m.sequence = append(m.sequence, f.ID)
		c.lie(m, &f, 1)
		c.world.shop.work(s, f.ID)
		return damage
	})
	if err != nil {
		return err
	}
	snapshot, err := s.houseDB.Load(c.world.ctx)
	for _, p := range snapshot.Purchases {
		m.purchases[p.ID] = p
		c.share(m, p, 1)
	}
	if err != nil {
		return err
	}
	returns, err := s.houseDB.Returns(c.world.ctx, warehouse.ReturnQuery{Limit: math.MaxInt})
	for _, r := range returns {
		m.returns[r.ID] = r
	}
	return err
}
