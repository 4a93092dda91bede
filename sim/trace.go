package sim

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"time"
)

// digest is the running hash of all that happens in a run, in its order: two runs
// of one seed must end with the same one. It is no cryptographic hash: nobody has a
// reason to cheat.
type digest uint64

func (d *digest) number(n uint64) {
	high, low := bits.Mul64(uint64(*d)^n^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	*d = digest(high ^ low + 0x2545f4914f6cdd1d)
}

func (d *digest) bytes(b []byte) {
	d.number(uint64(len(b)))
	for len(b) >= 8 {
		d.number(binary.LittleEndian.Uint64(b))
		b = b[8:]
	}
	for _, c := range b {
		d.number(uint64(c))
	}
}

func (d *digest) text(s string) {
	d.number(uint64(len(s)))
	for len(s) >= 8 {
		d.number(uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56)
		s = s[8:]
	}
	for i := range len(s) {
		d.number(uint64(s[i]))
	}
}

// story writes what happens in readable lines, where somebody wants to read them.
type story struct {
	to  io.Writer // nil: nobody
	err error     // the first failure to write
}

func (s *story) told() bool { return s.to != nil }

func (s *story) line(at time.Duration, where, format string, args ...any) {
	if s.to == nil || s.err != nil {
		return
	}
	_, s.err = fmt.Fprintf(s.to, "%02d:%02d.%06d  %-7s  %s\n",
		int(at.Minutes()), int(at.Seconds())%60, at.Microseconds()%1_000_000, where, fmt.Sprintf(format, args...))
}
