// Package ranges finds the rows in which two sides differ, by hashes of ranges: equal
// ranges are settled by one comparison, others are divided by 16 until single keys
// are named. One difference among n rows takes about log16(n) questions.
//
// It knows nothing of what the rows mean, nor of how questions travel, and it never
// says which side is right. A range is named by the first digits of the hash of its
// keys, so both sides divide alike, whatever the keys are and whoever lacks some.
//
// Start reading at Table, then Compare.
package ranges

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
)

// Fan is into how many parts a range is divided.
const Fan = 16

// Few is how many rows a range has at most of which the rows themselves are told.
const Few = 16

// depth is how long the name of a range is at most: the digits of a place.
const depth = 2 * len(Hash{})

// Hash is the beginning of a SHA-256.
type Hash [16]byte

// Of returns the hash of what a side has of a row.
func Of(value []byte) Hash {
	sum := sha256.Sum256(value)
	return Hash(sum[:len(Hash{})])
}

// Row is a key with the hash of what a side has of it.
type Row struct {
	Key  string
	Hash Hash
}

// Sum is what a side has in a range.
type Sum struct {
	Rows uint64
	Hash Hash // over all of them, in order; zero where there is none
}

// Range is the rows whose places begin with these digits, of "0" to "f"; the empty
// Range is all of them.
type Range string

// valid reports whether both sides can mean the same by it.
func (r Range) valid() bool {
	return len(r) < depth && strings.Trim(string(r), "0123456789abcdef") == ""
}

// part returns the part of a range with a digit.
func (r Range) part(digit int) Range { return r + Range("0123456789abcdef"[digit]) }

// Table is one side's rows.
type Table struct {
	rows   []Row
	places []string // of each row, ascending
}

// place is where a key stands: where its hash puts it.
func place(key string) string {
	hash := Of([]byte(key))
	return hex.EncodeToString(hash[:])
}

// NewTable returns the table of rows, each key of which stands once.
func NewTable(rows []Row) *Table {
	type placed struct {
		place string
		row   Row
	}
	all := make([]placed, len(rows))
	for i, row := range rows {
		all[i] = placed{place(row.Key), row}
	}
	slices.SortFunc(all, func(a, b placed) int { return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.row.Key, b.row.Key)) })
	t := &Table{rows: make([]Row, len(rows)), places: make([]string, len(rows))}
	for i, p := range all {
		t.rows[i], t.places[i] = p.row, p.place
	}
	return t
}

// in returns the rows of a range.
func (t *Table) in(r Range) []Row {
	from, _ := slices.BinarySearch(t.places, string(r))
	to, _ := slices.BinarySearch(t.places, string(r)+"g") // behind the last digit
	return t.rows[from:to]
}

// Sum returns what there is in a range.
func (t *Table) Sum(r Range) Sum { return sum(t.in(r)) }

func sum(rows []Row) Sum {
	if len(rows) == 0 {
		return Sum{}
	}
	hash := sha256.New()
	for _, row := range rows {
		hash.Write(binary.AppendUvarint(nil, uint64(len(row.Key))))
		hash.Write([]byte(row.Key))
		hash.Write(row.Hash[:])
	}
	return Sum{uint64(len(rows)), Hash(hash.Sum(nil)[:len(Hash{})])}
}

// Part is what a side tells of a range: its few rows, else the sums of its parts.
type Part struct {
	Range Range
	Parts []Sum // Fan of them, or none
	Rows  []Row // where there are no Parts: all that it has
}

// Tell returns what there is in a range.
func (t *Table) Tell(r Range) Part {
	rows := t.in(r)
	if len(rows) <= Few || len(r) == depth-1 {
		return Part{Range: r, Rows: slices.Clone(rows)}
	}
	told := Part{Range: r, Parts: make([]Sum, Fan)}
	for digit := range told.Parts {
		told.Parts[digit] = t.Sum(r.part(digit))
	}
	return told
}

// Compare holds what the other side tells of a range against the table. It returns
// the keys in which they differ, and the ranges to ask for next.
func (t *Table) Compare(theirs Part) (keys []string, next []Range) {
	if len(theirs.Parts) == 0 {
		return differing(t.in(theirs.Range), theirs.Rows), nil
	}
	for digit, their := range theirs.Parts {
		part := theirs.Range.part(digit)
		switch own := t.in(part); {
		case their.Rows == 0: // then all that is here is missing there
			for _, row := range own {
				keys = append(keys, row.Key)
			}
		case sum(own) != their:
			next = append(next, part)
		}
	}
	return keys, next
}

// differing returns the keys that only one side has, or with another hash.
func differing(ours, theirs []Row) (keys []string) {
	hashes := make(map[string]Hash, len(theirs))
	for _, row := range theirs {
		hashes[row.Key] = row.Hash
	}
	for _, row := range ours {
		hash, there := hashes[row.Key]
		if !there || !bytes.Equal(hash[:], row.Hash[:]) {
			keys = append(keys, row.Key)
		}
		delete(hashes, row.Key)
	}
	for _, row := range theirs {
		if _, left := hashes[row.Key]; left {
			delete(hashes, row.Key)
			keys = append(keys, row.Key)
		}
	}
	return keys
}
