package scenario

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/engine/manualpay"
	"crossdock/engine/memory"
	"crossdock/engine/testpay"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// till is the payment providers of a store: a card company, and people.
type till struct {
	*testpay.Company
	people manualpay.Provider
}

func (p till) Provider(method pay.Method) (string, bool) {
	if method == pay.Card {
		return p.Company.Provider(method)
	}
	return p.people.Provider(method)
}

func (p till) Request(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	if t.Method == pay.Card {
		return p.Company.Request(ctx, t)
	}
	return p.people.Request(ctx, t)
}

func (p till) Status(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	if t.Method == pay.Card {
		return p.Company.Status(ctx, t)
	}
	return p.people.Status(ctx, t)
}

// watched is a journal that tells of each commit.
type watched struct {
	store.Journal
	mu   sync.Mutex
	next chan struct{} // closed by the next commit
}

// Commit implements store.Journal.
func (j *watched) Commit(ctx context.Context, batch *store.Changes) error {
	err := j.Journal.Commit(ctx, batch)
	j.mu.Lock()
	defer j.mu.Unlock()
	close(j.next)
	j.next = make(chan struct{})
	return err
}

func (j *watched) commit() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.next
}

// store NAME: one more store, before its warehouses.
func (w *world) openStore(words []string) error {
	company, err := testpay.Open(testpay.Options{})
	if err != nil {
		return err
	}
	name := id.Site(words[0])
	s := &shop{name: name, storeDB: memory.NewStore(name, 1), till: till{Company: company}, orders: map[string]id.Order{}}
	w.shops[name] = s
	w.opened = append(w.opened, name)
	return w.begin(s)
}

func (w *world) begin(s *shop) error {
	s.journal = &watched{Journal: s.storeDB, next: make(chan struct{})}
	var err error
	s.store, err = store.Open(context.Background(), store.Ports{
		Journal: s.journal, Lookups: s.storeDB, Queries: s.storeDB, Records: s.storeDB, Payments: s.till, IDs: w, Now: w.clock,
		Sealer: open{},
	}, store.Options{AskWait: -1, TickEvery: -1})
	if err == nil {
		w.t.Cleanup(s.store.Close)
	}
	return err
}

// restart [WAREHOUSE]: it begins again from what it has committed; without a name the
// store does.
func (w *world) restart(words []string) error {
	if len(words) > 0 {
		h := w.warehouses[id.Site(words[0])]
		h.site.Close()
		return w.beginHouse(h)
	}
	w.store.Close()
	w.storeDB = w.storeDB.Clone()
	return w.begin(w.shop)
}

// settle waits until the payment providers were asked all that is due.
func (w *world) settle() {
	limit := time.After(10 * time.Second)
	for _, s := range w.shops {
		for {
			commit := s.journal.commit()
			snapshot, err := s.storeDB.Load(context.Background())
			if err != nil {
				w.t.Fatal(err)
			}
			due := 0
			for _, t := range snapshot.Pending {
				if t.Due(w.clock()) {
					due++
				}
			}
			if due == 0 {
				break
			}
			select {
			case <-commit:
			case <-limit:
				w.t.Fatalf("%d payments are due at %s, and nobody asks", due, s.name)
			}
		}
	}
}

// handles WAREHOUSE [DAYS]: from now on parcels are promised for a day.
func (w *world) handles(words []string) error {
	house := catalog.Warehouse{Code: id.Site(words[0])}
	if len(words) > 1 {
		house.Handling = int(w.number(words[1]))
	}
	return w.everywhere(store.SetWarehouses{Warehouses: []catalog.Warehouse{house}})
}

func (w *world) day(text string) date.Date {
	day, err := date.Parse(text)
	if err != nil {
		w.t.Fatal(err)
	}
	return day
}

// announce WAREHOUSE PURCHASE SKU=UNITS... [due=DATE]
func (w *world) announce(words []string) error {
	command := warehouse.AnnounceIncoming{Purchase: words[1], Supplier: "Potter"}
	var due date.Date
	if text, is := strings.CutPrefix(last(words), "due="); is {
		due = w.day(text)
	}
	for _, item := range w.items(words[2:]) {
		command.Lines = append(command.Lines, warehouse.Expected{SKU: item.SKU, Units: item.Units, Due: due})
	}
	return w.at(words[0], command)
}

func last(words []string) string { return words[len(words)-1] }

// postpone WAREHOUSE PURCHASE SKU DATE
func (w *world) postpone(words []string) error {
	due := w.day(words[3])
	return w.at(words[0], warehouse.ChangeIncoming{Purchase: words[1], SKU: id.SKU(words[2]), Due: &due})
}

// withdraw WAREHOUSE PURCHASE
func (w *world) withdraw(words []string) error {
	return w.at(words[0], warehouse.CancelIncoming{Purchase: words[1]})
}

// wait DURATION
func (w *world) wait(words []string) error {
	passed, err := time.ParseDuration(words[0])
	w.passed.Add(int64(passed))
	return err
}

// tick: every store does what is due.
func (w *world) tick([]string) error { return w.everywhere(store.Tick{}) }

// hold OWNER DISTRICT SKU=UNITS...
func (w *world) hold(words []string) error {
	command := store.HoldStock{Owner: words[0], District: id.District(words[1])}
	for _, item := range w.items(words[2:]) {
		command.Lines = append(command.Lines, store.Wanted{SKU: item.SKU, Units: item.Units})
	}
	answer, err := w.do(command)
	if err != nil {
		return err
	}
	for _, held := range answer.(store.Holding).Units {
		w.say("kept %d x %s at %s", held.Units, held.SKU, held.Warehouse)
	}
	return nil
}

// paid NUMBER: the bank transfer has come in.
func (w *world) paid(words []string) error {
	_, err := w.do(store.ConfirmPayment{Order: w.orders[words[0]], Reference: "statement 7"})
	return err
}

// drop NUMBER: what waits is not wanted any more.
func (w *world) drop(words []string) error {
	_, err := w.do(store.DropBackorder{Order: w.orders[words[0]], Reason: "too late"})
	return err
}

// redirect NUMBER STREET
func (w *world) redirect(words []string) error {
	o, err := w.storeDB.Order(context.Background(), w.orders[words[0]])
	if err != nil {
		return err
	}
	o.Address.Street = strings.Join(words[1:], " ")
	_, err = w.do(store.ChangeAddress{Order: o.ID, Address: o.Address})
	return err
}

// send-back NUMBER LINE UNITS
func (w *world) sendBack(words []string) error {
	answer, err := w.do(store.AskReturn{
		Order: w.orders[words[0]], Reason: "too blue",
		Lines: []store.Back{{Line: int(w.number(words[1])), Units: w.number(words[2])}},
	})
	if err != nil {
		return err
	}
	for _, r := range answer.([]store.Return) {
		for _, line := range r.Lines {
			w.say("%s expects %d x %s", r.Warehouse, line.Quantity, line.SKU)
		}
	}
	return nil
}

// returnOf finds the return of an order at a warehouse.
func (w *world) returnOf(name, number string) (fulfillment.ReturnOrder, error) {
	all, err := w.warehouses[id.Site(name)].db.Returns(context.Background(), warehouse.ReturnQuery{Order: w.orders[number], Limit: 1})
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "nothing of order %s is to come back to %s", number, name)
	}
	if err != nil {
		return fulfillment.ReturnOrder{}, err
	}
	return all[0], nil
}

// came-back WAREHOUSE NUMBER LINE UNITS
func (w *world) cameBack(words []string) error {
	r, err := w.returnOf(words[0], words[1])
	if err != nil {
		return err
	}
	return w.at(words[0], warehouse.ReceiveReturn{Return: r.ID, Parts: w.parts(words[2:])})
}

// inspect WAREHOUSE NUMBER good|damaged LINE UNITS
func (w *world) inspect(words []string) error {
	r, err := w.returnOf(words[0], words[1])
	if err != nil {
		return err
	}
	command := warehouse.InspectReturn{Return: r.ID}
	if words[2] == "good" {
		command.Good = w.parts(words[3:])
	} else {
		command.Damaged = w.parts(words[3:])
	}
	return w.at(words[0], command)
}

func (w *world) parts(words []string) []order.Part {
	return []order.Part{{Line: int(w.number(words[0])), Quantity: w.number(words[1])}}
}

// money NUMBER: the steps of its payment.
func (w *world) money(words []string) error {
	all, err := w.storeDB.Transactions(context.Background(), w.orders[words[0]])
	for _, t := range all {
		text := fmt.Sprintf("order %s: %s %s by %s: %s", words[0], t.Kind, t.Amount, t.Method, t.State)
		if t.Reason != "" {
			text += ", " + t.Reason
		}
		if t.State == pay.Pending && t.Attempts > 0 {
			text += ", asked " + strconv.Itoa(t.Attempts) + " times"
		}
		w.say("%s", text)
	}
	return err
}
