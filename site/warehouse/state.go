package warehouse

import (
	"context"
	"slices"
	"time"

	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/purchase"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/books"
	"crossdock/site/writer"
)

var _ writer.Site = (*state)(nil)

// state is the warehouse in memory, and the batch that is being decided. The
// rules of the store's state hold here too: everything that can fail is checked
// before anything is saved or remembered; movements and messages are undone.
type state struct {
	Ports
	options Options
	answers *books.Answers
	desk    desk

	loaded    bool
	books     *books.Books
	versions  map[id.SKU]int64
	holders   []id.Site                    // who has quota here: the stores, and those that once were
	newcomers []id.Site                    // stores that were never told anything, though there is something to tell
	purchases map[string]purchase.Purchase // those that are open
	ordered   map[id.SKU]map[string]bool   // the open purchases of a SKU, by name

	now      time.Time
	changes  *Changes
	inserted staged[id.Fulfillment, fulfillment.Fulfillment]
	updated  staged[id.Fulfillment, fulfillment.Fulfillment]
	returns  staged[id.UUID, fulfillment.ReturnOrder]
	changed  staged[string, purchase.Purchase]
	dated    staged[holding, holding] // whose units are expected otherwise than before
	requests books.Requests
	recalled []recall   // recalls that this batch makes
	returned []id.Grant // recalls that this batch has seen answered

	told      map[id.Fulfillment]bool // by their stores since the start, after a restore
	toldAll   bool                    // nobody is to be asked again what he knows
	forgotten []id.Site               // stores that were restored, and have forgotten what they were asked for
}

// Begin implements writer.Site.
func (s *state) Begin(ctx context.Context) error {
	if !s.loaded {
		snapshot, err := s.Journal.Load(ctx)
		if err != nil {
			return err
		}
		s.load(snapshot)
	}
	s.now = s.Now().UTC().Truncate(time.Microsecond)
	s.desk.expire(s.now)
	s.changes = &Changes{}
	s.inserted = staged[id.Fulfillment, fulfillment.Fulfillment]{}
	s.updated = staged[id.Fulfillment, fulfillment.Fulfillment]{}
	s.returns = staged[id.UUID, fulfillment.ReturnOrder]{}
	s.changed = staged[string, purchase.Purchase]{}
	s.dated = staged[holding, holding]{}
	s.requests = books.Requests{}
	s.recalled, s.returned, s.forgotten = nil, nil, nil
	return nil
}

func (s *state) load(snapshot Snapshot) {
	s.books = books.Open(snapshot.Books)
	s.versions = make(map[id.SKU]int64, len(snapshot.Levels))
	for _, v := range snapshot.Levels {
		s.versions[v.SKU] = v.Version
	}
	s.holders = slices.Clone(s.options.Stores)
	for _, b := range snapshot.Books.Balances {
		if store := id.Site(b.Account.Ref); b.Account.Kind == stock.Quota && !slices.Contains(s.holders, store) {
			s.holders = append(s.holders, store)
		}
	}
	s.newcomers = nil
	for _, store := range s.options.Stores {
		told := slices.ContainsFunc(snapshot.Books.Written, func(c feed.Cursor) bool { return c.Destination == string(store) })
		if !told && len(s.versions) > 0 {
			s.newcomers = append(s.newcomers, store)
		}
	}
	s.purchases, s.ordered = map[string]purchase.Purchase{}, map[id.SKU]map[string]bool{}
	for _, p := range snapshot.Purchases {
		s.purchases[p.ID] = p
		for _, line := range p.Lines {
			s.expectOf(line.SKU, p.ID)
		}
	}
	s.told, s.toldAll = map[id.Fulfillment]bool{}, snapshot.Books.Epoch <= 1
	s.loaded = true
}

// Abandon implements writer.Site.
func (s *state) Abandon() {
	s.loaded = false
	s.desk.waiting, s.desk.open = nil, nil
	for _, r := range s.recalled {
		s.answers.Forget(r.grant)
	}
}

// Decide implements writer.Site.
func (s *state) Decide(ctx context.Context, command any) (answer any, err error) {
	if err := s.whole(func() error { return s.askOnce(ctx) }); err != nil {
		return nil, err
	}
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
	case books.Rewind, books.RetryParked, books.SkipParked, books.Acknowledge, books.Prune:
		return s.books.Do(command, s.now, s.applying(ctx))
	case ReceiveStock:
		return s.receiveStock(ctx, c)
	case AdjustStock:
		return s.adjust(ctx, c)
	case Advance:
		return s.advance(ctx, c)
	case AnnounceIncoming:
		return s.announce(ctx, c)
	case ChangeIncoming:
		return s.changeIncoming(ctx, c)
	case CancelIncoming:
		return s.cancelIncoming(ctx, c)
	case ReceiveReturn:
		return s.receiveReturn(ctx, c)
	case InspectReturn:
		return s.inspectReturn(ctx, c)
	case welcome:
		return nil, s.welcome(c)
	case Restate:
		return s.restate(ctx, c)
	case WithdrawQuota:
		return nil, s.withdraw(c)
	case greet:
		return nil, s.greet()
	case Receive:
		return nil, s.receive(ctx, c)
	default:
		return nil, fault.New(fault.Internal, "the warehouse does not know the command %T", command)
	}
}

// Commit implements writer.Site. Before it seals the books it says, once per
// batch, what the warehouse now has of each SKU that was touched, and when what
// is announced is expected.
func (s *state) Commit(ctx context.Context) error {
	if err := s.books.Spoiled(); err != nil {
		s.Abandon()
		return err
	}
	if err := s.answerOverdue(); err != nil {
		s.Abandon()
		return err
	}
	if err := s.sayNews(); err != nil {
		s.Abandon()
		return err
	}
	s.changes.Fulfillments, s.changes.Updates = s.inserted.rows, s.updated.rows
	s.changes.Purchases, s.changes.Returns = s.changed.rows, s.returns.rows
	s.changes.Books = s.books.Seal()
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
	s.settle()
	return nil
}

func (c *Changes) empty() bool {
	return c.Books.Empty() &&
		len(c.Fulfillments)+len(c.Updates)+len(c.Products)+len(c.Requests)+len(c.Purchases)+len(c.Returns) == 0
}

// settle draws the consequences of a batch that is committed.
func (s *state) settle() {
	movements := make([]stock.Movement, len(s.changes.Books.Movements))
	for i, m := range s.changes.Books.Movements {
		movements[i] = m.Movement
	}
	if len(s.options.Stores) > 1 { // how fast the only one sells decides nothing
		s.desk.sold(movements)
	}
	s.desk.settle(s.recalled, s.returned, s.now)
	s.answers.Arrived(s.returned)
	for _, store := range s.forgotten {
		recalls := s.desk.forget(store)
		s.desk.settle(nil, recalls, s.now)
		s.answers.Arrived(recalls) // corrections that count on them are decided with what there is
	}
	for _, p := range s.changed.rows {
		if p.Closed {
			s.forget(p)
		}
	}
	var to []id.Site
	for _, m := range s.changes.Books.Messages {
		if !slices.Contains(to, id.Site(m.Destination)) {
			to = append(to, id.Site(m.Destination))
		}
	}
	if len(to) > 0 && s.Committed != nil {
		s.Committed(to)
	}
}

// fulfillment returns one as this batch sees it.
func (s *state) fulfillment(ctx context.Context, which id.Fulfillment) (fulfillment.Fulfillment, error) {
	if f, there := s.inserted.get(which); there {
		return f, nil
	}
	if f, there := s.updated.get(which); there {
		return f, nil
	}
	f, err := s.Journal.Fulfillment(ctx, which)
	return f, books.Own(err)
}

// insert stages a new fulfillment; save stages the change of one. Both write the
// event that tells of it.
func (s *state) insert(f fulfillment.Fulfillment, kind, text string) {
	s.inserted.put(f.ID, f)
	s.keep(f, kind, text)
}

func (s *state) save(f fulfillment.Fulfillment, kind, text string) {
	if _, there := s.inserted.get(f.ID); there {
		s.inserted.put(f.ID, f)
	} else {
		s.updated.put(f.ID, f)
	}
	s.keep(f, kind, text)
}

func (s *state) keep(f fulfillment.Fulfillment, kind, text string) {
	s.changes.Events = append(s.changes.Events, Event{
		Fulfillment: f.ID, Seq: f.Version, At: s.now, Kind: kind, Text: text,
	})
}

// bookAll books movements; the first that is refused ends it, and the command is undone.
func (s *state) bookAll(movements []stock.Movement) error {
	for _, m := range movements {
		if err := s.books.Book(m); err != nil {
			return err
		}
	}
	return nil
}
