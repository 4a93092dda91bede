package sim

import (
	"testing"
	"time"

	"crossdock/core/event"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// planted is a world in which everything is right, and the rows of a next commit
// that a test makes wrong.
type planted struct {
	*World
	t     *testing.T
	shop  *site
	house *site
	// what there is of each kind
	open, sent *orderModel
	made       byte
}

// newPlanted plays a small run up to the middle, so that there are orders that are
// open and others that were sent.
func newPlanted(t *testing.T) *planted {
	t.Helper()
	w, err := New(Plan{Seed: 4, Stores: 1, Warehouses: 2, SKUs: 3, Customers: 2, Orders: 60, Length: time.Minute}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range w.sites {
		s.open()
	}
	w.shop.furnish()
	w.shop.begin()
	w.until(time.Minute)
	if w.violation != nil {
		t.Fatal(w.violation)
	}
	p := &planted{World: w, t: t, shop: w.stores[0]}
	m := w.check.stores[p.shop.name]
	for _, which := range m.sequence {
		o := m.orders[which]
		if len(o.order.Fulfillments) == 0 || o.order.Unpaid {
			continue
		}
		switch o.order.Fulfillments[0].Stage {
		case order.Accepted, order.Picking:
			p.open = o
		case order.SentStage, order.DeliveredStage:
			p.sent = o
		default:
		}
	}
	if p.open == nil || p.sent == nil {
		t.Fatal("the run has no order that is open, or none that was sent")
	}
	p.house = w.site(p.open.order.Fulfillments[0].Warehouse)
	return p
}

func (p *planted) id() id.UUID {
	p.made++
	return id.UUID{0: 0xff, 6: 0x70, 8: 0x80, 15: p.made}
}

// move returns rows that book units as they should be booked.
func (p *planted) move(s *site, sku id.SKU, units int64, from, to stock.Account) books.Rows {
	l := p.check.books[s.name]
	m := stock.Movement{ID: id.Movement{UUID: p.id()}, At: beginning, SKU: sku, Quantity: units, From: from, To: to, Reason: stock.Granted}
	return books.Rows{
		Movements: []books.Movement{{Seq: l.seq + 1, Movement: m, Hash: m.Chain(l.hash)}},
		Balances: []stock.Balance{
			{SKU: sku, Account: from, Units: l.balances[holding{sku, from}] - units}, {SKU: sku, Account: to, Units: l.balances[holding{sku, to}] + units},
		},
	}
}

// say returns a message as it should be written.
func (p *planted) say(from, to *site, body event.Body) feed.Message {
	data, err := event.Encode(body)
	if err != nil {
		p.t.Fatal(err)
	}
	m, _ := feed.Next(p.check.link(from.name, to.name).written, feed.Message{Destination: string(to.name), Key: "k", Kind: body.Kind(), Body: data})
	return m
}

var (
	available = stock.Account{Kind: stock.Available}
	supplier  = stock.Account{Kind: stock.Supplier}
)

// update returns a change of an order, one version on, with its event.
func (p *planted) update(m *orderModel, change func(*order.Order)) *store.Changes {
	o := m.order.Clone()
	o.Version++
	change(&o)
	return &store.Changes{Updates: []order.Order{o}, Events: []order.Event{{Order: o.ID, Seq: o.Version}}}
}

// TestPlanted plants one wrong commit each: the checker names the invariant that it
// breaks. The first is right, and is not found.
func TestPlanted(t *testing.T) {
	for name, c := range map[string]struct {
		invariant string // "": none
		plant     func(p *planted)
	}{
		"nothing wrong": {"", func(p *planted) {
			p.truth.put(p.house.name, "sku-1", 1)
			p.check.houseCommit(p.house, &warehouse.Changes{Books: p.move(p.house, "sku-1", 1, supplier, available)})
			p.check.storeCommit(p.shop, p.update(p.open, func(*order.Order) {}))
		}},
		"a movement is missing": {"1", func(p *planted) {
			rows := p.move(p.house, "sku-1", 1, supplier, available)
			rows.Movements[0].Seq++
			p.check.houseCommit(p.house, &warehouse.Changes{Books: rows})
		}},
		"a movement was changed": {"1", func(p *planted) {
			rows := p.move(p.house, "sku-1", 2, supplier, available)
			rows.Movements[0].Quantity = 1
			p.check.houseCommit(p.house, &warehouse.Changes{Books: rows})
		}},
		"a balance is not the sum": {"1", func(p *planted) {
			rows := p.move(p.house, "sku-1", 1, supplier, available)
			rows.Balances[1].Units++
			p.check.houseCommit(p.house, &warehouse.Changes{Books: rows})
		}},
		"a balance is not stored": {"1", func(p *planted) {
			rows := p.move(p.house, "sku-1", 1, supplier, available)
			rows.Balances = rows.Balances[:1]
			p.check.houseCommit(p.house, &warehouse.Changes{Books: rows})
		}},
		"a balance is below zero": {"1", func(p *planted) {
			p.check.houseCommit(p.house, &warehouse.Changes{Books: p.move(p.house, "sku-1", 100_000, available, supplier)})
		}},
		"a grant that is not booked": {"2", func(p *planted) {
			m := p.say(p.house, p.shop, event.QuotaGranted{Units: []event.Units{{SKU: "sku-1", Quantity: 1}}})
			p.check.houseCommit(p.house, &warehouse.Changes{Books: books.Rows{Messages: []feed.Message{m}}})
		}},
		"a store that grows before the giver shrinks": {"2", func(p *planted) {
			rows := p.move(p.shop, "sku-1", 1, stock.GranterAt(p.house.name), stock.HeldAt(p.house.name))
			p.check.storeCommit(p.shop, &store.Changes{Books: rows})
		}},
		"a cursor without its effect": {"2", func(p *planted) {
			p.grant("sku-1")
			p.check.storeCommit(p.shop, &store.Changes{Books: books.Rows{Cursors: []feed.Cursor{p.check.link(p.house.name, p.shop.name).written}}})
		}},
		"an effect without its cursor": {"2", func(p *planted) {
			p.grant("sku-1")
			rows := p.move(p.shop, "sku-1", 1, stock.GranterAt(p.house.name), stock.HeldAt(p.house.name))
			p.check.storeCommit(p.shop, &store.Changes{Books: rows})
		}},
		"announced units that are not booked": {"6", func(p *planted) {
			m := p.say(p.house, p.shop, event.IncomingGranted{Units: []event.Units{{SKU: "sku-1", Quantity: 1}}})
			p.check.houseCommit(p.house, &warehouse.Changes{Books: books.Rows{Messages: []feed.Message{m}}})
		}},
		"a share that is not booked": {"6", func(p *planted) {
			line := purchase.Line{SKU: "sku-1", Announced: 5, Shares: []purchase.Share{{Store: p.shop.name, Units: 5}}}
			p.check.houseCommit(p.house, &warehouse.Changes{Purchases: []purchase.Purchase{{ID: "PO-x", Lines: []purchase.Line{line}}}})
		}},
		"a line whose units are nowhere": {"3", func(p *planted) {
			p.check.storeCommit(p.shop, p.update(p.open, func(o *order.Order) { o.Lines[0].Voided++ }))
		}},
		"units promised to no order": {"3", func(p *planted) {
			sku := p.sku(stock.HeldAt(p.house.name))
			rows := p.move(p.shop, sku, 1, stock.HeldAt(p.house.name), stock.PromisedAt(p.house.name))
			p.check.storeCommit(p.shop, &store.Changes{Books: rows})
		}},
		"units kept for nobody": {"3", func(p *planted) {
			sku := p.sku(stock.HeldAt(p.house.name))
			rows := p.move(p.shop, sku, 1, stock.HeldAt(p.house.name), stock.ReservedAt(p.house.name))
			p.check.storeCommit(p.shop, &store.Changes{Books: rows})
		}},
		"a hold without units": {"3", func(p *planted) {
			hold := store.Hold{Owner: "guest:x", Units: []store.Held{{Warehouse: p.house.name, SKU: "sku-1", Units: 1}}}
			p.check.storeCommit(p.shop, &store.Changes{Holds: []store.Hold{hold}})
		}},
		"units allocated to no fulfillment": {"3", func(p *planted) {
			p.truth.put(p.house.name, "sku-1", 1)
			p.check.houseCommit(p.house, &warehouse.Changes{Books: p.move(p.house, "sku-1", 1, supplier, stock.Account{Kind: stock.Allocated})})
		}},
		"a price that is another": {"5", func(p *planted) {
			p.check.storeCommit(p.shop, p.update(p.open, func(o *order.Order) { o.Total.Minor++ }))
		}},
		"a status that its parts do not make": {"4", func(p *planted) {
			p.check.storeCommit(p.shop, p.update(p.open, func(o *order.Order) { o.Status = order.Delivered }))
		}},
		"sent units that are called off": {"4", func(p *planted) {
			p.check.storeCommit(p.shop, p.update(p.sent, func(o *order.Order) {
				o.Fulfillments[0].Lines[0].Voided++
				o.Lines[o.Fulfillments[0].Lines[0].Line-1].Voided++
			}))
		}},
		"a fulfillment that was sent and is voided": {"4", func(p *planted) {
			house, f := p.sentFulfillment()
			f.Stage = order.VoidedStage
			p.check.houseCommit(house, &warehouse.Changes{Updates: []fulfillment.Fulfillment{f}})
		}},
		"sent units that a warehouse calls off": {"4", func(p *planted) {
			house, f := p.sentFulfillment()
			f.Lines[0].Voided++
			p.check.houseCommit(house, &warehouse.Changes{Updates: []fulfillment.Fulfillment{f}})
		}},
		"a parcel that is addressed anew": {"4", func(p *planted) {
			house, f := p.sentFulfillment()
			f.Address.Street = "Hill Road 9"
			p.check.houseCommit(house, &warehouse.Changes{Updates: []fulfillment.Fulfillment{f}})
		}},
		"money that is taken for what was not sent": {"money", func(p *planted) {
			t := p.open.transactions[0]
			t.ID, t.Kind, t.State = p.id(), pay.Capture, pay.Pending
			p.check.storeCommit(p.shop, &store.Changes{Transactions: []pay.Transaction{t}})
		}},
		"money that is given back before anything came": {"money", func(p *planted) {
			for _, t := range p.sent.transactions {
				if t.Kind == pay.Capture {
					t.ID, t.Kind, t.State = p.id(), pay.Refund, pay.Pending
					p.check.storeCommit(p.shop, &store.Changes{Transactions: []pay.Transaction{t}})
				}
			}
		}},
		"a fulfillment that is accepted twice": {"4", func(p *planted) {
			house, f := p.sentFulfillment()
			p.check.houseCommit(house, &warehouse.Changes{Fulfillments: []fulfillment.Fulfillment{f}})
		}},
		"a fulfillment of no order": {"5", func(p *planted) {
			f := fulfillment.Fulfillment{ID: id.Fulfillment{UUID: p.id()}, Store: p.shop.name}
			p.check.houseCommit(p.house, &warehouse.Changes{Fulfillments: []fulfillment.Fulfillment{f}})
		}},
		"a number that is left out": {"5", func(p *planted) {
			o := p.open.order.Clone()
			o.ID, o.Number = id.Order{UUID: p.id()}, o.Number+1_000
			p.check.storeCommit(p.shop, &store.Changes{Orders: []order.Order{o}})
		}},
		"an order that is inserted twice": {"5", func(p *planted) {
			p.check.storeCommit(p.shop, &store.Changes{Orders: []order.Order{p.open.order}})
		}},
		"an order that is acknowledged and not there": {"5", func(p *planted) {
			p.check.acknowledged(p.shop, store.PlaceOrder{}, order.Order{ID: id.Order{UUID: p.id()}, Number: 1})
		}},
		"an order that is not what was wanted": {"5", func(p *planted) {
			p.check.acknowledged(p.shop, store.PlaceOrder{Lines: []store.Wanted{{SKU: "sku-1", Units: 99}}}, p.open.order)
		}},
		"a message that is missing": {"5", func(p *planted) {
			m := p.say(p.house, p.shop, event.StockLevels{})
			m.Seq++
			p.check.houseCommit(p.house, &warehouse.Changes{Books: books.Rows{Messages: []feed.Message{m}}})
		}},
		"a message that was changed": {"5", func(p *planted) {
			m := p.say(p.house, p.shop, event.StockLevels{})
			m.Body = append(m.Body, ' ')
			p.check.houseCommit(p.house, &warehouse.Changes{Books: books.Rows{Messages: []feed.Message{m}}})
		}},
		"a cursor that goes back": {"5", func(p *planted) {
			p.check.storeCommit(p.shop, &store.Changes{Books: books.Rows{Cursors: []feed.Cursor{{Origin: string(p.house.name)}}}})
		}},
		"a cursor that is ahead": {"5", func(p *planted) {
			ahead := p.check.link(p.house.name, p.shop.name).written
			ahead.Seq++
			p.check.storeCommit(p.shop, &store.Changes{Books: books.Rows{Cursors: []feed.Cursor{ahead}}})
		}},
		"a cursor on another history": {"5", func(p *planted) {
			p.grant("sku-1")
			other := p.check.link(p.house.name, p.shop.name).written
			other.Hash[0]++
			p.check.storeCommit(p.shop, &store.Changes{Books: books.Rows{Cursors: []feed.Cursor{other}}})
		}},
		"a fulfillment that is lost": {"7", func(p *planted) {
			p.check.storeCommit(p.shop, p.update(p.open, func(o *order.Order) { o.Fulfillments = nil }))
		}},
		"a change without an event": {"7", func(p *planted) {
			changes := p.update(p.open, func(*order.Order) {})
			changes.Events = nil
			p.check.storeCommit(p.shop, changes)
		}},
		"a customer who is told of nothing": {"7", func(p *planted) {
			notice := order.Notice{Order: p.open.order.ID, Seq: p.open.order.Version, Event: "placed again", Channel: "page"}
			p.check.storeCommit(p.shop, &store.Changes{Notices: []order.Notice{notice}})
		}},
		"money that is taken twice": {"money", func(p *planted) {
			t := p.open.transactions[0]
			for range 2 {
				more := t
				more.ID, more.Kind, more.State = p.id(), pay.Capture, pay.Success
				p.check.storeCommit(p.shop, &store.Changes{Transactions: []pay.Transaction{more}})
			}
		}},
		"a payment that changes its mind": {"money", func(p *planted) {
			t := p.open.transactions[0]
			t.State = pay.Failed
			p.check.storeCommit(p.shop, &store.Changes{Transactions: []pay.Transaction{t}})
		}},
		"a bank that is asked for more than was set aside": {"money", func(p *planted) {
			t := pay.Transaction{ID: p.id(), Order: p.open.order.ID, Kind: pay.Capture, Method: pay.Card}
			t.Amount.Minor = 1_000_000_000
			if _, err := p.bank.Request(p.ctx, t); err != nil {
				p.t.Fatal(err)
			}
		}},
		"a message that is put aside": {"parked", func(p *planted) {
			p.check.storeCommit(p.shop, &store.Changes{Books: books.Rows{Parked: []books.Parked{{Reason: "no such order"}}}})
		}},
		"books with more than there is": {"shelf", func(p *planted) {
			p.check.houseCommit(p.house, &warehouse.Changes{Books: p.move(p.house, "sku-1", 1, supplier, available)})
		}},
		"a parcel that leaves twice": {"parcels", func(p *planted) {
			house, f := p.sentFulfillment()
			p.truth.ship(house.name, f)
		}},
		"a unit that is sold twice": {"shelf", func(p *planted) {
			p.truth.put(p.house.name, "sku-1", -100_000)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlanted(t)
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

// grant plants a grant that is as it should be, on its way to the store.
func (p *planted) grant(sku id.SKU) {
	p.truth.put(p.house.name, sku, 1)
	rows := p.move(p.house, sku, 1, supplier, stock.QuotaOf(p.shop.name))
	rows.Messages = []feed.Message{p.say(p.house, p.shop, event.QuotaGranted{Units: []event.Units{{SKU: sku, Quantity: 1}}})}
	p.check.houseCommit(p.house, &warehouse.Changes{Books: rows})
	if p.violation != nil {
		p.t.Fatal(p.violation)
	}
}

// sku finds one of which the store has units in an account.
func (p *planted) sku(account stock.Account) id.SKU {
	for _, product := range p.World.shop.products {
		if p.check.balance(p.shop.name, product.SKU, account) > 0 {
			return product.SKU
		}
	}
	p.t.Fatalf("the store has nothing as %s", account)
	return ""
}

// sentFulfillment returns one that has left, one version on.
func (p *planted) sentFulfillment() (*site, fulfillment.Fulfillment) {
	ours := p.sent.order.Fulfillments[0]
	house := p.site(ours.Warehouse)
	f := *p.check.houses[house.name].fulfillments[ours.ID]
	f.Lines = append([]fulfillment.Line(nil), f.Lines...)
	f.Version++
	return house, f
}
