package audit

import (
	"context"

	"crossdock/core/id"
	"crossdock/dist/feed"
)

// Heads reads the head of each source.
func Heads(ctx context.Context, sources []Source) ([]Head, error) {
	heads := make([]Head, len(sources))
	for i, source := range sources {
		var err error
		if heads[i], err = source.Head(ctx); err != nil {
			return nil, err
		}
	}
	return heads, nil
}

// Consistent reports whether moments with these heads form a consistent cut: no
// message read before it was written. Earlier holds the heads of moments taken
// before all of these, if there are any: what was read in one of them, and is
// still not written, will never be. Such a link belongs to a lost or restored
// database; no cut is without it, and Sites reports it.
func Consistent(heads, earlier []Head) bool {
	lost := ahead(earlier, heads)
	for torn := range ahead(heads, heads) {
		if !lost[torn] {
			return false
		}
	}
	return true
}

// link is what one site says to another.
type link struct{ origin, destination id.Site }

// ahead returns the links whose reader has read more than the writer has written.
func ahead(readers, writers []Head) map[link]bool {
	bySite := make(map[id.Site]Head, len(writers))
	for _, head := range writers {
		bySite[head.Site] = head
	}
	links := map[link]bool{}
	for _, reader := range readers {
		for _, read := range reader.Read {
			writer, audited := bySite[id.Site(read.Origin)]
			if audited && read.Seq > writer.written(reader.Site).Seq {
				links[link{writer.Site, reader.Site}] = true
			}
		}
	}
	return links
}

// recovering reports whether the site was restored, and the other one has still to
// tell what it knows.
func (h Head) recovering(other id.Site) bool {
	if h.Epoch <= 1 {
		return false
	}
	for _, peer := range h.Peers {
		if peer.Site == other {
			return peer.Restated < h.Epoch
		}
	}
	return true
}

func (h Head) written(destination id.Site) feed.Cursor {
	for _, c := range h.Written {
		if c.Destination == string(destination) {
			return c
		}
	}
	return feed.Cursor{}
}

// pruned returns the last message to a destination that was taken out, or zero.
func (h Head) pruned(destination id.Site) feed.Cursor {
	for _, c := range h.Pruned {
		if c.Destination == string(destination) {
			return c
		}
	}
	return feed.Cursor{}
}

func (h Head) read(origin id.Site) feed.Cursor {
	for _, c := range h.Read {
		if c.Origin == string(origin) {
			return c
		}
	}
	return feed.Cursor{}
}
