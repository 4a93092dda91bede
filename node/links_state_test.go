package node

import (
	"context"
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/dist/feed"
	"crossdock/site/books"
	"crossdock/site/outbox"
)

// written is an origin that has said so many messages, one a minute, the last now.
type written struct {
	books.Feeds // the rest is not asked
	count       uint64
	now         time.Time
}

func (w written) Written(context.Context, string, uint64) (newest, at feed.Cursor, err error) {
	return feed.Cursor{Seq: w.count}, feed.Cursor{}, nil
}

func (w written) Messages(_ context.Context, to string, after uint64, limit, _ int) ([]feed.Message, error) {
	if to != "wh1" || limit != 1 {
		return nil, fault.New(fault.Invalid, "%d messages to %s", limit, to)
	}
	if after >= w.count {
		return nil, nil
	}
	return []feed.Message{{Seq: after + 1, At: w.now.Add(-time.Duration(w.count-after-1) * time.Minute).UnixMicro()}}, nil
}

// Pruned implements books.Feeds: two destinations, of which one is asked about.
func (w written) Pruned(context.Context) ([]feed.Cursor, error) {
	return []feed.Cursor{{Destination: "wh1", Seq: 1}, {Destination: "wh2", Seq: 9}}, nil
}

// TestWhatAnOriginKnowsOfAReader elsewhere, by when and what it asked last.
func TestWhatAnOriginKnowsOfAReader(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		last             lastAsked
		connected, stale bool
		verdict          string
		lag              uint64
		least, most      time.Duration // of its age
	}{
		"up to date":         {lastAsked{cursor: feed.Cursor{Seq: 5}, at: now}, true, false, "nothing", 0, 0, 0},
		"behind":             {lastAsked{cursor: feed.Cursor{Seq: 2}, at: now}, true, false, "nothing", 3, 2 * time.Minute, 3 * time.Minute},
		"silent, up to date": {lastAsked{cursor: feed.Cursor{Seq: 5}, at: now.Add(-time.Hour)}, false, true, "nothing", 0, time.Hour, time.Hour + time.Minute},
		"silent, and behind": {lastAsked{cursor: feed.Cursor{Seq: 1}, at: now.Add(-time.Hour)}, false, true, "nothing", 4, 3 * time.Minute, 4 * time.Minute},
		"refused":            {lastAsked{cursor: feed.Cursor{Seq: 5}, at: now, refused: "no", refusedAt: now}, true, false, outbox.Refused, 0, 0, 0},
		"never but refused":  {lastAsked{refused: "no", refusedAt: now.Add(-time.Hour)}, false, true, outbox.Refused, 5, 4 * time.Minute, 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			state := LinkState{Link: c.last.link("store", "wh1", now)}
			if err := state.measure(t.Context(), written{count: 5, now: now}); err != nil {
				t.Fatal(err)
			}
			age := time.Duration(state.LagSeconds * float64(time.Second))
			if state.Connected != c.connected || state.StaleSince.IsZero() == c.stale || state.Verdict != c.verdict || state.Lag != c.lag || state.Pruned != 1 || age < c.least || age > c.most {
				t.Errorf("%v old: %+v", age, state)
			}
			if (state.Trouble != "") != (c.stale || c.verdict == outbox.Refused) {
				t.Errorf("trouble: %q", state.Trouble)
			}
		})
	}
}
