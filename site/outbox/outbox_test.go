package outbox_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
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

// TestExactlyOnce delivers every message once and in order, while wakes are lost,
// repeated and held back, and requests and their answers fail.
func TestExactlyOnce(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		fate := membus.WithFate(func(string, int) membus.Fate {
			return membus.Fate{Drop: random.IntN(2) == 0, Extra: random.IntN(3), HoldBack: random.IntN(4)}
		})
		bubble(t, func(t *testing.T, a, b *membus.Conn) {
			luck := rand.New(rand.NewPCG(seed, 2))
			l := run(t, a, wrapped{b, func(ctx context.Context, body []byte) ([]byte, error) {
				switch luck.IntN(4) {
				case 0:
					return nil, fault.New(fault.Unavailable, "lost on the way there")
				case 1:
					if _, err := b.Request(ctx, outbox.Subject("wh1"), body); err != nil {
						return nil, err
					}
					return nil, fault.New(fault.Unavailable, "lost on the way back")
				default:
					return b.Request(ctx, outbox.Subject("wh1"), body)
				}
			}})
			var want []string
			for i := range 40 {
				want = append(want, strconv.Itoa(i))
				l.say(want[i])
				pass(time.Duration(random.IntN(400)) * time.Millisecond)
			}
			pass(5 * time.Minute)
			same(t, "heard", want, l.receiver.heard())
		}, fate)
	}
}

// TestApplyFails asks again for what could not be applied.
func TestApplyFails(t *testing.T) {
	bubble(t, func(t *testing.T, a, b *membus.Conn) {
		l := run(t, a, b)
		l.receiver.fail = 3
		l.say("one", "two")
		pass(time.Minute)
		same(t, "heard", []string{"one", "two"}, l.receiver.heard())
	})
}

// TestCut catches up after a cut, and shows each state of the link.
func TestCut(t *testing.T) {
	bubble(t, func(t *testing.T, a, b *membus.Conn) {
		began := time.Now()
		cable := linkswitch.Wrap(a, time.Now)
		cable.Cut()
		l := run(t, cable, b)
		same(t, "new: stale since", began, l.reader.Link().StaleSince)
		pass(time.Minute)
		first := l.reader.Link()
		if first.Connected || first.Failures < 10 || first.Trouble == "" || first.StaleSince != began || !first.HeardAt.IsZero() || first.RetryAt.IsZero() {
			t.Errorf("never reached: %+v", first)
		}
		cable.Heal()
		l.say("one", "two", "three", "four", "five", "six", "seven")
		pass(time.Minute)
		whole := l.reader.Link()
		same(t, "heard", 7, len(l.receiver.heard()))
		want := outbox.Link{
			Origin: "wh1", Destination: "store", Connected: true, Cursor: 7, Last: 7, Breaker: "closed", HeardAt: whole.HeardAt, Verdict: "nothing",
		}
		same(t, "whole", want, whole)

		cable.Cut()
		pass(10 * time.Second)
		cut := l.reader.Link()
		l.say("eight")
		pass(time.Minute)
		later := l.reader.Link()
		if cut.Connected || cut.StaleSince.IsZero() || cut.StaleSince.Before(whole.HeardAt) || later.StaleSince != cut.StaleSince || later.Failures <= cut.Failures {
			t.Errorf("cut: %+v, later %+v", cut, later)
		}
		same(t, "cursor", 7, later.Cursor)
		cable.Heal()
		pass(6 * time.Second)
		same(t, "last word", "eight", l.receiver.heard()[7])
		if again := l.reader.Link(); !again.Connected || !again.StaleSince.IsZero() || again.Trouble != "" || again.Failures != 0 || !again.RetryAt.IsZero() {
			t.Errorf("healed: %+v", again)
		}
	})
}

// TestBackoff waits longer with each failure, within the bounds; Wake ends a wait.
func TestBackoff(t *testing.T) {
	bubble(t, func(t *testing.T, a, b *membus.Conn) {
		var mu sync.Mutex
		var times []time.Time
		l := run(t, a, wrapped{b, func(context.Context, []byte) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			times = append(times, time.Now())
			return nil, fault.New(fault.Unavailable, "nobody there")
		}})
		soFar := func() []time.Time {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(times)
		}
		pass(10 * time.Minute)
		asked := soFar()
		var longest time.Duration
		for i := 1; i < len(asked); i++ {
			wait := asked[i].Sub(asked[i-1])
			if bound := min(200*time.Millisecond<<min(i-1, 10), 5*time.Second); wait > bound {
				t.Errorf("after %d failures it waited %v, more than %v", i, wait, bound)
			}
			longest = max(longest, wait)
			if i > 5 && wait < 200*time.Millisecond {
				t.Errorf("after %d failures it waited %v: a link that is down is hammered", i, wait)
			}
		}
		if longest < 2*time.Second || len(asked) < 100 || len(asked) > 1000 {
			t.Errorf("asked %d times in ten minutes, waited at most %v", len(asked), longest)
		}
		for time.Until(l.reader.Link().RetryAt) < 2*time.Second {
			pass(100 * time.Millisecond)
		}
		pass(200 * time.Millisecond) // the least between two probes
		before := len(soFar())
		l.reader.Wake()
		synctest.Wait()
		same(t, "asked when woken", before+1, len(soFar()))
	})
}

// TestIdle looks without being woken; Wake comes at once.
func TestIdle(t *testing.T) {
	bubble(t, func(t *testing.T, a, b *membus.Conn) {
		l := run(t, a, b)
		synctest.Wait()
		l.feeds.say("unheralded")
		pass(900 * time.Millisecond)
		same(t, "too early", 0, len(l.receiver.heard()))
		pass(200 * time.Millisecond)
		same(t, "idle", 1, len(l.receiver.heard()))
		l.say("heralded", "and", "more", "than", "one", "page")
		synctest.Wait()
		same(t, "woken", 7, len(l.receiver.heard()))
	})
}

// TestLies applies nothing of an answer that is not the origin's feed.
func TestLies(t *testing.T) {
	for name, c := range map[string]struct {
		lie       func(*feed.Reply) []byte // nil: the reply as it was changed
		connected bool
		verdict   string
	}{
		"another body":   {func(r *feed.Reply) []byte { r.Messages[0].Body = []byte("lie"); return nil }, true, "parted"},
		"another key":    {func(r *feed.Reply) []byte { r.Messages[1].Key = "lie"; return nil }, true, "parted"},
		"a gap":          {func(r *feed.Reply) []byte { r.Messages = r.Messages[1:]; return nil }, true, "parted"},
		"another origin": {func(r *feed.Reply) []byte { r.Messages[0].Origin = "wh2"; return nil }, true, "parted"},
		"no agreement":   {func(r *feed.Reply) []byte { r.Agree = false; return nil }, true, "parted"},
		"no bytes":       {func(*feed.Reply) []byte { return []byte{} }, false, ""},
		"other bytes":    {func(*feed.Reply) []byte { return []byte("hello") }, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, a, b *membus.Conn) {
				var honest atomic.Bool
				l := run(t, a, wrapped{b, func(ctx context.Context, body []byte) ([]byte, error) {
					answer, err := b.Request(ctx, outbox.Subject("wh1"), body)
					if err != nil || honest.Load() {
						return answer, err
					}
					reply, err := feed.ParseReply(answer)
					if err != nil || len(reply.Messages) == 0 {
						return answer, err
					}
					if lie := c.lie(&reply); lie != nil {
						return lie, nil
					}
					return feed.AppendReply(nil, reply), nil
				}})
				synctest.Wait()
				l.say("one", "two")
				pass(30 * time.Second)
				same(t, "heard", 0, len(l.receiver.heard()))
				got := l.reader.Link()
				if got.Connected != c.connected || got.Trouble == "" || got.StaleSince.IsZero() || got.LagSeconds > 60 {
					t.Errorf("%+v", got)
				}
				if c.connected {
					same(t, "verdict", c.verdict, got.Verdict)
				}
				honest.Store(true)
				pass(time.Minute)
				same(t, "heard the truth", []string{"one", "two"}, l.receiver.heard())
			})
		})
	}
}

// TestRestored shows an origin that has gone back in time; a failure on top of it
// does not make the link look fresher.
func TestRestored(t *testing.T) {
	bubble(t, func(t *testing.T, a, b *membus.Conn) {
		cable := linkswitch.Wrap(a, time.Now)
		l := run(t, cable, b)
		l.say("one", "two")
		pass(time.Minute)
		l.feeds.mu.Lock()
		l.feeds.messages = l.feeds.messages[:1]
		l.feeds.last = feed.Cursor{Origin: "wh1", Destination: "store"}.After(l.feeds.messages[0])
		l.feeds.mu.Unlock()
		pass(10 * time.Second)
		got := l.reader.Link()
		if !got.Connected || got.Verdict != "restored" || got.Trouble == "" || got.StaleSince.IsZero() || got.Lag != 0 {
			t.Errorf("%+v", got)
		}
		cable.Cut()
		pass(time.Minute)
		same(t, "stale since", got.StaleSince, l.reader.Link().StaleSince)
	})
}

// TestRewind follows an origin that was restored in a new epoch: it is read on from
// where its history goes on, and what it has lost stays read.
func TestRewind(t *testing.T) {
	for name, fork := range map[string]int{"in the middle": 2, "from before the first": 0, "behind all": 4} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, a, b *membus.Conn) {
				l := run(t, a, b)
				l.say("one", "two", "three", "four")
				pass(time.Minute)
				l.feeds.restore(fork)
				l.say("five", "six", "seven", "eight", "nine")
				pass(10 * time.Second)
				same(t, "words", []string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}, l.receiver.heard())
				l.receiver.mu.Lock()
				defer l.receiver.mu.Unlock()
				same(t, "cursor", l.feeds.last, l.receiver.cursor)
				if link := l.reader.Link(); link.Trouble != "" || !link.Connected || !link.StaleSince.IsZero() {
					t.Errorf("%+v", link)
				}
			})
		})
	}
}

// TestServeRefuses answers no request but for its own feed, and says who asked.
func TestServeRefuses(t *testing.T) {
	bubble(t, func(t *testing.T, a, b *membus.Conn) {
		var readers []id.Site
		f := newFeeds()
		stop, err := outbox.Serve(a, "wh1", f, func(reader feed.Cursor) { readers = append(readers, id.Site(reader.Destination)) })
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		ask := func(c feed.Cursor, limit int) (feed.Reply, error) {
			answer, err := b.Request(t.Context(), outbox.Subject("wh1"), feed.AppendRequest(nil, feed.Request{Cursor: c, Limit: limit}))
			if err != nil {
				return feed.Reply{}, err
			}
			return feed.ParseReply(answer)
		}
		if _, err := b.Request(t.Context(), outbox.Subject("wh1"), []byte("hello")); !fault.Is(err, fault.Invalid) {
			t.Errorf("no request: %v", err)
		}
		if _, err := ask(feed.Cursor{Origin: "wh2", Destination: "store"}, 1); !fault.Is(err, fault.Invalid) {
			t.Errorf("another feed: %v", err)
		}
		same(t, "readers", 0, len(readers))
		f.say("one", "two", "three", "four")
		for limit, want := range map[int]int{0: 1, 1: 1, 2: 2, 1 << 20: 3} {
			reply, err := ask(feed.Cursor{Origin: "wh1", Destination: "store"}, limit)
			if err != nil || len(reply.Messages) != want || reply.Last.Seq != 4 || !reply.Agree {
				t.Errorf("limit %d: %+v, %v", limit, reply, err)
			}
		}
		parted, err := ask(feed.Cursor{Origin: "wh1", Destination: "store", Seq: 2, Hash: feed.Hash{1}}, 9)
		if err != nil || parted.Agree || len(parted.Messages) > 0 {
			t.Errorf("another history: %+v, %v", parted, err)
		}
		other, err := ask(feed.Cursor{Origin: "wh1", Destination: "other"}, 9)
		if err != nil || len(other.Messages) > 0 || other.Last.Seq != 0 {
			t.Errorf("another reader: %+v, %v", other, err)
		}
		same(t, "readers", 6, len(readers))
	})
}
