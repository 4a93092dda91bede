package books

import (
	"cmp"
	"slices"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
)

// Parked is a message that could not be applied. Later messages of its key wait
// behind it; those of other keys go on. Its row is kept for ever: when it no longer
// waits, the resolution says how it ended.
type Parked struct {
	Message    feed.Message
	Reason     string
	ParkedAt   time.Time
	Resolution Resolution // zero while it waits
}

// Resolution is how a parked message ended.
type Resolution struct {
	As  Ending
	At  time.Time
	By  string // who skipped it
	Why string // it was skipped
}

// Ending is whether a parked message was applied after all.
type Ending string

// The endings. What waits has none.
const (
	Applied Ending = "applied"
	Skipped Ending = "skipped"
)

// maxRetried bounds how many messages one command applies again: others wait for it.
const maxRetried = 500

// RetryParked is the command that applies the parked messages of a key again, in
// order, until one is refused, which stays with those behind it. Its answer is
// Retried. A key of which nothing waits is fault.NotFound.
type RetryParked struct {
	Origin id.Site
	Key    string
	Limit  int // most messages; 0: 500
	// Refused, not empty, is why the database has refused what the first message
	// makes: it is not applied, and stays for this reason.
	Refused string
}

// Retried is what became of RetryParked.
type Retried struct {
	Applied []uint64 // the numbers of the messages that no longer wait
	Left    int      // how many wait
	More    bool     // none was refused: the rest is for the next command
	Reason  string   // why the first of those that wait was refused
}

// SkipParked is the command that takes messages of a key out without applying
// them. It is fault.NotFound where nothing waits, and fault.Conflict where the first
// that waits is another one by now. Its answer is Retried of what waited behind.
type SkipParked struct {
	Origin id.Site
	Key    string
	Seq    uint64 // the first that waits, as it was seen
	All    bool   // all that wait, not the first alone
	By     string
	Why    string // required
}

// Do carries out a command about what the site has heard or said: Rewind,
// RetryParked, SkipParked, Acknowledge or Prune.
func (b *Books) Do(command any, at time.Time, apply func(feed.Message) error) (answer any, err error) {
	switch c := command.(type) {
	case Rewind:
		b.Rewind(c.To)
		return nil, nil
	case RetryParked:
		return b.Retry(c, at, apply)
	case SkipParked:
		return b.Skip(c, at, apply)
	case Acknowledge:
		return b.Acknowledge(c, at), nil
	case Prune:
		return nil, b.Prune(c, at)
	default:
		return nil, fault.New(fault.Internal, "the books do not know the command %T", command)
	}
}

type parkedKey struct {
	origin id.Site
	key    string
}

func keyOf(m feed.Message) parkedKey { return parkedKey{id.Site(m.Origin), m.Key} }

// waiting sorts parked messages by key, and those of a key as they were said.
func waiting(parked []Parked) map[parkedKey][]Parked {
	keys := map[parkedKey][]Parked{}
	for _, p := range parked {
		keys[keyOf(p.Message)] = append(keys[keyOf(p.Message)], p)
	}
	for _, messages := range keys {
		slices.SortFunc(messages, func(a, b Parked) int {
			return cmp.Or(cmp.Compare(a.Message.Epoch, b.Message.Epoch), cmp.Compare(a.Message.Seq, b.Message.Seq))
		})
	}
	return keys
}

// IsParked reports whether an earlier message of m's key waits.
func (b *Books) IsParked(m feed.Message) bool { return len(b.parked[keyOf(m)]) > 0 }

// Waiting returns the messages of a key that wait, as they were said.
func (b *Books) Waiting(origin id.Site, key string) []feed.Message {
	parked := b.parked[parkedKey{origin, key}]
	messages := make([]feed.Message, len(parked))
	for i := range parked {
		messages[i] = parked[i].Message
	}
	return messages
}

// Park puts m aside, and with it all later messages of its key.
func (b *Books) Park(m feed.Message, reason string, at time.Time) {
	p := Parked{Message: m, Reason: reason, ParkedAt: at}
	b.parked[keyOf(m)] = append(b.parked[keyOf(m)], p)
	b.aside = append(b.aside, p)
}

// Retry carries RetryParked out. As for Receive, apply has left nothing behind where
// it refuses a message, and an error other than NotFound means that the engine
// failed: the books are spoiled then.
func (b *Books) Retry(c RetryParked, at time.Time, apply func(feed.Message) error) (Retried, error) {
	k := parkedKey{c.Origin, c.Key}
	if b.spoiled != nil {
		return Retried{}, b.spoiled
	}
	if len(b.parked[k]) == 0 {
		return Retried{}, noneWaits(k)
	}
	if c.Refused != "" {
		b.refuse(k, c.Refused)
		return Retried{Left: len(b.parked[k]), Reason: c.Refused}, nil
	}
	return b.retry(k, cmp.Or(max(0, c.Limit), maxRetried), at, apply)
}

func (b *Books) retry(k parkedKey, limit int, at time.Time, apply func(feed.Message) error) (Retried, error) {
	var done Retried
	for len(b.parked[k]) > 0 {
		if len(done.Applied) == limit {
			done.More = true
			break
		}
		first := b.parked[k][0]
		err := apply(first.Message)
		if EngineFailed(err) {
			b.spoiled = err
			return Retried{}, err
		}
		if err != nil {
			done.Reason = err.Error()
			b.refuse(k, done.Reason)
			break
		}
		b.resolve(k, Resolution{As: Applied, At: at})
		done.Applied = append(done.Applied, first.Message.Seq)
	}
	done.Left = len(b.parked[k])
	return done, nil
}

// Skip carries SkipParked out, then Retry of what waits behind.
func (b *Books) Skip(c SkipParked, at time.Time, apply func(feed.Message) error) (Retried, error) {
	k := parkedKey{c.Origin, c.Key}
	if b.spoiled != nil {
		return Retried{}, b.spoiled
	}
	if c.Why == "" {
		return Retried{}, fault.At("reason", fault.Invalid, "a message is skipped for a reason: say which")
	}
	if len(b.parked[k]) == 0 {
		return Retried{}, noneWaits(k)
	}
	if first := b.parked[k][0].Message.Seq; c.Seq != first {
		return Retried{}, fault.At("seq", fault.Conflict, "the first message that waits is number %d, not %d", first, c.Seq)
	}
	skipped := Resolution{As: Skipped, At: at, By: c.By, Why: c.Why}
	for b.resolve(k, skipped); c.All && len(b.parked[k]) > 0; {
		b.resolve(k, skipped)
	}
	return b.retry(k, maxRetried, at, apply)
}

func noneWaits(k parkedKey) error {
	return fault.New(fault.NotFound, "no message of %s with the key %s waits", k.origin, fault.Quote(k.key))
}

// refuse keeps the first message of a key where it is. What it says is written
// only where it is news: keys are tried again every so often.
func (b *Books) refuse(k parkedKey, reason string) {
	first := &b.parked[k][0]
	if first.Reason != reason {
		first.Reason = reason
		b.reparked = append(b.reparked, *first)
	}
}

// resolve takes the first message of a key out.
func (b *Books) resolve(k parkedKey, as Resolution) {
	first := b.parked[k][0]
	first.Resolution = as
	b.reparked = append(b.reparked, first)
	if b.parked[k] = b.parked[k][1:]; len(b.parked[k]) == 0 {
		delete(b.parked, k)
	}
}
