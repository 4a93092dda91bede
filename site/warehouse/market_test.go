package warehouse_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/books"
	"crossdock/site/warehouse"
)

// market is a warehouse and the stores that sell out of it, whose messages move
// only when the test carries them.
type market struct {
	*rig
	sellers []*seller
}

// seller is the least that can be a store: it sells what it holds, and no more.
type seller struct {
	name      id.Site
	books     *books.Books
	held      map[id.SKU]int64
	incoming  map[id.SKU]int64
	schedules map[id.SKU]event.Schedule
	said      []feed.Message // not yet carried to the warehouse
	heard     uint64
	sold      []event.FulfillmentRequested
	asks      map[id.Grant]bool // not answered; whether they must be
	cut       bool
}

var (
	bothStores  = []id.Site{"store", "other"}
	threeStores = []id.Site{"store", "other", "third"}
)

func newMarket(t *testing.T, options warehouse.Options) *market {
	if options.Stores == nil {
		options.Stores = bothStores
	}
	m := &market{rig: newRig(t, options)}
	for _, name := range options.Stores {
		m.sellers = append(m.sellers, &seller{
			name: name, books: books.Open(books.Snapshot{Site: name, Epoch: 1}),
			held: map[id.SKU]int64{}, incoming: map[id.SKU]int64{}, schedules: map[id.SKU]event.Schedule{},
			asks: map[id.Grant]bool{},
		})
	}
	return m
}

func (s *seller) say(body event.Body, key string) {
	if err := s.books.Say("wh1", key, body, start); err != nil {
		panic(err)
	}
	s.said = append(s.said, s.books.Seal().Messages...)
}

// sell promises units that the seller holds, and tells the warehouse. It reports
// whether it could.
func (s *seller) sell(m *market, sku id.SKU, units int64) bool {
	if s.held[sku] < units {
		return false
	}
	s.held[sku] -= units
	request := event.FulfillmentRequested{
		Order: id.Order{UUID: m.New()}, Number: 1, Fulfillment: id.Fulfillment{UUID: m.New()}, Epoch: 1, PlacedAt: start,
		Address: order.Address{Name: "Ann", District: "north"}, Lines: []event.Line{{Line: 1, SKU: sku, Quantity: units}},
	}
	s.sold = append(s.sold, request)
	s.say(request, request.Order.String())
	return true
}

func (s *seller) ask(m *market, sku id.SKU, units int64) {
	ask := id.Grant{UUID: m.New()}
	s.asks[ask] = true
	s.say(event.QuotaAsked{Ask: ask, Units: []event.Units{{SKU: sku, Quantity: units}}}, "quota")
}

// giveBack returns units as the store does: it lets go of them first.
func (s *seller) giveBack(recall id.Grant, wanted []event.Units) {
	answer := event.QuotaReturned{Recall: recall, Epoch: 1, Units: []event.Units{}}
	for _, u := range wanted {
		if units := min(u.Quantity, s.held[u.SKU]); units > 0 {
			s.held[u.SKU] -= units
			answer.Units = append(answer.Units, event.Units{SKU: u.SKU, Quantity: units})
		}
	}
	s.say(answer, "quota")
}

// carry has the warehouse apply what the seller has said.
func (m *market) carry(s *seller) {
	m.apply(s.said)
	s.said = nil
}

// unheard returns what the warehouse has said to a seller and it has not heard.
func (m *market) unheard(s *seller) []feed.Message {
	messages, err := m.db.Messages(context.Background(), string(s.name), s.heard, 1000, 1<<20)
	if err != nil {
		panic(err)
	}
	return messages
}

// tell has the seller hear what the warehouse has said.
func (m *market) tell(s *seller) {
	for _, message := range m.unheard(s) {
		s.heard = message.Seq
		body, err := event.Decode(message.Kind, message.Body)
		if err != nil {
			panic(err)
		}
		switch b := body.(type) {
		case event.QuotaGranted:
			add(s.held, b.Units, 1)
			if _, open := s.asks[b.Ask]; !open && !b.Ask.IsZero() {
				panic("an ask was answered that was not made, or is answered already")
			}
			delete(s.asks, b.Ask)
		case event.QuotaRecalled:
			s.giveBack(b.Recall, b.Units)
		case event.IncomingGranted:
			add(s.incoming, b.Units, 1)
		case event.IncomingTaken:
			add(s.incoming, b.Units, -1)
		case event.IncomingDated:
			for _, schedule := range b.Schedules {
				s.schedules[schedule.SKU] = schedule
			}
		default:
		}
	}
}

func add(to map[id.SKU]int64, units []event.Units, sign int64) {
	for _, u := range units {
		to[u.SKU] += sign * u.Quantity
	}
}

// deliver carries all messages between those who are not cut off, until all is said.
func (m *market) deliver() {
	for moved := true; moved; {
		moved = false
		for _, s := range m.sellers {
			if !s.cut && len(s.said)+len(m.unheard(s)) > 0 {
				moved = true
				m.carry(s)
				m.tell(s)
			}
		}
	}
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// conserved fails where quota was made or lost: what the warehouse has set aside
// for a store is what it holds, what it has sold or given back and the warehouse
// has not heard of, and what is granted and the store has not heard of.
func (m *market) conserved(t failer, skus ...id.SKU) {
	t.Helper()
	state := m.state()
	if len(state.Parked) > 0 {
		t.Fatalf("%s was put aside: %s", state.Parked[0].Message.Kind, state.Parked[0].Reason)
	}
	for _, s := range m.sellers {
		quota, incoming := map[id.SKU]int64{}, map[id.SKU]int64{}
		for _, message := range slices.Concat(s.said, m.unheard(s)) {
			body, err := event.Decode(message.Kind, message.Body)
			if err != nil {
				t.Fatalf("%v", err)
			}
			switch b := body.(type) {
			case event.FulfillmentRequested:
				quota[b.Lines[0].SKU] += b.Lines[0].Quantity
			case event.QuotaReturned:
				add(quota, b.Units, 1)
			case event.QuotaGranted:
				add(quota, b.Units, 1)
			case event.IncomingGranted:
				add(incoming, b.Units, 1)
			case event.IncomingTaken:
				add(incoming, b.Units, -1)
			default:
			}
		}
		for _, sku := range skus {
			if aside := m.balance(sku, stock.QuotaOf(s.name)); aside != s.held[sku]+quota[sku] {
				t.Fatalf("%d %s are aside for %s, which holds %d, and %d are on their way", aside, sku, s.name, s.held[sku], quota[sku])
			}
			if aside := m.balance(sku, stock.ExpectedFor(s.name)); aside != s.incoming[sku]+incoming[sku] || s.incoming[sku] < 0 {
				t.Fatalf("%d %s are announced to %s, which has %d, and %d are on their way", aside, sku, s.name, s.incoming[sku], incoming[sku])
			}
		}
	}
}

func (m *market) store(name id.Site) *seller {
	return m.sellers[slices.Index(bothStores, name)]
}

// answered fails where a store waits for an answer that can come no more: all is
// said. What was asked before a restart may never be answered, as nobody knows of it.
func (m *market) answered(t failer) {
	t.Helper()
	for _, s := range m.sellers {
		for ask, must := range s.asks {
			if must {
				t.Fatalf("all is said, and the ask %s of %s is not answered", ask, s.name)
			}
		}
	}
}

// TestMarket runs two or three stores on one warehouse in random ways: asks, recalls, sales,
// voids, receipts, counts, purchases, cut links and restarts. Whatever happens no
// quota is made or lost, so no store can sell what another one has sold; no ask is
// answered twice; and when all is said, every ask is answered, and the stores know
// what is announced to them.
func TestMarket(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newMarket(t, warehouse.Options{
			Safety: rapid.SampledFrom([]int64{0, 0, 2}).Draw(rt, "safety"), RecallWait: -1,
			Stores:       rapid.SampledFrom([][]id.Site{bothStores, threeStores}).Draw(rt, "stores"),
			SharePercent: rapid.SampledFrom([]int{100, 100, 60, 1}).Draw(rt, "share"),
		})
		defer func() { m.site.Close() }()
		var inside int64
		for range rapid.IntRange(5, 60).Draw(rt, "steps") {
			m.step(rt, &inside)
			m.conserved(rt, "mug")
			if on := m.onHand("mug"); on != inside {
				rt.Fatalf("%d mugs are on hand, %d came in", on, inside)
			}
		}
		for _, s := range m.sellers {
			s.cut = false
		}
		m.deliver()
		m.conserved(rt, "mug")
		m.answered(rt)
		m.told(rt)
	})
}

func (m *market) onHand(sku id.SKU) int64 {
	levels, err := m.db.Levels(context.Background(), warehouse.StockQuery{SKU: sku, Limit: 1})
	if err != nil || len(levels) == 0 {
		return 0
	}
	return levels[0].Level.OnHand
}

func (m *market) step(t *rapid.T, inside *int64) {
	s := rapid.SampledFrom(m.sellers).Draw(t, "seller")
	units := rapid.Int64Range(1, 9).Draw(t, "units")
	name := strconv.Itoa(rapid.IntRange(1, 3).Draw(t, "purchase"))
	ctx := context.Background()
	var err error
	switch rapid.SampledFrom([]string{
		"deliver", "deliver", "carry", "tell", "tell", "sell", "sell", "ask", "ask", "idle", "void", "cut", "receive", "receive",
		"count", "announce", "change", "arrive", "arrive", "cancel", "wait", "restart",
	}).Draw(t, "step") {
	case "deliver":
		m.deliver()
		if !slices.ContainsFunc(m.sellers, func(s *seller) bool { return s.cut }) {
			m.answered(t)
		}
	case "carry":
		m.carry(s)
	case "tell":
		m.tell(s)
	case "sell":
		s.sell(m, "mug", min(units, s.held["mug"]+1))
	case "ask":
		s.ask(m, "mug", units)
	case "idle":
		s.giveBack(id.Grant{UUID: m.New()}, []event.Units{{SKU: "mug", Quantity: units}})
	case "void":
		if len(s.sold) > 0 {
			sold := rapid.SampledFrom(s.sold).Draw(t, "sold")
			s.say(event.VoidRequested{Order: sold.Order, Fulfillment: sold.Fulfillment, Reason: "blue"}, sold.Order.String())
		}
	case "cut":
		s.cut = !s.cut
	case "receive":
		m.receive("mug", units)
		*inside += units
	case "count":
		delta := units - 6
		if delta == 0 {
			return
		}
		if _, err = m.site.Adjust(ctx, warehouse.AdjustStock{SKU: "mug", Delta: delta, Note: "counted"}); err == nil {
			*inside += delta
		}
	case "announce":
		_, err = m.site.Do(ctx, warehouse.AnnounceIncoming{Purchase: name, Lines: []warehouse.Expected{
			{SKU: "mug", Units: units, Due: date.Of(start) + date.Date(units)}, {SKU: "pot", Units: 1},
		}})
	case "change":
		due := date.Of(start) + date.Date(units-1)
		_, err = m.site.Do(ctx, warehouse.ChangeIncoming{Purchase: name, SKU: "mug", Units: &units, Due: &due})
	case "arrive":
		if _, err = m.site.Do(ctx, warehouse.ReceiveStock{Purchase: name, Items: []warehouse.Item{{SKU: "mug", Units: units}}}); err == nil {
			*inside += units
		}
	case "cancel":
		_, err = m.site.Do(ctx, warehouse.CancelIncoming{Purchase: name})
	case "wait":
		m.now = m.now.Add(time.Duration(units*units) * time.Second)
	case "restart":
		m.site.Close()
		m.open()
		for _, s := range m.sellers {
			for ask := range s.asks {
				s.asks[ask] = false
			}
		}
	}
	if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Exists) {
		t.Fatal(err)
	}
}

// told fails where a store does not know what is announced to it, and when it comes.
func (m *market) told(t *rapid.T) {
	open, err := m.db.Purchases(context.Background(), warehouse.PurchaseQuery{Open: true, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range m.sellers {
		for _, sku := range []id.SKU{"mug", "pot"} {
			want := purchase.Schedule(open, s.name, sku)
			if got := s.schedules[sku].Arrivals; !slices.Equal(want, got) {
				t.Fatalf("%s expects %s on %v, want %v", s.name, sku, got, want)
			}
			var sum int64
			for _, arriving := range want {
				sum += arriving.Quantity
			}
			if sum != s.incoming[sku] {
				t.Fatalf("%d %s are announced to %s, and it may sell %d ahead", sum, sku, s.name, s.incoming[sku])
			}
		}
	}
}

// TestCutOff: a store that is cut off sells what it holds, the other one what it
// holds; an ask that would need the first one's units is answered with them when
// the link is healed. Once that is too late the answer is nothing, but whatever the
// units come with it is not lost.
func TestCutOff(t *testing.T) {
	for _, late := range []bool{false, true} {
		m := newMarket(t, warehouse.Options{})
		one, two := m.store("store"), m.store("other")
		m.receive("mug", 10)
		m.deliver()
		same(t, "held", []int64{5, 5}, []int64{one.held["mug"], two.held["mug"]})
		one.cut = true
		if !one.sell(m, "mug", 4) || !two.sell(m, "mug", 5) || two.sell(m, "mug", 1) {
			t.Fatal("sold what it does not hold, or could not sell what it does")
		}
		two.ask(m, "mug", 3)
		m.deliver()
		same(t, "answers while the link is cut", 0, len(m.answers("other")))
		recalls := saidTo[event.QuotaRecalled](m.rig, "store")
		same(t, "recalled", []event.Units{{SKU: "mug", Quantity: 3}}, recalls[0].Units)
		m.conserved(t, "mug")
		if late {
			m.now = m.now.Add(30 * time.Second)
		}
		one.cut = false
		m.deliver()
		m.conserved(t, "mug")
		m.answered(t)
		came := m.answers("other")[0]
		same(t, "answered with nothing", late, len(came.Units) == 0)
		same(t, "allocated", 9, m.balance("mug", stock.Account{Kind: stock.Allocated}))
		same(t, "held", 1, two.held["mug"])
		same(t, "held by who gave it up", 0, one.held["mug"])
	}
}
