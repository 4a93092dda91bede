package sim

import (
	"testing"
	"time"

	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// TestRulesPlanted breaks one rule each, while the books are right.
func TestRulesPlanted(t *testing.T) {
	for name, c := range map[string]struct {
		invariant string // "": none
		plant     func(p *planted)
	}{
		"asked for before the release": {"rules", func(p *planted) { p.askFor(9) }},
		"asked for on the release":     {"", func(p *planted) { p.askFor(0) }},
		"sold ahead beyond the cap":    {"rules", func(p *planted) { p.sellAhead(2) }},
		"sold ahead up to the cap":     {"", func(p *planted) { p.sellAhead(1) }},
		"an earlier order passed over": {"rules", func(p *planted) { p.serve(p.last(), p.first()) }},
		"a later order passed over":    {"", func(p *planted) { p.serve(p.first(), p.last()) }},
		"an order that begins to wait": {"", func(p *planted) {
			p.serve(p.last(), p.first(), books.Movement{Movement: stock.Movement{Order: p.first().order.ID, SKU: "sku-1", Reason: stock.SoldAhead}})
		}},
		"safety stock handed over": {"rules", func(p *planted) { p.grantDownTo(2, 3) }},
		"safety stock left":        {"", func(p *planted) { p.grantDownTo(3, 3) }},
		"safety stock lost later": {"", func(p *planted) {
			lost := stock.Movement{SKU: "sku-1", Quantity: 2, From: available, To: stock.Account{Kind: stock.Adjustment}, Reason: stock.Adjusted}
			p.grantDownTo(1, 3, books.Movement{Movement: lost})
		}},
		"safety stock of a commit": {"rules", func(p *planted) { p.grantOf(1 << 40) }},
		"a commit above it":        {"", func(p *planted) { p.grantOf(0) }},
		"an empty parcel": {"4", func(p *planted) {
			f := fulfillment.Fulfillment{Stage: order.SentStage, Lines: []fulfillment.Line{{Quantity: 2, Voided: 2}}}
			p.check.checkHouseRules(p.house, &warehouse.Changes{Updates: []fulfillment.Fulfillment{f}})
		}},
		"a checkout that was left": {"liveness", func(p *planted) {
			p.check.stores[p.shop.name].holds["guest:x"] = store.Hold{ExpiresAt: p.World.stores[0].clock().Add(-hearsWithin - time.Second)}
			p.check.checkHolds()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlanted(t)
			clear(p.check.stores[p.shop.name].holds)
			c.plant(p)
			got := ""
			if p.violation != nil {
				got = p.violation.Invariant
			}
			if got != c.invariant {
				t.Errorf("found %q (%v), want %q", got, p.violation, c.invariant)
			}
		})
	}
}

func (p *planted) askFor(daysBefore int) {
	p.check.storeCommit(p.shop, p.update(p.open, func(o *order.Order) {
		o.Fulfillments[0].Stage, o.Fulfillments[0].NotBefore = order.Requested, date.Of(p.shop.clock()).Add(daysBefore)
	}))
}

func (p *planted) sellAhead(units int64) {
	p.World.shop.products[0].Cap = 1
	m := p.check.stores[p.shop.name]
	clear(m.ahead)
	m.ahead[shelf{p.house.name, "sku-1"}] = units
	waiting := order.Order{Waiting: []order.Wait{{SKU: "sku-1"}}}
	p.check.checkRules(p.shop, m, &store.Changes{Orders: []order.Order{waiting}})
}

func (p *planted) first() *orderModel {
	m := p.check.stores[p.shop.name]
	return m.orders[m.sequence[0]]
}

func (p *planted) last() *orderModel {
	m := p.check.stores[p.shop.name]
	return m.orders[m.sequence[len(m.sequence)-1]]
}

// serve fills one order while another one waits.
func (p *planted) serve(served, waits *orderModel, more ...books.Movement) {
	m := p.check.stores[p.shop.name]
	for _, o := range m.orders {
		o.order.Waiting = nil
	}
	waits.order.Waiting = []order.Wait{{SKU: "sku-1", Warehouse: p.house.name, Quantity: 1}}
	filled := books.Movement{Movement: stock.Movement{
		Order: served.order.ID, SKU: "sku-1", Reason: stock.Filled, From: stock.SoldAheadAt(p.house.name), To: stock.IncomingAt(p.house.name),
	}}
	p.check.checkRules(p.shop, m, &store.Changes{Books: books.Rows{Movements: append(more, filled)}})
}

// grantDownTo hands units over, and takes more in behind it, so that so many are left
// in the end, besides those.
func (p *planted) grantDownTo(left, margin int64, behind ...books.Movement) {
	sku := id.SKU("sku-1")
	p.World.shop.margin = margin
	p.check.books[p.house.name].balances[holding{sku, available}] = left + 5
	movements := []books.Movement{
		{Movement: stock.Movement{SKU: sku, Quantity: 1, From: available, To: stock.QuotaOf(p.shop.name), Reason: stock.Granted}},
		{Movement: stock.Movement{SKU: sku, Quantity: 5, From: supplier, To: available, Reason: stock.Received}},
	}
	p.check.checkMargin(p.house, append(movements, behind...), sku)
}

// grantOf receives a unit and hands it over, with a safety stock of so many.
func (p *planted) grantOf(margin int64) {
	sku := id.SKU("sku-1")
	p.World.shop.margin = margin
	p.truth.put(p.house.name, sku, 1)
	p.check.houseCommit(p.house, &warehouse.Changes{Books: p.move(p.house, sku, 1, supplier, available)})
	rows := p.move(p.house, sku, 1, available, stock.QuotaOf(p.shop.name))
	rows.Messages = []feed.Message{p.say(p.house, p.shop, event.QuotaGranted{Units: []event.Units{{SKU: sku, Quantity: 1}}})}
	p.check.houseCommit(p.house, &warehouse.Changes{Books: rows})
}
