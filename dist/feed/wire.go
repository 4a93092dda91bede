package feed

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

// The wire form is a version byte, then fields in their order: numbers as
// unsigned varints, texts and bytes with their length before them.
const wireVersion = 2

// pastVersion is that of a request with the past of its cursor; where there is none,
// the version before says the same.
const pastVersion = 3

// maxPastText is the most bytes of a past that are read.
const maxPastText = maxPast * 42

// maxSeal is the most bytes of a seal that are read.
const maxSeal = 256

// ErrMalformed says that bytes are not a request or a reply of this version.
var ErrMalformed = errors.New("feed: malformed bytes")

// AppendRequest appends the wire form of r, whose limit is 0 to math.MaxInt32.
func AppendRequest(to []byte, r Request) []byte {
	version := byte(wireVersion)
	if r.Cursor.Past != "" {
		version = pastVersion
	}
	to = append(to, version)
	to = appendCursor(to, r.Cursor)
	to = appendPast(to, r.Cursor)
	to = binary.AppendUvarint(to, uint64(r.Limit))
	return appendText(to, r.Seal)
}

// ParseRequest reads the wire form of a request.
func ParseRequest(from []byte) (Request, error) {
	d := decoder{rest: from}
	past := len(from) > 0 && from[0] == pastVersion
	if past {
		d.rest = d.rest[1:]
	} else {
		d.version()
	}
	r := Request{Cursor: d.cursor()}
	if past {
		r.Cursor.Past = Past(d.bytes(d.upTo(maxPastText)))
	}
	r.Limit, r.Seal = int(d.upTo(math.MaxInt32)), d.seal()
	return r, d.end()
}

// AppendReply appends the wire form of r.
func AppendReply(to []byte, r Reply) []byte {
	const fields = 128 // of a message or a cursor beside its texts, at most
	size := 3 * fields
	for i := range r.Messages {
		m := &r.Messages[i]
		size += fields + len(m.Origin) + len(m.Destination) + len(m.Key) + len(m.Kind) + len(m.Body)
	}
	to = slices.Grow(to, size)
	to = append(to, wireVersion)
	to = appendCursor(to, r.Last)
	to = appendCursor(to, r.Fork)
	agree := uint64(0)
	if r.Agree {
		agree = 1
	}
	to = binary.AppendUvarint(to, agree)
	to = binary.AppendUvarint(to, uint64(len(r.Messages)))
	for _, m := range r.Messages {
		to = appendMessage(to, m)
	}
	return appendText(to, r.Seal)
}

// ParseReply reads the wire form of a reply. The messages share memory with from.
func ParseReply(from []byte) (Reply, error) {
	d := decoder{rest: from}
	d.version()
	r := Reply{Last: d.cursor(), Fork: d.cursor(), Agree: d.upTo(1) == 1}
	count := d.number()
	if count > 0 { // it is not known yet whether there are so many
		const least = 40 // bytes of a message whose texts are empty
		r.Messages = make([]Message, 0, min(count, uint64(len(d.rest)/least)))
	}
	var last Message
	for i := uint64(0); i < count && !d.bad; i++ {
		last = d.message(last)
		r.Messages = append(r.Messages, last)
	}
	r.Seal = d.seal()
	return r, d.end()
}

func appendCursor(to []byte, c Cursor) []byte {
	to = appendText(to, c.Origin)
	to = appendText(to, c.Destination)
	to = binary.AppendUvarint(to, c.Epoch)
	to = binary.AppendUvarint(to, c.Seq)
	to = binary.AppendUvarint(to, uint64(c.At))
	return append(to, c.Hash[:]...)
}

// appendPast appends the past of a cursor, where it has one.
func appendPast(to []byte, c Cursor) []byte {
	if c.Past == "" {
		return to
	}
	return appendText(to, string(c.Past))
}

func appendMessage(to []byte, m Message) []byte {
	to = appendText(to, m.Origin)
	to = appendText(to, m.Destination)
	to = binary.AppendUvarint(to, m.Epoch)
	to = binary.AppendUvarint(to, m.Seq)
	to = binary.AppendUvarint(to, uint64(m.At))
	to = appendText(to, m.Key)
	to = appendText(to, m.Kind)
	to = appendText(to, m.Body)
	return append(to, m.Hash[:]...)
}

func appendText[T ~string | ~[]byte](to []byte, text T) []byte {
	to = binary.AppendUvarint(to, uint64(len(text)))
	return append(to, text...)
}

// decoder reads fields until one does not fit; then every field is zero.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) version() {
	if len(d.rest) == 0 || d.rest[0] != wireVersion {
		d.bad = true
		return
	}
	d.rest = d.rest[1:]
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 || d.bad {
		d.bad = true
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) upTo(most uint64) uint64 {
	n := d.number()
	d.bad = d.bad || n > most
	return n
}

func (d *decoder) bytes(length uint64) []byte {
	if d.bad || length > uint64(len(d.rest)) {
		d.bad = true
		return nil
	}
	taken := d.rest[:length:length]
	d.rest = d.rest[length:]
	return taken
}

func (d *decoder) text() string { return string(d.bytes(d.number())) }

// textLike is text, which most often says the same as the last time.
func (d *decoder) textLike(last string) string {
	text := d.bytes(d.number())
	if string(text) == last {
		return last
	}
	return string(text)
}

// seal reads the last field; one that is empty is none.
func (d *decoder) seal() []byte {
	if seal := d.bytes(d.upTo(maxSeal)); len(seal) > 0 {
		return seal
	}
	return nil
}

func (d *decoder) hash() (h Hash) {
	copy(h[:], d.bytes(uint64(len(h))))
	return h
}

func (d *decoder) cursor() Cursor {
	return Cursor{
		Origin: d.text(), Destination: d.text(), Epoch: d.number(), Seq: d.number(), At: int64(d.number()), Hash: d.hash(),
	}
}

// message reads what comes behind another message.
func (d *decoder) message(last Message) Message {
	return Message{
		Origin: d.textLike(last.Origin), Destination: d.textLike(last.Destination),
		Epoch: d.number(), Seq: d.number(), At: int64(d.number()),
		Key: d.textLike(last.Key), Kind: d.textLike(last.Kind), Body: d.bytes(d.number()), Hash: d.hash(),
	}
}

func (d *decoder) end() error {
	if d.bad || len(d.rest) > 0 {
		return ErrMalformed
	}
	return nil
}
