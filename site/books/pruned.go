package books

import (
	"slices"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
)

// Acknowledged is how far a reader of this site's feed had come at a time. Some are
// kept, so that it is known since when a message was acknowledged, after a restart too.
type Acknowledged struct {
	Cursor feed.Cursor // of the message, as it is written here
	At     time.Time
}

// Acknowledge is the command that takes note of how far a reader has come, where
// the last note is old enough, which it always is where Keep is zero. A cursor that
// names a destination alone asks without a note. Its answer is Prunable.
type Acknowledge struct {
	Cursor feed.Cursor // as it is written here: the reader has shown the same hash
	Keep   time.Duration
}

// Prunable is how much of a feed may be taken out.
type Prunable struct {
	Pruned uint64       // the last message that is out; 0: none
	UpTo   uint64       // the last message that may be
	Noted  Acknowledged // the last note of its reader; zero: none
}

// Prune is the command that takes the messages up to a cursor out of the outbox. It
// has no answer. What is to be kept, or is out already, is fault.Conflict.
type Prune struct {
	UpTo feed.Cursor
	Keep time.Duration
}

// notes is how many acknowledgements are kept over the time that messages are: so
// much, at most, is kept longer than it has to be.
const notes = 24

// Acknowledge carries out the command.
func (b *Books) Acknowledge(c Acknowledge, at time.Time) Prunable {
	to := id.Site(c.Cursor.Destination)
	var last Acknowledged
	if noted := b.acked[to]; len(noted) > 0 {
		last = noted[len(noted)-1]
	}
	written := b.written[to].Seq
	if c.Cursor.Seq > max(last.Cursor.Seq, b.pruned[to].Seq) && c.Cursor.Seq <= written && at.Sub(last.At) >= c.Keep/notes {
		a := Acknowledged{c.Cursor, at}
		b.acked[to] = append(b.acked[to], a)
		b.noted = append(b.noted, a)
		last = a
	}
	// A reader that was restored from a backup reads again from where it was then.
	upTo := min(c.Cursor.Seq, b.mayGo(to, at.Add(-c.Keep)))
	return Prunable{b.pruned[to].Seq, max(upTo, b.pruned[to].Seq), last}
}

// mayGo returns the last message to a site that was acknowledged by then. The newest
// of a feed stays in any case: the next one is numbered and chained behind it.
func (b *Books) mayGo(to id.Site, then time.Time) uint64 {
	upTo := b.pruned[to].Seq
	for _, a := range b.acked[to] {
		if !a.At.After(then) {
			upTo = max(upTo, min(a.Cursor.Seq, b.written[to].Seq-1))
		}
	}
	return upTo
}

// Prune carries out the command. It is called last in a decision, after all that
// can fail.
func (b *Books) Prune(c Prune, at time.Time) error {
	to := id.Site(c.UpTo.Destination)
	if c.UpTo.Seq <= b.pruned[to].Seq || c.UpTo.Seq > b.mayGo(to, at.Add(-c.Keep)) {
		return fault.New(fault.Conflict, "message %d to %s is not to be taken out", c.UpTo.Seq, to)
	}
	b.pruned[to] = c.UpTo
	b.cut = append(b.cut, c.UpTo)
	b.acked[to] = slices.DeleteFunc(b.acked[to], func(a Acknowledged) bool { return a.Cursor.Seq <= c.UpTo.Seq })
	return nil
}
