package sim

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"crossdock/core/id"
)

// beginning is when every run begins: shortly before midnight, so that a day ends,
// preorders are released and dates pass while it runs.
var beginning = time.Date(2026, 1, 5, 23, 59, 45, 0, time.UTC)

// drainWithin is how long the sites have, from when the faults are over, until
// nothing is under way any more.
const drainWithin = 30 * time.Minute

// Violation is an invariant that a run has broken.
type Violation struct {
	Seed      uint64 `json:"seed"`
	Replay    string `json:"replay"` // the command line that tells the story of it
	Step      int    `json:"step"`
	Invariant string `json:"invariant"`
	Text      string `json:"text"`
}

// String is the line that a failed run prints.
func (v Violation) String() string {
	return fmt.Sprintf("SIM FAIL seed=%d step=%d invariant=%s: %s; replay: %s", v.Seed, v.Step, v.Invariant, v.Text, v.Replay)
}

// Result is what came of a run.
type Result struct {
	Plan      Plan
	Hash      uint64 // of all events and commits, in their order
	Events    int
	Commits   int
	Orders    int // that stores have acknowledged
	Took      time.Duration
	Virtual   time.Duration
	Coverage  Coverage
	Violation *Violation // nil: every invariant held
}

// World is one run: the sites, what is between them, the people, and what is to
// happen next. It is not for concurrent use, and starts no goroutine.
type World struct {
	plan      Plan
	ctx       context.Context
	now       time.Duration // since the beginning
	agenda    agenda
	timers    *agenda                                 // where the explorer keeps what only time brings about; nil: in the agenda
	picks     func(house *site, which id.Fulfillment) // what staff do in the explorer; nil: nothing
	draws     [purposes]*rand.Rand
	hash      digest
	events    int
	cover     Coverage
	story     story
	violation *Violation

	stores, houses []*site
	sites          []*site
	net            *network
	bank           *bank
	check          *checker
	truth          *truth
	shop           *shop
	faults         *schedule
}

// New builds the world of a plan, with what its sites need to begin. Its story goes
// to the writer, unless that is nil.
func New(plan Plan, to io.Writer) (*World, error) {
	if err := plan.Check(); err != nil {
		return nil, err
	}
	w := &World{plan: plan, ctx: context.Background(), story: story{to: to}}
	for i := range w.draws {
		w.draws[i] = random(plan.Seed, purpose(i))
	}
	w.shop = newShop(w)
	w.faults = newSchedule(w)
	w.net, w.bank, w.check, w.truth = newNetwork(w), newBank(w), newChecker(w), newTruth(w)
	for i := range plan.Stores {
		w.addSite(id.Site([]string{"store", "annex", "outlet", "depot"}[i]), true)
	}
	for i := range plan.Warehouses {
		w.addSite(id.Site(fmt.Sprint("wh", i+1)), false)
	}
	for _, s := range w.sites {
		s.skew = w.faults.skewOf()
	}
	return w, nil
}

// Run plays a plan to its end, or to the first broken invariant.
func Run(plan Plan, to io.Writer) (Result, error) {
	began := time.Now()
	w, err := New(plan, to)
	if err != nil {
		return Result{}, err
	}
	w.guarded(w.play)
	result := Result{
		Plan: plan, Hash: uint64(w.hash), Events: w.events, Commits: w.check.commits, Orders: int(w.cover[OrdersAcknowledged]),
		Took: time.Since(began), Virtual: w.now, Coverage: w.cover, Violation: w.violation,
	}
	return result, w.story.err
}

// guarded turns a panic of the code under test into a violation, so that its seed
// can be shrunk like any other.
func (w *World) guarded(play func()) {
	defer func() {
		if cause := recover(); cause != nil {
			w.fail("panic", "%v\n%s", cause, debug.Stack())
		}
	}()
	play()
}

// play is the three parts of a run: work under faults, work without them, and rest.
func (w *World) play() {
	for _, s := range w.sites {
		s.open()
	}
	w.shop.furnish()
	w.shop.begin()
	w.faults.begin()
	w.until(w.plan.Length)
	w.faults.end()
	w.shop.end()
	w.drain()
	w.lastWord()
	w.drain()
	if w.violation == nil {
		w.check.end()
	}
}

// drain lets time pass until nothing is under way any more.
func (w *World) drain() {
	began := w.now
	for w.violation == nil && !w.check.drained() {
		if w.now >= began+drainWithin {
			w.fail("liveness", "%s after the faults %s", drainWithin, w.check.unfinished())
			return
		}
		w.until(w.now + time.Second)
		w.check.heard(began)
	}
}

// lastWord has everybody say something once more, while every wake-up is lost: it is
// heard all the same, by readers who look by themselves.
func (w *World) lastWord() {
	began := w.now
	w.net.deaf = true
	w.shop.say()
	w.until(began + hearsWithin + time.Second)
	w.check.heard(began)
	w.net.deaf = false
}

// until takes steps up to a time.
func (w *World) until(end time.Duration) {
	for w.violation == nil && len(w.agenda.events) > 0 && w.agenda.events[0].at <= end {
		e, _ := w.agenda.next()
		w.step(e)
	}
	w.now = max(w.now, end)
}

// step lets one event happen.
func (w *World) step(e entry) {
	w.now = max(w.now, e.at)
	w.events++
	w.hash.number(uint64(w.now))
	w.hash.text(e.name)
	e.run()
	w.check.afterStep()
}

// after plans an event; timer plans one that nothing but time brings about.
func (w *World) after(wait time.Duration, name string, run func()) {
	if w.timers != nil {
		wait = 0 // whatever may happen may happen now
	}
	w.agenda.plan(w.now+wait, name, run)
}

func (w *World) timer(wait time.Duration, name string, run func()) {
	if w.timers != nil {
		w.timers.plan(w.now+wait, name, run)
		return
	}
	w.after(wait, name, run)
}

// unhurried is how long a shop is open in which everybody takes their time.
const unhurried = 80 * time.Second

// pace is how long people, and what goes wrong, take in this shop for what they would
// take so long for in an unhurried one. Messages and disks know no hurry.
func (w *World) pace(usual time.Duration) time.Duration {
	return time.Duration(float64(usual) * float64(w.plan.Length) / float64(unhurried))
}

// fail notes the first invariant that is broken: what follows on it says nothing.
func (w *World) fail(invariant, format string, args ...any) {
	if w.violation != nil {
		return
	}
	w.violation = &Violation{w.plan.Seed, w.plan.Command(), w.events, invariant, fmt.Sprintf(format, args...)}
	w.story.line(w.now, "CHECK", "%s: %s", invariant, w.violation.Text)
}

// tell adds a line to the story.
func (w *World) tell(where id.Site, format string, args ...any) {
	if w.story.told() {
		w.story.line(w.now, string(where), format, args...)
	}
}

func (w *World) site(name id.Site) *site {
	for _, s := range w.sites {
		if s.name == name {
			return s
		}
	}
	return nil
}

// count counts something that was met.
func (w *World) count(what Counter) { w.cover[what]++ }
