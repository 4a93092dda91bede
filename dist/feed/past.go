package feed

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Past is how far a reader had come in each earlier history of an origin, which begins
// a new epoch whenever it is restored from a backup: the epochs and the last message
// that was read in each, such as "1:40,1700:52", in order of the epochs. It has a
// history also where the origin left it, and comes back to it by another backup. Empty:
// nothing is known, or there was no earlier one.
type Past string

// Mark is how far a reader had come in one epoch.
type Mark struct {
	Epoch uint64
	Seq   uint64
}

// maxPast is how many epochs are kept, the latest: no origin is restored so often while
// the messages of the first are still there.
const maxPast = 32

// With returns the past with one more mark. Of an epoch the later message stands.
func (p Past) With(m Mark) Past {
	marks := p.marks()
	i, there := slices.BinarySearchFunc(marks, m, func(a, b Mark) int { return cmp.Compare(a.Epoch, b.Epoch) })
	if there {
		marks[i].Seq = max(marks[i].Seq, m.Seq)
	} else {
		marks = slices.Insert(marks, i, m)
	}
	if len(marks) > maxPast {
		marks = marks[len(marks)-maxPast:]
	}
	parts := make([]string, len(marks))
	for i, m := range marks {
		parts[i] = strconv.FormatUint(m.Epoch, 10) + ":" + strconv.FormatUint(m.Seq, 10)
	}
	return Past(strings.Join(parts, ","))
}

// marks returns the marks in order of their epochs. What cannot be read is left out.
func (p Past) marks() []Mark {
	var marks []Mark
	for part := range strings.SplitSeq(string(p), ",") {
		epoch, seq, _ := strings.Cut(part, ":") // without a colon there is no number behind it, and none is read
		e, errEpoch := strconv.ParseUint(epoch, 10, 64)
		s, errSeq := strconv.ParseUint(seq, 10, 64)
		if errEpoch == nil && errSeq == nil {
			marks = append(marks, Mark{e, s})
		}
	}
	return marks
}

// Marks returns how far the reader of a cursor has come in each epoch, the latest first.
func (c Cursor) Marks() []Mark {
	marks := c.Past.With(Mark{c.Epoch, c.Seq}).marks()
	slices.Reverse(marks)
	return marks
}

// Behind returns the cursor behind m as its reader keeps it: with where it was in the
// epoch before, where m is the first of another one.
func (c Cursor) Behind(m Message) Cursor {
	next := c.After(m)
	next.Past = c.Past
	if m.Epoch != c.Epoch && (c.Seq > 0 || m.Epoch > 1) {
		next.Past = c.Past.With(Mark{c.Epoch, c.Seq})
	}
	return next
}

// Rewound returns the cursor of a reader that goes on at another place, since the origin
// was restored.
func (c Cursor) Rewound(to Cursor) Cursor {
	to.Past = c.Past.With(Mark{c.Epoch, c.Seq})
	return to
}
