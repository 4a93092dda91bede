package outbox

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
)

// Receiver is the site that a Reader feeds.
type Receiver interface {
	// Cursor is how far the site has applied an origin's feed, as committed.
	Cursor(ctx context.Context, origin id.Site) (feed.Cursor, error)
	// Apply applies messages that follow on the cursor, and moves it, in one
	// transaction. When it returns nil the messages are applied or parked.
	Apply(ctx context.Context, messages []feed.Message) error
	// Rewind sets the cursor of an origin back to where its history goes on, since
	// it was restored from a backup. What was applied beyond stays applied.
	Rewind(ctx context.Context, to feed.Cursor) error
}

// Settings are the times of a Reader. Zero fields take the defaults.
type Settings struct {
	Patience time.Duration // how long one request may take; default 2 s
	Idle     time.Duration // how often to look without being woken; default 1 s
	Backoff  feed.Backoff  // between failures; default 200 ms to 5 min
	Seals    Seals         // nil: requests go without, and every reply is believed
	Now      func() time.Time
	Draw     func() float64 // random numbers of at least 0 and less than 1; default those of math/rand
	Turned   func(Link)     // called when the link has gone down or come up; may be nil, must not block
}

// Reader follows one origin's feed into one site.
type Reader struct {
	bus      Bus
	origin   id.Site
	site     id.Site
	receiver Receiver
	settings Settings
	wake     chan struct{}
	breaker  breaker
	up, told bool // as turn saw it last, and whether it has said so

	mu     sync.Mutex
	link   Link
	oldest time.Time // of the messages not applied, as far as known; zero: none
}

// NewReader makes a reader; Run does the work.
func NewReader(bus Bus, origin, site id.Site, receiver Receiver, settings Settings) *Reader {
	if settings.Patience == 0 {
		settings.Patience = 2 * time.Second
	}
	if settings.Idle == 0 {
		settings.Idle = time.Second
	}
	if settings.Backoff == (feed.Backoff{}) {
		settings.Backoff = feed.Backoff{Least: 200 * time.Millisecond, Most: 5 * time.Minute}
	}
	if settings.Draw == nil {
		settings.Draw = rand.Float64
	}
	return &Reader{
		bus: bus, origin: origin, site: site, receiver: receiver, settings: settings,
		wake: make(chan struct{}, 1), breaker: newBreaker(),
		link: Link{Origin: origin, Destination: site, StaleSince: settings.Now()},
	}
}

// Wake makes the reader look now, whatever it is waiting for. Only while the breaker
// is open does it leave the least wait between two looks: an origin that has much to
// say must not hammer a site whose database fails.
func (r *Reader) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run follows the feed until ctx ends.
func (r *Reader) Run(ctx context.Context) error {
	stop, err := r.bus.Subscribe(wakeSubject(r.origin, r.site), func([]byte) { r.Wake() })
	if err != nil {
		return err
	}
	defer stop()
	for ctx.Err() == nil {
		more, wait := r.step(ctx)
		if !more {
			r.pause(ctx, wait)
		}
	}
	return nil
}

// step asks once and takes in what is answered.
func (r *Reader) step(ctx context.Context) (more bool, wait time.Duration) {
	question, err := r.Ask(ctx)
	if err != nil {
		return r.Take(ctx, question, nil, err)
	}
	asking, cancel := context.WithTimeout(ctx, r.settings.Patience)
	defer cancel()
	answer, err := r.bus.Request(asking, Subject(r.origin), question.Body)
	return r.Take(ctx, question, answer, err)
}

// turn says how the link stands at first, and when it has gone down or come up since.
func (r *Reader) turn() {
	link := r.Link()
	up := link.Connected && link.Trouble == ""
	if (up != r.up || !r.told) && r.settings.Turned != nil {
		r.settings.Turned(link)
	}
	r.up, r.told = up, true
}

// pause waits for a time, or until it is woken.
func (r *Reader) pause(ctx context.Context, wait time.Duration) {
	began := r.settings.Now()
	if !r.sleep(ctx, wait, r.wake) || !r.breaker.isOpen() {
		return
	}
	if rest := r.settings.Backoff.Least - r.settings.Now().Sub(began); rest > 0 {
		r.sleep(ctx, rest, nil)
	}
}

// sleep reports whether it was woken before its time.
func (r *Reader) sleep(ctx context.Context, wait time.Duration, wake <-chan struct{}) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-wake:
		return true
	}
	return false
}

// Question is what a reader asks an origin, and from where on.
type Question struct {
	Body []byte
	from feed.Cursor
}

// Ask returns what to ask the origin next; where the breaker is open it is a probe.
// Run asks and takes in turn, and so does a simulation, which loses, delays and
// repeats what is between. Neither goes by a clock but that of the settings.
func (r *Reader) Ask(ctx context.Context) (Question, error) {
	r.breaker.asks()
	own, err := r.receiver.Cursor(ctx, r.origin)
	if err != nil {
		return Question{}, err
	}
	r.begin(own)
	request := feed.Request{Cursor: own, Limit: maxMessages}
	if r.settings.Seals != nil {
		request.Seal = r.settings.Seals.Seal(request.Signed())
	}
	return Question{feed.AppendRequest(nil, request), own}, nil
}

// Take applies what was answered to a question, or takes note of the failure. It
// reports whether there is more to ask for at once, and else how long to wait. The
// answer to a question that others have overtaken is left alone.
func (r *Reader) Take(ctx context.Context, question Question, answer []byte, err error) (more bool, wait time.Duration) {
	if err == nil {
		more, err = r.take(ctx, question.from, answer)
	}
	if ctx.Err() != nil {
		return false, 0
	}
	wait = r.settings.Idle
	if err != nil {
		wait = r.failed(err)
	}
	r.turn()
	return more, wait
}

func (r *Reader) take(ctx context.Context, from feed.Cursor, answer []byte) (more bool, err error) {
	reply, err := feed.ParseReply(answer)
	if err != nil {
		return false, &fault.Error{Kind: fault.Corrupt, Op: "outbox.Take", Message: "the answer of " + string(r.origin) + " cannot be read", Cause: err}
	}
	if r.settings.Seals != nil {
		if err := r.settings.Seals.Verify(r.origin, reply.Signed(from), reply.Seal); err != nil {
			return false, err
		}
	}
	own, err := r.receiver.Cursor(ctx, r.origin)
	if err != nil {
		return false, err
	}
	if own != from {
		return true, nil
	}
	verdict := feed.Check(own, reply)
	switch verdict {
	case feed.Apply:
		r.found(own, reply)
		if err := r.receiver.Apply(ctx, reply.Messages); err != nil {
			return false, err
		}
		own = own.Behind(reply.Messages[len(reply.Messages)-1])
	case feed.Rewind:
		own = reply.Fork
		own.Origin, own.Destination = string(r.origin), string(r.site) // also where the origin has nothing of that time
		if err := r.receiver.Rewind(ctx, own); err != nil {
			return false, err
		}
	default: // there is nothing to do, or nothing that can be done
	}
	r.heard(own, reply, verdict)
	return (verdict == feed.Apply || verdict == feed.Rewind) && own.Seq < reply.Last.Seq, nil
}
