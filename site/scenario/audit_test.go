package scenario

import (
	"context"
	"slices"
	"strings"
	"testing"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/audit"
	"crossdock/site/books"
)

// tampered is a site's data after somebody has been at it.
type tampered struct {
	audit.Source
	movements    func([]books.Movement) []books.Movement
	balances     func([]stock.Balance) []stock.Balance
	orders       func(*order.Order) bool // false: the row is gone
	fulfillments func(*fulfillment.Fulfillment) bool
	messages     func([]feed.Message) []feed.Message // to whom is in each
	head         func(*audit.Head)
}

func (s tampered) Head(ctx context.Context) (audit.Head, error) {
	head, err := s.Source.Head(ctx)
	if s.head != nil {
		s.head(&head)
	}
	return head, err
}

func (s tampered) Movements(ctx context.Context, each func(books.Movement, error) error) error {
	var all []books.Movement
	err := s.Source.Movements(ctx, func(m books.Movement, unreadable error) error {
		all = append(all, m)
		return unreadable
	})
	if s.movements != nil {
		all = s.movements(all)
	}
	for _, m := range all {
		if err := each(m, nil); err != nil {
			return err
		}
	}
	return err
}

func (s tampered) Balances(ctx context.Context, each func(stock.Balance, error) error) error {
	var all []stock.Balance
	err := s.Source.Balances(ctx, func(b stock.Balance, unreadable error) error {
		all = append(all, b)
		return unreadable
	})
	if s.balances != nil {
		all = s.balances(all)
	}
	for _, b := range all {
		if err := each(b, nil); err != nil {
			return err
		}
	}
	return err
}

func (s tampered) Orders(ctx context.Context, each func(order.Order, error) error) error {
	return s.Source.Orders(ctx, func(o order.Order, damage error) error {
		o = o.Clone()
		if s.orders != nil && !s.orders(&o) {
			return nil
		}
		return each(o, damage)
	})
}

func (s tampered) Fulfillments(ctx context.Context, each func(fulfillment.Fulfillment, error) error) error {
	return s.Source.Fulfillments(ctx, func(f fulfillment.Fulfillment, damage error) error {
		f.Lines = slices.Clone(f.Lines)
		if s.fulfillments != nil && !s.fulfillments(&f) {
			return nil
		}
		return each(f, damage)
	})
}

func (s tampered) Messages(ctx context.Context, to id.Site, after uint64, each func(feed.Message) error) error {
	var all []feed.Message
	err := s.Source.Messages(ctx, to, 0, func(m feed.Message) error {
		all = append(all, m)
		return nil
	})
	if s.messages != nil {
		all = s.messages(all)
	}
	for _, m := range all {
		if m.Seq <= after {
			continue
		}
		if err := each(m); err != nil {
			return err
		}
	}
	return err
}

// TestAuditFinds changes stored data in one way at a time and sees it found, by
// the number of the invariant and the row.
func TestAuditFinds(t *testing.T) {
	const story = `warehouse wh1
warehouse wh2
district north wh1 wh2
product mug 4.50
receive wh1 mug=5
receive wh2 mug=9
deliver
order north mug=7
order north mug=1
order north mug=99
deliver
advance wh1 1 picking picked ready sent
deliver
cut wh2
order north mug=1 mug=1
order north mug=99`
	for name, c := range map[string]struct {
		site      id.Site
		tamper    tampered
		invariant int
		row       string
		says      string
	}{
		"quantity of a movement": {"wh1", tampered{movements: func(all []books.Movement) []books.Movement {
			all[2].Quantity++
			return all
		}}, 1, "movement 3", ""},
		"account of a movement": {"store", tampered{movements: func(all []books.Movement) []books.Movement {
			all[0].To = stock.PromisedAt("wh1")
			return all
		}}, 1, "movement 1", ""},
		"movement deleted": {"wh1", tampered{movements: func(all []books.Movement) []books.Movement {
			return slices.Delete(all, 1, 2)
		}}, 1, "movement 3", ""},
		"last movement deleted": {"wh1", tampered{movements: func(all []books.Movement) []books.Movement {
			return all[:len(all)-1]
		}}, 1, "balance picked of mug", ""},
		"balance changed": {"store", tampered{balances: func(all []stock.Balance) []stock.Balance {
			all[len(all)-1].Units++
			return all
		}}, 1, "balances of mug", ""},
		"balance below zero": {"wh1", tampered{balances: func(all []stock.Balance) []stock.Balance {
			all[0].Units = -1
			return all
		}}, 1, "balance available of mug", ""},
		"balance deleted": {"store", tampered{balances: func(all []stock.Balance) []stock.Balance {
			return slices.DeleteFunc(all, func(b stock.Balance) bool { return b.Account == stock.HeldAt("wh2") })
		}}, 1, "balance held(wh2) of mug", ""},
		"units added to an order": {"store", tampered{orders: func(o *order.Order) bool {
			o.Lines[0].Quantity++
			return true
		}}, 3, "order", ""},
		"units taken from a fulfillment": {"wh1", tampered{fulfillments: func(f *fulfillment.Fulfillment) bool {
			f.Lines[0].Quantity--
			return true
		}}, 3, "fulfillment", ""},
		"order deleted": {"store", tampered{orders: func(o *order.Order) bool { return o.Number != 1 }}, 3, "movement", ""},
		"sent taken back": {"wh1", tampered{fulfillments: func(f *fulfillment.Fulfillment) bool {
			f.Stage = order.ReadyStage
			return true
		}}, 4, "fulfillment", ""},
		"status changed": {"store", tampered{orders: func(o *order.Order) bool {
			o.Status = order.Voided
			return true
		}}, 4, "order", ""},
		"stage differs between the sites": {"store", tampered{orders: func(o *order.Order) bool {
			if o.Number == 2 {
				o.Fulfillments[0].Stage = order.Picking
			}
			return true
		}}, 5, "fulfillment", ""},
		"fulfillment deleted":  {"wh2", tampered{fulfillments: func(*fulfillment.Fulfillment) bool { return false }}, 5, "fulfillment", ""},
		"first order deleted":  {"store", only(func(o *order.Order) bool { return o.Number != 1 }), 5, "order number 1", "is missing"},
		"voided order deleted": {"store", only(func(o *order.Order) bool { return o.Number != 3 }), 5, "order number 3", "is missing"},
		"several orders deleted": {
			"store", only(func(o *order.Order) bool { return o.Number != 2 && o.Number != 3 }), 5, "order number 2", "and so are all up to number 3",
		},
		"last order deleted, a voided one": {"store", only(func(o *order.Order) bool { return o.Number != 5 }), 5, "orders", "are 4, but the store has counted 5"},
		"two orders of one number":         {"store", change(func(o *order.Order) { o.Number = max(o.Number, 2) }), 5, "order number 2", "not a number of its own"},
		"identifier of an order":           {"store", change(func(o *order.Order) { o.ID.UUID[0]++ }), 3, "movement", "which is not there"},
		"returned by hand":                 {"store", change(func(o *order.Order) { o.Status = order.Returned }), 4, "order", "is returned, but"},
		"no such status":                   {"store", change(func(o *order.Order) { o.Status = "lost" }), 5, "order", "status \"lost\""},
		"no such stage at the store": {"store", change(func(o *order.Order) {
			if o.Number == 4 {
				o.Fulfillments[0].Stage = "lost"
			}
		}), 5, "order", "stage \"lost\""},
		"no such stage at a warehouse": {"wh2", tampered{fulfillments: func(f *fulfillment.Fulfillment) bool {
			f.Stage = "lost"
			return true
		}}, 5, "fulfillment", "stage \"lost\""},
		"another store's order": {"store", change(func(o *order.Order) { o.Store = "shop" }), 5, "order", "belongs to the store \"shop\""},
		"only line deleted":     {"store", change(func(o *order.Order) { o.Lines = nil }), 3, "order", "has no lines"},
		"last line deleted":     {"store", lines(func(o *order.Order) { o.Lines = o.Lines[:1] }), 3, "order", "line 2 is missing, but wh2 has 1 units for it"},
		"first line deleted":    {"store", lines(func(o *order.Order) { o.Lines = o.Lines[1:] }), 3, "order", "line 2 stands where line 1 should"},
		"product of a line":     {"store", lines(func(o *order.Order) { o.Lines[0].SKU = "tray" }), 3, "order", "line 1 is of tray, but wh2 ships mug"},
		"product of a line and its part": {"store", lines(func(o *order.Order) {
			o.Lines[1].SKU, o.Fulfillments[0].Lines[1].SKU = "tray", "tray"
		}), 3, "order", "line 2 at wh2 is of tray, but the movements are of mug"},
		"price of a line":       {"store", lines(func(o *order.Order) { o.Lines[0].Price.Minor++ }), 3, "order", "its total is"},
		"quantity and part":     {"store", lines(func(o *order.Order) { o.Lines[0].Quantity++ }), 3, "order", "its total is"},
		"total":                 {"store", lines(func(o *order.Order) { o.Total.Minor-- }), 3, "order", "its total is"},
		"currency of a line":    {"store", lines(func(o *order.Order) { o.Lines[1].Price.Currency = "USD" }), 3, "order", "cannot be added up"},
		"currency of the total": {"store", lines(func(o *order.Order) { o.Total.Currency = "USD" }), 3, "order", "its total is"},
		"units returned":        {"store", lines(func(o *order.Order) { o.Fulfillments[0].Lines[0].Returned++ }), 3, "order", "line 1: 1 ordered, 0 voided, 0 returned"},

		"body of a message": {"store", to("wh2", func(all []feed.Message) []feed.Message {
			all[1].Body = append(slices.Clone(all[1].Body), ' ')
			return all
		}), 5, "message 2 to wh2", "was changed"},
		"hash of a message": {"wh1", to("store", func(all []feed.Message) []feed.Message {
			all[1].Hash[31]++
			return all
		}), 5, "message 2 to store", "was changed"},
		"message deleted": {"store", to("wh1", func(all []feed.Message) []feed.Message {
			return slices.Delete(all, 0, 1)
		}), 5, "message 2 to wh1", "follows on message 0"},
		"message that the cursor is at deleted": {"store", to("wh2", func(all []feed.Message) []feed.Message {
			return slices.Delete(all, 2, 3)
		}), 5, "cursor of wh2 for store", "message 3 is read, but is not there at store"},
		"parked message that was never written": {"wh2", tampered{head: func(h *audit.Head) {
			h.Parked = append(h.Parked, books.Parked{Message: feed.Message{Origin: "store", Seq: 2, Body: []byte("{}")}})
		}}, 5, "parked message 2 of store", "is not what store has written"},
		"last message deleted": {"store", to("wh2", func(all []feed.Message) []feed.Message {
			return all[:len(all)-1]
		}), 5, "newest message to wh2", "is said to be number 4, but number 3"},
		"kind of a message, with its hash right": {"store", to("wh2", func(all []feed.Message) []feed.Message {
			all[0].Kind = "odd.v1"
			return chained(all)
		}), 5, "message 1 to wh2", "is not known"},
		"body of a message, with its hash right": {"store", to("wh2", func(all []feed.Message) []feed.Message {
			all[0].Body = []byte("{")
			return chained(all)
		}), 5, "message 1 to wh2", "cannot be read"},

		"hash of a cursor":  {"wh2", cursor(func(c *feed.Cursor) { c.Hash[0]++ }), 5, "cursor of wh2 for store", "reads another history"},
		"epoch of a cursor": {"wh2", cursor(func(c *feed.Cursor) { c.Epoch++ }), 5, "cursor of wh2 for store", "reads another history"},
		"cursor set back":   {"wh2", cursor(func(c *feed.Cursor) { c.Seq-- }), 5, "cursor of wh2 for store", "reads another history"},
		"cursor lost":       {"wh2", cursor(func(c *feed.Cursor) { *c = feed.Cursor{Origin: c.Origin, Destination: c.Destination} }), 2, "balance quota(store) of mug", ""},
		"cursor beyond the end": {
			"wh2", cursor(func(c *feed.Cursor) { c.Seq = 99 }), 5, "cursor of wh2 for store", "has written only 4",
		},

		"order number at the warehouse": {"wh2", tampered{fulfillments: func(f *fulfillment.Fulfillment) bool {
			f.Number++
			return true
		}}, 5, "fulfillment", "but at store of order"},
		"store at the warehouse": {"wh2", tampered{fulfillments: func(f *fulfillment.Fulfillment) bool {
			f.Store = "shop"
			return true
		}}, 5, "fulfillment", "of shop, but at store"},
		"order at the warehouse": {"wh2", tampered{fulfillments: func(f *fulfillment.Fulfillment) bool {
			f.Order.UUID[15]++
			return true
		}}, 5, "fulfillment", "but at store of order"},
		"product at the warehouse": {"wh2", tampered{fulfillments: func(f *fulfillment.Fulfillment) bool {
			f.Lines[0].SKU = "tray"
			return true
		}}, 3, "fulfillment", "is of tray, but the movements are of mug"},
		"lines at the warehouse": {"wh2", tampered{fulfillments: func(f *fulfillment.Fulfillment) bool {
			f.Lines = nil
			return true
		}}, 3, "fulfillment", "has no lines"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, line := range strings.Split(story, "\n") {
				w.run(strings.Fields(line))
			}
			report := w.auditWith(c.site, c.tamper)
			found := slices.ContainsFunc(report.Findings, func(f audit.Finding) bool {
				return f.Invariant == c.invariant && strings.HasPrefix(f.Row, c.row) && strings.Contains(f.Text, c.says)
			})
			if !found {
				t.Errorf("not found: invariant %d, row %q, %q; instead %+v", c.invariant, c.row, c.says, report.Findings)
			}
		})
	}
}

// TestAuditFindsWhatIsKept is TestAuditFinds for units that are sold ahead, kept
// for a move, or promised and not asked for.
func TestAuditFindsWhatIsKept(t *testing.T) {
	const story = `warehouse wh1
warehouse wh2
district north wh1 wh2
product mug 4.50
product pot 9.00 backorder
receive wh1 mug=5
receive wh2 mug=9
announce wh1 PO-1 pot=5
deliver
order north pot=3
order north mug=7
order north mug=1 pay=bank-transfer
deliver
receive wh1 mug=4
deliver
tick`
	first := func(by func(*order.Order)) tampered {
		return change(func(o *order.Order) {
			if o.Number == 1 {
				by(o)
			}
		})
	}
	for name, c := range map[string]struct {
		site      id.Site
		tamper    tampered
		invariant int
		row       string
		says      string
	}{
		"nothing":    {"store", tampered{}, 0, "", ""},
		"more waits": {"store", first(func(o *order.Order) { o.Waiting[0].Quantity++ }), 3, "order", "but the movements say 3"},
		"less waits": {"store", first(func(o *order.Order) {
			o.Waiting[0].Quantity--
			o.Lines[0].Voided++
		}), 3, "balance incoming_promised(wh1)", "which does not wait for them"},
		"it waits for another warehouse": {"store", first(func(o *order.Order) { o.Waiting[0].Warehouse = "wh2" }), 3, "order", "in incoming_promised(wh2)"},
		"the move is forgotten": {"store", change(func(o *order.Order) {
			for i := range o.Fulfillments {
				for j := range o.Fulfillments[i].Lines {
					o.Fulfillments[i].Lines[j].Moving = 0
				}
			}
		}), 3, "balance reserved(wh1)", "has 2 units"},
		"announced units at the warehouse": {"wh1", tampered{balances: func(all []stock.Balance) []stock.Balance {
			return slices.DeleteFunc(all, func(b stock.Balance) bool { return b.Account == stock.ExpectedFor("store") })
		}}, 6, "balance expected_quota(store) of pot", "is 0, but store holds 5"},
		"asked for, it says": {"store", change(func(o *order.Order) {
			for i := range o.Fulfillments {
				o.Fulfillments[i].Unasked = false
			}
		}), 2, "balance quota(store) of mug", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, line := range strings.Split(story, "\n") {
				w.run(strings.Fields(line))
			}
			report := w.auditWith(c.site, c.tamper)
			found := slices.ContainsFunc(report.Findings, func(f audit.Finding) bool {
				return f.Invariant == c.invariant && strings.HasPrefix(f.Row, c.row) && strings.Contains(f.Text, c.says)
			})
			if found != (c.invariant > 0) || c.invariant == 0 && len(report.Findings) > 0 {
				t.Errorf("not found: invariant %d, row %q, %q; instead %+v", c.invariant, c.row, c.says, report.Findings)
			}
		})
	}
}

// The ways of tampering that are used more than once.

func only(keep func(*order.Order) bool) tampered { return tampered{orders: keep} }

func change(by func(*order.Order)) tampered {
	return tampered{orders: func(o *order.Order) bool {
		by(o)
		return true
	}}
}

// lines changes the order that has two of them, both shipped by wh2.
func lines(by func(*order.Order)) tampered {
	return change(func(o *order.Order) {
		if o.Number == 4 {
			by(o)
		}
	})
}

func to(site string, by func([]feed.Message) []feed.Message) tampered {
	return tampered{messages: func(all []feed.Message) []feed.Message {
		if len(all) > 0 && all[0].Destination == site {
			return by(all)
		}
		return all
	}}
}

// chained gives messages the hashes that fit their fields.
func chained(all []feed.Message) []feed.Message {
	var last feed.Hash
	for i := range all {
		all[i].Hash = feed.Chain(last, all[i])
		last = all[i].Hash
	}
	return all
}

func cursor(by func(*feed.Cursor)) tampered {
	return tampered{head: func(h *audit.Head) { by(&h.Read[0]) }}
}

// auditWith audits the world with one site's data tampered with.
func (w *world) auditWith(site id.Site, by tampered) audit.Report {
	sources := w.moments()
	for i := range sources {
		head, err := sources[i].Head(context.Background())
		if err != nil {
			w.t.Fatal(err)
		}
		if head.Site == site {
			by.Source = sources[i]
			sources[i] = by
		}
	}
	report, err := audit.Sites(context.Background(), sources, w.clock)
	if err != nil {
		w.t.Fatal(err)
	}
	return report
}

// heads reads the heads of a moment of the whole world.
func (w *world) heads() []audit.Head {
	heads, err := audit.Heads(context.Background(), w.moments())
	if err != nil {
		w.t.Fatal(err)
	}
	return heads
}

// TestConsistent tells a cut in which a message was read before it was written,
// from a link whose writer has lost what was read.
func TestConsistent(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"warehouse wh1", "district north wh1", "product mug 1"} {
		w.run(strings.Fields(line))
	}
	early := w.heads()
	w.run([]string{"receive", "wh1", "mug=5"})
	w.run([]string{"deliver"})
	late := w.heads()
	lost := []audit.Head{late[0], early[1]} // the store has read what wh1 has not written
	for name, c := range map[string]struct {
		heads, earlier []audit.Head
		want           bool
	}{
		"one moment":                       {late, nil, true},
		"the reader's moment is the later": {lost, nil, false},
		"the writer's moment is the later": {[]audit.Head{early[0], late[1]}, nil, true},
		"torn, and not so before":          {lost, early, false},
		"read before, and still not there": {lost, lost, true},
		"lost before, and there again":     {late, lost, true},
	} {
		if got := audit.Consistent(c.heads, c.earlier); got != c.want {
			t.Errorf("%s: %v; want %v", name, got, c.want)
		}
	}
}

// Behind a message whose hash was changed the chain goes on as it was written.
func TestAuditNamesOneMessage(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"warehouse wh1", "district north wh1", "product mug 1", "receive wh1 mug=5", "deliver", "order north mug=2", "order north mug=2", "deliver"} {
		w.run(strings.Fields(line))
	}
	for name, by := range map[string]func(m *feed.Message){
		"hash": func(m *feed.Message) { m.Hash[0]++ },
		"key":  func(m *feed.Message) { m.Key = "" },
	} {
		report := w.auditWith("store", to("wh1", func(all []feed.Message) []feed.Message {
			by(&all[1])
			return all
		}))
		if len(report.Findings) != 1 || report.Findings[0].Row != "message 2 to wh1" {
			t.Errorf("%s: %+v", name, report.Findings)
		}
	}
}

// A link that cannot tell what is under way leads to no findings about quota and
// orders that may be right: it is said that they were not compared.
func TestAuditOfDamagedFeed(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"warehouse wh1", "district north wh1", "product mug 1", "receive wh1 mug=5", "deliver", "order north mug=2"} {
		w.run(strings.Fields(line))
	}
	report := w.auditWith("store", to("wh1", func(all []feed.Message) []feed.Message { return all[:1] }))
	if len(report.Findings) != 1 || report.Findings[0].Row != "newest message to wh1" {
		t.Errorf("findings: %+v", report.Findings)
	}
	if !slices.Contains(report.NotChecked, "store against wh1: their feeds are damaged, so nobody knows what is under way") {
		t.Errorf("not checked: %q", report.NotChecked)
	}
}
