package scenario

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/engine/memory"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/outbox"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// world is stores and their warehouses, whose messages move only when a script
// says "deliver".
type world struct {
	t          *testing.T
	passed     atomic.Int64 // of its time, in ns
	counter    atomic.Uint64
	out        strings.Builder
	*shop      // whose turn it is
	shops      map[id.Site]*shop
	opened     []id.Site // the stores, in order of opening
	warehouses map[id.Site]*house
	cut        map[id.Site]bool
	backups    map[string]any // *memory.Store or *memory.Warehouse
	epoch      uint64         // of the last restore
}

// shop is a store with its payment providers.
type shop struct {
	name    id.Site
	storeDB *memory.Store
	journal *watched
	store   *store.Store
	till    till
	orders  map[string]id.Order // by number, as scripts name them
}

type house struct {
	db      *memory.Warehouse
	site    *warehouse.Warehouse
	options warehouse.Options
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, shops: map[id.Site]*shop{}, warehouses: map[id.Site]*house{}, cut: map[id.Site]bool{}, backups: map[string]any{}, epoch: 1}
	if err := w.openStore([]string{"store"}); err != nil {
		t.Fatal(err)
	}
	w.shop = w.shops["store"]
	return w
}

// New implements id.Source with identifiers that count up.
func (w *world) New() id.UUID {
	u := id.UUID{6: 0x70, 8: 0x80}
	for i, n := 15, w.counter.Add(1); n > 0; i, n = i-1, n>>8 {
		u[i] = byte(n)
	}
	return u
}

func (w *world) clock() time.Time {
	return time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC).Add(time.Duration(w.passed.Load()))
}

func (w *world) say(format string, args ...any) { fmt.Fprintf(&w.out, format+"\n", args...) }

func (w *world) said() string {
	text := w.out.String()
	w.out.Reset()
	return text
}

// run carries out one command of a script; an error is part of the story.
func (w *world) run(words []string) {
	w.passed.Add(int64(time.Second))
	if words[0] == "at" {
		here := w.shop
		w.shop = w.shops[id.Site(words[1])]
		defer func() { w.shop = here }()
		words = words[2:]
	}
	commands := map[string]func([]string) error{
		"store": w.openStore, "restart": w.restart, "backup": w.backup, "restore": w.restore,
		"warehouse": w.openWarehouse, "district": w.district, "product": w.product, "receive": w.receive,
		"handles": w.handles, "announce": w.announce, "postpone": w.postpone, "withdraw": w.withdraw,
		"deliver": w.deliver, "cut": w.setCut(true), "heal": w.setCut(false), "wait": w.wait, "tick": w.tick,
		"order": w.order, "hold": w.hold, "paid": w.paid, "void": w.void, "drop": w.drop, "redirect": w.redirect,
		"return": w.takeBack, "send-back": w.sendBack, "came-back": w.cameBack, "inspect": w.inspect,
		"advance": w.advance, "adjust": w.adjust, "show": w.show, "money": w.money, "stock": w.stock,
	}
	command, known := commands[words[0]]
	if !known {
		w.t.Fatalf("no command %q", words[0])
	}
	err := command(words[1:])
	w.settle()
	if err != nil {
		message, field := fault.Public(err)
		w.say("%s: %s%s", fault.KindOf(err), message, strings.TrimSuffix(" ("+field+")", " ()"))
	}
}

func (w *world) do(command any) (any, error) { return w.store.Do(context.Background(), command) }

// warehouse NAME [share=PERCENT] [safety=UNITS]
func (w *world) openWarehouse(words []string) error {
	name := id.Site(words[0])
	options := warehouse.Options{Stores: slices.Clone(w.opened), RecallWait: time.Millisecond}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		number := w.number(value)
		switch key {
		case "share":
			options.SharePercent = int(number)
		case "safety":
			options.Safety = number
		}
	}
	h := &house{db: memory.NewWarehouse(name, 1), options: options}
	w.warehouses[name] = h
	return w.beginHouse(h)
}

func (w *world) beginHouse(h *house) error {
	var err error
	h.site, err = warehouse.Open(context.Background(),
		warehouse.Ports{Journal: h.db, Queries: h.db, Purchases: h.db, Returns: h.db, IDs: w, Now: w.clock}, h.options)
	if err == nil {
		w.t.Cleanup(h.site.Close)
	}
	return err
}

// district CODE WAREHOUSE... of every store
func (w *world) district(words []string) error {
	district := catalog.District{Code: id.District(words[0]), Name: words[0]}
	for _, site := range words[1:] {
		district.Warehouses = append(district.Warehouses, id.Site(site))
	}
	return w.everywhere(store.SetDistricts{Districts: []catalog.District{district}})
}

// product SKU PRICE [backorder|preorder] [cap=UNITS] [release=DATE]
func (w *world) product(words []string) error {
	price, err := money.Parse(words[1], "EUR")
	if err != nil {
		return err
	}
	p := catalog.Product{SKU: id.SKU(words[0]), Name: words[0], Type: "kitchen", Category: "cups", Price: price}
	for _, word := range words[2:] {
		switch key, value, _ := strings.Cut(word, "="); key {
		case "cap":
			p.Cap = w.number(value)
		case "release":
			p.ReleaseOn = w.day(value)
		default:
			p.Policy = catalog.Policy(key)
		}
	}
	return w.everywhere(store.ListProducts{Products: []catalog.Product{p}})
}

func (w *world) everywhere(command any) error {
	for _, name := range w.opened {
		if _, err := w.shops[name].store.Do(context.Background(), command); err != nil {
			return err
		}
	}
	return nil
}

// receive WAREHOUSE [of=PURCHASE] SKU=UNITS...
func (w *world) receive(words []string) error {
	command := warehouse.ReceiveStock{}
	for _, item := range w.items(words[1:]) {
		command.Items = append(command.Items, warehouse.Item{SKU: item.SKU, Units: item.Units})
	}
	if name, is := strings.CutPrefix(words[1], "of="); is {
		command.Purchase = name
	}
	return w.at(words[0], command)
}

// at has a warehouse carry out a command.
func (w *world) at(name string, command any) error {
	_, err := w.warehouses[id.Site(name)].site.Do(context.Background(), command)
	return err
}

// deliver [once]: every message arrives, and those that they give rise to, until all is
// said; once: those that are written by now, to the warehouses and then back.
func (w *world) deliver(words []string) error {
	for moved := true; moved; {
		moved = false
		for _, name := range w.names() {
			if w.cut[name] {
				continue
			}
			h := w.warehouses[name]
			for _, shopName := range w.opened {
				s := w.shops[shopName]
				to := w.carry(s.storeDB, h.db, s.name, name, h.site)
				back := w.carry(h.db, s.storeDB, name, s.name, s.store)
				w.settle()
				moved = moved || to || back
			}
		}
		if slices.Contains(words, "once") {
			break
		}
	}
	return nil
}

func (w *world) setCut(cut bool) func([]string) error {
	return func(words []string) error {
		w.cut[id.Site(words[0])] = cut
		return nil
	}
}

// order DISTRICT SKU=UNITS... [pay=METHOD | card=TOKEN] [key=NAME]
func (w *world) order(words []string) error {
	command := store.PlaceOrder{Address: order.Address{Name: "Ann", District: id.District(words[0])}}
	command.Customer = id.User{UUID: id.UUID{15: 1}}
	for _, item := range w.items(words[1:]) {
		command.Lines = append(command.Lines, store.Wanted{SKU: item.SKU, Units: item.Units})
	}
	for _, word := range words {
		switch key, value, _ := strings.Cut(word, "="); key {
		case "key":
			command.Key = store.Key{Name: word}
			command.Key.BodyHash[0] = byte(len(strings.Join(words, " ")))
		case "pay":
			command.Payment = pay.Method(value)
		case "card":
			command.Payment, command.Token = pay.Card, value
		}
	}
	placement, err := w.store.Place(context.Background(), command)
	if err != nil {
		return err
	}
	w.orders[strconv.FormatInt(placement.Order.Number, 10)] = placement.Order.ID
	if placement.Repeat {
		w.say("again:")
	}
	w.tell(placement.Order)
	for _, step := range placement.Order.Why {
		w.say("  why: %s %s: %s, %d of %d %s", step.Rule, step.Warehouse, step.Verdict, step.Got, step.Wanted, step.SKU)
	}
	return nil
}

func (w *world) tell(o order.Order) {
	w.say("order %d is %s, %s%s", o.Number, o.Status, o.Total, strings.TrimSuffix("; "+o.Reason, "; "))
	for _, f := range o.Fulfillments {
		parts := make([]string, len(f.Lines))
		for i, part := range f.Lines {
			parts[i] = fmt.Sprintf("%d x %s", part.Live(), part.SKU)
		}
		w.say("  %s %s: %s%s", f.Warehouse, f.Stage, strings.Join(parts, ", "), later(f.NotBefore))
	}
	if o.Unpaid {
		w.say("  waits for its payment")
	}
	for _, wait := range o.Waiting {
		w.say("  waits for %d x %s to come in at %s%s", wait.Quantity, wait.SKU, wait.Warehouse, strings.TrimSuffix(" on "+wait.Due.String(), " on "))
	}
	if !o.Promise.To.IsZero() {
		w.say("  arrives between %s and %s", o.Promise.From, o.Promise.To)
	}
}

func later(day date.Date) string {
	if day.IsZero() {
		return ""
	}
	return ", not before " + day.String()
}

// void NUMBER
func (w *world) void(words []string) error {
	_, err := w.do(store.VoidOrder{Order: w.orders[words[0]], Reason: "changed my mind"})
	return err
}

// return NUMBER LINE UNITS
func (w *world) takeBack(words []string) error {
	claim := store.Claim{Order: w.orders[words[0]], Line: int(w.number(words[1])), Units: w.number(words[2])}
	answer, err := w.do(store.TakeBack{
		Key: store.Key{Name: strings.Join(words, "-")}, Customer: id.User{UUID: id.UUID{15: 1}}, Reason: "too blue",
		Match: func([]order.Order) []store.Claim { return []store.Claim{claim} },
	})
	if err == nil {
		taken := answer.(store.TakenBack)
		w.say("asked to void %d, returned %d", taken.Voided, taken.Returned)
	}
	return err
}

// advance WAREHOUSE NUMBER STAGE...
func (w *world) advance(words []string) error {
	h := w.warehouses[id.Site(words[0])]
	found, err := h.db.Fulfillments(context.Background(), warehouse.FulfillmentQuery{Order: w.orders[words[1]], Limit: 9})
	if err != nil || len(found) == 0 {
		return fault.New(fault.NotFound, "no fulfillment: %v", err)
	}
	one := found[0]
	for _, f := range found[1:] { // of several, the first that can
		if order.CheckStage(one.Stage, order.Stage(words[2])) != nil {
			one = f
		}
	}
	for _, stage := range words[2:] {
		answer, err := h.site.Do(context.Background(), warehouse.Advance{Fulfillment: one.ID, To: order.Stage(stage)})
		if err != nil {
			return err
		}
		w.say("%s order %s: %s", words[0], words[1], answer.(fulfillment.Fulfillment).Stage)
	}
	return nil
}

// adjust WAREHOUSE SKU DELTA
func (w *world) adjust(words []string) error {
	command := warehouse.AdjustStock{SKU: id.SKU(words[1]), Delta: w.number(words[2]), Note: "counted"}
	_, err := w.warehouses[id.Site(words[0])].site.Adjust(context.Background(), command)
	return err
}

// show NUMBER
func (w *world) show(words []string) error {
	o, err := w.storeDB.Order(context.Background(), w.orders[words[0]])
	if err != nil {
		return err
	}
	w.tell(o)
	events, notices, err := w.storeDB.Story(context.Background(), o.ID)
	for _, e := range events {
		w.say("  %d %s %s: %s", e.Seq, e.Site, e.Kind, e.Text)
	}
	for _, n := range notices {
		w.say("  told: %s", n.Text)
	}
	return err
}

// stock: every balance that is not zero, of every site.
func (w *world) stock([]string) error {
	for _, name := range w.opened {
		w.balances(name, w.shops[name].storeDB)
	}
	for _, name := range w.names() {
		w.balances(name, w.warehouses[name].db)
	}
	return nil
}

func (w *world) balances(site id.Site, db interface {
	Snapshot(context.Context) (audit.Source, error)
},
) {
	source, err := db.Snapshot(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	lines := map[id.SKU][]string{}
	err = source.Balances(context.Background(), func(b stock.Balance, unreadable error) error {
		if b.Units != 0 && (!b.Account.Kind.External() || b.Account.Kind == stock.Customer || b.Account.Kind == stock.Adjustment) {
			lines[b.SKU] = append(lines[b.SKU], fmt.Sprintf("%s %d", b.Account, b.Units))
		}
		return unreadable
	})
	if err != nil {
		w.t.Fatal(err)
	}
	skus := make([]id.SKU, 0, len(lines))
	for sku := range lines {
		skus = append(skus, sku)
	}
	slices.Sort(skus)
	for _, sku := range skus {
		w.say("%-5s %s: %s", site, sku, strings.Join(lines[sku], ", "))
	}
}

// carry moves what one site has said to the other, and reports whether there was any.
func (w *world) carry(from, to books.Feeds, origin, destination id.Site, receiver reading) bool {
	ctx := context.Background()
	cursors, err := to.Cursors(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	var own feed.Cursor
	for _, c := range cursors {
		if c.Origin == string(origin) {
			own = c
		}
	}
	newest, at, err := from.Written(ctx, string(destination), own.Seq)
	if err == nil && newest.Epoch > own.Epoch && at.Hash != own.Hash {
		if own, err = outbox.Fork(ctx, from, own); err == nil {
			own.Origin, own.Destination = string(origin), string(destination)
			err = receiver.Rewind(ctx, own)
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
	messages, err := from.Messages(ctx, string(destination), own.Seq, 100, 1<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(messages) == 0 {
		return false
	}
	if err := receiver.Apply(ctx, messages); err != nil {
		w.t.Fatal(err)
	}
	return true
}

// reading is a site that takes messages in.
type reading interface {
	Apply(ctx context.Context, messages []feed.Message) error
	Rewind(ctx context.Context, to feed.Cursor) error
}

// moments looks at every site, the store first.
func (w *world) moments() []audit.Source {
	var sources []audit.Source
	look := func(db interface {
		Snapshot(context.Context) (audit.Source, error)
	},
	) {
		moment, err := db.Snapshot(context.Background())
		if err != nil {
			w.t.Fatal(err)
		}
		sources = append(sources, moment)
	}
	for _, name := range w.opened {
		look(w.shops[name].storeDB)
	}
	for _, name := range w.names() {
		look(w.warehouses[name].db)
	}
	return sources
}

// audit ends each story: the books must be right, cut links or not.
func (w *world) audit() {
	report, err := audit.Sites(context.Background(), w.moments(), w.clock)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, finding := range report.Findings {
		w.t.Errorf("audit: invariant %d at %s: %s %s", finding.Invariant, finding.Site, finding.Row, finding.Text)
	}
	for _, site := range report.Sites {
		if site.Parked > 0 {
			w.t.Errorf("audit: %d messages parked at %s: %s", site.Parked, site.Site, w.parkedAt(site.Site))
		}
	}
}

// parkedAt tells why messages are put aside at a site.
func (w *world) parkedAt(site id.Site) string {
	for _, head := range w.heads() {
		if head.Site == site && len(head.Parked) > 0 {
			p := head.Parked[0]
			return fmt.Sprintf("%s of %s: %s", p.Message.Kind, p.Message.Origin, p.Reason)
		}
	}
	return "nothing"
}

func (w *world) names() []id.Site { return slices.Sorted(maps.Keys(w.warehouses)) }

type item struct {
	SKU   id.SKU
	Units int64
}

func (w *world) items(words []string) []item {
	var items []item
	for _, word := range words {
		if sku, units, found := strings.Cut(word, "="); found && !slices.Contains([]string{"key", "pay", "card", "of", "due"}, sku) {
			items = append(items, item{id.SKU(sku), w.number(units)})
		}
	}
	return items
}

func (w *world) number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		w.t.Fatalf("not a number: %q", text)
	}
	return n
}
