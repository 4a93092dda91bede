package sim

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/engine/memory"
	"crossdock/site/books"
	"crossdock/site/outbox"
	"crossdock/site/store"
	"crossdock/site/warehouse"
	"crossdock/site/writer"
)

// site is a store or a warehouse with its machine: what it keeps on its disk
// outlives a crash, and nothing else does.
type site struct {
	world *World
	name  id.Site
	index int // among the sites, to tell identifiers apart
	skew  time.Duration
	slow  bool
	disk  disk
	born  uint64 // identifiers so far
	epoch uint64 // of what it says; each restore begins a new one
	past  digest // of what it has committed, and of its crashes
	draw  *rand.Rand

	storeDB *memory.Store     // nil at a warehouse
	houseDB *memory.Warehouse // nil at a store
	feeds   books.Feeds
	backup  *backup // the newest; nil: none

	// Lost in a crash.
	up         bool
	opened     time.Duration
	generation int
	store      *store.Store
	house      *warehouse.Warehouse
	steps      *writer.Stepper
	serve      func(ctx context.Context, body []byte) ([]byte, error)
	readers    []*reader
	asked      map[id.Site]feed.Cursor // by those who read this site's feed
	calls      []call
	rousing    bool // a decision is planned
	writing    bool // a write is planned
	settling   bool // asking the payment provider is planned
}

// call is a command that somebody waits for.
type call struct {
	job  *writer.Job
	name string
	done func(answer any, err error)
}

// What goes wrong by the will of the simulation. Every other failure is the
// product's.
var errInjected = errors.New("made to fail")

func siteDown() error      { return unavailable("the site is down") }
func answerMissing() error { return unavailable("no answer came") }

func injected(err error) bool { return errors.Is(err, errInjected) }

func (w *World) addSite(name id.Site, isStore bool) {
	s := &site{world: w, name: name, index: len(w.sites), epoch: 1, draw: random(w.plan.Seed+uint64(len(w.sites))<<32, drawSites)}
	s.disk.site = s
	if isStore {
		s.storeDB = memory.NewStore(name, 1)
		s.feeds = s.storeDB
		w.stores = append(w.stores, s)
	} else {
		s.houseDB = memory.NewWarehouse(name, 1)
		s.feeds = s.houseDB
		w.houses = append(w.houses, s)
	}
	w.sites = append(w.sites, s)
	w.check.add(s)
}

func (s *site) isStore() bool { return s.storeDB != nil }

// clock is the site's own: it may be wrong by minutes.
func (s *site) clock() time.Time { return beginning.Add(s.world.now + s.skew) }

// New implements id.Source: identifiers of version 7 by the site's clock, which
// sort by time of birth, as real ones do.
func (s *site) New() id.UUID {
	s.born++
	var u id.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(s.clock().UnixMilli())<<16)
	u[6], u[7] = 0x70|byte(s.born>>24)&0x0f, byte(s.born>>16)
	u[8], u[9] = 0x80, byte(s.index)
	binary.BigEndian.PutUint32(u[12:], uint32(s.born))
	return u
}

// lag is how long something takes that takes about this long.
func (s *site) lag(about time.Duration) time.Duration {
	if s.world.timers != nil {
		return 0
	}
	took := about/2 + time.Duration(s.draw.Int64N(int64(about)))
	if s.slow {
		took *= 100
	}
	return took
}

// later plans an event at the site, which does not happen when it has crashed.
func (s *site) later(wait time.Duration, name string, run func()) {
	s.world.after(wait, name, s.alive(run))
}

// timer is later for what nothing but time brings about.
func (s *site) timer(wait time.Duration, name string, run func()) {
	s.world.timer(wait, name, s.alive(run))
}

func (s *site) alive(run func()) func() {
	generation := s.generation
	return func() {
		if s.up && s.generation == generation {
			run()
		}
	}
}

// open starts the site on what is on its disk.
func (s *site) open() {
	w := s.world
	s.generation++
	s.past.number(uint64(s.generation))
	s.disk.dead, s.rousing, s.writing, s.settling = false, false, false, false
	s.calls, s.readers, s.asked = nil, nil, map[id.Site]feed.Cursor{}
	if err := s.start(); err != nil {
		if !injected(err) {
			w.fail("opens", "%s does not open: %v", s.name, err)
			return
		}
		s.world.timer(s.lag(2*time.Second), "open again", s.open)
		return
	}
	s.up, s.opened = true, w.now
	w.tell(s.name, "opened")
	s.attach()
}

// start opens the store or the warehouse, as node does.
func (s *site) start() error {
	w := s.world
	if s.isStore() {
		opened, err := store.Open(w.ctx, store.Ports{
			Journal: store.Watch(storeDisk{&s.disk, s.storeDB}), Lookups: s.storeDB, Queries: s.storeDB, Records: s.storeDB,
			Payments: w.bank, Sealer: safe{}, IDs: s, Now: s.clock, Reachable: s.reaches, Failed: s.failed, Committed: s.committed,
		}, w.shop.storeOptions())
		if err != nil {
			return err
		}
		s.store, s.steps = opened, opened.Steps()
		return nil
	}
	opened, err := warehouse.Open(w.ctx, warehouse.Ports{
		Journal: houseDisk{&s.disk, s.houseDB}, Queries: s.houseDB, Purchases: s.houseDB, Returns: s.houseDB, IDs: s, Now: s.clock,
		Failed: s.failed, Committed: s.committed,
	}, w.shop.houseOptions())
	if err != nil {
		return err
	}
	s.house, s.steps = opened, opened.Steps()
	return nil
}

// attach has the site serve its feed and read those of the others, and do what is
// due by itself.
func (s *site) attach() {
	w := s.world
	if _, err := outbox.Serve(catcher{s: s}, s.name, s.feeds, s.heard); err != nil {
		w.fail("opens", "%s does not serve its feed: %v", s.name, err)
		return
	}
	origins := w.houses
	if !s.isStore() {
		origins = w.stores
	}
	for _, origin := range origins {
		rd := newReader(s, origin)
		s.readers = append(s.readers, rd)
		s.later(s.lag(10*time.Millisecond), s.labeled("ask"), rd.ask)
	}
	s.timer(s.lag(pruneEvery), "prune", s.prune)
	if s.isStore() {
		s.timer(min(s.lag(time.Second), 2*time.Second), "tick", s.tick) // also where the site is slow
		s.timer(0, "settle payments", s.settleDue)
	}
}

// How often the outbox is pruned, and how long messages are kept that were read. A
// site that is restored reads them again, so then nothing is taken out.
const (
	pruneEvery = 5 * time.Second
	keepRead   = 10 * time.Second
)

// prune takes what all have read out of the outbox, as node does.
func (s *site) prune() {
	do := s.steps.Do
	for _, other := range s.world.sites { // in an order of their own, unlike a map
		cursor, known := s.asked[other.name]
		if !known || s.world.plan.Faults.Has(Restore) {
			continue
		}
		_, err := outbox.Prune(s.world.ctx, do, s.feeds, cursor, keepRead)
		s.world.expect(s, "pruning", err)
		if s.disk.dead {
			break
		}
	}
	s.settle()
	s.timer(pruneEvery, "prune", s.prune)
}

func (s *site) tick() {
	s.submit("tick", store.Tick{}, func(_ any, err error) { s.world.expect(s, "tick", err) })
	s.timer(time.Second, "tick", s.tick)
}

// settleDue asks the payment provider, and looks again before long: what stays
// pending is put off by the store itself.
func (s *site) settleDue() {
	s.settling = false
	if err := s.store.SettleDue(s.world.ctx); err != nil && !injected(err) {
		s.world.fail("payments", "%s cannot settle its payments: %v", s.name, err)
	}
	s.settle()
	s.settleIn(time.Second)
}

func (s *site) settleIn(wait time.Duration) {
	if !s.up || s.settling {
		return
	}
	s.settling = true
	s.timer(wait, "settle payments", s.settleDue)
}

func (s *site) failed(err error) {
	if !injected(err) {
		s.world.fail("failure", "%s has failed: %v", s.name, err)
	}
}

// submit puts a command in the site's queue. Where the site crashes before it has
// answered, done is told that the site is down.
func (s *site) submit(name string, command any, done func(answer any, err error)) {
	job, err := s.steps.Submit(s.world.ctx, command)
	if err != nil {
		s.world.fail("queue", "%s refuses the command %s: %v", s.name, name, err)
		return
	}
	s.calls = append(s.calls, call{job, name, done})
	s.rouse()
}

func (s *site) rouse() {
	if s.rousing {
		return
	}
	s.rousing = true
	s.later(s.lag(500*time.Microsecond), s.labeled("decide"), func() {
		s.rousing = false
		if s.world.story.told() {
			s.world.tell(s.name, "decides %d commands", s.steps.Waiting())
		}
		s.steps.Decide()
		s.settle()
	})
}

// settle is called after anything that may have taken steps: it answers who is to
// be answered, plans what is next, and buries the site if its disk has stopped it.
func (s *site) settle() {
	if s.disk.dead {
		s.crash()
		return
	}
	var done []call
	open := s.calls[:0]
	for _, c := range s.calls {
		if c.job.Done() {
			done = append(done, c)
		} else {
			open = append(open, c)
		}
	}
	clear(s.calls[len(open):])
	s.calls = open
	if s.steps.Waiting() > 0 {
		s.rouse()
	}
	if len(open) > s.steps.Waiting() && !s.writing {
		s.writing = true
		s.later(s.lag(4*time.Millisecond), s.labeled("write"), func() {
			s.writing = false
			s.steps.Write()
			s.settle()
		})
	}
	for _, c := range done {
		answer, err := c.job.Wait(s.world.ctx)
		if err != nil {
			s.world.tell(s.name, "%s: %v", c.name, err)
		}
		if c.done != nil {
			c.done(answer, err)
		}
	}
}

// crash loses all that is not on the disk. Who waits for an answer finds out when
// the connection breaks off.
func (s *site) crash() {
	if !s.up {
		return
	}
	w := s.world
	if s.disk.dead {
		w.tell(s.name, "CRASHED at a write, with %d commands unanswered", len(s.calls))
	} else {
		w.tell(s.name, "CRASHED with %d commands unanswered", len(s.calls))
		if len(s.calls) > s.steps.Waiting() {
			w.count(CrashedBeforeWrite)
		} else {
			w.count(CrashedAtRest)
		}
	}
	w.check.crashed(s)
	s.up = false
	s.generation++
	lost := s.calls
	s.calls = nil
	s.steps.Close()
	for _, c := range lost {
		if c.done != nil {
			w.after(s.lag(20*time.Millisecond), "connection lost", func() { c.done(nil, siteDown()) })
		}
	}
	w.faults.restartLater(s)
}

// expect fails the run for an error that is neither made by the simulation nor of
// one of these kinds. It reports whether there was none at all.
func (w *World) expect(s *site, what string, err error, kinds ...fault.Kind) bool {
	if err == nil {
		return true
	}
	if injected(err) {
		return false
	}
	for _, kind := range kinds {
		if fault.Is(err, kind) {
			return false
		}
	}
	if w.plan.Faults.Has(Restore) { // what was there is gone, or is not known yet
		for _, kind := range [...]fault.Kind{fault.NotFound, fault.Conflict, fault.Unavailable, fault.Mismatch} {
			if fault.Is(err, kind) {
				return false
			}
		}
	}
	w.fail("answers", "%s answers %s with %v: %v", s.name, what, fault.KindOf(err), err)
	return false
}

// labeled names an event of the site. Only who tries every order has to tell those
// of two sites apart by it.
func (s *site) labeled(name string) string {
	if s.world.timers == nil {
		return name
	}
	return name + " " + string(s.name)
}
