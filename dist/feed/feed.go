// Package feed says how one site follows what another one has to say: messages
// numbered from 1 without gaps per destination, read from a cursor, each with a
// running hash, so that a reader knows at once when the two have parted.
//
// It knows nothing of commerce, keeps no state and moves no bytes: it gives the
// rules that the sender and the receiver apply. Start reading at Message, then
// Check.
package feed

import (
	"crypto/sha256"
	"encoding/binary"
)

// Hash is the running SHA-256 over a feed, up to and including one message.
type Hash [sha256.Size]byte

// Message is one thing that Origin has to say to Destination.
type Message struct {
	Origin      string
	Destination string
	Epoch       uint64 // of the origin; grows when it is restored from a backup
	Seq         uint64 // from 1, without gaps, per destination
	At          int64  // microseconds since 1970, by the origin's clock
	Key         string // messages of one key are applied in order, or none of them
	Kind        string
	Body        []byte
	Hash        Hash // Chain of the message before and this one
}

// Cursor is how far a feed has come: the last message that was written, at the
// origin, or applied, at the receiver. The zero Seq is the start.
type Cursor struct {
	Origin      string
	Destination string
	Epoch       uint64
	Seq         uint64
	Hash        Hash
	At          int64 // of the last message; microseconds since 1970
	Past        Past  // of the receiver; empty at the origin
}

// Chain returns the running hash of m after previous. m.Hash is not looked at.
func Chain(previous Hash, m Message) Hash {
	var space [1024]byte
	text := append(space[:0], previous[:]...)
	text = binary.BigEndian.AppendUint64(text, m.Epoch)
	text = binary.BigEndian.AppendUint64(text, m.Seq)
	text = binary.BigEndian.AppendUint64(text, uint64(m.At))
	for _, part := range [...]string{m.Origin, m.Destination, m.Key, m.Kind} {
		text = binary.AppendUvarint(text, uint64(len(part)))
		text = append(text, part...)
	}
	text = append(text, m.Body...)
	return sha256.Sum256(text)
}

// Next numbers and chains m behind the cursor, and returns it with the cursor moved on.
func Next(c Cursor, m Message) (Message, Cursor) {
	m.Origin, m.Destination, m.Epoch, m.Seq = c.Origin, c.Destination, c.Epoch, c.Seq+1
	m.Hash = Chain(c.Hash, m)
	return m, c.After(m)
}

// After returns the cursor behind m, without a past.
func (c Cursor) After(m Message) Cursor {
	return Cursor{Origin: c.Origin, Destination: c.Destination, Epoch: m.Epoch, Seq: m.Seq, Hash: m.Hash, At: m.At}
}

// Request asks an origin for what comes after a cursor.
type Request struct {
	Cursor Cursor // the receiver's
	Limit  int    // most messages wanted
	Seal   []byte // over Signed; what it is made of is for the sites to know; empty: none
}

// Reply is the origin's answer.
type Reply struct {
	Last  Cursor // the newest message that the origin has for the receiver
	Agree bool   // the origin has the receiver's cursor, with the same hash
	// Fork is the newest message of the origin that the receiver has read, where it is
	// in a later epoch and does not agree: what else was read was lost when the origin
	// was restored from a backup.
	Fork     Cursor
	Messages []Message
	Seal     []byte // over Signed; empty: none
}

// Verdict is what a receiver makes of a reply.
type Verdict int

// The verdicts.
const (
	Apply    Verdict = iota // apply the messages, in order
	Nothing                 // there is nothing new
	Restored                // the origin has gone back in time, without a new epoch: an operator must look
	Parted                  // the histories differ: an operator must look
	Rewind                  // the origin was restored, in a new epoch: read on from the fork
)

// String returns a word for logs and pages.
func (v Verdict) String() string {
	return [...]string{"apply", "nothing", "restored", "parted", "rewind"}[v]
}

// Check judges a reply against the receiver's own cursor. Rewind means that the
// receiver has read what its origin lost, and goes on behind the fork. Apply means that the
// messages follow on the cursor without a gap and carry the right hashes; they
// may then be applied one after another, each together with its cursor.
func Check(own Cursor, reply Reply) Verdict {
	gone := reply.Fork.Seq < own.Seq || own.Past != "" && reply.Fork.Epoch < own.Epoch
	if reply.Last.Epoch > own.Epoch && !reply.Agree && gone {
		return Rewind
	}
	if reply.Last.Epoch < own.Epoch || reply.Last.Seq < own.Seq {
		return Restored
	}
	if !reply.Agree {
		return Parted
	}
	if len(reply.Messages) == 0 {
		return Nothing
	}
	for _, m := range reply.Messages {
		if m.Origin != own.Origin || m.Destination != own.Destination || m.Seq != own.Seq+1 || m.Hash != Chain(own.Hash, m) {
			return Parted
		}
		own = own.After(m)
	}
	return Apply
}
