package audit

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/dist/feed"
)

// walkOutbox checks invariant 5 of everything that a site has said: each message
// is there as it was written, and who has read it has read just that. Of what was
// pruned there is only the last hash, on which the chain goes on.
func (a *auditor) walkOutbox(ctx context.Context, v *view) error {
	var destinations []id.Site
	for _, c := range v.head.Written {
		destinations = append(destinations, id.Site(c.Destination))
	}
	for _, reader := range a.views { // also one that has read what is not there any more
		if reader.head.read(v.head.Site).Seq > 0 && !slices.Contains(destinations, reader.head.Site) {
			destinations = append(destinations, reader.head.Site)
		}
	}
	for _, destination := range destinations {
		f := a.newFeed(v, destination)
		if err := v.source.Messages(ctx, destination, 0, f.next); err != nil {
			return err
		}
		f.end()
	}
	return nil
}

// feedWalk holds on to one message at a time of a feed.
type feedWalk struct {
	auditor *auditor
	link    link
	from    *view
	reader  *view                   // nil where the destination is not audited
	cursor  feed.Cursor             // the reader's
	met     bool                    // its message was there
	parked  map[uint64]feed.Message // by the reader, and not yet met
	pruned  feed.Cursor             // the last message that was taken out
	last    feed.Cursor             // behind the last message, with the hash that is stored
	hash    feed.Hash               // the one that its fields give
}

func (a *auditor) newFeed(from *view, destination id.Site) *feedWalk {
	f := &feedWalk{
		auditor: a, link: link{from.head.Site, destination}, from: from, reader: a.view(destination),
		parked: map[uint64]feed.Message{}, pruned: from.head.pruned(destination),
	}
	f.last, f.hash = f.pruned, f.pruned.Hash
	from.counts.Pruned += int(f.pruned.Seq)
	if f.reader != nil {
		f.cursor = f.reader.head.read(from.head.Site)
		for _, p := range f.reader.head.Parked {
			if p.Message.Origin == string(from.head.Site) && p.Message.Seq > f.pruned.Seq {
				f.parked[p.Message.Seq] = p.Message
			}
		}
	}
	return f
}

func (f *feedWalk) next(m feed.Message) error {
	if m.Seq <= f.pruned.Seq {
		f.find(m, "is there, although all up to message %d was pruned", f.pruned.Seq)
		return nil
	}
	after, was := f.last, f.hash
	f.last, f.hash = f.last.After(m), feed.Chain(f.last.Hash, m)
	// Behind a message whose hash was changed, the hash that it should have fits.
	fits := f.hash == m.Hash || feed.Chain(was, m) == m.Hash
	switch {
	case m.Seq != after.Seq+1:
		f.find(m, "follows on message %d: those between them are missing", after.Seq)
	case !fits:
		f.find(m, "was changed after it was written: its hash does not fit its fields")
	}
	if _, err := event.Decode(m.Kind, m.Body); err != nil {
		f.find(m, "%v", err)
	}
	if f.reader != nil && m.Seq == f.cursor.Seq {
		f.met = true
		if m.Hash != f.cursor.Hash || m.Epoch != f.cursor.Epoch {
			f.parted("message %d is another one at %s", m.Seq, f.link.origin)
		}
	}
	if p, parked := f.parked[m.Seq]; parked && p.Hash == m.Hash && p.Kind == m.Kind && p.Key == m.Key && bytes.Equal(p.Body, m.Body) {
		delete(f.parked, m.Seq)
	}
	return nil
}

// end checks the end of the feed.
func (f *feedWalk) end() {
	newest := f.from.head.written(f.link.destination)
	if f.reader != nil && f.cursor.Seq == f.pruned.Seq && f.cursor.Seq > 0 {
		f.met = true
		if f.cursor.Hash != f.pruned.Hash {
			f.parted("message %d, the last that was pruned, is another one at %s", f.cursor.Seq, f.link.origin)
		}
	}
	if newest.Seq != f.last.Seq || newest.Hash != f.last.Hash {
		f.auditor.find(5, f.link.origin, fmt.Sprintf("newest message to %s", f.link.destination),
			"is said to be number %d, but number %d is the last, or it has another hash", newest.Seq, f.last.Seq)
		f.auditor.broken[f.link] = true
	}
	for seq := range f.parked {
		f.auditor.find(5, f.link.destination, fmt.Sprintf("parked message %d of %s", seq, f.link.origin), "is not what %s has written", f.link.origin)
		f.auditor.broken[f.link] = true
	}
	switch {
	case f.reader != nil && f.cursor.Seq < f.pruned.Seq:
		f.parted("message %d is read, and those up to %d were pruned", f.cursor.Seq, f.pruned.Seq)
	case f.reader == nil || f.cursor.Seq == 0 || f.met:
	case f.cursor.Seq > f.last.Seq:
		f.parted("message %d is read, but %s, which is of an older time or was lost, has written only %d", f.cursor.Seq, f.link.origin, f.last.Seq)
	default:
		f.parted("message %d is read, but is not there at %s", f.cursor.Seq, f.link.origin)
	}
}

// find names a message. One that its reader has still to read is needed to know
// what is under way.
func (f *feedWalk) find(m feed.Message, format string, args ...any) {
	f.auditor.find(5, f.link.origin, fmt.Sprintf("message %d to %s", m.Seq, f.link.destination), format, args...)
	if m.Seq > f.cursor.Seq {
		f.auditor.broken[f.link] = true
	}
}

// parted says that the reader's cursor is not on this feed.
func (f *feedWalk) parted(format string, args ...any) {
	row := fmt.Sprintf("cursor of %s for %s", f.link.destination, f.link.origin)
	f.auditor.find(5, f.link.destination, row, "reads another history: "+format, args...)
	f.auditor.broken[f.link] = true
}
