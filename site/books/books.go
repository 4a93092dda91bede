// Package books is what every site keeps in the same way: its stock ledger, what
// it has to say to other sites, and how far it has read what they said.
//
// A site changes its books in memory while it decides a batch of commands, seals
// them into rows, and commits those rows together with its own. Nothing here
// does I/O, and nothing leaves the site but by a sealed message: there is no way
// to speak before the commit.
//
// Start reading at Books, then Rows.
package books

import (
	"maps"
	"slices"
	"time"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/dist/feed"
)

// Rows is what one batch adds to a site's books; an engine writes all of it, in
// one transaction, or nothing.
type Rows struct {
	Movements []Movement      // insert, in order of Seq
	Balances  []stock.Balance // insert or replace
	Messages  []feed.Message  // insert
	Cursors   []feed.Cursor   // insert or replace, by origin
	Parked    []Parked        // insert
	Reparked  []Parked        // replace the reason and the resolution of what was parked
	// Acknowledged are inserted or replaced by destination and number.
	Acknowledged []Acknowledged
	// Pruned are inserted or replaced by destination, and the messages up to each are
	// deleted, with what was acknowledged up to it.
	Pruned []feed.Cursor
	Peers  []Peer // insert or replace, by site
}

// Empty reports whether there is nothing to write.
func (r Rows) Empty() bool {
	return len(r.Movements)+len(r.Messages)+len(r.Cursors)+len(r.Parked)+
		len(r.Reparked)+len(r.Acknowledged)+len(r.Pruned)+len(r.Peers) == 0
}

// Movement is a booked movement with its place in the site's ledger.
type Movement struct {
	Seq int64 // from 1, without gaps
	stock.Movement
	Hash stock.Hash // running, over all movements up to this one
}

// Snapshot is a site's books as an engine loads them at start.
type Snapshot struct {
	Site     id.Site
	Epoch    uint64 // of the feeds that the site writes
	LastSeq  int64  // of the ledger
	LastHash stock.Hash
	Balances []stock.Balance
	Written  []feed.Cursor // newest message per destination
	Read     []feed.Cursor // newest message applied per origin
	Parked   []Parked      // those that wait

	Acknowledged []Acknowledged // by destination, oldest first
	Pruned       []feed.Cursor  // the last message taken out, per destination
	Peers        []Peer         // with whom something was settled after a restore
}

// Books are one site's books in memory. They are not for concurrent use.
type Books struct {
	*stock.Ledger
	site     id.Site
	epoch    uint64
	lastSeq  int64
	lastHash stock.Hash
	written  map[id.Site]feed.Cursor
	read     map[id.Site]feed.Cursor
	parked   map[parkedKey][]Parked     // those that wait, in order
	acked    map[id.Site][]Acknowledged // oldest first
	pruned   map[id.Site]feed.Cursor
	peers    map[id.Site]Peer

	unsealed []feed.Message
	moved    map[id.Site]bool // origins whose cursor moved in this batch
	aside    []Parked
	reparked []Parked
	noted    []Acknowledged
	cut      []feed.Cursor
	spoiled  error // an engine failed in the middle of Receive

	peerChanges []peerChange
}

// Open returns the books as they were loaded.
func Open(s Snapshot) *Books {
	b := &Books{
		Ledger: stock.NewLedger(s.Balances), site: s.Site, epoch: s.Epoch, lastSeq: s.LastSeq, lastHash: s.LastHash,
		written: map[id.Site]feed.Cursor{}, read: map[id.Site]feed.Cursor{}, parked: waiting(s.Parked),
		moved: map[id.Site]bool{}, acked: map[id.Site][]Acknowledged{}, pruned: map[id.Site]feed.Cursor{},
		peers: map[id.Site]Peer{},
	}
	for _, c := range s.Written {
		b.written[id.Site(c.Destination)] = c
	}
	for _, c := range s.Read {
		b.read[id.Site(c.Origin)] = c
	}
	for _, a := range s.Acknowledged {
		to := id.Site(a.Cursor.Destination)
		b.acked[to] = append(b.acked[to], a)
	}
	for _, c := range s.Pruned {
		b.pruned[id.Site(c.Destination)] = c
	}
	for _, p := range s.Peers {
		b.peers[p.Site] = p
	}
	return b
}

// Site names the site.
func (b *Books) Site() id.Site { return b.site }

// Epoch is the epoch of what the site writes.
func (b *Books) Epoch() uint64 { return b.epoch }

// Say stages a message. It is sent after the batch is committed, if it is.
func (b *Books) Say(to id.Site, key string, body event.Body, at time.Time) error {
	data, err := event.Encode(body)
	if err != nil {
		return err
	}
	if err := b.Greet(to, at); err != nil {
		return err
	}
	b.say(to, key, body.Kind(), data, at)
	return nil
}

func (b *Books) say(to id.Site, key, kind string, body []byte, at time.Time) {
	b.unsealed = append(b.unsealed, feed.Message{
		Destination: string(to), At: at.UnixMicro(), Key: key, Kind: kind, Body: body,
	})
}

// Cursor is how far the site has read an origin.
func (b *Books) Cursor(origin id.Site) feed.Cursor {
	if c, seen := b.read[origin]; seen {
		return c
	}
	return feed.Cursor{Origin: string(origin), Destination: string(b.site)}
}

// Left reports whether a message is of a history that its origin had left, as far as this
// site has heard, and has come back to by another backup.
func (b *Books) Left(m feed.Message) bool {
	read := b.Cursor(id.Site(m.Origin))
	return read.Past != "" && read.Marks()[0].Epoch > m.Epoch
}

// Read moves the cursor of m's origin behind m, in the same transaction as what
// m has brought about.
func (b *Books) Read(m feed.Message) {
	origin := id.Site(m.Origin)
	b.read[origin] = b.Cursor(origin).Behind(m)
	b.moved[origin] = true
}

// Rewind is the command that sets the cursor of an origin back: see Books.Rewind.
type Rewind struct{ To feed.Cursor }

// Rewind sets the cursor of an origin back to where its history goes on after it was
// restored from a backup. It is called last in a decision, after all that can fail.
func (b *Books) Rewind(to feed.Cursor) {
	origin := id.Site(to.Origin)
	b.read[origin] = b.Cursor(origin).Rewound(to)
	b.moved[origin] = true
}

// Mark names this moment for Undo.
type Mark struct{ movements, messages, peers int }

// Mark names this moment for Undo.
func (b *Books) Mark() Mark { return Mark{b.Ledger.Mark(), len(b.unsealed), len(b.peerChanges)} }

// Undo takes back what was booked and said since the mark. Cursors and parked
// messages stay: they are set last, after all that can fail.
func (b *Books) Undo(m Mark) {
	b.Ledger.Undo(m.movements)
	b.unsealed = b.unsealed[:m.messages]
	b.undoPeers(m.peers)
}

// Seal ends the batch and returns its rows, messages numbered and chained.
func (b *Books) Seal() Rows {
	movements, balances := b.Ledger.Seal()
	rows := Rows{Balances: balances, Parked: b.aside, Reparked: b.reparked, Acknowledged: b.noted, Pruned: b.cut, Peers: b.sealPeers()}
	rows.Movements = make([]Movement, len(movements))
	for i, m := range movements {
		b.lastSeq++
		b.lastHash = m.Chain(b.lastHash)
		rows.Movements[i] = Movement{b.lastSeq, m, b.lastHash}
	}
	rows.Messages = make([]feed.Message, len(b.unsealed))
	for i, m := range b.unsealed {
		to := id.Site(m.Destination)
		last, begun := b.written[to]
		if !begun {
			last = feed.Cursor{Origin: string(b.site), Destination: string(to)}
		}
		last.Epoch = b.epoch
		rows.Messages[i], b.written[to] = feed.Next(last, m)
	}
	for _, origin := range slices.Sorted(maps.Keys(b.moved)) { // the same batch gives the same rows
		rows.Cursors = append(rows.Cursors, b.read[origin])
	}
	b.unsealed, b.aside, b.reparked, b.noted, b.cut = nil, nil, nil, nil, nil
	clear(b.moved)
	return rows
}
