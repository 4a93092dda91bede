package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/sourcing"
	"crossdock/core/stock"
	"crossdock/site/books"
	"crossdock/site/writer"
)

var _ writer.Ahead = (*state)(nil)

// state is the store in memory, and the batch that is being decided.
//
// A decision checks everything that can fail before it saves or remembers
// anything. Ledger movements and messages are the exception: they are checked by
// being booked, and undone when the command fails after all.
type state struct {
	Ports
	answers   *books.Answers
	currency  money.Currency                     // of all prices; empty: any
	published atomic.Pointer[[]catalog.District] // as committed, for readers outside the writer
	catalog   sync.Map                           // of catalog.Product by id.SKU, as committed, for the same
	closed    atomic.Pointer[time.Time]          // until when no orders are taken at the latest, for the same; see waitsForNumbers

	holdAtMost   time.Duration // from when a hold began
	unpaidAtMost int           // orders by bank transfer of one customer; 0: any number

	loaded   bool
	loadedAt time.Time

	aheadOfNumbers bool // numbers were left out since the start: see mayNumber

	books      *books.Books
	products   map[id.SKU]catalog.Product
	districts  map[id.District]catalog.District
	levels     map[levelKey]stock.Level
	lastNumber int64
	recent     *recent
	live       live
	policy     sourcing.Policy
	prices     sourcing.Prices // of scarce stock; nil: none is
	holdFor    time.Duration
	unpaidFor  time.Duration
	payable    chan struct{} // a payment provider is to be asked
	aside      aside         // what a tick could not serve

	before staged // the batch before, which may be on its way to the disk

	now      time.Time
	changes  *Changes
	orders   map[id.Order]saved // by this batch
	users    map[id.User]User
	carts    map[string]CartRow
	requests books.Requests
	asked    []id.Grant // asks that this batch makes
	answered []id.Grant // asks that this batch has answered
	spoiled  error      // a decision has failed in the middle: see whole
}

// staged is what a batch has changed, and may not be found in the database yet.
type staged struct {
	changes  *Changes
	orders   map[id.Order]saved
	users    map[id.User]User
	carts    map[string]CartRow
	requests books.Requests
	asked    []id.Grant
}

// saved is where the row of an order stands in Changes.
type saved struct {
	index int
	fresh bool // in Orders, not in Updates
}

func (c *Changes) order(at saved) *order.Order {
	if at.fresh {
		return &c.Orders[at.index]
	}
	return &c.Updates[at.index]
}

type levelKey struct {
	warehouse id.Site
	sku       id.SKU
}

func (k levelKey) compare(other levelKey) int {
	return cmp.Or(cmp.Compare(k.warehouse, other.warehouse), cmp.Compare(k.sku, other.sku))
}

// Begin implements writer.Site.
func (s *state) Begin(ctx context.Context) error {
	if !s.loaded {
		if err := s.load(ctx); err != nil {
			return err
		}
	}
	s.now = s.Now().UTC().Truncate(time.Microsecond)
	s.before = staged{s.changes, s.orders, s.users, s.carts, s.requests, s.asked}
	s.changes = &Changes{}
	s.orders, s.users = map[id.Order]saved{}, map[id.User]User{}
	s.carts, s.requests = map[string]CartRow{}, books.Requests{}
	s.asked, s.answered, s.spoiled = nil, nil, nil
	clear(s.live.candidates)
	return nil
}

func (s *state) load(ctx context.Context) error {
	snapshot, err := s.Journal.Load(ctx)
	if err != nil {
		return err
	}
	s.books = books.Open(snapshot.Books)
	s.lastNumber = snapshot.LastNumber
	s.products = make(map[id.SKU]catalog.Product, len(snapshot.Products))
	for _, p := range snapshot.Products {
		s.products[p.SKU] = p
		s.catalog.Store(p.SKU, p)
	}
	s.districts = make(map[id.District]catalog.District, len(snapshot.Districts))
	for _, d := range snapshot.Districts {
		s.districts[d.Code] = d
	}
	s.levels = make(map[levelKey]stock.Level, len(snapshot.Levels))
	for _, level := range snapshot.Levels {
		s.levels[levelKey{level.Warehouse, level.SKU}] = level
	}
	districts := s.allDistricts()
	s.published.Store(&districts)
	s.recent, s.loadedAt, s.aheadOfNumbers = newRecent(), s.Now(), false
	s.live = newLive(snapshot)
	for _, peer := range s.books.Peers() { // who was to state it once more is forgotten with the memory
		if s.books.Recovering(peer) && !s.books.Counting(peer) {
			s.live.restate[peer] = struct{}{}
		}
	}
	s.tellClosed()
	s.loaded = true
	return nil
}

// tellClosed publishes until when no orders are taken.
func (s *state) tellClosed() {
	if missing, until := s.waitsForNumbers(); missing != "" {
		s.closed.Store(&until)
	} else if s.closed.Load() != nil {
		s.closed.Store(nil)
	}
}

// allDistricts returns them by name.
func (s *state) allDistricts() []catalog.District {
	return slices.SortedFunc(maps.Values(s.districts), func(a, b catalog.District) int {
		return cmp.Compare(a.Name, b.Name)
	})
}

// Abandon implements writer.Site.
func (s *state) Abandon() {
	s.loaded = false
	s.answers.Forget(s.asked...)
	s.answers.Forget(s.before.asked...)
	s.changes, s.orders, s.users, s.carts, s.requests, s.asked = &Changes{}, nil, nil, nil, books.Requests{}, nil
}

// Decide implements writer.Site.
func (s *state) Decide(ctx context.Context, command any) (answer any, err error) {
	err = s.whole(func() error {
		before := s.books.Ledger.Mark()
		if answer, err = s.decide(ctx, command); err != nil {
			return err
		}
		switch command.(type) {
		case Receive, books.RetryParked, books.SkipParked:
			return nil // message by message
		case PlaceOrder, HoldStock:
			// What a checkout lets go of to plan anew was its own.
		default:
			s.ripen(before)
		}
		return s.serveWaiting(ctx, before)
	})
	return answer, err
}

// whole runs a decision, and takes back what it has staged where it fails. Where
// the database has failed it in the middle, after something of it was remembered,
// the memory is spoiled, and the batch is not committed.
func (s *state) whole(decision func() error) error {
	mark, staged := s.books.Mark(), *s.changes
	err := decision()
	if err != nil {
		if s.changes.remembered() > staged.remembered() {
			s.spoiled = err
		}
		s.books.Undo(mark)
		*s.changes = staged
	}
	return err
}

func (s *state) decide(ctx context.Context, command any) (any, error) {
	switch c := command.(type) {
	case PlaceOrder:
		return s.place(ctx, c)
	case VoidOrder:
		return s.void(ctx, c)
	case TakeBack:
		return s.takeBack(ctx, c)
	case ListProducts:
		return s.listProducts(c)
	case SetDistricts:
		return nil, s.setDistricts(c)
	case Register:
		return s.register(ctx, c)
	case ChangeProfile:
		return s.changeProfile(ctx, c)
	case ChangeCart:
		return s.changeCart(ctx, c)
	case MoveCart:
		return nil, s.moveCart(ctx, c)
	case SaveSession:
		s.changes.Sessions = append(s.changes.Sessions, c.Session)
		return nil, nil
	case EndSession:
		s.changes.Ended = append(s.changes.Ended, c.TokenHash)
		return nil, nil
	case Receive:
		return nil, s.receive(ctx, c)
	case books.SkipParked:
		return s.skip(ctx, c)
	case books.Rewind, books.RetryParked, books.Acknowledge, books.Prune:
		return s.books.Do(command, s.now, s.applying(ctx))
	case AskAgain:
		return s.askAgainFor(ctx, c)
	case DropQuota:
		return nil, s.dropQuota(c)
	case greet:
		return nil, s.greet()
	case askQuota:
		return s.askAhead(c)
	case SetWarehouses:
		return nil, s.setWarehouses(c)
	case HoldStock:
		return s.hold(c)
	case ReleaseHold:
		return nil, s.releaseHold(c)
	case ConfirmPayment:
		return s.confirmPayment(ctx, c)
	case CapturePayment:
		return s.captureAgain(ctx, c)
	case duePayments:
		return s.duePayments(), nil
	case lookPayment:
		return s.lookPayment(ctx, c)
	case settlePayment:
		return s.settlePayment(ctx, c)
	case DropBackorder:
		return s.dropBackorder(ctx, c)
	case ChangeAddress:
		return s.changeAddress(ctx, c)
	case AskReturn:
		return s.askReturn(ctx, c)
	case Tick:
		return nil, s.tick(ctx)
	case outlook:
		return s.outlook(), nil
	case setPrices:
		s.prices = c.prices
		return nil, nil
	default:
		return nil, fault.New(fault.Internal, "the store does not know the command %T", command)
	}
}

// Commit implements writer.Site.
func (s *state) Commit(ctx context.Context) error {
	batch, err := s.Seal()
	if err != nil {
		return err
	}
	if err := batch.Write(ctx); err != nil {
		s.Abandon()
		return err
	}
	batch.Written()
	return nil
}

// Seal implements writer.Ahead.
func (s *state) Seal() (writer.Sealed, error) {
	for _, err := range []error{s.books.Spoiled(), s.spoiled} {
		if err != nil {
			s.Abandon()
			return nil, err
		}
	}
	s.changes.Books = s.books.Seal()
	s.changes.Loads = latest(s.changes.Loads)
	for _, row := range s.carts {
		s.changes.Carts = append(s.changes.Carts, row)
	}
	slices.SortFunc(s.changes.Carts, func(a, b CartRow) int { return cmp.Compare(a.Owner, b.Owner) })
	for _, o := range s.changes.Orders {
		s.recent.keep(o)
	}
	for _, o := range s.changes.Updates {
		s.recent.keep(o)
	}
	s.tellClosed()
	b := &batch{state: s, changes: s.changes, answered: s.answered, payable: s.followPayments()}
	if len(s.changes.Districts) > 0 {
		b.districts = s.allDistricts()
	}
	return b, nil
}

// batch is a sealed batch on its way to the disk. It shares with the state only
// what may be used from many goroutines.
type batch struct {
	state     *state
	changes   *Changes
	districts []catalog.District // nil: as they were
	answered  []id.Grant
	payable   bool
}

// Write implements writer.Sealed.
func (b *batch) Write(ctx context.Context) error {
	if b.changes.empty() {
		return nil
	}
	err := b.state.Journal.Commit(ctx, b.changes)
	if err != nil && b.state.Failed != nil {
		b.state.Failed(err)
	}
	return err
}

// Written implements writer.Sealed.
func (b *batch) Written() {
	s := b.state
	s.answers.Arrived(b.answered)
	for _, p := range b.changes.Products {
		s.catalog.Store(p.SKU, p)
	}
	if b.districts != nil {
		s.published.Store(&b.districts)
	}
	if b.payable {
		select {
		case s.payable <- struct{}{}:
		default: // the payer is to look already
		}
	}
	if to := spokenTo(b.changes.Books); len(to) > 0 && s.Committed != nil {
		s.Committed(to)
	}
}

func (c *Changes) empty() bool {
	return c.Books.Empty() && len(c.Products)+len(c.Districts)+len(c.Levels)+len(c.Orders)+len(c.Updates)+
		len(c.Users)+len(c.Carts)+len(c.Sessions)+len(c.Ended)+len(c.Requests)+len(c.Transactions)+
		len(c.Warehouses)+len(c.Schedules)+len(c.Holds)+len(c.Loads)+len(c.Returns)+len(c.LooseEnds) == 0
}

// remembered counts the rows that follow on something which memory has by now.
func (c *Changes) remembered() int {
	return len(c.Events) + len(c.Holds) + len(c.Loads) + len(c.Schedules)
}

func spokenTo(rows books.Rows) []id.Site {
	var to []id.Site
	for _, m := range rows.Messages {
		if !slices.Contains(to, id.Site(m.Destination)) {
			to = append(to, id.Site(m.Destination))
		}
	}
	return to
}

// staging returns what may not be in the database yet, what came first in front.
func (s *state) staging() []*Changes {
	if s.before.changes == nil {
		return []*Changes{s.changes}
	}
	return []*Changes{s.before.changes, s.changes}
}

// order returns an order as this batch sees it.
func (s *state) order(ctx context.Context, which id.Order) (order.Order, error) {
	if at, changed := s.orders[which]; changed {
		return s.changes.order(at).Clone(), nil
	}
	if at, changed := s.before.orders[which]; changed {
		return s.before.changes.order(at).Clone(), nil
	}
	if o, kept := s.recent.orders[which]; kept {
		return o.Clone(), nil
	}
	o, err := s.Lookups.Order(ctx, which)
	return o, books.Own(err)
}

// insert stages a new order; save stages the change of one. Both write the event
// that tells of it: an order's version counts its events.
func (s *state) insert(o order.Order, site id.Site, kind, text string) {
	if s.books.Epoch() > 1 {
		s.live.numbered[o.Number] = struct{}{}
	}
	s.orders[o.ID] = saved{len(s.changes.Orders), true}
	s.changes.Orders = append(s.changes.Orders, o)
	s.live.follow(o)
	s.tell(o, site, kind, text)
}

func (s *state) save(o order.Order, site id.Site, kind, text string) {
	if at, again := s.orders[o.ID]; again {
		*s.changes.order(at) = o
	} else {
		s.orders[o.ID] = saved{len(s.changes.Updates), false}
		s.changes.Updates = append(s.changes.Updates, o)
	}
	s.live.follow(o)
	s.tell(o, site, kind, text)
}

func (s *state) tell(o order.Order, site id.Site, kind, text string) {
	s.changes.Events = append(s.changes.Events, order.Event{
		Order: o.ID, Seq: o.Version, At: s.now, Site: site, Kind: kind, Text: text,
	})
}

// notify stages what the customer is told of an order, once per event.
func (s *state) notify(o order.Order, event, text string) {
	s.changes.Notices = append(s.changes.Notices, order.Notice{
		Order: o.ID, Seq: o.Version, Event: event, Channel: "page", At: s.now, Text: text,
	})
}

// repeated returns what a keyed command answered before. The key with another
// body is fault.Mismatch.
func (s *state) repeated(ctx context.Context, key Key) (Request, bool, error) {
	return s.requests.Known(ctx, key, func(ctx context.Context, name string) (Request, error) {
		if request, staged := s.before.requests.Staged(name); staged {
			return request, nil
		}
		return s.Lookups.Request(ctx, name)
	})
}

// remember stages the answer of a keyed command.
func (s *state) remember(key Key, answer string) {
	s.changes.Requests = append(s.changes.Requests, s.requests.Remember(key, answer, s.now)...)
}
