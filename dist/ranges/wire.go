package ranges

import (
	"encoding/binary"
	"errors"
)

// The wire form is a count, then the ranges or parts, each a list of fields: numbers
// as unsigned varints, texts with their length before them, hashes as they are.

// The most that a side tells or is asked at once.
const (
	MaxRanges = 128
	maxKey    = 1 << 10
)

// ErrMalformed says that bytes are not ranges or parts.
var ErrMalformed = errors.New("ranges: malformed bytes")

// AppendRanges appends the wire form of a question.
func AppendRanges(to []byte, asked []Range) []byte {
	to = binary.AppendUvarint(to, uint64(len(asked)))
	for _, r := range asked {
		to = appendText(to, string(r))
	}
	return to
}

// ParseRanges reads the wire form of a question. More than MaxRanges are refused.
func ParseRanges(from []byte) ([]Range, error) {
	d := decoder{rest: from}
	asked := make([]Range, 0, min(d.upTo(MaxRanges), MaxRanges))
	for range cap(asked) {
		asked = append(asked, d.name())
	}
	return asked, d.end()
}

// AppendParts appends the wire form of an answer.
func AppendParts(to []byte, parts []Part) []byte {
	to = binary.AppendUvarint(to, uint64(len(parts)))
	for _, p := range parts {
		to = appendText(to, string(p.Range))
		to = binary.AppendUvarint(to, uint64(len(p.Parts)))
		for _, s := range p.Parts {
			to = binary.AppendUvarint(to, s.Rows)
			to = append(to, s.Hash[:]...)
		}
		to = binary.AppendUvarint(to, uint64(len(p.Rows)))
		for _, row := range p.Rows {
			to = appendText(to, row.Key)
			to = append(to, row.Hash[:]...)
		}
	}
	return to
}

// ParseParts reads the wire form of an answer.
func ParseParts(from []byte) ([]Part, error) {
	d := decoder{rest: from}
	count := d.upTo(MaxRanges)
	var parts []Part
	for i := uint64(0); i < count && !d.bad; i++ {
		parts = append(parts, d.part())
	}
	return parts, d.end()
}

func appendText(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// decoder reads fields until one is bad.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) part() Part {
	p := Part{Range: d.name()}
	switch sums := d.number(); sums {
	case 0:
	case Fan:
		p.Parts = make([]Sum, Fan)
		for i := range p.Parts {
			p.Parts[i] = Sum{d.number(), d.hash()}
		}
	default:
		d.bad = true
	}
	rows := d.number()
	d.bad = d.bad || rows > 0 && len(p.Parts) > 0
	for i := uint64(0); i < rows && !d.bad; i++ {
		p.Rows = append(p.Rows, Row{d.text(maxKey), d.hash()})
	}
	return p
}

func (d *decoder) name() Range {
	r := Range(d.text(uint64(depth)))
	d.bad = d.bad || !r.valid()
	return r
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 || size > 1 && d.rest[size-1] == 0 { // a number has one form
		d.bad = true
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) upTo(most uint64) uint64 {
	n := d.number()
	if n > most {
		d.bad = true
		return 0
	}
	return n
}

func (d *decoder) text(most uint64) string {
	size := d.upTo(most)
	if d.bad || size > uint64(len(d.rest)) {
		d.bad = true
		return ""
	}
	text := string(d.rest[:size])
	d.rest = d.rest[size:]
	return text
}

func (d *decoder) hash() (h Hash) {
	if d.bad || len(d.rest) < len(h) {
		d.bad = true
		return h
	}
	d.rest = d.rest[copy(h[:], d.rest):]
	return h
}

// end returns ErrMalformed where a field was bad, or something is left.
func (d *decoder) end() error {
	if d.bad || len(d.rest) > 0 {
		return ErrMalformed
	}
	return nil
}
