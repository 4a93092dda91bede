package outbox

import (
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
)

// Refused is the verdict on a link whose other end is not who it says, or does not
// take this end for who it is. It is none of feed's, which judges histories.
const Refused = "refused"

// Link is one direction between two sites, as its receiver sees it.
type Link struct {
	Origin      id.Site   `json:"origin"`
	Destination id.Site   `json:"destination"`
	Connected   bool      `json:"connected"`   // the last request was answered, and what came was taken in
	Cursor      uint64    `json:"cursor"`      // the last message applied
	Last        uint64    `json:"last"`        // the last message known to be there
	Lag         uint64    `json:"lag"`         // messages not yet applied, as far as known
	LagSeconds  float64   `json:"lag_seconds"` // age of the oldest of them as far as known, else since StaleSince, else 0
	Breaker     string    `json:"breaker"`     // "closed", "open" or "half-open"; empty where the receiver runs elsewhere
	Failures    int       `json:"failures"`    // requests in a row without an answer that was taken in
	RetryAt     time.Time `json:"retry_at"`    // when a failed link is tried again; zero while connected
	// StaleSince is when it was last known to be up to date; zero while connected. Where
	// nothing was heard since the start it is when the last message was written.
	StaleSince time.Time `json:"stale_since"`
	HeardAt    time.Time `json:"heard_at"` // when the origin last answered; zero: never
	Verdict    string    `json:"verdict"`  // "apply", "nothing", "rewind", "restored", "parted" or Refused; empty: none yet
	Trouble    string    `json:"trouble"`  // the last failure, while there is one
}

// Age returns how old what the receiver knows is: since the oldest message that it
// has not applied, where one is known, else since it has been stale, else zero.
func (l Link) Age(now, oldest time.Time) time.Duration {
	since := oldest
	if since.IsZero() {
		since = l.StaleSince
	}
	if since.IsZero() {
		return 0
	}
	return max(0, now.Sub(since)) // the clocks of two machines differ
}

// Link tells how the link stands.
func (r *Reader) Link() Link {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.link
	l.LagSeconds = l.Age(r.settings.Now(), r.oldest).Seconds()
	l.Breaker = r.breaker.String()
	return l
}

// begin takes note of where the site stands, before anything was heard of the origin: of
// what was heard before the start it knows the last message alone.
func (r *Reader) begin(own feed.Cursor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.link.HeardAt.IsZero() || own.Seq == 0 {
		return
	}
	r.link.Cursor, r.link.Last = own.Seq, max(r.link.Last, own.Seq)
	if at := time.UnixMicro(own.At); at.Before(r.link.StaleSince) {
		r.link.StaleSince = at
	}
}

// found takes note of what there is to apply, before it is applied.
func (r *Reader) found(own feed.Cursor, reply feed.Reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.measure(own, reply.Last)
	r.oldest = time.UnixMicro(reply.Messages[0].At)
}

// measure counts what lies between the cursor and the newest message.
func (r *Reader) measure(own, last feed.Cursor) {
	l := &r.link
	l.Cursor, l.Last, l.Lag, r.oldest = own.Seq, last.Seq, 0, time.Time{}
	if l.Last <= l.Cursor {
		return
	}
	l.Lag = l.Last - l.Cursor
	if own.Seq > 0 { // what follows on the newest one applied is not older
		r.oldest = time.UnixMicro(own.At)
	}
}

// heard takes note of an answer that was taken in.
func (r *Reader) heard(own feed.Cursor, reply feed.Reply, verdict feed.Verdict) {
	now := r.settings.Now()
	r.breaker.worked()
	r.mu.Lock()
	defer r.mu.Unlock()
	l := &r.link
	l.Connected, l.Failures, l.RetryAt, l.Trouble, l.HeardAt = true, 0, time.Time{}, "", now
	l.Verdict = verdict.String()
	r.measure(own, reply.Last)
	switch verdict {
	case feed.Restored:
		l.Trouble = string(r.origin) + " was restored from a backup: its feed is behind what was read of it"
	case feed.Parted:
		l.Trouble = "the feed of " + string(r.origin) + " is not the one that was read before"
	default:
		l.StaleSince = time.Time{}
		return
	}
	r.oldest = time.Time{} // of a feed that is not to be believed
	if l.StaleSince.IsZero() {
		l.StaleSince = now
	}
}

// failed takes note of a failure and returns how long to wait. While the breaker is
// open that is never nothing, whatever was drawn: a link that is down is probed.
func (r *Reader) failed(err error) time.Duration {
	now := r.settings.Now()
	r.breaker.failed()
	r.mu.Lock()
	defer r.mu.Unlock()
	l := &r.link
	l.Failures++
	wait := r.settings.Backoff.Wait(l.Failures, r.settings.Draw())
	if r.breaker.isOpen() {
		wait = max(wait, r.settings.Backoff.Least)
	}
	if l.StaleSince.IsZero() {
		l.StaleSince = now
	}
	switch {
	case fault.Is(err, fault.Denied):
		l.Verdict = Refused
	case l.Verdict == Refused:
		l.Verdict = ""
	}
	l.Connected, l.RetryAt = false, now.Add(wait)
	l.Trouble, _ = fault.Public(err)
	return wait
}
