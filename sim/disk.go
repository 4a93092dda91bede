package sim

import (
	"context"
	"time"

	"crossdock/core/fault"
	"crossdock/engine/memory"
	"crossdock/site/store"
	"crossdock/site/warehouse"
	"crossdock/site/writer"
)

// disk stands between a site and its engine: it lets commits fail, tells the
// checker of each that has landed, and stops the site in the middle of one.
type disk struct {
	site      *site
	dead      bool          // the site has crashed at a write: nothing works until it is opened again
	fullUntil time.Duration // nothing is written before
	landed    int           // commits
}

// fate is what becomes of a commit.
type fate int

const (
	lands fate = iota
	refused
	crashesBefore
	crashesAfter
	doubtNotLanded
	doubtLanded
)

// commit writes a batch, as far as its fate lets it, and tells the checker what has
// landed. An engine that refuses rows which the site has decided upon has found a
// mistake of the site.
func (d *disk) commit(what string, write func() error, landed func()) error {
	w := d.site.world
	if d.dead {
		return unavailable("the site has crashed")
	}
	if w.now < d.fullUntil {
		w.count(DiskWasFull)
		return unavailable("the disk is full")
	}
	fate := w.faults.fateOf(d.site)
	if fate == refused && len(d.site.calls)-d.site.steps.Waiting() > 1 {
		w.count(BatchUndone)
	}
	switch fate {
	case refused:
		w.tell(d.site.name, "cannot write %s", what)
		return unavailable("the database file cannot be written")
	case crashesBefore:
		d.dead = true
		w.count(CrashedBeforeWrite)
		return unavailable("the site has crashed")
	case doubtNotLanded:
		w.tell(d.site.name, "does not know whether it has written %s (it has not)", what)
		w.count(Doubted)
		return &writer.Doubt{Cause: errInjected}
	default:
	}
	if err := write(); err != nil {
		w.fail("engine", "the engine of %s refuses what the site has decided: %v", d.site.name, err)
		return err
	}
	d.landed++
	landed()
	switch fate {
	case crashesAfter:
		d.dead = true
		w.count(CrashedAfterWrite)
		return unavailable("the site has crashed")
	case doubtLanded:
		w.tell(d.site.name, "does not know whether it has written %s (it has)", what)
		w.count(Doubted)
		w.count(DoubtLanded)
		return &writer.Doubt{Cause: errInjected}
	default:
		return nil
	}
}

func unavailable(text string) error {
	return &fault.Error{Kind: fault.Unavailable, Message: text, Cause: errInjected}
}

// storeDisk is the journal of a store.
type storeDisk struct {
	*disk
	db *memory.Store
}

var (
	_ store.Journal     = storeDisk{}
	_ warehouse.Journal = houseDisk{}
)

// Load implements store.Journal.
func (d storeDisk) Load(ctx context.Context) (store.Snapshot, error) {
	if d.dead {
		return store.Snapshot{}, unavailable("the site has crashed")
	}
	return d.db.Load(ctx)
}

// Commit implements store.Journal.
func (d storeDisk) Commit(ctx context.Context, changes *store.Changes) error {
	return d.commit("a batch", func() error { return d.db.Commit(ctx, changes) }, func() { d.site.world.check.storeCommit(d.site, changes) })
}

// houseDisk is the journal of a warehouse.
type houseDisk struct {
	*disk
	*memory.Warehouse
}

// Load implements warehouse.Journal.
func (d houseDisk) Load(ctx context.Context) (warehouse.Snapshot, error) {
	if d.dead {
		return warehouse.Snapshot{}, unavailable("the site has crashed")
	}
	return d.Warehouse.Load(ctx)
}

// Commit implements warehouse.Journal.
func (d houseDisk) Commit(ctx context.Context, changes *warehouse.Changes) error {
	return d.commit("a batch", func() error { return d.Warehouse.Commit(ctx, changes) }, func() { d.site.world.check.houseCommit(d.site, changes) })
}
