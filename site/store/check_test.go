package store_test

import (
	"context"
	"strings"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/engine/memory"
	"crossdock/site/books"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// check audits, wants that nothing is parked, as every message that these sites
// send each other can be applied, and looks at each store by itself.
func (n *net) check(t *rapid.T) {
	for _, f := range n.report(t).Findings {
		t.Errorf("invariant %d at %s: %s %s", f.Invariant, f.Site, f.Row, f.Text)
	}
	feeds := []books.Feeds{n.houses[0].db, n.houses[1].db}
	for _, s := range n.shops {
		feeds = append(feeds, s.db)
		n.checkShop(t, s)
	}
	for _, f := range feeds {
		parked, err := f.Parked(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range parked {
			t.Errorf("parked: %s from %s: %s", p.Message.Kind, p.Message.Origin, p.Reason)
		}
	}
}

// moment is all that a store has committed, at one moment.
type moment struct {
	db       *memory.Store
	snapshot store.Snapshot
	orders   []order.Order
	balances map[balanceKey]int64 // those that are not zero
}

type balanceKey struct {
	sku     id.SKU
	account stock.Account
}

func (s *shop) look(t *rapid.T) moment {
	m := moment{db: s.db.Clone(), balances: map[balanceKey]int64{}}
	var err error
	if m.snapshot, err = m.db.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, b := range m.snapshot.Books.Balances {
		if b.Units != 0 {
			m.balances[balanceKey{b.SKU, b.Account}] = b.Units
		}
	}
	for _, which := range s.orders {
		o, err := m.db.Order(context.Background(), which)
		if err != nil {
			t.Fatal(err)
		}
		m.orders = append(m.orders, o)
	}
	return m
}

func (n *net) checkShop(t *rapid.T, s *shop) {
	m := s.look(t)
	for _, o := range m.orders {
		checkLines(t, o)
		if _, err := pay.Open(o.ID, transactions(t, m.db, o.ID)); err != nil {
			t.Errorf("the payment of order %d: %v", o.Number, err)
		}
	}
	m.checkPromises(t)
	n.checkServed(t, m)
	if n.safety == 0 { // what has arrived for one may be given to nobody else
		s.checkSequence(t, m)
	}
	s.queue = m.queue()
}

// checkLines wants every unit that was ordered to be at a warehouse, to wait or to
// be voided.
func checkLines(t *rapid.T, o order.Order) {
	live := map[int]int64{}
	for _, f := range o.Fulfillments {
		for _, part := range f.Lines {
			live[part.Line] += part.Live()
		}
	}
	for _, line := range o.Lines {
		if live[line.Number]+o.WaitingOf(line.Number)+line.Voided != line.Quantity {
			t.Errorf("order %d line %d: %d live, %d wait and %d voided of %d",
				o.Number, line.Number, live[line.Number], o.WaitingOf(line.Number), line.Voided, line.Quantity)
		}
	}
}

// checkPromises wants the accounts of what is promised, kept and sold ahead to be
// just what the orders and the holds say.
func (m moment) checkPromises(t *rapid.T) {
	want, got := map[balanceKey]int64{}, map[balanceKey]int64{}
	for _, o := range m.orders {
		for _, f := range o.Fulfillments {
			for _, part := range f.Lines {
				if f.Stage != order.SentStage && f.Stage != order.DeliveredStage && part.Live() > 0 {
					want[balanceKey{part.SKU, stock.PromisedAt(f.Warehouse)}] += part.Live()
				}
				if part.Moving > 0 {
					want[balanceKey{part.SKU, stock.ReservedAt(f.MoveTo)}] += part.Moving
				}
			}
		}
		for _, wait := range o.Waiting {
			want[balanceKey{wait.SKU, stock.SoldAheadAt(wait.Warehouse)}] += wait.Quantity
		}
	}
	for _, hold := range m.snapshot.Holds {
		for _, held := range hold.Units {
			want[balanceKey{held.SKU, stock.ReservedAt(held.Warehouse)}] += held.Units
		}
	}
	for k, units := range m.balances {
		switch k.account.Kind {
		case stock.Promised, stock.Reserved, stock.IncomingPromised:
			got[k] = units
		default:
		}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("what is promised (-orders and holds +books):\n%s", diff)
	}
}

// checkServed wants nobody to wait for what is there.
func (n *net) checkServed(t *rapid.T, m moment) {
	for _, o := range m.orders {
		for _, wait := range o.Waiting {
			for _, h := range n.houses {
				if held := m.balances[balanceKey{wait.SKU, stock.HeldAt(h.name)}]; held > n.safety {
					t.Errorf("order %d waits for %d x %s, and %s has %d", o.Number, wait.Quantity, wait.SKU, h.name, held)
				}
			}
		}
	}
}

type waitingKey struct {
	order id.Order
	sku   id.SKU
}

type waitingFor struct {
	number       int64
	district     id.District
	units        int64
	calledOff    int64
	stillWaiting bool
}

// queue tells who waits for what.
func (m moment) queue() map[waitingKey]waitingFor {
	queue := map[waitingKey]waitingFor{}
	for _, o := range m.orders {
		for _, line := range o.Lines {
			k := waitingKey{o.ID, line.SKU}
			w := queue[k]
			w.number, w.district = o.Number, o.Address.District
			w.units += o.WaitingOf(line.Number)
			w.calledOff += line.Voided
			w.stillWaiting = w.units > 0
			queue[k] = w
		}
	}
	return queue
}

// checkSequence wants units that have come in to go to those who came first.
func (s *shop) checkSequence(t *rapid.T, m moment) {
	now := m.queue()
	for k, before := range s.queue {
		after := now[k]
		if before.units-after.units <= after.calledOff-before.calledOff {
			continue // nothing was filled
		}
		for other, earlier := range s.queue {
			if other.sku == k.sku && earlier.district == before.district && earlier.number < before.number &&
				earlier.stillWaiting && now[other].stillWaiting {
				t.Errorf("order %d was given %s while order %d waits for it", before.number, k.sku, earlier.number)
			}
		}
	}
}

func transactions(t *rapid.T, db *memory.Store, which id.Order) []pay.Transaction {
	all, err := db.Transactions(context.Background(), which)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// end heals and delivers everything, and lets so much time pass that what can be
// decided is; then both sides must be equal.
func (n *net) end(t *rapid.T) {
	for _, s := range n.shops {
		s.db.Fail(nil)
	}
	for _, h := range n.houses {
		h.db.Fail(nil)
		h.cut = false
	}
	n.settle(t)
	for round := range 10 {
		n.clock.move(10 * time.Minute) // beyond the longest time between two questions
		if round == 4 {
			n.clock.move(8 * 24 * time.Hour) // nobody waits for a transfer any more, and all is released
		}
		for _, s := range n.shops {
			n.restart(t, s)
			n.tickNow(t, s)
			n.answered(t, s)
		}
		n.settle(t)
		n.check(t)
	}
	for _, site := range n.report(t).Sites {
		if site.Unread > 0 {
			t.Errorf("%d messages to %s are unread", site.Unread, site.Site)
		}
	}
	for _, s := range n.shops {
		m := s.look(t)
		n.compareOrders(t, m)
		n.compareLevels(t, s, m)
		for _, o := range m.orders {
			s.checkMoney(t, m, o)
		}
	}
}

func (n *net) tickNow(t *rapid.T, s *shop) {
	_, err := s.site.Do(context.Background(), store.Tick{})
	n.mayFail(t, err)
}

// answered waits until the payment providers were asked all that is due.
func (n *net) answered(t *rapid.T, s *shop) {
	limit := time.After(20 * time.Second)
	for {
		commit := s.journal.commit()
		snapshot, err := s.db.Load(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		due := 0
		for _, step := range snapshot.Pending {
			if step.Due(n.clock.now()) {
				due++
			}
		}
		if due == 0 {
			return
		}
		select {
		case <-commit:
		case <-limit:
			t.Fatalf("%d payments are due, and nobody asks: %+v", due, snapshot.Pending)
		}
	}
}

// checkMoney wants an order that nobody works on any more to have cost what was
// sent, less what came back; and the card company to say the same.
func (s *shop) checkMoney(t *rapid.T, m moment, o order.Order) {
	all := transactions(t, m.db, o.ID)
	account, err := pay.Open(o.ID, all)
	if err != nil {
		t.Fatal(err)
	}
	if len(account.Pending()) > 0 || o.Unpaid {
		t.Errorf("order %d, %s, is not paid: %+v", o.Number, o.Status, account.Pending())
	}
	got := map[pay.Kind]int64{
		pay.Authorize: account.Authorized().Minor, pay.Capture: account.Captured().Minor,
		pay.Cancel: account.Canceled().Minor, pay.Refund: account.Refunded().Minor,
	}
	want := map[pay.Kind]int64{pay.Authorize: 0, pay.Capture: 0, pay.Cancel: 0, pay.Refund: 0}
	if _, authorized := account.Authorization(); authorized {
		want = owed(t, m, o)
	} else if o.Status != order.Voided {
		t.Errorf("order %d is %s and not authorized", o.Number, o.Status)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("money of order %d, %s, %s (-units +payment):\n%s", o.Number, o.Status, o.Payment, diff)
	}
	if o.Payment != string(pay.Card) {
		return
	}
	for kind, minor := range got {
		if moved := s.till.Moved(o.ID)[kind].Minor; moved != minor {
			t.Errorf("order %d: the store has %d as %s, the card company %d", o.Number, minor, kind, moved)
		}
	}
}

// owed is what the units of an order say of its money.
func owed(t *rapid.T, m moment, o order.Order) map[pay.Kind]int64 {
	sums := map[pay.Kind]int64{pay.Authorize: o.Total.Minor, pay.Capture: 0, pay.Cancel: 0, pay.Refund: 0}
	for _, f := range o.Fulfillments {
		for _, part := range f.Lines {
			if f.Stage == order.SentStage || f.Stage == order.DeliveredStage {
				sums[pay.Capture] += part.Live() * o.Line(part.Line).Price.Minor
			}
		}
	}
	for _, line := range o.Lines {
		sums[pay.Cancel] += line.Voided * line.Price.Minor
		sums[pay.Refund] += line.Returned * line.Price.Minor
	}
	returns, err := m.db.Returns(context.Background(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range returns {
		for _, line := range r.Lines {
			sums[pay.Refund] -= (line.Received - line.Good - line.Damaged) * o.Line(line.Line).Price.Minor
		}
	}
	return sums
}

// compareOrders wants each part of an order to be as at its warehouse, and
// every question to be answered.
func (n *net) compareOrders(t *rapid.T, m moment) {
	theirs := map[id.Fulfillment]fulfillment.Fulfillment{}
	for _, h := range n.houses {
		all, err := h.db.Fulfillments(context.Background(), warehouse.FulfillmentQuery{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			theirs[f.ID] = f
		}
	}
	for _, o := range m.orders {
		if o.VoidAsked && o.Status != order.Voided {
			t.Errorf("order %d is %s and still waits for a void", o.Number, o.Status)
		}
		if o.NewAddress != nil {
			t.Errorf("order %d still waits for a change of its address", o.Number)
		}
		_, notices, err := m.db.Story(context.Background(), o.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, notice := range notices {
			if o.Status == order.Voided && strings.HasPrefix(notice.Event, "void-refused") {
				t.Errorf("order %d was voided whole, but its customer was told: %s", o.Number, notice.Text)
			}
		}
		compareParts(t, o, theirs)
	}
}

func compareParts(t *rapid.T, o order.Order, theirs map[id.Fulfillment]fulfillment.Fulfillment) {
	for _, f := range o.Fulfillments {
		other, there := theirs[f.ID]
		if !there && f.Version == 0 && f.Stage == order.VoidedStage {
			continue // called off before it was asked for
		}
		if f.Unasked || other.Stage != f.Stage {
			t.Errorf("order %d at %s is %s, but %q there", o.Number, f.Warehouse, f.Stage, other.Stage)
			continue
		}
		for i, part := range f.Lines {
			line := other.Lines[i]
			if part.Line != line.Line || part.Quantity != line.Quantity || part.Voided != line.Voided || part.Returned != line.Returned {
				t.Errorf("order %d at %s: %+v, but %+v there", o.Number, f.Warehouse, part, line)
			}
			if part.Asked != 0 || part.Moving != 0 {
				t.Errorf("order %d at %s: line %d still waits for the void of %d, %d of them to be moved", o.Number, f.Warehouse, part.Line, part.Asked, part.Moving)
			}
		}
		if sent := f.Stage != order.VoidedStage; sent && other.Address != o.Address && f.Redirect != order.RedirectRefused {
			t.Errorf("order %d goes to %s, but %s ships it to %s", o.Number, o.Address.Street, f.Warehouse, other.Address.Street)
		}
	}
}

// compareLevels wants a store's copy of each level to be the warehouse's own.
func (n *net) compareLevels(t *rapid.T, s *shop, m moment) {
	ours := map[id.Site]map[id.SKU]stock.Level{"wh1": {}, "wh2": {}}
	for _, level := range m.snapshot.Levels {
		ours[level.Warehouse][level.SKU] = level
	}
	for _, h := range n.houses {
		rows, err := h.db.Levels(context.Background(), warehouse.StockQuery{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := h.db.Load(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			row.Level.Elsewhere = row.Level.Quota
			for _, b := range theirs.Books.Balances {
				if b.SKU == row.Level.SKU && b.Account == stock.QuotaOf(s.name) {
					row.Level.Elsewhere -= b.Units
				}
			}
			own, told := ours[h.name][row.Level.SKU]
			if !told && row.Level.Version == 0 {
				continue // nothing of it ever moved
			}
			row.Level.Warehouse = h.name
			own.Version = row.Level.Version // it also counts what is merely announced
			if diff := gocmp.Diff(row.Level, own); diff != "" {
				t.Errorf("%s of %s (-warehouse +%s):\n%s", row.Level.SKU, h.name, s.name, diff)
			}
		}
	}
}
