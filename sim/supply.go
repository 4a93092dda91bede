package sim

import (
	"fmt"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// delivery is what a supplier has announced to a warehouse.
type delivery struct {
	at   *site
	name string
	sku  id.SKU
	left int64
	over bool
}

// supplyLater has something happen to the stock of a warehouse, again and again.
func (s *shop) supplyLater(house *site) {
	w := s.world
	w.after(w.pace(between(w.draws[drawSupply], 500*time.Millisecond, 8*time.Second)), "supply", func() {
		if !s.shutting {
			s.supply(house)
			s.supplyLater(house)
		}
	})
}

func (s *shop) supply(house *site) {
	r := s.world.draws[drawSupply]
	sku := s.products[r.IntN(len(s.products))].SKU
	switch r.IntN(9) {
	case 0, 1:
		s.receive(house, "", sku, 1+r.Int64N(20))
	case 2:
		s.walkIn(house, sku, 1+r.Int64N(3))
	case 3:
		s.vanish(house, sku, 1+r.Int64N(3))
	case 4, 5:
		s.announce(house)
	default:
		s.deliver(house)
	}
}

// receive brings goods, of a purchase or not.
func (s *shop) receive(house *site, purchase string, sku id.SKU, units int64) {
	w := s.world
	w.truth.put(house.name, sku, units)
	command := warehouse.ReceiveStock{Key: s.key("receive"), Purchase: purchase, Items: []warehouse.Item{{SKU: sku, Units: units}}}
	w.tell(house.name, "%d of %s come in (purchase %q)", units, sku, purchase)
	w.insist(house, "a receipt", command, func(_ any, err error) { w.expect(house, "a receipt", err) })
}

// say has each store rename a product, and each warehouse receive a unit of it, so
// that each has something to say to each.
func (s *shop) say() {
	w := s.world
	p := s.products[0]
	p.Name += ", new"
	for _, at := range w.stores {
		w.insist(at, "a new name", store.ListProducts{Products: []catalog.Product{p}}, func(_ any, err error) { w.expect(at, "a new name", err) })
	}
	for _, house := range w.houses {
		s.receive(house, "", p.SKU, 1)
	}
}

// announce has a supplier announce units of something that is sold ahead.
func (s *shop) announce(house *site) {
	w, r := s.world, s.world.draws[drawSupply]
	d := &delivery{at: house, left: 3 + r.Int64N(10)}
	for _, p := range s.products {
		if p.Policy != catalog.InStock && (d.sku == "" || r.IntN(2) == 0) {
			d.sku = p.SKU
		}
	}
	if d.sku == "" {
		return
	}
	s.serial++
	d.name = fmt.Sprint("PO-", s.serial)
	line := warehouse.Expected{SKU: d.sku, Units: d.left}
	if r.IntN(3) > 0 {
		line.Due = date.Of(house.clock()).Add(r.IntN(3))
	}
	command := warehouse.AnnounceIncoming{Key: s.key("announce"), Purchase: d.name, Supplier: "Potter", Lines: []warehouse.Expected{line}}
	w.insist(house, "an announcement", command, func(_ any, err error) {
		if !w.expect(house, "an announcement", err) {
			return
		}
		w.tell(house.name, "%d of %s are announced (%s)", d.left, d.sku, d.name)
		s.bought = append(s.bought, d)
		if s.shutting {
			s.callOff(d)
		}
	})
}

// deliver brings some of what was announced, or has the supplier change it.
func (s *shop) deliver(house *site) {
	r := s.world.draws[drawSupply]
	var open []*delivery
	for _, d := range s.bought {
		if d.at == house && !d.over {
			open = append(open, d)
		}
	}
	if len(open) == 0 {
		return
	}
	d := open[r.IntN(len(open))]
	switch r.IntN(5) {
	case 0:
		due := date.Of(house.clock()).Add(2 + r.IntN(5))
		s.change(d, warehouse.ChangeIncoming{Purchase: d.name, SKU: d.sku, Due: &due}, SupplierLate)
	case 1:
		fewer := r.Int64N(d.left + 1)
		d.over = true
		s.change(d, warehouse.ChangeIncoming{Purchase: d.name, SKU: d.sku, Units: &fewer}, SupplierFewer)
	default:
		units := 1 + r.Int64N(d.left+1) // one more than announced, now and then
		d.left -= min(units, d.left)
		d.over = d.left == 0
		s.receive(house, d.name, d.sku, units)
	}
}

func (s *shop) change(d *delivery, command warehouse.ChangeIncoming, what Counter) {
	w := s.world
	command.Key = s.key("change")
	w.insist(d.at, "a change of a purchase", command, func(_ any, err error) {
		if w.expect(d.at, "a change of a purchase", err, fault.Conflict) { // fewer than have come in, or closed
			w.count(what)
		}
	})
}

// callOff ends a purchase: what has not come never will.
func (s *shop) callOff(d *delivery) {
	w := s.world
	d.over = true
	w.insist(d.at, "a cancellation", warehouse.CancelIncoming{Key: s.key("cancel"), Purchase: d.name}, func(_ any, err error) {
		if w.expect(d.at, "a cancellation", err, fault.Conflict) { // all of it has come
			w.count(PurchaseCanceled)
		}
	})
}

// walkIn sells units over the counter of the warehouse: who is there takes them, if
// the books let them go.
func (s *shop) walkIn(house *site, sku id.SKU, units int64) {
	s.correct(house, sku, units, "walk-in sale", func(done bool) {
		if done {
			s.world.count(WalkInSale)
			s.world.truth.put(house.name, sku, -units)
		}
	})
}

// vanish takes units off a shelf unseen, and then somebody counts. Where the books
// do not let go of them, being promised, they are found again behind the shelf.
func (s *shop) vanish(house *site, sku id.SKU, units int64) {
	w := s.world
	if !w.plan.Faults.Has(Shelf) || w.check.free(house, sku) < units {
		return
	}
	w.truth.lose(house.name, sku, units)
	s.correct(house, sku, units, "counted", func(done bool) {
		if done {
			w.count(CountFoundLess)
			w.truth.missing[shelf{house.name, sku}] -= units
			return
		}
		w.count(CountRefused)
		w.truth.find(house.name, sku, units)
	})
}

// correct takes units off the books, and says whether it could be done.
func (s *shop) correct(house *site, sku id.SKU, units int64, note string, done func(bool)) {
	command := warehouse.AdjustStock{Key: s.key("adjust"), SKU: sku, Delta: -units, Note: note}
	s.waiting++
	s.tryCorrect(house, command, func(booked bool) {
		s.waiting--
		done(booked)
	})
}

func (s *shop) tryCorrect(house *site, command warehouse.AdjustStock, done func(bool)) {
	w := s.world
	again := func() {
		w.after(between(w.draws[drawStaff], 300*time.Millisecond, 2*time.Second), "counts again", func() { s.tryCorrect(house, command, done) })
	}
	if !house.up {
		again()
		return
	}
	correction, err := house.house.Begin(w.ctx, command)
	generation := house.generation
	house.settle()
	if injected(err) {
		again()
		return
	}
	if !w.expect(house, "a correction", err, fault.Conflict) {
		done(false)
		return
	}
	if !correction.Waits() {
		_, err := correction.End(w.ctx)
		w.expect(house, "a correction", err)
		done(true)
		return
	}
	w.count(CorrectionWaited)
	w.tell(house.name, "a correction of %d %s waits for quota to come back", command.Delta, command.SKU)
	s.awaitCorrection(house, generation, correction, w.now+2*time.Second, done, again)
}

func (s *shop) awaitCorrection(
	house *site, generation int, correction *warehouse.Correction, until time.Duration, done func(bool), again func(),
) {
	w := s.world
	w.after(20*time.Millisecond, "waits for a recall", func() {
		switch {
		case !house.up || house.generation != generation:
			again()
		case correction.Waits() && w.now < until:
			s.awaitCorrection(house, generation, correction, until, done, again)
		default:
			_, err := correction.End(w.ctx)
			house.settle()
			if injected(err) {
				again()
				return
			}
			done(w.expect(house, "a correction", err, fault.Conflict))
		}
	})
}
