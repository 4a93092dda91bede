package outbox_test

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/engine/linkswitch"
	"crossdock/engine/membus"
	"crossdock/site/outbox"
)

var errDown = fault.New(fault.Unavailable, "nobody there")

// stepped is a reader that a test drives step by step, with a clock of its own.
type stepped struct {
	t        *testing.T
	now      time.Time
	draw     float64
	feeds    *feeds
	receiver *receiver
	reader   *outbox.Reader
	serve    func(ctx context.Context, body []byte) ([]byte, error)
}

// kept is a bus that keeps the handler of who serves.
type kept struct {
	outbox.Bus
	handler *func(ctx context.Context, body []byte) ([]byte, error)
}

func (k kept) Serve(_ string, handle func(ctx context.Context, body []byte) ([]byte, error)) (func(), error) {
	*k.handler = handle
	return func() {}, nil
}

func newStepped(t *testing.T, change ...func(s *outbox.Settings)) *stepped {
	t.Helper()
	s := &stepped{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), feeds: newFeeds(), receiver: newReceiver()}
	s.feeds.page = math.MaxInt
	set := outbox.Settings{Now: func() time.Time { return s.now }, Draw: func() float64 { return s.draw }}
	for _, c := range change {
		c(&set)
	}
	s.reader = outbox.NewReader(nil, "wh1", "store", s.receiver, set)
	if _, err := outbox.ServeSealed(kept{handler: &s.serve}, "wh1", s.feeds, nil, nil); err != nil {
		t.Fatal(err)
	}
	return s
}

// say writes a message that is so old.
func (s *stepped) say(ago time.Duration) {
	m, last := feed.Next(s.feeds.last, feed.Message{At: s.now.Add(-ago).UnixMicro(), Key: "k", Kind: "word", Body: []byte("w")})
	s.feeds.messages, s.feeds.last = append(s.feeds.messages, m), last
}

func (s *stepped) ask() outbox.Question {
	s.t.Helper()
	question, err := s.reader.Ask(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return question
}

// fails asks in vain, so often, and returns the last wait.
func (s *stepped) fails(times int) (wait time.Duration) {
	s.t.Helper()
	for range times {
		_, wait = s.reader.Take(s.t.Context(), s.ask(), nil, errDown)
	}
	return wait
}

// works asks and takes in what is answered.
func (s *stepped) works() (more bool) {
	s.t.Helper()
	question := s.ask()
	answer, err := s.serve(s.t.Context(), question.Body)
	more, _ = s.reader.Take(s.t.Context(), question, answer, err)
	return more
}

// TestBreakerOpensProbesAndCloses walks the states of the breaker, without any clock
// but the reader's.
func TestBreakerOpensProbesAndCloses(t *testing.T) {
	s := newStepped(t)
	is := func(when, want string) {
		t.Helper()
		if got := s.reader.Link().Breaker; got != want {
			t.Errorf("%s: the breaker is %s, want %s", when, got, want)
		}
	}
	is("new", "closed")
	s.fails(4)
	is("after four failures", "closed")
	s.works()
	s.fails(4)
	is("four failures after an answer", "closed")
	wait := s.fails(1)
	is("after five in a row", "open")
	same(t, "the least wait, although nothing was drawn", 200*time.Millisecond, wait)
	s.now = s.now.Add(1000 * time.Hour)
	is("time alone", "open")
	probe := s.ask()
	is("probed", "half-open")
	s.reader.Take(t.Context(), probe, nil, errDown)
	is("the probe failed", "open")
	s.ask() // and its answer never comes
	s.works()
	is("answered", "closed")
	s.fails(4)
	is("it counts anew", "closed")
}

// TestBreakerOfADatabaseThatFails: the origin answers, and what it says cannot be
// taken in.
func TestBreakerOfADatabaseThatFails(t *testing.T) {
	s := newStepped(t)
	s.say(time.Minute)
	s.receiver.fail = 6
	for range 5 {
		s.works()
	}
	got := s.reader.Link()
	if got.Breaker != "open" || got.Connected || got.Trouble == "" || got.Failures != 5 {
		t.Errorf("%+v", got)
	}
	if got.Last != 1 || got.Lag != 1 || got.LagSeconds != 60 {
		t.Errorf("a message of a minute ago is there and not applied: %+v", got)
	}
	s.works()
	s.works()
	if got := s.reader.Link(); got.Breaker != "closed" || got.Lag != 0 || got.LagSeconds != 0 {
		t.Errorf("applied: %+v", got)
	}
}

// TestBackoffByDefault is the one that docs/protocol.md names.
func TestBackoffByDefault(t *testing.T) {
	s := newStepped(t)
	s.draw = math.Nextafter(1, 0)
	near := func(got, want time.Duration) bool { return got <= want && got >= want-time.Microsecond }
	for failures, want := range []time.Duration{
		200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, 1600 * time.Millisecond, 3200 * time.Millisecond,
	} {
		if wait := s.fails(1); !near(wait, want) {
			t.Errorf("after %d failures it waits %v, want %v", failures+1, wait, want)
		}
	}
	if wait := s.fails(20); !near(wait, 5*time.Minute) {
		t.Errorf("at last it waits %v, want 5m", wait)
	}
	s.draw = 0.25
	if wait := s.fails(1); wait != 75*time.Second {
		t.Errorf("with full jitter it waits %v, want a quarter of 5m", wait)
	}
}

// TestAgeGrowsByTheClock: while something is not applied, and while nothing is heard.
func TestAgeGrowsByTheClock(t *testing.T) {
	s := newStepped(t)
	age := func(when string, want time.Duration) {
		t.Helper()
		if got := s.reader.Link().LagSeconds; got != want.Seconds() {
			t.Errorf("%s: %vs old, want %v", when, got, want)
		}
	}
	age("new", 0)
	s.now = s.now.Add(3 * time.Second)
	age("never heard of", 3*time.Second)
	s.feeds.page = 2
	s.say(50 * time.Second)
	s.say(40 * time.Second)
	s.say(30 * time.Second)
	if more := s.works(); !more {
		t.Error("there is more")
	}
	age("two of three applied: the third is not older than the second", 40*time.Second)
	s.receiver.fail = 1
	s.works()
	age("the third cannot be applied", 30*time.Second)
	s.now = s.now.Add(time.Minute)
	age("a minute later", 90*time.Second)
	s.fails(1)
	age("and cut off: the message is what counts", 90*time.Second)
	s.works()
	s.now = s.now.Add(time.Hour)
	age("all applied", 0)
	s.fails(1)
	s.now = s.now.Add(7 * time.Second)
	s.fails(1)
	age("cut off, with nothing known to be there", 7*time.Second)
	s.works()
	age("healed", 0)
	s.say(-time.Minute)
	s.receiver.fail = 1
	s.works()
	age("a message of a clock that is ahead", 0)
}

// TestBacklogDrainsInBatches: 500 messages an answer, and no time between answers.
func TestBacklogDrainsInBatches(t *testing.T) {
	bubble(t, func(t *testing.T, a, b *membus.Conn) {
		cable := linkswitch.Wrap(a, time.Now)
		l := run(t, cable, b)
		synctest.Wait()
		cable.Cut()
		l.feeds.mu.Lock()
		l.feeds.page = math.MaxInt
		l.feeds.mu.Unlock()
		for range 2100 {
			l.feeds.say("word")
		}
		pass(10 * time.Minute)
		same(t, "while cut", 0, len(l.receiver.heard()))
		l.feeds.asks = 0
		cable.Heal()
		healed := time.Now()
		outbox.Wake(cable, "wh1", []id.Site{"store"})
		for len(l.receiver.heard()) < 2100 && time.Since(healed) < time.Minute {
			pass(time.Millisecond)
		}
		if took := time.Since(healed); took > 300*time.Millisecond {
			t.Errorf("it drained in %v", took)
		}
		same(t, "answers", 5, l.feeds.asks)
	})
}

// TestWakesDoNotHammer: an origin that says something all the time, and a site whose
// database fails all the time.
func TestWakesDoNotHammer(t *testing.T) {
	bubble(t, func(t *testing.T, a, b *membus.Conn) {
		var asked atomic.Int64
		l := run(t, a, wrapped{b, func(ctx context.Context, body []byte) ([]byte, error) {
			asked.Add(1)
			return b.Request(ctx, outbox.Subject("wh1"), body)
		}})
		l.receiver.mu.Lock()
		l.receiver.fail = math.MaxInt
		l.receiver.mu.Unlock()
		l.say("one")
		pass(time.Minute)
		if got := l.reader.Link(); got.Breaker != "open" {
			t.Fatalf("the breaker is %s", got.Breaker)
		}
		before := asked.Load()
		for range 1000 {
			l.say("more")
			pass(time.Millisecond)
		}
		if probes := asked.Load() - before; probes < 4 || probes > 6 {
			t.Errorf("%d probes within a second of wakes, want one every 200 ms", probes)
		}
		l.receiver.mu.Lock()
		l.receiver.fail = 0
		l.receiver.mu.Unlock()
		l.say("last")
		pass(201 * time.Millisecond)
		same(t, "heard", 1002, len(l.receiver.heard()))
	})
}

// TestAskFailsWithoutItsDatabase: no cursor, no question, and the breaker counts it.
func TestAskFailsWithoutItsDatabase(t *testing.T) {
	s := newStepped(t)
	s.receiver.broken = errors.New("the disk is gone")
	for range 5 {
		question, err := s.reader.Ask(t.Context())
		if err == nil {
			t.Fatal("asked without a cursor")
		}
		s.reader.Take(t.Context(), question, nil, err)
	}
	if got := s.reader.Link(); got.Breaker != "open" || got.Failures != 5 {
		t.Errorf("%+v", got)
	}
}
