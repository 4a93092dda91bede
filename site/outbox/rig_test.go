package outbox_test

import (
	stdcmp "cmp"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/engine/membus"
	"crossdock/site/books"
	"crossdock/site/outbox"
)

// feeds is an origin's database: what it has said to one destination.
type feeds struct {
	books.Feeds // the rest is not asked
	mu          sync.Mutex
	epoch       uint64
	last        feed.Cursor
	messages    []feed.Message
	page        int // most messages of an answer; 0: 3
	asks        int // how often messages were asked for
}

func newFeeds() *feeds {
	return &feeds{epoch: 1, last: feed.Cursor{Origin: "wh1", Destination: "store", Epoch: 1}}
}

func (f *feeds) say(words ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, word := range words {
		var m feed.Message
		m, f.last = feed.Next(f.last, feed.Message{At: time.Now().UnixMicro(), Key: "k", Kind: "word", Body: []byte(word)})
		f.messages = append(f.messages, m)
	}
}

func (f *feeds) Messages(_ context.Context, to string, after uint64, limit, size int) ([]feed.Message, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asks++
	if limit > 500 || size != 512<<10 {
		return nil, fault.New(fault.Invalid, "an answer of %d messages or %d bytes", limit, size)
	}
	if to != "store" || after >= uint64(len(f.messages)) {
		return nil, nil
	}
	page := f.messages[after:]
	return page[:min(limit, len(page), stdcmp.Or(f.page, 3))], nil
}

func (f *feeds) Fork(_ context.Context, to string, epoch uint64) (feed.Cursor, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var fork feed.Cursor
	for _, m := range f.messages {
		if to == m.Destination && m.Epoch <= epoch {
			fork = feed.Cursor{Origin: m.Origin, Destination: m.Destination}.After(m)
		}
	}
	return fork, nil
}

// restore has the origin go on behind its message seq, in a new epoch.
func (f *feeds) restore(seq int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.messages = f.messages[:seq:seq]
	f.last = feed.Cursor{Origin: "wh1", Destination: "store"}
	if seq > 0 {
		f.last = f.last.After(f.messages[seq-1])
	}
	f.epoch++
	f.last.Epoch = f.epoch
}

func (f *feeds) Written(_ context.Context, to string, seq uint64) (newest, at feed.Cursor, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if to != "store" || len(f.messages) == 0 {
		return feed.Cursor{}, feed.Cursor{}, nil
	}
	if seq > 0 && seq <= uint64(len(f.messages)) {
		at = feed.Cursor{Origin: "wh1", Destination: "store"}.After(f.messages[seq-1])
	}
	return f.last, at, nil
}

// receiver keeps the words that it was given, each with the cursor.
type receiver struct {
	mu     sync.Mutex
	cursor feed.Cursor
	words  []string
	fail   int   // how many of the next calls of Apply fail
	broken error // what Cursor fails with
}

func newReceiver() *receiver {
	return &receiver{cursor: feed.Cursor{Origin: "wh1", Destination: "store"}}
}

func (r *receiver) Cursor(context.Context, id.Site) (feed.Cursor, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cursor, r.broken
}

func (r *receiver) Apply(_ context.Context, messages []feed.Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail--; r.fail >= 0 {
		return errors.New("the disk is full")
	}
	for _, m := range messages {
		r.words = append(r.words, string(m.Body))
		r.cursor = r.cursor.After(m)
	}
	return nil
}

func (r *receiver) Rewind(_ context.Context, to feed.Cursor) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cursor = to
	return nil
}

func (r *receiver) heard() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.words...)
}

var settings = outbox.Settings{
	Patience: 2 * time.Second, Idle: time.Second,
	Backoff: feed.Backoff{Least: 200 * time.Millisecond, Most: 5 * time.Second}, Now: time.Now,
}

// link is a reader and what it reads, within a synctest bubble.
type link struct {
	feeds    *feeds
	receiver *receiver
	reader   *outbox.Reader
	near     outbox.Bus // the origin's end
}

// run follows wh1's feed over the two ends for as long as the test takes.
func run(t *testing.T, near, far outbox.Bus) *link {
	t.Helper()
	l := &link{feeds: newFeeds(), receiver: newReceiver(), near: near}
	stop, err := outbox.Serve(near, "wh1", l.feeds, nil)
	if err != nil {
		t.Fatal(err)
	}
	l.reader = outbox.NewReader(far, "wh1", "store", l.receiver, settings)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.reader.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		stop()
	})
	return l
}

func (l *link) say(words ...string) {
	l.feeds.say(words...)
	outbox.Wake(l.near, "wh1", []id.Site{"store"})
}

// bubble runs a test where time is fake and passes when everybody waits.
func bubble(t *testing.T, test func(t *testing.T, a, b *membus.Conn), options ...membus.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		bus := membus.New(options...)
		a, b := bus.Connect(), bus.Connect()
		t.Cleanup(func() { b.Close(); a.Close() })
		test(t, a, b)
	})
}

func pass(d time.Duration) {
	time.Sleep(d) // the bubble's clock: nobody waits
	synctest.Wait()
}

func same[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// wrapped is a bus whose requests a test can spoil.
type wrapped struct {
	outbox.Bus
	request func(ctx context.Context, body []byte) ([]byte, error)
}

func (w wrapped) Request(ctx context.Context, subject string, body []byte) ([]byte, error) {
	if subject != outbox.Subject("wh1") {
		return nil, fault.New(fault.Invalid, "%s", subject)
	}
	return w.request(ctx, body)
}
