package sim

import (
	"context"
	"time"

	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/site/outbox"
)

// network carries messages between sites. It may lose, repeat, delay and reorder
// every one, and each direction between two sites may be cut by itself.
type network struct {
	world *World
	cut   map[direction]int // how many cuts there are; never walked
	deaf  bool              // wake-ups are lost, and nothing else
	wipes int               // how often all that was under way was lost
}

type direction struct{ from, to id.Site }

func newNetwork(w *World) *network { return &network{world: w, cut: map[direction]int{}} }

// send carries something from one site to another, or not.
func (n *network) send(from, to *site, what string, arrive func()) {
	name := what
	if n.world.timers != nil { // who tries every order tells them apart
		name = what + " " + string(from.name) + " " + string(to.name)
	}
	w, r := n.world, n.world.draws[drawNet]
	way := direction{from.name, to.name}
	rates := &w.faults.rates
	if n.cut[way] > 0 || n.deaf && what == "wake" || chance(r, rates.loss) {
		n.lost(what, from, to)
		return
	}
	copies := 1
	if chance(r, rates.duplicate) {
		copies = 2
		w.count(MessageDuplicated)
	}
	for range copies {
		delay := time.Duration(0)
		if w.timers == nil {
			delay = between(r, 500*time.Microsecond, 3*time.Millisecond)
		}
		if chance(r, rates.reorder) {
			delay += between(r, 20*time.Millisecond, 4*time.Second)
			w.count(MessageReordered)
		}
		wipes := n.wipes
		w.after(delay, name, func() {
			if n.cut[way] > 0 || n.wipes != wipes {
				n.lost(what, from, to)
			} else if to.up {
				arrive()
			}
		})
	}
}

func (n *network) lost(what string, from, to *site) {
	n.world.count(MessageLost)
	if what == "wake" {
		n.world.count(WakeLost)
	}
	n.world.tell(from.name, "%s to %s is lost", what, to.name)
}

// wipe loses all that is under way.
func (n *network) wipe() {
	n.wipes++
	n.world.count(EngineWiped)
	n.world.tell("bus", "the message engine is WIPED")
}

// committed wakes the readers of those who are spoken to.
func (s *site) committed(to []id.Site) {
	for _, name := range to {
		other := s.world.site(name)
		s.world.net.send(s, other, "wake", func() {
			for _, rd := range other.readers {
				if rd.origin == s {
					rd.wake()
				}
			}
		})
	}
}

// catcher is a bus that hands the handler of a feed to the simulation.
type catcher struct {
	outbox.Bus // never called
	s          *site
}

// Serve implements outbox.Bus.
func (c catcher) Serve(_ string, handle func(ctx context.Context, body []byte) ([]byte, error)) (func(), error) {
	c.s.serve = handle
	return func() {}, nil
}

// patience is how long a reader waits for an answer.
const patience = 2 * time.Second

// reader follows one feed: it does what outbox.Reader.Run does, one event at a time.
type reader struct {
	site, origin *site
	reader       *outbox.Reader
	asked        uint64 // number of the question that is open; 0: none
	serial       uint64
	timer        uint64 // number of the wait that is on; 0: none
	woken        bool
}

func newReader(s, origin *site) *reader {
	rd := &reader{site: s, origin: origin}
	rd.reader = outbox.NewReader(nil, origin.name, s.name, s, outbox.Settings{
		Patience: patience, Idle: between(s.world.draws[drawReaders], time.Second, 4*time.Second), Now: s.clock,
		Draw: s.world.draws[drawReaders].Float64, Turned: rd.turned,
	})
	return rd
}

func (rd *reader) turned(link outbox.Link) {
	state := "up"
	if !link.Connected {
		state = "down"
	}
	rd.site.world.tell(rd.site.name, "the feed of %s is %s at number %d", rd.origin.name, state, link.Cursor)
}

// wake ends the reader's waiting, or the next one before it begins.
func (rd *reader) wake() {
	if rd.timer == 0 {
		rd.woken = true
		return
	}
	rd.timer = 0
	rd.ask()
}

// ask sends a question, and gives up waiting for the answer in time.
func (rd *reader) ask() {
	w, s := rd.site.world, rd.site
	rd.serial++
	number := rd.serial
	rd.asked, rd.woken = number, false
	question, err := rd.reader.Ask(w.ctx)
	if err != nil {
		rd.asked = 0
		rd.take(question, nil, err)
		return
	}
	w.net.send(s, rd.origin, "question", func() { rd.arrived(number, question) })
	s.timer(patience, "no answer", func() {
		if rd.asked == number {
			rd.asked = 0
			rd.take(question, nil, unavailable("no answer"))
		}
	})
}

// arrived is the question at its origin, which answers out of its database.
func (rd *reader) arrived(number uint64, question outbox.Question) {
	origin := rd.origin
	generation := rd.site.generation
	answer, err := origin.serve(origin.world.ctx, question.Body)
	if err != nil {
		origin.world.fail("serve", "%s cannot answer %s: %v", origin.name, rd.site.name, err)
		return
	}
	reply := func() {
		origin.world.net.send(origin, rd.site, "answer", func() {
			if rd.site.generation == generation {
				rd.answered(number, question, answer)
			}
		})
	}
	if origin.world.timers != nil { // what it answers is known: when it says so makes no difference
		reply()
		return
	}
	origin.later(origin.lag(400*time.Microsecond), "answers", reply)
}

// answered takes in an answer. One that comes late, or again, goes to the reader all
// the same: it must not matter.
func (rd *reader) answered(number uint64, question outbox.Question, answer []byte) {
	if rd.asked == number {
		rd.asked = 0
		rd.take(question, answer, nil)
		return
	}
	rd.site.world.count(StaleAnswer)
	if reply, err := feed.ParseReply(answer); err == nil && len(reply.Messages) > 0 && rd.serial%4 == 0 {
		// Whatever gets past the reader: the site itself applies nothing twice.
		if err := rd.site.Apply(rd.site.world.ctx, reply.Messages); err != nil && !injected(err) {
			rd.site.world.fail("apply", "%s cannot apply again what %s said: %v", rd.site.name, rd.origin.name, err)
		}
		rd.site.settle()
		return
	}
	rd.reader.Take(rd.site.world.ctx, question, answer, nil)
	rd.site.settle()
}

func (rd *reader) take(question outbox.Question, answer []byte, err error) {
	w, s := rd.site.world, rd.site
	generation := s.generation
	more, wait := rd.reader.Take(w.ctx, question, answer, err)
	rd.judge()
	s.settle()
	if !s.up || s.generation != generation {
		return
	}
	if more || rd.woken {
		wait = 0
	}
	rd.serial++
	number := rd.serial
	rd.timer = number
	again := func() {
		if rd.timer == number {
			rd.timer = 0
			rd.ask()
		}
	}
	if wait == 0 {
		s.later(0, s.labeled("ask"), again)
	} else {
		s.timer(wait, "ask", again)
	}
}

// judge fails the run where a reader finds another history than the one that it has
// read: sites that were never restored have only one.
func (rd *reader) judge() {
	link := rd.reader.Link()
	if !link.Connected || rd.site.world.plan.Faults.Has(Restore) {
		return
	}
	if link.Verdict == feed.Parted.String() || link.Verdict == feed.Restored.String() || link.Verdict == feed.Rewind.String() {
		rd.site.world.fail("feeds", "%s finds the feed of %s %s: %s", rd.site.name, rd.origin.name, link.Verdict, link.Trouble)
	}
}
