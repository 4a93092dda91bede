package feed

import "time"

// Backoff limits how often a link is tried: after each failure in a row the
// bound doubles from Least to Most, and the wait is drawn from zero up to it
// (full jitter), so that many readers of one origin do not come back at once.
type Backoff struct {
	Least, Most time.Duration
}

// Wait returns how long to wait after so many failures in a row, from 1. draw
// is a random number of at least 0 and less than 1.
func (b Backoff) Wait(failures int, draw float64) time.Duration {
	bound := b.Least
	for i := 1; i < failures && bound < b.Most; i++ {
		bound *= 2
	}
	return time.Duration(draw * float64(min(bound, b.Most)))
}
