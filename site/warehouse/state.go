package warehouse

import (
	"context"
	"slices"
	"time"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/site/books"
	"crossdock/site/writer"
)

var _ writer.Site = (*state)(nil)

// state is the warehouse in memory, and the batch that is being decided. The
// rules of the store's state hold here too: everything that can fail is checked
// before anything is saved; movements and messages are undone.
type state struct {
	Ports
	options Options
	answers *books.Answers

	loaded   bool
	books    *books.Books
	versions map[id.SKU]int64

	now          time.Time
	changes      *Changes
	fulfillments map[id.Fulfillment]fulfillment.Fulfillment // as changed by this batch
	inserted     map[id.Fulfillment]int                     // index in changes.Fulfillments
	updated      map[id.Fulfillment]int                     // index in changes.Updates
	requests     books.Requests
	recalled     []id.Grant // recalls that this batch makes
	returned     []id.Grant // recalls that this batch has seen answered
}

// Begin implements writer.Site.
func (s *state) Begin(ctx context.Context) error {
	if !s.loaded {
		snapshot, err := s.Journal.Load(ctx)
		if err != nil {
			return err
		}
		s.books = books.Open(snapshot.Books)
		s.versions = make(map[id.SKU]int64, len(snapshot.Levels))
		for _, v := range snapshot.Levels {
			s.versions[v.SKU] = v.Version
		}
		s.loaded = true
	}
	s.now = s.Now().UTC().Truncate(time.Microsecond)
	s.changes = &Changes{}
	s.fulfillments = map[id.Fulfillment]fulfillment.Fulfillment{}
	s.inserted, s.updated = map[id.Fulfillment]int{}, map[id.Fulfillment]int{}
	s.requests = books.Requests{}
	s.recalled, s.returned = nil, nil
	return nil
}

// Abandon implements writer.Site.
func (s *state) Abandon() {
	s.loaded = false
	s.answers.Forget(s.recalled...)
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
	case ReceiveStock:
		return s.receiveStock(ctx, c)
	case AdjustStock:
		return s.adjust(ctx, c)
	case Advance:
		return s.advance(ctx, c)
	case Receive:
		return nil, s.receive(ctx, c)
	default:
		return nil, fault.New(fault.Internal, "the warehouse does not know the command %T", command)
	}
}

// Commit implements writer.Site. Before it seals the books it says, once per
// batch, what the warehouse now has of each SKU that was touched.
func (s *state) Commit(ctx context.Context) error {
	if err := s.books.Spoiled(); err != nil {
		s.Abandon()
		return err
	}
	if err := s.sayLevels(); err != nil {
		s.Abandon()
		return err
	}
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
	s.answers.Arrived(s.returned)
	if len(s.changes.Books.Messages) > 0 && s.Committed != nil {
		s.Committed([]id.Site{s.options.Store})
	}
	return nil
}

func (c *Changes) empty() bool {
	return c.Books.Empty() && len(c.Fulfillments)+len(c.Updates)+len(c.Products)+len(c.Requests) == 0
}

func (s *state) sayLevels() error {
	var touched []id.SKU
	seen := map[id.SKU]bool{}
	for _, m := range s.books.Since(0) {
		if !seen[m.SKU] {
			seen[m.SKU] = true
			touched = append(touched, m.SKU)
		}
	}
	slices.Sort(touched)
	for chunk := range slices.Chunk(touched, 500) {
		levels := make([]stock.Level, len(chunk))
		for i, sku := range chunk {
			s.versions[sku]++
			levels[i] = s.level(sku)
			s.changes.Versions = append(s.changes.Versions, Version{sku, s.versions[sku]})
		}
		if err := s.books.Say(s.options.Store, "levels", event.StockLevels{Levels: levels}, s.now); err != nil {
			return err
		}
	}
	return nil
}

func (s *state) level(sku id.SKU) stock.Level {
	units := func(kind stock.Kind) int64 { return s.books.Balance(sku, stock.Account{Kind: kind}) }
	level := stock.Level{
		Warehouse: s.books.Site(), SKU: sku, Available: units(stock.Available),
		Quota:     s.books.Balance(sku, stock.QuotaOf(s.options.Store)),
		Allocated: units(stock.Allocated), Picked: units(stock.Picked), Version: s.versions[sku],
	}
	level.OnHand = level.Available + level.Quota + level.Allocated + level.Picked +
		units(stock.Quarantine) + units(stock.Damaged)
	return level
}

// fulfillment returns one as this batch sees it.
func (s *state) fulfillment(ctx context.Context, which id.Fulfillment) (fulfillment.Fulfillment, error) {
	if f, changed := s.fulfillments[which]; changed {
		return f, nil
	}
	f, err := s.Journal.Fulfillment(ctx, which)
	return f, books.Own(err)
}

// insert stages a new fulfillment; save stages the change of one. Both write the
// event that tells of it.
func (s *state) insert(f fulfillment.Fulfillment, kind, text string) {
	s.inserted[f.ID] = len(s.changes.Fulfillments)
	s.changes.Fulfillments = append(s.changes.Fulfillments, f)
	s.keep(f, kind, text)
}

func (s *state) save(f fulfillment.Fulfillment, kind, text string) {
	if i, ok := s.inserted[f.ID]; ok {
		s.changes.Fulfillments[i] = f
	} else if i, ok := s.updated[f.ID]; ok {
		s.changes.Updates[i] = f
	} else {
		s.updated[f.ID] = len(s.changes.Updates)
		s.changes.Updates = append(s.changes.Updates, f)
	}
	s.keep(f, kind, text)
}

func (s *state) keep(f fulfillment.Fulfillment, kind, text string) {
	s.fulfillments[f.ID] = f
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

// repeated returns what a keyed command answered before. The key with another
// body is fault.Mismatch.
func (s *state) repeated(ctx context.Context, key Key) (Request, bool, error) {
	return s.requests.Known(ctx, key, s.Journal.Request)
}

// remember stages the answer of a keyed command.
func (s *state) remember(key Key, answer string) {
	s.changes.Requests = append(s.changes.Requests, s.requests.Remember(key, answer, s.now)...)
}
