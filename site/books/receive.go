package books

import (
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
)

// EngineFailed reports whether an error says that a site's database could not do
// its work, rather than that what it was given is wrong. Then a message is not to
// blame, and is tried again later.
func EngineFailed(err error) bool {
	return fault.Is(err, fault.Internal) || fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Busy)
}

// Own marks the error of a site's own database, other than "there is none", as an
// engine's: what is wrong with the receiver's rows is not the sender's fault.
func Own(err error) error {
	if err == nil || EngineFailed(err) || fault.Is(err, fault.NotFound) {
		return err
	}
	return &fault.Error{Kind: fault.Internal, Op: "books.Own", Message: "a row of this site cannot be read", Cause: err}
}

// Spoiled returns why the books must not be committed, or nil: see Receive.
func (b *Books) Spoiled() error { return b.spoiled }

// Receive applies the messages that follow on the cursor of their origin, each
// together with the cursor. One that apply refuses is put aside, and so are all
// later ones of its key; apply has then left nothing behind. With park not empty
// the messages are put aside for that reason, unread.
//
// An error means that the engine failed. What came before it has been applied in
// memory and cannot be undone here: the books are spoiled until they are opened
// again, and Spoiled keeps the batch from being committed.
func (b *Books) Receive(messages []feed.Message, park string, at time.Time, apply func(feed.Message) error) error {
	if b.spoiled != nil {
		return b.spoiled
	}
	for _, m := range messages {
		if read := b.Cursor(id.Site(m.Origin)); m.Seq != read.Seq+1 || m.Hash != feed.Chain(read.Hash, m) {
			continue // applied already, read behind a gap, or of a history that is over: the reader asks again
		}
		reason := park
		if b.IsParked(m) {
			reason = "waits behind an earlier message of its key"
		}
		if reason == "" {
			err := apply(m)
			if EngineFailed(err) {
				b.spoiled = err
				return err
			}
			if err != nil {
				reason = err.Error()
			}
		}
		if reason != "" {
			b.Park(m, reason, at)
		}
		b.Read(m)
	}
	return nil
}
