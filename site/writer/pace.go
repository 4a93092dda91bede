package writer

import (
	"sync"
	"time"
)

// pace is how long batches take of late.
type pace struct {
	mu     sync.Mutex
	mean   time.Duration // 0: not known
	landed time.Time     // when the last one was stored
}

// weight is that of the last batch in the mean.
const weight = 0.25

// note counts a batch that was begun and has landed. Where the one before was stored
// in between, this one waited for it, which is not its own time.
func (p *pace) note(begun, landed time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.landed.After(begun) {
		begun = p.landed
	}
	took := landed.Sub(begun)
	if p.mean == 0 {
		p.mean = took
	}
	p.mean += time.Duration(weight * float64(took-p.mean))
	p.landed = landed
}

// expected is how long it takes until a command is stored that has so many before it,
// where a batch holds at most limit.
func (p *pace) expected(before, limit int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Duration(1+before/limit) * p.mean
}
