package node

import (
	"context"
	"errors"
	"sync"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/engine/linkswitch"
	"crossdock/engine/sqlite"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/drift"
	"crossdock/site/outbox"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// role is one site that runs in this process.
type role struct {
	site    id.Site
	file    string // of its database
	bus     outbox.Bus
	alone   func(context.Context) error // fault.Conflict: another process runs it too
	claim   *claim                      // nil before follow
	cut     *linkswitch.Switch          // nil at the store
	feeds   books.Feeds
	settled books.Restored
	moment  func(ctx context.Context) (audit.Source, error)
	desk    *drift.Desk // answers what this site knows of others
	apply   func(ctx context.Context, messages []feed.Message) error
	do      outbox.Doer
	rewind  func(ctx context.Context, to feed.Cursor) error
	readers []*outbox.Reader
	stop    context.CancelFunc
	running sync.WaitGroup
	closers []func() error

	mu    sync.Mutex
	asked map[id.Site]lastAsked // by those who read this site's feed
}

// lastAsked is the last request of a reader: how far it had come, and when.
type lastAsked struct {
	cursor feed.Cursor
	at     time.Time

	refused   string // why the last request in its name was not taken for its own; empty: it was
	refusedAt time.Time

	noted bool // it has fallen silent, or was not heard since the start: how far it had come is in the books
}

// Cursor implements outbox.Receiver out of what is committed.
func (r *role) Cursor(ctx context.Context, origin id.Site) (feed.Cursor, error) {
	cursors, err := r.feeds.Cursors(ctx)
	if err != nil {
		return feed.Cursor{}, err
	}
	for _, c := range cursors {
		if c.Origin == string(origin) {
			return c, nil
		}
	}
	return feed.Cursor{Origin: string(origin), Destination: string(r.site)}, nil
}

// Apply implements outbox.Receiver.
func (r *role) Apply(ctx context.Context, messages []feed.Message) error {
	return r.apply(ctx, messages)
}

// Rewind implements outbox.Receiver.
func (r *role) Rewind(ctx context.Context, to feed.Cursor) error { return r.rewind(ctx, to) }

func (n *Node) openStore(ctx context.Context, name id.Site) error {
	file, err := n.dir.database(name)
	if err != nil {
		return err
	}
	bus, err := n.connect(ctx, name, storeName)
	if err != nil {
		return err
	}
	db, err := sqlite.OpenStore(ctx, file, name, sqlite.Options{})
	if err != nil {
		return err
	}
	alone := func(ctx context.Context) error { return checkAlone(ctx, bus, name, storeName) }
	r := &role{site: name, file: file, bus: bus, alone: alone, feeds: db, settled: db, moment: db.Snapshot, desk: drift.NewDesk(name, db.Look, time.Now), asked: map[id.Site]lastAsked{}}
	n.roles = append(n.roles, r)
	r.closers = append(r.closers, db.Close)
	if n.payments, err = openPayments(n.dir.path, n.config.Payment); err != nil {
		return err
	}
	r.closers = append(r.closers, n.payments.close)
	sealer, err := newRecords(n.keys.own[name])
	if err != nil {
		return err
	}
	n.records, n.published = db, store.Watch(db)
	s, err := store.Open(ctx, store.Ports{
		Journal: n.published, Lookups: db, Queries: db, Records: db, Payments: n.payments, IDs: ids{}, Now: time.Now, Sealer: sealer,
		Reachable: r.reaches, Failed: n.commitFailed(name),
		Committed: func(to []id.Site) { outbox.Wake(bus, name, to) },
	}, store.Options{
		AskWait: askWait(n.config.Quota.AskWait), Currency: n.config.Shop.Currency, Sourcing: n.config.Sourcing.Policy(),
		HoldFor: n.config.Checkout.Hold, HoldAtMost: n.config.Checkout.HoldAtMost, UnpaidFor: n.config.Payment.UnpaidFor,
		UnpaidAtMost: n.config.Payment.UnpaidAtMost,
	})
	if err != nil {
		return err
	}
	r.apply, r.rewind, r.do = s.Apply, s.Rewind, s.Do
	r.closers = append(r.closers, func() error { s.Close(); return nil })
	n.store = s
	return n.dir.settled(name)
}

func (n *Node) openWarehouse(ctx context.Context, name id.Site) error {
	file, err := n.dir.database(name)
	if err != nil {
		return err
	}
	connection, err := n.connect(ctx, name, warehouseName)
	if err != nil {
		return err
	}
	db, err := sqlite.OpenWarehouse(ctx, file, name, sqlite.Options{})
	if err != nil {
		return err
	}
	cut := linkswitch.Wrap(connection, time.Now)
	alone := func(ctx context.Context) error { return checkAlone(ctx, connection, name, warehouseName) }
	r := &role{site: name, file: file, bus: cut, cut: cut, alone: alone, feeds: db, settled: db, moment: db.Snapshot, desk: drift.NewDesk(name, db.Look, time.Now), asked: map[id.Site]lastAsked{}}
	n.roles = append(n.roles, r)
	r.closers = append(r.closers, db.Close)
	w, err := warehouse.Open(ctx, warehouse.Ports{
		Journal: db, Queries: db, Purchases: db, Returns: db, IDs: ids{}, Now: time.Now, Failed: n.commitFailed(name),
		Committed: func(to []id.Site) { outbox.Wake(cut, name, to) },
	}, warehouse.Options{
		Stores: n.config.StoresServed(), Safety: n.config.Warehouses.Safety, SharePercent: n.config.Warehouses.SharePercent,
	})
	if err != nil {
		return err
	}
	r.apply, r.rewind, r.do = w.Apply, w.Rewind, w.Do
	r.closers = append(r.closers, func() error { w.Close(); return nil })
	n.warehouses[name] = w
	return n.dir.settled(name)
}

// follow starts to serve the role's feed and to read those of the origins. It
// serves before it reads: an origin that is asked asks back at once, and one that
// then finds nobody waits long before it tries again.
func (n *Node) follow(ctx context.Context, r *role, origins []id.Site) error {
	r.claim = &claim{Bus: r.bus, check: r.alone, serve: func() (func(), error) {
		return n.answer(r)
	}}
	for _, origin := range origins {
		r.readers = append(r.readers, outbox.NewReader(r.claim, origin, r.site, r, outbox.Settings{
			Now: time.Now, Seals: seals{n.keys, r.site}, Turned: n.turned,
		}))
		if err := r.recall(ctx, origin); err != nil {
			return err
		}
	}
	err := r.claim.take(ctx)
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	if err != nil {
		r.running.Go(func() { r.claim.takeLater(ctx, n.log.With("site", r.site), r.wake) })
	}
	r.running.Go(func() { n.upkeep(ctx, r) })
	for _, reader := range r.readers {
		r.running.Go(func() {
			if err := reader.Run(ctx); err != nil {
				n.log.Error("reader stopped", "origin", reader.Link().Origin, "site", r.site, "err", err)
			}
		})
	}
	return nil
}

// answer serves the role's feed, and what it knows of other sites.
func (n *Node) answer(r *role) (stop func(), err error) {
	feeds, err := outbox.ServeSealed(r.bus, r.site, r.feeds, guard{seals{n.keys, r.site}, r}, r.heard)
	if err != nil {
		return nil, err
	}
	questions, err := r.desk.Serve(r.bus, seals{n.keys, r.site})
	if err != nil {
		feeds()
		return nil, err
	}
	return func() { questions(); feeds() }, nil
}

// guard is the seals of a role that take note of whom they refuse as a reader.
type guard struct {
	seals
	role *role
}

// Verify implements outbox.Seals.
func (g guard) Verify(site id.Site, text, seal []byte) error {
	err := g.seals.Verify(site, text, seal)
	if err != nil {
		g.role.refuses(site, err)
	}
	return err
}

// refuses takes note of a request in the name of a site that this one knows, for
// its link to show. Of any other name it keeps nothing.
func (r *role) refuses(reader id.Site, err error) {
	reason, _ := fault.Public(err)
	r.mu.Lock()
	defer r.mu.Unlock()
	last, known := r.asked[reader]
	for _, other := range r.readers {
		known = known || other.Link().Origin == reader
	}
	if known {
		last.refused, last.refusedAt = reason, time.Now()
		r.asked[reader] = last
	}
}

// heard takes note of how far a site has read this one, and wakes the reader of
// that site, which has just shown that it can be reached.
func (r *role) heard(asked feed.Cursor) {
	other := id.Site(asked.Destination)
	r.mu.Lock()
	r.asked[other] = lastAsked{cursor: asked, at: time.Now()}
	r.mu.Unlock()
	for _, reader := range r.readers {
		if link := reader.Link(); link.Origin == other && !link.Connected {
			reader.Wake()
		}
	}
}

// reaches reports whether the last word of another site was heard without
// failure since.
func (r *role) reaches(other id.Site) bool {
	for _, reader := range r.readers {
		if link := reader.Link(); link.Origin == other {
			return link.Connected
		}
	}
	return false
}

// wake has every reader look now.
func (r *role) wake() {
	for _, reader := range r.readers {
		reader.Wake()
	}
}

// quiet stops reading and answering, so that nothing new comes in, and takes note of
// how far others have read.
func (r *role) quiet(ctx context.Context) error {
	if r.stop != nil {
		r.stop()
	}
	r.running.Wait()
	if r.claim == nil { // it was not opened to its end
		return nil
	}
	r.claim.release()
	return r.noteSilent(ctx, time.Now(), 0)
}

// close ends the site, then its database.
func (r *role) close() error {
	var err error
	for i := len(r.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, r.closers[i]())
	}
	return err
}

// askWait turns the setting, in which zero means "never", into the store's, in
// which zero means the default.
func askWait(setting time.Duration) time.Duration {
	if setting == 0 {
		return -1
	}
	return setting
}
