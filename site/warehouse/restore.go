package warehouse

import (
	"context"
	"maps"
	"slices"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/site/books"
)

// A warehouse that was restored from a backup has lost what it has done since, and
// asks its stores what they know of it. Until a store has told, the warehouse is
// recovering from it: it hands nothing over to it, decides nothing that it asks, and
// no step is taken with its fulfillments, which may be on their way already. It reads
// the store's feed again, and takes in what was paid for with quota: the units were
// handed over before, though the books have lost it.

// askedAtOnce is the most fulfillments that one question names.
const askedAtOnce = 200

// greet says to all sites that were spoken with that this one was restored. It has no
// answer.
type greet struct{}

func (s *state) greet() error {
	sites := slices.Concat(s.options.Stores, s.books.Peers())
	slices.Sort(sites)
	for _, site := range slices.Compact(sites) {
		if err := s.books.Greet(site, s.now); err != nil {
			return err
		}
	}
	return nil
}

// recovering refuses what cannot be decided before a store has told what it knows.
func (s *state) recovering(store id.Site) error {
	if !s.books.Recovering(store) {
		return nil
	}
	return fault.New(fault.Conflict, "%s was restored from a backup and waits for %s to tell what it has lost", s.books.Site(), store)
}

// deferred reports whether a message of a store is left alone because the warehouse is
// recovering from it. What is asked of a fulfillment the store is asked for: it tells
// what it knows of it, and says again what is still open.
func (s *state) deferred(from id.Site, body event.Body) (bool, error) {
	if !s.books.Recovering(from) {
		return false, nil
	}
	var about event.FulfillmentName
	switch b := body.(type) {
	case event.QuotaAsked:
		return true, nil
	case event.VoidRequested:
		about = event.FulfillmentName{Order: b.Order, Fulfillment: b.Fulfillment}
	case event.RedirectRequested:
		about = event.FulfillmentName{Order: b.Order, Fulfillment: b.Fulfillment}
	case event.ReturnRequested:
		about = event.FulfillmentName{Order: b.Order, Fulfillment: b.Fulfillment}
	case event.ReturnAnnounced:
		about = event.FulfillmentName{Order: b.Order, Fulfillment: b.Fulfillment}
	default:
		return false, nil
	}
	if s.told[about.Fulfillment] {
		return false, nil
	}
	return true, s.books.Say(from, "fulfillments", event.FulfillmentsAsked{
		Epoch: s.books.Epoch(), Fulfillments: []event.FulfillmentName{about}, More: true,
	}, s.now)
}

// askOnce asks the stores again that have not told all that they know: which of it was
// heard is forgotten with the memory. It is called before anything else is decided.
func (s *state) askOnce(ctx context.Context) error {
	if s.toldAll {
		return nil
	}
	for _, peer := range s.books.Peers() {
		if !s.books.Recovering(peer) || s.books.Counting(peer) || !slices.Contains(s.options.Stores, peer) {
			continue
		}
		if err := s.askFulfillments(ctx, peer); err != nil {
			return err
		}
	}
	s.toldAll = true
	return nil
}

// topUp hands over what the store had of a SKU beyond what the books say: it was
// handed over after the backup was made. What is not there was received since.
func (s *state) topUp(store id.Site, sku id.SKU, needed int64) error {
	missing := needed - s.books.Balance(sku, stock.QuotaOf(store))
	if missing <= 0 || !s.books.Counting(store) {
		return nil
	}
	available := stock.Account{Kind: stock.Available}
	if unknown := missing - s.books.Balance(sku, available); unknown > 0 {
		err := s.books.Book(s.restated(sku, unknown, stock.FoundIn(s.books.Epoch()), available, stock.Adjusted,
			"received after the backup: "+string(store)+" has had it"))
		if err != nil {
			return err
		}
	}
	return s.books.Book(s.restated(sku, missing, available, stock.QuotaOf(store), stock.Granted, "handed over after the backup"))
}

// makeUp has the quota of a store hold the units that are needed, and returns how many of
// them are not there: those are found, for as long as it takes to call them off.
func (s *state) makeUp(store id.Site, sku id.SKU, needed int64) (lacking int64, err error) {
	missing := needed - s.books.Balance(sku, stock.QuotaOf(store))
	if missing <= 0 {
		return 0, nil
	}
	available := stock.Account{Kind: stock.Available}
	if lacking = max(missing-s.books.Balance(sku, available), 0); lacking > 0 {
		err := s.books.Book(s.restated(sku, lacking, stock.FoundIn(s.books.Epoch()), available, stock.Adjusted,
			"sold by "+string(store)+" between two restores"))
		if err != nil {
			return 0, err
		}
	}
	return lacking, s.books.Book(s.restated(sku, missing, available, stock.QuotaOf(store), stock.Granted,
		"promised by "+string(store)+" before two restores"))
}

// unfind takes units off the books again that have become free, as far as topUp has
// found them: the same units were handed over more than once, and let go of in between.
// What of them is really on the shelf a count finds.
func (s *state) unfind(sku id.SKU, freed int64) error {
	found := stock.FoundIn(s.books.Epoch())
	units := min(freed, -s.books.Balance(sku, found))
	if units <= 0 {
		return nil
	}
	return s.books.Book(s.restated(sku, units, stock.Account{Kind: stock.Available}, found, stock.Adjusted,
		"received after the backup: counted twice, perhaps"))
}

// unfindAll does so for what movements have freed.
func (s *state) unfindAll(movements []stock.Movement) error {
	for _, m := range movements {
		if m.To.Kind != stock.Available {
			continue
		}
		if err := s.unfind(m.SKU, m.Quantity); err != nil {
			return err
		}
	}
	return nil
}

func (s *state) restated(sku id.SKU, units int64, from, to stock.Account, reason stock.Reason, cause string) stock.Movement {
	return stock.Movement{
		ID: id.Movement{UUID: s.IDs.New()}, At: s.now, SKU: sku, Quantity: units, From: from, To: to, Reason: reason, Cause: cause,
	}
}

// storeRestored tells a store that was restored what the warehouse has in its books
// for it. What the store was asked for in its old epoch it has forgotten.
func (s *state) storeRestored(ctx context.Context, from id.Site, m event.SiteRestored) error {
	if err := s.checkStore(from); err != nil {
		return err
	}
	s.forgotten = append(s.forgotten, from)
	return s.sayRestated(ctx, from, m.Epoch)
}

// sayRestated tells a store what the warehouse has in its books for it.
func (s *state) sayRestated(ctx context.Context, from id.Site, epoch uint64) error {
	number, err := s.Journal.LastNumber(ctx, from)
	if err != nil {
		return err
	}
	skus := map[id.SKU]bool{}
	for _, b := range s.books.Balances() {
		if b.Units != 0 && (b.Account == stock.QuotaOf(from) || b.Account == stock.ExpectedFor(from)) {
			skus[b.SKU] = true
		}
	}
	for _, f := range s.inserted.rows {
		if f.Store == from {
			number = max(number, f.Number)
		}
	}
	statement := event.QuotaRestated{Epoch: epoch, Number: number}
	for _, sku := range slices.Sorted(maps.Keys(skus)) {
		if len(statement.Quota)+len(statement.Incoming) >= perMessage {
			if err := s.books.Say(from, "quota", statement, s.now); err != nil {
				return err
			}
			statement = event.QuotaRestated{Epoch: epoch, Number: number, After: statement.UpTo}
		}
		if units := s.books.Balance(sku, stock.QuotaOf(from)); units > 0 {
			statement.Quota = append(statement.Quota, event.Units{SKU: sku, Quantity: units})
		}
		if units := s.books.Balance(sku, stock.ExpectedFor(from)); units > 0 {
			statement.Incoming = append(statement.Incoming, event.Units{SKU: sku, Quantity: units})
		}
		statement.UpTo = sku
	}
	statement.UpTo = ""
	return s.books.Say(from, "quota", statement, s.now)
}

// quotaRestated makes the books agree with what a store has, after this warehouse was
// restored. After the last range it asks for the fulfillments.
func (s *state) quotaRestated(ctx context.Context, from id.Site, m event.QuotaRestated) error {
	if m.Epoch != s.books.Epoch() || !s.books.Counting(from) {
		return nil // it answers an epoch that is over
	}
	theirs, expected := event.Quantities(m.Quota), event.Quantities(m.Incoming)
	skus := s.skusIn(m, from, theirs, expected)
	for _, sku := range skus {
		if err := s.topUp(from, sku, theirs[sku]); err != nil {
			return err
		}
		if surplus := s.books.Balance(sku, stock.QuotaOf(from)) - theirs[sku]; surplus > 0 {
			err := s.books.Book(s.restated(sku, surplus, stock.QuotaOf(from), stock.Account{Kind: stock.Available}, stock.Returned, "given back after the backup"))
			if err != nil {
				return err
			}
			if err := s.unfind(sku, surplus); err != nil {
				return err
			}
		}
	}
	for _, sku := range skus {
		if err := s.restateIncoming(from, sku, expected[sku]); err != nil {
			return err
		}
	}
	if m.UpTo != "" {
		return nil
	}
	s.books.Counted(from)
	return s.askFulfillments(ctx, from)
}

// restateIncoming has a store follow what this warehouse expects for it: purchases
// that were announced since the backup are not known any more, and those that have
// arrived since are still to come, as far as anybody here can tell.
func (s *state) restateIncoming(from id.Site, sku id.SKU, theirs int64) error {
	grant := id.Grant{UUID: s.IDs.New()}
	own := s.books.Balance(sku, stock.ExpectedFor(from))
	switch {
	case own > theirs:
		units := []event.Units{{SKU: sku, Quantity: own - theirs}}
		return s.books.Say(from, "quota", event.IncomingGranted{Grant: grant, Epoch: s.books.Epoch(), Units: units}, s.now)
	case own < theirs:
		units := []event.Units{{SKU: sku, Quantity: theirs - own}}
		return s.books.Say(from, "quota", event.IncomingTaken{Taking: grant, Epoch: s.books.Epoch(), Units: units}, s.now)
	default:
		return nil
	}
}

// skusIn returns the SKUs of a statement's range of which either side has units.
func (s *state) skusIn(m event.QuotaRestated, from id.Site, theirs ...map[id.SKU]int64) []id.SKU {
	skus := map[id.SKU]bool{}
	add := func(sku id.SKU) { skus[sku] = m.Covers(sku) }
	for _, b := range s.books.Balances() {
		if b.Units != 0 && (b.Account == stock.QuotaOf(from) || b.Account == stock.ExpectedFor(from)) {
			add(b.SKU)
		}
	}
	for _, units := range theirs {
		for sku := range units {
			add(sku)
		}
	}
	maps.DeleteFunc(skus, func(_ id.SKU, within bool) bool { return !within })
	return slices.Sorted(maps.Keys(skus))
}

// askFulfillments asks a store what it knows of all fulfillments that are not at their
// end here.
func (s *state) askFulfillments(ctx context.Context, from id.Site) error {
	open, err := s.openOf(ctx, from)
	if err != nil {
		return err
	}
	for len(open) > askedAtOnce {
		question := event.FulfillmentsAsked{Epoch: s.books.Epoch(), Fulfillments: open[:askedAtOnce], More: true}
		if err := s.books.Say(from, "fulfillments", question, s.now); err != nil {
			return err
		}
		open = open[askedAtOnce:]
	}
	return s.books.Say(from, "fulfillments", event.FulfillmentsAsked{Epoch: s.books.Epoch(), Fulfillments: open}, s.now)
}

// openOf returns the fulfillments of a store that are not at their end, oldest first.
func (s *state) openOf(ctx context.Context, from id.Site) ([]event.FulfillmentName, error) {
	open := map[event.FulfillmentName]bool{}
	nameOf := func(f fulfillment.Fulfillment) event.FulfillmentName {
		return event.FulfillmentName{Order: f.Order, Fulfillment: f.ID}
	}
	for _, stage := range order.Stages() {
		if (fulfillment.Fulfillment{Stage: stage}).Final() {
			continue
		}
		var after id.Fulfillment
		for {
			page, err := s.Queries.Fulfillments(ctx, FulfillmentQuery{Stage: stage, After: after, Limit: perMessage})
			if err != nil {
				return nil, err
			}
			for _, f := range page {
				open[nameOf(f)] = f.Store == from
				after = f.ID
			}
			if len(page) < perMessage {
				break
			}
		}
	}
	if err := s.withOpenReturns(ctx, from, open); err != nil {
		return nil, err
	}
	for _, rows := range [][]fulfillment.Fulfillment{s.inserted.rows, s.updated.rows} {
		for _, f := range rows {
			open[nameOf(f)] = f.Store == from && !f.Final()
		}
	}
	maps.DeleteFunc(open, func(_ event.FulfillmentName, is bool) bool { return !is })
	return slices.SortedFunc(maps.Keys(open), func(a, b event.FulfillmentName) int {
		return slices.Compare(a.Fulfillment.UUID[:], b.Fulfillment.UUID[:])
	}), nil
}

// withOpenReturns adds the fulfillments of a store of which something is to come back.
func (s *state) withOpenReturns(ctx context.Context, from id.Site, open map[event.FulfillmentName]bool) error {
	for _, in := range []fulfillment.ReturnState{fulfillment.ReturnRequested, fulfillment.ReturnReceived} {
		var after id.UUID
		for {
			page, err := s.Returns.Returns(ctx, ReturnQuery{State: in, After: after, Limit: perMessage})
			if err != nil {
				return books.Own(err)
			}
			for _, r := range page {
				open[event.FulfillmentName{Order: r.Order, Fulfillment: r.Fulfillment}] = r.Store == from
				after = r.ID
			}
			if len(page) < perMessage {
				break
			}
		}
	}
	return nil
}

// fulfillmentsRestated brings fulfillments to where their store knows them to be.
// After the last of them the warehouse has recovered from the store.
func (s *state) fulfillmentsRestated(ctx context.Context, from id.Site, m event.FulfillmentsRestated) error {
	if m.Epoch != s.books.Epoch() || !s.books.Recovering(from) {
		return nil
	}
	echo := event.FulfillmentsRestated{Epoch: m.Epoch, More: true}
	for _, known := range m.Fulfillments {
		s.told[known.Fulfillment] = true
		f, err := s.fulfillmentOf(ctx, from, known.Fulfillment)
		if err != nil {
			return err
		}
		after, movements, err := fulfillment.Restate(f, known, s.now)
		if err != nil {
			return err
		}
		if err := s.bookAll(movements); err != nil {
			return err
		}
		if err := s.unfindAll(movements); err != nil {
			return err
		}
		if err := s.restateReturns(ctx, after, known); err != nil {
			return err
		}
		if after.Version == f.Version {
			continue
		}
		s.save(after, string(after.Stage), "as "+string(from)+" knows it, after a restore")
		state, err := s.stateOf(ctx, after)
		if err != nil {
			return err
		}
		echo.Fulfillments = append(echo.Fulfillments, state)
	}
	if len(echo.Fulfillments) > 0 { // the store knows, but may be restored itself one day, and reads this again
		if err := s.books.Say(from, "fulfillments", echo, s.now); err != nil {
			return err
		}
	}
	if m.More {
		return nil
	}
	return s.recovered(from)
}

// recovered goes on with a store: it is told what there is, and gets its part of it.
func (s *state) recovered(from id.Site) error {
	s.books.Recovered(from)
	skus := slices.Sorted(maps.Keys(s.versions))
	if err := s.sayLevels(skus, from); err != nil {
		return err
	}
	for _, sku := range skus {
		if len(s.ordered[sku]) > 0 {
			s.dated.put(holding{from, sku}, holding{from, sku})
		}
	}
	return s.grant(skus, giver{})
}

// fulfillmentsAsked tells a store what the warehouse knows of its fulfillments.
func (s *state) fulfillmentsAsked(ctx context.Context, from id.Site, m event.FulfillmentsAsked) error {
	answer := event.FulfillmentsRestated{Epoch: m.Epoch, More: m.More}
	for _, name := range m.Fulfillments {
		which := name.Fulfillment
		f, err := s.fulfillmentOf(ctx, from, which)
		if fault.Is(err, fault.NotFound) {
			answer.Unknown = append(answer.Unknown, name)
			continue
		}
		if err != nil {
			return err
		}
		state, err := s.stateOf(ctx, f)
		if err != nil {
			return err
		}
		answer.Fulfillments = append(answer.Fulfillments, state)
	}
	key := "fulfillments"
	if len(m.Fulfillments) == 1 { // its order waits for it, and no other one
		key = m.Fulfillments[0].Order.String()
	}
	if err := s.books.Say(from, key, answer, s.now); err != nil || len(m.Fulfillments) > 0 {
		return err
	}
	return s.sayRestated(ctx, from, m.Epoch)
}

// restateReturns brings the returns of a fulfillment to where its store knows them to be.
func (s *state) restateReturns(ctx context.Context, f fulfillment.Fulfillment, known event.FulfillmentState) error {
	for _, told := range known.Returns {
		r, err := s.returnOrder(ctx, told.Return)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		after, movements := fulfillment.RestateReturn(f, r, told, s.now)
		if after.Version == r.Version {
			continue
		}
		if err := s.bookAll(movements); err != nil {
			return err
		}
		s.returns.put(after.ID, after)
	}
	return nil
}

// stateOf returns a fulfillment as its store is told of it, with its returns.
func (s *state) stateOf(ctx context.Context, f fulfillment.Fulfillment) (event.FulfillmentState, error) {
	record, err := s.record(ctx, f.ID)
	if err != nil {
		return event.FulfillmentState{}, err
	}
	state := f.State(record)
	stored, err := s.Returns.Returns(ctx, ReturnQuery{Order: f.Order, Limit: perMessage})
	if err != nil {
		return state, books.Own(err)
	}
	for _, r := range stored {
		if _, changed := s.returns.get(r.ID); !changed && r.Fulfillment == f.ID {
			state.Returns = append(state.Returns, r.Told())
		}
	}
	for _, r := range s.returns.rows {
		if r.Fulfillment == f.ID {
			state.Returns = append(state.Returns, r.Told())
		}
	}
	return state, nil
}

// record returns what came sealed with the request for a fulfillment.
func (s *state) record(ctx context.Context, which id.Fulfillment) ([]byte, error) {
	for _, r := range s.changes.Records {
		if r.Fulfillment == which {
			return r.Body, nil
		}
	}
	body, err := s.Journal.Record(ctx, which)
	if fault.Is(err, fault.NotFound) {
		return nil, nil // of a store that kept none
	}
	return body, err
}

// forget drops what the desk waits for from a store that has forgotten it.
func (d *desk) forget(store id.Site) (recalls []id.Grant) {
	for grant, r := range d.recalls {
		if r.store == store {
			recalls = append(recalls, grant)
		}
	}
	slices.SortFunc(recalls, func(a, b id.Grant) int { return slices.Compare(a.UUID[:], b.UUID[:]) })
	d.waiting = slices.DeleteFunc(slices.Clone(d.waiting), func(w waiter) bool { return w.store == store })
	d.open = slices.DeleteFunc(slices.Clone(d.open), func(o openAsk) bool { return o.store == store })
	return recalls
}
