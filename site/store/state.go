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
	"crossdock/core/stock"
	"crossdock/site/books"
	"crossdock/site/writer"
)

var _ writer.Site = (*state)(nil)

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

	loaded     bool
	books      *books.Books
	products   map[id.SKU]catalog.Product
	districts  map[id.District]catalog.District
	levels     map[levelKey]stock.Level
	lastNumber int64
	recent     *recent

	now      time.Time
	changes  *Changes
	orders   map[id.Order]order.Order // as changed by this batch
	inserted map[id.Order]int         // index in changes.Orders
	updated  map[id.Order]int         // index in changes.Updates
	users    map[id.User]User
	carts    map[string]CartRow
	requests books.Requests
	asked    []id.Grant // asks that this batch makes
	answered []id.Grant // asks that this batch has answered
}

type levelKey struct {
	warehouse id.Site
	sku       id.SKU
}

// Begin implements writer.Site.
func (s *state) Begin(ctx context.Context) error {
	if !s.loaded {
		if err := s.load(ctx); err != nil {
			return err
		}
	}
	s.now = s.Now().UTC().Truncate(time.Microsecond)
	s.changes = &Changes{}
	s.orders, s.users = map[id.Order]order.Order{}, map[id.User]User{}
	s.inserted, s.updated = map[id.Order]int{}, map[id.Order]int{}
	s.carts, s.requests = map[string]CartRow{}, books.Requests{}
	s.asked, s.answered = nil, nil
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
	s.publishDistricts()
	s.recent = newRecent()
	s.loaded = true
	return nil
}

func (s *state) publishDistricts() {
	all := slices.SortedFunc(maps.Values(s.districts), func(a, b catalog.District) int {
		return cmp.Compare(a.Name, b.Name)
	})
	s.published.Store(&all)
}

// Abandon implements writer.Site.
func (s *state) Abandon() {
	s.loaded = false
	s.answers.Forget(s.asked...)
}

// Decide implements writer.Site.
func (s *state) Decide(ctx context.Context, command any) (answer any, err error) {
	err = s.whole(func() error {
		answer, err = s.decide(ctx, command)
		return err
	})
	return answer, err
}

// whole runs a decision, and takes back what it has staged where it fails.
func (s *state) whole(decision func() error) error {
	mark, staged := s.books.Mark(), *s.changes
	err := decision()
	if err != nil {
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
	case askQuota:
		return s.askAhead(c)
	default:
		return nil, fault.New(fault.Internal, "the store does not know the command %T", command)
	}
}

// Commit implements writer.Site.
func (s *state) Commit(ctx context.Context) error {
	if err := s.books.Spoiled(); err != nil {
		s.Abandon()
		return err
	}
	s.changes.Books = s.books.Seal()
	for _, row := range s.carts {
		s.changes.Carts = append(s.changes.Carts, row)
	}
	slices.SortFunc(s.changes.Carts, func(a, b CartRow) int { return cmp.Compare(a.Owner, b.Owner) })
	if s.changes.empty() {
		return nil
	}
	if err := s.Journal.Commit(ctx, s.changes); err != nil {
		s.Abandon()
		if s.Failed != nil {
			s.Failed(err)
		}
		return err
	}
	s.answers.Arrived(s.answered)
	for _, o := range s.changes.Orders {
		s.recent.keep(o)
	}
	for _, o := range s.changes.Updates {
		s.recent.keep(o)
	}
	for _, p := range s.changes.Products {
		s.catalog.Store(p.SKU, p)
	}
	if len(s.changes.Districts) > 0 {
		s.publishDistricts()
	}
	if to := spokenTo(s.changes.Books); len(to) > 0 && s.Committed != nil {
		s.Committed(to)
	}
	return nil
}

func (c *Changes) empty() bool {
	return c.Books.Empty() && len(c.Products)+len(c.Districts)+len(c.Levels)+len(c.Orders)+len(c.Updates)+
		len(c.Users)+len(c.Carts)+len(c.Sessions)+len(c.Ended)+len(c.Requests) == 0
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

// order returns an order as this batch sees it.
func (s *state) order(ctx context.Context, which id.Order) (order.Order, error) {
	if o, changed := s.orders[which]; changed {
		return o.Clone(), nil
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
	s.inserted[o.ID] = len(s.changes.Orders)
	s.changes.Orders = append(s.changes.Orders, o)
	s.orders[o.ID] = o
	s.tell(o, site, kind, text)
}

func (s *state) save(o order.Order, site id.Site, kind, text string) {
	if i, ok := s.inserted[o.ID]; ok {
		s.changes.Orders[i] = o
	} else if i, ok := s.updated[o.ID]; ok {
		s.changes.Updates[i] = o
	} else {
		s.updated[o.ID] = len(s.changes.Updates)
		s.changes.Updates = append(s.changes.Updates, o)
	}
	s.orders[o.ID] = o
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
	return s.requests.Known(ctx, key, s.Lookups.Request)
}

// remember stages the answer of a keyed command.
func (s *state) remember(key Key, answer string) {
	s.changes.Requests = append(s.changes.Requests, s.requests.Remember(key, answer, s.now)...)
}
