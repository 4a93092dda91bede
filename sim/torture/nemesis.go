package torture

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"crossdock/core/id"
)

// nemesis is one kind of trouble. act makes it, ends it, and returns; the numbers
// that it draws are its own, whatever happened before.
type nemesis struct {
	name string
	cuts bool // done to the network, beside what is done to processes
	act  func(r *round, ctx context.Context, random *rand.Rand) error
}

// Names that plans count by.
const (
	killOne   = "kill"
	cutOne    = "power cut"
	cutEvery  = "power cut of all"
	partsAll  = "partition: all"
	partsSome = "partition: some"
	partsHalf = "partition: one way"
)

// nemeses is the table of all there are.
func nemeses() []nemesis {
	return []nemesis{
		{killOne, false, (*round).killOne},
		{"kill of all", false, (*round).killAll},
		{cutOne, false, (*round).cutOne},
		{cutEvery, false, (*round).cutEvery},
		{"disk lost, then power", false, (*round).loseDisk},
		{"pause", false, (*round).freeze},
		{"disk full", false, (*round).fillDisk},
		{"message directory deleted", false, (*round).deleteMessages},
		{"clock moved", false, (*round).moveClock},
		{"warehouse restored", false, (*round).restoreWarehouse},
		{partsAll, true, (*round).partAll},
		{partsSome, true, (*round).partSome},
		{partsHalf, true, (*round).partOneWay},
		{"loss", true, (*round).losePackets},
		{"delay", true, (*round).delayLinks},
		{"answers lost", true, (*round).loseAnswers},
	}
}

// between draws a time.
func between(random *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(random.Int64N(int64(most-least)))
}

// anySite draws a site; the store, where orders are, in two of five draws.
func (r *round) anySite(random *rand.Rand) *site {
	if random.IntN(5) < 2 {
		return r.fleet.sites[shop]
	}
	return r.fleet.sites[warehouses()[random.IntN(len(warehouses()))]]
}

func (r *round) killOne(ctx context.Context, random *rand.Rand) error {
	return r.killThese(ctx, random, r.anySite(random))
}

func (r *round) killAll(ctx context.Context, random *rand.Rand) error {
	var all []*site
	for _, name := range everySite() {
		all = append(all, r.fleet.sites[name])
	}
	return r.killThese(ctx, random, all...)
}

func (r *round) killThese(ctx context.Context, random *rand.Rand, these ...*site) error {
	for _, s := range these {
		r.journal.write("kill", s.name)
		if err := s.kill(); err != nil {
			return err
		}
		r.tally.add("SIGKILLs", 1)
	}
	return r.startAgain(ctx, random, these...)
}

// startAgain starts sites that were ended, after a while.
func (r *round) startAgain(ctx context.Context, random *rand.Rand, these ...*site) error {
	if err := pause(ctx, between(random, 0, 250*time.Millisecond)); err != nil {
		return err
	}
	for _, s := range these {
		begun := time.Now()
		if err := s.start(ctx); err != nil {
			return err
		}
		r.tally.slowest("slowest start (ms)", time.Since(begun))
	}
	return nil
}

func (r *round) cutOne(ctx context.Context, random *rand.Rand) error {
	names := everySite()
	return r.cutThese(ctx, random, false, r.fleet.sites[names[random.IntN(len(names)-1)]]) // not the last one's: it is memory
}

func (r *round) cutEvery(ctx context.Context, random *rand.Rand) error {
	var all []*site
	for _, name := range everySite() {
		all = append(all, r.fleet.sites[name])
	}
	return r.cutThese(ctx, random, false, all...)
}

// loseDisk stops the disk under a process that runs on, for a moment: it must
// acknowledge nothing that it could not write.
func (r *round) loseDisk(ctx context.Context, random *rand.Rand) error {
	names := everySite()
	return r.cutThese(ctx, random, true, r.fleet.sites[names[random.IntN(len(names)-1)]])
}

// cutThese cuts the power of sites at once. No process runs at that moment: a flush
// under way would be answered as done by a kernel that has dropped it, which no
// disk does. With runOn they go on after it for a while, on disks that fail. What is
// not on a disk of its own is killed.
func (r *round) cutThese(ctx context.Context, random *rand.Rand, runOn bool, these ...*site) error {
	for _, s := range these {
		r.journal.write("cut", s.name)
		if err := s.freeze(ctx); err != nil {
			return err
		}
	}
	for _, s := range these {
		if s.disk.losesPower() {
			if err := cutPower(s.disk.mount); err != nil {
				return err
			}
		}
	}
	if runOn {
		if err := r.goOn(ctx, random, these...); err != nil {
			return err
		}
	}
	for _, s := range these {
		err := s.kill()
		s.allow(false)
		if s.disk.losesPower() {
			err = errors.Join(err, s.disk.detach(ctx), s.disk.attach(ctx))
		} else {
			r.tally.add("SIGKILLs", 1)
		}
		if err != nil {
			return err
		}
	}
	r.tally.cut(runOn, len(these) > 1, these[0].disk.losesPower())
	return r.startAgain(ctx, random, these...)
}

// goOn lets processes run on for a moment, and give up if they will.
func (r *round) goOn(ctx context.Context, random *rand.Rand, these ...*site) error {
	for _, s := range these {
		s.allow(true)
		if err := s.signal(syscall.SIGCONT); err != nil {
			return err
		}
	}
	return pause(ctx, between(random, 50*time.Millisecond, 400*time.Millisecond))
}

// freeze stops processes for a while, as a machine that swaps or a virtual one
// that is moved.
func (r *round) freeze(ctx context.Context, random *rand.Rand) error {
	s := r.anySite(random)
	r.journal.write("freeze", s.name)
	if err := s.freeze(ctx); err != nil {
		return err
	}
	err := pause(ctx, between(random, 200*time.Millisecond, 3500*time.Millisecond))
	r.tally.add("pauses", 1)
	return errors.Join(err, s.signal(syscall.SIGCONT))
}

// fillDisk leaves a site no room for a while. In half of the cases it is killed
// meanwhile, and has to start on a full disk, or refuse to.
func (r *round) fillDisk(ctx context.Context, random *rand.Rand) error {
	s := r.fleet.sites[everySite()[len(everySite())-1]]
	if !s.disk.small {
		return r.killThese(ctx, random, s)
	}
	s.allow(true)
	if err := s.disk.fill(); err != nil {
		return err
	}
	r.tally.add("full disks", 1)
	err := pause(ctx, between(random, 500*time.Millisecond, 2500*time.Millisecond))
	if err == nil && random.IntN(2) == 0 {
		r.tally.add("SIGKILLs", 1)
		if err = s.kill(); err == nil {
			if refused := s.start(ctx); refused != nil {
				r.journal.write("refuses to start", refused.Error())
			}
		}
	}
	err = errors.Join(err, s.disk.empty(), s.revive(ctx))
	s.allow(false)
	return err
}

// deleteMessages deletes what the message server keeps, while it runs or with it.
func (r *round) deleteMessages(ctx context.Context, random *rand.Rand) error {
	s := r.fleet.sites[shop]
	err := os.RemoveAll(filepath.Join(s.disk.data(), "nats"))
	r.tally.add("message directories deleted", 1)
	if err == nil && random.IntN(2) == 0 {
		err = r.killThese(ctx, random, s)
	}
	return err
}

// moveClock sets the clocks of some sites forth or back, and maybe to rights.
func (r *round) moveClock(ctx context.Context, random *rand.Rand) error {
	shifts := []int64{-86400, -3600, -600, -5, 5, 600, 3600, 86400, 2 * 86400}
	for range 1 + random.IntN(3) {
		s := r.anySite(random)
		shift := shifts[random.IntN(len(shifts))]
		r.journal.write("clock", map[id.Site]int64{s.name: shift})
		if err := setClock(s.clock(), shift); err != nil {
			return err
		}
		r.tally.add("clock moves", 1)
	}
	if err := pause(ctx, between(random, 500*time.Millisecond, 2*time.Second)); err != nil || random.IntN(2) == 0 {
		return err // the wrong time stays until the end of the round
	}
	var all []error
	for _, s := range r.fleet.sites {
		all = append(all, setClock(s.clock(), 0))
	}
	return errors.Join(all...)
}

// someWarehouses draws one or more.
func someWarehouses(random *rand.Rand) []id.Site {
	all := warehouses()
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:1+random.IntN(len(all)-1)]
}
